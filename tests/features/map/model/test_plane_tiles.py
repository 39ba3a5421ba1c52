from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.frame import axes_frame, spanned_frame
from aegui.features.map.model import plane_tiles
from aegui.features.map.model.plane_tiles import (
    MAX_CACHE_BYTES,
    Plane,
    PlaneRequest,
    TileStore,
    decode_plane,
)
from aegui.session.data.image_style import grey_levels
from tests.session.pictures import network as codec

if TYPE_CHECKING:
    import pytest
    from numpy.typing import NDArray

SHAPE = (1, 7, 5)
RECT = (-2.0, -1.0, 2.0, 3.0)
XY = axes_frame((0, 1), np.zeros(2))


def whole(store: TileStore, wanted: PlaneRequest) -> Plane:
    return list(decode_plane(store, wanted))[-1]


def about_equal(levels: NDArray[np.uint8], expected: NDArray[np.uint8]) -> bool:
    """Return whether levels differ by at most 1: batches of other shapes round differently."""
    return bool(np.abs(levels.astype(int) - expected).max() <= 1)


def test_tiles_are_decoded_at_the_centres_of_their_cells() -> None:
    network = codec(SHAPE)
    plane = whole(TileStore(network), PlaneRequest(RECT, 4, 8, XY))
    assert plane.images.shape == (8, 4, 1, 7, 5)
    assert (plane.rect, plane.complete) == (RECT, True)
    for row, column, z in [(0, 0, (-1.5, -0.75)), (7, 0, (-1.5, 2.75)), (3, 2, (0.5, 0.75))]:
        expected = grey_levels(network.decode(z)[0]).reshape(7, 5)
        assert about_equal(plane.images[row, column, 0], expected)


def test_other_axes_and_the_numbers_beside_them() -> None:
    network = codec(SHAPE, latent=4)
    frame = axes_frame((3, 1), [0.1, 9.0, 0.3, 9.0])
    plane = whole(TileStore(network), PlaneRequest(RECT, 2, 2, frame))
    expected = grey_levels(network.decode([0.1, 0.0, 0.3, -1.0])[0]).reshape(7, 5)
    assert about_equal(plane.images[0, 0, 0], expected)
    assert plane.frame is frame


def test_slanted_directions() -> None:
    network = codec(SHAPE, latent=3)
    half = 0.5**0.5
    frame = spanned_frame([[half, half, 0.0], [0.0, 0.0, 1.0]], [1.0, -1.0, 5.0])
    plane = whole(TileStore(network), PlaneRequest((0.0, 0.0, 2.0, 2.0), 1, 1, frame))
    expected = grey_levels(network.decode([1.0 + half, -1.0 + half, 1.0])[0]).reshape(7, 5)
    assert about_equal(plane.images[0, 0, 0], expected)


def test_a_code_of_one_number_runs_along_x() -> None:
    network = codec(SHAPE, latent=1)
    plane = whole(TileStore(network), PlaneRequest(RECT, 3, 2, axes_frame((0, 0), [0.0])))
    assert about_equal(plane.images[0], plane.images[1])
    assert not np.array_equal(plane.images[0, 0], plane.images[0, 1])


def test_colours_stay() -> None:
    network = codec((3, 4, 4))
    plane = whole(TileStore(network), PlaneRequest(RECT, 1, 1, XY))
    expected = grey_levels(network.decode([0.0, 1.0])[0]).reshape(3, 4, 4)
    assert about_equal(plane.images[0, 0], expected)


def test_no_tile_is_decoded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    store, decode = TileStore(codec(SHAPE)), TileStore.decode
    asked: list[int] = []

    def counted(self: TileStore, codes: NDArray[np.float32]) -> NDArray[np.uint8]:
        asked.append(len(codes))
        return decode(self, codes)

    monkeypatch.setattr(TileStore, "decode", counted)
    first = whole(store, PlaneRequest((0.0, 0.0, 8.0, 8.0), 8, 8, XY))
    assert sum(asked) == 64
    moved = whole(store, PlaneRequest((2.0, -1.0, 10.0, 7.0), 8, 8, XY))
    assert sum(asked) == 64 + 64 - 6 * 7
    assert np.array_equal(moved.images[1:, :6], first.images[:7, 2:])


def test_the_room_for_tiles_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane_tiles, "MAX_CACHE_BYTES", 20 * 35)
    store = TileStore(codec(SHAPE))
    whole(store, PlaneRequest(RECT, 8, 8, XY))
    assert store.nbytes == 20 * 35
    assert MAX_CACHE_BYTES >= 20_000_000


def test_what_takes_long_comes_coarse_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane_tiles, "REPORT_S", 0.0)
    monkeypatch.setattr(plane_tiles, "_adapt", lambda *_: None)
    store = TileStore(codec(SHAPE))
    states = list(decode_plane(store, PlaneRequest((0.0, 0.0, 8.0, 8.0), 8, 8, XY)))
    assert [state.complete for state in states] == [False, False, False, True]
    coarse, fine = states[0].images, states[-1].images
    # With 16 tiles known, each block of 2 x 2 shows that of its anchor.
    for row in range(8):
        for column in range(8):
            anchor = row // 2 * 2, column // 2 * 2
            assert np.array_equal(coarse[row, column], fine[anchor])


def test_a_budget_ends_it_covered_as_far_as_it_goes() -> None:
    store = TileStore(codec(SHAPE))
    (state,) = decode_plane(store, PlaneRequest(RECT, 16, 16, XY), budget_s=0.0)
    assert not state.complete
    assert store.nbytes == 16 * 35
    assert whole(store, PlaneRequest(RECT, 16, 16, XY)).complete


def test_who_is_not_wanted_any_more_gives_up() -> None:
    store = TileStore(codec(SHAPE))
    assert list(decode_plane(store, PlaneRequest(RECT, 16, 16, XY), None, lambda: True)) == []


def test_the_tiles_about_a_place_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    store, decode = TileStore(codec(SHAPE)), TileStore.decode
    asked: list[NDArray[np.float32]] = []

    def noted(self: TileStore, codes: NDArray[np.float32]) -> NDArray[np.uint8]:
        asked.append(codes)
        return decode(self, codes)

    monkeypatch.setattr(TileStore, "decode", noted)
    place = (6.6, 1.2)
    whole(store, PlaneRequest((0.0, 0.0, 8.0, 8.0), 8, 8, XY, place))
    codes = np.concatenate(asked)
    away = np.hypot(*(codes - place).T)
    # First the anchors of blocks of 4 x 4, then of 2 x 2, then all others.
    for part in (slice(0, 4), slice(4, 16), slice(16, 64)):
        assert (np.diff(away[part]) >= -1e-6).all()
    assert away[0] < 2.9


def test_the_place_makes_no_other_plane() -> None:
    assert PlaneRequest(RECT, 4, 4, XY, (1.0, 1.0)) == PlaneRequest(RECT, 4, 4, XY)
    assert PlaneRequest(RECT, 4, 4, XY).first_cell() == (1.5, 1.5)


def test_what_is_not_decoded_yet_is_never_black() -> None:
    network = codec(SHAPE)
    store = TileStore(network)
    store.batch = 1
    wanted = PlaneRequest(RECT, 40, 30, XY)
    begun = next(iter(decode_plane(store, wanted, budget_s=0.0)))
    assert not begun.complete
    done = {
        bytes(image) for image in whole(store, wanted).images.reshape(-1, *SHAPE).astype(np.uint8)
    }
    assert {bytes(image) for image in begun.images.reshape(-1, *SHAPE)} <= done
