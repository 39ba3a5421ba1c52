"""Export of a set as a folder of PNG images, which any other program can read."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import refuse_shipped
from aegui.core.data.byte_images import to_levels
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.leftovers import temporary_prefix
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)
_MAX_LETTERS = 60


def check_image_folder(path: str | os.PathLike[str]) -> None:
    """Check that ``write_image_folder`` can write to ``path``.

    Raises:
        AeguiError: ``path`` is a file, or a folder that is not empty.
    """
    target = Path(path)
    refuse_shipped(target)
    if target.exists() and not target.is_dir():
        raise AeguiError(
            tr("{file} is not a folder: choose a new name for the folder of images.", file=target)
        )
    if target.exists() and any(target.iterdir()):
        raise AeguiError(
            tr("{folder} is not empty: choose a new name for the folder of images.", folder=target)
        )


def write_image_folder(
    path: str | os.PathLike[str], dataset: Dataset, *, by_label: bool = True
) -> None:
    """Write every image as ``label/number name.png`` into the new folder ``path``.

    Pixels are rounded to 256 levels. Characters that are invalid in file names become ``_``.

    Args:
        path: The folder.
        dataset: The images.
        by_label: Whether each label gets a sub-folder; else the files are named by number alone.

    Raises:
        AeguiError: There is something at ``path`` already, the images have neither 1 nor 3
            channels, or the folder cannot be written, in which case no part of it is left.
    """
    target = Path(path)
    check_image_folder(target)
    if dataset.image_shape[0] not in (1, 3):
        raise AeguiError(tr("A folder of images holds images of 1 or 3 channels."))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=temporary_prefix(target.name), dir=target.parent, ignore_cleanup_errors=True
        ) as temporary:
            content = Path(temporary) / "images"
            _write_all(content, dataset, by_label=by_label)
            if target.exists():
                target.rmdir()
            content.rename(target)
    except OSError as error:
        raise AeguiError(
            tr(
                "{file} could not be written: {reason}.",
                file=target,
                reason=system_reason(error),
            )
        ) from error


def _write_all(folder: Path, dataset: Dataset, *, by_label: bool) -> None:
    from PIL import Image  # Imported here: only writing images needs Pillow

    folders = _folders(dataset.classes) if by_label else dict.fromkeys(dataset.classes, "")
    for name in dict.fromkeys(folders.values()):
        (folder / name).mkdir(parents=True, exist_ok=True)
    digits = len(str(len(dataset)))
    for number, (label, title) in enumerate(zip(dataset.labels, dataset.names, strict=True), 1):
        buffer = io.BytesIO()
        Image.fromarray(_levels(dataset.images[number - 1])).save(buffer, "PNG")
        name = f"{number:0{digits}}" + (f" {_safe(title)}".rstrip() if by_label else "")
        (folder / folders[label] / f"{name}.png").write_bytes(buffer.getvalue())


def _levels(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    levels = to_levels(image)
    return levels[0] if len(levels) == 1 else np.ascontiguousarray(levels.transpose(1, 2, 0))


def _folders(labels: tuple[str, ...]) -> dict[str, str]:
    """Return a unique folder name for each label, also on case-insensitive file systems."""
    folders: dict[str, str] = {}
    used: set[str] = set()
    for label in labels:
        first = name = _safe(label) or "_"
        number = 2
        while name.casefold() in used:
            name, number = f"{first} {number}", number + 1
        used.add(name.casefold())
        folders[label] = name
    return folders


def _safe(text: str) -> str:
    cleaned = _UNSAFE.sub("_", text).strip(" .")[:_MAX_LETTERS].strip(" .")
    return f"{cleaned}_" if _RESERVED.match(cleaned) else cleaned
