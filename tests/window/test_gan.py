"""New images in the window: explained, live during GAN training, and its controls."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTabWidget
from shiboken6 import isValid

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.library.library import Library
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.loop.train import train as run_training
from aegui.features.gan import feature as wiring_gan
from aegui.features.gan.model.judge_service import JudgeService
from aegui.features.gan.view.panel import GanPanel
from aegui.features.making.view.panel import MakingPanel
from aegui.session.map.decode_service import DecodeService
from tests.window.conftest import SMALL, stop, train
from tests.window.test_document import answer
from tests.window.test_writing import endless

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.session.map.decode_service import Decoded
    from aegui.window.main_window import MainWindow

GAN = Recipe.model_validate(
    {
        "name": "gan",
        "data": {"source": "digits"},
        "network": {"encoder": [{"units": 16}], "latent": {"units": 4}},
        "training": {"epochs": 4, "batch_size": 64, "device": "cpu"},
        "gan": {},
    }
)


def begin(window: MainWindow, qtbot: QtBot, recipe: Recipe) -> None:
    """Open the recipe, whose data are loaded in the background, and show the panel."""
    workspace = window._services.workspace
    assert workspace.new(recipe)
    qtbot.waitUntil(lambda: workspace.recipe == recipe)
    window.docks["gan"].show()
    window.docks["gan"].raise_()


def test_without_a_generator_the_panel_says_how_to_get_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = window.panel(GanPanel)
    assert "choose “GAN” or “Variational”" in panel.placeholder.message
    begin(window, qtbot, GAN)
    qtbot.waitUntil(lambda: panel.placeholder.message.startswith("Press Train"))


def test_a_training_that_has_begun_is_not_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    panel, runner = window.panel(GanPanel), window._services.runner
    begin(window, qtbot, GAN)
    window.actions_table["train"].trigger()
    # The first weights arrive later, from its thread.
    assert panel.placeholder.message == "The training is getting ready…"
    qtbot.waitUntil(lambda: panel.sheet.samples is not None)
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_a_generator_shows_its_images(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panel(GanPanel), window._services
    begin(window, qtbot, GAN)
    train(qtbot, window)
    sheet = panel.sheet
    qtbot.waitUntil(lambda: sheet.samples is not None and sheet.samples.epoch == 4)
    samples, codec = sheet.samples, services.shown.codec
    assert samples is not None
    assert codec is not None
    window.docks["making"].show()
    window.docks["making"].raise_()
    concept = window.panel(MakingPanel).concept
    qtbot.waitUntil(lambda: "no encoder" in concept._status.toolTip())
    decoded = codec.decode(samples.codes)
    np.testing.assert_allclose(samples.images.reshape(64, -1), decoded, atol=1e-6)
    assert samples.scores is not None
    # *Make* was opened as a tab in front of it.
    window.docks["gan"].raise_()
    assert panel.generator.isVisible()
    assert not panel.generator.isEnabled()
    panel.noise.click()
    qtbot.waitUntil(lambda: sheet.samples is not samples)


def said(window: MainWindow) -> list[str]:
    """Return what the panels say about GANs, each shown in front once."""
    found = []
    for key, dock in window.docks.items():
        dock.show()
        dock.raise_()
        QApplication.processEvents()
        panel = dock.widget().panel  # type: ignore[attr-defined]
        pages = panel.findChildren(QTabWidget)
        for page in range(pages[0].count() if pages else 1):
            if pages:
                pages[0].setCurrentIndex(page)
            texts = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
            found += [f"{key}: {text}" for text in texts if "GAN has no" in text]
    return found


def test_what_is_said_of_a_gan_is_not_said_of_the_next_network(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(lambda: {text.partition(":")[0] for text in said(window)} >= _TELLING)
    gaussian = GAN.model_dump(mode="json") | {"gan": None}
    gaussian["network"]["latent"]["kind"] = "gaussian"
    for recipe in (Recipe.model_validate(gaussian), CLASSIFIER, SMALL):
        begin(window, qtbot, recipe)
        qtbot.waitUntil(lambda: said(window) == [])
        train(qtbot, window)
        qtbot.waitUntil(lambda: said(window) == [])
        assert window.panel(MakingPanel).placeholder.message == ""
        assert "Put samples" in window.panel(MakingPanel).concept._status.toolTip()


def test_an_image_is_found_on_the_map(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panel(GanPanel), window._services
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(lambda: panel.sheet.samples is not None)
    samples = panel.sheet.samples
    assert samples is not None
    with qtbot.waitSignal(
        services.of(DecodeService).decoded, check_params_cb=_at(samples.codes[5])
    ):
        panel.sheet.sample_activated.emit(5)
    found = window.canvas.map_cursor.code()
    assert found is not None
    np.testing.assert_allclose(found, samples.codes[5], rtol=1e-5)


def _at(code: NDArray[np.float32]) -> Callable[[Decoded], bool]:
    return lambda decoded: np.allclose(decoded.z, code, rtol=1e-5)


_TELLING = frozenset({"making", "code", "answer"})
"""Panels with a sentence about networks that cannot encode."""
CLASSIFIER = Recipe.model_validate(
    {
        "data": {"source": "digits"},
        "network": {"encoder": [{"units": 16}], "latent": {"units": 8}},
        "training": {"epochs": 3, "batch_size": 64, "device": "cpu"},
        "classifier": {"pretrain": {"epochs": 0}},
    }
)


def saved_judge(path: Path, recipe: Recipe) -> str:
    dataset = load_builtin(recipe.data.source)
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = run_training(resolved)
    result = last.result()
    save_run(path, SavedRun(recipe, dataset, result.snapshot, result.history, result.runs))
    return str(path)


def choose_judge(window: MainWindow, qtbot: QtBot, place: int = -1) -> list[str]:
    """Choose an entry of the menu of judges, by default the file; return all entries."""
    QTest.mouseClick(window.panel(GanPanel).judge.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = [action for action in menu.actions() if not action.isSeparator()]
    texts = [action.text() for action in entries]
    menu.setActiveAction(entries[place])
    QTest.keyClick(menu, Qt.Key.Key_Return)
    return texts


def judge_generator(
    window: MainWindow,
    qtbot: QtBot,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    recipe: Recipe = GAN,
) -> None:
    """Train a small generator, and ask for the judgement of a classifier in ``folder``."""
    judge = window.panel(GanPanel).judge
    begin(window, qtbot, recipe)
    train(qtbot, window)
    path = saved_judge(folder / "judge.aegui", CLASSIFIER)
    monkeypatch.setattr(wiring_gan, "choose_run_file", lambda *_: path)
    qtbot.waitUntil(judge.isVisible)
    choose_judge(window, qtbot)


def test_a_classifier_from_a_file_judges_the_images(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, services = window.panel(GanPanel).judge, window._services
    assert not box.isVisible()
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(box.isVisible)
    path = saved_judge(tmp_path / "judge.aegui", CLASSIFIER)
    monkeypatch.setattr(wiring_gan, "choose_run_file", lambda *_: path)
    texts = choose_judge(window, qtbot)
    assert texts[0] == "The library has no classifier for images of 8x8"
    qtbot.waitUntil(lambda: services.of(JudgeService).latest is not None)
    trial = services.of(JudgeService).latest
    assert trial is not None
    assert (trial.judge, trial.epoch, trial.are_learnt) == ("judge.aegui", 4, True)
    table = box.table.model()
    names = [table.index(row, 0).data() for row in range(table.rowCount())]
    assert names == ["generated", "real", "chance"]
    assert "±" in table.index(0, 1).data()
    assert "Judge: judge.aegui (seed 0, epoch " in box.about
    assert "real images from Digits 8x8, which the generator has learnt" in box.about
    assert box.button.isEnabled()
    # Beyond the limits the window asks first, and nothing changes if the user cancels.
    services.settings.unasked_memory_share = 1e-9
    answer("Cancel")
    with qtbot.waitSignals([services.of(JudgeService).job.busy_changed] * 2):
        choose_judge(window, qtbot)
    assert services.of(JudgeService).latest is trial
    services.settings.unasked_memory_share = 1.0
    # A file without a classifier is reported, and the window goes on.
    plain = saved_judge(
        tmp_path / "plain.aegui", CLASSIFIER.model_copy(update={"classifier": None})
    )
    monkeypatch.setattr(wiring_gan, "choose_run_file", lambda *_: plain)
    choose_judge(window, qtbot)
    qtbot.waitUntil(lambda: "no classifier" in window.notifications.shown[-1].text)
    assert not box.table.isVisible()


def test_a_judgement_is_not_shown_beside_the_images_of_another_seed(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, judge = window._services, window._services.of(JudgeService)
    two = GAN.model_copy(update={"runs": 2})
    judge_generator(window, qtbot, tmp_path, monkeypatch, two)
    qtbot.waitUntil(lambda: judge.latest is not None)
    table = window.panel(GanPanel).judge.table
    assert table.isVisible()
    services.showing.choose_run(services.shown.run)
    assert judge.latest is not None
    services.showing.choose_run(1 - services.shown.run)
    assert judge.latest is None
    assert not table.isVisible()


def test_a_classifier_of_the_library_judges_the_images(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    judge, box = window._services.of(JudgeService), window.panel(GanPanel).judge
    letters = CLASSIFIER.model_copy(
        update={"data": CLASSIFIER.data.model_copy(update={"source": "lowercase"})}
    )
    with Library() as library:
        for name, recipe in (("of digits", CLASSIFIER), ("of letters", letters), ("net", SMALL)):
            run = load_run(saved_judge(tmp_path / f"{name}.aegui", recipe))
            library.keep(run, name=name)
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(box.isVisible)
    head, ours, file = choose_judge(window, qtbot, 1)
    assert head == "Classifiers in the library for images of 8x8:"
    assert ours.startswith("of digits · Digits 8x8 · ")
    assert file == "Open the &file of a classifier…"
    qtbot.waitUntil(lambda: judge.latest is not None)
    assert judge.latest is not None
    assert judge.latest.judge == "of digits"


def test_a_judgement_is_given_up_by_its_button(window: MainWindow, qtbot: QtBot) -> None:
    box, job = window.panel(GanPanel).judge, window._services.of(JudgeService).job
    begin(window, qtbot, GAN)
    train(qtbot, window)
    qtbot.waitUntil(box.isVisible)
    assert not box.cancel.isVisible()
    job.start("Judging new images", endless, lambda _trial: None, lambda _error: None)
    qtbot.waitUntil(box.cancel.isVisible)
    assert not box.button.isEnabled()
    QTest.mouseClick(box.cancel, Qt.MouseButton.LeftButton)
    assert not job.is_busy
    assert not box.cancel.isVisible()
    assert box.button.isEnabled()


def test_levers_reach_the_training(window: MainWindow, qtbot: QtBot) -> None:
    panel, services = window.panel(GanPanel), window._services
    training = GAN.training.model_copy(update={"epochs": 100_000})
    begin(window, qtbot, GAN.model_copy(update={"training": training}))
    runner = services.runner
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.pull() is not None and panel.generator.isEnabled())
    worker = runner._worker
    assert worker is not None
    panel.generator.click()
    assert not worker.orders.control.train_generator
    assert worker.orders.control.train_discriminator
    panel.discriminator.click()
    assert worker.orders.control.train_generator
    assert not worker.orders.control.train_discriminator
    stop(qtbot, runner)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.state == "running")
    assert panel.generator.isChecked()
    assert panel.discriminator.isChecked()
    stop(qtbot, runner)


def test_switches_are_the_same_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    panel, runner = window.panel(GanPanel), window._services.runner
    training = GAN.training.model_copy(update={"epochs": 100_000})
    begin(window, qtbot, GAN.model_copy(update={"training": training}))
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: runner.pull() is not None and panel.generator.isEnabled())
    panel.generator.click()
    app.use_language("es")
    again = app.window.panel(GanPanel)
    assert not again.generator.isChecked()
    assert again.discriminator.isChecked()
    again.generator.click()
    assert runner.adversaries == (True, True)
    stop(qtbot, runner)


def test_what_was_computed_is_there_in_a_window_of_another_language(
    window: MainWindow,
    qtbot: QtBot,
    app: App,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = window.panel(GanPanel)
    judge_generator(window, qtbot, tmp_path, monkeypatch)
    qtbot.waitUntil(panel.judge.table.isVisible)
    qtbot.waitUntil(panel.nearest.go.isEnabled, timeout=60_000)
    target, found = panel.nearest.pictures.images
    app.use_language("es")
    again = app.window.panel(GanPanel)
    for before, after in zip((target, found), again.nearest.pictures.images, strict=True):
        assert before is not None
        assert after is not None
        np.testing.assert_array_equal(after, before)
    assert "los mejores 4 de 256 códigos" in again.nearest.words
    assert again.nearest.go.isEnabled()
    table = again.judge.table.model()
    assert [table.index(row, 0).data() for row in range(3)] == ["generadas", "reales", "azar"]
    assert again.judge.table.isVisibleTo(again)
    assert again.judge.button.isEnabled()


def hide(window: MainWindow) -> None:
    """Hide the panel, also from the window that replaces this one."""
    window.set_perspective("wander")
    window.docks["gan"].hide()


@pytest.mark.parametrize("is_trained", [True, False])
def test_a_judgement_ends_with_its_generator_while_its_panel_is_not_there(
    window: MainWindow,
    qtbot: QtBot,
    app: App,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_trained: bool,
) -> None:
    services = window._services
    judge, workspace = services.of(JudgeService), services.workspace
    judge_generator(window, qtbot, tmp_path, monkeypatch)
    qtbot.waitUntil(lambda: judge.latest is not None)
    hide(window)
    app.use_language("es")
    qtbot.waitUntil(lambda: not isValid(window))
    assert judge.latest is not None
    if is_trained:
        assert workspace.edit_recipe(GAN.model_copy(update={"seed": 99}), "seed")
        train(qtbot, app.window)
    else:
        assert workspace.new(GAN.model_copy(update={"name": "other"}))
        qtbot.waitUntil(lambda: services.shown.codec is None)
    assert judge.latest is None
    app.window.docks["gan"].show()
    app.window.docks["gan"].raise_()
    assert not app.window.panel(GanPanel).judge.table.isVisibleTo(app.window)


def test_a_judgement_that_fails_is_told_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    window.panel(GanPanel)
    judge, may_fail = window._services.of(JudgeService), Event()

    def fail(_report: Report, _cancelled: IsCancelled) -> None:
        may_fail.wait()
        raise AeguiError("no classifier at all")

    begin(window, qtbot, GAN)
    judge.job.start("Opening the judge", fail, lambda _judge: None, judge._on_failed)
    hide(window)
    app.use_language("es")
    assert judge.job.is_busy
    may_fail.set()
    qtbot.waitUntil(lambda: not judge.job.is_busy)
    told = [one.text for one in app.window.notifications.shown]
    assert [text for text in told if "no classifier at all" in text] == ["no classifier at all"]


def test_the_nearest_image_that_it_can_draw_is_searched_for(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, services = window.panel(GanPanel), window._services
    begin(window, qtbot, GAN)
    assert not panel.nearest.isVisible()
    train(qtbot, window)
    qtbot.waitUntil(panel.nearest.isVisible, timeout=20_000)
    dataset, codec = services.shown.dataset, services.shown.codec
    assert codec is not None
    services.drawing.load(dataset.images[5, 0], dataset.labels[5])
    qtbot.waitUntil(panel.nearest.go.isEnabled, timeout=60_000)
    wanted, found = panel.nearest.pictures.images
    assert wanted is not None
    assert found is not None
    np.testing.assert_array_equal(wanted, dataset.images[5, 0])
    assert "from the best 4 of 256 random codes" in panel.nearest.words
    places: list[NDArray[np.float32]] = []
    services.requests.place.connect(places.append)
    panel.nearest.go.click()
    np.testing.assert_allclose(codec.decode(places[0])[0], found.reshape(-1), atol=1e-5)
    # A new drawing cancels the search for the previous one.
    services.drawing.load(dataset.images[9, 0], dataset.labels[9])
    assert not panel.nearest.go.isEnabled()
    assert "Searching" in panel.nearest.words
    qtbot.waitUntil(panel.nearest.go.isEnabled, timeout=60_000)
    np.testing.assert_array_equal(panel.nearest.pictures.images[0], dataset.images[9, 0])


def test_an_autoencoder_needs_no_search(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot, SMALL)
    train(qtbot, window)
    assert not window.panel(GanPanel).nearest.isVisible()
