"""Fading of decoded tiles far from all samples.

Far from the training codes the decoder extrapolates: its outputs saturate at black, white and full
colours, and would dominate a map whose outer parts hold no samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.widgets.viewport import Bounds

FAINT = 0.22
"""Opacity of tiles far from all samples."""
_REACH = 0.1
"""Distance without fading, as a share of the side of the dense part."""
_CELLS = 4.0
"""Samples closer than the distance without fading divided by this count as one."""
_AT_ONCE = 1 << 18


class Nearness:
    """Proximity to the samples at ``coordinates`` ``[n, 2]``, most of which lie in ``crowd``."""

    def __init__(self, coordinates: NDArray[np.float64], crowd: Bounds) -> None:
        x0, y0, x1, y1 = crowd
        self._reach = max(_REACH * float(np.sqrt((x1 - x0) * (y1 - y0))), 1e-9)
        finite = coordinates[np.isfinite(coordinates).all(axis=1)]
        step = self._reach / _CELLS
        # ``np.unique`` would import masked arrays, a hundredth of the start-up time.
        cells = np.rint(finite / step)
        cells = cells[np.lexsort(cells.T)]
        is_new = np.ones(len(cells), bool)
        is_new[1:] = (cells[1:] != cells[:-1]).any(axis=1)
        self._cells = cells[is_new] * step

    def shares(self, rect: Bounds, rows: int, columns: int) -> NDArray[np.float32]:
        """Return the opacity of each tile over ``rect``: 1 near samples, float32 ``[r, c]``.

        Row 0 lies at the lower end of ``rect``.
        """
        x0, y0, x1, y1 = rect
        cell_width, cell_height = (x1 - x0) / columns, (y1 - y0) / rows
        x = x0 + (np.arange(columns) + 0.5) * cell_width
        y = y0 + (np.arange(rows) + 0.5) * cell_height
        near = np.full((rows, columns), np.inf)
        for begin in range(0, len(self._cells), max(1, _AT_ONCE // (rows * columns))):
            part = self._cells[begin : begin + max(1, _AT_ONCE // (rows * columns))]
            # Measured from tile edges: a tile that contains a sample is near it, however large.
            across = np.maximum(0.0, np.abs(x[:, None] - part[:, 0]) - cell_width / 2)
            up = np.maximum(0.0, np.abs(y[:, None] - part[:, 1]) - cell_height / 2)
            squared = up[:, None, :] ** 2 + across[None, :, :] ** 2
            near = np.minimum(near, squared.min(axis=2))
        fallen = np.clip((np.sqrt(near) / self._reach - 1.0) / 2.0, 0.0, 1.0)
        eased = fallen * fallen * (3.0 - 2.0 * fallen)
        return np.asarray(1.0 - (1.0 - FAINT) * eased, np.float32)
