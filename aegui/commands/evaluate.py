"""``aegui evaluate``: the figures of a saved run; of characters wrong pixels too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.classes import evaluate_classes
from aegui.commands.figures import figures_table, model_figures
from aegui.commands.words import note, say, say_json, shown, table
from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.evaluation.noise import NoisyScore, noisy_score
from aegui.core.evaluation.wrong_pixels import wrong_pixels, wrong_pixels_summary
from aegui.core.i18n import tr
from aegui.core.recipe import DataSpec
from aegui.core.run_file import load_run

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file import SavedRun

MOST_ROWS = 500
"""Characters that are listed one by one."""


def evaluate_command(options: argparse.Namespace) -> int:
    """Print how a model does on its data or on others; with noise too, where asked for."""
    specs = [parse_corruption(text) for text in options.noise]
    if options.draws < 1:
        raise AeguiError(tr("--draws is {n}; it must be at least 1.", n=options.draws))
    if options.seed < 0:
        raise AeguiError(tr("--seed is {n}; it must be at least 0.", n=options.seed))
    saved = load_run(options.file)
    dataset = data_for(saved, options.data)
    run, codec = codec_for(saved, options.run, dataset)
    if codec.can_classify:
        return evaluate_classes(options, saved, dataset, run, codec, specs)
    if not codec.can_encode:
        raise AeguiError(
            tr(
                '{file} is a GAN: it reconstructs nothing. Look at its images with "aegui '
                'sample", or show them to a classifier with "aegui judge".',
                file=options.file,
            )
        )
    clean = wrong_pixels(dataset.flat(), codec.reconstruct(dataset.flat()))
    scores = [noisy_score(codec, dataset, spec, options.draws, options.seed) for spec in specs]
    figures = model_figures(codec, dataset, options.seed)
    if options.json:
        document = _document(options.file, run, saved, dataset, clean, scores)
        say_json(document | {"figures": figures})
        return 0
    if len(dataset) <= MOST_ROWS and dataset.is_binary:
        _say(dataset, clean, scores)
    else:
        _say_means(clean, scores)
    say(figures_table(figures))
    return 0


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
    file: str,
    run: int,
    saved: SavedRun,
    dataset: Dataset,
    clean: NDArray[np.int64],
    scores: list[NoisyScore],
) -> dict[str, Any]:
    return {
        "file": file,
        "run": run,
        "seed": saved.recipe.seed + run,
        "data": dataset.name,
        "labels": list(dataset.labels),
        "pixels": dataset.pixels,
        "wrong_pixels": wrong_pixels_summary(clean.tolist()),
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
            for score in scores
        ],
    }


def _say_means(clean: NDArray[np.int64], scores: list[NoisyScore]) -> None:
    rows = [[tr("clean"), f"{clean.mean():.3f}"]]
    rows += [[corruption_words(score.spec), f"{score.mean:.3f}"] for score in scores]
    say(table([tr("input"), tr("wrong pixels")], rows))


def _say(dataset: Dataset, clean: NDArray[np.int64], scores: list[NoisyScore]) -> None:
    titles = [corruption_words(score.spec) for score in scores]
    rows = [
        [shown(label, name), str(wrong), *(f"{score.per_sample[i]:.2f}" for score in scores)]
        for i, (label, name, wrong) in enumerate(
            zip(dataset.labels, dataset.names, clean.tolist(), strict=True)
        )
    ]
    rows.append([tr("mean"), f"{clean.mean():.2f}", *(f"{score.mean:.3f}" for score in scores)])
    if scores:
        limits = ["-" if score.limit is None else f"{score.limit:.3f}" for score in scores]
        rows.append([tr("Bayes limit"), "0", *limits])
    say(table([tr("wrong pixels"), tr("clean"), *titles], rows))
    say(
        tr(
            "Clean: {one:.0%} of the characters have at most 1 wrong pixel, {none:.0%} have none.",
            one=float(np.mean(clean <= 1)),
            none=float(np.mean(clean == 0)),
        )
    )
