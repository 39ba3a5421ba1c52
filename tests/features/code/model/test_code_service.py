"""The code is measured on a thread, newest weights first, while visible."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.evaluation.codes import SAMPLES, code_statistics, dimension_figures
from aegui.core.recipe import LatentSpec, NetworkSpec, Recipe, SparsitySpec, TrainingSpec
from aegui.features.code.model.code_service import (
    FEWEST,
    LIVE_MS,
    LIVE_WORK,
    SETTLED_WORK,
    STEPS,
    CodeAnalysis,
    CodeService,
    CodeSubject,
    Traversal,
    _samples,
)
from tests.session.pictures import colour, grey, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.latent.codec import Codec

DATA = grey()


def recipe(latent: LatentSpec | None = None, **training: object) -> Recipe:
    return Recipe(
        name="mine",
        network=NetworkSpec(latent=latent or LatentSpec()),
        training=TrainingSpec.model_validate(training),
    )


RECIPE = recipe()


def subject(codec: Codec, *, live: bool = False, of: Recipe = RECIPE) -> CodeSubject:
    return CodeSubject(codec, DATA, of, live)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[CodeService]:
    made = CodeService()
    made.set_active(True)
    yield made
    made.shutdown()


@pytest.fixture
def analyses(service: CodeService) -> list[CodeAnalysis]:
    found: list[CodeAnalysis] = []
    service.analysed.connect(found.append)
    return found


@pytest.fixture
def traversals(service: CodeService) -> list[Traversal]:
    found: list[Traversal] = []
    service.strips.answered.connect(found.append)
    return found


def test_a_look_is_that_of_the_core(
    service: CodeService, analyses: list[CodeAnalysis], qtbot: QtBot
) -> None:
    codec = network(latent=4, gaussian=True)
    gaussian = recipe(LatentSpec(kind="gaussian", units=4))
    service.set_subject(subject(codec, of=gaussian))
    qtbot.waitUntil(lambda: bool(analyses))
    (analysis,) = analyses
    assert analysis is service.latest
    expected = dimension_figures(codec, DATA)
    assert expected.kl is not None
    np.testing.assert_allclose(analysis.values("kl"), expected.kl, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(analysis.values("mean"), expected.mean, rtol=1e-5, atol=1e-7)
    assert analysis.statistics == code_statistics(codec, DATA)
    assert (analysis.total, analysis.epoch, analysis.name) == (len(DATA), 3, "mine")
    assert analysis.measures == ("kl", "variance", "mean")
    assert (analysis.fitting, analysis.rho) == ("kl", None)


@pytest.mark.parametrize(
    ("of", "fitting", "rho"),
    [
        (recipe(), "variance", None),
        (recipe(sparsity=SparsitySpec(rho=0.1, weight=0.5)), "mean", 0.1),
        (recipe(LatentSpec(units=2, top_k=1)), "mean", None),
        (recipe(code_l1=0.1), "mean", None),
    ],
)
def test_what_says_most_of_a_code(
    of: Recipe,
    fitting: str,
    rho: float | None,
    service: CodeService,
    analyses: list[CodeAnalysis],
    qtbot: QtBot,
) -> None:
    service.set_subject(subject(network(), of=of))
    qtbot.waitUntil(lambda: bool(analyses))
    assert (analyses[0].fitting, analyses[0].rho) == (fitting, rho)
    assert analyses[0].measures == ("variance", "mean")


def test_nothing_is_done_while_nobody_looks(
    service: CodeService, analyses: list[CodeAnalysis], qtbot: QtBot
) -> None:
    service.set_active(False)
    service.set_subject(subject(network()))
    qtbot.wait(50)
    assert not analyses
    service.set_active(True)
    qtbot.waitUntil(lambda: bool(analyses))


def test_while_it_learns_not_more_than_once_a_second(
    service: CodeService, analyses: list[CodeAnalysis], qtbot: QtBot
) -> None:
    began = time.monotonic()
    for epoch in range(1, 40):
        service.set_subject(subject(network(epoch=epoch), live=True))
        qtbot.wait(5)
    took_ms = 1000 * (time.monotonic() - began)
    assert len(analyses) <= 1 + took_ms // LIVE_MS
    # The final weights are measured, and without delay once the training is over.
    last = network(epoch=99)
    service.set_subject(subject(last))
    qtbot.waitUntil(lambda: bool(analyses) and analyses[-1].epoch == 99)


def test_a_dimension_is_decoded_about_the_means(
    service: CodeService, analyses: list[CodeAnalysis], traversals: list[Traversal], qtbot: QtBot
) -> None:
    codec = network(latent=3)
    service.set_subject(subject(codec))
    service.set_dimension(1)
    qtbot.waitUntil(lambda: bool(traversals))
    codes = codec.encode(DATA.flat())
    (found,) = traversals
    assert (found.dimension, found.images.shape) == (1, (len(STEPS), 1, 28, 28))
    assert found.sigma == pytest.approx(codes[:, 1].std(), rel=1e-4)
    place = codes.mean(axis=0)
    np.testing.assert_allclose(found.images[3].ravel(), codec.decode(place)[0], atol=1e-5)
    place[1] += 2 * codes[:, 1].std()
    np.testing.assert_allclose(found.images[5].ravel(), codec.decode(place)[0], atol=1e-4)
    # It follows newer weights automatically.
    service.set_subject(subject(network(latent=3, epoch=4)))
    qtbot.waitUntil(lambda: len(traversals) == 2)


def test_the_prior_is_the_measure_of_a_variational_code(
    service: CodeService, traversals: list[Traversal], qtbot: QtBot
) -> None:
    service.set_subject(subject(network(gaussian=True)))
    service.set_dimension(0)
    qtbot.waitUntil(lambda: bool(traversals))
    assert traversals[0].sigma == 1.0


def test_another_network_forgets_and_what_was_kept_stays(
    service: CodeService, analyses: list[CodeAnalysis], qtbot: QtBot
) -> None:
    service.set_subject(subject(network()))
    service.set_dimension(1)
    qtbot.waitUntil(lambda: bool(analyses))
    service.keep()
    service.set_subject(CodeSubject(network((3, 16, 16)), colour(), RECIPE, False))
    assert service.latest is None
    assert service.dimension is None
    assert service.reference is analyses[0]
    qtbot.waitUntil(lambda: len(analyses) == 2)
    service.set_subject(None)
    assert service.latest is None


def test_large_networks_are_looked_at_by_few_samples() -> None:
    small, large = network(), network((3, 64, 64), hidden=2000)
    assert _samples(small, SETTLED_WORK) == SAMPLES
    assert _samples(large, LIVE_WORK) == FEWEST < _samples(large, SETTLED_WORK)
    assert code_statistics(small, grey(3000), work=LIVE_WORK).jacobian_samples == SAMPLES
    many = code_statistics(large, colour(60, 64), samples=50, work=LIVE_WORK)
    assert many.jacobian_samples < many.samples == 50
