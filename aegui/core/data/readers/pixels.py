"""The characters with which people draw pixels."""

from __future__ import annotations

ON = frozenset("#@*XxOo1█■▓●+")
OFF = frozenset(".-_0 ·:░□○")
_BOTH = ON | OFF


def is_row(text: str) -> bool:
    """Whether ``text`` may be a row of two or more drawn pixels."""
    return len(text) >= 2 and _BOTH.issuperset(text)


def row_of_pixels(text: str) -> list[int] | None:
    """The pixels drawn in ``text``, from the left, or None where it is not a drawn row."""
    return [int(character in ON) for character in text] if is_row(text) else None
