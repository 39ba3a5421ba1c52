"""Guides through the program in its window, advancing when a step has been tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtWidgets import QWidget

from aegui.core.i18n import tr
from aegui.features.tour.steps import STEPS
from aegui.features.tour.view.card import TourCard
from aegui.kit.overlay_area import overlay_area_of
from aegui.session.data.selection import Selection
from aegui.session.jobs.clock import one_shot
from aegui.shell.feature import Feature
from aegui.shell.panel_area import is_in_sight
from aegui.shell.pointing import Pointer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.features.tour.steps import TourStep
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

STEP = "tour.step"
"""Settings key of the current step, from 0."""
_MOVES = 30
"""Number of cursor moves over the map that complete the first step."""
_REST_MS = 1600
"""Delay in milliseconds after which a completed step advances."""


class TourFeature(Feature):
    """Card, outline and current step of the tour; the window stays usable."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._at: int | None = None
        self._moves = 0
        self._pixels: NDArray[np.float32] = services.drawing.pixels
        self._pins = 0
        self._network = services.workspace.recipe.network
        self.pointer = Pointer(window, self)
        self.card = TourCard(window)
        self.card.next.clicked.connect(self.next_step)
        self.card.back.clicked.connect(self.go_back)
        self.card.left.connect(self.leave)
        self._rest = one_shot(self, self.next_step, _REST_MS)
        self.pointer.placed.connect(self._on_pointer_placed)
        self._connect()

    def _connect(self) -> None:
        services = self._services
        self._window.canvas.cursor_moved.connect(self._on_canvas_cursor_moved)
        services.drawing.changed.connect(self._on_drawing_changed)
        services.workspace.undo_stack.indexChanged.connect(self._on_undo_stack_index_changed)
        services.workspace.document_changed.connect(self._on_workspace_document_changed)
        services.runner.finished.connect(self._on_runner_finished)
        services.of(Selection).changed.connect(self._on_selection_changed)
        services.workspace.annotations.pins_changed.connect(self._on_pins_changed)

    @property
    def step(self) -> TourStep | None:
        """Return the current step; None if the tour is not running."""
        return None if self._at is None else STEPS[self._at]

    @Slot(object)
    def _on_pointer_placed(self, target: QRect | None) -> None:
        # The card may cover a corner of the map, but a panel only if there is no other room.
        is_map = self.step is not None and self.step.place == "map"
        self.card.put_beside(target, self._figures(), within=is_map)

    def _figures(self) -> list[QRect]:
        """Return the visible rectangles of leaf widgets in the panels, in window coordinates."""
        parts = (
            part
            for dock in self._window.docks.values()
            if is_in_sight(dock) and not dock.isFloating()
            for part in dock.findChildren(QWidget)
            if part.isVisible() and not _has_parts(part)
        )
        seen = ((part, part.visibleRegion().boundingRect()) for part in parts)
        return [
            QRect(part.mapTo(self._window, rect.topLeft()), rect.size())
            for part, rect in seen
            if not rect.isEmpty()
        ]

    # User actions

    def begin(self) -> None:
        """Show the step where the tour was left, or the first one."""
        # The hints on the map say the same, so they are hidden meanwhile.
        overlay_area_of(self._window.canvas).set_occupied(self.card, True)
        stored = self._services.settings.values.get(STEP, 0)
        at = int(stored) if isinstance(stored, int) and 0 <= stored < len(STEPS) else 0
        self._show(at)
        self.card.next.setFocus()

    @Slot()
    def next_step(self) -> None:
        """Show the next step; after the last one, end the tour."""
        if self._at is None:
            return
        if self._at + 1 < len(STEPS):
            self._show(self._at + 1)
        else:
            self._services.settings.keep({STEP: 0})
            self._close()

    @Slot()
    def go_back(self) -> None:
        """Show the previous step."""
        if self._at:
            self._show(self._at - 1)

    @Slot()
    def leave(self) -> None:
        """Close the tour; it resumes at this step."""
        self._close()

    def _close(self) -> None:
        self._at = None
        self._rest.stop()
        self.pointer.leave()
        overlay_area_of(self._window.canvas).set_occupied(self.card, False)
        had_keys = self.card.isAncestorOf(self._window.focusWidget() or self.card)
        self.card.hide()
        if had_keys:
            self._window.canvas.setFocus()

    # Steps

    def _show(self, at: int) -> None:
        step = STEPS[at]
        self._rest.stop()
        # Ignore changes that the new arrangement causes.
        self._at = None
        self._services.settings.keep({STEP: at})
        self._services.requests.arrangement.emit(step.arrangement)
        self.pointer.point_at(step.place)
        self._at = at
        self._moves = 0
        self._pixels = self._services.drawing.pixels
        self._network = self._services.workspace.recipe.network
        self._pins = len(self._services.workspace.annotations.pins)
        self.card.set_step(at, len(STEPS), tr(step.title), tr(step.text))
        self.pointer.place()

    def _did(self, key: str) -> None:
        """Mark the step ``key`` as completed if it is current, and advance after a delay."""
        if self.step is not None and self.step.key == key and not self._rest.isActive():
            self.card.done.show()
            if self._at is not None and self._at + 1 < len(STEPS):
                self._rest.start()

    @Slot(object)
    def _on_canvas_cursor_moved(self, _code: object) -> None:
        self._moves += 1
        if self._moves >= _MOVES:
            self._did("wander")

    @Slot(object)
    def _on_drawing_changed(self, _state: object) -> None:
        state = self._services.drawing.state
        if np.array_equal(state.pixels, self._pixels):
            return
        self._did("draw" if state.noise is None else "noise")

    @Slot()
    def _on_undo_stack_index_changed(self) -> None:
        workspace = self._services.workspace
        # The stack of a document that is being opened is empty.
        if workspace.undo_stack.count() and workspace.recipe.network != self._network:
            self._did("build")

    @Slot()
    def _on_workspace_document_changed(self) -> None:
        self._network = self._services.workspace.recipe.network

    @Slot(int, object)
    def _on_runner_finished(self, _run: int, _result: object) -> None:
        self._did("train")

    def show(self, shown: Shown, _changed: Changes) -> None:
        """Complete the step ``time`` when a past epoch is displayed."""
        if shown.past_epoch is not None:
            self._did("time")

    @Slot(object)
    def _on_selection_changed(self, indices: NDArray[np.int64]) -> None:
        if len(indices):
            self._did("compare")

    @Slot(object)
    def _on_pins_changed(self, pins: tuple[object, ...]) -> None:
        if len(pins) >= self._pins + 2:
            self._did("make")


def _has_parts(widget: QWidget) -> bool:
    """Return whether the widget has visible children."""
    children = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return any(child.isVisible() for child in children)
