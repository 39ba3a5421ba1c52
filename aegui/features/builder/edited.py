"""Edits since the training, and the strips of the builder and training panels that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.dataset import same_data
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.recipe.changes import recipe_changes
from aegui.core.training.record.stages import set_last
from aegui.features.builder.view.edited_strip import StripState

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import Resolution
    from aegui.core.recipe import Recipe
    from aegui.core.recipe.changes import Change
    from aegui.features.builder.view.edited_strip import EditedStrip
    from aegui.features.builder.view.map_mark import MapMark
    from aegui.session.documents.draft import DraftState
    from aegui.session.services import Services


@dataclass(frozen=True, eq=False)
class Edited:
    """The differences between the draft and the trained recipe."""

    trained: Recipe
    """The recipe that was trained."""
    learnt: Dataset
    """The samples it was trained on."""
    recipe: Recipe
    """The draft's recipe."""
    dataset: Dataset
    """The draft's samples."""
    changes: tuple[Change, ...]
    """The settings that differ."""
    has_other_data: bool
    """Whether the samples differ."""


def edited_since(trained: Recipe, learnt: Dataset, draft: DraftState) -> Edited | None:
    """Return how ``draft`` differs from what was trained in a way that affects the result.

    Returns None if nothing that affects the result differs.
    """
    changes = recipe_changes(trained, draft.recipe)
    has_other_data = not same_data(learnt, draft.dataset)
    if not changes and not has_other_data:
        return None
    return Edited(trained, learnt, draft.recipe, draft.dataset, changes, has_other_data)


_RATE = "training.optimizer.learning_rate"
_NOISE = "data.corruption."


class EditedStrips(QObject):
    """Tracks whether the draft differs from the trained recipe, and which of the two is shown."""

    train_requested = Signal()
    continue_requested = Signal()
    view_changed = Signal()
    """Emitted when ``view`` has changed, so that another recipe must be shown."""

    def __init__(self, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._strips: list[EditedStrip] = []
        self._mark: MapMark | None = None
        self.view: tuple[Recipe, Resolution] | None = None
        """The trained recipe and its resolution if it is shown in place of the draft, else None."""

    def add(self, strip: EditedStrip) -> None:
        """Show the state on ``strip`` too, and connect its buttons."""
        self._strips.append(strip)
        strip.train.clicked.connect(self.train_requested)
        strip.go_on.clicked.connect(self.continue_requested)
        strip.view_requested.connect(self.set_viewing)
        strip.revert.clicked.connect(self.revert)
        self.show()

    def set_mark(self, mark: MapMark) -> None:
        """Show the state on ``mark``, the notice on the map, too."""
        self._mark = mark
        mark.train.clicked.connect(self.train_requested)
        self.show()

    def show(self) -> None:
        """Compare the draft with the trained recipe and update the strips and the map's mark."""
        edited = self._edited()
        if self.view is not None and (edited is None or self._services.runner.is_busy):
            self.set_viewing(False)
        state = None if edited is None else self._state(edited)
        for strip in self._strips:
            strip.set_state(state)
        if self._mark is not None:
            # During a training the map already shows the edited network being trained.
            self._mark.set_state(None if state is None or state.is_busy else state)

    @Slot(bool)
    def set_viewing(self, viewing: bool) -> None:
        """Show the trained recipe read-only, or the draft."""
        if viewing == (self.view is not None):
            return
        trained = self._trained() if viewing else None
        self.view = None if trained is None else (trained[0], resolve(*trained))
        self.view_changed.emit()

    @Slot()
    def revert(self) -> None:
        """Replace the draft by the trained recipe, undoably."""
        trained = self._trained()
        if trained is not None:
            self._services.workspace.revert_to(*trained)

    def _trained(self) -> tuple[Recipe, Dataset] | None:
        """Return recipe and samples of the running training, or else of the current run."""
        runner, run = self._services.runner, self._services.workspace.run
        if runner.is_busy and runner.requested_recipe is not None and runner.resolved is not None:
            return runner.requested_recipe, runner.resolved.dataset
        return None if run is None else (run.requested_recipe, run.dataset)

    def _edited(self) -> Edited | None:
        trained = self._trained()
        return None if trained is None else edited_since(*trained, self._services.workspace.draft)

    def _state(self, edited: Edited) -> StripState:
        # Imported here: nothing has been edited when the window opens.
        from aegui.core.network.change_words import change_lines, data_line

        services = self._services
        shapes = edited.learnt.image_shape, edited.dataset.image_shape
        lines = change_lines(edited.trained, edited.recipe, edited.changes, shapes)
        if edited.has_other_data:
            lines = (data_line(edited.learnt, edited.dataset), *lines)
        workspace, busy = services.workspace, services.runner.is_busy
        return StripState(
            self._head(edited),
            lines,
            is_viewing=self.view is not None,
            is_busy=busy,
            can_train=workspace.resolution.resolved is not None,
            can_continue=not busy and workspace.continuation() is not None,
        )

    def _head(self, edited: Edited) -> str:
        if self.view is not None:
            return tr("As it was trained. Your edits are kept:")
        if self._services.runner.is_busy:
            return tr("Changed since this training began:")
        if self._is_as_set_live(edited):
            return tr("Changed while it trained; the next training starts with it:")
        return tr("Edited since the training:")

    def _is_as_set_live(self, edited: Edited) -> bool:
        """Return whether the draft differs only by learning rate and noise set during training."""
        run = self._services.workspace.run
        if run is None or not run.stages or edited.has_other_data:
            return False
        last, draft = set_last(run.stages[-1]), edited.recipe
        same_rate = draft.training.optimizer.learning_rate == last.learning_rate
        same_noise = draft.data.corruption == last.corruption
        return all(
            (change.path == _RATE and same_rate) or (change.path.startswith(_NOISE) and same_noise)
            for change in edited.changes
        )
