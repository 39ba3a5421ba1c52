"""Classes, shares and card of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.data.card import card
from aegui.core.data.dataset import Dataset
from aegui.core.recipe import SplitSpec
from aegui.features.data.view.card_box import CardBox
from aegui.features.data.view.class_list import ClassList
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.data.view.shares import SharesBox

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def classes(qtbot: QtBot) -> ClassList:
    made = ClassList()
    qtbot.addWidget(made)
    made.set_classes(("cat", "dog", "bird"), (10, 5, 1))
    made.resize(300, 200)
    made.show()
    return made


def test_classes_are_ticked_by_key_and_by_mouse(qtbot: QtBot, classes: ClassList) -> None:
    heard: list[tuple[str, ...]] = []
    classes.chosen_changed.connect(heard.append)
    classes.view.setCurrentIndex(classes.view.model().index(1, 0))
    QTest.keyClick(classes.view, Qt.Key.Key_Space)
    row = classes.view.visualRect(classes.view.model().index(0, 0))
    at = QPoint(row.left() + 10, row.center().y())
    QTest.mouseClick(classes.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert heard == [("cat", "bird"), ("bird",)]


def test_no_class_at_all_is_no_choice(qtbot: QtBot, classes: ClassList) -> None:
    with qtbot.assertNotEmitted(classes.chosen_changed):
        classes._on_nothing_clicked()
    assert classes.chosen == ()
    assert classes.problem.text() == "Tick at least one class."
    with qtbot.waitSignal(classes.chosen_changed):
        classes._on_everything_clicked()
    assert classes.problem.text() == ""


def test_a_choice_is_shown_quietly(qtbot: QtBot, classes: ClassList) -> None:
    with qtbot.assertNotEmitted(classes.chosen_changed):
        classes.set_chosen(["dog", "cow"])
    assert classes.chosen == ("dog",)
    tip = classes.view.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "dog: 5 samples"
    classes.grab()


@pytest.fixture
def shares(qtbot: QtBot) -> SharesBox:
    made = SharesBox()
    qtbot.addWidget(made)
    made.set_state(SplitSpec(validation=0.2, seed=4), None, 60_000)
    made.set_numbers(48_000, 12_000)
    return made


def test_shares_are_told_as_numbers(shares: SharesBox) -> None:
    assert shares.words() == "48,000 for training, 12,000 for validation"
    assert shares.summary() == "20% kept"
    assert shares.form.fields["split.validation"].value() == 20  # type: ignore[union-attr]
    shares.set_state(SplitSpec(), None, 32)
    shares.set_numbers(32, 0)
    assert shares.words() == "All 32 are for training, none is held out"


def test_another_set_can_be_checked_on(qtbot: QtBot, shares: SharesBox) -> None:
    choices = [("", "A share"), ("mnist-test", "MNIST, test part"), ("*file", "Another file…")]
    shares.set_checks(choices, "")
    assert shares.form.fields["split.validation"].isEnabled()
    with qtbot.waitSignal(shares.check_requested) as asked:
        shares.check.setCurrentIndex(1)
        shares.check.activated.emit(1)
    assert asked.args == ["mnist-test"]
    assert shares.check.currentText() == "A share", "the recipe decides what is shown"
    shares.set_checks(choices, "mnist-test")
    assert shares.check.currentText() == "MNIST, test part"
    assert not shares.form.fields["split.validation"].isEnabled()
    assert not shares.form.fields["split.seed"].isEnabled()


def test_edits_of_shares(qtbot: QtBot, shares: SharesBox) -> None:
    with qtbot.waitSignal(shares.split_edited) as edited:
        shares.form.fields["split.validation"].setValue(30)  # type: ignore[union-attr]
    assert edited.args == [SplitSpec(validation=0.3, seed=4)]
    with qtbot.waitSignal(shares.split_edited) as edited:
        shares.form.fields["split.seed"].edited.emit(9)
    assert edited.args == [SplitSpec(validation=0.3, seed=9)]
    with qtbot.waitSignal(shares.count_edited) as counted:
        shares.form.boxes["count"].click()
    assert counted.args == [60_000]
    with qtbot.waitSignal(shares.count_edited) as counted:
        shares.form.fields["count"].setValue(500)  # type: ignore[union-attr]
    assert counted.args == [500]
    with qtbot.waitSignal(shares.count_edited) as counted:
        shares.form.boxes["count"].click()
    assert counted.args == [None]


def test_the_card_tells_what_is_twice_and_alike(qtbot: QtBot) -> None:
    images = np.zeros((4, 1, 4, 4), np.float32)
    images[0, 0, 0, 0] = images[1, 0, 0, 0] = 0.5
    images[2] = 0.7
    dataset = Dataset.from_images("set", images, "abcd", source="me", licence="mine")
    box = CardBox()
    qtbot.addWidget(box)
    box.set_card(dataset, None)
    assert box.source.text() == "me"
    assert box.duplicates.text() == "looking…"
    box.set_card(dataset, card(dataset))
    assert box.duplicates.text() == "1 sample"
    assert box.summary() == "mine"
    picture = box.mean.grab().toImage()
    box.set_card(dataset, None)
    assert box.mean.grab().toImage() != picture, "the mean is not that of the set before"
    box.set_card(dataset, card(dataset))
    assert box.mean.grab().toImage() == picture
    box.resize(300, 400)
    box.show()
    at = box.closest._sides(0)[0].center()
    with qtbot.waitSignal(box.closest.activated) as activated:
        QTest.mouseClick(box.closest, Qt.MouseButton.LeftButton, pos=at)
    assert activated.args == [0]
    box.grab()


def test_the_card_warns(qtbot: QtBot) -> None:
    dataset = Dataset.from_images("black", np.zeros((3, 4, 4)))
    box = CardBox()
    qtbot.addWidget(box)
    box.set_card(dataset, card(dataset))
    assert "black" in box.warnings.text()


def test_the_panel_warns_though_its_card_is_folded(qtbot: QtBot) -> None:
    black = Dataset.from_images("black", np.zeros((3, 4, 4)))
    good = Dataset.from_images("good", np.eye(4, dtype=np.float32)[np.newaxis, :, :].repeat(2, 0))
    panel = DataPanel()
    qtbot.addWidget(panel)
    panel.set_card(black, card(black))
    assert panel.warning.text() == "All images are black: there is nothing to learn in them."
    assert "card" not in panel.open_sections()
    panel.set_card(good, None)
    assert panel.warning.text() == ""
    panel.set_card(good, card(good))
    assert panel.warning.text() == ""
