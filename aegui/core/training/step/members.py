"""Runs of one shape whose recipes differ in numbers only, trained together.

A number that differs is a tensor of the generated step, with one value per run. ``bucket_of``
tells which runs can be combined; everything else in a recipe is part of its shape. Only
``Number.of`` needs torch.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aegui.core.recipe.edits import value_at
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.step.model import Model

_PENALTIES = ("l1", "l2", "code_l1", "contractive")
_LAYERS = ("encoder", "decoder")


class Number:
    """A number of a recipe at its dotted path: the same for all runs, or one for each.

    Attributes:
        each: The value of each run; empty if all have ``value``.
        value: The value of all runs, or the largest one.
    """

    def __init__(self, resolved: ResolvedRecipe, path: str) -> None:
        found = tuple(float(value_at(recipe, path)) for recipe in resolved.members)
        self.each = found if len(set(found)) > 1 else ()
        self.value = float(value_at(resolved.recipe, path))

    def __bool__(self) -> bool:
        return bool(self.value)

    def of(self, model: Model, stack: int, axes: int) -> Any:
        """Return the factor for a tensor with ``axes`` axes of one stack of ``model``."""
        if not self.each:
            return self.value
        if not model.stacked:
            return self.each[stack]
        import torch

        return model.constant(torch.tensor(self.each).view(-1, *[1] * (axes - 1)))


def bucket_of(recipe: Recipe) -> str:
    """Return a key that is equal for recipes of single runs that can be trained together.

    Their samples must be the same too, and ``trains_in_population`` must hold.
    """
    document = recipe.model_dump(mode="json")
    training, network, noise = document["training"], document["network"], document["data"]
    noise = noise["corruption"]
    optimizer = training["optimizer"]
    row = OPTIMIZERS[optimizer["name"]]
    for key in ("name", "notes", "seed", "runs"):
        document[key] = None
    # With a Jacobian penalty, estimating it may draw random numbers.
    is_contracted = training["contractive"] > 0
    for key in ("initializer", "schedule", "epochs", *_PENALTIES):
        training[key] = None
    training["contractive"] = is_contracted
    training["goals"] = training["goals"]["seconds"]
    training["clip_norm"] = training["clip_norm"] is not None
    training["sparsity"]["weight"] = None
    training["optimizer"] = optimizer["name"] if row.lines else optimizer
    for key in ("beta", "kl_warmup_epochs", "dropout"):
        network["latent"][key] = None
    for part in _LAYERS:
        for layer in network[part] or ():
            layer.pop("dropout", None)
            layer.pop("rate", None)
    noise["kind"] = noise["kind"] != "none"
    noise["level"] = None
    return json.dumps(document, sort_keys=True)


def together(resolved: ResolvedRecipe, members: Sequence[Recipe]) -> ResolvedRecipe:
    """Return ``members`` of one bucket as one population; ``resolved`` is any of them."""
    first = members[0]
    largest: dict[str, Any] = {
        key: max(getattr(one.training, key) for one in members) for key in _PENALTIES
    }
    weight = max(one.training.sparsity.weight for one in members)
    largest["sparsity"] = first.training.sparsity.model_copy(update={"weight": weight})
    latent = first.network.latent.model_copy(
        update={"beta": max(one.network.latent.beta for one in members)}
    )
    recipe = first.model_copy(
        update={
            "runs": len(members),
            "training": first.training.model_copy(update=largest),
            "network": first.network.model_copy(update={"latent": latent}),
        }
    )
    return replace(resolved, recipe=recipe, members=tuple(members))


def some_of(resolved: ResolvedRecipe, runs: Sequence[int]) -> ResolvedRecipe:
    """Return a population of ``members`` reduced to ``runs``."""
    return together(resolved, [resolved.members[run] for run in runs])


def alone(resolved: ResolvedRecipe, run: int) -> ResolvedRecipe:
    """Return one run of a population of ``members``, as it would be trained alone."""
    return replace(resolved, recipe=resolved.members[run], members=())
