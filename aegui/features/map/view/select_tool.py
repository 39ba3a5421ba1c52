"""Selection of samples on the map with a lasso, and dragging samples out of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from aegui.core.i18n import tr, trn
from aegui.kit.speech import describe
from aegui.widgets.dragged_samples import drag_samples
from aegui.widgets.glyphs import label_name
from aegui.widgets.shapes import in_polygon
from aegui.widgets.viewport import bounds_of, enlarged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.frame import Frame
    from aegui.features.map.view.canvas import LatentCanvas
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


_MAX_NAMED = 6


class SelectTool(QObject):
    """The lasso of a map; highlights the selection on the map and emits it."""

    def __init__(self, canvas: LatentCanvas) -> None:
        super().__init__(canvas)
        self._map = canvas
        self._lasso = canvas.cursor_overlay.lasso
        self._adds = False
        self.is_on = False
        """Whether dragging draws a lasso instead of moving the map."""
        self.rest_cursor = Qt.CursorShape.CrossCursor
        """The mouse cursor over the map while nothing is dragged."""
        self.region: tuple[NDArray[np.float64], Frame] | None = None
        """Corners ``[m, 2]`` of the last lasso and the frame of the map then; None once the
        selection has changed since."""
        canvas.overlays.bar.lasso.toggled.connect(self._on_bar_lasso_edited)
        canvas.overlays.selection.zoom.clicked.connect(self.zoom)
        canvas.overlays.selection.clear.clicked.connect(self.clear)

    @property
    def is_drawn(self) -> bool:
        """Whether a line is being drawn."""
        return self._lasso.is_drawn

    def set_on(self, on: bool) -> None:
        """Set whether dragging draws a lasso or moves the map."""
        self._map.overlays.bar.lasso.setChecked(on)

    def _on_bar_lasso_edited(self, on: bool) -> None:
        shapes = Qt.CursorShape
        self.is_on, self.rest_cursor = on, shapes.PointingHandCursor if on else shapes.CrossCursor
        self._map.setCursor(self.rest_cursor)

    # Line

    def begin(self, at: QPointF, *, adds: bool) -> None:
        """Start a line at the pixel ``at``; with ``adds`` it extends the selection."""
        self._adds = adds
        self._lasso.begin(at)
        # The view must not move under the line.
        self._map.navigation.keep_still(True)

    def drag(self, at: QPointF) -> None:
        """Extend the line to the pixel ``at``."""
        before = self._lasso.rect()
        self._lasso.extend(at)
        self._map.update(before.united(self._lasso.rect()).toAlignedRect())

    def drop(self, at: QPointF) -> None:
        """Select the samples within the line, or none after a mere click."""
        scene, view = self._map.scene, self._map.navigation.view
        self._map.mouse.point_at(at)
        self._map.update(self._lasso.rect().toAlignedRect())
        found, region = np.zeros(0, np.int64), None
        if not self._lasso.is_click:
            scene.lay_out(view)
            found = scene.points.indices[self._lasso.rows(scene.points, view)]
            region = (self._lasso.coordinates(view), scene.projection.frame)
        self._let_go()
        self.select(np.union1d(self._map.selection, found) if self._adds else found)
        self.region = region

    def cancel(self) -> None:
        """Cancel the line."""
        self._map.update(self._lasso.rect().toAlignedRect())
        self._let_go()

    def _let_go(self) -> None:
        self._lasso.drop()
        self._map.navigation.keep_still(False)

    def drag_samples(self, pressed: QPointF, *, alone: bool) -> bool:
        """Start dragging the sample at ``pressed`` or the selection it is in, else return False.

        A sample that is not selected is dragged only if ``alone``; otherwise the map is moved.
        """
        if self.is_on:
            return False
        selection = self._map.selection
        index = self._map.scene.sample_at(self._map.navigation.view, pressed)
        if index is None:
            return False
        chosen = index in selection
        if not chosen and not alone:
            return False
        drag_samples(self._map, selection.tolist() if chosen else [index])
        return True

    # Selection

    def open(self, index: int) -> None:
        """Activate a sample and request the editor."""
        self._map.sample_activated.emit(index)
        self._map.editor_requested.emit()

    def select(self, indices: NDArray[np.int64]) -> None:
        """Set the selection to the samples ``indices`` ``[k]`` and emit it if it has changed."""
        if not np.array_equal(indices, self._map.selection):
            self._map.set_selection(indices)
            self._say()
            self._map.selection_changed.emit(self._map.selection)

    def _say(self) -> None:
        """Describe the selection for screen readers."""
        chosen, names = self._map.selection, self._map.scene.points.sprites.names
        if not len(chosen):
            describe(self._map, tr("Nothing is selected"))
            return
        count = trn("{n} sample selected", "{n} samples selected", len(chosen))
        few = ", ".join(label_name(names[index]) for index in chosen[:_MAX_NAMED].tolist())
        more = ", ..." if len(chosen) > _MAX_NAMED else ""
        describe(self._map, f"{count}: {few}{more}")

    def clear(self) -> None:
        """Clear the selection, and forget a lasso around no sample."""
        self.forget_region()
        self.select(np.zeros(0, np.int64))

    def forget_region(self) -> None:
        """Forget the last lasso: it was drawn around other samples or codes."""
        self.region = None

    def zoom(self) -> None:
        """Zoom to the selected samples, or to all if none is selected."""
        scene = self._map.scene
        rows = np.flatnonzero(np.isin(scene.points.indices, self._map.selection))
        bounds = bounds_of(scene.points.coordinates[rows])
        if bounds is None:
            self._map.fit()
        else:
            seen = enlarged(bounds, scene.bounds)
            self._map.navigation.show(seen, animated=self._map.isVisible())
