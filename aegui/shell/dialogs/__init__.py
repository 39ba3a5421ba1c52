"""Dialogs that several features use; ``files`` and ``questions`` are imported when first needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from aegui.shell.dialogs import files, questions

__all__ = ["files", "questions"]


def __getattr__(name: str) -> ModuleType:
    """Import ``files`` or ``questions``: no window needs them before somebody is asked."""
    if name not in __all__:
        raise AttributeError(name)
    return import_module(f"{__name__}.{name}")
