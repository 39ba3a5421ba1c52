"""JSON from a file: the one place that reads it, so that none of it can surprise the reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Pairs = Callable[[list[tuple[str, object]]], object]


class TooDeepError(ValueError):
    """The lists or objects in a text are nested more deeply than anybody means it."""


def from_json(text: str | bytes | bytearray, pairs: Pairs | None = None) -> Any:
    """What ``text`` holds; ``pairs`` makes an object of its keys and values, where it is given.

    Raises:
        TooDeepError: It is nested too deeply; Python's own RecursionError is no ValueError.
        ValueError: It is no JSON; a ``JSONDecodeError`` knows where.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise TooDeepError("nested too deeply") from None
