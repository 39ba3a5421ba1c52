"""Table of the quality figures of the maps, and the legend of the classes with their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QSizePolicy

from aegui.core.colours import CLASS_MARKS, MAX_LOOKS
from aegui.core.i18n import localized, mark, tr, trn
from aegui.kit.charts.row_bars import RowBar, RowBars
from aegui.kit.theme import current_theme, for_text
from aegui.widgets.colours import class_colour, paint_mark
from aegui.widgets.glyphs import label_name
from aegui.widgets.named_table import ROW_PX, NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QPainter

    from aegui.core.latent.views import Figures

MAX_ROWS = 30
"""Only this many of the largest classes are listed, with the count of the others."""
_SWATCH_PX = 10
COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Map"), ""),
    (
        mark("Trustworthiness"),
        mark(
            "Are the 12 nearest on the map also near as images? 1 is perfect, 0.5 is chance. For "
            "more than 5,000 samples estimated from 5,000."
        ),
    ),
    (
        mark("kNN accuracy"),
        mark("How often the 5 nearest on the map, without the sample itself, predict its label."),
    ),
    (
        mark("Squared error"),
        mark(
            "Per image, of its reconstruction from the map's coordinates. t-SNE and UMAP cannot "
            "map back to images."
        ),
    ),
    (mark("Seconds"), mark("Time to compute the map; for the code, without the training.")),
)
COMING, NONE = "…", "–"
"""In the cells of figures that are being computed, and of those that are not."""
_MIN_ROWS, _MAX_ROWS = 2, 10
_MIN_PX = 24


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


class FiguresTable(NamedTable):
    """A row per map, and below them reference rows for comparison."""

    def __init__(self) -> None:
        self._dimmed: tuple[int, ...] = ()
        super().__init__(COLUMNS, tr("How good each map is"))
        self._height_limit_px = 0
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setMinimumSectionSize(_MIN_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(
        self,
        maps: Sequence[tuple[str, Figures | str]],
        references: Sequence[tuple[str, Figures]],
    ) -> None:
        """Show names and figures of the maps and of the references.

        In place of figures that are not known: ``COMING``, or ``NONE``.
        """
        rows = [*maps, *references]
        # Rows are rebuilt: a dimmed reference row may become the row of a map.
        self.setRowCount(0)
        self.setRowCount(len(rows))
        self._dimmed = tuple(range(len(maps), len(rows)))
        for row, (name, value) in enumerate(rows):
            cells = self.write_row(row, (name, *_cells(value)), "")
            if cells[3].text() == NONE and not isinstance(value, str):
                cells[3].setToolTip(tr("This map cannot be mapped back to images."))
        self._dim()
        self._fit()

    def _dim(self) -> None:
        """Dim the reference rows in the colours of the current theme."""
        dim = current_theme().text_dim
        for row in self._dimmed:
            for column in range(self.columnCount()):
                item = self.item(row, column)
                if item is not None:
                    item.setForeground(dim)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dim()

    def set_height_limit(self, height_px: int) -> None:
        """Limit the height to ``height_px``; rows that do not fit are scrolled."""
        self._height_limit_px = height_px
        self._fit()

    def _fit(self) -> None:
        head = self.horizontalHeader().sizeHint().height() + 2
        rows = max(_MIN_ROWS, min(_MAX_ROWS, (self._height_limit_px - head) // for_text(ROW_PX)))
        self.setFixedHeight(head + min(self.rowCount(), rows) * for_text(ROW_PX))


def _cells(value: Figures | str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) * (len(COLUMNS) - 1)
    accuracy = value.knn_accuracy
    return (
        _figure(value.trustworthiness, ".3f"),
        NONE if accuracy is None else localized(accuracy, ".1%"),
        _figure(value.squared_error, ".3f"),
        _figure(value.seconds, ".2f"),
    )


def _figure(value: float | None, form: str) -> str:
    return NONE if value is None else localized(value, form)
