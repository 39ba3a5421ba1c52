"""The execution of a study: the next settings, the missing runs, and the results so far."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.cost import Cost
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.noise_tests import trial_seconds
from aegui.core.study.records import packed_records
from aegui.core.study.results import PathStep, StudyCell, StudyResult, best_of
from aegui.core.study.search import TOGETHER, Guide
from aegui.core.study.settings import (
    base_recipe,
    changed,
    check_size,
    coarse_to_fine,
    drawn,
    grid,
    key_of,
    setting_of,
)
from aegui.core.study.units import (
    FEWEST_RUNS,
    MAX_RUNS,
    Unit,
    content_of,
    data_key,
    forget_files,
    pace,
    resolved_of,
    units_of,
    with_noise_tests,
)
from aegui.core.training.cost import training_cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled
    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import AxisRow, StudyAxis, StudyPlan
    from aegui.core.study.records import Records, RunRecord
    from aegui.core.study.settings import StudySetting
    from aegui.core.study.workers import StudyControl, Workers


_LONG_SECONDS = 3600.0
"""Runs that take this long are worth sending however few they are."""
_MOST_TRIED = 64
"""Upper bound for the choices of other axes that one choice is tried with."""


def packed_units(units: Sequence[Unit]) -> list[Unit]:
    """Return ``units`` packed for other machines, with the order of their runs kept.

    Fewer runs are not worth the transfer, more would be too much to lose.

    Each has ``FEWEST_RUNS`` to ``MAX_RUNS`` runs. Only a unit of more than an hour's work, or the
    single unit of a small study, has fewer.
    """
    found: list[Unit] = []
    few: list[Unit] = []
    for unit in units:
        if _is_enough([unit]):
            found.append(unit)
            continue
        few.append(unit)
        if _is_enough(few):
            found.append(_joined(few))
            few = []
    if not few:
        return found
    rest = _joined(few)
    for index in reversed(range(len(found))):
        if len(found[index].recipes) + len(rest.recipes) <= MAX_RUNS:
            found[index] = _joined([found[index], rest])
            return found
    return [*found, rest]


def _is_enough(units: Sequence[Unit]) -> bool:
    runs = sum(len(unit.recipes) for unit in units)
    return runs >= FEWEST_RUNS or sum(unit.work for unit in units) >= _LONG_SECONDS


def _joined(units: Sequence[Unit]) -> Unit:
    recipes = tuple(recipe for unit in units for recipe in unit.recipes)
    return Unit(recipes, sum(unit.work for unit in units), units[0].tried)


@dataclass(frozen=True, eq=False)
class StudyProgress:
    """Progress of a study."""

    ended: tuple[RunRecord, ...]
    """Runs that have ended since the previous report."""
    share: float
    """Share of the study that is done, 0..1."""
    left: float | None
    """Estimated seconds left; None while unknown."""


class Study:
    """A plan, its finished runs, and the rounds of settings still to run.

    Args:
        plan: The plan.
        folder: The folder that the plan's files are relative to.
        records: The finished runs; new ones are added.

    Raises:
        AeguiError: The plan leads to recipes that cannot be trained, or to too many.
    """

    def __init__(self, plan: StudyPlan, folder: Path, records: Records) -> None:
        check_size(plan)
        # Files may have changed since an earlier study read them.
        forget_files()
        self.plan = plan
        self._base = base_recipe(plan, folder)
        self._records = records
        self._settings: dict[str, StudySetting] = {}
        self._contents: dict[str, str] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._steps: list[PathStep] = []
        self._first: list[StudySetting] | None = None
        self._seconds = 0.0
        self._idle = 0.0
        self._reused = 0
        self._met: set[str] = set()
        self._is_complete = False
        self._done, self._planned = 0.0, 0.0
        self._tried = 0

    def cells(self) -> tuple[StudyCell, ...]:
        """Return every setting known so far, with its finished runs."""
        return tuple(self._cell(setting) for setting in self._settings.values())

    def _cell(self, setting: StudySetting) -> StudyCell:
        found = map(self._records.get, self._keys_of(setting))
        runs = tuple(run.compared for run in found if run is not None and self._is_tried(run))
        return StudyCell(setting, runs, self.plan.seeds.count)

    def _is_tried(self, run: RunRecord) -> bool:
        """Return whether a run was tested with the noises of the plan."""
        return self.plan.tried is None or run.tried_by == self.plan.tried.key

    def _runs(self, setting: StudySetting) -> list[Recipe]:
        return [setting.run(seed) for seed in self.plan.seeds.all]

    def _keys_of(self, setting: StudySetting) -> tuple[str, ...]:
        """Return the cached keys of the runs of ``setting``.

        All runs of a study use the samples that its files had when first read: networks trained on
        other samples are not compared with these.
        """
        if setting.key not in self._keys:
            data = data_key(setting.recipe)
            if data not in self._contents:
                self._contents[data] = content_of(setting.recipe)
            content = self._contents[data]
            self._keys[setting.key] = tuple(key_of(run, content) for run in self._runs(setting))
        return self._keys[setting.key]

    def result(self) -> StudyResult:
        """Return the result so far."""
        return StudyResult(
            self.plan,
            self.cells(),
            tuple(self._steps),
            self._seconds,
            self._reused,
            self._is_complete,
        )

    def settings(self) -> list[StudySetting]:
        """Return the initial settings: all of them, except in path and guided mode."""
        if self._first is None:
            first = self._sound(self._beginning())
            self._check_later()
            self._first = first
        return self._first

    def _check_later(self) -> None:
        """Refuse a choice of a later round that nothing goes with, before anything is trained.

        A choice may depend on choices of other axes, so it needs only one that it goes with.
        """
        axes = self.plan.axes
        if self.plan.mode == "path":
            for at, axis in enumerate(axes[1:], 1):
                self._check_choices(axis, axes[:at])
        elif self.plan.mode == "guided":
            for at, axis in enumerate(axes):
                self._check_choices(axis, (*axes[:at], *axes[at + 1 :]))

    def _check_choices(self, axis: StudyAxis, others: Sequence[StudyAxis]) -> None:
        names = [one.name for one in others]
        for row in axis.choices:
            reason = self._reason({axis.name: row})
            for rows in itertools.islice(
                itertools.product(*(one.choices for one in others)), _MOST_TRIED
            ):
                found = self._reason({**dict(zip(names, rows, strict=True)), axis.name: row})
                if found is None:
                    break
                reason = reason or found
            else:
                assert reason is not None, "without other axes, a choice is tried alone"
                raise reason

    def _reason(self, choices: Mapping[str, AxisRow]) -> AeguiError | None:
        """Return why a setting with these ``choices`` cannot be trained; None if it can."""
        try:
            self._sound([setting_of(self._base, choices)])
        except AeguiError as error:
            return error
        return None

    def begun(self) -> StudyResult:
        """Return the result before running: settings up to the first round with missing runs."""
        for settings in self._rounds():
            self._settings.update((setting.key, setting) for setting in settings)
            if self._missing(settings) or self._untried(settings):
                return self.result()
        self._is_complete = True
        return self.result()

    def _beginning(self) -> list[StudySetting]:
        plan, base = self.plan, self._base
        if plan.mode == "random":
            return drawn(base, plan)
        if plan.mode == "grid" or not plan.axes:
            return grid(base, plan.axes)
        if plan.mode == "path":
            return grid(base, plan.axes[:1])
        return []

    def _sound(self, settings: list[StudySetting]) -> list[StudySetting]:
        """Check that ``settings`` can be trained; move those trained in populations to the CPU."""
        from aegui.core.training.loop.population import trains_in_population

        found = []
        for setting in settings:
            try:
                resolved = resolved_of(setting.recipe)
            except AeguiError as error:
                where = setting.title + ": " if setting.labels else ""
                raise RecipeError(where + str(error)) from None
            recipe = setting.recipe
            if self.plan.tried is not None and (recipe.gan or recipe.classifier):
                raise RecipeError(
                    tr(
                        'A study whose networks are tested with noise ("tried") is for '
                        "autoencoders: a GAN or a classifier does not denoise."
                    )
                )
            if recipe.training.device == "auto" and trains_in_population(resolved):
                recipe = changed(recipe, {"training.device": "cpu"}, "device")
            found.append(replace(setting, recipe=recipe))
        return found

    def units(self, jobs: int) -> list[Unit]:
        """Return the pending units of the initial settings, for other machines."""
        return packed_units(units_of(self._missing(self.settings()), jobs, self.plan.tried))

    def cost(self, jobs: int, cancelled: IsCancelled | None = None) -> Cost:
        """Estimate the remaining time on ``jobs`` cores, by a short trial, and the memory.

        Raises:
            Cancelled: ``cancelled`` returned true.
        """
        if self._settings:
            settings = [*self._settings.values()]
        elif self.plan.mode == "guided":
            first = Guide(self._base, self.plan).ask(1)
            settings = self._sound([setting for _, setting in first])
        else:
            settings = self.settings()
        stop_if(cancelled)
        units = units_of(self._missing(settings), jobs, self.plan.tried)
        stop_if(cancelled)
        seconds = sum(unit.work for unit in units)
        # Later axes, and settings of a search, are assumed to cost as much as known ones.
        seconds *= max(1.0, self.plan.most_settings / max(1, len(settings)))
        if not units:
            return Cost(self._trial_seconds(settings))
        largest = max(units, key=lambda unit: len(unit.recipes) * unit.work)
        resolved = resolved_of(largest.recipes[0])
        of_all = resolved.recipe.model_copy(update={"runs": len(largest.recipes)})
        memory = training_cost(replace(resolved, recipe=of_all), 0).memory
        busy = min(jobs, len(units))
        memory = {key: busy * size for key, size in memory.items()}
        # A unit is not divided, so the longest one is a lower bound.
        seconds = max(seconds / busy, units[0].work) * pace(units[0], cancelled=cancelled)
        return Cost(seconds, memory, is_measured=True)

    def _missing(self, settings: list[StudySetting]) -> list[Recipe]:
        return [
            setting.run(seed)
            for setting in settings
            for seed, key in zip(self.plan.seeds.all, self._keys_of(setting), strict=True)
            if key not in self._records
        ]

    def _untried(self, settings: list[StudySetting]) -> dict[str, list[str]]:
        """Return the trained runs that lack tests with the plan's noises: setting -> their keys."""
        found: dict[str, list[str]] = {}
        for setting in settings:
            known = map(self._records.get, self._keys_of(setting))
            keys = [run.key for run in known if run is not None and not self._is_tried(run)]
            if keys:
                found[setting.key] = keys
        return found

    def _trial_seconds(self, settings: list[StudySetting]) -> float:
        untried = self._untried(settings)
        return sum(
            len(untried[setting.key]) * trial_seconds(resolved_of(setting.recipe), self.plan.tried)
            for setting in settings
            if setting.key in untried
        )

    def _try_known(
        self, settings: list[StudySetting], control: StudyControl
    ) -> Iterator[list[RunRecord]]:
        """Test networks that are trained already, in this process, since it is fast."""
        untried = self._untried(settings)
        for setting in settings:
            keys = untried.get(setting.key, [])
            for start in range(0, len(keys), MAX_RUNS):
                known = list(self._records.several(keys[start : start + MAX_RUNS]))
                resolved = resolved_of(setting.recipe)
                for some in with_noise_tests(
                    known, resolved, self.plan.tried, lambda: control.paused
                ):
                    if control.stop:
                        return
                    yield self._records.add(*packed_records(some)) if some else []

    def run(self, workers: Workers, control: StudyControl) -> Iterator[StudyProgress]:
        """Run the missing runs; yield the finished ones and the progress.

        Raises:
            AeguiError: A run fails, or its result cannot be stored.
        """
        begun = time.monotonic()
        self.settings()
        limit = None if self.plan.minutes is None else 60 * self.plan.minutes
        for settings in self._rounds():
            self._settings.update((setting.key, setting) for setting in settings)
            for ended in self._try_known(settings, control):
                yield self._news(tuple(ended))
            self._reused += self._found(settings)
            self._tried += len(settings)
            parts = map(self._missing, coarse_to_fine(self.plan, settings))
            tried = self.plan.tried
            units = [unit for part in parts for unit in units_of(part, workers.jobs, tried)]
            if workers.is_remote:
                units = packed_units(units)
            work = sum(unit.work for unit in units)
            later = max(0, self.plan.most_settings - self._tried)
            self._planned = self._done + work * (1.0 + later / max(1, len(settings)))
            before = self._done
            for news in workers.run(units, control):
                self._done = before + news.done
                self._seconds = time.monotonic() - begun
                if not self._done:
                    # Processes import torch before their first run: that is no measure of the rest.
                    self._idle = self._seconds
                ended = self._records.add(news.lines, news.tensors) if news.lines else []
                yield self._news(tuple(ended))
                if limit is not None and self._seconds > limit:
                    return
            self._done = before + work
            if control.stop:
                return
        # Files that changed meanwhile have given runs of other samples.
        self._is_complete = all(cell.is_complete for cell in self.cells())
        self._seconds = time.monotonic() - begun
        yield StudyProgress((), 1.0, 0.0)

    def _found(self, settings: list[StudySetting]) -> int:
        """Return how many runs of new ``settings`` existed already.

        A path comes back to the settings of earlier axes, whose runs this study has made itself.
        """
        keys = {key for setting in settings for key in self._keys_of(setting)} - self._met
        self._met |= keys
        return sum(key in self._records for key in keys)

    def _news(self, ended: tuple[RunRecord, ...]) -> StudyProgress:
        share = min(1.0, self._done / self._planned) if self._planned else 1.0
        worked = self._seconds - self._idle
        left = None if share < 1e-3 else worked * (1.0 - share) / share
        return StudyProgress(ended, share, left)

    def _rounds(self) -> Iterator[list[StudySetting]]:
        """Yield settings to run together; later rounds may depend on results of earlier ones."""
        mode = self.plan.mode if self.plan.axes else "grid"
        if mode == "path":
            yield from self._path()
        elif mode == "guided":
            yield from self._guided()
        else:
            yield self.settings()

    def _path(self) -> Iterator[list[StudySetting]]:
        """Yield the settings of one axis at a time, with the best choices of the earlier ones."""
        self._steps.clear()
        chosen: dict[str, AxisRow] = {}
        for axis in self.plan.axes:
            choices = [{**chosen, axis.name: row} for row in axis.choices]
            settings = self._sound([setting_of(self._base, one) for one in choices])
            yield settings
            cells = tuple(self._cell(setting) for setting in settings)
            winner = best_of(cells, self.plan)
            if winner is None:
                return
            self._steps.append(PathStep(axis.name, cells, winner))
            chosen[axis.name] = axis.choices[cells.index(winner)]

    def _guided(self) -> Iterator[list[StudySetting]]:
        guide = Guide(self._base, self.plan)
        left = self.plan.trials
        while left > 0:
            asked = guide.ask(min(TOGETHER, left))
            settings = self._sound([setting for _, setting in asked])
            # A setting that is proposed twice is trained once.
            yield [*{setting.key: setting for setting in settings}.values()]
            for (trial, _), setting in zip(asked, settings, strict=True):
                guide.tell(trial, self._cell(setting))
            left -= len(asked)
