"""``aegui train``: a recipe is trained without a window, with the window's own engine."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.progress import ProgressBar, rate_words, stopping_at_ctrl_c
from aegui.commands.words import note, say, say_json, table
from aegui.core.atomic import check_writable
from aegui.core.course_configs import CourseReading, lines_of, load_any_recipe
from aegui.core.data.builtin import builtin_names
from aegui.core.data.load import load_data
from aegui.core.errors import RecipeError
from aegui.core.evaluation.wrong_pixels import mean_and_std, wrong_pixels_summary
from aegui.core.i18n import mark, tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe_file import find_recipe, list_recipes, recipe_from
from aegui.core.run_file import SavedRun, save_run
from aegui.core.study.findings import mistakes
from aegui.core.training.terms import TERMS
from aegui.core.training.timeline import BUDGET_BYTES

if TYPE_CHECKING:
    import argparse

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.result import RunResult, TrainingResult

EXIT_DIVERGED = 1
EXIT_INTERRUPTED = 130
_MOST_RUNS_SHOWN = 20

REASONS = {
    "epochs": mark("all epochs are done"),
    "goal": mark("the goal is met"),
    "patience": mark("no more progress"),
    "seconds": mark("the time is up"),
    "stopped": mark("stopped"),
    "diverged": mark("the loss is no longer a number"),
    "converged": mark("converged: no step makes the loss smaller"),
}


def train_command(options: argparse.Namespace) -> int:
    """Train what the command line says, print the figures, and save the run if so wished."""
    reading, folder = recipe_reading(options.recipe)
    recipe = _overridden(reading.recipe, folder, options)
    if reading.needs and options.data is None:
        raise RecipeError(
            tr("{file} needs {needs}.", file=options.recipe, needs=", ".join(reading.needs))
        )
    if options.out is not None:
        check_writable(options.out)
    resolved = _resolved(recipe)
    _tell(reading)
    for finding in mistakes(recipe, dataset=resolved.dataset):
        note(f"{finding.title}. {finding.remedy}")
    budget = BUDGET_BYTES if options.timeline is None else options.timeline << 20
    result = _trained(resolved, budget)
    try:
        if options.out is not None:
            save_run(options.out, _saved(resolved, result), compact=options.compact)
    finally:
        # What was learnt is told even where it could not be saved.
        if result.message:
            note(result.message)
        if options.json:
            say_json(results_json(result))
        else:
            _say_results(result)
    if options.out is not None and not options.json:
        say(tr("Saved as {file}.", file=options.out))
    if result.reason == "stopped":
        return EXIT_INTERRUPTED
    return EXIT_DIVERGED if result.reason == "diverged" else 0


def results_json(result: TrainingResult) -> dict[str, object]:
    """All figures of a training, as ``--json`` prints them."""
    runs = [
        _run_json(run) | {"terms": _last_terms(result, index)}
        for index, run in enumerate(result.runs)
    ]
    return {
        "runs": runs,
        "summary": {key: _summary([run[key] for run in runs]) for key in runs[0] if key != "seed"},
        "engine": result.engine,
        "device": result.device,
        "epochs_per_second": result.epochs_per_second,
    }


def _run_json(run: RunResult) -> dict[str, Any]:
    return {
        "seed": run.seed,
        "epochs": run.epochs,
        "seconds": run.seconds,
        "loss": run.loss,
        "best_loss": run.best_loss,
        "wrong_pixels": wrong_pixels_summary(run.wrong_pixels) if run.wrong_pixels else None,
        "first_epoch": {goal: run.first_epoch.get(goal) for goal in ("at_most_1", "exact")},
        "figures": dict(run.figures),
    }


def _last_terms(result: TrainingResult, run: int) -> dict[str, float]:
    """The further terms of one run as they were recorded last."""
    return {key: float(column[-1, run]) for key, column in result.history.extra.items()}


def _summary(values: list[Any]) -> object:
    """Mean and spread over the runs of a figure, or of each figure of an object of figures."""
    if isinstance(values[0], dict):
        return {name: _summary([value[name] for value in values]) for name in values[0]}
    if isinstance(values[0], list):
        columns = [mean_and_std(column) for column in zip(*values, strict=True)]
        return {key: [column[key] for column in columns] for key in ("mean", "std")}
    return mean_and_std(values)


def recipe_reading(source: str) -> tuple[CourseReading, Path]:
    """What a file, or the shipped recipe of that name, says; and the folder it lies in."""
    path = Path(source)
    shipped = find_recipe(source)
    if not path.exists() and shipped is not None:
        path = shipped
    if not path.exists():
        raise RecipeError(_no_such_recipe(source))
    return load_any_recipe(path), path.parent


def _no_such_recipe(source: str) -> str:
    known = [key for key, _ in list_recipes()]
    near = difflib.get_close_matches(Path(source).stem, known, n=3)
    if near:
        return tr(
            "There is no file {file}, and no shipped recipe of that name; did you mean {names}?",
            file=source,
            names=", ".join(near),
        )
    return tr(
        "There is no file {file}, and no shipped recipe of that name; there are {names}.",
        file=source,
        names=", ".join(known),
    )


def _overridden(recipe: Recipe, folder: Path, options: argparse.Namespace) -> Recipe:
    """``recipe`` with what the command line says, checked as a recipe is."""
    document = recipe.model_dump(mode="json")
    data, training = document["data"], document["training"]
    if options.data is not None:
        data.update(source=source_from(options.data, Path()), chars=None)
    else:
        data["source"] = source_from(data["source"], folder)
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


def source_from(source: str, folder: Path) -> str:
    """A file's whole path, so that the saved run finds it from anywhere; names stay names."""
    if all(name in builtin_names() for name in source.split("+")):
        return source
    before = source.rpartition("#")[0] or source
    if not Path(before).is_absolute() and (folder / before).exists():
        return os.fspath(folder.resolve() / source)
    return source


def _tell(reading: CourseReading) -> None:
    for title, lines in lines_of(reading):
        for line in lines:
            note(f"{title}: {line}")


def _resolved(recipe: Recipe) -> ResolvedRecipe:
    dataset = load_data(recipe.data)
    resolution = resolve(recipe, dataset)
    if resolution.resolved is None:
        raise RecipeError(
            " ".join(f"{problem.where}: {problem.message}" for problem in resolution.problems)
        )
    return resolution.resolved


def _trained(resolved: ResolvedRecipe, timeline_bytes: int) -> TrainingResult:
    from aegui.core.training.control import Control
    from aegui.core.training.train import train  # brings torch

    bar = ProgressBar()
    with stopping_at_ctrl_c() as stop:
        training = None
        for training in train(resolved, Control(timeline_bytes=timeline_bytes)):
            bar.update(training)
            if stop.wished:
                break
        bar.clear()
        assert training is not None, "train() yields before its first step"
        for line in training.notes:
            note(line)
        return training.result(None if training.finished else "stopped")


def _saved(resolved: ResolvedRecipe, result: TrainingResult) -> SavedRun:
    return SavedRun(
        resolved.recipe,
        resolved.dataset,
        result.snapshot,
        result.history,
        result.runs,
        result.checkpoint,
        result.engine,
        result.device,
        timeline=result.timeline,
    )


def _say_results(result: TrainingResult) -> None:
    say(table(*_results_table(result)))
    if len(result.runs) > _MOST_RUNS_SHOWN:
        say(tr("... and {n} more runs", n=len(result.runs) - _MOST_RUNS_SHOWN))
    say(
        tr(
            "{epochs:,} epochs in {seconds:.1f} s ({rate}, {engine}, {device}): {reason}.",
            epochs=result.runs[0].epochs,
            seconds=result.seconds,
            rate=rate_words(result.epochs_per_second),
            engine=result.engine,
            device=result.device,
            reason=tr(REASONS[result.reason]),
        )
    )


def _results_table(result: TrainingResult) -> tuple[list[str], list[list[str]]]:
    """Header and rows: of models that draw characters wrong pixels, of others their terms."""
    header = [tr("seed"), tr("loss"), tr("best loss")]
    shown = list(enumerate(result.runs[:_MOST_RUNS_SHOWN]))
    rows = [[str(run.seed), f"{run.loss:.4g}", f"{run.best_loss:.4g}"] for _, run in shown]
    extra = result.history.extra
    if extra or not result.runs[0].wrong_pixels:
        figures = list(result.runs[0].figures)
        # What is known of the best weights says more than the same of the last ones.
        extra = {key: column for key, column in extra.items() if key not in figures}
        header += [tr(TERMS[key].label) if key in TERMS else key for key in (*extra, *figures)]
        for row, (index, run) in zip(rows, shown, strict=True):
            row += [f"{column[-1, index]:.4g}" for column in extra.values()]
            row += [f"{run.figures[key]:.4g}" for key in figures]
        return header, rows
    header += [tr("wrong pixels"), tr("worst"), "<= 1", "= 0", tr("epoch <= 1"), tr("epoch = 0")]
    return header, [row + _wrong_row(run) for row, (_, run) in zip(rows, shown, strict=True)]


def _wrong_row(run: RunResult) -> list[str]:
    firsts = [run.first_epoch.get(goal) for goal in ("at_most_1", "exact")]
    return [
        f"{run.wrong_mean:.2f}",
        str(run.wrong_max),
        f"{run.share_at_most_1:.0%}",
        f"{run.share_exact:.0%}",
        *("-" if first is None else f"{first:,}" for first in firsts),
    ]
