"""Images that stay bytes, on disk and in memory, and are read as numbers from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WHITE = np.float32(255.0)


class ByteImages(NDArrayOperatorsMixin):
    """Looks like a read-only float32 array, and makes the numbers of what is asked for.

    Indexing gives float32 arrays of level / 255, ``reshape`` and ``len`` cost nothing. Whatever
    else an array can do is done with all numbers at once, four times the memory of the bytes: large
    sets are read part by part.

    Attributes:
        levels: uint8, in memory or mapped from a file.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, levels: NDArray[np.uint8]) -> None:
        self.levels = levels
        self.shape = levels.shape
        self.ndim = levels.ndim
        self.size = levels.size

    @classmethod
    def over(cls, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Bytes in place of an array, for everybody who reads it as one."""
        return cast("NDArray[np.float32]", cls(levels))

    @property
    def flags(self) -> Any:
        """Those of the bytes."""
        return self.levels.flags

    def setflags(self, *, write: bool) -> None:
        """Whether the bytes may be written to."""
        self.levels.setflags(write=write)

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers, once they are made."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        """Images."""
        return len(self.levels)

    def __getitem__(self, key: Any) -> Any:
        """The numbers at ``key``."""
        return np.divide(self.levels[key], WHITE, dtype=np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All numbers."""
        return np.asarray(self[...], dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """``images * 2`` and the like."""
        arrays = [one[...] if isinstance(one, ByteImages) else one for one in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:
        """Whatever else an array has."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self[...], name)

    def reshape(self, *shape: Any) -> NDArray[np.float32]:
        """The same images in another shape."""
        return ByteImages.over(self.levels.reshape(*shape))

    def min(self) -> np.float32:
        """The darkest number."""
        return np.float32(self.levels.min() / WHITE)

    def max(self) -> np.float32:
        """The lightest number."""
        return np.float32(self.levels.max() / WHITE)


def as_images(images: ArrayLike) -> NDArray[np.float32]:
    """``images`` as an array of float32, those that are kept as bytes as they are."""
    held: object = images
    if isinstance(held, ByteImages):
        return cast("NDArray[np.float32]", held)
    return np.asarray(images, np.float32)


def memory_of(images: NDArray[np.float32]) -> NDArray[Any]:
    """The array that holds ``images``: themselves, or the bytes that they are read from."""
    held: object = images
    return held.levels if isinstance(held, ByteImages) else images


def is_mapped(images: NDArray[np.float32]) -> bool:
    """Whether ``images`` are read from a file that is mapped into memory."""
    array: object = memory_of(images)
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False
