"""Decoding of one image file to pixels of a given size: upright, opaque, 8 bits a channel."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from aegui.core.errors import ReadError
from aegui.core.i18n import localized, tr
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from aegui.core.recipe import ImageSpec

_Result = TypeVar("_Result")
_NEEDS_A_PROGRAM = frozenset({"EPS", "WMF", "FPX", "MIC", "GRIB", "HDF5", "BUFR", "MPEG", "PDF"})
"""Formats that Pillow knows by name only, or for which it would start another program."""
_MAX_PIXELS = 80_000_000
"""Larger images are refused before anything is allocated; Pillow warns from about this size,
too."""
_MAX_PHOTOGRAPH = 500_000_000
"""Upper bound for a JPEG that can be downscaled while it is decoded."""
_JPEG = b"\xff\xd8\xff"
_SPARE = 2
"""A JPEG is decoded at no more than this multiple of the required size."""
_ORIENTATION, _FIRST_SIDEWAYS = 0x0112, 5
"""The EXIF orientation tag, and its lowest value for images rotated by 90 degrees."""
_LOOK_PX = 64
_GREY_SPREAD = 8
"""Largest difference between red, green and blue in grey images, since JPEG is lossy."""
_BYTE_MAX, _SHORT_MAX = 255.0, 65_535.0


@cache
def readable_formats() -> tuple[str, ...]:
    """Return the image formats that are read, by Pillow's names."""
    from PIL import Image

    Image.init()
    return tuple(key for key in Image.OPEN if key not in _NEEDS_A_PROGRAM)


@cache
def image_suffixes() -> frozenset[str]:
    """Return the suffixes, in lower case, of files that are images."""
    from PIL import Image

    formats = set(readable_formats())
    return frozenset(
        suffix for suffix, key in Image.registered_extensions().items() if key in formats
    )


def read_picture(path: Path, spec: ImageSpec) -> NDArray[np.uint8]:
    """Read the (first) image in ``path`` in the size and colours of ``spec``: uint8 ``[C, H, W]``.

    Raises:
        ReadError: The file is no image, damaged, or too large; the message is the reason alone.
    """
    return _read(path, lambda image: _pixels(image, spec))


def native_form(path: Path) -> tuple[int, int, bool]:
    """Return width and height of the image in ``path``, turned upright, and whether it is grey.

    Raises:
        ReadError: As for ``read_picture``.
    """
    return _read(path, _form)


def _read(path: Path, take: Callable[[Image.Image], _Result]) -> _Result:
    from PIL import Image, UnidentifiedImageError

    # Pillow only warns of images that would fill the memory: here they are refused. Its warnings
    # about odd details are of no use here. The filters are set for the whole process, since
    # temporary ones would affect all threads as well.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with _opened(path) as image:
            return take(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        # Pillow gives the size only in its message.
        found = re.search(r"\d{6,}", str(error))
        raise _too_large(_count(int(found[0])) if found else f"> {_count(_MAX_PIXELS)}") from error
    except UnidentifiedImageError as error:
        raise ReadError(tr("this is not an image that can be read")) from error
    except ReadError:
        raise
    except Exception as error:
        # On unexpected bytes, decoders raise exceptions of any type.
        raise ReadError(tr("the image is damaged ({why})", why=system_reason(error))) from error


def resized(levels: NDArray[np.uint8], spec: ImageSpec) -> NDArray[np.uint8]:
    """Resize an image uint8 ``[3, h, w]`` as ``spec`` asks: uint8 ``[C, H, W]``."""
    from PIL import Image

    return _on_paper(Image.fromarray(np.ascontiguousarray(levels.transpose(1, 2, 0))), spec)


def _opened(path: Path) -> Image.Image:
    from PIL import Image, JpegImagePlugin

    with path.open("rb") as file:
        is_photograph = file.read(len(_JPEG)) == _JPEG
    if is_photograph:
        # ``Image.open`` would refuse the full size, at which it will never be unpacked.
        return JpegImagePlugin.JpegImageFile(path)
    return Image.open(path, formats=readable_formats())


def _count(number: int) -> str:
    return localized(number, ",")


def _too_large(size: str) -> ReadError:
    return ReadError(
        tr(
            "too large: {size} pixels; at most {limit:,} are read, of a JPEG {photograph:,} (but "
            "{limit:,} of a progressive one): make it smaller first",
            size=size,
            limit=_MAX_PIXELS,
            photograph=_MAX_PHOTOGRAPH,
        )
    )


def _form(image: Image.Image) -> tuple[int, int, bool]:
    width, height = image.size
    if image.getexif().get(_ORIENTATION, 1) >= _FIRST_SIDEWAYS:
        width, height = height, width
    image.draft(None, (_LOOK_PX, _LOOK_PX))
    small = eight_bits(image)
    small.thumbnail((_LOOK_PX, _LOOK_PX))
    colours = np.asarray(small.convert("RGB"), np.int16)
    spread = colours.max(axis=2) - colours.min(axis=2)
    return width, height, bool(spread.max() <= _GREY_SPREAD)


def _pixels(image: Image.Image, spec: ImageSpec) -> NDArray[np.uint8]:
    from PIL import ImageOps

    size = f"{_count(image.width)} x {_count(image.height)}"
    pixels = image.width * image.height
    # The sides of a photograph may yet be swapped, so the longer one counts for both.
    enough = _SPARE * max(spec.height, spec.width)
    image.draft(None, (enough, enough))
    # Decoding a progressive JPEG keeps all coefficients in memory, whatever the output size.
    is_progressive = bool(image.info.get("progressive"))
    unpacked = pixels if is_progressive else image.width * image.height
    if pixels > _MAX_PHOTOGRAPH or unpacked > _MAX_PIXELS:
        raise _too_large(size)
    image.load()
    return _on_paper(eight_bits(ImageOps.exif_transpose(image)), spec)


def _on_paper(image: Image.Image, spec: ImageSpec) -> NDArray[np.uint8]:
    """Centre an 8-bit image on its background and convert it to the requested colours."""
    from PIL import Image as images
    from PIL import ImageColor

    framed = _framed(image, spec)
    paper = images.new("RGBA", (spec.width, spec.height), ImageColor.getrgb(spec.background))
    at = (spec.width - framed.width) // 2, (spec.height - framed.height) // 2
    paper.alpha_composite(framed.convert("RGBA"), at)
    flat = paper.convert("L" if spec.channels == 1 else "RGB")
    values = np.asarray(flat, np.uint8).reshape(spec.height, spec.width, spec.channels)
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def eight_bits(image: Image.Image) -> Image.Image:
    """Convert an image of any mode to L, RGB or RGBA."""
    from PIL import Image as images

    mode = image.mode
    if mode in {"L", "RGB", "RGBA"} and "transparency" not in image.info:
        return image
    if mode in {"F", "I"} or mode.startswith("I;"):
        return images.fromarray(_levels(np.asarray(image, np.float64), mode))
    has_alpha = "transparency" in image.info or mode.endswith(("A", "a"))
    if mode.endswith("a"):  # Premultiplied alpha
        image = image.convert(mode.upper())
    return image.convert("RGBA" if has_alpha else "L" if mode == "1" else "RGB")


def _levels(values: NDArray[np.float64], mode: str) -> NDArray[np.uint8]:
    """Scale grey levels to bytes, from 16-bit integers or floats up to 1 or to 255."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(values.max(initial=0.0))
    if mode != "F":
        top = _SHORT_MAX if largest > _BYTE_MAX or mode.startswith("I;") else _BYTE_MAX
    else:
        top = 1.0 if largest <= 1.0 else _BYTE_MAX
    scaled = np.clip(values / max(top, largest), 0.0, 1.0)
    return np.rint(scaled * _BYTE_MAX).astype(np.uint8)


def _framed(image: Image.Image, spec: ImageSpec) -> Image.Image:
    """Resize the image to the frame: inside it (fit), covering it (fill), or stretched."""
    from PIL import Image as images

    frame = spec.width, spec.height
    box: tuple[float, float, float, float] = (0.0, 0.0, float(image.width), float(image.height))
    target = frame
    if spec.fit == "fit":
        scale = min(spec.width / image.width, spec.height / image.height)
        target = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    elif spec.fit == "fill":
        scale = min(image.width / spec.width, image.height / spec.height)
        scaled_width, scaled_height = spec.width * scale, spec.height * scale
        left, top = (image.width - scaled_width) / 2, (image.height - scaled_height) / 2
        box = (left, top, left + scaled_width, top + scaled_height)
    if image.size == target and spec.fit != "fill":
        return image
    return image.resize(target, images.Resampling.LANCZOS, box=box, reducing_gap=3.0)
