"""Forms made from the fields of a value: shares, ranges, keyboard shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import pytest
from pydantic import Field
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from aegui.core.fields import FieldWords
from aegui.kit.layouts import column
from aegui.widgets.form.editors import PercentField, RangeField
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@dataclass(frozen=True)
class Wanted:
    """One field of each kind tested here."""

    part: Annotated[
        float, Field(ge=0.1, le=1.0), FieldWords("&Part", "How much of it", editor="percent")
    ] = 0.25
    ends: Annotated[
        tuple[float, float],
        Field(ge=-5.0, le=5.0),
        FieldWords("&Ends", "From where to where", step=0.5),
    ] = (-1.0, 2.0)
    middle: Annotated[
        tuple[float, float],
        Field(ge=0.0, le=1.0),
        FieldWords("&Middle", "Which shares", step=5.0, editor="percents"),
    ] = (0.0, 1.0)


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    made = Form(Wanted())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_share_is_edited_in_per_cent(form: Form) -> None:
    part = form.fields["part"]
    assert isinstance(part, PercentField)
    assert part.text() == "25%"
    assert (part.minimum(), part.maximum()) == (10, 100)
    part.setValue(40)
    assert form.value.part == pytest.approx(0.4)


def test_both_ends_of_a_range_are_edited(form: Form) -> None:
    told: list[Wanted] = []
    form.edited.connect(told.append)
    ends = form.fields["ends"]
    assert isinstance(ends, RangeField)
    assert [end.text() for end in ends.ends] == ["−1", "2"]
    assert ends.ends[1].accessibleName() == "Ends, to"
    ends.ends[0].setValue(-9.0)
    assert told[-1].ends == (-5.0, 2.0)
    ends.ends[1].setValue(-5.0)
    assert told[-1].ends == (-5.0, -5.0), "a range may be turned round"
    form.set_value(Wanted())
    assert [end.value() for end in ends.ends] == [-1.0, 2.0]
    assert len(told) == 2


def test_shares_go_from_less_to_more(form: Form) -> None:
    middle = form.fields["middle"]
    assert isinstance(middle, RangeField)
    assert [end.text() for end in middle.ends] == ["0%", "100%"]
    middle.ends[1].setValue(60.0)
    assert form.value.middle == pytest.approx((0.0, 0.6))
    middle.ends[0].setValue(60.0)
    assert form.value.middle == pytest.approx((0.0, 0.6))
    assert middle.ends[0].value() == 0.0


def test_alt_and_a_letter_go_to_a_field(form: Form, qtbot: QtBot) -> None:
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    labels = {label.text(): label.buddy() for label in form.findChildren(QLabel) if label.buddy()}
    assert labels["&Part"] is form.fields["part"]
    assert form.fields["part"].accessibleName() == "Part"
    QTest.keyClick(form.windowHandle(), Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    middle = form.fields["middle"]
    assert isinstance(middle, RangeField)
    qtbot.waitUntil(middle.ends[0].hasFocus)


def test_tab_goes_down_the_rows_also_to_one_that_was_put_in_later(qtbot: QtBot) -> None:
    panel, form = QWidget(), Form(Wanted())
    above, between, below = QLineEdit(), QLineEdit(), QPushButton("Below")
    form.add_row("Above", above, 0)
    form.add_row("Between", between, 2)
    panel.setLayout(column(form, below))
    qtbot.addWidget(panel)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    assert panel.focusWidget() is above, "the keys begin in the first row"
    ends, middle = form.fields["ends"], form.fields["middle"]
    assert isinstance(ends, RangeField)
    assert isinstance(middle, RangeField)
    for stop in (form.fields["part"], between, *ends.ends, *middle.ends, below):
        QTest.keyClick(panel.windowHandle(), Qt.Key.Key_Tab)
        assert panel.focusWidget() is stop


def test_a_field_goes_below_its_words_where_there_is_no_room_beside_them(qtbot: QtBot) -> None:
    panel, form = QWidget(), Form(Wanted())
    qtbot.addWidget(panel)
    form.setParent(panel)
    form.add_row("Many words before so small a number", field := PercentField(0.0, 1.0))
    words = form.rows.labelForField(field)
    panel.show()
    qtbot.waitExposed(panel)
    form.resize(500, 300)
    QApplication.processEvents()
    assert field.geometry().left() > words.geometry().right()
    form.resize(form.minimumSizeHint().width(), 300)
    QApplication.processEvents()
    assert field.geometry().top() > words.geometry().bottom()
    assert form.rect().contains(words.geometry())


def test_words_with_an_underlined_letter_are_whole(qtbot: QtBot) -> None:
    form = Form(Wanted())
    qtbot.addWidget(form)
    form.add_row("&Tamaño", PercentField(0.0, 1.0))
    form.show()
    qtbot.waitExposed(form)
    label = next(each for each in form.findChildren(QLabel) if each.text() == "&Tamaño")
    # Painted in two parts, the first of them underlined.
    parts = ("T", "amaño")
    assert label.width() >= sum(map(label.fontMetrics().horizontalAdvance, parts))
