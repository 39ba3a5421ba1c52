"""Translated names of samples and classes; those of emojis are from Unicode (CLDR)."""

from __future__ import annotations

import logging
from functools import cache, lru_cache

from aegui.core.data.emoji import EMOJI_GROUPS, EMOJI_SUBGROUPS
from aegui.core.data.published import PUBLISHED
from aegui.core.folding import folded
from aegui.core.i18n import LANGUAGES, language, mark, tr
from aegui.core.json_text import from_json
from aegui.paths import resources_dir

_log = logging.getLogger(__name__)
_MARKED = frozenset(
    (
        *EMOJI_GROUPS,
        *EMOJI_SUBGROUPS.values(),
        *PUBLISHED["fashion"].classes,
        mark("space"),
        mark("DEL"),
    )
)
"""Texts that the translation catalogues contain."""
_UNLABELLED = mark("no label")
_NUMBER = " #"
"""Separator before the number of a sample within its class: "Coat #12"."""


def translated_name(name: str) -> str:
    """Return the name of an emoji, a class of a built-in set or one of its samples, translated.

    Any other name is returned unchanged. Sets, recipes and files hold the English names, which are
    keys. An empty label, of unlabelled samples, becomes a description.
    """
    if not name:
        return tr(_UNLABELLED)
    if language() == "en":
        return name
    if name in _MARKED:
        return tr(name)
    label, number, place = name.rpartition(_NUMBER)
    if label in _MARKED:
        return f"{tr(label)}{number}{place}"
    said = _said(language()).get(name)
    return said[0] if said else name


def finds(query: str, name: str, label: str) -> bool:
    """Return whether a sample matches all words of ``query``, ignoring case and accents.

    A word matches within the sample's name or label, original or translated, or as a keyword of an
    emoji in any language: both "cat" and "gato" find cats.
    """
    text = _searched_text(name, label, translated_name(name))
    return all(word in text or word in _keywords(name) for word in folded(query).split())


@lru_cache(maxsize=1 << 14)
def _searched_text(name: str, label: str, spoken: str) -> str:
    return folded(f"{name} {label} {spoken}")


@cache
def _keywords(name: str) -> frozenset[str]:
    """Return the search words of the emoji ``name`` in all languages; empty for other names."""
    said = [word for code in LANGUAGES for word in _said(code).get(name, ())]
    return frozenset(folded(" ".join(said)).split())


@cache
def _said(code: str) -> dict[str, tuple[str, ...]]:
    """Return the translated name and the keywords of each emoji, by its name in the set."""
    folder = resources_dir() / "emoji"
    try:
        index = from_json((folder / "index.json").read_text(encoding="utf-8"))
        words = from_json((folder / "words.json").read_text(encoding="utf-8"))["words"].get(
            code, {}
        )
        return {
            emoji["name"]: tuple(words[emoji["codepoints"]])
            for emoji in index["emojis"]
            if emoji["codepoints"] in words
        }
    except (OSError, ValueError, KeyError) as error:
        # The English names are in the set, so a damaged file of names is no reason to fail.
        _log.warning("the words for emojis cannot be read: %s", error)
        return {}
