"""Connects the network panel to the draft and to the highlighted layer, and greets newcomers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from aegui.core.i18n import tr
from aegui.features.builder.training import TrainingFeature
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.session.documents.suggestions import length_words
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.session.hints import hint_key
from aegui.session.notice import Notice
from aegui.session.teaching import Teaching
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

COURSE = "letters-course"
"""Key of the offered recipe: small enough to train within seconds."""
_BUILD, _TRAIN = "build", "train"


class GreetingFeature(Feature):
    """Suggests a first network once, when the builder is first visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        # Deferred to the event loop: the caller connects to ``noticed`` after construction.
        QTimer.singleShot(0, self, self._watch_builder)

    @Slot()
    def _watch_builder(self) -> None:
        self.while_visible("builder", self._greet)

    @Slot(bool)
    def _greet(self, is_seen: bool) -> None:
        values = self._services.settings.values
        if not is_seen or values.get(hint_key(_BUILD)) or values.get(hint_key(_TRAIN)):
            return
        if self._services.workspace.file.is_modified:
            # An edited draft comes from a lesson or the gallery: no suggestion is needed.
            return
        self._services.settings.keep({hint_key(_BUILD): True})
        text = tr(
            "Build networks here: every card is a layer. The network of the course, 35-25-10-2, "
            "learns 32 letters in seconds."
        )
        take = partial(self._services.requests.preset.emit, COURSE)
        self.noticed.emit(Notice("info", text, tr("Begin with it"), take, about="arrangement"))


class HighlightFeature(Feature):
    """Highlights a hovered card's layer in other panels, and the card of a layer hovered there."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        panel, lit = window.panel(BuilderPanel), services.of(HighlightedLayer)
        panel.layer_pointed.connect(lit.light)
        lit.changed.connect(panel.set_lit)
        panel.set_lit(lit.index)


class NetworkFeature(Feature):
    """Shows the network of the draft as cards, or that of the trained recipe while it is viewed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._training = window.feature(TrainingFeature)
        self._panel = window.panel(BuilderPanel)
        self._connect()
        self._training.edited.add(self._panel.edited)
        self._training.warm_up_near(self._panel)
        self._show_draft()
        self._show_preset()
        self._show_state()

    def _connect(self) -> None:
        services, panel = self._services, self._panel
        undo_stack = services.workspace.undo_stack
        panel.recipe_edited.connect(self._on_panel_recipe_edited)
        panel.gallery.clicked.connect(lambda: services.requests.gallery.emit("networks"))
        panel.vary_requested.connect(services.requests.vary)
        panel.undo.clicked.connect(undo_stack.undo)
        panel.redo.clicked.connect(undo_stack.redo)
        undo_stack.indexChanged.connect(self._show_undo)
        services.runner.state_changed.connect(self._show_state)
        self._training.draft_changed.connect(self._show_draft)
        self._training.preset_changed.connect(self._show_preset)
        services.of(Teaching).changed.connect(self._show_withheld)
        self._show_withheld()

    @Slot()
    def _show_withheld(self) -> None:
        file = self._services.of(Teaching).file
        self._panel.set_withheld(file is not None and file.locks("network"))

    @Slot(object, object)
    def _on_panel_recipe_edited(self, recipe: Recipe, text: str) -> None:
        workspace = self._services.workspace
        before = workspace.recipe.training
        if not workspace.edit_recipe(recipe, text):
            return
        pace = length_words(before, recipe.training, len(workspace.dataset))
        if pace:
            self.noticed.emit(Notice("info", pace, passing=True))

    @Slot()
    def _show_draft(self) -> None:
        self._panel.set_viewing(self._training.is_viewing)
        self._panel.set_state(*self._training.drafted)

    @Slot()
    def _show_preset(self) -> None:
        self._panel.set_preset(self._training.preset_name)

    @Slot()
    def _show_undo(self) -> None:
        steps, is_busy = self._services.workspace.undo_stack, self._services.runner.is_busy
        self._panel.set_undo_state(
            steps.may_undo(is_busy=is_busy),
            steps.may_redo(is_busy=is_busy),
            steps.undoText(),
            steps.redoText(),
        )

    @Slot()
    def _show_state(self) -> None:
        self._panel.set_enabled_while_training(not self._services.runner.is_busy)
        self._show_undo()
