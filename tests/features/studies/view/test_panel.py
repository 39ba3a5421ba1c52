"""The results of a study alone: table, chart, verdict, requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.cost import Cost
from aegui.core.study.material import study_material
from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records
from aegui.core.study.results import StudyVerdict
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
from aegui.features.studies.model.background import StudyBackground
from aegui.features.studies.model.study_runs import StudySheet
from aegui.features.studies.view.overview_page import TABLE, OverviewPage
from aegui.features.studies.view.pages import NOTHING, make_at_once
from aegui.features.studies.view.panel import StudiesPanel
from aegui.features.studies.view.settings_table import BEST, SettingsTable, two_lines
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.matrix import NumberMatrix
from aegui.session.jobs.derived import JobProgress
from tests.features.studies.plans import RATE, write_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QComboBox
    from pytestqt.qtbot import QtBot

    from aegui.core.study.settings import StudySetting


@pytest.fixture
def panel(qtbot: QtBot) -> StudiesPanel:
    made = StudiesPanel()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    return made


@pytest.fixture
def sheet(tmp_path: Path) -> StudySheet:
    """Return the sheet of a finished study."""
    path = write_plan(tmp_path, published=[{"where": {"rate": "0.02"}, "text": "0.3 <px>"}])
    plan = load_plan(path)
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InlineWorkers(), StudyControl()))
    found = StudySheet(path, plan).found(study.result())
    return StudySheet(
        path,
        plan,
        found.result,
        found.header,
        found.rows,
        found.best,
        StudyVerdict(("a < b",), 14),
        Cost(90.0),
    )


def table_of(panel: StudiesPanel) -> SettingsTable:
    """Return the table, made visible."""
    table = overview_of(panel).table
    assert table.isVisible()
    return table


def overview_of(panel: StudiesPanel) -> OverviewPage:
    """Return the overview with table and plots, made visible."""
    panel.pages.show_page("overview")
    page = panel.pages.page("overview")
    assert isinstance(page, OverviewPage)
    return page


@pytest.fixture
def behind(panel: StudiesPanel) -> Iterator[StudiesPanel]:
    """Return the panel as in the window, with plots made on a thread."""
    background = StudyBackground()
    panel.pages.set_making(background.make)
    yield panel
    background.shutdown()


def names_in(page: OverviewPage) -> tuple[str, ...]:
    """Return the names of the bars."""
    plot = page.tiles["bars"].view.plot
    return plot.names if isinstance(plot, BarPlot) else ()


def test_titles_of_columns_are_broken_where_their_lines_are_most_alike() -> None:
    assert two_lines("rate") == "rate"
    assert two_lines("wrong pixels") == "wrong\npixels"
    assert two_lines("numbers in the code") == "numbers in\nthe code"
    assert two_lines("") == ""


def test_settings_fill_the_table_and_the_chart(panel: StudiesPanel, sheet: StudySheet) -> None:
    panel.set_sheet(StudySheet(sheet.path, sheet.plan))
    bars = overview_of(panel).tiles["bars"]
    assert bars.view.plot is None
    panel.set_sheet(sheet)
    assert panel.title.text() == "tiny"
    table = table_of(panel)
    assert table.rowCount() == 2
    titles = [table.horizontalHeaderItem(at) for at in range(table.columnCount())]
    assert [title.text() for title in titles if title][1] == "rate"
    marks = [table.item(row, 0) for row in range(2)]
    assert [mark.text() for mark in marks if mark].count(BEST) == 1
    assert panel.verdict.toPlainText() == "a < b"
    assert sheet.result is not None
    overview_of(panel)
    plot = bars.view.plot
    assert isinstance(plot, BarPlot)
    assert plot.names == ("0.02", "0.002")
    assert [len(dots) for dots in plot.dots] == [3, 3]
    assert plot.groups[0][1][0] == pytest.approx(sum(plot.dots[0]) / 3)
    figure = overview_of(panel).figure_of("bars")
    assert figure is not None
    assert figure.of == sheet.path.stem
    assert len(figure.csv.splitlines()) == 1 + 6


def test_at_first_a_short_table_leaves_the_room_to_bars_and_curves(
    panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(sheet)
    page = overview_of(panel)
    assert page.shown_kinds == (TABLE, "bars", "curves")
    table, bars = page.table, page.tiles["bars"]
    assert not table.verticalScrollBar().isVisible()
    assert table.height() == max(table.preferred_height(), table.minimumSizeHint().height())
    top = table.mapTo(page, table.rect().bottomLeft()).y()
    assert bars.mapTo(page, bars.rect().topLeft()).y() > top
    assert bars.height() > table.height()
    page.show_kinds((TABLE,))
    assert not bars.isVisible()
    assert table.height() > table.preferred_height()
    page.show_kinds(("bars",))
    assert bars.isVisible()
    assert not table.isVisible()


def test_a_path_tells_its_way_before_the_verdict(panel: StudiesPanel, tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path, mode="path", choose=["loss"]))
    study = Study(plan, tmp_path, Records())
    assert list(study.run(InlineWorkers(), StudyControl()))
    sheet = StudySheet(tmp_path / "way.aegui-study", plan).found(study.result())
    panel.set_sheet(replace(sheet, verdict=StudyVerdict(("a < b",))))
    story, verdict = panel.verdict.toPlainText().splitlines()
    assert story.startswith("rate: 2 choices were tried; 0.02 is kept.")
    assert verdict == "a < b"


def test_a_run_of_the_chosen_row_is_asked_for(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(sheet)
    assert not panel.open_run.isVisible()
    table_of(panel).selectRow(1)
    assert panel.open_run.isVisible()
    panel.seeds.setCurrentIndex(2)
    # The selection is kept while the table fills.
    panel.set_sheet(sheet)
    assert panel.seeds.currentData() == 5
    with qtbot.waitSignal(panel.run_requested) as heard:
        QTest.mouseClick(panel.open_run, Qt.MouseButton.LeftButton)
    setting: StudySetting = heard.args[0]
    assert setting.labels == {"rate": "0.002"}
    assert setting.run(heard.args[1]).seed == 5
    with qtbot.waitSignal(panel.networks_requested) as asked:
        QTest.mouseClick(panel.networks, Qt.MouseButton.LeftButton)
    assert asked.args[0].setting is setting
    # A Ctrl+click clears the selection.
    row = table_of(panel).visualRect(table_of(panel).model().index(1, 1)).center()
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(table_of(panel).viewport(), Qt.MouseButton.LeftButton, control, row)
    assert panel.pages.chosen == NOTHING
    assert not panel.open_run.isVisible()


def test_levers_are_there_while_runs_are_under_way(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(sheet)
    assert not panel.cancel.isVisible()
    panel.set_busy(True)
    with qtbot.waitSignal(panel.pause_toggled, check_params_cb=bool):
        panel.pause.click()
    assert panel.pause.text() == "Go on"
    assert panel.cancel.isVisible()
    panel.set_busy(False)
    assert not panel.cancel.isVisible()
    assert panel.pause.text() == "Pause"
    assert not panel.pause.isVisible()


def test_what_is_pointed_at_is_marked_in_all_pictures_and_in_the_table(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(sheet)
    page = overview_of(panel)
    with qtbot.waitSignal(page.material_requested):
        page.show_kinds((TABLE, "bars", "boxes", "parallel"))
    assert page.shown_kinds == (TABLE, "bars", "boxes", "parallel")
    views = {key: page.tiles[key].view for key in ("bars", "boxes", "parallel")}
    before = {key: view.grab().toImage() for key, view in views.items()}
    plain = page.table.item(1, 1).background()  # type: ignore[union-attr]
    views["bars"].hovered.emit(1)
    for key, view in views.items():
        assert view.grab().toImage() != before[key]
    assert page.table.item(1, 1).background() != plain  # type: ignore[union-attr]
    views["bars"].hovered.emit(None)
    for key, view in views.items():
        assert view.grab().toImage() == before[key]
    assert page.table.item(1, 1).background() == plain  # type: ignore[union-attr]
    views["boxes"].chosen.emit(1)
    assert panel.pages.chosen == 1
    assert page.table.chosen_row() == 1
    with qtbot.waitSignal(panel.network_requested) as heard:
        views["parallel"].activated.emit(0)
    assert heard.args[0].setting.labels == {"rate": "0.02"}
    # The median seed, neither the best nor the worst.
    wrong = sorted(heard.args[0].values("wrong"))
    shown = next(run for run in heard.args[0].runs if run.seed == heard.args[1])
    assert shown.figures["wrong"] == wrong[1]


def test_options_are_offered_for_the_pictures_that_they_are_of(
    panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(StudySheet(sheet.path, sheet.plan))
    page = overview_of(panel)
    page.show_kinds(("bars",))
    assert not page.figure.isVisible(), "there is none to choose before the first run"
    panel.set_sheet(sheet)
    assert page.figure.isVisible()
    assert not page.band.isVisible()
    page.figure.setCurrentIndex(page.figure.findData("loss"))
    page.figure.activated.emit(page.figure.currentIndex())
    plot = page.tiles["bars"].view.plot
    assert isinstance(plot, BarPlot)
    assert plot.y.name == "Loss"
    page.is_log.setChecked(True)
    plot = page.tiles["bars"].view.plot
    assert isinstance(plot, BarPlot)
    assert plot.y.scale.is_log
    page.show_kinds(("curves",))
    assert page.band.isVisible()
    assert not page.figure.isVisible()


def finished(folder: Path, name: str, **keys: object) -> StudySheet:
    """Return the sheet of a study that has been run."""
    path = write_plan(folder, name, **keys)
    plan = load_plan(path)
    study = Study(plan, folder, Records())
    assert list(study.run(InlineWorkers(), StudyControl()))
    return StudySheet(path, plan).found(study.result())


def pick(box: QComboBox, data: str) -> None:
    """Choose a row as a person does."""
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_options_say_what_is_shown_of_another_study_too(
    panel: StudiesPanel, tmp_path: Path
) -> None:
    size = {"label": "size", "path": "network.encoder.0.units", "values": [4, 5, 6]}
    batch = {"label": "batch", "path": "training.batch_size", "values": [2, 3]}
    page = overview_of(panel)
    page.show_kinds(("bars", "heat"))

    def shown() -> tuple[object, ...]:
        """Return figure and axes as the pictures show them, and as the boxes say."""
        bars, heat = (page.tiles[key].view.plot for key in ("bars", "heat"))
        assert isinstance(bars, BarPlot)
        assert isinstance(heat, NumberMatrix)
        assert bars.y.name.lower() == page.figure.currentText().lower()
        assert (heat.x, heat.y) == (page.across.currentText(), page.up.currentText())
        return page.figure.currentData(), page.across.currentData(), page.up.currentData()

    sheet = finished(tmp_path, "one", axes=[RATE, size], figure="wrong")
    panel.set_sheet(sheet)
    assert shown() == ("wrong", "size", "rate")
    pick(page.across, "rate")
    assert shown() == ("wrong", "rate", "size")
    pick(page.up, "rate")
    assert shown() == ("wrong", "size", "rate")
    pick(page.up, "size")
    pick(page.figure, "loss")
    assert shown() == ("loss", "rate", "size")
    # In another file it is still the same study.
    panel.set_sheet(replace(sheet, path=tmp_path / "copy.aegui-study"))
    assert shown() == ("loss", "rate", "size")
    # An axis that is new in an edited plan is not that of both directions.
    edited = finished(tmp_path, "edited", axes=[size, batch])
    panel.set_sheet(replace(edited, path=tmp_path / "copy.aegui-study"))
    assert shown() == ("loss", "batch", "size")
    other = finished(tmp_path, "other", axes=[RATE, size], figure="wrong")
    panel.set_sheet(StudySheet(other.path, other.plan))
    panel.set_sheet(other)
    assert shown() == ("wrong", "size", "rate")


def test_an_empty_panel_says_what_to_do(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    for button, signal in (
        (panel.example, panel.example.clicked),
        (panel.plans, panel.plans.clicked),
        (panel.of_builder, panel.of_builder.clicked),
    ):
        assert button.isVisible()
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    panel.set_sheet(StudySheet(sheet.path, sheet.plan))
    assert not panel.example.isVisible()
    tile = overview_of(panel).tiles["bars"]
    assert tile.message == "This appears as the runs of the study finish."
    panel.set_sheet(sheet)
    assert tile.message == ""


def test_seeds_that_would_settle_it_are_asked_for(
    qtbot: QtBot, panel: StudiesPanel, sheet: StudySheet
) -> None:
    panel.set_sheet(StudySheet(sheet.path, sheet.plan))
    assert not panel.more.isVisible()
    panel.set_sheet(sheet)
    assert panel.more.text() == "Run 14 more seeds"
    with qtbot.waitSignal(panel.seeds_requested) as heard:
        QTest.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert heard.args == [14]
    panel.set_busy(True)
    assert not panel.more.isEnabled()


def test_while_runs_end_only_pictures_of_figures_are_drawn_anew(
    panel: StudiesPanel, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    plan, records = load_plan(path), Records()
    study = Study(plan, tmp_path, records)
    assert list(study.run(InlineWorkers(), StudyControl()))
    sheet = StudySheet(path, plan).found(study.result())
    panel.set_sheet(sheet)
    page = overview_of(panel)
    page.show_kinds(("bars", "maps"))
    bars, maps = (page.tiles[key].view for key in ("bars", "maps"))
    assert maps.plot is None
    page.set_material(study_material(study.result(), records))
    first_bars, first_maps = bars.plot, maps.plot
    assert first_maps is not None
    panel.set_sheet(StudySheet(path, plan).found(study.result()))
    assert bars.plot is not first_bars
    assert maps.plot is first_maps


def test_pictures_of_a_thread_are_those_that_are_made_at_once(
    qtbot: QtBot, behind: StudiesPanel, sheet: StudySheet
) -> None:
    page = overview_of(behind)
    page.show_kinds(("bars", "boxes"))
    behind.set_sheet(sheet)
    views = [page.tiles[key].view for key in ("bars", "boxes")]
    assert [view.plot for view in views] == [None, None]
    qtbot.waitUntil(lambda: all(view.plot is not None for view in views))
    there = [view.grab().toImage() for view in views]
    behind.pages.set_making(make_at_once)
    plots = [view.plot for view in views]
    page.is_log.toggle()
    page.is_log.toggle()
    for view, plot, image in zip(views, plots, there, strict=True):
        assert view.plot is not plot
        assert view.grab().toImage() == image


def test_pictures_of_other_settings_do_not_stay_in_sight(
    qtbot: QtBot, behind: StudiesPanel, sheet: StudySheet, tmp_path: Path
) -> None:
    page = overview_of(behind)
    behind.set_sheet(sheet)
    qtbot.waitUntil(lambda: names_in(page) == ("0.02", "0.002"))
    rates = {**RATE, "values": [0.01, 0.005, 0.02]}
    behind.set_sheet(finished(tmp_path, "other", axes=[rates]))
    assert names_in(page) == ()
    qtbot.waitUntil(lambda: names_in(page) == ("0.01", "0.005", "0.02"))


def test_while_it_rests_it_says_so(panel: StudiesPanel, sheet: StudySheet) -> None:
    panel.set_sheet(sheet)
    panel.set_busy(True)
    panel.set_progress(JobProgress("tiny", "2 runs, 00:05 left", 2, 6))
    QTest.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    panel.set_progress(JobProgress("tiny", "3 runs, 00:04 left", 3, 6))
    assert panel.text.text() == "paused: 3 runs, 00:04 left"
    QTest.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    assert panel.text.text() == "3 runs, 00:04 left"
    QTest.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    panel.set_busy(False)
    panel.set_progress(None)
    assert panel.text.text() == ""
