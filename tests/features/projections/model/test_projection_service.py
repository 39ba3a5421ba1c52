"""Projections computed on threads: in order, discarded when stale, cancelled on request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.map_quality import trustworthiness
from aegui.core.i18n import speaking
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.projections import ProjectionOptions
from aegui.core.latent.views import figures, make_view, material
from aegui.features.projections.model.projection_service import ProjectionService
from tests.core.latent.linear import groups, linear_codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.features.projections.model.projection_work import MapState
    from tests.harness.logs import ExpectLog

QUICK = ProjectionOptions(iterations=50)


@pytest.fixture
def service(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProjectionService]:
    monkeypatch.setattr("aegui.features.projections.model.projection_service.CALM_MS", 30)
    made = ProjectionService()
    made.set_options(QUICK)
    yield made
    made.shutdown()


def wide(n: int = 1200) -> Dataset:
    """Return more samples than slow projections are computed for by default."""
    return Dataset.from_images(
        "wide", np.random.default_rng(0).random((n, 5, 8)), [str(i % 4) for i in range(n)]
    )


def states(service: ProjectionService) -> dict[str, MapState]:
    return {state.key: state for state in service.maps}


def test_all_maps_of_a_small_set_come_by_themselves(
    service: ProjectionService, qtbot: QtBot
) -> None:
    dataset = groups()
    codec = linear_codec(dataset, 3)
    service.set_dataset(dataset)
    service.set_codec(codec)
    service.set_requested(["code", "pca", "tsne", "pca-code"])
    assert {state.status for state in service.maps} == {"waiting"}
    service.set_active(True)
    qtbot.waitUntil(lambda: "pca-k" in service.references)
    found = states(service)
    assert {state.status for state in found.values()} == {"ready"}
    assert service.samples is not None
    wanted = fit_pca(dataset.flat(), 2).encode(dataset.flat())
    assert found["pca"].coordinates is not None
    np.testing.assert_allclose(found["pca"].coordinates, wanted, rtol=1e-5, atol=1e-6)
    assert found["code"].coordinates is not None
    learnt = codec.encode(dataset.flat())[:, :2]
    np.testing.assert_allclose(found["code"].coordinates, learnt, atol=1e-5)
    assert (found["code"].epoch, found["pca"].epoch) == (7, None)
    assert all(state.figures is not None for state in found.values())
    assert found["tsne"].text == "perplexity 19.7 instead of 30: there are only 60 samples"
    assert [view.key for view in service.views] == ["code", "pca", "tsne", "pca-code"]
    assert not service.is_busy
    with speaking("es"):
        assert states(service)["tsne"].text.startswith("perplejidad 19,7")


def test_samples_that_cannot_be_drawn_are_reported_once(
    service: ProjectionService, qtbot: QtBot, expect_log: ExpectLog
) -> None:
    service.set_dataset(groups())
    # numpy refuses to draw fewer than no samples.
    service.set_options(ProjectionOptions(samples=-1))
    service.set_requested(["pca", "tsne"])
    with expect_log("the map samples failed", level=logging.ERROR):
        service.set_active(True)
        qtbot.waitUntil(lambda: {state.status for state in service.maps} == {"impossible"})
    assert all("could not be made" in state.text for state in service.maps)
    service.set_options(QUICK)
    qtbot.waitUntil(lambda: states(service)["pca"].status == "ready")


def test_figures_are_those_of_the_command_line(service: ProjectionService, qtbot: QtBot) -> None:
    dataset = wide(2500)
    service.set_dataset(dataset)
    service.set_requested(["pca"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["pca"].figures is not None)
    found = states(service)["pca"].figures
    of = material(dataset, QUICK)
    view = make_view("pca", of, QUICK)
    assert found is not None
    assert found.trustworthiness == figures(view, of).trustworthiness
    assert found.trustworthiness == trustworthiness(of.pixels, view.coordinates)


def test_nothing_is_begun_while_nobody_looks(service: ProjectionService, qtbot: QtBot) -> None:
    service.set_dataset(groups())
    service.set_requested(["pca"])
    qtbot.wait(50)
    assert service.samples is None
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["pca"].status == "ready")


def test_slow_maps_of_large_sets_are_offered_made_shown_and_stopped(
    service: ProjectionService, qtbot: QtBot
) -> None:
    service.set_options(ProjectionOptions(iterations=100_000))
    service.set_dataset(wide())
    service.set_requested(["pca", "tsne"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["pca"].status == "ready")
    assert states(service)["tsne"].status == "offered"
    cost = states(service)["tsne"].cost
    assert cost is not None
    assert cost.seconds > 0
    with qtbot.waitSignal(service.busy_changed):
        service.compute()
    qtbot.waitUntil(lambda: states(service)["tsne"].coordinates is not None)
    working = states(service)["tsne"]
    assert working.status == "working"
    assert 0.0 < working.share < 1.0
    assert "step" in working.text
    with qtbot.waitSignal(service.busy_changed):
        service.stop()
    stopped = states(service)["tsne"]
    assert (stopped.status, stopped.text) == ("offered", "Stopped.")
    assert stopped.coordinates is not None
    assert not service.is_busy


def test_a_map_that_stays_offered_is_told_with_its_new_cost(
    service: ProjectionService, qtbot: QtBot
) -> None:
    told: list[MapState] = []
    service.map_changed.connect(told.append)
    service.set_options(ProjectionOptions(iterations=100_000))
    service.set_dataset(wide())
    service.set_requested(["tsne"])
    service.compute()
    service.stop()
    service.set_active(True)
    first = told[-1].cost
    service.set_options(ProjectionOptions(iterations=200_000))
    assert told[-1].status == "offered"
    assert first is not None
    assert told[-1].cost is not None
    assert told[-1].cost.seconds > first.seconds


def test_references_of_other_weights_or_samples_do_not_stay(
    service: ProjectionService, qtbot: QtBot
) -> None:
    dataset = groups()
    service.set_dataset(dataset)
    service.set_codec(linear_codec(dataset, 3))
    service.set_requested(["code"])
    service.set_active(True)
    told: list[frozenset[str]] = []
    service.references_changed.connect(lambda: told.append(frozenset(service.references)))
    qtbot.waitUntil(lambda: bool(told))
    service.set_codec(linear_codec(dataset, 3, epoch=9))
    assert told[1:] == [frozenset()]
    service.set_codec(linear_codec(dataset, 3, epoch=10))
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told[2] == told[0]
    service.set_dataset(groups())
    assert told[3:] == [frozenset()]


def test_other_weights_drop_the_maps_of_codes_alone(
    service: ProjectionService, qtbot: QtBot
) -> None:
    dataset = groups()
    service.set_dataset(dataset)
    service.set_codec(linear_codec(dataset))
    service.set_requested(["code", "pca", "pca-code"])
    service.set_active(True)
    qtbot.waitUntil(lambda: bool(service.references))
    before = states(service)
    service.set_codec(linear_codec(dataset, epoch=9))
    after = states(service)
    assert (after["pca"].status, after["pca-code"].status) == ("ready", "waiting")
    assert after["pca-code"].coordinates is before["pca-code"].coordinates
    assert after["pca-code"].figures is None
    assert after["pca"].figures is before["pca"].figures
    qtbot.waitUntil(lambda: states(service)["pca-code"].epoch == 9)
    qtbot.waitUntil(lambda: states(service)["code"].epoch == 9)


def test_options_drop_what_they_change(service: ProjectionService, qtbot: QtBot) -> None:
    service.set_dataset(groups())
    service.set_requested(["pca", "tsne"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["tsne"].status == "ready")
    before = states(service)
    service.set_options(ProjectionOptions(iterations=60))
    assert states(service)["pca"].status == "ready"
    assert states(service)["tsne"].status != "ready"
    qtbot.waitUntil(lambda: states(service)["tsne"].status == "ready")
    assert not np.array_equal(states(service)["tsne"].coordinates, before["tsne"].coordinates)  # type: ignore[arg-type]
    with qtbot.waitSignal(service.samples_changed) as drawn:
        service.set_options(ProjectionOptions(samples=20, iterations=60))
    assert drawn.args is not None
    assert len(drawn.args[0].indices) == 20


def test_what_is_impossible_says_why(service: ProjectionService, qtbot: QtBot) -> None:
    service.set_dataset(groups(3))
    service.set_requested(["code", "tsne", "umap"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["tsne"].status == "impossible")
    found = states(service)
    assert found["tsne"].text == "t-SNE needs at least 5 samples; there are 3."
    assert found["code"].text == "No network has been trained yet. Press Train."
    assert "pip install umap-learn" in found["umap"].text
    service.set_codec(linear_codec(wide(9)))
    assert states(service)["code"].text == "The images of this set do not fit the network."


def test_a_newer_set_replaces_the_work_on_an_older_one(
    service: ProjectionService, qtbot: QtBot
) -> None:
    service.set_options(ProjectionOptions(iterations=100_000))
    service.set_dataset(wide(300))
    service.set_requested(["tsne"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["tsne"].coordinates is not None)
    service.set_dataset(groups())
    assert states(service)["tsne"].coordinates is None
    service.set_options(QUICK)
    qtbot.waitUntil(lambda: states(service)["tsne"].status == "ready")
    coordinates = states(service)["tsne"].coordinates
    assert coordinates is not None
    assert len(coordinates) == 60


def test_an_unforeseen_failure_is_told(
    service: ProjectionService,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr("aegui.features.projections.model.projection_work.make_view", fail)
    service.set_dataset(groups())
    service.set_requested(["pca"])
    service.set_active(True)
    qtbot.waitUntil(lambda: states(service)["pca"].status == "impossible")
    assert states(service)["pca"].text == "This map could not be made: out of luck"
    assert "the map pca failed" in caplog.text
    caplog.clear()
