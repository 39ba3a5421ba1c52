"""The visible part of the latent plane, and its mapping to pixels. Needs no Qt."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Bounds = tuple[float, float, float, float]
"""x0, y0, x1, y1 in latent coordinates; y grows upwards."""

FIT_MARGIN_PX = 36.0
"""Margin around the codes after a fit, for the glyphs drawn at them."""
MAX_STRETCH = 2.0
"""Factor by which a fit lets one axis fall short of its room before the units become unequal."""
MIN_ZOOM = 1.0 / 12.0
"""Smallest scale relative to the fitted one."""
MAX_ZOOM = 2000.0
"""Largest scale relative to the fitted one."""
_FLATTEST = 0.05
_MIN_VISIBLE_SHARE = 0.45
_MIN_SHARE = 0.02


@dataclass(frozen=True)
class Viewport:
    """A window of ``width`` x ``height`` logical pixels at (``left``, ``top``) onto the plane."""

    cx: float = 0.0
    """Latent x at the centre."""
    cy: float = 0.0
    """Latent y at the centre."""
    sx: float = 200.0
    """Pixels per latent unit along x."""
    sy: float = 200.0
    """Pixels per latent unit along y."""
    left: float = 0.0
    """First pixel column of the window in its widget."""
    top: float = 0.0
    """First pixel row of the window in its widget."""
    width: float = 400.0
    """Width in pixels."""
    height: float = 400.0
    """Height in pixels."""
    inset: float = 0.0
    """Pixels at the top that a fit leaves free, for controls shown there."""

    @property
    def bounds(self) -> Bounds:
        """Return the visible part of the plane, in latent coordinates."""
        half_w, half_h = self.width / 2 / self.sx, self.height / 2 / self.sy
        return self.cx - half_w, self.cy - half_h, self.cx + half_w, self.cy + half_h

    def to_pixels(self, coordinates: ArrayLike) -> NDArray[np.float64]:
        """Return the widget pixels ``[N, 2]`` of latent ``coordinates`` ``[N, 2]``."""
        z = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
        pixels = np.empty_like(z)
        pixels[:, 0] = self.left + self.width / 2 + (z[:, 0] - self.cx) * self.sx
        pixels[:, 1] = self.top + self.height / 2 - (z[:, 1] - self.cy) * self.sy
        return pixels

    def x_pixel(self, x: float) -> float:
        """Return the widget pixel of latent ``x``."""
        return self.left + self.width / 2 + (x - self.cx) * self.sx

    def y_pixel(self, y: float) -> float:
        """Return the widget pixel of latent ``y``."""
        return self.top + self.height / 2 - (y - self.cy) * self.sy

    def to_latent(self, x: float, y: float) -> tuple[float, float]:
        """Return the latent coordinates of pixel (``x``, ``y``) of the widget."""
        return (
            self.cx + (x - self.left - self.width / 2) / self.sx,
            self.cy - (y - self.top - self.height / 2) / self.sy,
        )

    def contains(self, x: float, y: float) -> bool:
        """Return whether pixel (``x``, ``y``) of the widget lies in the window."""
        inside_x = self.left <= x < self.left + self.width
        return inside_x and self.top <= y < self.top + self.height

    def panned(self, dx: float, dy: float) -> Viewport:
        """Return the viewport with its content shifted by (``dx``, ``dy``) pixels."""
        return replace(self, cx=self.cx - dx / self.sx, cy=self.cy + dy / self.sy)

    def zoomed(self, factor: float, x: float, y: float) -> Viewport:
        """Return the viewport scaled by ``factor`` about pixel (``x``, ``y``)."""
        at_x, at_y = self.to_latent(x, y)
        sx, sy = self.sx * factor, self.sy * factor
        return replace(
            self,
            sx=sx,
            sy=sy,
            cx=at_x - (x - self.left - self.width / 2) / sx,
            cy=at_y + (y - self.top - self.height / 2) / sy,
        )

    def placed(
        self, left: float, top: float, width: float, height: float, inset: float = 0.0
    ) -> Viewport:
        """Return the viewport with another window rectangle; centre and scale stay."""
        width, height = max(1.0, width), max(1.0, height)
        return replace(self, left=left, top=top, width=width, height=height, inset=inset)

    def fitted(self, bounds: Bounds) -> Viewport:
        """Return the viewport moved and scaled so that all of ``bounds`` is visible.

        One latent unit is as long in x as in y, unless one direction would then fill less than
        half of its room.
        """
        x0, y0, x1, y1 = bounds
        width, height = _extents(bounds)
        sx = self._usable_px(self.width) / width
        inset = min(self.inset, self.height / 4)
        sy = self._usable_px(self.height - inset) / height
        least = min(sx, sy)
        most = least * max(1.0, max(sx, sy) / least / MAX_STRETCH)
        sx, sy = least if sx <= sy else most, least if sy <= sx else most
        return replace(self, cx=(x0 + x1) / 2, cy=(y0 + y1) / 2 + inset / 2 / sy, sx=sx, sy=sy)

    def limited(self, bounds: Bounds) -> Viewport:
        """Return the viewport with scale and centre limited to keep ``bounds`` in view."""
        home = self.fitted(bounds)
        ratio = self.sx / home.sx
        if not math.isfinite(ratio) or ratio <= 0.0:
            return home
        correction = min(MAX_ZOOM, max(MIN_ZOOM, ratio)) / ratio
        view = replace(self, sx=self.sx * correction, sy=self.sy * correction)
        x0, y0, x1, y1 = bounds
        reach_x, reach_y = (
            _MIN_VISIBLE_SHARE * view.width / view.sx,
            _MIN_VISIBLE_SHARE * view.height / view.sy,
        )
        return replace(
            view,
            cx=min(max(view.cx, x0 - reach_x), x1 + reach_x),
            cy=min(max(view.cy, y0 - reach_y), y1 + reach_y),
        )

    def towards(self, goal: Viewport, share: float) -> Viewport:
        """Interpolate between this viewport (``share`` 0) and ``goal`` (1), in this window.

        Scales are interpolated geometrically; the point that both show at the same pixel stays
        fixed.
        """
        sx = self.sx * (goal.sx / self.sx) ** share
        sy = self.sy * (goal.sy / self.sy) ** share
        return replace(
            self,
            cx=self.cx + _centre_share(self.sx, goal.sx, sx, share) * (goal.cx - self.cx),
            cy=self.cy + _centre_share(self.sy, goal.sy, sy, share) * (goal.cy - self.cy),
            sx=sx,
            sy=sy,
        )

    def _usable_px(self, pixels: float) -> float:
        return max(pixels / 2, pixels - 2 * FIT_MARGIN_PX)


def bounds_of(coordinates: ArrayLike) -> Bounds | None:
    """Return the bounding box of the finite rows of ``coordinates`` ``[N, 2]``; None if none."""
    z = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
    is_finite = np.isfinite(z).all(axis=1)
    finite = z if is_finite.all() else z[is_finite]
    if not len(finite):
        return None
    (x0, y0), (x1, y1) = finite.min(axis=0).tolist(), finite.max(axis=0).tolist()
    return x0, y0, x1, y1


def _extents(bounds: Bounds) -> tuple[float, float]:
    """Return width and height to fit, bounded below to avoid extreme stretching."""
    x0, y0, x1, y1 = bounds
    width, height = x1 - x0, y1 - y0
    largest = max(width, height)
    # All codes on one point, as of a dead network: fit one unit, or what float32 resolves.
    if largest <= 1e-5 * max(abs(x0), abs(y0), 1e-3):
        largest = max(1.0, abs(x0), abs(y0))
    return max(width, _FLATTEST * largest), max(height, _FLATTEST * largest)


def _centre_share(begin: float, goal: float, now: float, share: float) -> float:
    """Return the share of the centre's way when the scale has gone from ``begin`` to ``now``."""
    if abs(math.log(goal / begin)) < 1e-6:
        return share
    # With centre = fixed point + offset / scale, the fixed point does not move on screen.
    return (1 / begin - 1 / now) / (1 / begin - 1 / goal)


def enlarged(bounds: Bounds, all_bounds: Bounds | None) -> Bounds:
    """Return ``bounds`` enlarged to at least 2% of ``all_bounds``, as for a single sample."""
    if all_bounds is None:
        return bounds
    x0, y0, x1, y1 = bounds
    width = max(x1 - x0, _MIN_SHARE * (all_bounds[2] - all_bounds[0]))
    height = max(y1 - y0, _MIN_SHARE * (all_bounds[3] - all_bounds[1]))
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2
