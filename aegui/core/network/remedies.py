"""Automatic remedies for problems of a draft: edits that solve them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from aegui.core.data.split import with_validation_source
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import MAX_SCIPY_RUNS
from aegui.core.network.presets import PRESETS, with_network
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LatentSpec
from aegui.core.recipe.edits import value_at, with_value, with_values
from aegui.core.training.length import in_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import Problem, Resolution
    from aegui.core.recipe import Recipe

_BY_SHAPE = {
    (1, 7, 5): "letters-10",
    (1, 8, 8): "letters-17",
    (1, 28, 28): "conv",
    (3, 64, 64): "vae-256",
    (1, 80, 80): "vae-640",
}
"""Shape of the images -> key of the preset that is known to suit it."""
_OTHERWISE = ("conv", "vae-256", "letters-10")
"""For other shapes the first of these that fits."""
_MANY = 2000
"""Samples above which the suggested network is trained in mini-batches."""
_Edit = tuple[str, dict[str, object]]
"""Label, and values by their paths."""


@dataclass(frozen=True)
class Remedy:
    """An edit that solves a problem: a short label, and the resulting recipe."""

    text: str
    recipe: Recipe


def suited(recipe: Recipe, dataset: Dataset) -> Recipe | None:
    """Return ``recipe`` with a network that suits the images; None if none is known.

    Many samples are trained in mini-batches: in one batch they would take too long.
    """
    shape = dataset.image_shape
    keys = (_BY_SHAPE[shape],) if shape in _BY_SHAPE else _OTHERWISE
    presets = {preset.key: preset for preset in PRESETS}
    fitting = (presets[key] for key in keys if not presets[key].reason(shape))
    preset = next(fitting, None)
    if preset is None:
        return None
    # A code of two numbers makes a map, but is a bottleneck for generated images and for classes.
    is_map = recipe.gan is None and recipe.classifier is None
    units = LatentSpec().units if is_map else recipe.network.latent.units
    network = preset.make(shape, units)
    found = with_network(in_batches(recipe, len(dataset), _MANY), network)
    # A GAN, a classifier and some optimisers are incompatible with some codes.
    return None if resolve(found, dataset).problems else found


def suited_words(dataset: Dataset) -> str:
    """Return the label of the edit made by ``suited``."""
    _, height, width = dataset.image_shape
    return tr("Use a network made for {width} × {height} images", width=width, height=height)


def remedies_of(
    recipe: Recipe, dataset: Dataset, problems: Iterable[Problem]
) -> dict[Problem, Remedy]:
    """Return the remedy of each of ``problems`` that the program can solve.

    An edit counts only if it solves the problem and causes no other.
    """
    before = tuple(problems)
    found: dict[Problem, Remedy] = {}
    for problem in before:
        for text, changed in _candidates(recipe, dataset, problem):
            left = resolve(changed, dataset).problems
            if len(left) < len(before) and problem not in left:
                found[problem] = Remedy(text, changed)
                break
    return found


def remedy_words(recipe: Recipe, resolution: Resolution) -> dict[Problem, str]:
    """Return the label of the remedy of each problem of ``resolution`` that has one."""
    dataset, problems = resolution.dataset, resolution.problems
    if dataset is None or not problems:
        return {}
    found = remedies_of(recipe, dataset, problems)
    return {problem: remedy.text for problem, remedy in found.items()}


def remedy_of(recipe: Recipe, dataset: Dataset | None, problem: Problem) -> Remedy | None:
    """Return the remedy of ``problem`` for the current ``recipe``; None if none is known."""
    if dataset is None:
        return None
    problems = resolve(recipe, dataset).problems
    return remedies_of(recipe, dataset, problems).get(problem)


_SWITCHES: dict[str, _Edit] = {
    "network.output": (
        mark("Use Sigmoid for the output"),
        {"network.output_activation": "sigmoid"},
    ),
    "training.sparsity": (
        mark("Use Sigmoid for the code"),
        {"network.latent.activation": "sigmoid"},
    ),
    "network.tied": (mark("Untie the weights"), {"network.tied": False}),
    "classifier.pretrain": (mark("Mirror the decoder"), {"network.decoder": None}),
    "data.corruption": (mark("Switch the noise off"), {"data.corruption.kind": "none"}),
    "training.optimizer": (mark("Use Adam"), {"training.optimizer.name": "adam"}),
    "training.batch_size": (mark("Use the full batch"), {"training.batch_size": None}),
    "runs": (mark("Train fewer runs"), {"runs": MAX_SCIPY_RUNS}),
    "gan.class_weight": (mark("Set it to 0"), {"gan.class_weight": 0.0}),
}
"""First edit to try for a problem at a place."""
_FURTHER: dict[str, tuple[_Edit, ...]] = {
    "network.latent": (
        (mark("Keep all numbers of the code"), {"network.latent.top_k": None}),
        (mark("Use a plain code"), {"network.latent.kind": "plain", "network.latent.top_k": None}),
    ),
    "network.output": ((mark("Mirror the encoder"), {"network.decoder": None}),),
    "training.sparsity": ((mark("Set it to 0"), {"training.sparsity.weight": 0.0}),),
    "training.batch_size": ((mark("Use Adam"), {"training.optimizer.name": "adam"}),),
}
"""Edits to try after that."""
_PENALTIES = tuple(f"training.{key}" for key in ("edges", "code_l1", "contractive", "l1", "l2"))


def _candidates(recipe: Recipe, dataset: Dataset, problem: Problem) -> Iterator[tuple[str, Recipe]]:
    """Yield the edits to try, the smallest first."""
    where = problem.where
    first = _SWITCHES.get(where)
    edits = ((first,) if first else ()) + _FURTHER.get(where, ())
    if where in _PENALTIES:
        edits = ((mark("Set it to 0"), {where: 0.0}),)
    if where == "data.split":
        # A set that was joined for validation goes too: nothing is to be learnt from it.
        data = with_validation_source(recipe.data, "", 0)
        yield tr("Hold no samples out"), recipe.model_copy(update={"data": data})
    for text, values in edits:
        changed = _tried(partial(with_values, recipe, values))
        if changed is not None:
            yield tr(text), changed
    layer = _layer_norm(recipe, where)
    if layer is not None:
        yield tr("Use Layer norm"), layer
    if not where.startswith("network."):
        return
    network = suited(recipe, dataset)
    if network is not None:
        yield suited_words(dataset), network


def _layer_norm(recipe: Recipe, where: str) -> Recipe | None:
    """Return ``recipe`` with the batch norm at ``where`` changed to a layer norm, or None."""
    path, _, index = where.rpartition(".")
    layers = value_at(recipe, path) if index.isdecimal() else None
    if not layers or layers[int(index)].kind != "batch_norm":
        return None
    changed = [layer.model_dump() for layer in layers]
    changed[int(index)]["kind"] = "layer_norm"
    return _tried(partial(with_value, recipe, path, changed))


def _tried(edit: Callable[[], Recipe]) -> Recipe | None:
    try:
        return edit()
    except ValidationError:
        return None
