"""``aegui evaluate`` of several runs: every figure as mean and spread over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.commands.classes import part_to_judge
from aegui.commands.evaluate import codec_for, data_for, measured, refuse_generator
from aegui.commands.figures import figure_labels
from aegui.commands.provenance import (
    about_data,
    about_machine,
    about_weights,
    data_words,
    machine_words,
)
from aegui.commands.words import say, say_json, table
from aegui.core.data.corruption import corruption_words
from aegui.core.errors import AeguiError
from aegui.core.evaluation.classification import classify
from aegui.core.evaluation.parts import PARTS
from aegui.core.evaluation.wrong_pixels import mean_and_std
from aegui.core.i18n import tr
from aegui.core.run_file.saved import load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.run_file.saved import SavedRun

    Rows = dict[tuple[str, str], tuple[str, float]]
    """Part and key of a figure -> its label and value."""


def evaluate_many(options: argparse.Namespace, specs: list[CorruptionSpec]) -> int:
    """Print mean and standard deviation of every figure over several runs."""
    if options.run is not None and options.all_runs:
        raise AeguiError(tr("--run and --all-runs exclude each other."))
    each: list[tuple[dict[str, Any], Rows]] = []
    words = ""
    for file, saved, dataset, codec in _runs(options):
        about, rows, words = _evaluated(file, saved, dataset, codec, specs, options)
        each.append((about, rows))
    keys = [key for key in each[0][1] if all(key in rows for _, rows in each)]
    spreads = {key: mean_and_std([rows[key][1] for _, rows in each]) for key in keys}
    if options.json:
        say_json(
            {
                "runs": [
                    about | {"figures": {_name(key): rows[key][1] for key in keys}}
                    for about, rows in each
                ],
                "summary": {_name(key): spread for key, spread in spreads.items()},
                "noise_seed": options.seed,
                **about_machine(),
            }
        )
        return 0
    labels = {key: each[0][1][key][0] for key in keys}
    lines = [
        [labels[key], f"{spread['mean']:.6g}", f"{spread['std']:.3g}"]
        for key, spread in spreads.items()
    ]
    header = [tr("figure"), tr("mean of {n} runs", n=len(each)), tr("standard deviation")]
    say(table(header, lines))
    say()
    seeds = ", ".join(str(about["seed"]) for about, _ in each)
    say(tr("The best weights of each run; seeds {seeds}.", seeds=seeds))
    say(words)
    say(tr("Noise and codes are drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


def _name(key: tuple[str, str]) -> str:
    return ".".join(part for part in key if part)


def _runs(options: argparse.Namespace) -> Iterator[tuple[str, SavedRun, Dataset, Codec]]:
    for file in (options.file, *options.others):
        saved = load_run(file)
        dataset = data_for(saved, options.data)
        count = 1 if saved.snapshot is None else saved.snapshot.runs
        for run in range(count) if options.all_runs else (options.run,):
            yield file, saved, dataset, codec_for(saved, run, dataset)[1]


def _evaluated(
    file: str,
    saved: SavedRun,
    dataset: Dataset,
    codec: Codec,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
) -> tuple[dict[str, Any], Rows, str]:
    """What the figures of one run depend on, the figures, and the samples in words."""
    about = about_weights(file, saved, codec)
    if codec.can_classify:
        key, indices = part_to_judge(saved, dataset, options)
        found = classify(codec, saved.dataset.classes, dataset, indices)
        rows: Rows = {
            ("", "accuracy"): (tr("accuracy"), found.accuracy),
            ("", "macro_f1"): (tr("macro F1"), found.macro.f1),
        }
        about |= {"data": dataset.name, "part": key, "samples": len(indices)}
        words = tr("{name}: {n:,} samples ({part})", name=dataset.name, n=len(indices), part=key)
        return about, rows, words
    refuse_generator(codec, file)
    parts, each = measured(saved, codec, dataset, specs, options)
    rows = {}
    for part, one in zip(parts, each, strict=True):
        whole = len(parts) == 1
        where, told = ("", "") if whole else (part, f", {tr(PARTS[part])}")
        if dataset.is_binary:
            title = tr("wrong pixels")
            rows[where, "wrong_pixels"] = f"{title}{told}", float(one.clean.mean())
            for score in one.scores:
                noise = f"{score.spec.kind}:{score.spec.level:g}"
                title = corruption_words(score.spec)
                rows[where, f"wrong_pixels_{noise}"] = f"{title}{told}", score.mean
        for name, label in figure_labels(one.figures).items():
            rows[where, name] = f"{label}{told}", float(one.figures[name])
    return about | about_data(dataset, parts), rows, data_words(dataset, parts)
