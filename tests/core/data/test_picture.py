from __future__ import annotations

import re
import struct
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.core.data.picture import image_suffixes, read_picture, readable_formats
from aegui.core.errors import ReadError
from aegui.core.recipe import ImageSpec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.recipe import FitKey

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
SPEC = ImageSpec(height=8, width=8)


def quarters() -> Image.Image:
    """Return an image of 16x16: red, green above blue, white."""
    image = Image.new("RGB", (16, 16), "white")
    image.paste(RED, (0, 0, 8, 8))
    image.paste(GREEN, (8, 0, 16, 8))
    image.paste(BLUE, (0, 8, 8, 16))
    return image


def corners(pixels: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """Return the colours of the corners: top left, top right, bottom left, bottom right."""
    return [tuple(pixels[:, y, x].tolist()) for y in (0, -1) for x in (0, -1)]


@pytest.mark.parametrize(
    "suffix", [".png", ".bmp", ".gif", ".tif", ".webp", ".ppm", ".tga", ".ico"]
)
def test_kinds_of_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    options: dict[str, Any] = {"lossless": True} if suffix == ".webp" else {}
    quarters().save(path, **options)
    pixels = read_picture(path, ImageSpec(height=16, width=16))
    assert pixels.shape == (3, 16, 16)
    assert pixels.dtype == np.dtype(np.uint8)
    assert corners(pixels) == [RED, GREEN, BLUE, (255, 255, 255)]
    assert suffix in image_suffixes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_pictures_stand_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    back = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = quarters().resize((64, 64), Image.Resampling.NEAREST)
    for method in back.get(orientation, []):
        image = image.transpose(method)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"x{suffix}"
    kinds: dict[str, dict[str, Any]] = {".jpg": {"quality": 100}, ".webp": {"lossless": True}}
    options = kinds.get(suffix, {})
    image.save(path, exif=exif, **options)
    pixels = read_picture(path, SPEC).astype(int)
    expected = [RED, GREEN, BLUE, (255, 255, 255)]
    for found, right in zip(corners(pixels), expected, strict=True):
        assert max(abs(a - b) for a, b in zip(found, right, strict=True)) <= 12


def test_modes_of_colour(tmp_path: Path) -> None:
    modes = {"1": 255, "L": 0, "P": 12, "CMYK": 6, "YCbCr": 6, "LAB": 12}
    for mode, tolerance in modes.items():
        image = quarters().convert("RGB").convert(mode) if mode != "LAB" else _lab(quarters())
        path = tmp_path / f"{mode}.tif"
        image.save(path)
        pixels = read_picture(path, ImageSpec(height=16, width=16)).astype(int)
        expected = np.asarray(image.convert("RGB"), int).transpose(2, 0, 1)
        assert np.abs(pixels - expected).max() <= tolerance, mode


def _lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    to = ImageCms.createProfile("LAB")
    made = ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), to, outputMode="LAB")
    assert made is not None
    return made


@pytest.mark.parametrize("background", ["#ffffff", "#102030"])
def test_what_is_transparent_shows_the_background(tmp_path: Path, background: str) -> None:
    spec = ImageSpec(height=8, width=8, background=background)
    behind = tuple(bytes.fromhex(background[1:]))
    half = Image.new("RGBA", (8, 8), (255, 0, 0, 255))
    half.paste((0, 0, 0, 0), (4, 0, 8, 8))
    half.save(tmp_path / "rgba.png")
    half.convert("LA").save(tmp_path / "la.png")
    palette = half.convert("P")
    half.quantize(4).save(tmp_path / "p.png")
    palette.info["transparency"] = palette.getpixel((7, 0))
    grey = Image.new("L", (8, 8), 7)
    grey.paste(200, (4, 0, 8, 8))
    grey.save(tmp_path / "keyed.png", transparency=200)
    for name, left in (("rgba", RED), ("la", (76, 76, 76)), ("p", RED), ("keyed", (7, 7, 7))):
        pixels = read_picture(tmp_path / f"{name}.png", spec)
        assert tuple(pixels[:, 3, 1]) == left, name
        assert tuple(pixels[:, 3, 6]) == behind, name


def test_half_transparent_is_mixed_and_edges_do_not_bleed(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 64)).save(tmp_path / "x.png")
    assert read_picture(tmp_path / "x.png", SPEC)[0, 4, 4] == 191
    edge = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    edge.paste((255, 0, 0, 255), (0, 0, 30, 64))
    edge.save(tmp_path / "edge.png")
    pixels = read_picture(tmp_path / "edge.png", SPEC)
    assert pixels[1].min() == pixels[2].min()
    assert np.array_equal(pixels[1], pixels[2])  # nothing of the green that nobody can see


@pytest.mark.parametrize("mode", ["I;16", "I", "F", "F255"])
def test_grey_levels_of_many_bits(tmp_path: Path, mode: str) -> None:
    ramp = np.linspace(0, 1, 64).reshape(8, 8)
    kinds: dict[str, NDArray[Any]] = {
        "I;16": (ramp * 65_535).astype(np.uint16),
        "I": (ramp * 65_535).astype(np.int32),
        "F": ramp.astype(np.float32),
        "F255": (ramp * 255).astype(np.float32),
    }
    path = tmp_path / ("x.png" if mode == "I;16" else "x.tif")
    Image.fromarray(kinds[mode]).save(path)
    pixels = read_picture(path, ImageSpec(height=8, width=8, channels=1))
    assert np.abs(pixels[0] - ramp * 255).max() <= 1


def test_of_an_animation_the_first_picture_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, BLUE)]
    for suffix in (".gif", ".webp", ".png", ".tif"):
        path = tmp_path / f"x{suffix}"
        frames[0].save(path, save_all=True, append_images=frames[1:])
        pixels = read_picture(path, SPEC)
        assert pixels[0].min() >= 250
        assert pixels[1:].max() <= 5


@pytest.mark.parametrize(
    ("fit", "top", "left", "middle"),
    [("fit", BLUE, RED, RED), ("fill", RED, RED, RED), ("stretch", RED, RED, RED)],
)
def test_fitting(
    tmp_path: Path,
    fit: FitKey,
    top: tuple[int, ...],
    left: tuple[int, ...],
    middle: tuple[int, ...],
) -> None:
    wide = Image.new("RGB", (40, 20), RED)
    wide.paste(GREEN, (0, 0, 4, 20))
    wide.save(tmp_path / "x.png")
    spec = ImageSpec(height=20, width=20, fit=fit, background="#0000ff")
    pixels = read_picture(tmp_path / "x.png", spec)
    assert tuple(pixels[:, 0, 10]) == top
    assert tuple(pixels[:, 10, 10]) == middle
    # The green tenth at the left: half its pixels when all of it is seen, none when cut off.
    green = int((pixels[1, 10] > 128).sum())
    assert green == {"fit": 2, "fill": 0, "stretch": 2}[fit]
    assert (tuple(pixels[:, 10, 6]) == left) is True


def test_grey_or_coloured(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), GREEN).save(tmp_path / "x.png")
    grey = read_picture(tmp_path / "x.png", ImageSpec(height=8, width=8, channels=1))
    assert grey.shape == (1, 8, 8)
    assert set(grey.ravel().tolist()) == {150}  # 0.587 of 255


def _png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(("side", "pixels"), [(9_000, "9.000 x 9.000"), (12_000, "144.000.000")])
def test_what_is_too_large_is_told_with_the_marks_of_the_language(
    tmp_path: Path, side: int, pixels: str
) -> None:
    (tmp_path / "bomb.png").write_bytes(_png(side, side))
    with pytest.raises(ReadError, match=re.escape(f"demasiado grande: {pixels} píxeles")):
        read_picture(tmp_path / "bomb.png", SPEC)


@pytest.mark.parametrize("side", [9_000, 12_000, 100_000])
def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path, side: int) -> None:
    (tmp_path / "bomb.png").write_bytes(_png(side, side))
    pixels = f"{side:,} x {side:,}" if side == 9_000 else f"{side * side:,}"
    with pytest.raises(ReadError, match=f"too large: {pixels} .* at most 80,000,000 are read"):
        read_picture(tmp_path / "bomb.png", SPEC)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.png", b"", "not an image that can be read"),
        ("x.jpg", b"<html>", "not an image that can be read"),
        ("x.png", _png(30, 30), "damaged"),
        (
            "x.eps",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            "not an image that can be read",
        ),
    ],
)
def test_what_is_no_image_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=reason):
        read_picture(tmp_path / name, SPEC)


def test_a_jpeg_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ReadError, match="damaged"):
        read_picture(path, SPEC)


def test_no_other_program_is_started() -> None:
    assert {"PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"} <= set(readable_formats())
    assert not {"EPS", "WMF"} & set(readable_formats())


def test_photographs_are_unpacked_small(tmp_path: Path) -> None:
    # The scale at which a JPEG is unpacked must not be seen: compare with the long way.
    y, x = np.mgrid[0:1200, 0:1600]
    photo = np.stack([x / 1600, y / 1200, (x + y) / 2800], -1)
    Image.fromarray((photo * 255).astype(np.uint8)).save(tmp_path / "x.jpg", quality=95)
    Image.open(tmp_path / "x.jpg").save(tmp_path / "x.png")
    for fit in ("fit", "fill", "stretch"):
        spec = ImageSpec(height=64, width=64, fit=fit)
        small, whole = (read_picture(tmp_path / f"x.{suffix}", spec) for suffix in ("jpg", "png"))
        assert np.abs(small.astype(int) - whole.astype(int)).max() <= 4


def _declared(path: Path, width: int, height: int, *, progressive: bool = False) -> None:
    """Return a grey JPEG of 8 x 8 pixels whose header declares a larger size."""
    Image.new("L", (8, 8), 200).save(path, progressive=progressive)
    data = bytearray(path.read_bytes())
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    path.write_bytes(bytes(data))


def test_a_large_photograph_is_made_smaller_while_it_is_read(tmp_path: Path) -> None:
    # 96 megapixels, more than pillow itself would unpack.
    path = tmp_path / "x.jpg"
    Image.new("L", (12_000, 8_000), 200).save(path, quality=50)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = read_picture(path, ImageSpec(height=8, width=12, channels=1))
    assert pixels.shape == (1, 8, 12)
    assert np.abs(pixels.astype(int) - 200).max() <= 2


@pytest.mark.parametrize(
    ("side", "progressive"), [(10_000, True), (30_000, False), (65_000, False)]
)
def test_a_photograph_that_would_fill_the_memory_is_refused(
    tmp_path: Path, side: int, progressive: bool
) -> None:
    path = tmp_path / "x.jpg"
    _declared(path, side, side, progressive=progressive)
    with pytest.raises(ReadError, match=f"too large: {side:,} x {side:,} pixels.*make it smaller"):
        read_picture(path, SPEC)
