"""Images stored as bytes, on disk or in memory, and read as float32 in [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WHITE = np.float32(255.0)


class ByteImages(NDArrayOperatorsMixin):
    """Read-only stand-in for a float32 array that converts only the images that are accessed.

    Indexing returns float32 arrays of level / 255; ``reshape`` and ``len`` cost nothing. Every
    other array operation converts all images at once, at four times the memory of the bytes, so
    large sets must be processed in parts.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, levels: NDArray[np.uint8]) -> None:
        self.levels = levels
        """uint8, in memory or mapped from a file."""
        self.shape = levels.shape
        self.ndim = levels.ndim
        self.size = levels.size

    @classmethod
    def over(cls, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Wrap ``levels``, typed as a float32 array for callers that expect one."""
        return cast("NDArray[np.float32]", cls(levels))

    @property
    def flags(self) -> Any:
        """The flags of the byte array."""
        return self.levels.flags

    def setflags(self, *, write: bool) -> None:
        """Set whether the bytes may be written to."""
        self.levels.setflags(write=write)

    @property
    def nbytes(self) -> int:
        """Size in bytes of all pixels as float32."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.levels)

    def __getitem__(self, key: Any) -> Any:
        """Return the pixels at ``key`` as float32."""
        return np.divide(self.levels[key], WHITE, dtype=np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Convert all pixels to a new array."""
        if copy is False:
            raise ValueError("images stored as bytes cannot be converted without a copy")
        return np.asarray(self[...], dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Apply a numpy ufunc to the converted pixels."""
        arrays = [one[...] if isinstance(one, ByteImages) else one for one in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:
        """Delegate any other array attribute to the converted pixels."""
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(name)
        return getattr(self[...], name)

    def reshape(self, *shape: Any) -> NDArray[np.float32]:
        """Return the same images in another shape, without copying."""
        return ByteImages.over(self.levels.reshape(*shape))

    def min(self, axis: Any = None, **options: Any) -> Any:
        """Return the smallest pixel value, of all images or along ``axis``."""
        return np.divide(self.levels.min(axis, **options), WHITE, dtype=np.float32)

    def max(self, axis: Any = None, **options: Any) -> Any:
        """Return the largest pixel value, of all images or along ``axis``."""
        return np.divide(self.levels.max(axis, **options), WHITE, dtype=np.float32)


def as_images(images: ArrayLike) -> NDArray[np.float32]:
    """Return ``images`` as a float32 array; ``ByteImages`` are returned unchanged."""
    held: object = images
    if isinstance(held, ByteImages):
        return cast("NDArray[np.float32]", held)
    return np.asarray(images, np.float32)


def to_levels(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return pixels in [0, 1] as bytes, rounded."""
    levels: NDArray[np.uint8] = np.rint(images * WHITE).astype(np.uint8)
    return levels


def as_levels(images: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """Return ``images`` as bytes, or None where bytes would not reproduce the pixels exactly."""
    held = memory_of(images)
    if held.dtype == np.uint8:
        return held
    levels = to_levels(images)
    is_exact = np.array_equal(levels.astype(np.float32) / WHITE, images)
    return levels if is_exact else None


def memory_of(images: NDArray[np.float32]) -> NDArray[Any]:
    """Return the array that stores ``images``: the bytes of ``ByteImages``, else ``images``."""
    held: object = images
    return held.levels if isinstance(held, ByteImages) else images


def is_mapped(images: NDArray[np.float32]) -> bool:
    """Return whether ``images`` are backed by a memory-mapped file."""
    array: object = memory_of(images)
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False
