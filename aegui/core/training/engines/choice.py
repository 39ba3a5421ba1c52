"""Choice of the step engine; all engines compute exactly the same epochs.

``native`` runs the operations of a step on the project's own interpreter (``native/machine.c``) if
it was built and supports all of them: the fastest engine for small networks. ``cuda`` runs the same
operations on a GPU, as one kernel (``cuda/``). ``fused`` runs the same step program over whole
epochs on torch's interpreter, and ``captured`` does so on a GPU, as replays of a CUDA graph;
``batched`` runs it batch by batch, for large networks, whose epochs must be interruptible;
``layered`` is generated too, for images, one run after the other. ``stacked`` differentiates all
runs together by autograd, ``autograd`` one after the other: these serve what cannot be traced
(``step/tape.py``), and steps so long that they are computed in slices; the others are tested
against them. No penalty needs them: a gradient within the objective is traced too. Long steps of
any engine are cancellable (``step/cancellation.py``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import torch

from aegui.core.network.layers import is_stackable
from aegui.core.training.engines.autograd import AutogradEngine
from aegui.core.training.engines.batch_program import is_captured_on
from aegui.core.training.engines.cuda.program import torch_gpu
from aegui.core.training.engines.fused import CapturedEngine, FusedBatchEngine, FusedEngine
from aegui.core.training.engines.layered import LayeredEngine
from aegui.core.training.engines.machine_engine import MachineEngine, MachineMembersEngine
from aegui.core.training.engines.members_engine import MembersEngine
from aegui.core.training.engines.native.library import is_left_out, library
from aegui.core.training.step.slices import is_sliced
from aegui.core.training.step.tape import NotTraced

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.engines.machine_engine import Machine
    from aegui.core.training.engines.members_engine import MemberSamples, Streams
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

Engine = FusedEngine | FusedBatchEngine | LayeredEngine | AutogradEngine

_FUSED_WORK = 3_000_000_000
"""Upper bound of the multiplications of an epoch done in one call: some tens of milliseconds."""
_NATIVE_WEIGHTS = 100_000
"""Upper bound of the weights for which the native engine is faster, whatever the batch size."""


def choose_engine(
    resolved: ResolvedRecipe,
    parameters: Parameters,
    samples: Samples,
    generator: torch.Generator,
    threads: int = 1,
) -> Engine:
    """Return the fastest engine that supports everything in the recipe.

    An engine that can distribute its runs uses at most ``threads`` threads.
    """
    name = engine_name(resolved, samples.rows)
    if is_sliced(resolved, parameters.device):
        name = _by_autograd(resolved)
    away = samples.target.device.type != parameters.device.type
    if name == FusedEngine.name and (away or samples.target.dtype == torch.uint8):
        name = FusedBatchEngine.name  # it copies the batches of samples in a file to the device
    machine = machine_for(resolved, parameters)
    if name == FusedEngine.name and machine is not None:
        with suppress(NotTraced):
            return MachineEngine(resolved, parameters, samples, generator, machine, threads)
    if name == FusedEngine.name and is_captured_on(parameters.device):
        name = CapturedEngine.name
    try:
        return make_engine(name, resolved, parameters, samples, generator)
    except NotTraced:
        return make_engine(_by_autograd(resolved), resolved, parameters, samples, generator)


def choose_members_engine(
    resolved: ResolvedRecipe, parameters: Parameters, samples: MemberSamples, streams: Streams
) -> MembersEngine:
    """Return the fastest engine of runs that differ in numbers; see ``trains_in_population``."""
    machine = machine_for(resolved, parameters)
    if machine is not None:
        with suppress(NotTraced):
            return MachineMembersEngine(resolved, parameters, samples, streams, machine)
    return MembersEngine(resolved, parameters, samples, streams)


def machine_for(resolved: ResolvedRecipe, parameters: Parameters) -> Machine | None:
    """Return the machine for small networks on the device of ``parameters``; None if there is none.

    Networks that are too large for a GPU's machine are refused there.
    """
    if parameters.device.type != "cpu":
        card = None if is_left_out() else torch_gpu()
        if card is not None:
            card.failure = ""
        return card
    return library() if resolved.parameters <= _NATIVE_WEIGHTS else None


def _by_autograd(resolved: ResolvedRecipe) -> str:
    is_stack = is_stackable(resolved.layers) and resolved.recipe.runs > 1
    return "stacked" if is_stack else "autograd"


def engine_name(resolved: ResolvedRecipe, rows: int) -> str:
    """Return the key of the engine for ``resolved`` with epochs of ``rows`` rows."""
    if resolved.parts:
        return _by_autograd(resolved)
    work = 3 * resolved.recipe.runs * rows * sum(layer.cost for layer in resolved.layers)
    if is_stackable(resolved.layers):
        is_epoch_fused = work <= _FUSED_WORK and not resolved.recipe.data.augment.active
        return (FusedEngine if is_epoch_fused else FusedBatchEngine).name
    return LayeredEngine.name


def make_engine(
    name: str,
    resolved: ResolvedRecipe,
    parameters: Parameters,
    samples: Samples,
    generator: torch.Generator,
) -> Engine:
    """Return the engine of this ``name``, see above.

    The native engine is not among them, as it is not available everywhere.
    """
    for kind in (FusedEngine, FusedBatchEngine, CapturedEngine, LayeredEngine):
        if name == kind.name:
            return kind(resolved, parameters, samples, generator)
    return AutogradEngine(resolved, parameters, samples, generator, stacked=name == "stacked")
