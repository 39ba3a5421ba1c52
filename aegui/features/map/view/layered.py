"""The map with what others lay on it: fields, fans, paths, ghosts, marks, values, a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal

from aegui.features.map.view.surface import MapSurface

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.types import FieldPicture


class LayeredMap(MapSurface):
    """Takes and shows the layers; what is computed for them is others' work.

    Signals:
        hovered(int): That sample of the set is under the cursor now; -1: none is.
        selection_changed(object): A person selected these samples, int64 ``[k]`` ascending.
    """

    hovered = Signal(int)
    selection_changed = Signal(object)

    def set_field(self, field: FieldPicture | None) -> None:
        """A layer between the decoded plane and the samples; None: there is none.

        It moves with the view, and is not drawn while the map shows other axes.
        """
        self._scene.layers.set_field(field)
        self._redraw()

    def set_fan(self, images: ArrayLike | None, spacing: float = 0.0) -> None:
        """Images ``[k, m, H, W]`` or ``[k, m, C, H, W]`` decoded around the cursor, k and m odd.

        They are shown as one plate at the cursor, row 0 below, and little crosses show where they
        were decoded.

        Args:
            images: What is decoded around the cursor; None: there is no fan.
            spacing: Distance of neighbours in latent units, along x and y of the map.
        """
        before = self._overlay_region()
        self._overlay.fan.set_images(images, spacing)
        self.update(before + self._overlay_region())

    def set_drift(self, code: ArrayLike | None) -> None:
        """An arrow from the cursor to the code ``[d]`` of the image there; None: no arrow."""
        before = self._overlay.drift_region(self._view)
        self._overlay.drift = None
        if code is not None and np.isfinite(code).all():
            x, y = self._scene.project(code)[0].tolist()
            self._overlay.drift = (x, y)
        self.update(before + self._overlay.drift_region(self._view))

    def set_path(self, codes: ArrayLike | None) -> None:
        """A way through the codes ``[n, d]``, drawn as a line with a dot at each; None: none."""
        self._scene.layers.set_path(codes)
        self._redraw()

    def set_ghost(self, codes: ArrayLike | None) -> None:
        """The codes ``[n, d]`` of another run, pale under the samples; None: there are none."""
        self._scene.layers.set_ghost(codes)
        self._redraw()

    def set_marked(self, samples: ArrayLike | int | None) -> None:
        """Draw a ring around samples of the set: one, as it is meant elsewhere, or many; None."""
        indices = np.zeros(0, np.int64) if samples is None else np.asarray(samples, np.int64)
        before = self._overlay_region()
        self._overlay.marked = indices.reshape(-1)
        self.update(before + self._overlay_region())

    def set_selection(self, indices: ArrayLike | None) -> None:
        """Let these samples ``[k]`` of the set stand out, without telling; None: all are alike."""
        chosen = None if indices is None else np.unique(np.asarray(indices, np.int64))
        points = self._scene.points
        points.colours.set_selection(chosen, points.stamps.count)
        self._redraw()

    @property
    def selection(self) -> NDArray[np.int64]:
        """The samples of the set that are selected, ascending."""
        return self._scene.points.colours.selection

    def set_values(self, name: str, values: ArrayLike | None) -> None:
        """A number ``[N]`` for each sample of the set, to colour it by; None: it is not known.

        Args:
            name: A key of ``COLOURS``: "error" or "novelty".
            values: The numbers; those that are not finite get a pale colour.

        Raises:
            ValueError: There is not one number for each sample.
        """
        count = self._scene.points.stamps.count
        if values is not None and np.shape(values) != (count,):
            raise ValueError(f"{np.shape(values)} values do not fit {count} samples")
        self._scene.set_values(name, None if values is None else np.array(values, np.float64))
        self._redraw()

    def set_variances(self, variances: ArrayLike | None) -> None:
        """The variances ``[N, d]`` of each sample's posterior, drawn as ellipses; None: none."""
        self._scene.layers.set_variances(variances)
        self._redraw()

    def _set_hovered(self, index: int | None) -> None:
        """The sample under the cursor is ``index`` of the set now."""
        if index != self._overlay.hovered:
            self._overlay.hovered = index
            self.hovered.emit(-1 if index is None else index)
