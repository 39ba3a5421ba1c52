"""Adds every training and study that ends in the window to the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot

from aegui.core.i18n import tr
from aegui.features.library.model.writer import LibraryWriter
from aegui.session.library_news import LibraryNews
from aegui.session.notice import Notice
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.study.results import StudyResult
    from aegui.core.training.record.result import TrainingResult
    from aegui.features.library.model.keeper import RunKeeper
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

KEEPS = "library.keep"
"""Settings key: whether trainings and studies are added to the library; true by default."""


def keeps(services: Services) -> bool:
    """Return whether every training and study is added to the library."""
    return bool(services.settings.values.get(KEEPS, True))


class KeepingFeature(Feature):
    """Adds results to the library; created at start-up, but imports the library on demand."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._writer = services.of(LibraryWriter)
        self._writer.failed.connect(self._on_writer_failed)
        # Both objects outlive the window: a window rebuilt for another language must not connect
        # them twice.
        once = Qt.ConnectionType.UniqueConnection
        self._writer.changed.connect(services.of(LibraryNews).changed, once)
        runner = services.runner
        runner.started.connect(self._on_runner_started)
        runner.finished.connect(self._on_runner_finished)
        runner.measured.connect(self._on_runner_measured)
        services.workspace.document_changed.connect(self._on_workspace_document_changed)

    def _keeper(self) -> RunKeeper:
        # Imported late: run files need torch.
        from aegui.features.library.model.keeper import RunKeeper

        return self._services.of(RunKeeper)

    @Slot(int)
    def _on_runner_started(self, _run_id: int) -> None:
        self._keeper().flush()

    @Slot(int, object)
    def _on_runner_finished(self, _run_id: int, result: TrainingResult) -> None:
        resolved = self._services.runner.resolved
        if resolved is None:
            return
        keeper = self._keeper()
        if keeps(self._services):
            keeper.take(self._writer, result, resolved, self._services.workspace.name)
        else:
            keeper.leave_out()

    @Slot(int, object)
    def _on_runner_measured(self, _run_id: int, result: TrainingResult) -> None:
        self._keeper().complete(result)

    @Slot(object)
    def _on_workspace_document_changed(self, _workspace: object) -> None:
        keeper = self._keeper()
        keeper.flush()
        keeper.forget()

    def keep_study(self, result: StudyResult, folder: Path, verdict: tuple[str, ...]) -> None:
        """Add the result of a study to the library, with a run file for each of its settings."""
        if not keeps(self._services):
            return

        def act(library: Library, report: Report, cancelled: IsCancelled) -> str:
            from aegui.core.library.studies import keep_study
            from aegui.core.study.records import Records

            return keep_study(
                library,
                result,
                Records(folder),
                verdict=verdict,
                report=report,
                cancelled=cancelled,
            )

        name = tr(result.plan.name) or tr("Study")
        self._writer.do(tr("Keeping {name}", name=name), act)

    @Slot(object)
    def _on_writer_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("warning", reason, passing=True, about="library"))
