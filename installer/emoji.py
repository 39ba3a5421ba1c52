"""Draw the emoji sheet that ships with the program: ``python -m installer.emoji``.

It needs the font and Unicode's list of emojis, on Debian from ``apt-get install
fonts-noto-color-emoji unicode-data``. The same font gives the same pixels. Every emoji of the list
is drawn except those that differ from another one only by skin tone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, features

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "emoji"
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
NAMES = Path("/usr/share/unicode/emoji/emoji-test.txt")
LICENCE = Path("/usr/share/doc/unicode-data/copyright")
"""Licence of the list, from which emojis get names and groups."""

FONT_SIZE = 109
"""The only size for which the font has images."""
FONT_BOX = (136, 128)
"""Size of one image in pixels; a sequence that the font does not know is wider."""
SIZE, MARGIN = 64, 2
COLUMNS = 40
SKIN_TONES = frozenset(range(0x1F3FB, 0x1F400))


@dataclass(frozen=True)
class Emoji:
    """One line of Unicode's list."""

    text: str
    name: str
    group: str
    subgroup: str


def listed(path: Path) -> Iterator[Emoji]:
    """Yield the emojis of the list that are drawn, in its order, which groups similar ones."""
    group = subgroup = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# group:"):
            group = line.partition(":")[2].strip()
        if line.startswith("# subgroup:"):
            subgroup = line.partition(":")[2].strip()
        if line.startswith("#") or "; fully-qualified" not in line:
            continue
        codes = [int(code, 16) for code in line.partition(";")[0].split()]
        # After the # come the emoji itself, the version that introduced it (E0.6), and its name.
        name = line.partition("#")[2].split(maxsplit=2)[2]
        if not SKIN_TONES.intersection(codes):
            yield Emoji("".join(map(chr, codes)), name, group, subgroup)


def drawn(text: str, font: ImageFont.FreeTypeFont) -> Image.Image | None:
    """Return the image of ``text`` on white, RGB ``SIZE`` x ``SIZE``; None if the font has none."""
    if font.getlength(text) > FONT_BOX[0]:
        return None
    paper = Image.new("RGBA", FONT_BOX, (0, 0, 0, 0))
    ImageDraw.Draw(paper).text((0, 0), text, font=font, embedded_color=True)
    box = paper.getchannel("A").getbbox()
    if box is None:
        return None
    cut = paper.crop(box)
    inner = SIZE - 2 * MARGIN
    scale = inner / max(cut.size)
    width, height = (max(1, round(side * scale)) for side in cut.size)
    small = cut.resize((width, height), Image.Resampling.LANCZOS)
    tile = Image.new("RGBA", (SIZE, SIZE), "white")
    tile.alpha_composite(small, ((SIZE - width) // 2, (SIZE - height) // 2))
    return tile.convert("RGB")


def sheet(font_path: Path, names_path: Path) -> tuple[Image.Image, dict[str, object]]:
    """Return the sheet, and the index of its cells."""
    font = ImageFont.truetype(font_path, FONT_SIZE, layout_engine=ImageFont.Layout.RAQM)
    found: dict[bytes, tuple[Emoji, Image.Image]] = {}
    for emoji in listed(names_path):
        tile = drawn(emoji.text, font)
        if tile is not None:
            found.setdefault(tile.tobytes(), (emoji, tile))
    rows = math.ceil(len(found) / COLUMNS)
    image = Image.new("RGB", (COLUMNS * SIZE, rows * SIZE), "white")
    for place, (_, tile) in enumerate(found.values()):
        image.paste(tile, (place % COLUMNS * SIZE, place // COLUMNS * SIZE))
    index = {
        "format": "aegui-emoji",
        "version": 1,
        "size": SIZE,
        "columns": COLUMNS,
        "font": "Noto Color Emoji",
        "font_sha256": hashlib.sha256(font_path.read_bytes()).hexdigest(),
        "licence": "SIL Open Font License 1.1",
        "emojis": [
            {
                "codepoints": " ".join(f"{ord(c):X}" for c in e.text),
                "name": e.name,
                "group": e.group,
                "subgroup": e.subgroup,
            }
            for e, _ in found.values()
        ],
    }
    return image, index


def index_text(index: dict[str, object]) -> str:
    """Return the index as JSON with one emoji per line, for readable diffs."""
    emojis = index["emojis"]
    assert isinstance(emojis, list)
    head = json.dumps({**index, "emojis": []}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(emoji, ensure_ascii=False) for emoji in emojis)
    return f"{head[:-3]}[\n{lines}\n]}}\n"


def main() -> int:
    """Write the sheet and its index; return 0 on success."""
    parser = argparse.ArgumentParser(description="Draw the emoji sheet.")
    parser.add_argument("--font", type=Path, default=FONT)
    parser.add_argument("--names", type=Path, default=NAMES)
    parser.add_argument("--licence", type=Path, default=LICENCE, help="that of the list")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    if not features.check("raqm"):
        print("This pillow cannot put flags and families together: it lacks raqm.")
        return 1
    image, index = sheet(options.font, options.names)
    options.out.mkdir(parents=True, exist_ok=True)
    image.save(options.out / "sheet.webp", lossless=True, quality=100, method=6)
    (options.out / "index.json").write_text(index_text(index), encoding="utf-8")
    licence = options.licence.read_text(encoding="utf-8")
    lines = [line.rstrip() for line in licence.splitlines()]
    (options.out / "LICENSE-UNICODE.txt").write_text("\n".join(lines).strip() + "\n", "utf-8")
    emojis = index["emojis"]
    assert isinstance(emojis, list)
    print(f"{len(emojis)} emojis, {(options.out / 'sheet.webp').stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
