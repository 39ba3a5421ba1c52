"""Loading the dataset that a recipe or a command line names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from aegui.core.data.builtin import builtin_names, builtin_state, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.file_kinds import kind_of, trouble_of_csv, unknown_file
from aegui.core.data.image_files import read_images, scan_images
from aegui.core.data.readers import read_glyphs
from aegui.core.data.readers.source import TextTooLongError, UnknownFormatError
from aegui.core.data.select import choose, select
from aegui.core.data.titles import with_titles_checked
from aegui.core.errors import ReadError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe import ImageSpec
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.data.readers import GlyphFile
    from aegui.core.recipe import DataSpec

__all__ = [
    "Reading",
    "choose",
    "is_builtin",
    "joined",
    "load_data",
    "load_dataset",
    "read_source",
    "select",
    "source_from",
]


@dataclass(frozen=True, eq=False)
class Reading:
    """The result of reading a source.

    Attributes:
        dataset: All its samples.
        kind: Key of the reader: of ``FILE_KINDS`` or ``READERS``, ``builtin``, ``folder`` or
            ``several``.
        notes: Translated notes on what was assumed, left out or looks wrong.
    """

    dataset: Dataset
    kind: str
    notes: tuple[str, ...] = ()


def load_data(
    spec: DataSpec, report: Report | None = None, cancelled: IsCancelled | None = None
) -> Dataset:
    """Load the samples that ``spec`` asks for.

    A built-in set that is still referenced is not read again; images of a folder come from the
    cache once they have been read.

    Args:
        spec: Source, and which part of it. Nothing is split, corrupted or augmented here.
        report: Called with the progress, in the calling thread.
        cancelled: Polled now and then; loading stops when it returns true.

    Raises:
        NotDownloaded: The set has to be downloaded first.
        ReadError: The source does not exist or cannot be read.
        Cancelled: ``cancelled`` returned true.
        AeguiError: The source has no such samples, or its parts differ in image size.
    """
    return select(read_source(spec.source, spec.images, report, cancelled).dataset, spec)


def load_dataset(source: str, chars: str | None = None) -> Dataset:
    """Load the set that ``source`` names, or only its characters listed in ``chars``.

    Args:
        source: A built-in name, several sources joined by ``+``, a file, or a folder of images.
            Of a file with several sets, ``file#name`` or ``file#2`` takes one; without that, all
            of them are joined.
        chars: The characters to take, in this order; None takes all.

    Raises:
        ReadError: The file cannot be read, or has no such set.
        AeguiError: The name is unknown, the sets differ in size, or a character is missing.
    """
    dataset = read_source(source).dataset
    return dataset if chars is None else choose(dataset, chars)


def read_source(
    source: str,
    images: ImageSpec | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Reading:
    """Read all the samples of ``source``, with notes on the reading.

    Args:
        source: As for ``load_dataset``.
        images: How images of all sizes become samples of one size.
        report: Called with the progress, in the calling thread.
        cancelled: Polled now and then; reading stops when it returns true.

    Raises:
        AeguiError: As for ``load_data``.
    """
    images = images or ImageSpec()
    if not source.strip():
        raise ReadError(tr("No data is named: give a file, a folder or a built-in set."))
    if source in builtin_names():
        return Reading(_builtin(source, images, report, cancelled), "builtin")
    path = _path_of(source)
    if path is not None:
        return _read_path(path, images, report, cancelled)
    before, mark, which = source.rpartition("#")
    path = _path_of(before) if mark else None
    if path is not None:
        file = with_titles_checked(read_glyphs(path))
        return Reading(joined(file, which), file.reader, file.notes)
    parts = source.split("+")
    if len(parts) > 1 and all(map(_is_there, parts)):
        readings = [read_source(part, images, report, cancelled) for part in parts]
        dataset = reduce(Dataset.joined, (reading.dataset for reading in readings))
        notes = tuple(note for reading in readings for note in reading.notes)
        return Reading(dataset, "several", notes)
    raise ReadError(_not_found(next((part for part in parts if not _is_there(part)), source)))


def joined(file: GlyphFile, which: str | None = None) -> Dataset:
    """Return the set of ``file`` with the name or number (from 1) ``which``, or all joined.

    Raises:
        ReadError: There is no such set, or the sets differ in the size of their images.
    """
    if which is not None:
        return _one_of(file, which)
    if len(file.datasets) == 1:
        return file.datasets[0]
    if len({dataset.image_shape for dataset in file.datasets}) > 1:
        raise ReadError(
            tr(
                "{file} holds sets of different sizes; choose one: {names}",
                file=file.path.name,
                names=_offered(file),
            )
        )
    return reduce(lambda a, b: a.joined(b, name=file.path.stem), file.datasets)


def _one_of(file: GlyphFile, which: str) -> Dataset:
    for number, dataset in enumerate(file.datasets, 1):
        if which in (dataset.name, str(number)):
            return dataset
    raise ReadError(
        tr(
            "{file} has no set “{which}”; it has: {names}",
            file=file.path.name,
            which=which,
            names=_offered(file),
        )
    )


def _offered(file: GlyphFile) -> str:
    return ", ".join(f"{file.path.name}#{dataset.name}" for dataset in file.datasets)


@cache
def _live_sets() -> WeakValueDictionary[tuple[str, ...], Dataset]:
    """Return the cache of built-in sets that are still referenced, to avoid a second copy."""
    return WeakValueDictionary()


def _builtin(
    name: str, images: ImageSpec, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    key = name, *builtin_state(name, images)
    dataset = _live_sets().get(key)
    if dataset is None:
        dataset = load_builtin(name, report, cancelled, images)
        _live_sets()[key] = dataset
    return dataset


def _read_path(
    path: Path, images: ImageSpec, report: Report | None, cancelled: IsCancelled | None
) -> Reading:
    if path.is_dir():
        reading = read_images(scan_images([path], cancelled), images, report, cancelled)
        return Reading(reading.dataset, "folder", reading.notes)
    kind = kind_of(path)
    if kind is not None:
        return Reading(kind.read(path, images, report, cancelled), kind.key)
    file = read_glyph_file(path)
    return Reading(joined(file), file.reader, file.notes)


def read_glyph_file(path: Path) -> GlyphFile:
    """Read all sets of glyphs in the file ``path``, which is of no kind of ``FILE_KINDS``.

    Raises:
        ReadError: The file cannot be read; if its format is unknown, the message lists the known.
    """
    try:
        return with_titles_checked(read_glyphs(path))
    except UnknownFormatError as error:
        raise unknown_file(path) from error
    except TextTooLongError as error:
        raise (trouble_of_csv(path) or error) from error


def _path_of(source: str) -> Path | None:
    """Return the file or folder that ``source`` names; None if there is none, or only a device."""
    if not source.strip():
        return None
    try:
        path = Path(source).expanduser()
        return path if path.is_file() or path.is_dir() else None
    except PermissionError as error:
        raise ReadError(tr("{file}: {reason}", file=source, reason=system_reason(error))) from error
    except (OSError, RuntimeError):
        return None  # The name is too long, or ``~user`` is unknown


def _is_there(source: str) -> bool:
    return source in builtin_names() or _path_of(source.rpartition("#")[0] or source) is not None


def _not_found(source: str) -> str:
    if Path(source).is_absolute():
        return tr("There is no file or folder {path}.", path=source)
    from difflib import get_close_matches

    near = get_close_matches(source.lower(), builtin_names(), n=1, cutoff=0.6)
    if near:
        return tr(
            "There is no file or built-in set “{source}”; did you mean “{near}”?",
            source=source,
            near=near[0],
        )
    return tr(
        "There is no file or built-in set “{source}”; the built-in sets are {names}.",
        source=source,
        names=", ".join(builtin_names()),
    )


def is_builtin(source: str) -> bool:
    """Return whether ``source`` names built-in sets alone, which are the same everywhere."""
    return all(name in builtin_names() for name in source.split("+"))


def source_from(source: str, folder: Path) -> str:
    """Return a file's absolute path, so that the saved run finds it from anywhere; names unchanged.

    Raises:
        RecipeError: ``source`` is empty.
    """
    if not source.strip():
        raise RecipeError(tr("No data is named: give a file, a folder or a built-in set."))
    if is_builtin(source):
        return source
    before = source.rpartition("#")[0] or source
    if not Path(before).is_absolute() and (folder / before).exists():
        return os.fspath(folder.resolve() / source)
    return source
