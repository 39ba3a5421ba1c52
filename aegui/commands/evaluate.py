"""``aegui evaluate``: evaluate a saved run, or several by mean and standard deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.classes import (
    classified,
    evaluate_classes,
    noisy_accuracies,
    part_to_judge,
    part_words,
)
from aegui.commands.figures import PartFigures, figure_labels, figure_words, figures_table, measured
from aegui.commands.history import stages_json
from aegui.commands.opened import OpenedRun, each_once
from aegui.commands.progress import TerminalLine, shown_share, stoppable
from aegui.commands.provenance import (
    about_data,
    about_machine,
    data_words,
    machine_words,
    several_words,
)
from aegui.commands.words import note, say, say_json, shown, table_text
from aegui.core.data.corruption import corruption_key, corruption_words, parse_corruption
from aegui.core.data.progress import parts
from aegui.core.errors import AeguiError
from aegui.core.evaluation.parts import HELD_OUT, PARTS
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.evaluation.wrong_pixels import wrong_pixels_summary
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.text_tables import MISSING
from aegui.core.training.record.best import counts_wrong_pixels

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.recipe import CorruptionSpec

    Rows = dict[tuple[str, str], tuple[str, float]]
    "Label and value of a figure, by part and key."

MAX_ROWS = 500
"""Maximum number of characters that are listed individually."""


def evaluate_command(options: argparse.Namespace) -> int:
    """Evaluate a model on its data or on other data, with noise too if requested, and print it."""
    specs = [parse_corruption(text) for text in options.noise]
    files = each_once((options.file, *options.others))
    if options.all_runs or len(files) > 1:
        return evaluate_many(options, files, specs)
    run = OpenedRun.of(options)
    if run.codec.can_classify:
        return evaluate_classes(options, run, specs)
    run.refuse_generator()
    with shown_share() as (report, cancelled):
        found = measured(run, specs, options, report, cancelled)
    if options.json:
        say_json(_document(run, found, options))
        return 0
    figures = figures_table({part: one.figures for part, one in found.items()})
    if not run.dataset.is_binary:
        # Of grey values and colours, the pixels on the wrong side of one half say little.
        say(figures)
        say()
        _say_means(found, "squared", "wrong")
    else:
        if len(run.dataset) <= MAX_ROWS:
            _say(run.dataset, found)
        else:
            _say_means(found, "wrong")
        say(figures)
    say()
    by_loss = not counts_wrong_pixels(run.saved.recipe, run.dataset)
    if HELD_OUT in found and by_loss and run.weights == "best":
        say(tr("The best weights were chosen by the validation part."))
    say(run.words)
    say(data_words(run.dataset, run.parts))
    say(tr("Noise and codes are drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


def _document(
    run: OpenedRun, found: Mapping[str, PartFigures], options: argparse.Namespace
) -> dict[str, Any]:
    """Return what the figures depend on and the figures, of all samples or of each part."""
    document: dict[str, Any] = {
        **run.about(),
        "history": stages_json(run.saved),
        **about_data(run.dataset, run.parts),
        "noise_seed": options.seed,
        **about_machine(),
        "labels": list(run.dataset.labels),
        "pixels": run.dataset.pixels,
    }
    if len(found) == 1:
        return document | _part_json(*found.values())
    wrong = np.zeros(len(run.dataset), np.int64)
    of_each = {}
    for key, one in found.items():
        wrong[one.indices] = one.clean
        of_each[key] = {"samples": len(one.indices), "places": one.indices.tolist()}
        of_each[key] |= _part_json(one)
    return document | {"wrong_pixels": wrong_pixels_summary(wrong.tolist()), "parts": of_each}


def _part_json(found: PartFigures) -> dict[str, Any]:
    return {
        "wrong_pixels": wrong_pixels_summary(found.clean.tolist()),
        "noise": [
            {
                "kind": score.spec.kind,
                "level": score.spec.level,
                "draws": score.draws,
                "seed": score.seed,
                "wrong_pixels": {
                    "per_sample": score.per_sample.tolist(),
                    "mean": score.mean,
                    "max": score.max,
                    "share_at_most_1": score.share_at_most_1,
                    "share_exact": score.share_exact,
                },
                "squared_error": score.squared_error,
                "bayes_limit": score.limit,
            }
            for score in found.scores
        ],
        "figures": found.figures,
    }


def _say_means(found: Mapping[str, PartFigures], *figures: str) -> None:
    """Print ``figures`` (keys of ``_MEANS``) of each part, with clean input and with each noise."""
    heads, columns = [], []
    for key in figures:
        title, means = _MEANS[key]
        for part, one in found.items():
            words = {"figure": tr(title), "part": tr(PARTS[part])}
            heads.append(tr("{figure}, {part}", **words) if len(found) > 1 else words["figure"])
            columns.append([localized(value, ".3f") for value in means(one)])
    specs = [score.spec for score in next(iter(found.values())).scores]
    names = [tr("clean"), *map(corruption_words, specs)]
    rows = [[name, *row] for name, *row in zip(names, *columns, strict=True)]
    say(table_text([tr("input"), *heads], rows))


def _wrong(one: PartFigures) -> list[float]:
    return [float(one.clean.mean()), *(score.mean for score in one.scores)]


def _squared(one: PartFigures) -> list[float]:
    return [one.figures["squared_error"], *(score.squared_error for score in one.scores)]


_MEANS = {
    "squared": (mark("squared error per image"), _squared),
    "wrong": (mark("wrong pixels"), _wrong),
}


def _say(dataset: Dataset, found: Mapping[str, PartFigures]) -> None:
    """Print a row for every character, then the means of each part."""
    rows: list[list[str]] = [[]] * len(dataset)
    means = []
    for key, one in found.items():
        parts = [tr(PARTS[key])] if len(found) > 1 else []
        for position, index in enumerate(one.indices.tolist()):
            rows[index] = [
                shown(dataset.labels[index], dataset.names[index]),
                str(one.clean[position]),
                *(localized(score.per_sample[position], ".2f") for score in one.scores),
                *parts,
            ]
        title = tr("mean, {part}", part=parts[0]) if parts else tr("mean")
        figures = [
            localized(one.clean.mean(), ".2f"),
            *(localized(score.mean, ".3f") for score in one.scores),
        ]
        means.append([title, *figures, *("" for _ in parts)])
    scores = next(iter(found.values())).scores
    if scores and len(found) == 1:
        limits = [
            MISSING if score.limit is None else localized(score.limit, ".3f") for score in scores
        ]
        means.append([tr("Bayes limit"), "0", *limits])
    header = [tr("wrong pixels"), tr("clean"), *(corruption_words(one.spec) for one in scores)]
    say(table_text([*header, *([tr("part")] if len(found) > 1 else [])], [*rows, *means]))
    for key, one in found.items():
        shares = {"one": float(np.mean(one.clean <= 1)), "none": float(np.mean(one.clean == 0))}
        if len(found) > 1:
            text = tr(
                "Clean, {part}: {one:.0%} of the characters have at most 1 wrong pixel, "
                "{none:.0%} have none.",
                part=tr(PARTS[key]),
                **shares,
            )
        else:
            text = tr(
                "Clean: {one:.0%} of the characters have at most 1 wrong pixel, {none:.0%} have "
                "none.",
                **shares,
            )
        say(text)


def evaluate_many(
    options: argparse.Namespace, files: Sequence[str], specs: list[CorruptionSpec]
) -> int:
    """Print mean and standard deviation of every figure over the runs of ``files``."""
    if options.run is not None and options.all_runs:
        raise AeguiError(
            tr("{first} and {second} exclude each other.", first="--run", second="--all-runs")
        )
    with TerminalLine() as line, stoppable() as cancelled:
        each = [
            _evaluated(run, specs, options, of_run, cancelled)
            for run, of_run in _runs(options, files, line)
        ]
    keys = [key for key in each[0][1] if all(key in rows for _, rows, _ in each)]
    if not keys:
        raise AeguiError(
            tr(
                "These runs have no figure in common: autoencoders and classifiers are evaluated "
                "apart."
            )
        )
    if len({about["data"] for about, *_ in each}) > 1:
        note(tr("The runs are of different samples, of which these figures are one mean."))
    spreads = {key: mean_and_std([rows[key][1] for _, rows, _ in each]) for key in keys}
    if options.json:
        say_json(
            {
                "runs": [
                    about | {"figures": {_name(key): rows[key][1] for key in keys}}
                    for about, rows, _ in each
                ],
                "summary": {_name(key): spread for key, spread in spreads.items()},
                "noise_seed": options.seed,
                **about_machine(),
            }
        )
        return 0
    labels = {key: each[0][1][key][0] for key in keys}
    lines = [
        [labels[key], figure_words(spread["mean"]), figure_words(spread["std"], ".3g")]
        for key, spread in spreads.items()
    ]
    mean = trn("mean of {n} run", "mean of {n} runs", len(each))
    header = [tr("figure"), mean, tr("standard deviation")]
    say(table_text(header, lines))
    say()
    say(several_words(options.weights, [about["seed"] for about, *_ in each]))
    for words in dict.fromkeys(words for *_, words in each):
        say(words)
    say(tr("Noise and codes are drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


def _name(key: tuple[str, str]) -> str:
    return ".".join(part for part in key if part)


def _runs(
    options: argparse.Namespace, files: Sequence[str], line: TerminalLine
) -> Iterator[tuple[OpenedRun, ReportShare | None]]:
    """Yield the runs, each with its part of the progress, which ``line`` shows."""
    report = line.showing_share()
    for file, of_file in zip(files, parts(report, [1.0] * len(files)), strict=True):
        line.clear()  # opening a run may print notes
        run = OpenedRun(file, options.run, options.weights, options.data)
        runs = run.all_runs if options.all_runs else [run]
        yield from zip(runs, parts(of_file, [1.0] * len(runs)), strict=True)


def _evaluated(
    run: OpenedRun,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
    report: ReportShare | None,
    cancelled: IsCancelled,
) -> tuple[dict[str, Any], Rows, str]:
    """Return what the figures of one run depend on, the figures, and the samples in words."""
    about, dataset = run.about(), run.dataset
    if run.codec.can_classify:
        key, indices = part_to_judge(run, options.data)
        of_clean, of_noise = parts(report, (len(indices), options.draws * len(specs)))
        found = classified(run, indices, of_clean, cancelled)
        rows: Rows = {
            ("", "accuracy"): (tr("accuracy"), found.accuracy),
            ("", "macro_f1"): (tr("macro F1"), found.macro.f1),
        }
        noisy = noisy_accuracies(run, indices, specs, options, of_noise, cancelled)
        for spec, accuracy in zip(specs, noisy, strict=True):
            title = f"{tr('accuracy')}, {corruption_words(spec)}"
            rows["", f"accuracy_{corruption_key(spec)}"] = title, accuracy
        about |= {"data": dataset.name, "part": key, "samples": len(indices)}
        return about, rows, part_words(dataset, key, len(indices))
    run.refuse_generator()
    rows = {}
    for part, one in measured(run, specs, options, report, cancelled).items():
        is_undivided = len(run.parts) == 1
        where, ending = ("", "") if is_undivided else (part, f", {tr(PARTS[part])}")
        if dataset.is_binary:
            title = tr("wrong pixels")
            rows[where, "wrong_pixels"] = f"{title}{ending}", float(one.clean.mean())
            for score in one.scores:
                title = corruption_words(score.spec)
                key = f"wrong_pixels_{corruption_key(score.spec)}"
                rows[where, key] = f"{title}{ending}", score.mean
        for name, label in figure_labels(one.figures).items():
            rows[where, name] = f"{label}{ending}", float(one.figures[name])
        if not dataset.is_binary:
            for score in one.scores:
                title = f"{tr('squared error per image')}, {corruption_words(score.spec)}"
                key = f"squared_error_{corruption_key(score.spec)}"
                rows[where, key] = f"{title}{ending}", score.squared_error
    return about | about_data(dataset, run.parts), rows, data_words(dataset, run.parts)
