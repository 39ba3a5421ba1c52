"""The pages of a report: each a finding, the figure that shows it, and the command for it.

Findings are computed from the same network and samples as the figure. A page whose data are
missing is left out.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import field, replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.figure_kinds import FIGURES
from aegui.commands.options import FIGURE
from aegui.commands.places import sample_called
from aegui.commands.report_reasons import (
    activation_reason,
    confusion_words,
    curves_words,
    reasons_of,
)
from aegui.core.atomic import safe_stem, stem_of
from aegui.core.data.card import card
from aegui.core.data.corruption import corruption_key, corruption_words
from aegui.core.data.emoji_words import translated_name
from aegui.core.data.progress import in_batches
from aegui.core.errors import AeguiError
from aegui.core.evaluation.noise import noisy_score
from aegui.core.evaluation.parts import HELD_OUT
from aegui.core.evaluation.samples import sample_images
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.latent.concepts import apply, concept
from aegui.core.latent.decoder_fit import decoder_problem
from aegui.core.latent.finds import best_new
from aegui.core.latent.grids import MAX_ROWS
from aegui.core.latent.novelty import known, novelty
from aegui.core.latent.paths import pixel_change, through
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.sheets import decoded
from aegui.core.light_dataclass import dataclass
from aegui.core.network.plan import network_plan
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.network.summary import summary_of
from aegui.core.network.words import architecture
from aegui.core.recipe import CorruptionSpec
from aegui.core.recipe.settings import SECTIONS
from aegui.core.text_tables import csv_text
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.best import has_best_weights
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.matrix import NumberMatrix
from aegui.kit.charts.text_table import TextTable
from aegui.session.data.image_style import image_style_of
from aegui.widgets.figures.makers import pictures_figure, reconstructions_figure
from aegui.widgets.figures.sheets import PictureSheet
from aegui.widgets.glyphs import label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from aegui.commands.opened import OpenedRun

DATA, METHOD, AXES = mark("Data"), mark("Method"), mark("Comparisons")
RESULT, MAP, NEW = mark("Result"), mark("Latent map"), mark("New letters")
NEW_IMAGES, DENOISE, ANNEX = mark("New images"), mark("Noise"), mark("Annex")
ORDER = (DATA, METHOD, AXES, RESULT, MAP, NEW, NEW_IMAGES, DENOISE, ANNEX)
"""The sections in the order of the assignment."""
_FEW_CHARACTERS = 100
_MAX_MATRIX = 40
_MAX_PAIRS = 1_000
_FINDS = 12
_DRAWS = 4000
"""Noisy samples behind the figures of noise, also in the command that reproduces them."""
_NEAREST = 5
_STEPS = 9
_LINES_BETWEEN = 5
_NOISE = CorruptionSpec(kind="flip", level=0.1)
_TESTED_LEVELS = (0.05, 0.1, 0.2)
_CHUNK = 256
"""Samples that are reconstructed at a time."""
_SHOWN = 24
_MAX_TRAVERSED = 8
_GRID_ROWS, _GRID_SHAPE = 11, 2.1
"""Rows, and width by height, of a grid that fills a page and almost fills a slide."""
_DRAWN = 12


@dataclass(frozen=True, eq=False)
class ReportPage:
    """One page of a report."""

    key: str
    """Stem of its file names."""
    section: str
    """Its section, one of ``ORDER``."""
    finding: str
    """What the figure shows, in one sentence."""
    figure: Figure
    """The figure."""
    command: str = ""
    """The command line that reproduces it; empty if there is none."""
    table: str = field(default="")
    """Its numbers as CSV, or empty."""
    id: str = ""
    """Id by which the program reopens it; empty if it is not of one run or study."""
    of: str = ""
    """Title of the network or study it belongs to."""
    heading: str = ""
    """Translated heading of its section, with the network if there are several."""


def run_pages(model: OpenedRun, cancelled: Callable[[], bool]) -> Iterator[ReportPage]:
    """Yield the pages of one network, in the order of the assignment."""
    recipe = model.saved.recipe
    reconstructs = model.codec.can_encode and not model.codec.can_classify
    yield from _data_pages(model)
    yield _method_page(model)
    yield from _drawn(model, METHOD, curves_words, "curves", "--log")
    if reconstructs:
        yield from _result_pages(model, cancelled)
    yield from _drawn(model, RESULT, confusion_words, "confusion")
    if model.codec.can_encode:
        yield from _drawn(model, MAP, _latent_finding, "latent")
    # Where the decoder does not fit the codes, its images would mean nothing.
    if not decoder_problem(recipe, model.codec):
        yield from _decoded_pages(model, cancelled)
    if reconstructs and model.glyphs:
        noise = recipe.data.corruption if recipe.data.corruption.level else _NOISE
        finding = _noise_finding(model, noise, cancelled)
        yield from _drawn(
            model,
            DENOISE,
            lambda _: finding,
            "noise",
            "--noise",
            corruption_key(noise),
            "--draws",
            str(_DRAWS),
        )
        for level in _TESTED_LEVELS:
            tried = noise.model_copy(update={"level": level})
            yield from _noisy_page(model, tried, cancelled)


def _decoded_pages(model: OpenedRun, cancelled: Callable[[], bool]) -> Iterator[ReportPage]:
    if model.codec.latent_size <= 2 or model.has_prior:
        # Two numbers of a long plain code show too little to be worth a page.
        yield from _drawn(model, MAP, _grid_finding, "grid", *_grid_options(model))
    if model.codec.latent_size <= _MAX_TRAVERSED:
        yield from _drawn(model, MAP, _traversal_finding, "traversal")
    yield from _new_pages(model, cancelled)


# Data and method


def _data_pages(model: OpenedRun) -> Iterator[ReportPage]:
    dataset, found = model.dataset, card(model.dataset)
    some = np.arange(min(len(dataset), _FEW_CHARACTERS))
    images = [np.asarray(dataset.images[index]) for index in some]
    _, height, width = dataset.image_shape
    words = tr(
        "{n:,} samples of {width}x{height} pixels", n=len(dataset), width=width, height=height
    )
    figure = pictures_figure(
        images,
        image_style_of(dataset),
        "data",
        words,
        model.origin(),
        [label_sign(dataset.labels[index]) for index in some] if model.glyphs else (),
    )
    yield ReportPage("data", DATA, words, figure, _line("data", model.file))
    if not found.closest or not model.glyphs:
        return
    pairs = [
        (_name(model, pair.a), _name(model, pair.b), f"{pair.distance:.0f}")
        for pair in found.closest
    ]
    first = pairs[0]
    finding = trn(
        "The closest two, {a} and {b}, differ in {n} pixel",
        "The closest two, {a} and {b}, differ in {n} pixels",
        round(found.closest[0].distance),
        a=first[0],
        b=first[1],
    )
    head = (tr("character"), tr("other character"), tr("pixels that differ"))
    sheet = PictureSheet(
        tuple(
            tuple(np.asarray(dataset.images[getattr(pair, side)]) for pair in found.closest)
            for side in ("a", "b")
        ),
        image_style_of(dataset),
        notes=(tuple("" for _ in pairs), tuple(pair[2] for pair in pairs)),
        noted=head[2],
    )
    yield ReportPage(
        "data-pairs",
        DATA,
        finding,
        Figure("data-pairs", tr("Closest pairs"), (sheet,), model.origin()),
        _line("data", model.file),
        csv_text(list(head), [list(row) for row in pairs]),
    )
    if len(dataset) <= _MAX_MATRIX:
        yield _hamming_page(model)


def _hamming_page(model: OpenedRun) -> ReportPage:
    flat = model.dataset.flat() > 0.5
    apart = (flat[:, np.newaxis] != flat).sum(axis=2)
    pairs = apart[np.triu_indices(len(apart), 1)]
    finding = tr(
        "Two characters differ in {mean} pixels on average, in {least} at least, {most} at most",
        mean=localized(float(pairs.mean()), ".1f"),
        least=int(pairs.min()),
        most=int(pairs.max()),
    )
    labels = model.dataset.labels
    signs, names = tuple(map(label_sign, labels)), tuple(map(label_name, labels))
    shades = 1.0 - apart / max(1, apart.max())
    np.fill_diagonal(shades, np.nan)
    texts = tuple(tuple(str(one) if one else "" for one in row) for row in apart.tolist())
    plot = NumberMatrix(texts, shades, signs, signs, "", tr("character"))
    rows = [[name, *map(str, row)] for name, row in zip(names, apart.tolist(), strict=True)]
    return ReportPage(
        "data-hamming",
        DATA,
        finding,
        Figure("data-hamming", tr("Pixels that differ, every two"), (plot,), model.origin()),
        "",
        csv_text([tr("character"), *names], rows),
    )


def _method_page(model: OpenedRun) -> ReportPage:
    recipe = model.saved.recipe
    shapes = layer_shapes(recipe, model.dataset.image_shape, classes_learnt(recipe, model.dataset))
    summary = summary_of(shapes)
    reasons = reasons_of(recipe)
    rows = [
        (tr(section.title), section.summary(recipe), reasons.get(section.key, ""))
        for section in SECTIONS
        if section.shown(recipe)
    ]
    if all(layer.kind == "dense" for layer in recipe.network.encoder):
        network = architecture(network_plan(recipe, model.dataset.image_shape))
    else:
        # Layer sizes between convolutions would say little, and there are many.
        pixels = localized(model.codec.pixels, ",")
        network = f"{pixels} → {model.codec.latent_size} → {pixels}"
    rows.insert(0, (tr("Network"), network, activation_reason(recipe)))
    head = (tr("what"), tr("choice"), tr("why"))
    figure = Figure(
        "method",
        tr("Where the training starts from"),
        (TextTable(head, tuple(rows)),),
        model.origin(),
    )
    finding = tr(
        "{network}: {n:,} parameters, trained with {optimizer}",
        network=network,
        n=summary.parameters,
        optimizer=tr(OPTIMIZERS[recipe.training.optimizer.name].label),
    )
    return ReportPage(
        "method",
        METHOD,
        finding,
        figure,
        _line("summary", model.file),
        csv_text(list(head), [list(row) for row in rows]),
    )


# Result


def _errors_finding(model: OpenedRun) -> str:
    """Return the errors of ``some_samples``, as in the figure, beside PCA of the same samples."""
    flat = model.some_samples
    answers = model.codec.reconstruct(flat)
    pca = fit_pca(flat, min(model.codec.latent_size, len(flat) - 1))
    if model.glyphs:
        wrong = wrong_pixels(flat, answers)
        linear = wrong_pixels(flat, pca.decode(pca.encode(flat))).mean()
        words = tr(
            "{n:,} of {all:,} within 1 wrong pixel, {mean} wrong on average; PCA with as many "
            "numbers: {linear}",
            n=int((wrong <= 1).sum()),
            all=len(wrong),
            mean=localized(float(wrong.mean()), ".2f"),
            linear=localized(float(linear), ".2f"),
        ) + _held_out_words(model, wrong)
    else:
        error = float(((np.asarray(answers, np.float64) - flat) ** 2).sum(axis=1).mean())
        words = tr(
            "Squared error per image {own}; PCA with as many numbers leaves {linear}",
            own=localized(error, ".4g"),
            linear=localized(pca.error(), ".4g"),
        )
    if len(flat) == len(model.dataset):
        return words
    return tr(
        "{words} (both of {n:,} of the {all:,} samples)",
        words=words,
        n=len(flat),
        all=len(model.dataset),
    )


def _held_out_words(model: OpenedRun, wrong: NDArray[np.int64]) -> str:
    """Return the same figures for the held-out samples among them; empty if there are none.

    ``wrong`` are the wrong pixels of ``some_samples``.
    """
    held_out = wrong[np.isin(model.indices, model.parts.get(HELD_OUT, ()))]
    if not len(held_out):
        return ""
    return tr(
        "; of {all:,} held out {n:,} within 1, {mean} wrong on average",
        all=len(held_out),
        n=int((held_out <= 1).sum()),
        mean=localized(float(held_out.mean()), ".2f"),
    )


def _result_pages(model: OpenedRun, cancelled: Callable[[], bool]) -> Iterator[ReportPage]:
    """Yield errors by character or class, unless all are zero, and the worst reconstructions."""
    flat = np.asarray(model.some_samples)
    answers = np.empty_like(flat)
    for batch in in_batches(len(flat), _CHUNK, cancelled):
        answers[batch] = np.clip(np.nan_to_num(model.codec.reconstruct(flat[batch])), 0.0, 1.0)
    errors = wrong_pixels(flat, answers) if model.glyphs else ((flat - answers) ** 2).sum(axis=1)
    order = np.argsort(-np.asarray(errors), kind="stable")[:_SHOWN]
    shape = model.dataset.image_shape
    rows = [
        (tr("Sample"), [flat[index].reshape(shape) for index in order]),
        (tr("Answer"), [answers[index].reshape(shape) for index in order]),
    ]
    digits = "d" if model.glyphs else ".3g"
    notes = [localized(errors[index], digits) for index in order]
    unit = tr("wrong pixels") if model.glyphs else tr("squared error")
    set_finding = _errors_finding(model)
    if errors.max():
        yield from _drawn(model, RESULT, lambda _: set_finding, "errors")
    worst = _name(model, model.indices[order[0]])
    figure = reconstructions_figure(
        rows,
        image_style_of(model.dataset),
        tr("Reconstructions, the worst first"),
        model.origin(),
        notes,
        unit,
    )
    if model.glyphs:
        finding = trn(
            "The worst answer is that to {name}: {n} wrong pixel",
            "The worst answer is that to {name}: {n} wrong pixels",
            int(errors.max()),
            name=worst,
        )
    else:
        finding = tr(
            "The worst answer is that to {name}: squared error {n}", name=worst, n=notes[0]
        )
    finding = finding if errors.max() else set_finding
    table = csv_text(
        [tr("sample"), unit],
        [
            [_name(model, model.indices[at]), f"{errors[at]:.6g}"]
            for at in np.argsort(-errors, kind="stable")
        ],
    )
    yield ReportPage("worst", RESULT, finding, replace(figure, name="worst"), "", table)


# Latent map


def _latent_finding(model: OpenedRun) -> str:
    codes = model.codes
    assert codes is not None
    if model.codec.latent_size > 2:
        return tr(
            "{n} numbers of the code, seen where the samples differ most", n=model.codec.latent_size
        )
    is_plane = model.codec.latent_size == 2 and np.isfinite(codes).all()
    if not is_plane or not 2 <= len(codes) <= _MAX_PAIRS:
        return tr("Where {n:,} samples lie by the numbers of their codes", n=len(codes))
    apart = ((codes[:, np.newaxis] - codes) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    one, other = divmod(int(apart.argmin()), len(codes))
    return tr(
        "{n:,} samples on the plane of their codes: {a} and {b} are the closest, {distance} apart",
        n=len(codes),
        a=_name(model, one),
        b=_name(model, other),
        distance=localized(float(apart[one, other]) ** 0.5, ".2g"),
    )


def _grid_options(model: OpenedRun) -> tuple[str, ...]:
    """Return the options of a grid as wide as a page, for any image shape."""
    if model.codec.latent_size == 1:
        return ()
    _, height, width = model.dataset.image_shape
    columns = min(MAX_ROWS, max(1, round(_GRID_SHAPE * _GRID_ROWS * height / width)))
    return "--columns", str(columns), "--rows", str(_GRID_ROWS)


def _grid_finding(model: OpenedRun) -> str:
    if model.has_prior:
        return tr("Decoded quantiles of the prior")
    return tr("Between the samples: the plane, decoded in equal steps")


def _traversal_finding(model: OpenedRun) -> str:
    return trn(
        "What the one number of the code does",
        "What each of {n} numbers of the code does by itself",
        model.codec.latent_size,
    )


# New images


def _new_pages(model: OpenedRun, cancelled: Callable[[], bool]) -> Iterator[ReportPage]:
    section = NEW if model.glyphs else NEW_IMAGES
    of = known(model.dataset, model.glyphs)
    found = best_new(model.codec, of, model.codes, _FINDS, 0, cancelled)
    if len(found.codes):
        yield from _find_pages(model, section, found.codes, found.images)
    if model.has_prior:
        yield _samples_page(model, section)
    if model.codec.can_encode and len(model.dataset) > 1:
        yield (_interpolation_page if model.has_prior else _path_page)(model, section)
    yield from _concept_pages(model, section)


def _find_pages(
    model: OpenedRun, section: str, codes: NDArray[np.float32], images: NDArray[np.float32]
) -> Iterator[ReportPage]:
    of = known(model.dataset, model.glyphs)
    found = novelty(of, images.reshape(len(images), -1), codec=model.codec, count=_NEAREST)
    near = found.nearest[0].tolist()
    row = [images[0], *(np.asarray(model.dataset.images[at]) for at in near)]
    names = [tr("new"), *(_name(model, at) for at in near)]
    notes = ["", *(localized(float(value), ".3g") for value in found.distances[0])]
    place = "; ".join(localized(value, ".2f") for value in codes[0, :4].tolist())
    unit = tr("pixels that differ") if model.glyphs else tr("distance")
    sheet = PictureSheet(
        (tuple(row),),
        image_style_of(model.dataset),
        column_names=tuple(names),
        notes=(tuple(notes),),
        noted=unit,
    )
    title = tr("A new image at the code ({place}), and the samples nearest to it", place=place)
    ratio = localized(float(found.ratio[0]), ".2f")
    if model.glyphs:
        finding = tr(
            "A new image of novelty {ratio}; the samples nearest to it: {names}",
            ratio=ratio,
            names=", ".join(names[1:]),
        )
    else:
        # Names of pictures have several words: five of them are too long for a title.
        finding = tr(
            "A new image of novelty {ratio}; the sample nearest to it: {name}",
            ratio=ratio,
            name=names[1],
        )
    arguments = ("-n", str(_FINDS), "-o", _out(model, "finds.png"))
    command = _line("finds", model.file, *_which(model), *arguments)
    figure = Figure("new-one", title, (sheet,), model.origin())
    rows = [[name, f"{gap:.6g}"] for name, gap in zip(names[1:], found.distances[0], strict=True)]
    table = csv_text([tr("nearest sample"), unit], rows)
    yield ReportPage("new-one", section, finding, figure, command, table)
    some = pictures_figure(
        list(images),
        image_style_of(model.dataset),
        "new",
        tr("The best new images"),
        model.origin(),
        [localized(float(ratio), ".2f") for ratio in found.ratio],
    )
    words = trn("{n} new image, and its novelty", "{n} new images, and their novelty", len(images))
    numbers = [f"z{place}" for place in range(1, codes.shape[1] + 1)]
    rows = [
        [f"{ratio:.6g}", *(f"{value:.6g}" for value in code)]
        for ratio, code in zip(found.ratio, codes, strict=True)
    ]
    yield ReportPage(
        "new", section, words, some, command, csv_text([tr("novelty"), *numbers], rows)
    )


def _samples_page(model: OpenedRun, section: str) -> ReportPage:
    """Return a page of random images from the prior, each above the sample nearest to it."""
    images = sample_images(model.codec, _DRAWN, 0)
    of = known(model.dataset, model.glyphs)
    found = novelty(of, images.reshape(len(images), -1))
    near = found.nearest[:, 0].tolist()
    rows = [
        (tr("drawn"), list(images)),
        (tr("nearest sample"), [np.asarray(model.dataset.images[at]) for at in near]),
    ]
    notes = [localized(float(one), ".3g") for one in found.distances[:, 0]]
    unit = tr("pixels that differ") if model.glyphs else tr("distance")
    title = tr("Images drawn from the prior, and the samples nearest to them")
    figure = reconstructions_figure(
        rows, image_style_of(model.dataset), title, model.origin(), notes, unit
    )
    finding = tr("{n} random images, not selected", n=_DRAWN)
    which = _which(model)
    arguments = ("-n", str(_DRAWN), "--seed", "0", "-o", _out(model, "samples.png"))
    command = _line("sample", model.file, *which, *arguments)
    return ReportPage("samples", section, finding, replace(figure, name="samples"), command)


def _path_page(model: OpenedRun, section: str) -> ReportPage:
    """Return a page of the path from one sample to the one with the most distant code."""
    codes = model.codes
    assert codes is not None
    codes = np.nan_to_num(codes)
    seen = (at for at, place in enumerate(model.indices) if model.dataset.labels[place].isalnum())
    first = next(seen, 0)
    last = int(np.argmax(((codes - codes[first]) ** 2).sum(axis=1)))
    path = through([codes[first], codes[last]], "straight", _STEPS)
    images = decoded(model.codec, path)
    a, b = _name(model, model.indices[first]), _name(model, model.indices[last])
    ends_named = (a, *[""] * (_STEPS - 2), b)
    sheet = PictureSheet((tuple(images),), image_style_of(model.dataset), column_names=ends_named)
    title = tr("From “{a}” to “{b}” in {n} steps", a=a, b=b, n=_STEPS)
    finding = tr(
        "From “{a}” to “{b}”: {n} pixels change on the way",
        a=a,
        b=b,
        n=localized(float(pixel_change(model.codec, path).sum()), ".1f"),
    )
    ends = (
        f"--from={_called(model, model.indices[first])}",
        f"--to={_called(model, model.indices[last])}",
    )
    arguments = ("-n", str(_STEPS), "-o", _out(model, "path.png"))
    command = _line("path", model.file, *_which(model), *ends, *arguments)
    return ReportPage(
        "path", section, finding, Figure("path", title, (sheet,), model.origin()), command
    )


def _interpolation_page(model: OpenedRun, section: str) -> ReportPage:
    """Return a page of straight paths between classes, for a code with a prior."""
    codes = np.nan_to_num(np.asarray(model.codes))
    labels = [model.dataset.labels[place] for place in model.indices]
    rows: list[tuple[NDArray[np.float32], ...]] = []
    names, changes = [], []
    begun: set[str] = set()
    ended: set[str] = set()
    for first, label in enumerate(labels):
        if len(rows) == _LINES_BETWEEN:
            break
        others = [at for at, other in enumerate(labels) if other not in {label, *ended}]
        if label in begun or not others or not label.strip():
            continue
        far = ((codes[others] - codes[first]) ** 2).sum(axis=1)
        last = others[int(np.argmax(far))]
        begun.add(label)
        ended.add(labels[last])
        path = through([codes[first], codes[last]], "straight", _STEPS)
        rows.append(tuple(decoded(model.codec, path)))
        changes.append(float(pixel_change(model.codec, path).max()))
        names.append(f"{_name(model, model.indices[first])} →\n{_name(model, model.indices[last])}")
    sheet = PictureSheet(tuple(rows), image_style_of(model.dataset), row_names=tuple(names))
    title = tr("Interpolation in {n} equal steps of the code", n=_STEPS)
    finding = tr(
        "Every step between two samples is an image; at most {n} pixels change from one to the "
        "next",
        n=localized(max(changes, default=0.0), ".3g"),
    )
    return ReportPage(
        "interpolation",
        section,
        finding,
        Figure("interpolation", title, (sheet,), model.origin()),
    )


def _concept_pages(model: OpenedRun, section: str) -> Iterator[ReportPage]:
    """Yield the concept from small letters to capitals if there are both, else of two classes."""
    boxes = _boxes(model)
    codes = model.codes
    if boxes is None or codes is None:
        return
    (plus_name, plus), (minus_name, minus) = boxes
    try:
        found = concept(codes[plus], codes[minus], plus_name)
    except AeguiError:
        return
    bases = [codes[index] for index in minus[:3]]
    amounts = np.linspace(found.low, found.high, _STEPS)
    rows = [
        decoded(model.codec, np.array([apply(found, base, at) for at in amounts])) for base in bases
    ]
    sheet = PictureSheet(
        tuple(tuple(row) for row in rows),
        image_style_of(model.dataset),
        row_names=tuple(_name(model, model.indices[index]) for index in minus[:3]),
        column_names=tuple(localized(amount, "+.2f") for amount in amounts.tolist()),
    )
    title = tr("{a} made of {b}, step by step", a=plus_name, b=minus_name)
    finding = tr("The concept {a} against {b}", a=plus_name, b=minus_name)
    if found.separation:
        finding = tr(
            "The concept {a} against {b}: {apart} standard deviations apart",
            a=plus_name,
            b=minus_name,
            apart=localized(found.separation, ".1f"),
        )
    labels = model.dataset.labels
    listed = [",".join(dict.fromkeys(labels[at] for at in box)) for box in (plus, minus)]
    command = _line(
        *("concept", model.file, *_which(model), f"--plus={listed[0]}", f"--minus={listed[1]}"),
        *(f"--apply={_called(model, index)}" for index in minus[:3]),
        *("-o", _out(model, "concept.png")),
    )
    # Of larger sets the page uses a subset of the samples, the command all of them.
    set_command = command if len(codes) == len(model.dataset) else ""
    yield ReportPage(
        "concept", section, finding, Figure("concept", title, (sheet,), model.origin()), set_command
    )


def _boxes(model: OpenedRun) -> tuple[tuple[str, list[int]], tuple[str, list[int]]] | None:
    codes = model.codes
    if codes is None:
        return None
    labels = [model.dataset.labels[index] for index in model.indices]
    if model.glyphs:
        large = [at for at, label in enumerate(labels) if len(label) == 1 and label.isupper()]
        small = [at for at, label in enumerate(labels) if len(label) == 1 and label.islower()]
        names = tr("capitals"), tr("small letters")
        return ((names[0], large), (names[1], small)) if large and small else None
    known_labels = sorted(set(labels), key=labels.count, reverse=True)[:2]
    if len(known_labels) < 2 or labels.count(known_labels[1]) < 3:
        return None
    first, second = (
        (label_name(label), [at for at, one in enumerate(labels) if one == label])
        for label in known_labels
    )
    return first, second


# Noise


def _noise_finding(model: OpenedRun, noise: CorruptionSpec, cancelled: Callable[[], bool]) -> str:
    score = noisy_score(model.codec, model.dataset, noise, _DRAWS, 0, cancelled=cancelled)
    mean = localized(float(score.per_sample.mean()), ".2f")
    words = corruption_words(noise)
    if score.limit is None:
        return tr("{noise}: {mean} wrong pixels on average", noise=words, mean=mean)
    return tr(
        "{noise}: {mean} wrong pixels on average; the best possible is {limit}",
        noise=words,
        mean=mean,
        limit=localized(score.limit, ".2f"),
    )


def _noisy_page(
    model: OpenedRun, noise: CorruptionSpec, cancelled: Callable[[], bool]
) -> Iterator[ReportPage]:
    score = noisy_score(
        model.codec, model.dataset, noise, _DRAWS, 0, limited=False, cancelled=cancelled
    )
    finding = tr(
        "{noise}: {share:.0%} of the answers have at most 1 wrong pixel",
        noise=corruption_words(noise),
        share=score.share_at_most_1,
    )
    level = f"{noise.level:g}".replace(".", "")
    arguments = ("reconstructions", "--noise", corruption_key(noise))
    for page in _drawn(model, DENOISE, lambda _: finding, *arguments, key=f"noisy-{level}"):
        # A title for each level, because the finding may be left out.
        title = tr("{what}: {name}", what=tr("Reconstructions"), name=corruption_words(noise))
        yield replace(page, figure=replace(page.figure, title=title))


# Shared by all pages


def _drawn(
    model: OpenedRun,
    section: str,
    finding: Callable[[OpenedRun], str],
    kind: str,
    *more: str,
    key: str = "",
) -> Iterator[ReportPage]:
    """Yield the figure ``kind`` of the command ``figure``, unless this network has none.

    ``key`` replaces the kind in file names if there are several figures of it.
    """
    key = key or kind
    parser = argparse.ArgumentParser(add_help=False)
    for option in FIGURE:
        option.add_to(parser)
    arguments = [model.file, kind, *_which(model), *more, "-o", _out(model, f"{key}.svg")]
    options = parser.parse_args(arguments)
    try:
        figure = FIGURES[kind](model, options)
    except AeguiError:
        return
    command = _line("figure", *arguments)
    yield ReportPage(key, section, finding(model), figure, command, figure.csv)


def _name(model: OpenedRun, index: int) -> str:
    dataset = model.dataset
    if model.glyphs:
        return label_name(dataset.labels[index])
    return translated_name(dataset.names[index])


def _which(model: OpenedRun) -> tuple[str, ...]:
    """Return the options that name the run and its weights, if they are not the best ones."""
    run, best = model.codec.run, model.saved.best_run
    number = ("--run", str(run)) if run != best else ()
    # A GAN has only its last weights, so they need not be named.
    is_asked = model.weights != "best" and has_best_weights(model.saved.recipe)
    return (*number, *(("--weights", model.weights) if is_asked else ()))


def _called(model: OpenedRun, index: int) -> str:
    """Return how a command refers to a sample: by character, or by name if it cannot be typed.

    If another sample comes first under that name, its code is returned instead.
    """
    label, name = model.dataset.labels[index], model.dataset.names[index]
    is_typed = model.glyphs and label.isprintable() and label.strip() != ""
    word = label if is_typed else name
    if sample_called(model.dataset, word) == index:
        return word
    (code,) = model.codec.encode(model.dataset.images[index])
    return ",".join(f"{value:.9g}" for value in code)


def _out(model: OpenedRun, name: str) -> str:
    """Return a file name that no other command line of the report uses."""
    return f"{safe_stem(stem_of(model.file))}-{name}"


def _line(*arguments: str) -> str:
    return shlex.join(["aegui", *arguments])
