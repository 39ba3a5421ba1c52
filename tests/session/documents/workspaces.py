"""What tests of a workspace share: what it emits, small recipes, saving and training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.dataset import same_data
from aegui.core.recipe import DataSpec, Recipe
from aegui.core.training.loop.train import train
from aegui.session.notice import Notice
from tests.session.parts import recipe

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.documents.workspace import Workspace

SIGNALS = (
    "recipe_changed",
    "dataset_changed",
    "run_changed",
    "document_changed",
    "title_changed",
    "recent_changed",
    "recipe_imported",
    "noticed",
)


class Heard:
    """What a workspace has emitted, by signal, in order."""

    def __init__(self, workspace: Workspace) -> None:
        self.all: list[tuple[str, tuple[object, ...]]] = []
        for name in SIGNALS:
            owner = workspace if hasattr(workspace, name) else workspace.file
            getattr(owner, name).connect(lambda *args, name=name: self.all.append((name, args)))

    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def notices(self) -> list[Notice]:
        return [args[0] for name, args in self.all if isinstance(args[0], Notice)]

    def texts(self) -> list[str]:
        return [args[0].text for name, args in self.all if name == "noticed"]  # type: ignore[attr-defined]

    def clear(self) -> None:
        self.all.clear()


def saved_as(workspace: Workspace, path: Path) -> bool:
    """Save and wait for it; whether that has begun."""
    begun = workspace.save_as(path)
    workspace.file.saving.finish()
    return begun


def saved(workspace: Workspace) -> bool:
    begun = workspace.save()
    workspace.file.saving.finish()
    return begun


def is_trained(workspace: Workspace) -> bool:
    """Whether the run is one of the draft as it is now."""
    run = workspace.run
    return (
        run is not None
        and run.recipe == workspace.recipe
        and same_data(run.dataset, workspace.dataset)
    )


def small() -> Recipe:
    return recipe(epochs=5).model_copy(update={"data": DataSpec(source="lowercase", chars="abc")})


def learnt(workspace: Workspace, epochs: int = 5) -> TrainingResult:
    draft = workspace.recipe
    training = draft.training.model_copy(update={"epochs": epochs, "device": "cpu"})
    workspace.edit_recipe(draft.model_copy(update={"training": training}), "Epochs")
    return result_of(workspace.resolution.resolved)


def result_of(resolved: ResolvedRecipe | None) -> TrainingResult:
    assert resolved is not None
    *_, last = train(resolved)
    return last.result()


def renamed(of: Recipe, name: str) -> Recipe:
    return of.model_copy(update={"name": name})


def labels(workspace: Workspace) -> str:
    return "".join(workspace.dataset.labels)


def data(of: Recipe, **update: object) -> Recipe:
    return of.model_copy(update={"data": of.data.model_copy(update=update)})
