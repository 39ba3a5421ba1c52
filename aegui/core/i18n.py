"""Translation of everything a person reads, with or without a window.

The catalogues are gettext ones, ``resources/translations/<language>/LC_MESSAGES/aegui.mo``. They
live in core, not in Qt, because a refusal of a file reader is read on the terminal as well.
English is the source language. ``tr`` marks and translates; ``mark`` only marks a string that
sits in a table and is translated where it is shown.
"""

from __future__ import annotations

import gettext

from aegui.paths import resources_dir

LANGUAGES: dict[str, str] = {"en": "English", "es": "Español"}
"""Language code -> its own name, in the order in which they are offered."""

_DOMAIN = "aegui"


class _State:
    """The language in force: one per process, as with every translation catalogue."""

    code = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_language(code: str) -> None:
    """Use ``code`` from now on; an unknown or regional code falls back to its stem or English."""
    stem = code.replace("-", "_").split("_")[0].lower()
    _State.code = stem if stem in LANGUAGES else "en"
    _State.catalogue = gettext.translation(
        _DOMAIN, resources_dir() / "translations", [_State.code], fallback=True
    )


def language() -> str:
    """The code of the language in force: a key of ``LANGUAGES``."""
    return _State.code


def tr(message: str, /, **values: object) -> str:
    """``message`` in the person's language, with ``{name}`` fields filled from ``values``."""
    text = _State.catalogue.gettext(message) if message else ""
    return text.format(**values) if values else text


def trn(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Like ``tr`` for a counted thing; ``{n}`` is filled with ``n``."""
    return _State.catalogue.ngettext(singular, plural, n).format(n=n, **values)


def mark(message: str) -> str:
    """``message`` unchanged, found by the extractor; translate it with ``tr`` where it is shown."""
    return message
