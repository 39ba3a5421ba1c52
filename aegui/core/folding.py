"""Case and accent folding for text search."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return ``text`` in lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def has_words(text: str, query: str) -> bool:
    """Return whether ``text``, which is folded, contains every word of ``query``."""
    return all(word in text for word in folded(query).split())
