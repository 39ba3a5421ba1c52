"""Showing a code or an image: moving the map's cursor to it, or opening it in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.session.map.decode_service import DecodeService
from aegui.session.pixels.answers import one_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class Reach(QObject):
    """Moves the map's cursor to codes, and opens images in the editor."""

    def __init__(
        self,
        services: Services,
        window: FeatureWindow,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._canvas = window.canvas
        self._draw_dock = window.docks["draw"]

    @property
    def cursor(self) -> NDArray[np.float32] | None:
        """Last code ``[d]`` under the cursor, else the mean of the codes.

        It is kept when the mouse leaves the map for a panel.
        """
        codec, codes = self._services.shown.codec, self._services.shown.codes
        last, size = self._canvas.map_cursor.last_code, None if codec is None else codec.latent_size
        if last is not None and len(last) == size:
            return last
        return None if codes is None else codes.mean

    def go_to(self, code: NDArray[np.float32]) -> None:
        """Move the map's cursor to a code ``[d]``, and decode it."""
        codec = self._services.shown.codec
        if codec is None or codec.latent_size != len(code):
            return
        if codec.latent_size > 2:
            # From now on the map shows the plane through this code.
            self._canvas.axes.set_base(code)
        self.point_at(code)

    def point_at(self, code: NDArray[np.float32]) -> None:
        """Like ``go_to``, but without moving the plane of the map: for animations."""
        self._canvas.map_cursor.set_code(code)
        self._services.of(DecodeService).request(code, "mouse")

    def draw(self, image: NDArray[np.float32]) -> None:
        """Open an image ``[C, H, W]`` in the editor; glyphs are thresholded."""
        shown = self._services.shown
        if shown.image_style.glyphs:
            image = (image > THRESHOLD).astype(np.float32)
        dataset = shown.dataset
        paper = shown.image_style.paper(dataset.image_shape[0])
        self._services.drawing.paste(one_image(image, dataset), paper)
        self._draw_dock.show()
        self._draw_dock.raise_()
