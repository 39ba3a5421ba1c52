"""The axes of arrays of images in files of any origin, such as idx and npy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_SIDE = 4096
_CHANNELS = (1, 3)


def image_axes(shape: tuple[int, ...]) -> tuple[tuple[int, int, int, int], bool] | None:
    """Return ``N, C, H, W`` for an array of ``shape``, and whether its channels come last.

    Accepted are ``[N, side * side]``, ``[N, H, W]``, ``[N, C, H, W]`` and ``[N, H, W, C]`` with 1
    or 3 channels; None is returned for any other shape.
    """
    is_last = len(shape) == 4 and shape[1] not in _CHANNELS and shape[3] in _CHANNELS
    if len(shape) == 2 and math.isqrt(shape[1]) ** 2 == shape[1]:
        shape = (shape[0], 1, math.isqrt(shape[1]), math.isqrt(shape[1]))
    elif len(shape) == 3:
        shape = (shape[0], 1, *shape[1:])
    elif is_last:
        shape = (shape[0], shape[3], *shape[1:3])
    if len(shape) != 4 or shape[1] not in _CHANNELS or max(shape[2:]) > _MAX_SIDE:
        return None
    return (shape[0], shape[1], shape[2], shape[3]), is_last


def channels_first(
    chunk: NDArray[Any], shape: tuple[int, int, int, int], is_last: bool
) -> NDArray[Any]:
    """Return ``chunk``, some images of an array with such axes, as ``[k, C, H, W]``."""
    _, channels, height, width = shape
    if is_last:
        return chunk.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
    return chunk.reshape(-1, channels, height, width)
