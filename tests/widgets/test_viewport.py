"""The viewport: pixels and latent positions correspond, and the view stays bounded."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.widgets.viewport import (
    FIT_MARGIN_PX,
    MAX_STRETCH,
    MAX_ZOOM,
    MIN_ZOOM,
    Viewport,
    bounds_of,
)

VIEW = Viewport(cx=0.5, cy=-1.0, sx=200.0, sy=100.0, left=46.0, top=0.0, width=600.0, height=400.0)
numbers = st.floats(-1e3, 1e3)


@given(numbers, numbers)
def test_pixels_lead_back_to_the_place(x: float, y: float) -> None:
    px, py = VIEW.to_pixels((x, y))[0].tolist()
    assert VIEW.to_latent(px, py) == pytest.approx((x, y), abs=1e-9)
    assert (VIEW.x_pixel(x), VIEW.y_pixel(y)) == pytest.approx((px, py))


def test_y_grows_upwards() -> None:
    low, high = VIEW.to_pixels([(0.5, -1.0), (0.5, 0.0)])[:, 1].tolist()
    assert high == low - 100.0
    assert low == 200.0


def test_bounds_are_the_edges_of_the_window() -> None:
    x0, y0, x1, y1 = VIEW.bounds
    assert VIEW.to_latent(46.0, 0.0) == pytest.approx((x0, y1))
    assert VIEW.to_latent(646.0, 400.0) == pytest.approx((x1, y0))


@given(st.floats(0.1, 10.0), st.floats(50, 640), st.floats(0, 400))
def test_zoom_keeps_what_is_under_the_cursor(factor: float, x: float, y: float) -> None:
    zoomed = VIEW.zoomed(factor, x, y)
    assert zoomed.to_latent(x, y) == pytest.approx(VIEW.to_latent(x, y), abs=1e-9)
    assert zoomed.sx == pytest.approx(VIEW.sx * factor)


def test_pan_moves_what_is_seen_by_pixels() -> None:
    before = VIEW.to_pixels((0.1, 0.2))[0]
    after = VIEW.panned(30.0, -12.0).to_pixels((0.1, 0.2))[0]
    assert (after - before).tolist() == pytest.approx([30.0, -12.0])


@given(numbers, numbers, st.floats(0, 1e3), st.floats(0, 1e3))
def test_a_fit_shows_everything_with_a_margin(x: float, y: float, w: float, h: float) -> None:
    view = VIEW.fitted((x, y, x + w, y + h))
    corners = view.to_pixels([(x, y), (x + w, y + h)])
    assert corners[:, 0].min() >= view.left + FIT_MARGIN_PX - 1e-3
    assert corners[:, 0].max() <= view.left + view.width - FIT_MARGIN_PX + 1e-3
    assert corners[:, 1].min() >= FIT_MARGIN_PX - 1e-3
    assert corners[:, 1].max() <= view.height - FIT_MARGIN_PX + 1e-3


def test_a_fit_leaves_free_what_stands_at_the_top() -> None:
    view = replace(VIEW, inset=40.0).fitted((0.0, 0.0, 1.0, 5.0))
    corners = view.to_pixels([(0.0, 0.0), (1.0, 5.0)])
    assert corners[1, 1] == pytest.approx(view.top + 40.0 + FIT_MARGIN_PX)
    assert corners[0, 1] == pytest.approx(view.top + view.height - FIT_MARGIN_PX)
    assert view.limited((0.0, 0.0, 1.0, 5.0)) == view


def test_units_are_equal_unless_that_wastes_the_room() -> None:
    square = VIEW.fitted((-1, -1, 1, 1))
    assert square.sx == square.sy
    flat = VIEW.fitted((-10, -1, 10, 1))
    assert flat.sy > flat.sx
    filled = 2 * flat.sy / (flat.height - 2 * FIT_MARGIN_PX)
    assert filled == pytest.approx(1 / MAX_STRETCH)


def test_one_spot_is_seen_at_a_finite_scale() -> None:
    view = VIEW.fitted((3.0, 3.0, 3.0, 3.0))
    assert math.isfinite(view.sx)
    assert (view.cx, view.cy) == (3.0, 3.0)


def test_limits_of_scale_and_place() -> None:
    bounds = (-1.0, -1.0, 1.0, 1.0)
    home = VIEW.fitted(bounds)
    assert home.limited(bounds) == home
    assert home.zoomed(1e9, 300, 200).limited(bounds).sx == pytest.approx(home.sx * MAX_ZOOM)
    assert home.zoomed(1e-9, 300, 200).limited(bounds).sx == pytest.approx(home.sx * MIN_ZOOM)
    lost = home.panned(1e6, 0.0).limited(bounds)
    assert lost.bounds[2] > -1.0, "the codes are still in sight"


def test_between_two_views_lie_scales_in_step() -> None:
    goal = VIEW.zoomed(4.0, 300, 200)
    assert VIEW.towards(goal, 0.5).sx == pytest.approx(400.0)


def test_bounds_of_ignores_what_is_not_finite() -> None:
    coordinates = np.array([[0.0, 1.0], [np.nan, 5.0], [2.0, -1.0], [np.inf, 0.0]])
    assert bounds_of(coordinates) == (0.0, -1.0, 2.0, 1.0)
    assert bounds_of(coordinates[1:2]) is None
