"""Choice of the plane that the map shows: its axes, and the code that gives the other numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.features.map.view.projection import MapProjection


class AxesTool(QObject):
    """Changes the projection of a map, by its bar of axes and its sliders among others."""

    def __init__(self, canvas: LatentCanvas) -> None:
        super().__init__(canvas)
        self._map = canvas
        self._scene = canvas.scene
        self._projection = canvas.scene.projection
        self._bar, strip = canvas.overlays.axes, canvas.overlays.strip
        self._bar.axes_edited.connect(self.set_axes)
        self._bar.spanned.clicked.connect(self.set_spanned)
        self._bar.through_pins.clicked.connect(self._on_bar_through_pins_edited)
        self._bar.shuffle.clicked.connect(self.shuffle)
        strip.sliders.code_edited.connect(self.set_base)
        strip.mean.clicked.connect(self._on_strip_mean_requested)
        strip.zero.clicked.connect(self._on_strip_zero_requested)
        strip.random.clicked.connect(self._on_strip_random_requested)

    # Axes

    def set_axes(self, i: int, j: int) -> None:
        """Show code number ``i`` (from 0) across and ``j`` upwards.

        Raises:
            ValueError: The codes have no such two numbers.
        """
        self._projection.set_axes(i, j)
        self._turn()

    def set_spanned(self, spanned: bool) -> None:
        """Show the two principal directions of the codes, or else two of their dimensions."""
        self._projection.set_spanned(spanned)
        self._turn()

    def _on_bar_through_pins_edited(self, through: bool) -> None:
        self._projection.set_plane_through(self._bar.offered if through else None)
        self._turn()

    def shuffle(self) -> None:
        """Show the plane through three other random codes."""
        self._projection.shuffle()
        self._turn()

    def begin(self) -> None:
        """Show the initial plane of a map for codes of more than two numbers."""
        projection = self._projection
        if projection.size <= 2:
            return
        if self._scene.lacks_codes:
            self.shuffle()
        elif projection.pin_directions is not None or not projection.spanned:
            self.set_spanned(True)

    def take_from(self, other: MapProjection) -> None:
        """Show the plane of ``other``, which is for codes of the same size."""
        if self._projection.size > 2:
            self._projection.take_from(other)
            self._turn()

    def _turn(self) -> None:
        """Reset cursor, view and projection after a change of the axes."""
        canvas, scene = self._map, self._scene
        canvas.map_cursor.forget_place()
        canvas.planes.choose_tiles_anew()
        canvas.navigation.start_afresh()
        canvas.overlays.show_code()
        scene.project_codes()
        canvas.navigation.set_bounds(scene.framed, scene.first_framed)
        canvas.request_plane()
        canvas.frame_changed.emit()
        canvas.surface.redraw()

    # The numbers that the map does not show

    def set_base(self, base: ArrayLike) -> None:
        """Set the code ``[d]`` that supplies the components not shown on the map.

        It stays fixed even if the codes move, unless it is their mean. Emits ``cursor_moved`` for
        the cursor's place or the last one, else for the code itself.
        """
        canvas, projection, codes = self._map, self._projection, self._scene.codes
        base = projection.base = np.array(base, np.float32).reshape(projection.size)
        projection.follows_mean = codes is not None and np.array_equal(base, codes.mean)
        canvas.overlays.show_code()
        canvas.request_plane()
        last = None if projection.spanned else canvas.map_cursor.last_place
        place = canvas.cursor_overlay.position or last
        canvas.frame_changed.emit()
        canvas.map_cursor.tell(projection.full_code(*place) if place else base.copy())

    def reset_base(self) -> None:
        """Use the mean of the codes, kept up to date, for the components not shown on the map."""
        codes = self._scene.codes
        self._projection.follows_mean = True
        if codes is not None:
            self._projection.follow(codes)
            self._map.overlays.show_code()

    def _on_strip_mean_requested(self) -> None:
        if self._scene.codes is not None:
            self.set_base(self._scene.codes.mean)

    def _on_strip_zero_requested(self) -> None:
        self.set_base(np.zeros(self._projection.size, np.float32))

    def _on_strip_random_requested(self) -> None:
        codes = self._scene.codes
        drawn: NDArray[np.float64] = np.random.default_rng().normal(size=self._projection.size)
        if codes is not None and not self._scene.has_prior:
            drawn = codes.mean + codes.spread * drawn
        # The cursor's last place would override what was drawn for the two axes.
        self._map.map_cursor.last_place = None
        self.set_base(drawn)
