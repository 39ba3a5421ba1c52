"""What data there are to choose from: sets known by name, and the person's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_SETS, download_key, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.data.published import PUBLISHED
from aegui.core.data.store import megabytes
from aegui.core.data.writers import write_dataset
from aegui.core.i18n import localized, tr
from aegui.paths import resources_dir, user_data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

OWN_SUFFIX = ".json"
DRAWINGS = "drawings"
"""Name of the set that drawings are kept in."""
_SHOWN_GLYPHS = {"symbols": "3", "uppercase": "A", "lowercase": "a", "letters": "g"}
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*+#]')


@dataclass(frozen=True, eq=False)
class DataEntry:
    """One set to choose.

    Attributes:
        key: The source that a recipe names.
        label: What it is called, in the person's language.
        detail: Its size, and what has to be done first.
        help: One sentence more.
        glyph: A sample ``[1, H, W]`` to show, where it is one of glyphs.
        picture: A picture file to show, where there is one.
        is_own: Whether the person made it.
    """

    key: str
    label: str
    detail: str = ""
    help: str = ""
    glyph: NDArray[np.float32] | None = None
    picture: Path | None = None
    is_own: bool = False


def entries() -> tuple[DataEntry, ...]:
    """All sets to choose from, in the order in which they are offered."""
    return (*map(_builtin_entry, BUILTIN_SETS), *_own_entries())


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


# The person's own sets


def own_folder() -> Path:
    """Where the person's own sets are; made by whoever writes the first."""
    return user_data_dir() / "sets"


def own_path(name: str) -> Path:
    """The file of the own set ``name``."""
    return own_folder() / f"{file_name(name) or DRAWINGS}{OWN_SUFFIX}"


def file_name(name: str) -> str:
    """``name`` as that of a file, without what no file may have in it; it may be empty."""
    return _FORBIDDEN.sub(" ", name).strip(" .")[:80]


def _own_entries() -> list[DataEntry]:
    files = sorted(own_folder().glob(f"*{OWN_SUFFIX}")) if own_folder().is_dir() else []
    return [
        DataEntry(
            str(file),
            tr("My drawings") if file.stem == DRAWINGS else file.stem,
            tr("your own"),
            str(file),
            is_own=True,
        )
        for file in files
    ]


def keep_drawing(image: ArrayLike, label: str) -> Dataset:
    """Add ``image`` (``[H, W]`` or ``[C, H, W]``) to the person's own drawings; all of these.

    Raises:
        AeguiError: They are of another size, or cannot be written.
    """
    pixels = np.asarray(image, np.float32)
    one = Dataset.from_images(DRAWINGS, pixels[np.newaxis], [label], source=tr("own drawings"))
    path = own_path(DRAWINGS)
    if path.is_file():
        one = load_dataset(str(path)).joined(one, DRAWINGS)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(path, one)
    return one
