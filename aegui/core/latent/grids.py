"""Grids of decoded codes: two numbers of the code together, or traversals of each by itself.

At the quantiles of the normal distribution each image stands for an equal share of the prior
(Kingma and Welling 2013, figure 4).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.fields import FieldWords
from aegui.core.i18n import tr
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.sheets import grid_of_decodes, traversal
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec

MAX_ROWS = 50
"""Upper bound of the rows and of the columns of a grid."""
MAX_STEPS = 25
"""Upper bound of the images per number in a traversal."""
_FARTHEST = 1e6
_Many = Annotated[int, Field(ge=1, le=MAX_ROWS)]
_Ends = Annotated[tuple[float, float], Field(ge=-_FARTHEST, le=_FARTHEST)]


@dataclass(frozen=True)
class GridSpec:
    """Grid of codes to decode."""

    axes: tuple[int, int] = (0, 1)
    """Indices of the numbers of the code that grow to the right and upwards."""
    columns: Annotated[_Many, FieldWords("Columns", "Images across")] = 20
    """Images across."""
    rows: Annotated[_Many, FieldWords("Rows", "Images up")] = 20
    """Images up; a code of one number has one row."""
    quantiles: Annotated[
        bool,
        FieldWords(
            "Quantiles of the prior",
            "Each image represents an equal share of the normal distribution; otherwise the axes "
            "have equal steps from one end to the other.",
        ),
    ] = True
    """Whether values lie at quantiles of the prior; else in equal steps from end to end of
    ``across`` and ``up``."""
    between: Annotated[
        tuple[float, float],
        Field(ge=0.0, le=1.0),
        FieldWords(
            "Quantiles",
            "From which quantile of the prior to which; 0 to 100%: equal shares of all of it",
            step=5.0,
            editor="percents",
        ),
    ] = (0.0, 1.0)
    """First and last of those quantiles, 0 to 1; for the whole range the centres of equal shares
    are taken, as the ends lie at infinity."""
    across: Annotated[
        _Ends, FieldWords("Across", "Lowest and highest value of the first number", step=0.5)
    ] = (-3.0, 3.0)
    """Lowest and highest value of the first number."""
    up: Annotated[
        _Ends, FieldWords("Up", "Lowest and highest value of the second number", step=0.5)
    ] = (-3.0, 3.0)
    """Lowest and highest value of the second number."""

    def axis_values(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the values of the two numbers, from left to right and from bottom to top."""
        if self.quantiles:
            return (
                normal_quantiles(self.columns, self.between),
                normal_quantiles(self.rows, self.between),
            )
        return (
            np.linspace(*self.across, self.columns, dtype=np.float32),
            np.linspace(*self.up, self.rows, dtype=np.float32),
        )


@dataclass(frozen=True)
class TraversalSpec:
    """Traversals of the latent space: a row of images for each number of the code, varied alone."""

    middle: tuple[float, ...]
    """Centre of each number, d numbers."""
    spread: tuple[float, ...]
    """Standard deviation of each number."""
    steps: Annotated[
        int, Field(ge=2, le=MAX_STEPS), FieldWords("Images per row", "Images of each number.")
    ] = 9
    """Images per number."""
    reach: Annotated[
        float,
        Field(ge=0.1, le=20.0),
        FieldWords(
            "Reach", "Standard deviations to either side of the mean", step=0.5, prefix="± "
        ),
    ] = 2.0
    """Standard deviations to either side of the centre."""

    def ends(self) -> NDArray[np.float32]:
        """Return the lowest and highest value of every number, ``[d, 2]``."""
        middle, away = np.array(self.middle), self.reach * np.array(self.spread)
        return np.stack([middle - away, middle + away], axis=1).astype(np.float32)


def draw_sheet(
    codec: Codec,
    spec: GridSpec | TraversalSpec,
    base: ArrayLike,
    cancelled: Callable[[], bool] | None = None,
) -> NDArray[np.float32]:
    """Return the images of a grid, or of a traversal through ``base``, ``[rows, cols, C, H, W]``.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if isinstance(spec, GridSpec):
        return draw_grid(codec, spec, base, cancelled)
    rows, ends = [], spec.ends()
    for dim in range(codec.latent_size):
        stop_if(cancelled)
        rows.append(traversal(codec, base, [dim], spec.steps, ends))
    return np.concatenate(rows)


def draw_grid(
    codec: Codec, spec: GridSpec, base: ArrayLike, cancelled: Callable[[], bool] | None = None
) -> NDArray[np.float32]:
    """Return the images of a grid, ``[rows, columns, C, H, W]`` in 0..1, the topmost row first.

    Args:
        codec: The network.
        spec: The codes.
        base: A code ``[d]`` that gives the numbers that are not on the axes.
        cancelled: Polled between rows; True cancels the computation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    is_line = codec.latent_size == 1
    frame = axes_frame((0, 0) if is_line else spec.axes, base)
    xs, ys = spec.axis_values()
    rows = []
    for y in ys[:1] if is_line else ys[::-1]:
        stop_if(cancelled)
        rows.append(grid_of_decodes(codec, frame, xs, [y]))
    return np.concatenate(rows)


def normal_quantiles(count: int, between: tuple[float, float] = (0.0, 1.0)) -> NDArray[np.float32]:
    """Return quantiles of the standard normal distribution in ``count`` equal steps, ascending.

    Over the whole range these are the centres of equal shares; of an inner range its ends are
    included.

    Raises:
        AeguiError: 0 <= first < last <= 1 does not hold.
    """
    low, high = between
    if not 0.0 <= low < high <= 1.0:
        raise AeguiError(
            tr(
                "Quantiles go from {low:g} to {high:g}: the first must be smaller than the last, "
                "and both from 0 to 1.",
                low=low,
                high=high,
            )
        )
    shares = low + (np.arange(count) + 0.5) * (high - low) / count
    if low > 0.0 and high < 1.0 and count > 1:
        shares = np.linspace(low, high, count)
    normal = NormalDist()
    return np.array([normal.inv_cdf(float(share)) for share in shares], np.float32)
