"""The only parser of JSON from files, with errors that callers expect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Pairs = Callable[[list[tuple[str, object]]], object]


class TooDeepError(ValueError):
    """Raised if the lists or objects in a text are nested too deeply to parse."""


def from_json(text: str | bytes | bytearray, pairs: Pairs | None = None) -> Any:
    """Parse ``text``; ``pairs``, if given, makes an object of its keys and values.

    Raises:
        TooDeepError: ``text`` is nested too deeply; Python's RecursionError is no ValueError.
        ValueError: ``text`` is no JSON; a ``JSONDecodeError`` has the position.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise TooDeepError("nested too deeply") from None
