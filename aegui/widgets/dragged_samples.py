"""Drag and drop of samples of the current set between panels and to other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

MAX_FILES = 100
"""Of more samples that are dragged out of the program only the first ones become files."""
SAMPLES_MIME = "application/x-aegui-samples"
"""MIME type of dragged samples: indices in the set in decimal, separated by spaces."""


class SampleExporter(QObject):
    """Adds images of samples to dragged data for other programs; each window has one child."""

    def __init__(
        self, add_pictures: Callable[[QMimeData, tuple[int, ...]], None], parent: QObject
    ) -> None:
        """``add_pictures`` adds images and files of the samples at some indices to the data."""
        super().__init__(parent)
        self.add_pictures = add_pictures


def samples_mime(indices: Iterable[int]) -> QMimeData:
    """Return MIME data with the indices of the samples to be dragged."""
    data = QMimeData()
    data.setData(SAMPLES_MIME, " ".join(map(str, indices)).encode())
    return data


def samples_of(data: QMimeData) -> tuple[int, ...]:
    """Return the indices of the dragged samples; empty for any other data."""
    if not data.hasFormat(SAMPLES_MIME):
        return ()
    words = bytes(data.data(SAMPLES_MIME).data()).split()
    return tuple(int(word) for word in words if word.isdigit())


def is_dragged(pressed: QPoint, at: QPoint) -> bool:
    """Return whether the mouse, pressed at ``pressed``, has moved far enough to start a drag."""
    return (at - pressed).manhattanLength() >= QApplication.startDragDistance()


def drag_samples(source: QWidget, indices: Iterable[int]) -> bool:
    """Run a drag of samples out of ``source``; return whether they were moved, not copied.

    Other programs receive PNG files and never move the samples: copying is the default action, so
    that file managers, which otherwise propose to move files, copy them.
    """
    drag = QDrag(source)
    drag.setMimeData(_with_pictures(source, tuple(indices)))
    actions = Qt.DropAction
    done = drag.exec(actions.CopyAction | actions.MoveAction, actions.CopyAction)
    # Only widgets of this program are known as a target.
    return done is actions.MoveAction and drag.target() is not None


def copy_sample(source: QWidget, index: int) -> None:
    """Put the image of a sample on the clipboard."""
    QGuiApplication.clipboard().setMimeData(_with_pictures(source, (index,)))


def _with_pictures(source: QWidget, indices: tuple[int, ...]) -> QMimeData:
    data = samples_mime(indices)
    up: QWidget | None = source
    while up is not None:
        exporter = up.findChild(SampleExporter, "", Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(exporter, SampleExporter):
            exporter.add_pictures(data, indices[:MAX_FILES])
            break
        up = up.parentWidget()
    return data
