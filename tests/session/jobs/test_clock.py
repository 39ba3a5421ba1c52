from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from aegui.session.jobs.clock import BASE_MS, MAX_MS, Ticker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def ticker(qtbot: QtBot) -> Iterator[Ticker]:
    ticker = Ticker()
    yield ticker
    ticker.stop()


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(100))


def test_it_ticks_some_thirty_times_a_second(qtbot: QtBot, ticker: Ticker) -> None:
    ticks: list[float] = []
    ticker.ticked.connect(lambda: ticks.append(time.monotonic()))
    ticker.start()
    ticker.start()
    qtbot.waitUntil(lambda: len(ticks) >= 12)
    # A tick that came late may be followed by one that is on time.
    assert ticks[-1] - ticks[0] > 0.8 * (len(ticks) - 2) * BASE_MS / 1000
    assert ticker.is_active
    ticker.stop()
    count = len(ticks)
    qtbot.wait(80)
    assert len(ticks) == count


def test_costly_redraws_come_less_often(qtbot: QtBot, ticker: Ticker) -> None:
    ticker.ticked.connect(lambda: burn(0.010))
    ticker.start()
    qtbot.waitUntil(lambda: ticker.interval_ms > 90)
    assert ticker.cost_ms > 6.0
    assert ticker.interval_ms <= MAX_MS


def test_it_recovers_when_redraws_are_cheap_again(qtbot: QtBot, ticker: Ticker) -> None:
    load = [0.02]
    ticker.ticked.connect(lambda: burn(load[0]))
    ticker.start()
    qtbot.waitUntil(lambda: ticker.interval_ms > 80)
    load[0] = 0.0
    qtbot.waitUntil(lambda: ticker.interval_ms < 1.3 * BASE_MS)
