"""The cursor panel: image, numbers, nearest characters, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from aegui.features.map.view.cursor_panel import CursorPanel, CursorPictures
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import ImageStyle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def panel(qtbot: QtBot) -> CursorPanel:
    made = CursorPanel()
    qtbot.addWidget(made)
    made.resize(280, 420)
    made.set_samples("abc", np.eye(3, 35, dtype=np.float32).reshape(3, 7, 5))
    made.show()
    qtbot.waitExposed(made)
    return made


def ramp() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    image = np.zeros((7, 5), np.float32)
    image[0, 0], image[6, 4] = 1.0, 0.4
    return image


def test_it_begins_with_a_reason(panel: CursorPanel) -> None:
    assert panel.is_empty
    assert "map" in panel.accessibleDescription()


def test_the_numbers_follow_the_font(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), tuple(range(64)), 0)
    font = panel.numbers.font()
    font.setPointSizeF(2 * font.pointSizeF())
    before = panel.numbers._cell_px()
    panel.numbers.setFont(font)
    assert panel.numbers._cell_px() > 1.5 * before


def test_captions_of_small_pictures_do_not_meet(qtbot: QtBot) -> None:
    pictures = CursorPictures()
    qtbot.addWidget(pictures)
    pictures.resize(280, 72)
    grey, binary = pictures.picture_rect(0), pictures.picture_rect(1)
    widths = [pictures.fontMetrics().horizontalAdvance(t) for t in ("decoded", "thresholded")]
    assert grey.width() < min(widths)
    assert binary.center().x() - grey.center().x() > sum(widths) / 2
    assert grey.left() >= 0
    assert binary.right() <= pictures.width()


def test_grey_levels_and_thresholded_side_by_side(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), (0.5, -1.25), 4200)
    panel.set_nearest((("b", 1), ("a", 3)), (1, 0))
    assert not panel.is_empty
    theme = current_theme()
    image = panel.pictures.grab().toImage()
    grey, binary = panel.pictures.picture_rect(0), panel.pictures.picture_rect(1)
    inset = QPoint(4, 4)
    assert image.pixelColor(grey.topLeft() + inset) == theme.pixel_on
    assert image.pixelColor(binary.topLeft() + inset) == theme.pixel_on
    assert image.pixelColor(binary.bottomRight() - inset) == theme.pixel_off
    middle = image.pixelColor(grey.bottomRight() - inset)
    assert middle not in (theme.pixel_off, theme.pixel_on)
    assert grey.width() % 5 == 0
    assert grey.height() * 5 == grey.width() * 7


def test_numbers_and_neighbours_in_words(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), (0.5, -1.25), 4200)
    panel.set_nearest((("b", 1), ("a", 3)), (1, 0))
    assert panel.numbers.texts() == ["z1 0.50", "z2 −1.25"]
    assert panel.nearest.text_of(0) == "b: 1 pixel away"
    assert panel.accessibleDescription() == "Code 0.50, −1.25; b: 1 pixel away"


def test_many_numbers_are_counted_when_they_do_not_fit(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), np.arange(64.0))
    assert 0 < panel.numbers.shown < 64
    assert "z64 63.00" in panel.numbers.tip_at(QPoint())
    panel.set_decoded(ramp(), (1.0,))
    assert panel.numbers.tip_at(QPoint()) == ""


def test_without_neighbours_it_says_so(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), (0.0,))
    panel.set_nearest((), ())
    assert "nothing is near" in panel.accessibleDescription()


def test_a_large_image_is_shrunk_into_place(panel: CursorPanel) -> None:
    panel.set_decoded(np.ones((200, 200), np.float32), (0.0, 0.0))
    rect = panel.pictures.picture_rect(1)
    assert rect.right() <= panel.pictures.width()
    image = panel.pictures.grab().toImage()
    assert image.pixelColor(rect.center()) == current_theme().pixel_on


def test_it_empties_again(panel: CursorPanel) -> None:
    panel.set_decoded(ramp(), (0.0, 0.0))
    panel.set_empty("No network")
    assert panel.is_empty
    assert panel.accessibleDescription() == "No network"


def test_a_long_code_gives_its_room_away_where_there_is_little(panel: CursorPanel) -> None:
    numbers = panel.numbers
    panel.set_decoded(ramp(), np.linspace(-1, 1, 40), 4200)
    panel.set_nearest((("b", 1),), (1,))
    panel.resize(280, 600)
    QApplication.sendPostedEvents()
    all_rows = numbers.sizeHint().height()
    assert numbers.height() == all_rows
    roomy = numbers.shown
    panel.resize(280, panel.minimumSizeHint().height())
    QApplication.sendPostedEvents()
    assert numbers.height() < all_rows
    assert 0 < numbers.shown < roomy
    assert numbers._below() == f"and {40 - numbers.shown} more · epoch 4,200"
    assert "z40 1.00" in numbers.tip_at(QPoint())


def test_a_sample_fades_in_over_its_copy_and_is_told_as_such(panel: CursorPanel) -> None:
    panel.set_samples("abc", np.ones((3, 8, 8), np.float32), ImageStyle(glyphs=False))
    panel.set_decoded(np.zeros((8, 8), np.float32), (0.5, 0.5), 1)
    inside = panel.pictures.picture_rect(0).center()

    def level() -> int:
        return panel.pictures.grab().toImage().pixelColor(inside).lightness()

    assert level() == 0
    panel.set_sample(1, np.ones((8, 8), np.float32), 0.3)
    panel.set_nearest((("b", 0.1),), (1,))
    assert 40 < level() < 110
    assert "itself" not in panel.accessibleDescription()
    panel.set_sample(1, np.ones((8, 8), np.float32), 1.0)
    panel.set_nearest((("b", 0.0),), (1,))
    assert level() == 255
    assert "b: the sample itself, not the decoded image" in panel.accessibleDescription()
    assert panel.pictures.image.max() == 0.0, "what is decoded stays what it is"
    panel.set_decoded(np.zeros((8, 8), np.float32), (0.6, 0.5), 1)
    assert level() == 0


def test_a_problem_is_whole_in_a_low_panel(panel: CursorPanel, qtbot: QtBot) -> None:
    panel.set_decoded(ramp(), (0.1, 0.2), 10)

    def least() -> int:
        return panel.minimumSizeHint().height()

    without, problem = least(), panel.problem
    panel.set_problem("The decoder was trained for other codes. " * 8)
    # The area of a dock gives a panel no less than its least height, and scrolls.
    qtbot.waitUntil(lambda: least() >= without + problem.heightForWidth(264), timeout=5_000)
    panel.resize(280, least())
    qtbot.waitUntil(lambda: problem.height() >= problem.heightForWidth(problem.width()))
    panel.set_problem("")
    qtbot.waitUntil(lambda: least() < without + 40, timeout=5_000)


def test_glyphs_that_are_no_characters_are_called_images(panel: CursorPanel) -> None:
    for are_characters, title in ((True, "Nearest characters"), (False, "Nearest images")):
        images = np.ones((2, 8, 8), np.float32)
        panel.set_samples(["cat", "dog"], images, ImageStyle(characters=are_characters))
        assert panel._near_title.text().startswith(title)
        assert panel.nearest.accessibleName() == title
