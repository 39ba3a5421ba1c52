"""Writes hand-ins in a separate process, so that the window stays responsive."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.core.atomic import file_name_part
from aegui.core.child_process import program_command, program_environment
from aegui.core.data.progress import LoadProgress
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.report.folder import all_or_nothing
from aegui.core.run_file.saved import SUFFIX, save_run
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.run_file.saved import SavedRun

_LOOKS_SECONDS = 0.3
_END_SECONDS = 2.0
"""Until a cancelled process is killed. The end of the program waits 3 s for the thread in which
this is waited for: longer, and the process would outlive the program."""


@dataclass(frozen=True, eq=False)
class ReportOrder:
    """The arguments of a hand-in."""

    folder: str
    """Folder to write to."""
    run: SavedRun | None = None
    """The training to report on; None for an assignment."""
    name: str = ""
    """Name of the training."""
    assignment: str = ""
    """Key of ``ASSIGNMENTS``, or empty."""
    language: str = "en"
    """Language of the report."""
    blank: bool = False
    """Whether the findings are left blank, to be written by hand."""
    number: int = 0
    """Index of the run within its population."""
    weights: str = "best"
    """``best`` or ``last``."""


class ReportService(Service):
    """Writes one hand-in at a time."""

    written = Signal(str)
    """Emitted with the folder when the hand-in has been written."""
    failed = Signal(object)
    """Emitted with the translated reason when writing failed."""

    def __init__(self) -> None:
        super().__init__()
        self.job = ProgressJob("aegui-report", self)

    def write(self, order: ReportOrder) -> None:
        """Write a hand-in; ``written`` or ``failed`` follows."""
        self.job.start(
            tr("Writing the hand-in"),
            lambda report, cancelled: _write(order, report, cancelled),
            lambda _result: self.written.emit(order.folder),
            lambda error: self.failed.emit(str(error)),
        )


def _write(order: ReportOrder, report: Report, cancelled: IsCancelled) -> None:
    with (
        all_or_nothing(Path(order.folder)),
        tempfile.TemporaryDirectory(prefix="aegui-report-") as folder,
    ):
        asked = ["--out", order.folder, "--lang", order.language]
        asked += ["--blank"] if order.blank else []
        if order.run is not None:
            file = Path(folder) / f"{file_name_part(order.name) or 'run'}{SUFFIX}"
            save_run(file, order.run)
            asked += ["--run", str(order.number), "--weights", order.weights]
            asked += ["--title", order.name, "--", str(file)]
        else:
            asked += ["--assignment", order.assignment, "--train"]
        said = Path(folder) / "said.txt"
        command = program_command("--language", language(), "report", *asked)
        _run(command, Path(order.folder), said, report, cancelled)


def _run(
    command: list[str], folder: Path, said: Path, report: Report, cancelled: IsCancelled
) -> None:
    """Run ``command``, reporting its last line of stderr or the number of figures so far.

    The standard error is written to the file ``said``; figures are counted in ``folder``.

    Raises:
        AeguiError: The command failed; the message is its last line of stderr.
        Cancelled: ``cancelled()`` returned true.
    """
    with (
        said.open("wb") as errors,
        subprocess.Popen(
            command,
            env=program_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        ) as process,
    ):
        while True:
            try:
                status = process.wait(_LOOKS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                count = len(list((folder / "figures").glob("*.png")))
                words = (
                    tr("{n} figures so far", n=count)
                    if count
                    else _last_said(said) or tr("Preparing figures")
                )
                report(LoadProgress(count, 0, words))
            if cancelled():
                _end(process)
                raise Cancelled
        if status:
            raise AeguiError(_last_said(said).removeprefix("aegui: ") or f"exit {status}")


def _last_said(said: Path) -> str:
    """Return the last line of the output, such as the study that is running and its duration."""
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
