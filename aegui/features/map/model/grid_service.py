"""Previews of sheets of decoded images, drawn in a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from aegui.core.i18n import tr
from aegui.core.latent.grids import draw_sheet
from aegui.core.latent.sheets import sheet_image
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.grids import GridSpec, TraversalSpec


class GridService(Service):
    """Draws one sheet at a time; a new request replaces the running one."""

    drawn = Signal(object)
    """The sheet, uint8 ``[H, W, 3]``, at one pixel per image pixel."""
    failed = Signal(str)
    """Why the sheet could not be drawn."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drawing = Derived("aegui-grid", self, urgent=False)
        self.drawing.answered.connect(self.drawn)
        self.drawing.failed.connect(self.failed)

    def draw(
        self, codec: Codec, spec: GridSpec | TraversalSpec, base: ArrayLike, *, ink: bool
    ) -> None:
        """Draw the sheet ``spec`` through the code ``base`` ``[d]``; emits ``drawn`` when done."""
        self.drawing.compute(
            lambda _report, cancelled: _pixels(draw_sheet(codec, spec, base, cancelled), ink),
            title=tr("Drawing the images"),
        )


def _pixels(images: NDArray[np.float32], ink: bool) -> NDArray[np.uint8]:
    return np.asarray(sheet_image(images, scale=1, ink=ink).convert("RGB"))
