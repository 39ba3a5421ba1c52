"""``aegui path``, ``finds``, ``concept`` and ``traverse``: images made from a latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.images import check_images_form, check_images_path, write_images
from aegui.commands.opened import OpenedRun
from aegui.commands.option import check_number
from aegui.commands.places import dimensions, place_of, samples_of
from aegui.commands.progress import shown_share
from aegui.commands.provenance import drawn_words
from aegui.commands.words import note, say, table_text
from aegui.core.atomic import check_writable
from aegui.core.errors import AeguiError
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.i18n import localized, tr, trn
from aegui.core.latent.concepts import apply, concept
from aegui.core.latent.films import SUFFIXES, write_film
from aegui.core.latent.finds import best_new, sample_posterior
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import known, novelty, novelty_words
from aegui.core.latent.paths import pixel_change, through
from aegui.core.latent.sheets import decoded, sheet_scale, traversal, write_sheet

if TYPE_CHECKING:
    import argparse
    from typing import Any

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.novelty import Novelties, ReferenceSamples

MAX_ROWS = 64
_PRIOR_SPAN = 3.0
_CODES_SPAN = 2.5
_SHOWN_NUMBERS = 4
_MAX_MET = 12


def path_command(options: argparse.Namespace) -> int:
    """Write a film of the path from one code to another."""
    stops = [options.start, *options.via, options.end]
    check_number("-n", options.count, len(stops))
    check_writable(options.out, SUFFIXES)
    model = OpenedRun.of(options)
    model.refuse_no_decoder()
    names = ["--from", *["--via"] * len(options.via), "--to"]
    places = [place_of(model, name, text) for name, text in zip(names, stops, strict=True)]
    codec, glyphs = model.codec, model.glyphs
    with shown_share() as (report, cancelled):
        path = through(places, options.kind, options.count, codec, model.codes, cancelled, report)
        frames = decoded(codec, path)
        count = write_film(
            options.out,
            frames,
            options.fps,
            options.scale,
            side=options.side,
            pause=options.pause,
            palette=options.palette,
            ink=glyphs,
            about=model.origin(),
            cancelled=cancelled,
        )
    change = pixel_change(codec, path)
    of = known(model.dataset, glyphs)
    found = novelty(of, frames.reshape(count, -1), codec=codec)
    words = [novelty_words(of, found, i) for i in range(count)]
    new = [i for i, word in enumerate(words) if i == 0 or word != words[i - 1]]
    met = [words[i] for i in new]
    if options.json:
        model.say_json(
            options.out,
            images=count,
            path=met,
            met=[{"image": i, **_kind_json(of, found, i)} for i in new],
            pixels_changed={
                "all": float(change.sum()),
                "most": float(change.max()),
                "mean": float(change.mean()),
            },
        )
        return 0
    shown = met if len(met) <= _MAX_MET else [*met[: _MAX_MET // 2], "…", *met[-_MAX_MET // 2 :]]
    say(tr("The path: {words}.", words="; ".join(shown)))
    say(
        tr(
            "{all:.1f} pixels change on the path, {most:.2f} at most in one step and {mean:.2f} on "
            "average.",
            all=change.sum(),
            most=change.max(),
            mean=change.mean(),
        )
    )
    model.say_written(count, options.out)
    return 0


def _kind_json(of: ReferenceSamples, found: Novelties, i: int) -> dict[str, Any]:
    """Return what image ``i`` is without words of a language: its kind and the nearest labels."""
    kind = "redrawn" if found.kinds[i] == "between" and found.redrawn[i] else found.kinds[i]
    nearest = [of.labels[of.rows[index]] for index in found.nearest[i].tolist()]
    return {"kind": kind, "nearest": nearest}


def finds_command(options: argparse.Namespace) -> int:
    """Write the best new images, or images decoded from random codes."""
    check_images_path(options.out)
    model = OpenedRun.of(options)
    model.refuse_no_decoder()
    check_images_form(options.out, model.codec.image_shape, "finds", glyphs=model.glyphs)
    of = known(model.dataset, model.glyphs)
    with shown_share() as (report, cancelled):
        codes = _found(model, options, of, report, cancelled)
    if not len(codes):
        raise AeguiError(
            tr("No new image was found: the network draws only copies of its samples.")
        )
    images = decoded(model.codec, codes)
    rows = images.reshape(len(images), -1)
    found = novelty(of, rows, codec=model.codec)
    if len(codes) < options.count:
        note(
            trn(
                "Only {n} new image was found: all others are copies of samples or of it.",
                "Only {n} new images were found: all others are copies of samples or of these.",
                len(codes),
            )
        )
    write_images(
        options.out,
        images,
        "finds",
        scale=options.scale,
        glyphs=model.glyphs,
        ink=model.glyphs,
        about=model.origin(draw_seed=options.seed),
    )
    each = [
        (novelty_words(of, found, i), float(ratio), float(entropy), code)
        for i, (ratio, entropy, code) in enumerate(
            zip(found.ratio, entropies(rows), codes, strict=True)
        )
    ]
    if options.json:
        keys = ("words", "novelty", "entropy", "code")
        finds = [
            {**dict(zip(keys, (*one, code.tolist()), strict=True)), **_kind_json(of, found, i)}
            for i, (*one, code) in enumerate(each)
        ]
        model.say_json(options.out, images=len(images), draw_seed=options.seed, finds=finds)
        return 0
    lines = [
        [str(number), words, localized(ratio, ".2f"), localized(entropy, ".2f"), _code(code)]
        for number, (words, ratio, entropy, code) in enumerate(each, 1)
    ]
    say(
        table_text([tr("image"), tr("what it is"), tr("novelty"), tr("entropy"), tr("code")], lines)
    )
    model.say_written(len(images), options.out)
    say(drawn_words(options.seed))
    return 0


def concept_command(options: argparse.Namespace) -> int:
    """Write the effect of a concept on samples, step by step: one row of the sheet for each."""
    check_writable(options.out, (".png",))
    model = OpenedRun.of(options)
    model.refuse_no_codes()
    model.refuse_no_decoder()
    plus, minus = _boxes(model, options)
    found = concept(_codes_of(model, plus), _codes_of(model, minus), options.plus)
    bases = [place_of(model, "--apply", text) for text in options.apply] or [model.middle]
    amounts = np.linspace(found.low, found.high, options.steps)
    codes = [[apply(found, base, amount) for amount in amounts] for base in bases]
    sheet_scale(model.codec.image_shape, len(bases) * options.steps, options.steps, options.scale)
    with shown_share() as (report, cancelled):
        images = decoded(model.codec, codes, report, cancelled)
    write_sheet(
        options.out, images, options.steps, options.scale, ink=model.glyphs, about=model.origin()
    )
    if options.json:
        model.say_json(
            options.out,
            images=len(images),
            **{"with": len(plus), "without": len(minus)},
            separation=found.separation or None,
            low=found.low,
            high=found.high,
        )
        return 0
    if found.separation:
        text = trn(
            "{n:,} sample with it, {b:,} without; they lie {apart:.1f} standard deviations apart.",
            "{n:,} samples with it, {b:,} without; they lie {apart:.1f} standard deviations apart.",
            len(plus),
            b=len(minus),
            apart=found.separation,
        )
    else:
        text = trn(
            "{n:,} sample with it, {b:,} without.",
            "{n:,} samples with it, {b:,} without.",
            len(plus),
            b=len(minus),
        )
    say(text)
    say(tr("From {low:.2f} to {high:.2f} times the step.", low=found.low, high=found.high))
    model.say_written(len(images), options.out)
    return 0


def traverse_command(options: argparse.Namespace) -> int:
    """Write the effect of each number of the code by itself: one row of the sheet for each."""
    check_writable(options.out, (".png",))
    model = OpenedRun.of(options)
    model.refuse_no_decoder()
    size = model.codec.latent_size
    if options.dims is not None:
        dims = dimensions("--dims", options.dims, size)
    else:
        dims = tuple(range(min(size, MAX_ROWS)))
        if size > MAX_ROWS:
            note(tr("Only the first {n} numbers: name others with --dims.", n=MAX_ROWS))
    place = model.middle if options.at is None else place_of(model, "--at", options.at)
    ends = traversal_ends(model, options.span, place)
    count = len(dims) * options.steps
    sheet_scale(model.codec.image_shape, count, options.steps, options.scale)
    with shown_share() as (report, cancelled):
        images = traversal(model.codec, place, dims, options.steps, ends, report, cancelled)
    write_sheet(options.out, images, None, options.scale, ink=model.glyphs, about=model.origin())
    if options.json:
        at, each = [float(value) for value in place], [dim + 1 for dim in dims]
        model.say_json(options.out, images=count, dims=each, at=at, ends=ends[list(dims)].tolist())
        return 0
    model.say_written(count, options.out)
    return 0


def traversal_ends(
    model: OpenedRun, span: float | None, place: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the range of every number, ``[d, 2]``: ``span`` to either side of ``place``.

    If ``span`` is None, it is as wide as the prior or the codes of samples.
    """
    if span is not None:
        return np.stack([place - span, place + span], axis=1)
    if model.has_prior or model.codes is None:
        return np.tile(np.array([-_PRIOR_SPAN, _PRIOR_SPAN], np.float32), (len(place), 1))
    codes = np.nan_to_num(model.codes)
    mean, reach = codes.mean(axis=0), _CODES_SPAN * codes.std(axis=0)
    return np.stack([mean - reach, mean + reach], axis=1)


def _found(
    model: OpenedRun,
    options: argparse.Namespace,
    of: ReferenceSamples,
    report: ReportShare | None,
    cancelled: IsCancelled,
) -> NDArray[np.float32]:
    """Return the codes ``[n, d]`` from the source requested: prior, posterior or search."""
    codec, seed = model.codec, options.seed
    if options.source == "prior":
        model.require_prior()
        return drawn_codes(options.count, codec.latent_size, seed)
    if options.source == "posterior":
        model.refuse_no_codes()
        return sample_posterior(*model.distribution, options.count, seed)
    return best_new(codec, of, model.codes, options.count, seed, cancelled, report).codes


def _boxes(
    model: OpenedRun, options: argparse.Namespace
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return samples with the concept and without it; all others if ``--minus`` is not given."""
    plus = samples_of(model.dataset, "--plus", options.plus)
    if options.minus is not None:
        return plus, samples_of(model.dataset, "--minus", options.minus)
    return plus, np.setdiff1d(np.arange(len(model.dataset)), plus)


def _codes_of(model: OpenedRun, samples: NDArray[np.int64]) -> NDArray[np.float32]:
    if not len(samples):
        raise AeguiError(tr("One of the boxes has no samples."))
    return model.codec.encode(np.asarray(model.dataset.flat()[samples]))


def _code(code: NDArray[np.float32]) -> str:
    shown = ",".join(f"{value:.3f}" for value in code[:_SHOWN_NUMBERS])
    return shown + (",…" if len(code) > _SHOWN_NUMBERS else "")
