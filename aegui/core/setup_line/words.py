"""Segments, tokens and values of a line, each with its place; refusals that name it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from aegui.core.errors import RecipeError, elided
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.recipe.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINE = 1 << 18
"""Characters of a line; whatever is longer is something else."""
BAR = "|"
_QUOTED = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?%?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_+]*")
_LONGEST_WHOLE, _LONGEST_NUMBER = 300, 600
"""Digits: whole numbers are floats too, and the least of these has so many places."""


class LineError(RecipeError):
    """A line that cannot be read.

    Attributes:
        start: Place of the first character that is wrong, from 0.
        end: Place after the last one.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(frozen=True)
class Token:
    """A piece of a line: its text, and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Place after its last character."""
        return self.start + len(self.text)

    def part(self, begin: int, end: int | None = None) -> Token:
        """A piece of it."""
        return Token(self.text[begin:end], self.start + begin)


def refusal(token: Token, reason: str) -> LineError:
    """What is wrong with ``token``: where it stands, what it is, and why it will not do."""
    text = tr(
        "Set-up line, character {n}, “{text}”: {reason}",
        n=token.start + 1,
        text=elided(token.text, _QUOTED),
        reason=reason,
    )
    return LineError(text, token.start, token.end)


def unknown(token: Token, known: Iterable[str]) -> LineError:
    """A word that nothing is called, with what it probably was to be, or all that there are."""
    words = list(known)
    hint = did_you_mean(token.text, words) or " " + tr("Known: {keys}.", keys=", ".join(words))
    return refusal(token, tr("this is not known here.") + hint)


def segments(line: str) -> list[list[Token]]:
    """The tokens of each segment; blanks and bars within quotes and brackets do not part them.

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
    """Where the token that begins at ``begin`` ends."""
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
        raise refusal(Token(line[begin:], begin), tr("a bracket is not closed: add “]”."))
    return at


def _quote_end(line: str, begin: int) -> int:
    at = begin + 1
    while at < len(line) and line[at] != '"':
        at += 2 if line[at] == "\\" else 1
    if at >= len(line):
        raise refusal(Token(line[begin:], begin), tr('a quotation is not closed: add “"”.'))
    return at + 1


def value_of(token: Token) -> Any:
    """What ``token`` says, as it stands in a recipe: a number, a text, a list, or a truth value.

    Percents are shares, and a word without quotes is a text.

    Raises:
        LineError: It is none of these.
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
    if _PLAIN.fullmatch(text) or text.startswith("#"):
        return text
    raise refusal(token, tr("this is neither a number nor a word; texts must be quoted."))


def number_of(token: Token) -> float | int:
    """The number that ``token`` is.

    Raises:
        LineError: It is none.
    """
    text = token.text
    try:
        is_whole = text.lstrip("+-").isdigit()
        longest = _LONGEST_WHOLE if is_whole else _LONGEST_NUMBER
        if len(text) > longest or not _NUMBER.fullmatch(text):
            raise InvalidOperation
        if text.endswith("%"):
            return float(Decimal(text[:-1]) / 100)
        return int(text) if is_whole else float(text)
    except (InvalidOperation, ValueError, OverflowError):
        raise refusal(token, tr("this must be a number.")) from None


def number_text(value: float, *, percent: bool = False, plain: bool = False) -> str:
    """``value`` so that it is read back as it was.

    Args:
        value: The number.
        percent: Write it as percents where that says the same.
        plain: Without an exponent.
    """
    if percent:
        text = f"{value * 100:.10g}%"
        if "e" not in text and float(Decimal(text[:-1]) / 100) == value:
            return text
    whole = isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15)
    text = str(int(value)) if whole else repr(float(value))
    return f"{Decimal(text):f}" if plain and "e" in text else text


def value_text(value: Any, *, percent: bool = False) -> str:
    """``value`` of a recipe as ``value_of`` reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value, percent=percent)
    if isinstance(value, str) and value.startswith("#"):
        return value
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    if is_plain and value not in {"none", "true", "false"}:
        return str(value)
    return json.dumps(value, ensure_ascii=False)
