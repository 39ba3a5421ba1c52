"""Background removal of partly written files that killed instances have left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.store import cache_folder
from aegui.core.leftovers import sweep_all
from aegui.paths import user_config_dir, user_data_dir
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.session.documents.workspace import Workspace


def _within(folder: Path) -> Iterator[Path]:
    """Yield ``folder`` and two levels of subfolders: library, studies and recipes."""
    yield folder
    yield from (path for path in folder.glob("*") if path.is_dir())
    yield from (path for path in folder.glob("*/*") if path.is_dir())


class CleanupJob:
    """Cleans up once in the folders that the program writes to."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._job = LatestJob("aegui-sweep")

    def begin(self) -> None:
        """Clean up in the folders of the program, and in those that files were written to last."""
        autosave = self._workspace.file.autosave
        folders = [autosave.folder, *self._workspace.file.used_folders]

        def work() -> None:
            autosave.sweep()
            program_folders = (user_config_dir(), *_within(user_data_dir()), cache_folder())
            sweep_all([*folders, *program_folders])

        self._job.submit(work)

    def finish(self, seconds: float) -> bool:
        """Wait for the cleanup to end; return False if that takes longer."""
        return self._job.wait(seconds)

    def shutdown(self) -> None:
        """Accept no more work."""
        self._job.shutdown()
