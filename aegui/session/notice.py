"""A message to the user about a failure or a completed action."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from aegui.core.i18n import retold
from aegui.core.light_dataclass import dataclass

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
    "new samples",
    "library",
    "arrangement",
]
"""Subjects of notices: a newer notice replaces an older one about the same subject. ``arrangement``
is about the purpose of the panels of an arrangement, ``new samples`` about those just added to the
set, ``new images`` about the file of such images."""


@dataclass(frozen=True)
class Offer:
    """Label and action of an additional button of a message."""

    words: str
    accept: Callable[[], object] = field(compare=False)


@dataclass(frozen=True)
class Notice:
    """A translated message and its severity.

    ``offer`` is the label of the button of the message and ``accept`` its action; ``more`` holds
    further buttons. A ``passing`` notice is about what was just requested: it expires at the next
    edit or undo, or in another document. Only the newest notice ``about`` a subject is valid:
    "saved" replaces "could not be saved", for instance. ``file`` is the path of the written file,
    whose folder can be shown. In an error it is the file that could not be written: the error stays
    valid until the same file is written, and notices about other files do not replace it.
    """

    level: Level
    text: str
    offer: str = ""
    accept: Callable[[], object] | None = field(default=None, compare=False)
    passing: bool = False
    more: tuple[Offer, ...] = ()
    about: About = field(default="", compare=False)
    file: Path | None = None

    @property
    def words(self) -> str:
        """The text in the current language, which may have changed since."""
        return retold(self.text)

    def replaces(self, older: Notice) -> bool:
        """Return whether this notice makes ``older`` obsolete."""
        are_news = "error" not in (older.level, self.level)
        is_same = older.file is None or older.file == self.file
        return older.about == self.about and (are_news or is_same)
