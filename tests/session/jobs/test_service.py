"""A service ends whatever it derives."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Two(Service):
    def __init__(self) -> None:
        super().__init__()
        self.derived = Derived("test-derived", self)
        self.job = ProgressJob("test-job", self)


def test_all_that_it_derives_is_given_up_and_no_more_is_begun(qtbot: QtBot) -> None:
    service, begun = _Two(), threading.Event()
    given_up: list[bool] = []

    def work(_report: object, cancelled: object) -> None:
        begun.set()
        while not cancelled():  # type: ignore[operator]
            pass
        given_up.append(True)

    service.job.start("Working", work, print, print)
    qtbot.waitUntil(begun.is_set)

    service.shutdown()
    service.derived.ask(lambda: given_up.append(False))

    assert given_up == [True]
    assert not service.job.is_busy
