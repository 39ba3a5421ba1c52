"""Page of an exported figure: size, colours and resolution; needs no Qt."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from aegui.core.choices import Choice, OneOf, table
from aegui.core.errors import AeguiError
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass

POINTS_PER_CM = 72.0 / 2.54
FORMS = ("png", "svg", "pdf")
"""Suffixes of the supported file formats."""
SIDE_CM = (3.0, 100.0)
"""Shortest and longest allowed side of a figure."""
DPI = (50, 1200)
THEMES = table(Choice("light", mark("Light"), ""), Choice("dark", mark("Dark"), ""))
"""The colours of a figure: keys of ``PAPERS``."""
MAX_PIXELS = 120_000_000
_SIDE = Field(ge=SIDE_CM[0], le=SIDE_CM[1])


@dataclass(frozen=True)
class Paper:
    """Page of a figure."""

    width_cm: Annotated[
        float, _SIDE, FieldWords("&Width", "How wide the figure is", step=0.5, suffix=" cm")
    ] = 16.0
    """Width."""
    height_cm: Annotated[
        float, _SIDE, FieldWords("&Height", "How high the figure is", step=0.5, suffix=" cm")
    ] = 10.0
    """Height."""
    theme: Annotated[str, OneOf(THEMES), FieldWords("C&olours", "Those of which theme")] = "light"
    """``light`` or ``dark``."""
    dpi: Annotated[
        int,
        Field(ge=DPI[0], le=DPI[1]),
        FieldWords("&Resolution", "Dots per inch of a PNG", suffix=mark(" dpi")),
    ] = 300
    """Dots per inch of a PNG."""
    title: Annotated[bool, FieldWords("&Title above it", "What the figure shows")] = True
    """Whether to write the title above the figure."""
    origin: Annotated[
        bool,
        FieldWords("&Origin below the figure", "Document, seed, epoch, data and noise"),
    ] = True
    """Whether to write its origin below the figure."""

    def checked(self) -> Paper:
        """Return this paper if it is valid.

        Raises:
            AeguiError: It is too small or too large.
        """
        low, high = SIDE_CM
        for side in (self.width_cm, self.height_cm):
            if not (math.isfinite(side) and low <= side <= high):
                raise AeguiError(
                    tr(
                        "Width and height must be {low:g} to {high:g} cm, not {side:g}.",
                        low=low,
                        high=high,
                        side=side,
                    )
                )
        if not DPI[0] <= self.dpi <= DPI[1]:
            raise AeguiError(
                tr(
                    "The resolution must be {low} to {high:,} dots per inch, not {dpi:,}.",
                    low=DPI[0],
                    high=DPI[1],
                    dpi=self.dpi,
                )
            )
        return self

    @property
    def size_pt(self) -> tuple[float, float]:
        """Return width and height in points."""
        return self.width_cm * POINTS_PER_CM, self.height_cm * POINTS_PER_CM

    def pixels(self) -> tuple[int, int]:
        """Return width and height of a PNG.

        Raises:
            AeguiError: The image would have too many pixels.
        """
        width, height = (round(side / 2.54 * self.dpi) for side in (self.width_cm, self.height_cm))
        if width * height > MAX_PIXELS:
            raise AeguiError(
                tr(
                    "The picture would have {width:,} x {height:,} pixels: choose a smaller size "
                    "or fewer dots per inch.",
                    width=width,
                    height=height,
                )
            )
        return width, height
