"""What is opened from the library: a document without a file of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.recipe import Recipe


@dataclass(frozen=True, eq=False)
class KeptDocument:
    """A run or a recipe that is to be opened as a new document: saving it asks for a file.

    Attributes:
        name: What it is called.
        path: The run file that it is read from; None: there is only the recipe.
        recipe: That recipe, where there is no file.
        untrained: Of a run file take recipe and data alone.
        then: Called when it is open.
    """

    name: str
    path: Path | None = None
    recipe: Recipe | None = None
    untrained: bool = False
    then: Callable[[], object] = field(default=lambda: None)
