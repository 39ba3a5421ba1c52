"""Data chosen, imported, viewed and saved in the real window."""

from __future__ import annotations

import struct
import threading
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from aegui.core.data import download
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.fonts import bdf
from aegui.core.data.published import DATA_DIR_VARIABLE
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError
from aegui.core.recipe import DataSpec, ImageSpec
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.data.download_dialog import DownloadDialog
from aegui.features.data.feature import DataFeature
from aegui.features.data.import_dialog import ImportDialog
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.drawing.feature import SetFeature
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.paths import models_dir
from aegui.shell.dialogs import files, questions
from tests.window.conftest import SMALL, stop, train
from tests.window.test_document import answer
from tests.window.test_writing import endless, strips

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.session.documents.workspace import Workspace
    from aegui.window.main_window import MainWindow


_Dialog = TypeVar("_Dialog", bound=QDialog)


@pytest.fixture(autouse=True)
def nothing_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "downloads"))


@pytest.fixture
def workspace(window: MainWindow) -> Workspace:
    return window._services.workspace


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Create three red and two blue images, each colour in a folder of its own."""
    folder = tmp_path / "pictures"
    for colour, count in (("red", 3), ("blue", 2)):
        (folder / colour).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (41, 23), colour).save(folder / colour / f"{number}.jpg")
    return folder


def settle(qtbot: QtBot, workspace: Workspace) -> None:
    qtbot.waitUntil(lambda: not workspace.loading.is_busy)


def show_panel(qtbot: QtBot, window: MainWindow) -> None:
    window.docks["data"].show()
    window.docks["data"].raise_()
    qtbot.waitUntil(window.panel(DataPanel).isVisible)


def opened(window: MainWindow, kind: type[_Dialog]) -> _Dialog:
    dialog = window.findChild(kind)
    assert dialog is not None
    return dialog


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


# Choosing


def test_data_is_chosen_in_the_toolbar(window: MainWindow, workspace: Workspace) -> None:
    data = window.toolbar.data
    data.activated.emit(data.findData("letters"))
    assert workspace.recipe.data.source == "letters"
    assert len(workspace.dataset) == 96
    assert data.currentData() == "letters"
    assert len(window.panel(DrawPanel)._labels) == 96
    workspace.undo_stack.undo()
    assert data.currentData() == "lowercase"


def test_characters_are_chosen(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def choose(*arguments: object) -> tuple[str, ...]:
        seen.extend(arguments[1:])
        return ("x", "y")

    monkeypatch.setattr(questions, "choose_characters", choose)
    window.actions_table["choose_characters"].trigger()
    assert len(seen[0]) == 32  # type: ignore[arg-type]
    assert seen[2] == tuple("abcdef")
    assert window._services.workspace.dataset.labels == ("x", "y")


def test_the_dialog_of_characters(window: MainWindow) -> None:
    pool = window._services.workspace.pool
    answer("Use these")
    chosen = questions.choose_characters(window, pool.labels, pool.images[:, 0], ("b", "a"))
    assert chosen == ("b", "a")
    answer("Cancel")
    assert questions.choose_characters(window, pool.labels, pool.images[:, 0], ("b",)) is None


def test_the_panel_offers_the_same_sets(window: MainWindow, workspace: Workspace) -> None:
    menu = window.panel(DataPanel).menu
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert "Emojis (1,861 · 64 × 64)" in texts
    assert "MNIST (60,000 · 28 × 28 · download 11.6 MB)" in texts
    next(action for action in menu.actions() if action.text().startswith("All 96")).trigger()
    assert workspace.recipe.data.source == "letters"


def test_ways_to_other_data_are_in_the_toolbar(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, pictures: Path
) -> None:
    def chosen(*_: object) -> str:
        return str(pictures)

    monkeypatch.setattr(files, "choose_folder", chosen)
    data = window.toolbar.data
    data.activated.emit(data.findText("Folder of images…"))
    assert data.currentData() == "lowercase"
    opened(window, ImportDialog).reject()


# Images


def test_images_are_brought_in(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, pictures: Path
) -> None:
    dialog = window.feature(DataFeature).import_images([pictures])
    qtbot.waitUntil(dialog.take.isEnabled)
    panel = dialog.panel
    assert panel.head.text() == "5 images"
    assert len(panel.gallery.shown) == 5
    assert panel.spec.width != panel.spec.height, "they keep their proportions"
    panel.square.click()
    panel.form.fields["images.width"].setValue(16)  # type: ignore[union-attr]
    panel.form.fields["images.width"].edited.emit(16)
    assert (panel.spec.width, panel.spec.height) == (16, 16)
    panel.classes.set_chosen(["red"])
    dialog.take.click()
    settle(qtbot, workspace)
    assert workspace.dataset.images.shape == (3, 3, 16, 16)
    assert set(workspace.dataset.labels) == {"red"}
    assert np.allclose(workspace.dataset.images[0, :, 8, 8], [1, 0, 0], atol=0.02)
    assert window.toolbar.data.currentText() == "pictures"
    workspace.undo_stack.undo()
    assert workspace.recipe.data.source == "lowercase"


def test_the_heading_counts_the_images_that_can_be_read(
    qtbot: QtBot, window: MainWindow, pictures: Path
) -> None:
    for name in ("one.png", "two.png"):
        (pictures / "red" / name).write_text("no picture")
    dialog = window.feature(DataFeature).import_images([pictures])
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    assert dialog.panel.head.text() == "5 images"
    assert len(dialog.panel.skipped.toPlainText().splitlines()) == 2


def test_letters_drawn_elsewhere_keep_their_few_pixels(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 2, (6, 7, 5), dtype=np.uint8) * 255
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    dialog = window.feature(DataFeature).import_images([tmp_path])
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    assert dialog.panel.majority.text() == "The files are 5 × 7 in grey."
    dialog.take.click()
    settle(qtbot, workspace)
    np.testing.assert_array_equal(workspace.dataset.images[:, 0], pixels / 255)


def test_their_own_size_is_proposed_and_whether_the_network_reads_them(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    """The network on the map is for 5 x 7 pixels, then for faces of 64 x 64 in colour."""
    for number in range(3):
        Image.new("L", (20, 28), 60 * number).save(tmp_path / f"{number}.png")
    workspace.open(models_dir() / "emoji-faces.aegui", lambda: True)
    qtbot.waitUntil(lambda: window._services.shown.codec is not None, timeout=60_000)
    dialog = window.feature(DataFeature).import_images([tmp_path])
    qtbot.waitUntil(dialog.take.isEnabled, timeout=20_000)
    panel = dialog.panel
    assert (panel.spec.width, panel.spec.height, panel.spec.channels) == (20, 28, 1)
    assert panel.majority.text() == "The files are 20 × 28 in grey."
    assert "takes 64 × 64 in colour, not these" in panel.network.text()
    panel.as_network.click()
    assert (panel.spec.width, panel.spec.height, panel.spec.channels) == (64, 64, 3)
    assert "appear there at once" in panel.network.text()
    assert panel.as_network.isHidden()
    dialog.take.click()
    settle(qtbot, workspace)
    assert workspace.dataset.image_shape == (3, 64, 64)
    assert window._services.shown.dataset is workspace.dataset


def test_files_that_one_has_are_copied_in(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = window.toolbar.data
    data.activated.emit(data.findData("mnist"))
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is not None)
    dialog = opened(window, DownloadDialog)
    monkeypatch.setattr(files, "choose_folder", lambda *_, **_kwargs: str(tmp_path))
    dialog.panel.have.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: "0 of 4 files are available now" in dialog.panel.problem.text())
    assert dialog.panel.have.isEnabled()
    dialog.close()


def test_a_folder_without_images_is_told_in_the_dialog(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    dialog = window.feature(DataFeature).import_images([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "no files" in dialog.panel.problem.text())
    assert not dialog.take.isEnabled()
    dialog.reject()


def test_pictures_are_dropped(qtbot: QtBot, window: MainWindow, pictures: Path) -> None:
    drop(window, pictures)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    dialog = opened(window, ImportDialog)
    qtbot.waitUntil(dialog.take.isEnabled)
    dialog.reject()


def test_enter_takes_the_pictures_that_were_dropped(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, pictures: Path
) -> None:
    drop(window, pictures)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    dialog = opened(window, ImportDialog)
    qtbot.waitUntil(dialog.take.isEnabled)
    focused = dialog.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return)
    settle(qtbot, workspace)
    assert len(workspace.dataset) == 5


def test_a_folder_that_grew_is_read_again(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, pictures: Path
) -> None:
    for expected in (5, 6):
        dialog = window.feature(DataFeature).import_images([pictures])
        qtbot.waitUntil(dialog.take.isEnabled)
        dialog.take.click()
        settle(qtbot, workspace)
        assert len(workspace.dataset) == expected
        first = next(path for path in pictures.rglob("*.*"))
        (first.parent / "one more.png").write_bytes(first.read_bytes())


def test_an_idx_file_is_dropped_and_a_network_offered(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "noise-idx3-ubyte"
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 20, 28, 28) + pixels.tobytes())
    drop(window, path)
    qtbot.waitUntil(lambda: len(workspace.dataset) == 20)
    settle(qtbot, workspace)
    offer = window.notifications.shown[-1]
    assert offer.offer == "Use a network made for 28 × 28 images"
    button = next(b for b in window.findChildren(QPushButton) if b.text() == offer.offer)
    button.click()
    assert workspace.recipe.network.encoder[0].kind == "conv"
    assert workspace.recipe.data.source == str(path)
    assert workspace.resolution.resolved is not None


def test_many_images_are_learnt_in_batches_and_it_is_told(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    def offered(count: int, height: int) -> Path:
        path = tmp_path / f"{count}-{height}-idx3-ubyte"
        pixels = np.random.default_rng(0).integers(0, 256, (count, height, 5), dtype=np.uint8)
        path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, height, 5) + pixels.tobytes())
        drop(window, path)
        qtbot.waitUntil(lambda: len(workspace.dataset) == count)
        settle(qtbot, workspace)
        return path

    before = workspace.recipe.training
    offered(5_000, 7)
    told = window.notifications.shown[-1].text
    assert told == "5,000 samples are learnt in batches of 128 now, for 20 epochs."
    assert workspace.recipe.training.batch_size == 128
    window.actions_table["undo"].trigger()
    assert workspace.recipe.training == before
    # A user's single batch is kept until a network is taken from the list.
    offered(5_000, 7)
    update = {"training": before}
    workspace.edit_recipe(workspace.recipe.model_copy(update=update), "all at once")
    offered(5_001, 7)
    assert workspace.recipe.training == before
    window.panel(BuilderPanel).networks.chosen.emit("letters-17")
    assert workspace.recipe.training.batch_size == 128
    assert "5,001 samples" in window.notifications.shown[-1].text


# Downloads


def test_a_download_is_offered_and_brings_the_data(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(key: str, *_: object) -> None:
        asked.append(key)
        if len(asked) == 1:
            raise AeguiError("The connection was cut.")

    monkeypatch.setattr(download, "download", fetch)
    data = window.toolbar.data
    data.activated.emit(data.findData("mnist"))
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is not None)
    assert workspace.recipe.data.source == "lowercase"
    dialog = opened(window, DownloadDialog)
    panel, layout = dialog.panel, dialog.layout()
    assert layout is not None
    # No empty band between text and buttons.
    height = dialog.height()
    assert height == layout.totalHeightForWidth(dialog.width())
    panel.download.click()
    qtbot.waitUntil(lambda: "cut" in panel.problem.text())
    assert dialog.height() > height
    retried: list[object] = []
    workspace.download_needed.connect(retried.append)
    panel.download.click()
    qtbot.waitUntil(lambda: bool(retried))
    assert asked == ["mnist", "mnist"]
    opened(window, DownloadDialog).close()


def test_a_download_is_given_up_by_its_button(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def fetch(_key: str, report: Report, cancelled: IsCancelled) -> None:
        try:
            endless(report, cancelled)
        finally:
            ended.set()

    monkeypatch.setattr(download, "download", fetch)
    data = window.toolbar.data
    data.activated.emit(data.findData("mnist"))
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is not None)
    panel = opened(window, DownloadDialog).panel
    QTest.mouseClick(panel.download, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.text.text() == "3 of 10 images written")
    QTest.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(ended.is_set)
    qtbot.waitUntil(lambda: window.findChild(DownloadDialog) is None)
    assert workspace.recipe.data.source == "lowercase"
    # A set that was not taken is no recently used one.
    assert window._services.favourites.short("data", ["mnist", "emoji"], ["emoji"]) == ("emoji",)


def test_reading_data_is_given_up_over_the_map(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.feature(DataFeature)
    announced: list[object] = []
    workspace.recipe_changed.connect(announced.append)
    ended: list[object] = []
    workspace.loading.start("Reading MNIST", endless, ended.append, ended.append)
    qtbot.waitUntil(lambda: bool(strips(window)))
    (strip,) = strips(window)
    assert strip.title.text() == "Reading MNIST"
    QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    assert not workspace.loading.is_busy
    assert not strips(window)
    # Fields and lists show again what counts.
    assert announced
    assert not ended


# The samples that take part


def test_the_panel_shows_the_set_and_its_card(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    panel = window.panel(DataPanel)
    assert panel.title.text() == "Lower case"
    assert panel.facts.text() == "6 of 32 · 5 × 7"
    assert panel.gallery.shown.tolist() == [workspace.pool.labels.index(c) for c in "abcdef"]
    qtbot.waitUntil(lambda: panel.card.duplicates.text() == "none")
    assert panel.card.licence.text() == "MIT"


def test_samples_are_found_and_taken(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    panel = window.panel(DataPanel)
    panel.search.setText("z")
    qtbot.waitUntil(panel.only_found.isVisible)
    panel.only_found.click()
    assert "".join(workspace.dataset.labels) == "z"
    panel.search.clear()
    qtbot.waitUntil(panel.left_out.isVisible)
    assert len(panel.gallery.shown) == 1
    panel.left_out.click()
    assert len(panel.gallery.shown) == 32
    panel.gallery.toggled.emit(workspace.pool.labels.index("b"))
    assert "".join(workspace.dataset.labels) == "bz"


def test_the_last_sample_cannot_be_left_out(window: MainWindow, workspace: Workspace) -> None:
    workspace.edit_recipe(
        workspace.recipe.model_copy(
            update={"data": workspace.recipe.data.model_copy(update={"chars": "a"})}
        ),
        "one",
    )
    window.panel(DataPanel).gallery.toggled.emit(workspace.pool.labels.index("a"))
    assert "At least one" in window.notifications.shown[-1].text
    assert workspace.dataset.labels == ("a",)


def test_a_sample_is_drawn(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> None:
    show_panel(qtbot, window)
    window.panel(DataPanel).gallery.activated.emit(workspace.pool.labels.index("d"))
    assert window._services.drawing.label == "d"


def test_the_panel_edits_shares_and_augmentation(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    panel = window.panel(DataPanel)
    panel.shares.form.fields["split.validation"].setValue(50)  # type: ignore[union-attr]
    assert workspace.recipe.data.split.validation == 0.5
    assert panel.shares.words() == "3 for training, 3 for validation"
    panel.augment.fields["flip"].click()  # type: ignore[union-attr]
    panel.augment.fields["shift"].setValue(1)  # type: ignore[union-attr]
    assert workspace.recipe.data.augment.flip
    assert workspace.recipe.data.augment.shift == 1
    panel.shares.form.boxes["count"].click()
    panel.shares.form.fields["count"].setValue(4)  # type: ignore[union-attr]
    assert len(workspace.dataset) == 4
    workspace.undo_stack.undo()
    assert len(workspace.dataset) == 6


def test_classes_are_chosen_in_the_panel(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    window.feature(DataFeature).take_source("digits")
    settle(qtbot, workspace)
    panel = window.panel(DataPanel)
    qtbot.waitUntil(panel.classes.isVisible)
    assert len(panel.classes.chosen) == 10
    panel.classes.chosen_changed.emit(("3", "7"))
    settle(qtbot, workspace)
    assert set(workspace.dataset.labels) == {"3", "7"}
    assert panel.classes.chosen == ("3", "7")
    workspace.undo_stack.undo()
    assert len(panel.classes.chosen) == 10


def test_data_are_locked_while_a_network_learns(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    training = workspace.recipe.training.model_copy(update={"epochs": 5_000_000})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"training": training}), "longer")
    window.actions_table["train"].trigger()
    assert not window.panel(DataPanel).shares.isEnabled()
    glyphs = tmp_path / "glyphs.txt"
    glyphs.write_text("a\n.#.\n#.#\n.#.\n")
    assert window.feature(DataFeature).take_files([glyphs])
    assert "training has ended" in window.notifications.shown[-1].text
    runner = window._services.runner
    stop(qtbot, runner)
    assert window.panel(DataPanel).shares.isEnabled()


def test_a_dropped_font_becomes_the_set(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "font.bdf"
    path.write_bytes(bdf(load_builtin("uppercase")))
    window.take_files([path])
    settle(qtbot, workspace)
    assert workspace.dataset.labels == load_builtin("uppercase").labels
    path.write_bytes(bdf(load_builtin("symbols")))
    window.take_files([path])  # the same path, another content
    settle(qtbot, workspace)
    assert workspace.dataset.labels == load_builtin("symbols").labels
    path.write_text("STARTFONT 2.1\nCHARS 3\n")
    window.take_files([path])
    said = window.notifications
    qtbot.waitUntil(lambda: any("font.bdf: the font is cut off" in one.text for one in said.shown))
    assert len(workspace.dataset) == 32


def test_a_number_is_at_most_what_the_chosen_classes_have(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    window.feature(DataFeature).take_source("digits")
    settle(qtbot, workspace)
    panel = window.panel(DataPanel)
    qtbot.waitUntil(panel.classes.isVisible)
    panel.classes.chosen_changed.emit(("3",))
    settle(qtbot, workspace)
    threes = len(workspace.dataset)
    qtbot.waitUntil(lambda: panel.shares.form.fields["count"].value() == threes)  # type: ignore[union-attr]
    panel.shares.form.boxes["count"].click()
    settle(qtbot, workspace)
    assert len(workspace.dataset) == threes
    panel.shares.form.fields["count"].setValue(4)  # type: ignore[union-attr]
    settle(qtbot, workspace)
    assert len(workspace.dataset) == 4
    panel.classes.chosen_changed.emit(panel.classes._model.labels)
    settle(qtbot, workspace)
    panel.shares.form.fields["count"].setValue(1000)  # type: ignore[union-attr]
    settle(qtbot, workspace)
    assert len(workspace.dataset) == 1000
    panel.classes.chosen_changed.emit(("3",))
    settle(qtbot, workspace)
    assert len(workspace.dataset) == threes
    assert workspace.recipe.data.count == threes
    assert not [told for told in window.notifications.shown if told.level == "error"]


def test_classes_that_the_draw_left_without_a_sample_stay_ticked(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    show_panel(qtbot, window)
    window.feature(DataFeature).take_source("digits")
    settle(qtbot, workspace)
    panel = window.panel(DataPanel)
    qtbot.waitUntil(panel.classes.isVisible)
    panel.shares.form.boxes["count"].click()
    panel.shares.form.fields["count"].setValue(3)  # type: ignore[union-attr]
    settle(qtbot, workspace)
    assert len(workspace.dataset) == 3
    qtbot.waitUntil(lambda: panel.title.text() != "")
    assert len(panel.classes.chosen) == 10


@pytest.mark.arrangement("build")
def test_edited_data_are_called_edited(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    assert window.toolbar.data.currentText() == "Lower case"
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    assert window.toolbar.data.currentText() == "Lower case, edited: 7"
    window.docks["data"].raise_()
    title = window.panel(DataPanel).title
    qtbot.waitUntil(lambda: title.text() == "Lower case, edited: 7")
    workspace.undo_stack.undo()
    assert window.toolbar.data.currentText() == "Lower case"


@pytest.mark.arrangement("build")
def test_emojis_come_in_the_size_and_colours_of_the_panel(window: MainWindow, qtbot: QtBot) -> None:
    panel, workspace = window.panel(DataPanel), window._services.workspace
    window.docks["data"].raise_()
    assert not panel.side.isVisible(), "characters have a size of their own"
    emojis = DataSpec(source="emoji", labels=("Flags",), images=ImageSpec(width=16, height=16))
    assert workspace.new(SMALL.model_copy(update={"data": emojis}))
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "emoji", timeout=60_000)
    qtbot.waitUntil(panel.side.isVisible, timeout=20_000)
    assert panel.side.value() == 16
    assert not panel.grey.isChecked()
    panel.grey.click()
    qtbot.waitUntil(lambda: workspace.dataset.image_shape == (1, 16, 16), timeout=60_000)
    panel.side.setValue(12)
    qtbot.waitUntil(lambda: workspace.dataset.image_shape == (1, 12, 12), timeout=60_000)
    assert panel.grey.isChecked()


@pytest.mark.arrangement("build")
def test_sub_groups_of_the_emojis_become_classes(window: MainWindow, qtbot: QtBot) -> None:
    panel, workspace = window.panel(DataPanel), window._services.workspace
    window.docks["data"].raise_()
    assert not panel.kinds.isVisible(), "characters have no sub-groups"
    emojis = DataSpec(
        source="emoji",
        labels=("Smileys & Emotion",),
        images=ImageSpec(width=16, height=16, channels=1),
    )
    assert workspace.new(SMALL.model_copy(update={"data": emojis}))
    qtbot.waitUntil(panel.kinds.isVisible, timeout=60_000)
    names = workspace.dataset.names
    panel.sections["classes"].header.setChecked(True)
    panel.kinds.click()
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "emoji-kinds", timeout=60_000)
    assert workspace.dataset.names == names, "the same emojis take part"
    assert len(workspace.dataset.classes) == 16
    qtbot.waitUntil(lambda: len(panel.classes.chosen) == 16, timeout=20_000)
    # Hearts alone are not a whole group: back in groups, the same emojis are listed one by one.
    panel.classes.set_chosen(("Hearts",))
    panel.classes.chosen_changed.emit(("Hearts",))
    qtbot.waitUntil(lambda: set(workspace.dataset.labels) == {"Hearts"}, timeout=20_000)
    hearts = workspace.dataset.names
    qtbot.waitUntil(panel.kinds.isChecked, timeout=20_000)
    panel.kinds.click()
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "emoji", timeout=60_000)
    assert workspace.dataset.names == hearts


def test_a_problem_of_the_data_is_solved_at_its_line(
    window: MainWindow, workspace: Workspace, qtbot: QtBot
) -> None:
    data = workspace.recipe.data
    kept = data.split.model_copy(update={"last": 3})
    workspace.edit_recipe(
        workspace.recipe.model_copy(update={"data": data.model_copy(update={"split": kept})}), "x"
    )
    window.set_perspective("build")
    window.docks["data"].raise_()
    panel = window.panel(DataPanel)
    qtbot.waitUntil(lambda: "only with the whole set" in panel.problem.text(), timeout=20_000)
    button = panel.problem.remedy
    assert button is not None
    assert button.text() == "Hold no samples out"
    button.click()
    qtbot.waitUntil(lambda: workspace.recipe.data.split.last == 0, timeout=20_000)
    qtbot.waitUntil(lambda: panel.problem.text() == "", timeout=20_000)


def test_no_other_network_is_offered_for_the_images_that_it_was_trained_on(
    window: MainWindow, qtbot: QtBot, workspace: Workspace
) -> None:
    def has_source(source: str) -> bool:
        return workspace.recipe.data.source == source

    train(qtbot, window)
    for source in ("digits", "uppercase"):
        data = DataSpec(source=source)
        workspace.edit_recipe(workspace.recipe.model_copy(update={"data": data}), "Data")
        qtbot.waitUntil(partial(has_source, source))
    offers = [notice.offer for notice in window.notifications.shown]
    assert "Use a network made for 5 × 7 images" not in offers


def test_copies_in_a_file_can_be_left_out_of_a_set_that_was_trained_on(
    window: MainWindow, qtbot: QtBot, workspace: Workspace, tmp_path: Path
) -> None:
    train(qtbot, window)
    before = workspace.dataset
    new = Dataset.from_images("new", np.eye(7, 5)[None, None], ("ñ",))
    write_dataset(tmp_path / "more.json", before.subset([0, 2]).joined(new, "both"))

    def offers() -> list[str]:
        return [notice.offer for notice in window.notifications.shown if notice.offer]

    # The offer to train on with the new samples comes too, but does not replace this one.
    with qtbot.waitSignal(window.feature(SetFeature).noticed):
        assert workspace.edits.add_file(tmp_path / "more.json")
    qtbot.waitUntil(lambda: offers() == ["Leave the copies out"])
    (notice,) = (notice for notice in window.notifications.shown if notice.offer)
    assert notice.accept is not None
    notice.accept()
    assert len(workspace.dataset) == len(before) + 1
