"""``aegui data`` and ``aegui download``: describe a data set, and download published ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.progress import shown_work
from aegui.commands.words import say, say_json, shown
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.card import card
from aegui.core.data.download import download, take_files
from aegui.core.data.emoji_words import translated_name
from aegui.core.data.file_kinds import FILE_KINDS, kind_of
from aegui.core.data.from_files import read_glyph_file
from aegui.core.data.image_files import scan_images
from aegui.core.data.load import read_source
from aegui.core.data.majority_format import majority_format
from aegui.core.data.published import PUBLISHED, published_folder
from aegui.core.data.readers.table import READERS
from aegui.core.data.select import select
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.recipe import ImageSpec
from aegui.core.recipe.file import data_from
from aegui.core.run_file.saved import SUFFIX, load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report

_MAX_LABELS = 128
_MAX_CLASSES = 40
_LOOKS = ("--size", "--grey", "--fit", "--background")
_OF_ANY_SIZE = ("folder", "image")
"""Kinds of sources whose images are converted to the size and colours requested."""
_KINDS = {
    "builtin": mark("built-in set"),
    "folder": mark("folder of images"),
    "several": mark("several sets together"),
    "aegui": mark("data of a saved run"),
    **{key: kind.label for key, kind in FILE_KINDS.items()},
    **{key: reader.label for key, reader in READERS.items()},
}


def data_command(options: argparse.Namespace) -> int:
    """Print the data card of a source: classes, origin, duplicates and closest pairs."""
    with shown_work() as (report, is_cancelled):
        kind, datasets, notes = _read(options, report, is_cancelled)
        cards = [card(dataset, cancelled=is_cancelled) for dataset in datasets]
    if options.json:
        rows = [_card_json(*both) for both in zip(datasets, cards, strict=True)]
        say_json({"file": options.file, "reader": kind, "notes": list(notes), "datasets": rows})
        return 0
    say(f"{options.file}: {tr(_KINDS[kind])}")
    for line in notes:
        say(line)
    for dataset, found in zip(datasets, cards, strict=True):
        _say_card(dataset, found)
    return 0


def download_command(options: argparse.Namespace) -> int:
    """Download a set, resuming an earlier download, or copy its files."""
    try:
        with shown_work() as (report, is_cancelled):
            if options.files:
                paths = [Path(path).expanduser() for path in options.files]
                take_files(options.set, paths, report, is_cancelled)
            else:
                download(options.set, report, is_cancelled)
    except Cancelled:
        text = tr("Stopped. The part downloaded so far is kept; the same command resumes.")
        raise Cancelled(text) from None
    published = PUBLISHED[options.set.removesuffix("-test")]
    say(
        tr(
            "{title} is in {folder}. Licence: {licence}.",
            title=published.title,
            folder=published_folder(published.key),
            licence=published.licence,
        )
    )
    return 0


def image_spec(options: argparse.Namespace) -> ImageSpec:
    """Return how images become samples, from the options of the command line.

    Raises:
        AeguiError: The size or the background is invalid.
    """
    requested: dict[str, Any] = {}
    if options.size is not None:
        width, _, height = options.size.lower().partition("x")
        requested |= {"width": width, "height": height or width}
    if options.grey:
        requested["channels"] = 1
    if options.fit is not None:
        requested["fit"] = options.fit
    if options.background is not None:
        requested["background"] = options.background
    try:
        return ImageSpec.model_validate(requested)
    except ValueError as error:
        raise AeguiError(
            tr(
                "Images are from 1x1 to 256x256 pixels, such as --size 64x48; "
                "the background is a colour such as #ffffff."
            )
        ) from error


def _read(
    options: argparse.Namespace, report: Report, is_cancelled: IsCancelled
) -> tuple[str, tuple[Dataset, ...], tuple[str, ...]]:
    images = image_spec(options)
    found = _read_as(images, options, report, is_cancelled)
    kind = found[0]
    requested = next((name for name in _LOOKS if getattr(options, name.strip("-"))), None)
    if requested is not None and not _is_converted(kind, options.file):
        raise AeguiError(
            tr(
                "{option} is for folders of images and emojis: the samples of {file} are as they "
                "are.",
                option=requested,
                file=options.file,
            )
        )
    return found


def _is_converted(kind: str, source: str) -> bool:
    """Return whether anything in ``source`` is converted to the size and colours requested."""
    if kind not in {"builtin", "several"}:
        return kind in _OF_ANY_SIZE
    # Parts of several sources that are no built-in set may be folders of images.
    sets = [BUILTIN_SETS.get(part) for part in source.split("+")]
    return any(one is None or one.any_size for one in sets)


def _read_as(
    images: ImageSpec, options: argparse.Namespace, report: Report, is_cancelled: IsCancelled
) -> tuple[str, tuple[Dataset, ...], tuple[str, ...]]:
    path = Path(options.file).expanduser()
    labels = None
    if options.labels is not None:
        # The class of commas is given alone.
        labels = (",",) if options.labels == "," else tuple(options.labels.split(","))
    chosen = data_from({"labels": labels, "count": options.count}, "--labels")
    if path.suffix.lower() == SUFFIX and path.is_file():
        return "aegui", (select(load_run(path).dataset, chosen),), ()
    if path.is_file() and kind_of(path) is None:
        file = read_glyph_file(path)  # each set separately, not all joined
        return file.reader, tuple(select(one, chosen) for one in file.datasets), file.notes
    reading = read_source(options.file, images, report, is_cancelled)
    notes = reading.notes
    if reading.kind == "folder":
        majority = majority_format(scan_images([path], is_cancelled).files, is_cancelled)
        notes = notes if majority is None else (majority.words(), *notes)
    return reading.kind, (select(reading.dataset, chosen),), notes


def _card_json(dataset: Dataset, found: DataCard) -> dict[str, Any]:
    channels, height, width = found.image_shape
    return {
        "name": found.name,
        "samples": found.count,
        "channels": channels,
        "height": height,
        "width": width,
        "binary": found.is_binary,
        "labels": list(dataset.labels),
        "names": list(dataset.names),
        "classes": {one.label: one.count for one in found.classes},
        "mean": float(found.mean_image.mean()),
        "duplicates": [list(group) for group in found.duplicates],
        "compared": found.compared,
        "closest": [
            {"a": pair.a, "b": pair.b, "distance": pair.distance} for pair in found.closest
        ],
        "warnings": list(found.warnings),
        "source": found.source,
        "licence": found.licence,
    }


def _say_card(dataset: Dataset, found: DataCard) -> None:
    titles = [shown(*pair) for pair in zip(dataset.labels, dataset.names, strict=True)]
    is_classes = len(found.classes) < found.count
    if is_classes:
        titles = list(map(translated_name, dataset.names))
    say()
    say(_headline(found))
    if is_classes:
        say("  " + _classes_line(found))
    elif len(titles) <= _MAX_LABELS:
        say("  " + " ".join(titles))
    for title, text in ((tr("Source"), found.source), (tr("Licence"), found.licence)):
        if text:
            say(f"  {title}: {text}")
    for warning in found.warnings:
        say(f"  {warning}")
    for group in found.duplicates[:_MAX_CLASSES]:
        say("  " + tr("Exactly the same: {labels}", labels=_listed([titles[i] for i in group])))
    if found.closest:
        say("  " + _closest_line(found, titles))


def _listed(titles: Sequence[str]) -> str:
    more = len(titles) - _MAX_CLASSES
    listed = ", ".join(titles[:_MAX_CLASSES])
    return tr("{names} and {n} more", names=listed, n=more) if more > 0 else listed


def _headline(found: DataCard) -> str:
    channels, height, width = found.image_shape
    text = trn(
        "{name}: {n:,} sample of {width}x{height} pixels",
        "{name}: {n:,} samples of {width}x{height} pixels",
        found.count,
        name=found.name,
        width=width,
        height=height,
    )
    if found.is_binary:
        return text
    return f"{text}, " + (tr("in colour") if channels > 1 else tr("in grey levels"))


def _classes_line(found: DataCard) -> str:
    listed = ", ".join(
        f"{translated_name(one.label)} ({_key(one.label)}{localized(one.count, ',')})"
        for one in found.classes[:_MAX_CLASSES]
    )
    rest = ", …" if len(found.classes) > _MAX_CLASSES else ""
    return trn("{n} class: ", "{n} classes: ", len(found.classes)) + listed + rest


def _key(label: str) -> str:
    """Return the label that ``--labels`` takes, if it differs from the translated class name."""
    return "" if not label or translated_name(label) == label else f"{label}, "


def _closest_line(found: DataCard, titles: list[str]) -> str:
    form, between = (".0f", " ") if found.is_binary else (".3f", " – ")
    pairs = ", ".join(
        f"{titles[pair.a]}{between}{titles[pair.b]} ({localized(pair.distance, form)})"
        for pair in found.closest
    )
    line = (
        tr("Closest pairs (pixels apart): {pairs}", pairs=pairs)
        if found.is_binary
        else tr("Closest pairs (root of the mean squared difference): {pairs}", pairs=pairs)
    )
    if not found.is_sampled:
        return line
    return line + "; " + tr("among {n:,} samples drawn at random", n=found.compared)
