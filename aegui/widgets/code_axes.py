"""Widget to choose the two dimensions of a long code that are shown along x and y."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import dim, row
from aegui.widgets.rulers import axis_name

_MAX_ROWS = 16


class CodeAxes(QWidget):
    """Two combo boxes: the code dimension along x and the one along y."""

    edited = Signal(object)
    """Emitted with the chosen pair of code dimensions, a tuple counted from 0."""

    def __init__(self, words: str = "") -> None:
        """``words`` is an optional label before the combo boxes."""
        super().__init__()
        self.axes = (0, 1)
        """The current pair of code dimensions, counted from 0."""
        self.x_choice, self.y_choice = QComboBox(), QComboBox()
        line = row()
        if words:
            line.addWidget(dim(words))
        for choice, name in (
            (self.x_choice, tr("Code number across")),
            (self.y_choice, tr("Code number upwards")),
        ):
            choice.setAccessibleName(name)
            choice.setToolTip(name)
            choice.setMaxVisibleItems(_MAX_ROWS)
            choice.activated.connect(self._on_choice_activated)
            line.addWidget(choice, 0 if words else 1)
        self.setLayout(line)

    @property
    def count(self) -> int:
        """Return the number of code dimensions on offer."""
        return self.x_choice.count()

    def set_state(self, axes: tuple[int, int], size: int) -> None:
        """Show ``axes`` as the current choice for a code of ``size`` dimensions."""
        self.axes = axes
        for choice, axis in ((self.x_choice, axes[0]), (self.y_choice, axes[1])):
            with QSignalBlocker(choice):
                if choice.count() != size:
                    choice.clear()
                    choice.addItems([axis_name(number) for number in range(size)])
                choice.setCurrentIndex(axis)

    def _on_choice_activated(self) -> None:
        x, y = self.x_choice.currentIndex(), self.y_choice.currentIndex()
        before_x, before_y = self.axes
        if x == y:
            # Choosing the dimension of the other axis swaps the two.
            x, y = (x, before_x) if x == before_y else (before_y, y)
        self.set_state((x, y), self.count)
        if (x, y) != (before_x, before_y):
            self.edited.emit((x, y))
