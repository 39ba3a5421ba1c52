"""The first imports of the window: Qt without PySide6's ``import``, and all without collections."""

from __future__ import annotations

import builtins
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def import_qt() -> None:
    """Import Qt, and restore the ``__import__`` function that PySide6 replaces.

    PySide6's version checks at each import whether the module asks for other names of Qt's methods
    (``from __feature__ import snake_case``): it reads the source of every imported module, and
    keeps all of it. For the program and torch that is 40 MB, and a tenth of the start-up time.
    Nothing here uses such names. If Qt has been imported before, nothing changes.
    """
    own = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = own


@contextmanager
def without_collection() -> Iterator[None]:
    """Suspend garbage collection while modules are imported.

    They create so many objects that a twentieth of the start-up time would be collections, and as
    much again the one that is due at the end: what was imported is excluded from collections.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()
