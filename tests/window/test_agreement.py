"""Status, message, chip, charts, formula, pictures, map and file agree on the weights shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.latent.codec import Codec
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import load_run
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.charts.feature import ChartsFeature
from aegui.features.charts.reconstructions import ReconstructionsFeature
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.time.feature import TimeFeature
from aegui.features.time.view.bar import TimeBar
from aegui.shell.outcome import mean_words, weights_words
from aegui.shell.refresher import LiveText
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.training.record.snapshot import Snapshot
    from aegui.window.main_window import MainWindow

pytestmark = pytest.mark.arrangement("build")

LETTERS: dict[str, Any] = {"source": "lowercase", "chars": "abcdefgh"}
DIGITS: dict[str, Any] = {"source": "digits", "split": {"validation": 0.25}}
CPU: dict[str, Any] = {"device": "cpu", "optimizer": {"learning_rate": 0.02}}
FAMILIES: dict[str, dict[str, Any]] = {
    "autoencoder": {"data": LETTERS, "training": {"epochs": 30, **CPU}, "runs": 3},
    "hundred": {"data": LETTERS, "training": {"epochs": 6, **CPU}, "runs": 100},
    "vae": {
        "data": LETTERS,
        "network": {"latent": {"kind": "gaussian"}},
        "training": {"epochs": 30, **CPU},
        "runs": 2,
    },
    "classifier": {
        "data": DIGITS,
        "network": {"encoder": [{"units": 16}], "latent": {"units": 8}},
        "training": {"epochs": 4, "batch_size": 256, **CPU},
        "classifier": {},
        "runs": 2,
    },
    "gan": {
        "data": DIGITS,
        "network": {"encoder": [{"units": 8}], "latent": {"units": 4}},
        "training": {"epochs": 3, "batch_size": 256, "device": "cpu"},
        "gan": {},
        "runs": 2,
    },
}


class Agreement:
    """Checks what the parts of a window show against each other."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window
        self.showing = window._services.showing
        window.docks["charts"].show()
        window.docks["charts"].raise_()

    def weights(self) -> Snapshot:
        """Return the weights that should be shown, determined without the window."""
        moment, timeline = self.showing.shown.moment, self.showing.shown.timeline
        assert moment is not None
        if moment.weights == "best" or self.showing.shown.recipe.gan is not None:
            run = self.showing.shown.saved
            assert run is not None
            assert run.snapshot is not None
            return run.snapshot
        assert timeline is not None
        return timeline.snapshot(timeline.index_at(moment.epoch))

    def agree(self) -> None:
        """Check that everything shows the run, epoch and weights that the chip names."""
        showing, window = self.showing, self.window
        moment, codec, history = showing.shown.moment, showing.shown.codec, showing.shown.history
        assert moment is not None
        assert codec is not None
        assert history is not None
        assert (codec.run, codec.epoch) == (moment.run, int(moment.epoch))
        chip = window.toolbar.chip
        self.qtbot.waitUntil(lambda: chip.weights.text() == weights_words(moment))
        assert f"{moment.epoch:,}" in chip.weights.text()
        assert (str(moment.seed) in chip.run.text()) == (moment.runs > 1)
        row = history.row_at(moment.epoch)
        assert row is not None
        self._charts(row)
        window.docks["training"].raise_()
        formula = window.panel(TrainingPanel).formula
        trained = history.trained_loss[row, moment.run]
        # The formula is that of the classes, also while layers are pre-trained.
        loss = None if np.isnan(trained) else pytest.approx(trained, rel=1e-6)
        self.qtbot.waitUntil(lambda: formula._terms.get("loss") == loss)
        own = Codec(showing.shown.recipe, codec.image_shape, self.weights(), moment.run)
        if own.can_encode:
            self._codes(own)
        if own.can_encode and showing.shown.recipe.classifier is None:
            self._pixels(own, row)

    def _charts(self, row: int) -> None:
        """Check that the headings of charts show the values of that epoch and run."""
        moment, history = self.showing.shown.moment, self.showing.shown.history
        assert moment is not None
        assert history is not None
        panel = self.window.panel(ChartsPanel)
        self.window.feature(ChartsFeature)._charts.flush()
        accuracy = history.extra.get("accuracy")
        is_early = accuracy is not None and bool(np.isnan(accuracy[row]).all())
        key = "pre_training" if is_early else "loss"
        # A GAN has a chart of its two losses, of which the first is that of the history.
        of_gan = "generator_loss" in history.extra
        loss = panel._views["adversary" if of_gan else key]
        key = "generator_loss" if of_gan else key
        data = loss.data
        assert data is not None
        assert len(data.epoch) == len(history)
        read = loss._row_read(data)
        assert (len(history) - 1 if read is None else read) == row
        for curve in loss._values:
            values = history.column(curve.spec.column)
            assert values is not None
            assert curve.emphasised[0] == pytest.approx(values[row, moment.run], rel=1e-6)
        assert bool(loss._values) == (moment.weights == "live")
        own = next(curve for curve in data.curves if curve.spec.column == key).emphasised
        assert own[row] == pytest.approx(history.loss[row, moment.run], rel=1e-6)

    def _codes(self, own: Codec) -> None:
        """Check that the map shows the codes of these weights."""
        scene, samples = self.window.canvas.scene, self.showing.shown.dataset.flat()
        wanted = own.encode(samples)
        self.qtbot.waitUntil(
            lambda: (
                scene.codes is not None
                and scene.codes.values.shape == wanted.shape
                and bool(np.allclose(scene.codes.values, wanted, atol=1e-5))
            ),
        )

    def _pixels(self, own: Codec, row: int) -> None:
        """Check the wrong pixels in status, reconstructions and history against these weights."""
        samples, history = self.showing.shown.dataset.flat(), self.showing.shown.history
        moment, window = self.showing.shown.moment, self.window
        assert moment is not None
        assert history is not None
        wrong = ((own.reconstruct(samples) > 0.5) != (samples > 0.5)).sum(axis=1)
        assert history.wrong_mean[row, moment.run] == pytest.approx(wrong.mean(), abs=0.07)
        if not window._services.runner.is_busy:
            told = f"mean {mean_words(float(wrong.mean()))}, worst {wrong.max()}"
            self.qtbot.waitUntil(lambda: told in window.toolbar.status.text())
        view = window.panel(ReconstructionsPanel).view
        window.docks["reconstructions"].show()
        window.docks["reconstructions"].raise_()
        window.feature(ReconstructionsFeature)._rows.flush()
        self.qtbot.waitUntil(
            lambda: (
                view._rows is not None
                and view._rows.epoch == int(moment.epoch)
                and view._rows.mean == pytest.approx(wrong.mean())
            ),
        )
        window.docks["charts"].raise_()


@pytest.mark.parametrize("family", FAMILIES)
def test_everything_says_the_same_in_every_state(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, family: str
) -> None:
    services = window._services
    workspace, showing = services.workspace, services.showing
    recipe = Recipe.model_validate({**FAMILIES[family], "seed": 5})
    assert workspace.new(recipe)
    qtbot.waitUntil(lambda: workspace.recipe == recipe)
    look = Agreement(qtbot, window)
    train(qtbot, window)
    look.agree()
    (notice,) = window.notifications.shown
    moment, run = showing.shown.moment, workspace.run
    assert moment is not None
    assert run is not None
    assert moment.run == run.best_run
    assert f"seed {moment.seed}" in notice.text
    showing.choose_run((moment.run + 1) % moment.runs)
    look.agree()
    showing.choose_weights("last")
    look.agree()
    showing.show_epoch(2)
    look.agree()
    window.feature(TimeFeature).go_to(None)
    look.agree()
    showing.choose_weights("best")
    look.agree()
    path = tmp_path / "run.aegui"
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(path)
    saved = load_run(path)
    with qtbot.waitSignal(workspace.document_changed):
        assert workspace.open(path, lambda: True)
    look.agree()
    moment = showing.shown.moment
    assert moment is not None
    assert moment.run == saved.best_run
    assert moment.epoch == saved.results[moment.run].best_epoch
    if recipe.gan is None:
        showing.choose_weights("last")
        assert showing.shown.moment is not None
        assert run.history is not None
        assert showing.shown.moment.epoch == run.history.epoch[-1]


def test_everything_says_the_same_while_paused_and_after_stop(
    qtbot: QtBot, window: MainWindow
) -> None:
    services = window._services
    recipe = Recipe.model_validate(
        {**FAMILIES["autoencoder"], "training": {"epochs": 5_000_000, **CPU}}
    )
    services.workspace.edit_recipe(recipe, "longer")
    qtbot.waitUntil(lambda: services.workspace.recipe == recipe)
    look = Agreement(qtbot, window)
    with qtbot.waitSignal(services.runner.paused):
        window.actions_table["step"].trigger()
    for _ in range(3):
        with qtbot.waitSignal(services.runner.paused):
            window.actions_table["step"].trigger()
    qtbot.waitUntil(
        lambda: services.shown.moment is not None and services.shown.moment.epoch == 4,
    )
    services.of(LiveText).update()
    look.agree()
    services.showing.choose_run(2)
    look.agree()
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()
    look.agree()
    assert services.shown.moment is not None
    assert services.shown.moment.run == 2


# With few panels, which take the time of the ticks.
@pytest.mark.arrangement("build")
def test_everything_says_the_same_while_it_trains(qtbot: QtBot, window: MainWindow) -> None:
    services = window._services
    training = {"epochs": 5_000_000, **CPU}
    recipe = Recipe.model_validate({**FAMILIES["autoencoder"], "training": training})
    services.workspace.edit_recipe(recipe, "longer")
    qtbot.waitUntil(lambda: services.workspace.recipe == recipe)
    toolbar, words = window.toolbar, window.panel(TimeBar).words
    named: list[tuple[str, ...]] = []
    losses: list[tuple[float | None, float]] = []
    for name in ("charts", "training"):
        window.docks[name].show()
        window.docks[name].raise_()
    heading, formula = window.panel(ChartsPanel)._views["loss"], window.panel(TrainingPanel).formula

    def look() -> None:
        if toolbar.chip.weights.text().startswith("live"):
            bar = toolbar.progress.toolTip().split(" of ")[0]
            chip = toolbar.chip.weights.text().removeprefix("live, epoch ")
            # The time bar names an epoch once a second one is kept.
            named.append((bar, chip, words.text().removeprefix("epoch ") or chip))
            # Newer rows may be drawn: the heading is of the weights shown.
            losses.extend(
                (formula._terms.get("loss"), float(curve.emphasised[0]))
                for curve in heading._values
            )

    services.ticker.ticked.connect(look)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: min(len(set(losses)), len(set(named))) > 3)
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()
    services.ticker.ticked.disconnect(look)
    assert [each for each in losses if len(set(each)) > 1] == []
    assert [each for each in named if len(set(each)) > 1] == []
