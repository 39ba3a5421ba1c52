"""Playback by the clock."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from aegui.features.time.model import timeline
from aegui.features.time.model.timeline import Player

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def player(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    monkeypatch.setattr(timeline, "FILM_SECONDS", 0.6)
    made = Player()
    made.set_count(100)
    yield made
    made.pause()


def seen_by(player: Player) -> list[int | None]:
    seen: list[int | None] = []
    player.moved.connect(seen.append)
    return seen


def test_a_film_goes_from_the_start_to_the_newest(player: Player, qtbot: QtBot) -> None:
    seen = seen_by(player)
    states: list[bool] = []
    player.playing_changed.connect(states.append)
    player.play(None)
    assert player.is_playing
    qtbot.waitUntil(lambda: not player.is_playing)
    assert seen[0] == 0
    assert seen[-1] is None
    places = [place for place in seen if place is not None]
    assert places == sorted(set(places))
    assert len(places) >= 2
    assert states == [True, False]


def test_it_begins_where_it_was_and_at_the_end_from_the_start(player: Player) -> None:
    seen = seen_by(player)
    player.play(40)
    player.pause()
    player.play(99)
    player.pause()
    assert seen == [40, 0]


def test_faster_skips_more(player: Player, qtbot: QtBot) -> None:
    player.speed = 4.0
    seen = seen_by(player)
    player.play(None)
    qtbot.waitUntil(lambda: not player.is_playing)
    assert len(seen) < 50


def test_few_moments_are_not_seen_for_long(
    player: Player, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "FILM_SECONDS", 1000.0)
    player.set_count(4)
    seen = seen_by(player)
    player.play(None)
    qtbot.waitUntil(lambda: not player.is_playing)
    assert seen[0] == 0
    assert seen[-1] is None


def test_a_loop_begins_anew(player: Player, qtbot: QtBot) -> None:
    player.loop = True
    player.speed = 4.0
    seen = seen_by(player)
    player.play(None)
    qtbot.waitUntil(lambda: any(b < a for a, b in itertools.pairwise(seen) if a and b))
    assert player.is_playing
    assert None not in seen


def test_seeking_goes_on_from_there_and_the_newest_ends_it(player: Player, qtbot: QtBot) -> None:
    seen = seen_by(player)
    player.play(None)
    player.seek(80)
    qtbot.waitUntil(lambda: len(seen) > 1)
    assert seen[1] is None or seen[1] >= 80
    player.seek(None)
    assert not player.is_playing


def test_nothing_to_play(player: Player) -> None:
    seen = seen_by(player)
    player.set_count(1)
    player.play(None)
    assert not player.is_playing
    assert seen == []


def test_it_ends_where_there_is_nothing_any_more(player: Player) -> None:
    player.play(None)
    player.set_count(0)
    assert not player.is_playing
