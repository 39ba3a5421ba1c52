"""The lasso: selection of samples by drawing around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from aegui.widgets.shapes import in_polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.theme import Theme
    from aegui.widgets.scatter.point_layer import PointLayer
    from aegui.widgets.viewport import Viewport

MIN_PX = 6.0
"""A line within this many pixels is a click, which selects nothing."""
_APART_PX = 3.0
_MAX_CORNERS = 96
_FILL = 0.10


class Lasso:
    """The line being drawn, in widget pixels."""

    def __init__(self) -> None:
        self._corners: list[QPointF] = []
        self.is_drawn = False
        """Whether a line is being drawn."""

    def begin(self, at: QPointF) -> None:
        """Start a line at ``at``."""
        self._corners, self.is_drawn = [QPointF(at)], True

    def extend(self, at: QPointF) -> None:
        """Extend the line to ``at``."""
        if (at - self._corners[-1]).manhattanLength() >= _APART_PX:
            self._corners.append(QPointF(at))

    def drop(self) -> None:
        """Discard the line."""
        self._corners, self.is_drawn = [], False

    def rect(self) -> QRectF:
        """Return the rectangle that ``paint`` covers."""
        return QPolygonF(self._corners).boundingRect().adjusted(-2, -2, 2, 2)

    @property
    def is_click(self) -> bool:
        """Whether the line is too short to be more than a click."""
        box = QPolygonF(self._corners).boundingRect()
        return max(box.width(), box.height()) < MIN_PX

    def coordinates(self, view: Viewport) -> NDArray[np.float64]:
        """Return the corners in map coordinates of ``view``, ``[m, 2]``."""
        return np.array([view.to_latent(corner.x(), corner.y()) for corner in self._corners])

    def rows(self, points: PointLayer, view: Viewport) -> NDArray[np.int64]:
        """Return the rows of ``points``, as laid out in ``view``, inside the closed line."""
        # Each corner costs a pass over all samples; more corners make no visible difference.
        step = -(-len(self._corners) // _MAX_CORNERS)
        corners = [(corner.x(), corner.y()) for corner in self._corners[::step]]
        rows = points.rows_in(view, QPolygonF(self._corners).boundingRect())
        return rows[in_polygon(points.pixels_of(rows), corners)]

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Paint the line and its interior."""
        if not self._corners:
            return
        fill = QColor(theme.accent)
        fill.setAlphaF(_FILL)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, 1.4, Qt.PenStyle.DashLine))
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(self._corners))
