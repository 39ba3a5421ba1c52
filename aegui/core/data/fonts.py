"""Glyphs as fonts of character displays: columns of bytes in a C header, and BDF.

In the header a glyph is its columns from the left, each with as many bytes as its rows need; the
highest bit of a byte is the lowest row, as in the tables of libraries for character displays. BDF
is the Glyph Bitmap Distribution Format 2.1 of Adobe, which X and most font editors read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import check_suffix, write_atomically
from aegui.core.data.readers.names import format_name
from aegui.core.data.writers import bits_of, identifier, numbered
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset

MAX_SIDE = 64
_BYTE = 8
_NAME = re.compile(r"[!-~]{1,40}\Z")


def write_font(path: Path, dataset: Dataset) -> None:
    """Write glyphs as a font in the format given by the suffix of ``path``: ``.h`` or ``.bdf``.

    Raises:
        AeguiError: The suffix is unknown, the images are no glyphs, or the file cannot be written.
    """
    writers = {".h": column_header, ".bdf": bdf}
    check_suffix(path, writers)
    write_atomically(path, writers[path.suffix.lower()](dataset))


def column_header(dataset: Dataset) -> bytes:
    """Return a C header with the columns of every glyph as bytes, and the character of each."""
    bits = font_bits(dataset)
    order, codes = _in_order(dataset)
    count, height, width = bits.shape
    pages = -(-height // _BYTE)
    name = identifier(dataset.name)
    each = width * pages
    lines = [
        f"/* {numbered(count, 'glyph')} of {numbered(width, 'column')} and "
        f"{numbered(height, 'row')}. A glyph is its columns from the",
        f"   left, {numbered(pages, 'byte')} each; bit 0 is the top row. "
        f"{name}_chars has their characters. */",
        "#include <stdint.h>",
        "",
        f"#define {name.upper()}_WIDTH {width}",
        f"#define {name.upper()}_HEIGHT {height}",
        f"#define {name.upper()}_COUNT {count}",
        "",
        f"static const uint8_t {name}[{count}][{each}] = {{",
    ]
    for index in order:
        numbers = ", ".join(f"0x{byte:02x}" for byte in _columns(bits[index], pages))
        title = format_name(dataset.labels[index], dataset.names[index])
        lines.append(f"   {{{numbers}}},   // {title}")
    texts = [f"0x{max(code, 0):04x}" for code in codes]
    lines += ["};", "", f"static const uint16_t {name}_chars[{count}] = {{"]
    lines += ["   " + ", ".join(texts[at : at + 12]) + "," for at in range(0, count, 12)]
    return "\n".join([*lines, "};", ""]).encode()


def _columns(glyph: NDArray[np.uint32], pages: int) -> list[int]:
    """Return the bytes of the columns of one glyph ``[H, W]``, the top eight rows first."""
    height, width = glyph.shape
    tall = np.zeros((pages * _BYTE, width), np.uint8)
    tall[:height] = glyph
    packed = np.packbits(tall, axis=0, bitorder="little")
    return [int(byte) for byte in packed.T.ravel()]


def bdf(dataset: Dataset) -> bytes:
    """Return a BDF font; labels other than single characters are left unencoded (-1)."""
    bits = font_bits(dataset)
    order, codes = _in_order(dataset)
    count, height, width = bits.shape
    family = re.sub(r"[^A-Za-z0-9 ]+", " ", dataset.name).strip() or "glyphs"
    size = f"{height}-{10 * height}-75-75-c-{10 * (width + 1)}"
    lines = [
        "STARTFONT 2.1",
        f"FONT -aegui-{family}-medium-r-normal--{size}-iso10646-1",
        f"SIZE {height} 75 75",
        f"FONTBOUNDINGBOX {width} {height} 0 0",
        "STARTPROPERTIES 2",
        f"FONT_ASCENT {height}",
        "FONT_DESCENT 0",
        "ENDPROPERTIES",
        f"CHARS {count}",
    ]
    for position, code in zip(order, codes, strict=True):
        title = f"U+{code:04X}" if code >= 0 else _glyph_name(dataset.labels[position], position)
        packed = np.packbits(bits[position].astype(np.uint8), axis=1)
        lines += [
            f"STARTCHAR {title}",
            f"ENCODING {code}",
            f"SWIDTH {round(1000 * (width + 1) / max(1, height))} 0",
            f"DWIDTH {width + 1} 0",
            f"BBX {width} {height} 0 0",
            "BITMAP",
            *("".join(f"{byte:02X}" for byte in row) for row in packed.tolist()),
            "ENDCHAR",
        ]
    return "\n".join([*lines, "ENDFONT", ""]).encode()


def _glyph_name(label: str, position: int) -> str:
    """Return a name without blanks for a glyph that has no code."""
    if len(label) == 1:
        return f"U+{ord(label):04X}"
    return label if _NAME.match(label) else f"glyph{position}"


def font_bits(dataset: Dataset) -> NDArray[np.uint32]:
    """Return the pixels ``[N, H, W]`` as 0 and 1.

    Raises:
        AeguiError: They are grey, coloured or too many for a font.
    """
    bits = bits_of(dataset, tr("A font"))
    if max(bits.shape[1:]) > MAX_SIDE:
        raise AeguiError(tr("A font has glyphs of up to {n} x {n} pixels.", n=MAX_SIDE))
    return bits


def _in_order(dataset: Dataset) -> tuple[list[int], list[int]]:
    """Return the indices sorted by character, and their code points.

    The code point is -1 for labels that are no single character, repeat an earlier one or lie
    beyond 16 bits, which displays do not support.
    """
    seen: set[int] = set()
    codes = []
    for label in dataset.labels:
        code = ord(label) if len(label) == 1 else -1
        code = -1 if code in seen or code > 0xFFFF else code
        seen.add(code)
        codes.append(code)
    order = sorted(range(len(codes)), key=lambda index: (codes[index] < 0, codes[index]))
    return order, [codes[index] for index in order]
