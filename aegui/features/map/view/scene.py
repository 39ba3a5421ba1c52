"""The contents of the map, painted into two cached pixmaps: the ground and the whole map."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap

from aegui.core.i18n import tr
from aegui.core.latent.frame import Frame, axes_frame, directions_through, spanned_frame
from aegui.features.map.view.backdrop import DecodedBackground, Inks
from aegui.features.map.view.lattice import LARGE_SHARE, covers, ribbon_band
from aegui.features.map.view.layers import Layers
from aegui.features.map.view.marks import (
    DRAWING_PX,
    paint_drawing,
    paint_pin,
    paint_prior,
    paint_trail,
)
from aegui.features.map.view.nearness import Nearness
from aegui.features.map.view.types import MapStyle, Pin
from aegui.kit.theme import Theme, blend
from aegui.widgets.rulers import axis_name, paint_grid, paint_rulers
from aegui.widgets.scatter.point_layer import PointLayer
from aegui.widgets.viewport import Bounds, Viewport, bounds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.session.map.codes_service import Codes

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
PRIOR_BOUNDS = (-2.5, -2.5, 2.5, 2.5)
"""Bounds of the map if there is a prior but no code."""
_BLACK = "#000000"
"""Background of images on a dark ground, in their own polarity."""
_OUTLYING, _MUCH_SMALLER, _FEWEST_CROWDED = 0.02, 0.5, 50
"""Quantile of outliers left out of the first view if that halves its area."""
_FORMER_REACH = 0.5
"""Pins of a previous network count within this share of the codes' longer side."""
_QUICKLY_SEARCHED = 100_000
_STEPS = 10


class Scene:
    """The contents of the map and the projection of codes of d numbers onto its plane.

    x and y are the two code dimensions ``axes``, or, if the map is ``spanned``, the two principal
    directions of the codes or the directions through pins (``pin_directions``). ``base`` supplies
    the other components for everything that only has a place on the plane (the cursor, the decoded
    tiles): the mean of the codes, updated with them (``follows_mean``), until another is chosen.
    Codes of one number lie along x, over a ribbon of decoded tiles.
    """

    def __init__(self) -> None:
        self.points = PointLayer()
        self.backdrop = DecodedBackground()
        self.style = MapStyle()
        self.axes = (0, 1)
        self.spanned = False
        self.pin_directions: NDArray[np.float32] | None = None
        self.is_random = False
        """Whether the plane passes through random codes."""
        self.has_prior = False
        self.directions: NDArray[np.float32] = np.eye(2, dtype=np.float32)
        self.base: NDArray[np.float32] = np.zeros(2, np.float32)
        self.size = 2
        """Numbers per code, d."""
        self.ribbon = False
        """Whether codes have only one number."""
        self.follows_mean = True
        self.codes: Codes | None = None
        self.bounds: Bounds | None = None
        self.crowd: Bounds | None = None
        """``bounds`` without outliers."""
        self._pin_bounds: Bounds | None = None
        self._shuffled = 0
        self.pins: tuple[Pin, ...] = ()
        self.drawing: NDArray[np.float64] | None = None
        self.trail: NDArray[np.float64] = np.zeros((0, 2))
        self.layers = Layers(self)
        self._values: dict[str, NDArray[np.float64]] = {}
        self._ground = QPixmap()
        self._ground_key: object = None
        self._seen: Viewport | None = None
        self._whole, self._spare = QPixmap(), QPixmap()
        self._whole_key: tuple[Viewport, QSize, float, str, int] | None = None
        self._version = 0
        self._laid_out: object = None
        self._frame: tuple[object, Frame, object] | None = None
        self._code: tuple[object, NDArray[np.float32]] | None = None

    @property
    def is_rough(self) -> bool:
        """Whether painting again would add detail."""
        return self.points.is_rough or self.layers.is_rough or self.backdrop.is_fading

    def touch(self) -> None:
        """Mark the cached pictures as outdated after a change of the contents."""
        self._version += 1

    def drop_pictures(self) -> None:
        """Discard all cached pictures after a change of colours, fonts or screen."""
        self.points.sprites.drop()
        self._ground_key = self._whole_key = None
        self.touch()

    def set_live(self, live: bool) -> None:
        """Set whether codes and planes change continuously because the network trains."""
        self.backdrop.set_live(live)
        self._spare = QPixmap()

    def set_style(self, style: MapStyle) -> None:
        """Set what is displayed and how."""
        self.style = style
        self._colour_points()

    def set_values(self, name: str, values: NDArray[np.float64] | None) -> None:
        """Set values ``[N]`` to colour samples by; ``name`` is a key of ``COLOURS``."""
        self._values.pop(name, None)
        if values is not None:
            self._values[name] = values
        self._colour_points()

    def forget_values(self) -> None:
        """Discard the values of the previous samples."""
        self._values.clear()
        self._colour_points()

    def _colour_points(self) -> None:
        """Colour the samples as the style requires, if the values are known."""
        self.points.colours.set_values(self._values.get(self.style.colour))

    def set_size(self, size: int) -> None:
        """Set the size of the codes to ``size`` numbers and reset the projection."""
        self.base = np.zeros(size, np.float32)
        self.size, self.ribbon = size, size == 1
        self.follows_mean = True
        self.axes = (0, min(1, size - 1))
        self.directions = np.eye(2, size, dtype=np.float32)
        self.pin_directions, self.is_random = None, False
        # Two dimensions out of many show little: begin with the principal plane.
        self.spanned = size > 2
        self.set_plane(None)

    def set_plane(self, plane: Plane | None) -> None:
        """Set the decoded plane behind the samples."""
        whole = plane is not None and self._is_whole(plane)
        self.backdrop.set_plane(plane, glyphs=self.points.sprites.look.glyphs, whole=whole)

    def _is_whole(self, plane: Plane) -> bool:
        """Return whether ``plane`` covers everything a map of all codes shows."""
        return self.bounds is not None and covers(plane.rect, self.bounds, ribbon=self.ribbon)

    def set_codes(self, codes: Codes | None) -> None:
        """Set the codes of the samples."""
        self.codes = codes
        self.turn()
        self.project_codes()

    def turn(self) -> None:
        """Update the directions: those through pins, or the principal ones of the codes."""
        if self.pin_directions is not None:
            self.directions = self.pin_directions
        elif self.codes is not None:
            self.directions = self.codes.directions

    def set_plane_through(self, places: NDArray[np.float32] | None) -> None:
        """Show the plane through three codes ``[3, d]``, or, without one, two dimensions.

        The first code lies to the left of the second, the third above them.
        """
        fits = places is not None and places.shape == (3, self.size) and self.size > 2
        self.pin_directions = directions_through(places) if fits and places is not None else None
        self.spanned, self.is_random = self.pin_directions is not None, False
        if self.pin_directions is not None and places is not None:
            self.base, self.follows_mean = places[0].copy(), False
            self._pin_bounds = bounds_of(np.asarray(places @ self.pin_directions.T, np.float64))

    @property
    def lacks_codes(self) -> bool:
        """Whether codes have more than two numbers but no sample has a code."""
        return self.size > 2 and self.codes is not None and not len(self.codes.values)

    def shuffle(self) -> None:
        """Show the plane through three codes drawn from a standard normal, others each time."""
        self._shuffled += 1
        draw = np.random.default_rng(self._shuffled)
        self.set_plane_through(draw.standard_normal((3, self.size)).astype(np.float32))
        self.is_random = True

    def project_codes(self) -> None:
        """Recompute places and bounds of the samples after a change of codes or axes."""
        codes = self.codes
        places = np.zeros((0, 2)) if codes is None else self.project(codes.values)
        self.bounds, self.crowd = bounds_of(places), _crowd(places)
        if self.bounds is None and codes is not None and self.pin_directions is not None:
            self.bounds = self.crowd = self._pin_bounds
        elif self.bounds is None and codes is not None and self.has_prior:
            self.bounds = self.crowd = PRIOR_BOUNDS
        near = len(places) >= _FEWEST_CROWDED and self.crowd is not None and not self.ribbon
        self.backdrop.set_nearness(
            Nearness(places, self.crowd) if near and self.crowd is not None else None
        )
        self.points.set_places(places, self.bounds, None if codes is None else codes.indices)
        self.touch()

    @property
    def framed(self) -> Bounds | None:
        """Bounds of the whole map: the codes of the samples, and the pins.

        Pins of a previous network count only near the codes: one that lies far outside would shrink
        the map to a speck.
        """
        return self._with_pins(self.bounds)

    @property
    def first_framed(self) -> Bounds | None:
        """Bounds shown at first: those of most codes, and the pins."""
        return self._with_pins(self.crowd)

    def _with_pins(self, bounds: Bounds | None) -> Bounds | None:
        fitting = [pin for pin in self.pins if len(pin.z) == self.size]
        if bounds is None or not fitting:
            return bounds
        places = self.project(np.stack([pin.z for pin in fitting]))
        low, high = np.reshape(bounds, (2, 2))
        reach = _FORMER_REACH * (float((high - low).max()) or 1.0)
        is_near = ((places >= low - reach) & (places <= high + reach)).all(axis=1)
        counts = np.logical_or(is_near, [not pin.is_former for pin in fitting])
        return bounds_of(np.vstack([places[counts], low, high]))

    def project(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return the places ``[N, 2]`` of ``codes`` ``[N, d]`` on the plane."""
        z = np.asarray(codes).reshape(-1, self.size)
        if self.ribbon:
            return np.column_stack([z[:, 0], np.zeros(len(z))]).astype(np.float64)
        if self.spanned:
            # Matrix products warn about non-finite numbers; such codes are simply not drawn.
            with np.errstate(invalid="ignore", over="ignore"):
                return np.asarray(z.astype(np.float32) @ self.directions.T, np.float64)
        return np.ascontiguousarray(z[:, list(self.axes)], np.float64)

    @property
    def frame(self) -> Frame:
        """The mapping from x and y to codes."""
        of = (self.spanned, self.ribbon, self.axes, id(self.directions), id(self.base))
        if self._frame is None or self._frame[0] != of:
            spans = self.spanned and not self.ribbon
            directions, base = self.directions, self.base
            made = spanned_frame(directions, base) if spans else axes_frame(self.axes, base)
            # Keep the arrays alive, so that no other array can get the same ``id``.
            self._frame = of, made, (directions, base)
        return self._frame[1]

    def full_code(self, x: float, y: float) -> NDArray[np.float32]:
        """Return the code ``[d]`` at a place on the plane."""
        of = (x, y, self.frame)
        if self._code is None or self._code[0] != of:
            self._code = of, self._code_at(x, y)
        return self._code[1].copy()

    def _code_at(self, x: float, y: float) -> NDArray[np.float32]:
        if self.spanned:
            code: NDArray[np.float32] = self.frame.codes(x, y)[0]
            return code
        code = self.base.copy()
        if not self.ribbon:
            code[self.axes[1]] = y
        code[self.axes[0]] = x
        return code

    def nearest(self, code: NDArray[np.float32]) -> int | None:
        """Return the sample nearest to ``code`` ``[d]``; in large sets, nearest on the plane."""
        if self.codes is None or not len(self.codes.values):
            return None
        if self.codes.values.size > _QUICKLY_SEARCHED:
            x, y = self.project(code)[0].tolist()
            at = self.points.index.nearest(x, y)
            return None if at is None else int(self.codes.indices[at])
        distance = ((self.codes.values.astype(np.float64) - code) ** 2).sum(axis=1)
        if np.isnan(distance).all():
            return None
        return int(self.codes.indices[np.nanargmin(distance)])

    def band(self, view: Viewport) -> tuple[float, float] | None:
        """Return first and last pixel row of the ribbon, counted from the top of ``view``."""
        if not self.ribbon:
            return None
        sprites = self.points.sprites
        return ribbon_band(view, self._home(view), sprites.image_shape, glyphs=sprites.look.glyphs)

    def _home(self, view: Viewport) -> Viewport:
        """Return the viewport of ``view``'s size that shows all codes."""
        return view if self.bounds is None else view.fitted(self.bounds)

    def lay_out(self, view: Viewport) -> None:
        """Compute the layout of the samples in ``view`` unless it is up to date."""
        key = (view, self._version)
        if key == self._laid_out:
            return
        self._laid_out = key
        band = self.band(view)
        floor = None if band is None else view.top + band[0] - 6
        self.points.lay_out(view, self.style.points, labels=self.style.labels, floor=floor)

    def pin_places(self, view: Viewport) -> list[tuple[int, QPointF]]:
        """Return index and pixel of each pin whose code has the size of the map's codes."""
        return [
            (index, self._pixel(view, self.project(pin.z)))
            for index, pin in enumerate(self.pins)
            if len(pin.z) == self.size
        ]

    def _pixel(self, view: Viewport, place: NDArray[np.float64]) -> QPointF:
        x, y = view.to_pixels(place)[0].tolist()
        band = self.band(view)
        return QPointF(x, y if band is None else view.top + band[0])

    def picture(
        self, view: Viewport, size: QSize, ratio: float, theme: Theme, font: QFont
    ) -> QPixmap:
        """Return the whole map as a pixmap of ``size`` logical pixels, cached."""
        self.lay_out(view)
        if not self.is_painted(view, size, ratio, theme):
            for _ in self._parts(self._whole, view, size, ratio, theme, font):
                pass
        return self._whole

    def is_painted(self, view: Viewport, size: QSize, ratio: float, theme: Theme) -> bool:
        """Return whether ``picture`` would paint nothing."""
        return self._whole_key == (view, size, ratio, theme.key, self._version)

    def picture_before(
        self, size: QSize, ratio: float, theme: Theme
    ) -> tuple[QPixmap, Viewport] | None:
        """Return the last picture and its viewport if it has this size, ratio and theme."""
        if self._whole_key is None or self._whole_key[1:4] != (size, ratio, theme.key):
            return None
        return self._whole, self._whole_key[0]

    def paint_ahead(
        self, view: Viewport, size: QSize, ratio: float, theme: Theme, font: QFont
    ) -> Iterator[None]:
        """Paint the next picture in parts; ``picture`` returns the previous one meanwhile."""
        before = self._whole
        yield from self._parts(self._spare, view, size, ratio, theme, font)
        self._spare = before

    def _parts(
        self, onto: QPixmap, view: Viewport, size: QSize, ratio: float, theme: Theme, font: QFont
    ) -> Iterator[None]:
        """Paint the whole map in parts onto a pixmap, which becomes the picture at the end."""
        key = (view, size, ratio, theme.key, self._version)
        self.lay_out(view)
        yield
        onto = _fitting(onto, size, ratio)
        if view != self._seen:
            # While the view moves, a cached ground would not be reused.
            self._seen = view
            with _painting(onto) as painter:
                self._paint_plane(painter, view, size, ratio, theme, font)
            yield
            with _painting(onto) as painter:
                self._paint_rulers(painter, view, theme, font)
        else:
            ground = self._painted_ground(view, size, ratio, theme, font)
            yield
            with _painting(onto) as painter:
                painter.drawPixmap(0, 0, ground)
        yield
        # Meanwhile the layout may have been computed for another view or other codes.
        self.lay_out(view)
        with _painting(onto) as painter:
            painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
            self.layers.paint_below(painter, view, theme, ratio)
            over = self.layers.shown_field() is not None
            self.points.paint(painter, view, theme, ratio, font, over_field=over)
            self._paint_marks(painter, view, theme, font)
        self._whole, self._whole_key = onto, key

    def _painted_ground(
        self, view: Viewport, size: QSize, ratio: float, theme: Theme, font: QFont
    ) -> QPixmap:
        style, plane = self.style, self._shown_plane()
        turned = self.spanned and self.directions.tobytes()
        field = self.layers.shown_field()
        behind = (plane, self.backdrop.share, self.backdrop.nearness, field)
        key = (view, size, ratio, theme.key, style, behind, self.axes, self.size, turned)
        if key == self._ground_key:
            return self._ground
        self._ground_key = key
        self._ground = _fitting(self._ground, size, ratio)
        painter = QPainter(self._ground)
        self._paint_ground(painter, view, size, ratio, theme, font)
        painter.end()
        return self._ground

    def _paint_ground(
        self,
        painter: QPainter,
        view: Viewport,
        size: QSize,
        ratio: float,
        theme: Theme,
        font: QFont,
    ) -> None:
        """Paint everything under the samples and their marks."""
        self._paint_plane(painter, view, size, ratio, theme, font)
        self._paint_rulers(painter, view, theme, font)

    def _paint_rulers(self, painter: QPainter, view: Viewport, theme: Theme, font: QFont) -> None:
        """Paint grid, prior and rulers."""
        style = self.style
        if style.grid:
            ground = self._inks(view, theme).off if self._shown_plane() is not None else None
            paint_grid(painter, view, theme, ribbon=self.ribbon, on=ground)
        if style.prior and self.has_prior and not self.ribbon and self.pin_directions is None:
            paint_prior(painter, view, theme)
        if self.ribbon:
            self._paint_ribbon_edges(painter, view, theme)
        paint_rulers(painter, view, theme, font, self.axis_names(), ribbon=self.ribbon)

    def _paint_plane(
        self,
        painter: QPainter,
        view: Viewport,
        size: QSize,
        ratio: float,
        theme: Theme,
        font: QFont,
    ) -> None:
        """Paint the decoded plane and the layer over it."""
        if self._shown_plane() is None:
            painter.fillRect(QRectF(0, 0, size.width(), size.height()), theme.panel)
        else:
            self.backdrop.paint(painter, view, self._inks(view, theme), ratio, self.band(view))
        self.layers.paint_field(painter, view, theme, font)

    def ground_image(self, view: Viewport, ratio: float, theme: Theme, font: QFont) -> QImage:
        """Return everything under the samples, without rulers, as an image for export."""
        size = QSize(round(view.width), round(view.height))
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(theme.panel)
        painter = QPainter(image)
        self._paint_plane(painter, view, size, ratio, theme, font)
        if self.style.prior and self.has_prior and not self.ribbon and self.pin_directions is None:
            paint_prior(painter, view, theme)
        self.layers.paint_below(painter, view, theme, ratio)
        self.layers.paint_path(painter, view, theme)
        painter.end()
        return image

    def axis_names(self) -> tuple[str, str]:
        """Return the names of the x and y axes."""
        if self.pin_directions is not None:
            return tr("P1"), tr("P2")
        if self.spanned:
            return tr("PC1"), tr("PC2")
        return axis_name(self.axes[0]), axis_name(self.axes[1])

    def _inks(self, view: Viewport, theme: Theme) -> Inks:
        """Return the colours of the plane: faint behind samples, strong when zoomed in."""
        look, vivid = self.points.sprites.look, self.style.vivid
        full = 0.0 if self.ribbon else self._fullness(view)
        if look.glyphs:
            least = STRONG_CONTRAST if vivid else FIELD_CONTRAST
            least = RIBBON_CONTRAST if self.ribbon else least
            contrast = _between(least, FULL_CONTRAST, full)
            return Inks(blend(theme.text, theme.panel, contrast), theme.panel)
        if vivid or self.ribbon:
            return Inks(None, theme.panel if look.ground == 1.0 else QColor(_BLACK))
        strength = _between(PHOTO_STRENGTH, 1.0, full)
        plane = self.backdrop.plane
        inked = strength < 1.0 and look.ground == 0.0 and plane and plane.images.shape[2] == 1
        if not inked:
            return Inks(None, theme.panel, strength)
        contrast = _between(INK_CONTRAST, FULL_CONTRAST, full)
        return Inks(blend(theme.text, theme.panel, contrast), theme.panel, strength)

    def _fullness(self, view: Viewport) -> float:
        """Return how far the decoded plane is the main content rather than a background: 0 to 1."""
        share = (self.backdrop.tile_share(view) - LARGE_SHARE) / (FULL_SHARE - LARGE_SHARE)
        zoom = max(1.0, view.sx / self._home(view).sx)
        # Quantised, because the tiles are coloured again for each strength.
        near = round(_STEPS * math.log(zoom) / math.log(NEAR_ZOOM)) / _STEPS
        return min(1.0, max(0.0, share, min(NEARLY_FULL, near)))

    def _shown_plane(self) -> object:
        """Return the plane if enabled and of the current axes and network, else None."""
        plane = self.backdrop.plane
        if plane is None or not self.style.plane or self.codes is None:
            return None
        known = plane.frame.size == self.size
        return plane if known and (self.ribbon or plane.frame.parallel(self.frame)) else None

    def _paint_ribbon_edges(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        band = self.band(view)
        if band is not None:
            painter.setPen(QColor(theme.border))
            for row in band:
                y = round(view.top + row)
                painter.drawLine(round(view.left), y, round(view.left + view.width), y)

    def _paint_marks(self, painter: QPainter, view: Viewport, theme: Theme, font: QFont) -> None:
        self.layers.paint_path(painter, view, theme)
        for index, at in self.pin_places(view):
            paint_pin(painter, at, self.pins[index].name, theme, font)

    def paint_drawn(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Paint the drawing's code and trail, not cached because they move often."""
        at = self._drawn_at(view)
        if at is None:
            return
        trail = self._trail_pixels(view)
        if len(trail) > 1:
            paint_trail(painter, trail, theme)
        paint_drawing(painter, at, theme)

    def drawn_rect(self, view: Viewport) -> QRectF:
        """Return the rectangle that ``paint_drawn`` covers."""
        at = self._drawn_at(view)
        if at is None:
            return QRectF()
        x, y = np.vstack([self._trail_pixels(view), [[at.x(), at.y()]]]).T
        rect = QRectF(QPointF(x.min(), y.min()), QPointF(x.max(), y.max()))
        reach = DRAWING_PX + 6.0
        return rect.adjusted(-reach, -reach, reach, reach)

    def _drawn_at(self, view: Viewport) -> QPointF | None:
        """Return the position of the drawing's code on the screen; None without a finite code."""
        if self.drawing is None or not np.isfinite(self.drawing).all():
            return None
        return self._pixel(view, self.project(self.drawing))

    def _trail_pixels(self, view: Viewport) -> NDArray[np.float64]:
        finite = self.trail[np.isfinite(self.trail).all(axis=1)]
        if not len(finite):
            return np.zeros((0, 2))
        pixels = view.to_pixels(self.project(finite))
        band = self.band(view)
        if band is not None:
            pixels[:, 1] = view.top + band[0]
        return pixels


def _crowd(places: NDArray[np.float64]) -> Bounds | None:
    """Return the bounds of ``places`` ``[n, 2]``, without outliers if they enlarge it a lot."""
    whole = bounds_of(places)
    if whole is None or len(places) < _FEWEST_CROWDED:
        return whole
    finite = places[np.isfinite(places).all(axis=1)]
    (x0, y0), (x1, y1) = np.quantile(finite, (_OUTLYING, 1.0 - _OUTLYING), axis=0).tolist()
    area = (whole[2] - whole[0]) * (whole[3] - whole[1])
    return (x0, y0, x1, y1) if (x1 - x0) * (y1 - y0) < _MUCH_SMALLER * area else whole


def _between(low: float, high: float, share: float) -> float:
    return low + share * (high - low)


@contextmanager
def _painting(pixmap: QPixmap) -> Iterator[QPainter]:
    painter = QPainter(pixmap)
    try:
        yield painter
    finally:
        painter.end()


def _fitting(pixmap: QPixmap, size: QSize, ratio: float) -> QPixmap:
    """Return ``pixmap`` if it has ``size`` logical pixels, else a new one."""
    wanted = QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
    if pixmap.size() == wanted and pixmap.devicePixelRatio() == ratio:
        return pixmap
    made = QPixmap(wanted)
    made.setDevicePixelRatio(ratio)
    return made
