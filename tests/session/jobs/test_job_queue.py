"""Acts in a row: all done, in order, given up one by one or together, not lost at the end."""

from __future__ import annotations

import logging
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    made = JobQueue("aegui-test")
    yield made
    made.shutdown()


class Told:
    """What came of each act, in order."""

    def __init__(self) -> None:
        self.outcomes: list[object] = []

    def add(self, queue: JobQueue, work: Callable[[Report, IsCancelled], Any]) -> None:
        queue.add("Counting", work, self.outcomes.append, self.outcomes.append)

    @property
    def kinds(self) -> list[type]:
        return [type(each) for each in self.outcomes]


def given(result: object, _report: Report, _cancelled: IsCancelled) -> object:
    if isinstance(result, Exception):
        raise result
    return result


def until_cancelled(_report: Report, cancelled: IsCancelled) -> None:
    while not cancelled():
        threading.Event().wait(0.001)
    raise Cancelled


def test_all_is_done_in_order_and_a_failure_stops_nothing(qtbot: QtBot, queue: JobQueue) -> None:
    told, busy = Told(), list[bool]()
    queue.busy_changed.connect(busy.append)
    for result in (1, AeguiError("no room"), 3):
        told.add(queue, partial(given, result))
    qtbot.waitUntil(lambda: not queue.is_busy)
    assert [str(each) for each in told.outcomes] == ["1", "no room", "3"]
    assert busy == [True, False]


def test_what_is_given_up_leaves_the_rest_to_be_done(qtbot: QtBot, queue: JobQueue) -> None:
    told = Told()
    told.add(queue, until_cancelled)
    told.add(queue, partial(given, 2))
    queue.cancel()
    qtbot.waitUntil(lambda: not queue.is_busy)
    assert told.kinds == [Cancelled, int]


def test_all_of_it_is_given_up(qtbot: QtBot, queue: JobQueue) -> None:
    told = Told()
    for _ in range(3):
        told.add(queue, until_cancelled)
    queue.cancel_all()
    assert told.kinds == [Cancelled, Cancelled], "nobody waits for what was not begun"
    qtbot.waitUntil(lambda: not queue.is_busy)
    assert told.kinds == 3 * [Cancelled]


def test_the_end_of_the_program_waits_for_it(queue: JobQueue) -> None:
    told = Told()
    for result in (1, 2):
        told.add(queue, partial(given, result))
    queue.shutdown()
    assert told.outcomes == [1, 2]


def test_what_nobody_expected_is_told_and_logged(
    qtbot: QtBot, queue: JobQueue, expect_log: Callable[..., Any]
) -> None:
    told = Told()
    with expect_log("Counting failed", level=logging.ERROR):
        told.add(queue, partial(given, ZeroDivisionError("one by none")))
        told.add(queue, partial(given, 2))
        qtbot.waitUntil(lambda: not queue.is_busy)
    assert [str(each) for each in told.outcomes] == ["Counting: one by none", "2"]


class Large:
    """What takes much memory."""


def test_nothing_of_what_was_done_is_held(qtbot: QtBot, queue: JobQueue) -> None:
    told, large = Told(), Large()
    held = weakref.ref(large)
    queue.add("Counting", partial(given, large), lambda _result: None, told.outcomes.append)
    del large
    qtbot.waitUntil(lambda: not queue.is_busy)
    qtbot.waitUntil(lambda: held() is None)
