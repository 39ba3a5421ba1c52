"""``aegui limit`` and ``aegui denoise``: the Bayes limit of denoising, and denoising files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.cost import refuse_excess
from aegui.commands.images import check_images_form, check_images_path, write_images
from aegui.commands.loading import loaded_set
from aegui.commands.opened import OpenedRun
from aegui.commands.option import refuse_both
from aegui.commands.progress import shown_work
from aegui.commands.words import note, say, say_json, shown, table_text
from aegui.core.cost import Cost
from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.data.load import read_source
from aegui.core.data.progress import Progress, images_done
from aegui.core.data.readers.table import read_glyphs
from aegui.core.errors import AeguiError, ReadError
from aegui.core.evaluation.confusions import confusable_pairs
from aegui.core.evaluation.limits import limit, limit_cost
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.evaluation.priors import UNIFORM, prior_words, read_prior
from aegui.core.evaluation.repairs import repaired
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import localized, tr, trn
from aegui.core.recipe import MAX_IMAGE, MIN_PICTURE, ImageSpec
from aegui.core.study.findings import mistakes
from aegui.core.text_tables import markdown_text

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.limits import BayesLimit
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

_PNG = ".png"
_CHUNK = 64
"""Images that are denoised at a time."""


def limit_command(options: argparse.Namespace) -> int:
    """Print the Bayes limit: the lowest mean of wrong pixels that any answer to noise can reach."""
    refuse_both(options, "--markdown", "--json")
    specs = [parse_corruption(text) for text in options.noise]
    datasets = [loaded_set(source, options.chars) for source in options.data]
    priors = _priors(options.prior, datasets)
    costs = [limit_cost(len(one), one.pixels, options.draws) for one in datasets]
    refuse_excess(
        Cost(len(specs) * sum(one.seconds for one in costs), max(costs, key=_bytes).memory),
        allowed=options.yes,
    )
    with shown_work() as (report, cancelled):
        limits = [
            [
                limit(
                    dataset.flat(),
                    spec,
                    options.draws,
                    options.seed,
                    prior,
                    dataset.image_shape,
                    report,
                    cancelled,
                )
                for dataset, prior in zip(datasets, priors, strict=True)
            ]
            for spec in specs
        ]
    if options.json:
        say_json(_limits_json(options, specs, datasets, limits))
        return 0
    say(_limits_table(specs, datasets, limits, markdown=options.markdown))
    if not all(one.is_exact for row in limits for one in row):
        note(tr("Noise is drawn with seed {seed}.", seed=options.seed))
    for spec in specs:
        for dataset in datasets if options.pairs else []:
            say()
            say(_pairs_table(dataset, spec, options.pairs))
    return 0


def _bytes(cost: Cost) -> int:
    return cost.bytes


def _priors(text: str, datasets: list[Dataset]) -> list[NDArray[np.float64] | None]:
    """Return the sample weights of each set, as ``--prior`` says; None for equal ones."""
    if text == UNIFORM:
        return [None] * len(datasets)
    prior = read_prior(text)
    found: list[NDArray[np.float64] | None] = []
    for dataset in datasets:
        found.append(prior.of(dataset))
        if words := prior_words(prior, dataset):
            note(f"{dataset.name}: {words}")
    return found


def _limits_table(
    specs: list[CorruptionSpec],
    datasets: list[Dataset],
    limits: list[list[BayesLimit]],
    *,
    markdown: bool,
) -> str:
    header = [tr("wrong pixels"), *(dataset.name for dataset in datasets)]
    rows = [
        [corruption_words(spec), *map(_limit_words, row)]
        for spec, row in zip(specs, limits, strict=True)
    ]
    return (markdown_text if markdown else table_text)(header, rows)


def _limit_words(found: BayesLimit) -> str:
    mean = localized(found.mean, ".4f")
    if found.is_exact:
        return f"{mean} {tr('(exact)')}"
    return f"{mean} ± {localized(found.error, '.4f')}"


def _pairs_table(dataset: Dataset, spec: CorruptionSpec, most: int) -> str:
    rows = [
        [
            f"{_named(dataset, pair.first)} {_named(dataset, pair.second)}",
            str(pair.distance),
            localized(pair.chance, ".2%"),
        ]
        for pair in confusable_pairs(dataset, spec, most)
    ]
    title = tr("{data}, {noise}", data=dataset.name, noise=corruption_words(spec))
    return table_text([title, tr("different pixels"), tr("taken for the other")], rows)


def _named(dataset: Dataset, index: int) -> str:
    return shown(dataset.labels[index], dataset.names[index])


def _limits_json(
    options: argparse.Namespace,
    specs: list[CorruptionSpec],
    datasets: list[Dataset],
    limits: list[list[BayesLimit]],
) -> list[dict[str, Any]]:
    found = []
    for spec, row in zip(specs, limits, strict=True):
        for dataset, one in zip(datasets, row, strict=True):
            pairs = confusable_pairs(dataset, spec, options.pairs) if options.pairs else ()
            found.append(
                {
                    "data": dataset.name,
                    "kind": spec.kind,
                    "level": spec.level,
                    "characters": len(dataset),
                    "prior": options.prior,
                    "limit": one.mean,
                    "standard_error": one.error,
                    "exact": one.is_exact,
                    "draws": one.draws,
                    "seed": options.seed,
                    "pairs": [
                        {
                            "first": dataset.labels[pair.first],
                            "second": dataset.labels[pair.second],
                            "distance": pair.distance,
                            "chance": pair.chance,
                        }
                        for pair in pairs
                    ],
                }
            )
    return found


def denoise_command(options: argparse.Namespace) -> int:
    """Let a network denoise images, and write its answers."""
    spec = parse_corruption(options.noise)
    check_images_path(options.out, folders=False)
    run = OpenedRun.of(options)
    run.refuse_no_autoencoder()
    saved = run.saved
    for finding in mistakes(saved.recipe, spec, saved.dataset):
        note(f"{finding.title}. {finding.text}")
    check_answers(options, run)
    images = read_images(options.inputs, run.codec)
    glyphs = saved.dataset.is_binary
    answers, change = _repaired(run.codec, images, spec, options, glyphs=glyphs)
    write_answers(options, run, images, answers)
    if options.json:
        run.say_json(
            options.out,
            images=len(answers),
            noise={"kind": spec.kind, "level": spec.level},
            noise_seed=options.seed,
            **{"pixels_switched" if glyphs else "squared_change": float(change.mean())},
        )
        return 0
    values = {"mean": float(change.mean()), "file": options.out}
    if glyphs:
        text = trn(
            "{n:,} image repaired, with {mean:.1f} pixels switched: {file}",
            "{n:,} images repaired, with {mean:.1f} pixels switched in each: {file}",
            len(answers),
            **values,
        )
    else:
        text = trn(
            "{n:,} image repaired, with a squared change of {mean:.1f}: {file}",
            "{n:,} images repaired, with a squared change of {mean:.1f} in each: {file}",
            len(answers),
            **values,
        )
    say(text)
    if spec.kind != "none":
        say(tr("Noise is drawn with seed {seed}.", seed=options.seed))
    say(run.words)
    return 0


def _repaired(
    codec: Codec,
    images: Dataset,
    spec: CorruptionSpec,
    options: argparse.Namespace,
    *,
    glyphs: bool,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the answer to each image, ``[n, C, H, W]``, and how much each changed, ``[n]``.

    The change is the pixels switched of black and white samples, otherwise the squared error.
    """
    answers = np.empty((len(images), images.pixels), np.float32)
    change = np.empty(len(images))
    generator = np.random.default_rng(options.seed)
    with shown_work() as (report, cancelled):
        progress = Progress(len(images), images_done, report, cancelled)
        for batch in noisy_batches(images, spec, 1, generator):
            for start in range(0, len(batch.indices), _CHUNK):
                part = slice(start, start + _CHUNK)
                indices, noisy = batch.indices[part], batch.noisy[part]
                progress.reached(int(indices[0]))
                some = repaired(
                    codec, noisy, options.times, threshold=options.threshold, cancelled=cancelled
                )
                answers[indices] = some
                change[indices] = (
                    wrong_pixels(noisy, some)
                    if glyphs
                    else np.square(some - noisy).sum(axis=1, dtype=np.float64)
                )
    return answers.reshape(-1, *codec.image_shape), change


def check_answers(options: argparse.Namespace, run: OpenedRun) -> None:
    """Check, before any work, that ``--out`` can hold answers of ``run``.

    Raises:
        AeguiError: It cannot.
    """
    glyphs = run.saved.dataset.is_binary
    check_images_form(options.out, run.codec.image_shape, run.name, glyphs=glyphs)


def write_answers(
    options: argparse.Namespace, run: OpenedRun, images: Dataset, answers: NDArray[np.float32]
) -> None:
    """Write the ``answers`` of ``run`` to ``images``, ``[n, C, H, W]``: a sheet or a data set."""
    glyphs = run.saved.dataset.is_binary
    write_images(
        options.out,
        answers,
        images.name,
        images.labels,
        images.names,
        scale=options.scale,
        glyphs=glyphs,
        ink=glyphs,
        about=run.origin(data=images.name, samples=len(images)),
    )


def read_images(sources: list[str], codec: Codec) -> Dataset:
    """Read and join the images of all sources, in the size that the network takes."""
    found = [_read(source, codec) for source in sources]
    joined = found[0]
    for dataset in found[1:]:
        joined = joined.joined(dataset)
    return joined


def _read(source: str, codec: Codec) -> Dataset:
    channels, height, width = codec.image_shape
    fits = all(MIN_PICTURE <= side <= MAX_IMAGE for side in (height, width)) and channels in (1, 3)
    spec = ImageSpec.model_validate(
        {"height": height, "width": width, "channels": channels} if fits else {"channels": 1}
    )
    dataset = read_source(source, spec).dataset
    if dataset.image_shape == codec.image_shape:
        return dataset
    if channels == 1 and Path(source).suffix.lower() == _PNG:
        return _sheet(source, height, width)
    raise AeguiError(
        tr(
            "{file} has images of {got} pixels, but the network takes {wanted}.",
            file=source,
            got="x".join(map(str, dataset.image_shape[:0:-1])),
            wanted=f"{width}x{height}",
        )
    )


def _sheet(source: str, height: int, width: int) -> Dataset:
    """Return the glyphs of a PNG sheet, cut to the image size of the network."""
    try:
        return read_glyphs(source, (height, width)).datasets[0]
    except ReadError as error:
        raise AeguiError(
            tr(
                "{file} is neither an image nor a sheet of images of {wanted} pixels: {reason}",
                file=source,
                wanted=f"{width}x{height}",
                reason=error,
            )
        ) from error
