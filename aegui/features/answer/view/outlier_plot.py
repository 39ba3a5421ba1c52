"""The errors of a set as a histogram with a threshold to drag, and what each threshold tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import localized, tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent

    from aegui.core.evaluation.outliers import OutlierBench

_TOP_PX, _BOTTOM_PX, _SIDE_PX = 16, 18, 6
_HANDLE_PX = 6
_GRASP_PX = 8
_STEPS = 100
_BINS = 40
_MOST_DECADES = 8
_LEAST_ERROR, _MOST_ERROR = 1e-12, 1e12
_SIDE_OF_ROC_PX = 130
_MOST_POINTS = 400


class OutlierPlot(QWidget):
    """Histogram of the errors, that of the drawing as a line, and the threshold.

    Signals:
        threshold_moved(error): The threshold was dragged, or moved by the arrows.
    """

    threshold_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[NDArray[np.int64], ...] = ()
        self._decades = (-1, 0)
        self._usual = 0.0
        self._threshold = 0.0
        self._error: float | None = None
        self._is_dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Errors of the set, with the threshold"))
        self.figures = offer_painted(self, "outliers")
        self.setToolTip(tr("Drag the threshold, or move it with the arrows; Home puts it back"))

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(260, 150)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(160, 90)

    # -- what is shown ---------------------------------------------------------------------------

    def set_bench(self, bench: OutlierBench | None) -> None:
        """Show the errors of ``bench``; the threshold is where it puts it."""
        self._counts = ()
        if bench is not None:
            self._usual = self._threshold = bench.threshold
            parts = [bench.inside] if bench.outside is None else [bench.inside, bench.outside]
            self._decades = _decades(parts)
            edges = np.linspace(*self._decades, _BINS + 1)
            self._counts = tuple(
                np.histogram(np.clip(_logarithm(part), *self._decades), edges)[0] for part in parts
            )
        self.update()

    def set_error(self, error: float | None) -> None:
        """Mark the error of the drawing."""
        self._error = error
        self.update()

    @property
    def threshold(self) -> float:
        """Where it is."""
        return self._threshold

    def x_of(self, error: float) -> float:
        """Where an error is on the logarithmic axis; what lies beyond the plot is at its edge."""
        low, high = self._decades
        share = (float(_logarithm(np.array([error]))[0]) - low) / (high - low)
        return _SIDE_PX + (self.width() - 2 * _SIDE_PX) * min(1.0, max(0.0, share))

    def _error_at(self, x: float) -> float:
        low, high = self._decades
        share = (x - _SIDE_PX) / max(1, self.width() - 2 * _SIDE_PX)
        return float(10.0 ** (low + (high - low) * min(1.0, max(0.0, share))))

    # -- mouse and keys --------------------------------------------------------------------------

    def _move_to(self, threshold: float) -> None:
        low, high = self._decades
        self._threshold = min(max(threshold, 10.0**low), 10.0**high)
        self.update()
        self.threshold_moved.emit(self._threshold)
        describe(self, tr("Threshold {error}", error=localized(self._threshold, ".3g")))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._counts and event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = True
            if abs(event.position().x() - self.x_of(self._threshold)) > _GRASP_PX:
                self._move_to(self._error_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._is_dragged:
            self._move_to(self._error_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        del event
        self._is_dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageDown: -10,
            Qt.Key.Key_PageUp: 10,
        }
        if not self._counts:
            super().keyPressEvent(event)
        elif event.key() in steps:
            low, high = self._decades
            self._move_to(self._threshold * 10.0 ** (steps[event.key()] * (high - low) / _STEPS))
        elif event.key() == Qt.Key.Key_Home:
            self._move_to(self._usual)
        else:
            super().keyPressEvent(event)

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        if not self._counts:
            return
        theme = current_theme()
        painter = QPainter(self)
        self._paint_bars(painter, self._counts[0], theme.series[0], theme.panel)
        for counts in self._counts[1:]:
            self._paint_outline(painter, counts, theme.series[1])
        painter.setPen(QPen(theme.border, 1))
        base = self.height() - _BOTTOM_PX
        painter.drawLine(_SIDE_PX, base, self.width() - _SIDE_PX, base)
        self._paint_axis(painter)
        self._paint_threshold(painter)
        if self._error is not None:
            self._paint_error(painter, self._error)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _tops(self, counts: NDArray[np.int64]) -> list[float]:
        """Heights of the bars: each set is as high as the plot."""
        base, most = self.height() - _BOTTOM_PX, max(1, int(counts.max()))
        return [base - (base - _TOP_PX) * count / most for count in counts.tolist()]

    def _paint_bars(
        self, painter: QPainter, counts: NDArray[np.int64], colour: QColor, ground: QColor
    ) -> None:
        base, room = self.height() - _BOTTOM_PX, self.width() - 2 * _SIDE_PX
        for place, top in enumerate(self._tops(counts)):
            left = _SIDE_PX + room * place // len(counts)
            right = _SIDE_PX + room * (place + 1) // len(counts)
            bar = QRect(left, round(top), right - left - 1, base - round(top))
            painter.fillRect(bar, blend(colour, ground, 0.55))

    def _paint_outline(self, painter: QPainter, counts: NDArray[np.int64], colour: QColor) -> None:
        """The other set as steps without a filling, so that the two are told apart by form."""
        base, room = self.height() - _BOTTOM_PX, self.width() - 2 * _SIDE_PX
        points = [QPointF(_SIDE_PX, base)]
        for place, top in enumerate(self._tops(counts)):
            for edge in (place, place + 1):
                points.append(QPointF(_SIDE_PX + room * edge / len(counts), top))
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(QPolygonF(points))

    def _paint_axis(self, painter: QPainter) -> None:
        painter.setPen(current_theme().text_dim)
        below = QRect(_SIDE_PX, self.height() - _BOTTOM_PX + 2, self.width() - 2 * _SIDE_PX, 16)
        low, high = (localized(10.0**decade, "g") for decade in self._decades)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
        words = [tr("squared error"), ""]
        if len(self._counts) > 1:
            words.insert(0, tr("squared error; line: the other set"))
        advance = self.fontMetrics().horizontalAdvance
        room = below.width() - 2 * max(advance(low), advance(high)) - SPACING
        text = next(text for text in words if advance(text) < max(room, 1))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_threshold(self, painter: QPainter) -> None:
        theme = current_theme()
        x = self.x_of(self._threshold)
        painter.setPen(QPen(theme.accent, 2))
        painter.drawLine(QPointF(x, _TOP_PX - 6), QPointF(x, self.height() - _BOTTOM_PX))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(QPointF(x, _TOP_PX - 6), _HANDLE_PX, _HANDLE_PX)

    def _paint_error(self, painter: QPainter, error: float) -> None:
        theme = current_theme()
        x = self.x_of(error)
        painter.setPen(QPen(theme.text, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, _TOP_PX + 10), QPointF(x, self.height() - _BOTTOM_PX))
        text = tr("drawing") if error <= 10.0 ** self._decades[1] else tr("drawing →")
        wide = self.fontMetrics().horizontalAdvance(text) + 4
        left = int(min(max(0.0, x - wide / 2), self.width() - wide))
        painter.setPen(theme.text)
        above = QRect(left, _TOP_PX - 4, wide, 14)
        # Over the handle of the threshold, where that is near.
        painter.fillRect(above, theme.panel)
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, text)


class RocPlot(QWidget):
    """The curve of what every threshold finds, and the place of the one that is set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench: OutlierBench | None = None
        self._threshold = 0.0
        self.setFixedWidth(_SIDE_OF_ROC_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Outliers found against false alarms (ROC)"))
        self.figures = offer_painted(self, "roc")
        self.setToolTip(
            tr(
                "Up: share of the other set beyond the threshold. To the right: share of the own "
                "set beyond it. The diagonal is guessing."
            )
        )

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(_SIDE_OF_ROC_PX, _SIDE_OF_ROC_PX + 16)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(_SIDE_OF_ROC_PX, 90)

    def set_bench(self, bench: OutlierBench | None, threshold: float) -> None:
        """Show the curve of ``bench``, and where ``threshold`` is on it."""
        self._bench, self._threshold = bench, threshold
        if bench is not None and bench.auc is not None:
            describe(
                self,
                tr("Area under the curve {auc}", auc=localized(bench.auc, ".3f")),
                spoken=False,
            )
        self.update()

    def point(self, false_share: float, true_share: float) -> QPointF:
        """Where a place of the curve is."""
        side = min(self.width() - 4, self.height() - 20)
        return QPointF(2 + side * false_share, 2 + side * (1.0 - true_share))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        bench = self._bench
        roc = None if bench is None else bench.roc
        if bench is None or roc is None:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 1))
        painter.drawPolygon(QPolygonF([self.point(*at) for at in ((0, 0), (1, 0), (1, 1), (0, 1))]))
        painter.drawLine(self.point(0, 0), self.point(1, 1))
        count = len(roc.thresholds)
        places = np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(int)
        curve = zip(roc.false_share[places].tolist(), roc.true_share[places].tolist(), strict=True)
        painter.setPen(QPen(theme.series[1], 1.5))
        painter.drawPolyline(QPolygonF([self.point(*at) for at in curve]))
        inside, outside = bench.shares(self._threshold)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawEllipse(self.point(inside, outside or 0.0), 4, 4)
        painter.setPen(theme.text_dim)
        below = QRect(0, self.height() - 16, self.width(), 16)
        painter.drawText(
            below,
            Qt.AlignmentFlag.AlignCenter,
            tr("area {auc}", auc=localized(bench.auc or 0.0, ".3f")),
        )


def _logarithm(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log10(np.clip(errors, _LEAST_ERROR, _MOST_ERROR)), np.float64)


def _decades(parts: Sequence[NDArray[np.float64]]) -> tuple[int, int]:
    """Powers of ten that the errors lie between, not more than ``_MOST_DECADES`` apart."""
    logarithms = np.concatenate([_logarithm(part) for part in parts])
    high = int(np.floor(logarithms.max())) + 1
    return max(int(np.floor(logarithms.min())), high - _MOST_DECADES), high
