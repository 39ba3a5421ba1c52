"""A plane through the latent space, spanned by two numbers of the code or two directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.signs import oriented
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MARGIN = 0.08
"""Margin around the content of a map, as a share of its extent."""
_MIN_MARGIN = 1e-3
_MIN_SHARE = 1e-4
"""Points nearer to a line than this share of their distance count as collinear."""


@dataclass(frozen=True)
class Frame:
    """The codes ``origin + x * across + y * up``; each a tuple of d numbers.

    ``across`` and ``up`` are orthonormal; ``up`` is all 0 for codes of one number, which lie on a
    line.
    """

    origin: tuple[float, ...]
    across: tuple[float, ...]
    up: tuple[float, ...]

    @property
    def size(self) -> int:
        """Numbers per code, d."""
        return len(self.origin)

    def codes(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.float32]:
        """Return the codes ``[n, d]`` at the coordinates ``x``, ``y`` (``[n]`` each)."""
        across, up = np.array([self.across, self.up], np.float32)
        xs = np.asarray(x, np.float32).reshape(-1, 1)
        ys = np.asarray(y, np.float32).reshape(-1, 1)
        return np.asarray(np.array(self.origin, np.float32) + xs * across + ys * up, np.float32)

    def parallel(self, other: Frame) -> bool:
        """Return whether ``other`` has the same directions; its origin may differ."""
        return self.across == other.across and self.up == other.up


def axes_frame(axes: tuple[int, int], base: ArrayLike) -> Frame:
    """Return the plane of two numbers of the code; ``base`` ``[d]`` gives all the others."""
    origin = np.array(base, np.float64).reshape(-1)
    size = len(origin)
    directions = np.zeros((2, size))
    directions[0, axes[0]] = 1.0
    if size > 1:
        directions[1, axes[1]] = 1.0
    origin[list(axes)] = 0.0
    return _frame(origin, directions)


def spanned_frame(directions: ArrayLike, base: ArrayLike) -> Frame:
    """Return the plane through ``base`` along two orthonormal ``directions`` ``[2, d]``."""
    across_up = np.asarray(directions, np.float64)
    origin = np.array(base, np.float64).reshape(-1)
    return _frame(origin - across_up.T @ (across_up @ origin), across_up)


def directions_through(codes: ArrayLike) -> NDArray[np.float32] | None:
    """Return two orthonormal directions ``[2, d]`` of the plane through ``codes`` ``[3, d]``.

    The first leads from the first place to the second; the third lies above that line. None if the
    three are collinear or not finite.
    """
    first, second, third = np.asarray(codes, np.float64)
    across, up = second - first, third - first
    far = max(float(np.linalg.norm(across)), float(np.linalg.norm(up)))
    if not np.isfinite(far) or float(np.linalg.norm(across)) <= _MIN_SHARE * far:
        return None
    across = across / np.linalg.norm(across)
    up = up - (up @ across) * across
    height = float(np.linalg.norm(up))
    if height <= _MIN_SHARE * far:
        return None
    return np.asarray(np.stack([across, up / height]), np.float32)


def rect_about(points: ArrayLike, margin: float = MARGIN) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of the rectangle around all of ``points`` ``[n, 2]``.

    Args:
        points: Points on a plane.
        margin: Margin on each side, as a share of the extent.
    """
    at = np.asarray(points, np.float64)
    low, high = at.min(axis=0), at.max(axis=0)
    padding = np.maximum(margin * (high - low), _MIN_MARGIN)
    x0, y0, x1, y1 = np.concatenate([low - padding, high + padding]).tolist()
    return x0, y0, x1, y1


def cell_centres(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return the centres of ``count`` equal cells between ``low`` and ``high``."""
    return np.asarray(low + (np.arange(count) + 0.5) * (high - low) / count)


def _frame(origin: NDArray[np.float64], directions: NDArray[np.float64]) -> Frame:
    across, up = directions.tolist()
    return Frame(tuple(origin.tolist()), tuple(across), tuple(up))


def principal_directions(
    codes: NDArray[np.float32], like: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the first two principal directions ``[2, d]`` of ``codes`` ``[n, d]``, orthonormal.

    Their signs are those nearest to ``like``, or else those given by ``oriented``. With fewer than
    two finite codes, or where all are equal, they are the first two axes.
    """
    size = codes.shape[1]
    finite = codes[np.isfinite(codes).all(axis=1)].astype(np.float64)
    found = np.eye(2, size)
    if size > 1 and (finite != finite[:1]).any():
        centred = finite - finite.mean(axis=0)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        found = vectors[:, ::-1].T[:2]
    found = oriented(found)
    if like is not None and like.shape == found.shape:
        found[(found * like).sum(axis=1) < 0.0] *= -1.0
    return np.asarray(found, np.float32)
