"""Fields accept point and comma, and show the mark of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.i18n import set_language
from aegui.kit.charts.axes import figure, precise
from aegui.widgets.form.field_note import FieldNote
from aegui.widgets.form.fields import CountField, NumberField
from aegui.widgets.ticks import tick_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractSpinBox
    from pytestqt.qtbot import QtBot


@pytest.fixture(params=["en", "es"])
def spoken(request: pytest.FixtureRequest) -> str:
    set_language(request.param)
    return str(request.param)


def _type(field: QAbstractSpinBox, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)
    field.interpretText()


@pytest.mark.parametrize("typed", ["0.25", "0,25"])
def test_both_marks_are_taken(qtbot: QtBot, spoken: str, typed: str) -> None:
    shown = {"en": "0.25", "es": "0,25"}[spoken]
    field = NumberField(-10.0, 10.0)
    qtbot.addWidget(field)
    _type(field, typed)
    assert field.value() == pytest.approx(0.25)
    assert field.text() == shown
    field.setPrefix("± ")
    field.setSuffix(" cm")
    _type(field, "-" + typed)
    assert field.value() == pytest.approx(-0.25)
    assert field.text() == f"± −{shown} cm"


@pytest.mark.parametrize("typed", ["8000", "8.000", "8,000"])
def test_thousands_are_parted_by_either(qtbot: QtBot, spoken: str, typed: str) -> None:
    field = CountField(1, 100_000)
    qtbot.addWidget(field)
    _type(field, typed)
    assert field.value() == 8000
    assert field.text() == {"en": "8,000", "es": "8.000"}[spoken]


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("2.5", 3, "2.5 is no whole number: rounded to 3."),
        ("1,2", 1, "1,2 is no whole number: rounded to 1."),
        ("4.0", 4, ""),
        ("1.500,5", 64, ""),
    ],
)
def test_a_decimal_in_a_count_is_rounded_with_a_note(
    qtbot: QtBot, typed: str, value: int, said: str
) -> None:
    field = CountField(1, 100_000)
    qtbot.addWidget(field)
    field.set_value(64)
    _type(field, typed)
    assert field.value() == value
    assert [note.text() for note in field.findChildren(FieldNote)] == [said] * bool(said)


def test_deleting_a_digit_leaves_a_separator_that_counts_for_nothing(
    qtbot: QtBot, spoken: str
) -> None:
    field = CountField(1, 100_000)
    qtbot.addWidget(field)
    field.set_value(12_000)
    QTest.keyClick(field, Qt.Key.Key_End)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    field.interpretText()
    assert field.value() == 1200


def test_axes_follow_the_language(spoken: str) -> None:
    shown = (tick_text(0.5, 0.1), figure(1.5), precise(12345.0), figure(1.5e-7))
    english = ("0.5", "1.5", "12,345", "1.5e-7")
    assert shown == (english if spoken == "en" else ("0,5", "1,5", "12.345", "1,5e-7"))
