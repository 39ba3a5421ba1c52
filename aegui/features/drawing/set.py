"""Edits of the samples of the draft's data on the page of the set, and continued training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from aegui.core.i18n import tr
from aegui.features.drawing.model.set_edits import (
    can_continue_training,
    data_change,
    further_with,
)
from aegui.session.notice import Notice
from aegui.shell.cost_guard import continue_training
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.features.drawing.model.set_edits import DataChange
    from aegui.features.drawing.view.set_page import SetPage
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class SetFeature(Feature):
    """Offers to continue the training when samples have been edited."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.page: SetPage | None = None
        """The page of the set, once created; while visible it shows the change itself."""
        self._reported_change: DataChange | None = None
        services.workspace.dataset_changed.connect(self._on_workspace_dataset_changed)

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
