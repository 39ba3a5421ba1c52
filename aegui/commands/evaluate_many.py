"""``aegui evaluate`` of several runs: mean and standard deviation of every figure over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.commands.classes import noisy_accuracies, part_to_judge, part_words
from aegui.commands.figures import figure_labels, figure_words, measured
from aegui.commands.opened import OpenedRun
from aegui.commands.provenance import (
    about_data,
    about_machine,
    data_words,
    machine_words,
    several_words,
)
from aegui.commands.words import say, say_json
from aegui.core.data.corruption import corruption_words
from aegui.core.errors import AeguiError
from aegui.core.evaluation.classification import classify
from aegui.core.evaluation.parts import PARTS
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.i18n import tr, trn
from aegui.core.text_tables import columns_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from aegui.core.recipe import CorruptionSpec

    Rows = dict[tuple[str, str], tuple[str, float]]
    """Label and value of a figure, by part and key."""


def evaluate_many(options: argparse.Namespace, specs: list[CorruptionSpec]) -> int:
    """Print mean and standard deviation of every figure over several runs."""
    if options.run is not None and options.all_runs:
        raise AeguiError(tr("--run and --all-runs exclude each other."))
    each = [_evaluated(run, specs, options) for run in _runs(options)]
    keys = [key for key in each[0][1] if all(key in rows for _, rows, _ in each)]
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
    say(columns_text(header, lines))
    say()
    say(several_words(options.weights, [about["seed"] for about, *_ in each]))
    for words in dict.fromkeys(words for *_, words in each):
        say(words)
    say(tr("Noise and codes are drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


def _name(key: tuple[str, str]) -> str:
    return ".".join(part for part in key if part)


def _runs(options: argparse.Namespace) -> Iterator[OpenedRun]:
    for file in (options.file, *options.others):
        run = OpenedRun(file, options.run, options.weights, options.data)
        if options.all_runs:
            yield from run.all_runs
        else:
            yield run


def _evaluated(
    run: OpenedRun, specs: list[CorruptionSpec], options: argparse.Namespace
) -> tuple[dict[str, Any], Rows, str]:
    """Return what the figures of one run depend on, the figures, and the samples in words."""
    about, dataset = run.about(), run.dataset
    if run.codec.can_classify:
        key, indices = part_to_judge(run, options.data)
        found = classify(run.codec, run.saved.dataset.classes, dataset, indices)
        rows: Rows = {
            ("", "accuracy"): (tr("accuracy"), found.accuracy),
            ("", "macro_f1"): (tr("macro F1"), found.macro.f1),
        }
        noisy = noisy_accuracies(run, indices, specs, options)
        for spec, accuracy in zip(specs, noisy, strict=True):
            title = f"{tr('accuracy')}, {corruption_words(spec)}"
            rows["", f"accuracy_{_noise_key(spec)}"] = title, accuracy
        about |= {"data": dataset.name, "part": key, "samples": len(indices)}
        return about, rows, part_words(dataset, key, len(indices))
    run.refuse_generator()
    rows = {}
    for part, one in measured(run, specs, options).items():
        is_undivided = len(run.parts) == 1
        where, ending = ("", "") if is_undivided else (part, f", {tr(PARTS[part])}")
        if dataset.is_binary:
            title = tr("wrong pixels")
            rows[where, "wrong_pixels"] = f"{title}{ending}", float(one.clean.mean())
            for score in one.scores:
                title = corruption_words(score.spec)
                key = f"wrong_pixels_{_noise_key(score.spec)}"
                rows[where, key] = f"{title}{ending}", score.mean
        for name, label in figure_labels(one.figures).items():
            rows[where, name] = f"{label}{ending}", float(one.figures[name])
        if not dataset.is_binary:
            for score in one.scores:
                title = f"{tr('squared error per image')}, {corruption_words(score.spec)}"
                key = f"squared_error_{_noise_key(score.spec)}"
                rows[where, key] = f"{title}{ending}", score.squared_error
    return about | about_data(dataset, run.parts), rows, data_words(dataset, run.parts)


def _noise_key(spec: CorruptionSpec) -> str:
    return f"{spec.kind}:{spec.level:g}"
