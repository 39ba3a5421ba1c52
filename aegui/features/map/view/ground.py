"""The ground of the map: decoded plane, layer, grid, prior and rulers, painted into a pixmap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap

from aegui.features.map.view.backdrop import Inks
from aegui.features.map.view.lattice import LARGE_SHARE
from aegui.features.map.view.marks import paint_prior
from aegui.kit.theme import Theme, blend
from aegui.widgets.rulers import paint_grid, paint_rulers

if TYPE_CHECKING:
    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Viewport

FIELD_CONTRAST, STRONG_CONTRAST, FULL_CONTRAST = 0.16, 0.3, 0.6
"""Share of the text colour in lit pixels of glyphs: faint, strong, zoomed in."""
INK_CONTRAST = 0.34
"""The same for grey images on a dark ground, which are drawn as ink."""
PHOTO_STRENGTH = 0.45
"""Opacity of other images behind samples; it is 1 at full strength."""
FULL_SHARE = 0.8
"""A tile that takes this share of the map is drawn at full strength."""
NEAR_ZOOM, NEARLY_FULL = 32.0, 0.9
"""At this zoom few samples cover the plane: it is drawn at nearly full strength."""
RIBBON_CONTRAST = 0.55
"""Share of the text colour on a ribbon of glyphs, which no sample covers."""
_BLACK = "#000000"
"""Background of images on a dark ground, in their own polarity."""
_STEPS = 10


class Target(NamedTuple):
    """What a picture is painted for."""

    view: Viewport
    """The visible part of the map."""
    size: QSize
    """Size in logical pixels."""
    ratio: float
    """Device pixels per logical pixel."""
    theme: Theme
    """The colours."""
    font: QFont
    """Font of figures and names."""

    def fitting(self, pixmap: QPixmap) -> QPixmap:
        """Return ``pixmap`` if it has this size and ratio, else a new one."""
        # Rounded up: the widget may begin at any fraction of a device pixel.
        width, height = self.size.width() * self.ratio, self.size.height() * self.ratio
        size = QSize(max(1, math.ceil(width)), max(1, math.ceil(height)))
        if pixmap.size() == size and pixmap.devicePixelRatio() == self.ratio:
            return pixmap
        new = QPixmap(size)
        new.setDevicePixelRatio(self.ratio)
        return new


class Ground:
    """Paints everything under the samples of a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._pixmap = QPixmap()
        self._key: object = None

    def drop(self) -> None:
        """Discard the cached pixmap."""
        self._key = None

    def pixmap(self, target: Target) -> QPixmap:
        """Return the whole ground, cached."""
        scene = self._scene
        backdrop = scene.backdrop
        behind = (scene.shown_plane(), backdrop.share, backdrop.nearness)
        field = scene.layers.shown_field()
        key = (target, scene.style, behind, field, scene.has_prior, scene.projection.state)
        if key != self._key:
            self._key = key
            self._pixmap = target.fitting(self._pixmap)
            painter = QPainter(self._pixmap)
            self.paint_plane(painter, target)
            self.paint_rulers(painter, target)
            painter.end()
        return self._pixmap

    def image(self, target: Target) -> QImage:
        """Return everything under the samples, without grid and rulers, as an image for export."""
        view, theme, ratio, layers = target.view, target.theme, target.ratio, self._scene.layers
        image = QImage(target.size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(theme.panel)
        painter = QPainter(image)
        self.paint_plane(painter, target)
        self._paint_prior(painter, target)
        layers.paint_below(painter, view, theme, ratio)
        layers.paint_path(painter, view, theme)
        painter.end()
        return image

    def paint_plane(self, painter: QPainter, target: Target) -> None:
        """Paint the decoded plane and the layer over it."""
        scene, view, theme = self._scene, target.view, target.theme
        if scene.shown_plane() is None:
            painter.fillRect(QRectF(0, 0, target.size.width(), target.size.height()), theme.panel)
        else:
            inks = self._inks(view, theme)
            scene.backdrop.paint(painter, view, inks, target.ratio, scene.band(view))
        scene.layers.paint_field(painter, view, theme, target.font)

    def paint_rulers(self, painter: QPainter, target: Target) -> None:
        """Paint grid, prior and rulers."""
        scene, view, theme = self._scene, target.view, target.theme
        ribbon = scene.projection.ribbon
        if scene.style.grid:
            ground = self._inks(view, theme).off if scene.shown_plane() is not None else None
            paint_grid(painter, view, theme, ribbon=ribbon, on=ground)
        self._paint_prior(painter, target)
        if ribbon:
            self._paint_ribbon_edges(painter, view, theme)
        names = scene.projection.axis_names()
        paint_rulers(painter, view, theme, target.font, names, ribbon=ribbon)

    def _paint_prior(self, painter: QPainter, target: Target) -> None:
        scene = self._scene
        of_pins = scene.projection.pin_directions is not None
        if scene.style.prior and scene.has_prior and not scene.projection.ribbon and not of_pins:
            paint_prior(painter, target.view, target.theme)

    def _inks(self, view: Viewport, theme: Theme) -> Inks:
        """Return the colours of the plane: faint behind samples, strong when zoomed in."""
        scene = self._scene
        look, vivid, ribbon = (
            scene.points.sprites.image_style,
            scene.style.vivid,
            scene.projection.ribbon,
        )
        full = 0.0 if ribbon else self._fullness(view)
        if look.glyphs:
            least = STRONG_CONTRAST if vivid else FIELD_CONTRAST
            least = RIBBON_CONTRAST if ribbon else least
            contrast = _between(least, FULL_CONTRAST, full)
            return Inks(blend(theme.text, theme.panel, contrast), theme.panel)
        if vivid or ribbon:
            return Inks(None, theme.panel if look.ground == 1.0 else QColor(_BLACK))
        strength = _between(PHOTO_STRENGTH, 1.0, full)
        plane = scene.backdrop.plane
        inked = strength < 1.0 and look.ground == 0.0 and plane and plane.images.shape[2] == 1
        if not inked:
            return Inks(None, theme.panel, strength)
        contrast = _between(INK_CONTRAST, FULL_CONTRAST, full)
        return Inks(blend(theme.text, theme.panel, contrast), theme.panel, strength)

    def _fullness(self, view: Viewport) -> float:
        """Return how far the decoded plane is the main content rather than a background: 0 to 1."""
        scene = self._scene
        share = (scene.backdrop.tile_share(view) - LARGE_SHARE) / (FULL_SHARE - LARGE_SHARE)
        zoom = max(1.0, view.sx / scene.home(view).sx)
        # Quantised, because the tiles are coloured again for each strength.
        near = round(_STEPS * math.log(zoom) / math.log(NEAR_ZOOM)) / _STEPS
        return min(1.0, max(0.0, share, min(NEARLY_FULL, near)))

    def _paint_ribbon_edges(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        painter.setPen(QColor(theme.border))
        for row in self._scene.band(view) or ():
            y = round(view.top + row)
            painter.drawLine(round(view.left), y, round(view.left + view.width), y)


def _between(low: float, high: float, share: float) -> float:
    return low + share * (high - low)
