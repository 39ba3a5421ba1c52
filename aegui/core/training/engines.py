"""The choice of the step engine; all of them do the very same epochs.

``fused`` runs a generated step program over whole epochs and is the one to have for tiny networks;
``batched`` runs it batch by batch, for large ones, whose epochs must be interruptible; ``layered``
is generated too, for images, one run after the other. ``stacked`` differentiates all runs together
by autograd, ``autograd`` one after the other: these serve what cannot be traced (``tape.py``), and
steps so long that they are done in slices; the others are tested against them. No penalty needs
them: a gradient within the objective is traced too. A long step of any of them can be given up half
way (``giving_up.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.network.layers import is_stackable
from aegui.core.training.autograd import AutogradEngine
from aegui.core.training.fused import FusedBatchEngine, FusedEngine
from aegui.core.training.layered import LayeredEngine
from aegui.core.training.slices import is_sliced
from aegui.core.training.tape import NotTraced

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples

Engine = FusedEngine | FusedBatchEngine | LayeredEngine | AutogradEngine

_FUSED_WORK = 3_000_000_000
"""Multiplications of an epoch up to which it is one call: some tens of milliseconds."""


def choose_engine(
    resolved: ResolvedRecipe,
    parameters: Parameters,
    samples: Samples,
    generator: torch.Generator,
) -> Engine:
    """The fastest engine that knows everything in the recipe."""
    name = engine_name(resolved, samples.rows)
    if is_sliced(resolved, parameters.device):
        name = _by_autograd(resolved)
    away = samples.target.device.type != parameters.device.type
    if name == FusedEngine.name and (away or samples.target.dtype == torch.uint8):
        name = FusedBatchEngine.name  # it brings the batches of what stays in a file to the device
    try:
        return make_engine(name, resolved, parameters, samples, generator)
    except NotTraced:
        return make_engine(_by_autograd(resolved), resolved, parameters, samples, generator)


def _by_autograd(resolved: ResolvedRecipe) -> str:
    is_stack = is_stackable(resolved.layers) and resolved.recipe.runs > 1
    return "stacked" if is_stack else "autograd"


def engine_name(resolved: ResolvedRecipe, rows: int) -> str:
    """Key of the engine for ``resolved`` with epochs of so many ``rows``."""
    if resolved.parts:
        return _by_autograd(resolved)
    work = 3 * resolved.recipe.runs * rows * sum(layer.cost for layer in resolved.layers)
    if is_stackable(resolved.layers):
        whole = work <= _FUSED_WORK and not resolved.recipe.data.augment.active
        return (FusedEngine if whole else FusedBatchEngine).name
    return LayeredEngine.name


def make_engine(
    name: str,
    resolved: ResolvedRecipe,
    parameters: Parameters,
    samples: Samples,
    generator: torch.Generator,
) -> Engine:
    """The engine of that key: ``fused``, ``batched``, ``layered``, ``stacked`` or ``autograd``."""
    for kind in (FusedEngine, FusedBatchEngine, LayeredEngine):
        if name == kind.name:
            return kind(resolved, parameters, samples, generator)
    return AutogradEngine(resolved, parameters, samples, generator, stacked=name == "stacked")
