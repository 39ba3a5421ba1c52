"""One training step as lines of a program, for every network that the tape can trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.network.forward import dropout_rate
from aegui.core.training.step.members import Number
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import Objective, is_drawn
from aegui.core.training.step.tape import Scalar, Tape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import LatentSpec, Recipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.program import Source


def drawn(
    resolved: ResolvedRecipe, rows: int, device: torch.device
) -> tuple[dict[int, torch.Tensor], torch.Tensor | None, list[str]]:
    """Return buffers for dropout masks and the code's noise, and the lines that draw them.

    The lines draw in the order of the autograd engines, before anything is computed; ``{}`` stands
    for the name of a line's buffer, masks first.
    """
    runs, masks, noise, lines = resolved.recipe.runs, {}, None, []
    for index, layer in enumerate(resolved.layers):
        keep_probability = 1 - dropout_rate(layer.spec)
        if keep_probability < 1:
            masks[index] = torch.zeros(runs, rows, *layer.output_shape, device=device)
            lines.append(dropout_line(keep_probability))
    if is_drawn(resolved):
        units = resolved.recipe.network.latent.units
        noise = torch.zeros(runs, rows, units, device=device)
        lines.append("{}.normal_(0.0, 1.0, generator=g)")
    return masks, noise, lines


def dropout_line(keep_probability: float) -> str:
    """Return the line that draws a mask into the buffer ``{}``; see ``keep_probability``."""
    return f"{{}}.bernoulli_({keep_probability!r}, generator=g).mul_({1 / keep_probability!r})"


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
    is_captured: bool = False,
) -> None:
    """Emit lines that compute the gradient of the mean loss; ``beta`` must be in scope if gaussian.

    ``inputs`` and ``target`` are rows, ``masks`` and ``noise`` the drawn numbers, each ``Traced``,
    which the objective treats as tensors. ``is_captured`` as for ``emit_beta``.
    """
    with torch.enable_grad():
        model = Model(resolved, parameters, stacked=stacked, tape=tape)
        rises = is_captured and resolved.recipe.network.latent.kl_warmup_epochs > 0
        beta: Any = Scalar("beta", is_tensor=bool(resolved.members) or rises)
        roots: Any = Objective(resolved).roots(
            model, 0, inputs, target, beta=beta, noise=noise, masks=masks
        )
    with torch.no_grad():
        tape.backward(roots)


def emit_beta(
    source: Source, latent: LatentSpec, position: str, indent: int, *, is_captured: bool = False
) -> None:
    """Emit the weight of the KL at a ``position`` in epochs, see ``Objective.beta``.

    In a captured step, the position is a tensor, and so is a weight that rises with it.
    """
    if latent.kind != "gaussian":
        return
    share = f"({position}) / {float(latent.kl_warmup_epochs)!r}"
    rise = f"torch.clamp({share}, max=1.0)" if is_captured else f"min(1.0, {share})"
    source.line(f"beta = {latent.beta!r}" + f" * {rise}" * bool(latent.kl_warmup_epochs), indent)


def emit_betas(
    source: Source, members: Sequence[Recipe], device: torch.device, position: str, indent: int
) -> None:
    """Like ``emit_beta`` for runs with weights of their own: a tensor ``[K, 1, 1]``."""
    latents = [recipe.network.latent for recipe in members]
    if latents[0].kind != "gaussian":
        return
    weights = torch.tensor([latent.beta for latent in latents], device=device)[:, None, None]
    # A warm-up of no epochs ends before the first step.
    least = [float(max(latent.kl_warmup_epochs, 1e-6)) for latent in latents]
    rises = torch.tensor(least, device=device)
    for name, tensor in (("beta_weights", weights), ("beta_rises", rises[:, None, None])):
        if name not in source:
            source.bind(name, tensor)
    source.line(
        f"beta = beta_weights * torch.clamp(torch.reciprocal(beta_rises) * ({position}), max=1.0)",
        indent,
    )


def emit_penalties(
    source: Source, resolved: ResolvedRecipe, parameters: Parameters, indent: int
) -> None:
    """Emit lines that add the L1 and L2 terms to the gradient and clip it, run by run."""
    stop, spec = parameters.layout.weights_stop, resolved.recipe.training
    if spec.l1 or spec.l2:
        source.bind("flat_w", parameters.flat[:stop])
        source.bind("grad_w", parameters.grad[:stop])
    for key, slope in (("l2", "flat_w"), ("l1", "flat_w.sign()")):
        weight = Number(resolved, f"training.{key}")
        if weight.each:
            each = source.bind(f"{key}_each", parameters.spread(weight.each)[:stop])
            source.line(f"grad_w.addcmul_({slope}, {each})", indent)
        elif weight:
            source.line(f"grad_w.add_({slope}, alpha={weight.value!r})", indent)
    if spec.clip_norm is None:
        return
    runs, limit = parameters.layout.runs, Number(resolved, "training.clip_norm")
    most = repr(limit.value)
    if limit.each:
        most = "clip_norms"
        if most not in source:
            source.bind(most, torch.tensor(limit.each, device=parameters.device)[:, None])
    blocks = [
        source.bind(f"clipped{at}", parameters.grad[block.start : block.stop].view(runs, -1))
        for at, block in enumerate(parameters.layout.blocks)
    ]
    squares = " + ".join(f"torch.sum({block}.square(), [1], True)" for block in blocks)
    source.line(f"norm = torch.sqrt({squares})", indent)
    source.line(f"clip = ({most} / (norm + 1e-6)).clamp_(max=1.0)", indent)
    for block in blocks:
        source.line(f"{block}.mul_(clip)", indent)
