"""A race and a search on the window's threads: progress, cancellation, refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.races.optimizers import RaceSpec
from aegui.core.races.smallest import OWN, SEARCH, Challenge
from aegui.features.races.model.race_runs import RaceRuns, RaceUpdate
from aegui.features.races.model.smallest_search import ChallengeSheet, SmallestSearch
from tests.features.races.tasks import DATASET, TASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

EASY = Challenge(most_wrong=35, seeds=2, at_least=2)


@pytest.fixture
def races(qtbot: QtBot) -> Iterator[RaceRuns]:
    made = RaceRuns()
    yield made
    made.shutdown()


@pytest.fixture
def search(qtbot: QtBot) -> Iterator[SmallestSearch]:
    made = SmallestSearch()
    yield made
    made.shutdown()


def test_a_race_is_told_with_the_loss_under_its_trails(qtbot: QtBot, races: RaceRuns) -> None:
    surfaces: list[object] = []
    races.surfaces.answered.connect(surfaces.append)
    races.start(TASK, DATASET, RaceSpec(("adam", "lbfgs"), 15, 5.0))
    assert races.job.is_busy
    qtbot.waitUntil(lambda: not races.job.is_busy)
    news = races.news
    assert news is not None
    assert news.state.is_over
    assert news.plane is not None
    assert news.plane.key == "ends"
    qtbot.waitUntil(lambda: bool(surfaces))
    # Another plane for a finished race is computed in the background too.
    with qtbot.waitSignal(races.changed) as heard:
        races.set_plane("pca")
    other: RaceUpdate = heard.args[0]
    assert other.plane is not None
    assert other.plane.key == "pca"
    assert other.state is news.state


def test_a_race_is_stopped_as_it_stands(qtbot: QtBot, races: RaceRuns) -> None:
    races.start(TASK, DATASET, RaceSpec(("adam", "sgd"), 1_000_000, 600.0))
    qtbot.waitUntil(lambda: races.news is not None)
    races.stop()
    qtbot.waitUntil(lambda: not races.job.is_busy)
    assert races.news is not None
    assert {lane.reason for lane in races.news.state.lanes} == {"stopped"}


def test_a_race_of_nobody_is_one_message(qtbot: QtBot, races: RaceRuns) -> None:
    with qtbot.waitSignal(races.failed) as heard:
        races.start(TASK, DATASET, RaceSpec((), 10, 1.0))
    assert "at least one" in heard.args[0]
    assert not races.job.is_busy


def test_a_search_and_an_own_attempt_fill_one_sheet(qtbot: QtBot, search: SmallestSearch) -> None:
    heard: list[ChallengeSheet] = []
    search.changed.connect(heard.append)
    search.shrink(TASK, EASY)
    qtbot.waitUntil(lambda: not search.job.is_busy)
    # Any network reaches the goal: one unit is enough.
    assert min(heard[-1].attempts, key=lambda one: one.parameters).widths == "35-1-2-1-35"
    assert {one.by for one in heard[-1].attempts} == {SEARCH}
    search.try_network(TASK, EASY)
    qtbot.waitUntil(lambda: not search.job.is_busy)
    first = heard[-1].attempts[0]
    assert (first.widths, first.by) == ("35-6-2-6-35", OWN)
    count = len(heard)
    search.read(TASK, EASY)
    qtbot.waitUntil(lambda: len(heard) > count)
    assert heard[-1].attempts == heard[-2].attempts


def test_what_cannot_be_shrunk_is_one_message(qtbot: QtBot, search: SmallestSearch) -> None:
    hard = Challenge(most_wrong=0, seeds=1, at_least=1)
    hopeless = TASK.model_copy(update={"training": TASK.training.model_copy(update={"epochs": 1})})
    with qtbot.waitSignal(search.failed) as heard:
        search.shrink(hopeless, hard)
    assert "in 0 of 1 seed" in heard.args[0]
