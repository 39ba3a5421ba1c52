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
    """A run or a recipe to open as a new document, whose first save asks for a file.

    Attributes:
        name: Name of the document.
        path: The run file to read; None if there is only a recipe.
        recipe: The recipe, if there is no run file.
        untrained: Use only recipe and data of the run file.
        then: Called when the document is open.
    """

    name: str
    path: Path | None = None
    recipe: Recipe | None = None
    untrained: bool = False
    then: Callable[[], object] = field(default=lambda: None)
