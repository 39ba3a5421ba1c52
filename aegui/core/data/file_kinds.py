"""The table of files that hold a set: what recognises each, and what reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.data.idx import is_idx, read_idx
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import ImageSpec

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class FileKind:
    """One kind of file.

    Attributes:
        key: Its name.
        label: What a person reads (translated where it is shown).
        recognises: Whether a file is of this kind, by its path and its first bytes.
        read: What reads it; may raise ReadError and Cancelled.
    """

    key: str
    label: str
    recognises: Callable[[Path, bytes], bool]
    read: Callable[[Path, ImageSpec, Report | None, IsCancelled | None], Dataset]


def _read_idx(
    path: Path, images: ImageSpec, report: Report | None, cancelled: IsCancelled | None
) -> Dataset:
    return read_idx(path, None, report, cancelled)


FILE_KINDS: dict[str, FileKind] = {
    kind.key: kind
    for kind in (FileKind("idx", mark("idx file"), lambda _, head: is_idx(head), _read_idx),)
}
"""In the order in which they are asked; whatever none of them knows is a file of glyphs."""


def kind_of(path: Path) -> FileKind | None:
    """The kind of the file at ``path``; None where it can only be one of glyphs.

    Raises:
        ReadError: The system refuses to read it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ReadError(
            tr("{file}: {reason}", file=path, reason=error.strerror or str(error))
        ) from error
    return next((kind for kind in FILE_KINDS.values() if kind.recognises(path, head)), None)
