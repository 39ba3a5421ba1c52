"""Lines of numbers with decimal commas, as spreadsheets write them in many locales."""

from __future__ import annotations

_SIGNS = ";\t|"


def field_delimiter(line: str) -> str | None:
    """Return the sign of ``_SIGNS`` that delimits the fields if the commas of ``line`` are decimal.

    None if there is no comma, or more commas than fields.
    """
    commas = line.count(",")
    signs = (sign for sign in _SIGNS if sign in line)
    return next((sign for sign in signs if 0 < commas <= line.count(sign) + 1), None)


def with_points(line: str) -> str:
    """Return ``line`` with decimal points instead of commas, as Python parses numbers."""
    return line.replace(",", ".")
