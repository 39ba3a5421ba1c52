"""How often each value occurs among the numbers of all codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.kit.charts.scale import Scale, figure, precise
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.theme import SPACING, current_theme, figures_font

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QPaintEvent

    from aegui.features.code.model.code_service import CodeLook

_SMALL = 0.88
_LINE_PX = 16
_TICK_PX = 40
_POINTS = 120


class ActivationHistogram(Painted):
    """Shows the numbers of the codes of a ``CodeLook``. Passive.

    Heights are square roots of the shares: a sparse code is nearly always 0, and what it is now
    and then could not be seen beside that.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: CodeLook | None = None
        self._shares: NDArray[np.float64] = np.zeros(0)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Histogram of activations"))
        self.figures = offer_painted(self, "activations")

    def sizeHint(self) -> QSize:
        """Room for its bins."""
        return QSize(280, 130)

    def minimumSizeHint(self) -> QSize:
        """As small as it may be."""
        return QSize(120, 60)

    def set_look(self, look: CodeLook | None) -> None:
        """Show the activations of ``look``."""
        self._look = look
        if look is not None:
            counts = look.figures.counts
            self._shares = counts / max(1, int(counts.sum()))
            self.setAccessibleDescription(self.words(int(np.argmax(counts))))
        self.update()

    def words(self, number: int) -> str:
        """What a bin says, in a sentence."""
        assert self._look is not None
        edges = self._look.figures.edges
        return tr(
            "{share:.1%} of all numbers of the codes lie between {low} and {high}.",
            share=float(self._shares[number]),
            low=precise(float(edges[number])),
            high=precise(float(edges[number + 1])),
        )

    def _plot(self) -> QRectF:
        area = QRectF(self.rect()).adjusted(SPACING, SPACING / 2, -SPACING, -_LINE_PX - 2)
        # The line that says what the heights are.
        return area.adjusted(0, _LINE_PX, 0, 0)

    def _scale(self) -> Scale:
        assert self._look is not None
        edges = self._look.figures.edges
        return Scale(float(edges[0]), float(edges[-1]))

    def _x(self, plot: QRectF, scale: Scale, value: float) -> float:
        return plot.x() + (value - scale.low) / (scale.high - scale.low) * plot.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bins, the prior of a variational code, and the axis."""
        del event
        if self._look is None:
            return
        painter = QPainter(self)
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        theme, plot, scale = current_theme(), self._plot(), self._scale()
        edges = self._look.figures.edges
        heights = np.sqrt(self._shares) * plot.height()
        prior = self._prior(scale)
        top = max(float(self._shares.max(initial=0.0)), float(prior.max(initial=0.0)))
        heights /= max(1e-12, np.sqrt(top))
        for number, height in enumerate(heights):
            left = self._x(plot, scale, float(edges[number]))
            right = self._x(plot, scale, float(edges[number + 1]))
            gap = 1.0 if right - left > 3 else 0.0
            painter.fillRect(
                QRectF(left, plot.bottom() - height, right - left - gap, height), theme.accent
            )
        self._paint_prior(painter, plot, prior, top)
        self._paint_axis(painter, plot, scale)

    def _prior(self, scale: Scale) -> NDArray[np.float64]:
        """Shares that N(0, 1) would have, ``[points]``; empty where it is not the prior."""
        assert self._look is not None
        if self._look.figures.kl is None:
            return np.zeros(0)
        x = np.linspace(scale.low, scale.high, _POINTS)
        width = (scale.high - scale.low) / len(self._shares)
        return np.asarray(width * np.exp(-0.5 * np.square(x)) / np.sqrt(2 * np.pi))

    def _paint_prior(
        self, painter: QPainter, plot: QRectF, prior: NDArray[np.float64], top: float
    ) -> None:
        theme = current_theme()
        text = tr("heights: square roots of shares")
        if len(prior):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.text, 1.5, Qt.PenStyle.DashLine))
            x = np.linspace(plot.left(), plot.right(), len(prior))
            y = plot.bottom() - np.sqrt(prior / max(1e-12, top)) * plot.height()
            painter.drawPolyline([QPointF(a, b) for a, b in zip(x, y, strict=True)])
            text = tr("heights: square roots; dashed: the prior")
        painter.setPen(theme.text_dim)
        line = QRectF(plot.left(), 0, plot.width(), _LINE_PX + SPACING / 2)
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(line.width())
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_axis(self, painter: QPainter, plot: QRectF, scale: Scale) -> None:
        theme = current_theme()
        painter.setPen(theme.border)
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(theme.text_dim)
        for tick in scale.ticks(max(2, int(plot.width() // _TICK_PX))):
            x = self._x(plot, scale, tick)
            below = QRectF(x - 30, plot.bottom() + 2, 60, _LINE_PX)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, figure(tick))

    def tip_at(self, position: QPoint) -> str:
        """Tell what a bin says."""
        plot = self._plot()
        share = (position.x() - plot.x()) / max(1.0, plot.width())
        inside = self._look is not None and 0.0 <= share < 1.0
        return self.words(int(share * len(self._shares))) if inside else ""
