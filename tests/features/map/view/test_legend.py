"""The legend of the classes, and its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from aegui.features.map.view.legend import ClassLegend
from aegui.kit.theme import CONTRAST, DARK, LIGHT, contrast, current_theme
from aegui.widgets.colours import class_colour, class_rgba

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.kit.theme import Theme


@pytest.fixture
def legend(qtbot: QtBot) -> ClassLegend:
    made = ClassLegend()
    qtbot.addWidget(made)
    made.set_classes(("cat", " ", "a very long name of a class that has to be cut somewhere"))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_row_per_class_with_its_colour_and_a_note(legend: ClassLegend) -> None:
    legend.set_note("100 of 2,000 samples")
    assert legend.accessibleDescription().startswith("cat; space; a very long")
    assert legend.accessibleDescription().endswith("100 of 2,000 samples")
    assert legend.sizeHint().width() < 260
    shot = legend.grab().toImage()
    for number in range(3):
        row = legend.row_rect(number)
        assert shot.pixelColor(13, row.center().y() + 1) == class_colour(number, current_theme())


def test_a_click_or_a_key_lets_a_class_stand_out_and_again_all(
    qtbot: QtBot, legend: ClassLegend
) -> None:
    with qtbot.waitSignal(legend.emphasis_requested) as blocker:
        QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=legend.row_rect(1).center())
    assert blocker.args == [1]
    legend.set_emphasis(1)
    with qtbot.waitSignal(legend.emphasis_requested) as blocker:
        QTest.keyClick(legend, Qt.Key.Key_Space)
    assert blocker.args == [None]
    QTest.keyClick(legend, Qt.Key.Key_Down)
    with qtbot.waitSignal(legend.emphasis_requested) as blocker:
        QTest.keyClick(legend, Qt.Key.Key_Return)
    assert blocker.args == [2]


def test_nothing_to_say_is_empty(legend: ClassLegend) -> None:
    assert not legend.is_empty
    legend.set_classes(())
    assert legend.is_empty


@pytest.mark.parametrize("theme", [LIGHT, DARK, CONTRAST])
def test_colours_differ_and_can_be_seen_on_the_map(theme: Theme) -> None:
    colours = [class_colour(number, theme) for number in range(10)]
    assert len({colour.rgb() for colour in colours}) == 10
    assert all(contrast(colour, theme.panel) > 3.0 for colour in colours)
    assert class_colour(10, theme) == colours[0]
    rgba = class_rgba(np.array([3, 13, 0]), theme)
    assert rgba.tolist() == [colours[3].rgba(), colours[3].rgba(), colours[0].rgba()]


def test_what_is_too_high_goes_on_in_a_further_column(legend: ClassLegend) -> None:
    names = [str(number) for number in range(10)]
    legend.set_classes(names)
    legend.set_note("5 of 60 samples")
    alone = legend.sizeHint()
    legend.set_size_limit(QSize(9_000, alone.height()))
    assert legend.sizeHint() == alone
    legend.set_size_limit(QSize(9_000, alone.height() - 1))
    size = legend.sizeHint()
    legend.resize(size)
    assert size.height() < alone.height()
    rows = [legend.row_rect(number) for number in range(10)]
    assert [row.left() for row in rows] == [0] * 5 + [rows[5].left()] * 5
    assert rows[5].left() == rows[0].right() + 1
    assert [row.top() for row in rows[:5]] == [row.top() for row in rows[5:]]
    assert all(legend.rect().contains(row) for row in rows)
    legend.set_size_limit(QSize(90_000, 10))
    assert legend.sizeHint().height() < size.height()


@pytest.fixture
def around(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.setFocus()
    return made


@pytest.fixture
def aside(around: QWidget) -> ClassLegend:
    """Return a legend in a corner, away from pointer and focus."""
    made = ClassLegend(around)
    made.move(400, 400)
    made.show()
    return made


def test_many_classes_on_a_small_map_are_marks_and_open_for_the_keys(
    qtbot: QtBot, aside: ClassLegend
) -> None:
    legend = aside
    names = [f"Faces of kind {number}" for number in range(16)]
    legend.set_classes(names)
    legend.set_size_limit(QSize(1600, 1000))
    whole = legend.sizeHint()
    assert not legend.is_compact
    legend.set_size_limit(QSize(600, 500))
    assert legend.is_compact
    small = legend.sizeHint()
    assert small.width() * small.height() < 0.3 * whole.width() * whole.height()
    legend.resize(small)
    marks = [legend.row_rect(number) for number in range(16)]
    assert all(legend.rect().contains(mark) for mark in marks)
    assert not any(one.intersects(two) for one in marks for two in marks if one is not two)
    shot = legend.grab().toImage()
    for number in range(16):
        at = marks[number].center()
        assert shot.pixelColor(at.x() + 1, at.y() + 1) == class_colour(number, current_theme())
    # The class at the cursor is named without changing the size.
    legend.set_pointed(12)
    assert legend.grab().toImage() != shot
    assert legend.sizeHint() == small
    legend.set_pointed(None)
    assert legend.grab().toImage() == shot
    with qtbot.waitSignal(legend.emphasis_requested) as blocker:
        QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=marks[9].center())
    assert blocker.args == [9]
    with qtbot.waitSignal(legend.size_changed):
        legend.setFocus()
    assert not legend.is_compact
    assert legend.sizeHint() == whole
    with qtbot.waitSignal(legend.size_changed):
        legend.clearFocus()
    assert legend.is_compact


def test_the_pointer_opens_it(qtbot: QtBot, aside: ClassLegend) -> None:
    legend = aside
    legend.set_classes([f"Faces of kind {number}" for number in range(16)])
    legend.set_size_limit(QSize(600, 500))
    inside = QPointF(5.0, 5.0)
    with qtbot.waitSignal(legend.size_changed):
        legend.enterEvent(QEnterEvent(inside, inside, inside))
    assert not legend.is_compact
    with qtbot.waitSignal(legend.size_changed):
        legend.leaveEvent(QEvent(QEvent.Type.Leave))
    assert legend.is_compact


def test_on_a_very_small_map_it_is_one_line(aside: ClassLegend) -> None:
    legend = aside
    legend.set_classes([f"Faces of kind {number}" for number in range(16)])
    legend.set_size_limit(QSize(500, 400))
    marks = legend.sizeHint()
    legend.set_size_limit(QSize(300, 400))
    assert legend.is_compact
    assert legend.sizeHint().height() < 0.6 * marks.height()
    legend.resize(legend.sizeHint())
    told = legend.grab().toImage()
    legend.set_pointed(3)
    assert legend.grab().toImage() != told
    assert all(legend.row_rect(number).isEmpty() for number in range(16))


def test_few_short_names_stay_a_list(legend: ClassLegend) -> None:
    legend.set_classes([str(number) for number in range(3)])
    legend.set_size_limit(QSize(220, 200))
    assert not legend.is_compact


@pytest.mark.parametrize("width", [290, 360, 700])
def test_in_a_narrow_map_the_scale_bar_is_above_the_legend(
    canvas: LatentCanvas, width: int
) -> None:
    canvas.resize(width, 500)
    canvas.overlays.set_classes([f"quite a long class {number}" for number in range(9)])
    scale, legend = canvas.overlays.scale, canvas.overlays.legend
    assert scale.isVisible()
    assert legend.isVisible()
    assert not scale.geometry().intersects(legend.geometry())
    assert canvas.rect().contains(scale.geometry())
    if width == 700:
        assert scale.geometry().bottom() == legend.geometry().bottom(), "side by side"
