"""Translation of all displayed texts, with or without a window.

The catalogues are gettext ones, ``resources/translations/<language>/LC_MESSAGES/aegui.mo``. They
are in core rather than in Qt because error messages of file readers also appear on the terminal.
English is the source language. ``tr`` marks and translates; ``mark`` only marks a string in a
table, which is translated where it is shown.
"""

from __future__ import annotations

import contextlib
import functools
import gettext
import logging
import os
import re
import string
import struct
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, SupportsFloat

from aegui.paths import resources_dir, user_data_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

LANGUAGES: dict[str, str] = {"en": "English", "es": "Español"}
"""Language code -> its own name, in the order in which they are offered. A further language is a
further catalogue, beside the shipped ones or in the folder ``translations`` of the user's data;
three of its messages give its name and number format."""

LOCALES: dict[str, str] = {"en": "en_US", "es": "es_AR"}
"""Language code -> the locale of its number format: 8,000 and 0.03, or 8.000 and 0,03."""

_COMMA = str.maketrans({".": ",", ",": "."})
_MARKS: dict[str, dict[int, str]] = {"es": _COMMA}
_DOMAIN = "aegui"
_BEFORE_E = re.compile(r"h?[ií](?![aeiou])", re.IGNORECASE)
"""Beginnings of words before which Spanish has "e" for "y"."""
_BEFORE_DIGITS = re.compile(r"(?=\.\d|[fg]\Z)")
"""Where the thousands separator stands in a format: before its digits."""
_PADDED_POWER = re.compile(r"(?<=\d)e(?:\+|([-\N{MINUS SIGN}]))0*(?=\d)")
"""Sign and zeros of an exponent as Python writes it ..."""
_POWER = r"e\1"
"""... and the exponent without them, as on axes."""
_log = logging.getLogger(__name__)


class _LanguageState:
    """The current language: one per process, as with every translation catalogue."""

    code = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_language(code: str) -> None:
    """Set the language; an unknown or regional code falls back to its stem or English."""
    stem = code.replace("-", "_").split("_")[0].lower()
    _LanguageState.code = stem if stem in LANGUAGES else "en"
    _LanguageState.catalogue = _catalogue(_LanguageState.code)


@contextlib.contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Set the language for the duration of a block; None leaves it as it is."""
    before = _LanguageState.code
    if code is not None:
        set_language(code)
    try:
        yield
    finally:
        set_language(before)


def _folders() -> tuple[Path, ...]:
    return resources_dir() / "translations", user_data_dir() / "translations"


def _catalogue(code: str) -> gettext.NullTranslations:
    for folder in _folders():
        if gettext.find(_DOMAIN, folder, [code]):
            return gettext.translation(_DOMAIN, folder, [code])
    return gettext.NullTranslations()


def _find_more() -> None:
    """Register the catalogues of further languages."""
    for path in sorted(
        path
        for folder in _folders()
        if os.path.isdir(folder)  # Also False if the folder is not accessible
        for path in folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    ):
        code = path.parent.parent.name
        if code in LANGUAGES:
            continue
        try:
            say = _catalogue(code).gettext
        except (OSError, ValueError, struct.error) as error:
            _log.warning("%s is no catalogue: %s", path, error)
            continue
        LANGUAGES[code] = code if say(_NAME) == _NAME else say(_NAME)
        LOCALES[code] = code if say(_LOCALE) == _LOCALE else say(_LOCALE)
        if say(_DECIMAL) == ",":
            _MARKS[code] = _COMMA


def texts_in(code: str, messages: Mapping[str, str]) -> dict[str, str]:
    """Return ``messages`` in the language ``code``, with unfilled fields."""
    catalogue = _catalogue(code)
    return {key: catalogue.gettext(message) for key, message in messages.items()}


def language() -> str:
    """Return the code of the current language: a key of ``LANGUAGES``."""
    return _LanguageState.code


def said(words: str | Mapping[str, str]) -> str:
    """Return ``words``, or of texts by language the current, the English, or the first one."""
    if isinstance(words, str):
        return words
    return words.get(language()) or words.get("en") or next(iter(words.values()), "")


class _Translated(str):
    """A text that can be told in another language; where it is stored it is a plain ``str``."""

    __slots__ = ("again",)
    again: Callable[[], str]
    """Translates it into the current language."""

    def __str__(self) -> str:
        """Return it as it is: otherwise ``str(error)`` would be a plain copy."""
        return self

    def __add__(self, other: str) -> str:
        """Return it followed by ``other``, to be told again too."""
        return made_of(str.__add__, self, other)

    def __radd__(self, other: str) -> str:
        """Return it after ``other``, to be told again too."""
        return made_of(str.__add__, other, self)

    def rstrip(self, chars: str | None = None, /) -> str:
        """Return it without ``chars`` at its end, as a reason within another text."""
        return made_of(partial(_stripped, chars), self)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, ("".join(self),)


def tr(message: str, /, **values: object) -> str:
    """Translate ``message``, with ``{name}`` fields filled from ``values``."""
    for name, value in values.items():
        # An error holds its traceback, and with it whole sets of data.
        if isinstance(value, BaseException):
            values[name] = str(value)
    text = _LanguageState.catalogue.gettext(message) if message else ""
    words = _Translated(_FILLER.vformat(text, (), values) if values else text)
    words.again = partial(_tr_again, message, values)
    return words


def trn(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Translate a counted message; ``{n}`` is filled with ``n``, with thousands separators."""
    text = _LanguageState.catalogue.ngettext(singular, plural, n)
    words = _Translated(_FILLER.vformat(text, (), {"n": _Count(n), **values}))
    words.again = partial(_trn_again, singular, plural, n, values)
    return words


def sentences(*texts: str) -> str:
    """Return those of ``texts`` that are not empty, one after the other."""
    return made_of(_joined, *texts)


def joined(separator: str, texts: Iterable[str]) -> str:
    """Return ``texts`` with ``separator`` between them, to be told again as each of them."""
    return made_of(partial(_with_separator, separator), *texts)


def made_of(make: Callable[..., str], *texts: str) -> str:
    """Return what ``make`` makes of ``texts``, which ``retold`` then tells again."""
    words = _Translated(make(*texts))
    words.again = partial(_made_again, make, texts)
    return words


def retold(text: str) -> str:
    """Return ``text`` in the current language, if it is translated or a number for display.

    For texts that outlive a switch of language. Texts that were joined or changed are told again
    only if ``sentences``, ``joined``, ``made_of`` or ``+`` did it, unlike an f-string.
    """
    return text.again() if isinstance(text, _Translated) else text


def _tr_again(message: str, values: Mapping[str, object]) -> str:
    return tr(message, **_retold_values(values))


def _trn_again(singular: str, plural: str, n: int, values: Mapping[str, object]) -> str:
    return trn(singular, plural, n, **_retold_values(values))


def _made_again(make: Callable[..., str], texts: Sequence[str]) -> str:
    return made_of(make, *map(retold, texts))


def _joined(*texts: str) -> str:
    return " ".join(filter(None, map(str.strip, texts)))


def _stripped(chars: str | None, text: str) -> str:
    return "".join(text).rstrip(chars)


def _with_separator(separator: str, *texts: str) -> str:
    return separator.join(texts)


def _retold_values(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: retold(value) if isinstance(value, str) else value for name, value in values.items()
    }


def enumerated(items: Sequence[str]) -> str:
    """Return ``items`` as a list in words, such as ``a, b and c``."""
    return made_of(_enumerated, *items)


def _enumerated(*items: str) -> str:
    if len(items) < 2:
        return "".join(items)
    *others, last = items
    text = tr("{items} and {last}", items=", ".join(others), last=last)
    if language() == "es" and _BEFORE_E.match(last):
        text = f"{text.removesuffix(f' y {last}')} e {last}"
    return text


class _Count(int):
    """An integer that is formatted with thousands separators by default."""

    def __format__(self, format_spec: str) -> str:
        return super().__format__(format_spec or ",")


class _Filler(string.Formatter):
    """``str.format`` whose numbers have the separators of the current language."""

    def vformat(self, text: str, args: Sequence[Any], values: Mapping[str, Any]) -> str:
        pieces = _pieces(text)
        if pieces is None:
            return super().vformat(text, args, values)
        filled = [
            literal if name is None else literal + self.format_field(values[name], spec)
            for literal, name, spec in pieces
        ]
        return "".join(filled)

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Real) and not isinstance(value, bool):
            return _number_text(value, format_spec)
        return format(value, format_spec)


@functools.lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """Return literals, names and formats of the fields of ``text``; None for other fields.

    Parsing takes longer than filling, and the same texts are filled in every frame.
    """
    pieces = []
    for literal, name, spec, conversion in string.Formatter().parse(text):
        spec = spec or ""
        if name is not None and (conversion or "{" in spec or not name.isidentifier()):
            return None
        pieces.append((literal, name, spec))
    return tuple(pieces)


_FILLER = _Filler()


def short_number(value: float) -> str:
    """Return ``value`` in its shortest form: 0.01, 250, 1e-8 (Python's 1e-08 as on axes)."""
    return _PADDED_POWER.sub(_POWER, f"{value:.10g}")


_MIN, _MAX = 0.01, 1e15
"""Counts between these limits are written out; others are shorter in Python's own form."""
_NEAR_THOUSAND, _MANY = 999.0, 1e7
"""Numbers from the first limit, which rounding may carry to 1,000, have their thousands separated;
up to the second they are written out rather than as a power of ten."""


def localized(value: SupportsFloat, spec: str = "") -> str:
    """Return ``format(value, spec)`` with the separators of the current language.

    For a count that is no integer, such as epochs of a training that was stopped within one, ``,``
    shows at most two decimals. Numbers of 1,000 and more have their thousands separated. Powers of
    ten are written as on axes: 4e9, 7.8e-5. Only for display: data (CSV, JSON, command-line input)
    keep the point.
    """
    words = _Translated(_number_text(value, spec))
    words.again = partial(localized, value, spec)
    return words


def _number_text(value: SupportsFloat, spec: str) -> str:
    text = format(value, spec)
    if spec == "," and isinstance(value, float):
        if value.is_integer() and abs(value) < _MAX:
            text = format(value, ",.0f")
        elif _MIN <= abs(value) < _MAX:
            text = format(value, ",.2f").rstrip("0").rstrip(".")
    elif spec[-1:] in {"f", "g"} and "," not in spec:
        text = _separated(text, float(value), spec)
    text = with_marks(text)
    return text.replace("%", percent_sign()) if "%" in text else text


def _separated(text: str, value: float, spec: str) -> str:
    """Return ``text``, made of ``value`` by ``spec``, with its thousands separated."""
    if "e+" in text:
        return format(value, ",.0f") if abs(value) < _MANY else text
    if abs(value) < _NEAR_THOUSAND:
        return text
    return format(value, _BEFORE_DIGITS.sub(",", spec, count=1))


def percent_sign() -> str:
    """Return the percent sign as it follows a number: 5%, but with a decimal comma 5\u00a0%."""
    return "%" if _MARKS.get(_LanguageState.code) is None else "\u00a0%"


def with_marks(text: str) -> str:
    """Return the number ``text``, written by Python, with the current language's separators."""
    if "e" in text:
        text = _PADDED_POWER.sub(_POWER, text)
    marks = _MARKS.get(_LanguageState.code)
    return text if marks is None else text.translate(marks)


def mark(message: str) -> str:
    """Return ``message`` unchanged, marked for the extractor; call ``tr`` where it is shown."""
    return message


_NAME = mark("Name of this language, in itself")
_LOCALE = mark("Locale of this language, such as en_US")
_DECIMAL = mark("Decimal mark of this language: a point or a comma")
_find_more()
