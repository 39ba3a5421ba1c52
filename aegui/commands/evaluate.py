"""``aegui evaluate``: evaluate a saved run; for characters, by wrong pixels too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.classes import evaluate_classes
from aegui.commands.evaluate_many import evaluate_many
from aegui.commands.figures import PartFigures, figures_table, measured
from aegui.commands.history import stages_json
from aegui.commands.opened import OpenedRun
from aegui.commands.provenance import about_data, about_machine, data_words, machine_words
from aegui.commands.words import say, say_json, shown
from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.evaluation.parts import HELD_OUT, PARTS
from aegui.core.evaluation.wrong_pixels import wrong_pixels_summary
from aegui.core.i18n import localized, mark, tr
from aegui.core.text_tables import columns_text
from aegui.core.training.record.best import counts_wrong_pixels

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from aegui.core.data.dataset import Dataset

MAX_ROWS = 500
"""Maximum number of characters that are listed individually."""


def evaluate_command(options: argparse.Namespace) -> int:
    """Evaluate a model on its data or on other data, with noise too if requested, and print it."""
    specs = [parse_corruption(text) for text in options.noise]
    if options.all_runs or options.others:
        return evaluate_many(options, specs)
    run = OpenedRun.of(options)
    if run.codec.can_classify:
        return evaluate_classes(options, run, specs)
    run.refuse_generator()
    found = measured(run, specs, options)
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
    say(columns_text([tr("input"), *heads], rows))


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
        limits = ["-" if score.limit is None else localized(score.limit, ".3f") for score in scores]
        means.append([tr("Bayes limit"), "0", *limits])
    header = [tr("wrong pixels"), tr("clean"), *(corruption_words(one.spec) for one in scores)]
    say(columns_text([*header, *([tr("part")] if len(found) > 1 else [])], [*rows, *means]))
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
