"""The slider over the epochs: positions, labels, mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.features.time.view.slider import TimeSlider
from aegui.kit.theme import current_theme
from aegui.shell.outcome import epoch_words

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

EPOCHS = np.array([*range(51), *range(60, 1001, 10)], np.float64)


@pytest.fixture
def slider(qtbot: QtBot) -> TimeSlider:
    made = TimeSlider()
    qtbot.addWidget(made)
    made.resize(620, 32)
    made.set_epochs(EPOCHS)
    made.show()
    qtbot.waitExposed(made)
    return made


def chosen_of(slider: TimeSlider) -> list[int | None]:
    told: list[int | None] = []
    slider.chosen.connect(told.append)
    return told


def test_it_begins_at_the_newest_state_and_stays_there_as_epochs_come(slider: TimeSlider) -> None:
    assert slider.index is None
    slider.set_epochs(np.append(EPOCHS, 1010.0))
    assert slider.index is None
    assert slider.value() == len(EPOCHS) + 1
    assert slider.accessibleDescription() == "newest"


def test_a_place_stays_as_epochs_come(slider: TimeSlider) -> None:
    slider.set_index(7)
    slider.set_epochs(np.append(EPOCHS, 1010.0))
    assert slider.index == 7
    assert slider.accessibleDescription() == "epoch 7"


def test_every_moment_has_as_much_room(slider: TimeSlider) -> None:
    steps = np.diff([slider.x_of(index) for index in range(len(EPOCHS) + 1)])
    np.testing.assert_allclose(steps, steps[0])
    for index in (0, 30, len(EPOCHS)):
        assert slider.index_at(slider.x_of(index)) == index
    assert slider.index_at(-50) == 0
    assert slider.index_at(5000) == len(EPOCHS)


def test_figures_do_not_touch(slider: TimeSlider) -> None:
    ticks = slider.ticks()
    texts = [text for _, text in ticks]
    assert texts[0] == "0"
    assert {"20", "500", "1,000"} & set(texts)
    places = [slider.x_of(index) for index, _ in ticks]
    assert min(np.diff(places)) > 12
    assert {text: index for index, text in ticks}["20"] == 20


def test_pressing_and_dragging_choose(slider: TimeSlider) -> None:
    told = chosen_of(slider)
    y = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(40)), y))
    QTest.mouseMove(slider, QPoint(round(slider.x_of(60)), y))
    QTest.mouseMove(slider, QPoint(700, y))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(700, y))
    assert told == [40, 60, None]
    QTest.mouseMove(slider, QPoint(round(slider.x_of(10)), y))
    assert told == [40, 60, None]


def test_keys_choose(slider: TimeSlider) -> None:
    told = chosen_of(slider)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_Right):
        QTest.keyClick(slider, key)
    QTest.keyClick(slider, Qt.Key.Key_End)
    last = len(EPOCHS)
    assert told == [last - 1, last - 11, 0, 1, None]


def test_setting_tells_nothing(slider: TimeSlider) -> None:
    told = chosen_of(slider)
    slider.set_index(3)
    slider.set_index(None)
    assert told == []


def test_the_knob_is_painted_where_the_epoch_is(slider: TimeSlider) -> None:
    slider.set_index(70)
    image = slider.grab().toImage()
    accent = current_theme().accent
    y = round(slider._groove().center().y())
    assert image.pixelColor(round(slider.x_of(70)), y) == accent
    assert image.pixelColor(round(slider.x_of(120)), y) != accent


def test_words() -> None:
    assert epoch_words(1204) == "epoch 1,204"
    assert epoch_words(0.25) == "epoch 0.25"
