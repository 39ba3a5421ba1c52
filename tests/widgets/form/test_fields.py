from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QPushButton,
    QVBoxLayout,
)

from aegui.core.i18n import short_number
from aegui.core.training.losses import LOSSES
from aegui.widgets.form.field_note import FieldNote
from aegui.widgets.form.fields import (
    REST_MS,
    ChoiceField,
    CountField,
    NumberField,
    OptionalCountField,
    SidesField,
    SliderField,
    next_lead,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot


def wheel(widget: QWidget) -> bool:
    """Turn the wheel over ``widget``; return whether it accepted the event."""
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
    ("value", "text"), [(0.01, "0.01"), (1e-8, "1e-8"), (250.0, "250"), (0.999, "0.999")]
)
def test_numbers_are_written_short_and_read_back_exactly(
    qtbot: QtBot, value: float, text: str
) -> None:
    field = NumberField(1e-15, 1e9)
    qtbot.addWidget(field)
    field.set_value(value)
    assert field.text() == text == short_number(value)
    assert field.value() == value


@pytest.mark.parametrize("typed", ["-0.5", "−0.5", "-5e-1"])
def test_a_number_below_nothing_has_a_minus_and_is_typed_with_either(
    qtbot: QtBot, typed: str
) -> None:
    field = NumberField(-2.0, 2.0)
    qtbot.addWidget(field)
    field.set_value(-1.25)
    assert field.text() == "−1.25"
    field.selectAll()
    with qtbot.waitSignal(field.edited) as blocker:
        # The simulated keyboard has no such minus.
        field.lineEdit().insert(typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert blocker.args == [-0.5]
    assert field.text() == "−0.5"


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


@pytest.mark.parametrize(
    ("low", "typed", "value", "told"),
    [
        (1, "0", 1, "0 is out of range (1 to 4,096); changed to 1."),
        (1, "-7", 1, "-7 is out of range (1 to 4,096); changed to 1."),
        (1, "99999", 4096, "99999 is out of range (1 to 4,096); changed to 4,096."),
        (1, "12,000", 4096, "12,000 is out of range (1 to 4,096); changed to 4,096."),
        (1, "32", 32, ""),
        (0, "0", 0, ""),
    ],
)
def test_a_count_out_of_range_is_said_beneath_the_field(
    qtbot: QtBot, low: int, typed: str, value: int, told: str
) -> None:
    field = CountField(low, 4096)
    qtbot.addWidget(field)
    field.set_value(2)
    field.show()
    type_in(field, typed)
    assert field.value() == value
    said(field, told)


def test_a_count_with_a_unit_out_of_range(qtbot: QtBot) -> None:
    field = CountField(0, 95)
    qtbot.addWidget(field)
    field.setSuffix("%")
    field.set_value(20)
    field.show()
    type_in(field, "120")
    assert field.value() == 95
    said(field, "120 is out of range (0% to 95%); changed to 95%.")


def test_an_optional_count_has_nothing_beneath_its_least(qtbot: QtBot) -> None:
    field = OptionalCountField(1, 64, "all")
    qtbot.addWidget(field)
    field.set_value(8)
    field.show()
    type_in(field, "65")
    assert (field.value(), field.text()) == (64, "64")
    said(field, "65 is out of range (1 to 64); changed to 64.")
    field.set_value(None)
    assert field.text() == "all"


@pytest.mark.parametrize(
    ("typed", "taken", "text"),
    [
        ("3", 3, "3"),
        ("1x2", (1, 2), "1×2"),
        (" 3 * 5 ", (3, 5), "3×5"),
        ("4,4", 4, "4"),
        ("0×1", (0, 1), "0×1"),
        ("auto", None, "auto"),
    ],
)
def test_sides_are_one_number_or_two(qtbot: QtBot, typed: str, taken: object, text: str) -> None:
    field = SidesField(0, 64, "auto")
    qtbot.addWidget(field)
    field.set_value((9, 8))
    with qtbot.waitSignal(field.edited) as edited:
        field.lineEdit().setText(typed)
        field.interpretText()
    assert edited.args == [taken]
    assert (field.sides(), field.text()) == (taken, text)


def test_sides_that_cannot_be_are_said_beneath_the_field(qtbot: QtBot) -> None:
    field = SidesField(1, 64)
    qtbot.addWidget(field)
    field.set_value(3)
    field.show()
    type_in(field, "1x70")
    assert field.sides() == (1, 64)
    said(field, "1x70 is out of range (1 to 64); changed to 1×64.")


def test_half_a_pair_of_sides_is_told_of(qtbot: QtBot) -> None:
    field = SidesField(1, 64)
    qtbot.addWidget(field)
    field.set_value((1, 64))
    field.show()
    type_in(field, "2x")
    assert field.sides() == (1, 64)
    said(field, "2x is not a size: write one number, or rows and columns such as 1×2.")


def test_sides_are_stepped_together_within_their_range(qtbot: QtBot) -> None:
    field = SidesField(1, 6)
    qtbot.addWidget(field)
    field.set_value((2, 5))
    field.stepBy(10)
    assert field.sides() == (3, 6)
    field.stepBy(-10)
    assert field.sides() == (1, 4)
    field.set_value(5)
    field.stepBy(10)
    assert field.sides() == 6
    field.stepBy(-10)
    assert field.sides() == 1


def test_a_number_out_of_range_is_said_beneath_the_field(qtbot: QtBot) -> None:
    field = NumberField(1e-6, 50.0)
    qtbot.addWidget(field)
    field.set_value(1.0)
    field.show()
    type_in(field, "1e3")
    assert field.value() == 50.0
    said(field, "1e3 is out of range (1e-6 to 50); changed to 50.")


@pytest.mark.parametrize("field", [CountField, NumberField])
def test_the_enter_after_a_number_presses_no_button(
    qtbot: QtBot, field: type[CountField] | type[NumberField]
) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    number, button = field(8, 256), QPushButton("Use")
    column = QVBoxLayout(dialog)
    column.addWidget(number)
    column.addWidget(button)
    button.setDefault(True)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    dialog.show()
    type_in(number, "64")
    assert (number.value(), pressed) == (64, [])
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert pressed == [True]


def type_in(field: QAbstractSpinBox, text: str) -> None:
    """Type ``text`` in place of the current text, and Enter."""
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def said(field: QAbstractSpinBox, words: str) -> None:
    """Check that the note below ``field`` says ``words``, or that there is none."""
    notes = field.findChildren(FieldNote)
    assert [note.text() for note in notes] == [words] * bool(words)
    assert not any(note.isHidden() for note in notes)
