"""Joins the grid of decoded images with the network that is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.grids import GridSpec
from aegui.core.latent.sheets import IMAGE_PX, fitting_scale
from aegui.session.notice import Notice
from aegui.widgets.map.grid_panel import GridWish
from aegui.window.dialogs import choose_save_file
from aegui.window.grid_dialog import GridDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from aegui.core.latent.codec import Codec
    from aegui.window.panels import Panels
    from aegui.window.services import Services

_FAR = 2.0
"""Standard deviations of the codes to either side, where they have no prior."""


class GridWiring(QObject):
    """Opens the dialog on the network of the moment, and saves what is chosen in it."""

    noticed = Signal(object)

    def __init__(self, services: Services, panels: Panels, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._canvas = panels.canvas
        self._wish: GridWish | None = None
        services.grids.written.connect(self._on_grids_written)

    @property
    def handlers(self) -> dict[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {"export_grid": self.open}

    @property
    def conditions(self) -> frozenset[str]:
        """What holds at present, of ``CONDITIONS``."""
        return frozenset({"can_decode"} if self._services.showing.codec is not None else ())

    def open(self) -> None:
        """Choose a grid and see it."""
        showing = self._services.showing
        codec = showing.codec
        if codec is None:
            return
        dialog = GridDialog(
            codec,
            self._bases(codec),
            self._first_wish(codec),
            self._services.grids,
            self._window,
            has_prior=showing.has_prior,
        )
        dialog.wish_changed.connect(self._on_dialog_wish_changed)
        dialog.save_requested.connect(lambda: self._save(dialog))
        dialog.open()

    def _bases(self, codec: Codec) -> dict[str, NDArray[np.float32]]:
        """Codes that the numbers beside the axes can be taken from, by the keys of the panel."""
        codes, cursor = self._services.showing.codes, self._canvas.cursor_code()
        zero = np.zeros(codec.latent_size, np.float32)
        bases = {"mean": zero if codes is None else codes.mean, "zero": zero}
        return bases if cursor is None else {**bases, "cursor": cursor}

    def _first_wish(self, codec: Codec) -> GridWish:
        """What was chosen last, where it fits; else what suits the network."""
        last, has_prior = self._wish, self._services.showing.has_prior
        if last is not None and max(last.spec.axes) < max(2, codec.latent_size):
            base = last.base if last.base in self._bases(codec) else "mean"
            spec = replace(last.spec, quantiles=last.spec.quantiles and has_prior)
            return replace(last, spec=spec, base=base)
        scale = fitting_scale(codec.image_shape[1:], IMAGE_PX)
        ink = self._services.showing.look.glyphs
        return GridWish(self._first_spec(codec, has_prior=has_prior), "mean", scale, ink)

    def _first_spec(self, codec: Codec, *, has_prior: bool) -> GridSpec:
        codes = self._services.showing.codes
        if codes is None or has_prior or not len(codes.values):
            return GridSpec(quantiles=has_prior)
        low, high = (codes.mean + side * _FAR * codes.spread for side in (-1.0, 1.0))
        ends = [
            (round(float(low[axis]), 2), round(float(high[axis]), 2))
            for axis in range(min(2, codec.latent_size))
        ]
        return GridSpec(quantiles=False, across=ends[0], up=ends[-1])

    def _save(self, dialog: GridDialog) -> None:
        name = tr("{name} grid.png", name=self._services.workspace.name)
        recent = self._services.workspace.recent_files
        folder = recent[0].parent if recent else Path.home()
        title = tr("Save the grid")
        path = choose_save_file(dialog, title, str(folder / name), "PNG (*.png)")
        if path:
            dialog.write(path if path.lower().endswith(".png") else f"{path}.png")

    @Slot(object)
    def _on_dialog_wish_changed(self, wish: GridWish) -> None:
        self._wish = wish

    @Slot(str)
    def _on_grids_written(self, path: str) -> None:
        self.noticed.emit(Notice("info", tr("The grid is saved: {path}", path=path)))
