"""Loading the dataset that a recipe or a command line names."""

from __future__ import annotations

import os
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from aegui.core.data.builtin import builtin_names, builtin_state, is_builtin, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.reading import Reading
from aegui.core.data.select import choose, select
from aegui.core.errors import ReadError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe import ImageSpec
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import DataSpec

__all__ = [
    "Reading",
    "choose",
    "load_data",
    "load_dataset",
    "read_source",
    "select",
    "source_from",
]


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
        # Imported here, as below: most documents have a built-in set, and need no readers.
        from aegui.core.data.from_files import read_path

        return read_path(path, images, report, cancelled)
    before, mark, which = source.rpartition("#")
    path = _path_of(before) if mark else None
    if path is not None:
        from aegui.core.data.from_files import read_part

        return read_part(path, which)
    parts = source.split("+")
    if len(parts) > 1 and all(map(_is_there, parts)):
        readings = [read_source(part, images, report, cancelled) for part in parts]
        dataset = reduce(Dataset.joined, (reading.dataset for reading in readings))
        notes = tuple(note for reading in readings for note in reading.notes)
        return Reading(dataset, "several", notes)
    raise ReadError(_not_found(next((part for part in parts if not _is_there(part)), source)))


_NEAR = 0.7
"""Likeness from which the name of a set is what was meant by another; lowercase and nowhere are
less alike."""


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

    near = get_close_matches(source.lower(), builtin_names(), n=1, cutoff=_NEAR)
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


def source_from(source: str, folder: Path) -> str:
    """Return ``source`` with absolute paths, so that the saved run finds its files from anywhere.

    Args:
        source: As for ``load_dataset``; built-in names are unchanged.
        folder: The folder that relative paths start from.

    Raises:
        RecipeError: ``source`` is empty.
    """
    if not source.strip():
        raise RecipeError(tr("No data is named: give a file, a folder or a built-in set."))
    if is_builtin(source):
        return source
    home = folder.resolve()
    before = source.rpartition("#")[0] or source
    if not Path(before).is_absolute() and (home / before).exists():
        return os.fspath(home / source)
    parts = source.split("+")
    # Joined paths of a folder with a plus sign could not be split again.
    if len(parts) > 1 and all(map(str.strip, parts)) and "+" not in os.fspath(home):
        return "+".join(source_from(part, home) for part in parts)
    return source
