"""Runs first in the frozen app: OpenGL's half of pyqtgraph is imported, and never used.

pyqtgraph defines a view of OpenGL beside that which charts use, and imports Qt's modules for it:
10 MB that nothing paints with. These stand in their place.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_NAMES = ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")


class _Finder:
    """Finds the two modules, and loads them as little as is imported of them."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in _NAMES else None  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        from PySide6.QtWidgets import QWidget

        module.__dict__["QOpenGLWidget"] = QWidget


sys.meta_path.insert(0, _Finder())
