"""Workers that run the units of a study: this process, or child processes.

Text and numbers travel between processes: units as JSON, and results as a line of JSON followed by
a block of safetensors. Processes are spawned, so that they share nothing with a window.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import deque
from dataclasses import field
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any, Protocol

from aegui.core.child_process import SPAWN, start_child
from aegui.core.cost import cores
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.study.records import packed_records
from aegui.core.study.units import Unit, run_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

_PAUSE_SECONDS = 0.05
_LOOK_SECONDS = 0.2
_FEWEST_PER_JOB = 8.0
"""Estimated seconds of work that make starting a process worthwhile."""
START_SECONDS = 2.5
"""Seconds from the start of a process to its first run: it imports torch."""
_MAX_DEATHS = 2
"""Upper bound per job for processes that die before any unit is finished; beyond it the study is
aborted."""


@dataclass
class StudyControl:
    """Controls of a study, set from any thread."""

    paused: bool = False
    """Whether the work is paused."""
    stop: bool = False
    """Whether the study is to end; running runs are discarded."""


@dataclass(frozen=True, eq=False)
class News:
    """A report of the workers."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    """A line for each run that has ended, see ``records.py``."""
    tensors: bytes = b""
    """Their weights and histories."""
    done: float = 0.0
    """Finished work of all units, in estimated seconds."""


class Workers(Protocol):
    """Interface of the workers that run units."""

    jobs: int
    """Number of units that run at a time."""
    is_remote: bool
    """Whether units are sent to other machines."""

    def run(self, units: Sequence[Unit], control: StudyControl) -> Iterator[News]:
        """Run all of ``units``; yield finished runs and, now and then, the progress.

        Raises:
            AeguiError: A unit fails.
        """

    def close(self) -> None:
        """Release all processes and connections."""


class InlineWorkers:
    """Runs units in this process, one after the other."""

    jobs = 1
    is_remote = False

    def run(self, units: Sequence[Unit], control: StudyControl) -> Iterator[News]:
        """Run ``units``; see ``Workers.run``."""
        before = 0.0
        for unit in units:
            share = 0.0

            def report_share(now: float) -> None:
                nonlocal share
                share = now

            for records in run_unit(unit, lambda: _is_waiting(control.paused), report_share):
                # Finished runs are yielded even after a request to stop.
                if control.stop and not records:
                    return
                lines, tensors = packed_records(records) if records else ([], b"")
                yield News(lines, tensors, before + share * unit.work)
            before += unit.work
            yield News(done=before)

    def close(self) -> None:
        """Do nothing: no resources are held."""


class _Process:
    """A child process and its current unit."""

    def __init__(self, paused: Any) -> None:
        self._process, self.pipe = start_child(_work, paused, name="aegui study")
        self.unit: Unit | None = None
        self.share = 0.0

    def give(self, unit: Unit) -> None:
        self.unit, self.share = unit, 0.0
        self.pipe.send_bytes(unit.to_json().encode())

    def end(self) -> None:
        """Terminate the process."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()
        self._process.close()


class Processes:
    """Runs units in several processes; one that dies is replaced and its unit restarted."""

    is_remote = False

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._paused = SPAWN.Event()
        self._processes: list[_Process] = []

    def run(self, units: Sequence[Unit], control: StudyControl) -> Iterator[News]:
        """Run ``units``; see ``Workers.run``."""
        waiting, ended, deaths = deque(units), 0.0, 0
        while (waiting or self._busy) and not control.stop:
            (self._paused.set if control.paused else self._paused.clear)()
            self._hand_out(waiting)
            for process in self._ready():
                try:
                    kind, head, tensors = _received(process.pipe)
                except (EOFError, OSError):
                    deaths += 1
                    self._replace_dead(process, waiting, deaths)
                    continue
                if kind == "refused":
                    raise AeguiError(head)
                if kind == "share":
                    process.share = head
                elif kind == "ended":
                    yield News(head, tensors, ended + self._partial_work())
                else:
                    assert process.unit is not None, "it was given one"
                    ended += process.unit.work
                    process.unit, deaths = None, 0
            yield News(done=ended + self._partial_work())

    def _hand_out(self, waiting: deque[Unit]) -> None:
        while waiting:
            idle = next((one for one in self._processes if one.unit is None), None)
            if idle is None and len(self._processes) >= self.jobs:
                return
            if idle is None:
                idle = _Process(self._paused)
                self._processes.append(idle)
            with contextlib.suppress(OSError):  # A dead process is replaced when it is read
                idle.give(waiting.popleft())

    @property
    def _busy(self) -> list[_Process]:
        return [process for process in self._processes if process.unit is not None]

    def _ready(self) -> list[_Process]:
        ready = wait_for([process.pipe for process in self._busy], _LOOK_SECONDS)
        return [process for process in self._busy if process.pipe in ready]

    def _partial_work(self) -> float:
        return sum(one.share * one.unit.work for one in self._processes if one.unit is not None)

    def _replace_dead(self, process: _Process, waiting: deque[Unit], deaths: int) -> None:
        """Remove a dead process and requeue its unit."""
        self._processes.remove(process)
        unit = process.unit
        process.end()
        if deaths > _MAX_DEATHS * self.jobs:
            raise AeguiError(
                tr(
                    "The processes of the study ended early, perhaps for lack of memory. Finished "
                    "runs are kept: close other programs and start the study again, or run it by "
                    "the command with fewer processes (--jobs)."
                )
            )
        if unit is not None:
            waiting.append(unit)

    def close(self) -> None:
        """Terminate all processes."""
        for process in self._processes:
            process.end()
        self._processes.clear()


def workers_for(jobs: int) -> Workers:
    """Return workers that run ``jobs`` units at a time."""
    return InlineWorkers() if jobs == 1 else Processes(jobs)


def default_jobs() -> int:
    """Return the default number of processes: the number of cores."""
    return max(1, cores())


def fitting_jobs(seconds: float, jobs: int) -> int:
    """Return how many of ``jobs`` processes are worth starting for ``seconds`` of work on all."""
    return jobs if seconds * jobs >= _FEWEST_PER_JOB else 1


def with_start(seconds: float, jobs: int) -> float:
    """Return the time of ``seconds`` of work in ``jobs`` processes, with their start."""
    return seconds + START_SECONDS if jobs > 1 else seconds


def _is_waiting(paused: bool) -> bool:
    if paused:
        time.sleep(_PAUSE_SECONDS)
    return paused


def _received(pipe: Connection) -> tuple[str, Any, bytes]:
    head, _, tensors = pipe.recv_bytes().partition(b"\n")
    kind, content = from_json(head)
    return kind, content, tensors


def _send(pipe: Connection, kind: str, content: object, tensors: bytes = b"") -> None:
    pipe.send_bytes(json.dumps([kind, content]).encode() + b"\n" + tensors)


def _work(pipe: Connection, paused: Any) -> None:
    """Run units until the pipe is closed: the main function of a child process."""
    while True:
        _do(pipe, Unit.from_json(pipe.recv_bytes().decode()), paused.is_set)


def _do(pipe: Connection, unit: Unit, is_paused: Callable[[], bool]) -> None:
    share, due = 0.0, 0.0

    def report_share(now: float) -> None:
        nonlocal share
        share = now

    try:
        for records in run_unit(unit, lambda: _is_waiting(is_paused()), report_share, cores() - 1):
            if records:
                _send(pipe, "ended", *packed_records(records))
            if time.monotonic() >= due:
                due = time.monotonic() + _LOOK_SECONDS
                _send(pipe, "share", share)
    except AeguiError as error:
        _send(pipe, "refused", str(error))
        return
    _send(pipe, "done", None)
