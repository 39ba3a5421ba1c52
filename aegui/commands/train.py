"""``aegui train``: train a recipe without a window, with the engine that the window uses."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.checkpoints import Checkpoints, check_can_resume, read_unfinished
from aegui.commands.cost import cost_of, refuse_excess, say_cost
from aegui.commands.loading import loaded_data
from aegui.commands.option import check_unicode
from aegui.commands.out_file import out_file
from aegui.commands.progress import ProgressBar, Stop, rate_words, stopping_at
from aegui.commands.provenance import about_data, about_machine, machine_words
from aegui.commands.recipe_sources import recipe_reading, refuse_needs
from aegui.commands.runs import check_library, keep_trained
from aegui.commands.words import note, note_lines, say, say_json, table_text
from aegui.core.course_configs import lines_of
from aegui.core.data.load import source_from
from aegui.core.data.split import with_validation_source
from aegui.core.errors import Cancelled, RecipeError
from aegui.core.evaluation.parts import PARTS, parts_of, wrong_by_part
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.evaluation.wrong_pixels import wrong_pixels_summary
from aegui.core.i18n import localized, tr, trn
from aegui.core.network.resolve import resolve
from aegui.core.recipe import DataSpec
from aegui.core.recipe.file import recipe_from
from aegui.core.run_file.challenge import KeptChallenge
from aegui.core.run_file.saved import saved_run_of
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.setup_line.goal import figure_words
from aegui.core.setup_line.reading import is_line, read_line
from aegui.core.study.findings import mistakes
from aegui.core.training.cost import share_left
from aegui.core.training.record.history import epoch_number
from aegui.core.training.record.stage_words import REASONS
from aegui.core.training.record.stages import Lineage
from aegui.core.training.record.timeline import BUDGET_BYTES
from aegui.core.training.terms import TERMS
from aegui.leaving import ENDING_SIGNALS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.commands.out_file import OutFile
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.setup_line.goal import LineGoal, MeasuredOn
    from aegui.core.training.loop.control import Control
    from aegui.core.training.loop.train import Training
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import RunResult, TrainingResult

Figure = tuple[float | None, str]
"""A value, or None if there is none, and its format."""
EXIT_DIVERGED = 1
_MAX_RUNS_SHOWN = 20
_MEASURING_SECONDS = 0.5
"""Measuring that takes longer is announced."""
_SHARES = frozenset({"accuracy", "validation_accuracy"})
"""Figures that are printed as percentages, as by ``aegui evaluate``."""


def train_command(options: argparse.Namespace) -> int:
    """Train the recipe of the command line, print the figures, and save the run if requested."""
    unfinished = None if options.resume is None else read_unfinished(options.resume)
    out = out_file(options.out, options.resume, replaces=options.replace)
    resolved = _asked_for(options, unfinished)
    goal = _goal_of(options.recipe)
    if goal is not None:
        problem = goal.problem(len(resolved.dataset), resolved.recipe.data.split)
        if problem:
            raise RecipeError(problem)
    cost = cost_of(resolved, _timeline_bytes(options))
    if options.dry_run:
        say_cost(resolved, cost, as_json=options.json)
        return 0
    begun = None if unfinished is None else unfinished.checkpoint
    left = share_left(cost, resolved, 0 if begun is None else begun.epoch)
    refuse_excess(left, allowed=options.yes)
    if options.keep:
        check_library()
    elif out is None:
        note(tr("This run will not be saved: --out F.aegui writes it to a file, --keep keeps it."))
    result, stop = _trained(resolved, options, unfinished, out)
    run, saved = _to_save(result, resolved, goal), {}
    try:
        if out is not None:
            out.write(run, compact=options.compact)
            saved = {"file": out.path}
    finally:
        # Print the results even if they could not be saved.
        if result.message:
            note(result.message)
        if options.json:
            say_json(
                {**results_json(result, resolved), **_goal_json(run.challenge, resolved), **saved}
            )
        else:
            _say_results(result, resolved)
            _say_goal(run.challenge, result, resolved)
    if out is not None and not options.json:
        say(tr("Saved as {file}.", file=out.path))
    if options.keep:
        id = keep_trained(run, compact=options.compact)
        note(tr("Kept in the library as {id}.", id=id))
    if stop.requested:
        return stop.exit_code
    return EXIT_DIVERGED if result.reason == "diverged" else 0


def _asked_for(options: argparse.Namespace, unfinished: SavedRun | None) -> ResolvedRecipe:
    """Return the recipe to train, or the run to resume, with the overrides of the command line."""
    if options.recipe is None and unfinished is None:
        raise RecipeError(tr("Name a recipe to train, or a run to resume with --resume."))
    if options.recipe is None and unfinished is not None:
        recipe = _overridden(unfinished.recipe, Path(), options)
        is_same_data = options.data is None and recipe.data == unfinished.recipe.data
        resolved = _resolved(recipe, unfinished.dataset if is_same_data else None)
    else:
        reading, folder = recipe_reading(options.recipe)
        recipe = _overridden(reading.recipe, folder, options)
        if options.data is None:
            refuse_needs(reading, options.recipe)
        resolved = _resolved(recipe)
        note_lines(lines_of(reading))
        for finding in mistakes(recipe, dataset=resolved.dataset):
            note(f"{finding.title}. {finding.remedy}")
    if unfinished is not None:
        check_can_resume(options.resume, unfinished, resolved)
    return resolved


def _goal_of(source: str | None) -> LineGoal | None:
    """Return the goal of a set-up line or of a challenge, if ``source`` is one."""
    challenge = None if source is None else CHALLENGES.get(source)
    if challenge is not None:
        return challenge.reading.goal
    return read_line(source).goal if source is not None and is_line(source) else None


def _to_save(result: TrainingResult, resolved: ResolvedRecipe, goal: LineGoal | None) -> SavedRun:
    run = saved_run_of(result, resolved)
    if goal is None:
        return run
    return replace(run, challenge=KeptChallenge(goal, goal.reached(result.history, resolved)))


def _say_goal(
    challenge: KeptChallenge | None, result: TrainingResult, resolved: ResolvedRecipe
) -> None:
    if challenge is None:
        return
    reached, measured = challenge.reached, _measured_on(challenge, resolved)
    if measured is not None and measured.words():
        say(measured.words())
    if reached is None:
        missing = challenge.goal.missing(result.history, resolved)
        words = "; ".join(one.words() for one in missing) or challenge.goal.words()
        say(tr("Goal not reached: {goal}.", goal=words))
        return
    figures = (figure_words(name, value, reached.measured) for name, value in reached.figures)
    say(
        trn(
            "Goal reached after {n:,} epoch, seed {seed}: {figures}.",
            "Goal reached after {n:,} epochs, seed {seed}: {figures}.",
            int(reached.epoch),
            seed=reached.seed,
            figures=", ".join(figures),
        )
    )


def _measured_on(challenge: KeptChallenge, resolved: ResolvedRecipe) -> MeasuredOn | None:
    return challenge.goal.measured_on(len(resolved.dataset), resolved.recipe.data.split)


def _goal_json(challenge: KeptChallenge | None, resolved: ResolvedRecipe) -> dict[str, object]:
    if challenge is None:
        return {}
    reached, how = challenge.reached, None
    if reached is not None:
        how = {"epoch": reached.epoch, "seed": reached.seed, "figures": dict(reached.figures)}
    measured = _measured_on(challenge, resolved)
    return {
        "goal": challenge.goal.text,
        "goal_reached": how,
        "goal_measured_on": None if measured is None else measured._asdict(),
    }


def results_json(result: TrainingResult, resolved: ResolvedRecipe) -> dict[str, object]:
    """Return all figures of a training, as ``--json`` prints them.

    Figures of a run are of the weights that are kept, which ``weights`` and ``epoch`` name;
    ``last`` has those of the last epoch. If samples were held out, ``parts`` has wrong pixels of
    those learnt and of those held out.
    """
    dataset = resolved.dataset
    parts = parts_of(len(dataset), resolved.recipe.data.split)
    runs = [_run_json(result, index, resolved) for index in range(len(result.runs))]
    keys = [key for key in runs[0] if key not in ("seed", "weights")]
    return {
        **about_data(dataset, parts),
        **about_machine(result.device),
        "runs": runs,
        "summary": {key: _summary([run[key] for run in runs]) for key in keys},
        "engine": result.engine,
        "epochs_per_second": result.epochs_per_second,
        "measured": result.measured,
    }


def _run_json(result: TrainingResult, index: int, resolved: ResolvedRecipe) -> dict[str, Any]:
    run, history = result.runs[index], result.history
    of_each = {key: wrong_pixels_summary(wrong) for key, wrong in _by_part(run, resolved).items()}
    return {
        "seed": run.seed,
        "weights": "best" if result.has_best else "last",
        "epoch": run.best_epoch,
        "epochs": run.epochs,
        "seconds": run.seconds,
        "loss": run.best_loss,
        "wrong_pixels": wrong_pixels_summary(run.wrong_pixels) if run.wrong_pixels else None,
        **({"parts": of_each} if of_each else {}),
        "first_epoch": {goal: run.first_epoch.get(goal) for goal in ("at_most_1", "exact")},
        "figures": dict(run.figures),
        "terms": _terms(history, index, history.row_at(run.best_epoch)),
        "last": {
            "epoch": epoch_number(history.epoch[-1]),
            "loss": run.loss,
            "wrong_pixels": _last_wrong(history, index) if run.wrong_pixels else None,
            "terms": _terms(history, index, -1),
        },
    }


def _by_part(run: RunResult, resolved: ResolvedRecipe) -> Mapping[str, NDArray[np.int64]]:
    split = resolved.recipe.data.split
    return wrong_by_part(run.wrong_pixels, len(resolved.dataset), split)


def _last_wrong(history: HistoryView, run: int) -> dict[str, float]:
    """Return wrong pixels at the last epoch, over the samples that are measured during training."""
    return {
        "mean": float(history.wrong_mean[-1, run]),
        "max": int(history.wrong_max[-1, run]),
        "share_at_most_1": float(history.share_at_most_1[-1, run]),
    }


def _terms(history: HistoryView, run: int, row: int | None) -> dict[str, float]:
    """Return the further terms of one run as recorded in ``row``."""
    if row is None:
        return {}
    return {key: float(column[row, run]) for key, column in history.extra.items()}


def _summary(values: list[Any]) -> object:
    """Return mean and standard deviation over the runs, recursively for objects of figures."""
    if isinstance(values[0], dict):
        return {name: _summary([value[name] for value in values]) for name in values[0]}
    if isinstance(values[0], list):
        columns = [mean_and_std(column) for column in zip(*values, strict=True)]
        return {key: [column[key] for column in columns] for key in ("mean", "std")}
    return mean_and_std(values)


def _overridden(recipe: Recipe, folder: Path, options: argparse.Namespace) -> Recipe:
    """Return ``recipe`` with the overrides of the command line, validated."""
    for name in ("data", "check", "chars"):
        check_unicode(f"--{name}", getattr(options, name))
    document = recipe.model_dump(mode="json")
    data, training = document["data"], document["training"]
    if options.data is not None:
        data.update(source=source_from(options.data, Path()), chars=None)
    else:
        data["source"] = source_from(data["source"], folder)
    if options.check is not None:
        _check_on(data, options.check)
    for part, key, value in (
        (data, "chars", options.chars),
        (training, "epochs", options.epochs),
        (training, "device", options.device),
        (document, "runs", options.runs),
        (document, "seed", options.seed),
    ):
        if value is not None:
            part[key] = value
    return recipe_from(
        document,
        aliases={"training.epochs": "--epochs", "runs": "--runs", "seed": "--seed"},
    )


def _check_on(data: dict[str, Any], check: str) -> None:
    """Join the set ``check`` to the samples of ``data`` as the held-out part.

    Raises:
        AeguiError: There is no such set.
    """
    source = source_from(check, Path())
    validation = loaded_data(DataSpec.model_validate({"source": source, "images": data["images"]}))
    data.update(
        with_validation_source(DataSpec.model_validate(data), source, len(validation)).model_dump(
            mode="json"
        )
    )


def _resolved(recipe: Recipe, dataset: Dataset | None = None) -> ResolvedRecipe:
    dataset = loaded_data(recipe.data) if dataset is None else dataset
    resolution = resolve(recipe, dataset)
    if resolution.resolved is None:
        raise RecipeError(
            " ".join(f"{problem.where}: {problem.message}" for problem in resolution.problems)
        )
    return resolution.resolved


def _timeline_bytes(options: argparse.Namespace) -> int:
    return BUDGET_BYTES if options.timeline is None else int(options.timeline) << 20


def _trained(
    resolved: ResolvedRecipe,
    options: argparse.Namespace,
    unfinished: SavedRun | None,
    out: OutFile | None,
) -> tuple[TrainingResult, Stop]:
    """Train; return the result, and whether a signal stopped the training."""
    from aegui.core.training.loop.control import Control

    control = Control(timeline_bytes=_timeline_bytes(options))
    checkpoints = Checkpoints(out, options.checkpoint_every, resolved)
    bar = ProgressBar()
    with checkpoints.message_on_failure(bar):
        with stopping_at(ENDING_SIGNALS, partial(setattr, control, "stop", True)) as stop:
            steps = _steps(resolved, control, unfinished)
            training = next(steps)  # the iterator yields the same object each time
            for line in training.notes:
                note(line)
            while training.finished is None:
                bar.update(training)
                checkpoints.write_if_due(training)
                next(steps)
            checkpoints.close()
            bar.clear()
        return _concluded(training, checkpoints, bar, stop)


def _steps(
    resolved: ResolvedRecipe, control: Control, unfinished: SavedRun | None
) -> Iterator[Training]:
    from aegui.core.training.loop.train import train  # loads torch

    if unfinished is None:
        return train(resolved, control)
    epoch = 0 if unfinished.checkpoint is None else unfinished.checkpoint.epoch
    note(tr("Going on after {n:,} epochs.", n=epoch))
    return train(
        resolved,
        control,
        unfinished.checkpoint,
        unfinished.history,
        unfinished.timeline,
        lineage=Lineage(unfinished.stages),
    )


def _concluded(
    training: Training, checkpoints: Checkpoints, bar: ProgressBar, stop: Stop
) -> tuple[TrainingResult, Stop]:
    """Measure the figures of the result; return it without them if the measurement is cancelled.

    If measuring takes long, what was learnt is written to a checkpoint first.
    """
    so_far = training.so_far(ended=True)
    if stop.is_urgent:
        return so_far, stop
    begun, is_stored = time.monotonic(), False
    with stopping_at(ENDING_SIGNALS) as again:

        def cancelled() -> bool:
            nonlocal is_stored
            if not is_stored and time.monotonic() - begun > _MEASURING_SECONDS:
                is_stored = True
                bar.show(tr("measuring… (Ctrl-C: without it)"), at_once=True)
                checkpoints.write(so_far)
            return again.requested

        try:
            result = training.result(cancelled=cancelled, checkpoint=so_far.checkpoint)
        except Cancelled:
            result = so_far
            note(
                tr(
                    "Not all samples were measured: the figures are those of the last "
                    "measurement during training."
                )
            )
        bar.clear()
        checkpoints.close()
    return result, again if again.requested else stop


def _say_results(result: TrainingResult, resolved: ResolvedRecipe) -> None:
    say(table_text(*_results_table(result, resolved)))
    if len(result.runs) > _MAX_RUNS_SHOWN:
        more = len(result.runs) - _MAX_RUNS_SHOWN
        say(trn("... and {n:,} more run", "... and {n:,} more runs", more))
    say(
        trn(
            "{n:,} epoch in {seconds:.1f} s ({rate}, {engine}, {device}): {reason}.",
            "{n:,} epochs in {seconds:.1f} s ({rate}, {engine}, {device}): {reason}.",
            result.runs[0].epochs,
            seconds=result.seconds,
            rate=rate_words(result.epochs_per_second),
            engine=result.engine,
            device=result.device,
            reason=tr(REASONS[result.reason]),
        )
    )
    say(machine_words(result.device))


def _results_table(
    result: TrainingResult, resolved: ResolvedRecipe
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: a row for each run, then mean and standard deviation."""
    header, figures = _figures_of_runs(result, resolved)
    shown = zip(result.runs[:_MAX_RUNS_SHOWN], figures, strict=False)
    rows = [[str(run.seed), *(_cell(*figure) for figure in own)] for run, own in shown]
    if len(figures) > 1:
        formats = [form for _, form in figures[0]]
        columns = [
            mean_and_std([value for value, _ in column]) for column in zip(*figures, strict=True)
        ]
        for key, name in (("mean", tr("mean")), ("std", tr("std"))):
            cells = [
                _cell(one[key], ".2f" if form == "g" else form)
                for one, form in zip(columns, formats, strict=True)
            ]
            if key == "mean":
                cells = [
                    cell + _of_known([value for value, _ in column])
                    for cell, column in zip(cells, zip(*figures, strict=True), strict=True)
                ]
            rows.append([name, *cells])
    return header, rows


def _of_known(values: Sequence[float | None]) -> str:
    """Return `` (2/3)`` behind a mean that not all runs are part of."""
    known = sum(value is not None for value in values)
    return f" ({known}/{len(values)})" if 0 < known < len(values) else ""


def _figures_of_runs(
    result: TrainingResult, resolved: ResolvedRecipe
) -> tuple[list[str], list[list[Figure]]]:
    """Return header and rows: wrong pixels for models that draw characters, else the terms."""
    header = [tr("seed"), tr("best epoch") if result.has_best else tr("epoch"), tr("loss")]
    rows: list[list[Figure]] = [
        [
            (run.best_epoch, "," if float(run.best_epoch).is_integer() else ",.2f"),
            (run.best_loss, ".4g"),
        ]
        for run in result.runs
    ]
    history = result.history
    if history.extra or not result.runs[0].wrong_pixels:
        figures = list(result.runs[0].figures)
        # Final figures replace terms of the same key: they are of more samples in a large set.
        terms = [
            key for key in history.extra if key not in {*figures, *_of_parts(result, resolved)}
        ]
        header += [tr(TERMS[key].label) if key in TERMS else key for key in (*terms, *figures)]
        for index, (row, run) in enumerate(zip(rows, result.runs, strict=True)):
            known = _terms(history, index, history.row_at(run.best_epoch))
            row += [(known.get(key), _form(key)) for key in terms]
            row += [(run.figures[key], _form(key)) for key in figures]
    else:
        header += [tr("wrong pixels"), tr("worst"), "<= 1", "= 0"]
        header += [tr("epoch <= 1"), tr("epoch = 0")]
        rows = [row + _wrong_row(run) for row, run in zip(rows, result.runs, strict=True)]
    by_part = [_by_part(run, resolved) for run in result.runs]
    if _of_parts(result, resolved):
        header += [tr("wrong pixels, {part}", part=tr(PARTS[key])) for key in by_part[0]]
        for row, wrong in zip(rows, by_part, strict=True):
            row += [(float(one.mean()), ".2f") for one in wrong.values()]
    if result.has_best:
        header.append(tr("last loss"))
        rows = [[*row, (run.loss, ".4g")] for row, run in zip(rows, result.runs, strict=True)]
    return header, rows


def _of_parts(result: TrainingResult, resolved: ResolvedRecipe) -> tuple[str, ...]:
    """Return the terms that the columns of wrong pixels by part replace; none without these."""
    has_parts = resolved.dataset.is_binary and _by_part(result.runs[0], resolved)
    return ("validation_wrong",) if has_parts else ()


def _form(key: str) -> str:
    return ".2%" if key in _SHARES else ".4g"


def _wrong_row(run: RunResult) -> list[Figure]:
    firsts = [run.first_epoch.get(goal) for goal in ("at_most_1", "exact")]
    return [
        (run.wrong_mean, ".2f"),
        (run.wrong_max, "g"),
        (run.share_at_most_1, ".0%"),
        (run.share_exact, ".0%"),
        *((first, ",") for first in firsts),
    ]


def _cell(value: float | None, form: str) -> str:
    """Return a figure as text; whole numbers, and means of these, are rounded."""
    if value is None:
        return "-"
    return localized(round(value) if form == "," else value, form)
