"""Image files that a command writes: a sheet, a data set in another format, or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import check_writable
from aegui.core.cost import Cost
from aegui.core.data.dataset import Dataset
from aegui.core.data.writers import (
    check_image_folder,
    check_labels,
    encode_dataset,
    form_of,
    is_folder_path,
    write_dataset,
    write_image_folder,
)
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.latent.sheets import write_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec

_PNG = ".png"
_WRITTEN_BYTES = {"png": 8, "folder": 8, "npz": 12, "idx": 12, "idx.gz": 12}
"""Bytes of memory that writing takes for each pixel value, by the key of the format (measured)."""
_TEXT_BYTES = 44
"""The same of formats that write numbers as text."""
_TEXT_S = 1.7e-6
"""Time to write one such number, in seconds (measured)."""
_SHEET_BYTES = 8
"""Bytes of memory that a pixel of a sheet takes until it is written (measured)."""


def check_images_path(path: str, *, folders: bool = True) -> None:
    """Check, before any work, that images can be written to ``path``.

    Raises:
        AeguiError: They cannot.
    """
    if folders and is_folder_path(path):
        check_image_folder(path)
        return
    check_writable(path)
    if not is_sheet(path):
        form_of(path)


def is_sheet(path: str) -> bool:
    """Return whether images are written to ``path`` as one picture."""
    return Path(path).suffix.lower() == _PNG


def check_images_form(
    path: str, shape: tuple[int, ...], name: str, count: int = 1, *, glyphs: bool
) -> None:
    """Check, before any work, that the format of ``path`` can hold ``count`` images ``[C, H, W]``.

    Raises:
        AeguiError: It cannot.
    """
    if is_sheet(path) or is_folder_path(path):
        return
    one = np.full((1, *shape), 1.0 if glyphs else 0.5, np.float32)
    encode_dataset(Dataset.from_images(name, one), form_of(path))
    # Not all formats have room for all numbers, which are the labels.
    pixels = np.zeros((count, 1, 1), np.float32)
    check_labels(Dataset.over(name, pixels[:, np.newaxis], _numbers(count)), form_of(path))


def images_cost(path: str, codec: Codec, count: int, scale: int = 1) -> Cost:
    """Return the cost of decoding ``count`` images and writing them to ``path``.

    ``scale`` is the size of an image pixel on a sheet.
    """
    passes = codec.passes(decoded=count)
    form = "folder" if is_folder_path(path) else form_of(path)
    channels, height, width = codec.image_shape
    pixels = count * channels * height * width
    written = _WRITTEN_BYTES.get(form, _TEXT_BYTES) * pixels
    if is_sheet(path):
        written += _SHEET_BYTES * count * (height + 1) * (width + 1) * scale**2
    writing_s = 0.0 if form in _WRITTEN_BYTES else _TEXT_S * pixels
    return Cost(passes.seconds + writing_s, {"work": passes.bytes + written})


def _numbers(count: int) -> list[str]:
    return [str(index + 1) for index in range(count)]


def write_images(
    path: str,
    images: NDArray[np.float32],
    name: str,
    labels: Sequence[str] = (),
    names: Sequence[str] | None = None,
    *,
    scale: int | None,
    glyphs: bool,
    ink: bool,
    about: str,
) -> None:
    """Write ``images``, ``[n, C, H, W]``, in the format that the suffix of ``path`` selects.

    Args:
        path: The file, or a folder that gets one PNG for each image.
        images: Grey levels or colours, about 0..1.
        name: Name of a data set.
        labels: Labels of its images; if empty, their numbers.
        names: Names of its images.
        scale: Size of an image pixel on a sheet; None chooses one that fits.
        glyphs: Whether a data set is thresholded to black and white.
        ink: Whether a sheet is dark on light.
        about: What a sheet was made from, as it is stated in the file.

    Raises:
        AeguiError: The file cannot be written.
    """
    if is_sheet(path):
        write_sheet(path, images, None, scale, ink=ink, about=about)
        return
    dataset = Dataset.from_images(
        name,
        # Not kept in a variable: the set has a copy.
        (images > THRESHOLD).astype(np.float32) if glyphs else np.clip(images, 0.0, 1.0),
        labels or _numbers(len(images)),
        names,
    )
    if not labels and is_folder_path(path):
        write_image_folder(path, dataset, by_label=False)
    else:
        write_dataset(path, dataset)
