"""``aegui evaluate``: the figures of a saved run; of characters wrong pixels too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.classes import evaluate_classes
from aegui.commands.figures import figures_table, model_figures
from aegui.commands.history import stages_json
from aegui.commands.provenance import (
    about_data,
    about_machine,
    about_weights,
    data_words,
    machine_words,
    weights_words,
)
from aegui.commands.words import note, say, say_json, shown, table
from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.evaluation.noise import NoisyScore, noisy_score
from aegui.core.evaluation.parts import PARTS, is_same_set, parts_of
from aegui.core.evaluation.reconstruction import wrong_of_all
from aegui.core.evaluation.wrong_pixels import wrong_pixels_summary
from aegui.core.i18n import tr
from aegui.core.recipe import DataSpec
from aegui.core.run_file.saved import load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.run_file.saved import SavedRun

MOST_ROWS = 500
"""Characters that are listed one by one."""


def evaluate_command(options: argparse.Namespace) -> int:
    """Print how a model does on its data or on others; with noise too, where asked for."""
    specs = [parse_corruption(text) for text in options.noise]
    if options.all_runs or options.others:
        from aegui.commands.evaluate_many import evaluate_many

        return evaluate_many(options, specs)
    saved = load_run(options.file)
    dataset = data_for(saved, options.data)
    _, codec = codec_for(saved, options.run, dataset)
    if codec.can_classify:
        return evaluate_classes(options, saved, dataset, codec, specs)
    refuse_generator(codec, options.file)
    parts, found = measured(saved, codec, dataset, specs, options)
    if options.json:
        say_json(_document(saved, codec, dataset, parts, found, options))
        return 0
    if len(dataset) <= MOST_ROWS and dataset.is_binary:
        _say(dataset, parts, found)
    else:
        _say_means(parts, found)
    say(figures_table({part: one.figures for part, one in zip(parts, found, strict=True)}))
    say()
    say(weights_words(saved, codec))
    say(data_words(dataset, parts))
    say(tr("Noise and codes are drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


@dataclass(frozen=True, eq=False)
class Measured:
    """The figures of one part of the samples, or of all of them.

    Attributes:
        indices: Their places.
        clean: Wrong pixels of each, int64.
        scores: The answers to noise.
        figures: Reconstruction and code.
    """

    indices: NDArray[np.int64]
    clean: NDArray[np.int64]
    scores: list[NoisyScore]
    figures: dict[str, Any]


def _measured(
    codec: Codec,
    dataset: Dataset,
    part: tuple[str, NDArray[np.int64]] | None,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
) -> Measured:
    indices = np.arange(len(dataset)) if part is None else part[1]
    samples = dataset if part is None else dataset.subset(indices)
    return Measured(
        indices,
        wrong_of_all(codec, samples),
        [
            # Somebody who knows a part of the characters only is nobody to compare with.
            noisy_score(codec, samples, spec, options.draws, options.seed, limited=part is None)
            for spec in specs
        ],
        model_figures(codec, samples, options.seed),
    )


def measured(
    saved: SavedRun,
    codec: Codec,
    dataset: Dataset,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
) -> tuple[Mapping[str, NDArray[np.int64]], list[Measured]]:
    """The parts of ``dataset`` by what was learnt of it, and the figures of each."""
    own = options.data is None or is_same_set(dataset, saved.dataset)
    parts = parts_of(len(dataset), saved.recipe.data.split, own=own)
    if len(parts) == 1:
        return parts, [_measured(codec, dataset, None, specs, options)]
    return parts, [_measured(codec, dataset, part, specs, options) for part in parts.items()]


def refuse_generator(codec: Codec, file: str) -> None:
    """Refuse a model that reconstructs nothing.

    Raises:
        AeguiError: It is a GAN.
    """
    if not codec.can_encode:
        raise AeguiError(
            tr(
                '{file} is a GAN: it reconstructs nothing. Look at its images with "aegui '
                'sample", or show them to a classifier with "aegui judge".',
                file=file,
            )
        )


def data_for(saved: SavedRun, source: str | None) -> Dataset:
    """The data that ``--data`` names, images in the size of the recipe's; or the run's own."""
    if source is None:
        if saved.note:
            # The figures are of what is there.
            note(saved.note)
        return saved.dataset
    return load_data(DataSpec(source=source, images=saved.recipe.data.images))


def codec_for(saved: SavedRun, run: int | None, dataset: Dataset) -> tuple[int, Codec]:
    """The run asked for, or the best one, and its codec; refuses data of another size."""
    index = saved.best_run if run is None else run
    codec = saved.codec(index)
    refuse_other_size(codec, dataset)
    return index, codec


def _document(
    saved: SavedRun,
    codec: Codec,
    dataset: Dataset,
    parts: Mapping[str, NDArray[np.int64]],
    found: list[Measured],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """One object: what the figures depend on, then those of all samples, or of each part."""
    document: dict[str, Any] = {
        **{**about_weights(options.file, saved, codec), "history": stages_json(saved)},
        **about_data(dataset, parts),
        "noise_seed": options.seed,
        **about_machine(),
        "labels": list(dataset.labels),
        "pixels": dataset.pixels,
    }
    if len(found) == 1:
        return document | _part_json(found[0])
    whole = np.zeros(len(dataset), np.int64)
    of_each = {}
    for key, one in zip(parts, found, strict=True):
        whole[one.indices] = one.clean
        of_each[key] = {"samples": len(one.indices), "places": one.indices.tolist()}
        of_each[key] |= _part_json(one)
    return document | {"wrong_pixels": wrong_pixels_summary(whole.tolist()), "parts": of_each}


def _part_json(found: Measured) -> dict[str, Any]:
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
                "bayes_limit": score.limit,
            }
            for score in found.scores
        ],
        "figures": found.figures,
    }


def _say_means(parts: Mapping[str, NDArray[np.int64]], found: list[Measured]) -> None:
    rows = [[tr("clean"), *(f"{one.clean.mean():.3f}" for one in found)]]
    for place, score in enumerate(found[0].scores):
        means = (one.scores[place].mean for one in found)
        rows.append([corruption_words(score.spec), *(f"{mean:.3f}" for mean in means)])
    heads = [tr("wrong pixels")]
    if len(parts) > 1:
        heads = [tr("wrong pixels, {part}", part=tr(PARTS[key])) for key in parts]
    say(table([tr("input"), *heads], rows))


def _say(dataset: Dataset, parts: Mapping[str, NDArray[np.int64]], found: list[Measured]) -> None:
    """A row for every character, then the means of each part."""
    rows: list[list[str]] = [[]] * len(dataset)
    means = []
    for key, one in zip(parts, found, strict=True):
        told = [tr(PARTS[key])] if len(parts) > 1 else []
        for place, index in enumerate(one.indices.tolist()):
            rows[index] = [
                shown(dataset.labels[index], dataset.names[index]),
                str(one.clean[place]),
                *(f"{score.per_sample[place]:.2f}" for score in one.scores),
                *told,
            ]
        title = tr("mean, {part}", part=told[0]) if told else tr("mean")
        figures = [f"{one.clean.mean():.2f}", *(f"{score.mean:.3f}" for score in one.scores)]
        means.append([title, *figures, *("" for _ in told)])
    scores = found[0].scores
    if scores and len(parts) == 1:
        limits = ["-" if score.limit is None else f"{score.limit:.3f}" for score in scores]
        means.append([tr("Bayes limit"), "0", *limits])
    header = [tr("wrong pixels"), tr("clean"), *(corruption_words(one.spec) for one in scores)]
    say(table([*header, *([tr("part")] if len(parts) > 1 else [])], [*rows, *means]))
    for key, one in zip(parts, found, strict=True):
        shares = {"one": float(np.mean(one.clean <= 1)), "none": float(np.mean(one.clean == 0))}
        if len(parts) > 1:
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
