"""The projection of codes of d numbers onto the plane of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr
from aegui.core.latent.frame import Frame, axes_frame, directions_through, spanned_frame
from aegui.widgets.rulers import axis_name

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.session.map.codes_service import Codes


class MapProjection:
    """Maps codes of d numbers to places of the plane, and places to codes.

    x and y are the two code dimensions ``axes``, or, if the map is ``spanned``, the two principal
    directions of the codes or the directions through pins (``pin_directions``). ``base`` supplies
    the other components for everything that only has a place on the plane (the cursor, the decoded
    tiles): the mean of the codes, updated with them (``follows_mean``), until another is chosen.
    Codes of one number lie along x, over a ribbon of decoded tiles.
    """

    def __init__(self) -> None:
        self._shuffled = 0
        self._frame: tuple[object, Frame, object] | None = None
        self._code: tuple[object, NDArray[np.float32]] | None = None
        self.set_size(2)

    def set_size(self, size: int) -> None:
        """Set the size of the codes to ``size`` numbers and choose the initial plane."""
        self.size = size
        """Numbers per code, d."""
        self.ribbon = size == 1
        """Whether codes have only one number."""
        self.base: NDArray[np.float32] = np.zeros(size, np.float32)
        self.follows_mean = True
        self.axes = (0, min(1, size - 1))
        self.directions: NDArray[np.float32] = np.eye(2, size, dtype=np.float32)
        self.pin_directions: NDArray[np.float32] | None = None
        self.pin_codes: NDArray[np.float32] | None = None
        """The three codes ``[3, d]`` that the plane was chosen to pass through."""
        self.is_random = False
        """Whether the plane passes through random codes."""
        # Two dimensions out of many show little: begin with the principal plane.
        self.spanned = size > 2

    def follow(self, codes: Codes) -> None:
        """Use the mean of ``codes`` as base, unless another was chosen."""
        # During training the codes move: a fixed base would soon lie far from all of them.
        if self.size > 2 and self.follows_mean:
            self.base = codes.mean.copy()

    def set_axes(self, i: int, j: int) -> None:
        """Show code number ``i`` (from 0) across and ``j`` upwards.

        Raises:
            ValueError: The codes have no such two numbers.
        """
        size = self.size
        if size == 1 or i == j or not (0 <= i < size and 0 <= j < size):
            raise ValueError(f"no axes {i} and {j} in codes of {size}")
        self.axes = (i, j)
        self.set_spanned(False)

    def set_spanned(self, spanned: bool) -> None:
        """Show the two principal directions of the codes, or else two of their dimensions."""
        self.spanned = spanned and self.size > 2
        self.pin_codes = self.pin_directions = None
        self.is_random = False

    def set_plane_through(self, codes: NDArray[np.float32] | None) -> None:
        """Show the plane through three codes ``[3, d]``, or, without one, two dimensions.

        The first code lies to the left of the second, the third above them.
        """
        self.set_spanned(False)
        if codes is not None and codes.shape == (3, self.size) and self.size > 2:
            self.pin_directions = directions_through(codes)
        if self.pin_directions is not None and codes is not None:
            self.spanned, self.pin_codes = True, codes
            self.base, self.follows_mean = codes[0].copy(), False

    def shuffle(self) -> None:
        """Show the plane through three codes drawn from a standard normal, others each time."""
        self._shuffled += 1
        draw = np.random.default_rng(self._shuffled)
        self.set_plane_through(draw.standard_normal((3, self.size)).astype(np.float32))
        self.is_random = True

    def take_from(self, other: MapProjection) -> None:
        """Show the plane of ``other``, which is for codes of the same size."""
        self.axes, self.spanned, self.is_random = other.axes, other.spanned, other.is_random
        self.pin_codes, self.pin_directions = other.pin_codes, other.pin_directions
        self.base, self.follows_mean = other.base.copy(), other.follows_mean
        self._shuffled = other._shuffled

    def update_directions(self, codes: Codes | None) -> None:
        """Update the directions: those through pins, or the principal ones of ``codes``."""
        if self.pin_directions is not None:
            self.directions = self.pin_directions
        elif codes is not None:
            self.directions = codes.directions

    @property
    def state(self) -> object:
        """A value that differs whenever codes are projected to other places."""
        return self.axes, self.size, self.spanned and self.directions.tobytes()

    def axis_names(self) -> tuple[str, str]:
        """Return the names of the x and y axes."""
        if self.pin_directions is not None:
            return tr("P1"), tr("P2")
        if self.spanned:
            return tr("PC1"), tr("PC2")
        return axis_name(self.axes[0]), axis_name(self.axes[1])

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
            result = spanned_frame(directions, base) if spans else axes_frame(self.axes, base)
            # Keep the arrays alive, so that no other array can get the same ``id``.
            self._frame = of, result, (directions, base)
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
