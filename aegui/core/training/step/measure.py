"""Measuring a population between epochs: loss of every run, wrong pixels of every sample.

Larger sets are measured on a fixed random subset, so that measuring costs little compared with
training.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.data.progress import stop_if
from aegui.core.evaluation.wrong_pixels import THRESHOLD, wrong_pixels
from aegui.core.latent.codec import Codec
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import is_stackable, rows_in_a_piece
from aegui.core.sampled import sampled
from aegui.core.seeds import CODE_SEED, JACOBIAN_SEED
from aegui.core.training.cost import MEASURED_NUMBERS
from aegui.core.training.step.members import Number
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import ACTIVE_VARIANCE, Objective, active_units, is_drawn
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source
from aegui.core.training.step.tape import NotTraced, Tape
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.objective import Evaluated
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

_COMPILED_NUMBERS = 2**22
"""Maximum number of inputs of all runs together that the compiled meter holds in memory at once."""
_COMPILED_COST = 10_000_000_000
"""Maximum number of multiplications of a measurement done in one call: some tenths of a second."""
_JACOBIAN_ROWS = 256
"""Number of randomly chosen samples on which a contractive penalty is measured."""
_ALL_ROWS = 4096
"""Chunk size when all samples of a large set are measured."""

_CHECKED = {"validation_loss", "validation_wrong"}
_COMPILED_TERMS = {
    *("reconstruction", "edges", "kl", "active_units", "code_l1", "sparsity", "l1", "l2"),
    "contractive",
    *_CHECKED,
}
"""Terms that the compiled meter supports beside the loss."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One measurement.

    Attributes:
        loss: float64 ``[K]``; for a denoiser, over one fixed noisy draw.
        wrong: int64 ``[K, n]``, wrong pixels of each measured sample's reconstruction from the
            clean input, through the mean of a gaussian code.
        terms: float64 ``[K]`` each: the further recorded terms, by key.
        rank: float64 ``[K]``, lower is better; replaces the loss as the criterion, if given.
        preliminary: Whether the main training has not begun: the latest weights are the best.
    """

    loss: NDArray[np.float64]
    wrong: NDArray[np.int64]
    terms: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    rank: NDArray[np.float64] | None = None
    preliminary: bool = False

    @property
    def row(self) -> dict[str, NDArray[np.generic]]:
        """Values for the columns of the history, ``[K]`` each."""
        wrong, unknown = self.wrong, np.full(len(self.loss), np.nan)
        return {
            "loss": self.loss,
            "wrong_mean": wrong.mean(axis=1) if wrong.size else unknown,
            "wrong_max": wrong.max(axis=1) if wrong.size else unknown,
            "share_at_most_1": (wrong <= 1).mean(axis=1) if wrong.size else unknown,
            **self.terms,
        }

    @property
    def criterion(self) -> NDArray[np.float64]:
        """Criterion of the best weights: the rank, else the validation loss, else the loss."""
        return self.terms.get("validation_loss", self.loss) if self.rank is None else self.rank


def recorded_terms(recipe: Recipe, samples: Samples) -> tuple[str, ...]:
    """Return the keys of the measured terms beside the loss; optimisers count evaluations."""
    others = {"loss", "evaluations"}
    if not samples.validation_target.shape[1]:
        others |= _CHECKED  # a single sample leaves none for validation
    return tuple(key for key in options_of(recipe) if key not in others)


def choose_meter(
    resolved: ResolvedRecipe, parameters: Parameters, samples: Samples
) -> CompiledMeter | TermMeter:
    """Return the fastest meter that supports all recorded terms."""
    rows = max(samples.eval_inputs.numel(), samples.validation_inputs.numel())
    samples_seen = samples.eval_inputs.shape[1] * (2 if samples.noisy_evaluation else 1)
    samples_seen += samples.validation_inputs.shape[1]
    cost = resolved.recipe.runs * samples_seen * sum(layer.cost for layer in resolved.layers)
    work = resolved.recipe.runs * rows
    compiled = (
        is_stackable(resolved.layers)
        and _COMPILED_TERMS.issuperset(recorded_terms(resolved.recipe, samples))
        and not resolved.parts
        and work <= _COMPILED_NUMBERS
        and cost <= _COMPILED_COST
    )
    if compiled:
        try:
            return CompiledMeter(resolved, parameters, samples)
        except NotTraced:
            pass  # a contractive penalty of an activation whose derivative is not traced
    return TermMeter(resolved, parameters, samples)


class _Reconstructing:
    """Common base of the meters of autoencoders."""

    reconstructs = True

    def __init__(self, resolved: ResolvedRecipe, samples: Samples) -> None:
        self._resolved = resolved
        self.measured = samples.eval_clean.shape[1]
        self.terms = recorded_terms(resolved.recipe, samples)

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Return the wrong pixels of all samples ``[K, N]``; None if all were measured already."""
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
    """Measures by one compiled forward pass over the samples."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._parameters = parameters
        self._objective = Objective(resolved)
        self._source = Source()
        self._program = self._build(samples)

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights, without dropout, in one uncancellable call."""
        with torch.no_grad():
            found = self._program(self._source.tensors, self._source.lists)
        loss, wrong, *terms = (figure.cpu().numpy() for figure in found)
        by_key = {key: term.astype(np.float64) for key, term in zip(self.terms, terms, strict=True)}
        return Measured(loss.astype(np.float64), wrong.astype(np.int64), by_key)

    def _build(self, samples: Samples) -> torch.jit.ScriptFunction:  # type: ignore[type-arg]
        source, tape = self._source, Tape(self._source, primitives_on(self._parameters.device))
        with torch.no_grad():
            model = Model(self._resolved, self._parameters, stacked=True, tape=tape)
            found = self._figures(tape, model, samples)
        names = ", ".join(found[key].name for key in ("loss", "wrong", *self.terms))
        source.line(f"return [{names}]", 0)
        return source.compile("measure", "", "List[Tensor]")  # type: ignore[no-any-return]

    def _figures(self, tape: Tape, model: Model, samples: Samples) -> dict[str, Any]:
        """Return every figure by its key."""
        evaluated, answer = self._pass(tape, model, samples.eval_inputs, samples.eval_target)
        if samples.noisy_evaluation:
            answer = self._answer(tape, model, samples.eval_clean)
        output, mean = answer
        found: dict[str, Any] = {
            "loss": evaluated.loss,
            "wrong": self._wrong(tape, output, samples.eval_clean),
        }
        found.update(evaluated.terms)
        if "active_units" in self.terms:
            # The variance of a single sample would be NaN, with a warning.
            several = samples.eval_clean.shape[1] > 1
            spread = f"{mean.name}.var([1])" if several else f"{mean.name}.sum([1]).mul_(0.0)"
            active = f"{spread}.gt({ACTIVE_VARIANCE!r}).sum([1])"
            found["active_units"] = tape.moving(active, mean.tensor[:, 0, 0])
        if "validation_loss" in self.terms:
            checked, answer = self._pass(
                tape, model, samples.validation_inputs, samples.validation_target
            )
            if samples.noisy_evaluation:
                answer = self._answer(tape, model, samples.validation_clean)
            wrong = self._wrong(tape, answer[0], samples.validation_clean)
            found["validation_loss"] = checked.loss
            found["validation_wrong"] = tape.moving(f"{wrong.name}.mean([1])", wrong.tensor[:, 0])
        return found

    def _rows(self, tape: Tape, rows: torch.Tensor) -> Any:
        """Expand ``rows`` ``[1, n, D]`` to all runs, as part of the program."""
        return tape.fixed(rows.expand(self._parameters.layout.runs, -1, -1).contiguous(), "rows")

    def _pass(
        self, tape: Tape, model: Model, inputs: torch.Tensor, target: torch.Tensor
    ) -> tuple[Evaluated, Any]:
        """Return loss and terms of a drawn code, and output and code at its mean."""
        noise = code_noise(self._resolved, inputs.shape[1], inputs.device)
        target_rows: Any = tape.fixed(target, "rows")
        drawn = None if noise is None else self._rows(tape, noise[None])
        evaluated = self._objective.evaluate(
            model,
            0,
            self._rows(tape, inputs),
            target_rows,
            beta=Number(self._resolved, "network.latent.beta").of(model, 0, 1),
            noise=drawn,
            jacobian=False,
        )
        mean: Any = evaluated.mean
        is_gaussian = self._objective.is_gaussian
        output = self._objective.decoded(model, 0, mean) if is_gaussian else evaluated.output
        if "contractive" in self.terms:
            evaluated = self._with_jacobian(tape, model, inputs, evaluated)
        return evaluated, (output, mean)

    def _with_jacobian(
        self, tape: Tape, model: Model, inputs: torch.Tensor, evaluated: Evaluated
    ) -> Evaluated:
        """Add the contractive term, measured on some samples, to ``evaluated``."""
        some = inputs[:, _some_rows(inputs.shape[1], inputs.device)]
        noise = code_noise(self._resolved, some.shape[1], some.device)
        drawn = None if noise is None else self._rows(tape, noise[None])
        size = self._objective.jacobian(model, 0, self._rows(tape, some), drawn)
        loss = evaluated.loss + size * self._objective.contractive.of(model, 0, 1)
        return replace(evaluated, loss=loss, terms={**evaluated.terms, "contractive": size})

    def _answer(self, tape: Tape, model: Model, inputs: torch.Tensor) -> Any:
        """Return output and mean code of a reconstruction of ``inputs``."""
        return self._objective.answer(model, 0, self._rows(tape, inputs))

    @staticmethod
    def _wrong(tape: Tape, output: Any, clean: torch.Tensor) -> Any:
        """Return the wrong pixels of each sample, ``[K, n]``."""
        # Both sides are thresholded, which also serves targets with grey levels.
        lit = tape.fixed(clean.gt(THRESHOLD).float(), "lit")
        # Counted in floats: a sum of booleans would first be copied as integers.
        lit_output = tape.filled(f"torch.gt({output.name}, {THRESHOLD})", output.tensor, "wrong")
        return tape.moving(f"{lit_output.name}.ne_({lit.name}).sum([2])", output.tensor[..., 0])


def code_noise(resolved: ResolvedRecipe, rows: int, device: torch.device) -> torch.Tensor | None:
    """Return standard normal numbers ``[rows, d]`` if ``is_drawn``, the same on every call.

    Two measurements then differ only by the network.
    """
    if not is_drawn(resolved):
        return None
    generator = torch.Generator(device=device).manual_seed(CODE_SEED)
    units = resolved.recipe.network.latent.units
    return torch.empty(rows, units, device=device).normal_(generator=generator)


class TermMeter(_Reconstructing):
    """Measures all terms of the loss by passes through autograd's model, chunk by chunk."""

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        super().__init__(resolved, samples)
        self._samples = samples
        self._objective = Objective(resolved)
        self._model = Model(resolved, parameters, stacked=False)
        self._beta = resolved.recipe.network.latent.beta
        self._needs_gradient = "contractive" in self.terms
        widest = max(max(layer.inputs, layer.outputs) for layer in resolved.layers)
        self._rows = rows_in_a_piece(resolved.layers, max(1, MEASURED_NUMBERS // widest))

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights, without dropout."""
        runs = [self._measure_run(run, cancelled) for run in range(self._model.runs)]
        loss = np.array([terms["loss"] for terms, _ in runs])
        terms = {key: np.array([terms[key] for terms, _ in runs]) for key in self.terms}
        return Measured(loss, np.stack([wrong for _, wrong in runs]), terms)

    def _measure_run(
        self, run: int, cancelled: IsCancelled | None
    ) -> tuple[dict[str, float], NDArray[np.int64]]:
        samples = self._samples
        terms, wrong, means = self._pass(run, samples.eval_inputs, samples.eval_target, cancelled)
        if samples.noisy_evaluation:
            wrong, means = self._answers(run, samples.eval_clean, cancelled)
        terms["active_units"] = float(active_units(means))
        if samples.validation_target.shape[1]:
            checked, missed, _ = self._pass(
                run, samples.validation_inputs, samples.validation_target, cancelled
            )
            if samples.noisy_evaluation:
                missed, _ = self._answers(run, samples.validation_clean, cancelled)
            terms["validation_loss"] = checked["loss"]
            terms["validation_wrong"] = float(missed.mean())
        return terms, wrong

    def _pass(
        self,
        run: int,
        inputs: torch.Tensor,
        target: torch.Tensor,
        cancelled: IsCancelled | None,
    ) -> tuple[dict[str, float], NDArray[np.int64], torch.Tensor]:
        """Return terms, wrong pixels of each sample and codes of one run for ``[1, n, D]``.

        A gaussian code is drawn for the loss, and at its mean for the reconstruction.
        """
        rows = inputs.shape[1]
        sums: dict[str, float] = {}
        wrong, means, kls = [], [], []
        noise = code_noise(self._resolved, rows, inputs.device)
        for part in self._parts(rows, cancelled):
            chunk, chunk_target = _of_run(inputs, run)[part], _of_run(target, run)[part]
            with torch.no_grad():
                evaluated = self._objective.evaluate(
                    self._model,
                    run,
                    chunk,
                    chunk_target,
                    beta=self._beta,
                    noise=None if noise is None else noise[part],
                    jacobian=False,
                )
                assert evaluated.output is not None
                assert evaluated.mean is not None
                output = evaluated.output
                if self._objective.is_gaussian:
                    output = self._objective.decoded(self._model, run, evaluated.mean)
            _, extra = self._objective.set_terms(
                evaluated.mean.mean(dim=0), evaluated.kl_each, self._beta
            )
            for key, value in {**evaluated.terms, "loss": evaluated.loss - extra}.items():
                sums[key] = sums.get(key, 0.0) + float(value) * len(chunk) / rows
            wrong.append(_wrong(output, chunk_target))
            means.append(evaluated.mean)
            if evaluated.kl_each is not None:
                kls.append(evaluated.kl_each * (len(chunk) / rows))
        self._add_set_terms(torch.cat(means), torch.stack(kls).sum(dim=0) if kls else None, sums)
        if self._needs_gradient:
            stop_if(cancelled)
            self._add_jacobian(run, inputs, sums)
        return sums, torch.cat(wrong).cpu().numpy(), torch.cat(means)

    def _answers(
        self, run: int, clean: torch.Tensor, cancelled: IsCancelled | None
    ) -> tuple[NDArray[np.int64], torch.Tensor]:
        """Return wrong pixels of each sample and codes of one run for ``[1, n, D]``."""
        wrong, means = [], []
        for part in self._parts(clean.shape[1], cancelled):
            chunk = _of_run(clean, run)[part]
            with torch.no_grad():
                output, mean = self._objective.answer(self._model, run, chunk)
            wrong.append(_wrong(output, chunk))
            means.append(mean)
        return torch.cat(wrong).cpu().numpy(), torch.cat(means)

    def _parts(self, rows: int, cancelled: IsCancelled | None) -> Iterator[slice]:
        """Yield chunks of samples, checking for cancellation before each."""
        for start in range(0, rows, self._rows):
            stop_if(cancelled)
            yield slice(start, start + self._rows)

    def _add_set_terms(
        self, means: torch.Tensor, kl_each: torch.Tensor | None, sums: dict[str, float]
    ) -> None:
        """Add the terms that are not means over the samples to ``sums``."""
        terms, extra = self._objective.set_terms(means.mean(dim=0), kl_each, self._beta)
        sums.update({key: float(value) for key, value in terms.items()})
        sums["loss"] += float(extra)

    def _add_jacobian(self, run: int, inputs: torch.Tensor, sums: dict[str, float]) -> None:
        """Add the contractive term, which needs gradients, measured on some samples."""
        rows = _of_run(inputs, run)
        some = rows[_some_rows(len(rows), rows.device)]
        noise = code_noise(self._resolved, len(some), some.device)
        size = self._objective.jacobian(self._model, run, some, noise)
        sums["contractive"] = float(size)
        sums["loss"] += self._objective.contractive.of(self._model, run, 1) * float(size)


def _some_rows(count: int, device: torch.device) -> torch.Tensor:
    """Return the indices of the samples on which a contractive penalty is measured.

    They are drawn at random: the first samples of a set sorted by class are all of one class.
    """
    return torch.from_numpy(sampled(count, _JACOBIAN_ROWS, JACOBIAN_SEED)).to(device)


def _wrong(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the wrong pixels of each sample, ``[n]``."""
    return ((output > THRESHOLD) != (target > THRESHOLD)).sum(dim=1)


def _of_run(rows: torch.Tensor, run: int) -> torch.Tensor:
    """Return the rows of one run ``[n, D]`` out of ``[1 or K, n, D]``."""
    return rows[run if len(rows) > 1 else 0]
