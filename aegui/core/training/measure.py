"""Measuring a population between epochs: loss of every run, wrong pixels of every sample.

Larger sets are measured on a part of them that is drawn once, so that looking costs little beside
learning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.latent.codec import Codec
from aegui.core.training.model import Model
from aegui.core.training.objective import Objective, active_units, is_dense_chain
from aegui.core.training.program import Forward, Source, bind_layers, dense_specs
from aegui.core.training.terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples
    from aegui.core.training.snapshot import Snapshot

_COMPILED_NUMBERS = 2**22
"""Inputs in all runs together that the compiled meter holds in memory at once."""
_CHUNK_NUMBERS = 2**24
"""Numbers of the widest layer that the other meter holds in memory at once."""
_JACOBIAN_ROWS = 256
"""Samples on which a contractive penalty is measured."""
_ALL_ROWS = 4096
"""Samples at a time when all of a large set are looked at."""
_CODE_SEED = 0x5EED_0005

_LOSS_LINES = {
    # torch's own refuses NaN, which is what a run that has gone astray gives: it must be counted.
    "bce": "loss = -({target} * {output}.log().clamp_min(-100.0)"
    " + (1.0 - {target}) * (-{output}).log1p().clamp_min(-100.0))",
    "mse": "loss = ({output} - {target}).square()",
    "mae": "loss = ({output} - {target}).abs()",
    "huber": "loss = torch.ops.aten.huber_loss({output}, {target}, 0, {delta!r})",
}


@dataclass(frozen=True, eq=False)
class Measured:
    """One measurement.

    Attributes:
        loss: float64 ``[K]``; of a denoiser, over one fixed noisy draw.
        wrong: int64 ``[K, n]``, wrong pixels of each measured sample for the clean input.
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
        others.add("validation_loss")  # of a single sample nothing is left to check on
    return tuple(key for key in terms_of(recipe) if key not in others)


def choose_meter(
    resolved: ResolvedRecipe, parameters: Parameters, samples: Samples
) -> CompiledMeter | TermMeter:
    """The fastest meter that knows everything that is to be recorded."""
    work = resolved.recipe.runs * samples.eval_inputs.numel()
    compiled = (
        is_dense_chain(resolved)
        and not recorded_terms(resolved.recipe, samples)
        and not resolved.parts
        and work <= _COMPILED_NUMBERS
    )
    return (CompiledMeter if compiled else TermMeter)(resolved, parameters, samples)


class _Reconstructing:
    """What the meters of autoencoders share."""

    reconstructs = True

    def __init__(self, resolved: ResolvedRecipe, samples: Samples) -> None:
        self._resolved = resolved
        self.measured = samples.eval_clean.shape[1]
        self.terms = recorded_terms(resolved.recipe, samples)

    def conclude(
        self, snapshot: Snapshot
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Wrong pixels of all samples ``[K, N]``; None where all of them are measured anyway."""
        dataset = self._resolved.dataset
        if self.measured == len(dataset):
            return None, ()
        wrong = []
        flat = dataset.flat()
        for run in range(snapshot.runs):
            codec = Codec(self._resolved.recipe, dataset.image_shape, snapshot, run)
            wrong.append(
                np.concatenate(
                    [
                        wrong_pixels(rows, codec.reconstruct(rows))
                        for rows in np.array_split(flat, -(-len(flat) // _ALL_ROWS))
                    ]
                )
            )
        return np.stack(wrong), ()


class CompiledMeter(_Reconstructing):
    """A compiled forward pass over the samples and the figures taken from it."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._parameters = parameters
        self._source = Source()
        self._program = self._build(samples)

    def measure(self) -> Measured:
        """Figures of the current weights, without dropout."""
        with torch.no_grad():
            loss, wrong = self._program(self._source.tensors, self._source.lists)
        return Measured(loss.cpu().double().numpy(), wrong.cpu().numpy())

    def _build(self, samples: Samples) -> torch.jit.ScriptFunction:  # type: ignore[type-arg]
        source = self._source
        bind_layers(source, self._parameters, gradients=False)
        output = self._emit_forward(samples.eval_clean, "clean", "")
        source.bind("clean_target", samples.eval_clean)
        # Thresholding both sides also serves targets that are grey levels.
        source.line(f"wrong = torch.ne({output}.gt(0.5), clean_target.gt(0.5)).sum([2])", 0)
        target = "clean_target"
        if samples.noisy_evaluation:
            output = self._emit_forward(samples.eval_inputs, "noisy", "_noisy")
            target = source.bind("noisy_target", samples.eval_target)
        # torch's losses want a target of the output's shape, not one that broadcasts to it.
        source.line(f"target = {target}.expand_as({output})", 0)
        training = self._resolved.recipe.training
        template = _LOSS_LINES[training.loss]
        source.line(template.format(output=output, target="target", delta=training.huber_delta), 0)
        source.line("return loss.mean([1, 2]), wrong", 0)
        return source.compile("measure", "", "Tuple[Tensor, Tensor]")  # type: ignore[no-any-return]

    def _emit_forward(self, inputs: torch.Tensor, name: str, tag: str) -> str:
        """Emit a pass of ``inputs`` ``[1, rows, D]`` through all runs; the output's name."""
        source = self._source
        runs, rows = self._parameters.layout.runs, inputs.shape[1]
        source.bind(name, inputs.expand(runs, -1, -1).contiguous())
        layers = dense_specs(self._resolved)
        forward = Forward(source, layers, self._parameters, tag)
        forward.emit_use(name, rows, 0, None)
        return forward.outputs[-1]


class TermMeter(_Reconstructing):
    """Passes of autograd's model over the samples, chunk by chunk, and all terms of the loss."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._samples = samples
        self._objective = Objective(resolved)
        self._model = Model(resolved, parameters, stacked=False)
        self._beta = resolved.recipe.network.latent.beta
        self._latent = resolved.recipe.network.latent.units
        self._needs_gradient = "contractive" in self.terms
        widest = max(max(layer.inputs, layer.outputs) for layer in resolved.layers)
        self._rows = max(1, _CHUNK_NUMBERS // widest)

    def measure(self) -> Measured:
        """Figures of the current weights, without dropout."""
        runs = [self._measure_run(run) for run in range(self._model.runs)]
        loss = np.array([terms["loss"] for terms, _ in runs])
        terms = {key: np.array([terms[key] for terms, _ in runs]) for key in self.terms}
        return Measured(loss, np.stack([wrong for _, wrong in runs]), terms)

    def _measure_run(self, run: int) -> tuple[dict[str, float], NDArray[np.int64]]:
        samples = self._samples
        terms, wrong, means = self._pass(run, samples.eval_inputs, samples.eval_target)
        if samples.noisy_evaluation:
            _, wrong, means = self._pass(run, samples.eval_clean, samples.eval_clean)
        terms["active_units"] = float(active_units(means))
        if samples.validation_target.shape[1]:
            checked, _, _ = self._pass(run, samples.validation_inputs, samples.validation_target)
            terms["validation_loss"] = checked["loss"]
        return terms, wrong

    def _pass(
        self, run: int, inputs: torch.Tensor, target: torch.Tensor
    ) -> tuple[dict[str, float], NDArray[np.int64], torch.Tensor]:
        """Terms, wrong pixels of each sample and codes of one run for ``[1, n, D]``."""
        rows = inputs.shape[1]
        sums: dict[str, float] = {}
        wrong, means = [], []
        # The same draw at every look: what changes between two looks is the network.
        generator = torch.Generator(device=inputs.device).manual_seed(_CODE_SEED)
        for start in range(0, rows, self._rows):
            chunk = inputs[0, start : start + self._rows]
            wanted = target[0, start : start + self._rows]
            noise = None
            if self._objective.is_gaussian:
                noise = torch.empty(len(chunk), self._latent, device=chunk.device)
                noise.normal_(generator=generator)
            with torch.no_grad():
                seen = self._objective.evaluate(
                    self._model, run, chunk, wanted, beta=self._beta, noise=noise, jacobian=False
                )
            assert seen.output is not None
            assert seen.mean is not None
            for key, value in {**seen.terms, "loss": seen.loss}.items():
                sums[key] = sums.get(key, 0.0) + float(value) * len(chunk) / rows
            wrong.append(((seen.output > 0.5) != (wanted > 0.5)).sum(dim=1))
            means.append(seen.mean)
        if self._needs_gradient:
            self._add_jacobian(run, inputs, target, sums, generator)
        return sums, torch.cat(wrong).cpu().numpy(), torch.cat(means)

    def _add_jacobian(
        self,
        run: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        sums: dict[str, float],
        generator: torch.Generator,
    ) -> None:
        """The contractive term, which takes gradients, on the first samples."""
        rows = slice(0, _JACOBIAN_ROWS)
        size = self._objective.jacobian(self._model, run, inputs[0, rows], generator)
        sums["contractive"] = float(size)
        sums["loss"] += self._objective.contractive * float(size)
