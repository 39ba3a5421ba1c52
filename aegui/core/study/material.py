"""The data for the figures of a study: histories, networks of its settings, level lines."""

from __future__ import annotations

from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_SETS, load_builtin
from aegui.core.data.progress import stop_if
from aegui.core.evaluation.limits import limit_of
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import tr, trn
from aegui.core.latent.codec import Codec
from aegui.core.latent.pca import fit_pca
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import evenly_spaced
from aegui.core.study.noise_tests import tested_of
from aegui.core.study.results import compared_by, goal_words
from aegui.core.study.units import content_of, data_key, resolved_of, snapshot_of_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.study.records import Records, RunRecord
    from aegui.core.study.results import StudyCell, StudyResult

MAX_CURVES = 64
"""Histories are read for this many settings, the first ones."""
MAX_NETWORKS = 36
"""Networks are read for this many settings, the first ones."""
_MAX_EPOCHS = 400
_MAX_SAMPLES = 4096
_MAX_CODES = 2_000
_FEWEST_ANSWERS = 14
_ANSWER_NUMBERS = 1 << 20
"""Upper bound for the pixels of the answers kept of each network."""
_FONTS = ("symbols", "uppercase", "lowercase")
_FONT_SHAPE = (1, 7, 5)


@dataclass(frozen=True, eq=False)
class SettingCurves:
    """Recorded columns of the runs of a setting, at common epochs."""

    index: int
    """Index of the setting in ``StudyResult.cells``."""
    epochs: NDArray[np.float64]
    """Epochs of the values, float64 ``[n]``."""
    columns: Mapping[str, NDArray[np.float64]]
    """Name -> values of each run, ``[n, K]``. A run that ended earlier keeps its last value."""

    def mean(self, column: str) -> NDArray[np.float64]:
        """Return the mean of the finite values at each epoch, ``[n]``; NaN where there is none."""
        values = self.columns[column]
        is_finite = np.isfinite(values)
        count = is_finite.sum(axis=1)
        sums = values.sum(axis=1, where=is_finite)
        return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


@dataclass(frozen=True, eq=False)
class SettingNetwork:
    """One network of a setting: the median of its seeds by the figure compared."""

    index: int
    """Index of the setting in ``StudyResult.cells``."""
    seed: int
    """Seed of the run."""
    dataset: Dataset
    """The set it was trained on."""
    coded: NDArray[np.int64]
    """Indices of the samples in ``codes``, ``[n]``."""
    codes: NDArray[np.float32]
    """Their codes with the best weights, float32 ``[n, d]``."""
    answered: NDArray[np.int64]
    """Indices of the samples in ``answers``, ``[m]``."""
    answers: NDArray[np.float32]
    """The network's answers to them, float32 ``[m, C, H, W]`` in 0..1."""


@dataclass(frozen=True, eq=False)
class StudyMaterial:
    """The data of a study for its figures."""

    result: StudyResult
    """Its settings with their figures."""
    curves: tuple[SettingCurves, ...] = ()
    """Histories of up to ``MAX_CURVES`` settings; empty if not read."""
    networks: tuple[SettingNetwork, ...] = ()
    """Networks of up to ``MAX_NETWORKS`` settings; empty if not read."""
    levels: Mapping[str, tuple[tuple[float, str], ...]] = field(default_factory=dict)
    """Figure -> reference values and their names."""


def study_material(
    result: StudyResult,
    records: Records,
    *,
    curves: bool = True,
    networks: bool = True,
    cancelled: IsCancelled | None = None,
) -> StudyMaterial:
    """Read from ``records`` what the figures of ``result`` need.

    Raises:
        AeguiError: A file cannot be read any more.
        Cancelled: ``cancelled`` returned true.
    """
    return StudyMaterial(
        result,
        _curves(result, records, cancelled) if curves else (),
        _networks(result, records, cancelled) if networks else (),
        level_lines(result, cancelled),
    )


def _curves(
    result: StudyResult, records: Records, cancelled: IsCancelled | None
) -> tuple[SettingCurves, ...]:
    cells = result.cells[:MAX_CURVES]
    # Another program may have restarted the study in the folder.
    keys = [run.key for cell in cells for run in cell.runs if run.key in records]
    histories: dict[str, Mapping[str, NDArray[np.floating]]] = {}
    for record in records.several(keys):
        stop_if(cancelled)
        if len(record.history.get("epoch", ())):
            histories[record.key] = record.history
    found = []
    for index, cell in enumerate(cells):
        of_cell = [histories[run.key] for run in cell.runs if run.key in histories]
        if of_cell:
            found.append(_together(index, of_cell))
    return tuple(found)


def _together(index: int, histories: Sequence[Mapping[str, NDArray[np.floating]]]) -> SettingCurves:
    epochs = np.unique(np.concatenate([history["epoch"] for history in histories])).astype(
        np.float64
    )
    epochs = epochs[evenly_spaced(len(epochs), _MAX_EPOCHS)]
    names = [
        name for name in histories[0] if name != "epoch" and all(name in one for one in histories)
    ]
    columns = {
        name: np.column_stack(
            [
                np.interp(epochs, one["epoch"], np.asarray(one[name], np.float64))
                for one in histories
            ]
        )
        for name in names
    }
    return SettingCurves(index, epochs, columns)


def _networks(
    result: StudyResult, records: Records, cancelled: IsCancelled | None
) -> tuple[SettingNetwork, ...]:
    key = compared_by(result.plan)
    middle: dict[str, tuple[int, StudyCell]] = {}
    for index, cell in enumerate(result.cells[:MAX_NETWORKS]):
        run = middle_run(cell, key)
        if run is not None and run.key in records:
            middle[run.key] = index, cell
    found = []
    for record in records.several(middle):
        stop_if(cancelled)
        index, cell = middle[record.key]
        resolved = resolved_of(cell.setting.run(record.seed))
        if record.row is not None and resolved.recipe.gan is None:
            shape = resolved.dataset.image_shape
            codec = Codec(resolved.recipe, shape, snapshot_of_row(resolved, record.row))
            found.append(_network(index, record.seed, codec, resolved.dataset))
    return tuple(sorted(found, key=lambda one: one.index))


def _network(index: int, seed: int, codec: Codec, dataset: Dataset) -> SettingNetwork:
    coded = evenly_spaced(len(dataset), _MAX_CODES)
    codes = np.nan_to_num(codec.encode(np.asarray(dataset.flat()[coded], np.float32)))
    most = max(_FEWEST_ANSWERS, _ANSWER_NUMBERS // dataset.pixels)
    answered = evenly_spaced(len(dataset), most)
    rows = np.asarray(dataset.flat()[answered], np.float32)
    answers = np.clip(np.nan_to_num(codec.reconstruct(rows)), 0.0, 1.0).astype(np.float32)
    shape = (len(answered), *dataset.image_shape)
    return SettingNetwork(index, seed, dataset, coded, codes, answered, answers.reshape(shape))


def middle_run(cell: StudyCell, key: str) -> RunRecord | None:
    """Return the run with the median of a figure, or None if no run has it."""
    known = [run for run in cell.runs if np.isfinite(run.figures.get(key, np.nan))]
    known.sort(key=lambda run: run.figures[key])
    return known[(len(known) - 1) // 2] if known else None


def level_lines(
    result: StudyResult, cancelled: IsCancelled | None = None
) -> dict[str, tuple[tuple[float, str], ...]]:
    """Return reference values for the figures of a study: goal, a linear code, Bayes limit.

    The last two are included only if they are the same for all settings.
    """
    found: dict[str, tuple[tuple[float, str], ...]] = {}
    goal = result.plan.goal
    if goal is not None:
        bound = goal.at_most if goal.at_most is not None else goal.at_least
        assert bound is not None, "a goal has one of them"
        found[goal.figure] = ((bound, tr("Goal: {goal}", goal=goal_words(result.plan))),)
    recipes = [cell.setting.recipe for cell in result.cells]
    if len({data_key(recipe) for recipe in recipes}) != 1:
        return found
    stop_if(cancelled)
    recipe = recipes[0]
    sizes = {one.network.latent.units for one in recipes}
    if len(sizes) == 1 and any(cell.has("wrong") for cell in result.cells):
        (size,) = sizes
        value = _linear_wrong(recipe, size, content_of(recipe))
        linear = trn("PCA, {n} number", "PCA, {n} numbers", size)
        found["wrong"] = (*found.get("wrong", ()), (value, linear))
    noises = {one.data.corruption.model_copy(update={"copies": 1}) for one in recipes}
    if len(noises) == 1 and any(cell.has("wrong_noisy") for cell in result.cells):
        least = least_wrong(recipe, recipe.data.corruption)
        if least is not None:
            lines = found.get("wrong_noisy", ())
            found["wrong_noisy"] = (*lines, (least, tr("Bayes limit")))
    return found


@lru_cache(maxsize=16)
def _linear_wrong(recipe: Recipe, size: int, _content: str) -> float:
    """Return the wrong pixels of PCA with as many components as the code has numbers."""
    rows = tested_of(resolved_of(recipe).dataset, _MAX_SAMPLES).flat()
    pca = fit_pca(rows, size)
    return float(wrong_pixels(rows, pca.decode(pca.encode(rows))).mean())


def least_wrong(recipe: Recipe, noise: CorruptionSpec) -> float | None:
    """Return the Bayes limit of wrong pixels on the samples of ``recipe``, if it is known.

    Raises:
        AeguiError: The samples cannot be read.
    """
    return _least_wrong(recipe, noise, content_of(recipe))


@lru_cache(maxsize=64)
def _least_wrong(recipe: Recipe, noise: CorruptionSpec, _content: str) -> float | None:
    best = limit_of(resolved_of(recipe).dataset, noise)
    return None if best is None else best.mean


def fonts_of(dataset: Dataset) -> tuple[str, ...]:
    """Return the built-in character set that each sample is from; for other sets its class."""
    if dataset.image_shape != _FONT_SHAPE:
        return dataset.labels
    known = _font_of_glyph()
    return tuple(
        known.get((label, image.tobytes()), tr("others"))
        for label, image in zip(dataset.labels, np.asarray(dataset.images) > 0.5, strict=True)
    )


def _font_of_glyph() -> dict[tuple[str, bytes], str]:
    found: dict[tuple[str, bytes], str] = {}
    for key in _FONTS:
        dataset = load_builtin(key)
        for label, image in zip(dataset.labels, np.asarray(dataset.images) > 0.5, strict=True):
            found[label, image.tobytes()] = tr(BUILTIN_SETS[key].label)
    return found


@dataclass(frozen=True, eq=False)
class ErrorsBy:
    """Wrong pixels of settings by font, class or character."""

    indices: tuple[int, ...]
    """Indices of the settings in ``StudyResult.cells``."""
    names: tuple[str, ...]
    """Names of the columns."""
    mean: NDArray[np.float64]
    """Wrong pixels, over samples and seeds, float64 ``[settings, columns]``; NaN if none."""


def errors_by(result: StudyResult, *, fonts: bool, most: int) -> ErrorsBy | None:
    """Compute the mean wrong pixels by font (or class), or by character.

    Args:
        result: The study.
        fonts: Group by font or class; else by single sample.
        most: Upper bound for the number of columns.

    Returns:
        None if no run has counted wrong pixels, or there are more columns.
    """
    rows: list[tuple[int, dict[str, float]]] = []
    columns: dict[str, None] = {}
    for index, cell in enumerate(result.cells[:MAX_CURVES]):
        dataset = resolved_of(cell.setting.recipe).dataset
        wrong = [run.wrong for run in cell.runs if len(run.wrong) == len(dataset)]
        if not wrong:
            continue
        mean = np.mean(wrong, axis=0)
        names = np.array(fonts_of(dataset) if fonts else _once(dataset.labels))
        known = list(dict.fromkeys(names.tolist()))
        if len(known) > most:
            return None
        columns.update(dict.fromkeys(known))
        rows.append((index, {name: float(mean[names == name].mean()) for name in known}))
    if not rows or len(columns) > most:
        return None
    table = np.array([[row.get(name, np.nan) for name in columns] for _, row in rows])
    return ErrorsBy(tuple(index for index, _ in rows), tuple(columns), table)


def _once(labels: Iterable[str]) -> list[str]:
    """Return the labels, with repeated ones numbered."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found
