"""Context menu and tooltip of a place on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu

from aegui.core.i18n import tr
from aegui.features.map.view.controls import add_item
from aegui.widgets.dragged_samples import copy_sample
from aegui.widgets.glyphs import label_name
from aegui.widgets.rulers import axis_name
from aegui.widgets.ticks import number_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.features.map.view.scene import Scene


class MapMenu:
    """Describes what is at a pixel of the map and builds its context menu."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas

    def tip_at(self, at: QPointF) -> str:
        """Return the tooltip of a pin; a hovered sample already has a label beside it."""
        scene, view = self._map.scene, self._map.navigation.view
        scene.lay_out(view)
        pin = scene.pin_at(view, at)
        if pin is None:
            return ""
        return tr(
            "{label}: {code}\nDrag to move it (or Alt and arrows); Delete removes it.",
            label=scene.pins[pin].name or tr("Pin"),
            code=_numbers(scene, scene.pins[pin].z),
        )

    def at(self, position: QPoint) -> QMenu:
        """Return a menu for ``position``, owned by the caller."""
        canvas = self._map
        if canvas.rect().contains(position) and canvas.mouse.at is not None:
            canvas.mouse.point_at(QPointF(position))
        menu = QMenu(canvas)
        self._add_sample(menu)
        self._add_place(menu)
        menu.addSeparator()
        if len(canvas.selection):
            add_item(menu, tr("Zoom to the selection"), canvas.selecting.zoom, "Z")
            add_item(menu, tr("Clear the selection"), canvas.selecting.clear, "Esc")
        if canvas.scene.codes is not None and canvas.scene.projection.size > 1:
            add_item(menu, tr("Every number of the code…"), canvas.sheet_requested.emit)
        add_item(menu, tr("Show all codes"), canvas.fit, "0")
        # Not ``addMenu``: PySide would destroy the submenu together with this menu.
        menu.addAction(canvas.overlays.bar.show_menu.menu().menuAction())
        menu.addSeparator()
        canvas.figures.add_to(menu)
        return menu

    def _add_sample(self, menu: QMenu) -> None:
        """Add the entries for the sample under the cursor."""
        canvas, hovered = self._map, self._map.cursor_overlay.hovered
        if hovered is None:
            return
        label = label_name(canvas.scene.points.sprites.names[hovered])
        load = tr("Load {label} into the editor", label=label)
        add_item(menu, load, lambda: canvas.selecting.open(hovered))
        copy = tr("Copy the image of {label}", label=label)
        add_item(menu, copy, lambda: copy_sample(canvas, hovered))
        if canvas.scene.projection.size > 2:
            begin = tr("Set the sliders to the code of {label}", label=label)
            add_item(menu, begin, lambda: self._begin_at(hovered))

    def _add_place(self, menu: QMenu) -> None:
        """Add the entries for the place under the cursor, the pin near it, and the trail."""
        canvas, code, pin = self._map, self._map.map_cursor.code(), self._map.pinning.near_cursor()
        if code is not None:
            draw = tr("Open the decoded image in the editor")
            add_item(menu, draw, lambda: canvas.draw_requested.emit(code), "E")
            add_item(menu, tr("Pin this place"), lambda: canvas.pin_requested.emit(code), "P")
        if pin is not None:
            name = canvas.scene.pins[pin].name
            text = tr("Remove {name}", name=name) if name else tr("Remove this pin")
            add_item(menu, text, lambda: canvas.pin_removed.emit(pin), "Del")
        if len(canvas.scene.trail) > 1:
            add_item(menu, tr("Clear the trail of the drawing"), canvas.trail_cleared.emit)

    def _begin_at(self, index: int) -> None:
        """Set the base of the displayed plane to the code of a sample and show the sliders."""
        scene = self._map.scene
        codes, row = scene.codes, scene.points.row_of(index)
        if codes is not None and row is not None:
            self._map.overlays.set_strip(True)
            self._map.axes.set_base(codes.values[row])


def _numbers(scene: Scene, code: NDArray[np.float32]) -> str:
    """Format the numbers of ``code`` ``[d]`` that are shown on the map axes."""
    return ", ".join(
        f"{axis_name(i)} {number_text(code[i])}" for i in sorted({*scene.projection.axes})
    )
