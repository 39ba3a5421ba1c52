"""Formatting of coordinates and axis ticks."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from aegui.core.i18n import with_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_FIXED = 100_000.0


def tick_text(value: float, step: float) -> str:
    """Format ``value`` with just the decimals that ``step`` needs, and a true minus sign."""
    if abs(value) >= _LARGEST_FIXED or step < 1e-5:
        text = format(value, ".6g")
    else:
        text = format(value, f".{max(0, -math.floor(math.log10(step) + 1e-9))}f")
    if float(text) == 0.0:
        text = text.lstrip("-")
    return with_marks(text.replace("-", "\N{MINUS SIGN}"))


def place_text(value: float, pixels_per_unit: float) -> str:
    """Format a coordinate with about the decimals that one screen pixel resolves."""
    decimals = min(9, max(0, math.floor(math.log10(pixels_per_unit) + 0.3)))
    return tick_text(value, 10.0**-decimals)


def number_text(value: float) -> str:
    """Format a coordinate for speech or the cursor: two decimals, three for small values."""
    return with_marks(_number(value))


def numbers_text(values: Sequence[float]) -> str:
    """Format coordinates as by ``number_text``, separated by commas."""
    return with_marks(_lines(tuple(values))).replace("\n", ", ")


@lru_cache(maxsize=4)
def _lines(values: tuple[float, ...]) -> str:
    """Format the numbers, one a line; cached, since several widgets show the same ones."""
    return "\n".join([_number(value) for value in values])


def _number(value: float) -> str:
    if value != value or math.isinf(value):
        return str(value)
    magnitude = abs(value)
    decimals = 3 if 0.0005 <= magnitude < 0.1 else 2
    text = f"{value:.{decimals}f}" if magnitude < _LARGEST_FIXED else f"{value:.4g}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")
