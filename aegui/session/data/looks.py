"""How the images of a set are to be seen: as drawn glyphs, or as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset

_SHADOW_PX = 3
"""Ground in the shadow of a speck, that far from where it is reached, is ground as well."""
_LOOKED_AT = 32
"""So many samples, from all over a set, tell how it is to be seen."""
_EDGE = 0.5


@dataclass(frozen=True)
class Look:
    """What kind of images a set has; decoded images are seen like those that were learnt.

    Attributes:
        glyphs: Whether every pixel is off or on: glyphs are drawn in the colours of the theme, and
            their errors are counted in wrong pixels. Other images are shown as they are, and their
            errors are squared errors.
        ground: The level of what is behind the things seen, 0 (black) to 1 (white).
    """

    glyphs: bool = True
    ground: float = 0.0


GLYPHS = Look()
"""How the 5x7 characters are seen."""


def look_of(dataset: Dataset) -> Look:
    """How the images of ``dataset`` are to be seen, told from some of them."""
    count = min(_LOOKED_AT, len(dataset))
    some = dataset.images[np.linspace(0, len(dataset) - 1, count).astype(int)]
    binary = some.shape[1] == 1 and bool(np.all((some == 0.0) | (some == 1.0)))
    if binary:
        return GLYPHS
    edge = np.concatenate([some[..., 0, :].ravel(), some[..., -1, :].ravel()])
    return Look(glyphs=False, ground=1.0 if float(np.median(edge)) > _EDGE else 0.0)


def grey_levels(images: ArrayLike) -> NDArray[np.uint8]:
    """``images`` (any shape, meant to lie in [0, 1]) as whole levels 0..255; not a number is 0."""
    values = np.fmax(np.asarray(images, dtype=np.float32), np.float32(0.0))
    np.fmin(values, np.float32(1.0), out=values)
    values *= np.float32(255.0)
    values += np.float32(0.5)
    levels: NDArray[np.uint8] = values.astype(np.uint8)
    return levels


def reduced(images: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """``images`` ``[..., H, W]`` with at most about ``most`` rows and columns: means of squares."""
    height, width = images.shape[-2:]
    step = min(-(-max(height, width) // most), height, width)
    if step <= 1:
        return images
    rows, columns = height // step, width // step
    cut = images[..., : rows * step, : columns * step]
    parts = cut.reshape(*images.shape[:-2], rows, step, columns, step)
    mean: NDArray[np.float32] = parts.mean(axis=(-3, -1), dtype=np.float32)
    return mean


def ground_shares(levels: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    """How much of each pixel is ground, 0..255 ``[n, H, W]``, of ``levels`` ``[n, C, H, W]``.

    Ground is what is as bright (or as dark) as it all the way to an edge, straight up, down, left
    or right: white eyes in a face are none.
    """
    near = levels.min(axis=1) if look.ground == 1.0 else 255 - levels.max(axis=1)
    # From three quarters of it on a pixel begins to be ground; at its level it is nothing else.
    likeness = 4 * (np.maximum(near, 192) - np.uint8(192)) + 3 * (near >= 192).astype(np.uint8)
    shares: NDArray[np.uint8] = np.zeros_like(likeness)
    for axis in (1, 2):
        for way in (1, -1):
            turned = np.flip(likeness, axis) if way < 0 else likeness
            reached = np.minimum.accumulate(turned, axis=axis)
            np.maximum(shares, np.flip(reached, axis) if way < 0 else reached, out=shares)
    for _ in range(_SHADOW_PX):
        shares = np.minimum(likeness, _spread(shares))
    return shares


def _spread(shares: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest of each pixel ``[n, H, W]`` and its four neighbours."""
    made: NDArray[np.uint8] = shares.copy()
    for onto, of in ((made, shares), (made.swapaxes(1, 2), shares.swapaxes(1, 2))):
        np.maximum(onto[:, 1:], of[:, :-1], out=onto[:, 1:])
        np.maximum(onto[:, :-1], of[:, 1:], out=onto[:, :-1])
    return made


def without_ground(levels: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    """Images on a white ground with that taken away: premultiplied, and their opacity.

    Args:
        levels: ``[n, C, H, W]``.
        look: How they are seen; its ground is white.

    Returns:
        ``[n, C + 1, H, W]``: over white they look as before; over another colour, as if on it.
    """
    shares = ground_shares(levels, look)[:, np.newaxis]
    # A share is never more than the darkest channel: nothing falls below 0.
    return np.concatenate([levels - shares, 255 - shares], axis=1)
