"""The answer panel: images, markers distinct by shape, verdicts, nearest characters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabWidget, QWidget

from aegui.core.data.dataset import Dataset
from aegui.core.i18n import set_language
from aegui.core.recipe import CorruptionSpec
from aegui.features.answer.model.answer_sheet import SHOWN, AnswerSheet, Limit, SheetAnswer
from aegui.features.answer.view.answers_page import FewLines
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.answer.view.pictures import AnswerPictures
from aegui.kit.theme import LIGHT, SPACING, apply_theme, current_theme
from aegui.session.pixels.answers import Answer, most_informative_pixel
from aegui.widgets.nearest_strip import NearestStrip
from tests.features.drawing.view.samples import glyphs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def make_answer(output: NDArray[np.float32], target: NDArray[np.float32] | None = None) -> Answer:
    binary = output > 0.5
    wrong = None if target is None else binary != (target > 0.5)
    return Answer(
        drawing=np.zeros_like(output),
        output=output,
        binary=binary,
        wrong=wrong,
        wrong_count=None if wrong is None else int(wrong.sum()),
        code=np.zeros(2, dtype=np.float32),
        nearest=(("a", 0), (" ", 1), ("b", 2)),
        nearest_indices=(1, 0, 2),
        target=target,
    )


def sheet_of(*answers: Answer, steps: int = 1) -> AnswerSheet:
    """Return a sheet with these answers, first of the current network, then of others."""
    keys = (SHOWN, "run:1", "run:2")
    images = glyphs()[:, np.newaxis]
    dataset = Dataset.from_images("drawn", images, tuple("abcdefgh"))
    rows = tuple(
        SheetAnswer(key, f"net {key}", answer) for key, answer in zip(keys, answers, strict=False)
    )
    return AnswerSheet(dataset, rows, Limit(None, CorruptionSpec(), reason="unknown"), steps)


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot) -> AnswerPanel:
    # Themed as in the program, since otherwise its tabs would not fit on one line.
    apply_theme(qapp, LIGHT)
    panel = AnswerPanel()
    qtbot.addWidget(panel)
    panel.set_samples(glyphs())
    panel.resize(500, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_it_explains_itself_when_empty(panel: AnswerPanel) -> None:
    assert "Train a network" in panel.text
    panel.set_sheet(None, "The drawing does not fit the network.")
    assert panel.text == "The drawing does not fit the network."
    assert panel.accessibleDescription() == panel.text
    assert not panel.answers.rows[0].pictures.isVisible()


@pytest.mark.parametrize("room", range(6))
def test_every_picture_has_its_whole_frame(qtbot: QtBot, room: int) -> None:
    pictures = AnswerPictures()
    qtbot.addWidget(pictures)
    pictures.set_answer(make_answer(np.ones((7, 5), np.float32), np.ones((7, 5), np.float32)))
    pictures.resize(pictures.minimumSizeHint().width() + room, 300)
    seen = pictures.grab().toImage()
    border = current_theme().border
    for place in range(pictures.count):
        rect = pictures.picture_rect(place)
        for x in (rect.left() - 1, rect.right() + 1):
            assert seen.rect().contains(x, rect.center().y()), (place, x)
            assert seen.pixelColor(x, rect.center().y()) == border, (place, x)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_captions_have_forms_for_small_pictures(qtbot: QtBot, language: str) -> None:
    set_language(language)
    pictures = AnswerPictures()
    qtbot.addWidget(pictures)
    pictures.set_answer(make_answer(np.ones((7, 5), np.float32), np.ones((7, 5), np.float32)))
    for index in range(pictures.count):
        shortest, longest = pictures._caption(index, 0), pictures._caption(index, 1000)
        assert len(shortest) < len(longest)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [(0, "No wrong pixels: exactly the target."), (1, "1 wrong pixel"), (3, "3 wrong pixels")],
)
def test_wrong_pixels_are_counted(panel: AnswerPanel, wrong: int, text: str) -> None:
    target = glyphs()[5]
    output = target.copy().reshape(-1)
    output[10 : 10 + wrong] = 1.0 - output[10 : 10 + wrong]
    panel.set_sheet(sheet_of(make_answer(output.reshape(7, 5), target)))
    assert panel.text == text
    assert panel.accessibleDescription() == text


def test_the_chosen_answer_is_current_again_after_a_drawing_that_it_does_not_fit(
    panel: AnswerPanel,
) -> None:
    answers = [make_answer(glyphs()[place]) for place in (1, 2)]
    panel.set_sheet(sheet_of(*answers))
    panel.answers.set_current("run:1")
    panel.set_sheet(sheet_of(answers[0]))
    assert panel.answers.current is not None
    assert panel.answers.current.key == SHOWN
    panel.set_sheet(sheet_of(*answers))
    assert panel.answers.current.key == "run:1"


def test_without_a_target_it_says_so(panel: AnswerPanel) -> None:
    panel.set_sheet(sheet_of(make_answer(glyphs()[5])))
    assert panel.text.startswith("No target to compare with")


@pytest.mark.parametrize("expected", [None, 1.2])
def test_without_a_target_it_still_says_what_a_classifier_takes_the_drawing_for(
    panel: AnswerPanel, expected: float | None
) -> None:
    answer = replace(make_answer(glyphs()[5]), votes=(("a", 0.98), ("b", 0.02)))
    sheet = sheet_of(answer)
    panel.set_sheet(replace(sheet, answers=(replace(sheet.answers[0], expected=expected),)))
    votes, error = panel.text.split(". ", 1)
    assert votes == "Taken for a 98%, b 2%"
    assert error.startswith("1.20 wrong pixels expected" if expected else "No target to compare")


def test_the_three_pictures_show_their_pixels(panel: AnswerPanel) -> None:
    output = np.full((7, 5), 0.25, dtype=np.float32)
    output[0, 0] = 0.75
    panel.set_sheet(sheet_of(make_answer(output)))
    shot = panel.answers.rows[0].pictures.grab().toImage()
    theme = current_theme()

    def colour(place: int, row: int, column: int) -> object:
        return shot.pixelColor(
            panel.answers.rows[0].pictures.pixel_rect(place, row, column).center()
        )

    assert colour(0, 0, 0) == theme.pixel_off
    assert colour(1, 0, 0) not in (theme.pixel_on, theme.pixel_off)
    assert colour(1, 0, 0) != colour(1, 3, 3)
    assert colour(2, 0, 0) == theme.pixel_on
    assert colour(2, 3, 3) == theme.pixel_off


def test_missing_is_a_ring_and_extra_is_a_cross(panel: AnswerPanel) -> None:
    target = np.zeros((7, 5), dtype=np.float32)
    target[1, 1] = 1.0
    output = np.zeros((7, 5), dtype=np.float32)
    output[4, 3] = 1.0
    panel.set_sheet(sheet_of(make_answer(output, target)))
    missing = _shape(panel, 1, 1)
    extra = _shape(panel, 4, 3)
    middle = missing.shape[0] // 2
    assert not missing[middle, middle], "a ring is hollow"
    assert extra[middle, middle], "a cross is not"
    assert missing.any()
    assert not _shape(panel, 0, 0).any(), "a right pixel bears no mark"


def _shape(panel: AnswerPanel, row: int, column: int) -> NDArray[np.bool_]:
    """Return the mask of pixels that differ from the ground in a cell of the thresholded image."""
    rect = panel.answers.rows[0].pictures.pixel_rect(2, row, column).adjusted(1, 1, -1, -1)
    image: QImage = panel.answers.rows[0].pictures.grab(rect).toImage()
    ground = image.pixelColor(0, 0)
    return np.array(
        [
            [image.pixelColor(x, y) != ground for x in range(image.width())]
            for y in range(image.height())
        ]
    )


def test_values_can_be_read_under_the_mouse(panel: AnswerPanel) -> None:
    output = np.full((7, 5), 0.25, dtype=np.float32)
    panel.set_sheet(sheet_of(make_answer(output)))
    pictures = panel.answers.rows[0].pictures
    assert pictures.text_at(pictures.pixel_rect(1, 2, 3).center()) == "Row 3, column 4: 0.25"
    assert pictures.text_at(pictures.pixel_rect(2, 6, 0).center()) == "Row 7, column 1: 0.00"
    assert pictures.text_at(QPoint(0, 0)) == ""


def test_the_nearest_are_named_and_clicked(panel: AnswerPanel, qtbot: QtBot) -> None:
    panel.set_sheet(sheet_of(make_answer(glyphs()[5])))
    strip = panel.answers.nearest
    assert [strip.text_of(place) for place in range(3)] == [
        "a: 0 pixels away",
        "space: 1 pixel away",
        "b: 2 pixels away",
    ]
    assert "space: 1 pixel away" in strip.accessibleDescription()
    with qtbot.waitSignal(panel.sample_activated) as blocker:
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.cell_rect(2).center())
    assert blocker.args == [2]


def test_the_name_of_a_figure_is_not_taken_for_its_distance(qtbot: QtBot) -> None:
    """A 3 that is 3 pixels away: its name is bold and separated from the distance."""
    strip = NearestStrip()
    qtbot.addWidget(strip)
    strip.set_samples(glyphs()[:1])
    strip.set_nearest((("3", 3.0),), (0,))
    strip.resize(strip.sizeHint())
    ratio, rect = strip.devicePixelRatioF(), strip.cell_rect(0)
    words = QRect(rect.x(), rect.y() + 34, rect.width(), rect.height() - 34)
    image = strip.grab(words).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    ink = np.abs(lines[:, : image.width()].astype(int) - int(lines[0, 0])).sum(axis=0)
    lit = np.flatnonzero(ink > 60)
    gaps = np.diff(lit)
    name_ends, number_ends = lit[gaps.argmax()], lit[np.flatnonzero(gaps > 2 * ratio)[1]]
    assert gaps.argmax() == np.flatnonzero(gaps > 2 * ratio)[0], "the widest gap is after the name"
    name, number = ink[: name_ends + 1].sum(), ink[name_ends + 1 : number_ends + 1].sum()
    assert name > 1.2 * number


def test_a_long_name_leaves_room_for_the_other_nearest(qtbot: QtBot) -> None:
    strip = NearestStrip()
    qtbot.addWidget(strip)
    strip.set_samples(glyphs()[:3])
    name = "a name that somebody gave to a drawing of their own"
    strip.set_nearest(((name, 0.0), ("b", 2.0), ("c", 3.0)), (0, 1, 2))
    strip.resize(strip.sizeHint())
    assert all(strip.cell_rect(place).right() <= strip.width() for place in range(3))
    assert strip.text_of(0).startswith(name)


def test_the_nearest_are_reached_by_keys(panel: AnswerPanel, qtbot: QtBot) -> None:
    panel.set_sheet(sheet_of(make_answer(glyphs()[5])))
    for _ in range(5):
        QTest.keyClick(panel.answers.nearest, Qt.Key.Key_Right)
    QTest.keyClick(panel.answers.nearest, Qt.Key.Key_Left)
    assert panel.answers.nearest.accessibleDescription() == "space: 1 pixel away"
    with qtbot.waitSignal(panel.sample_activated) as blocker:
        QTest.keyClick(panel.answers.nearest, Qt.Key.Key_Return)
    assert blocker.args == [0]


def test_a_nearest_sample_that_is_not_known_yet_is_no_error(qtbot: QtBot) -> None:
    strip = NearestStrip()
    qtbot.addWidget(strip)
    strip.set_nearest((("z", 3),), (99,))
    strip.grab()


@pytest.mark.parametrize("side", [1, 28, 64])
def test_any_size_is_shown_even_where_it_is_narrow(qtbot: QtBot, side: int) -> None:
    panel = AnswerPanel()
    qtbot.addWidget(panel)
    target = np.zeros((side, side), dtype=np.float32)
    panel.set_sheet(sheet_of(make_answer(np.ones_like(target), target)))
    panel.resize(320, 200)
    panel.grab()
    assert panel.text.startswith(f"{side * side:,} wrong")


def test_numbers_that_are_none_do_no_harm(panel: AnswerPanel) -> None:
    output = np.full((7, 5), np.nan, dtype=np.float32)
    panel.set_sheet(sheet_of(make_answer(output, np.zeros((7, 5), dtype=np.float32))))
    panel.grab()


def test_the_nearest_follow_the_pictures_and_nothing_is_cut(panel: AnswerPanel) -> None:
    panel.set_sheet(sheet_of(make_answer(glyphs()[5])))
    for width, height in ((320, 200), (420, 700), (700, 300)):
        panel.resize(width, height)
        panel.grab()
        bottom = panel.answers.rows[0].pictures.picture_rect(2).bottom()
        assert bottom <= panel.answers.rows[0].pictures.rect().bottom()
        corner = panel.answers.rows[0].pictures.mapTo(
            panel, panel.answers.rows[0].pictures.rect().bottomRight()
        )
        strip = panel.answers.nearest.mapTo(panel, QPoint(0, 0))
        if width < 2 * height:
            assert 0 < strip.y() - corner.y() < 48
        else:
            assert 0 < strip.x() - corner.x() < 48, "in a low panel it is at the side"
        assert panel.rect().contains(
            panel.answers.nearest.mapTo(panel, panel.answers.nearest.rect().bottomLeft())
        )


@pytest.mark.parametrize(
    ("size", "shares_line"),
    [((280, 400), False), ((560, 400), True), ((520, 250), False), ((760, 250), True)],
)
@pytest.mark.parametrize("steps", [1, 3])
def test_the_title_of_the_nearest_is_whole_beside_the_buttons_or_right_above_the_nearest(
    qtbot: QtBot, qapp: QApplication, size: tuple[int, int], shares_line: bool, steps: int
) -> None:
    set_language("es")
    apply_theme(qapp, LIGHT)
    panel = AnswerPanel()
    qtbot.addWidget(panel)
    panel.set_samples(glyphs())
    panel.resize(*size)
    panel.show()
    panel.set_sheet(sheet_of(make_answer(glyphs()[5]), steps=steps))
    page = panel.answers
    title, again = page.title, page.again
    qtbot.waitUntil(
        lambda: title.width() >= title.fontMetrics().horizontalAdvance(title.text()), timeout=2000
    )
    assert not title.geometry().intersects(again.geometry())
    assert page.rect().contains(again.geometry())
    # With enough width they share a line, which leaves the height to the images.
    shares = again.y() < title.geometry().bottom() and title.y() < again.geometry().bottom()
    assert shares == shares_line
    assert shares or again.geometry().bottom() < title.y() < page.nearest.y()


def test_beside_the_nearest_the_pictures_stand_below_their_words(panel: AnswerPanel) -> None:
    panel.set_sheet(sheet_of(make_answer(np.zeros((64, 64), np.float32))))
    panel.resize(700, 400)
    panel.grab()
    (row,) = panel.answers.rows
    assert panel.answers.nearest.mapTo(panel, QPoint(0, 0)).x() > 200, "the nearest are at the side"
    assert row.pictures.height() < 0.7 * row.height(), "there is more height than they need"
    assert row.pictures.y() <= row.words_px + SPACING


def test_in_a_high_panel_words_pictures_and_nearest_stand_together_at_the_top(
    panel: AnswerPanel,
) -> None:
    panel.set_sheet(sheet_of(make_answer(np.ones((7, 5), np.float32))))
    panel.resize(340, 900)
    panel.grab()
    QTest.qWait(0)
    page = panel.answers
    parts = (page.rows[0].title, panel.answers.rows[0].pictures, page.title, page.nearest)
    tops = [part.mapTo(panel, QPoint()).y() for part in parts]
    bottoms = [top + part.height() for top, part in zip(tops, parts, strict=True)]
    assert tops[1] - bottoms[0] <= SPACING, "the pictures follow their words"
    assert tops[2] - bottoms[1] <= 2 * SPACING, "the nearest samples follow the pictures"
    assert bottoms[3] < panel.height() / 2, "what is left over is below them"


def test_low_and_wide_the_answers_have_the_pictures_that_fit_best(panel: AnswerPanel) -> None:
    output = glyphs()[1]
    panel.set_sheet(sheet_of(*(make_answer(output, output) for _ in range(2))))
    heights = []
    for size in ((300, 260), (620, 260), (900, 260)):
        panel.resize(*size)
        panel.grab()
        QTest.qWait(0)
        heights.append(panel.answers.rows[0].pictures.picture_rect(0).height())
        for row in panel.answers.rows:
            foot = row.pictures.mapTo(panel, row.pictures.picture_rect(0).bottomLeft())
            assert panel.rect().contains(foot), "no answer is cut at its foot"
    assert heights == sorted(heights)
    assert heights[-1] > 1.5 * heights[0]


def test_words_without_room_end_in_an_ellipsis_and_in_no_cut_line(qtbot: QtBot) -> None:
    words = FewLines()
    qtbot.addWidget(words)
    line = words.fontMetrics().lineSpacing()
    text = "No wrong pixels: exactly the target; 0.00 expected"
    words.set_text(text)
    narrow = words.fontMetrics().horizontalAdvance("exactly the target;")

    def rows_with_ink(height: int) -> NDArray[np.intp]:
        words.resize(narrow, height)
        image = words.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, -1)[:, :narrow]
        return np.flatnonzero((pixels != pixels[0, -1]).any(axis=1))

    whole = rows_with_ink(8 * line)
    assert whole.max() > 2 * line
    # Half a line more than two is not painted on, and nothing of the third line is.
    assert rows_with_ink(2 * line + line // 2).max() < 2 * line
    assert words.accessibleName() == text


def test_what_was_resized_behind_another_tab_fits_when_it_is_shown(qtbot: QtBot) -> None:
    """A scroll area that is not visible has a viewport of another size than its own."""
    output = glyphs()[1]
    tabs, panel = QTabWidget(), AnswerPanel()
    qtbot.addWidget(tabs)
    panel.set_samples(glyphs())
    tabs.addTab(panel, "answer")
    tabs.addTab(QWidget(), "other")
    tabs.resize(860, 700)
    tabs.show()
    panel.set_sheet(sheet_of(*(make_answer(output, output) for _ in range(2))))
    qtbot.waitExposed(tabs)
    tabs.setCurrentIndex(1)
    tabs.resize(860, 320)
    panel.set_sheet(sheet_of(*(make_answer(output) for _ in range(2))))
    tabs.setCurrentIndex(0)
    QTest.qWait(0)
    for row in panel.answers.rows:
        foot = row.pictures.mapTo(panel, row.pictures.picture_rect(0).bottomLeft())
        assert panel.rect().contains(foot), "no answer is cut at its foot"


@pytest.mark.parametrize(("wide", "high"), [(440, 250), (500, 420), (900, 700)])
def test_answers_below_each_other_have_pictures_of_one_size(
    panel: AnswerPanel, wide: int, high: int
) -> None:
    output = glyphs()[1]
    panel.set_sheet(sheet_of(*(make_answer(output, output) for _ in range(3))))
    panel.resize(wide, high)
    QTest.qWait(0)
    rows = panel.answers.rows
    for place in range(4):
        rects = [row.pictures.picture_rect(place) for row in rows]
        assert len({rect.size().toTuple() for rect in rects}) == 1
        # The images are aligned in columns.
        lefts = {
            row.pictures.mapTo(panel, rect.topLeft()).x()
            for row, rect in zip(rows, rects, strict=True)
        }
        assert len(lefts) == 1


@pytest.mark.parametrize(
    ("output", "target", "wanted"),
    [
        # The most confident wrong pixel; otherwise, or without a target, the least confident one.
        ([[0.9, 0.6], [0.4, 0.1]], [[0.0, 0.0], [0.0, 0.0]], (0, 0)),
        ([[0.9, 0.6], [0.1, 0.2]], [[1.0, 1.0], [0.0, 0.0]], (0, 1)),
        ([[0.9, 0.8], [0.1, 0.45]], None, (1, 1)),
    ],
)
def test_the_telling_pixel(
    output: list[list[float]], target: list[list[float]] | None, wanted: tuple[int, int]
) -> None:
    clean = None if target is None else np.array(target, np.float32)
    assert most_informative_pixel(make_answer(np.array(output, np.float32), clean)) == wanted
