"""Measurements of the place at the cursor, in columns of fixed position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import localized, mark, tr
from aegui.core.latent.geometry import FLATTEST
from aegui.core.latent.insight import distance_words
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QResizeEvent

    from aegui.core.latent.insight import Insight
    from aegui.features.map.model.insight_service import PlaceInsight


@dataclass(frozen=True)
class FigureSpec:
    """Label and help of one measurement."""

    label: str
    """Its name, marked for translation."""
    help: str
    """Its meaning, marked for translation."""


FIGURES: dict[str, FigureSpec] = {
    "entropy": FigureSpec(
        mark("Entropy"),
        mark(
            "Mean entropy of a pixel in bits: 0 if all pixels are black or white, 1 if all are "
            "undecided. The sharper the image, the smaller."
        ),
    ),
    "drift": FigureSpec(
        mark("Drift"),
        mark(
            "Distance from this code to the code of its decoded image. Small: encoder and decoder "
            "agree here. The arrow on the map points to that code."
        ),
    ),
    "stretch": FigureSpec(
        mark("Stretching"),
        mark(
            "How fast the image changes here: log sqrt det J'J of the decoder along the two "
            "directions of the map."
        ),
    ),
    "ratio": FigureSpec(
        mark("Novelty"),
        mark(
            "Distance to the nearest sample divided by that sample's distance to its own nearest "
            "one: 0 is a copy, 1 and more is new."
        ),
    ),
}
"""The displayed measurements, in order."""
_NUMBER_CHARS = 6
_FEWEST_LINES = 3
_ABREAST = (4, 2, 1)
"""Allowed numbers of measurements per line."""


def figure_texts(found: Insight) -> dict[str, str]:
    """Return the formatted measurements of ``found``; a dash for each missing one."""
    values = {
        "entropy": found.entropy,
        "drift": found.drift_length,
        "stretch": found.log_stretch,
        "ratio": found.ratio,
    }
    texts = {key: _text(value) for key, value in values.items()}
    if found.log_stretch is not None and found.log_stretch <= FLATTEST:
        # The image does not change at all: the logarithm was clipped.
        texts["stretch"] = f"≤ {texts['stretch']}"
    return texts


def _text(value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return "–"
    return (
        localized(value, ".2f").replace("-", "\N{MINUS SIGN}")
        if abs(value) < 1000
        else localized(value, ".0e")
    )


class InsightFigures(Painted):
    """A line of words, and lines of measurements in columns."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self._insight: PlaceInsight | None = None
        self._texts: dict[str, str] = {}
        self._words = self._nearest = ""
        self._fonts: tuple[QFont, QFont] | None = None
        self._labels: dict[str, float] | None = None
        self._roomy_for = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("What the image is like"))
        self.figures = offer_painted(self, "insight", fits=False)

    def set_insight(self, insight: PlaceInsight | None) -> None:
        """Show the measurements; None clears them."""
        self._insight = insight
        if insight is None:
            self._texts, self._words, self._nearest = {}, "", ""
            describe(self, "", spoken=False)
        else:
            found = insight.insight
            self._texts = figure_texts(found)
            self._words = found.words
            self._nearest = ""
            if found.kind == "new":
                title = insight.known.title(found.nearest[0][0])
                away = distance_words(found, short=True)
                self._nearest = tr("{distance} from {name}", distance=away, name=title)
            describe(self, insight.words, spoken=False)
        self.update()

    @property
    def words(self) -> str:
        """The line of words; the tooltip has all of it if it is elided."""
        return " · ".join(filter(None, (self._words, self._nearest)))

    @property
    def texts(self) -> dict[str, str]:
        """The displayed texts by their keys; empty without measurements."""
        return dict(self._texts)

    def _line_px(self) -> int:
        return self.fontMetrics().height() + 2

    def _two_fonts(self) -> tuple[QFont, QFont]:
        if self._fonts is None:
            self._fonts = figures_font(self.font(), bold=True), figures_font(self.font())
        return self._fonts

    def _per_line(self) -> int:
        """Return how many measurements fit side by side without eliding labels."""
        fitting = (some for some in _ABREAST if sum(self._cells(some)) <= self.width())
        return next(fitting, 1)

    def _cells(self, per_line: int) -> list[float]:
        """Return the width of each of ``per_line`` columns: longest label, number and gap."""
        number = self._number_px() + 1.5 * SPACING
        labels = list(self._label_px().values())
        return [max(labels[column::per_line]) + number for column in range(per_line)]

    def _number_px(self) -> float:
        return QFontMetricsF(self._two_fonts()[0]).horizontalAdvance("0" * _NUMBER_CHARS)

    def _label_px(self) -> dict[str, float]:
        """Return the widths of the labels by their keys."""
        # Cached: needed several times per mouse move.
        if self._labels is None:
            metrics = QFontMetricsF(self._two_fonts()[1])
            self._labels = {
                key: metrics.horizontalAdvance(tr(spec.label)) for key, spec in FIGURES.items()
            }
        return self._labels

    def _lines(self) -> int:
        """Return the count of lines, at least ``_FEWEST_LINES`` to keep the layout stable."""
        return max(_FEWEST_LINES, 1 + -(-len(FIGURES) // self._per_line()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if self._lines() != self._roomy_for:
            self._roomy_for = self._lines()
            self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(240, self._lines() * self._line_px())

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(120, self._lines() * self._line_px())

    def figure_rect(self, key: str) -> QRectF:
        """Return the rectangle of the measurement ``key``."""
        per_line = self._per_line()
        line, index = divmod(list(FIGURES).index(key), per_line)
        cells = self._cells(per_line)
        free = max(0.0, self.width() - sum(cells)) / per_line
        left = sum(cells[:index]) + index * free
        top, height = (1 + line) * self._line_px(), self._line_px()
        return QRectF(left, top, cells[index] + free, height)

    def tip_at(self, position: QPoint) -> str:
        """Return the help of the measurement at ``position``; elsewhere the line of words."""
        at = position.toPointF()
        key = next((key for key in self._texts if self.figure_rect(key).contains(at)), None)
        if key is None:
            return self.words
        insight = self._insight
        text = tr(FIGURES[key].help)
        if key == "ratio" and insight is not None and insight.known.step > 1:
            return f"{text}\n" + tr(
                "Of this large set one sample in {n} is compared.", n=insight.known.step
            )
        if key == "drift" and insight is not None and insight.insight.drift is not None:
            return f"{text}\n{_vector(insight.insight.drift.tolist())}"
        return text

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        bold, regular = self._two_fonts()
        row = QRectF(0, 0, self.width(), self._line_px())
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold)
        painter.setPen(theme.text)
        words = _elided(bold, self._words, row.width())
        painter.drawText(row, centre, words)
        row.setLeft(QFontMetricsF(bold).horizontalAdvance(words) + SPACING)
        painter.setFont(regular)
        painter.setPen(theme.text_dim)
        painter.drawText(row, centre, _elided(regular, self._nearest, row.width()))
        cells = self._cells(self._per_line())
        for key, text in self._texts.items():
            box = self.figure_rect(key)
            painter.setFont(regular)
            painter.setPen(theme.text_dim)
            number = self._number_px()
            # In a very narrow panel the label is elided, never the number.
            cell = min(cells[list(FIGURES).index(key) % len(cells)], box.width() + SPACING / 2)
            name_width = cell - number - 1.5 * SPACING
            left = name_width + SPACING / 2
            painter.drawText(box, centre, _elided(regular, tr(FIGURES[key].label), name_width + 1))
            place = QRectF(box.left() + left, box.top(), number, box.height())
            painter.setFont(bold)
            painter.setPen(theme.text)
            painter.drawText(place, centre | Qt.AlignmentFlag.AlignRight, text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        self._fonts = None
        self._labels = None
        super().changeEvent(event)


def _elided(font: QFont, text: str, width: float) -> str:
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


def _vector(numbers: list[float]) -> str:
    shown = ", ".join(_text(value) for value in numbers[:8])
    return f"({shown}{', …' if len(numbers) > 8 else ''})"
