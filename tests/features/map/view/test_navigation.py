"""Navigation on the map, with a simulated clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.features.map.view.navigation import FRAME_MS, GLIDE_S, Navigation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

BOUNDS = (-1.0, -1.0, 1.0, 1.0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def navigation(clock: Clock, qtbot: QtBot) -> Iterator[Navigation]:
    del qtbot
    made = Navigation(clock=clock)
    made.place(46, 0, 600, 400)
    made.set_bounds(BOUNDS)
    yield made
    made.rest()


def advance(navigation: Navigation, clock: Clock, seconds: float) -> None:
    for _ in range(max(1, round(seconds / 0.016))):
        clock.now += 0.016
        if navigation.is_moving:
            navigation._on_timer_timeout()


def test_the_first_codes_are_fitted_at_once(navigation: Navigation) -> None:
    assert navigation.view == navigation.view.fitted(BOUNDS)
    assert not navigation.is_moving


def test_codes_that_leave_the_view_are_followed(navigation: Navigation, clock: Clock) -> None:
    before = navigation.view
    navigation.set_bounds((-1.02, -1.0, 1.0, 1.0))
    assert navigation.view == before, "what is in sight needs no move"
    navigation.set_bounds((-3.0, -1.0, 4.0, 1.0))
    advance(navigation, clock, GLIDE_S + 0.05)
    assert navigation.view == navigation.view.fitted((-3.0, -1.0, 4.0, 1.0))
    assert navigation.following


def test_a_map_that_takes_long_to_paint_follows_in_few_steps(
    navigation: Navigation, clock: Clock
) -> None:
    navigation.following_ms = 120
    navigation.set_bounds((-3.0, -1.0, 4.0, 1.0))
    assert navigation._timer.interval() == 120
    advance(navigation, clock, GLIDE_S + 0.05)
    navigation.fit()
    assert navigation._timer.interval() == FRAME_MS, "a person who asks for it sees it glide"


def test_codes_that_shrink_are_followed(navigation: Navigation, clock: Clock) -> None:
    navigation.set_bounds((-0.1, -0.1, 0.1, 0.1))
    advance(navigation, clock, GLIDE_S + 0.05)
    assert navigation.view.sx == pytest.approx(navigation.view.fitted((-0.1, -0.1, 0.1, 0.1)).sx)


def test_a_glide_is_not_begun_anew_while_it_leads_to_a_good_place(
    navigation: Navigation, clock: Clock
) -> None:
    navigation.set_bounds((-3.0, -1.0, 3.0, 1.0))
    advance(navigation, clock, 0.05)
    motion = navigation._motion
    navigation.set_bounds((-3.01, -1.0, 3.0, 1.0))
    assert navigation._motion is motion


def test_a_hand_takes_over_and_fit_gives_back(
    navigation: Navigation, clock: Clock, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(navigation.following_changed) as told:
        navigation.pan(50, 0)
    assert told.args == [False]
    taken = navigation.view
    navigation.set_bounds((-9.0, -9.0, 9.0, 9.0))
    assert navigation.view == taken
    navigation.fit()
    advance(navigation, clock, GLIDE_S + 0.05)
    assert navigation.following
    assert navigation.view == navigation.view.fitted((-9.0, -9.0, 9.0, 9.0))


def test_new_samples_are_fitted_even_after_a_hand(navigation: Navigation) -> None:
    navigation.zoom(3.0, 100, 100)
    navigation.start_afresh()
    navigation.set_bounds((5.0, 5.0, 6.0, 6.0))
    assert navigation.view == navigation.view.fitted((5.0, 5.0, 6.0, 6.0))
    assert navigation.following


def test_a_pan_that_is_let_go_runs_on_and_comes_to_rest(
    navigation: Navigation, clock: Clock
) -> None:
    for _ in range(6):
        clock.now += 0.01
        navigation.pan(8, 0)
    before = navigation.view.cx
    navigation.let_go()
    assert navigation.is_moving
    advance(navigation, clock, 2.0)
    assert not navigation.is_moving
    assert navigation.view.cx < before


def test_a_pan_that_stops_first_does_not_run_on(navigation: Navigation, clock: Clock) -> None:
    navigation.pan(40, 0)
    clock.now += 0.01
    navigation.pan(40, 0)
    clock.now += 0.5
    navigation.let_go()
    assert not navigation.is_moving


def test_a_glided_zoom_keeps_its_point_all_the_way(navigation: Navigation, clock: Clock) -> None:
    at = navigation.view.to_latent(500, 90)
    navigation.glide_zoom(2.0, 500, 90)
    seen = []
    while navigation.is_moving:
        advance(navigation, clock, 0.016)
        seen.append(navigation.view.to_latent(500, 90))
    assert len(seen) > 3
    for place in seen:
        assert place == pytest.approx(at, abs=1e-6)


def test_two_quick_zooms_add_up(navigation: Navigation, clock: Clock) -> None:
    before = navigation.view.sx
    navigation.glide_zoom(1.5, 300, 200)
    navigation.glide_zoom(1.5, 300, 200)
    advance(navigation, clock, 1.0)
    assert navigation.view.sx == pytest.approx(before * 2.25)


def test_zoom_stops_at_its_limit_without_sliding(navigation: Navigation) -> None:
    for _ in range(80):
        navigation.zoom(2.0, 500, 90)
    deep = navigation.view
    navigation.zoom(2.0, 200, 300)
    assert navigation.view.sx == pytest.approx(deep.sx)
    assert navigation.view.cx == pytest.approx(deep.cx)


def test_a_ribbon_stays_on_its_line(navigation: Navigation) -> None:
    navigation.set_ribbon(True)
    navigation.fit(animated=False)
    navigation.pan(30, 200)
    navigation.zoom(2.0, 100, 50)
    assert navigation.view.cy == 0.0
    assert navigation.view.sy == navigation.view.sx


def test_a_resize_keeps_following(navigation: Navigation) -> None:
    navigation.place(46, 0, 900, 300)
    assert navigation.view == navigation.view.fitted(BOUNDS)
