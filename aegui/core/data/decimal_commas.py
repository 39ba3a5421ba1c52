"""Lines of numbers with decimal commas, as a spreadsheet writes them in half of the world."""

from __future__ import annotations

_SIGNS = ";\t"


def parting_sign(line: str) -> str | None:
    """The semicolon or tab that parts the fields of ``line``, where commas can only be decimal.

    None where there is no comma, or where there are more than a number in each field could have.
    """
    commas = line.count(",")
    signs = (sign for sign in _SIGNS if sign in line)
    return next((sign for sign in signs if 0 < commas <= line.count(sign) + 1), None)


def with_points(line: str) -> str:
    """``line`` with decimal points, as Python reads numbers."""
    return line.replace(",", ".")
