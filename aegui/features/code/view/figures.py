"""Statistics of the code as a whole, each explained, beside kept ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from aegui.core.i18n import localized, mark, tr
from aegui.kit.charts.scale import precise
from aegui.kit.layouts import column, dim, held, row, scrolled
from aegui.kit.marks import ElidedLabel, flat_button, wrapped_label
from aegui.kit.theme import SPACING, figures_font

if TYPE_CHECKING:
    from aegui.features.code.model.code_service import CodeAnalysis

_NONE = "–"


@dataclass(frozen=True)
class _Row:
    key: str
    label: str
    help: str


_ROWS = (
    _Row(
        "used_dimensions",
        mark("In use"),
        mark(
            "Dimensions with a variance of more than 0.01 over the samples; others "
            "carry no information."
        ),
    ),
    _Row(
        "share_active",
        mark("Active units"),
        mark("Share of the units above a tenth of the largest one; small for a sparse code."),
    ),
    _Row(
        "most_active",
        mark("Most active"),
        mark("Most units of one code that are not exactly 0; k of them in a k-sparse code."),
    ),
    _Row(
        "mean_activation",
        mark("Mean activation"),
        mark("Mean of all numbers of the codes; a sparsity penalty pulls it towards ρ."),
    ),
    _Row(
        "jacobian",
        mark("‖Jacobian‖²"),
        mark("How much the code changes with the image; contractive training makes it small."),
    ),
    _Row(
        "kl",
        mark("KL, nats"),
        mark("Information of a code about its image: the sum over the dimensions."),
    ),
)


class CodeFigures(QWidget):
    """Two columns: the current statistics, and the kept ones. Passive."""

    def __init__(self) -> None:
        super().__init__()
        self.keep = QPushButton(tr("Keep to compare"))
        self.keep.setToolTip(
            tr(
                "Keep the current figures as a separate column: train a plain network, keep it, "
                "train a contractive or sparse one, and read the two side by side"
            )
        )
        self.forget = flat_button("close", tr("Remove the column of kept figures"))
        self._reference_title = dim(ElidedLabel())
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        self._labels: dict[str, tuple[QLabel, QLabel]] = {}
        self._heads = dim(tr("now")), dim(tr("kept"))
        self._build()
        self.set_analysis(None, None)

    def _build(self) -> None:
        margins = (SPACING, SPACING // 2, SPACING, 0)
        bar = row(self.keep, (self._reference_title, 1), self.forget, spacing=0, margins=margins)
        grid = QGridLayout()
        grid.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for at, head in enumerate(self._heads, 1):
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, at)
        for number, figure in enumerate(_ROWS):
            self._add_row(grid, 1 + 2 * number, figure)
        grid.setRowStretch(1 + 2 * len(_ROWS), 1)
        scroll = scrolled(held(grid), takes_focus=True)
        self.setLayout(column(bar, (scroll, 1), spacing=0))

    def _add_row(self, grid: QGridLayout, at: int, row: _Row) -> None:
        label, help_text = wrapped_label(tr(row.label)), dim(wrapped_label(tr(row.help)))
        help_text.setContentsMargins(0, 0, 0, SPACING)
        self._labels[row.key] = label, help_text
        grid.addWidget(label, at, 0)
        grid.addWidget(help_text, at + 1, 0, 1, 3)
        values = QLabel(), QLabel()
        for at_column, value in enumerate(values, 1):
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setFont(figures_font(self.font(), bold=at_column == 1))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, at, at_column)
        self._values[row.key] = values

    def set_analysis(self, analysis: CodeAnalysis | None, reference: CodeAnalysis | None) -> None:
        """Show the statistics of ``analysis``, and of ``reference`` if given."""
        now, reference_texts = _texts(analysis), _texts(reference)
        for key, (value, other) in self._values.items():
            value.setText(now.get(key, _NONE))
            other.setText(reference_texts.get(key, _NONE))
            is_known = key in now or key in reference_texts
            for widget in (value, *self._labels[key]):
                widget.setVisible(is_known)
            other.setVisible(is_known and reference is not None)
        for head in self._heads:
            head.setVisible(reference is not None)
        self.keep.setEnabled(analysis is not None)
        self.forget.setVisible(reference is not None)
        self._reference_title.setText("" if reference is None else _title(reference))

    def text(self, key: str) -> tuple[str, str]:
        """Return the current and the kept value of the row ``key``, as shown."""
        value, other = self._values[key]
        return value.text(), other.text()


def _title(analysis: CodeAnalysis) -> str:
    if not analysis.name:
        return tr("kept: epoch {epoch:,}", epoch=analysis.epoch)
    return tr("kept: {name}, epoch {epoch:,}", name=analysis.name, epoch=analysis.epoch)


def _texts(analysis: CodeAnalysis | None) -> dict[str, str]:
    """Return the statistics of ``analysis`` as text, by row; unavailable ones are left out."""
    if analysis is None:
        return {}
    found, nats = analysis.statistics, analysis.figures.kl
    texts = {
        "used_dimensions": tr("{n} of {all}", n=found.used_dimensions, all=found.units),
        "share_active": localized(found.share_active, ".1%"),
        "most_active": tr("{n} of {all}", n=found.most_active, all=found.units),
        "mean_activation": precise(found.mean_activation),
        "jacobian": precise(found.jacobian),
    }
    return texts if nats is None else texts | {"kl": precise(float(nats.sum()))}
