"""Signals become requests to stop, which no enclosing work misses."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

from aegui.commands.progress import stoppable, stopping_at
from aegui.paths import models_dir
from tests.commands.terminals import on_terminal

if TYPE_CHECKING:
    from pathlib import Path

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


def test_long_work_shows_its_share_on_the_terminal(tmp_path: Path) -> None:
    model, out = str(models_dir() / "letters-2d.aegui"), str(tmp_path / "map.png")
    for layer in ("images", "stretch"):
        shown = on_terminal(80, "map", model, "--layer", layer, "-o", out, stream="stderr")
        assert "0% done" in "".join(shown)


def test_the_check_of_code_shows_its_share() -> None:
    shown = on_terminal(80, "code", "letters-course", "--check", stream="stderr")
    assert "0% done" in "".join(shown)


def test_an_evaluation_shows_its_share() -> None:
    model = str(models_dir() / "letters-2d.aegui")
    noise = ("--noise", "flip:0.1", "--draws", "2000000")  # some seconds of work
    for more in ((), ("--all-runs",)):
        shown = on_terminal(80, "evaluate", model, *more, *noise, stream="stderr")
        assert re.search(r"[1-9]% done", "".join(shown))
