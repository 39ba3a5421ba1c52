"""Colours of classes, for windows, pictures and pages alike."""

CLASS_COLOURS = (
    "#3f90da", "#e08a00", "#bd1f01", "#7d8c8c", "#832db6",
    "#a96b59", "#e76300", "#8f8440", "#4b4f63", "#3fa7a3",
)  # fmt: skip
"""Ten colours told apart with common colour blindness too, after Petroff (2021), "Accessible color
sequences for data visualization"; then again."""
_LIGHTENED = 0.68
"""On dark grounds: the share of the colour, the rest is white."""


def lightened(colour: str) -> str:
    """``colour``, written ``#rrggbb``, as it is seen on a dark ground."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    mixed = (round(_LIGHTENED * part + (1.0 - _LIGHTENED) * 255) for part in parts)
    return "#" + "".join(f"{part:02x}" for part in mixed)
