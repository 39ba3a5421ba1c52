"""Connects the panel in which the drawing is edited, once it is first opened."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.features.drawing.model.set_edits import in_channels_of, loaded_index
from aegui.features.drawing.pixel_edits import PixelEdits
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.session.notice import Notice
from aegui.session.shown import SUBJECT
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_MISFITS = {
    True: (
        mark("The network takes images in colour."),
        mark("The network takes images without colours."),
        mark("The network takes {width} × {height} pixels, not {w} × {h}."),
    ),
    False: (
        mark("The images of the set are in colour."),
        mark("The images of the set have no colours."),
        mark("The images of the set have {width} × {height} pixels, not {w} × {h}."),
    ),
}
"""Whether there is a network -> what is told of its images, or of those of the set."""


class EditorFeature(Feature):
    """Passes strokes to the drawing, and shows the drawing in its panel."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._showing = services.showing
        self._undo_enabled = (False, False)
        self._drawn: DrawingState | None = None
        """The state that the panel shows."""
        self._loaded_of: tuple[object, ...] = (None,) * 4
        """Data set, target, index and label that the shown loaded sample was found by."""
        self._chosen: tuple[object, ...] = (None,) * 3
        """Those but the data set by which a sample of the set was last selected."""
        self._panel = window.panel(DrawPanel)
        self.edits = PixelEdits(services, self._panel, window.docks["draw"], self)
        draw, drawing = self._panel, self._services.drawing
        draw.load_requested.connect(self._services.requests.sample)
        draw.noise.noise_requested.connect(drawing.apply_noise)
        # Kept for the next session, which can wait until the drawing and its answers are painted.
        draw.noise.noise_requested.connect(self._keep_noise, Qt.ConnectionType.QueuedConnection)
        draw.page.add_requested.connect(self._on_page_add_requested)
        drawing.changed.connect(self._show_drawing)
        drawing.undo_stack.indexChanged.connect(self._show_undo)
        settings = services.settings
        self._panel.noise.set_noise(settings.noise, settings.noise_seed)
        self._show_samples()
        self._show_undo()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Offer the samples of a changed set, and check the drawing's size for another network."""
        if "dataset" in changed:
            self._show_samples()
        if changed & SUBJECT:
            self._show_misfit()

    def _show_samples(self) -> None:
        shown = self._showing.shown
        dataset, image_style = shown.dataset, shown.image_style
        names = dataset.labels if image_style.glyphs else dataset.names
        self._panel.set_samples(names, dataset.images, image_style)
        # The panel has forgotten which sample was loaded.
        self._loaded_of = (None,) * 4
        self._show_drawing(self._services.drawing.state)

    @Slot(str)
    def _on_page_add_requested(self, label: str) -> None:
        workspace = self._services.workspace
        dataset = workspace.dataset
        try:
            image = in_channels_of(dataset, self._services.drawing.pixels)
        except AeguiError as error:
            message = tr("The drawing was not added. {reason}", reason=error)
            workspace.noticed.emit(Notice("warning", message))
            return
        workspace.edits.add_sample(image, label, partial(self._show_added, label))

    def _show_added(self, label: str) -> None:
        self._panel.page.clear_label(label)
        self._panel.set.choose(len(self._services.workspace.dataset) - 1)

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
            is_other = any(a is not b for a, b in zip(source[1:], self._chosen, strict=True))
            self._loaded_of, self._chosen = source, source[1:]
            index = loaded_index(state, self._showing.shown)
            draw.set_loaded(index)
            if is_other and index is not None:
                draw.set.choose(index)
        if state.noise is not None:
            draw.noise.set_noise(*state.noise)
        has_noise = state.before_noise is not None
        if before is None or has_noise != (before.before_noise is not None):
            draw.noise.set_noised(has_noise)

    def _show_misfit(self) -> None:
        self._panel.page.set_misfit(self._misfit(self._services.drawing.state))

    @Slot()
    def _show_undo(self) -> None:
        stack = self._services.drawing.undo_stack
        enabled = stack.canUndo(), stack.canRedo()
        if enabled != self._undo_enabled:
            self._undo_enabled = enabled
            self._panel.set_undo_enabled(*enabled)

    @Slot(object, int)
    def _keep_noise(self, spec: CorruptionSpec, seed: int) -> None:
        settings = self._services.settings
        settings.noise_seed = seed
        if spec.kind != "none":
            settings.noise = spec

    def _misfit(self, state: DrawingState) -> str:
        """Return why the network (or the set, without one) cannot take the drawing, or ""."""
        codec = self._showing.shown.codec
        shape = self._showing.shown.dataset.image_shape if codec is None else codec.image_shape
        if shape == state.image_shape:
            return ""
        in_colour, without_colours, of_another_size = _MISFITS[codec is not None]
        colours, height, width = shape
        if (height, width) == state.image_shape[1:]:
            return tr(in_colour if colours > 1 else without_colours)
        return tr(
            of_another_size,
            width=width,
            height=height,
            w=state.image_shape[2],
            h=state.image_shape[1],
        )
