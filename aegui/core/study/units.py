"""Units of work: the runs that one process trains, as recipes in JSON, and their execution.

Runs of one bucket are one population (see ``training/loop/population.py``), in pieces that fit into
the caches of a core; all others are trained one by one, as ``train`` does it.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.builtin import is_builtin
from aegui.core.data.load import load_data
from aegui.core.data.progress import stop_if
from aegui.core.errors import RecipeError
from aegui.core.evaluation.code_classes import code_accuracy
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.evaluation.outliers import outlier_auc
from aegui.core.evaluation.parts import HELD_OUT, LEARNT, wrong_by_part
from aegui.core.evaluation.run_figures import figures_of
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe import AugmentSpec, CorruptionSpec, DataSpec, SplitSpec
from aegui.core.recipe.file import recipe_from
from aegui.core.seeds import STUDY_NOISE_SEED
from aegui.core.study.noise_tests import NoiseTests, NoiseTrial, trial_seconds
from aegui.core.study.records import RunRecord
from aegui.core.study.settings import key_of
from aegui.core.training.cost import epoch_seconds, training_cost
from aegui.core.training.record.timeline import row_of
from aegui.core.training.step.members import bucket_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import RunResult
    from aegui.core.training.record.snapshot import Snapshot

FORMAT = "aegui-unit"
VERSION = 1
MAX_RUNS = 200
_WORKING_BYTES = 8 << 20
"""Size of a population's data for a step that still fits into a core's cache."""
FEWEST_RUNS = 20
"""Lower bound for the runs of one shape that are trained together, if there are as many."""
_REPORT_SECONDS = 0.5
"""Interval between reports of finished runs."""
_PROBE_SECONDS = 0.5
_TRAINING_SHARE = 0.9
"""Share of training in a unit's progress if its networks are tested too."""
_NOISY_ROUNDS = 32


@dataclass(frozen=True)
class Unit:
    """Runs that are trained together."""

    recipes: tuple[Recipe, ...]
    """One for each run; those of one shape are a population, one after the other."""
    work: float
    """Estimated seconds on one core."""
    tried: NoiseTests | None = None
    """What the networks are tested with after training."""

    def to_json(self) -> str:
        """Return the unit as one line of JSON."""
        recipes = [recipe.model_dump(mode="json") for recipe in self.recipes]
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "work": self.work}
        document["recipes"] = recipes
        if self.tried is not None:
            document["tried"] = self.tried.model_dump(mode="json")
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, where: str = "") -> Unit:
        """Parse the output of ``to_json``.

        Raises:
            RecipeError: The text is no unit.
        """
        try:
            document = from_json(text)
            if document["format"] != FORMAT or document["version"] != VERSION:
                raise ValueError
            recipes = tuple(recipe_from(one, where) for one in document["recipes"])
            tried = document.get("tried")
            noises = None if tried is None else NoiseTests.model_validate_json(json.dumps(tried))
            return cls(recipes, float(document["work"]), noises)
        except (KeyError, TypeError, ValueError):
            raise RecipeError(
                tr("{file} is not a unit of a study of this program.", file=where or "JSON")
            ) from None


def resolved_of(recipe: Recipe) -> ResolvedRecipe:
    """Resolve ``recipe`` with its samples, which are cached.

    Raises:
        AeguiError: The samples cannot be read, or the recipe cannot be trained on them.
    """
    resolution = resolve(recipe, _dataset_of(recipe))
    if resolution.resolved is None:
        problems = (f"{problem.where}: {problem.message}" for problem in resolution.problems)
        raise RecipeError(" ".join(problems))
    return resolution.resolved


def content_of(recipe: Recipe, dataset: Dataset | None = None) -> str:
    """Return the hash of the samples of ``recipe`` if a file holds them; empty for built-in ones.

    Args:
        recipe: Names the samples.
        dataset: The samples, if they have been read; the file may have changed since.

    Raises:
        AeguiError: The samples cannot be read.
    """
    if is_builtin(recipe.data.source):
        return ""
    return (_dataset_of(recipe) if dataset is None else dataset).content


def forget_files() -> None:
    """Clear the cache of samples that were read from files and folders."""
    _samples_of_file.cache_clear()


def data_key(recipe: Recipe) -> str:
    """Return a key of the samples that ``recipe`` names, before noise, augmentation and split."""
    defaults = {"corruption": CorruptionSpec(), "augment": AugmentSpec(), "split": SplitSpec()}
    return recipe.data.model_copy(update=defaults).model_dump_json()


def _dataset_of(recipe: Recipe) -> Dataset:
    data = data_key(recipe)
    return _samples(data) if is_builtin(recipe.data.source) else _samples_of_file(data)


def _loaded(data: str) -> Dataset:
    return load_data(DataSpec.model_validate_json(data))


_samples, _samples_of_file = (lru_cache(maxsize=8)(_loaded) for _ in range(2))


def units_of(recipes: Sequence[Recipe], jobs: int, tried: NoiseTests | None = None) -> list[Unit]:
    """Divide single runs into units so that ``jobs`` processes have about equal work.

    Args:
        recipes: The recipes of the runs.
        jobs: Number of processes.
        tried: What the networks are tested with after training.

    Raises:
        AeguiError: One of them cannot be trained.
    """
    from aegui.core.training.loop.population import trains_in_population

    buckets: dict[str, list[Recipe]] = {}
    resolved: dict[str, ResolvedRecipe] = {}
    alone: list[Unit] = []
    known: dict[str, bool] = {}
    for recipe in recipes:
        bucket = bucket_of(recipe)
        if bucket not in known:
            resolved[bucket] = resolved_of(recipe)
            known[bucket] = trains_in_population(resolved[bucket])
        if known[bucket]:
            buckets.setdefault(bucket, []).append(recipe)
        else:
            of_one = replace(resolved[bucket], recipe=recipe)
            seconds = _seconds(of_one, 1) * recipe.training.epochs + trial_seconds(of_one, tried)
            alone.append(Unit((recipe,), seconds, tried))
    total = sum(unit.work for unit in alone)
    each: dict[str, float] = {}
    for bucket, members in buckets.items():
        each[bucket], _ = seconds_together(resolved[bucket])
        total += each[bucket] * sum(one.training.epochs for one in members)
    units = alone
    for bucket, members in buckets.items():
        _, most = seconds_together(resolved[bucket])
        longest = max(one.training.epochs for one in members)
        # Small enough to keep all processes busy to the end, but not dominated by overhead.
        fair = total / (2 * jobs) / max(each[bucket] * longest, 1e-12) if jobs > 1 else most
        size = int(min(most, max(FEWEST_RUNS, fair)))
        count = -(-len(members) // size)
        for piece in np.array_split(np.arange(len(members)), count):
            piece_members = tuple(members[index] for index in piece)
            seconds = each[bucket] * sum(one.training.epochs for one in piece_members)
            seconds += len(piece_members) * trial_seconds(resolved[bucket], tried)
            units.append(Unit(piece_members, seconds, tried))
    return sorted(units, key=lambda unit: -unit.work)


def seconds_together(resolved: ResolvedRecipe) -> tuple[float, int]:
    """Return the seconds per epoch of one run in a population, and the population's size."""
    most = _most_together(resolved)
    return _seconds(resolved, most) / most, most


def _most_together(resolved: ResolvedRecipe) -> int:
    """Return the size of a population whose numbers fit into a core's cache."""
    noise = resolved.recipe.data.corruption
    rows = len(resolved.dataset) * (noise.copies if noise.kind != "none" else 1)
    rows = min(rows, resolved.recipe.training.batch_size or rows)
    values = sum(layer.inputs + layer.outputs for layer in resolved.layers)
    size = 4 * (4 * resolved.parameters + 2 * rows * values)
    return int(min(MAX_RUNS, max(FEWEST_RUNS, _WORKING_BYTES // max(1, size))))


def _seconds(resolved: ResolvedRecipe, runs: int) -> float:
    """Return the seconds per epoch of ``runs`` runs together."""
    recipe = resolved.recipe.model_copy(update={"runs": runs})
    return epoch_seconds(replace(resolved, recipe=recipe))


def run_unit(
    unit: Unit,
    wait: Callable[[], bool] = lambda: False,
    report_share: Callable[[float], None] = lambda share: None,
    spare_cores: int = 0,
) -> Iterator[list[RunRecord]]:
    """Run ``unit``; yield finished runs in groups, and empty groups in between.

    Args:
        unit: The runs.
        wait: Polled now and then; work pauses while it returns True.
        report_share: Called with the share of the unit that is done.
        spare_cores: Cores that a large network leaves to others.

    Raises:
        AeguiError: One of them cannot be trained.
    """
    populations = _populations(unit)
    # Within a unit, the number of epochs is the only known measure of cost.
    epochs = [sum(one.training.epochs for one in part.recipes) for part in populations]
    before, total = 0, max(1, sum(epochs))
    for part, part_epochs in zip(populations, epochs, strict=True):

        def report_epoch(share: float, start: int = before, part_epochs: int = part_epochs) -> None:
            report_share((start + share * part_epochs) / total)

        yield from _done(part, wait, report_epoch, spare_cores)
        before += part_epochs


def _populations(unit: Unit) -> list[Unit]:
    """Split ``unit`` into units of runs that are trained together, or of one run."""
    from aegui.core.training.loop.population import trains_in_population

    buckets: dict[str, list[Recipe]] = {}
    for recipe in unit.recipes:
        buckets.setdefault(bucket_of(recipe), []).append(recipe)
    found = []
    for members in buckets.values():
        if len(members) > 1 and not trains_in_population(resolved_of(members[0])):
            found += [replace(unit, recipes=(recipe,)) for recipe in members]
        else:
            found.append(replace(unit, recipes=tuple(members)))
    return found


def _done(
    unit: Unit, wait: Callable[[], bool], report_share: Callable[[float], None], spare_cores: int
) -> Iterator[list[RunRecord]]:
    """Run one population, or a single run."""
    from aegui.core.training.loop.population import trains_in_population

    resolved = resolved_of(unit.recipes[0])
    if trains_in_population(resolved):
        yield from _together(unit, wait, report_share)
    else:
        yield from _alone(unit, resolved, wait, report_share, spare_cores)


def pace(
    unit: Unit, seconds: float = _PROBE_SECONDS, cancelled: IsCancelled | None = None
) -> float:
    """Measure by a short trial how many times longer than estimated ``unit`` takes.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    from aegui.core.training.loop.population import Population, trains_in_population
    from aegui.core.training.loop.probe import probed

    resolved = resolved_of(unit.recipes[0])
    if not trains_in_population(resolved):
        cost = training_cost(resolved, 0)
        tried = probed(resolved, cost, cancelled or (lambda: False))
        stop_if(cancelled)
        return tried.seconds / max(cost.seconds, 1e-9)
    population = Population(resolved, unit.recipes)
    stop_if(cancelled)
    steps = population.run()
    next(steps)  # The first step includes compilation
    stop_if(cancelled)
    left, begun = population.left, time.perf_counter()
    for _ in steps:
        if time.perf_counter() - begun > seconds:
            break
    share = (left - population.left) / population.total
    elapsed = time.perf_counter() - begun
    return elapsed / max(share * unit.work, 1e-9) if share else 1.0


def _together(
    unit: Unit, wait: Callable[[], bool], report_share: Callable[[float], None]
) -> Iterator[list[RunRecord]]:
    from aegui.core.training.loop.population import Population

    resolved = resolved_of(unit.recipes[0])
    population = Population(resolved, unit.recipes)
    ended: list[RunRecord] = []
    due = time.monotonic() + _REPORT_SECONDS
    share = 1.0 if unit.tried is None else _TRAINING_SHARE
    for learnt in population.run(wait):
        if learnt is not None:
            recipe = unit.recipes[learnt.run]
            of_run = replace(resolved, recipe=recipe)
            ended.append(_record(of_run, learnt.result, learnt.reason, learnt.history, learnt.row))
        elif time.monotonic() >= due:
            report_share(share * (1.0 - population.left / population.total))
            yield from with_noise_tests(ended, resolved, unit.tried, wait)
            ended = []
            due = time.monotonic() + _REPORT_SECONDS
    yield from with_noise_tests(ended, resolved, unit.tried, wait)
    report_share(1.0)
    yield []


def with_noise_tests(
    records: list[RunRecord],
    resolved: ResolvedRecipe,
    tried: NoiseTests | None,
    wait: Callable[[], bool] = lambda: False,
) -> Iterator[list[RunRecord]]:
    """Test the networks of ``records``; yield empty lists, then the records with their figures.

    Args:
        records: Runs of one shape, with their weights.
        resolved: The recipe of any of them.
        tried: What they are tested with; None skips the test.
        wait: Polled now and then; work pauses while it returns True.
    """
    from aegui.core.latent.codec import Codec

    if tried is None or not records:
        yield records
        return
    recipe, dataset = resolved.recipe.model_copy(update={"runs": 1}), resolved.dataset
    codecs = [
        Codec(recipe, dataset.image_shape, snapshot_of_row(resolved, record.row))
        for record in records
    ]
    trial = NoiseTrial(codecs, dataset, tried)
    due = time.monotonic() + _REPORT_SECONDS
    for _ in trial.run():
        while wait():
            yield []
        if time.monotonic() >= due:
            due = time.monotonic() + _REPORT_SECONDS
            yield []
    yield [
        replace(
            record,
            figures={**record.figures, **trial.figures(index)},
            tried_by=tried.key,
            tried=trial.wrong[index],
        )
        for index, record in enumerate(records)
    ]


def _alone(
    unit: Unit,
    resolved: ResolvedRecipe,
    wait: Callable[[], bool],
    report_share: Callable[[float], None],
    spare_cores: int,
) -> Iterator[list[RunRecord]]:
    from aegui.core.training.loop.control import Control
    from aegui.core.training.loop.train import train

    training = None
    share = 1.0 if unit.tried is None else _TRAINING_SHARE
    for training in train(resolved, Control(timeline_bytes=0, spare_cores=spare_cores)):
        report_share(share * training.position / training.epochs)
        yield []
        while wait():
            time.sleep(0.05)
            yield []
    assert training is not None, "train() yields before its first step"
    result = training.result()
    view = result.history
    history = {
        "epoch": view.epoch,
        "loss": view.loss[:, 0],
        "wrong_mean": view.wrong_mean[:, 0],
        **{key: column[:, 0] for key, column in view.extra.items()},
    }
    row = row_of(result.snapshot, resolved)
    record = _record(resolved, result.runs[0], result.reason, history, row)
    yield from with_noise_tests([record], resolved, unit.tried, wait)


def _record(
    resolved: ResolvedRecipe, result: RunResult, reason: str, history: Any, row: Any
) -> RunRecord:
    from aegui.core.latent.codec import Codec

    recipe, dataset = resolved.recipe, resolved.dataset
    codec = Codec(recipe, dataset.image_shape, snapshot_of_row(resolved, row))
    figures = _figures(resolved, result, history)
    if recipe.data.corruption.kind != "none" and result.wrong_pixels:
        figures["wrong_noisy"] = _wrong_noisy(codec, dataset, recipe.data.corruption)
    if recipe.is_autoencoder:
        shares = {
            "knn_accuracy": code_accuracy(codec, dataset, recipe.data.split),
            "strangers": outlier_auc(codec, dataset),
        }
        figures |= {key: share for key, share in shares.items() if share is not None}
    columns = {key: column for key, column in history.items() if key not in _NOT_RECORDED}
    return RunRecord(
        key_of(recipe, content_of(recipe, dataset)),
        recipe.seed,
        reason,
        figures,
        result.wrong_pixels,
        columns,
        row,
    )


_NOT_RECORDED = {"wrong_max", "share_at_most_1"}


def _figures(resolved: ResolvedRecipe, result: RunResult, history: Any) -> dict[str, float]:
    """Return every figure that this run has."""
    found = {**figures_of(result), "parameters": float(resolved.parameters)}
    if result.wrong_pixels:
        split = resolved.recipe.data.split
        parts = wrong_by_part(result.wrong_pixels, len(resolved.dataset), split)
        for key in (LEARNT, HELD_OUT):
            if key in parts:
                found[f"wrong_{key}"] = float(parts[key].mean())
    indices = np.flatnonzero(np.asarray(history["epoch"]) == result.best_epoch)
    for key in ("validation_loss", "accuracy", "validation_accuracy"):
        if key in history and len(indices):
            found[key] = float(history[key][indices[0]])
    return found


def _wrong_noisy(codec: Codec, dataset: Dataset, noise: CorruptionSpec) -> float:
    """Return the mean wrong pixels of the answers to noisy samples."""
    rounds = max(1, min(_NOISY_ROUNDS, 4096 // len(dataset)))
    generator = np.random.default_rng(STUDY_NOISE_SEED)
    wrong = [
        wrong_pixels(batch.clean, codec.reconstruct(batch.noisy))
        for batch in noisy_batches(dataset, noise, rounds, generator)
    ]
    return float(np.concatenate(wrong).mean())


def snapshot_of_rows(resolved: ResolvedRecipe, rows: Sequence[Any]) -> Snapshot:
    """Combine the weights of several runs of one shape into a population's snapshot."""
    from aegui.core.training.record.snapshot import LayerWeights, Snapshot

    each = [snapshot_of_row(resolved, row) for row in rows]

    def joined(stacks: Sequence[tuple[LayerWeights, ...]]) -> tuple[LayerWeights, ...]:
        return tuple(
            LayerWeights(
                {
                    name: np.concatenate([layer.tensors[name] for layer in layers])
                    for name in layers[0].tensors
                }
            )
            for layers in zip(*stacks, strict=True)
        )

    parts = {name: joined([one.parts[name] for one in each]) for name in each[0].parts}
    return Snapshot(0, joined([one.layers for one in each]), parts)


def snapshot_of_row(resolved: ResolvedRecipe, row: Any) -> Snapshot:
    """Return the weights of one run from their row."""
    from aegui.core.training.record.timeline import TimelineFrame, TimelineView

    frame = TimelineFrame(0.0, np.asarray(row, np.float32))
    return TimelineView(resolved, 1, (frame,)).snapshot_of(frame)
