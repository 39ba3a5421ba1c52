"""Messages over the map: one per action, closed once their cause is resolved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from aegui.core.data.dataset import Dataset
from aegui.core.recipe.edits import with_value
from aegui.core.run_file.saved import SavedRun, save_run
from aegui.features.builder.view.map_mark import MapMark
from aegui.features.data.feature import DataFeature
from aegui.kit.theme import DARK
from aegui.session.comfort import Comfort
from aegui.session.jobs.derived import JobProgress
from aegui.session.notice import Notice
from aegui.widgets.progress_strip import ProgressStrip
from aegui.window.notifications import Toast
from tests.window.conftest import SMALL, stop, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def texts(window: MainWindow) -> list[str]:
    return [notice.text for notice in window.notifications.shown]


def test_the_newest_about_a_matter_takes_the_place_of_the_others(window: MainWindow) -> None:
    shown = window.notifications
    shown.show(Notice("error", "no room on the disk", about="film"))
    shown.show(Notice("error", "no such folder", about="figure"))
    shown.show(Notice("info", "the film is saved", about="film"))
    assert texts(window) == ["no such folder", "the film is saved"]
    shown.settle("figure")
    assert texts(window) == ["the film is saved"]


class StyleChanges(QObject):
    """Counts changes of a widget's style sheet."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.StyleChange
        return super().eventFilter(watched, event)


def test_another_theme_dresses_what_is_shown_once(app: App, qtbot: QtBot) -> None:
    window = app.window
    window.notifications.show(Notice("error", "no room on the disk"))
    strip = window.findChild(ProgressStrip)
    assert strip is not None
    strip.show_progress(JobProgress("Reading", "one", 1, 2))
    toast = window.findChild(Toast)
    assert toast is not None
    changes = [StyleChanges(widget) for widget in (toast, strip)]
    app.use_theme("dark")
    qtbot.waitUntil(lambda: DARK.raised.name() in toast.styleSheet())
    qtbot.waitUntil(lambda: DARK.raised.name() in strip.styleSheet())
    before = [each.count for each in changes]
    for _ in range(20):
        QApplication.processEvents()
    assert [each.count for each in changes] == before
    strip.hide()


def test_the_button_of_a_repeated_offer_does_what_was_offered_last(window: MainWindow) -> None:
    done: list[str] = []
    for name in ("first", "second"):
        accept = partial(done.append, name)
        window.notifications.show(Notice("info", "It is there already.", "Add it", accept))
    (toast,) = (toast for toast in window.findChildren(Toast) if toast.isVisible())
    toast.findChildren(QPushButton)[-1].click()
    assert done == ["second"]


def test_an_error_that_waits_for_room_goes_too(window: MainWindow) -> None:
    shown = window.notifications
    shown.show(Notice("error", "the film failed", about="film"))
    for number in range(3):
        shown.show(Notice("error", f"other {number}"))
    assert shown.waiting == 1
    shown.settle("film")
    assert shown.waiting == 0
    assert len(texts(window)) == 3


def test_that_it_could_not_be_saved_is_past_once_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace = window._services.workspace
    workspace.save_as(tmp_path / "missing" / "a.aegui")
    qtbot.waitUntil(lambda: any(n.level == "error" for n in window.notifications.shown))
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(tmp_path / "a.aegui")
    assert not [n for n in window.notifications.shown if n.level == "error"]


def test_how_a_training_went_is_past_when_the_next_begins(window: MainWindow, qtbot: QtBot) -> None:
    window.notifications.show(Notice("warning", "it diverged", about="training"))
    train(qtbot, window)
    assert len(texts(window)) == 1, "one message for one training"
    assert "it diverged" not in texts(window)


def test_what_was_wrong_with_data_is_past_after_the_next_choice(
    window: MainWindow, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    workspace = window._services.workspace
    workspace.edit_recipe(
        SMALL.model_copy(
            update={"data": SMALL.data.model_copy(update={"source": str(broken), "chars": None})}
        ),
        "data",
    )
    assert [notice.level for notice in window.notifications.shown] == ["error"]
    workspace.edit_recipe(SMALL.model_copy(update={"seed": 9}), "seed")
    assert texts(window) == []


def test_what_has_to_wait_for_the_training_is_past_at_its_end(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    runner = window._services.runner
    training = SMALL.training.model_copy(update={"epochs": 5_000_000})
    window._services.workspace.edit_recipe(
        SMALL.model_copy(update={"training": training}), "longer"
    )
    window.actions_table["train"].trigger()
    path = tmp_path / "glyphs.txt"
    path.write_text("a\n.....\n", encoding="utf-8")
    window.feature(DataFeature).take_files([path])
    assert any("training has ended" in text for text in texts(window))
    stop(qtbot, runner)
    assert not any("training has ended" in text for text in texts(window))


def place_in(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def test_progress_leaves_the_buttons_of_the_map_free(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    window.resize(1000, 700)
    overlays = window.canvas.overlays
    strip = ProgressStrip(window, window.canvas)
    strip.show_progress(JobProgress("Reading", "one", 1, 2))
    buttons = (overlays.bar, overlays.follow, overlays.selection)

    def covers() -> bool:
        taken = [place_in(window, each) for each in buttons if each.isVisible()]
        return any(strip.geometry().intersects(each) for each in taken)

    qtbot.waitUntil(lambda: not covers())
    # These appear while the strip is already shown.
    window.canvas.selecting.select(np.array([0, 1, 2]))
    qtbot.waitUntil(overlays.selection.isVisible)
    qtbot.waitUntil(lambda: not covers())
    assert place_in(window, window.canvas).contains(strip.geometry())
    strip.hide()


def test_a_message_over_a_narrow_map_is_no_column_of_words(app: App) -> None:
    app.use_comfort(Comfort(text_size=1.5))
    window = app.window
    window.set_perspective("build")
    window.resize(900, 600)
    QApplication.processEvents()
    assert window.canvas.width() < 300
    window.notify(Notice("info", "every card is a layer, " * 4, "Begin with it", lambda: None))
    QApplication.processEvents()
    toast = window.findChildren(Toast)[-1]
    assert toast.width() >= 1.5 * 240
    assert window.rect().contains(toast.geometry())
    top = window.canvas.mapTo(window, QPoint()).y()
    assert toast.geometry().top() > top, "the toolbar stays free"
    button = toast.findChild(QPushButton)
    assert button is not None
    assert button.width() >= button.sizeHint().width()


def test_a_message_gives_way_to_the_mark_that_comes_after_it(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window = learnt
    mark = window.canvas.findChild(MapMark)
    assert mark is not None
    workspace = window._services.workspace
    window.notifications.show(Notice("warning", "stays"))
    toast = next(one for one in window.findChildren(Toast) if one.notice.text == "stays")
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "code")
    qtbot.waitUntil(mark.isVisible)
    assert not toast.geometry().intersects(place_in(window, mark))


def test_the_mark_gives_way_to_a_legend_that_comes_after_it(
    learnt: MainWindow, qtbot: QtBot
) -> None:
    window = learnt
    mark, overlays = window.canvas.findChild(MapMark), window.canvas.overlays
    assert mark is not None
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "network.latent.units", 3), "code")
    qtbot.waitUntil(mark.isVisible)
    window.canvas.resize(mark.width() + 2 * overlays.scale.width(), window.canvas.height())
    overlays.set_classes([f"quite a long class {number}" for number in range(9)])
    assert overlays.legend.isVisible()
    assert not mark.geometry().intersects(overlays.legend.geometry())


def test_what_a_document_lacks_is_past_in_the_next(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.aegui"
    images = np.random.default_rng(0).integers(0, 256, (4200, 64, 64), np.uint8)
    workspace = window._services.workspace
    data = Dataset.from_images("large", images / np.float32(255))
    save_run(path, SavedRun(SMALL, data))
    workspace.open(path, lambda: True)
    qtbot.waitUntil(lambda: any("of the 4,200 samples" in text for text in texts(window)))
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 9}), "seed")
    assert any("of the 4,200 samples" in text for text in texts(window))
    assert workspace.new(SMALL)
    qtbot.waitUntil(lambda: workspace.recipe == SMALL)
    assert texts(window) == []
