"""Folders of images, single ones, and a cache of those read: sub-folders are labels."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import write_atomically
from aegui.core.data.byte_images import is_mapped, to_levels
from aegui.core.data.dataset import Dataset
from aegui.core.data.picture import image_suffixes, read_picture
from aegui.core.data.progress import Progress, images_read, stop_if
from aegui.core.data.store import (
    LIVE_BYTES,
    PixelStore,
    cache_folder,
    files_key,
    prune_cache,
    stored,
)
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import joined, tr, trn
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import ImageSpec

_log = logging.getLogger(__name__)
MAX_FILES = 1_000_000
_READER_VERSION = "1"
"""Part of the cache key; increment it when decoding produces different pixels."""
_NUMBERS = re.compile(r"(\d+)")
_MAX_LISTED = 5
_SET_ENDINGS = ("idx3-ubyte", "idx3-ubyte.gz", ".idx", ".idx.gz", ".npz", ".npy", ".csv", ".csv.gz")
"""Suffixes of files that hold a whole set of images."""


@dataclass(frozen=True, eq=False)
class CachedImages:
    """Decoded images."""

    images: NDArray[np.float32]
    """float32 ``[N, C, H, W]``, read-only."""
    skipped: tuple[tuple[int, str], ...]
    """Index of each file that could not be read, and why."""


def load_cached(key: str, shape: tuple[int, int, int, int]) -> CachedImages | None:
    """Return what ``save_cached`` has stored under ``key``, or None.

    Args:
        key: Hash of the files and of the settings they were read with.
        shape: Number of files, channels, height and width.
    """
    try:
        notes = from_json(_notes_path(key).read_text(encoding="utf-8"))
        skipped = tuple((int(index), str(reason)) for index, reason in notes["skipped"])
        images = stored(key, shape)
        if images is None:
            images = _from_bytes(_levels_path(key), shape)
        _notes_path(key).touch()
    except (OSError, ValueError, TypeError, KeyError, EOFError, OverflowError):
        return None
    expected = (shape[0] - len(skipped), *shape[1:])
    return CachedImages(images, skipped) if images.shape == expected else None


def save_cached(key: str, cached: CachedImages) -> None:
    """Store ``cached`` under ``key``; a failure is only logged."""
    try:
        if cached.images.nbytes <= LIVE_BYTES and not is_mapped(cached.images):
            buffer = io.BytesIO()
            levels = to_levels(cached.images)
            np.save(buffer, levels, allow_pickle=False)
            write_atomically(_levels_path(key), buffer.getvalue())
        notes = json.dumps({"skipped": cached.skipped})
        write_atomically(_notes_path(key), notes.encode())
        prune_cache(keep=key)
    except (OSError, AeguiError) as error:
        _log.info("prepared images are not kept: %s", error)


def _from_bytes(path: Path, shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
    levels = np.load(path, mmap_mode="r", allow_pickle=False)
    if levels.dtype != np.uint8 or levels.shape[1:] != shape[1:]:
        raise ValueError(levels.shape)
    images = np.empty(levels.shape, np.float32)
    np.divide(levels, np.float32(255.0), out=images, dtype=np.float32)
    images.setflags(write=False)
    path.touch()
    return images


def _levels_path(key: str) -> Path:
    return cache_folder() / f"{key}.levels.npy"


def _notes_path(key: str) -> Path:
    return cache_folder() / f"{key}.json"


@dataclass(frozen=True)
class ImageScan:
    """The image files that were found, and the label of each."""

    root: Path
    """The folder that was searched, or the one that holds the files."""
    files: tuple[Path, ...]
    """The files, folder by folder, ``2.png`` before ``10.png``."""
    labels: tuple[str, ...]
    """For each file the folder below ``root`` that holds it (``a/b`` for nested ones); for files in
    ``root`` itself its name."""
    ignored: int = 0
    """Number of other files."""
    empty: tuple[str, ...] = ()
    """Sub-folders without images, which therefore give no label."""


@dataclass(frozen=True)
class Skipped:
    """A file that could not be read, and the translated reason."""

    path: Path
    reason: str


@dataclass(frozen=True, eq=False)
class ImageReading:
    """The images that could be read, the files that could not, and the labels without images."""

    dataset: Dataset
    skipped: tuple[Skipped, ...]
    empty: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Translated notes on the files and sub-folders that were left out."""
        return (*self._skipped_notes(), *self._empty_notes())

    def _empty_notes(self) -> tuple[str, ...]:
        if not self.empty:
            return ()
        listed = ", ".join(self.empty[:_MAX_LISTED])
        rest = ", …" if len(self.empty) > _MAX_LISTED else ""
        text = trn(
            "{n} sub-folder has no images, so there is no such class: ",
            "{n} sub-folders have no images, so there are no such classes: ",
            len(self.empty),
        )
        return (text + listed + rest + ".",)

    def _skipped_notes(self) -> tuple[str, ...]:
        if not self.skipped:
            return ()
        shown = self.skipped[:_MAX_LISTED]
        listed = joined("; ", (f"{one.path.name}: " + one.reason for one in shown))
        more = len(self.skipped) - _MAX_LISTED
        rest = "; " + tr("and {n:,} more", n=more) if more > 0 else ""
        text = trn(
            "{n} file could not be read and is left out: ",
            "{n} files could not be read and are left out: ",
            len(self.skipped),
        )
        return (text + listed + rest + ".",)


def scan_images(
    paths: Iterable[str | os.PathLike[str]], cancelled: IsCancelled | None = None
) -> ImageScan:
    """Find the images in ``paths``: folders with all that is below them, and files.

    Hidden files and folders are left out, links to folders are not followed. In folders only files
    with an image suffix are taken; a file that is named itself is always taken.

    Raises:
        ReadError: There is no such file or folder, no image, or more than ``MAX_FILES``.
        Cancelled: ``cancelled`` returned true.
    """
    expanded = [Path(path).expanduser() for path in paths]
    files: list[Path] = []
    empty: list[Path] = []
    ignored = 0
    for path in expanded:
        if not path.exists():
            raise ReadError(tr("There is no file or folder {path}.", path=path))
        if path.is_dir():
            ignored += _find_below(path, files, empty, cancelled)
        else:
            files.append(path)
    if len(expanded) == 1 and expanded[0].is_dir():
        root = expanded[0]
    else:
        folders = [path.parent.resolve() for path in expanded]
        root = Path(os.path.commonpath(folders)) if folders else Path()
    if not files:
        raise ReadError(_no_images(root, ignored))
    labels, without = (tuple(_labels(root, folders)) for folders in (_parents(files), empty))
    return ImageScan(root, tuple(files), labels, ignored, without)


def _no_images(root: Path, others: int) -> str:
    """Return the message for a folder of ``others`` files, none of them an image."""
    if not others:
        return tr("{folder}: there are no files in it.", folder=root)
    text = trn(
        "{folder}: there are no images in it ({n} other file).",
        "{folder}: there are no images in it ({n} other files).",
        others,
        folder=root,
    )
    sets = [name for name in _shown(os.listdir(root)) if name.lower().endswith(_SET_ENDINGS)]
    if not sets:
        return text
    set_name = next((name for name in sets if "train" in name.lower()), sets[0])
    return text + " " + tr("{file} in it is a whole set: open that file.", file=set_name)


def read_images(
    scan: ImageScan,
    spec: ImageSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> ImageReading:
    """Read the images of ``scan`` in the size and colours of ``spec``.

    The result is cached in the user's cache folder until one of the files changes.

    Returns:
        The set, named after the folder; names are the names of the files without suffix.

    Raises:
        ReadError: None of the files can be read.
        Cancelled: ``cancelled`` returned true; no partial result is kept.
    """
    files, missing = _existing(scan.files)
    key = files_key(files, "images", _READER_VERSION, spec.model_dump_json())
    shape = (max(1, len(files)), spec.channels, spec.height, spec.width)
    cached = load_cached(key, shape)
    if cached is None:
        cached = _read(files, shape, key, spec, report, cancelled)
        save_cached(key, cached)
    labels = dict(zip(scan.files, scan.labels, strict=True))
    skipped = {files[index]: reason for index, reason in cached.skipped}
    chosen = [path for path in files if path not in skipped]
    everything = tuple(Skipped(path, reason) for path, reason in (*skipped.items(), *missing))
    name = scan.root.name or scan.root.absolute().name or str(scan.root)
    dataset = Dataset.over(
        name if len(scan.files) > 1 else scan.files[0].stem,
        cached.images,
        [labels[path] for path in chosen],
        [path.stem for path in chosen],
        source=str(scan.root if len(scan.files) > 1 else scan.files[0]),
    )
    # The folder itself is no sub-folder, whatever became of images beside its sub-folders.
    there = {*dataset.labels, *_labels(scan.root, [scan.root])}
    failed = (label for label in dict.fromkeys(scan.labels) if label not in there)
    return ImageReading(dataset, everything, (*scan.empty, *failed))


def _read(
    files: Sequence[Path],
    shape: tuple[int, int, int, int],
    key: str,
    spec: ImageSpec,
    report: Report | None,
    cancelled: IsCancelled | None,
) -> CachedImages:
    progress = Progress(len(files), images_read, report, cancelled)
    skipped: list[tuple[int, str]] = []
    with PixelStore(shape, key, are_bytes=True) as store:
        for index, path in enumerate(files):
            progress.reached(index)
            try:
                levels = read_picture(path, spec)
            except ReadError as error:
                skipped.append((index, str(error)))
                continue
            store.append(levels[np.newaxis])
        if len(skipped) == len(files):
            raise _nothing_read(files, skipped)
        progress.reached(len(files))
        return CachedImages(store.finished(), tuple(skipped))


def _nothing_read(files: Sequence[Path], skipped: Sequence[tuple[int, str]]) -> ReadError:
    if not files:
        return ReadError(tr("The images are no longer there."))
    return ReadError(
        trn(
            "{file}: {reason}.",
            "None of {n} images can be read; the first one, {file}: {reason}.",
            len(files),
            file=files[0],
            reason=skipped[0][1],
        )
    )


def _find_below(
    folder: Path, files: list[Path], empty: list[Path], cancelled: IsCancelled | None
) -> int:
    """Add the images below ``folder`` in natural order, and the leaf folders without any.

    Returns:
        The number of other files.
    """
    suffixes = image_suffixes()
    others = 0
    for folder_path, below, names in os.walk(folder, onerror=partial(_note_refused, folder)):
        stop_if(cancelled)
        below[:] = _shown(below)
        shown = _shown(names)
        images = [name for name in shown if os.path.splitext(name)[1].lower() in suffixes]
        files += (Path(folder_path, name) for name in images)
        others += len(shown) - len(images)
        if not images and not below and Path(folder_path) != folder:
            empty.append(Path(folder_path))
        if len(files) > MAX_FILES:
            raise ReadError(
                tr("{folder}: more than {limit:,} images.", folder=folder, limit=MAX_FILES)
            )
    return others


def _shown(names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if not name.startswith(".")), key=_natural)


def _note_refused(folder: Path, error: OSError) -> None:
    if Path(error.filename) == folder:
        reason = system_reason(error)
        raise ReadError(tr("{file}: {reason}", file=folder, reason=reason)) from error
    logging.getLogger(__name__).info("%s is left out: %s", error.filename, system_reason(error))


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Return a sort key that compares the numbers in a name as numbers, the rest as text."""
    parts = _NUMBERS.split(name.casefold())
    # ``split`` puts text at even and numbers at odd indices, so entries of one kind are compared.
    return [(int(part), "") if at % 2 else (0, part) for at, part in enumerate(parts)], name


def _parents(files: Sequence[Path]) -> list[Path]:
    return [path.parent for path in files]


def _labels(root: Path, folders: Sequence[Path]) -> Iterator[str]:
    resolved = root.resolve()
    for folder in folders:
        below = folder.relative_to(root) if folder.is_relative_to(root) else None
        if below is None:
            full = folder.resolve()
            below = full.relative_to(resolved) if full.is_relative_to(resolved) else Path(full.name)
        yield below.as_posix() if below.parts else resolved.name or "/"


def _existing(files: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Return the files that still exist, and a reason for each of the others."""
    there, gone = [], []
    for path in files:
        try:
            is_file = stat.S_ISREG(path.stat().st_mode)
        except OSError as error:
            gone.append((path, system_reason(error)))
            continue
        if is_file:
            there.append(path)
        else:  # Reading a pipe would block
            gone.append((path, tr("this is not a file")))
    return there, gone
