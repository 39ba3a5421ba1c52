"""What differs between the draft and the trained recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.data.dataset import same_data
from aegui.core.recipe.changes import recipe_changes

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe
    from aegui.core.recipe.changes import Change
    from aegui.session.documents.draft import DraftState


@dataclass(frozen=True, eq=False)
class Edited:
    """The differences between the draft and the trained recipe."""

    trained: Recipe
    """The recipe that was trained."""
    learnt: Dataset
    """The samples it was trained on."""
    recipe: Recipe
    """The draft's recipe."""
    dataset: Dataset
    """The draft's samples."""
    changes: tuple[Change, ...]
    """The settings that differ."""
    has_other_data: bool
    """Whether the samples differ."""


def edited_since(trained: Recipe, learnt: Dataset, draft: DraftState) -> Edited | None:
    """Return how ``draft`` differs from what was trained in a way that affects the result.

    Returns None if nothing that affects the result differs.
    """
    changes = recipe_changes(trained, draft.recipe)
    has_other_data = not same_data(learnt, draft.dataset)
    if not changes and not has_other_data:
        return None
    return Edited(trained, learnt, draft.recipe, draft.dataset, changes, has_other_data)
