from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import load_builtin
from aegui.core.data.readers.table import read_glyphs

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.table import GlyphFile

LOWER = load_builtin("lowercase")
BITS = LOWER.images[:, 0].astype(int)
ROWS = (BITS @ np.array([16, 8, 4, 2, 1])).tolist()
A_ROWS = ROWS[1]


def read(folder: Path, text: str | bytes, name: str = "given") -> GlyphFile:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_glyphs(path)


def one(folder: Path, text: str | bytes, reader: str) -> Dataset:
    file = read(folder, text)
    assert file.reader == reader
    (dataset,) = file.datasets
    return dataset


def is_lower(dataset: Dataset, labels: bool = True) -> bool:
    return np.array_equal(dataset.images, LOWER.images) and (
        not labels or dataset.labels == LOWER.labels
    )


def hexed(rows: list[int], brackets: str = "{}") -> str:
    return brackets[0] + ", ".join(f"0x{row:02x}" for row in rows) + brackets[1]


def c_rows(comment: str = "   // 0x{code:x}, {label}") -> str:
    return "\n".join(
        f"   {hexed(rows)},"
        + comment.format(code=ord(label), label=label if label != "\x7f" else "DEL")
        for rows, label in zip(ROWS, LOWER.labels, strict=True)
    )


def python_rows(form: str = "{rows},  # 0x{code:x}, {label}") -> str:
    return "\n".join(
        "    " + form.format(rows=hexed(rows, "[]"), code=ord(label), label=label)
        for rows, label in zip(ROWS, LOWER.labels, strict=True)
    )
