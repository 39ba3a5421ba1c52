"""The figures that ``aegui evaluate`` prints for a model in addition to wrong pixels."""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.words import table_text
from aegui.core.data.progress import parts
from aegui.core.evaluation.codes import (
    SAMPLES,
    code_statistics,
    dimension_figures,
    jacobian_samples,
    jacobians_in_a_piece,
)
from aegui.core.evaluation.limits import limit_seconds
from aegui.core.evaluation.noise import NoisyScore, noisy_score
from aegui.core.evaluation.parts import PARTS
from aegui.core.evaluation.reconstruction import reconstruction_figures, wrong_of_all
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.text_tables import MISSING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.commands.opened import OpenedRun
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

_LABELS = {
    "squared_error": mark("squared error per image"),
    "mse": mark("squared error per pixel"),
    "sharpness": mark("sharpness: squared gradient, of the samples' own"),
    "cross_entropy": mark("cross-entropy per image, nats"),
    "drawn_cross_entropy": mark("cross-entropy of a drawn code, nats"),
    "kl": mark("KL per image, nats"),
    "bound": mark("negative ELBO, the sum of these two"),
    "share_active": mark("share of active units"),
    "most_active": mark("most active units of a code"),
    "mean_activation": mark("mean activation"),
    "used_dimensions": mark("dimensions in use"),
    "jacobian": mark("squared norm of the encoder's Jacobian"),
}
_OF_MEAN_CODE = {
    "squared_error": mark("squared error per image, of the mean code"),
    "mse": mark("squared error per pixel, of the mean code"),
    "cross_entropy": mark("cross-entropy of the mean code, nats"),
}
"""Labels for networks that draw their code, where these figures are of the mean code."""
_OF_CODES = ("share_active", "most_active", "mean_activation", "used_dimensions")
"""Figures that are measured on ``code_samples`` samples."""

_TRIED_SAMPLES = 64
"""Most samples of the trial that finds out how long each figure takes."""
MAX_DIMENSIONS = 16
"""Longest code for which the KL of each dimension is printed; JSON always contains it."""


def _model_figures(
    codec: Codec,
    dataset: Dataset,
    seed: int,
    reports: Sequence[ReportShare | None],
    cancelled: IsCancelled | None,
) -> dict[str, Any]:
    """Measure reconstruction and code of ``dataset``; return figures by key, None if undefined.

    ``kl_per_dimension`` is a list, in the order of the dimensions. Figures of the code are measured
    on ``code_samples`` of the samples, those of its Jacobian on ``jacobian_samples``.

    Args:
        codec: The network.
        dataset: The samples.
        seed: Seed of the codes drawn.
        reports: Called with the share done of reconstruction, code, and dimensions of the code.
        cancelled: Polled for cancellation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    of_images, of_codes, of_dimensions = reports
    reconstruction = asdict(reconstruction_figures(codec, dataset, seed, of_images, cancelled))
    codes = asdict(code_statistics(codec, dataset, report=of_codes, cancelled=cancelled))
    codes["code_samples"] = codes.pop("samples")
    nats = dimension_figures(codec, dataset, report=of_dimensions, cancelled=cancelled).kl
    per_dimension = None if nats is None else nats.tolist()
    return reconstruction | codes | {"kl_per_dimension": per_dimension}


def figure_labels(figures: dict[str, Any]) -> dict[str, str]:
    """Return the label of every figure that is not None, by key.

    A label states the number of samples if the figure was not measured on all of them.
    """
    labels = _LABELS if figures.get("kl") is None else _LABELS | _OF_MEAN_CODE
    counts = dict.fromkeys(_OF_CODES, figures.get("code_samples", 0))
    counts["jacobian"] = figures.get("jacobian_samples", 0)
    found = {}
    for key, label in labels.items():
        if figures.get(key) is None:
            continue
        count = counts.get(key, figures["samples"])
        found[key] = tr(label)
        if count < figures["samples"]:
            found[key] = tr("{figure}, of at most {n:,} samples", figure=found[key], n=count)
    return found


def figures_table(figures: Mapping[str, dict[str, Any]]) -> str:
    """Return ``figures`` of one or more parts of the samples as a table, one figure to a line."""
    labels: dict[str, str] = {}
    for one in figures.values():
        for key, text in figure_labels(one).items():
            # Keep the longer label, which states the number: another part may be measured wholly.
            labels[key] = max(labels.get(key, ""), text, key=len)
    rows = [
        [label, *(figure_words(one[key]) for one in figures.values())]
        for key, label in labels.items()
    ]
    header = [tr("figure"), *_heads(figures)]
    return "\n\n".join([table_text(header, rows), *_dimensions(figures)])


def _heads(figures: Mapping[str, dict[str, Any]]) -> list[str]:
    heads = {
        key: trn("mean of {n:,} sample", "mean of {n:,} samples", one["samples"])
        for key, one in figures.items()
    }
    if len(heads) == 1:
        return list(heads.values())
    return [f"{tr(PARTS[key])}, {head}" for key, head in heads.items()]


def figure_words(value: float | None, form: str = ".6g") -> str:
    """Return a figure as text for a table, a dash for None."""
    return MISSING if value is None else localized(value, form)


def _dimensions(figures: Mapping[str, dict[str, Any]]) -> list[str]:
    """Return a table of the KL of each dimension; none for codes above ``MAX_DIMENSIONS``."""
    columns = [one["kl_per_dimension"] for one in figures.values()]
    if columns[0] is None or len(columns[0]) > MAX_DIMENSIONS:
        return []
    rows = [
        [f"z{number}", *map(figure_words, values)]
        for number, values in enumerate(zip(*columns, strict=True), 1)
    ]
    heads = [tr("KL, nats")] if len(figures) == 1 else [tr(PARTS[key]) for key in figures]
    first = tr("dimension") if len(figures) == 1 else tr("dimension, KL in nats")
    return [table_text([first, *heads], rows)]


@dataclass(frozen=True, eq=False)
class PartFigures:
    """The figures of one part of the samples, or of all of them."""

    indices: NDArray[np.int64]
    """Indices of these samples in the set."""
    clean: NDArray[np.int64]
    """Wrong pixels of each, int64."""
    scores: list[NoisyScore]
    """Results with noise."""
    figures: dict[str, Any]
    """Figures of reconstruction and code."""


def _measured(
    codec: Codec,
    dataset: Dataset,
    places: NDArray[np.int64] | None,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
    report: ReportShare | None,
    cancelled: IsCancelled | None,
) -> PartFigures:
    indices = np.arange(len(dataset)) if places is None else places
    samples = dataset if places is None else dataset.subset(indices)
    # The Bayes limit assumes all characters of the set, so parts get none.
    limited = places is None
    weights = [1.0] * (len(specs) + 4)
    if report is not None:
        weights = _seconds_of_each(codec, samples, specs, options, cancelled, limited=limited)
    of_clean, *others = parts(report, weights)
    of_noises, of_figures = others[: len(specs)], others[len(specs) :]
    return PartFigures(
        indices,
        wrong_of_all(codec, samples, of_clean, cancelled),
        [
            noisy_score(
                codec,
                samples,
                spec,
                options.draws,
                options.seed,
                limited=limited,
                report=of_noise,
                cancelled=cancelled,
            )
            for spec, of_noise in zip(specs, of_noises, strict=True)
        ],
        _model_figures(codec, samples, options.seed, of_figures, cancelled),
    )


def _seconds_of_each(
    codec: Codec,
    samples: Dataset,
    specs: Sequence[CorruptionSpec],
    options: argparse.Namespace,
    cancelled: IsCancelled | None,
    *,
    limited: bool,
) -> list[float]:
    """Return about how long each step of ``_measured`` takes, in their order.

    A tenth of the samples, at most ``_TRIED_SAMPLES``, is measured for it: products, convolutions
    and Jacobians differ in speed, and from machine to machine. What the first pass has to load is
    no part of it.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    count = len(samples)
    tried = max(1, min(count // 10, _TRIED_SAMPLES, jacobians_in_a_piece(codec)))
    few = samples.subset(range(tried))
    wrong_of_all(codec, few, cancelled=cancelled)
    each = count / tried
    noisy = max(count, options.draws) / tried
    jacobians = jacobian_samples(codec, min(count, SAMPLES)) / jacobian_samples(codec, tried)
    of_noises = [
        noisy * _seconds(partial(noisy_score, codec, few, spec, tried, 0, limited=False), cancelled)
        + (limit_seconds(samples, spec) if limited else 0.0)
        for spec in specs
    ]
    return [
        each * _seconds(partial(wrong_of_all, codec, few), cancelled),
        *of_noises,
        each * _seconds(partial(reconstruction_figures, codec, few), cancelled),
        jacobians * _seconds(partial(code_statistics, codec, few), cancelled),
        each * _seconds(partial(dimension_figures, codec, few), cancelled),
    ]


def _seconds(work: Callable[..., object], cancelled: IsCancelled | None) -> float:
    begun = time.perf_counter()
    work(cancelled=cancelled)
    return time.perf_counter() - begun


def measured(
    run: OpenedRun,
    specs: list[CorruptionSpec],
    options: argparse.Namespace,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> dict[str, PartFigures]:
    """Measure each part of the samples (learnt, held out, other); return the figures by part.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if len(run.parts) == 1:
        (key,) = run.parts
        return {key: _measured(run.codec, run.dataset, None, specs, options, report, cancelled)}
    weights = [max(len(places), options.draws) for places in run.parts.values()]
    return {
        key: _measured(run.codec, run.dataset, places, specs, options, of_part, cancelled)
        for (key, places), of_part in zip(run.parts.items(), parts(report, weights), strict=True)
    }
