"""A table with precision, recall and F1 of every class, and their averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import localized, mark, tr
from aegui.widgets.glyphs import label_name
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from aegui.core.evaluation.classification import Classification, ClassScore

COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Class"), ""),
    (
        mark("Precision"),
        mark("Of the samples predicted as this class, the share that belong to it."),
    ),
    (mark("Recall"), mark("Of the samples of this class, the share predicted as it.")),
    (mark("F1"), mark("The harmonic mean of precision and recall.")),
    (mark("Samples"), mark("Samples of this class, its support.")),
)
_AVERAGES = (
    (mark("Macro average"), mark("The mean over the classes, each counting the same.")),
    (mark("Weighted average"), mark("The mean over the classes, weighted by their samples.")),
)


class ScoresTable(NamedTable):
    """A row for each class, and two for the averages."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, tr("Figures of each class"), picks_rows=True)

    def set_scores(self, found: Classification) -> None:
        """Show the scores of ``found``."""
        scores = found.scores
        self.setRowCount(len(scores) + len(_AVERAGES))
        for row, score in enumerate(scores):
            self._set_row(row, label_name(score.label), score)
        averages = (found.macro, found.weighted)
        for row, ((title, help_text), score) in enumerate(
            zip(_AVERAGES, averages, strict=True), len(scores)
        ):
            self._set_row(row, tr(title), score, bold=True, help_text=tr(help_text))

    def _set_row(
        self, row: int, name: str, score: ClassScore, *, bold: bool = False, help_text: str = ""
    ) -> None:
        figures = (localized(figure, ".3f") for figure in (score.precision, score.recall, score.f1))
        texts = (name, *figures, localized(score.support, ","))
        self.write_row(row, texts, help_text, bold=bold)
