"""Round numbers along an axis, and how to write them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from aegui.core.i18n import with_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEPS = (1.0, 2.0, 5.0, 10.0)
_LARGEST_PLAIN = 100_000.0


def tick_step(span: float, most: int) -> float:
    """The least of 1, 2, 5 times a power of ten that divides ``span`` into at most ``most``."""
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """The round numbers in [``low``, ``high``], about ``most`` of them, and their distance."""
    step = tick_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)], step


def tick_text(value: float, step: float) -> str:
    """``value`` with just the decimals that ``step`` needs, and a true minus sign."""
    if abs(value) >= _LARGEST_PLAIN or step < 1e-5:
        text = format(value, ".6g")
    else:
        text = format(value, f".{max(0, -math.floor(math.log10(step) + 1e-9))}f")
    if float(text) == 0.0:
        text = text.lstrip("-")
    return with_marks(text.replace("-", "\N{MINUS SIGN}"))


def place_text(value: float, pixels_per_unit: float) -> str:
    """A coordinate with about the decimals that a pixel of the screen resolves."""
    decimals = min(9, max(0, math.floor(math.log10(pixels_per_unit) + 0.3)))
    return tick_text(value, 10.0**-decimals)


def number_text(value: float) -> str:
    """A coordinate to read aloud or beside the cursor: two decimals, more where it is small."""
    return with_marks(_number(value))


def numbers_text(values: Sequence[float]) -> str:
    """Coordinates one after the other, each as from ``number_text``."""
    return with_marks(_lines(tuple(values))).replace("\n", ", ")


@lru_cache(maxsize=4)
def _lines(values: tuple[float, ...]) -> str:
    """Kept, because several parts of the window say the same place."""
    return "\n".join([_number(value) for value in values])


def _number(value: float) -> str:
    if value != value or math.isinf(value):
        return str(value)
    magnitude = abs(value)
    decimals = 3 if 0.0005 <= magnitude < 0.1 else 2
    text = f"{value:.{decimals}f}" if magnitude < _LARGEST_PLAIN else f"{value:.4g}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")
