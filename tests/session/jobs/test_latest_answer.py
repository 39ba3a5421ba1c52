from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest

from aegui.session.jobs.latest_answer import LatestAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.harness.logs import ExpectLog


@pytest.fixture
def asked(qtbot: QtBot) -> Iterator[LatestAnswer]:
    asked = LatestAnswer("aegui-test")
    yield asked
    asked.shutdown()


@pytest.fixture
def heard(asked: LatestAnswer) -> list[object]:
    heard: list[object] = []
    asked.answered.connect(heard.append)
    return heard


def test_quick_work_is_done_at_once(asked: LatestAnswer, heard: list[object]) -> None:
    here = threading.current_thread()
    asked.ask(lambda: threading.current_thread() is here, "subject", quick=True)
    assert heard == [True]


def test_other_work_is_done_elsewhere_and_told_here(
    qtbot: QtBot, asked: LatestAnswer, heard: list[object]
) -> None:
    here = threading.current_thread()
    asked.ask(lambda: threading.current_thread() is here, "subject")
    assert heard == []
    qtbot.waitUntil(lambda: heard == [False])


def test_answers_about_something_else_are_dropped_others_are_shown_late(
    qtbot: QtBot, asked: LatestAnswer, heard: list[object]
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
    qtbot: QtBot, asked: LatestAnswer, heard: list[object]
) -> None:
    asked.ask(lambda: 1, "subject")
    asked.forget()
    qtbot.wait(50)
    assert heard == []


def test_gentle_questions_leave_time_to_others(
    qtbot: QtBot, asked: LatestAnswer, heard: list[object]
) -> None:
    def work() -> int:
        threading.Event().wait(0.03)
        return 1

    for _ in range(20):
        asked.ask(work, "subject", gentle=True)
        qtbot.wait(20)
    assert 1 <= len(heard) <= 3
    qtbot.waitUntil(lambda: len(heard) >= 2, timeout=3000)


def test_what_fails_is_raised_here_for_the_log_and_the_person(
    qtbot: QtBot, asked: LatestAnswer, heard: list[object]
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
    qtbot: QtBot, asked: LatestAnswer, expect_log: ExpectLog
) -> None:
    gate, done = threading.Event(), threading.Event()

    def fail() -> object:
        gate.wait(10.0)
        done.set()
        raise ZeroDivisionError

    with expect_log("nobody waits", logging.ERROR):
        asked.ask(fail, "subject")
        asked.forget()
        gate.set()
        done.wait(10.0)
        asked.shutdown()
        qtbot.wait(1)
