"""Linear and logarithmic scales from values to axis positions, and tick labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import localized, with_marks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_MULTIPLES = (1.0, 2.0, 5.0, 10.0)
_SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_MIN = 1e-300
_LOG_STEPS: tuple[tuple[tuple[int, ...], int], ...] = (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1))
"""Multiples within a decade and the stride in decades, from fine to coarse."""


@dataclass(frozen=True)
class Scale:
    """The range ``low`` < ``high`` of an axis; ``low > 0`` if it is logarithmic."""

    low: float
    high: float
    is_log: bool = False

    def ends(self) -> tuple[float, float]:
        """Return the ends of the axis, in the coordinates of ``on_scale``."""
        low, high = on_scale([self.low, self.high], is_log=self.is_log).tolist()
        return low, high

    def value(self, share: float) -> float:
        """Return the value at ``share`` of the axis: 0 is ``low``, 1 is ``high``."""
        low, high = self.ends()
        position = low + share * (high - low)
        return float(10.0**position) if self.is_log else position

    def share(self, value: float) -> float:
        """Return the share of the axis at which ``value`` lies."""
        low, high = self.ends()
        position = float(on_scale([value], is_log=self.is_log)[0])
        return (position - low) / (high - low)

    def zoomed(self, factor: float, about: float) -> Scale:
        """Return the scale at ``factor`` times the length, with share ``about`` as fixed point."""
        return Scale(
            self.value(about * (1.0 - factor)),
            self.value(about + (1.0 - about) * factor),
            self.is_log,
        )

    def moved(self, share: float) -> Scale:
        """Return the scale moved by ``share`` of its length."""
        return Scale(self.value(share), self.value(1.0 + share), self.is_log)

    def ticks(self, most: int) -> list[float]:
        """Return at most about ``most`` round values in the scale, at least one where any fits."""
        most = max(2, most)
        if self.is_log and self.high / self.low >= 10.0:
            return self._log_ticks(most)
        return ticks(self.low, self.high, most)[0]

    def _log_ticks(self, most: int) -> list[float]:
        first = math.floor(math.log10(self.low))
        last = math.ceil(math.log10(self.high))
        found: list[float] = []
        for steps, stride in (*_LOG_STEPS, *(((1,), stride) for stride in range(2, last - first))):
            finer = found
            found = [
                step * 10.0**power
                for power in range(first, last + 1, stride)
                for step in steps
                if self._holds(step * 10.0**power)
            ]
            if len(found) <= most:
                # A single label gives no scale: rather a few more than ``most``.
                return found if len(found) > 1 or not finer else finer
        return found

    def _holds(self, value: float) -> bool:
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)


def around(low: float, high: float) -> Scale:
    """Return a linear scale between two ends, which may be equal."""
    return Scale(low, high if high > low else low + 1.0)


def tick_step(span: float, most: int) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least ``span / most``."""
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _MULTIPLES if step * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """Return the round numbers in [``low``, ``high``], about ``most``, and their spacing."""
    step = tick_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)], step


def on_scale(values: ArrayLike, *, is_log: bool) -> NDArray[np.float64]:
    """Return the positions of ``values`` on an axis: the values, or their decimal logarithms.

    Values without a logarithm, such as an error of zero, are placed far below any axis, but not at
    minus infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if not is_log:
        return array
    placed: NDArray[np.float64] = np.log10(np.maximum(array, _MIN))
    return placed


def finite_pieces(y: NDArray[np.float64]) -> list[slice]:
    """Return the contiguous finite pieces of ``y``; a curve is not drawn across NaN."""
    good = np.isfinite(y)
    if good.all():
        return [slice(0, len(y))] if len(y) else []
    edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def fitted(values: ArrayLike, *, is_log: bool = False, from_zero: bool = False) -> Scale:
    """Return a scale that covers all finite ``values`` with a small margin."""
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array) & (array > 0.0)] if is_log else array[np.isfinite(array)]
    if array.size == 0:
        return Scale(0.1, 1.0, True) if is_log else Scale(0.0, 1.0)
    low, high = float(array.min()), float(array.max())
    if is_log:
        air = max((high / low) ** 0.05, 1.05)
        return Scale(low / air, high * air, True)
    if from_zero:
        low = min(low, 0.0)
    air = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return Scale(low if from_zero and low == 0.0 else low - air, high + air)


def figure(value: float) -> str:
    """Format ``value`` briefly for an axis: 0.002, 1.5, 20k, 3e-7."""
    if not math.isfinite(value):
        return "–"
    # Rounded before the unit is chosen: 999.9 is 1k.
    value = float(f"{value:.3g}")
    size = abs(value)
    if size == 0.0:
        return "0"
    for unit, suffix in _SUFFIXES:
        if size >= unit and size < 1e12:
            return f"{localized(value / unit, '.3g')}{suffix}"
    if size < 1e-3 or size >= 1e12:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{with_marks(mantissa.removesuffix('.0'))}e{int(exponent)}"
    return localized(value, ".3g")


def precise(value: float) -> str:
    """Format ``value`` for reading off, with four significant digits."""
    if not math.isfinite(value):
        return "–"
    return localized(value, ",.0f" if value == round(value) and abs(value) < 1e9 else ".4g")
