"""The figures of ``aegui figure``: each is made of a saved run by the code that the window uses.

This module needs Qt, which commands without a figure do not: it is imported through ``MAKERS``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.classes import classified, part_to_judge, part_words
from aegui.commands.making import traversal_ends
from aegui.commands.map import plane_frame, plane_rect
from aegui.commands.noise_studies import noise_levels
from aegui.commands.opened import MAX_CODES
from aegui.commands.places import dimensions, place_of
from aegui.commands.progress import shown_work
from aegui.commands.provenance import several_words
from aegui.core.data.corruption import corrupted, corruption_words, parse_corruption
from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import localized, tr
from aegui.core.latent.densities import placed
from aegui.core.latent.frame import principal_directions, spanned_frame
from aegui.core.latent.grids import MAX_ROWS, GridSpec
from aegui.core.latent.sheets import grid_of_decodes, traversal
from aegui.core.recipe import CorruptionSpec
from aegui.core.run_file.origin import WEIGHTS
from aegui.core.sampled import evenly_spaced
from aegui.core.study.noise_curves import ModelUnderTest, NoiseCurveSpec, noise_curves
from aegui.kit.charts.axes import Scale
from aegui.session.data.image_style import image_style_of
from aegui.widgets.answer_columns import COLUMNS
from aegui.widgets.charts.curves import (
    CHARTS,
    applies,
    axis_name,
    curves_of,
    is_repeated,
    sampled_words,
    seeds_csv,
)
from aegui.widgets.charts.painting import ChartData, fitted_y
from aegui.widgets.figures.makers import (
    charts_figure,
    confusion_figure,
    errors_figure,
    grid_figure,
    latent_figure,
    noise_curves_figure,
    reconstructions_figure,
    traversal_figure,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aegui.commands.opened import OpenedRun
    from aegui.core.latent.frame import Frame
    from aegui.kit.charts.figure import Figure
    from aegui.session.data.image_style import ImageStyle

_FEW_SAMPLES = 48
_GRID_COLUMNS = 15
_MAX_TRAVERSED = 12
_MAX_COLOURED = 20


def _origin(
    model: OpenedRun,
    noise: CorruptionSpec | None = None,
    noise_seed: int | None = None,
    *,
    all_runs: bool = False,
) -> str:
    noisy = noise is not None and noise.kind != "none"
    words = corruption_words(noise) if noise is not None and noisy else ""
    seed = noise_seed if noisy or noise is None else None
    seeds = len(model.all_runs) if all_runs else 1
    if seeds > 1:
        weights = tr("{n:,} seeds, {weights}", n=seeds, weights=tr(WEIGHTS[model.weights]))
        several = {"seed": None, "epoch": None, "weights": weights}
        return model.origin(noise=words, noise_seed=seed, **several)
    return model.origin(noise=words, noise_seed=seed)


def _title(model: OpenedRun, words: str) -> str:
    return tr("{what}: {name}", what=words, name=model.name)


def _latent(model: OpenedRun, options: argparse.Namespace) -> Figure:
    _need_encoder(model)
    some = evenly_spaced(len(model.dataset), options.samples or MAX_CODES)
    codes = np.nan_to_num(model.codec.encode(np.asarray(model.dataset.flat()[some])))
    size = model.codec.latent_size
    if options.axes is None and size > 2:
        frame = spanned_frame(principal_directions(codes), codes.mean(axis=0))
        names = tr("PC1 of the code"), tr("PC2 of the code")
    else:
        frame = plane_frame(model, options.axes)
        names = _axis_names(frame)
    places = placed(frame, codes).astype(np.float64)[:, : min(2, size)]
    labels = [model.dataset.labels[sample] for sample in some.tolist()]
    images = model.dataset.images
    is_uncoloured = len(set(labels)) not in range(2, _MAX_COLOURED + 1)
    pictured = options.pictures or (is_uncoloured and not model.glyphs)
    return latent_figure(
        places,
        names,
        labels,
        _title(model, tr("Latent codes")),
        _origin(model),
        (lambda row: np.asarray(images[some[row]])) if pictured else None,
        _image_style_of_run(model),
    )


def _curves(model: OpenedRun, options: argparse.Namespace) -> Figure:
    history = model.saved.history
    if history is None or not len(history):
        raise AeguiError(tr("{file} has no history of a training.", file=options.file))
    seeds = tuple(result.seed for result in model.saved.results)
    if not seeds:
        seeds = tuple(model.saved.recipe.seed + run for run in range(history.loss.shape[1]))
    recipe = model.saved.recipe
    learnt = len(split_indices(len(model.dataset), recipe.data.split)[0])
    return charts_figure(
        _charts(model, options),
        "curves",
        _title(model, tr("Training")),
        _origin(model, all_runs=len(seeds) > 1),
        seeds_csv(history, seeds),
        "" if recipe.gan is not None else sampled_words(learnt),
    )


def _charts(model: OpenedRun, options: argparse.Namespace) -> list[ChartData]:
    """Return the charts requested with ``--charts``, or those that the window shows by default."""
    history = model.saved.history
    assert history is not None
    known = {chart.key: chart for chart in CHARTS if applies(chart, history)}
    asked = [
        key
        for key, one in known.items()
        if one.is_first and (model.glyphs or not one.of_glyphs) and not is_repeated(one, history)
    ]
    if options.charts is not None:
        asked = [key.strip() for key in options.charts.split(",")]
        for key in asked:
            if key not in known:
                raise AeguiError(
                    tr(
                        "--charts {key}: this training has {known}.",
                        key=key,
                        known=", ".join(known),
                    )
                )
    epoch = np.asarray(history.epoch, np.float64)
    x = Scale(0.0, max(float(epoch[-1]), 1.0))
    found = []
    for key in asked:
        curves = curves_of(known[key], history, model.codec.run)
        y = fitted_y(known[key], epoch, curves, x, options.log)
        name = axis_name(known[key], model.saved.recipe, glyphs=model.glyphs)
        found.append(ChartData(known[key], epoch, curves, x, y, y_name=name))
    return found


def _reconstructions(model: OpenedRun, options: argparse.Namespace) -> Figure:
    _need_answers(model)
    spec = _noise(model, options)
    some = evenly_spaced(len(model.dataset), options.samples or _FEW_SAMPLES)
    images = np.asarray(model.dataset.images[some])
    flat = images.reshape(len(images), -1)
    noisy = corrupted(flat, spec, options.seed, model.dataset.image_shape)
    answers = np.clip(np.nan_to_num(model.codec.reconstruct(noisy)), 0.0, 1.0)
    rows = [(tr(COLUMNS["original"]), images)]
    if spec.kind != "none":
        rows.append((tr(COLUMNS["noisy"]), noisy.reshape(images.shape)))
    rows.append((tr(COLUMNS["answer"]), answers.reshape(images.shape)))
    notes: list[str] = []
    if model.glyphs:
        counts = wrong_pixels(flat, answers).tolist()
        notes = [str(count) if count else "" for count in counts]
    seed = options.seed if spec.kind != "none" else None
    title = _title(model, tr("Reconstructions"))
    return reconstructions_figure(
        [(name, list(of)) for name, of in rows],
        _image_style_of_run(model),
        title,
        _origin(model, spec, seed),
        notes if any(notes) else (),
        tr("wrong pixels"),
    )


def _errors(model: OpenedRun, options: argparse.Namespace) -> Figure:
    _need_answers(model)
    spec = _noise(model, options, use_recipe_noise=False)
    some = evenly_spaced(len(model.dataset), options.samples or MAX_CODES)
    flat = np.asarray(model.dataset.flat()[some])
    labels = [model.dataset.labels[sample] for sample in some.tolist()]
    clean = _error(model, flat, flat)
    groups = [(tr("clean input"), clean)]
    if spec.kind != "none":
        groups.append((corruption_words(spec), _noisy_error(model, flat, spec, options)))
    of, unit = tr("character"), tr("Wrong pixels")
    if not model.glyphs:
        of, unit = tr("sample"), tr("Squared error per image")
    means = groups
    if len(set(labels)) < len(labels):
        labels, means = _by_class(labels, groups)
        of = tr("class")
    last = groups[-1][1]
    level = float(last.mean()), tr("mean: {value:.2f}", value=float(last.mean()))
    return errors_figure(
        labels,
        [(name, values.tolist()) for name, values in means],
        unit,
        of,
        _title(model, tr("Errors")),
        _origin(model, spec, options.seed if spec.kind != "none" else None),
        level,
    )


def _error(
    model: OpenedRun, target: NDArray[np.float32], inputs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the error of each answer to ``inputs``: wrong pixels, or squared error per image."""
    answers = model.codec.reconstruct(inputs)
    if model.glyphs:
        return wrong_pixels(target, answers).astype(np.float64)
    apart = np.asarray(answers, np.float64) - target
    return np.asarray((apart**2).sum(axis=1), np.float64)


def _noisy_error(
    model: OpenedRun, flat: NDArray[np.float32], spec: CorruptionSpec, options: argparse.Namespace
) -> NDArray[np.float64]:
    """Return the mean error of each sample over several draws of the noise."""
    times = max(1, options.draws // len(flat))
    total = np.zeros(len(flat))
    for draw in range(times):
        noisy = corrupted(flat, spec, options.seed + draw, model.dataset.image_shape)
        total += _error(model, flat, noisy)
    return np.asarray(total / times, np.float64)


def _by_class(
    labels: Sequence[str], groups: Sequence[tuple[str, NDArray[np.float64]]]
) -> tuple[list[str], list[tuple[str, NDArray[np.float64]]]]:
    known = sorted(set(labels))
    of = np.array([known.index(label) for label in labels])
    counts = np.bincount(of, minlength=len(known))
    found = [
        (name, np.bincount(of, weights=values, minlength=len(known)) / counts)
        for name, values in groups
    ]
    return known, found


def _noise_curves(model: OpenedRun, options: argparse.Namespace) -> Figure:
    _need_answers(model)
    recipe_kind = model.saved.recipe.data.corruption.kind
    kind = options.noise.partition(":")[0] if options.noise else recipe_kind
    levels = noise_levels("flip" if kind == "none" else kind, options.levels, "--noise")
    runs = model.all_runs if options.run is None else [model]
    tried = ModelUnderTest(model.name, tuple(one.codec for one in runs))
    spec = NoiseCurveSpec(
        levels[0].kind,
        tuple(sorted({one.level for one in levels})),
        options.draws,
        options.seed,
    )
    with shown_work() as (report, cancelled):
        curves = noise_curves([tried], model.dataset, spec, report, cancelled)
    title = _title(model, tr("Wrong pixels against the level of the noise"))
    several = len(runs) > 1
    return noise_curves_figure(curves, title, _origin(model, None, options.seed, all_runs=several))


def _confusion(model: OpenedRun, options: argparse.Namespace) -> Figure:
    if not model.codec.can_classify:
        raise AeguiError(
            tr("{file} is no classifier: it has no confusion matrix.", file=options.file)
        )
    part, indices = part_to_judge(model, None)
    found = classified(model, indices)
    origin = f"{_origin(model)} · {part_words(model.dataset, part, len(found))}"
    title = _title(model, tr("Confusion matrix"))
    return confusion_figure(found.confusion, found.classes, title, origin)


def _grid(model: OpenedRun, options: argparse.Namespace) -> Figure:
    model.refuse_no_decoder()
    frame = plane_frame(model, options.axes)
    if options.at is not None:
        base = place_of(model, "--at", options.at)
        frame = replace(frame, origin=tuple(_off(frame, base).tolist()))
    spec, words = _grid_spec(model, options, frame)
    xs, ys = spec.axis_values()
    line = not any(frame.up)
    ys = ys[:1] if line else ys
    images = grid_of_decodes(model.codec, frame, xs, np.zeros(1) if line else ys)
    across, up = _axis_names(frame)
    names = f"{across} {words}".strip(), "" if line else f"{up} {words}".strip()
    title = _title(model, tr("Decoded grid"))
    return grid_figure(
        images, xs.tolist(), ys.tolist(), names, _image_style_of_run(model), title, _origin(model)
    )


def _off(frame: Frame, base: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return ``base`` with the numbers that the axes of ``frame`` span set to zero."""
    axes = np.array([frame.across, frame.up])
    free = np.abs(axes).sum(axis=0) == 0.0
    return np.asarray(base * free, np.float64)


def _grid_spec(model: OpenedRun, options: argparse.Namespace, frame: Frame) -> tuple[GridSpec, str]:
    """Return the grid of codes to decode, and its description in words."""
    if options.quantiles is not None or (model.has_prior and options.rect is None):
        low, high, count = _quantiles(options.quantiles or "0:1")
        model.require_prior()
        if options.rect is not None:
            raise AeguiError(
                tr("{first} and {second} exclude each other.", first="--quantiles", second="--rect")
            )
        count = options.columns or count
        rows = options.rows or count
        spec = GridSpec(columns=count, rows=rows, quantiles=True, between=(low, high))
        if (low, high) == (0.0, 1.0):
            return spec, tr("(equal shares of the prior)")
        return spec, tr("(quantiles {low:g} to {high:g} of the prior)", low=low, high=high)
    x0, y0, x1, y1 = plane_rect(model, frame, options.rect)
    columns = options.columns or _GRID_COLUMNS
    rows = min(MAX_ROWS, max(1, round(columns * (y1 - y0) / (x1 - x0))))
    # Without ``--rect`` cells need not be square: else a long, thin plane would give few rows.
    rows = options.rows or (columns if options.rect is None else rows)
    spec = GridSpec((0, 1), columns, rows, quantiles=False, across=(x0, x1), up=(y0, y1))
    return spec, ""


def _quantiles(text: str) -> tuple[float, float, int]:
    parts = text.split(":")
    try:
        low, high = float(parts[0]), float(parts[1])
        count = int(parts[2]) if len(parts) == 3 else _GRID_COLUMNS
    except (ValueError, IndexError):
        low, high, count = 1.0, 0.0, 0
    if not (len(parts) in (2, 3) and 0.0 <= low < high <= 1.0 and 1 <= count <= MAX_ROWS):
        raise AeguiError(
            tr(
                "--quantiles {text}: first and last, from 0 to 1, and how many if you like (at "
                "most {most}), such as 0.05:0.95:15.",
                text=text,
                most=MAX_ROWS,
            )
        )
    return low, high, count


def _traversal(model: OpenedRun, options: argparse.Namespace) -> Figure:
    model.refuse_no_decoder()
    size = model.codec.latent_size
    dims = tuple(range(min(size, _MAX_TRAVERSED)))
    if options.dims is not None:
        dims = dimensions("--dims", options.dims, size)
    place = model.middle if options.at is None else place_of(model, "--at", options.at)
    ends = traversal_ends(model, options.span, place)
    images = traversal(model.codec, place, dims, options.steps, ends)
    lows, highs = ends.T.tolist()
    values = [np.linspace(lows[dim], highs[dim], options.steps).tolist() for dim in dims]
    others = tr("other numbers: {code}", code="; ".join(localized(one, ".2f") for one in place[:8]))
    return traversal_figure(
        images,
        [f"z{dim + 1}" for dim in dims],
        values,
        _image_style_of_run(model),
        _title(model, tr("Traversal of the code")),
        f"{_origin(model)} · {others}" + (" …" if size > 8 else ""),
    )


def _need_encoder(model: OpenedRun) -> None:
    if not model.codec.can_encode:
        raise AeguiError(tr("A GAN has no encoder: its figures are grid, traversal and curves."))


def _need_answers(model: OpenedRun) -> None:
    _need_encoder(model)
    if model.codec.can_classify:
        raise AeguiError(
            tr(
                "A classifier reconstructs nothing: its figures are latent, curves, confusion, "
                "grid and traversal."
            )
        )


def _noise(
    model: OpenedRun, options: argparse.Namespace, *, use_recipe_noise: bool = True
) -> CorruptionSpec:
    """Return the noise of ``--noise``, else the recipe's if ``use_recipe_noise``, else none."""
    if options.noise is not None:
        return parse_corruption(options.noise)
    return model.saved.recipe.data.corruption if use_recipe_noise else CorruptionSpec()


def _image_style_of_run(model: OpenedRun) -> ImageStyle:
    return image_style_of(model.dataset)


def _axis_names(frame: Frame) -> tuple[str, str]:
    across, up = np.array(frame.across), np.array(frame.up)
    return f"z{int(across.argmax()) + 1}", f"z{int(up.argmax()) + 1}" if up.any() else ""


FIGURES: dict[str, Callable[[OpenedRun, argparse.Namespace], Figure]] = {
    "latent": _latent,
    "curves": _curves,
    "reconstructions": _reconstructions,
    "errors": _errors,
    "noise": _noise_curves,
    "confusion": _confusion,
    "grid": _grid,
    "traversal": _traversal,
}


def weights_words(kind: str, model: OpenedRun, options: argparse.Namespace) -> str:
    """Return in words which weights the figure ``kind`` shows."""
    seeds = [one.seed for one in model.all_runs]
    of_all = kind == "curves" or (kind == "noise" and options.run is None)
    if of_all and len(seeds) > 1:
        return several_words(options.weights, seeds)
    return model.words


def run_figure(kind: str, model: OpenedRun, options: argparse.Namespace) -> Figure:
    """Return the figure ``kind``, a key of ``FIGURES``, of a saved run."""
    return FIGURES[kind](model, options)
