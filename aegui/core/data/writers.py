"""The table of writers of glyph files, and a folder of PNG images: the readers read them back."""

from __future__ import annotations

import io
import json
import math
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.atomic import refuse_shipped, write_atomically
from aegui.core.choices import table
from aegui.core.data.array_files import array_file
from aegui.core.data.byte_images import to_levels
from aegui.core.data.idx import idx_images, idx_labels, labels_path_for
from aegui.core.data.readers.json_glyphs import FORMAT, VERSION
from aegui.core.data.readers.names import format_name
from aegui.core.data.readers.png_sheet import MAX_PIXELS, MAX_SIDE_PX, TEXT_KEY
from aegui.core.data.readers.source import MAX_FILE_BYTES
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.leftovers import temporary_prefix
from aegui.core.light_dataclass import dataclass
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)
_MAX_LETTERS = 60


def check_image_folder(path: str | os.PathLike[str]) -> None:
    """Check that ``write_image_folder`` can write to ``path``.

    Raises:
        AeguiError: ``path`` is a file, or a folder that is not empty.
    """
    target = Path(path)
    refuse_shipped(target)
    if target.exists() and not target.is_dir():
        raise AeguiError(
            tr("{file} is not a folder: choose a new name for the folder of images.", file=target)
        )
    if target.exists() and any(target.iterdir()):
        raise AeguiError(
            tr("{folder} is not empty: choose a new name for the folder of images.", folder=target)
        )


def write_image_folder(
    path: str | os.PathLike[str], dataset: Dataset, *, by_label: bool = True
) -> None:
    """Write every image as ``label/number name.png`` into the new folder ``path``.

    Pixels are rounded to 256 levels. Characters that are invalid in file names become ``_``.

    Args:
        path: The folder.
        dataset: The images.
        by_label: Whether each label gets a sub-folder; else the files are named by number alone.

    Raises:
        AeguiError: There is something at ``path`` already, the images have neither 1 nor 3
            channels, or the folder cannot be written, in which case no part of it is left.
    """
    target = Path(path)
    check_image_folder(target)
    if dataset.image_shape[0] not in (1, 3):
        raise AeguiError(tr("A folder of images holds images of 1 or 3 channels."))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=temporary_prefix(target.name), dir=target.parent, ignore_cleanup_errors=True
        ) as temporary:
            content = Path(temporary) / "images"
            _write_all(content, dataset, by_label=by_label)
            if target.exists():
                target.rmdir()
            content.rename(target)
    except OSError as error:
        raise AeguiError(
            tr(
                "{file} could not be written: {reason}.",
                file=target,
                reason=system_reason(error),
            )
        ) from error


def _write_all(folder: Path, dataset: Dataset, *, by_label: bool) -> None:
    from PIL import Image  # Imported here: only writing images needs Pillow

    folders = _folders(dataset.classes) if by_label else dict.fromkeys(dataset.classes, "")
    for name in dict.fromkeys(folders.values()):
        (folder / name).mkdir(parents=True, exist_ok=True)
    digits = len(str(len(dataset)))
    for number, (label, title) in enumerate(zip(dataset.labels, dataset.names, strict=True), 1):
        buffer = io.BytesIO()
        Image.fromarray(_levels(dataset.images[number - 1])).save(buffer, "PNG")
        name = f"{number:0{digits}}" + (f" {_safe(title)}".rstrip() if by_label else "")
        (folder / folders[label] / f"{name}.png").write_bytes(buffer.getvalue())


def _levels(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    levels = to_levels(image)
    return levels[0] if len(levels) == 1 else np.ascontiguousarray(levels.transpose(1, 2, 0))


def _folders(labels: tuple[str, ...]) -> dict[str, str]:
    """Return a unique folder name for each label, also on case-insensitive file systems."""
    folders: dict[str, str] = {}
    used: set[str] = set()
    for label in labels:
        first = name = _safe(label) or "_"
        number = 2
        while name.casefold() in used:
            name, number = f"{first} {number}", number + 1
        used.add(name.casefold())
        folders[label] = name
    return folders


def _safe(text: str) -> str:
    cleaned = _UNSAFE.sub("_", text).strip(" .")[:_MAX_LETTERS].strip(" .")
    return f"{cleaned}_" if _RESERVED.match(cleaned) else cleaned


_SHEET_COLUMNS = 16
_SHEET_GAP = 1
_SHEET_SCALE = 8
_SHEET_SMALL_PX = 64
"""Images larger than this are not enlarged in a sheet."""


@dataclass(frozen=True)
class Writer:
    """One kind of file: its suffixes and the function that encodes it.

    ``labels`` encodes a second file, for formats that cannot hold images and labels in one.
    """

    key: str
    label: str
    suffixes: tuple[str, ...]
    encode: Callable[[Dataset], bytes]
    labels: Callable[[Dataset], bytes] | None = None


def write_dataset(path: str | os.PathLike[str], dataset: Dataset, key: str | None = None) -> None:
    """Write ``dataset`` to ``path`` in the format ``key``, or the one given by the suffix.

    A path without suffix is a folder of PNG images, with a sub-folder for each label. The labels of
    an idx file go into a second file beside it.

    Raises:
        AeguiError: The suffix is unknown, the format cannot hold these images, or the file
            cannot be written.
    """
    if key is None and is_folder_path(path):
        write_image_folder(path, dataset)
        return
    writer = WRITERS[key or form_of(path)]
    content = writer.encode(dataset)
    if writer.labels is not None:
        write_atomically(labels_path_for(Path(path)), writer.labels(dataset))
    write_atomically(path, content)


def check_labels(dataset: Dataset, key: str) -> None:
    """Check that the format ``key`` can hold the labels of ``dataset``.

    Raises:
        AeguiError: It cannot.
    """
    writer = WRITERS[key]
    if writer.labels is not None:
        writer.labels(dataset)


def encode_dataset(dataset: Dataset, key: str) -> bytes:
    """Encode ``dataset`` in the format ``key`` of ``WRITERS``."""
    return WRITERS[key].encode(dataset)


def _writer_of(path: str | os.PathLike[str]) -> Writer | None:
    name = Path(path).name.lower()
    return next((w for w in WRITERS.values() if name.endswith(w.suffixes)), None)


def is_folder_path(path: str | os.PathLike[str]) -> bool:
    """Return whether ``path`` is written as a folder of images: it is one, or has no suffix."""
    text = os.fspath(path)
    if text.endswith(("/", os.sep)) or Path(text).is_dir():
        return True
    return "." not in Path(text).name and _writer_of(text) is None


def form_of(path: str | os.PathLike[str], others: Iterable[str] = ()) -> str:
    """Return the key of the writer for the suffix of ``path``; refusals list ``others`` too.

    Raises:
        AeguiError: The suffix is unknown.
    """
    writer = _writer_of(path)
    if writer is not None:
        return writer.key
    known = ", ".join([*(writer.suffixes[0] for writer in WRITERS.values()), *others])
    raise AeguiError(
        tr("{file}: the suffix must be one of {known}.", file=os.fspath(path), known=known)
    )


def _c_header(dataset: Dataset) -> bytes:
    rows, width = _rows(dataset, tr("C header"))
    digits = -(-width // 4)
    name = identifier(dataset.name)
    kind = next(size for size in (8, 16, 32) if width <= size)
    lines = [
        f"/* {numbered(len(dataset), 'glyph')} of {width}x{rows.shape[1]} pixels. A row is a "
        "number, the top",
        f"   row first; its highest bit (0x{1 << (width - 1):X}) is the left pixel. */",
        "#include <stdint.h>",
        "",
        f"static const uint{kind}_t {name}[{len(dataset)}][{rows.shape[1]}] = {{",
    ]
    for glyph, label, title in zip(rows.tolist(), dataset.labels, dataset.names, strict=True):
        numbers = ", ".join(f"0x{row:0{max(2, digits)}x}" for row in glyph)
        lines.append(f"   {{{numbers}}},   // {format_name(label, title)}")
    return "\n".join([*lines, "};", ""]).encode()


def _text_art(dataset: Dataset) -> bytes:
    bits = bits_of(dataset, tr("Text art"))
    if bits.shape[2] < 2:
        raise AeguiError(tr("Text art needs glyphs at least 2 pixels wide."))
    _, height, width = dataset.image_shape
    lines = [f"; {numbered(len(dataset), 'glyph')} of {width}x{height} pixels, # on and . off.", ""]
    for glyph, label, title in zip(bits, dataset.labels, dataset.names, strict=True):
        lines.append(format_name(label, title))
        lines += ["".join(".#"[pixel] for pixel in row) for row in glyph.tolist()]
        lines.append("")
    return "\n".join(lines).encode()


def _json(dataset: Dataset) -> bytes:
    _, height, width = dataset.image_shape
    is_rows = dataset.is_binary and width <= 32
    head = {
        "format": FORMAT,
        "version": VERSION,
        "name": dataset.name,
        "source": dataset.source,
        "licence": dataset.licence,
        "width": width,
        "height": height,
    }
    glyphs = []
    values = _rows(dataset, "JSON")[0].tolist() if is_rows else map(_short, dataset.images)
    for value, label, title in zip(values, dataset.labels, dataset.names, strict=True):
        named = {"label": label, "name": title, "rows" if is_rows else "pixels": value}
        glyphs.append("  " + json.dumps(named))
    members = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    body = ",\n".join([*members, '"glyphs": [\n' + ",\n".join(glyphs) + "\n]"])
    return f"{{\n{body}\n}}\n".encode()


def _short(image: NDArray[np.float32]) -> list[object]:
    """Return pixels with nine significant digits, which distinguish all float32 values."""
    numbers = np.array([float(f"{value:.9g}") for value in image.ravel().tolist()])
    nested: list[object] = numbers.reshape(image.shape).tolist()
    return nested


def _png(dataset: Dataset) -> bytes:
    from PIL import Image  # Imported here: only images need Pillow
    from PIL.PngImagePlugin import PngInfo

    channels, height, width = dataset.image_shape
    if channels not in (1, 3):
        raise AeguiError(tr("A PNG sheet holds images of 1 or 3 channels."))
    scale = _sheet_scale(dataset)
    sheet = _sheet(dataset).repeat(scale, axis=0).repeat(scale, axis=1)
    described = {
        "name": dataset.name,
        "height": height,
        "width": width,
        "gap": _SHEET_GAP,
        "margin": _SHEET_GAP,
        "scale": scale,
        "channels": channels,
        "titles": list(zip(dataset.labels, dataset.names, strict=True)),
    }
    info = PngInfo()
    info.add_text(TEXT_KEY, json.dumps(described))
    buffer = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == 1 else sheet).save(buffer, "PNG", pnginfo=info)
    if buffer.tell() > MAX_FILE_BYTES:
        raise _too_many_for_a_sheet(dataset)
    return buffer.getvalue()


def _sheet_scale(dataset: Dataset) -> int:
    """Return the enlargement of the sheet of ``dataset``, which its reader accepts.

    Raises:
        AeguiError: The sheet is too large even if it is not enlarged.
    """
    height, width = _sheet_size(dataset)
    is_small = max(dataset.image_shape[1:]) <= _SHEET_SMALL_PX
    for scale in range(_SHEET_SCALE if is_small else 1, 0, -1):
        if max(height, width) * scale <= MAX_SIDE_PX and height * width * scale**2 <= MAX_PIXELS:
            return scale
    raise _too_many_for_a_sheet(dataset)


def _too_many_for_a_sheet(dataset: Dataset) -> AeguiError:
    _, height, width = dataset.image_shape
    return AeguiError(
        tr(
            "{n:,} images of {width}x{height} pixels are too many for a PNG sheet; save them as "
            ".npz.",
            n=len(dataset),
            width=width,
            height=height,
        )
    )


def _sheet_columns(dataset: Dataset) -> int:
    """Return the number of images in a row: of many, as many as there are rows."""
    return min(len(dataset), max(_SHEET_COLUMNS, math.isqrt(len(dataset) - 1) + 1))


def _sheet_size(dataset: Dataset) -> tuple[int, int]:
    """Return height and width of the sheet before it is enlarged."""
    _, height, width = dataset.image_shape
    columns = _sheet_columns(dataset)
    rows = -(-len(dataset) // columns)
    return (
        rows * (height + _SHEET_GAP) + _SHEET_GAP,
        columns * (width + _SHEET_GAP) + _SHEET_GAP,
    )


def _sheet(dataset: Dataset) -> NDArray[np.uint8]:
    """Return all images on one black sheet, uint8 ``[H, W, C]``."""
    channels, height, width = dataset.image_shape
    columns = _sheet_columns(dataset)
    cell_height, cell_width = height + _SHEET_GAP, width + _SHEET_GAP
    sheet = np.zeros((*_sheet_size(dataset), channels), np.uint8)
    levels = to_levels(dataset.images).transpose(0, 2, 3, 1)
    for index, image in enumerate(levels):
        top = index // columns * cell_height + _SHEET_GAP
        left = index % columns * cell_width + _SHEET_GAP
        sheet[top : top + height, left : left + width] = image
    return sheet


def _packed_images(dataset: Dataset) -> bytes:
    return idx_images(dataset, packed=True)


def _packed_labels(dataset: Dataset) -> bytes:
    return idx_labels(dataset, packed=True)


def bits_of(dataset: Dataset, form: str) -> NDArray[np.uint32]:
    """Return the pixels ``[N, H, W]`` as 0 and 1; raise if they are grey or coloured."""
    if not dataset.is_binary:
        raise AeguiError(
            tr(
                "{form} holds black and white glyphs only; {name} has grey or coloured ones. "
                "Save it as JSON, PNG or .npz.",
                form=form,
                name=dataset.name,
            )
        )
    return dataset.images[:, 0].astype(np.uint32)


def _rows(dataset: Dataset, form: str) -> tuple[NDArray[np.uint32], int]:
    """Return rows ``[N, H]`` as numbers whose highest bit is the left pixel, and their width."""
    bits = bits_of(dataset, form)
    width = bits.shape[2]
    if width > 32:
        raise AeguiError(
            tr("{form} holds glyphs up to 32 pixels wide, not {width}.", form=form, width=width)
        )
    weights = np.uint32(1) << np.arange(width - 1, -1, -1, dtype=np.uint32)
    return (bits * weights).sum(axis=2, dtype=np.uint32), width


def numbered(count: int, word: str) -> str:
    """Format ``1 glyph``, ``2 glyphs`` for comments in files, which are always English."""
    return f"{count} {word}{'s' * (count != 1)}"


def identifier(name: str) -> str:
    """Return ``name`` as a valid C identifier."""
    cleaned = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60]
    return cleaned if cleaned and not cleaned[0].isdigit() else f"font_{cleaned}".rstrip("_")


WRITERS: dict[str, Writer] = table(
    Writer("json", mark("JSON"), (".json",), _json),
    Writer("c", mark("C header"), (".h", ".hpp", ".c", ".ino"), _c_header),
    Writer("art", mark("Text art"), (".txt",), _text_art),
    Writer("png", mark("PNG sheet"), (".png",), _png),
    Writer("npz", mark("numpy file"), (".npz",), array_file),
    Writer("idx", mark("idx file"), (".idx", "-ubyte"), idx_images, idx_labels),
    Writer(
        "idx.gz",
        mark("packed idx file"),
        (".idx.gz", "-ubyte.gz"),
        _packed_images,
        _packed_labels,
    ),
)
"""The table of writers, in the order in which they are offered."""
