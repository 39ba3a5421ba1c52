"""One step of training as lines of a program, for every network that the tape can trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.network.forward import dropout_rate
from aegui.core.training.model import Model
from aegui.core.training.objective import Objective
from aegui.core.training.tape import Scalar

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import LatentSpec, TrainingSpec
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.program import Source
    from aegui.core.training.tape import Tape


def drawn(
    resolved: ResolvedRecipe, rows: int, device: torch.device
) -> tuple[dict[int, torch.Tensor], torch.Tensor | None, list[str]]:
    """What a step draws: room for masks of dropout, for the noise of a code, and how.

    In the order of the autograd engines, before anything is computed; each line has ``{}`` for the
    name of its room, masks first.
    """
    runs, masks, noise, lines = resolved.recipe.runs, {}, None, []
    for index, layer in enumerate(resolved.layers):
        kept = 1 - dropout_rate(layer.spec)
        if kept < 1:
            masks[index] = torch.zeros(runs, rows, *layer.output_shape, device=device)
            lines.append(f"{{}}.bernoulli_({kept!r}, generator=g).mul_({1 / kept!r})")
    latent = resolved.recipe.network.latent
    if latent.kind == "gaussian":
        noise = torch.zeros(runs, rows, latent.units, device=device)
        lines.append("{}.normal_(0.0, 1.0, generator=g)")
    return masks, noise, lines


def emit_gradient(
    tape: Tape,
    resolved: ResolvedRecipe,
    parameters: Parameters,
    inputs: Any,
    target: Any,
    masks: dict[int, Any],
    noise: Any,
    *,
    stacked: bool,
) -> None:
    """Lines that fill the gradients of the mean loss; with a gaussian code ``beta`` is in scope.

    ``inputs`` and ``target`` are rows, ``masks`` and ``noise`` what was drawn, each ``Traced``: the
    objective takes them for tensors.
    """
    with torch.enable_grad():
        model = Model(resolved, parameters, stacked=stacked, tape=tape)
        beta: Any = Scalar("beta")
        pulls: Any = Objective(resolved).pulls(
            model, 0, inputs, target, beta=beta, noise=noise, masks=masks
        )
    with torch.no_grad():
        tape.backward(pulls)


def emit_beta(source: Source, latent: LatentSpec, position: str, indent: int) -> None:
    """The weight of the KL at a ``position`` in epochs, see ``Objective.beta``."""
    if latent.kind != "gaussian":
        return
    warmup = latent.kl_warmup_epochs
    rise = f" * min(1.0, ({position}) / {float(warmup)!r})" if warmup else ""
    source.line(f"beta = {latent.beta!r}{rise}", indent)


def emit_penalties(source: Source, spec: TrainingSpec, parameters: Parameters, indent: int) -> None:
    """Lines that add the L1 and L2 terms to the gradient and clip it, run by run."""
    stop = parameters.layout.weights_stop
    if spec.l1 or spec.l2:
        source.bind("flat_w", parameters.flat[:stop])
        source.bind("grad_w", parameters.grad[:stop])
    if spec.l2:
        source.line(f"grad_w.add_(flat_w, alpha={spec.l2!r})", indent)
    if spec.l1:
        source.line(f"grad_w.add_(flat_w.sign(), alpha={spec.l1!r})", indent)
    if spec.clip_norm is None:
        return
    runs = parameters.layout.runs
    blocks = [
        source.bind(f"clipped{at}", parameters.grad[block.start : block.stop].view(runs, -1))
        for at, block in enumerate(parameters.layout.blocks)
    ]
    squares = " + ".join(f"torch.sum({block}.square(), [1], True)" for block in blocks)
    source.line(f"norm = torch.sqrt({squares})", indent)
    source.line(f"clip = ({spec.clip_norm!r} / (norm + 1e-6)).clamp_(max=1.0)", indent)
    for block in blocks:
        source.line(f"{block}.mul_(clip)", indent)
