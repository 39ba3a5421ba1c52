"""Computes the slow parts of the gallery's cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.cards import card_levels, samples_sheet
from aegui.core.data.load import load_dataset
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.gallery import cards, figures
from aegui.core.recipe.file import load_recipe, parse_recipe
from aegui.core.run_file.archive import Archive
from aegui.features.gallery.model.items import Extras, FilePreview
from aegui.session.data.data_sources import entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled

_RECIPE, _PICTURE = "recipe.json", "thumbnail.png"
_MAX_BYTES = 8 << 20
_MAX_SET_BYTES = 20 << 20
"""Own sets in larger files are shown without a picture."""


def extras_of(recent: Sequence[Path], cancelled: IsCancelled) -> Iterator[Extras]:
    """Yield sizes and times of networks, and pictures of the person's own files and sets.

    The first result has only the files ``recent``, if there are any; the second has everything.
    """
    files = {path: _file_preview(path) for path in recent}
    if files:
        yield Extras({}, files, {})
    sheets: dict[str, NDArray[np.uint8]] = {}
    for entry in entries():
        stop_if(cancelled)
        sheet = _sheet(entry.key) if entry.is_users else None
        if sheet is not None:
            sheets[entry.key] = sheet
    known = {}
    for card in cards():
        stop_if(cancelled)
        known[card.key] = figures(card.recipe)
    yield Extras(known, files, sheets)


def _file_preview(path: Path) -> FilePreview:
    """Return recipe and picture of a run or recipe file; empty if it is neither."""
    try:
        if path.suffix == ".json":
            return FilePreview(load_recipe(path))
        with Archive(path) as archive:
            recipe = parse_recipe(bytes(archive.read(_RECIPE, _MAX_BYTES)).decode("utf-8"))
            picture = bytes(archive.read(_PICTURE, _MAX_BYTES)) if _PICTURE in archive else None
    except (AeguiError, UnicodeDecodeError):
        return FilePreview()
    return FilePreview(recipe, picture)


def _sheet(key: str) -> NDArray[np.uint8] | None:
    """Return a sheet of samples of an own set; None if it is too large or unreadable."""
    try:
        if Path(key).stat().st_size > _MAX_SET_BYTES:
            return None
        return card_levels(samples_sheet(load_dataset(key).images))
    except (AeguiError, OSError):
        return None
