"""The whole window follows the epochs of a training."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from aegui.core.data.builtin import load_builtin
from aegui.core.latent.codec import Codec
from aegui.core.latent.placing import fit_similarity, similarity_words
from aegui.core.network.kinds import with_kind
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.recipe.edits import with_values
from aegui.core.run_file.saved import load_run
from aegui.core.training.length import planned_epochs
from aegui.core.training.loop.train import train as run_training
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.map.model import plane_service
from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.model.plane_service import PlaneService
from aegui.features.time import films
from aegui.features.time.feature import TimeFeature
from aegui.features.time.films import FilmFeature
from aegui.features.time.model import ghost_service
from aegui.features.time.model import timeline as session_timeline
from aegui.features.time.model.film_writer import FilmWriter
from aegui.features.time.model.ghost_service import GhostService
from aegui.features.time.model.timeline import Player
from aegui.features.time.view.bar import TimeBar
from aegui.features.time.view.fork_form import ForkDialog
from aegui.kit.theme import current_theme
from aegui.session.jobs.derived import Derived
from aegui.session.map.codes_service import codes_of
from aegui.session.map.decode_service import DecodeService
from aegui.shell.dialogs import film as film_dialog
from aegui.shell.dialogs.film import FilmDialog, stored_film
from aegui.shell.outcome import shown_origin
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.showing import Showing
    from aegui.window.main_window import MainWindow


@pytest.fixture
def showing(learnt: MainWindow) -> Showing:
    """Return what the window shows after 400 epochs."""
    return learnt._services.showing


def test_before_any_training_there_is_nothing_to_go_through(window: MainWindow) -> None:
    assert window._services.shown.timeline is None
    assert window.panel(TimeBar).slider.isHidden()
    for key in ("play_epochs", "epoch_before", "epoch_after", "fork", "film_map"):
        assert not window.actions_table[key].isEnabled()


def test_a_training_that_was_stopped_at_once_asks_to_be_continued(
    window: MainWindow, qtbot: QtBot
) -> None:
    resolved = window._services.workspace.resolution.resolved
    assert resolved is not None
    start = next(iter(run_training(resolved)))
    window._services.workspace.adopt_result(start.result(), resolved)
    qtbot.waitUntil(lambda: "continue it" in window.panel(TimeBar)._empty.text())


def test_a_network_too_large_to_keep_its_epochs_says_so_after_its_training(
    window: MainWindow, qtbot: QtBot
) -> None:
    window._services.runner.timeline_bytes = 1
    train(qtbot, window)
    assert window._services.shown.timeline is None
    assert "more memory" in window.panel(TimeBar)._empty.text()


@pytest.mark.arrangement("build")
def test_everything_shows_the_epoch_that_is_asked_for(window: MainWindow, showing: Showing) -> None:
    timeline = showing.shown.timeline
    assert timeline is not None
    assert timeline.epochs.tolist() == [*range(51), *range(60, 401, 10)]
    newest, codes = showing.shown.codec, showing.shown.codes
    assert newest is not None
    assert codes is not None
    window.panel(TimeBar).slider.chosen.emit(30)
    assert showing.shown.past_epoch == 30
    assert showing.shown.codec is not None
    assert showing.shown.codec.epoch == 30
    assert showing.shown.codes is not None
    assert showing.shown.codes.codec is showing.shown.codec
    expected = timeline.snapshot(30).layers[0].weight
    np.testing.assert_allclose(
        showing.shown.codes.values,
        showing.shown.codec.encode(showing.shown.dataset.flat()),
        rtol=1e-5,
        atol=1e-6,
    )
    assert not np.allclose(expected, timeline.snapshot(80).layers[0].weight)
    assert window.panel(TimeBar).words.text() == "epoch 30"
    views = [view for view in window.panel(ChartsPanel)._views.values() if view._marker is not None]
    assert {view._marker for view in views} == {30.0}
    assert window.canvas.scene.codes is showing.shown.codes
    window.actions_table["epoch_newest"].trigger()
    assert showing.shown.past_epoch is None
    assert showing.shown.codec is newest
    assert window.panel(TimeBar).words.text() == "epoch 400"


@pytest.mark.arrangement("build")
def test_the_plane_and_the_rows_follow(window: MainWindow, showing: Showing, qtbot: QtBot) -> None:
    window.docks["reconstructions"].raise_()
    qtbot.waitUntil(lambda: bool(window.panel(ReconstructionsPanel).summary))
    before = window.panel(ReconstructionsPanel).summary
    qtbot.waitUntil(lambda: window.canvas.scene.backdrop.plane is not None)
    with qtbot.waitSignal(
        window._services.of(PlaneService).decoded, check_params_cb=lambda plane: plane.epoch == 0
    ):
        window.feature(TimeFeature).go_to(0)
    qtbot.waitUntil(lambda: window.panel(ReconstructionsPanel).summary != before)
    window.feature(TimeFeature).go_to(None)
    qtbot.waitUntil(lambda: window.panel(ReconstructionsPanel).summary == before)


def test_what_the_cursor_tells_is_of_that_epoch(window: MainWindow, showing: Showing) -> None:
    told: list[float] = []
    window._services.of(InsightService).insights.answered.connect(
        lambda it: told.append(it.insight.entropy)
    )
    window._services.of(DecodeService).request(np.zeros(2, np.float32), "mouse")
    for epoch in (0, 400):
        told.clear()
        window.feature(TimeFeature).go_to(epoch)
        assert showing.shown.codec is not None
        image = np.clip(showing.shown.codec.decode([[0.0, 0.0]]).astype(np.float64), 1e-7, 1 - 1e-7)
        bits = -(image * np.log2(image) + (1 - image) * np.log2(1 - image)).mean()
        assert told[-1] == pytest.approx(bits, abs=1e-3)


def test_keys_go_back_and_forth(window: MainWindow, showing: Showing) -> None:
    table = window.actions_table
    table["epoch_before"].trigger()
    assert showing.shown.past_epoch == 400
    table["epoch_before"].trigger()
    assert showing.shown.past_epoch == 390
    table["epoch_after"].trigger()
    table["epoch_after"].trigger()
    assert showing.shown.past_epoch is None
    assert not table["epoch_after"].isEnabled()
    keys = [keys.toString() for keys in table["epoch_before"].shortcuts()]
    assert keys == ["[", "Alt+Left"]


def train_past_the_best(window: MainWindow, qtbot: QtBot) -> None:
    """Train a network whose best weights are not the last."""
    workspace = window._services.workspace
    # Ever longer steps: however the processor rounds, the best weights are among the first.
    schedule = {"training.schedule.name": "cosine", "training.schedule.warmup_epochs": 400}
    steps = {"training.optimizer.learning_rate": 30.0, **schedule}
    workspace.edit_recipe(with_values(workspace.recipe, steps), "steps too long to settle")
    train(qtbot, window)


def test_the_epoch_before_the_best_weights_is_no_later_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    train_past_the_best(window, qtbot)
    showing = window._services.showing
    run, timeline = showing.shown.saved, showing.shown.timeline
    assert run is not None
    assert timeline is not None
    best = run.results[0].best_epoch
    assert best < timeline.epochs[-2]
    window.actions_table["epoch_before"].trigger()
    before = showing.shown.past_epoch
    assert before is not None
    assert before <= best


@pytest.mark.arrangement("build")
def test_a_click_on_a_chart_goes_there_and_dragging_the_line_scrubs(
    window: MainWindow, showing: Showing, qtbot: QtBot
) -> None:
    view = window.panel(ChartsPanel)._views["loss"]
    qtbot.waitUntil(lambda: view.has_graph and view.data is not None and view.data.epoch[-1] == 400)
    plot = view._plot_rect()

    def point(share: float) -> QPoint:
        return QPointF(plot.left() + share * plot.width(), plot.center().y()).toPoint()

    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point(0.5))
    assert showing.shown.past_epoch == pytest.approx(200, abs=10)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=point(0.5))
    QTest.mouseMove(view, point(0.75))
    assert showing.shown.past_epoch == pytest.approx(300, abs=10)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=point(0.75))
    epoch = showing.shown.past_epoch
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point(0.2))
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=point(0.2))
    assert showing.shown.past_epoch == epoch


@pytest.mark.arrangement("build")
def test_a_double_click_on_a_chart_leaves_the_best_weights_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    train_past_the_best(window, qtbot)
    showing, view = window._services.showing, window.panel(ChartsPanel)._views["loss"]
    qtbot.waitUntil(lambda: view.has_graph and view.data is not None and view.data.epoch[-1] == 400)
    assert view._marker is not None, "the epoch of the best weights"
    at = view._plot_rect().center().toPoint()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert showing.shown.past_epoch is not None
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert showing.shown.past_epoch is None
    assert showing.shown.moment is not None
    assert showing.shown.moment.weights == "best"


@pytest.mark.arrangement("build")
def test_the_film_plays_to_the_newest_state(
    window: MainWindow, showing: Showing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_timeline, "FILM_SECONDS", 1.5)
    seen: list[float | None] = []
    showing.changed.connect(
        lambda now, changed: seen.append(now.past_epoch) if "past" in changed else None
    )
    window.actions_table["play_epochs"].trigger()
    assert window._services.of(Player).is_playing
    assert showing.shown.is_learning
    assert window.panel(TimeBar).play.isChecked()
    qtbot.waitUntil(lambda: not window._services.of(Player).is_playing)
    assert seen[0] == 0
    assert seen[-1] is None
    assert len(seen) > 2
    assert not showing.shown.is_learning
    assert not window.panel(TimeBar).play.isChecked()


@pytest.mark.arrangement("build")
def test_the_past_can_be_seen_while_a_training_goes_on(
    app: App, window: MainWindow, qtbot: QtBot
) -> None:
    services = app.services
    training = SMALL.training.model_copy(update={"epochs": 1_000_000})
    services.workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "longer")
    window.actions_table["train"].trigger()
    showing = services.showing
    qtbot.waitUntil(
        lambda: showing.shown.timeline is not None and len(showing.shown.timeline) > 60,
    )
    window.feature(TimeFeature).go_to(20)
    assert not showing.shown.is_learning
    codec, rows = showing.shown.codec, showing.shown.history
    assert rows is not None
    count = len(rows)
    qtbot.waitUntil(
        lambda: showing.shown.history is not None and len(showing.shown.history) > count,
    )
    assert showing.shown.codec is codec
    assert showing.shown.past_epoch == 20
    with qtbot.waitSignal(services.runner.finished):
        services.runner.stop()
    assert showing.shown.past_epoch == 20
    assert showing.shown.codec is not None
    assert showing.shown.codec.epoch == 20
    window.feature(TimeFeature).go_to(None)
    assert showing.shown.codec is showing.shown.newest


def test_epochs_are_saved_with_the_document(
    app: App, window: MainWindow, showing: Showing, tmp_path: Path, qtbot: QtBot
) -> None:
    workspace = app.services.workspace
    window.feature(TimeFeature).go_to(10)
    assert showing.shown.codes is not None
    codes = showing.shown.codes.values
    assert workspace.save_as(tmp_path / "run.aegui")
    qtbot.waitUntil(lambda: (tmp_path / "run.aegui").exists())
    saved = load_run(tmp_path / "run.aegui")
    assert saved.timeline is not None
    assert len(saved.timeline) == 86
    with qtbot.waitSignal(workspace.document_changed):
        assert workspace.open(tmp_path / "run.aegui")
    assert showing.shown.past_epoch is None
    window.feature(TimeFeature).go_to(10)
    np.testing.assert_allclose(showing.shown.codes.values, codes, atol=0.02)


@pytest.mark.arrangement("build")
def test_another_seed_follows_as_a_ghost_and_a_kept_epoch_stays(
    app: App, window: MainWindow, qtbot: QtBot
) -> None:
    app.services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 3}), "three runs")
    train(qtbot, window)
    showing, canvas = app.services.showing, window.canvas
    assert showing.shown.codec is not None
    other = next(run for run in range(3) if run != showing.shown.codec.run)
    window.panel(TimeBar).ghost.menu().aboutToShow.emit()
    texts = [action.text() for action in window.panel(TimeBar).ghost.menu().actions()]
    assert f"Seed {SMALL.seed + other}" in texts
    window.panel(TimeBar).ghost_requested.emit(f"run:{other}")

    def ghost() -> np.ndarray:
        shown = canvas.scene.layers.ghost
        assert shown is not None
        return shown

    def codes_of(run: int) -> np.ndarray:
        codec = window._services.shown.codec_of_run(run)
        assert codec is not None
        return codec.encode(window._services.shown.dataset.flat())

    np.testing.assert_allclose(ghost(), codes_of(other), atol=1e-5)
    window.feature(TimeFeature).go_to(5)
    np.testing.assert_allclose(ghost(), codes_of(other), atol=1e-5)
    window.panel(TimeBar).ghost_requested.emit("moment")
    kept = codes_of(showing.shown.codec.run)
    window.feature(TimeFeature).go_to(100)
    np.testing.assert_allclose(ghost(), kept, atol=1e-5)
    window.panel(TimeBar).ghost_requested.emit("")
    assert canvas.scene.layers.ghost is None


def test_a_ghost_can_be_turned_to_lie_on_what_is_shown(
    app: App, window: MainWindow, qtbot: QtBot
) -> None:
    assert app.services.workspace.new(SMALL.model_copy(update={"runs": 2}))
    train(qtbot, window)
    showing, canvas, bar = app.services.showing, window.canvas, window.panel(TimeBar)
    assert showing.shown.codec is not None
    other = showing.shown.codec_of_run(1 - showing.shown.codec.run)
    assert other is not None
    rows = showing.shown.dataset.flat()
    raw, aim = other.encode(rows), showing.shown.codec.encode(rows)

    def ghost() -> np.ndarray:
        shown = canvas.scene.layers.ghost
        assert shown is not None
        return shown

    bar.ghost_requested.emit(f"run:{1 - showing.shown.codec.run}")
    np.testing.assert_allclose(ghost(), raw, atol=1e-5)
    bar.ghost.menu().aboutToShow.emit()
    fit = bar.ghost.menu().actions()[-1]
    assert not fit.isChecked()
    fit.trigger()
    turn = fit_similarity(raw, aim)
    assert turn is not None
    np.testing.assert_allclose(ghost(), turn.moved(raw), atol=1e-4)
    assert np.square(ghost() - aim).sum() < np.square(raw - aim).sum()
    assert similarity_words(turn) in bar.ghost.toolTip()
    assert similarity_words(turn) in window.notifications.shown[-1].text
    bar.ghost.menu().aboutToShow.emit()
    fit = bar.ghost.menu().actions()[-1]
    assert fit.isChecked()
    fit.trigger()
    np.testing.assert_allclose(ghost(), raw, atol=1e-5)
    assert "laid" not in bar.ghost.toolTip().lower()


def test_a_ghost_is_not_taken_for_the_one_that_was_chosen_after_it(
    app: App, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.services.workspace.new(SMALL.model_copy(update={"runs": 3}))
    train(qtbot, window)
    shown, bar = app.services.shown, window.panel(TimeBar)
    assert shown.codec is not None
    first, second = (run for run in range(3) if run != shown.codec.run)
    bar.ghost_fit_chosen.emit(True)
    begun, gate = threading.Event(), threading.Event()

    def slowly(*args: Any) -> np.ndarray:
        begun.set()
        gate.wait(60.0)
        return codes_of(*args)

    # As for a network that needs torch, and takes its time.
    monkeypatch.setattr(Codec, "numpy_work", 0)
    monkeypatch.setattr(ghost_service, "codes_of", slowly)
    bar.ghost_requested.emit(f"run:{first}")
    qtbot.waitUntil(begun.is_set)
    bar.ghost_requested.emit(f"run:{second}")
    with qtbot.waitSignal(app.services.of(GhostService).ghosts.answered) as told:
        gate.set()
    ghost, other = told.args[0], shown.codec_of_run(second)
    assert other is not None
    rows = shown.dataset.flat()
    turn = fit_similarity(other.encode(rows), shown.codec.encode(rows))
    assert turn is not None
    np.testing.assert_allclose(ghost.codes, turn.moved(other.encode(rows)), atol=1e-4)
    text = window.notifications.shown[-1].text
    assert f"Seed {SMALL.seed + second}" in text
    assert similarity_words(turn) in text


def test_a_ghost_of_a_seed_goes_with_its_training(
    app: App, window: MainWindow, qtbot: QtBot
) -> None:
    app.services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 3}), "three runs")
    train(qtbot, window)
    showing = app.services.showing
    window.panel(TimeBar).ghost_requested.emit("run:2")
    assert window.canvas.scene.layers.ghost is not None
    window.feature(TimeFeature).toggle_playing()
    app.services.workspace.edit_recipe(SMALL, "one run")
    window.actions_table["train"].trigger()
    # Pause before the new training has weights.
    app.services.of(Player).pause()
    assert showing.shown.codec_of_run(2) is None
    qtbot.waitUntil(lambda: not app.services.runner.is_busy)


def test_going_on_from_an_epoch_with_one_setting_changed(
    app: App, window: MainWindow, showing: Showing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not window.actions_table["fork"].isEnabled()
    window.feature(TimeFeature).go_to(100)
    assert window.actions_table["fork"].isEnabled()
    before = app.services.workspace.run
    assert before is not None
    assert before.history is not None

    def accept(dialog: ForkDialog) -> int:
        assert dialog.form.row is not None
        dialog.form.row.edited.emit(0.001)
        dialog.form.until.edited.emit(300)
        assert dialog.take.isEnabled()
        return int(ForkDialog.DialogCode.Accepted)

    monkeypatch.setattr(ForkDialog, "exec", accept)
    with qtbot.waitSignal(app.services.runner.finished):
        window.actions_table["fork"].trigger()
    run = app.services.workspace.run
    assert run is not None
    assert run.history is not None
    assert run.recipe.training.optimizer.learning_rate == 0.001
    assert run.history.epoch[-1] == 300
    rows = int(np.searchsorted(run.history.epoch, 100))
    np.testing.assert_array_equal(run.history.loss[:rows], before.history.loss[:rows])
    assert run.history.learning_rate[rows - 1] == pytest.approx(0.02)
    assert run.history.learning_rate[-1] == pytest.approx(0.001)
    assert run.timeline is not None
    assert run.timeline.epochs.tolist() == [*range(51), *range(60, 301, 10)]
    assert window.feature(TimeFeature).ghost.key == "kept"
    assert window.canvas.scene.layers.ghost is not None
    app.services.workspace.undo_stack.undo()
    assert app.services.workspace.recipe.training.optimizer.learning_rate == 0.02


def test_a_fork_of_a_classifier_counts_the_epochs_of_the_bar(window: MainWindow) -> None:
    recipe = with_kind(Recipe(training=TrainingSpec(epochs=40)), "classifier")
    assert recipe.classifier is not None
    each = recipe.classifier.pretrain.epochs
    dialog = ForkDialog(recipe, load_builtin("lowercase"), 12.0, window)
    assert dialog.resolved is not None
    # The encoder 35-25-10-2 has three layers.
    assert dialog.form.until.value() == 3 * each + 40 == planned_epochs(dialog.resolved)
    dialog.form.until.edited.emit(3 * each + 5)
    assert planned_epochs(dialog.resolved) == 3 * each + 5
    dialog.deleteLater()


def test_a_cancelled_fork_changes_nothing(
    app: App, window: MainWindow, showing: Showing, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.feature(TimeFeature).go_to(100)
    recipe = app.services.workspace.recipe
    monkeypatch.setattr(ForkDialog, "exec", lambda _dialog: 0)
    window.feature(TimeFeature).fork()
    assert app.services.workspace.recipe is recipe
    assert not app.services.runner.is_busy
    assert showing.shown.past_epoch == 100


def test_other_data_keep_a_training_from_going_on(
    app: App, window: MainWindow, showing: Showing
) -> None:
    window.feature(TimeFeature).go_to(100)
    data = SMALL.data.model_copy(update={"chars": "abcd"})
    app.services.workspace.edit_recipe(SMALL.model_copy(update={"data": data}), "fewer")
    assert not window.actions_table["fork"].isEnabled()
    assert "no longer" in window.panel(TimeBar).fork.toolTip()


@pytest.mark.parametrize("kind", ["map", "cursor", "reconstructions"])
def test_a_film_is_saved(
    window: MainWindow,
    showing: Showing,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(films, "MAX_FRAMES", 6)
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda *_args: (str(tmp_path / "film"), "Animated picture (*.gif)"),
    )
    window.feature(TimeFeature).go_to(40)
    window.actions_table[f"film_{kind}"].trigger()
    (dialog,) = window.findChildren(FilmDialog)
    qtbot.waitUntil(lambda: "6 images" in dialog.size_words.text(), timeout=20_000)
    dialog.form.fields["side"].edited.emit(300)
    # A previously hidden panel has its final size by then.
    qtbot.wait(films._SETTLED_MS + 100)
    qtbot.waitUntil(lambda: "6 images" in dialog.size_words.text(), timeout=20_000)
    told = dialog.size_words.text()
    # Small images are enlarged by a whole factor: the number asked for is an upper bound.
    labels = [label.text().replace("&", "") for label in dialog.findChildren(QLabel)]
    assert "Size up to" in labels
    with qtbot.waitSignal(window.feature(FilmFeature).noticed) as caught:
        dialog.save.click()
        assert window.feature(FilmFeature).is_busy
    assert caught.args[0].level == "info"
    assert str(tmp_path / "film.gif") in caught.args[0].text
    with Image.open(tmp_path / "film.gif") as film:
        assert getattr(film, "n_frames", 1) > 3
        origin = shown_origin(window._services.workspace.name, showing.shown, whole=True)
        assert origin in film.info["comment"].decode()
        assert max(film.size) <= 300
        assert "{} × {} px".format(*film.size) in told
    assert stored_film(window.settings, "time", films.USUAL).side == 300
    assert showing.shown.past_epoch == 40
    assert not window.feature(FilmFeature).is_busy


def hold_up(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let nothing that a film shows be computed before the event that is returned is set.

    Nor is anything computed in the GUI thread, as for a network that needs torch.
    """
    services, gate = window._services, threading.Event()
    monkeypatch.setattr(Codec, "numpy_work", 0)
    # A plane that waits for the pause after the one before it never comes.
    monkeypatch.setattr(plane_service, "QUICK_S", 0.0)
    services.of(PlaneService)._planes._pauses_s = (1e6, 1e6)
    kinds = (PlaneService, DecodeService, InsightService)
    held_up = [services.showing, *map(services.of, kinds)]
    jobs = [job for each in held_up for job in each.findChildren(Derived)]

    def wait() -> None:
        gate.wait(60.0)

    for job in (*jobs, services.latest("aegui-rows")):
        job._job.submit(wait)
    return gate


def film(
    window: MainWindow, path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> list[np.ndarray]:
    """Begin a film of four images, to which the list that is returned grows."""
    images: list[np.ndarray] = []
    put = FilmWriter.put

    def note(writer: FilmWriter, picture: np.ndarray) -> None:
        images.append(picture)
        put(writer, picture)

    monkeypatch.setattr(FilmWriter, "put", note)
    monkeypatch.setattr(films, "MAX_FRAMES", 4)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), args[4]))
    window.actions_table[f"film_{kind}"].trigger()
    window.findChildren(FilmDialog)[0].save.click()
    return images


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("kind", ["map", "cursor", "reconstructions"])
def test_each_image_of_a_film_is_of_its_epoch_however_long_that_takes(
    window: MainWindow,
    showing: Showing,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    area = window.docks.get(kind)
    widget = window.canvas if area is None else area.widget().panel  # type: ignore[attr-defined]
    if area is not None:
        area.raise_()
        qtbot.waitUntil(widget.isVisible)
    qtbot.waitUntil(lambda: window.canvas.scene.backdrop.plane is not None)
    # Else the view follows the codes again after the film.
    window.canvas.navigation.hold()
    timeline = showing.shown.timeline
    assert timeline is not None
    with monkeypatch.context() as patch:
        gate = hold_up(window, patch)
        images = film(window, tmp_path / "film.png", kind, patch)
        epochs = films.filmed_epochs(timeline)
        # Films once waited 0.06 s for a panel, and 1.5 s for a plane.
        QTimer.singleShot(2000, gate.set)
        with qtbot.waitSignal(window.feature(FilmFeature).noticed) as caught:
            pass
    assert caught.args[0].level == "info"
    assert len(images) == len(epochs) == 4
    # Backwards, so that an image is not taken for that of its epoch while the one before is shown.
    for epoch, image in reversed([*zip(epochs, images, strict=True)]):

        def is_shown(epoch: float = epoch, image: np.ndarray = image) -> bool:
            now = films.film_picture(films.grabbed(widget), films.USUAL.side, epoch)
            return np.array_equal(now, image)

        showing.show_epoch(epoch)
        qtbot.waitUntil(is_shown)


@pytest.mark.usefixtures("showing")
def test_a_film_says_in_how_many_images_something_took_too_long(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "_MAX_S", 0.1)
    gate = hold_up(window, monkeypatch)
    with qtbot.waitSignal(window.feature(FilmFeature).noticed) as caught:
        film(window, tmp_path / "film.png", "map", monkeypatch)
    gate.set()
    assert caught.args[0].level == "warning"
    assert "In 4 of its 4 images" in caught.args[0].text
    assert (tmp_path / "film.png").exists()


def test_a_panel_is_filmed_on_its_ground(window: MainWindow) -> None:
    panel = window.docks["cursor"].widget().panel  # type: ignore[attr-defined]
    images = [films.grabbed(panel) for _ in range(3)]
    assert images[0] == images[1] == images[2]
    foot = QPoint(2, images[0].height() - 2)
    assert images[0].pixelColor(foot) == QColor(current_theme().panel)


@pytest.mark.usefixtures("showing")
def test_the_ending_that_is_typed_chooses_the_form_of_a_film(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "MAX_FRAMES", 4)
    window.actions_table["film_map"].trigger()
    (dialog,) = window.findChildren(FilmDialog)
    assert dialog.film.form == "gif"
    asked = dialog.film.side
    typed = str(tmp_path / "film.png")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (typed, args[4]))
    with qtbot.waitSignal(window.feature(FilmFeature).noticed):
        dialog.save.click()
    assert [file.name for file in tmp_path.iterdir()] == ["film.png"]
    with Image.open(tmp_path / "film.png") as strip:
        assert strip.format == "PNG"
        # The images of the strip are as large as those of the film would be.
        assert strip.width == 4 * (min(asked, window.canvas.width()) + 1) - 1
    assert stored_film(window.settings, "time", films.USUAL).palette == "frame"


@pytest.mark.arrangement("build")
@pytest.mark.usefixtures("showing")
def test_a_film_of_the_reconstructions_has_no_controls(window: MainWindow, qtbot: QtBot) -> None:
    window.docks["reconstructions"].raise_()
    panel = window.panel(ReconstructionsPanel)
    qtbot.waitUntil(lambda: bool(panel.summary))
    image = films.grabbed(panel)
    assert image.width() == panel.view.viewport().width()
    assert image.pixelColor(1, image.height() - 1) == QColor(current_theme().panel)
    panel.order.hide()
    assert films.grabbed(panel) == image


def test_an_image_of_a_film_tells_its_epoch() -> None:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    early, late = (films.film_picture(image, 300, epoch) for epoch in (5, 4000))
    assert early.shape == late.shape
    height, width = early.shape[:2]
    assert width == 300
    assert height % 2 == 0
    # The image above is the same, the caption below differs.
    assert (early[:150] == (255, 0, 0)).all()
    assert (early[150:] != late[150:]).any()
    # Without room the caption is omitted; nothing is enlarged.
    assert films.film_picture(image, 40, 4000).shape == (20, 40, 3)
    assert films.film_picture(image, 4000, 4000).shape[1] == 400


def test_a_film_that_is_cancelled_leaves_nothing(
    window: MainWindow, showing: Showing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(tmp_path / "a.gif"), "gif"
    monkeypatch.setattr(film_dialog, "choose_film_file", lambda *_args: chosen)
    window.feature(FilmFeature).film("map")
    window.findChildren(FilmDialog)[0].save.click()
    dialog = window.feature(FilmFeature)._maker._dialog
    assert dialog is not None
    dialog.canceled.emit()
    assert not window.feature(FilmFeature).is_busy
    assert list(tmp_path.iterdir()) == []
    assert showing.shown.past_epoch is None


def test_choices_are_remembered(app: App, window: MainWindow) -> None:
    bar, services = window.panel(TimeBar), app.services
    bar.speed_chosen.emit(2.0)
    bar.loop.trigger()
    bar.memory_chosen.emit(256)
    assert services.of(Player).speed == 2.0
    assert services.runner.timeline_bytes == 256 << 20
    app.use_language("es")
    bar = app.window.panel(TimeBar)
    assert bar.speed.text() == "2×"
    assert bar.loop.isChecked()
    assert services.of(Player).loop
    app.use_language("en")
