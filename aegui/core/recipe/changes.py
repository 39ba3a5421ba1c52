"""Differences between two recipes that affect what is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aegui.core.light_dataclass import dataclass
from aegui.core.network.catalog import INITIALIZERS, LATENTS, SCHEDULES
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import (
    CorruptionSpec,
    OptimizerSpec,
    Recipe,
    SparsitySpec,
    SplitSpec,
    TrainingSpec,
)
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from aegui.core.choices import Choice

_LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("name", "notes", "format", "version"), True),
    "data": {"source", "chars", "labels", "names", "count", "images"},
}
_Part = TypeVar("_Part", bound="BaseModel")


@dataclass(frozen=True)
class Change:
    """One value that differs."""

    path: str
    """Its dotted path in the recipe; for lists of different length that of the list."""
    old: Any
    """The old value, as in JSON."""
    new: Any
    """The new value."""


def recipe_changes(old: Recipe, new: Recipe) -> tuple[Change, ...]:
    """Return all values that differ, except name, notes, and settings unused by both choices.

    The selection of samples is not compared: two selections may give the same samples.
    """
    return tuple(_between("", _counted(old), _counted(new)))


def _between(path: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict) and old.get("kind") == new.get("kind"):
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield from _between(f"{path}.{key}".lstrip("."), old.get(key), new.get(key))
    elif _are_layers(old) and _are_layers(new) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                yield from _between(f"{path}.{index}", before, after)
    elif path.endswith(("corruption", "latent")) and isinstance(old, dict):
        # For another kind of noise or code each of its values is a change of its own.
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield Change(f"{path}.{key}", old.get(key), new.get(key))
    else:
        yield Change(path, old, new)


def _are_layers(value: Any) -> bool:
    """Return whether ``value`` is a list of layers, and not one of sizes."""
    return isinstance(value, list) and all(isinstance(part, dict) for part in value)


def _counted(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as JSON, with unused settings at their defaults."""
    network, training, data = recipe.network, recipe.training, recipe.data
    network = network.model_copy(
        update={"latent": _used(network.latent, LATENTS, network.latent.kind)}
    )
    data = data.model_copy(update={"corruption": _noise(data.corruption)})
    if not data.split.keeps and data.count is None:
        data = data.model_copy(update={"split": SplitSpec()})
    classifier = recipe.classifier
    if classifier is not None:
        noise = {"corruption": _noise(classifier.pretrain.corruption)}
        pretrain = classifier.pretrain.model_copy(update=noise)
        classifier = classifier.model_copy(update={"pretrain": pretrain})
    update = {
        "network": network,
        "training": _training(training),
        "data": data,
        "classifier": classifier,
    }
    complete = recipe.model_copy(update=update)
    return complete.model_dump(mode="json", exclude=_LEFT_OUT)


def _training(training: TrainingSpec) -> TrainingSpec:
    optimizer = _used(training.optimizer, OPTIMIZERS, training.optimizer.name)
    if optimizer.name in SCIPY_OPTIMIZERS:
        rate = OptimizerSpec.model_fields["learning_rate"].default
        optimizer = optimizer.model_copy(update={"learning_rate": rate})
    update: dict[str, object] = {
        "optimizer": optimizer,
        "schedule": _used(training.schedule, SCHEDULES, training.schedule.name),
        "initializer": _used(training.initializer, INITIALIZERS, training.initializer.name),
    }
    if "huber_delta" not in LOSSES[training.loss].parameters:
        update["huber_delta"] = TrainingSpec.model_fields["huber_delta"].default
    if not training.sparsity.weight:
        update["sparsity"] = SparsitySpec()
    return training.model_copy(update=update)


def _noise(noise: CorruptionSpec) -> CorruptionSpec:
    return CorruptionSpec(copies=noise.copies) if noise.kind == "none" else noise


def _used(part: _Part, choices: Mapping[str, Choice], key: str) -> _Part:
    """Return ``part`` with the parameters that its choice ``key`` does not use reset."""
    fields = type(part).model_fields
    defaults = {}
    for choice in choices.values():
        for name in choice.parameters:
            if name in fields and name not in choices[key].parameters:
                defaults[name] = fields[name].default
    return part.model_copy(update=defaults)
