"""New images: from each source, different each time, and refused in words."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.latent.finds import best_new
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.novelty import known, novelty
from aegui.features.making.model import finds_service
from aegui.features.making.model.finds_service import SOURCES, FindsResult, FindsService
from aegui.features.making.model.making import MakingSubject
from tests.session.parts import codec, glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
FRAME = axes_frame((0, 1), np.zeros(2))


def subject(latent: int = 2) -> MakingSubject:
    dataset = glyphs()
    return MakingSubject(codec(latent=latent), dataset, known(dataset, True), None, False, 0)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[FindsService]:
    made = FindsService()
    made.set_subject(subject())
    yield made
    made.shutdown()
    made.deleteLater()


def found(
    qtbot: QtBot,
    service: FindsService,
    source: str,
    count: int = 5,
    polygon: NDArray[np.float64] | None = None,
) -> FindsResult:
    with qtbot.waitSignal(service.found) as told:
        service.find(source, count, polygon, FRAME)
    result: FindsResult = told.args[0]
    return result


@pytest.mark.parametrize("source", ["prior", "posterior", "region"])
def test_draws_are_what_the_network_makes_of_codes(
    service: FindsService, qtbot: QtBot, source: str
) -> None:
    result = found(qtbot, service, source, 5, SQUARE)
    assert result.codes.shape == (5, 2)
    made = subject()
    rows = np.clip(made.codec.decode(result.codes), 0.0, 1.0)
    np.testing.assert_allclose(result.images.reshape(5, -1), rows, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(result.ratio, novelty(made.known, rows).ratio)
    assert len(result.words) == 5
    assert service.latest is result


def test_draws_within_a_region_stay_there(service: FindsService, qtbot: QtBot) -> None:
    codes = found(qtbot, service, "region", 20, SQUARE).codes
    assert (codes >= 0.0).all()
    assert (codes <= 1.0).all()


def test_others_are_found_each_time(service: FindsService, qtbot: QtBot) -> None:
    first = found(qtbot, service, "prior")
    assert not np.array_equal(first.codes, found(qtbot, service, "prior").codes)


def test_the_best_are_new(service: FindsService, qtbot: QtBot) -> None:
    result = found(qtbot, service, "new", 3)
    assert 1 <= len(result.codes) <= 3
    assert (result.ratio > 0.25).all()


def test_a_region_must_be_drawn_first(service: FindsService, qtbot: QtBot) -> None:
    with qtbot.waitSignal(service.failed) as told:
        service.find("region", 5)
    assert "lasso" in told.args[0]
    with qtbot.waitSignal(service.failed) as told:
        service.find("region", 5, np.zeros((3, 2)), FRAME)
    assert "larger" in told.args[0]
    wrong = axes_frame((0, 1), np.zeros(3))
    with qtbot.waitSignal(service.failed) as told:
        service.find("region", 5, SQUARE, wrong)
    assert "lasso" in told.args[0]


def test_a_search_can_be_cancelled(service: FindsService, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(service.found, wait=50):
        service.find("new", 80)
        service.job.forget()
    assert not service.job.is_busy


def test_another_network_leaves_nothing(service: FindsService, qtbot: QtBot) -> None:
    found(qtbot, service, "prior")
    with qtbot.waitSignal(service.found) as told:
        service.set_subject(replace(subject(), training=1))
    assert told.args == [None]
    assert service.offered() == tuple(SOURCES)


def test_other_weights_of_the_network_leave_what_was_found(
    service: FindsService, qtbot: QtBot
) -> None:
    result = found(qtbot, service, "prior")
    service.set_subject(replace(subject(), codec=codec(epoch=4)))
    assert service.latest is result
    assert result.epoch == 3


def test_a_search_ends_with_its_network(service: FindsService, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(service.found, wait=50):
        service.find("new", 80)
        service.set_subject(replace(subject(), training=1))
    assert not service.job.is_busy


def test_a_search_tells_how_far_it_is(
    service: FindsService, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slowly(*args: Any) -> object:
        told, shares = args[6], list[float]()
        found = best_new(*(*args[:6], shares.append))
        assert shares == sorted(shares)
        assert shares[0] == 0.0
        assert 0.5 < shares[-1] < 1.0
        told(0.25)
        gate.wait(20.0)
        return found

    monkeypatch.setattr(finds_service, "best_new", slowly)
    with qtbot.waitSignal(service.job.progressed, check_params_cb=lambda it: "25%" in it.text):
        service.find("new", 3)
    with qtbot.waitSignal(service.found):
        gate.set()
