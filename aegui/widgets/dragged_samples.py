"""Samples of the set that is shown, as they are dragged from panel to panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

SAMPLES_MIME = "application/x-aegui-samples"
"""Places of samples in the set, in decimal figures with spaces between."""


def samples_mime(indices: Iterable[int]) -> QMimeData:
    """The samples at ``indices`` of the set as something to be dragged."""
    data = QMimeData()
    data.setData(SAMPLES_MIME, " ".join(map(str, indices)).encode())
    return data


def samples_of(data: QMimeData) -> tuple[int, ...]:
    """The samples that are being dragged; none where it is something else."""
    if not data.hasFormat(SAMPLES_MIME):
        return ()
    words = bytes(data.data(SAMPLES_MIME).data()).split()
    return tuple(int(word) for word in words if word.isdigit())


def is_dragged(pressed: QPoint, at: QPoint) -> bool:
    """Whether a mouse pressed at ``pressed`` has gone so far that it drags what was there."""
    return (at - pressed).manhattanLength() >= QApplication.startDragDistance()


def drag_samples(source: QWidget, indices: Iterable[int]) -> bool:
    """Let a person drag samples out of ``source``; whether they were moved, not copied."""
    drag = QDrag(source)
    drag.setMimeData(samples_mime(indices))
    actions = Qt.DropAction
    return drag.exec(actions.CopyAction | actions.MoveAction) is actions.MoveAction
