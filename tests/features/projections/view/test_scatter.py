"""Scatter plots: rendering by numpy, and selection by mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.features.projections.view.scatter import MAX_TEXTS, ScatterSamples, ScatterView
from aegui.features.projections.view.scatter_paint import SampleCard, apart, class_middles
from aegui.kit.theme import DARK, LIGHT, contrast
from aegui.widgets.colours import class_colour, has_colours
from aegui.widgets.shapes import in_polygon, in_rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.kit.theme import Theme

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier


def grid(side: int = 20) -> NDArray[np.float32]:
    """Return ``side`` x ``side`` positions; sample ``side * row + column``, rows upwards."""
    rows, columns = np.mgrid[:side, :side]
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)


@pytest.fixture
def view(qtbot: QtBot) -> ScatterView:
    made = ScatterView("pca", "PCA", "help")
    qtbot.addWidget(made)
    made.resize(400, 426)
    made.show()
    qtbot.waitExposed(made)
    show(made, np.arange(400) // 20 % 4)
    return made


def show(
    view: ScatterView,
    classes: NDArray[np.int64],
    names: tuple[str, ...] = ("c0", "c1", "c2", "c3"),
) -> None:
    labels = tuple(names[number] for number in classes)
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    samples = ScatterSamples(classes, labels, names)
    view.set_samples(samples, lambda index: SampleCard(picture, f"c{index}", f"sample {index}"))
    view.set_coordinates(grid(round(len(classes) ** 0.5)))


def at(view: ScatterView, index: int, dx: int = 0, dy: int = 0) -> QPoint:
    x, y = view.pixels[index]
    return QPoint(round(x) + dx, round(y) + dy)


def exactly(image: QImage, colour: QColor) -> int:
    rows = image.convertToFormat(QImage.Format.Format_RGB32)
    return int((np.frombuffer(rows.constBits(), np.uint32) == colour.rgb()).sum())


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_class_can_be_seen_on_its_ground(theme: Theme) -> None:
    colours = [class_colour(number, theme) for number in range(10)]
    assert len({colour.rgb() for colour in colours}) == 10
    assert min(contrast(colour, theme.raised) for colour in colours) > 2.4
    assert class_colour(13, theme) == colours[3]


def test_colours_say_something_of_classes_with_company() -> None:
    assert has_colours(np.arange(100) % 10)
    assert not has_colours(np.zeros(9, np.int64))
    assert not has_colours(np.arange(30))


def test_shapes() -> None:
    pixels = np.array([[0, 0], [5, 5], [9, 1], [np.nan, 2]])
    assert in_rectangle(pixels, (6, 6), (4, 4)).tolist() == [False, True, False, False]
    star = [(0.0, -1.0), (10.0, -1.0), (10.0, 3.0), (5.0, 2.0), (0.0, 3.0)]
    assert in_polygon(pixels, star).tolist() == [True, False, True, False]
    assert not in_polygon(pixels, star[:2]).any()


def test_the_middle_of_a_class_is_one_of_its_samples() -> None:
    coordinates = np.array([[0, 0], [10, 0], [10, 10], [3, 3], [7, 7]], np.float32)
    numbers, middles = class_middles(coordinates, np.array([0, 0, 0, 2, 2]))
    assert numbers.tolist() == [0, 2]
    assert middles[0].tolist() == [10, 0]
    assert middles[1].tolist() in ([3, 3], [7, 7])


def test_all_places_are_seen_upright(view: ScatterView) -> None:
    x, y = view.pixels.T
    assert x.min() >= 0
    assert x.max() <= 400
    assert y.min() >= 26
    assert y.max() <= 426
    assert view.pixels[399, 1] < view.pixels[0, 1]


def test_the_picture_has_the_colours_of_the_classes_and_fades_what_is_not_selected(
    view: ScatterView,
) -> None:
    colours = [class_colour(number, LIGHT) for number in range(4)]
    before = [exactly(view.grab().toImage(), colour) for colour in colours]
    assert min(before) > 300
    view.set_selection(np.arange(400) // 20 % 4 == 2)
    after = [exactly(view.grab().toImage(), colour) for colour in colours]
    assert after[0] < before[0] / 10
    assert after[2] > 0.8 * before[2]
    view.set_emphasis(1)
    assert exactly(view.grab().toImage(), colours[1]) > 0.8 * before[1]
    view.set_emphasis(None)
    view.set_selection(None)
    assert [exactly(view.grab().toImage(), colour) for colour in colours] == before


def test_pointing_at_a_sample(view: ScatterView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.hovered) as signal:
        QTest.mouseMove(view, at(view, 210, 2, 2))
    assert signal.args == [210]
    before = view.grab().toImage()
    view.set_highlight(210)
    image = view.grab().toImage()
    assert image != before
    # The card with the image.
    assert exactly(image, QColor("red")) > 44 * 44 / 2
    with qtbot.waitSignal(view.hovered) as signal:
        QTest.mouseMove(view, QPoint(4, 420))
    assert signal.args == [None]


def test_selecting_by_rectangle_click_and_modifiers(view: ScatterView, qtbot: QtBot) -> None:
    found: list[NDArray[np.bool_]] = []
    view.selected.connect(found.append)
    view.selected.connect(view.set_selection)

    def drag(a: int, b: int, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(view, LEFT, modifier, at(view, a, -4, 4))
        QTest.mouseMove(view, at(view, b, 4, -4))
        assert view.grab().toImage() is not None
        QTest.mouseRelease(view, LEFT, modifier, at(view, b, 4, -4))

    drag(0, 42)
    assert np.flatnonzero(found[-1]).tolist() == [0, 1, 2, 20, 21, 22, 40, 41, 42]
    drag(5, 5, Qt.KeyboardModifier.ShiftModifier)
    assert found[-1].sum() == 10
    assert found[-1][5]
    drag(20, 42, Qt.KeyboardModifier.ControlModifier)
    assert np.flatnonzero(found[-1]).tolist() == [0, 1, 2, 5]
    QTest.mouseClick(view, LEFT, NONE, at(view, 77))
    assert np.flatnonzero(found[-1]).tolist() == [77]


def test_a_double_click_on_empty_ground_keeps_the_selection(view: ScatterView) -> None:
    view.selected.connect(view.set_selection)
    QTest.mouseClick(view, LEFT, NONE, at(view, 77))
    empty = QPoint(4, 420)
    assert view.sample_at(empty.x(), empty.y()) is None
    QTest.mouseClick(view, LEFT, NONE, empty)
    assert view._selection is None
    QTest.mouseDClick(view, LEFT, NONE, empty)
    assert view._selection is not None
    assert np.flatnonzero(view._selection).tolist() == [77]
    QTest.mouseClick(view, LEFT, NONE, empty)
    assert view._selection is None


def test_selecting_with_a_lasso(view: ScatterView, qtbot: QtBot) -> None:
    view.set_lasso(True)
    with qtbot.waitSignal(view.selected) as signal:
        QTest.mousePress(view, LEFT, NONE, at(view, 0, -5, 5))
        for index, dx, dy in ((3, 8, 5), (60, -5, -9), (0, -5, 5)):
            QTest.mouseMove(view, at(view, index, dx, dy))
        QTest.mouseRelease(view, LEFT, NONE, at(view, 0, -5, 5))
    assert signal.args is not None
    chosen = np.flatnonzero(signal.args[0]).tolist()
    assert {0, 1, 2, 3, 20, 21, 40, 60} <= set(chosen)
    assert 63 not in chosen


def test_zooming_and_moving(view: ScatterView) -> None:
    home = view.pixels.copy()
    spot = QPointF(*home[210])
    wheel = QWheelEvent(
        spot, view.mapToGlobal(spot), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    np.testing.assert_allclose(view.pixels[210], home[210], atol=1e-6)
    assert np.ptp(view.pixels[:, 0]) == pytest.approx(1.25**2 * np.ptp(home[:, 0]))
    there = view.pixels.copy()
    QTest.mousePress(view, MIDDLE, NONE, QPoint(200, 200))
    QTest.mouseMove(view, QPoint(230, 190))
    QTest.mouseRelease(view, MIDDLE, NONE, QPoint(230, 190))
    np.testing.assert_allclose(view.pixels - there, np.tile([30, -10], (400, 1)), atol=1e-6)
    # New positions keep a zoom; a double click resets it, and the view then follows.
    view.set_coordinates(grid() + 0)
    assert not np.allclose(view.pixels, home)
    QTest.mouseDClick(view, LEFT, NONE, QPoint(200, 200))
    np.testing.assert_allclose(view.pixels, home)


def test_keys(view: ScatterView, qtbot: QtBot) -> None:
    view.hovered.connect(view.set_highlight)
    view.selected.connect(view.set_selection)
    seen: list[int | None] = []
    chosen: list[NDArray[np.bool_]] = []
    view.hovered.connect(seen.append)
    view.selected.connect(chosen.append)
    QTest.keyClick(view, Qt.Key.Key_Right)
    start = seen[-1]
    assert start is not None
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert seen[-1] == start + 21
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert np.flatnonzero(chosen[-1]).tolist() == [start + 21]
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert not chosen[-1].any()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert chosen[-1].all()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not chosen[-1].any()
    home = view.pixels.copy()
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert np.ptp(view.pixels[:, 0]) > np.ptp(home[:, 0])
    QTest.keyClick(view, Qt.Key.Key_0)
    np.testing.assert_allclose(view.pixels, home)


def test_keys_select_nothing_where_there_are_no_places(view: ScatterView, qtbot: QtBot) -> None:
    view.set_selection(np.arange(400) < 3)
    view.set_coordinates(None)
    view.set_highlight(2)
    with qtbot.assertNotEmitted(view.selected):
        QTest.keyClick(view, Qt.Key.Key_Space)
        QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(view.selected) as cleared:
        QTest.keyClick(view, Qt.Key.Key_Escape)
    assert cleared.args is not None
    assert not cleared.args[0].any()


def test_few_samples_are_their_labels(view: ScatterView) -> None:
    assert MAX_TEXTS >= 144
    show(view, np.arange(144) % 4)
    image = view.grab().toImage()
    assert all(exactly(image, class_colour(number, LIGHT)) > 20 for number in range(4))


def test_few_samples_with_long_labels_are_dots_and_each_class_is_named_once(
    view: ScatterView,
) -> None:
    names = ("bicycles", "mountains and lakes", "cats", "umbrellas in the rain")
    classes = np.arange(144) % 4
    show(view, classes, names)
    image = view.grab().toImage()
    seen = [
        image.pixelColor(at(view, index)) == class_colour(number, LIGHT)
        for index, number in enumerate(classes.tolist())
    ]
    # Some lie below the four names.
    assert sum(seen) > 100
    # With a single class, or names of one kind, colours mean nothing: only dots are drawn.
    show(view, np.zeros(144, np.int64), names)
    blank = view.grab().toImage()
    show(view, np.zeros(144, np.int64), ("mountains of another name", *names[1:]))
    assert view.grab().toImage() == blank


def test_few_samples_each_with_a_long_label_of_its_own_are_named(view: ScatterView) -> None:
    names = tuple(f"sample called {number}" for number in range(36))
    show(view, np.arange(36), names)
    named = view.grab().toImage()
    plot = view.plot()
    assert plot is not None
    assert plot.signs == names, "on paper as well"
    show(view, np.zeros(36, np.int64), names)
    assert exactly(named, LIGHT.text) > exactly(view.grab().toImage(), LIGHT.text) + 200


def test_status(view: ScatterView) -> None:
    filled = view.grab().toImage()
    view.set_status("half", "", 0.5)
    image = view.grab().toImage()
    assert image != filled
    assert image.pixelColor(100, 28) == LIGHT.accent
    assert image.pixelColor(300, 28) == LIGHT.grid
    assert view.accessibleDescription() == "half"
    view.set_coordinates(None)
    view.set_status("", "Press Compute.")
    assert not len(view.pixels)
    assert view.accessibleDescription() == "Press Compute."
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.mouseClick(view, LEFT)


def test_places_that_do_not_belong_to_the_samples_are_not_shown(view: ScatterView) -> None:
    view.set_coordinates(grid(5))
    assert not len(view.pixels)


def test_names_of_classes_lie_over_no_other() -> None:
    middles = np.array([[50.0, 50.0], [52.0, 51.0], [55.0, 50.0], [3.0, 50.0], *[[50.0, 50.0]] * 9])
    sizes = [(60.0, 12.0)] * len(middles)
    room = QRectF(0, 0, 200, 100)
    coordinates = apart(middles, sizes, room)
    assert coordinates[0] == (50.0, 50.0)
    boxes = [QRectF(x - 30, y - 6, 60, 12) for x, y in coordinates.values()]
    assert all(room.contains(box) for box in boxes)
    for number, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:number])
    # A name without room near its position is omitted.
    assert 3 <= len(coordinates) < len(middles)
