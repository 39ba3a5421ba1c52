"""Item charts: boxes, parallel axes, small multiples, and their view."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.boxes import BoxPlot, box_figures
from aegui.kit.charts.ink import PAPERS, Ink
from aegui.kit.charts.item_view import ItemCanvas, ItemView
from aegui.kit.charts.items import item_at
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.charts.matrix import NumberMatrix
from aegui.kit.charts.multiples import SmallMultiples
from aegui.kit.charts.parallel import ParallelAxis, ParallelPlot
from aegui.kit.charts.squares import SquareFields, Squares, SquareSign, largest
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from aegui.kit.charts.items import ItemPlot, ItemShape

Y = Axis("y", Scale(0.0, 10.0))
BOXES = BoxPlot(("a", "b"), "", Y, ((1.0, 2.0, 3.0, 4.0, 9.9), (5.0, 5.0)), ((7.0, "goal"),))
BARS = BarPlot(("a", "b"), "", Y, (("", (2.0, 6.0), 0),), dots=((1.0, 3.0), (6.0,)))
LINES = LinePlot(
    np.array([0.0, 1.0]),
    Axis("x", Scale(0.0, 1.0)),
    Y,
    (Series("low", np.array([2.0, 2.0])), Series("high", np.array([8.0, 8.0]), colour=1)),
)
PARALLEL = ParallelPlot(
    (ParallelAxis("rate", ("slow", "fast")), ParallelAxis("wrong", axis=Y)),
    np.array([[0.0, 2.0], [1.0, 9.0], [np.nan, 3.0]]),
)
HEAT = NumberMatrix((("1", "2"),), np.array([[0.0, 1.0]]), ("r",), ("a", "b"), "", "")
ALL: dict[str, ItemPlot] = {
    "boxes": BOXES,
    "bars": BARS,
    "lines": LINES,
    "parallel": PARALLEL,
    "heat": HEAT,
    "multiples": SmallMultiples((BARS, BOXES)),
    "squares": SquareFields((Squares(np.array([0, 3], np.int8), np.zeros(2)),)),
}


def shapes_of(plot: ItemPlot) -> Sequence[ItemShape]:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    found = plot.shapes(Ink(painter, PAPERS["light"]), QRectF(10, 10, 380, 280))
    painter.end()
    return found


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", ALL)
def test_every_chart_finds_its_items_where_it_paints_them(name: str) -> None:
    shapes = shapes_of(ALL[name])
    assert {shape.item for shape in shapes} == {0, 1}
    for shape in shapes:
        box = shape.path.boundingRect()
        # A horizontal line has no height, so no rectangle contains it.
        assert QRectF(9, 9, 382, 282).contains(box.adjusted(0, -0.5, 0, 0.5))
        spot = shape.path.pointAtPercent(0.3) if shape.is_line else box.center()
        assert item_at(shapes, spot) == shape.item
    assert item_at(shapes, QPointF(2.0, 2.0)) is None


@pytest.mark.usefixtures("qapp")
def test_many_names_leave_the_lines_most_of_the_room() -> None:
    def spread(count: int) -> float:
        rows = np.linspace(0.0, 10.0, count)
        series = tuple(Series(f"setting {at}", np.array([row, row])) for at, row in enumerate(rows))
        shapes = shapes_of(LinePlot(LINES.at, LINES.x, LINES.y, series))
        assert {shape.item for shape in shapes} == set(range(count))
        places = [shape.path.boundingRect().center().y() for shape in shapes]
        return max(places) - min(places)

    assert spread(200) == pytest.approx(spread(60))
    assert spread(2) > spread(200) > 280 / 2


class _NotingInk(Ink):
    """A real ``Ink`` that records where it wrote each text."""

    def __init__(self, painter: QPainter) -> None:
        super().__init__(painter, PAPERS["light"])
        self.written: dict[str, QRectF] = {}

    def write(self, text: str, rect: QRectF, *how: Any, **more: Any) -> None:
        self.written[text] = rect
        super().write(text, rect, *how, **more)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("height", [60, 100, 160])
def test_how_many_more_names_there_are_is_seen_beside_long_ones(height: int) -> None:
    series = tuple(Series(f"{at} {'long ' * 30}", np.zeros(2)) for at in range(9))
    image = QImage(300, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ink = _NotingInk(painter)
    LinePlot(LINES.at, LINES.x, LINES.y, series).paint(ink, QRectF(0, 0, 300, height))
    painter.end()
    (words,) = (text for text in ink.written if text.endswith("more"))
    rest = ink.written[words]
    assert rest.right() <= 300.0 + 1e-6
    for text, rect in ink.written.items():
        if text.endswith("\u2026") and rect.top() == rest.top():
            assert rect.right() <= rest.left()


def test_a_box_has_the_quartiles_and_parts_outliers() -> None:
    found = box_figures((1.0, 2.0, 3.0, 4.0, 100.0, float("nan")))
    assert found is not None
    assert (found.low, found.median, found.high) == (2.0, 3.0, 4.0)
    assert found.whiskers == (1.0, 4.0)
    assert found.outliers == (100.0,)
    assert box_figures((float("nan"),)) is None


@pytest.fixture
def view(qtbot: QtBot) -> ItemView:
    made = ItemView("Boxes", lambda: None)
    qtbot.addWidget(made)
    made.set_plot(BOXES, "item {}".format)
    made.resize(400, 300)
    made.show()
    return made


def place_of(view: ItemView, item: int) -> QPoint:
    shape = next(shape for shape in view.shapes if shape.item == item)
    return shape.path.boundingRect().center().toPoint()


def test_an_item_is_pointed_at_chosen_and_opened_with_the_mouse(
    qtbot: QtBot, view: ItemView
) -> None:
    with qtbot.waitSignal(view.hovered) as heard:
        QTest.mouseMove(view, place_of(view, 1))
    assert heard.args == [1]
    with qtbot.waitSignal(view.chosen) as heard:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, 0))
    assert heard.args == [0]
    assert view.accessibleDescription() == "item 0"
    with qtbot.waitSignal(view.activated) as heard:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, 0))
    assert heard.args == [0]
    assert view.tip_at(place_of(view, 1)) == "item 1"


def test_keys_go_from_item_to_item(qtbot: QtBot, view: ItemView) -> None:
    view.chosen.connect(lambda item: view.set_marked(frozenset(), frozenset({item})))
    found: list[int] = []
    view.chosen.connect(found.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(view, key)
    assert found == [0, 1, 1, 0]
    with qtbot.waitSignal(view.activated):
        QTest.keyClick(view, Qt.Key.Key_Return)


def test_what_is_marked_elsewhere_is_marked_here(view: ItemView) -> None:
    accent = current_theme().accent

    def marked(item: int) -> bool:
        image = view.grab().toImage()
        spot = next(s for s in view.shapes if s.item == item).path.boundingRect()
        y = round(spot.center().y())
        xs = range(round(spot.left()) - 2, round(spot.left()) + 3)
        return any(image.pixelColor(x, y).rgb() == accent.rgb() for x in xs)

    assert not marked(1)
    view.set_marked(frozenset({1}), frozenset())
    assert marked(1)
    assert not marked(0)


def test_what_a_thread_has_painted_is_not_painted_again_until_its_room_changes(
    qtbot: QtBot,
) -> None:
    view = ItemView("boxes", lambda: None)
    qtbot.addWidget(view)
    view.resize(300, 200)
    with ThreadPoolExecutor(1) as thread:
        painted = thread.submit(ItemCanvas.of(view).paint, BOXES).result()
    view.set_plot(BOXES, str)
    by_itself = view.grab().toImage()
    view.set_plot(BOXES, str, painted)
    assert view.grab().toImage() == by_itself
    assert view.shapes is painted.shapes
    view.resize(400, 200)
    assert view.shapes is not painted.shapes
    assert view.shapes[1].path.boundingRect().right() > 300


def test_squares_are_as_large_as_they_can_be_in_rows_of_round_numbers() -> None:
    assert largest(1000, 1000.0, 200.0, 24.0) == (10.0, 100)
    assert largest(3, 1000.0, 200.0, 24.0) == (24.0, 3)
    for count in (1, 7, 60, 12_345, 100_000):
        side, columns = largest(count, 460.0, 260.0, 24.0)
        assert count <= 20 or str(columns).rstrip("0") in {"1", "2", "5"}
        assert side * columns <= 460.0 + 1e-6
        assert side * -(-count // columns) <= 260.0 + 1e-6


FIELDS = SquareFields(
    (
        Squares(np.arange(5, dtype=np.int8).repeat(24), np.linspace(0, 1, 120), title="one"),
        Squares(np.full(90, 2, np.int8), np.linspace(0, 1, 90), list(map(str, range(90))), "two"),
    ),
    (SquareSign((("full", 1.0),), "done"), SquareSign((("bad", 0.0), ("bad", 1.0)), "off")),
)


@pytest.mark.usefixtures("qapp")
def test_squares_of_several_fields_and_the_fields_are_items() -> None:
    shapes = shapes_of(FIELDS)
    assert len(shapes) == 120 + 90 + 2
    for item in (0, 77, 119, 120, 209):
        assert shapes[item].item == item
        assert item_at(shapes, shapes[item].path.boundingRect().center()) == item
    # Beside its squares the field is hit.
    assert item_at(shapes, shapes[211].path.boundingRect().bottomRight() - QPointF(2, 2)) == 211
    boxes = [shapes[item].path.boundingRect() for item in range(210)]
    widths = [box.width() for box in boxes]
    assert widths == pytest.approx([widths[0]] * len(widths))


def test_keys_go_over_squares_row_by_row(qtbot: QtBot, view: ItemView) -> None:
    view.set_plot(FIELDS, "item {}".format)
    view.chosen.connect(lambda item: view.set_marked(frozenset(), frozenset({item})))
    found: list[int] = []
    view.chosen.connect(found.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(view, key)
    first = view.shapes[0].path.boundingRect()
    columns = next(
        at for at in range(1, 120) if view.shapes[at].path.boundingRect().y() > first.y()
    )
    assert found == [0, 1, 1 + columns, 1]
    with qtbot.waitSignal(view.clicked) as heard:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, 7))
    assert heard.args == [7]
