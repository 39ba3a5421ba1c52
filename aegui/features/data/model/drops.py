"""Classification of files dropped onto the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.features.data.model.image_import import is_image
from aegui.session.documents.document import is_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Dropped = Literal["document", "images", "data"]


def kind_of_drop(paths: Sequence[Path]) -> Dropped:
    """Return what to do with ``paths`` (at least one): open a document, import images or data.

    Raises:
        ReadError: The first path does not exist.
    """
    first = paths[0]
    if len(paths) > 1 or first.is_dir():
        several = [path for path in paths if path.is_dir() or is_image(path)]
        return "images" if several else _kind_of_file(first)
    return _kind_of_file(first)


def _kind_of_file(path: Path) -> Dropped:
    if not path.exists():
        raise ReadError(tr("There is no file or folder {path}.", path=path))
    if not is_data(path):
        return "document"
    return "images" if is_image(path) else "data"
