"""The table of the kinds of data file: how each is recognised, and what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.choices import table
from aegui.core.data.array_files import is_array_file, read_array_file
from aegui.core.data.byte_stream import GZIP
from aegui.core.data.csv_images import csv_trouble, is_csv, read_csv
from aegui.core.data.idx import is_idx, read_idx
from aegui.core.data.picture import image_suffixes
from aegui.core.data.readers.png_sheet import SIGNATURE, TEXT_KEY, is_sheet
from aegui.core.data.readers.source import open_source
from aegui.core.data.readers.table import READERS
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.suffixes import RUN
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.data.reading import Reading

_HEAD_BYTES = 1 << 20
"""Enough for a line of a CSV file, however large its images."""
_CSV_SUFFIXES = frozenset({".csv", ".tsv"})
_IMAGE_HEADS = (b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
"""Signatures of image files, for those without a known suffix."""
_SHEET_TEXT = b"tEXt" + TEXT_KEY.encode()
"""What a PNG sheet of this program has before its pixels."""


@dataclass(frozen=True)
class FileKind:
    """One kind of file."""

    key: str
    """Its name."""
    label: str
    """Name shown to the user (translated where it is shown)."""
    recognises: Callable[[Path, bytes], bool]
    """Whether a file is of this kind, by its path and its first bytes."""
    read: Callable[[Path, Report | None, IsCancelled | None], Reading] | None
    """The reader; may raise ReadError and Cancelled. None for a single image, which ``read_images``
    reads in the size of the recipe."""


def _is_picture(path: Path, head: bytes) -> bool:
    if head.startswith(SIGNATURE):
        return not _is_glyph_sheet(path, head)
    return path.suffix.lower() in image_suffixes() or head.startswith(_IMAGE_HEADS)


def _is_glyph_sheet(path: Path, head: bytes) -> bool:
    try:
        return is_sheet(open_source(path))
    except ReadError:
        # A picture's own reader reports what is wrong with it; a sheet is never read as a picture.
        return _SHEET_TEXT in head


FILE_KINDS: dict[str, FileKind] = table(
    FileKind("idx", mark("idx file"), lambda _, head: is_idx(head), read_idx),
    FileKind("npz", mark("numpy file"), lambda _, head: is_array_file(head), read_array_file),
    FileKind("image", mark("image"), _is_picture, None),
    FileKind("csv", mark("CSV of images"), lambda _, head: is_csv(head), read_csv),
)
"""In the order in which they are tried; a file that none recognises is read as glyphs."""


def kind_of(path: Path) -> FileKind | None:
    """Return the kind of the file at ``path``; None if only the readers of glyphs are left.

    Raises:
        ReadError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ReadError(tr("{file}: {reason}", file=path, reason=system_reason(error))) from error
    return next((kind for kind in FILE_KINDS.values() if kind.recognises(path, head)), None)


def trouble_of_csv(path: Path) -> ReadError | None:
    """Return why a file with a CSV suffix holds no images, if its lines show it."""
    is_called_so = bool({suffix.lower() for suffix in path.suffixes} & _CSV_SUFFIXES)
    return csv_trouble(path) if is_called_so else None


def unknown_file(path: Path) -> ReadError:
    """Return the error for the file at ``path``, which no reader recognises."""
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP)) == GZIP
    trouble = trouble_of_csv(path)
    if trouble is not None:
        return trouble
    if is_packed:
        return ReadError(
            tr("{file}: its content is damaged, or is not a set of images.", file=path)
        )
    if path.suffix.lower() == RUN:
        return ReadError(
            tr(
                "{file} is a saved run, not a set of images; its samples are written by “aegui "
                "convert {file} samples.npz”.",
                file=path,
            )
        )
    labels = [kind.label for kind in FILE_KINDS.values()]
    labels += [reader.label for reader in READERS.values()]
    return ReadError(
        tr(
            "{file}: no images found in it; what can be read: {kinds}.",
            file=path,
            kinds=", ".join(map(tr, labels)),
        )
    )
