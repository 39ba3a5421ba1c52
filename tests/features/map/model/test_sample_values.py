"""Errors, novelty and spread of the samples, computed on a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.codec import Codec
from aegui.core.latent.novelty import known, novelty
from aegui.core.network.kinds import with_kind
from aegui.features.map.model.sample_values import SampleValues, SampleValuesService, Subject
from tests.session import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def service() -> Iterator[SampleValuesService]:
    made = SampleValuesService()
    yield made
    made.shutdown()


def subject(*, live: bool = False, codec: Codec | None = None) -> Subject:
    data = parts.glyphs(20)
    every = np.array([0, 2, 3, 7, 19])
    return Subject(codec or parts.codec(), data, every, known(data, glyphs=True), live)


def told_by(qtbot: QtBot, service: SampleValuesService) -> SampleValues:
    with qtbot.waitSignal(service.values.answered) as waiting:
        pass
    values = waiting.args[0]
    assert isinstance(values, SampleValues)
    return values


def test_errors_of_glyphs_are_wrong_pixels(qtbot: QtBot, service: SampleValuesService) -> None:
    of = subject()
    service.request(of, ("error",))
    told = told_by(qtbot, service)
    images = of.dataset.flat()
    wrong = ((of.codec.reconstruct(images) > 0.5) != (images > 0.5)).sum(axis=1)
    assert told.key == "error"
    assert told.epoch == of.codec.epoch
    assert told.values[of.indices].tolist() == wrong[of.indices].tolist()
    others = np.setdiff1d(np.arange(20), of.indices)
    assert np.isnan(told.values[others]).all()


def test_novelty_is_that_of_the_reconstruction(qtbot: QtBot, service: SampleValuesService) -> None:
    of = subject()
    service.request(of, ("novelty",))
    told = told_by(qtbot, service)
    wanted = novelty(of.known, of.codec.reconstruct(of.dataset.flat()[of.indices])).ratio
    assert told.values[of.indices] == pytest.approx(wanted.astype(float))


def test_a_variational_code_has_a_spread(qtbot: QtBot, service: SampleValuesService) -> None:
    recipe = with_kind(parts.recipe(), "variational")
    codec = Codec(recipe, (1, 7, 5), parts.snapshot(recipe))
    of = subject(codec=codec)
    service.request(of, ("variances",))
    told = told_by(qtbot, service)
    _, logs = codec.encode_distribution(of.dataset.flat()[of.indices])
    assert logs is not None
    assert told.values[of.indices] == pytest.approx(np.exp(logs.astype(float)))
    assert told.values.shape == (20, 2)


def test_a_plain_code_has_none_and_nothing_is_told_without_a_wish(
    qtbot: QtBot, service: SampleValuesService
) -> None:
    told: list[object] = []
    service.values.answered.connect(told.append)
    service.request(subject(), ("variances",))
    qtbot.wait(80)
    service.request(subject(), ())
    qtbot.wait(80)
    assert not told


def test_the_same_request_again_computes_nothing(
    qtbot: QtBot, service: SampleValuesService
) -> None:
    of, told = subject(), list[SampleValues]()
    service.values.answered.connect(told.append)
    service.request(of, ("error",))
    qtbot.waitUntil(lambda: len(told) == 1)
    service.request(replace(of), ("error",))
    assert service.values.finish(60.0)
    service.request(replace(of), ("novelty",))
    qtbot.waitUntil(lambda: told[-1].key == "novelty")
    assert [each.key for each in told] == ["error", "novelty"]


def test_while_learning_it_rests_in_between(qtbot: QtBot, service: SampleValuesService) -> None:
    of = subject(live=True)
    service.request(of, ("error",))
    told_by(qtbot, service)
    later = Subject(parts.codec(), of.dataset, of.indices, of.known, live=True)
    service.request(later, ("error",))
    told_by(qtbot, service)
    service.request(None)
    qtbot.wait(100)
