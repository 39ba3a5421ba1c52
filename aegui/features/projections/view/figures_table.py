"""Table of the quality figures of the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QSizePolicy,
)

from aegui.core.i18n import localized, mark, tr
from aegui.kit.theme import current_theme, for_text
from aegui.widgets.named_table import ROW_PX, NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.latent.views import Figures

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
