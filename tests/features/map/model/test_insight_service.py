"""Figures of a position, at once or from a thread, and the fan around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.frame import axes_frame, spanned_frame
from aegui.core.latent.insight import insight
from aegui.features.map.model.insight_service import FAN_SIDE, InsightService, fan_codes
from tests.session.pictures import grey, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.features.map.model.insight_service import Fan, PlaceInsight

XY = axes_frame((0, 1), np.zeros(2))


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[InsightService]:
    made = InsightService()
    yield made
    made.shutdown()


@pytest.fixture
def told(service: InsightService) -> list[PlaceInsight]:
    heard: list[PlaceInsight] = []
    service.insights.answered.connect(heard.append)
    return heard


@pytest.fixture
def fans(service: InsightService) -> list[Fan]:
    heard: list[Fan] = []
    service.fans.answered.connect(heard.append)
    return heard


def test_of_a_small_network_all_is_told_at_once(
    service: InsightService, told: list[PlaceInsight]
) -> None:
    codec, dataset = network((1, 28, 28)), grey()
    service.set_subject(codec, dataset)
    service.measure((0.5, -0.25), XY)
    assert len(told) == 1
    found, wanted = told[0].insight, insight(codec, told[0].known, (0.5, -0.25), np.eye(2))
    assert found.z.tolist() == [0.5, -0.25]
    assert found.nearest == wanted.nearest
    assert found.entropy == wanted.entropy
    assert found.log_stretch == wanted.log_stretch
    assert found.drift is not None
    assert wanted.drift is not None
    assert np.array_equal(found.drift, wanted.drift)
    # What it took sets the pace of the next ones.
    assert told[0].seconds > 0.0


def test_the_samples_are_prepared_once_for_all_weights(service: InsightService) -> None:
    dataset = grey()
    service.set_subject(network(), dataset)
    known = service.known
    service.set_subject(network(epoch=4), dataset, live=True)
    assert service.known is known
    service.set_subject(None, dataset)
    assert service.known is None


def test_a_large_network_answers_from_a_thread_and_the_newest_place_wins(
    qtbot: QtBot, service: InsightService, told: list[PlaceInsight]
) -> None:
    service.set_subject(network((1, 28, 28), hidden=3000), grey())
    for number in range(30):
        service.measure((number / 10, 0.0), XY)
    assert not told
    qtbot.waitUntil(lambda: bool(told) and told[-1].insight.z[0] == pytest.approx(2.9))
    assert len(told) < 30


def test_without_a_network_or_with_other_codes_nothing_is_told(
    service: InsightService, told: list[PlaceInsight], fans: list[Fan]
) -> None:
    service.measure((0.0, 0.0), XY)
    service.fan((0.0, 0.0), XY, 0.1)
    service.set_subject(network(latent=3), grey())
    service.measure((0.0, 0.0), XY)
    service.fan((0.0, 0.0), XY, 0.1)
    assert not told
    assert not fans


def test_a_gan_tells_no_drift(service: InsightService, told: list[PlaceInsight]) -> None:
    service.set_subject(network(gan=True), grey())
    service.measure((0.1, 0.2), XY)
    assert told[0].insight.drift is None


def test_the_middle_of_the_fan_is_the_place_and_its_rows_grow_upwards(
    service: InsightService, fans: list[Fan]
) -> None:
    codec = network()
    service.set_subject(codec, grey())
    service.fan((0.5, -0.25), XY, 0.2)
    (fan,) = fans
    assert fan.images.shape == (FAN_SIDE, FAN_SIDE, 1, 28, 28)
    for row, column, z in ((2, 2, (0.5, -0.25)), (4, 2, (0.5, 0.15)), (2, 0, (0.1, -0.25))):
        assert fan.images[row, column].ravel() == pytest.approx(codec.decode(z)[0], abs=1e-6)


def test_a_fan_lies_in_the_plane_of_the_map() -> None:
    way = np.array([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    z = np.array([1.0, 2.0, 3.0], np.float32)
    codes = fan_codes(z, spanned_frame(way, z), 0.5).reshape(5, 5, 3)
    assert codes[2, 2] == pytest.approx([1.0, 2.0, 3.0])
    assert codes[2, 4] == pytest.approx([1.6, 2.8, 3.0])
    assert codes[0, 2] == pytest.approx([1.0, 2.0, 2.0])


def test_a_fan_of_codes_of_one_number_is_a_row() -> None:
    codes = fan_codes(np.array([1.0], np.float32), axes_frame((0, 0), [1.0]), 0.5)
    assert codes.ravel().tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_a_fan_that_is_not_wanted_any_more_does_not_come(
    qtbot: QtBot, service: InsightService, fans: list[Fan]
) -> None:
    service.set_subject(network((1, 28, 28), hidden=3000), grey())
    service.fan((0.0, 0.0), XY, 0.1)
    service.fans.forget()
    qtbot.wait(400)
    assert not fans
