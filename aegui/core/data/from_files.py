"""Reading the samples in a file or a folder of images."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from aegui.core.data.file_kinds import kind_of, trouble_of_csv, unknown_file
from aegui.core.data.image_files import read_images, scan_images
from aegui.core.data.readers.source import TextTooLongError, UnknownFormatError
from aegui.core.data.readers.table import read_glyphs
from aegui.core.data.reading import Reading
from aegui.core.data.titles import with_titles_checked
from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.suffixes import RUN

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.data.readers.table import GlyphFile
    from aegui.core.recipe import ImageSpec


def read_path(
    path: Path, images: ImageSpec, report: Report | None, cancelled: IsCancelled | None
) -> Reading:
    """Read all the samples of the file or folder ``path``; arguments as of ``read_source``.

    Raises:
        ReadError: It cannot be read, or holds sets of different sizes.
    """
    if path.is_dir():
        reading = read_images(scan_images([path], cancelled), images, report, cancelled)
        return Reading(reading.dataset, "folder", reading.notes)
    kind = kind_of(path)
    if kind is not None:
        if kind.read is not None:
            return kind.read(path, report, cancelled)
        found = read_images(scan_images([path]), images, report, cancelled).dataset
        return Reading(found, kind.key)
    file = read_glyph_file(path)
    return Reading(joined(file), file.reader, file.notes)


def read_glyph_file(path: Path) -> GlyphFile:
    """Read all sets of glyphs in the file ``path``, which is of no kind of ``FILE_KINDS``.

    Raises:
        ReadError: The file cannot be read; if its format is unknown, the message lists the known.
    """
    # However large it is: a run that is too large for a text is still no text.
    if path.suffix.lower() == RUN and is_zipfile(path):
        raise unknown_file(path)
    try:
        return with_titles_checked(read_glyphs(path))
    except UnknownFormatError as error:
        raise unknown_file(path) from error
    except TextTooLongError as error:
        raise (trouble_of_csv(path) or error) from error


def read_part(path: Path, which: str) -> Reading:
    """Read the set with the name or number (from 1) ``which`` of a file of glyphs.

    Raises:
        ReadError: The file cannot be read, or has no such set.
    """
    file = with_titles_checked(read_glyphs(path))
    return Reading(joined(file, which), file.reader, file.notes)


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
                file=file.path,
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
            file=file.path,
            which=which,
            names=_offered(file),
        )
    )


def _offered(file: GlyphFile) -> str:
    return ", ".join(f"{file.path}#{dataset.name}" for dataset in file.datasets)
