"""The pages of the noise study by real events: cells, levels, ticks, mistakes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from aegui.core.data.corruption import parse_corruption
from aegui.core.evaluation.limits import BayesLimit
from aegui.core.i18n import set_language
from aegui.core.study.findings import mistakes, with_mistake
from aegui.core.study.levels import parse_levels
from aegui.core.study.noise_curves import Curves, Line
from aegui.core.study.noise_matrix import MatrixSpec, NoiseMatrix
from aegui.features.noise_study.model.noise_study import Cell, CellStrip
from aegui.features.noise_study.model.study_forms import CurvesForm, MatrixForm
from aegui.features.noise_study.view.curves_page import CurveChoice
from aegui.features.noise_study.view.noise_fields import LevelsField
from aegui.features.noise_study.view.panel import StudyPanel
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.menu import FigureExporter
from aegui.kit.theme import blend, current_theme
from aegui.session.jobs.derived import JobProgress
from aegui.widgets.finding_lines import FindingLines
from tests.session.parts import glyphs, recipe, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aegui.features.noise_study.view.cell_box import StripView

TRAINING = tuple(map(parse_corruption, ("flip:0", "flip:0.1", "flip:0.3")))
TESTS = tuple(map(parse_corruption, ("flip:0.1", "flip:0.3")))


def matrix() -> NoiseMatrix:
    """Return a matrix of three rows, two columns, two networks each, of four glyphs."""
    of = recipe(runs=6)
    mean = np.array([[3.0, 9.0], [0.5, 4.0], [1.0, 2.0]])
    wrong = mean[:, :, np.newaxis] + np.array([-0.25, 0.25])
    each = wrong[..., np.newaxis] * np.array([0.0, 1.0, 2.0, 1.0])
    limits = (BayesLimit(0.4), BayesLimit(1.5, 0.01, 100))
    spec = MatrixSpec(TRAINING, TESTS, seeds=2)
    data = glyphs(4)
    share = wrong / 10
    return NoiseMatrix(spec, of, data, wrong, share, share / 2, each, limits, snapshot(of), 1.0)


def curves() -> Curves:
    levels = np.array([0.0, 0.1, 0.2])
    flat = np.zeros(3)
    return Curves(
        "flip",
        levels,
        (
            Line("model", "mine", np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.2, 0.4]), 5),
            Line("limit", "Bayes limit", np.array([0.0, 0.5, 1.5]), flat),
            Line("copy", "copying the input", np.array([0.0, 3.5, 7.0]), flat),
        ),
    )


@pytest.fixture
def panel(qtbot: QtBot) -> StudyPanel:
    made = StudyPanel()
    qtbot.addWidget(made)
    made.resize(960, 460)
    made.show()
    qtbot.waitExposed(made)
    return made


def heard(signal: object) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    connect: Callable[[Callable[..., None]], None] = signal.connect  # type: ignore[attr-defined]
    connect(lambda *arguments: found.append(arguments))
    return found


def test_the_choices_of_a_matrix_are_asked_for(panel: StudyPanel) -> None:
    page = panel.matrix
    asked = heard(page.run_requested)
    assert page.run.text() == "Train 30 networks"
    form = MatrixForm(("flip", "salt"), "0.1, 0.2", ("flip",), "0.1", 2, "recipe", 40)
    page.set_form(form)
    assert page.run.text() == "Train 8 networks"
    QTest.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert asked == [(form,)]
    page.set_form(replace(form, training_levels="0, 0.1"))
    assert page.run.text() == "Train 6 networks"
    QTest.keyClicks(page._trained_levels, "x")
    assert page.run.text() == "Train networks", "of how many nobody knows"
    QTest.keyClick(page._trained_levels, Qt.Key.Key_Backspace)
    assert page.run.text() != "Train networks"


@pytest.mark.parametrize("typed", ["0,05; 0,1", "0,05, 0,1", "0.05, 0.1", "0.05,0.1", "0,05 0,1"])
def test_levels_have_the_decimal_mark_of_the_language(qtbot: QtBot, typed: str) -> None:
    set_language("es")
    field = LevelsField("Levels")
    qtbot.addWidget(field)
    field.set_levels("0, 0.05, 0.1")
    assert field.text() == "0; 0,05; 0,1"
    assert field.levels == "0, 0.05, 0.1"
    field.clear()
    QTest.keyClicks(field, typed)
    kept = field.levels
    assert parse_levels(kept, "") == (0.05, 0.1)
    set_language("en")
    field.set_levels(kept)
    assert field.text() == "0.05; 0.1"
    QTest.keyClick(field, Qt.Key.Key_End)
    QTest.keyClicks(field, ", 0.9")
    assert parse_levels(field.levels, "") == (0.05, 0.1, 0.9)


def test_a_problem_stands_until_something_is_written(panel: StudyPanel) -> None:
    page = panel.matrix
    page.problem.set_text("Train with: “x” is not a level")
    assert page.problem.isVisible()
    QTest.keyClicks(page._trained_levels, ", 0.9")
    assert not page.problem.isVisible()


def test_keys_move_over_the_cells_and_enter_opens(panel: StudyPanel) -> None:
    page = panel.matrix
    wanted = heard(page.cell.cell_requested)
    page.set_matrix(matrix())
    assert wanted == [(Cell(0, 0),)]
    view = page.view
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    assert view.current == (2, 1)
    assert view.accessibleDescription() == (
        "Trained with Flip 0.3, tested with Flip 0.3: 2.00 ± 0.35 wrong pixels; "
        "the limit is 1.50; best of its column"
    )
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert wanted[-1] == (Cell(2, 1),)
    assert page.cell.title.text() == "Trained with Flip 0.3, tested with Flip 0.3"
    assert page.cell.words.text() == "2.00 ± 0.35 wrong pixels; limit 1.50"


def test_a_click_opens_a_cell_and_its_shade_tells_how_bad_it_is(panel: StudyPanel) -> None:
    page = panel.matrix
    page.set_matrix(matrix())
    view, wanted = page.view, heard(page.cell.cell_requested)
    centre = view.cell_rect((0, 1)).center().toPoint()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre)
    assert wanted == [(Cell(0, 1),)]
    QTest.mouseMove(view, QPoint(1, 1))
    shown, theme = view.grab().toImage(), current_theme()
    ratio = view.devicePixelRatioF()

    def ground(place: tuple[int, int]) -> str:
        at = view.cell_rect(place).topLeft().toPoint() + QPoint(4, 4)
        return shown.pixelColor(at * ratio).name()

    assert ground((0, 1)) == blend(theme.accent, theme.raised, 0.62).name()
    assert ground((0, 1)) != ground((0, 0)) != ground((1, 0))


def test_columns_of_several_kinds_tell_the_kind_above_the_level(panel: StudyPanel) -> None:
    view = panel.matrix.view
    panel.matrix.set_matrix(matrix())
    one = view.cell_rect((0, 0)).top()
    kinds = tuple(map(parse_corruption, ("salt_pepper:0.1", "masking:0.3")))
    panel.matrix.set_matrix(replace(matrix(), spec=replace(matrix().spec, tests=kinds)))
    line = view.cell_rect((0, 0)).top() - one
    assert line >= view.fontMetrics().height() - 1
    assert view.words((0, 1)).startswith("Trained with None, tested with Masking 0.3: ")


def test_other_figures_and_the_table_of_characters(panel: StudyPanel) -> None:
    page = panel.matrix
    page.set_matrix(matrix())
    page._figures.setCurrentIndex(page._figures.findData("exact"))
    assert page.figure_key == "exact"
    assert page.view.words((2, 1)) == (
        "Trained with Flip 0.3, tested with Flip 0.3: 10.0% ± 1.8% exact"
    )
    page.open_cell((1, 0))
    table = page.cell.table
    model = table.model()
    texts = [[model.index(row, at).data() for at in range(3)] for row in range(4)]
    assert texts == [
        ["c", "1.00", "0.71"],
        ["b", "0.50", "0.35"],
        ["d", "0.50", "0.35"],
        ["a", "0.00", "0.00"],
    ]


def test_the_matrix_goes_to_the_desk_and_its_characters_are_asked_for(
    panel: StudyPanel,
) -> None:
    page, desk = panel.matrix, FigureExporter(panel)
    brought, asked = heard(desk.requested), heard(page.characters_requested)
    page.view.copy_requested.emit()
    assert brought == []
    page.set_matrix(matrix())
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    menu = page._export.menu()
    menu.aboutToShow.emit()
    for action in menu.actions():
        action.trigger()
    assert [what for _, what in brought] == [
        *("copy_table", "png", "svg", "pdf", "copy", "csv", "copy_table"),
    ]
    figure = brought[0][0]
    assert isinstance(figure, Figure)
    assert figure.table.startswith("Wrong pixels")
    assert len(asked) == 1


def test_the_strip_marks_the_wrong_pixels(panel: StudyPanel) -> None:
    page, of = panel.matrix, matrix()
    page.set_matrix(of)
    strip = of.strip(0, 0)
    page.cell.set_strip(CellStrip(Cell(2, 1), strip), panel.matrix.cell.strip._image_style)
    assert page.cell.strip.strip is None
    page.cell.set_strip(CellStrip(Cell(0, 0), strip), panel.matrix.cell.strip._image_style)
    view = page.cell.strip
    assert view.strip is strip
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.accessibleDescription() == f"b: {strip.wrong[1]} wrong pixels"
    bad = current_theme().bad.rgb()
    assert _pixels(view, 1, bad) > 0
    view.set_strip(
        replace(strip, answer=strip.clean, wrong=np.zeros(4, np.int64)),
        of.dataset.labels,
        of.dataset.image_shape,
    )
    assert _pixels(view, 1, bad) == 0


def _pixels(view: StripView, place: int, colour: int) -> int:
    shown = view.grab(view.cell_rect(place)).toImage()
    return sum(
        shown.pixel(x, y) == colour for x in range(shown.width()) for y in range(shown.height())
    )


def test_other_networks_and_other_noise_of_a_cell(panel: StudyPanel) -> None:
    page = panel.matrix
    page.set_matrix(matrix())
    wanted = heard(page.cell.cell_requested)
    page.cell._seed.setValue(2)
    page.cell._again.click()
    page.open_cell((1, 1))
    assert wanted == [(Cell(0, 0, 1),), (Cell(0, 0, 1, 1),), (Cell(1, 1, 1, 1),)]


def test_networks_are_ticked_for_the_curves(panel: StudyPanel) -> None:
    panel.set_page("curves")
    page = panel.curves
    choices = [
        CurveChoice("shown", "This network"),
        CurveChoice("gan", "A GAN", refusal="it has no encoder"),
        CurveChoice("file:x", "x", is_file=True),
    ]
    page.set_choices(choices)
    assert page.ticked == ("shown", "file:x")
    page.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    page.set_choices([*choices, CurveChoice("new", "New")])
    assert page.ticked == ("file:x", "new")
    asked, removed = heard(page.run_requested), heard(page.file_removed)
    page.run.click()
    assert asked == [(("file:x", "new"), CurvesForm())]
    page.list.setCurrentRow(0)
    assert not page._remove.isEnabled()
    page.list.setCurrentRow(2)
    page._remove.click()
    assert removed == [("file:x",)]


def test_curves_are_read_by_mouse_and_keys(panel: StudyPanel) -> None:
    panel.set_page("curves")
    page = panel.curves
    page.set_curves(curves())
    view = page.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.at == 1
    assert view.accessibleDescription() == (
        "Level 0.1: mine 1.00 ± 0.20, Bayes limit 0.50, copying the input 3.50"
    )
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.at is None
    at = QPoint(round(view.x_of(2)), round(view.plot_rect().center().y()))
    QTest.mouseMove(view, at)
    assert view.at == 2
    shown = view.grab().toImage()
    assert any(
        shown.pixelColor(x, y) == current_theme().text
        for x in range(round(view.x_of(1)) - 2, round(view.x_of(1)) + 3)
        for y in range(round(view.plot_rect().top()), round(view.plot_rect().bottom()))
    )


def test_mistakes_are_mended_made_and_seen(panel: StudyPanel) -> None:
    panel.set_page("mistakes")
    page = panel.mistakes
    found = mistakes(with_mistake(recipe(), "noisy_target"))
    mended, made = heard(page.mend_requested), heard(page.make_requested)
    seen, tested = heard(page.see_requested), heard(page.test_edited)
    page.set_findings(found)
    (card,) = page.cards
    (button,) = card.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert mended == [(found[0],)]
    page.make["fixed_noise"].click()
    page.see["other_level"].click()
    assert (made, seen) == ([("fixed_noise",)], [("other_level",)])
    page.set_findings((), is_noisy=False)
    assert any("without noise" in label.text() for label in page.findChildren(QLabel))
    page.set_findings(())
    assert not any(
        "without noise" in each.text()
        for each in page.findChildren(QLabel)
        if each.isVisibleTo(page)
    )
    assert page.cards == []
    assert page.test is None
    page._kind.set_value("salt")
    page._kind.edited.emit("salt")
    page._level.setValue(0.4)
    assert [each[0] for each in tested][-1] == parse_corruption("salt:0.4") == page.test
    page.set_comparison(("fixed_noise", curves()))
    assert page.title.text() == "Its effect: The noise is fixed"


def test_progress_can_be_cancelled_and_nothing_else_begins(panel: StudyPanel) -> None:
    cancelled = heard(panel.cancel.clicked)
    assert not panel.cancel.isVisible()
    panel.set_busy(True)
    panel.set_progress(JobProgress("Noise matrix", "Training the networks: 40%, 00:12 left", 4, 10))
    assert panel.cancel.isVisible()
    assert not panel.matrix.run.isEnabled()
    assert not panel.mistakes.see["fixed_noise"].isEnabled()
    QTest.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
    assert cancelled == [()]
    panel.set_busy(False)
    panel.set_progress(None)
    assert panel.matrix.run.isEnabled()


def test_where_it_is_narrow_the_time_left_is_told_before_the_title(
    panel: StudyPanel, qtbot: QtBot
) -> None:
    told = JobProgress(
        "What comes of a mistake", "1 of 2: Training the networks: 26%, 00:12 left", 1, 4
    )

    def is_whole() -> bool:
        panel.set_progress(told)
        return panel._text.elided_text() == told.text

    titled = []
    for width in (1400, 1200, 1000, 900, 800, 700, 600):
        panel.resize(width, 460)
        qtbot.waitUntil(is_whole)
        titled.append(panel._title.isVisible())
    assert titled[0]
    assert not all(titled)
    # It has a line of its own there.
    tops = [each.mapTo(panel, QPoint()).y() for each in (panel._work, panel._try)]
    assert tops[0] > tops[1]
    panel.set_progress(None)
    qtbot.waitUntil(lambda: panel._work.y() < panel._try.geometry().bottom())
    assert "What comes of a mistake" in panel._bar.accessibleName()


def test_where_the_progress_does_not_fit_its_time_left_is_read(
    panel: StudyPanel, qtbot: QtBot
) -> None:
    words = "2 de 2: un texto muy largo sobre lo que se entrena y se prueba: 26%"
    told = JobProgress("Lo que resulta de un error", f"{words} {words}, quedan 00:12", 1, 4)
    panel.resize(500, 460)
    panel.set_progress(told)
    qtbot.waitUntil(lambda: len(panel._text.elided_text()) > 9)
    assert panel._text.elided_text().endswith("00:12")


def test_recipes_to_try_and_pages(panel: StudyPanel) -> None:
    wished, pages = heard(panel.preset_requested), heard(panel.page_chosen)
    panel.set_presets([("a", "A & B", "notes"), ("b", "B", "")])
    actions = panel._try.menu().actions()
    assert actions[0].text() == "A && B"
    actions[1].trigger()
    assert wished == [("b",)]
    panel._buttons["curves"].click()
    assert panel.page == "curves"
    assert pages == [("curves",)]


def test_a_line_says_a_mistake_and_is_shut_while_the_recipe_is(qtbot: QtBot) -> None:
    lines = FindingLines()
    qtbot.addWidget(lines)
    wrong = with_mistake(with_mistake(recipe(), "noisy_target"), "fixed_noise")
    found = mistakes(wrong)
    lines.set_findings(found)
    lines.show()
    assert [line.title.text() for line in lines.lines] == [one.title for one in found]
    first = lines.lines[0]
    assert found[0].text in first.accessibleDescription()
    assert found[0].remedy in first.toolTip()
    wished = heard(lines.mend_requested)
    seen = heard(lines.see_requested)
    QTest.mouseClick(first.mend, Qt.MouseButton.LeftButton)
    lines.lines[1].see.setFocus()
    QTest.keyClick(lines.lines[1].see, Qt.Key.Key_Space)
    assert wished == [(found[0],)]
    assert seen == [("fixed_noise",)]
    # During training the recipe is locked, for lines added meanwhile too.
    lines.set_open(False)
    assert not first.mend.isEnabled()
    lines.set_findings(found[:1])
    assert not lines.lines[0].mend.isEnabled()
    assert lines.lines[0].see.isEnabled()
    lines.set_findings(())
    assert lines.isHidden()
