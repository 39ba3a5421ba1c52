"""Unexpected errors from any thread are reported to the user, on the GUI thread."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QThread
from PySide6.QtGui import QGuiApplication

from aegui import app as program
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from tests.harness.logs import ExpectLog


@pytest.fixture(autouse=True)
def caught(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    program._catch_errors(app)


def fail() -> None:
    raise ZeroDivisionError("nobody expected this")


def in_a_thread() -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_thread_of_qt() -> None:
    class Failing(QThread):
        def run(self) -> None:
            try:
                fail()
            except ZeroDivisionError as error:
                # As done by Qt's binding, which would also print to the console.
                sys.excepthook(type(error), error, error.__traceback__)

    thread = Failing()
    thread.start()
    assert thread.wait(60_000)


def in_a_service() -> None:
    job = LatestJob("failing")
    job.submit(fail)
    assert job.wait(60.0)
    assert job.shutdown()


@pytest.mark.parametrize("act", [in_a_thread, in_a_thread_of_qt, in_a_service])
def test_an_error_in_a_thread_is_told_once(
    act: Callable[[], None], app: App, qtbot: QtBot, expect_log: ExpectLog
) -> None:
    def told() -> list[str]:
        return [it.text for it in app.window.notifications.shown if "nobody expected" in it.text]

    assert not told()
    with expect_log("unexpected", logging.ERROR):
        for _ in range(3):
            act()
        qtbot.waitUntil(lambda: bool(told()))
    (text,) = told()
    assert "ZeroDivisionError" in text
    assert "Your work is still here" in text
    (notice,) = (it for it in app.window.notifications.shown if it.text == text)
    assert notice.accept is not None
    notice.accept()
    details = QGuiApplication.clipboard().text()
    assert "in fail" in details
    assert "ZeroDivisionError: nobody expected this" in details
    assert [offer.words for offer in notice.more] == ["Report a problem…"]


def test_an_error_that_cannot_be_shown_is_logged_and_reported_no_further(
    app: App, expect_log: ExpectLog, caplog: pytest.LogCaptureFixture
) -> None:
    shiboken6.delete(app.window)
    with expect_log("unexpected", logging.ERROR), expect_log("could not be shown", logging.ERROR):
        try:
            fail()
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        assert len(caplog.records) == 2
