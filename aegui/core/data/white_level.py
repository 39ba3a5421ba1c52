"""The number that stands for white in images of plain numbers."""

from __future__ import annotations

from aegui.core.i18n import tr

_COARSE_LEVELS = (1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 15.0, 16.0)
"""White in images of few levels: powers of two, as in the digits of UCI (0..16), or one less."""
_BYTE_MAX = 255.0
_DARK = 64.0
"""Below this the largest byte of a whole set is unusual."""


def white_level(largest: float) -> float:
    """Return the value of white in images whose largest pixel is ``largest``; 1 if that is NaN."""
    if largest > _COARSE_LEVELS[-1]:
        return _BYTE_MAX
    return next((level for level in _COARSE_LEVELS if largest <= level), 1.0)


def notes_on_white(largest: float) -> tuple[str, ...]:
    """Return a note if it is uncertain what is white in images whose largest pixel is this."""
    if not 1.0 < largest < _DARK:
        return ()
    white = white_level(largest)
    if white < _BYTE_MAX:
        return (tr("The largest pixel is {n:g}; read as 0 to {white:g}.", n=largest, white=white),)
    return (
        tr("The largest pixel is {n:g}; read as 0 to 255, the images are nearly black.", n=largest),
    )
