from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.session.map import codes_service
from aegui.session.map.codes_service import Codes, CodesService, described
from tests.session.parts import codec, glyphs
from tests.session.pictures import grey, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.latent.codec import Codec


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[CodesService]:
    service = CodesService()
    yield service
    service.shutdown()


@pytest.fixture
def heard(service: CodesService) -> list[Codes]:
    heard: list[Codes] = []
    service.encoded.connect(heard.append)
    return heard


def test_small_sets_are_encoded_at_once(service: CodesService, heard: list[Codes]) -> None:
    letters, dataset = codec(), glyphs()
    codes = service.encode(letters, dataset, live=True)
    assert codes is not None
    assert np.array_equal(codes.values, letters.encode(dataset.flat()))
    assert codes.indices.tolist() == list(range(len(dataset)))
    assert np.allclose(codes.mean, codes.values.mean(axis=0))
    assert np.allclose(codes.spread, codes.values.std(axis=0))
    assert not codes.values.flags.writeable
    assert heard == []


def test_large_sets_come_in_ever_larger_parts(
    qtbot: QtBot, service: CodesService, heard: list[Codes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_service, "QUICK_BATCH", 0)
    monkeypatch.setattr(codes_service, "FEWEST", 10)
    monkeypatch.setattr(codes_service, "SOON", 1)
    images, dataset = network(), grey(60)
    assert service.encode(images, dataset, live=False) is None
    qtbot.waitUntil(lambda: len(heard) == 3)
    few, _, everyone = heard
    assert [len(each.indices) for each in heard] == [10, 40, 60]
    assert (np.diff(few.indices) > 0).all()
    assert few.total == 60
    assert np.allclose(few.values, everyone.values[few.indices], atol=1e-5)
    assert np.allclose(everyone.values, images.encode(dataset.flat()), atol=1e-5)


def test_while_a_network_learns_some_samples_do_and_not_at_every_step(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_service, "QUICK_BATCH", 0)
    monkeypatch.setattr(codes_service, "LIVE_MOST", 10)
    monkeypatch.setattr(codes_service, "BUSY_SHARE", 1e-9)
    service, dataset = CodesService(), grey(60)
    heard: list[Codes] = []
    service.encoded.connect(heard.append)
    begun = time.monotonic()
    for epoch in range(1, 30):
        service.encode(network(epoch=epoch), dataset, live=True)
        qtbot.wait(5)
    qtbot.waitUntil(lambda: bool(heard))
    assert len(heard) <= 2 + 1000 * (time.monotonic() - begun) / codes_service.MAX_PAUSE_MS
    assert len(heard[0].indices) == 10
    last = network(epoch=99)
    service.encode(last, dataset, live=False)
    qtbot.waitUntil(lambda: heard[-1].codec is last)
    service.shutdown()
    qtbot.waitUntil(lambda: len(heard[-1].indices) == 60)


def test_codes_of_the_network_before_a_training_are_dropped_when_it_begins(
    qtbot: QtBot, service: CodesService, heard: list[Codes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_service, "QUICK_BATCH", 0)
    monkeypatch.setattr(codes_service, "FEWEST", 10)
    monkeypatch.setattr(codes_service, "SOON", 1)
    dataset = grey(60)
    service.encode(network(latent=5, epoch=7), dataset, live=False)
    # The set is the same, the network another one.
    service.encode(network(epoch=1), dataset, live=True)
    qtbot.waitUntil(lambda: bool(heard))
    service.encode(network(epoch=2), dataset, live=False)
    qtbot.waitUntil(lambda: len(heard[-1].indices) == 60)
    assert {(codes.codec.epoch, codes.size) for codes in heard if codes.codec} == {(1, 2), (2, 2)}


def test_late_codes_of_what_is_not_shown_any_more_are_dropped(
    qtbot: QtBot, service: CodesService, heard: list[Codes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_service, "QUICK_BATCH", 0)
    service.encode(network(), grey(60), live=False)
    service.forget()
    qtbot.wait(80)
    assert heard == []


def test_a_gan_gives_no_codes_but_the_size_of_its_own(service: CodesService) -> None:
    codes = service.encode(network(latent=5, gan=True), grey(), live=False)
    assert codes is not None
    assert codes.values.shape == (0, 5)
    assert codes.mean.tolist() == [0.0] * 5
    assert codes.spread.tolist() == [1.0] * 5


def test_the_plane_of_a_network_at_rest_does_not_depend_on_what_was_shown_before(
    service: CodesService,
) -> None:
    def plane(codec: Codec, *, live: bool = False, is_past: bool = False) -> np.ndarray:
        codes = service.encode(codec, dataset, live=live, is_past=is_past)
        assert codes is not None
        return codes.directions

    dataset = grey(60)
    networks = [network(latent=6, epoch=epoch) for epoch in range(1, 9)]
    service.forget()
    alone = {}
    for each in networks:
        service.forget()
        alone[each.epoch] = plane(each)
    service.forget()
    for each in networks:
        before = plane(each, live=True)
        assert plane(each) == pytest.approx(alone[each.epoch]), "as when it is opened alone"
        assert before.shape == (2, 6)
    mirrored = 0
    for each in networks:
        before = plane(networks[0])
        past = plane(each, is_past=True)
        assert ((past * before).sum(axis=1) >= 0).all(), "a past epoch keeps to the sides"
        mirrored += not np.allclose(past, alone[each.epoch])
    assert mirrored, "some would lie the other way round by themselves"


def test_the_directions_of_most_difference() -> None:
    rng = np.random.default_rng(3)
    widths = np.array([0.1, 5.0, 0.1, 0.2, 2.0, 0.1])
    values = np.asarray(rng.normal(size=(500, 6)) * widths, np.float32)
    values[0, 0] = np.nan
    found = described(values.copy(), np.arange(500), 500).directions
    assert np.abs(found @ found.T - np.eye(2)).max() < 1e-5
    assert np.abs(found[0, 1]) > 0.99
    assert np.abs(found[1, 4]) > 0.99
    assert found[0, 1] > 0
    turned = described(values.copy(), np.arange(500), 500, like=-found).directions
    assert np.allclose(turned, -found, atol=1e-5)
    axes = np.eye(2, 6, dtype=np.float32)
    kept = described(values.copy(), np.arange(500), 500, like=axes, keeps=True)
    assert kept.directions is axes
