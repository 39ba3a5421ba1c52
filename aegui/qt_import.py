"""Qt's first import, after which Python imports as it did before."""

from __future__ import annotations

import builtins


def import_qt() -> None:
    """Import Qt, and put back the ``import`` of Python's own that PySide6 replaces.

    Its own looks, at each import, whether the module asks for other names of Qt's methods
    (``from __feature__ import snake_case``): it reads the source of every module there is, and
    keeps all of it. Of the program and torch that is 40 MB, and a tenth of the time of a start.
    Nothing here uses such names. Where Qt has been imported before, nothing changes.
    """
    own = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = own
