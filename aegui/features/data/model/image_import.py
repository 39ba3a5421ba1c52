"""Import of image files: scanning and previews in worker threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from aegui.core.data.byte_images import WHITE
from aegui.core.data.file_kinds import kind_of
from aegui.core.data.image_files import scan_images
from aegui.core.data.majority_format import majority_format
from aegui.core.data.picture import read_picture
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import evenly_spaced
from aegui.session.documents.document import is_data
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.image_files import ImageScan
    from aegui.core.data.majority_format import MajorityFormat
    from aegui.core.data.progress import IsCancelled
    from aegui.core.recipe import DataSpec, ImageSpec

MAX_PREVIEWED = 48
_LONGEST_SOURCE = 1000


@dataclass(frozen=True, eq=False)
class ImportPreview:
    """A preview of some of the images as they will be imported."""

    spec: ImageSpec
    """How they were read."""
    images: NDArray[np.float32]
    """float32 ``[n, C, H, W]`` in 0..1."""
    labels: tuple[str, ...]
    """n labels."""
    names: tuple[str, ...]
    """n names."""
    skipped: tuple[tuple[str, str], ...]
    """Names of unreadable files, with the reasons."""


class ImageImport(Service):
    """Scans the paths of one import, then previews them whenever the settings change."""

    found = Signal(object)
    """Emitted with the ``ImageScan``; ``majority`` then has the properties of the files."""
    failed = Signal(object)
    """Emitted with the reason why there is nothing to import."""

    def __init__(self, paths: Sequence[Path], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths = tuple(paths)
        self.scan: ImageScan | None = None
        self.majority: MajorityFormat | None = None
        self.scanning = ProgressJob("aegui-scan", self)
        self.previews = Derived("aegui-preview", self, urgent=False)
        """Answers with an ``ImportPreview`` of the latest settings."""

    def start(self) -> None:
        """Start scanning for images."""
        self.scanning.start(
            tr("Looking for images"),
            lambda _report, cancelled: _scanned(self.paths, cancelled),
            self._take,
            lambda error: self.failed.emit(str(error)),
        )

    def preview(self, spec: ImageSpec) -> None:
        """Read some of the images as ``spec`` says; only the latest request is answered."""
        scan = self.scan
        if scan is not None:
            self.previews.compute(lambda _report, cancelled: preview_of(scan, spec, cancelled))

    def _take(self, found: tuple[ImageScan, MajorityFormat | None]) -> None:
        self.scan, self.majority = found
        self.found.emit(self.scan)


def _scanned(
    paths: Sequence[Path], cancelled: IsCancelled
) -> tuple[ImageScan, MajorityFormat | None]:
    scan = scan_images(paths, cancelled)
    return scan, majority_format(scan.files, cancelled)


def preview_of(
    scan: ImageScan,
    spec: ImageSpec,
    cancelled: IsCancelled | None = None,
    most: int = MAX_PREVIEWED,
) -> ImportPreview:
    """Return ``most`` evenly spaced images of ``scan``, read as ``spec`` says.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    chosen = evenly_spaced(len(scan.files), most).tolist()
    images, read, skipped = [], [], []
    for index in chosen:
        stop_if(cancelled)
        path = scan.files[index]
        try:
            images.append(read_picture(path, spec).astype(np.float32) / WHITE)
        except ReadError as error:
            skipped.append((path.name, str(error)))
        else:
            read.append(index)
    stack = np.stack(images) if images else np.zeros((0, spec.channels, spec.height, spec.width))
    return ImportPreview(
        spec,
        stack.astype(np.float32),
        tuple(scan.labels[index] for index in read),
        tuple(scan.files[index].stem for index in read),
        tuple(skipped),
    )


def source_of(paths: Sequence[Path]) -> dict[str, object]:
    """Return the recipe fields ``source`` and ``names`` that refer to ``paths``.

    Several files are listed one by one. If that list is too long, or one of the files could also
    be a sheet of glyphs, they are referred to by folder and names.

    Raises:
        AeguiError: The list would be too long or ambiguous, and there are several folders.
    """
    source = "+".join(str(path) for path in paths)
    if len(source) <= _LONGEST_SOURCE and all(path.is_dir() or is_image(path) for path in paths):
        return {"source": source, "names": None}
    folders = {path.parent for path in paths}
    if len(folders) > 1 or any(path.is_dir() for path in paths):
        raise AeguiError(
            tr("These files of different folders cannot be told apart: put them into one folder.")
        )
    return {"source": str(folders.pop()), "names": tuple(path.stem for path in paths)}


def is_image(path: Path) -> bool:
    """Return whether ``path`` is a file that is read as a single image."""
    try:
        kind = kind_of(path)
    except AeguiError:
        return False
    return kind is not None and kind.key == "image"


def counted(scan: ImageScan) -> dict[str, int]:
    """Return the number of files per label, in the order of the scan."""
    counts: dict[str, int] = {}
    for label in scan.labels:
        counts[label] = counts.get(label, 0) + 1
    return counts


def imported_data(
    data: DataSpec,
    paths: Sequence[Path],
    images: ImageSpec,
    labels: tuple[str, ...] | None,
    count: int | None,
) -> DataSpec:
    """Return ``data`` with the images of ``paths`` in place of its samples.

    A validation set that was joined to these is left out with them.

    Raises:
        AeguiError: As for ``source_of``.
    """
    choice: dict[str, object] = {"chars": None, "labels": labels, "count": count, "images": images}
    choice |= source_of(paths)
    if choice["source"] != data.source:
        choice["split"] = data.split.model_copy(update={"last": 0})
    return data.model_copy(update=choice)


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
