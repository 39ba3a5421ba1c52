"""Paths from code to code."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent.paths import (
    PATHS,
    geodesic,
    pixel_change,
    spherical,
    stops,
    straight,
    through,
)
from tests.core.latent.curved import dome_codec
from tests.core.latent.linear import groups, linear_codec

if TYPE_CHECKING:
    from numpy.typing import NDArray


def image_length(path: NDArray[np.float32]) -> float:
    images = dome_codec().decode(path)
    return float(np.linalg.norm(np.diff(images, axis=0), axis=1).sum())


def test_a_straight_way_has_equal_steps_and_its_very_ends() -> None:
    a, b = np.array([0.1, -0.7, 3.0], np.float32), np.array([1.1, 0.3, -1.0], np.float32)
    path = straight(a, b, 5)
    assert path.dtype == np.float32
    assert np.array_equal(path[[0, -1]], [a, b])
    assert path[2] == pytest.approx((a + b) / 2)
    assert np.diff(path, axis=0) == pytest.approx(np.tile((b - a) / 4, (4, 1)), abs=1e-6)


def test_a_spherical_way_keeps_its_distance_from_the_middle() -> None:
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(2, 20))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    path = spherical(a, b, 9)
    assert np.linalg.norm(path, axis=1) == pytest.approx(np.full(9, np.linalg.norm(a)), rel=1e-5)
    unit = path / np.linalg.norm(path, axis=1, keepdims=True)
    angles = np.arccos(np.clip((unit[:-1] * unit[1:]).sum(axis=1), -1, 1))
    assert angles == pytest.approx(np.full(8, angles.mean()), rel=1e-3)


def test_an_arc_between_nearly_opposed_codes_stays_between_their_distances() -> None:
    a, b = np.array([-1.5, -0.8]), np.array([6.0, 1.9])
    path = spherical(a, b, 25)
    lengths = np.linalg.norm(path.astype(np.float64), axis=1)
    assert lengths == pytest.approx(np.linspace(np.linalg.norm(a), np.linalg.norm(b), 25), rel=1e-5)
    angles = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    assert np.diff(angles) == pytest.approx(np.full(24, (angles[-1] - angles[0]) / 24), rel=1e-3)


@pytest.mark.parametrize("b", [[0.0, 0.0], [-2.0, 0.0], [3.0, 0.0], [1.0, 0.0]])
def test_where_there_is_no_arc_the_line_is_straight(b: list[float]) -> None:
    assert spherical([1.0, 0.0], b, 4) == pytest.approx(straight([1.0, 0.0], b, 4))


def test_the_shortest_way_goes_around_a_hill() -> None:
    """The third pixel of the decoder is a steep hill in the middle, where the image changes."""
    codec = dome_codec()
    a, b = [-1.0, 0.05], [1.0, 0.05]
    path = geodesic(codec, a, b, 25)
    assert np.array_equal(path[[0, -1]], np.array([a, b], np.float32))
    assert image_length(path) < 0.8 * image_length(straight(a, b, 25))
    assert path[12, 1] > 0.3
    steps = np.linalg.norm(np.diff(codec.decode(path), axis=0), axis=1)
    assert steps.max() < 1.3 * steps.mean()


def test_known_codes_show_the_way() -> None:
    codec = dome_codec(size=3)
    arc = np.linspace(0, np.pi, 60)
    codes = np.stack([-np.cos(arc), np.sin(arc), 0 * arc], axis=1).astype(np.float32)
    path = geodesic(codec, codes[0], codes[-1], 25, codes)
    straight_length = np.linalg.norm(
        np.diff(codec.decode(straight(codes[0], codes[-1], 200)), axis=0), axis=1
    ).sum()
    length = np.linalg.norm(np.diff(codec.decode(path), axis=0), axis=1).sum()
    assert length < 0.8 * straight_length


def test_on_a_flat_space_the_shortest_way_is_straight() -> None:
    codec = linear_codec(groups(), 3)
    a, b = [0.3, -0.2, 0.1], [-0.4, 0.5, 0.2]
    assert geodesic(codec, a, b, 12) == pytest.approx(straight(a, b, 12), abs=2e-3)
    line = linear_codec(groups(), 1)
    assert geodesic(line, [0.0], [2.0], 5) == pytest.approx(straight([0.0], [2.0], 5), abs=1e-4)
    same = geodesic(codec, a, a, 4)
    assert np.array_equal(same, np.tile(np.array(a, np.float32), (4, 1)))


def test_change_is_counted_in_pixels() -> None:
    codec = linear_codec(groups(), 2)
    path = straight([0.0, 0.0], [0.2, 0.1], 6)
    images = np.clip(codec.decode(path), 0, 1)
    assert pixel_change(codec, path) == pytest.approx(
        np.abs(np.diff(images, axis=0)).sum(axis=1), rel=1e-5
    )


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("n", [3, 4, 10, 25])
def test_a_way_through_places_meets_them(kind: str, n: int) -> None:
    codec = dome_codec()
    places = [[-1.0, 0.1], [0.0, 0.9], [1.0, 0.0]]
    path = through(places, kind, n, codec)
    at = stops(3, n)
    assert path.shape == (n, 2)
    assert (at[0], at[-1]) == (0, n - 1)
    assert path[list(at)] == pytest.approx(np.array(places), abs=1e-6)
    gaps = [after - before for before, after in itertools.pairwise(at)]
    assert max(gaps) - min(gaps) <= 1


def test_refusals() -> None:
    with pytest.raises(AeguiError, match="two places"):
        through([[0.0]], "straight", 4)
    with pytest.raises(AeguiError, match="kind bent"):
        through([[0.0], [1.0]], "bent", 4)
    with pytest.raises(AeguiError, match="kind geodesic"):
        through([[0.0], [1.0]], "geodesic", 4)
    with pytest.raises(AeguiError, match="2 and 3 numbers"):
        straight([0.0, 1.0], [0.0, 1.0, 2.0], 4)
    with pytest.raises(Cancelled):
        geodesic(dome_codec(), [-1.0, 0.0], [1.0, 0.0], 9, cancelled=lambda: True)


def test_where_the_network_goes_to_infinity_there_is_a_way_still() -> None:
    found = geodesic(linear_codec(groups()), [-1.0, 0.0], [1e37, 2e36], 9)
    assert found.shape == (9, 2)
    assert np.isfinite(found).all()
    assert found[-1].tolist() == [np.float32(1e37), np.float32(2e36)]


def test_it_tells_how_far_it_is() -> None:
    told: list[float] = []
    places = [[-2.0, 0.0], [2.0, 0.0], [0.0, 2.0]]
    through(places, "geodesic", 12, dome_codec(), report=told.append)
    assert told == sorted(told)
    assert told[0] < 0.2
    assert any(0.4 <= share < 0.6 for share in told), "the second leg begins at one half"
    assert 0.6 < told[-1] <= 1.0
