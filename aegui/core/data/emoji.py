"""The emojis that ship with the program, drawn by ``installer/emoji.py`` into one sheet."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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
        tiles.astype(np.float32) / np.float32(255.0),
        [emoji["group"] for emoji in emojis],
        [emoji["name"] for emoji in emojis],
        source=index["font"],
        licence=index["licence"],
    )


def emoji_texts() -> dict[str, str]:
    """Name -> the emoji as text, for searching and for copying."""
    index = json.loads((resources_dir() / "emoji" / "index.json").read_text(encoding="utf-8"))
    return {
        emoji["name"]: "".join(chr(int(code, 16)) for code in emoji["codepoints"].split())
        for emoji in index["emojis"]
    }


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
