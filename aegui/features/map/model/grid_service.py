"""Sheets of decoded images: drawn to be looked at, and written to a file, both in a thread."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from aegui.core.atomic import write_atomically
from aegui.core.i18n import tr
from aegui.core.latent.grids import draw_sheet
from aegui.core.latent.sheets import sheet_image
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from PIL.Image import Image

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.grids import GridSpec, TraversalSpec


class GridService(Service):
    """One preview and one file at a time; what is asked for later replaces what is under way."""

    drawn = Signal(object)
    """uint8 ``[H, W, 3]``: the sheet, a pixel for each of its images' pixels."""
    written = Signal(str)
    """The file is there."""
    failed = Signal(str)
    """Why there is none, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drawing = Derived("aegui-grid", self, urgent=False)
        self.drawing.answered.connect(self.drawn)
        self.drawing.failed.connect(self.failed)
        self.writing = ProgressJob("aegui-grid-file", self)

    def draw(
        self, codec: Codec, spec: GridSpec | TraversalSpec, base: ArrayLike, *, ink: bool
    ) -> None:
        """Draw the sheet ``spec`` through the code ``base`` ``[d]``; ``drawn`` follows."""
        self.drawing.compute(
            lambda _report, cancelled: _pixels(_picture(codec, spec, base, 1, ink, cancelled)),
            title=tr("Drawing the images"),
        )

    def write(
        self,
        path: str,
        codec: Codec,
        spec: GridSpec | TraversalSpec,
        base: ArrayLike,
        *,
        scale: int,
        ink: bool,
    ) -> None:
        """Write the sheet as PNG to ``path``; ``written`` or ``failed`` follows."""

        def work(_report: object, cancelled: Callable[[], bool]) -> None:
            content = io.BytesIO()
            _picture(codec, spec, base, scale, ink, cancelled).save(content, format="PNG")
            write_atomically(path, content.getvalue())

        self.writing.start(
            tr("Writing {name}", name=Path(path).name),
            work,
            lambda _result: self.written.emit(path),
            lambda error: self.failed.emit(str(error)),
        )


def _picture(
    codec: Codec,
    spec: GridSpec | TraversalSpec,
    base: ArrayLike,
    scale: int,
    ink: bool,
    cancelled: Callable[[], bool],
) -> Image:
    images = draw_sheet(codec, spec, base, cancelled)
    return sheet_image(images, scale=scale, ink=ink)


def _pixels(picture: Image) -> NDArray[np.uint8]:
    return np.asarray(picture.convert("RGB"))
