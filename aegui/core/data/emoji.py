"""The emojis that ship with the program, drawn by ``installer/emoji.py`` into one sheet."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.data.picture import resized
from aegui.core.data.progress import Progress, images_read
from aegui.core.data.store import PixelStore, files_key, stored
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import ImageSpec

_LEVELS = np.float32(255.0)
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


@cache
def load_emoji() -> Dataset:
    """All emojis: 64x64 RGB on white, labelled with their group, named as Unicode names them.

    Raises:
        ReadError: The sheet that ships with the program is missing or damaged.
    """
    folder = resources_dir() / "emoji"
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        tiles = _tiles(_sheet(folder / "sheet.webp"), index)
    except (OSError, ValueError, KeyError) as error:
        raise ReadError(
            tr("The emojis of the program cannot be read: {why}.", why=error)
        ) from error
    emojis = index["emojis"]
    return Dataset.over(
        "emoji",
        tiles.astype(np.float32) / _LEVELS,
        [emoji["group"] for emoji in emojis],
        [emoji["name"] for emoji in emojis],
        source=index["font"],
        licence=index["licence"],
    )


def load_emoji_as(
    spec: ImageSpec, report: Report | None = None, cancelled: IsCancelled | None = None
) -> Dataset:
    """All emojis in the size and colours of ``spec``; as they are where it wants them so.

    Args:
        spec: As for the images of a folder.
        report: Called with the progress, in this thread.
        cancelled: Asked now and then whether to stop.

    Raises:
        ReadError: The sheet that ships with the program is missing or damaged.
        AeguiError: There is not the room for so many pixels.
        Cancelled: ``cancelled`` asked for it.
    """
    emojis = load_emoji()
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
            levels = np.rint(image * _LEVELS).astype(np.uint8)
            store.append(resized(levels, spec)[np.newaxis])
        progress.reached(len(emojis))
        return store.finished()


def emoji_texts() -> dict[str, str]:
    """Name -> the emoji as text, for searching and for copying."""
    index = json.loads((resources_dir() / "emoji" / "index.json").read_text(encoding="utf-8"))
    return {
        emoji["name"]: "".join(chr(int(code, 16)) for code in emoji["codepoints"].split())
        for emoji in index["emojis"]
    }


@cache
def emoji_counts() -> Mapping[str, int]:
    """Group -> how many emojis it has; the sheet is not read."""
    index = json.loads((resources_dir() / "emoji" / "index.json").read_text(encoding="utf-8"))
    return Counter(emoji["group"] for emoji in index["emojis"])


def _sheet(path: Path) -> NDArray[np.uint8]:
    from PIL import Image  # only whoever wants emojis pays for it

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _tiles(sheet: NDArray[np.uint8], index: dict[str, Any]) -> NDArray[np.uint8]:
    """The tiles in the order of the index, uint8 ``[N, 3, size, size]``."""
    size, columns = int(index["size"]), int(index["columns"])
    rows = len(sheet) // size
    tiles = sheet.reshape(rows, size, columns, size, 3).transpose(0, 2, 4, 1, 3)
    return tiles.reshape(-1, 3, size, size)[: len(index["emojis"])]
