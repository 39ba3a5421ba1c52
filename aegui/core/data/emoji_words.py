"""What samples and classes are called in the languages of the program: emojis as Unicode (CLDR)."""

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
"""What the catalogues have."""
_UNLABELLED = mark("no label")
_NUMBER = " #"
"""Before what tells a sample from the others of its class: "Coat #12"."""


def spoken_name(name: str) -> str:
    """What an emoji, a class of a set that ships, or a sample of it is called in the language.

    Others are called as they are. Sets, recipes and files have the English names, which are keys.
    An empty label, of samples without any, has words too.
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
    """Whether a sample has all words of ``query``, in any case and with or without accents.

    They may be parts of its name or label, as a set has them or in the language in force, or
    keywords of an emoji in any language: both "cat" and "gato" find cats.
    """
    own = _own(name, label, spoken_name(name))
    return all(word in own or word in _keywords(name) for word in folded(query).split())


@lru_cache(maxsize=1 << 14)
def _own(name: str, label: str, spoken: str) -> str:
    return folded(f"{name} {label} {spoken}")


@cache
def _keywords(name: str) -> frozenset[str]:
    """Single words that the emoji ``name`` is found by, in all languages; none of another name."""
    said = [word for code in LANGUAGES for word in _said(code).get(name, ())]
    return frozenset(folded(" ".join(said)).split())


@cache
def _said(code: str) -> dict[str, tuple[str, ...]]:
    """Name of an emoji as sets have it -> its name in a language, and its keywords."""
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
        # Names alone are no reason to show nothing: the English ones are in the set.
        _log.warning("the words for emojis cannot be read: %s", error)
        return {}
