"""Figures exported from the real window: readable files, and a real clipboard."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

from aegui.core.data.dataset import Dataset
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.builder.dialogs import SummaryDialog
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.figures.dialog import FigureDialog
from aegui.features.figures.feature import FiguresFeature
from aegui.features.projections.view.panel import ProjectionsPanel
from aegui.features.time.feature import TimeFeature
from aegui.kit.charts.figure import Figure, Paper, figure_bytes
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.theme import LIGHT, current_theme
from aegui.shell import dialogs
from tests.window.conftest import save_figure, stop, train

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.features.charts.view.reconstructions_view import ReconstructionsView
    from aegui.window.main_window import MainWindow

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def trained(learnt: MainWindow, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: learnt.canvas.figure() is not None)
    return learnt


def texts(data: bytes) -> set[str]:
    root = ET.fromstring(data)
    return {"".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")}


def show_reconstructions(window: MainWindow, qtbot: QtBot) -> ReconstructionsView:
    window.docks["reconstructions"].show()
    window.docks["reconstructions"].raise_()
    view = window.panel(ReconstructionsPanel).view
    qtbot.waitUntil(lambda: view.figure() is not None)
    return view


def show_charts(window: MainWindow, qtbot: QtBot) -> FigureMenu:
    window.docks["charts"].show()
    window.docks["charts"].raise_()
    menu = window.panel(ChartsPanel).figures
    qtbot.waitUntil(lambda: menu._figure() is not None)
    return menu


def entries(menu: QMenu) -> dict[str, object]:
    return {action.data(): action for action in menu.actions() if action.data()}


def test_a_figure_has_the_size_and_colours_that_were_chosen_and_they_are_remembered(
    trained: MainWindow, app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, path = trained, tmp_path / "map.png"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    window.canvas.figures.bring("png")
    save_figure(window, width_cm=8.0, height_cm=6.0, dpi=100, theme="dark")
    with Image.open(path) as image:
        assert image.size == (315, 236)
        assert image.info["dpi"] == pytest.approx((100, 100), abs=0.5)
        assert sum(image.convert("RGB").getpixel((1, 1))) < 150  # type: ignore[arg-type]
        assert "seed 3 · best, epoch" in image.info["Description"]
    assert current_theme() is LIGHT, "the window keeps its own"
    assert window.feature(FiguresFeature).paper == Paper(8.0, 6.0, "dark", 100)
    values = app.services.settings.values
    for damaged in ({"figure.width_cm": 1e9}, {"figure.theme": "pink"}, {"figure.dpi": "many"}):
        app.services.settings.values = {**values, **damaged}
        assert window.feature(FiguresFeature).paper == Paper(), "a paper that is none is not taken"


def test_charts_of_a_whole_training_name_no_moment_of_it(
    trained: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, path = trained, tmp_path / "charts.png"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    menu = show_charts(window, qtbot)
    window.feature(TimeFeature).go_to(10)
    last = window._services.shown.history.epoch[-1]  # type: ignore[union-attr]
    assert window._services.shown.past_epoch is not None
    menu.bring("png")
    save_figure(window)
    with Image.open(path) as image:
        words = image.info["Description"]
    assert f"seed 3 · {int(last)} epochs · data" in words
    assert "epoch 10" not in words


def test_charts_measured_on_some_samples_say_so_in_their_file(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "charts.png"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    pixels = np.random.default_rng(0).random((1600, 7, 5)) < 0.5
    many = Dataset.from_images("many", pixels.astype(np.float32), [str(at) for at in range(1600)])
    window._services.workspace.edits.edit_dataset(many, "many")
    window.actions_table["train"].trigger()
    stop(qtbot, window._services.runner)
    show_charts(window, qtbot).bring("png")
    save_figure(window)
    with Image.open(path) as image:
        words = image.info["Description"]
    assert "Of the 1,600 training samples, the same 256 are measured each time." in words


def test_the_picture_of_the_map_is_in_the_menu(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    action, path = window.actions_table["export_map"], tmp_path / "map.png"
    assert not action.isEnabled(), "there is nothing on the map yet"
    train(qtbot, window)
    qtbot.waitUntil(action.isEnabled)
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    action.trigger()
    save_figure(window)
    with Image.open(path) as image:
        assert image.format == "PNG"


def test_the_file_of_a_figure_begins_with_what_it_is_of(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []

    def ask(*arguments: object) -> tuple[str, str]:
        began.append(Path(str(arguments[2])).name)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    figure = Figure("study-bars", "Bars", (), csv="a,b")
    for each in (figure, replace(figure, of="noise-and-width")):
        window.feature(FiguresFeature).exporter.requested.emit(each, "csv")
    name = window._services.workspace.name
    assert began == [f"{name}-study-bars.csv", "noise-and-width-study-bars.csv"]


def test_the_map_has_axes_letters_and_pins_as_text(
    trained: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window, path = trained, tmp_path / "map"
    canvas = window.canvas
    code = canvas.scene.projection.full_code(0.0, 0.0)
    canvas.scene.projection.base = code
    canvas.pin_requested.emit(code)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    canvas.figures.bring("svg")
    save_figure(window)
    data = path.with_suffix(".svg").read_bytes()
    assert {"z1", "z2", "Latent map"} <= texts(data)
    assert any(text.startswith(window._services.workspace.name) for text in texts(data))
    root = ET.fromstring(data)
    assert root.get("width") == "16cm"
    assert len(list(root.iter(f"{SVG}image"))) >= 1, "what is decoded is an image"


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_every_picture_that_is_seen_can_be_had(
    trained: MainWindow, qtbot: QtBot, form: str
) -> None:
    window = trained

    def figures() -> list[Figure]:
        every = (menu._figure() for menu in window.findChildren(FigureMenu))
        return [figure for figure in every if figure is not None]

    def are_there(names: set[str]) -> bool:
        return names <= {figure.name for figure in figures()}

    wanted: dict[str, set[str]] = {
        "charts": {"charts", "loss"},
        "reconstructions": {"reconstructions"},
        "cursor": {"cursor"},
        "code": set(),
        "answer": set(),
        "projections": set(),
    }
    for key, names in wanted.items():
        window.docks[key].show()
        window.docks[key].raise_()
        # Panels compute their content only while visible, so wait before the next one covers it.
        qtbot.waitUntil(partial(are_there, names))
    assert are_there({"map"}.union(*wanted.values()))
    size = window.canvas.size()
    for figure in figures():
        data = figure_bytes(figure, Paper(dpi=60, theme="dark"), form)
        assert data.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form])
        if form == "svg":
            assert figure.title in texts(data)
    assert window.canvas.size() == size
    assert current_theme() is LIGHT


def test_a_picture_is_put_on_the_clipboard(trained: MainWindow, qtbot: QtBot) -> None:
    view = show_reconstructions(trained, qtbot)
    view.figures.bring("copy")
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    image = data.imageData()
    assert image.width() == 1890
    assert QColor(image.pixel(1, 1)) == QColor("#ffffff")
    assert "Reconstructions" in texts(bytes(data.data("image/svg+xml").data()))
    show_charts(trained, qtbot).bring("copy_table")
    assert QGuiApplication.clipboard().text().startswith("epoch,")


def test_the_menu_opens_at_a_click_of_the_right_button(trained: MainWindow, qtbot: QtBot) -> None:
    window, view = trained, show_reconstructions(trained, qtbot)
    view.customContextMenuRequested.emit(QPoint(5, 5))
    menu = next(each for each in view.findChildren(QMenu) if each.isVisible())
    assert {"png", "svg", "pdf", "copy"} <= set(entries(menu))
    menu.close()
    above = window.canvas.menu.at(QPoint(50, 50))
    assert {"png", "svg", "pdf", "copy"} <= set(entries(above))
    above.deleteLater()


def test_the_dialog_shows_what_will_be_saved(trained: MainWindow, qtbot: QtBot) -> None:
    window = trained
    show_charts(window, qtbot).bring("pdf")
    (dialog,) = (one for one in window.findChildren(FigureDialog) if one.isVisible())
    assert dialog.chosen_form == "pdf"
    fields = dialog.form.fields
    assert not fields["dpi"].isEnabled(), "lines have no dots"
    qtbot.waitUntil(lambda: not dialog.preview.pixmap().isNull())
    light = dialog.preview.pixmap().toImage().pixelColor(1, 1)
    QTest.keyClick(fields["theme"], Qt.Key.Key_End)
    qtbot.waitUntil(lambda: dialog.preview.pixmap().toImage().pixelColor(1, 1) != light)
    QTest.keyClick(dialog.kind, Qt.Key.Key_Home)
    for name, value in (("width_cm", 100.0), ("height_cm", 100.0), ("dpi", 1200)):
        fields[name].edited.emit(value)
    assert not dialog.save.isEnabled()
    assert dialog.problem.isVisible()
    fields["dpi"].edited.emit(100)
    assert dialog.save.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.feature(FiguresFeature).paper == Paper(), "what was given up is not remembered"


def test_the_network_is_a_table_that_can_be_copied(window: MainWindow) -> None:
    window.actions_table["summary"].trigger()
    (dialog,) = window.findChildren(SummaryDialog)
    shapes = [dialog.table.item(row, 3) for row in range(dialog.table.rowCount())]
    assert [item.text() for item in shapes if item is not None][:2] == ["1x7x5", "12"]
    assert "Trainable" in dialog.totals.text()
    for action in dialog.copy.menu().actions():
        action.trigger()
    assert QGuiApplication.clipboard().text().startswith("| Layer |")
    dialog.close()


def test_samples_are_shown_as_images_on_maps(trained: MainWindow, qtbot: QtBot) -> None:
    window, panel = trained, trained.panel(ProjectionsPanel)
    window.docks["projections"].show()
    window.docks["projections"].raise_()
    view = panel.view("pca")
    qtbot.waitUntil(lambda: view.plot() is not None)
    before = view.grab().toImage()
    panel.pictured.click()
    assert view.is_pictured
    assert view.grab().toImage() != before
    assert window._services.settings.values["projections.pictured"] is True

    def drawn() -> ET.Element:
        figure = view.figure()
        assert figure is not None
        return ET.fromstring(figure_bytes(figure, Paper(), "svg"))

    assert {"PC1", "PC2"} <= texts(ET.tostring(drawn()))
    # Each of the six letters, once the panel has been given its height.
    qtbot.waitUntil(lambda: len(list(drawn().iter(f"{SVG}path"))) >= 6)


def test_one_image_of_several_is_copied_alone(
    trained: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    trained.set_perspective("draw")
    trained._services.requests.sample.emit(1)
    panel = trained.panel(AnswerPanel)
    pictures = panel.answers.rows[0].pictures
    qtbot.waitUntil(lambda: panel.isVisible() and pictures.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: pictures.picture_rect(1).height() > 20, timeout=20_000)
    rect = pictures.picture_rect(1)
    pictures.customContextMenuRequested.emit(rect.center())
    menu = next(each for each in pictures.findChildren(QMenu) if each.isVisible())
    next(each for each in menu.actions() if each.data() == "copy_part").trigger()
    image = qapp.clipboard().image()
    assert min(image.width(), image.height()) >= 250
    assert image.width() / image.height() == pytest.approx(rect.width() / rect.height(), abs=0.05)
    menu.close()
    # None between the pictures.
    pictures.customContextMenuRequested.emit(QPoint(1, 1))
    menu = next(each for each in pictures.findChildren(QMenu) if each.isVisible())
    assert "copy_part" not in entries(menu)
    menu.close()
