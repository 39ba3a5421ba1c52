"""The stages of a run as saved with it: see ``training/record/stages.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from aegui.core.recipe.file import recipe_from
from aegui.core.recipe.parts import no_truth
from aegui.core.training.record.stages import MAX_CHANGES, Epochs, LiveChange, Stage, StageKind

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_CHOSEN = ("source", "chars", "labels", "names", "count", "images")
"""Fields that select samples: a stage names its set, and these may be long lists."""


class StageDocument(BaseModel):
    """A ``Stage``; its recipe without name, notes and selection of samples."""

    model_config = ConfigDict(extra="forbid")

    kind: StageKind
    start: Epochs
    stop: Epochs
    recipe: dict[str, Any]
    changes: Annotated[list[LiveChange], Field(max_length=MAX_CHANGES)] = []
    reason: Annotated[str, Field(max_length=100)] = ""
    data: Annotated[str, Field(max_length=1_000)] = ""
    samples: Annotated[int, BeforeValidator(no_truth), Field(ge=0, lt=2**40)] = 0


def to_document(stage: Stage) -> StageDocument:
    """Return the document to write."""
    recipe = stage.recipe.model_dump(
        mode="json", exclude={"name": True, "notes": True, "data": set(_CHOSEN)}
    )
    return StageDocument(
        kind=stage.kind,
        start=stage.start,
        stop=stage.stop,
        recipe=recipe,
        changes=list(stage.changes),
        reason=stage.reason,
        data=stage.data[:1_000],
        samples=stage.samples,
    )


def from_document(document: StageDocument, recipe: Recipe) -> Stage:
    """Return the stage read; ``recipe`` is the run's, for what a stage leaves out.

    Raises:
        RecipeError: The recipe of the stage is invalid.
    """
    known = recipe.model_dump(mode="json", include={"name", "notes", "data"})
    data = document.recipe.get("data")
    stored_data = {"data": known["data"] | data} if isinstance(data, dict) else {}
    return Stage(
        document.kind,
        document.start,
        document.stop,
        recipe_from(known | document.recipe | stored_data),
        tuple(document.changes),
        document.reason,
        document.data,
        document.samples,
    )


def stage_json(stage: Stage) -> dict[str, Any]:
    """Return a stage as the command line prints it, with only the settings that changed."""
    content = to_document(stage).model_dump(mode="json")
    content["changes"] = [
        {key: value for key, value in change.items() if value is not None}
        for change in content["changes"]
    ]
    return content
