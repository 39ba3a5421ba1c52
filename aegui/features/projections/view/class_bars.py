"""Legend of the classes with counts of the selected samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt, Signal

from aegui.core.colours import CLASS_MARKS, MAX_LOOKS
from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.row_bars import RowBar, RowBars
from aegui.kit.theme import current_theme
from aegui.widgets.class_colours import class_colour, paint_mark
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent, QPoint
    from PySide6.QtGui import QPainter

MAX_ROWS = 30
"""Only this many of the largest classes are listed, with the count of the others."""
_SWATCH_PX = 10


class ClassBars(RowBars):
    """A row for each class; hovering highlights a class, a click selects it."""

    hovered = Signal(object)
    """Index of the class under the pointer, or None."""
    clicked = Signal(int)
    """Index of the class to select."""
    lead_px = 16
    name_share = 0.58

    def __init__(self) -> None:
        super().__init__(tr("Classes"), "classes")
        self._names: tuple[str, ...] = ()
        self._totals: NDArray[np.int64] = np.zeros(0, np.int64)
        self._counts: NDArray[np.int64] | None = None
        self._shown: tuple[int, ...] = ()
        self.setToolTip(tr("Point at a class to see it alone; click to select it."))
        self.pointed.connect(self._on_pointed)
        self.chosen.connect(lambda row: self.clicked.emit(self._shown[row]))

    def set_classes(self, names: Sequence[str], classes: NDArray[np.int64]) -> None:
        """Set the classes ``[n]`` of the samples, indices into ``names``."""
        self._names = tuple(names)
        self._totals = np.bincount(classes, minlength=len(names)).astype(np.int64)
        self._counts = None
        largest = np.argsort(-self._totals, kind="stable")
        shown = largest[self._totals[largest] > 0][:MAX_ROWS]
        self._shown = tuple(np.sort(shown).tolist())
        self._show()

    def set_selected(self, classes: NDArray[np.int64] | None) -> None:
        """Set the classes of the selected samples, ``[m]``; None if nothing is selected."""
        if classes is None:
            self._counts = None
        else:
            self._counts = np.bincount(classes, minlength=len(self._names)).astype(np.int64)
        self._show()

    @property
    def counts(self) -> dict[str, int]:
        """Selected samples by class; all samples if nothing is selected."""
        counts = self._totals if self._counts is None else self._counts
        return {self._names[number]: int(counts[number]) for number in self._shown}

    def _show(self) -> None:
        counts, theme = self.counts, current_theme()
        most = max(1, *counts.values()) if counts else 1
        left_out = int(np.count_nonzero(self._totals)) - len(self._shown)
        self.set_rows(
            [
                RowBar(
                    label_name(self._names[number]),
                    count / most,
                    localized(count, ","),
                    f"{label_name(self._names[number])} {localized(count, ',')}",
                    class_colour(number, theme),
                )
                for number, count in zip(self._shown, counts.values(), strict=True)
            ],
            note=trn("and {n} more class", "and {n} more classes", left_out) if left_out else "",
        )

    def changeEvent(self, event: QEvent) -> None:
        """Update the colours after a theme change."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._show()

    def paint_lead(self, painter: QPainter, rect: QRect, row: int) -> None:
        """Paint the mark of the class in its colour."""
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(class_colour(self._shown[row], current_theme()))
        top = rect.center().y() - _SWATCH_PX // 2
        swatch = QRectF(rect.x() + 3, top, _SWATCH_PX, _SWATCH_PX)
        mark = CLASS_MARKS[self._shown[row] % MAX_LOOKS]
        paint_mark(painter, swatch.center(), _SWATCH_PX / 2, mark)
        painter.restore()

    def tip_at(self, position: QPoint) -> str:
        """Return the class under ``position`` and what a click does."""
        said = super().tip_at(position)
        return f"{said}\n{self.toolTip()}" if said else self.toolTip()

    def _on_pointed(self, row: int | None) -> None:
        self.hovered.emit(None if row is None else self._shown[row])
