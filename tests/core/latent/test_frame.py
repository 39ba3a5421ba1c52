from __future__ import annotations

import numpy as np
import pytest

from aegui.core.latent.frame import (
    axes_frame,
    directions_through,
    principal_directions,
    spanned_frame,
)


def test_two_numbers_of_the_code_and_the_others_fixed() -> None:
    frame = axes_frame((2, 0), [9.0, 0.5, 9.0, -1.0])
    assert frame.size == 4
    assert frame.codes([1.0, 2.0], [3.0, 4.0]).tolist() == [
        [3.0, 0.5, 1.0, -1.0],
        [4.0, 0.5, 2.0, -1.0],
    ]
    assert frame == axes_frame((2, 0), [0.0, 0.5, 7.0, -1.0]), "what they hold does not count"
    assert frame.parallel(axes_frame((2, 0), [0.0, 5.0, 0.0, 0.0]))
    assert not frame.parallel(axes_frame((0, 2), [0.0, 0.5, 0.0, -1.0]))


def test_codes_of_one_number_lie_on_a_line() -> None:
    frame = axes_frame((0, 0), [3.0])
    assert frame.codes([1.5], [99.0]).tolist() == [[1.5]]


def test_a_plane_along_two_directions_goes_through_its_base() -> None:
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.normal(size=(5, 2)))[0].T
    base = rng.normal(size=5)
    frame = spanned_frame(directions, base)
    x, y = directions @ base
    assert frame.codes(x, y)[0] == pytest.approx(base, abs=1e-6)
    code = frame.codes(0.7, -1.3)[0]
    assert directions @ code == pytest.approx([0.7, -1.3], abs=1e-6)


@pytest.mark.parametrize("value", [0.1, 1.0, np.nan])
def test_the_directions_of_codes_that_do_not_differ_are_the_first_axes(value: float) -> None:
    found = principal_directions(np.full((7, 3), value, np.float32))
    assert found.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_codes_of_one_number_have_no_second_direction() -> None:
    assert principal_directions(np.zeros((4, 1), np.float32)).shape == (2, 1)


def test_the_plane_through_three_places_holds_all_of_them() -> None:
    draw = np.random.default_rng(3)
    places = draw.normal(size=(3, 6))
    directions = directions_through(places)
    assert directions is not None
    assert directions @ directions.T == pytest.approx(np.eye(2), abs=1e-6)
    frame = spanned_frame(directions, places[0])
    on_plane = places @ directions.T
    assert frame.codes(on_plane[:, 0], on_plane[:, 1]) == pytest.approx(places, abs=1e-5)
    assert on_plane[1, 0] > on_plane[0, 0], "the second lies to the right of the first"
    assert on_plane[1, 1] == pytest.approx(on_plane[0, 1], abs=1e-5)
    assert on_plane[2, 1] > on_plane[0, 1], "the third above"


@pytest.mark.parametrize(
    "places",
    [
        [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]],
        [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.0, 4.0, 6.0]],
        [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, np.inf, 0.0]],
    ],
)
def test_three_places_on_a_line_have_no_plane(places: list[list[float]]) -> None:
    assert directions_through(places) is None
