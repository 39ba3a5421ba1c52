"""Segments, tokens and values of a line with their positions, and errors that name them."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINE = 1 << 18
"""Maximum number of characters; a longer text is no line."""
BAR = "|"
_QUOTED = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?%?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_+]*")
_LONGEST_INTEGER, _LONGEST_NUMBER = 300, 600
"""Limits on digits: whole numbers must fit a float, and the smallest floats have so many digits."""


class LineError(RecipeError):
    """A line that cannot be parsed.

    Attributes:
        start: Index of the first character at fault, from 0.
        end: Index after the last character at fault.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(frozen=True)
class Token:
    """A piece of a line with the index of its first character."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Index after the last character."""
        return self.start + len(self.text)

    def part(self, begin: int, end: int | None = None) -> Token:
        """Return the piece from ``begin`` to ``end`` as a token."""
        return Token(self.text[begin:end], self.start + begin)


def refusal(token: Token, reason: str) -> LineError:
    """Return the error for ``token``, which states its position, its text and the reason.

    It has the quotation marks of reasons, which are those of the notation. A text in quotes keeps
    its own.
    """
    text = elided(token.text, _QUOTED)
    words = tr(
        "Set-up line, character {n}, {text}: {reason}",
        n=token.start + 1,
        text=text if text.startswith('"') else f'"{text}"',
        reason=reason,
    )
    return LineError(words, token.start, token.end)


def unknown(token: Token, known: Iterable[str]) -> LineError:
    """Return the error for an unknown word, with a similar known word or a list of all of them."""
    words = list(known)
    hint = did_you_mean(token.text, words) or " " + tr("Known: {keys}.", keys=", ".join(words))
    return refusal(token, tr("this is not known here.") + hint)


def segments(line: str) -> list[list[Token]]:
    """Split a line into the tokens of each segment; quotes and brackets protect spaces and bars.

    Raises:
        LineError: A quotation or a list is not closed.
    """
    found: list[list[Token]] = [[]]
    at, size = 0, len(line)
    while at < size:
        if line[at].isspace():
            at += 1
        elif line[at] == BAR:
            found.append([])
            at += 1
        else:
            end = _token_end(line, at)
            found[-1].append(Token(line[at:end], at))
            at = end
    return [tokens for tokens in found if tokens]


def _token_end(line: str, begin: int) -> int:
    """Return the index after the token that begins at ``begin``."""
    depth, at, size = 0, begin, len(line)
    while at < size and (depth or not (line[at].isspace() or line[at] == BAR)):
        sign = line[at]
        if sign == '"':
            at = _quote_end(line, at)
            continue
        depth += (sign == "[") - (sign == "]")
        depth = max(0, depth)
        at += 1
    if depth:
        raise refusal(Token(line[begin:], begin), tr('a bracket is not closed: add "]".'))
    return at


def _quote_end(line: str, begin: int) -> int:
    at = begin + 1
    while at < len(line) and line[at] != '"':
        at += 2 if line[at] == "\\" else 1
    if at >= len(line):
        raise refusal(
            Token(line[begin:], begin), tr('a quotation is not closed: its last " is missing.')
        )
    return at + 1


def value_of(token: Token) -> Any:
    """Parse ``token`` as a value of a recipe: None, a number, a text, a list or a truth value.

    Percentages become shares, and a word without quotes is a text.

    Raises:
        LineError: The token is none of these.
    """
    text = token.text
    if text == "none":
        return None
    if text in {"true", "false"}:
        return text == "true"
    if text[:1].isdigit() or _NUMBER.fullmatch(text[: _LONGEST_NUMBER + 1]):
        return number_of(token)
    if text[:1] in {'"', "["}:
        try:
            return from_json(text)
        except ValueError:
            raise refusal(
                token, tr("this is neither a text in quotes nor a list of them.")
            ) from None
    if _WORD.fullmatch(text) or text.startswith("#"):
        return text
    raise refusal(token, tr("this is neither a number nor a word; texts must be quoted."))


def number_of(token: Token) -> float | int:
    """Parse ``token`` as a number.

    Raises:
        LineError: The token is no number.
    """
    text = token.text
    try:
        is_integer = text.lstrip("+-").isdigit()
        longest = _LONGEST_INTEGER if is_integer else _LONGEST_NUMBER
        if len(text) > longest or not _NUMBER.fullmatch(text):
            raise InvalidOperation
        if text.endswith("%"):
            return float(Decimal(text[:-1]) / 100)
        return int(text) if is_integer else float(text)
    except (InvalidOperation, ValueError, OverflowError):
        raise refusal(token, tr("this must be a number.")) from None


def number_text(value: float, *, percent: bool = False, without_exponent: bool = False) -> str:
    """Format ``value`` so that parsing returns exactly the same number.

    Args:
        value: The number.
        percent: Write a percentage where it is exact.
        without_exponent: Write no exponent.
    """
    if percent:
        text = f"{value * 100:.10g}%"
        if "e" not in text and float(Decimal(text[:-1]) / 100) == value:
            return text
    is_integer = isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15)
    text = str(int(value)) if is_integer else repr(float(value))
    return f"{Decimal(text):f}" if without_exponent and "e" in text else text


def value_text(value: Any, *, percent: bool = False) -> str:
    """Format a ``value`` of a recipe in the notation of ``value_of``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value, percent=percent)
    if isinstance(value, str) and value.startswith("#"):
        return value
    is_word = isinstance(value, str) and _WORD.fullmatch(value)
    if is_word and value not in {"none", "true", "false"}:
        return str(value)
    return json.dumps(value, ensure_ascii=False)
