"""A notice on the map that the network shown is not the edited one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import row
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.theme import SPACING
from aegui.widgets.rulers import BOTTOM_PX, LEFT_PX

if TYPE_CHECKING:
    from aegui.features.builder.view.edited_strip import StripState

_MIN_MAP_PX = 320


class MapMark(QFrame):
    """A line at the lower edge of the map, above other widgets there; passive."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._state: StripState | None = None
        self.words = QLabel(tr("Shows the network without your edits"))
        self.train = QPushButton(tr("Train"))
        self.train.setToolTip(tr("Train the edited network from the start"))
        edge = SPACING // 2
        margins = (SPACING, edge, edge, edge)
        self.setLayout(row(self.words, self.train, spacing=SPACING, margins=margins))
        overlays = overlay_area_of(parent)
        overlays.changed.connect(self.place)
        # Messages about an edit may appear while this mark offers to train it.
        overlays.keep_clear([self])
        self.hide()

    def set_state(self, state: StripState | None) -> None:
        """Show the mark for the edits of ``state``; None hides it, as the map shows the draft."""
        if state == self._state:
            return
        self._state = state
        if state is not None:
            self.train.setVisible(state.can_train)
            lines = "\n".join(state.lines)
            self.setToolTip(lines)
            self.setAccessibleName(self.words.text())
            self.setAccessibleDescription(lines)
        self.place()

    @Slot()
    def place(self) -> None:
        """Move clear of the other overlays; hide where the map is too small."""
        around = self.parentWidget()
        self.adjustSize()
        available = 0 if around is None else around.width() - round(LEFT_PX) - 2 * SPACING
        fits = available >= self.width() and around is not None and around.height() >= _MIN_MAP_PX
        self.setVisible(self._state is not None and fits)
        if around is None or not fits:
            return
        left = round(LEFT_PX) + SPACING + (available - self.width()) // 2
        top = around.height() - round(BOTTOM_PX) - SPACING - self.height()
        place = QRect(left, top, self.width(), self.height())
        others = [child for child in around.children() if isinstance(child, QWidget)]
        obstacles = [one.geometry() for one in others if one is not self and one.isVisible()]
        for other in sorted(obstacles, key=QRect.top, reverse=True):
            if other.intersects(place) and other.height() < around.height() // 2:
                place.moveBottom(other.top() - SPACING // 2)
        self.setGeometry(place)
        self.raise_()
