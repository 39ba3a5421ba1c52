"""What killed programs have left half made is removed, in the background, once the window shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.store import cache_folder
from aegui.core.leftovers import sweep_all
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from aegui.session.documents.workspace import Workspace


class Sweeping:
    """Looks once through the folders that the program writes to."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._job = LatestJob("aegui-sweep")

    def begin(self) -> None:
        """Sweep the copies against a crash, the prepared images, and beside recent documents."""
        autosave = self._workspace.autosave_copies
        folders = [autosave.folder, *(path.parent for path in self._workspace.recent_files)]

        def work() -> None:
            autosave.sweep()
            sweep_all([*folders, cache_folder()])

        self._job.submit(work)

    def finish(self, seconds: float) -> bool:
        """Wait until it is done; False if that takes longer."""
        return self._job.wait(seconds)

    def shutdown(self) -> None:
        """Begin nothing more."""
        self._job.shutdown()
