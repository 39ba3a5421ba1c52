"""Text as it is searched: without capitals and accents."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """``text`` in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def has_words(text: str, query: str) -> bool:
    """Whether ``text``, which is folded, has every word of ``query``, somewhere."""
    return all(word in text for word in folded(query).split())
