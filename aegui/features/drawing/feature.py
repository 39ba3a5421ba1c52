"""Connects the drawing to its editor, and to its code on the map."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.features.drawing.model.set_edits import in_channels_of
from aegui.features.drawing.pixel_edits import PixelEdits
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.session.data.looks import look_of
from aegui.session.jobs.costs import is_quick
from aegui.session.notice import Notice
from aegui.session.pixels.answers import one_image, title
from aegui.session.pixels.drawing_state import from_kept, paper_of, to_keep
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.recipe import CorruptionSpec
    from aegui.core.run_file.drawing import KeptDrawing
    from aegui.session.pixels.drawing_state import DrawingState
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_TRAIL = 24
_MIN_STEP = 1e-4
_FIRST_LABELS = ("a", "A")


class DrawingFeature(Feature):
    """Passes strokes to the drawing, and the drawing to the views that show it."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._showing = services.showing
        self._marking = services.latest("aegui-mark")
        self._undo_enabled = (False, False)
        self._is_quick = False
        """Whether the drawing is encoded at once."""
        self._drawn: DrawingState | None = None
        """The state that the panel shows."""
        self._loaded_of: tuple[object, ...] = (None,) * 4
        """Data set, target, index and label that the shown loaded sample was found by."""
        self._source = services.workspace.recipe.data.source
        self._trail: deque[NDArray[np.float32]] = deque(maxlen=_TRAIL)
        self._panel = window.panel(DrawPanel)
        brought = services.workspace.annotations.drawing
        self.edits = PixelEdits(services, self._panel, window.docks["draw"], self)
        self._connect()
        settings = services.settings
        self._panel.noise.set_noise(settings.noise, settings.noise_seed)
        services.drawing.choose_noise(settings.noise, settings.noise_seed)
        self._show_samples()
        self._on_annotations_drawing_read(brought)
        services.workspace.annotations.follow_drawing(lambda: to_keep(services.drawing.state))

    def _connect(self) -> None:
        services, draw = self._services, self._panel
        drawing = services.drawing
        draw.load_requested.connect(self.load_sample)
        draw.noise.noise_requested.connect(self._on_noise_requested)
        draw.page.add_requested.connect(self._on_page_add_requested)
        self._marking.answered.connect(self._on_marks_answered)
        self._window.canvas.trail_cleared.connect(self._on_canvas_trail_cleared)
        drawing.changed.connect(self._show_drawing)
        services.workspace.annotations.drawing_read.connect(self._on_annotations_drawing_read)
        drawing.undo_stack.indexChanged.connect(self._show_undo)
        self._show_undo()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Adopt a changed set or network."""
        if "dataset" in changed:
            self._show_samples()
        if changed & SUBJECT:
            self._show_network()

    # The set

    def _show_samples(self) -> None:
        shown, drawing = self._showing.shown, self._services.drawing
        dataset, look = shown.dataset, shown.look
        names = dataset.labels if look.glyphs else dataset.names
        self._panel.set_samples(names, dataset.images, look)
        channels, height, width = dataset.image_shape
        drawing.reset(height, width, paper_of(look, channels))
        if drawing.undo_stack.count() == 0 and not (drawing.pixels != look.ground).any():
            self._begin(dataset.labels)
        elif self._is_of_another_set():
            self.load_sample(0)
        self._source = self._services.workspace.recipe.data.source
        # The panel has forgotten which sample was loaded.
        self._loaded_of = (None,) * 4
        self._show_drawing(drawing.state)

    def _is_of_another_set(self) -> bool:
        """Return whether the drawing is an unedited sample of the previous set."""
        state, source = self._services.drawing.state, self._services.workspace.recipe.data.source
        untouched = state.target is not None and np.array_equal(state.pixels, state.target)
        return untouched and source != self._source and self._loaded(state) is None

    def _begin(self, labels: Sequence[str]) -> None:
        """Load a first sample: an empty drawing says nothing about the network."""
        first = (labels.index(label) for label in _FIRST_LABELS if label in labels)
        self.load_sample(next(first, 0))
        self._services.drawing.undo_stack.clear()

    @Slot(int)
    def load_sample(self, index: int) -> None:
        """Load the sample at ``index`` of the set shown as the drawing."""
        shown = self._showing.shown
        dataset = shown.dataset
        if 0 <= index < len(dataset):
            image = one_image(dataset.images[index], dataset)
            paper = paper_of(shown.look, dataset.image_shape[0])
            if not shown.look.glyphs:
                # The trail shows how a drawing evolves; a jump between photographs is no such path.
                self._trail.clear()
            name = title(dataset, index, shown.look)
            self._services.drawing.load(image, name, index, paper)
            self._panel.set.choose(index)

    @Slot(str)
    def _on_page_add_requested(self, label: str) -> None:
        workspace = self._services.workspace
        dataset = workspace.dataset
        try:
            image = in_channels_of(dataset, self._services.drawing.pixels)
        except AeguiError as error:
            told = tr("The drawing was not added. {reason}", reason=error)
            workspace.noticed.emit(Notice("warning", told))
            return
        workspace.edits.add_sample(image, label)
        if len(workspace.dataset) > len(dataset):
            self._panel.set.choose(len(workspace.dataset) - 1)

    # The drawing

    @Slot(object)
    def _on_annotations_drawing_read(self, kept: KeptDrawing | None) -> None:
        """Restore the drawing of a document, unless the person has already drawn something.

        A person's drawing is kept, so that several networks can be compared on it by opening them.
        """
        drawing, dataset = self._services.drawing, self._services.workspace.dataset
        channels, height, width = dataset.image_shape
        drawing.reset(height, width, paper_of(look_of(dataset), channels))
        if kept is not None and drawing.undo_stack.count() == 0:
            drawing.take(from_kept(kept))

    @Slot(object)
    def _show_drawing(self, state: DrawingState) -> None:
        draw = self._panel
        before, self._drawn = self._drawn, state
        if before is None or (state.image_shape, state.paper) != (before.image_shape, before.paper):
            draw.set_drawing(state.pixels, state.paper)
            self._show_misfit()
        else:
            draw.editor.set_pixels(state.pixels)
        self.edits.show()
        source = (self._showing.shown.dataset, state.target, state.index, state.label)
        # A stroke keeps them: identity is enough.
        if any(one is not other for one, other in zip(source, self._loaded_of, strict=True)):
            self._loaded_of = source
            draw.set_loaded(self._loaded(state))
        if state.noise is not None:
            draw.noise.set_noise(*state.noise)
        has_noise = state.before_noise is not None
        if before is None or has_noise != (before.before_noise is not None):
            draw.noise.set_noised(has_noise)
        self.mark_code()

    def _show_misfit(self) -> None:
        self._panel.page.set_misfit(self._misfit(self._services.drawing.state))

    def _loaded(self, state: DrawingState) -> int | None:
        """Return the place in the set of the sample that was loaded, or None if it is gone."""
        shown, index = self._showing.shown, state.index
        dataset = shown.dataset
        if state.target is None:
            return None
        if index is not None and index < len(dataset.labels):
            image = one_image(dataset.images[index], dataset)
            if np.array_equal(image, state.target):
                return index
        # The selection of characters has changed: fall back to the label.
        known = shown.look.glyphs and state.label in dataset.labels
        return dataset.labels.index(state.label) if known else None

    @Slot()
    def _show_undo(self) -> None:
        stack = self._services.drawing.undo_stack
        enabled = stack.canUndo(), stack.canRedo()
        if enabled != self._undo_enabled:
            self._undo_enabled = enabled
            self._panel.set_undo_enabled(*enabled)

    @Slot(object, int)
    def _on_noise_requested(self, spec: CorruptionSpec, seed: int) -> None:
        self._services.drawing.apply_noise(spec, seed)
        settings = self._services.settings
        settings.noise_seed = seed
        if spec.kind != "none":
            settings.noise = spec

    # Display of the network's result

    def _show_network(self) -> None:
        codec = self._showing.shown.codec
        self._is_quick = codec is not None and is_quick(codec, codec.encode_cost)
        self._show_misfit()
        # Codes computed with other weights do not belong to the same trail.
        self._trail.clear()
        self.mark_code()

    def _misfit(self, state: DrawingState) -> str:
        """Return why the network (or the set, without one) cannot take the drawing, or ""."""
        codec = self._showing.shown.codec
        shape = self._showing.shown.dataset.image_shape if codec is None else codec.image_shape
        if shape == state.image_shape:
            return ""
        colours, height, width = shape
        if (height, width) == state.image_shape[1:]:
            return (
                tr("The network takes images in colour.")
                if colours > 1
                else tr("The network takes images without colours.")
            )
        return tr(
            "The network takes {width} × {height} pixels, not {w} × {h}.",
            width=width,
            height=height,
            w=state.image_shape[2],
            h=state.image_shape[1],
        )

    @Slot()
    def mark_code(self) -> None:
        """Show the code of the drawing on the map, with the trail of its previous codes."""
        shown, state = self._showing.shown, self._services.drawing.state
        codec, pixels = shown.codec, state.pixels
        if codec is None or codec.image_shape != state.image_shape or not codec.can_encode:
            self._marking.forget()
            self._trail.clear()
            self._window.canvas.set_drawing_code(None)
            return
        self._marking.ask(
            lambda: codec.code_of(pixels),
            shown.dataset,
            quick=self._is_quick,
            gentle=shown.is_learning,
        )

    @Slot()
    def _on_canvas_trail_cleared(self) -> None:
        self._trail.clear()
        self.mark_code()

    @Slot(object)
    def _on_marks_answered(self, code: NDArray[np.float32]) -> None:
        if self._trail and self._trail[-1].shape != code.shape:
            self._trail.clear()
        if not self._trail or np.abs(self._trail[-1] - code).max() > _MIN_STEP:
            self._trail.append(code)
        self._window.canvas.set_drawing_code(code, np.array(self._trail))
