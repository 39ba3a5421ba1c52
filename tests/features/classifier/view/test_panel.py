"""The panel of a classifier: its content, and the requests of clicks and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.classification import Classification
from aegui.features.classifier.model.classifier_service import Evaluation
from aegui.features.classifier.view.panel import (
    ClassifierPanel,
    ConfusionView,
    MistakesView,
    ShownMistakes,
)
from aegui.kit.theme import current_theme
from tests.harness.fitting import misfits

if TYPE_CHECKING:
    from PySide6.QtGui import QColor
    from pytestqt.qtbot import QtBot

LABELS = ("cat", "dog", "owl")
TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
PREDICTED = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
CONFIDENCE = np.linspace(0.5, 0.9, 9).astype(np.float32)


def evaluation(total: int = 9) -> Evaluation:
    """Return an evaluation with two errors in nine samples, of indices 10, 11, ... in their set."""
    images = np.random.default_rng(0).random((30, 1, 8, 8)).astype(np.float32)
    dataset = Dataset.from_images("animals", images, [LABELS[i % 3] for i in range(30)])
    found = Classification(LABELS, TRUTH, PREDICTED, CONFIDENCE)
    return Evaluation(found, dataset, np.arange(10, 19), total, "validation", 7)


@pytest.fixture
def panel(qtbot: QtBot) -> ClassifierPanel:
    made = ClassifierPanel()
    qtbot.addWidget(made)
    made.resize(800, 420)
    made.show()
    qtbot.waitExposed(made)
    made.set_parts({"validation": "Validation part (9)", "training": "Training part"}, "validation")
    made.set_evaluation(evaluation())
    return made


def captions(panel: ClassifierPanel) -> list[str]:
    return list(panel._mistakes.captions())


def test_headline_and_mistakes(panel: ClassifierPanel) -> None:
    assert panel._headline.text() == "77.78% right"
    assert panel._detail.text() == "2 mistakes in 9 samples"
    assert panel._detail.toolTip() == "Weights of epoch 7"
    assert panel._what.text() == "2 mistakes, the surest first"
    assert captions(panel) == ["dog → owl\n80%", "cat → dog\n65%"]
    assert panel._all.isHidden()


def test_what_is_shown_ends_in_an_ellipsis_where_it_is_narrow(panel: ClassifierPanel) -> None:
    panel._confusion.cell_activated.emit((0, 1))
    panel.resize(330, 420)
    panel.grab()
    assert not [line for line in misfits(panel) if panel._what.text()[:9] in line]


@pytest.mark.parametrize("width", [620, 900])
def test_the_table_is_seen_whole(qtbot: QtBot, panel: ClassifierPanel, width: int) -> None:
    panel.resize(width, 560)
    panel._tabs.setCurrentIndex(1)
    table = panel._scores
    qtbot.waitUntil(lambda: table.isVisible() and panel._splitter.width() > width - 50)
    assert table.viewport().width() >= table.columnViewportPosition(4) + table.columnWidth(4)
    assert table.horizontalScrollBar().maximum() == 0
    assert panel._splitter.sizes()[0] >= 0.3 * width - 10


def test_some_of_the_samples_only(panel: ClassifierPanel) -> None:
    panel.set_evaluation(evaluation(total=4000))
    assert panel._detail.text() == "2 mistakes in 9 of 4,000 samples"


def test_the_table_has_classes_and_averages(panel: ClassifierPanel) -> None:
    table = panel._scores
    cells = [[table.item(row, column) for column in range(5)] for row in range(5)]
    rows = [[cell.text() for cell in row if cell is not None] for row in cells]
    assert rows[0] == ["cat", "1.000", "0.750", "0.857", "4"]
    assert rows[1] == ["dog", "0.667", "0.667", "0.667", "3"]
    assert rows[3][0] == "Macro average"
    assert rows[4][:3] == ["Weighted average", "0.815", "0.778"]
    average = cells[3][0]
    assert average is not None
    assert average.font().bold()


def test_a_cell_shows_its_samples_and_a_second_click_all_mistakes(
    panel: ClassifierPanel, qtbot: QtBot
) -> None:
    view = panel._confusion
    panel._tabs.setCurrentIndex(1)
    place = view.cell_rect((0, 1)).center().toPoint()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert panel._tabs.currentIndex() == 0
    assert captions(panel) == ["cat → dog\n65%"]
    assert panel._what.text() == "cat taken for dog: 1 sample (25.0% of this class)"
    assert panel._all.isVisible()
    # New weights keep the selected cell.
    panel.set_evaluation(evaluation())
    assert captions(panel) == ["cat → dog\n65%"]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert len(captions(panel)) == 2
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_rect((2, 2)).center().toPoint())
    assert captions(panel) == ["owl\n90%", "owl\n85%"]
    assert panel._what.text() == "owl recognised: 2 samples (100.0% of this class)"
    QTest.mouseClick(panel._all, Qt.MouseButton.LeftButton)
    assert len(captions(panel)) == 2


def test_the_matrix_by_keys(panel: ClassifierPanel, qtbot: QtBot) -> None:
    view = panel._confusion
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(view, key)
    assert view.accessibleDescription() == "dog taken for owl: 1 sample (33.3% of this class)"
    with qtbot.waitSignal(view.cell_activated) as caught:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [(1, 2)]
    assert captions(panel) == ["dog → owl\n80%"]


def colour_at(view: ConfusionView, cell: tuple[int, int]) -> QColor:
    box = view.cell_rect(cell)
    corner = QPoint(round(box.left()) + 3, round(box.top()) + 3)
    return view.grab().toImage().pixelColor(corner * view.devicePixelRatioF())


def test_right_answers_and_mistakes_have_colours_of_their_own(panel: ClassifierPanel) -> None:
    view, theme = panel._confusion, current_theme()
    empty = colour_at(view, (2, 0))
    assert empty.getRgb() == theme.raised.getRgb()
    right, wrong = colour_at(view, (2, 2)), colour_at(view, (1, 2))
    assert right.blue() > right.red()
    assert wrong.red() > wrong.blue()


def test_a_part_and_a_sample_can_be_asked_for(panel: ClassifierPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.part_chosen) as caught:
        panel._parts.activated.emit(1)
    assert caught.args == ["training"]
    view = panel._mistakes
    view.setCurrentIndex(view.model().index(0, 0))
    with qtbot.waitSignal(panel.sample_activated) as caught:
        view.activated.emit(view.currentIndex())
    assert caught.args == [16]


def test_a_sample_is_copied_alone_by_a_right_click(panel: ClassifierPanel, qtbot: QtBot) -> None:
    view = panel._mistakes
    view.customContextMenuRequested.emit(view.visualRect(view.model().index(1, 0)).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QGuiApplication.clipboard().clear()
    menu.actions()[0].trigger()
    menu.close()
    copied = QGuiApplication.clipboard().image()
    shown = view.visualRect(view.model().index(1, 0))
    shape = copied.width() / copied.height()
    assert shape == pytest.approx(shown.width() / shown.height(), rel=0.02)
    QGuiApplication.clipboard().clear()


def test_a_message_takes_the_place_of_figures(panel: ClassifierPanel) -> None:
    panel.set_message("There is nothing to judge.")
    assert panel.evaluation is None
    assert panel.placeholder.message
    assert panel._headline.text() == ""
    assert not panel._confusion.isVisible()


def test_many_classes_and_odd_labels(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    labels = [" ", *map(chr, range(33, 127))]
    view.set_counts(labels, np.eye(len(labels), dtype=np.int64))
    view.resize(view.minimumSizeHint())
    view.show()
    view.grab()
    last = view.cell_rect((94, 94))
    assert last.right() <= view.width()
    assert last.bottom() <= view.height()
    assert view.words((0, 0)).startswith("space recognised: 1 sample")


def test_pictures_are_those_of_the_samples(qtbot: QtBot) -> None:
    view = MistakesView()
    qtbot.addWidget(view)
    images = np.zeros((4, 1, 8, 8), np.float32)
    images[2] = 0.6
    found = Classification(("a", "b"), np.array([0, 1]), np.array([1, 1]), np.ones(2, np.float32))
    view.set_shown(ShownMistakes(found, images, np.array([2, 3]), np.array([0])))
    index = view.model().index(0, 0)
    picture = view.model().data(index, Qt.ItemDataRole.DecorationRole).toImage()
    assert picture.pixelColor(picture.rect().center()).red() == 153
    assert "Sample 3: a, taken for b" in view.model().data(index, Qt.ItemDataRole.ToolTipRole)
    view.set_shown(None)
    assert view.captions() == []
