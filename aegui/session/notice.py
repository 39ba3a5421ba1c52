"""One thing to tell the person, once: what failed, or what was done on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Level = Literal["info", "warning", "error"]
About = Literal[
    "",
    "saving",
    "document",
    "busy",
    "training",
    "film",
    "figure",
    "set file",
    "recipe file",
    "maps file",
    "study",
    "race",
    "ghost",
    "new images",
    "library",
    "arrangement",
]
"""Matters: that work is saved, what the document shown lacks, that a training has to end first,
that something is written, what the panels of an arrangement are for."""


@dataclass(frozen=True)
class Offer:
    """What a further button of a message says and does."""

    words: str
    accept: Callable[[], object] = field(compare=False)


@dataclass(frozen=True)
class Notice:
    """A message in the person's language, and how grave it is.

    ``offer`` is what a button in it says, and ``accept`` what that button does; ``more`` are
    further ones. A ``passing`` one is about what was just asked: after the next edit or undo, or
    in another document, it is past. Of those ``about`` one matter only the newest is true: it takes
    the place of the others, as one that something is saved does of the one that it could not be.
    ``file`` is what was written: its folder can be shown. An error tells by it which file could not
    be: it stands until the same file is written, and what was said of another file stands too.
    """

    level: Level
    text: str
    offer: str = ""
    accept: Callable[[], object] | None = field(default=None, compare=False)
    passing: bool = False
    more: tuple[Offer, ...] = ()
    about: About = field(default="", compare=False)
    file: Path | None = None

    def replaces(self, older: Notice) -> bool:
        """Whether that one is no longer true beside this one."""
        are_news = "error" not in (older.level, self.level)
        is_same = older.file is None or older.file == self.file
        return older.about == self.about and (are_news or is_same)
