"""The noise matrix: networks trained with each of several noises, tried with each of several.

All of them are trained together, as one population whose runs have a noise each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.choices import Choice
from aegui.core.cost import multiplications_per_second
from aegui.core.data.corruption import corrupted
from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError
from aegui.core.evaluation.limits import DEFAULT_DRAWS, BayesLimit, limit
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.evaluation.wrong_pixels import THRESHOLD, wrong_pixels
from aegui.core.i18n import mark, tr, trn
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import MAX_RUNS, CorruptionSpec, GoalsSpec, Recipe
from aegui.core.training.cost import training_cost
from aegui.core.training.length import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.cost import Cost
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import TrainingSpec
    from aegui.core.training.snapshot import Snapshot

FIGURES = {
    choice.key: choice
    for choice in (
        Choice(
            "wrong",
            mark("Wrong pixels"),
            mark("Mean number of wrong pixels per character, against the clean one."),
        ),
        Choice(
            "at_most_1",
            mark("At most 1 wrong"),
            mark("Share of the answers with at most 1 wrong pixel."),
        ),
        Choice("exact", mark("Exact"), mark("Share of the answers without a wrong pixel.")),
    )
}
"""What is counted of every cell."""

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Levels of a matrix that nobody has chosen others for."""
MOST_SPECS = 20
MOST_SAMPLES = 2_000
"""Of a larger set a study takes so many samples, unless more are asked for."""
_CHUNK = 4096
_STEPS = 1000
_CHOICE_SEED = 0x5EED_0006
_FIXED_NUMBERS = 1 << 28
"""Noisy copies that never change must fit into memory: a gigabyte of them."""
_MOST_AT_ONCE = 1 << 20
"""Numbers of all samples of all networks up to which a step takes all of them."""
_ENOUGH_STEPS = 3_000
"""Steps in which networks in batches learn what can be compared."""
_TRYING_SHARE = 0.2
"""Of a core's full speed, with which networks are tried."""
_TRAINING_SHARE = 0.9
"""Of the work, for the progress that is reported."""


@dataclass(frozen=True)
class MatrixSpec:
    """What to train and what to try.

    Attributes:
        training: Noise that networks are trained with, a row each.
        tests: Noise that they are tried with, a column each.
        seeds: Networks for each row.
        draws: Noisy characters that each network gets in each column, as many of each.
        seed: Of the noise they are tried with.
        epochs: Epochs of each training; None takes those of the recipe.
        copies: Noisy copies of each sample in an epoch; None takes those of the recipe.
        samples: Of a larger set so many are learnt and tried, drawn at random.
    """

    training: tuple[CorruptionSpec, ...]
    tests: tuple[CorruptionSpec, ...]
    seeds: int = 5
    draws: int = 4_000
    seed: int = 0
    epochs: int | None = None
    copies: int | None = None
    samples: int = MOST_SAMPLES

    @classmethod
    def square(cls, kind: str, levels: Sequence[float] = LEVELS, seeds: int = 5) -> MatrixSpec:
        """Every level of one kind of noise against every other."""
        specs = tuple(noise_of(kind, level) for level in levels)
        return cls(specs, specs, seeds)


@dataclass(frozen=True, eq=False)
class MatrixFigure:
    """One figure of all cells.

    Attributes:
        mean: Over the seeds, float64 ``[R, C]``.
        deviation: Standard deviation over the seeds, float64 ``[R, C]``.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strip:
    """Each character once, as one network of a cell sees and repairs it.

    Attributes:
        clean: float32 ``[N, D]``.
        noisy: float32 ``[N, D]``.
        answer: Levels, float32 ``[N, D]``.
        wrong: Wrong pixels of each answer, int64 ``[N]``.
    """

    clean: NDArray[np.float32]
    noisy: NDArray[np.float32]
    answer: NDArray[np.float32]
    wrong: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NoiseMatrix:
    """Networks of R noises times S seeds, tried with C noises on N characters.

    Attributes:
        spec: What was trained and tried.
        recipe: The recipe of the population.
        dataset: The N characters; of a set of more than were to be drawn so many, at random.
        wrong: Mean wrong pixels per character, float64 ``[R, C, S]``.
        at_most_1: Share of the answers with at most 1 wrong pixel, float64 ``[R, C, S]``.
        exact: Share of those without one, float64 ``[R, C, S]``.
        per_sample: Mean wrong pixels of each character, float64 ``[R, C, S, N]``.
        limits: What the best possible answers get wrong in each column; None where it is unknown.
        snapshot: The weights of all networks, those of a row side by side.
        seconds: Time that the training took.
        note: What was made smaller so that it fits: samples, batches; empty where nothing was.
    """

    spec: MatrixSpec
    recipe: Recipe
    dataset: Dataset
    wrong: NDArray[np.float64]
    at_most_1: NDArray[np.float64]
    exact: NDArray[np.float64]
    per_sample: NDArray[np.float64]
    limits: tuple[BayesLimit | None, ...]
    snapshot: Snapshot
    seconds: float
    note: str = ""

    def figure(self, key: str) -> MatrixFigure:
        """One of ``FIGURES`` by its key."""
        values: NDArray[np.float64] = getattr(self, FIGURES[key].key)
        return MatrixFigure(values.mean(axis=2), values.std(axis=2))

    def codec(self, row: int, seed: int = 0) -> Codec:
        """The network of a row and the number of its seed, from 0."""
        run = row * self.spec.seeds + seed
        return Codec(self.recipe, self.dataset.image_shape, self.snapshot, run)

    def best_row(self, column: int) -> int:
        """The row whose networks do best in a column."""
        return int(self.wrong[:, column].mean(axis=1).argmin())

    def strip(self, row: int, column: int, seed: int = 0, noise_seed: int = 0) -> Strip:
        """Every character once with the noise of a column, and what a network makes of it."""
        clean = self.dataset.flat()
        spec = self.spec.tests[column]
        noisy = corrupted(clean, spec, noise_seed, self.dataset.image_shape)
        answer = self.codec(row, seed).reconstruct(noisy)
        return Strip(clean, noisy, answer, wrong_pixels(clean, answer))

    def characters(self, row: int, column: int) -> MatrixFigure:
        """Wrong pixels of each character ``[N]`` in one cell."""
        values = self.per_sample[row, column]
        return MatrixFigure(values.mean(axis=0), values.std(axis=0))


def noise_of(kind: str, level: float) -> CorruptionSpec:
    """The noise of ``kind`` at ``level``.

    Raises:
        pydantic.ValidationError: The level is out of range.
    """
    return CorruptionSpec.model_validate({"kind": kind, "level": level})


def tried_of(dataset: Dataset, most: int) -> Dataset:
    """The set itself, or so many of its samples, drawn at random, always the same."""
    if len(dataset) <= most:
        return dataset
    chosen = np.random.default_rng(_CHOICE_SEED).choice(len(dataset), most, replace=False)
    return dataset.subset(np.sort(chosen).tolist())


def noise_matrix(
    recipe: Recipe,
    dataset: Dataset,
    spec: MatrixSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> NoiseMatrix:
    """Train and try all networks of a matrix.

    Goals of the recipe are left out: all networks shall learn as long. The best weights are those
    with the lowest loss on noise of their own kind and level.

    Args:
        recipe: Network and training; its noise says whether it is drawn anew and how many copies.
        dataset: The characters.
        spec: The noises.
        report: Called with the progress.
        cancelled: Asked now and then; True stops the work.

    Raises:
        AeguiError: There is nothing to train, or it cannot be trained.
        Cancelled: ``cancelled`` said so.
    """
    _check(recipe, spec)
    whole = len(dataset)
    dataset = tried_of(dataset, spec.samples)
    resolved = _population(recipe, dataset, spec)
    progress = Progress(_STEPS, _words, report, cancelled)
    snapshot, seconds = _trained(resolved, progress)
    progress.reached(round(_TRAINING_SHARE * _STEPS))
    dataset = tried_of(dataset, spec.draws)
    figures = _Figures(resolved.recipe, dataset, snapshot, spec)
    limits = []
    for column, test in enumerate(spec.tests):
        figures.try_column(column, progress)
        limits.append(_limit(dataset, test, cancelled))
    progress.reached(_STEPS)
    return NoiseMatrix(
        spec,
        resolved.recipe,
        dataset,
        figures.wrong,
        figures.at_most_1,
        figures.exact,
        figures.per_sample,
        tuple(limits),
        snapshot,
        seconds,
        _note(resolved, recipe, whole),
    )


def matrix_cost(recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> Cost:
    """What training and trying the networks of a matrix will take.

    Raises:
        AeguiError: There is nothing to train, or it cannot be trained.
    """
    _check(recipe, spec)
    resolved = _population(recipe, tried_of(dataset, spec.samples), spec)
    cost = training_cost(resolved, timeline_bytes=0)
    runs, columns = resolved.recipe.runs, len(spec.tests)
    work = runs * columns * spec.draws * sum(layer.cost for layer in resolved.layers)
    kept = 8 * runs * columns * min(spec.draws, len(resolved.dataset))
    return replace(
        cost,
        seconds=cost.seconds + work / (_TRYING_SHARE * multiplications_per_second()),
        memory=cost.memory | {"work": kept},
    )


def _note(resolved: ResolvedRecipe, recipe: Recipe, whole: int) -> str:
    """What was made smaller to fit into memory, in words; empty where nothing was."""
    training, count = resolved.recipe.training, len(resolved.dataset)
    parts = []
    if count < whole:
        parts.append(tr("learnt from {n:,} of {whole:,} samples", n=count, whole=whole))
    if training.batch_size != recipe.training.batch_size:
        parts.append(
            trn(
                "in batches of {batch:,} for {n:,} epoch",
                "in batches of {batch:,} for {n:,} epochs",
                training.epochs,
                batch=training.batch_size or count,
            )
        )
    return ", ".join(parts)


def _tried_steps(share: float) -> int:
    """How far the whole work is, when networks have been tried to this share."""
    return int((_TRAINING_SHARE + (1 - _TRAINING_SHARE) * share) * _STEPS)


def _words(done: int, total: int) -> str:
    if done < _TRAINING_SHARE * total:
        share = done / (_TRAINING_SHARE * total)
        return tr("Training the networks: {share:.0%}", share=share)
    share = (done / total - _TRAINING_SHARE) / (1 - _TRAINING_SHARE)
    return tr("Trying the networks: {share:.0%}", share=share)


def _check(recipe: Recipe, spec: MatrixSpec) -> None:
    if recipe.gan is not None or recipe.classifier is not None:
        raise AeguiError(
            tr("A noise matrix is for autoencoders: a GAN or a classifier repairs no noise.")
        )
    if not 1 <= len(spec.training) <= MOST_SPECS or not 1 <= len(spec.tests) <= MOST_SPECS:
        raise AeguiError(
            tr("A noise matrix has from 1 to {most} rows and columns.", most=MOST_SPECS)
        )
    if not 1 <= spec.seeds * len(spec.training) <= MAX_RUNS or spec.seeds < 1 or spec.draws < 1:
        raise AeguiError(tr("A noise matrix needs at least one seed and one draw."))


def _population(recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> ResolvedRecipe:
    noise = recipe.data.corruption
    # Any noise that is one: it says only how often it is drawn, and makes the loss that of noise.
    kind = next((one for one in spec.training if one.kind != "none"), noise_of("flip", 0.0))
    shared = kind.model_copy(
        update={
            "copies": spec.copies or noise.copies,
            "fresh": noise.fresh,
            "clean_target": noise.clean_target,
        }
    )
    training = recipe.training.model_copy(
        update={"epochs": spec.epochs or recipe.training.epochs, "goals": GoalsSpec()}
    )
    runs = spec.seeds * len(spec.training)
    if training.batch_size is None and runs * len(dataset) * dataset.pixels > _MOST_AT_ONCE:
        # Copies are for the few; of many samples each comes once in an epoch.
        shared = shared.model_copy(update={"copies": spec.copies or 1})
        training = _in_batches(training, len(dataset), keep=spec.epochs is not None)
    population = Recipe.model_validate(
        recipe.model_copy(
            update={
                "data": recipe.data.model_copy(update={"corruption": shared}),
                "training": training,
                "runs": runs,
            }
        ).model_dump()
    )
    resolution = resolve(population, dataset)
    if resolution.resolved is None:
        raise AeguiError(" ".join(problem.message for problem in resolution.problems[:1]))
    _check_memory(population, dataset)
    each = tuple(one for one in spec.training for _ in range(spec.seeds))
    return replace(resolution.resolved, run_corruptions=each)


def _in_batches(training: TrainingSpec, rows: int, *, keep: bool) -> TrainingSpec:
    """``training`` in batches, with as many epochs as its steps need, unless they are to stay."""
    steps = -(-rows // BATCH)
    enough = min(training.epochs, max(1, _ENOUGH_STEPS // steps))
    epochs = training.epochs if keep else enough
    return training.model_copy(update={"batch_size": BATCH, "epochs": epochs})


def _check_memory(recipe: Recipe, dataset: Dataset) -> None:
    noise = recipe.data.corruption
    numbers = recipe.runs * noise.copies * len(dataset) * dataset.pixels
    if not noise.fresh and numbers > _FIXED_NUMBERS:
        raise AeguiError(
            tr(
                "The noisy copies of {runs} networks, drawn once, do not fit into memory: draw "
                "the noise anew at every epoch, or take fewer samples.",
                runs=recipe.runs,
            )
        )


def _trained(resolved: ResolvedRecipe, progress: Progress) -> tuple[Snapshot, float]:
    from aegui.core.training.control import Control
    from aegui.core.training.train import train

    for training in train(resolved, Control(timeline_bytes=0)):
        done = training.position / training.epochs
        progress.reached(int(done * _TRAINING_SHARE * _STEPS))
    result = training.result()
    return result.snapshot, result.seconds


class _Figures:
    """The figures of all cells, filled in column by column."""

    def __init__(
        self, recipe: Recipe, dataset: Dataset, snapshot: Snapshot, spec: MatrixSpec
    ) -> None:
        self._dataset = dataset
        self._spec = spec
        self._codecs = [
            Codec(recipe, dataset.image_shape, snapshot, run) for run in range(recipe.runs)
        ]
        shape = (len(spec.training), len(spec.tests), spec.seeds)
        self.wrong, self.at_most_1, self.exact = (np.zeros(shape) for _ in range(3))
        self.per_sample = np.zeros((*shape, len(dataset)))

    def try_column(self, column: int, progress: Progress) -> None:
        """Try all networks with the same draws."""
        dataset, spec = self._dataset, self._spec
        count = len(dataset)
        rounds = -(-spec.draws // count)
        generator = np.random.default_rng([spec.seed, column])
        for batch in noisy_batches(dataset, spec.tests[column], rounds, generator, _CHUNK):
            wanted = batch.clean > THRESHOLD
            part = len(batch.places) / (rounds * count)
            for run, codec in enumerate(self._codecs):
                share = batch.done + part * run / len(self._codecs)
                progress.reached(_tried_steps((column + share) / len(spec.tests)))
                answer = codec.reconstruct(batch.noisy) > THRESHOLD
                wrong = np.count_nonzero(answer != wanted, axis=1)
                cell = (run // spec.seeds, column, run % spec.seeds)
                self.per_sample[cell] += np.bincount(batch.places, wrong, count) / rounds
                self.at_most_1[cell] += np.count_nonzero(wrong <= 1) / (rounds * count)
                self.exact[cell] += np.count_nonzero(wrong == 0) / (rounds * count)
        self.wrong[:, column] = self.per_sample[:, column].mean(axis=2)


def _limit(
    dataset: Dataset, test: CorruptionSpec, cancelled: IsCancelled | None
) -> BayesLimit | None:
    if not dataset.is_binary:
        return None
    return limit(
        dataset.flat(),
        test,
        DEFAULT_DRAWS,
        image_shape=dataset.image_shape,
        cancelled=cancelled,
    )
