from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.frame import axes_frame
from aegui.features.map.model import plane_service
from aegui.features.map.model.plane_service import MAX_TILES, REFRESH_MS, PlaneService
from aegui.features.map.model.plane_tiles import PlaneRequest
from tests.session.pictures import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.features.map.model.plane_tiles import Plane

RECT = (-2.0, -1.0, 2.0, 3.0)
SHAPE = (1, 7, 5)
XY = axes_frame((0, 1), np.zeros(2))


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


def test_the_latest_request_wins_and_known_planes_come_at_once(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.set_codec(network(SHAPE, hidden=400))
    for left in range(20):
        service.request(PlaneRequest((float(left), 0.0, 20.0, 1.0), 60, 60, XY))
    qtbot.waitUntil(lambda: bool(heard) and heard[-1].complete)
    qtbot.wait(60)
    assert {plane.rect[0] for plane in heard} == {19.0}
    count = len(heard)
    service.request(PlaneRequest((19.0, 0.0, 20.0, 1.0), 60, 60, XY))
    qtbot.waitUntil(lambda: len(heard) == count + 1)
    assert heard[-1].complete
    assert np.array_equal(heard[-1].images, heard[-2].images)


def test_a_new_network_draws_the_plane_anew_but_not_at_every_step(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.set_codec(network(SHAPE, epoch=0))
    service.request(PlaneRequest(RECT, 10, 10, XY))
    qtbot.waitUntil(lambda: len(heard) == 1)
    begun, epoch = time.monotonic(), 0
    while len(heard) < 3:
        epoch += 1
        service.set_codec(network(SHAPE, epoch=epoch), live=True)
        qtbot.wait(REFRESH_MS // 10)
    qtbot.waitUntil(lambda: heard[-1].epoch == epoch)
    assert len(heard) <= 2 + 1000 * (time.monotonic() - begun) / REFRESH_MS
    count = len(heard)
    qtbot.wait(2 * REFRESH_MS)
    assert len(heard) == count


def test_networks_that_a_person_goes_through_are_drawn_one_by_one(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No plane counts as slow, and pauses exceed the duration of this test.
    monkeypatch.setattr(plane_service, "QUICK_S", 1000.0)
    for pause in ("REFRESH_MS", "MAX_REFRESH_MS"):
        monkeypatch.setattr(plane_service, pause, 600_000)
    service = PlaneService()
    heard: list[Plane] = []
    service.decoded.connect(heard.append)
    service.set_codec(network(SHAPE, epoch=0))
    service.request(PlaneRequest(RECT, 4, 4, XY))
    qtbot.waitUntil(lambda: len(heard) == 1)
    for epoch in range(1, 6):
        with qtbot.waitSignal(service.decoded):
            service.set_codec(network(SHAPE, epoch=epoch))
        assert heard[-1].epoch == epoch
    service.shutdown()


def test_without_a_network_nothing_comes(
    qtbot: QtBot, service: PlaneService, heard: list[Plane]
) -> None:
    service.request(PlaneRequest(RECT, 4, 4, XY))
    service.set_codec(network(SHAPE, latent=3))
    service.set_codec(None)
    qtbot.wait(50)
    service.forget()
    service.set_codec(network(SHAPE))
    qtbot.wait(2 * REFRESH_MS)
    assert not heard


def test_a_plane_has_bounds(qtbot: QtBot, service: PlaneService, heard: list[Plane]) -> None:
    service.set_codec(network((1, 2, 2)))
    service.request(PlaneRequest(RECT, 10_000, 0, XY))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].images.shape == (1, MAX_TILES, 1, 2, 2)


def test_a_learning_network_is_not_decoded_to_the_end_until_it_rests(
    qtbot: QtBot,
    service: PlaneService,
    heard: list[Plane],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aegui.features.map.model.plane_service.LIVE_S", 0.0)
    service.set_codec(network(SHAPE), live=True)
    service.request(PlaneRequest(RECT, 60, 60, XY))
    qtbot.waitUntil(lambda: bool(heard))
    assert not heard[-1].complete
    service.settle()
    qtbot.waitUntil(lambda: heard[-1].complete)
