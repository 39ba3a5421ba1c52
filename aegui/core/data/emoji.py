"""The emojis that ship with the program, rendered by ``installer/emoji.py`` into one sheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.byte_images import WHITE, to_levels
from aegui.core.data.dataset import Dataset
from aegui.core.data.picture import resized
from aegui.core.data.progress import Progress, images_read
from aegui.core.data.store import PixelStore, files_key, stored
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr
from aegui.core.json_text import from_json
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import ImageSpec

EMOJI, EMOJI_KINDS = "emoji", "emoji-kinds"
"""The names of the set: with its groups as classes, and with its sub-groups."""
EMOJI_GROUPS = (
    mark("Smileys & Emotion"),
    mark("People & Body"),
    mark("Animals & Nature"),
    mark("Food & Drink"),
    mark("Travel & Places"),
    mark("Activities"),
    mark("Objects"),
    mark("Symbols"),
    mark("Flags"),
)
"""The groups in Unicode's order; labels of the set, translated where they are shown."""
EMOJI_SUBGROUPS: Mapping[str, str] = {
    "face-smiling": mark("Smiling faces"),
    "face-affection": mark("Loving faces"),
    "face-tongue": mark("Faces with a tongue"),
    "face-hand": mark("Faces with a hand"),
    "face-neutral-skeptical": mark("Neutral faces"),
    "face-sleepy": mark("Sleepy faces"),
    "face-unwell": mark("Sick faces"),
    "face-hat": mark("Faces with a hat"),
    "face-glasses": mark("Faces with glasses"),
    "face-concerned": mark("Worried faces"),
    "face-negative": mark("Angry faces"),
    "face-costume": mark("Masks and creatures"),
    "cat-face": mark("Cat faces"),
    "monkey-face": mark("Monkey faces"),
    "heart": mark("Hearts"),
    "emotion": mark("Signs of emotion"),
    "hand-fingers-open": mark("Open hands"),
    "hand-fingers-partial": mark("Hand signs"),
    "hand-single-finger": mark("Pointing fingers"),
    "hand-fingers-closed": mark("Fists and thumbs"),
    "hands": mark("Pairs of hands"),
    "hand-prop": mark("Hands with things"),
    "body-parts": mark("Parts of the body"),
    "person": mark("Persons"),
    "person-gesture": mark("Gestures"),
    "person-role": mark("Professions"),
    "person-fantasy": mark("Fantasy figures"),
    "person-activity": mark("Persons doing things"),
    "person-sport": mark("Persons at sport"),
    "person-resting": mark("Persons resting"),
    "family": mark("Families and couples"),
    "person-symbol": mark("Signs of persons"),
    "animal-mammal": mark("Mammals"),
    "animal-bird": mark("Birds"),
    "animal-amphibian": mark("Amphibians"),
    "animal-reptile": mark("Reptiles"),
    "animal-marine": mark("Sea animals"),
    "animal-bug": mark("Insects and bugs"),
    "plant-flower": mark("Flowers"),
    "plant-other": mark("Trees and leaves"),
    "food-fruit": mark("Fruit"),
    "food-vegetable": mark("Vegetables"),
    "food-prepared": mark("Dishes"),
    "food-asian": mark("Asian dishes"),
    "food-marine": mark("Sea food"),
    "food-sweet": mark("Sweets"),
    "drink": mark("Drinks"),
    "dishware": mark("Dishes and cutlery"),
    "place-map": mark("Globes and maps"),
    "place-geographic": mark("Landscapes"),
    "place-building": mark("Buildings"),
    "place-religious": mark("Places of worship"),
    "place-other": mark("Other places"),
    "transport-ground": mark("Transport on land"),
    "transport-water": mark("Transport on water"),
    "transport-air": mark("Transport by air"),
    "hotel": mark("Hotel"),
    "time": mark("Clocks and time"),
    "sky & weather": mark("Sky and weather"),
    "event": mark("Celebrations"),
    "award-medal": mark("Awards and medals"),
    "sport": mark("Sports"),
    "game": mark("Games"),
    "arts & crafts": mark("Arts and crafts"),
    "clothing": mark("Clothes"),
    "sound": mark("Loudspeakers and bells"),
    "music": mark("Music"),
    "musical-instrument": mark("Musical instruments"),
    "phone": mark("Telephones"),
    "computer": mark("Computers"),
    "light & video": mark("Light and video"),
    "book-paper": mark("Books and paper"),
    "money": mark("Money"),
    "mail": mark("Mail"),
    "writing": mark("Pens and writing"),
    "office": mark("Office"),
    "lock": mark("Locks and keys"),
    "tool": mark("Tools"),
    "science": mark("Science"),
    "medical": mark("Medicine"),
    "household": mark("Household"),
    "other-object": mark("Other objects"),
    "transport-sign": mark("Signs of transport"),
    "warning": mark("Warning signs"),
    "arrow": mark("Arrows"),
    "religion": mark("Religious signs"),
    "zodiac": mark("Zodiac"),
    "av-symbol": mark("Player buttons"),
    "gender": mark("Gender signs"),
    "math": mark("Mathematical signs"),
    "punctuation": mark("Punctuation"),
    "currency": mark("Currencies"),
    "other-symbol": mark("Other signs"),
    "keycap": mark("Keycaps"),
    "alphanum": mark("Letters and words"),
    "geometric": mark("Shapes and colours"),
    "flag": mark("Plain flags"),
    "country-flag": mark("Flags of countries"),
    "subdivision-flag": mark("Flags of regions"),
}
"""Unicode's name of a sub-group -> label in the set, translated where it is shown."""


@cache
def load_emoji() -> Dataset:
    """Load all emojis: 64x64 RGB on white, labelled with their group, with their Unicode names.

    Raises:
        ReadError: The sheet that ships with the program is missing or damaged.
    """
    folder = resources_dir() / "emoji"
    try:
        index = _index()
        tiles = _tiles(_sheet(folder / "sheet.webp"), index)
    except (OSError, ValueError, KeyError) as error:
        raise ReadError(
            tr("The emojis of the program cannot be read: {why}.", why=error)
        ) from error
    emojis = index["emojis"]
    return Dataset.over(
        EMOJI,
        tiles.astype(np.float32) / WHITE,
        [emoji["group"] for emoji in emojis],
        [emoji["name"] for emoji in emojis],
        source=index["font"],
        licence=index["licence"],
    )


@cache
def load_emoji_kinds() -> Dataset:
    """Return ``load_emoji`` labelled with the sub-groups; the pixels share its memory.

    Raises:
        ReadError: As for ``load_emoji``.
    """
    return replace(load_emoji(), name=EMOJI_KINDS, labels=_kinds())


def load_emoji_as(
    spec: ImageSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    *,
    kinds: bool = False,
) -> Dataset:
    """Return all emojis in the size and colours of ``spec``, resized only where these differ.

    Args:
        spec: As for the images of a folder.
        kinds: Whether to label them with their sub-groups instead of their groups.
        report: Called with the progress, in the calling thread.
        cancelled: Polled now and then; loading stops when it returns true.

    Raises:
        ReadError: The sheet that ships with the program is missing or damaged.
        AeguiError: The disk has no room for so many pixels.
        Cancelled: ``cancelled`` returned true.
    """
    emojis = load_emoji_kinds() if kinds else load_emoji()
    shape = spec.channels, spec.height, spec.width
    if shape == emojis.image_shape:
        return emojis
    sheet = resources_dir() / "emoji" / "sheet.webp"
    key = files_key([sheet], "emoji", spec.model_dump_json())
    images = stored(key, (len(emojis), *shape))
    if images is None:
        images = _resized(emojis, spec, key, Progress(len(emojis), images_read, report, cancelled))
    return replace(emojis, images=images)


def _resized(emojis: Dataset, spec: ImageSpec, key: str, progress: Progress) -> NDArray[np.float32]:
    shape = len(emojis), spec.channels, spec.height, spec.width
    with PixelStore(shape, key, are_bytes=True) as store:
        for index, image in enumerate(emojis.images):
            progress.reached(index)
            levels = to_levels(image)
            store.append(resized(levels, spec)[np.newaxis])
        progress.reached(len(emojis))
        return store.finished()


@cache
def emoji_counts() -> Mapping[str, int]:
    """Return the number of emojis by group and by sub-group, without reading the sheet."""
    emojis = _index()["emojis"]
    return Counter([emoji["group"] for emoji in emojis] + list(_kinds()))


def kinds_of_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of the sub-groups of ``groups``, in Unicode's order."""
    chosen = {group.casefold() for group in groups}
    both = zip(_index()["emojis"], _kinds(), strict=True)
    return tuple(dict.fromkeys(kind for emoji, kind in both if emoji["group"].casefold() in chosen))


def groups_of_kinds(kinds: Sequence[str]) -> tuple[str, ...] | None:
    """Return the groups whose sub-groups are exactly ``kinds``; None if there are none."""
    chosen = {kind.casefold() for kind in kinds}
    groups: dict[str, set[str]] = {}
    for emoji, kind in zip(_index()["emojis"], _kinds(), strict=True):
        groups.setdefault(emoji["group"], set()).add(kind.casefold())
    complete = {group: sub_groups for group, sub_groups in groups.items() if sub_groups <= chosen}
    return tuple(complete) if set().union(*complete.values()) == chosen else None


@cache
def _kinds() -> tuple[str, ...]:
    """Return the label of each emoji's sub-group."""
    return tuple(EMOJI_SUBGROUPS[emoji["subgroup"]] for emoji in _index()["emojis"])


def _index() -> dict[str, Any]:
    content: dict[str, Any] = from_json(
        (resources_dir() / "emoji" / "index.json").read_text(encoding="utf-8")
    )
    return content


def _sheet(path: Path) -> NDArray[np.uint8]:
    from PIL import Image  # Imported here: only emojis need Pillow at this point

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _tiles(sheet: NDArray[np.uint8], index: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the tiles in the order of the index, uint8 ``[N, 3, size, size]``."""
    size, columns = int(index["size"]), int(index["columns"])
    rows = len(sheet) // size
    tiles = sheet.reshape(rows, size, columns, size, 3).transpose(0, 2, 4, 1, 3)
    return tiles.reshape(-1, 3, size, size)[: len(index["emojis"])]
