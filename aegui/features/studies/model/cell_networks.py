"""What the runs of one setting have learnt, as a document with so many runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.recipe import MAX_RUNS
from aegui.core.study.records import Records, usual_folder
from aegui.core.study.run_files import run_of
from aegui.session.jobs.derived import Derived

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.run_file.saved import SavedRun
    from aegui.core.study.results import StudyCell

MOST_NETWORKS = min(64, MAX_RUNS)
"""So many are gone over one by one; of more, the first ones."""


class CellNetworks(QObject):
    """Reads them in a thread."""

    made = Signal(object, str)
    """A ``SavedRun``, and what it is called."""
    failed = Signal(str)
    """Why not, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = Derived("aegui-study-networks", self)
        self._job.answered.connect(lambda answer: self.made.emit(*answer))
        self._job.failed.connect(self.failed)

    def make(self, cell: StudyCell, path: Path) -> None:
        """Read what the runs of ``cell`` of the study in the file ``path`` have learnt."""
        self._job.ask(lambda: _networks(cell, path), object())

    def shutdown(self) -> None:
        """Give up what is under way."""
        self._job.shutdown()


def _networks(cell: StudyCell, path: Path) -> tuple[SavedRun, str]:
    """The first runs that follow one another, for those of a document do.

    Raises:
        AeguiError: There is none, or they cannot be read any more.
    """
    if not cell.runs:
        raise AeguiError(tr("No run of this setting has ended yet."))
    records = Records(usual_folder(path))
    first = cell.runs[0].seed
    follow = [run for place, run in enumerate(cell.runs) if run.seed == first + place]
    whole = [records.whole(run.key) for run in follow[:MOST_NETWORKS]]
    words = ", ".join(map(tr, cell.setting.labels.values())) or path.stem
    return run_of(cell.setting.recipe, whole), words
