"""The noise matrix: networks trained with each of several noises, tested with each of several.

The matrix is a study with the training noise as its axis, whose networks are tested with noises.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import write_atomically
from aegui.core.choices import Choice, table
from aegui.core.cost import Cost
from aegui.core.data.builtin import glyph_set_names
from aegui.core.data.corruption import corrupted, corruption_key, noise_of
from aegui.core.data.dataset import same_data
from aegui.core.data.load import load_data
from aegui.core.data.progress import Progress
from aegui.core.data.writers import encode_dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.limits import BayesLimit, limit_of
from aegui.core.evaluation.run_figures import TESTED_FIGURES, tested_figure
from aegui.core.evaluation.spread import deviation
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import mark, tr, trn
from aegui.core.latent.codec import Codec
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe import MAX_RUNS, CorruptionSpec, GoalsSpec, Recipe
from aegui.core.study.noise_tests import DRAWS, MAX_NOISES, NoiseTests, tested_of, trial_seconds
from aegui.core.study.plan import AxisRow, Seeds, StudyAxis, StudyPlan
from aegui.core.study.records import Records
from aegui.core.study.study import Study
from aegui.core.study.units import seconds_together, snapshot_of_rows
from aegui.core.study.workers import StudyControl, fitting_jobs, with_start, workers_for
from aegui.core.training.cost import epoch_seconds, training_cost
from aegui.core.training.length import BATCH
from aegui.paths import user_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import TrainingSpec
    from aegui.core.study.records import RunRecord
    from aegui.core.study.results import StudyResult
    from aegui.core.training.record.snapshot import Snapshot

FIGURES = table(
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
"""The figures of every cell."""

LEVELS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Default levels of a matrix."""
MAX_SAMPLES = 2_000
"""Default upper bound for the samples of a study; a larger set is subsampled."""
AXIS = mark("noise of the training")
_NAME = mark("Noise matrix")
_DATA_FOLDER = "data"
_STEPS = 1000
_FIXED_NUMBERS = 1 << 28
"""Upper bound for the numbers in noisy copies drawn once: a gigabyte of memory."""
_MAX_AT_ONCE = 1 << 20
"""Upper bound for the numbers in all samples of all networks for full-batch steps."""
_ENOUGH_STEPS = 3_000
"""Mini-batch steps after which networks can be compared."""


@dataclass(frozen=True)
class MatrixSpec:
    """What to train and what to test."""

    training: tuple[CorruptionSpec, ...]
    """Noises that networks are trained with, one a row."""
    tests: tuple[CorruptionSpec, ...]
    """Noises that they are tested with, one a column."""
    seeds: int = 5
    """Networks for each row."""
    draws: int = DRAWS
    """Noisy characters that each network gets in each column, the same number of each."""
    seed: int = 0
    """Seed of the test noise."""
    epochs: int | None = None
    """Epochs of each training; None takes those of the recipe."""
    copies: int | None = None
    """Noisy copies of each sample in an epoch; None takes those of the recipe."""
    samples: int = MAX_SAMPLES
    """Upper bound for the samples used; a larger set is subsampled at random."""

    @classmethod
    def square(cls, kind: str, levels: Sequence[float] = LEVELS, seeds: int = 5) -> MatrixSpec:
        """Return the matrix of every level of one kind of noise against every other."""
        specs = tuple(noise_of(kind, level) for level in levels)
        return cls(specs, specs, seeds)


@dataclass(frozen=True, eq=False)
class MatrixFigure:
    """One figure of all cells."""

    mean: NDArray[np.float64]
    """Over the seeds, float64 ``[R, C]``."""
    deviation: NDArray[np.float64]
    """Standard deviation over the seeds, float64 ``[R, C]``; NaN of a single one."""


@dataclass(frozen=True, eq=False)
class Strip:
    """Each character once, as one network of a cell sees and repairs it."""

    clean: NDArray[np.float32]
    """float32 ``[N, D]``."""
    noisy: NDArray[np.float32]
    """float32 ``[N, D]``."""
    answer: NDArray[np.float32]
    """Outputs of the network, float32 ``[N, D]``."""
    wrong: NDArray[np.int64]
    """Wrong pixels of each answer, int64 ``[N]``."""


@dataclass(frozen=True, eq=False)
class NoiseMatrix:
    """Networks of R noises times S seeds, tested with C noises on N characters."""

    spec: MatrixSpec
    """What was trained and tested."""
    recipe: Recipe
    """The recipe of the population."""
    dataset: Dataset
    """The N characters; of a set with more samples than draws, a random subset."""
    wrong: NDArray[np.float64]
    """Mean wrong pixels per character, float64 ``[R, C, S]``."""
    at_most_1: NDArray[np.float64]
    """Share of the answers with at most 1 wrong pixel, float64 ``[R, C, S]``."""
    exact: NDArray[np.float64]
    """Share of those without one, float64 ``[R, C, S]``."""
    per_sample: NDArray[np.float64]
    """Mean wrong pixels of each character, float64 ``[R, C, S, N]``."""
    limits: tuple[BayesLimit | None, ...]
    """Wrong pixels of the best possible answers in each column; None where unknown."""
    snapshot: Snapshot
    """The weights of all networks, those of a row side by side."""
    seconds: float
    """Duration; runs that existed already took none."""
    note: str = ""
    """What was reduced to fit into memory, samples or batches; empty if nothing."""
    reused: int = 0
    """Number of networks that existed already."""
    study: StudyResult | None = None
    """The underlying study, with a setting for each row, or None."""

    def figure(self, key: str) -> MatrixFigure:
        """Return one of ``FIGURES`` by its key."""
        values: NDArray[np.float64] = getattr(self, FIGURES[key].key)
        return MatrixFigure(values.mean(axis=2), deviation(values, 2))

    def codec(self, row: int, seed: int = 0) -> Codec:
        """Return the network of a row and of the seed with index ``seed``."""
        run = row * self.spec.seeds + seed
        return Codec(self.recipe, self.dataset.image_shape, self.snapshot, run)

    def strip(self, row: int, column: int, seed: int = 0, noise_seed: int = 0) -> Strip:
        """Apply the noise of a column to every character once, and a network's answers to it."""
        clean = self.dataset.flat()
        spec = self.spec.tests[column]
        noisy = corrupted(clean, spec, noise_seed, self.dataset.image_shape)
        answer = self.codec(row, seed).reconstruct(noisy)
        return Strip(clean, noisy, answer, wrong_pixels(clean, answer))

    def characters(self, row: int, column: int) -> MatrixFigure:
        """Return the wrong pixels of each character ``[N]`` in one cell."""
        values = self.per_sample[row, column]
        return MatrixFigure(values.mean(axis=0), deviation(values, 0))


def matrix_folder() -> Path:
    """Return the default folder for the networks of matrices."""
    return user_data_dir() / "studies" / "noise-matrix"


def noise_matrix(
    recipe: Recipe,
    dataset: Dataset,
    spec: MatrixSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    *,
    folder: Path | None = None,
    jobs: int = 1,
) -> NoiseMatrix:
    """Train and test all networks of a matrix, except those that are in ``folder`` already.

    Goals of the recipe are ignored, so that all networks train equally long. The best weights are
    those with the lowest loss on noise of the training's kind and level.

    Args:
        recipe: Network and training; its noise gives ``fresh`` and the number of copies.
        dataset: The characters.
        spec: The noises.
        report: Called with the progress.
        cancelled: Polled now and then; the work stops when it returns true.
        folder: Where the networks are stored and found again; None stores nothing.
        jobs: Upper bound for the number of processes.

    Raises:
        AeguiError: There is nothing to train, or the recipe cannot be trained.
        Cancelled: ``cancelled`` returned true.
    """
    total = len(dataset)
    dataset = tested_of(dataset, spec.samples)
    learnt = _learnt_from(recipe, dataset, spec)
    progress = Progress(_STEPS, _words, report, cancelled)
    with _home(folder) as home:
        plan = _plan(learnt.recipe, dataset, spec, home)
        records = Records(folder)
        study = Study(plan, home, records)
        records.begin(plan)
        try:
            seconds = matrix_cost(recipe, dataset, spec, jobs).seconds
            _run(study, fitting_jobs(seconds, jobs), progress)
        finally:
            records.end()
        result = study.result()
        keys = [[run.key for run in cell.runs] for cell in result.cells]
        found = {run.key: run for run in records.several([key for row in keys for key in row])}
    runs = [[found[key] for key in row] for row in keys]
    tried = tested_of(dataset, spec.draws)
    limits = []
    for test in spec.tests:
        progress.reached(_STEPS - 1)
        limits.append(limit_of(tried, test, cancelled=cancelled))
    progress.reached(_STEPS)
    each = {key: _figure(runs, key, spec) for key in TESTED_FIGURES}
    rows = [run.row for row in runs for run in row]
    per_sample = np.array([[run.tried for run in row] for row in runs], np.float64)
    return NoiseMatrix(
        spec,
        learnt.recipe.model_copy(update={"runs": len(rows)}),
        tried,
        each["wrong"],
        each["at_most_1"],
        each["exact"],
        per_sample.transpose(0, 2, 1, 3),
        tuple(limits),
        snapshot_of_rows(learnt, rows),
        result.seconds,
        _note(learnt, recipe, total),
        result.reused,
        result,
    )


def _run(study: Study, jobs: int, progress: Progress) -> None:
    """Run the missing runs."""
    workers, control = workers_for(jobs), StudyControl()
    try:
        for news in study.run(workers, control):
            progress.reached(int(news.share * (_STEPS - 1)))
    finally:
        workers.close()


def _figure(runs: Sequence[Sequence[RunRecord]], key: str, spec: MatrixSpec) -> NDArray[np.float64]:
    """Return one figure of all cells and seeds, ``[R, C, S]``."""
    keys = [tested_figure(key, test) for test in spec.tests]
    rows = [[[run.figures[one] for run in row] for one in keys] for row in runs]
    return np.array(rows, np.float64)


@contextmanager
def _home(folder: Path | None) -> Iterator[Path]:
    """Yield the folder of the study; a temporary one if ``folder`` is None."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="aegui-study-") as name:
        yield Path(name)


def _plan(recipe: Recipe, dataset: Dataset, spec: MatrixSpec, home: Path) -> StudyPlan:
    """Return the matrix as a study."""
    rows = tuple(
        AxisRow(
            label=corruption_key(noise),
            set={"data.corruption.kind": noise.kind, "data.corruption.level": noise.level},
        )
        for noise in spec.training
    )
    tried = NoiseTests(noises=spec.tests, draws=spec.draws, seed=spec.seed)
    middle = spec.tests[len(spec.tests) // 2]
    return StudyPlan(
        name=_NAME,
        recipe=_with_data(recipe, dataset, home).model_dump(mode="json"),
        axes=(StudyAxis(label=AXIS, rows=rows),),
        seeds=Seeds(first=recipe.seed, count=spec.seeds),
        figure=tested_figure("wrong", middle),
        tried=tried,
    )


def _with_data(recipe: Recipe, dataset: Dataset, home: Path) -> Recipe:
    """Return ``recipe`` with a source that any process can load ``dataset`` from.

    That is its own source where possible, else a file written to ``home``.
    """
    if recipe.data.source in glyph_set_names() and same_data(load_data(recipe.data), dataset):
        return recipe
    content = encode_dataset(dataset, "npz")
    path = home.resolve() / _DATA_FOLDER / f"{dataset.content[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    no_selection = {"chars": None, "labels": None, "names": None, "count": None}
    data = recipe.data.model_copy(update={"source": str(path), **no_selection})
    return recipe.model_copy(update={"data": data})


def matrix_cost(recipe: Recipe, dataset: Dataset, spec: MatrixSpec, jobs: int = 1) -> Cost:
    """Estimate the cost of training and testing the networks of a matrix on ``jobs`` processes.

    Raises:
        AeguiError: There is nothing to train, or the recipe cannot be trained.
    """
    from aegui.core.training.loop.population import trains_in_population

    learnt = _learnt_from(recipe, tested_of(dataset, spec.samples), spec)
    runs, epochs = spec.seeds * len(spec.training), learnt.recipe.training.epochs
    if trains_in_population(learnt):
        each, together = seconds_together(learnt)
        together = min(together, runs)
    else:
        each, together = epoch_seconds(learnt), 1
    tried = NoiseTests(noises=spec.tests, draws=spec.draws, seed=spec.seed)
    seconds = runs * (epochs * each + trial_seconds(learnt, tried))
    jobs = min(fitting_jobs(seconds / jobs, jobs), -(-runs // together))
    population = learnt.recipe.model_copy(update={"runs": together})
    memory = training_cost(replace(learnt, recipe=population), timeline_bytes=0).memory
    results = 8 * runs * len(spec.tests) * min(spec.draws, len(learnt.dataset))
    parameters = runs * learnt.parameters
    memory = {key: jobs * size for key, size in memory.items()} | {"work": results}
    memory["kept"] += 4 * parameters
    return Cost(with_start(seconds / jobs, jobs), memory, parameters=parameters)


def _note(resolved: ResolvedRecipe, recipe: Recipe, total: int) -> str:
    """Return a translated note on what was reduced to fit into memory; empty if nothing."""
    training, count = resolved.recipe.training, len(resolved.dataset)
    parts = []
    if count < total:
        parts.append(tr("learnt from {n:,} of {whole:,} samples", n=count, whole=total))
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


def _words(done: int, total: int) -> str:
    return tr("Trained and tested: {share:.0%}", share=done / total)


def _check(recipe: Recipe, spec: MatrixSpec) -> None:
    if not recipe.is_autoencoder:
        raise AeguiError(
            tr("A noise matrix is for autoencoders: a GAN or a classifier does not denoise.")
        )
    if not 1 <= len(spec.training) <= MAX_NOISES or not 1 <= len(spec.tests) <= MAX_NOISES:
        raise AeguiError(
            tr("A noise matrix has from 1 to {most} rows and columns.", most=MAX_NOISES)
        )
    if not 1 <= spec.seeds * len(spec.training) <= MAX_RUNS or spec.seeds < 1 or spec.draws < 1:
        raise AeguiError(tr("A noise matrix needs at least one seed and one draw."))


def _learnt_from(recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> ResolvedRecipe:
    """Return the resolved recipe of one network, with the first noise that is not "none"."""
    _check(recipe, spec)
    noise = recipe.data.corruption
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
    if training.batch_size is None and runs * len(dataset) * dataset.pixels > _MAX_AT_ONCE:
        # Copies are for small sets; of many samples each comes once in an epoch.
        shared = shared.model_copy(update={"copies": spec.copies or 1})
        training = _in_batches(training, len(dataset), keep=spec.epochs is not None)
    data = recipe.data.model_copy(update={"corruption": shared})
    changes = {"data": data, "training": training, "runs": 1, "name": "", "notes": ""}
    one = Recipe.model_validate(recipe.model_copy(update=changes).model_dump())
    resolution = resolve(one, dataset)
    if resolution.resolved is None:
        raise AeguiError(" ".join(problem.message for problem in resolution.problems[:1]))
    _check_memory(one, dataset)
    return resolution.resolved


def _in_batches(training: TrainingSpec, rows: int, *, keep: bool) -> TrainingSpec:
    """Return ``training`` with mini-batches, and unless ``keep`` with epochs to match."""
    steps = -(-rows // BATCH)
    enough = min(training.epochs, max(1, _ENOUGH_STEPS // steps))
    epochs = training.epochs if keep else enough
    return training.model_copy(update={"batch_size": BATCH, "epochs": epochs})


def _check_memory(recipe: Recipe, dataset: Dataset) -> None:
    noise = recipe.data.corruption
    numbers = noise.copies * len(dataset) * dataset.pixels
    if not noise.fresh and numbers > _FIXED_NUMBERS:
        raise AeguiError(
            tr(
                "The {n} noisy copies of each sample, drawn once, do not fit into memory: draw "
                "the noise anew at every epoch, or take fewer samples.",
                n=noise.copies,
            )
        )
