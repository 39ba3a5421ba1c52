"""Projections beside the map, in the real window."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.pca import pca_reference
from aegui.core.latent.projections import ProjectionOptions
from aegui.core.recipe.edits import with_value
from aegui.features.charts.model.reference_service import ReferenceService
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.projections.model.projection_service import ProjectionService
from aegui.features.projections.view.panel import ProjectionsPanel
from tests.window.conftest import await_files, train

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def finish(qtbot: QtBot, maps: ProjectionService) -> None:
    qtbot.waitUntil(
        lambda: (
            bool(maps.references)
            and all(state.status in {"ready", "impossible"} for state in maps.maps)
        ),
    )


@pytest.fixture
def maps(window: MainWindow) -> ProjectionService:
    service = window._services.of(ProjectionService)
    service.set_options(ProjectionOptions(iterations=50))
    return service


def test_nothing_is_computed_until_the_panel_is_in_sight(
    window: MainWindow, maps: ProjectionService, qtbot: QtBot
) -> None:
    window.set_perspective("build")
    qtbot.wait(100)
    assert maps.samples is None
    window.actions_table["compare"].trigger()
    finish(qtbot, maps)
    states = {state.key: state for state in maps.maps}
    assert states["code"].text == "No network has been trained yet. Press Train."
    assert states["pca"].status == states["tsne"].status == "ready"
    assert len(window.panel(ProjectionsPanel).view("pca").pixels) == 6
    assert len(window.panel(ProjectionsPanel).view("code").pixels) == 0


def test_the_code_follows_a_training_and_beside_it_stands_its_error(
    window: MainWindow, maps: ProjectionService, qtbot: QtBot
) -> None:
    window.set_perspective("compare")
    train(qtbot, window)
    qtbot.waitUntil(lambda: maps.codec is window._services.shown.codec)
    finish(qtbot, maps)
    showing = window._services.showing
    code = next(state for state in maps.maps if state.key == "code")
    assert showing.shown.codec is not None
    rows = showing.shown.dataset.flat()
    np.testing.assert_allclose(code.coordinates, showing.shown.codec.encode(rows), rtol=1e-5)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: all(state.figures is not None for state in maps.maps))
    found = next(state for state in maps.maps if state.key == "code").figures
    assert found is not None
    error = float(np.square(showing.shown.codec.reconstruct(rows) - rows).sum(axis=1).mean())
    assert found.squared_error == pytest.approx(error, rel=1e-4)


def test_the_map_and_the_maps_beside_it_point_at_the_same_sample(
    learnt: MainWindow, maps: ProjectionService, qtbot: QtBot
) -> None:
    window = learnt
    window.set_perspective("compare")
    finish(qtbot, maps)
    canvas, panel = window.canvas, window.panel(ProjectionsPanel)
    panel.view("pca").hovered.emit(3)
    assert canvas.cursor_overlay.marked.tolist() == [3]
    panel.view("pca").hovered.emit(None)
    assert canvas.cursor_overlay.marked.tolist() == []
    canvas.hovered.emit(4)
    assert panel.view("code")._highlight == panel.view("pca")._highlight == 4
    canvas.hovered.emit(-1)
    assert panel.view("code")._highlight is None
    chosen = np.array([True, False, True, False, False, False])
    panel.view("pca").selected.emit(chosen)
    assert canvas.selection.tolist() == [0, 2]
    canvas.selection_changed.emit(np.array([1]))
    assert panel.selection is not None
    assert panel.selection.nonzero()[0].tolist() == [1]


def test_two_numbers_of_a_long_code_are_chosen(
    window: MainWindow, maps: ProjectionService, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 4), "four")
    window.set_perspective("compare")
    train(qtbot, window)
    finish(qtbot, maps)
    window.panel(ProjectionsPanel).axes.edited.emit((3, 1))
    codec = window._services.shown.codec
    assert codec is not None
    codes = codec.encode(window._services.shown.dataset.flat())

    def places() -> NDArray[np.float32]:
        state = next(state for state in maps.maps if state.key == "code")
        assert state.coordinates is not None
        return state.coordinates

    qtbot.waitUntil(lambda: np.allclose(places(), codes[:, [3, 1]], rtol=1e-5))
    # A shorter code has no fourth dimension.
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "three")
    train(qtbot, window)
    assert window.panel(ProjectionsPanel).axes.axes == (0, 1)


def test_choices_are_kept(app: App, window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panel(ProjectionsPanel)
    panel._buttons["tsne"].click()
    panel.form.fields["perplexity"].edited.emit(12.0)
    values = app.services.settings.values
    assert values["projections.shown"] == "code pca"
    assert values["projections.perplexity"] == 12.0
    app.use_language("es")
    again = app.window.panel(ProjectionsPanel)
    assert again.shown == ("code", "pca")
    assert app.services.of(ProjectionService).options.perplexity == 12.0
    assert app.window.panel(ProjectionsPanel).form.value.perplexity == 12.0
    app.use_language("en")


def test_options_that_no_map_can_be_made_with_are_not_taken(app: App, window: MainWindow) -> None:
    damaged = {"projections.samples": float("inf"), "projections.perplexity": -1e99}
    app.services.settings.values = {**app.services.settings.values, **damaged}
    window.panel(ProjectionsPanel)
    options = app.services.of(ProjectionService).options
    assert options == ProjectionOptions(perplexity=2.0)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_export(
    window: MainWindow,
    maps: ProjectionService,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
) -> None:
    window.set_perspective("compare")
    finish(qtbot, maps)
    path = tmp_path / f"maps.{kind}"
    monkeypatch.setattr("aegui.features.projections.feature.choose_save_file", lambda *_: str(path))
    window.panel(ProjectionsPanel).export_requested.emit(kind)
    await_files(window)
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert [row["label"] for row in rows] == list("abcdef")
        assert "tsne_x" in rows[0]
    else:
        keys = [view["key"] for view in json.loads(path.read_text(encoding="utf-8"))["views"]]
        assert keys == ["pca", "tsne"]


def test_the_charts_have_pca_as_a_line(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    window.set_perspective("build")
    window.docks["charts"].raise_()
    reference = window._services.of(ReferenceService)
    qtbot.waitUntil(lambda: reference.latest is not None)
    rows = window._services.shown.dataset.flat()
    assert reference.latest is not None
    assert reference.latest.value == pytest.approx(pca_reference(rows, 2, "bce"))
    lines = window.panel(ChartsPanel)._references
    assert lines["loss"].label.startswith("PCA-2: ")
