"""Layouts, labels, placeholders and painted widgets, independent of autoencoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLayout,
    QStyleOptionComboBox,
    QToolTip,
    QWidget,
)

from aegui.kit.layouts import column, dim, held, hint, row
from aegui.kit.marks import ElidedCombo
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.painted import Painted, PaintedArea
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot


def stretches(layout: QLayout) -> list[int]:
    return [layout.stretch(index) for index in range(layout.count())]  # type: ignore[attr-defined]


def test_parts_stand_in_their_order_with_their_stretch(qtbot: QtBot) -> None:
    first, second = QLabel("first"), QLabel("second")
    line = row(first, 1, (second, 3), spacing=5, margins=(1, 2, 3, 4))
    holder = held(column(line, 2))
    qtbot.addWidget(holder)
    assert [line.indexOf(first), line.indexOf(second)] == [0, 2]
    assert stretches(line) == [0, 1, 3]
    assert line.spacing() == 5
    margins = line.contentsMargins()
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (1, 2, 3, 4)
    assert first.parentWidget() is holder


def test_a_list_of_its_own_width_shows_every_choice_whole(qtbot: QtBot) -> None:
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for words in ("mean ± deviation", "media ± desviación", "quartiles", "Squared error per pixel"):
        combo.clear()
        combo.addItem(words)
        combo.resize(combo.sizeHint())
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        assert option.currentText == words


def test_labels_are_dim(qtbot: QtBot) -> None:
    known = QLabel("epoch 3")
    for label in (dim(known), dim("px"), hint("Press Train.")):
        qtbot.addWidget(label)
        assert label.property("dim")
    assert dim(known) is known


def test_a_message_needs_less_room_than_the_content_that_will_come(qtbot: QtBot) -> None:
    content = QLabel("content")
    content.setMinimumSize(120, 400)
    pages = Placeholder(content, "Press Train.")
    qtbot.addWidget(pages)
    assert pages.minimumSizeHint().height() < 200
    usual = pages.sizeHint()
    assert usual.height() >= 400
    pages.show_content()
    assert pages.minimumSizeHint().height() == 400
    assert pages.sizeHint() == usual


def test_a_placeholder_says_why_until_there_is_something(qtbot: QtBot) -> None:
    content = QLabel("content")
    pages = Placeholder(content)
    qtbot.addWidget(pages)
    pages.show()
    assert not content.isVisible()
    pages.say("Press Train.")
    assert pages.message == "Press Train."
    pages.resize(160, 300)
    text = next(it for it in pages.findChildren(QLabel) if it.text() == pages.message)
    left = text.mapTo(pages, QPoint()).x()
    assert left == pages.width() - left - text.width() == SPACING
    assert not pages.offer.isVisible()
    pages.say("It takes a while.", "Do it all the same")
    assert pages.offer.isVisible()
    assert pages.offer.text() == "Do it all the same"
    pages.show_content()
    assert content.isVisible()
    assert pages.message == ""


def test_each_part_of_a_painted_widget_has_its_tip(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, QWidget]] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, widget: told.append((text, widget)))

    class Halves(Painted):
        def tip_at(self, position: QPoint) -> str:
            return "left" if position.x() < 50 else ""

    class Rows(PaintedArea):
        def tip_at(self, position: QPoint) -> str:
            return f"row {position.y() // 10}"

    halves, rows = Halves(), Rows()
    for widget, target in ((halves, halves), (rows, rows.viewport())):
        qtbot.addWidget(widget)
        widget.resize(100, 100)
        for x, y in ((10, 35), (90, 35)):
            at = QPoint(x, y)
            event = QHelpEvent(QEvent.Type.ToolTip, at, target.mapToGlobal(at))
            QApplication.sendEvent(target, event)
    assert told == [
        ("left", halves),
        ("", halves),
        ("row 3", rows.viewport()),
        ("row 3", rows.viewport()),
    ]


def test_a_list_without_room_is_cut_short_with_dots(qtbot: QtBot) -> None:
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.addItem("All combinations there are")
    said = []
    for width in (400, 90):
        combo.resize(width, combo.sizeHint().height())
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        said.append(option.currentText)
    assert said[0] == "All combinations there are"
    assert said[1].endswith("…")
    assert said[0].startswith(said[1][:-1])
    assert combo.currentText() == said[0], "what is chosen is whole"


def test_a_room_is_free_when_all_who_took_it_have_left(qtbot: QtBot) -> None:
    room, first, second = QWidget(), QObject(), QObject()
    qtbot.addWidget(room)
    watch, told = overlay_area_of(room), []
    watch.changed.connect(lambda: told.append(watch.is_occupied))
    watch.set_occupied(first, True)
    watch.set_occupied(second, True)
    watch.set_occupied(first, False)
    assert watch.is_occupied
    watch.set_occupied(second, False)
    watch.set_occupied(second, False)
    assert told == [True, False]
