"""The available datasets: built-in ones, and the user's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_SETS, download_key, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.data.published import PUBLISHED
from aegui.core.data.store import megabytes
from aegui.core.i18n import localized, tr
from aegui.core.light_dataclass import dataclass
from aegui.paths import resources_dir, user_data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

SET_SUFFIX = ".json"
DRAWINGS = "drawings"
"""Name of the dataset that drawings are added to."""
_SHOWN_GLYPHS = {"symbols": "3", "uppercase": "A", "lowercase": "a", "letters": "g"}
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*+#]')


@dataclass(frozen=True, eq=False)
class DataEntry:
    """A dataset to choose."""

    key: str
    """The source that a recipe names."""
    label: str
    """Displayed name, translated."""
    detail: str = ""
    """Its size, and what has to be done first."""
    help: str = ""
    """An additional sentence."""
    glyph: NDArray[np.float32] | None = None
    """A sample to show, ``[1, H, W]``, if it is a dataset of glyphs."""
    picture: Path | None = None
    """Path of an image to show, if there is one."""
    is_users: bool = False
    """Whether it is one of the user's."""


def entries() -> tuple[DataEntry, ...]:
    """Return all datasets to choose from, in the order they are offered."""
    return (*map(_builtin_entry, BUILTIN_SETS), *_user_entries())


def _builtin_entry(key: str) -> DataEntry:
    row = BUILTIN_SETS[key]
    _, height, width = row.shape
    size = f"{localized(width, ',')} × {localized(height, ',')}"
    detail = tr("{count:,} · {size}", count=row.count, size=size)
    missing = download_key(key)
    if missing is not None:
        amount = megabytes(PUBLISHED[missing].size)
        detail = tr("{detail} · download {amount}", detail=detail, amount=amount)
    glyph = None
    if key in _SHOWN_GLYPHS:
        dataset = load_builtin(key)
        glyph = dataset.images[dataset.labels.index(_SHOWN_GLYPHS[key])]
    picture = resources_dir() / "pictures" / f"{key}.png"
    return DataEntry(
        key, tr(row.label), detail, tr(row.help), glyph, picture if glyph is None else None
    )


# The user's own datasets


def user_folder() -> Path:
    """Return the folder of the user's own datasets, which is created on the first write."""
    return user_data_dir() / "sets"


def user_path(name: str) -> Path:
    """Return the path of the user's dataset ``name``."""
    return user_folder() / f"{file_name(name)}{SET_SUFFIX}"


def file_name(name: str) -> str:
    """Return ``name`` without characters that file names must not contain; may be empty."""
    return _FORBIDDEN.sub(" ", name).strip(" .")[:80]


def _user_entries() -> list[DataEntry]:
    files = sorted(user_folder().glob(f"*{SET_SUFFIX}")) if user_folder().is_dir() else []
    return [
        DataEntry(
            str(file),
            tr("My drawings") if file.stem == DRAWINGS else file.stem,
            tr("your own"),
            str(file),
            is_users=True,
        )
        for file in files
    ]


def keep_drawing(image: ArrayLike, label: str) -> Dataset:
    """Add ``image`` (``[H, W]`` or ``[C, H, W]``) to the user's drawings, and return all of them.

    Raises:
        AeguiError: The images differ in size, or cannot be written.
    """
    from aegui.core.data.writers import write_dataset  # drawings are rarely kept as a set

    pixels = np.asarray(image, np.float32)
    one = Dataset.from_images(DRAWINGS, pixels[np.newaxis], [label], source=tr("own drawings"))
    path = user_path(DRAWINGS)
    if path.is_file():
        one = load_dataset(str(path)).joined(one, DRAWINGS)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(path, one)
    return one
