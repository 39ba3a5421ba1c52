"""The items of the gallery: networks, recent files and data sets, each a card."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from aegui.core.cost import time_words
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.folding import folded, has_words
from aegui.core.gallery import (
    KIND_LABELS,
    Card,
    CardFigures,
    cards,
    data_choices,
    data_words,
    kind_words,
    kinds_of,
)
from aegui.core.i18n import mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.shelves import GROUPS, LEVELS
from aegui.paths import resources_dir
from aegui.session.data.data_sources import entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.recipe import Recipe
    from aegui.core.setup_line.goal import LineGoal

What = Literal["network", "file", "set"]
EVERYTHING, FILES = "everything", "files"
SET_SECTIONS = {
    "glyphs": mark("Characters"),
    "images": mark("Images"),
    "own": mark("Your own"),
}
"""Sections of the data page: key -> label."""
_USERS = "own"


@dataclass(frozen=True, eq=False)
class FilePreview:
    """The content of a file that is shown before it is opened."""

    recipe: Recipe | None = None
    """Its recipe; None if it cannot be read."""
    picture: bytes | None = None
    """A PNG with its network's reconstructions, or None."""


@dataclass(frozen=True, eq=False)
class Extras:
    """The slowly computed parts of the cards, shown once available."""

    figures: Mapping[str, CardFigures | None]
    """Size and training time of networks, by key."""
    files: Mapping[Path, FilePreview]
    """Contents of the recent files, by path."""
    sheets: Mapping[str, NDArray[np.uint8]]
    """Samples of the person's own sets as levels ``[h, w]`` or ``[h, w, 3]``, by key."""


NO_EXTRAS = Extras({}, {}, {})


@dataclass(frozen=True, eq=False)
class GalleryItem:
    """One card."""

    what: What
    """The kind of item."""
    key: str
    """Key of a recipe or of a set, or the path of a file."""
    title: str
    """Its name."""
    text: str = ""
    """A sentence about what it shows."""
    above: str = ""
    """Level and data, in a line."""
    kind: str = ""
    """The kind of model."""
    size: str = ""
    """Its size."""
    time: str = ""
    """Training time on this machine; "" if it is trained or the time is unknown."""
    mark: str = ""
    """A badge on the picture, such as "trained"."""
    notes: str = ""
    """Further remarks."""
    sections: tuple[str, ...] = ()
    """Keys of the sections that contain it."""
    kinds: tuple[str, ...] = ()
    """Keys of ``KIND_LABELS``."""
    data: str = ""
    """The data of a network: key of a set, or ``OTHER_DATA``."""
    picture: Path | bytes | NDArray[np.uint8] | None = None
    """A file, a PNG, levels, or None."""
    are_pixels: bool = False
    """Whether the picture is of glyphs, in the colours of the theme."""
    path: Path | None = None
    """The file to open: a trained model, or a recent file."""
    recipe: Recipe | None = None
    """The recipe of a network."""
    goal: LineGoal | None = None
    """The goal of a challenge; None for others."""
    searched: str = ""
    """Text that searches match, case-folded."""
    is_users: bool = False
    """Whether it is the person's own."""

    @property
    def sentence(self) -> str:
        """All texts of the card, for screen readers."""
        words = (self.title, self.mark, self.text, self.above, self.kind, self.size, self.time)
        return ". ".join(filter(None, words))

    def fits(self, query: str, section: str, kind: str, data: str) -> bool:
        """Return whether it is in ``section``, matches ``query``, and has that kind and data."""
        return (
            (section == EVERYTHING or section in self.sections)
            and (not kind or kind in self.kinds)
            and (not data or data == self.data)
            and has_words(self.searched, query)
        )


def network_items(extras: Extras, recent: Sequence[Path]) -> tuple[GalleryItem, ...]:
    """Return built-in networks, the person's own, and recent files."""
    networks = (_network_item(card, extras.figures.get(card.key)) for card in cards())
    files = (_file_item(path, extras.files.get(path, FilePreview())) for path in recent)
    return (*networks, *map(_findable, files))


def set_items(extras: Extras, networks: Sequence[GalleryItem]) -> tuple[GalleryItem, ...]:
    """Return built-in and downloadable sets, and the person's own."""
    items = []
    for entry in entries():
        row = BUILTIN_SETS.get(entry.key)
        count = sum(item.data == entry.key and item.what == "network" for item in networks)
        has_picture = row is not None and _picture(f"data-{entry.key}").is_file()
        item = GalleryItem(
            "set",
            entry.key,
            entry.label,
            text=entry.help,
            above=tr(SET_SECTIONS[_USERS if row is None else row.kind]),
            kind=trn("{n} network learns it", "{n} networks learn it", count) if count else "",
            size=entry.detail,
            sections=(_USERS if row is None else row.kind,),
            data=entry.key,
            picture=(
                _picture(f"data-{entry.key}") if has_picture else extras.sheets.get(entry.key)
            ),
            are_pixels=row is not None and row.kind == "glyphs",
            is_users=entry.is_users,
        )
        items.append(_findable(item))
    return tuple(items)


def network_sections(items: Sequence[GalleryItem]) -> list[tuple[str, str, int]]:
    """Return the non-empty sections of the networks page as ``(key, words, cards)``."""
    words = {
        EVERYTHING: tr("Everything"),
        FILES: tr("Opened last"),
        **{key: tr(label) for key, label in LEVELS.items()},
        **{key: tr(label) for key, label in GROUPS.items()},
    }
    return _counted(words, items)


def set_sections(items: Sequence[GalleryItem]) -> list[tuple[str, str, int]]:
    """Return the non-empty sections of the data page, as ``network_sections``."""
    words = {EVERYTHING: tr("Everything")}
    return _counted(words | {key: tr(label) for key, label in SET_SECTIONS.items()}, items)


def kind_filters() -> list[tuple[str, str]]:
    """Return the kinds to filter networks by, as ``(key, words)``."""
    return [(key, tr(label)) for key, label in KIND_LABELS.items()]


def data_filters() -> list[tuple[str, str]]:
    """Return the sets to filter networks by, as ``(key, words)``."""
    return [(key, data_words(key)) for key in data_choices(cards())]


def _counted(words: Mapping[str, str], items: Sequence[GalleryItem]) -> list[tuple[str, str, int]]:
    counts = {key: sum(item.fits("", key, "", "") for item in items) for key in words}
    return [(key, text, counts[key]) for key, text in words.items() if counts[key]]


def _network_item(card: Card, figures: CardFigures | None) -> GalleryItem:
    recipe, model = card.recipe, card.model
    level = tr(LEVELS[card.level]) if card.level else tr(GROUPS[card.group])
    time = "" if figures is None else tr("~{time}", time=time_words(figures.seconds))
    row = BUILTIN_SETS.get(recipe.data.source)
    return GalleryItem(
        "network",
        card.key,
        card.name,
        text=card.sees or tr(recipe.notes),
        above=tr("{level} · {data}", level=level, data=data_words(recipe.data.source)),
        kind=kind_words(recipe),
        size=_size_words(recipe, figures),
        time=time,
        mark=tr("trained") if model is not None else time and tr("{time} to train", time=time),
        notes=_notes(card),
        sections=(card.group,) if card.goal is not None else (card.level, card.group),
        kinds=card.kinds,
        data=card.data,
        picture=_picture(
            card.key if card.path is None and card.goal is None else f"data-{card.data}"
        ),
        are_pixels=row is not None and row.kind == "glyphs",
        path=model,
        recipe=recipe,
        goal=card.goal,
        searched=card.searched,
        is_users=card.path is not None,
    )


def _notes(card: Card) -> str:
    """Return the remarks beside the sentence; a challenge's goal comes first."""
    notes = tr(card.recipe.notes) if card.sees else ""
    if card.goal is None:
        return notes
    return tr("Goal: {goal}. {hint}", goal=card.goal.words(), hint=notes)


def _file_item(path: Path, preview: FilePreview) -> GalleryItem:
    recipe = preview.recipe
    item = GalleryItem(
        "file",
        str(path),
        path.stem,
        text=str(path.parent),
        above=tr("Opened last"),
        sections=(FILES,),
        picture=preview.picture,
        path=path,
        is_users=True,
    )
    if recipe is None:
        return item
    source = recipe.data.source
    return replace(
        item,
        above=tr("{level} · {data}", level=item.above, data=data_words(source)),
        kind=kind_words(recipe),
        size=_size_words(recipe, None),
        kinds=kinds_of(recipe),
        data=source if source in BUILTIN_SETS else "",
        recipe=recipe,
    )


def _size_words(recipe: Recipe, figures: CardFigures | None) -> str:
    """Return code size and parameters, such as ``2 numbers · 8,933 parameters``."""
    units = recipe.network.latent.units
    code = trn("{n:,} number", "{n:,} numbers", units)
    if figures is None:
        return code
    learnt = trn("{n:,} parameter", "{n:,} parameters", figures.parameters)
    return tr("{code} · {learnt}", code=code, learnt=learnt)


def _picture(name: str) -> Path:
    return resources_dir() / "gallery" / f"{name}.png"


def _findable(item: GalleryItem) -> GalleryItem:
    parts = (item.title, item.key, item.text, item.above, item.kind, item.mark, item.notes)
    return replace(item, searched=folded(" ".join(parts)))
