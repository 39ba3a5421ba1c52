"""Translation of everything a person reads, with or without a window.

The catalogues are gettext ones, ``resources/translations/<language>/LC_MESSAGES/aegui.mo``. They
live in core, not in Qt, because a refusal of a file reader is read on the terminal as well.
English is the source language. ``tr`` marks and translates; ``mark`` only marks a string that
sits in a table and is translated where it is shown.
"""

from __future__ import annotations

import gettext
import logging
import os
import string
import struct
from numbers import Real
from typing import TYPE_CHECKING, SupportsFloat

from aegui.paths import resources_dir, user_data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LANGUAGES: dict[str, str] = {"en": "English", "es": "Español"}
"""Language code -> its own name, in the order in which they are offered.

A language more is a catalogue more, beside the shipped ones or in the folder ``translations`` of
the user's data; what it is called and how it writes numbers, three of its messages say.
"""

LOCALES: dict[str, str] = {"en": "en_US", "es": "es_AR"}
"""Language code -> the locale whose marks its numbers have: 8,000 and 0.03, or 8.000 and 0,03."""

_COMMA = str.maketrans({".": ",", ",": "."})
_MARKS: dict[str, dict[int, str]] = {"es": _COMMA}
_DOMAIN = "aegui"
_log = logging.getLogger(__name__)


class _LanguageState:
    """The language in force: one per process, as with every translation catalogue."""

    code = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_language(code: str) -> None:
    """Use ``code`` from now on; an unknown or regional code falls back to its stem or English."""
    stem = code.replace("-", "_").split("_")[0].lower()
    _LanguageState.code = stem if stem in LANGUAGES else "en"
    _LanguageState.catalogue = _catalogue(_LanguageState.code)


def _folders() -> tuple[Path, ...]:
    return resources_dir() / "translations", user_data_dir() / "translations"


def _catalogue(code: str) -> gettext.NullTranslations:
    for folder in _folders():
        if gettext.find(_DOMAIN, folder, [code]):
            return gettext.translation(_DOMAIN, folder, [code])
    return gettext.NullTranslations()


def _find_more() -> None:
    """Offer the languages beside those that everybody has."""
    for path in sorted(
        path
        for folder in _folders()
        if os.path.isdir(folder)  # False too in a home that nobody may enter
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
    """``messages`` in the language ``code``, whatever is in force; their fields are not filled."""
    catalogue = _catalogue(code)
    return {key: catalogue.gettext(message) for key, message in messages.items()}


def language() -> str:
    """The code of the language in force: a key of ``LANGUAGES``."""
    return _LanguageState.code


def said(words: str | Mapping[str, str]) -> str:
    """One text, or of texts by language that in the language in force, in English, or the first."""
    if isinstance(words, str):
        return words
    return words.get(language()) or words.get("en") or next(iter(words.values()), "")


def tr(message: str, /, **values: object) -> str:
    """``message`` in the person's language, with ``{name}`` fields filled from ``values``."""
    text = _LanguageState.catalogue.gettext(message) if message else ""
    return _FILLER.vformat(text, (), values) if values else text


def trn(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Like ``tr`` for a counted thing; ``{n}`` is filled with ``n``, its thousands apart."""
    text = _LanguageState.catalogue.ngettext(singular, plural, n)
    return _FILLER.vformat(text, (), {"n": _Count(n), **values})


class _Count(int):
    """A number of things: its thousands stand apart also where a message does not ask for it."""

    def __format__(self, format_spec: str) -> str:
        return super().__format__(format_spec or ",")


class _Filler(string.Formatter):
    """``str.format`` whose numbers have the marks of the language."""

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Real) and not isinstance(value, bool):
            return localized(value, format_spec)
        return format(value, format_spec)


_FILLER = _Filler()


def short_number(value: float) -> str:
    """``value`` as short as it can be written: 0.01, 250, 1e-08."""
    return f"{value:.10g}"


_LEAST, _MOST = 0.01, 1e15
"""Between these a count is written out; outside Python's own form is shorter."""


def localized(value: SupportsFloat, spec: str = "") -> str:
    """``format(value, spec)`` as a person reads it: with the marks of the language in force.

    Of a count that is no whole number, such as epochs of a training that was stopped within one,
    ``,`` shows two decimals at most. For what is read only: data (CSV, JSON, what is typed into a
    command) keep the point.
    """
    text = format(value, spec)
    if spec == "," and isinstance(value, float):
        if value.is_integer() and abs(value) < _MOST:
            text = format(value, ",.0f")
        elif _LEAST <= abs(value) < _MOST:
            text = format(value, ",.2f").rstrip("0").rstrip(".")
    marks = _MARKS.get(_LanguageState.code)
    # Where the decimal mark is a comma a percent sign stands apart from its number.
    return text if marks is None else text.translate(marks).replace("%", "\u00a0%")


def with_marks(text: str) -> str:
    """The number ``text``, written by Python, with the marks of the language in force."""
    marks = _MARKS.get(_LanguageState.code)
    return text if marks is None else text.translate(marks)


def mark(message: str) -> str:
    """``message`` unchanged, found by the extractor; translate it with ``tr`` where it is shown."""
    return message


_NAME = mark("Name of this language, in itself")
_LOCALE = mark("Locale of this language, such as en_US")
_DECIMAL = mark("Decimal mark of this language: a point or a comma")
_find_more()
