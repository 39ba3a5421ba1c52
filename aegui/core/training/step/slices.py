"""Tests for long steps, and for steps that are computed in slices of their batch.

A long step can be cancelled (``cancellation.py``). Where every term of the objective is a mean over
the samples, the gradient of a batch is the mean of those of its slices, which need less memory than
the whole batch and are no slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.recipe import NormSpec
from aegui.core.training.cost import rows_of

if TYPE_CHECKING:
    import torch

    from aegui.core.network.resolve import ResolvedRecipe

SLICE_WORK = 12_000_000_000
"""Multiplications of a slice, forward and backward: a quarter of a second on one core. Steps with
more of them are long, and cancellable."""
LONG_WORK = 3 * SLICE_WORK
"""Steps with more multiplications are computed in slices."""
_NUMBER_WORK = 150
"""Multiplications equivalent to moving one number of a layer's output, forward and backward."""
_FEWEST_ROWS = 32
"""Minimum rows of a slice: fewer do not pay for reading the weights."""


def slice_rows(resolved: ResolvedRecipe, device: torch.device) -> int:
    """Return the rows of a batch that are computed at a time: all of them if it is not sliced."""
    if not is_sliced(resolved, device):
        return rows_of(resolved)[1]
    return max(_FEWEST_ROWS, SLICE_WORK // _row_work(resolved))


def is_long(resolved: ResolvedRecipe, device: torch.device) -> bool:
    """Return whether a step of ``resolved``, of any family, takes too long to wait for."""
    each = (3 * layer.cost + _NUMBER_WORK * layer.outputs for layer in resolved.all_layers)
    work = resolved.recipe.runs * rows_of(resolved)[1] * sum(each)
    return device.type == "cpu" and work > SLICE_WORK


def is_sliced(resolved: ResolvedRecipe, device: torch.device) -> bool:
    """Return whether the steps of ``resolved`` are very long and can be computed in slices."""
    is_very_long = rows_of(resolved)[1] * _row_work(resolved) > LONG_WORK
    if device.type != "cpu" or resolved.parts or not is_very_long:
        return False
    training, latent = resolved.recipe.training, resolved.recipe.network.latent
    # Terms of means over the whole batch, which are not means over slices.
    has_set_terms = training.sparsity.weight or training.contractive or latent.free_bits
    return not has_set_terms and not any(
        isinstance(layer.spec, NormSpec) and layer.spec.kind == "batch_norm"
        for layer in resolved.layers
    )


def _row_work(resolved: ResolvedRecipe) -> int:
    return max(1, 3 * resolved.recipe.runs * sum(layer.cost for layer in resolved.layers))
