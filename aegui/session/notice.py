"""One thing to tell the person, once: what failed, or what was done on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """A message in the person's language, and how grave it is."""

    level: Level
    text: str
