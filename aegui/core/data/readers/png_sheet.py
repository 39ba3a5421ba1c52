"""PNG sheets: glyphs side by side in one image, enlarged or not, with or without gaps."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.picture import eight_bits
from aegui.core.data.readers.arrays import GLYPH_HEIGHT, GLYPH_WIDTH
from aegui.core.data.readers.interpret import RawSet, datasets_of
from aegui.core.i18n import tr, trn
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXT_KEY = "aegui-glyphs"
MAX_SIDE_PX = 16_384
MAX_PIXELS = 8 << 20
_GUESSED_SIZES = ((GLYPH_HEIGHT, GLYPH_WIDTH), (8, 5), (8, 8), (16, 8), (16, 16), (32, 32))
_MAX_GAP = 4
_SINGLE_MAX_PX = 64


@dataclass(frozen=True)
class Grid:
    """Layout of the glyphs in pixels of the sheet at scale 1: size, gap and outer margin."""

    height: int
    width: int
    gap: int
    margin: int

    def counts(self, shape: tuple[int, ...]) -> tuple[int, int] | None:
        """Return rows and columns of glyphs in a sheet of ``shape``; None if they do not fit."""
        counts = []
        for extent, size in zip(shape[:2], (self.height, self.width), strict=True):
            count, rest = divmod(extent - 2 * self.margin + self.gap, size + self.gap)
            if rest or count < 1:
                return None
            counts.append(count)
        return counts[0], counts[1]


def is_png(source: GlyphSource) -> bool:
    """Return whether the file has the PNG signature."""
    return source.data.startswith(SIGNATURE)


def read_png_sheet(
    source: GlyphSource, size: tuple[int, int] | None = None
) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the glyphs of a sheet: of ``size`` (height, width), or of the size that fits best.

    Raises:
        ReadError: The image is damaged or too large, or no grid fits it.
    """
    pixels, text = _load(source)
    written = _written_set(pixels, text, source) if size is None else None
    if written is not None:
        return datasets_of([written], source), []
    grey = _lit(pixels)
    scale = _scale(grey)
    sheet = grey[::scale, ::scale]
    grid = _guess(sheet, size)
    if grid is None:
        raise source.refusal(
            tr(
                "no grid of glyphs fits {width:,}x{height:,} pixels; give the size of a glyph.",
                width=sheet.shape[1],
                height=sheet.shape[0],
            )
        )
    images = _without_empty_end(_cut(sheet, grid), _ground(sheet, grid))
    note = trn(
        "Read as {n:,} glyph of {width}x{height} pixels (scale {scale}, gap {gap}).",
        "Read as {n:,} glyphs of {width}x{height} pixels (scale {scale}, gap {gap}).",
        len(images),
        width=grid.width,
        height=grid.height,
        scale=scale,
        gap=grid.gap,
    )
    raw = RawSet(source.path.stem, images, [None] * len(images))
    return datasets_of([raw], source), [note]


def is_sheet(source: GlyphSource) -> bool:
    """Return whether a PNG is a sheet of glyphs rather than one picture.

    It is if this program's description is in it, or if a grid fits and the pixels have at most two
    colours or there are gaps between the glyphs.

    Raises:
        ReadError: The image is damaged or too large for a sheet.
    """
    pixels, text = _load(source)
    if _written_set(pixels, text, source) is not None:
        return True
    grey = _lit(pixels)
    sheet = grey[:: _scale(grey), :: _scale(grey)]
    grid = _guess(sheet, None)
    if grid is None:
        return False
    is_drawn = len(np.unique(pixels.reshape(-1, 3), axis=0)) <= 2
    return is_drawn or grid.gap > 0


def _load(source: GlyphSource) -> tuple[NDArray[np.float32], str]:
    """Return pixels ``[H, W, 3]`` in [0, 1], and the program's own description, if any."""
    from PIL import Image  # Imported here: only images need Pillow

    width, height = (int.from_bytes(source.data[at : at + 4], "big") for at in (16, 20))
    if not (
        0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX and width * height <= MAX_PIXELS
    ):
        raise source.refusal(
            tr(
                "{width:,}x{height:,} pixels; at most {side:,} a side and {total:,} in all are "
                "read.",
                width=width,
                height=height,
                side=MAX_SIDE_PX,
                total=MAX_PIXELS,
            )
        )
    try:
        with Image.open(io.BytesIO(source.data), formats=["PNG"]) as image:
            image.load()
            text = str(getattr(image, "text", {}).get(TEXT_KEY, ""))
            rgba = eight_bits(image).convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise source.refusal(tr("the image is broken ({why}).", why=error)) from error
    paper = Image.new("RGBA", rgba.size, "white")
    pixels = np.array(Image.alpha_composite(paper, rgba).convert("RGB"), dtype=np.float32)
    if pixels.min() == pixels.max():
        # White ink on transparency, or one colour throughout: the drawing is in the opacity.
        opacity = np.array(rgba.getchannel("A"), dtype=np.float32)
        if opacity.min() < opacity.max():
            pixels[:] = opacity[..., np.newaxis]
    pixels /= np.float32(255.0)
    return pixels, text


def _written_set(pixels: NDArray[np.float32], text: str, source: GlyphSource) -> RawSet | None:
    """Return the set as this program's description has it; None if it does not fit the image."""
    try:
        described: dict[str, Any] = from_json(text)
        grid = Grid(*(int(described[key]) for key in ("height", "width", "gap", "margin")))
        scale, channels = int(described["scale"]), int(described["channels"])
        titles = [(str(label), str(name)) for label, name in described["titles"]]
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    is_sane = min(grid.height, grid.width, scale) >= 1 and min(grid.gap, grid.margin) >= 0
    if not is_sane or channels not in (1, 3) or not titles:
        return None
    sheet = pixels[::scale, ::scale]
    counts = grid.counts(sheet.shape)
    if counts is None or counts[0] * counts[1] < len(titles):
        return None
    images = _cut(sheet, grid)[: len(titles)]
    images = images[..., 0] if channels == 1 else images.transpose(0, 3, 1, 2)
    return RawSet(str(described.get("name") or source.path.stem), images, titles)


def _lit(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return grey levels with the ink as 1, whether it is light on dark or dark on light."""
    grey: NDArray[np.float32] = pixels.mean(axis=2, dtype=np.float32)
    return 1 - grey if np.count_nonzero(grey > 0.5) * 2 > grey.size else grey


def _scale(sheet: NDArray[np.float32]) -> int:
    """Return the enlargement factor, of which all positions of level changes are multiples."""
    rows = np.flatnonzero((sheet[1:] != sheet[:-1]).any(axis=1)) + 1
    columns = np.flatnonzero((sheet[:, 1:] != sheet[:, :-1]).any(axis=0)) + 1
    if len(rows) + len(columns) == 0:
        return 1
    return math.gcd(*map(int, rows), *map(int, columns), *sheet.shape)


def _guess(sheet: NDArray[np.float32], size: tuple[int, int] | None) -> Grid | None:
    """Return the first grid, by size, that fits the sheet and cuts through no glyph.

    Of several, the one with most pixels in gaps is taken: without gaps any grid would pass.
    """
    for height, width in (size,) if size is not None else _GUESSED_SIZES:
        grids = [
            Grid(height, width, gap, margin)
            for gap in range(_MAX_GAP + 1)
            for margin in sorted({0, 1, 2, gap})
        ]
        free = {grid: _free_pixels(sheet, grid) for grid in grids if grid.counts(sheet.shape)}
        clear = {grid: count for grid, count in free.items() if count is not None}
        if clear:
            return max(clear, key=lambda grid: clear[grid])
    is_single = size is None and max(sheet.shape) <= _SINGLE_MAX_PX
    return Grid(sheet.shape[0], sheet.shape[1], 0, 0) if is_single else None


def _free_pixels(sheet: NDArray[np.float32], grid: Grid) -> int | None:
    """Return the number of pixels between the glyphs; None unless all have the same level."""
    rest = _between(sheet, grid)
    return rest.size if rest.size == 0 or (rest == rest[0]).all() else None


def _between(sheet: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """Return the pixels of the gaps and the margin."""
    between = np.ones(sheet.shape[:2], dtype=bool)
    rows, columns = (_inside(grid, axis, sheet.shape[axis]) for axis in (0, 1))
    between[np.ix_(rows, columns)] = False
    return sheet[between]


def _ground(sheet: NDArray[np.float32], grid: Grid) -> float:
    """Return the level of the gaps, which may be tinted; 0 if there are none."""
    rest = _between(sheet, grid)
    return float(rest[0]) if rest.size else 0.0


def _inside(grid: Grid, axis: int, extent: int) -> NDArray[np.intp]:
    """Return the indices along ``axis`` that lie in a glyph, not in a gap or the margin."""
    size = (grid.height, grid.width)[axis]
    at = np.arange(extent) - grid.margin
    is_glyph = (at >= 0) & (at % (size + grid.gap) < size) & (at < extent - 2 * grid.margin)
    return np.flatnonzero(is_glyph)


def _cut(sheet: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """Return the glyphs ``[N, H, W]`` (``[N, H, W, 3]`` of a coloured sheet), row by row."""
    counts = grid.counts(sheet.shape)
    rows, columns = counts if counts is not None else (0, 0)
    inside = sheet[np.ix_(_inside(grid, 0, sheet.shape[0]), _inside(grid, 1, sheet.shape[1]))]
    tail = sheet.shape[2:]
    parts = inside.reshape(rows, grid.height, columns, grid.width, *tail)
    return parts.swapaxes(1, 2).reshape(rows * columns, grid.height, grid.width, *tail)


def _without_empty_end(images: NDArray[np.float32], ground: float) -> NDArray[np.float32]:
    """Remove the blank cells after the last glyph.

    They are dark, or have the level ``ground`` of the gaps, as where a sheet was filled with it.
    """
    is_glyph = images.any(axis=(1, 2)) & (images != ground).any(axis=(1, 2))
    glyphs = np.flatnonzero(is_glyph)
    return images[: glyphs[-1] + 1] if len(glyphs) else images[:1]
