"""The characters that stand for pixels in text art."""

from __future__ import annotations

ON = frozenset("#@*XxOo1█■▓●+")
OFF = frozenset(".-_0 ·:░□○")
_BOTH = ON | OFF


def is_row(text: str) -> bool:
    """Return whether ``text`` may be a row of two or more drawn pixels."""
    return len(text) >= 2 and _BOTH.issuperset(text)


def row_of_pixels(text: str) -> list[int] | None:
    """Return the pixels drawn in ``text``, from the left, or None if it is no drawn row."""
    return [int(character in ON) for character in text] if is_row(text) else None
