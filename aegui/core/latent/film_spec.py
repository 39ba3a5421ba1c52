"""Settings of a film: file format, size, frame rate, final pause and palette."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aegui.core.choices import Choice, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

FEWEST_FPS, MAX_FPS = 1.0, 50.0
"""Frame rates that GIF viewers can show: delays are counted in hundredths of a second."""
MAX_PAUSE_S = 10.0
MIN_SIDE, MAX_SIDE = 16, 4096

FILM_FORMS = table(
    Choice("gif", mark("Animated GIF"), mark("Plays everywhere, in a loop; 256 colours.")),
    Choice("mp4", mark("MP4 video"), mark("All colours, and smaller; needs a player.")),
    Choice("png", mark("Strip of images (PNG)"), mark("All images side by side.")),
)
"""File suffix -> description of the format."""
PALETTES = table(
    Choice(
        "frame",
        mark("256 for each image"),
        mark("The most accurate colours; static parts may flicker."),
    ),
    Choice(
        "film",
        mark("256 for the whole film"),
        mark("A smaller file without flicker; smooth gradients become bands."),
    ),
)
"""Origin of a GIF's palette; grey images keep all their levels in any case."""


@dataclass(frozen=True)
class FilmSpec:
    """Settings of a film."""

    form: Annotated[str, FieldWords("&Form", "What kind of file.", choices=FILM_FORMS)] = "gif"
    """A key of ``FILM_FORMS``, and the suffix of the file."""
    side: Annotated[
        int,
        Field(ge=MIN_SIDE, le=MAX_SIDE),
        FieldWords(
            "Si&ze up to",
            "Most pixels of the longer side: small images are enlarged by a whole factor.",
            suffix=" px",
        ),
    ] = 280
    """Longer side in pixels; images are enlarged by whole factors up to it."""
    fps: Annotated[
        float,
        Field(ge=FEWEST_FPS, le=MAX_FPS),
        FieldWords("S&peed", "Images per second.", step=1.0, suffix=" /s"),
    ] = 12.0
    """Images per second."""
    pause: Annotated[
        float,
        Field(ge=0.0, le=MAX_PAUSE_S),
        FieldWords(
            "Pause at the &end", "Seconds that the last image stays.", step=0.5, suffix=" s"
        ),
    ] = 1.0
    """Seconds that the last image stays."""
    palette: Annotated[
        str, FieldWords("&Colours", "Of a GIF: 256, of each image or of all.", choices=PALETTES)
    ] = "frame"
    """A key of ``PALETTES``, for GIF."""
