"""The projection of codes onto the plane of the map."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.features.map.view.projection import MapProjection
from aegui.session.map.codes_service import described


def projection(size: int) -> MapProjection:
    """Return a projection that follows 12 random codes of ``size`` numbers."""
    made, values = MapProjection(), np.random.default_rng(0).normal(size=(12, size))
    codes = described(values.astype(np.float32), np.arange(12), 12)
    made.set_size(size)
    made.follow(codes)
    made.update_directions(codes)
    return made


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_code_of_a_place_is_projected_back_to_it(size: int) -> None:
    made = projection(size)
    place = [0.5, 0.0 if size == 1 else -0.75]
    code = made.full_code(*place)
    assert code.shape == (size,)
    assert made.project(code)[0] == pytest.approx(place, abs=1e-5)


def test_axes_show_two_numbers_and_leave_the_others_at_the_base() -> None:
    made = projection(5)
    made.set_axes(3, 1)
    code = made.full_code(2.0, -1.0)
    assert code[[3, 1]].tolist() == [2.0, -1.0]
    others = [0, 2, 4]
    np.testing.assert_array_equal(code[others], made.base[others])
    assert made.axis_names() == ("z4", "z2")
    for i, j in ((1, 1), (0, 5), (-1, 2)):
        with pytest.raises(ValueError, match="no axes"):
            made.set_axes(i, j)


def test_a_plane_through_three_codes_holds_them() -> None:
    made, codes = projection(4), np.eye(3, 4, dtype=np.float32)
    made.set_plane_through(codes)
    made.update_directions(None)
    coordinates = made.project(codes)
    found = np.stack([made.full_code(*place) for place in coordinates.tolist()])
    np.testing.assert_allclose(found, codes, atol=1e-5)
    assert not made.follows_mean
    made.set_plane_through(np.array([codes[0], 2 * codes[0], 3 * codes[0]]))
    assert not made.spanned, "through codes on one line there is no plane"


def test_random_planes_differ_and_axes_end_them() -> None:
    made = projection(4)
    made.shuffle()
    first = made.pin_directions
    made.shuffle()
    assert first is not None
    assert made.pin_directions is not None
    assert not np.allclose(first, made.pin_directions)
    assert made.is_random
    made.set_axes(0, 1)
    assert not made.is_random
    assert made.pin_directions is None


def test_the_state_tells_other_places() -> None:
    made = projection(4)
    before = made.state
    assert made.state == before
    made.set_axes(0, 1)
    assert made.state != before
