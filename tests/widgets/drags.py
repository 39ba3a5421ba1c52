"""Capture of drags: a real one would grab the mouse until it is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag

from aegui.widgets.dragged_samples import samples_of

if TYPE_CHECKING:
    import pytest


def caught_drags(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Return the samples of every drag begun from here on; each is dropped as a copy."""
    caught: list[tuple[int, ...]] = []

    def drop(drag: QDrag, *_actions: object) -> Qt.DropAction:
        caught.append(samples_of(drag.mimeData()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    return caught
