"""The table of readers; a file is read with the first one that recognises its content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.choices import table
from aegui.core.data.readers.bdf import is_bdf, read_bdf
from aegui.core.data.readers.c_header import is_c_header, read_c_header
from aegui.core.data.readers.json_glyphs import is_json, json_error, read_json
from aegui.core.data.readers.png_sheet import is_png, read_png_sheet
from aegui.core.data.readers.python_literals import is_python, read_python
from aegui.core.data.readers.source import (
    MAX_TEXT_CHARACTERS,
    GlyphSource,
    TextTooLongError,
    UnknownFormatError,
    open_source,
)
from aegui.core.data.readers.text_art import is_text_art, read_text_art
from aegui.core.data.readers.text_lines import is_text_lines, read_text_lines
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from aegui.core.data.dataset import Dataset


@dataclass(frozen=True)
class Reader:
    """One kind of file: how it is recognised and how it is read."""

    key: str
    label: str
    recognises: Callable[[GlyphSource], bool]
    read: Callable[[GlyphSource], tuple[tuple[Dataset, ...], list[str]]]


READERS: dict[str, Reader] = table(
    Reader("png", mark("PNG sheet"), is_png, read_png_sheet),
    Reader("bdf", mark("BDF font"), is_bdf, read_bdf),
    Reader("json", mark("JSON"), is_json, read_json),
    Reader("c", mark("C header"), is_c_header, read_c_header),
    Reader("python", mark("Python literals"), is_python, read_python),
    Reader("lines", mark("Text lines"), is_text_lines, read_text_lines),
    Reader("art", mark("Text art"), is_text_art, read_text_art),
)
"""In the order in which they are tried: the more specific formats first."""


@dataclass(frozen=True, eq=False)
class GlyphFile:
    """The content of a glyph file."""

    path: Path
    """The file."""
    reader: str
    """Key of the reader in ``READERS``."""
    datasets: tuple[Dataset, ...]
    """One set for each array, list or sheet in the file; at least one."""
    notes: tuple[str, ...]
    """Translated notes on what was assumed or left out."""


def read_glyphs(path: str | os.PathLike[str], size: tuple[int, int] | None = None) -> GlyphFile:
    """Read all sets of glyphs in a file.

    Args:
        path: The file; its content decides how it is read.
        size: Height and width of a glyph, for images that do not state it.

    Raises:
        UnknownFormatError: No reader recognises the file.
        TextTooLongError: The file is text, and longer than any set of glyphs.
        ReadError: The file cannot be read; the message names file, line and reason.
    """
    source = open_source(Path(path))
    if not is_png(source) and len(source.text) > MAX_TEXT_CHARACTERS:
        text = tr(
            "more than {limit} MB of text; large sets are read from .npz, .npy, idx, CSV or a "
            "folder of images.",
            limit=MAX_TEXT_CHARACTERS >> 20,
        )
        raise TextTooLongError(str(source.refusal(text)))
    reader = next((r for r in READERS.values() if r.recognises(source)), None)
    if reader is None:
        raise _unknown(source)
    try:
        if reader.key == "png":
            datasets, notes = read_png_sheet(source, size)
        else:
            datasets, notes = reader.read(source)
    except ReadError:
        raise
    except AeguiError as error:
        raise source.refusal(str(error)) from error
    return GlyphFile(source.path, reader.key, datasets, tuple(notes))


def _unknown(source: GlyphSource) -> ReadError:
    if source.text.lstrip().startswith(("{", "[")):
        error = json_error(source)
        if error is not None:
            return source.refusal(tr("not valid JSON: {why}.", why=error[0]), error[1])
    labels = ", ".join(tr(reader.label) for reader in READERS.values())
    refusal = source.refusal(tr("no glyphs found in it; what can be read: {kinds}.", kinds=labels))
    return UnknownFormatError(str(refusal))
