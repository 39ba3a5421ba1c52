from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.session.jobs.costs import QUICK
from aegui.session.map.decode_service import Decoded, DecodeService
from tests.session.parts import codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.latent.codec import Codec

LARGE = {"hidden": 8000, "pixels": 600}


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[DecodeService]:
    service = DecodeService()
    yield service
    service.shutdown()


@pytest.fixture
def heard(service: DecodeService) -> list[Decoded]:
    heard: list[Decoded] = []
    service.decoded.connect(heard.append)
    return heard


@pytest.fixture
def large() -> Codec:
    large = codec(**LARGE)
    assert large.cost > QUICK
    return large


def test_small_decoders_answer_at_once(service: DecodeService, heard: list[Decoded]) -> None:
    small = codec(epoch=7)
    service.set_codec(small)
    service.request([0.3, -1.2], tag="cursor")
    (decoded,) = heard
    assert np.array_equal(decoded.image, small.decode([0.3, -1.2])[0])
    assert decoded.z == pytest.approx([0.3, -1.2])
    assert (decoded.epoch, decoded.tag) == (7, "cursor")


def test_a_new_network_decodes_the_last_place_again(
    service: DecodeService, heard: list[Decoded]
) -> None:
    service.request([1.0, 2.0], tag="pin")
    assert not heard
    service.set_codec(codec(epoch=1))
    service.set_codec(codec(epoch=2))
    service.forget()
    service.set_codec(codec(epoch=3))
    assert [(decoded.epoch, decoded.tag) for decoded in heard] == [(1, "pin"), (2, "pin")]


def test_places_of_another_size_wait_for_a_network_that_fits(
    service: DecodeService, heard: list[Decoded]
) -> None:
    service.set_codec(codec(latent=3))
    service.request([1.0, 2.0])
    assert not heard
    service.set_codec(codec(latent=2))
    assert len(heard) == 1
    service.set_codec(None)
    service.request([0.0, 0.0])
    assert len(heard) == 1


def test_large_decoders_work_in_a_thread_and_the_latest_place_wins(
    qtbot: QtBot, service: DecodeService, heard: list[Decoded], large: Codec
) -> None:
    service.set_codec(large)
    for x in range(30):
        service.request([x, 0.0], tag=x)
    assert not heard
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(50)
    assert [decoded.tag for decoded in heard] == [29]
    assert np.array_equal(heard[0].image, large.decode([29.0, 0.0])[0])


def test_late_answers_of_an_old_network_are_dropped(
    qtbot: QtBot, service: DecodeService, heard: list[Decoded], large: Codec
) -> None:
    service.set_codec(large)
    service.request([1.0, 1.0])
    service.set_codec(codec(epoch=99))
    qtbot.wait(80)
    assert [decoded.epoch for decoded in heard] == [99]
