"""Long work in the background: its result, its progress, its end before the end."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.data.progress import LoadProgress
from aegui.core.errors import AeguiError, Cancelled
from aegui.session.jobs.derived import JobProgress
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report


@pytest.fixture
def job(qtbot: QtBot) -> Iterator[ProgressJob]:
    made = ProgressJob("aegui-test")
    yield made
    made.shutdown()


class Outcome:
    def __init__(self) -> None:
        self.results: list[Any] = []
        self.errors: list[str] = []

    def done(self, result: object) -> None:
        self.results.append((result, threading.current_thread() is threading.main_thread()))

    def failed(self, error: AeguiError) -> None:
        self.errors.append(str(error))


def until_cancelled(report: Report, cancelled: IsCancelled) -> str:
    report(LoadProgress(3, 10, "3 of 10"))
    for _ in range(10_000):
        if cancelled():
            raise Cancelled("stopped")
        threading.Event().wait(0.001)
    return "never"


def quick(result: str) -> Callable[[Report, IsCancelled], str]:
    return lambda report, cancelled: result


def test_the_result_comes_back_to_the_owner(qtbot: QtBot, job: ProgressJob) -> None:
    outcome = Outcome()
    busy: list[bool] = []
    job.busy_changed.connect(busy.append)
    job.start("Reading", quick("read"), outcome.done, outcome.failed)
    assert job.is_busy
    qtbot.waitUntil(lambda: not job.is_busy)
    assert outcome.results == [("read", True)]
    assert busy == [True, False]


def test_progress_is_told_after_a_while(qtbot: QtBot, job: ProgressJob) -> None:
    outcome = Outcome()
    job.start("Reading", until_cancelled, outcome.done, outcome.failed)
    with qtbot.waitSignal(job.progressed, check_params_cb=lambda progress: progress.text) as heard:
        pass
    assert heard.args == [JobProgress("Reading", "3 of 10", 3, 10)]
    job.cancel()
    assert not job.is_busy
    job.shutdown()
    assert outcome.results == outcome.errors == []


def test_newer_work_takes_the_place_of_older(qtbot: QtBot, job: ProgressJob) -> None:
    outcome = Outcome()
    job.start("Old", until_cancelled, outcome.done, outcome.failed)
    job.start("New", quick("new"), outcome.done, outcome.failed)
    qtbot.waitUntil(lambda: not job.is_busy)
    assert outcome.results == [("new", True)]


def test_refusals_are_told(qtbot: QtBot, job: ProgressJob) -> None:
    def refuse(report: Report, cancelled: IsCancelled) -> None:
        raise AeguiError("no such file")

    outcome = Outcome()
    job.start("Reading", refuse, outcome.done, outcome.failed)
    qtbot.waitUntil(lambda: not job.is_busy)
    assert outcome.errors == ["no such file"]


def test_what_nobody_expected_is_told_and_logged(
    qtbot: QtBot, job: ProgressJob, expect_log: Callable[..., Any]
) -> None:
    def stumble(report: Report, cancelled: IsCancelled) -> None:
        raise ZeroDivisionError("one by none")

    outcome = Outcome()
    with expect_log("Reading failed", level=logging.ERROR):
        job.start("Reading", stumble, outcome.done, outcome.failed)
        qtbot.waitUntil(lambda: not job.is_busy)
    assert outcome.errors == ["Reading: one by none"]
