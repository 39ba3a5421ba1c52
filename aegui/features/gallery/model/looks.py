"""Finds out in the background what the cards of the gallery show once it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.cards import card_levels, samples_sheet
from aegui.core.data.load import load_dataset
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.gallery import cards, figures
from aegui.core.recipe.file import load_recipe, parse_recipe
from aegui.core.run_file.archive import Archive
from aegui.features.gallery.model.items import Extras, FileLook
from aegui.session.data.data_sources import entries
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report

_RECIPE, _PICTURE = "recipe.json", "thumbnail.png"
_MOST_BYTES = 8 << 20
_MOST_SET_BYTES = 20 << 20
"""Own sets in larger files are shown without a picture."""


class GalleryLooks(Service):
    """Sizes and times of networks, and pictures of a person's own files and sets."""

    found = Signal(object)
    """``Extras``, more of them each time; first the files, where there are any."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._derived = Derived("aegui-gallery", self, urgent=False)
        self._derived.answered.connect(self.found)

    def look(self, recent: Sequence[Path]) -> None:
        """Find out; ``found`` follows, first with the files, then with all the rest."""
        self._derived.derive(lambda report, cancelled: _extras(recent, report, cancelled), object())

    def forget(self) -> None:
        """Nobody looks any more."""
        self._derived.forget()


def _extras(recent: Sequence[Path], _report: Report, cancelled: IsCancelled) -> Iterator[Extras]:
    files = {path: _file_look(path) for path in recent}
    if files:
        yield Extras({}, files, {})
    sheets: dict[str, NDArray[np.uint8]] = {}
    for entry in entries():
        stop_if(cancelled)
        made = _sheet(entry.key) if entry.is_own else None
        if made is not None:
            sheets[entry.key] = made
    known = {}
    for card in cards():
        stop_if(cancelled)
        known[card.key] = figures(card.recipe)
    yield Extras(known, files, sheets)


def _file_look(path: Path) -> FileLook:
    """What a run or a recipe says of itself; nothing where it is neither."""
    try:
        if path.suffix == ".json":
            return FileLook(load_recipe(path))
        with Archive(path) as archive:
            recipe = parse_recipe(bytes(archive.read(_RECIPE, _MOST_BYTES)).decode("utf-8"))
            picture = bytes(archive.read(_PICTURE, _MOST_BYTES)) if _PICTURE in archive else None
    except (AeguiError, UnicodeDecodeError):
        return FileLook()
    return FileLook(recipe, picture)


def _sheet(key: str) -> NDArray[np.uint8] | None:
    """Some samples of a set of the person's own, if it is read within a blink."""
    try:
        if Path(key).stat().st_size > _MOST_SET_BYTES:
            return None
        return card_levels(samples_sheet(load_dataset(key).images))
    except (AeguiError, OSError):
        return None
