from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject

from aegui.core.data.progress import LoadProgress
from aegui.core.errors import AeguiError, Cancelled
from aegui.session.jobs.derived import BUSY_SHARE, Derived, JobProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report
    from tests.harness.logs import ExpectLog


@pytest.fixture
def asked(qtbot: QtBot) -> Iterator[Derived]:
    asked = Derived("aegui-test")
    yield asked
    asked.shutdown()


@pytest.fixture
def heard(asked: Derived) -> list[object]:
    heard: list[object] = []
    asked.answered.connect(heard.append)
    return heard


def test_quick_work_is_done_at_once(asked: Derived, heard: list[object]) -> None:
    here = threading.current_thread()
    asked.ask(lambda: threading.current_thread() is here, "subject", quick=True)
    assert heard == [True]


def test_other_work_is_done_elsewhere_and_told_here(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    here = threading.current_thread()
    asked.ask(lambda: threading.current_thread() is here, "subject")
    assert heard == []
    qtbot.waitUntil(lambda: heard == [False])


def test_answers_about_something_else_are_dropped_others_are_shown_late(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    gate, first, second = threading.Event(), object(), object()

    def slow(name: str) -> str:
        gate.wait(5.0)
        return name

    asked.ask(lambda: slow("old subject"), first)
    asked.ask(lambda: "other subject", second)
    gate.set()
    qtbot.waitUntil(lambda: bool(heard))
    gate.clear()
    asked.ask(lambda: slow("late"), second)
    asked.ask(lambda: "newest", second)
    gate.set()
    qtbot.waitUntil(lambda: heard[-1] == "newest")
    assert heard[0] == "other subject"
    assert set(heard) <= {"other subject", "late", "newest"}


def test_nothing_is_told_once_it_is_forgotten(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    asked.ask(lambda: 1, "subject")
    asked.forget()
    qtbot.wait(50)
    assert heard == []


def test_gentle_questions_leave_time_to_others(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    def work() -> int:
        threading.Event().wait(0.03)
        return 1

    begun = time.monotonic()
    for _ in range(20):
        asked.ask(work, "subject", gentle=True)
        qtbot.wait(20)
    qtbot.waitUntil(lambda: len(heard) >= 2)
    assert len(heard) <= 1 + (time.monotonic() - begun) * BUSY_SHARE / 0.03


def test_what_fails_is_raised_here_for_the_log_and_the_person(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    def fail() -> object:
        raise ZeroDivisionError("by nothing")

    with qtbot.capture_exceptions() as caught:
        asked.ask(fail, "subject")
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError
    assert heard == []
    asked.ask(lambda: "next", "subject")
    qtbot.waitUntil(lambda: heard == ["next"])


def test_what_fails_for_nobody_is_logged(
    qtbot: QtBot, asked: Derived, expect_log: ExpectLog
) -> None:
    begun, gate, done = threading.Event(), threading.Event(), threading.Event()

    def fail() -> object:
        begun.set()
        gate.wait(10.0)
        done.set()
        raise ZeroDivisionError

    with expect_log("nobody waits", logging.ERROR):
        asked.ask(fail, "subject")
        assert begun.wait(10.0)
        asked.forget()
        gate.set()
        done.wait(10.0)
        asked.shutdown()
        qtbot.wait(1)


def test_nothing_is_begun_while_nobody_looks(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    asked.set_active(False)
    asked.ask(lambda: "quick", "subject", quick=True)
    asked.ask(lambda: "newest", "subject")
    qtbot.wait(20)
    assert heard == []
    asked.set_active(True)
    qtbot.waitUntil(lambda: heard == ["newest"])
    asked.set_active(False)
    asked.ask(lambda: "quick", "subject", quick=True)
    asked.set_active(True)
    assert heard == ["newest", "quick"]


def test_states_come_one_after_the_other_until_they_are_given_up(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    ended = threading.Event()

    def states(_report: object, cancelled: Callable[[], bool]) -> Iterator[str]:
        yield "coarse"
        yield "fine"
        while not cancelled():
            threading.Event().wait(0.001)
        ended.set()
        raise Cancelled

    asked.derive(states, "subject")
    qtbot.waitUntil(lambda: heard == ["coarse", "fine"])
    # A gentle question of the same subject waits; one of another takes its place.
    asked.ask(lambda: "same", "subject", gentle=True)
    qtbot.wait(20)
    assert not ended.is_set()
    asked.ask(lambda: "other", "other")
    assert ended.wait(10.0)
    qtbot.waitUntil(lambda: heard == ["coarse", "fine", "other"])


def test_states_that_are_all_known_come_too_and_with_the_last_the_work_has_ended(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    busy: list[bool] = []
    asked.answered.connect(lambda _state: busy.append(asked.is_busy))
    asked.derive(lambda _report, _cancelled: ("coarse", "fine"), "subject", title="Both")
    qtbot.waitUntil(lambda: heard == ["coarse", "fine"])
    assert busy == [True, False]
    asked.derive(lambda _report, _cancelled: (), "subject", title="None")
    qtbot.waitUntil(lambda: not asked.is_busy)
    assert heard == ["coarse", "fine"]


def test_what_was_given_up_before_it_began_is_not_done(asked: Derived) -> None:
    begun, gate, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        gate.wait(10.0)

    asked.ask(slow, "subject")
    assert begun.wait(10.0)
    asked.ask(done.set, "subject")
    asked.forget()
    gate.set()
    asked.shutdown()
    assert not done.is_set()


def test_work_with_a_title_tells_how_far_it_is_until_it_is_given_up(
    qtbot: QtBot, asked: Derived, heard: list[object]
) -> None:
    ended, busy = threading.Event(), list[bool]()
    asked.busy_changed.connect(busy.append)

    def work(report: Report, cancelled: IsCancelled) -> str:
        report(LoadProgress(3, 10, "3 of 10"))
        while not cancelled():
            ended.wait(0.001)
        ended.set()
        raise Cancelled

    asked.compute(work, title="Counting")
    assert asked.is_busy
    with qtbot.waitSignal(asked.progressed, check_params_cb=lambda progress: progress.text) as told:
        pass
    assert told.args == [JobProgress("Counting", "3 of 10", 3, 10)]
    asked.forget()
    assert not asked.is_busy
    assert ended.wait(10.0)
    asked.compute(lambda _report, _cancelled: "answer", title="Again")
    qtbot.waitUntil(lambda: heard == ["answer"])
    assert busy == [True, False, True, False]


def test_whoever_hears_an_answer_may_ask_again_at_once(qtbot: QtBot, asked: Derived) -> None:
    heard: list[object] = []

    def hear(answer: object) -> None:
        heard.append((answer, asked.is_busy))
        if len(heard) < 3:
            asked.compute(lambda _report, _cancelled: len(heard), title="Next")

    asked.answered.connect(hear)
    asked.compute(lambda _report, _cancelled: 0, title="First")
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == [(0, False), (1, False), (2, False)]


@pytest.mark.parametrize("quick", [True, False])
def test_what_a_person_has_to_know_is_told(qtbot: QtBot, asked: Derived, quick: bool) -> None:
    def refuse() -> object:
        raise AeguiError("no such file")

    told: list[str] = []
    asked.failed.connect(told.append)
    asked.ask(refuse, "subject", quick=quick)
    qtbot.waitUntil(lambda: told == ["no such file"])


def test_any_failure_of_work_with_a_title_is_told_and_logged(
    qtbot: QtBot, asked: Derived, expect_log: ExpectLog
) -> None:
    def stumble(_report: Report, _cancelled: IsCancelled) -> object:
        raise ZeroDivisionError("one by none")

    def want_too_much(_report: Report, _cancelled: IsCancelled) -> object:
        raise MemoryError

    told: list[str] = []
    asked.failed.connect(told.append)
    with expect_log("Counting failed", logging.ERROR):
        asked.compute(stumble, title="Counting")
        qtbot.waitUntil(lambda: len(told) == 1)
    asked.compute(want_too_much, title="Counting")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["Counting: one by none", "Counting: there is not enough memory for it."]


def test_work_whose_owner_leaves_is_neither_waited_for_nor_missed(qtbot: QtBot) -> None:
    owner = QObject()
    asked, heard = Derived("aegui-test", owner), list[object]()
    asked.answered.connect(heard.append)
    begun, go_on = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        go_on.wait(10)
        return 1

    asked.ask(work)
    assert begun.wait(10)
    asked.leave()
    shiboken6.delete(owner)
    assert shiboken6.isValid(asked), "the work has not ended"
    go_on.set()
    qtbot.waitUntil(lambda: not shiboken6.isValid(asked))
    assert not heard


def test_idle_work_goes_with_its_owner() -> None:
    owner = QObject()
    asked = Derived("aegui-test", owner)
    asked.leave()
    shiboken6.delete(owner)
    assert not shiboken6.isValid(asked)
