"""Rendering of the images of a dataset: as glyphs in theme colours, or as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.pixels.drawing_state import GLYPH_PAPER, DrawingPaper

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset

_SHADOW_PX = 3
"""Radius in pixels of the shadow of a speck: background there counts as background as well."""
_LOOKED_AT = 32
"""Number of samples, spread over the dataset, that its look is determined from."""
_ROUNDS = 3
_NOOK_PX = 6
_FEW = 4
"""Up to this number of images, straight lines are filled first, which is faster for a few."""
_EDGE = 0.5


@dataclass(frozen=True)
class ImageStyle:
    """How the images of a dataset are rendered; decoded images are rendered in the same way."""

    glyphs: bool = True
    """Whether all pixels are 0 or 1: glyphs are drawn in the colours of the theme, and their errors
    are counted in wrong pixels. Other images are shown as they are, and their errors are squared
    errors."""
    ground: float = 0.0
    """Level of the background, 0 (black) to 1 (white)."""
    characters: bool = True
    """Whether glyphs are called characters, not images."""

    def paper(self, channels: int) -> DrawingPaper:
        """Return the paper for drawings like these images, which have ``channels`` channels."""
        if self.glyphs:
            return GLYPH_PAPER
        return DrawingPaper("colour" if channels > 1 else "grey", self.ground)


GLYPHS = ImageStyle()
"""The look of the 5x7 characters."""


def image_style_of(dataset: Dataset) -> ImageStyle:
    """Return the look of ``dataset``."""
    image_style = image_style_of_images(dataset.images)
    if image_style.glyphs and not dataset.is_of_characters:
        return replace(image_style, characters=False)
    return image_style


def image_style_of_images(images: NDArray[np.float32]) -> ImageStyle:
    """Return the look of ``images`` ``[N, C, H, W]``, determined from some of them."""
    count = min(_LOOKED_AT, len(images))
    some = images[np.linspace(0, len(images) - 1, count).astype(int)]
    binary = some.shape[1] == 1 and bool(np.all((some == 0.0) | (some == 1.0)))
    if binary:
        return GLYPHS
    edge = np.concatenate([some[..., 0, :].ravel(), some[..., -1, :].ravel()])
    return ImageStyle(glyphs=False, ground=1.0 if float(np.median(edge)) > _EDGE else 0.0)


def grey_levels(images: ArrayLike) -> NDArray[np.uint8]:
    """Return ``images`` (any shape, nominally in [0, 1]) as levels 0..255; NaN becomes 0."""
    values = np.fmax(np.asarray(images, dtype=np.float32), np.float32(0.0))
    np.fmin(values, np.float32(1.0), out=values)
    values *= np.float32(255.0)
    values += np.float32(0.5)
    levels: NDArray[np.uint8] = values.astype(np.uint8)
    return levels


def reduced(images: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Downsample ``images`` ``[..., H, W]`` by block means to about ``most`` rows and columns."""
    height, width = images.shape[-2:]
    step = min(-(-max(height, width) // most), height, width)
    if step <= 1:
        return images
    rows, columns = height // step, width // step
    cut = images[..., : rows * step, : columns * step]
    parts = cut.reshape(*images.shape[:-2], rows, step, columns, step)
    mean: NDArray[np.float32] = parts.mean(axis=(-3, -1), dtype=np.float32)
    return mean


def ground_shares(levels: NDArray[np.uint8], image_style: ImageStyle) -> NDArray[np.uint8]:
    """Return the background share of each pixel, 0..255 ``[n, H, W]``, of levels ``[n, C, H, W]``.

    A pixel is background if a path of similar brightness connects it to an edge, and the path is
    not too narrow. White eyes in a face are no background, nor is what lies behind an outline with
    small gaps.
    """
    near = levels.min(axis=1) if image_style.ground == 1.0 else 255 - levels.max(axis=1)
    # The share rises linearly from three quarters of the background level to that level.
    rising = 4 * (np.maximum(near, 192) - np.uint8(192)) + 3 * (near >= 192).astype(np.uint8)
    # Images as the last axis: a row over all images is contiguous in memory.
    similarity = np.ascontiguousarray(rising.transpose(1, 2, 0))
    shares = _spread(flooded(_spread(similarity, np.minimum)), np.maximum)
    np.minimum(shares, similarity, out=shares)
    for _ in range(_SHADOW_PX):
        shares = np.minimum(similarity, _spread(shares, np.maximum))
    return np.ascontiguousarray(shares.transpose(2, 0, 1))


def flooded(similarity: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the minimum of ``similarity`` ``[H, W, n]`` on each pixel's best path to an edge.

    Computed row by row in both directions, until a round changes nothing or ``_ROUNDS`` are done.
    """
    shares: NDArray[np.uint8] = np.zeros_like(similarity)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        shares[edge] = similarity[edge]
    for number in range(_ROUNDS):
        if number == 0 and similarity.shape[2] <= _FEW:
            _reach_straight(shares, similarity)
        else:
            _reach_lines(shares, similarity)
        if np.array_equal(np.minimum(similarity, _spread(shares, np.maximum)), shares):
            break
    return shares


def _reach_straight(shares: NDArray[np.uint8], similarity: NDArray[np.uint8]) -> None:
    """Fill along straight lines and into nooks: enough for most drawings, fast for few images."""
    for axis in (0, 1):
        for turned, onto in (
            (similarity, shares),
            (np.flip(similarity, axis), np.flip(shares, axis)),
        ):
            np.maximum(onto, np.minimum.accumulate(turned, axis=axis), out=onto)
    for _ in range(_NOOK_PX):
        np.minimum(similarity, _spread(shares, np.maximum), out=shares)


def _reach_lines(shares: NDArray[np.uint8], similarity: NDArray[np.uint8]) -> None:
    """Propagate from each line to the next, down and up, right and left, and so around corners."""
    for lines, like in (
        (shares, similarity),
        (shares[::-1], similarity[::-1]),
        (shares.swapaxes(0, 1), similarity.swapaxes(0, 1)),
        (shares.swapaxes(0, 1)[::-1], similarity.swapaxes(0, 1)[::-1]),
    ):
        for before, line, most in zip(lines[:-1], lines[1:], like[1:], strict=True):
            np.maximum(line, before, out=line)
            np.minimum(line, most, out=line)


def _spread(shares: NDArray[np.uint8], choose: np.ufunc) -> NDArray[np.uint8]:
    """Return the maximum or minimum (``choose``) of each pixel ``[H, W, n]`` and its neighbours."""
    result: NDArray[np.uint8] = shares.copy()
    for onto, source in ((result, shares), (result.swapaxes(0, 1), shares.swapaxes(0, 1))):
        choose(onto[1:], source[:-1], out=onto[1:])
        choose(onto[:-1], source[1:], out=onto[:-1])
    return result


def without_ground(
    levels: NDArray[np.uint8], image_style: ImageStyle, margin_px: int = 0
) -> NDArray[np.uint8]:
    """Make the white background of images transparent.

    Args:
        levels: ``[n, C, H, W]``.
        image_style: Their look; its background is white.
        margin_px: Background less than about twice as wide is kept, so that white shapes with gaps
            stay whole.

    Returns:
        Premultiplied levels and opacity, ``[n, C + 1, H, W]``: unchanged over white.
    """
    shares = ground_shares(levels, image_style)
    if margin_px:
        around = ((margin_px, margin_px), (margin_px, margin_px), (0, 0))
        padded = np.pad(shares.transpose(1, 2, 0), around, constant_values=255)
        for _ in range(margin_px):
            padded = _spread(padded, np.minimum)
        for _ in range(margin_px):
            padded = _spread(padded, np.maximum)
        inner = padded[margin_px:-margin_px, margin_px:-margin_px]
        shares = np.minimum(shares, inner.transpose(2, 0, 1))
    shares = shares[:, np.newaxis]
    # The opacity removed is at most the darkest channel: the difference is never negative.
    return np.concatenate([levels - shares, 255 - shares], axis=1)


def photo_argb(levels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return opaque ARGB pixels ``[..., H, W]`` of ``levels`` ``[..., C, H, W]``, C 1 or 3."""
    *lead, channels, height, width = levels.shape
    if channels == 1:
        grey = levels[..., 0, :, :] * np.uint32(0x00010101)
        grey |= np.uint32(0xFF000000)
        return grey
    packed = np.empty((*lead, height, width), "<u4")
    parts = packed.view(np.uint8).reshape(*packed.shape, 4)
    for channel in range(3):
        parts[..., 2 - channel] = levels[..., channel, :, :]
    parts[..., 3] = 0xFF
    return packed


def tile_argb(tiles: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return premultiplied ARGB ``[..., H, W]`` of ``[..., C, H, W]``; C 2 and 4 end with alpha."""
    channels = tiles.shape[-3]
    if channels in (1, 3):
        return photo_argb(tiles)
    argb = photo_argb(tiles[..., :-1, :, :])
    argb &= np.uint32(0x00FFFFFF)
    argb |= tiles[..., -1, :, :].astype(np.uint32) << np.uint32(24)
    return argb
