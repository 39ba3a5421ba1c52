"""Connects the sheets of decoded images to the displayed network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.session.file_writer import FileWriter
from aegui.shell import dialogs
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.grids import GridSpec
    from aegui.features.map.grid_dialog import GridDialog
    from aegui.features.map.view.grid_panel import GridRequest, TraversalRequest
    from aegui.features.map.view.sheet_panel import SheetPanel
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FAR = 2.0
"""Default range of the grid in standard deviations of the codes, without a prior."""


class GridFeature(Feature):
    """Opens the sheet dialog for the current network and saves the sheet chosen in it."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._canvas = self._window.canvas
        self._request: GridRequest | None = None
        self._traversed: TraversalRequest | None = None
        self._window.canvas.sheet_requested.connect(self.open_traversal)
        self._window.canvas.overlays.strip.sheet.clicked.connect(self.open_traversal)
        self.set_conditions(can_decode=services.shown.codec is not None)

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the ``can_decode`` condition when the codec changes."""
        if "codec" in changed:
            self.set_conditions(can_decode=shown.codec is not None)

    def open(self) -> None:
        """Open the dialog for a grid of decoded images."""
        shown = self._services.shown
        codec = shown.codec
        if codec is None:
            return
        from aegui.features.map.view.grid_panel import GridPanel

        bases = self._bases(codec)
        panel = GridPanel(
            self._first_request(codec),
            codec.latent_size,
            codec.image_shape,
            has_prior=shown.has_prior,
            has_cursor="cursor" in bases,
        )
        self._open(codec, bases, panel).request_changed.connect(self._on_grid_changed)

    @Slot()
    def open_traversal(self) -> None:
        """Open the dialog for latent traversals, one row per latent dimension."""
        codec = self._services.shown.codec
        if codec is None:
            return
        from aegui.features.map.view.grid_panel import TraversalPanel

        bases = self._bases(codec)
        request = self._first_traversal(codec, bases)
        panel = TraversalPanel(request, codec.image_shape, has_cursor="cursor" in bases)
        self._open(codec, bases, panel).request_changed.connect(self._on_traversal_changed)

    def _open(
        self,
        codec: Codec,
        bases: dict[str, NDArray[np.float32]],
        panel: SheetPanel,
    ) -> GridDialog:
        glyphs = self._services.shown.image_style.glyphs
        from aegui.features.map.grid_dialog import GridDialog

        drawing = self._services.latest("aegui-grid", urgent=False)
        dialog = GridDialog(codec, bases, panel, drawing, self._window, glyphs=glyphs)
        dialog.save.clicked.connect(lambda: self._save(dialog))
        dialog.open()
        return dialog

    def _first_traversal(
        self, codec: Codec, bases: dict[str, NDArray[np.float32]]
    ) -> TraversalRequest:
        """Return the last traversal settings, adapted to the current codes; defaults at first."""
        from aegui.core.latent.grids import TraversalSpec
        from aegui.core.latent.sheets import IMAGE_PX, fitting_scale
        from aegui.features.map.view.grid_panel import TraversalRequest

        codes, last = self._services.shown.codes, self._traversed
        middle, spread = np.zeros(codec.latent_size), np.ones(codec.latent_size)
        if codes is not None and not self._services.shown.has_prior:
            middle, spread = codes.mean.astype(float), codes.spread.astype(float)
        spec = TraversalSpec(tuple(middle.tolist()), tuple(spread.tolist()))
        scale = fitting_scale(codec.image_shape[1:], IMAGE_PX)
        if last is None:
            return TraversalRequest("mean", scale, self._services.shown.image_style.glyphs, spec)
        spec = replace(spec, steps=last.spec.steps, reach=last.spec.reach)
        base = last.base if last.base in bases else "mean"
        return TraversalRequest(base, scale, last.ink, spec)

    def _bases(self, codec: Codec) -> dict[str, NDArray[np.float32]]:
        """Return the base codes for the fixed dimensions, by their keys in the panel."""
        codes, cursor = self._services.shown.codes, self._canvas.map_cursor.code()
        zero = np.zeros(codec.latent_size, np.float32)
        bases = {"mean": zero if codes is None else codes.mean, "zero": zero}
        return bases if cursor is None else {**bases, "cursor": cursor}

    def _first_request(self, codec: Codec) -> GridRequest:
        """Return the last grid settings if they fit the network, else defaults for it."""
        from aegui.core.latent.sheets import IMAGE_PX, fitting_scale
        from aegui.features.map.view.grid_panel import GridRequest

        last, has_prior = self._request, self._services.shown.has_prior
        if last is not None and max(last.spec.axes) < max(2, codec.latent_size):
            base = last.base if last.base in self._bases(codec) else "mean"
            spec = replace(last.spec, quantiles=last.spec.quantiles and has_prior)
            return replace(last, spec=spec, base=base)
        scale = fitting_scale(codec.image_shape[1:], IMAGE_PX)
        ink = self._services.shown.image_style.glyphs
        return GridRequest("mean", scale, ink, self._first_spec(codec, has_prior=has_prior))

    def _first_spec(self, codec: Codec, *, has_prior: bool) -> GridSpec:
        from aegui.core.latent.grids import GridSpec

        codes = self._services.shown.codes
        if codes is None or has_prior or not len(codes.values):
            return GridSpec(quantiles=has_prior)
        low, high = (codes.mean + side * _FAR * codes.spread for side in (-1.0, 1.0))
        ends = [
            (round(float(low[axis]), 2), round(float(high[axis]), 2))
            for axis in range(min(2, codec.latent_size))
        ]
        return GridSpec(quantiles=False, across=ends[0], up=ends[-1])

    def _save(self, dialog: GridDialog) -> None:
        name = f"{self._services.workspace.name} - {dialog.panel.title.lower()}.png"
        title = tr("Save the picture")
        path = dialogs.files.choose_save_file(dialog, title, name, "PNG (*.png)", "figures")
        if path:
            dialog.write(path, self._services.of(FileWriter))

    @Slot(object)
    def _on_grid_changed(self, request: GridRequest) -> None:
        self._request = request

    @Slot(object)
    def _on_traversal_changed(self, request: TraversalRequest) -> None:
        self._traversed = request
