"""Estimate of a training's time and memory from its recipe and data, before anything is allocated.

Imports no torch; ``loop/probe.py`` times a few steps for a better estimate of the time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.cost import Cost, cores, multiplications_per_second
from aegui.core.data.byte_images import is_mapped
from aegui.core.data.split import split_indices
from aegui.core.i18n import tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.layers import is_stackable
from aegui.core.network.shapes import shape_words
from aegui.core.recipe import LatentSpec, LayerSpec
from aegui.core.training.length import planned_epochs
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.timeline import BUDGET_BYTES

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe

MANY_PARAMETERS = 5_000_000
"""Parameters from which a single dense layer gets a warning: mostly because an image of many
channels was flattened by accident."""
_FLOAT = 4
_DOUBLE = 8
MEASURED_ROWS = 2_048
"""Maximum number of samples measured between epochs of a large set."""
MAX_UNSAMPLED_ROWS = 512
"""Largest number of samples that are all measured during training."""
_MIN_ROWS = 256
"""Minimum number of measured samples of larger sets: a sixteenth, up to ``MEASURED_ROWS``, drawn
once."""
MEASURED_NUMBERS = 1 << 24
"""Maximum number of values a layer outputs in one pass of measuring."""
_MAX_RECORDED_ROWS = 400
"""Approximate number of frames that a timeline keeps."""
_EFFICIENCY = 0.8
"""Share of a core's peak matrix-product speed that training steps reach: measured on one core of a
server, 0.8 to 0.9 with layers of thousands of units, up to twice that in convolutions."""
_BYTES_PER_SECOND = 8e9
"""Bytes per second at which the optimiser passes over the parameters, on one core."""
_CALL_SECONDS = 6e-6
"""Overhead in seconds of one operation of a compiled step, however small."""
_CALLS = 12
"""Operations per layer, forward and backward: once for stacked runs, else for each run."""
_SEARCHES = {"lbfgs": 1.3, "bfgs": 1.3, "cg": 2.5, "nelder_mead": 2.0}
"""Evaluations per iteration of scipy's optimisers, but for Powell's."""
LINE_SEARCH = 25
"""Approximate evaluations of Powell's method for one direction, of which each parameter is one."""


def measured_rows(count: int) -> int:
    """Return how many of ``count`` samples are measured between epochs."""
    if count <= MAX_UNSAMPLED_ROWS:
        return count
    return min(MEASURED_ROWS, max(_MIN_ROWS, count // 16))


def training_cost(resolved: ResolvedRecipe, timeline_bytes: int = BUDGET_BYTES) -> Cost:
    """Return the time and memory of training ``resolved`` to its last epoch on the CPU.

    Args:
        resolved: The training to estimate.
        timeline_bytes: Memory for the weights of past epochs.
    """
    recipe = resolved.recipe
    return Cost(
        min(
            epoch_seconds(resolved) * _planned_passes(resolved),
            recipe.training.goals.seconds or float("inf"),
        ),
        _memory(resolved, timeline_bytes),
        held=resolved.dataset.images.nbytes,
        parameters=recipe.runs * resolved.parameters,
    )


def differs_only_in_rate(one: ResolvedRecipe, other: ResolvedRecipe) -> bool:
    """Return whether two trainings differ in nothing but their learning rate."""
    if one.dataset is not other.dataset or one.layers != other.layers or one.parts != other.parts:
        return False
    recipes = (one.recipe, other.recipe)
    (a, training_a), (b, training_b) = ((it, it.training) for it in recipes)
    rate = {"learning_rate": training_a.optimizer.learning_rate}
    alike = training_b.model_copy(
        update={"optimizer": training_b.optimizer.model_copy(update=rate)}
    )
    return alike == training_a and b.model_copy(update={"training": training_a}) == a


def share_left(cost: Cost, resolved: ResolvedRecipe, done: float) -> Cost:
    """Return the part of ``cost`` that remains of training ``resolved`` after ``done`` epochs."""
    left = 1 - min(1.0, done / planned_epochs(resolved))
    return replace(cost, seconds=cost.seconds * left)


def _planned_passes(resolved: ResolvedRecipe) -> int:
    """Return the training's length in epochs of the whole network.

    Pre-training a classifier's layers one after the other costs as much as two passes over the
    whole network per pre-training epoch: every layer once, forward and backward.
    """
    classifier = resolved.recipe.classifier
    before = 0 if classifier is None else 2 * classifier.pretrain.epochs
    return before + resolved.recipe.training.epochs


def large_layer_words(resolved: ResolvedRecipe) -> str:
    """Return a warning about a dense layer that its image input made very large, or ""."""
    largest = max(resolved.all_layers, key=lambda layer: layer.parameters)
    is_dense = isinstance(largest.spec, LayerSpec | LatentSpec)
    if not is_dense or largest.parameters < MANY_PARAMETERS:
        return ""
    return tr(
        "One dense layer, from {before} to {after}, has {n:,} of the parameters: reduce its input"
        " by strides, pooling or fewer channels.",
        before=shape_words(largest.input_shape),
        after=shape_words(largest.output_shape),
        n=largest.parameters,
    )


def rows_of(resolved: ResolvedRecipe) -> tuple[int, int]:
    """Return the number of samples per epoch, noisy copies included, and per batch."""
    recipe = resolved.recipe
    count = len(split_indices(len(resolved.dataset), recipe.data.split)[0])
    rows = count * recipe.data.corruption.effective_copies
    return rows, min(recipe.training.batch_size or rows, rows)


def step_seconds(resolved: ResolvedRecipe) -> float:
    """Estimate the seconds of one step: products, the optimiser's pass, and call overhead."""
    recipe, layers = resolved.recipe, _stepped(resolved)
    _, batch = rows_of(resolved)
    work = 3 * recipe.runs * batch * sum(layer.cost for layer in layers)
    speed = _EFFICIENCY * multiplications_per_second() * max(1, cores() - 1)
    stacked = is_stackable(resolved.layers) and not resolved.parts
    calls = _CALLS * len(layers) * (1 if stacked else recipe.runs)
    passes = 4 + 2 * len(OPTIMIZERS[recipe.training.optimizer.name].slots)
    numbers = recipe.runs * resolved.parameters
    outputs = recipe.runs * batch * sum(layer.outputs for layer in layers)
    moved = _FLOAT * (passes * numbers + 6 * outputs)
    return work / speed + moved / _BYTES_PER_SECOND + calls * _CALL_SECONDS


def _stepped(resolved: ResolvedRecipe) -> tuple[LayerShape, ...]:
    """Return the layers that a step runs through; a classifier has no use for the decoder."""
    if resolved.recipe.classifier is None:
        return resolved.all_layers
    return (*resolved.layers[: resolved.code_end], *resolved.parts["head"])


def epoch_seconds(resolved: ResolvedRecipe) -> float:
    """Estimate the seconds of one epoch."""
    rows, batch = rows_of(resolved)
    name = resolved.recipe.training.optimizer.name
    searches = _SEARCHES.get(name, 1.0)
    if name in SCIPY_OPTIMIZERS:
        searches *= resolved.recipe.runs * 2  # one after the other, in double precision
    if name == "powell":
        searches *= LINE_SEARCH * resolved.parameters
    return -(-rows // batch) * searches * step_seconds(resolved)


def _memory(resolved: ResolvedRecipe, timeline_bytes: int) -> dict[str, int]:
    recipe = resolved.recipe
    numbers = recipe.runs * resolved.parameters
    slots = len(OPTIMIZERS[recipe.training.optimizer.name].slots)
    row = _FLOAT * numbers
    squares = OPTIMIZERS[recipe.training.optimizer.name].squares
    learnt = (2 + slots) * row + squares * recipe.runs * _DOUBLE * resolved.parameters**2
    moments = min(timeline_bytes // max(1, row), planned_epochs(resolved), _MAX_RECORDED_ROWS)
    return {
        "weights": learnt,
        # The best weights; at the end also the checkpoint's, the last and the best once more.
        "kept": (1 + 2 + slots + 2) * row,
        "layers": _activations(resolved),
        "data": _samples(resolved),
        "timeline": row * moments if moments >= 2 else 0,
    }


def _activations(resolved: ResolvedRecipe) -> int:
    """Return the bytes of all layers' outputs and their gradients, for a batch or for measuring."""
    _, batch = rows_of(resolved)
    values = sum(layer.inputs + layer.outputs for layer in resolved.all_layers)
    widest = max(layer.outputs for layer in resolved.all_layers)
    measured = min(len(resolved.dataset), MEASURED_ROWS, max(1, MEASURED_NUMBERS // widest))
    # Engines with stacked runs hold all runs at once, others one at a time.
    runs = resolved.recipe.runs if is_stackable(resolved.layers) else 1
    return _FLOAT * values * runs * max(3 * batch // 2, measured)


def _samples(resolved: ResolvedRecipe) -> int:
    """Return the bytes of the dataset and of the noisy or selected copies that a training makes."""
    recipe, dataset = resolved.recipe, resolved.dataset
    images = dataset.images
    noise, runs = recipe.data.corruption, recipe.runs
    rows, batch = rows_of(resolved)
    size = _FLOAT * dataset.pixels
    copies = 0
    if noise.kind != "none" and not noise.fresh:
        copies += rows
    if noise.effective_copies > 1:
        copies += rows
    copies += runs * (rows if batch == rows else 2 * batch)
    return size * copies + (0 if is_mapped(images) else images.nbytes)
