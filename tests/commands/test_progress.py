"""Signals become requests to stop, which no enclosing work misses."""

from __future__ import annotations

import signal

import pytest

from aegui.commands.progress import stoppable, stopping_at

pytestmark = pytest.mark.usefixtures("handled_signals")


def test_a_request_within_work_stops_the_work_around_it() -> None:
    with stoppable() as outer:
        with stoppable() as inner:
            signal.raise_signal(signal.SIGINT)
            assert inner()
        assert outer()


def test_a_request_is_told_once_and_the_second_signal_kills() -> None:
    told: list[int] = []
    with stopping_at(then=lambda: told.append(1)) as outer:
        for _ in range(2):
            with stoppable():
                signal.raise_signal(signal.SIGINT)
        assert told == [1]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert outer.exit_code == 130
