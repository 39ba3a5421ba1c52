"""A contact sheet of new images, of which any may be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.theme import figures_font
from aegui.widgets.glyphs import glyph_pixmap
from aegui.widgets.page import pictures

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QResizeEvent

    from aegui.features.making.model.finds_service import FindsLook
    from aegui.session.data.looks import Look

_SIDES_PX = (128, 112, 96, 84, 64, 56, 48)
"""Sides that an image may have: the largest with which all are in sight, or else the last."""
_ROUND_PX = QSize(20, 30)
"""Room around an image, with its words."""
_SMALL = 0.85


class FindsSheet(QListWidget):
    """Shows a ``FindsLook``; the chosen ones are its selection.

    Signals:
        found_activated(int): That one was double-clicked, or Enter pressed on it.
    """

    found_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: FindsLook | None = None
        self._seen: Look | None = None
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self._set_side(_SIDES_PX[-1])
        self.setFont(figures_font(self.font(), scale=_SMALL))
        self.setAccessibleName(tr("New images that were found"))
        self.figures = offer_painted(self, "finds")
        self.itemActivated.connect(self._on_item_activated)

    @property
    def look(self) -> FindsLook | None:
        """What is shown."""
        return self._look

    def chosen(self) -> tuple[int, ...]:
        """The images that are chosen, by their numbers from 0."""
        return tuple(sorted(index.row() for index in self.selectedIndexes()))

    def set_look(self, look: FindsLook | None, seen: Look) -> None:
        """Show ``look``, its images seen as ``seen`` says."""
        self._look, self._seen = look, seen
        with QSignalBlocker(self):
            self.clear()
            for words in () if look is None else look.words:
                self.addItem(QListWidgetItem(words))
            self._set_side(self._fitting())
            self._draw()
        self.itemSelectionChanged.emit()

    def _fitting(self) -> int:
        """The largest side with which all images are in sight."""
        room = self.viewport().size()
        for side in _SIDES_PX:
            across = room.width() // (side + _ROUND_PX.width())
            down = room.height() // (side + _ROUND_PX.height())
            if across * down >= self.count():
                return side
        return _SIDES_PX[-1]

    def _set_side(self, side: int) -> None:
        self.setIconSize(QSize(side, side))
        self.setGridSize(self.iconSize() + _ROUND_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As large as there is room."""
        super().resizeEvent(event)
        side = self._fitting()
        if side != self.iconSize().width():
            self._set_side(side)
            self._draw()

    def _draw(self) -> None:
        """Make the pictures, in the colours of the theme."""
        look, seen = self._look, self._seen
        if look is None or seen is None:
            return
        ratio = self.devicePixelRatioF()
        for row, made in enumerate(pictures(look.images, seen)):
            item = self.item(row)
            if not seen.glyphs:
                # Photographs fill their place; the pixels of a glyph stay whole.
                made = _filling(made, self.iconSize() * ratio)
            item.setIcon(QIcon(glyph_pixmap(made, self.iconSize(), device_ratio=ratio)))
            item.setToolTip(self._words(row))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, self._words(row))

    def _words(self, row: int) -> str:
        assert self._look is not None
        return tr(
            "{n}: {words}; {ratio:.1f} times as far from its nearest sample as that is from the "
            "others; entropy {entropy:.2f} bits per pixel",
            n=row + 1,
            words=self._look.words[row],
            ratio=float(self._look.ratio[row]),
            entropy=float(self._look.entropy[row]),
        )

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in another theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._draw()

    def _on_item_activated(self, item: QListWidgetItem) -> None:
        self.found_activated.emit(self.row(item))


def _filling(image: QImage, room: QSize) -> QImage:
    return image.scaled(
        room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
