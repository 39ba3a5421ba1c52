"""A document to be opened from the library, which has no file of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.recipe import Recipe


@dataclass(frozen=True, eq=False)
class KeptDocument:
    """A run or a recipe to open as a new document, whose first save asks for a file."""

    name: str
    """Name of the document."""
    path: Path | None = None
    """The run file to read; None if there is only a recipe."""
    recipe: Recipe | None = None
    """The recipe, if there is no run file."""
    untrained: bool = False
    """Use only recipe and data of the run file."""
    then: Callable[[], object] = field(default=lambda: None)
    """Called when the document is open."""
