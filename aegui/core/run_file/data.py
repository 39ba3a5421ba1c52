"""The data in a saved run: all of it, or for large sets some samples and the source of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from aegui.core.data.builtin import BUILTIN_LABELS, is_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.run_file.archive import Archive, refused, to_tensors
from aegui.core.sampled import sampled
from aegui.core.seeds import PREVIEW_SEED

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.core.recipe import DataSpec

    MayRead = Callable[[str], bool]

MAX_WHOLE_SET_BYTES = 16 << 20
"""Largest size of a set that is saved whole."""
PREVIEW_BYTES = 1 << 20
"""Samples saved of larger sets, to show where the set itself is missing."""
_ROUNDING = 2 / 255
"""Versions of the libraries that decode and scale images differ by this much."""


class DataDocument(BaseModel):
    """The description of a set in ``run.json``.

    ``total`` is the size of the whole set if only some samples are in the file; ``eight_bits``
    means that the pixels are stored as whole numbers 0..255.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    labels: list[str]
    names: list[str]
    source: str
    licence: str
    total: Annotated[int, Field(ge=1)] | None = None
    eight_bits: bool = False


def to_document(dataset: Dataset) -> tuple[DataDocument, NDArray[np.generic]]:
    """Return the document of ``dataset``, and its images ``[N, C, H, W]`` to write."""
    stored = _stored_part(dataset)
    images: NDArray[np.generic] = stored.images
    eight_bits = not stored.is_binary and _are_levels(stored.images)
    if eight_bits:
        images = np.round(stored.images * np.float32(255)).astype(np.uint8)
    document = DataDocument(
        name=dataset.name,
        labels=list(stored.labels),
        names=list(stored.names),
        source=dataset.source,
        licence=dataset.licence,
        total=stored.whole,
        eight_bits=eight_bits,
    )
    return document, images


def _stored_part(dataset: Dataset) -> Dataset:
    """Return the samples of ``dataset`` to save: all, or some of a large set."""
    eight_bits = _are_levels(dataset.images[:: max(1, len(dataset) // 256)])
    width = dataset.pixels * (1 if eight_bits and not dataset.is_binary else 4)
    return dataset if len(dataset) * width <= MAX_WHOLE_SET_BYTES else _preview(dataset, width)


def _preview(dataset: Dataset, width: int) -> Dataset:
    """Return always the same samples of ``dataset``, which take ``width`` bytes each."""
    count = max(1, min(len(dataset), PREVIEW_BYTES // width))
    chosen = sampled(len(dataset), count, PREVIEW_SEED)
    _, firsts = np.unique(dataset.class_indices, return_index=True)
    if len(firsts) <= count:
        # With every class: a classifier has an output for each.
        chosen = np.union1d(chosen, firsts)
    return replace(dataset.subset(map(int, np.sort(chosen))), whole=len(dataset))


def _are_levels(images: NDArray[np.float32]) -> bool:
    """Return whether every pixel is a multiple of 1 / 255."""
    numbers = images * np.float32(255)
    return bool(np.allclose(numbers, np.round(numbers), atol=1e-3))


def unread_source(document: DataDocument, spec: DataSpec, may_read: MayRead | None) -> str:
    """Return the source of the rest of a large set, if it must not be read without asking.

    The path was written by the author of the file: it may name any file of this machine, or of
    another one, which would be contacted.
    """
    if document.total is None or is_builtin(spec.source):
        return ""
    return "" if may_read is not None and may_read(spec.source) else spec.source


def read_dataset(
    archive: Archive,
    document: DataDocument,
    spec: DataSpec,
    member: str = "data.safetensors",
    may_read: MayRead | None = None,
) -> tuple[Dataset, str]:
    """Return the set of a saved run, and a note if only some of its samples can be shown.

    A large set is that of ``spec``, if it is unchanged there.

    Args:
        archive: The file.
        document: The description of the set.
        spec: The choice of samples in the recipe.
        member: The member with the images.
        may_read: Returns whether the user agrees to reading a file or folder.

    Raises:
        ReadError: The member is damaged.
    """
    dtype: type[np.generic] = np.uint8 if document.eight_bits else np.float32
    images = to_tensors(archive, member, {"images": (dtype, (None, None, None, None))})["images"]
    if document.eight_bits:
        images = images.astype(np.float32) / np.float32(255)
    try:
        stored = Dataset.from_images(
            document.name,
            images,
            document.labels,
            document.names,
            source=document.source,
            licence=document.licence,
        )
    except AeguiError as error:
        raise refused(archive.name, member, str(error).rstrip(".")) from None
    if document.total is None:
        return stored, ""
    stored = replace(stored, whole=document.total)
    if unread_source(document, spec, may_read):
        text = mark(
            "The data of this run were read from {source}; {n:,} of the {total:,} samples are in "
            "the file and are shown."
        )
        return stored, _preview_note(text, stored, spec)
    from aegui.core.data.load import load_data  # few documents need the readers

    try:
        loaded = load_data(spec)
    except AeguiError:
        text = mark("{name} is not on this machine: {n:,} of its {total:,} samples are shown.")
        return stored, _preview_note(text, stored, spec)
    # Other versions of the program saved other sets whole, and took glyphs in colour for binary.
    widths = (loaded.pixels, 4 * loaded.pixels)
    if any(_are_same(stored, _preview(loaded, width)) for width in widths):
        return loaded, ""
    text = mark(
        "{name} is read differently from when this run was trained: {n:,} of the {total:,} samples "
        "are in the file and are shown."
    )
    return stored, _preview_note(text, stored, spec)


def _are_same(stored: Dataset, part: Dataset) -> bool:
    """Return whether ``part`` of a set has the samples that were saved of it."""
    return (
        (part.whole, part.labels, part.image_shape)
        == (stored.whole, stored.labels, stored.image_shape)
    ) and bool((np.abs(part.images - stored.images) <= _ROUNDING).all())


def _preview_note(text: str, stored: Dataset, spec: DataSpec) -> str:
    """Return the note ``text`` on a set of which only the samples ``stored`` are shown."""
    return tr(
        text,
        name=tr(BUILTIN_LABELS.get(stored.name, stored.name)),
        source=spec.source,
        n=len(stored),
        total=stored.whole,
    )
