"""Which data a foreign configuration means; see the package."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aegui.core.course_configs.layers import GLYPH_PIXELS
from aegui.core.course_configs.tables import BUILTIN_DATA
from aegui.core.course_configs.values import plain
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.course_configs.notes import Notes

EMOJI_PIXELS = 64 * 64 * 3
GREY_SIDE = 80
"""Side of the grey pictures of the course."""
_SOURCES = {EMOJI_PIXELS: "emoji", 784: "mnist", 64: "digits", GREY_SIDE**2: "emoji"}
"""Numbers per sample -> the set that the course uses at that size."""


def read_data(notes: Notes, pixels: int | None) -> None:
    """Take the data that are named, or else those that go with ``pixels`` numbers per sample."""
    item = notes.keys.take_one(
        "dataset data font data.name dataset.name data.dataset data.path dataset.path data_path "
        "dataset_path data.source data.file data_file input_file font_file dataset_file "
        "data.dataset_name dataset_name datos conjunto archivo fuente conjunto_de_datos",
        fits=lambda v: isinstance(v, str),
    )
    # Many solutions number the three arrays of the course's header.
    numbered = notes.keys.take(
        "font fonts font_number", fits=lambda v: type(v) is int and 1 <= v <= 3
    )
    if item is None and numbered is not None:
        name = BUILTIN_DATA[f"font{numbered.value}"]
        notes.set("data.source", name, numbered, tr("data"))
        return
    source = None if item is None else _source(notes, str(item.value))
    if item is not None and source is not None:
        notes.set("data.source", source, item, tr("data"))
        return
    if item is not None:
        notes.leave(item, tr("no such data here"))
    _assume_data(notes, pixels)


def _assume_data(notes: Notes, pixels: int | None) -> None:
    if pixels is None or pixels == GLYPH_PIXELS:
        notes.assumed.append(tr("Data: the 32 lower-case characters of 5x7 pixels."))
    elif pixels in _SOURCES:
        source = _SOURCES[pixels]
        notes.settings["data.source"] = source
        if pixels == GREY_SIDE**2:
            notes.settings["data.images.height"] = GREY_SIDE
            notes.settings["data.images.width"] = GREY_SIDE
            notes.settings["data.images.channels"] = 1
        notes.assumed.append(
            tr("Data: {source}, for {n} numbers per sample.", source=source, n=pixels)
        )
    else:
        notes.needs_data.append(tr("data of {n} pixels per sample: open your own file", n=pixels))


def _source(notes: Notes, text: str) -> str | None:
    known = BUILTIN_DATA.get(plain(text).strip())
    if known is not None or notes.folder is None or "\0" in text or len(text) > 500:
        return known
    try:
        file = notes.folder / text
        return os.fspath(file.resolve()) if file.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None
