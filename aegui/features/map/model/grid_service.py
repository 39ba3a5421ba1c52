"""Previews of sheets of decoded images, drawn in a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.grids import draw_sheet
from aegui.core.latent.sheets import sheet_image
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.grids import GridSpec, TraversalSpec

    _Drawn = tuple[NDArray[np.float32], NDArray[np.uint8]]


class GridService(Service):
    """Draws one sheet at a time; a new request replaces the running one."""

    drawn = Signal(object)
    """The sheet, uint8 ``[H, W, 3]``, at one pixel per image pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Derived("aegui-grid", self, urgent=False)
        self.images: NDArray[np.float32] | None = None
        """The images of the requested sheet; None until it is drawn."""
        self.drawing.answered.connect(self._on_drawing_answered)

    def draw(
        self, codec: Codec, spec: GridSpec | TraversalSpec, base: ArrayLike, *, ink: bool
    ) -> None:
        """Draw the sheet ``spec`` through the code ``base`` ``[d]``; emits ``drawn`` when done."""
        self.images = None

        def work(_report: Report, cancelled: IsCancelled) -> _Drawn:
            images = draw_sheet(codec, spec, base, cancelled)
            return images, np.asarray(sheet_image(images, scale=1, ink=ink).convert("RGB"))

        self.drawing.compute(work, title=tr("Drawing the images"))

    @Slot(object)
    def _on_drawing_answered(self, drawn: _Drawn) -> None:
        self.images, pixels = drawn
        self.drawn.emit(pixels)
