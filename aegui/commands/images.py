"""Image files that a command writes: a sheet, a data set in another format, or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import check_writable
from aegui.core.data.dataset import Dataset
from aegui.core.data.writers import (
    check_image_folder,
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

_PNG = ".png"


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


def check_images_form(path: str, shape: tuple[int, ...], name: str, *, glyphs: bool) -> None:
    """Check, before any work, that the format of ``path`` can hold images ``[C, H, W]``.

    Raises:
        AeguiError: It cannot.
    """
    if not is_sheet(path) and not is_folder_path(path):
        one = np.full((1, *shape), 1.0 if glyphs else 0.5, np.float32)
        encode_dataset(Dataset.from_images(name, one), form_of(path))


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
    pixels = (images > THRESHOLD).astype(np.float32) if glyphs else np.clip(images, 0.0, 1.0)
    numbers = [str(index + 1) for index in range(len(images))]
    dataset = Dataset.from_images(name, pixels, labels or numbers, names)
    if not labels and is_folder_path(path):
        write_image_folder(path, dataset, by_label=False)
    else:
        write_dataset(path, dataset)
