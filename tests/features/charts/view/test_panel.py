"""The charts panel, operated by mouse and keys and checked by its pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsItem, QToolTip

from aegui.core.training.record.history import HistoryView
from aegui.features.charts.view.panel import ChartsPanel
from aegui.kit.charts.figure import Paper, figure_bytes
from aegui.kit.charts.lines import screen_pen
from aegui.kit.charts.menu import FigureExporter
from aegui.kit.theme import DARK, LIGHT, apply_theme
from aegui.widgets.charts.curves import CHARTS, applies, curves_of, short_axis_name
from tests.processes import python
from tests.widgets.charts.test_curves import some_history, with_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.features.charts.view.plot import PlotView


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ChartsPanel]:
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]
    made = ChartsPanel()
    qtbot.addWidget(made)
    made.resize(900, 240)
    made.show()
    qtbot.waitExposed(made)
    yield made
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]


def view(panel: ChartsPanel, key: str) -> PlotView:
    return panel._views[key]


def drawn(qtbot: QtBot, panel: ChartsPanel, key: str) -> QImage:
    """Return the rendered chart, once its graph has been created in the background."""
    qtbot.waitUntil(lambda: view(panel, key).has_graph)
    QApplication.processEvents()
    return view(panel, key).grab().toImage()


def count(image: QImage, colour: QColor) -> int:
    """Return the number of pixels of the hue of ``colour``, including antialiased edges."""
    found = 0
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            near = abs(pixel.hsvHue() - colour.hsvHue()) <= 8
            found += near and pixel.hsvSaturation() > colour.hsvSaturation() / 3
    return found


def exactly(image: QImage, colour: QColor) -> int:
    pixels = image.convertToFormat(QImage.Format.Format_RGB32)
    numbers = np.frombuffer(pixels.constBits(), np.uint32)
    return int((numbers == colour.rgb()).sum())


def span(panel: ChartsPanel) -> tuple[float, float]:
    data = view(panel, "loss").data
    assert data is not None
    return data.x.low, data.x.high


def wheel(plot: PlotView, turns: int, *, ctrl: bool = False) -> None:
    at = QPointF(plot.rect().center())
    event = QWheelEvent(
        at,
        plot.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot, event)


def test_explains_itself_when_empty(panel: ChartsPanel) -> None:
    assert panel.placeholder.message
    assert "Press Train" in panel.placeholder.message
    panel.set_training(True)
    assert "as soon as" in panel.placeholder.message
    panel.set_training(False)
    assert "Press Train" in panel.placeholder.message
    assert not panel._export.isEnabled()
    panel.set_history(some_history(5, 1), (0,))
    assert not panel.placeholder.message
    panel.set_history(None)
    assert panel.placeholder.message


def test_three_charts_fit_beside_a_lesson_on_a_small_screen(
    qtbot: QtBot, panel: ChartsPanel
) -> None:
    panel.set_history(some_history(5, 1), (0,))
    qtbot.waitUntil(lambda: panel._grid.columnCount() >= 3, timeout=20_000)
    # The width left at 1280 pixels between the builder, the cursor panel and a lesson.
    assert panel._area.minimumSizeHint().width() <= 348


def test_a_larger_chart_keeps_nothing_of_the_smaller_one(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.resize(900, 180)
    panel.set_history(some_history(40, 1), (0,))
    small = drawn(qtbot, panel, "share")
    panel.resize(900, 400)
    large = drawn(qtbot, panel, "share")
    assert large.height() > small.height()
    graph = view(panel, "share")._graph
    assert graph is not None
    for axis in graph._axes.values():
        axis.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    assert drawn(qtbot, panel, "share") == large


def test_curves_are_painted_in_their_colours(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(40, 1), (0,))
    picture = drawn(qtbot, panel, "share")
    assert count(picture, LIGHT.series[2]) > 50
    before = drawn(qtbot, panel, "loss")
    panel.set_history(some_history(60, 1), (0,))
    assert view(panel, "loss").grab().toImage() != before


def test_follows_the_theme(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(40, 1), (0,))
    light = drawn(qtbot, panel, "share")
    assert count(light, LIGHT.series[2]) > 50
    apply_theme(QApplication.instance(), DARK)  # type: ignore[arg-type]
    QApplication.processEvents()
    picture = drawn(qtbot, panel, "share")
    assert count(picture, DARK.series[2]) > 50
    assert exactly(light, LIGHT.grid) > 100
    assert exactly(picture, LIGHT.grid) == 0
    assert exactly(picture, DARK.grid) > 100


def test_the_same_rows_are_not_computed_again(panel: ChartsPanel) -> None:
    history = some_history(40, 1)
    panel.set_history(history, (0,))
    data = view(panel, "loss").data
    panel.set_history(history, (0,))
    assert view(panel, "loss").data is data


def test_hidden_panel_catches_up(panel: ChartsPanel) -> None:
    panel.hide()
    panel.set_history(some_history(40, 1), (0,))
    assert view(panel, "loss").data is None
    panel.show()
    data = view(panel, "loss").data
    assert data is not None
    assert len(data.epoch) == 40


def test_wheel_zooms_all_charts_about_the_pointer(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    assert span(panel) == (0.0, 400.0)
    wheel(view(panel, "wrong"), 3)
    low, high = span(panel)
    assert 0.0 < low < 200.0 < high < 400.0
    panel.set_history(some_history(60, 1), (0,))
    assert span(panel) == (low, high)
    panel.show_all()
    assert span(panel) == (0.0, 590.0)


def test_zooming_out_ends_at_the_whole(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    wheel(view(panel, "loss"), 2)
    wheel(view(panel, "loss"), -9)
    assert span(panel) == (0.0, 400.0)
    assert not panel._fit.isEnabled()


def test_ctrl_and_wheel_zoom_one_chart_upwards(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    wrong, share = view(panel, "wrong").data, view(panel, "share").data
    assert wrong is not None
    assert share is not None
    wheel(view(panel, "wrong"), 2, ctrl=True)
    zoomed = view(panel, "wrong").data
    assert zoomed is not None
    assert zoomed.y.high - zoomed.y.low < wrong.y.high - wrong.y.low
    again = view(panel, "share").data
    assert again is not None
    assert again.y == share.y


def test_drag_moves_a_zoomed_axis(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    plot = view(panel, "loss")
    wheel(plot, 4)
    low, _ = span(panel)
    middle = plot.rect().center()
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(plot, middle + QPoint(20, 0))
    QTest.mouseMove(plot, middle + QPoint(30, 0))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=middle)
    assert span(panel)[0] < low
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=middle)
    assert span(panel) == (0.0, 400.0)


def test_crosshair_reads_values_in_all_charts(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    plot = view(panel, "loss")
    drawn(qtbot, panel, "loss")
    with qtbot.waitSignal(plot.row_hovered) as heard:
        QTest.mouseMove(plot, plot.rect().center())
    epoch = 10 * heard.args[0]
    assert 100 < epoch < 300
    assert plot.x_name == f"epoch {epoch}"
    assert f"Epoch {epoch}" in view(panel, "wrong").accessibleDescription()
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.x_name == ""


def test_keys_read_and_zoom(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    plot = view(panel, "loss")
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.x_name == "epoch 0"
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.x_name == "epoch 10"
    QTest.keyClick(plot, Qt.Key.Key_PageDown)
    assert plot.x_name == "epoch 210"
    QTest.keyClick(plot, Qt.Key.Key_End)
    assert plot.x_name == "epoch 400"
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.x_name == ""
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    low, high = span(panel)
    assert high - low == pytest.approx(320)
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert span(panel)[0] > low
    QTest.keyClick(plot, Qt.Key.Key_0)
    assert span(panel) == (0.0, 400.0)


def test_log_axes(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    panel.set_choices({"log_x": True, "log_y": False})
    data = view(panel, "loss").data
    assert data is not None
    assert data.x.is_log
    assert not data.y.is_log
    panel.set_choices({"log_y": True})
    data, wrong = view(panel, "loss").data, view(panel, "wrong").data
    assert data is not None
    assert wrong is not None
    assert data.y.is_log
    assert not wrong.y.is_log


def test_charts_are_chosen_and_remembered(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    assert not view(panel, "rate").isVisible()
    with qtbot.waitSignal(panel.choices_changed) as heard:
        panel._buttons["rate"].click()
    assert view(panel, "rate").isVisible()
    assert view(panel, "rate").data is not None
    assert heard.args[0]["rate"] is True
    panel.set_choices({"rate": False, "nonsense": True})
    assert panel.choices()["rate"] is False


def test_all_charts_can_be_put_away(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    for button in panel._buttons.values():
        if button.isChecked():
            button.click()
    assert "select one above" in panel.placeholder.message
    assert panel.placeholder.message
    assert not panel._export.isEnabled()
    assert panel.figure() is None
    panel.resize(panel.width() + 40, panel.height() + 40)
    panel._buttons["loss"].click()
    assert not panel.placeholder.message
    assert view(panel, "loss").isVisible()
    assert panel._export.isEnabled()


def test_wrong_pixels_are_charted_of_glyphs_unless_wished_of_others(
    qtbot: QtBot, panel: ChartsPanel
) -> None:
    panel.set_history(some_history(41, 1), (0,))
    assert [plot.spec.key for plot in panel._shown()] == ["loss", "wrong", "share"]
    panel.set_has_glyphs(False)
    assert [plot.spec.key for plot in panel._shown()] == ["loss"]
    assert panel._buttons["wrong"].isVisible()
    with qtbot.waitSignal(panel.choices_changed) as heard:
        panel._buttons["wrong"].click()
    assert heard.args[0]["wrong"] is heard.args[0]["wrong.images"] is True
    assert heard.args[0]["share.images"] is False
    panel.set_has_glyphs(True)
    panel._buttons["share"].click()
    again = ChartsPanel()
    qtbot.addWidget(again)
    again.set_choices(panel.choices())
    assert again._buttons["wrong"].isChecked()
    assert not again._buttons["share"].isChecked()
    again.set_has_glyphs(False)
    assert again._buttons["wrong"].isChecked()
    assert again.choices() == panel.choices()


@pytest.mark.parametrize(("size", "columns"), [((900, 200), 3), ((300, 700), 1)])
def test_arranged_by_the_room_there_is(
    panel: ChartsPanel, size: tuple[int, int], columns: int
) -> None:
    panel.set_history(some_history(41, 1), (0,))
    panel.resize(*size)
    QApplication.processEvents()
    assert len({plot.x() for plot in panel._shown()}) == columns


def test_arranged_anew_when_the_room_becomes_flat(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    for size, columns in (((650, 460), 2), ((650, 280), 3), ((300, 700), 1), ((650, 280), 3)):
        for _ in range(2):  # a dock resizes it again if its size hint has shrunk
            panel.resize(*size)
            QApplication.processEvents()
        assert len({plot.x() for plot in panel._shown()}) == columns


def test_a_narrow_panel_keeps_the_tools_beside_the_last_of_the_charts(panel: ChartsPanel) -> None:
    tools, choice = panel._export, panel._buttons["rate"]

    def places() -> tuple[QPoint, QPoint]:
        return tools.mapTo(panel, QPoint()), choice.mapTo(panel, QPoint())

    for width in (900, 360):
        panel.resize(width, 400)
        QApplication.processEvents()
        at_tools, at_choice = places()
        assert width - 16 <= at_tools.x() + tools.width() <= width
        assert at_tools.y() >= at_choice.y()
        assert at_tools.y() + tools.height() <= panel.placeholder.y()


def test_the_charts_shown_are_one_figure_with_all_numbers(panel: ChartsPanel) -> None:
    assert panel.figure() is None
    panel.set_history(some_history(41, 3), (5, 6, 7))
    figure = panel.figure()
    assert figure is not None
    assert len(figure.parts) == 3
    drawing = figure_bytes(figure, Paper(), "svg")
    assert QSvgRenderer(QByteArray(drawing)).isValid()
    assert b"<image" not in drawing
    assert figure.csv.splitlines()[0].startswith("epoch,seconds,learning_rate,loss_seed_5")
    assert len(figure.csv.splitlines()) == 42
    one = panel._views["loss"].figures._figure()
    assert one is not None
    assert len(one.parts) == 1


def test_the_menu_of_the_charts_brings_them_to_the_desk(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 3), (5, 6, 7))
    desk = FigureExporter(panel)
    menu = panel._export.menu()
    menu.aboutToShow.emit()
    actions = {action.data(): action for action in menu.actions()}
    assert list(actions) == ["png", "svg", "pdf", "copy", "csv", "copy_table"]
    with qtbot.waitSignal(desk.requested) as heard:
        actions["svg"].trigger()
    assert heard.args is not None
    assert heard.args[1] == "svg"


def test_epoch_marker_is_drawn(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    plain = count(drawn(qtbot, panel, "share"), LIGHT.accent)
    panel.set_epoch_marker(100)
    assert count(drawn(qtbot, panel, "share"), LIGHT.accent) > plain + 50
    panel.set_epoch_marker(None)
    assert count(drawn(qtbot, panel, "share"), LIGHT.accent) == plain


def test_the_values_are_those_of_the_epoch_that_is_marked(panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    view = panel._views["loss"]
    data = view.data
    assert data is not None
    assert view._row_read(data) is None
    panel.set_epoch_marker(float(data.epoch[17]) + 0.1)
    assert view._row_read(data) == 17
    view.set_row(3)
    assert view._row_read(data) == 3


def test_one_row_is_a_dot(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(1, 1), (0,))
    picture = drawn(qtbot, panel, "share")
    assert 0 < count(picture, LIGHT.series[2]) < 50


def test_a_perfect_fit_is_seen_along_the_axis(qtbot: QtBot, panel: ChartsPanel) -> None:
    history = some_history(41, 1)
    zero = np.zeros_like(history.wrong_mean)
    history = HistoryView(**{**vars(history), "wrong_mean": zero, "wrong_max": zero})
    panel.set_history(history, (0,))
    assert count(drawn(qtbot, panel, "wrong"), LIGHT.series[0]) > 150


def test_single_runs_and_their_band_stop_where_training_diverged(
    qtbot: QtBot, panel: ChartsPanel
) -> None:
    history = some_history(41, 3)
    share = np.full((41, 3), 0.25, np.float32) * np.array([1, 2, 3], np.float32)
    whole = HistoryView(**{**vars(history), "share_at_most_1": share})
    panel.set_history(whole, (0, 1, 2))
    full = count(drawn(qtbot, panel, "share"), LIGHT.series[2])
    share = share.copy()
    share[20:] = np.nan
    loss = history.loss.copy()
    loss[20:] = np.nan
    panel.set_history(
        HistoryView(
            **{
                **vars(history),
                "epoch": history.epoch.copy(),
                "loss": loss,
                "share_at_most_1": share,
            }
        ),
        (0, 1, 2),
    )
    assert 0.3 * full < count(drawn(qtbot, panel, "share"), LIGHT.series[2]) < 0.7 * full


def test_pyqtgraph_is_imported_behind_the_first_picture() -> None:
    code = """
import sys
from PySide6.QtWidgets import QApplication
from aegui.widgets.charts.curves import CHARTS, applies, curves_of
from aegui.features.charts.view.panel import ChartsPanel
from tests.widgets.charts.test_curves import some_history, with_options

app = QApplication([])
hook = sys.excepthook
panel = ChartsPanel()
panel.set_history(some_history(40, 1), (0,))
panel.show()
view = panel._views["loss"]
assert view.data is not None
view.grab()
assert "pyqtgraph" not in sys.modules
while not view.has_graph:
    app.processEvents()
assert "pyqtgraph" in sys.modules
assert sys.excepthook is hook
"""
    python("-c", code)


@pytest.mark.parametrize(("width", "lines"), [(190, 2), (420, 1)])
def test_a_narrow_chart_names_its_curves_below_the_title(
    panel: ChartsPanel, width: int, lines: int
) -> None:
    panel.set_history(some_history(50, 4), (0, 1, 2, 3))
    plot = view(panel, "wrong")
    data = plot.data
    assert data is not None
    charts = plot._charts
    bounds = QRectF(0, 0, width, 180)
    image = QImage(width, 180, QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    painter = QPainter(image)
    charts.paint_header(painter, bounds, data, None)
    painter.end()
    top = charts.plot_rect(bounds, data).top()
    assert (top > 1.6 * plot.fontMetrics().height()) == (lines == 2)
    for curve in data.curves:
        assert count(image, LIGHT.series[curve.spec.colour]) > 0
    line_px = plot.fontMetrics().height()
    low = charts.plot_rect(QRectF(0, 0, width, 90), data).top()
    assert low < (2.8 if lines == 2 else 1.8) * line_px, "at most one line for the names"
    assert charts.plot_rect(QRectF(0, 0, width, 70), data).top() < 1.8 * line_px


def test_the_mean_of_several_runs_is_the_thickest_line(panel: ChartsPanel) -> None:
    panel.set_history(some_history(50, 4), (0, 1, 2, 3))
    data = view(panel, "loss").data
    assert data is not None
    charts = view(panel, "loss")._charts
    assert screen_pen(charts.ink, data.curves[0].series).widthF() == 2.0
    panel.set_history(some_history(20, 1), (0,))
    data = view(panel, "loss").data
    assert data is not None
    assert screen_pen(charts.ink, data.curves[0].series).widthF() == 1.0


def test_charts_come_and_go_with_what_a_training_records(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_history(with_options(3, kl=[1.0, 2.0, 3.0], reconstruction=[9.0, 8.0, 7.0]), (0,))
    shown = {key for key, button in panel._buttons.items() if button.isVisible()}
    assert shown == {"loss", "split", "rate"}
    image = drawn(qtbot, panel, "split")
    assert count(image, LIGHT.series[0]) > 20
    assert count(image, LIGHT.series[2]) > 20
    panel.set_history(some_history(5, 1), (0,))
    assert not panel._buttons["split"].isVisible()
    assert panel._buttons["wrong"].isVisible()
    assert panel.choices()["split"] is True


def test_a_chart_of_the_network_before_does_not_stay_for_the_next(panel: ChartsPanel) -> None:
    panel.set_history(with_options(3, kl=[1.0, 2.0, 3.0], reconstruction=[9.0, 8.0, 7.0]), (0,))
    assert view(panel, "split").isVisible()
    panel.set_history(None)
    panel.set_history(some_history(5, 1), (0,))
    assert view(panel, "loss").isVisible()
    assert not view(panel, "split").isVisible()


def test_a_chart_gains_a_curve_when_another_training_has_one_more(
    panel: ChartsPanel, qtbot: QtBot
) -> None:
    panel.set_history(some_history(5, 1), (0,))
    before = drawn(qtbot, panel, "loss")
    panel.set_history(with_options(5, validation_loss=[5.0, 4.0, 3.0, 2.0, 1.0]), (0,))
    after = drawn(qtbot, panel, "loss")
    assert count(before, LIGHT.series[1]) == 0
    assert count(after, LIGHT.series[1]) > 20


def test_the_row_of_choices_breaks_in_a_narrow_panel(panel: ChartsPanel) -> None:
    terms = ("kl", "reconstruction", "active_units", "l1", "code_l1", "validation_loss")
    panel.set_history(with_options(3, **{key: [1.0, 1.0, 1.0] for key in terms}), (0,))
    panel.resize(420, 300)
    QApplication.processEvents()
    buttons = [button for button in panel._buttons.values() if button.isVisible()]
    assert panel.width() == 420
    assert len({button.y() for button in buttons}) > 1
    assert all(button.geometry().right() <= panel.width() for button in buttons)


def test_nothing_moves_when_the_pointer_enters(qtbot: QtBot, panel: ChartsPanel) -> None:
    """The epoch is written below the axis: more text in the header would move the plots."""
    panel.resize(560, 240)
    panel.set_history(some_history(41, 1), (0,))
    drawn(qtbot, panel, "loss")
    plots = [view(panel, key) for key in ("loss", "wrong", "share")]
    before = [plot.mapTo(panel, plot.rect().topLeft()) for plot in plots]
    QTest.mouseMove(plots[0], plots[0].rect().center())
    QApplication.processEvents()
    assert plots[0].x_name.startswith("epoch ")
    assert [plot.mapTo(panel, plot.rect().topLeft()) for plot in plots] == before


def test_a_note_never_hides_the_curves(qtbot: QtBot, panel: ChartsPanel) -> None:
    panel.set_history(some_history(41, 1), (0,))
    plot = view(panel, "loss")
    drawn(qtbot, panel, "loss")
    QToolTip.hideText()
    for y, said in ((plot.height() // 2, False), (4, True)):
        at = QPoint(20, y)
        event = QHelpEvent(QEvent.Type.ToolTip, at, plot.mapToGlobal(at))
        QApplication.sendEvent(plot, event)
        assert QToolTip.isVisible() == said
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_axes_have_names_with_units(panel: ChartsPanel) -> None:
    panel.set_units({"loss": "nats per pixel", "wrong": "pixels per character"})
    panel.set_history(some_history(41, 1), (0,))
    named = {key: view(panel, key).data.y_name for key in ("loss", "wrong", "share")}  # type: ignore[union-attr]
    assert named == {
        "loss": "nats per pixel",
        "wrong": "pixels per character",
        "share": "share of the images",
    }
    assert all(spec.unit for spec in CHARTS if spec.key not in ("loss", "split"))


def test_a_name_without_room_is_shortened_and_never_cut() -> None:
    assert short_axis_name("nats per pixel") == "nats/px"
    assert short_axis_name("pixels per character") == "px"
    # The tick labels make the unit clear.
    assert short_axis_name("share of the images") == ""


@pytest.mark.parametrize("height", [120, 240])
def test_names_of_axes_stand_in_their_own_room(panel: ChartsPanel, height: int) -> None:
    panel.set_history(some_history(41, 1), (0,))
    data = view(panel, "loss").data
    assert data is not None
    named = replace(data, y_name="nats")
    charts, bounds = view(panel, "loss")._charts, QRectF(0, 0, 400, height)
    plot = charts.plot_rect(bounds, named)
    name_px = charts._tick_metrics.horizontalAdvance("epoch")
    for tick, text in charts.x_ticks(bounds, plot, named):
        right = (
            named.x.share(tick) * plot.width() + charts._tick_metrics.horizontalAdvance(text) / 2
        )
        assert height == 240 or right < plot.width() - name_px


def test_the_run_that_is_shown_is_read_and_stands_out(panel: ChartsPanel) -> None:
    history = some_history(41, 4)
    panel.set_history(history, (0, 1, 2, 3))
    for run in (0, 3):
        panel.set_run(run)
        data = view(panel, "loss").data
        assert data is not None
        np.testing.assert_allclose(data.curves[-1].emphasised, history.loss[:, run])


def test_figures_that_no_run_has_yet_are_no_band(qtbot: QtBot, panel: ChartsPanel) -> None:
    """As for accuracy during the pre-training of several classifiers."""
    history = some_history(1, 3)
    accuracy = np.full((1, 3), np.nan, np.float32)
    panel.set_history(replace(history, extra={"accuracy": accuracy}), (0, 1, 2))
    panel.set_choices({"accuracy": True})
    drawn(qtbot, panel, "pre_training")


def test_parts_of_the_loss_have_the_penalties(panel: ChartsPanel) -> None:
    history = some_history(5, 1)
    term = np.ones((5, 1), np.float32)
    spec = next(spec for spec in CHARTS if spec.key == "split")
    parts = {"reconstruction": term, "contractive": term, "l2": term}
    with_penalty = replace(history, extra=parts)
    columns = [curve.spec.column for curve in curves_of(spec, with_penalty)]
    assert columns == ["l2", "contractive", "reconstruction"]
    assert not applies(spec, replace(history, extra={"l2": term}))
    colours = [curve.colour for curve in spec.curves]
    assert len(set(colours)) == len(colours)


def test_the_losses_of_a_gan_keep_their_names_in_a_narrow_chart(panel: ChartsPanel) -> None:
    term = np.full((5, 1), 0.12345, np.float32)
    losses = {"generator_loss": term, "discriminator_loss": term}
    history = replace(some_history(5, 1), extra=losses)
    panel.set_history(history, (0,))
    plot = view(panel, "adversary")
    data = plot.data
    assert data is not None
    lines = plot._charts._in_lines(data.curves, 150.0, 3)
    assert [[curve.spec.column for curve in line] for line in lines] == [
        ["discriminator_loss"],
        ["generator_loss"],
    ]
    for line in lines:
        part = replace(data, curves=line)
        (text,) = plot._charts.header_texts(part, 4, 130.0, named=True)
        assert text[:3] in ("Dis", "Gen")


def test_the_loss_of_a_gan_is_drawn_once_by_its_name(panel: ChartsPanel) -> None:
    term = np.full((5, 1), 0.5, np.float32)
    losses = {"generator_loss": term, "discriminator_loss": term}
    panel.set_history(replace(some_history(5, 1), extra=losses), (0,))
    assert panel._buttons["loss"].isHidden()
    assert view(panel, "loss").isHidden()
    data = [plot.data for plot in panel._shown()]
    drawn = [curve.spec.column for one in data if one is not None for curve in one.curves]
    assert len(drawn) == len(set(drawn))
    assert {"generator_loss", "discriminator_loss"} < set(drawn)
    panel.set_history(some_history(6, 1), (0,))
    assert not panel._buttons["loss"].isHidden()


def test_charts_tell_that_they_are_of_some_samples(panel: ChartsPanel) -> None:
    panel.set_sampled("Of some.")
    assert "Of some." in view(panel, "accuracy").toolTip()
    assert "Of some." not in view(panel, "rate").toolTip()
    panel.set_sampled("")
    assert "Of some." not in view(panel, "accuracy").toolTip()
