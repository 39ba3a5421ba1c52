"""A dataset: N small images with labels, source and licence."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.store import content_key, gathered, put_together
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray


_LOOKED_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Dataset:
    """N images of one shape."""

    name: str
    """Name of the set in lists and recipes."""
    images: NDArray[np.float32]
    """float32 ``[N, C, H, W]`` in [0, 1], read-only; row 0 is the top row. A set of more than
    ``store.LIVE_BYTES`` may be memory-mapped, as ``ByteImages`` where the file holds bytes, and
    must then be read in parts."""
    labels: tuple[str, ...]
    """N short labels, as drawn on the map: the class or group (for glyphs: the character)."""
    names: tuple[str, ...]
    """N long names, as read from comments or made from the label."""
    source: str = ""
    """Description of where the images come from."""
    licence: str = ""
    """Licence of the images, or an empty string."""
    whole: int | None = None
    """Size of the full set if these are only the samples that a file contains; None if the set is
    complete."""

    @classmethod
    def from_images(
        cls,
        name: str,
        images: ArrayLike,
        labels: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        *,
        source: str = "",
        licence: str = "",
    ) -> Dataset:
        """Copy ``images`` (``[N, H, W]`` or ``[N, C, H, W]``, values in [0, 1]) into a new set.

        Labels default to 0..N-1, names to the labels.

        Raises:
            AeguiError: The images are not N >= 1 images of one shape with values in [0, 1], or
                there is not one label and one name for each.
        """
        array = np.array(images, dtype=np.float32)
        if array.ndim == 3:
            array = array[:, np.newaxis]
        _check_shape(name, array)
        if not (float(array.min()) >= 0.0 and float(array.max()) <= 1.0):
            raise AeguiError(tr("{name}: pixel values must lie between 0 and 1.", name=name))
        return cls.over(name, array, labels, names, source=source, licence=licence)

    @classmethod
    def over(
        cls,
        name: str,
        images: NDArray[np.float32],
        labels: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        *,
        source: str = "",
        licence: str = "",
    ) -> Dataset:
        """Make a set of ``images`` (``[N, C, H, W]`` in [0, 1]) without copying or checking pixels.

        The array becomes read-only. Meant for large sets whose pixels are known to be valid.

        Raises:
            AeguiError: There are no images, or not one label and one name for each.
        """
        _check_shape(name, images)
        labels = tuple(labels) if labels is not None else tuple(map(str, range(len(images))))
        names = tuple(names) if names is not None else labels
        if len(labels) != len(images) or len(names) != len(images):
            raise AeguiError(
                tr(
                    "{name}: {images:,} images but {labels:,} labels and {names:,} names.",
                    name=name,
                    images=len(images),
                    labels=len(labels),
                    names=len(names),
                )
            )
        images.setflags(write=False)
        return cls(name, images, labels, names, source, licence)

    def __len__(self) -> int:
        """Return the number of samples N."""
        return len(self.images)

    @cached_property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of every image."""
        _, channels, height, width = self.images.shape
        return channels, height, width

    @cached_property
    def picture_shape(self) -> tuple[int, ...]:
        """Shape of one image as a picture: ``(H, W)``, or ``(3, H, W)`` for colours."""
        return self.image_shape if self.image_shape[0] > 1 else self.image_shape[1:]

    @cached_property
    def pixels(self) -> int:
        """Numbers per sample: C * H * W."""
        channels, height, width = self.image_shape
        return channels * height * width

    @cached_property
    def is_binary(self) -> bool:
        """Whether the images are black and white: one channel whose pixels are all 0 or 1.

        Of images in colour with such pixels every one would be counted three times.
        """
        if self.image_shape[0] > 1:
            return False
        parts = (
            self.images[at : at + _LOOKED_AT_ONCE] for at in range(0, len(self), _LOOKED_AT_ONCE)
        )
        return all(bool(np.all((part == 0.0) | (part == 1.0))) for part in parts)

    @cached_property
    def is_uniform(self) -> bool:
        """Whether all images, of at least two, are identical."""
        first = self.images[:1]
        # The last image usually differs already, which saves reading the whole of a large set.
        if len(self) < 2 or not np.array_equal(self.images[-1:], first):
            return False
        parts = (
            self.images[at : at + _LOOKED_AT_ONCE] for at in range(0, len(self), _LOOKED_AT_ONCE)
        )
        return all(bool(np.all(part == first)) for part in parts)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The distinct labels, sorted as numbers if all of them are numbers, else as text.

        Sorting numbers the classes of the training and test part of a set alike.
        """
        different = set(self.labels)
        if all(label.isascii() and label.isdigit() for label in different):
            return tuple(sorted(different, key=lambda label: (int(label), label)))
        return tuple(sorted(different))

    @cached_property
    def is_of_characters(self) -> bool:
        """Whether its samples are called characters rather than images.

        They are drawn in black and white, differ, and are labelled by single characters.
        """
        are_labelled = all(len(label) == 1 for label in self.classes)
        return are_labelled and self.is_binary and not self.is_uniform

    @cached_property
    def class_indices(self) -> NDArray[np.int64]:
        """Index of each sample's label in ``classes``, int64 ``[N]``, read-only."""
        index_of = {label: index for index, label in enumerate(self.classes)}
        indices = np.fromiter((index_of[label] for label in self.labels), np.int64, len(self))
        indices.setflags(write=False)
        return indices

    @cached_property
    def content(self) -> str:
        """Key of the images and labels; different content has a different key."""
        return content_key(self.images, repr(self.labels).encode())

    def flat(self) -> NDArray[np.float32]:
        """Return the images as read-only rows, float32 ``[N, C*H*W]``."""
        return self.images.reshape(len(self), -1)

    def subset(self, indices: Iterable[int], name: str | None = None) -> Dataset:
        """Return the samples at ``indices``, in that order."""
        chosen = list(indices)
        return Dataset.over(
            name if name is not None else self.name,
            gathered(self.images, chosen),
            [self.labels[i] for i in chosen],
            [self.names[i] for i in chosen],
            source=self.source,
            licence=self.licence,
        )

    def joined(self, other: Dataset, name: str | None = None) -> Dataset:
        """Return this set followed by ``other``.

        Raises:
            AeguiError: The images of the two differ in size.
        """
        if self.image_shape != other.image_shape:
            raise AeguiError(
                tr(
                    "{a} and {b} cannot be joined: their images differ in size ({sa} and {sb}).",
                    a=self.name,
                    b=other.name,
                    sa="x".join(map(str, self.image_shape)),
                    sb="x".join(map(str, other.image_shape)),
                )
            )
        return Dataset.over(
            name if name is not None else f"{self.name}+{other.name}",
            put_together(self.images, other.images),
            self.labels + other.labels,
            self.names + other.names,
            source="; ".join(dict.fromkeys(s for s in (self.source, other.source) if s)),
            licence="; ".join(dict.fromkeys(s for s in (self.licence, other.licence) if s)),
        )


def _check_shape(name: str, array: NDArray[np.float32]) -> None:
    if array.ndim != 4 or array.size == 0:
        raise AeguiError(
            tr(
                "{name}: expected N images of one size, got an array of shape {shape}.",
                name=name,
                shape="x".join(map(str, array.shape)),
            )
        )


def numbered(labels: Sequence[str]) -> list[str]:
    """Name each sample of an unnamed set by its label, if any, and its number, from 1."""
    return [
        f"{label} #{number}" if label else f"#{number}" for number, label in enumerate(labels, 1)
    ]


def same_data(a: Dataset, b: Dataset) -> bool:
    """Return whether two sets hold the same images under the same labels.

    Slow for large sets that are equal, since all pixels are compared.
    """
    if a is b:
        return True
    if a.labels != b.labels or a.images.shape != b.images.shape:
        return False
    return a.images is b.images or all(
        np.array_equal(a.images[at : at + _LOOKED_AT_ONCE], b.images[at : at + _LOOKED_AT_ONCE])
        for at in range(0, len(a), _LOOKED_AT_ONCE)
    )


def copy_of(dataset: Dataset, image: NDArray[np.float32]) -> int | None:
    """Return the index of the first sample with exactly the pixels ``image`` (``[C, H, W]``)."""
    for at in range(0, len(dataset), _LOOKED_AT_ONCE):
        same = (dataset.images[at : at + _LOOKED_AT_ONCE] == image).all(axis=(1, 2, 3))
        if same.any():
            return at + int(same.argmax())
    return None


def copies_in(dataset: Dataset, more: Dataset) -> list[int]:
    """Return the indices in ``more`` of images that occur in ``dataset`` or earlier in ``more``."""
    if dataset.image_shape != more.image_shape:
        return []
    known = {hash(image.tobytes()) for image in dataset.images}
    found = []
    for index, image in enumerate(more.images):
        key = hash(image.tobytes())
        if key in known:
            found.append(index)
        known.add(key)
    return found
