"""Connects the drawing to the set, the document, and its code on the map; edits of the set."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Slot

from aegui.core.i18n import tr
from aegui.core.pixels.drawing_state import to_keep
from aegui.features.drawing.model.set_edits import (
    can_continue_training,
    data_change,
    further_with,
    loaded_index,
)
from aegui.session.data.image_style import image_style_of
from aegui.session.jobs.costs import is_quick
from aegui.session.notice import Notice
from aegui.session.pixels.answers import one_image, title
from aegui.session.shown import SUBJECT
from aegui.shell.cost_guard import continue_training
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.features.drawing.model.set_edits import DataChange
    from aegui.features.drawing.view.set_page import SetPage
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_TRAIL = 24
_MIN_STEP = 1e-4
_FIRST_LABELS = ("a", "A")
_SHOWING_DOCKS = ("draw", "answer")


class SetFeature(Feature):
    """Offers to continue the training when samples have been edited."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.page: SetPage | None = None
        """The page of the set, once created; while visible it shows the change itself."""
        self._reported_change: DataChange | None = None
        services.workspace.dataset_changed.connect(self._on_workspace_dataset_changed)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Measure changes from another training on: those that it has learnt are no longer any."""
        if "saved" in changed:
            self._reported_change = self.change()[0]

    @Slot(object)
    def _on_workspace_dataset_changed(self, _dataset: Dataset) -> None:
        change, can_continue = self.change()
        if change is not None and can_continue and self._is_news(change):
            # Deferred until the edit is complete: a notice sent during it would be replaced.
            QTimer.singleShot(0, self, self._offer)
        self._reported_change = change

    @Slot()
    def _offer(self) -> None:
        """Offer to continue the training, if that is still possible."""
        change, can_continue = self.change()
        if change is not None and can_continue:
            self.noticed.emit(
                Notice(
                    "info",
                    change.words,
                    tr("Train on"),
                    self.train_on,
                    passing=True,
                    about="new samples",
                )
            )

    def _is_news(self, change: DataChange) -> bool:
        """Return whether to announce the change: the first, or more new samples while unseen."""
        reported = self._reported_change
        is_seen = self.page is not None and self.page.isVisible()
        return reported is None or (change.new > reported.new and not is_seen)

    def change(self) -> tuple[DataChange | None, bool]:
        """Return how the data differ from those trained on, and whether training can continue."""
        workspace = self._services.workspace
        run, resolved = workspace.run, workspace.resolution.resolved
        change = None if run is None else data_change(run.dataset, workspace.dataset)
        if run is None or change is None:
            return None, False
        can = resolved is not None and can_continue_training(run, resolved)
        return change, can and not self._services.runner.is_busy

    @Slot()
    def train_on(self) -> None:
        """Continue from the trained weights with the set as it is now."""
        workspace, runner = self._services.workspace, self._services.runner
        run, resolved = workspace.run, workspace.resolution.resolved
        if run is None or resolved is None or runner.is_busy:
            return
        further = further_with(run, resolved)
        if further is not None:
            continue_training(self._services, further, self._window)


class DrawingFeature(Feature):
    """Begins and keeps the drawing, and shows its code on the map, whether or not it is edited."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._showing = services.showing
        self._marking = services.latest("aegui-mark")
        self._code = Refresher(self.mark_code, parent=self)
        self._is_quick = False
        """Whether the drawing is encoded at once."""
        self._source = services.workspace.recipe.data.source
        self._trail: deque[NDArray[np.float32]] = deque(maxlen=_TRAIL)
        self._is_seen = False
        """Whether a panel has shown the drawing."""
        brought = services.workspace.annotations.drawing
        # A new window starts without a selection.
        services.drawing.set_region(None)
        self._connect()
        settings = services.settings
        services.drawing.choose_noise(settings.noise, settings.noise_seed)
        self._follow_samples()
        self._on_annotations_drawing_read(brought)
        services.workspace.annotations.follow_drawing(lambda: to_keep(services.drawing.state))

    def _connect(self) -> None:
        services, drawing = self._services, self._services.drawing
        self._marking.answered.connect(self._on_marks_answered)
        self._window.canvas.trail_cleared.connect(self._on_canvas_trail_cleared)
        # The stroke and its answers are painted first.
        drawing.changed.connect(self._code.mark_after_paint)
        services.workspace.annotations.drawing_read.connect(self._on_annotations_drawing_read)
        for dock in _SHOWING_DOCKS:
            self.while_visible(dock, self._on_dock_visibility_changed)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Adopt a changed set or network."""
        if "dataset" in changed:
            self._follow_samples()
        if changed & SUBJECT:
            codec = self._showing.shown.codec
            self._is_quick = codec is not None and is_quick(codec, codec.encode_cost)
            # Codes computed with other weights do not belong to the same trail.
            self._trail.clear()
            self.mark_code()

    # The set

    def _follow_samples(self) -> None:
        shown, drawing = self._showing.shown, self._services.drawing
        dataset, image_style = shown.dataset, shown.image_style
        channels, height, width = dataset.image_shape
        drawing.reset(height, width, image_style.paper(channels))
        is_unedited = drawing.undo_stack.count() == 0
        is_empty = is_unedited and not (drawing.pixels != image_style.ground).any()
        if is_empty or self._is_of_another_set():
            self._load_first(dataset.labels)
            if is_unedited:
                # Nor is this an edit of the person's, to be undone or marked on the map.
                drawing.undo_stack.clear()
        self._source = self._services.workspace.recipe.data.source
        self.mark_code()

    def _is_of_another_set(self) -> bool:
        """Return whether the drawing is an unedited sample of the previous set."""
        state, source = self._services.drawing.state, self._services.workspace.recipe.data.source
        untouched = state.target is not None and np.array_equal(state.pixels, state.target)
        is_gone = loaded_index(state, self._showing.shown) is None
        return untouched and source != self._source and is_gone

    def _load_first(self, labels: Sequence[str]) -> None:
        """Load a first sample: an empty drawing says nothing about the network."""
        first = (labels.index(label) for label in _FIRST_LABELS if label in labels)
        self.load_sample(next(first, 0))

    @Slot(int)
    def load_sample(self, index: int) -> None:
        """Load the sample at ``index`` of the set shown as the drawing."""
        shown = self._showing.shown
        dataset = shown.dataset
        if 0 <= index < len(dataset):
            image = one_image(dataset.images[index], dataset)
            paper = shown.image_style.paper(dataset.image_shape[0])
            if not shown.image_style.glyphs:
                # The trail shows how a drawing evolves; a jump between photographs is no such path.
                self._trail.clear()
            name = title(dataset, index, shown.image_style)
            self._services.drawing.load(image, name, index, paper)

    # The drawing

    @Slot(object)
    def _on_annotations_drawing_read(self, saved: DrawingState | None) -> None:
        """Restore the drawing of a document, unless the person has already drawn something.

        A person's drawing is kept, so that several networks can be compared on it by opening them.
        """
        drawing, dataset = self._services.drawing, self._services.workspace.dataset
        channels, height, width = dataset.image_shape
        drawing.reset(height, width, image_style_of(dataset).paper(channels))
        if saved is not None and drawing.undo_stack.count() == 0:
            drawing.take(saved)

    @Slot()
    def mark_code(self) -> None:
        """Show the code of the drawing on the map, with the trail of its previous codes.

        There is no mark while the drawing is the sample that the program began with and no panel
        has shown it: nobody could tell what is marked.
        """
        shown, state = self._showing.shown, self._services.drawing.state
        codec, pixels = shown.codec, state.pixels
        fits = codec is not None and codec.image_shape == state.image_shape and codec.can_encode
        if codec is None or not fits or not self._is_known:
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

    @property
    def _is_known(self) -> bool:
        """Whether a person has seen the drawing, or has drawn it."""
        drawing = self._services.drawing
        return self._is_seen or drawing.undo_stack.count() > 0 or to_keep(drawing.state) is not None

    @Slot(bool)
    def _on_dock_visibility_changed(self, is_visible: bool) -> None:
        if is_visible and not self._is_seen:
            self._is_seen = True
            self._code.mark_after_paint()

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
