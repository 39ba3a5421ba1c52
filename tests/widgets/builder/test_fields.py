from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.network.catalog import LOSSES
from aegui.widgets.builder.fields import (
    REST_MS,
    ChoiceField,
    CountField,
    NumberField,
    SliderField,
    next_lead,
    short_number,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot


def wheel(widget: QWidget) -> bool:
    """Turn the wheel over ``widget``; say whether it took the turn."""
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize(
    ("value", "text"), [(0.01, "0.01"), (1e-8, "1e-08"), (250.0, "250"), (0.999, "0.999")]
)
def test_numbers_are_written_short_and_read_back_exactly(
    qtbot: QtBot, value: float, text: str
) -> None:
    field = NumberField(1e-15, 1e9)
    qtbot.addWidget(field)
    field.set_value(value)
    assert field.text() == text == short_number(value)
    assert field.value() == value


@pytest.mark.parametrize(
    ("typed", "value"), [("0,25", 0.25), ("1e-3", 0.001), (".5", 0.5), ("70", 50.0)]
)
def test_a_typed_number_counts_at_enter(qtbot: QtBot, typed: str, value: float) -> None:
    field = NumberField(1e-6, 50.0)
    qtbot.addWidget(field)
    field.set_value(1.0)
    field.selectAll()
    with qtbot.waitSignal(field.edited) as blocker:
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert blocker.args == [value]


def test_letters_cannot_be_typed_into_a_number(qtbot: QtBot) -> None:
    field = NumberField(0.0, 10.0)
    qtbot.addWidget(field)
    field.selectAll()
    QTest.keyClicks(field, "a3b")
    assert field.lineEdit().text() == "3"


def test_a_typed_number_counts_after_a_rest_and_not_digit_by_digit(qtbot: QtBot) -> None:
    field = CountField(1, 100)
    qtbot.addWidget(field)
    field.set_value(5)
    seen: list[int] = []
    field.edited.connect(seen.append)
    field.selectAll()
    QTest.keyClicks(field, "25")
    assert seen == []
    qtbot.waitUntil(lambda: bool(seen), timeout=REST_MS + 1_000)
    assert seen == [25]


def test_showing_a_value_is_silent(qtbot: QtBot) -> None:
    fields: list[tuple[Any, object]] = [
        (CountField(1, 100), 7),
        (NumberField(0.0, 1.0), 0.3),
        (ChoiceField(LOSSES.values()), "mae"),
        (SliderField((0.0, 1.0), (0.0, 1.0), logarithmic=False), 0.7),
    ]
    for field, value in fields:
        qtbot.addWidget(field)
        with qtbot.assertNotEmitted(field.edited):
            field.set_value(value)
        assert field.value() == value


@pytest.mark.parametrize(
    ("value", "steps", "result"),
    [(0.01, 1, 0.02), (0.02, 1, 0.05), (0.05, 1, 0.1), (0.1, -1, 0.05), (1.0, -1, 0.5), (3, -1, 2)],
)
def test_steps_go_one_two_five(value: float, steps: int, result: float) -> None:
    assert next_lead(value, steps) == result


def test_stepping_up_from_nothing_begins_small(qtbot: QtBot) -> None:
    field = NumberField(0.0, 1.0)
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.edited) as blocker:
        field.stepUp()
    assert blocker.args == [1e-6]
    field.set_value(0.0)
    field.stepDown()
    assert field.value() == 0.0


def test_the_wheel_turns_only_what_has_the_focus(qtbot: QtBot) -> None:
    field = CountField(1, 100)
    qtbot.addWidget(field)
    field.set_value(5)
    field.show()
    field.clearFocus()
    assert not wheel(field)
    assert field.value() == 5
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert wheel(field)
    assert field.value() == 6


def test_a_logarithmic_slider_spans_its_decades(qtbot: QtBot) -> None:
    field = SliderField((1e-12, 1e6), (1e-5, 1.0), logarithmic=True)
    qtbot.addWidget(field)
    field.set_value(1e-5)
    assert field.slider.value() == field.slider.minimum()
    field.set_value(1.0)
    assert field.slider.value() == field.slider.maximum()
    with qtbot.waitSignal(field.edited) as blocker:
        field.slider.setValue(field.slider.maximum() * 2 // 5)
    assert blocker.args == [0.001]
    assert field.value() == 0.001


def test_a_number_beyond_the_slider_is_kept(qtbot: QtBot) -> None:
    field = SliderField((1e-12, 1e6), (1e-5, 1.0), logarithmic=True)
    qtbot.addWidget(field)
    field.set_value(20.0)
    assert (field.value(), field.slider.value()) == (20.0, field.slider.maximum())


def test_a_choice_tells_its_key_and_explains_its_rows(qtbot: QtBot) -> None:
    field = ChoiceField(LOSSES.values())
    qtbot.addWidget(field)
    assert field.itemData(1, Qt.ItemDataRole.ToolTipRole) == LOSSES["mse"].help
    with qtbot.waitSignal(field.edited) as blocker:
        QTest.keyClick(field, Qt.Key.Key_Down)
    assert blocker.args == ["mse"]
