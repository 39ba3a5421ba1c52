"""One thing to tell the person, once: what failed, or what was done on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Offer:
    """What a further button of a message says and does."""

    words: str
    accept: Callable[[], object] = field(compare=False)


@dataclass(frozen=True)
class Notice:
    """A message in the person's language, and how grave it is.

    ``offer`` is what a button in it says, and ``accept`` what that button does; ``more`` are
    further ones. A ``passing`` one is about what was just wished: after the next edit or undo, or
    in another document, it is past.
    """

    level: Level
    text: str
    offer: str = ""
    accept: Callable[[], object] | None = field(default=None, compare=False)
    passing: bool = False
    more: tuple[Offer, ...] = ()
