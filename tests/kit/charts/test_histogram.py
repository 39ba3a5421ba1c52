"""Histograms and row bars: geometry, descriptions, keyboard navigation."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.histogram import BinHeights, HistogramPlot, HistogramView, ValueMark
from aegui.kit.charts.row_bars import ROW_PX, RowBar, RowBars

if TYPE_CHECKING:
    from PySide6.QtGui import QColor
    from pytestqt.qtbot import QtBot

PLOT = HistogramPlot(
    np.array([0.0, 1.0, 2.0, 4.0]),
    Axis("value", Scale(0.0, 4.0)),
    Axis("share", Scale(0.0, 0.6), without_ticks=True),
    (
        BinHeights("ours", np.array([0.5, 0.3, 0.2])),
        BinHeights("theirs", np.array([0.1, 0.1, 0.6]), colour=1, is_outline=True),
    ),
    marks=(ValueMark(9.0, "beyond"),),
)


class Shown(HistogramView):
    def words(self, number: int) -> str:
        return f"bin {number}"


@pytest.fixture
def view(qtbot: QtBot) -> Shown:
    made = Shown("some", "Some values")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.set_plot(PLOT)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_values_lie_on_the_axis_and_bins_between_their_edges(view: Shown) -> None:
    plot = view.plot_rect()
    assert view.x_of(0.0) == pytest.approx(plot.left())
    assert view.x_of(2.0) == pytest.approx(plot.center().x())
    assert view.x_of(9.0) == pytest.approx(plot.right())
    assert view.value_at(view.x_of(1.5)) == pytest.approx(1.5)
    assert [view.bin_at(view.x_of(value)) for value in (0.5, 1.5, 2.5, 3.9)] == [0, 1, 2, 2]
    assert view.bin_at(plot.left() - 1.0) is None


def test_a_name_with_a_comma_stays_one_column_of_the_table() -> None:
    (ours, theirs) = PLOT.sets
    plot = replace(PLOT, sets=(replace(ours, name="a, b"), theirs))
    head, first, *_ = csv.reader(io.StringIO(plot.csv))
    assert head == ["from", "to", "a, b", "theirs"]
    assert first == ["0", "1", "0.5", "0.1"]


def test_a_bar_is_as_high_as_its_share(view: Shown) -> None:
    image, plot = view.grab().toImage(), view.plot_rect()
    ratio = image.devicePixelRatio()

    def colour(value: float, height: float) -> QColor:
        y = plot.bottom() - height / 0.6 * plot.height()
        return image.pixelColor(round(view.x_of(value) * ratio), round(y * ratio))

    assert colour(0.5, 0.45) == colour(0.5, 0.2)
    assert colour(1.5, 0.45) != colour(1.5, 0.2)


def test_bins_are_read_by_keys_and_pointer(view: Shown) -> None:
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.accessibleDescription() == "bin 1"
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.accessibleDescription() == "bin 2"
    assert view.tip_at(QPoint(round(view.x_of(0.5)), 100)) == "bin 0"


def test_its_figure_has_its_numbers(view: Shown) -> None:
    figure = view.figure()
    assert figure is not None
    assert figure.csv.splitlines() == [
        "from,to,ours,theirs",
        "0,1,0.5,0.1",
        "1,2,0.3,0.1",
        "2,4,0.2,0.6",
    ]
    view.set_plot(None)
    assert view.figure() is None


def test_where_there_is_little_height_bars_keep_it(view: Shown) -> None:
    share = view.plot_rect().height() / view.height()
    view.resize(400, 80)
    assert view.plot_rect().height() > 0.25 * view.height()
    assert share > 0.25


@pytest.fixture
def rows(qtbot: QtBot) -> RowBars:
    made = RowBars("Shares", "shares")
    qtbot.addWidget(made)
    made.resize(300, 80)
    made.set_rows([RowBar(name, value, str(value), f"{name}: {value}") for name, value in ROWS])
    with qtbot.waitExposed(made):
        made.show()
    return made


ROWS = (("one", 1.0), ("half", 0.5), ("none", 0.0))


def test_bars_are_as_long_as_their_values(rows: RowBars) -> None:
    lengths = [rows.bar_rect(row).width() for row in range(3)]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=1)
    assert lengths[2] == 0
    rows.set_rows([RowBar("up", 1.0, "", "up"), RowBar("down", -1.0, "", "down")], signed=True)
    assert rows.bar_rect(0).left() == pytest.approx(rows.bar_rect(1).right(), abs=2)


def test_in_the_narrowest_rows_names_give_way_to_figures(rows: RowBars) -> None:
    rows.set_rows([RowBar("a long name of a unit", 1.0, "−1.0000 × 39.44 = −39.44", "a unit")])
    rows.resize(rows.minimumSizeHint())
    left, begin, end = rows._columns()
    assert left < begin < end
    assert rows.bar_rect(0).right() < end
    advance = rows.fontMetrics().horizontalAdvance
    assert end + advance("−1.0000 × 39.44 = −39.44") <= rows.width()


def test_rows_are_pointed_at_and_chosen(rows: RowBars, qtbot: QtBot) -> None:
    pointed: list[object] = []
    rows.pointed.connect(pointed.append)
    with qtbot.waitSignal(rows.chosen) as chosen:
        QTest.mouseClick(rows, Qt.MouseButton.LeftButton, pos=QPoint(20, ROW_PX + 5))
    assert chosen.args == [1]
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert rows.accessibleDescription() == "none: 0.0"
    assert pointed[-1] == 2
    with qtbot.waitSignal(rows.chosen) as chosen:
        QTest.keyClick(rows, Qt.Key.Key_Return)
    assert chosen.args == [2]
    rows.set_rows([])
    assert pointed[-1] is None
