"""Building blocks of all parts of a recipe: bounds, kinds of numbers, and the frozen model."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticKnownError

from aegui.core.fields import MAX

MAX_UNITS = 262_144
MAX_CHANNELS = 4_096
MAX_KERNEL = 64
MIN_IMAGE, MAX_IMAGE = 1, 256
MIN_PICTURE = 8
"""A network for smaller images takes glyphs: no emojis, and files that are sheets of glyphs."""
MAX_LAYERS = 64
MAX_NUMBER = 1e30
"""Upper bound of numbers: training uses 32-bit floats, which end at 3e38."""

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=MAX_NUMBER, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, le=MAX_NUMBER, allow_inf_nan=False)]
# Bounded as well: neither numpy's integers nor a spin box can hold every integer of Python.
PositiveWhole = Annotated[int, Field(ge=1, le=MAX)]
NonNegativeWhole = Annotated[int, Field(ge=0, le=MAX)]


def no_truth(value: Any) -> Any:
    """Refuse true and false as a number: a choice of numbers takes them for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return value


def pair(sides: Sides) -> tuple[int, int]:
    """Return rows and columns of ``sides``; a single number stands for both."""
    return (sides, sides) if isinstance(sides, int) else sides


def _form_of_sides(value: Any) -> str:
    return PAIR if isinstance(value, list | tuple) else NUMBER


def square_as_one(sides: Sides) -> Sides:
    """Return one number if rows and columns agree."""
    rows, columns = pair(sides)
    return rows if rows == columns else sides


NUMBER, PAIR = "number", "pair"
"""Forms of ``Sides``, by which validation errors name their places."""
Sides = int | tuple[int, int]
"""One number for rows and columns alike, or ``(rows, columns)``."""
_Extent = Annotated[int, Field(ge=1, le=MAX_KERNEL)]
_Margin = Annotated[int, Field(ge=0, le=MAX_KERNEL)]
Extents = Annotated[
    Annotated[_Extent, Tag(NUMBER)] | Annotated[tuple[_Extent, _Extent], Tag(PAIR)],
    Discriminator(_form_of_sides),
    AfterValidator(square_as_one),
]
"""A kernel or stride; two equal numbers become one, so square kernels are stored as before."""
Margins = Annotated[
    Annotated[_Margin, Tag(NUMBER)] | Annotated[tuple[_Margin, _Margin], Tag(PAIR)],
    Discriminator(_form_of_sides),
    AfterValidator(square_as_one),
]
"""Padding of rows and columns."""


class RecipePart(BaseModel):
    """A frozen part of a recipe that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)
