"""Loads the trained networks of one setting as a document with several runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import MAX_RUNS
from aegui.core.study.records import Records, default_folder
from aegui.core.study.run_files import run_of
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.run_file.saved import SavedRun
    from aegui.core.study.results import StudyCell
    from aegui.core.study.settings import StudySetting

MAX_NETWORKS = min(64, MAX_RUNS)
"""Maximum number of networks in the document; further runs are left out."""


class CellNetworks(Service):
    """Reads trained networks in a worker thread."""

    ready = Signal(object, str)
    """Emitted with a ``SavedRun`` and its name."""
    forgotten = Signal(object, int, str)
    """Emitted with ``StudySetting``, seed and reason if the weights of a run are missing."""
    failed = Signal(object)
    """Emitted with the translated reason when reading failed."""

    def __init__(self) -> None:
        super().__init__()
        self._job = Derived("aegui-study-networks", self)
        self._job.answered.connect(self._on_job_answered)
        self._job.failed.connect(self.failed)

    def make(self, cell: StudyCell, path: Path) -> None:
        """Read the networks of the runs of ``cell``; ``path`` is the file of the study's plan."""
        self._job.ask(lambda: _networks(cell, path))

    def make_one(self, cell: StudyCell, path: Path, seed: int) -> None:
        """Read the network of the run with ``seed``; ``forgotten`` follows if it has no weights."""
        self._job.ask(lambda: _network(cell, path, seed))

    @Slot(object)
    def _on_job_answered(self, answer: tuple[SavedRun, str] | _Forgotten) -> None:
        if isinstance(answer, _Forgotten):
            self.forgotten.emit(answer.setting, answer.seed, answer.reason)
        else:
            self.ready.emit(*answer)


@dataclass(frozen=True, eq=False)
class _Forgotten:
    """A run without weights, and why there are none."""

    setting: StudySetting
    seed: int
    reason: str


def _network(cell: StudyCell, path: Path, seed: int) -> tuple[SavedRun, str] | _Forgotten:
    """Return the network of the run of ``cell`` with ``seed``."""
    run = next((run for run in cell.runs if run.seed == seed), None)
    if run is None:
        return _Forgotten(cell.setting, seed, tr("it has not ended yet"))
    records = Records(default_folder(path))
    try:
        complete = records.complete(run.key) if run.key in records else run
        if complete.row is None:
            return _Forgotten(cell.setting, seed, tr("its weights were not kept"))
        if not np.isfinite(complete.row).all():
            return _Forgotten(cell.setting, seed, tr("it diverged"))
        learnt = run_of(cell.setting.recipe, [complete])
    except ReadError as error:
        return _Forgotten(cell.setting, seed, str(error).rstrip("."))
    words = cell.setting.title if cell.setting.labels else path.stem
    return learnt, tr("{setting}, seed {n}", setting=words, n=seed)


def _networks(cell: StudyCell, path: Path) -> tuple[SavedRun, str]:
    """Return the first runs with consecutive seeds, which a document requires.

    Raises:
        AeguiError: There is none, or they can no longer be read.
    """
    if not cell.runs:
        raise AeguiError(tr("No run of this setting has ended yet."))
    records = Records(default_folder(path))
    first = cell.runs[0].seed
    follow = [run for index, run in enumerate(cell.runs) if run.seed == first + index]
    complete = [records.complete(run.key) for run in follow[:MAX_NETWORKS]]
    words = cell.setting.title if cell.setting.labels else path.stem
    return run_of(cell.setting.recipe, complete), words
