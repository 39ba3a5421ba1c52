"""Measuring a population between epochs: loss of every run, wrong pixels of every sample.

Larger sets are measured on a part of them that is drawn once, so that looking costs little beside
learning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.data.progress import stop_if
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.latent.codec import Codec
from aegui.core.training.gaussian_lines import kl_expression
from aegui.core.training.losses import LOSSES
from aegui.core.training.model import Model
from aegui.core.training.objective import ACTIVE_VARIANCE, Objective, active_units, is_dense_chain
from aegui.core.training.program import (
    Forward,
    Source,
    bind_layers,
    dense_specs,
)
from aegui.core.training.terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples
    from aegui.core.training.snapshot import Snapshot

_COMPILED_NUMBERS = 2**22
"""Inputs in all runs together that the compiled meter holds in memory at once."""
_CHUNK_NUMBERS = 2**24
"""Numbers of the widest layer that the other meter holds in memory at once."""
_COMPILED_COST = 10_000_000_000
"""Multiplications of a look up to which it is one call: some tenths of a second."""
PIECE_COST = 4_000_000_000
"""Multiplications between two questions whether to go on: some tenth of a second."""
_JACOBIAN_ROWS = 256
"""Samples on which a contractive penalty is measured."""
_ALL_ROWS = 4096
"""Samples at a time when all of a large set are looked at."""
_CODE_SEED = 0x5EED_0005

_CHECKED = {"validation_loss", "validation_wrong"}
_COMPILED_TERMS = {"reconstruction", "kl", "active_units", "l1", "l2", *_CHECKED}
"""What the compiled meter knows beside the loss."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One measurement.

    Attributes:
        loss: float64 ``[K]``; of a denoiser, over one fixed noisy draw.
        wrong: int64 ``[K, n]``, wrong pixels of each measured sample for the clean input, as it is
            reconstructed: through the mean of a gaussian code.
        terms: float64 ``[K]`` each: the further terms that are recorded, by key.
        rank: float64 ``[K]``: smaller is better, where the losses are not what counts.
        preliminary: Whether the training proper has not begun: the latest weights are the best.
    """

    loss: NDArray[np.float64]
    wrong: NDArray[np.int64]
    terms: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    rank: NDArray[np.float64] | None = None
    preliminary: bool = False

    @property
    def criterion(self) -> NDArray[np.float64]:
        """What the best weights are chosen by: the loss on the validation samples, if any."""
        return self.terms.get("validation_loss", self.loss) if self.rank is None else self.rank


def recorded_terms(recipe: Recipe, samples: Samples) -> tuple[str, ...]:
    """Keys of what is measured beside the loss; an optimiser counts its evaluations itself."""
    others = {"loss", "evaluations"}
    if not samples.validation_target.shape[1]:
        others |= _CHECKED  # of a single sample nothing is left to check on
    return tuple(key for key in terms_of(recipe) if key not in others)


def choose_meter(
    resolved: ResolvedRecipe, parameters: Parameters, samples: Samples
) -> CompiledMeter | TermMeter:
    """The fastest meter that knows everything that is to be recorded."""
    rows = max(samples.eval_inputs.numel(), samples.validation_inputs.numel())
    samples_seen = samples.eval_inputs.shape[1] * (2 if samples.noisy_evaluation else 1)
    samples_seen += samples.validation_inputs.shape[1]
    cost = resolved.recipe.runs * samples_seen * sum(layer.cost for layer in resolved.layers)
    work = resolved.recipe.runs * rows
    compiled = (
        is_dense_chain(resolved)
        and _COMPILED_TERMS.issuperset(recorded_terms(resolved.recipe, samples))
        and not resolved.parts
        and work <= _COMPILED_NUMBERS
        and cost <= _COMPILED_COST
    )
    return (CompiledMeter if compiled else TermMeter)(resolved, parameters, samples)


def rows_in_a_piece(layers: Sequence[LayerShape], most: int) -> int:
    """Samples that may go through ``layers`` between two questions whether to go on."""
    return max(1, min(most, PIECE_COST // max(1, sum(layer.cost for layer in layers))))


class _Reconstructing:
    """What the meters of autoencoders share."""

    reconstructs = True

    def __init__(self, resolved: ResolvedRecipe, samples: Samples) -> None:
        self._resolved = resolved
        self.measured = samples.eval_clean.shape[1]
        self.terms = recorded_terms(resolved.recipe, samples)

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Wrong pixels of all samples ``[K, N]``; None where all of them are measured anyway."""
        dataset = self._resolved.dataset
        if self.measured == len(dataset):
            return None, ()
        flat = dataset.flat()
        wrong = np.zeros((snapshot.runs, len(flat)), np.int64)
        size = rows_in_a_piece(self._resolved.layers, _ALL_ROWS)
        for run in range(snapshot.runs):
            codec = Codec(self._resolved.recipe, dataset.image_shape, snapshot, run)
            for start in range(0, len(flat), size):
                stop_if(cancelled)
                rows = flat[start : start + size]
                wrong[run, start : start + size] = wrong_pixels(rows, codec.reconstruct(rows))
        return wrong, ()


class CompiledMeter(_Reconstructing):
    """A compiled forward pass over the samples and the figures taken from it."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._parameters = parameters
        self._source = Source()
        self._program = self._build(samples)

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Figures of the current weights, without dropout; one piece, never given up."""
        with torch.no_grad():
            found = self._program(self._source.tensors, self._source.lists)
        loss, wrong, *terms = (figure.cpu().numpy() for figure in found)
        by_key = {key: term.astype(np.float64) for key, term in zip(self.terms, terms, strict=True)}
        return Measured(loss.astype(np.float64), wrong.astype(np.int64), by_key)

    def _build(self, samples: Samples) -> torch.jit.ScriptFunction:  # type: ignore[type-arg]
        source = self._source
        bind_layers(source, self._parameters, gradients=False)
        clean = self._emit_forward(samples.eval_clean, "clean", drawn=False)
        self._emit_wrong(clean, samples.eval_clean, "wrong")
        seen = clean
        if samples.noisy_evaluation or clean.drawn:
            seen = self._emit_forward(samples.eval_inputs, "noisy")
        self._emit_weight_terms()
        self._emit_loss(seen, samples.eval_target, "")
        if "active_units" in self.terms:
            self._emit_active_units(clean, samples.eval_clean.shape[1])
        if "validation_loss" in self.terms:
            checked = self._emit_forward(samples.validation_inputs, "checked")
            self._emit_loss(checked, samples.validation_target, "validation_")
            if samples.noisy_evaluation or checked.drawn:
                checked = self._emit_forward(samples.validation_clean, "held_out", drawn=False)
            self._emit_wrong(checked, samples.validation_clean, "held_out_wrong")
            source.line("validation_wrong = held_out_wrong.mean([1])", 0)
        source.line(f"return [{', '.join(('loss', 'wrong', *self.terms))}]", 0)
        return source.compile("measure", "", "List[Tensor]")  # type: ignore[no-any-return]

    def _emit_forward(self, inputs: torch.Tensor, name: str, *, drawn: bool = True) -> Forward:
        """Emit a pass of ``inputs`` ``[1, rows, D]`` through all runs.

        A gaussian code is drawn, as for the loss, or taken at its mean, as a reconstruction is.
        """
        source = self._source
        runs, rows = self._parameters.layout.runs, inputs.shape[1]
        source.bind(name, inputs.expand(runs, -1, -1).contiguous())
        noise = code_noise(self._resolved, rows, inputs.device)
        if noise is not None and not drawn:
            noise = torch.zeros_like(noise)
        forward = Forward(source, dense_specs(self._resolved), self._parameters, f"_{name}")
        forward.emit_use(name, rows, 0, None if noise is None else noise.expand(runs, -1, -1))
        return forward

    def _emit_wrong(self, forward: Forward, clean: torch.Tensor, name: str) -> None:
        """Emit the wrong pixels of each sample as ``name``, ``[K, n]``."""
        source, output = self._source, forward.outputs[-1]
        # Thresholding both sides also serves targets that are grey levels.
        lit = source.bind(f"{name}_lit", clean.gt(0.5).float())
        # Counted in floats: a sum of booleans would copy them as integers first.
        room = source.bind(f"{name}_each", torch.zeros_like(source.tensor(output)))
        source.line(f"torch.gt({output}, 0.5, out={room})", 0)
        source.line(f"{name} = {room}.ne_({lit}).sum([2])", 0)

    def _emit_loss(self, forward: Forward, target: torch.Tensor, prefix: str) -> None:
        """Emit ``loss`` and the terms in it that depend on the samples, with ``prefix``."""
        source, recipe = self._source, self._resolved.recipe
        training, latent = recipe.training, recipe.network.latent
        line, output = source.line, forward.outputs[-1]
        wanted = source.bind(f"{prefix}target", target)
        each = LOSSES[training.loss].value_text(output, wanted, training.huber_delta)
        # Of a gaussian code the loss is a sum over the pixels, see objective.py.
        pixels = float(target.shape[2]) if forward.drawn else 1.0
        line(f"{prefix}reconstruction = torch.mean({each}, [1, 2]).mul_({pixels!r})", 0)
        summands = [f"{prefix}reconstruction"]
        for drawn in forward.drawn.values():
            line(f"excess = {drawn.deviation}.square().sub_(1.0)", 0)
            line(f"each_kl = {kl_expression(drawn, 'excess')}", 0)
            line(f"{prefix}kl = each_kl.sum([1, 2])", 0)
            line(f"paid = each_kl.clamp(min={latent.free_bits!r}).sum([1, 2])", 0)
            summands.append(f"{latent.beta!r} * " + ("paid" if latent.free_bits else f"{prefix}kl"))
        for key, factor in (("l1", training.l1), ("l2", training.l2 / 2)):
            summands += [f"{factor!r} * {key}"] if factor else []
        line(f"{prefix}loss = {' + '.join(summands)}", 0)

    def _emit_weight_terms(self) -> None:
        layers = range(len(self._parameters.layout.learnt))
        for key, order, power in (("l1", 1.0, ""), ("l2", 2.0, ".square()")):
            if key in self.terms:
                norms = [
                    f"torch.ops.aten.linalg_vector_norm(w{index}, {order!r}, [1, 2]){power}"
                    for index in layers
                ]
                self._source.line(f"{key} = {' + '.join(norms)}", 0)

    def _emit_active_units(self, forward: Forward, rows: int) -> None:
        (drawn,) = forward.drawn.values()
        # The variance of a single sample would be NaN, and a warning.
        spread = f"{drawn.mean}.var([1], True)" if rows > 1 else f"{drawn.mean}.sum([1]).mul_(0.0)"
        self._source.line(f"active_units = {spread}.gt({ACTIVE_VARIANCE!r}).sum([1])", 0)


def code_noise(resolved: ResolvedRecipe, rows: int, device: torch.device) -> torch.Tensor | None:
    """Standard normal numbers ``[rows, d]`` for a gaussian code, the same ones at every look.

    What changes between two looks is the network.
    """
    latent = resolved.recipe.network.latent
    if latent.kind != "gaussian":
        return None
    generator = torch.Generator(device=device).manual_seed(_CODE_SEED)
    return torch.empty(rows, latent.units, device=device).normal_(generator=generator)


class TermMeter(_Reconstructing):
    """Passes of autograd's model over the samples, chunk by chunk, and all terms of the loss."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._samples = samples
        self._objective = Objective(resolved)
        self._model = Model(resolved, parameters, stacked=False)
        self._is_drawn = resolved.recipe.network.latent.kind == "gaussian"
        self._beta = resolved.recipe.network.latent.beta
        self._needs_gradient = "contractive" in self.terms
        widest = max(max(layer.inputs, layer.outputs) for layer in resolved.layers)
        self._rows = rows_in_a_piece(resolved.layers, max(1, _CHUNK_NUMBERS // widest))

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Figures of the current weights, without dropout."""
        runs = [self._measure_run(run, cancelled) for run in range(self._model.runs)]
        loss = np.array([terms["loss"] for terms, _ in runs])
        terms = {key: np.array([terms[key] for terms, _ in runs]) for key in self.terms}
        return Measured(loss, np.stack([wrong for _, wrong in runs]), terms)

    def _measure_run(
        self, run: int, cancelled: IsCancelled | None
    ) -> tuple[dict[str, float], NDArray[np.int64]]:
        samples = self._samples
        terms, wrong, means = self._pass(run, samples.eval_inputs, samples.eval_target, cancelled)
        if samples.noisy_evaluation or self._is_drawn:
            clean = samples.eval_clean
            _, wrong, means = self._pass(run, clean, clean, cancelled, drawn=False)
        terms["active_units"] = float(active_units(means))
        if samples.validation_target.shape[1]:
            checked, missed, _ = self._pass(
                run, samples.validation_inputs, samples.validation_target, cancelled
            )
            if samples.noisy_evaluation or self._is_drawn:
                clean = samples.validation_clean
                _, missed, _ = self._pass(run, clean, clean, cancelled, drawn=False)
            terms["validation_loss"] = checked["loss"]
            terms["validation_wrong"] = float(missed.mean())
        return terms, wrong

    def _pass(
        self,
        run: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        cancelled: IsCancelled | None,
        *,
        drawn: bool = True,
    ) -> tuple[dict[str, float], NDArray[np.int64], torch.Tensor]:
        """Terms, wrong pixels of each sample and codes of one run for ``[1, n, D]``.

        A gaussian code is drawn, as for the loss, or taken at its mean, as a reconstruction is.
        """
        rows = inputs.shape[1]
        sums: dict[str, float] = {}
        wrong, means, kls = [], [], []
        noise = code_noise(self._resolved, rows, inputs.device) if drawn else None
        for start in range(0, rows, self._rows):
            stop_if(cancelled)
            part = slice(start, start + self._rows)
            chunk, wanted = _of_run(inputs, run)[part], _of_run(target, run)[part]
            with torch.no_grad():
                seen = self._objective.evaluate(
                    self._model,
                    run,
                    chunk,
                    wanted,
                    beta=self._beta,
                    noise=None if noise is None else noise[part],
                    jacobian=False,
                )
            assert seen.output is not None
            assert seen.mean is not None
            _, own = self._objective.of_the_whole(seen.mean.mean(dim=0), seen.kl_each, self._beta)
            for key, value in {**seen.terms, "loss": seen.loss - own}.items():
                sums[key] = sums.get(key, 0.0) + float(value) * len(chunk) / rows
            wrong.append(((seen.output > 0.5) != (wanted > 0.5)).sum(dim=1))
            means.append(seen.mean)
            if seen.kl_each is not None:
                kls.append(seen.kl_each * (len(chunk) / rows))
        self._add_of_the_whole(torch.cat(means), torch.stack(kls).sum(dim=0) if kls else None, sums)
        if self._needs_gradient:
            stop_if(cancelled)
            self._add_jacobian(run, inputs, sums)
        return sums, torch.cat(wrong).cpu().numpy(), torch.cat(means)

    def _add_of_the_whole(
        self, means: torch.Tensor, kl_each: torch.Tensor | None, sums: dict[str, float]
    ) -> None:
        """The terms that are no means over the samples."""
        terms, extra = self._objective.of_the_whole(means.mean(dim=0), kl_each, self._beta)
        sums.update({key: float(value) for key, value in terms.items()})
        sums["loss"] += float(extra)

    def _add_jacobian(self, run: int, inputs: torch.Tensor, sums: dict[str, float]) -> None:
        """The contractive term, which takes gradients, on the first samples."""
        generator = torch.Generator(device=inputs.device).manual_seed(_CODE_SEED)
        first = _of_run(inputs, run)[:_JACOBIAN_ROWS]
        size = self._objective.jacobian(self._model, run, first, generator)
        sums["contractive"] = float(size)
        sums["loss"] += self._objective.contractive * float(size)


def _of_run(rows: torch.Tensor, run: int) -> torch.Tensor:
    """Those of one run ``[n, D]`` out of ``[1 or K, n, D]``."""
    return rows[run if len(rows) > 1 else 0]
