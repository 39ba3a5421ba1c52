"""Joins the drawing with its editor, the network's answer to it, and its place on the map."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from aegui.core.i18n import tr
from aegui.session.answers import answer, sample_images
from aegui.session.notice import Notice
from aegui.window.clipboard import from_clipboard, to_clipboard
from aegui.window.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDockWidget

    from aegui.core.recipe import CorruptionSpec
    from aegui.session.drawing import DrawingState
    from aegui.window.panels import Panels
    from aegui.window.services import Services

_ANSWER_MS = 200
"""While a network learns; an edit of the drawing is answered at once."""
_TRAIL = 24
_LEAST_STEP = 1e-4
_FIRST_LABELS = ("a", "A")


class DrawingWiring(QObject):
    """Strokes go to the drawing, and the drawing to all that show it."""

    def __init__(
        self,
        services: Services,
        panels: Panels,
        docks: Mapping[str, QDockWidget],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._panels = panels
        self._trail: deque[NDArray[np.float32]] = deque(maxlen=_TRAIL)
        self._answer = Refresher(self._show_answer, _ANSWER_MS, docks["answer"], self)
        self._connect()
        settings = services.settings
        panels.draw.set_noise(settings.noise, settings.noise_seed)
        self._show_samples()

    def _connect(self) -> None:
        services, draw = self._services, self._panels.draw
        drawing = services.drawing
        draw.stroke_started.connect(drawing.begin_stroke)
        draw.pixel_painted.connect(drawing.paint)
        draw.stroke_finished.connect(drawing.end_stroke)
        draw.undo_requested.connect(drawing.undo)
        draw.redo_requested.connect(drawing.redo)
        draw.clear_requested.connect(drawing.clear)
        draw.invert_requested.connect(drawing.invert)
        draw.shift_requested.connect(drawing.shift)
        draw.flip_requested.connect(drawing.flip)
        draw.copy_requested.connect(self._on_draw_copy_requested)
        draw.paste_requested.connect(self._on_draw_paste_requested)
        draw.load_requested.connect(self.load_sample)
        draw.noise_requested.connect(self._on_draw_noise_requested)
        draw.add_requested.connect(self._on_draw_add_requested)
        drawing.changed.connect(self._show_drawing)
        drawing.undo_stack.canUndoChanged.connect(self._show_undo)
        drawing.undo_stack.canRedoChanged.connect(self._show_undo)
        self._panels.answer.sample_activated.connect(self.load_sample)
        self._panels.cursor.sample_activated.connect(self.load_sample)
        self._panels.canvas.sample_activated.connect(self.load_sample)
        self._panels.reconstructions.sample_activated.connect(self.load_sample)
        services.showing.dataset_changed.connect(self._show_samples)
        services.showing.network_changed.connect(self._on_showing_network_changed)

    # The set

    @Slot()
    def _show_samples(self) -> None:
        dataset = self._services.showing.dataset
        images = sample_images(dataset)
        self._panels.draw.set_samples(dataset.labels, images)
        self._panels.answer.set_samples(dataset.labels, images)
        drawing = self._services.drawing
        drawing.reset(*images.shape[1:])
        if drawing.undo_stack.count() == 0 and not drawing.pixels.any():
            self._begin(dataset.labels, images)
        self._show_drawing(drawing.state)

    def _begin(self, labels: tuple[str, ...], images: NDArray[np.float32]) -> None:
        """Begin on a character: an empty drawing says nothing about the network."""
        index = next((labels.index(label) for label in _FIRST_LABELS if label in labels), 0)
        self._services.drawing.load(images[index], labels[index])
        self._services.drawing.undo_stack.clear()

    @Slot(int)
    def load_sample(self, index: int) -> None:
        """Draw the sample at place ``index`` of the set."""
        dataset = self._services.showing.dataset
        if 0 <= index < len(dataset):
            self._services.drawing.load(sample_images(dataset)[index], dataset.labels[index])

    @Slot(str)
    def _on_draw_add_requested(self, label: str) -> None:
        channels = self._services.workspace.dataset.image_shape[0]
        image = np.repeat(self._services.drawing.pixels[np.newaxis], channels, axis=0)
        self._services.workspace.add_sample(image, label)

    # The drawing

    @Slot(object)
    def _show_drawing(self, state: DrawingState) -> None:
        draw, dataset = self._panels.draw, self._services.showing.dataset
        draw.set_drawing(state.pixels, state.target)
        known = state.target is not None and state.label in dataset.labels
        draw.set_loaded(dataset.labels.index(state.label) if known else None)
        draw.set_noised(state.before_noise is not None)
        self._show_undo()
        self._answer.mark()
        self._answer.flush()
        self._mark_code()

    @Slot()
    def _show_undo(self) -> None:
        stack = self._services.drawing.undo_stack
        self._panels.draw.set_undo_enabled(stack.canUndo(), stack.canRedo())

    @Slot(object, int)
    def _on_draw_noise_requested(self, spec: CorruptionSpec, seed: int) -> None:
        self._services.drawing.apply_noise(spec, seed)
        settings = self._services.settings
        settings.noise_seed = seed
        if spec.kind != "none":
            settings.noise = spec

    @Slot()
    def _on_draw_copy_requested(self) -> None:
        QGuiApplication.clipboard().setMimeData(to_clipboard(self._services.drawing.pixels))

    @Slot()
    def _on_draw_paste_requested(self) -> None:
        height, width = self._services.drawing.shape
        image = from_clipboard(QGuiApplication.clipboard().mimeData(), height, width)
        if image is None:
            text = tr(
                "There is nothing to paste: neither a picture nor text art of {width}x{height}.",
                width=width,
                height=height,
            )
            self._services.workspace.noticed.emit(Notice("warning", text))
            return
        self._services.drawing.paste(image)

    # What the network makes of it

    @Slot()
    def _on_showing_network_changed(self) -> None:
        self._answer.mark()
        # Codes of other weights are no way that the drawing has come.
        self._trail.clear()
        self._mark_code()

    def _show_answer(self) -> None:
        showing, drawing = self._services.showing, self._services.drawing
        if showing.codec is None:
            self._panels.answer.set_answer(None, tr("Press Train to get an answer to the drawing."))
            return
        found = answer(showing.codec, showing.dataset, drawing.pixels, drawing.target)
        reason = "" if found else tr("A drawing of this size does not fit the network.")
        self._panels.answer.set_answer(found, reason)

    def _mark_code(self) -> None:
        """Show where the drawing lies on the map, and the way that it has come."""
        codec, drawing = self._services.showing.codec, self._services.drawing
        if codec is None or codec.pixels != drawing.pixels.size:
            self._trail.clear()
            self._panels.canvas.set_drawing_code(None)
            return
        code = codec.encode(drawing.pixels)[0]
        if self._trail and self._trail[-1].shape != code.shape:
            self._trail.clear()
        if not self._trail or np.abs(self._trail[-1] - code).max() > _LEAST_STEP:
            self._trail.append(code)
        self._panels.canvas.set_drawing_code(code, np.array(self._trail))
