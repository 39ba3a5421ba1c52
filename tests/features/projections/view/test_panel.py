"""The panel of projections: linked hovering and selection, figures, requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.data.dataset import Dataset
from aegui.core.latent.projections import ProjectionOptions
from aegui.core.latent.views import VIEWS, Figures, material
from aegui.features.projections.model.projection_work import MapState
from aegui.features.projections.view.figures_table import MAX_ROWS, ClassBars
from aegui.features.projections.view.panel import DEFAULT_SHOWN, ProjectionsPanel
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.latent.views import Material
    from aegui.features.projections.view.figures_table import FiguresTable

N = 200
FIGURES = Figures(0.9876, 0.5, None, 1.234)


def parts(most: int = 5_000) -> tuple[Dataset, Material]:
    rng = np.random.default_rng(0)
    images = rng.random((N, 3, 6, 6))
    labels = [("cat", "dog", "owl", "bee")[index % 4] for index in range(N)]
    dataset = Dataset.from_images("animals", images, labels, [f"#{i}" for i in range(N)])
    return dataset, material(dataset, ProjectionOptions(samples=most))


@pytest.fixture
def panel(qtbot: QtBot) -> ProjectionsPanel:
    made = ProjectionsPanel()
    qtbot.addWidget(made)
    made.resize(1000, 500)
    made.show()
    qtbot.waitExposed(made)
    dataset, of = parts()
    made.set_samples(dataset, of)
    for key in DEFAULT_SHOWN:
        coordinates = np.random.default_rng(len(key)).normal(size=(N, 2)).astype(np.float32)
        made.set_map(MapState(key, "ready", coordinates, share=1.0, figures=FIGURES))
    return made


def cells(table: FiguresTable) -> list[list[str]]:
    return [
        [item.text() if (item := table.item(row, column)) else "" for column in range(5)]
        for row in range(table.rowCount())
    ]


def test_all_maps_point_at_the_same_sample(panel: ProjectionsPanel) -> None:
    code = panel.view("code")
    x, y = code.pixels[17]
    QTest.mouseMove(code, QPoint(round(x), round(y)))
    index = code.sample_at(round(x), round(y))
    assert index is not None
    assert {panel.view(key)._highlight for key in DEFAULT_SHOWN} == {index}


def test_all_maps_have_one_selection(panel: ProjectionsPanel) -> None:
    view = panel.view("pca")
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert panel.selection is not None
    assert panel.selection.all()
    assert panel._title.text() == "200 selected"
    chosen = np.zeros(N, bool)
    chosen[[0, 4, 5]] = True
    panel.select(chosen)
    assert panel._bars.counts == {"bee": 0, "cat": 2, "dog": 1, "owl": 0}
    assert panel._gallery.shown.tolist() == [0, 4, 5]
    assert all(np.array_equal(panel.view(key)._selection, chosen) for key in DEFAULT_SHOWN)  # type: ignore[arg-type]
    panel.select(np.zeros(N, bool))
    assert panel.selection is None
    assert panel._title.text() == "Nothing selected"
    assert panel._bars.counts == dict.fromkeys(("bee", "cat", "dog", "owl"), 50)


def test_a_click_on_a_class_selects_it_and_another_lets_go(panel: ProjectionsPanel) -> None:
    dataset, of = parts()
    number = dataset.classes.index("dog")
    panel._bars.clicked.emit(number)
    assert panel.selection is not None
    np.testing.assert_array_equal(panel.selection, of.classes == number)
    panel._bars.clicked.emit(number)
    assert panel.selection is None
    panel._bars.hovered.emit(number)
    assert {panel.view(key)._emphasis for key in DEFAULT_SHOWN} == {number}


def test_samples_of_a_large_set_are_counted_and_found_in_it(panel: ProjectionsPanel) -> None:
    dataset, of = parts(50)
    panel.set_samples(dataset, of)
    assert panel._count.text() == "50 of 200 samples"
    panel.set_map(MapState("pca", "ready", np.zeros((50, 2), np.float32)))
    panel._gallery.activated.emit(int(of.indices[7]))
    assert panel.view("pca")._highlight == 7
    assert panel._card(7).label == dataset.labels[of.indices[7]]
    assert panel._card(7).name == f"#{of.indices[7]}"


def test_the_table(panel: ProjectionsPanel) -> None:
    panel.set_map(MapState("tsne", "working", None, "step 1", 0.25))
    panel.set_references([("All pixels", Figures(1.0, 0.75, 0.0))])
    assert cells(panel._table) == [
        ["Code", "0.988", "50.0%", "–", "1.23"],
        ["PCA of pixels", "0.988", "50.0%", "–", "1.23"],
        ["t-SNE of pixels", "…", "…", "…", "…"],
        ["All pixels", "1.000", "75.0%", "0.000", "–"],
    ]
    item = panel._table.item(0, 3)
    assert item is not None
    assert "cannot be mapped back" in item.toolTip()


def test_what_can_be_asked_for_follows_the_maps(panel: ProjectionsPanel, qtbot: QtBot) -> None:
    assert not panel._compute.isVisible()
    panel.set_map(MapState("tsne", "working"))
    assert cells(panel._table)[2][1:] == ["…"] * 4
    panel.set_map(MapState("tsne", "offered"))
    assert cells(panel._table)[2][1:] == ["–"] * 4, "nothing is being computed"
    assert panel._compute.isVisible()
    assert panel._compute.text() == "Compute"
    assert panel.view("tsne").accessibleDescription() == "This map takes a while. Press Compute."
    with qtbot.waitSignal(panel.compute_requested):
        panel._compute.click()
    panel.set_busy(True)
    assert panel._compute.text() == "Stop"
    panel.set_map(MapState("tsne", "working", None, "step 30 of 750", 0.25))
    assert panel.view("tsne").accessibleDescription().startswith("25%: step 30 of 750")
    with qtbot.waitSignal(panel.stop_requested):
        panel._compute.click()
    panel.set_busy(False)
    panel.set_map(MapState("tsne", "impossible", text="No."))
    assert cells(panel._table)[2][1:] == ["–"] * 4
    assert not panel._compute.isVisible()
    assert panel.view("tsne").accessibleDescription() == "No."


def test_choosing_maps(panel: ProjectionsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.shown_changed) as signal:
        panel._buttons["pca"].click()
    assert signal.args == [("code", "tsne")]
    assert panel.view("code").isVisible()
    assert not panel.view("pca").isVisible()
    panel.set_shown(["tsne-code", "pca"])
    assert panel.shown == ("pca", "tsne-code")
    assert not panel._buttons["umap"].isEnabled()
    assert "pip install" in panel._buttons["umap"].toolTip()


def test_all_maps_can_be_put_away(panel: ProjectionsPanel) -> None:
    for key in panel.shown:
        panel._buttons[key].click()
    assert panel.shown == ()
    assert panel._none.isVisible()
    assert panel.figure() is None
    panel.resize(panel.width() + 40, panel.height() + 40)
    panel._buttons["code"].click()
    assert panel.view("code").isVisible()
    assert not panel._none.isVisible()


@pytest.mark.parametrize(("width", "height"), [(1400, 330), (500, 900), (760, 700)])
def test_maps_have_a_good_shape_in_any_room(
    panel: ProjectionsPanel, qtbot: QtBot, width: int, height: int
) -> None:
    panel.set_shown([key for key in VIEWS if not key.startswith("umap")])
    panel.resize(width, height)

    def are_good() -> bool:
        views = [panel.view(key) for key in panel.shown]
        return all(0.4 < view.width() / view.height() < 3.5 for view in views)

    qtbot.waitUntil(are_good)


def test_export_waits_for_a_map(panel: ProjectionsPanel, qtbot: QtBot) -> None:
    assert panel._export.isEnabled()
    menu = panel._export.menu()
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    with qtbot.waitSignal(panel.export_requested) as signal:
        entries["Save every place as CSV…"].trigger()
    assert signal.args == ["csv"]
    figure = panel.figure()
    assert figure is not None
    assert len(figure.parts) == len(panel.shown)
    panel.set_samples(*parts())
    assert not panel._export.isEnabled()


def test_letters_have_no_bars_but_their_pictures(panel: ProjectionsPanel) -> None:
    dataset = Dataset.from_images("letters", np.eye(12).reshape(12, 4, 3), list("abcdefghijkl"))
    panel.set_samples(dataset, material(dataset, ProjectionOptions()))
    assert not panel._bars_scroll.isVisible()
    assert panel._gallery.isVisible()
    assert panel._gallery.shown.tolist() == list(range(12))


def test_options(qtbot: QtBot) -> None:
    form = Form(ProjectionOptions())
    qtbot.addWidget(form)
    with qtbot.assertNotEmitted(form.edited):
        form.set_value(ProjectionOptions(samples=777, perplexity=12, seed=4))
    with qtbot.waitSignal(form.edited) as signal:
        form.fields["perplexity"].edited.emit(50)
    wished = ProjectionOptions(samples=777, perplexity=50, seed=4)
    assert signal.args == [wished]
    with qtbot.waitSignal(form.edited) as signal:
        form.fields["samples"].edited.emit(2_000)
    assert signal.args == [replace(wished, samples=2_000)]


def test_bars_by_mouse_and_keys(qtbot: QtBot) -> None:
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.set_classes([f"class {n}" for n in range(40)], np.repeat(np.arange(40), 3))
    bars.resize(bars.sizeHint())
    bars.show()
    assert len(bars.counts) == MAX_ROWS
    image = bars.grab().toImage()
    assert image.pixelColor(9, 9) != image.pixelColor(2, 2)
    with qtbot.waitSignal(bars.hovered) as signal:
        QTest.mouseMove(bars, QPoint(20, 50))
    assert signal.args == [2]
    with qtbot.waitSignal(bars.clicked) as signal:
        QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(20, 70))
    assert signal.args == [3]
    with qtbot.waitSignal(bars.hovered) as signal:
        QTest.keyClick(bars, Qt.Key.Key_Down)
    row = signal.args[0]
    with qtbot.waitSignal(bars.clicked) as signal:
        QTest.keyClick(bars, Qt.Key.Key_Space)
    assert signal.args == [row]
    bars.set_selected(np.array([5, 5, 9]))
    assert bars.counts["class 5"] == 2


def test_what_is_pointed_at_and_selected_is_told_by_its_place_in_the_set(
    panel: ProjectionsPanel, qtbot: QtBot
) -> None:
    dataset, of = parts(most=50)
    panel.set_samples(dataset, of)
    view = panel.view("pca")
    with qtbot.waitSignal(panel.sample_hovered) as heard:
        view.hovered.emit(7)
    assert [each.tells for each in panel._visible() if each.tells] == [True], "one says which"
    assert heard.args == [int(of.indices[7])]
    with qtbot.waitSignal(panel.sample_hovered) as heard:
        view.hovered.emit(None)
    assert heard.args == [None]
    chosen = np.zeros(50, np.bool_)
    chosen[[3, 9]] = True
    with qtbot.waitSignal(panel.samples_selected) as heard:
        view.selected.emit(chosen)
    np.testing.assert_array_equal(heard.args[0], of.indices[[3, 9]])


def test_samples_are_pointed_at_and_selected_from_elsewhere(panel: ProjectionsPanel) -> None:
    dataset, of = parts(most=50)
    panel.set_samples(dataset, of)
    panel.point_at(int(of.indices[4]))
    assert panel.view("code")._highlight == 4
    missing = next(place for place in range(N) if place not in of.indices)
    panel.point_at(missing)
    assert panel.view("code")._highlight is None
    panel.select_samples(np.array([of.indices[4], missing]))
    assert panel.selection is not None
    assert panel.selection.nonzero()[0].tolist() == [4]
    panel.select_samples(np.zeros(0, np.int64))
    assert panel.selection is None


def test_axes_are_chosen_of_a_long_code_only(panel: ProjectionsPanel, qtbot: QtBot) -> None:
    axes = panel.axes
    assert not axes.isVisible()
    panel.set_axes((0, 1), 20)
    assert axes.isVisible()
    assert panel.view("code").accessibleName() == "Map: Code: z1 × z2"
    axes.x_choice.setCurrentIndex(6)
    with qtbot.waitSignal(panel.axes.edited) as heard:
        axes.x_choice.activated.emit(6)
    assert heard.args == [(6, 1)]
    axes.y_choice.setCurrentIndex(6)
    with qtbot.waitSignal(panel.axes.edited) as heard:
        axes.y_choice.activated.emit(6)
    assert heard.args == [(1, 6)]
    panel._buttons["code"].click()
    assert not axes.isVisible()
    panel._buttons["code"].click()
    panel.set_axes((0, 1), 2)
    assert not axes.isVisible()
    assert panel.view("code").accessibleName() == "Map: Code"


def test_a_network_without_an_encoder_has_no_map_of_codes(panel: ProjectionsPanel) -> None:
    assert panel.shown == DEFAULT_SHOWN
    panel.set_encodes(False)
    assert panel.shown == tuple(key for key in DEFAULT_SHOWN if key != "code")
    assert not panel.view("code").isVisible()
    assert not panel._buttons["code"].isEnabled()
    assert "no encoder" in panel._buttons["code"].toolTip()
    assert panel.chosen == DEFAULT_SHOWN, "what was chosen is forgotten for other networks"
    panel.set_encodes(True)
    assert panel.view("code").isVisible()
    assert panel._buttons["code"].isEnabled()


def test_the_last_map_has_what_is_left_of_its_row(panel: ProjectionsPanel, qtbot: QtBot) -> None:
    panel.set_shown(["code", "pca", "tsne"])
    panel.resize(760, 760)
    qtbot.waitUntil(lambda: panel.view("tsne").y() > panel.view("code").y())
    first, last = panel.view("code"), panel.view("tsne")
    assert last.width() > 1.8 * first.width()
