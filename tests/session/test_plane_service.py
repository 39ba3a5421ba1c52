from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.session.plane_service import (
    MAX_TILES,
    REFRESH_MS,
    Plane,
    PlaneRequest,
    PlaneService,
    decode_plane,
)
from tests.session.parts import codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

RECT = (-2.0, -1.0, 2.0, 3.0)
SHAPE = (7, 5)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[PlaneService]:
    service = PlaneService()
    yield service
    service.shutdown()


@pytest.fixture
def heard(service: PlaneService) -> list[Plane]:
    heard: list[Plane] = []
    service.decoded.connect(heard.append)
    return heard


def test_tiles_are_decoded_at_the_centres_of_their_cells() -> None:
    network = codec()
    plane = decode_plane(network, SHAPE, PlaneRequest(RECT, columns=4, rows=8))
    assert plane.images.shape == (8, 4, *SHAPE)
    assert plane.rect == RECT
    for row, column, z in [(0, 0, (-1.5, -0.75)), (7, 0, (-1.5, 2.75)), (3, 2, (0.5, 0.75))]:
        expected = network.decode(z)[0].reshape(SHAPE)
        assert plane.images[row, column] == pytest.approx(expected, abs=1e-5)


def test_other_axes_and_the_numbers_beside_them() -> None:
    network = codec(latent=4)
    wanted = PlaneRequest(RECT, columns=2, rows=2, axes=(3, 1), base=(0.1, 9.0, 0.3, 9.0))
    plane = decode_plane(network, SHAPE, wanted)
    expected = network.decode([0.1, 0.0, 0.3, -1.0])[0].reshape(SHAPE)
    assert plane.images[0, 0] == pytest.approx(expected, abs=1e-5)
    assert plane.axes == (3, 1)


def test_a_code_of_one_number_runs_along_x() -> None:
    network = codec(latent=1)
    plane = decode_plane(network, SHAPE, PlaneRequest(RECT, columns=3, rows=2))
    assert np.array_equal(plane.images[0], plane.images[1])
    assert not np.array_equal(plane.images[0, 0], plane.images[0, 1])


def test_channels_are_averaged() -> None:
    network = codec(pixels=3 * 4 * 4)
    plane = decode_plane(network, (4, 4), PlaneRequest(RECT, columns=1, rows=1))
    expected = network.decode([0.0, 1.0])[0].reshape(3, 4, 4).mean(axis=0)
    assert plane.images[0, 0] == pytest.approx(expected, abs=1e-5)


def test_the_latest_request_wins_and_known_planes_come_at_once(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.set_codec(codec(hidden=400), SHAPE)
    for left in range(20):
        service.request((float(left), 0.0, 20.0, 1.0), 60, 60)
    qtbot.waitUntil(lambda: bool(heard), timeout=5000)
    qtbot.wait(60)
    assert [plane.rect[0] for plane in heard] == [19.0]
    service.request((19.0, 0.0, 20.0, 1.0), 60, 60)
    assert heard[1] is heard[0]


def test_a_new_network_draws_the_plane_anew_but_not_at_every_step(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.set_codec(codec(epoch=0), SHAPE)
    service.request(RECT, 10, 10)
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=5000)
    for epoch in range(1, 30):
        service.set_codec(codec(epoch=epoch), SHAPE)
        qtbot.wait(REFRESH_MS // 10)
    qtbot.waitUntil(lambda: heard[-1].epoch == 29, timeout=5000)
    assert 3 <= len(heard) <= 6
    count = len(heard)
    qtbot.wait(2 * REFRESH_MS)
    assert len(heard) == count


def test_without_a_network_nothing_comes(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.request(RECT, 4, 4)
    service.set_codec(codec(), (100, 100))
    service.set_codec(None, SHAPE)
    qtbot.wait(50)
    service.forget()
    service.set_codec(codec(), SHAPE)
    qtbot.wait(2 * REFRESH_MS)
    assert not heard


def test_a_plane_has_bounds(qtbot: QtBot, service: PlaneService, heard: list[Plane]) -> None:
    service.set_codec(codec(pixels=4), (2, 2))
    service.request(RECT, 10_000, 0)
    qtbot.waitUntil(lambda: bool(heard), timeout=5000)
    assert heard[0].images.shape == (1, MAX_TILES, 2, 2)
