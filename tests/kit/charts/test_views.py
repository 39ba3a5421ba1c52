"""Chart views of the kit: hovered, spoken, painted; independent of autoencoders."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.figure import Figure, Paper, figure_image
from aegui.kit.charts.ink import GAP, PAPERS, Ink
from aegui.kit.charts.line_view import LineView
from aegui.kit.charts.lines import LinePlot, Series, dash_style
from aegui.kit.charts.matrix import CellLimits, NumberMatrix
from aegui.kit.charts.matrix_view import MatrixTable
from aegui.kit.charts.menu import FigureExporter
from aegui.kit.theme import blend, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

SHADES = np.array([[0.0, 0.5, 1.0], [np.nan, 0.25, 0.75]])
HEAT = NumberMatrix(
    (("0", "5", "10"), ("", "2", "7")),
    SHADES,
    ("slow", "fast"),
    ("1", "2\nlong", "3"),
    "Layers",
    "Rate",
    best=frozenset({(0, 0)}),
)
ROOM = CellLimits(least=(20, 20), good=(40, 30), most=(80, 40))
LINES = LinePlot(
    np.array([0.0, 1.0, 4.0]),
    Axis("x", Scale(0.0, 4.0)),
    Axis("y", Scale(0.0, 2.0)),
    (
        Series("low", np.array([0.2, 0.2, 0.2]), colour=None, width=2.0, texts=("a", "b", "c")),
        Series("high", np.ones(3), np.zeros(3), np.full(3, 2.0), colour=1, width=2.0),
    ),
)


def test_lines_that_share_a_colour_are_dashed_otherwise() -> None:
    ink = Ink(QPainter(), PAPERS["light"])
    lines = [Series(str(number), np.ones(3), colour=number) for number in range(20)]
    looks = {(one.ink(ink).name(), one.line_style(ink)) for one in lines}
    assert len(looks) == len(lines)


def test_several_lines_differ_in_more_than_their_colour() -> None:
    ink = Ink(QPainter(), PAPERS["light"])
    looks = [(Series("", np.ones(3), colour=n).ink(ink).name(), dash_style(n)) for n in range(32)]
    assert len(set(looks)) == 32
    # The few lines of most charts are distinct without colours.
    assert len({style for _, style in looks[:4]}) == 4
    assert looks[0][1] is Qt.PenStyle.SolidLine
    assert all(one[1] != two[1] for one, two in itertools.pairwise(looks))


def test_names_of_a_legend_on_the_screen_end_before_the_next_line_begins(
    qapp: QApplication,
) -> None:
    first, second = (
        Series("a long name, long enough", np.ones(3), colour=0),
        Series("short", np.ones(3), colour=1),
    )
    # The last series comes first in the legend.
    plot = replace(LINES, series=(second, first))
    image = QImage(600, 300, QImage.Format.Format_RGB32)
    image.fill(current_theme().raised)
    painter = QPainter(image)
    ink = Ink(painter, current_theme(), qapp.font())
    plot.paint(ink, QRectF(0.0, 0.0, 600.0, 300.0))
    painter.end()
    line, ground = range(int(ink.line(ink.text))), current_theme().raised
    hue = second.ink(ink).hslHue()
    coloured = [
        x
        for x, y in itertools.product(range(600), line)
        if (pixel := image.pixelColor(x, y)) != ground and pixel.hslHue() == hue
    ]
    begins = min(coloured)
    before = [x for x in range(begins) if any(image.pixelColor(x, y) != ground for y in line)]
    assert begins - max(before) > GAP


class Lines(LineView):
    def words(self, at: int) -> str:
        return f"place {at}"


@pytest.fixture
def heat(qtbot: QtBot) -> MatrixTable:
    made = MatrixTable("Heat map", ROOM, lambda: Figure("heat", "Heat", (HEAT,)))
    qtbot.addWidget(made)
    made.set_plot(HEAT, "{0[0]} and {0[1]}".format)
    made.resize(400, 300)
    made.show()
    return made


@pytest.fixture
def lines(qtbot: QtBot) -> Lines:
    made = Lines("Lines", lambda: None)
    qtbot.addWidget(made)
    made.set_plot(LINES)
    made.resize(700, 300)
    made.show()
    return made


def has(image: QImage, colour: QColor) -> bool:
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return any(image.pixelColor(x, y).rgb() == colour.rgb() for x, y in places)


def test_cells_of_a_heat_map_have_their_shades_and_room(heat: MatrixTable) -> None:
    cells = [heat.cell_rect((row, column)) for row in range(2) for column in range(3)]
    assert {(cell.width(), cell.height()) for cell in cells} == {(79.0, 39.0)}
    QTest.mouseMove(heat, QPoint(1, 1))
    shown, theme = heat.grab().toImage(), current_theme()
    for row, column in ((0, 1), (0, 2), (1, 1)):
        at = heat.cell_rect((row, column)).topLeft().toPoint() + QPoint(4, 4)
        ground = blend(theme.accent, theme.raised, 0.62 * SHADES[row, column])
        assert shown.pixelColor(at * heat.devicePixelRatioF()).name() == ground.name()
    heat.resize(heat.minimumSizeHint())
    last = heat.cell_rect((1, 2))
    assert (last.width() + 1, last.height() + 1) == pytest.approx((20.0, 20.0))
    assert last.right() <= heat.width()
    assert last.bottom() <= heat.height()


def test_a_cell_is_pointed_at_and_said(heat: MatrixTable, qtbot: QtBot) -> None:
    assert heat.tip_at(heat.cell_rect((1, 2)).center().toPoint()) == "1 and 2"
    assert heat.tip_at(QPoint(1, 1)) == ""
    QTest.keyClick(heat, Qt.Key.Key_Down)
    assert heat.accessibleDescription() == "1 and 0"
    with qtbot.waitSignal(heat.cell_activated) as caught:
        QTest.mouseClick(
            heat, Qt.MouseButton.LeftButton, pos=heat.cell_rect((0, 1)).center().toPoint()
        )
    assert caught.args == [(0, 1)]
    with qtbot.waitSignal(heat.copy_requested):
        QTest.keyClick(heat, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heat.set_plot(None, "".format)
    heat.grab()
    assert heat.tip_at(QPoint(200, 100)) == ""


def test_the_same_heat_map_is_painted_on_paper(heat: MatrixTable, qtbot: QtBot) -> None:
    desk = FigureExporter(heat)
    with qtbot.waitSignal(desk.requested) as caught:
        heat.figures.bring("png")
    figure, form = caught.args
    assert form == "png"
    image = figure_image(figure, Paper(8.0, 6.0, dpi=100))
    theme = PAPERS["light"]
    assert has(image, theme.accent), "the fullest cell"
    assert has(image, blend(theme.accent, theme.panel, 0.53)), "one that is half full"


def test_places_of_uneven_distance_are_read(lines: Lines) -> None:
    plot = lines.plot_rect()
    assert lines.x_of(0) == pytest.approx(plot.left())
    assert lines.x_of(1) == pytest.approx(plot.left() + plot.width() / 4)
    for share, at in ((0.1, 0), (0.2, 1), (0.6, 1), (0.7, 2)):
        x = round(plot.left() + share * plot.width())
        QTest.mouseMove(lines, QPoint(x, round(plot.center().y())))
        assert lines.at == at
        assert lines.accessibleDescription() == f"place {at}"
    QTest.keyClick(lines, Qt.Key.Key_Home)
    assert lines.at == 0
    QTest.keyClick(lines, Qt.Key.Key_Escape)
    assert lines.at is None


def test_lines_and_their_names_can_be_seen(lines: Lines) -> None:
    theme, shown = current_theme(), lines.grab().toImage()
    assert has(shown, theme.series[1])
    plot = lines.plot_rect().toRect()
    assert has(shown.copy(plot), theme.text), "the colour of text"
    assert plot.right() < shown.width() / 2 + 200, "the legend has its room"
    lines.set_plot(None)
    lines.grab()
