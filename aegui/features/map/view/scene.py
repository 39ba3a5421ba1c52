"""The contents of the map: samples at their codes, decoded plane, layers, pins and the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from aegui.features.map.view.backdrop import DecodedBackground
from aegui.features.map.view.lattice import covers, ribbon_band
from aegui.features.map.view.layers import Layers
from aegui.features.map.view.marks import DRAWING_PX, PIN_PX
from aegui.features.map.view.nearness import Nearness
from aegui.features.map.view.projection import MapProjection
from aegui.features.map.view.types import MapStyle, Pin
from aegui.widgets.scatter.point_layer import PointLayer
from aegui.widgets.viewport import Bounds, Viewport, bounds_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.session.map.codes_service import Codes

PRIOR_BOUNDS = (-2.5, -2.5, 2.5, 2.5)
"""Bounds of the map if there is a prior but no code."""
_OUTLYING, _MUCH_SMALLER, _FEWEST_CROWDED = 0.02, 0.5, 50
"""Quantile of outliers left out of the first view if that halves its area."""
_FORMER_REACH = 0.5
"""Pins of a previous network count within this share of the codes' longer side."""
_QUICKLY_SEARCHED = 100_000
_PIN_WIDTH_PX = 20.0
_BELOW_PIN_PX = 4.0
"""A pin can be dragged by its head or by its tip."""


class Scene:
    """What is on the map, and where it lies in a viewport; painted by others."""

    def __init__(self) -> None:
        self.projection = MapProjection()
        """Where codes lie on the plane."""
        self.points = PointLayer()
        self.backdrop = DecodedBackground()
        self.layers = Layers(self)
        self.style = MapStyle()
        self.has_prior = False
        self.codes: Codes | None = None
        self.bounds: Bounds | None = None
        self.crowd: Bounds | None = None
        """``bounds`` without outliers."""
        self.pins: tuple[Pin, ...] = ()
        self.drawing: NDArray[np.float64] | None = None
        """The code ``[d]`` of the drawing."""
        self.trail: NDArray[np.float64] = np.zeros((0, 2))
        """The codes ``[M, d]`` that the drawing had before."""
        self.version = 0
        """Incremented whenever the map has to be painted anew."""
        self._values: dict[str, NDArray[np.float64]] = {}
        self.layout: object = None
        """A value that differs whenever the samples have been laid out anew."""
        self._drawn: tuple[object, NDArray[np.float64], QRectF] | None = None

    @property
    def is_rough(self) -> bool:
        """Whether painting again would add detail."""
        return self.points.is_rough or self.layers.is_rough or self.backdrop.is_fading

    def touch(self) -> None:
        """Mark all pictures of the scene as outdated."""
        self.version += 1

    # Contents

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
        self.projection.set_size(size)
        self.set_plane(None)

    def set_plane(self, plane: Plane | None) -> None:
        """Set the decoded plane behind the samples."""
        is_full = plane is not None and self._is_full(plane)
        self.backdrop.set_plane(
            plane, glyphs=self.points.sprites.image_style.glyphs, is_full=is_full
        )

    def _is_full(self, plane: Plane) -> bool:
        """Return whether ``plane`` covers everything a map of all codes shows."""
        ribbon = self.projection.ribbon
        return self.bounds is not None and covers(plane.rect, self.bounds, ribbon=ribbon)

    def shown_plane(self) -> Plane | None:
        """Return the decoded plane if enabled and of the current axes and network, else None."""
        plane, projection = self.backdrop.plane, self.projection
        if plane is None or not self.style.plane or self.codes is None:
            return None
        known = plane.frame.size == projection.size
        fits = known and (projection.ribbon or plane.frame.parallel(projection.frame))
        return plane if fits else None

    def set_drawing(self, code: NDArray[np.float64] | None, trail: NDArray[np.float64]) -> None:
        """Set code ``[d]`` and trail ``[M, d]`` of the drawing; those of another size are none."""
        size = self.projection.size
        self.drawing = code if code is not None and code.size == size else None
        fits = self.drawing is not None and trail.ndim == 2 and trail.shape[1] == size
        self.trail = trail if fits else np.zeros((0, size))
        self._drawn = None

    @property
    def lacks_codes(self) -> bool:
        """Whether codes have more than two numbers but no sample has a code."""
        return self.projection.size > 2 and self.codes is not None and not len(self.codes.values)

    def set_codes(self, codes: Codes | None) -> None:
        """Set the codes of the samples."""
        self.codes = codes
        if codes is not None:
            self.projection.follow(codes)
        self.project_codes()

    def project_codes(self) -> None:
        """Project the samples anew after a change of codes or axes."""
        codes, projection = self.codes, self.projection
        projection.update_directions(codes)
        coordinates = np.zeros((0, 2)) if codes is None else projection.project(codes.values)
        self.bounds, self.crowd = bounds_of(coordinates), _crowd(coordinates)
        if self.bounds is None and codes is not None and projection.pin_codes is not None:
            self.bounds = self.crowd = bounds_of(projection.project(projection.pin_codes))
        elif self.bounds is None and codes is not None and self.has_prior:
            self.bounds = self.crowd = PRIOR_BOUNDS
        near = (
            len(coordinates) >= _FEWEST_CROWDED and self.crowd is not None and not projection.ribbon
        )
        self.backdrop.set_nearness(
            Nearness(coordinates, self.crowd) if near and self.crowd is not None else None
        )
        self.points.set_coordinates(
            coordinates, self.bounds, None if codes is None else codes.indices
        )
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
        fitting = [pin for pin in self.pins if len(pin.z) == self.projection.size]
        if bounds is None or not fitting:
            return bounds
        coordinates = self.projection.project(np.stack([pin.z for pin in fitting]))
        low, high = np.reshape(bounds, (2, 2))
        reach = _FORMER_REACH * (float((high - low).max()) or 1.0)
        is_near = ((coordinates >= low - reach) & (coordinates <= high + reach)).all(axis=1)
        counts = np.logical_or(is_near, [not pin.is_former for pin in fitting])
        return bounds_of(np.vstack([coordinates[counts], low, high]))

    def nearest(self, code: NDArray[np.float32]) -> int | None:
        """Return the sample nearest to ``code`` ``[d]``; in large sets, nearest on the plane."""
        if self.codes is None or not len(self.codes.values):
            return None
        if self.codes.values.size > _QUICKLY_SEARCHED:
            x, y = self.projection.project(code)[0].tolist()
            at = self.points.index.nearest(x, y)
            return None if at is None else int(self.codes.indices[at])
        distance = ((self.codes.values.astype(np.float64) - code) ** 2).sum(axis=1)
        if np.isnan(distance).all():
            return None
        return int(self.codes.indices[np.nanargmin(distance)])

    # Layout

    def band(self, view: Viewport) -> tuple[float, float] | None:
        """Return first and last pixel row of the ribbon, counted from the top of ``view``."""
        if not self.projection.ribbon:
            return None
        sprites = self.points.sprites
        return ribbon_band(
            view, self.home(view), sprites.image_shape, glyphs=sprites.image_style.glyphs
        )

    def home(self, view: Viewport) -> Viewport:
        """Return the viewport of ``view``'s size that shows all codes."""
        return view if self.bounds is None else view.fitted(self.bounds)

    def lay_out(self, view: Viewport) -> None:
        """Compute the layout of the samples in ``view`` unless it is up to date."""
        key = (view, self.version)
        if key == self.layout:
            return
        self.layout = key
        band = self.band(view)
        floor = None if band is None else view.top + band[0] - 6
        self.points.lay_out(view, self.style.points, labels=self.style.labels, floor=floor)

    def sample_at(self, view: Viewport, at: QPointF) -> int | None:
        """Return the sample under the pixel ``at`` of ``view``, or None."""
        self.lay_out(view)
        return self.points.hit(at.x(), at.y())

    def pin_coordinates(self, view: Viewport) -> list[tuple[int, QPointF]]:
        """Return index and pixel of each pin whose code has the size of the map's codes."""
        return [
            (index, QPointF(*self.pixels(view, pin.z)[0].tolist()))
            for index, pin in enumerate(self.pins)
            if len(pin.z) == self.projection.size
        ]

    def pin_at(self, view: Viewport, at: QPointF) -> int | None:
        """Return the index of the pin under the pixel ``at``, the topmost of several, or None."""
        for index, place in reversed(self.pin_coordinates(view)):
            shape = QRectF(place.x() - _PIN_WIDTH_PX / 2, place.y() - PIN_PX, _PIN_WIDTH_PX, PIN_PX)
            if shape.adjusted(0, 0, 0, _BELOW_PIN_PX).contains(at):
                return index
        return None

    def pixels(self, view: Viewport, codes: ArrayLike) -> NDArray[np.float64]:
        """Return the pixels ``[N, 2]`` of ``codes`` ``[N, d]``; on a ribbon, at its upper edge."""
        pixels = view.to_pixels(self.projection.project(codes))
        band = self.band(view)
        if band is not None:
            pixels[:, 1] = view.top + band[0]
        return pixels

    def drawn_pixels(self, view: Viewport) -> NDArray[np.float64]:
        """Return the pixels ``[M + 1, 2]`` of the drawing's trail and, last, of its code.

        Empty without a finite code of the drawing; other codes of the trail that are not finite are
        left out.
        """
        return self._drawn_in(view)[0]

    def drawn_rect(self, view: Viewport) -> QRectF:
        """Return the rectangle that the marks of the drawing and its trail cover."""
        return QRectF(self._drawn_in(view)[1])

    def _drawn_in(self, view: Viewport) -> tuple[NDArray[np.float64], QRectF]:
        """Return pixels and rectangle of the drawing; cached, as every paint of a move asks."""
        key = view, self.version
        if self._drawn is None or self._drawn[0] != key:
            pixels, rect = np.zeros((0, 2)), QRectF()
            if self.drawing is not None and np.isfinite(self.drawing).all():
                finite = self.trail[np.isfinite(self.trail).all(axis=1)]
                pixels = self.pixels(view, np.vstack([finite, self.drawing]))
                first, last = pixels.min(axis=0).tolist(), pixels.max(axis=0).tolist()
                reach = DRAWING_PX + 8.0
                rect = QRectF(QPointF(*first), QPointF(*last))
                rect.adjust(-reach, -reach, reach, reach)
            self._drawn = key, pixels, rect
        return self._drawn[1:]


def _crowd(coordinates: NDArray[np.float64]) -> Bounds | None:
    """Return the bounds of ``coordinates`` ``[n, 2]``, without outliers that enlarge it a lot."""
    all_bounds = bounds_of(coordinates)
    if all_bounds is None or len(coordinates) < _FEWEST_CROWDED:
        return all_bounds
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    # ``np.quantile`` would import masked arrays, which nothing else needs.
    ordered, last = np.sort(finite, axis=0), len(finite) - 1
    ranks = [round(share * last) for share in (_OUTLYING, 1.0 - _OUTLYING)]
    (x0, y0), (x1, y1) = ordered[ranks].tolist()
    area = (all_bounds[2] - all_bounds[0]) * (all_bounds[3] - all_bounds[1])
    return (x0, y0, x1, y1) if (x1 - x0) * (y1 - y0) < _MUCH_SMALLER * area else all_bounds
