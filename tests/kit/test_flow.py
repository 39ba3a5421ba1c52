"""Widgets that wrap into lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, held

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

_GAP = 10
_WIDTHS = (40, 90, 60, 30)


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def laid_out(holder: QWidget, width: int, flow: FlowLayout) -> list[tuple[int, int]]:
    """Return left and top of labels that are ``_WIDTHS`` wide, in a ``holder`` of ``width``."""
    labels = [QLabel() for _ in _WIDTHS]
    for label, wide in zip(labels, _WIDTHS, strict=True):
        label.setFixedSize(wide, 20)
        flow.addWidget(label)
    holder.setLayout(flow)
    holder.resize(width, flow.heightForWidth(width))
    holder.show()
    return [(label.x(), label.y()) for label in labels]


def test_a_line_goes_on_in_the_next_where_there_is_no_more_room(holder: QWidget) -> None:
    flow = FlowLayout(_GAP)
    assert laid_out(holder, 200, flow) == [(0, 0), (50, 0), (0, 30), (70, 30)]
    assert flow.heightForWidth(200) == 50
    assert flow.heightForWidth(300) == 20
    assert flow.sizeHint().width() == sum(_WIDTHS) + 3 * _GAP
    assert flow.minimumSize().width() == max(_WIDTHS)


def test_the_last_one_stands_at_the_right_end_of_its_line(holder: QWidget) -> None:
    places = laid_out(holder, 200, FlowLayout(_GAP, last_at_right=True))
    assert places[-1] == (200 - _WIDTHS[-1], 30)


@pytest.mark.parametrize(("width", "columns"), [(500, 4), (300, 3), (190, 2), (100, 1)])
def test_in_columns_those_below_one_another_begin_at_the_same_place(
    holder: QWidget, width: int, columns: int
) -> None:
    flow = FlowLayout(_GAP, in_columns=True)
    places = laid_out(holder, width, flow)
    assert [x for x, _ in places] == [at % columns * 100 for at in range(4)]
    assert [y for _, y in places] == [at // columns * 30 for at in range(4)]
    assert flow.sizeHint().width() == 4 * 90 + 3 * _GAP


def flow_of(count: int) -> FlowLayout:
    flow = FlowLayout(4)
    for _ in range(count):
        label = QLabel()
        label.setFixedSize(100, 20)
        flow.addWidget(label)
    return flow


def test_what_holds_a_flow_needs_the_height_of_its_lines(qtbot: QtBot) -> None:
    for inner in (flow_of(6), held(flow_of(6))):
        below = QFrame()
        below.setMinimumHeight(50)
        widget = held(column(inner, (below, 1), spacing=0))
        qtbot.addWidget(widget)
        widget.show()
        qtbot.waitExposed(widget)
        for width, lines in ((700, 1), (320, 2), (215, 3), (700, 1)):
            widget.resize(width, 400)
            QApplication.processEvents()
            assert widget.minimumSizeHint().height() == 50 + 20 * lines + 4 * (lines - 1)
