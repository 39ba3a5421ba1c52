"""The panel of the library alone: mouse and keys, its content and its requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu

from aegui.core.library.entry import LibraryEntry, Spread
from aegui.core.library.library import DiskUse
from aegui.core.library.query import LibraryGroup, LibraryRow
from aegui.features.library.model.queries import KNOWN, EntryDetails, QueryResult, RunCurve
from aegui.features.library.view.panel import LibraryPanel
from aegui.features.library.view.runs_table import NO_STAR, STAR, tags_of
from aegui.features.library.view.side import curves_plot

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.library.model.queries import LibraryView

USE = DiskUse(3 << 20, 1 << 20, 100 << 20)
VALUES: dict[str, Any] = {
    "kind": "run",
    "starred": 0,
    "study": "",
    "missing": 0,
    "wrong": 0.5,
    "accuracy": None,
    "validation_accuracy": 0.987,
    "loss": 0.25,
    "runs": 10,
    "data": "lowercase",
    "created": "2026-01-02T03:04:05.000+00:00",
    "tags": "course, good",
    "note": "for the report",
}


@pytest.fixture
def panel(qtbot: QtBot) -> LibraryPanel:
    made = LibraryPanel()
    qtbot.addWidget(made)
    made.resize(1000, 420)
    made.show()
    return made


def row(view: LibraryView, id: str, **values: Any) -> LibraryRow:
    known = VALUES | {"name": id} | values
    return LibraryRow(id, tuple(known[key] for key in (*KNOWN, *view.columns)))


def show(panel: LibraryPanel, *ids: str, **values: Any) -> None:
    view = panel.view
    rows = tuple(row(view, id, **values) for id in ids)
    panel.set_sheet(QueryResult(view, rows, len(rows), (), (), USE))


def cell(panel: LibraryPanel, at: int, column: str) -> Any:
    return panel.table.entries.index(at, panel.view.columns.index(column))


def text(panel: LibraryPanel, at: int, column: str) -> str:
    return str(panel.table.entries.data(cell(panel, at, column)))


def asked(panel: LibraryPanel) -> list[LibraryView]:
    views: list[LibraryView] = []
    panel.view_changed.connect(views.append)
    return views


def test_rows_are_shown_in_words(panel: LibraryPanel) -> None:
    show(panel, "one", "two")
    assert [text(panel, 0, key) for key in ("starred", "name", "wrong", "runs", "tags")] == [
        NO_STAR, "one", "0.5", "10", "course, good",
    ]  # fmt: skip
    assert text(panel, 0, "data") == "Lower case"
    assert panel.count.text() == "2 entries"
    assert panel.use.text() == "3 MB of 100 MB"
    heads = panel.table.entries
    titles = [heads.headerData(at, Qt.Orientation.Horizontal) for at in range(heads.columnCount())]
    assert titles == [STAR, "Name", "Wrong pixels", "Accuracy", "Validation accuracy", "Loss",
                      "Seeds", "Data", "Created", "Tags", "Note"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("emoji-kinds", "Emojis by kind"),
        ("lowercase+digits", "Lower case + Digits 8x8"),
        ("my+file", "my+file"),
        ("mine", "mine"),
    ],
)
def test_sets_that_ship_have_their_titles(panel: LibraryPanel, name: str, title: str) -> None:
    show(panel, "one", data=name)
    assert text(panel, 0, "data") == title


def test_an_empty_library_says_what_comes_here(panel: LibraryPanel) -> None:
    show(panel)
    assert "finished training and study is kept here" in panel.placeholder.message
    panel.search.setText("nothing")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    show(panel)
    assert panel.placeholder.message == "Nothing of that kind is in the library."


def test_a_library_that_cannot_be_read_says_why_and_is_tried_again(panel: LibraryPanel) -> None:
    panel.set_failure("It is in use.")
    assert panel.placeholder.message == "It is in use."
    assert panel.placeholder.offer.isVisibleTo(panel)
    show(panel, "one")
    # Known entries stay visible.
    panel.set_failure("It is in use.")
    assert panel.placeholder.message == ""
    assert text(panel, 0, "name") == "one"


def test_what_was_chosen_stays_chosen_when_rows_come_and_go(panel: LibraryPanel) -> None:
    show(panel, "a", "b", "c")
    chosen: list[list[str]] = []
    panel.chosen_changed.connect(chosen.append)
    panel.table.choose(["b", "c"])
    assert chosen[-1] == ["b", "c"]
    count = len(chosen)
    show(panel, "new", "c", "b", "a")
    assert panel.table.chosen() == ["c", "b"]
    show(panel, "new", "c", "a")
    assert panel.table.chosen() == ["c"]
    assert chosen[count:] == [["c", "b"], ["c"]]


def test_an_answer_to_an_older_question_is_not_shown(panel: LibraryPanel) -> None:
    old = panel.view
    panel._ask(replace(old, shown="trash"))
    panel.set_sheet(QueryResult(old, (row(old, "late"),), 1, (), (), USE))
    assert panel.table.entries.rowCount() == 0


def test_search_is_asked_for_once_typing_rests(qtbot: QtBot, panel: LibraryPanel) -> None:
    views = asked(panel)
    QTest.keyClicks(panel.search, "wrong<1 #a")
    qtbot.waitUntil(lambda: bool(views))
    assert [view.text for view in views] == ["wrong<1 #a"]
    panel.search.clear()
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert views[-1].text == ""


def test_heads_sort_and_sort_the_other_way(panel: LibraryPanel) -> None:
    show(panel, "a")
    views = asked(panel)
    header = panel.table.horizontalHeader()
    at = panel.view.columns.index("wrong")
    for _ in range(2):
        header.sectionClicked.emit(at)
    assert [(view.sort, view.descending) for view in views] == [("wrong", False), ("wrong", True)]


def test_names_have_the_room_that_the_other_columns_leave(
    qtbot: QtBot, panel: LibraryPanel
) -> None:
    long = "MNIST: stacked denoising autoencoders as a classifier"
    table, at = panel.table, panel.view.columns.index("name")
    panel.resize(1500, 420)
    show(panel, long)
    assert table.columnWidth(at) >= table.sizeHintForColumn(at), "not cut"
    show(panel, "a", long * 2)
    wide = table.columnWidth(at)
    panel.resize(1200, 420)
    qtbot.waitUntil(lambda: table.columnWidth(at) < wide)
    note = panel.view.columns.index("note")
    others = sum(table.columnWidth(one) for one in range(note))
    assert others < table.viewport().width(), "the note is still in sight"
    qtbot.waitUntil(lambda: not table.horizontalScrollBar().isVisible())
    # A width set by hand stays.
    table.horizontalHeader().resizeSection(at, 222)
    panel.resize(1400, 420)
    show(panel, long)
    assert table.columnWidth(at) == 222


def test_a_classifier_shows_its_accuracy(panel: LibraryPanel) -> None:
    show(panel, "a")
    assert text(panel, 0, "validation_accuracy") == "98.7%"
    assert text(panel, 0, "accuracy") == "–"


def test_columns_are_chosen(panel: LibraryPanel) -> None:
    views = asked(panel)
    panel._toggle_column("training.loss")
    assert views[-1].columns[-1] == "training.loss"
    panel._toggle_column("note")
    assert "note" not in views[-1].columns
    show(panel, "a", **{"training.loss": "mse"})
    assert text(panel, 0, "training.loss") == "Mean squared error"
    menu = panel.columns.menu()
    panel._fill_columns()
    inner = menu.findChildren(QMenu)
    ticked = [action.data() for each in inner for action in each.actions() if action.isChecked()]
    assert sorted(ticked) == sorted(views[-1].columns)


def test_keys_open_star_trash_undo_and_copy(panel: LibraryPanel) -> None:
    show(panel, "a", "b")
    panel.table.choose(["b"])
    panel.table.setFocus()
    told: list[object] = []
    panel.open_requested.connect(lambda id: told.append(("open", id)))
    panel.table.star_toggled.connect(lambda ids: told.append(("star", ids)))
    panel.trash_requested.connect(lambda ids: told.append(("trash", ids)))
    panel.undo_requested.connect(lambda: told.append("undo"))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    QTest.keyClick(panel.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told == [("open", "b"), ("star", ["b"]), ("trash", ["b"]), "undo"]
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].split("\t")[1] == "b"
    QGuiApplication.clipboard().clear()


def test_a_click_on_a_star_toggles_it(panel: LibraryPanel) -> None:
    show(panel, "a", "b", starred=1)
    told: list[list[str]] = []
    panel.table.star_toggled.connect(told.append)
    assert text(panel, 1, "starred") == STAR
    place = panel.table.visualRect(cell(panel, 1, "starred")).center()
    QTest.mouseClick(
        panel.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place
    )
    assert told == [["b"]]
    panel.table.choose(["a", "b"])
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert told[1:] == [["a", "b"]], "one change, to be undone at once"


def test_name_tags_and_note_are_written_in_place(qtbot: QtBot, panel: LibraryPanel) -> None:
    show(panel, "a", "b")
    told: list[tuple[str, str, str]] = []
    panel.table.entries.edited.connect(lambda *said: told.append(said))
    panel.table.setCurrentIndex(cell(panel, 0, "note"))
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_F2)
    editor = panel.table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "for the report"
    editor.setText("half wr")
    # Changes by others do not close the editor ...
    show(panel, "new", "a", "b")
    assert panel.table.entries.rowCount() == 2
    editor.setText("written")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == [("a", "note", "written")])
    # ... and are shown once editing has ended.
    qtbot.waitUntil(lambda: panel.table.entries.rowCount() == 3)
    assert not panel.table.entries.flags(cell(panel, 0, "wrong")) & Qt.ItemFlag.ItemIsEditable


def test_what_can_be_done_follows_what_is_chosen(panel: LibraryPanel) -> None:
    show(panel, "a", "b")
    buttons = (panel.open, panel.again, panel.fork, panel.trash)
    assert [button.isEnabled() for button in buttons] == [False] * 4
    panel.table.choose(["a"])
    assert [button.isEnabled() for button in buttons] == [True] * 4
    panel.table.choose(["a", "b"])
    assert [button.isEnabled() for button in buttons] == [False, False, False, True]
    assert [action.text() for action in panel.context_menu().actions() if action.isEnabled()][
        -2:
    ] != []
    show(panel, "s", kind="study")
    panel.table.choose(["s"])
    assert [button.isEnabled() for button in buttons] == [True, False, False, True]
    panel._ask(replace(panel.view, shown="trash"))
    show(panel, "a")
    panel.table.choose(["a"])
    assert panel.trash.isHidden()
    assert panel.restore.isEnabled()


def test_the_table_has_all_the_room_until_there_is_something_beside_it(
    panel: LibraryPanel,
) -> None:
    show(panel, "one", "two", "three")
    assert panel.side.isHidden()
    assert panel.table.width() > 0.95 * panel.width()
    panel.table.choose(["one"])
    assert panel.side.isHidden(), "what is known of it is being looked for"
    details = EntryDetails((LibraryEntry(id="one"),), (None,), ("",), (0,))
    panel.set_details(details)
    assert panel.side.isVisible()
    panel.table.choose(["one", "two", "three"])
    assert panel.side.isVisible(), "nothing jumps while more are chosen"
    panel.table.clearSelection()
    assert panel.side.isHidden()
    panel.set_details(details)
    assert panel.side.isHidden(), "too late"


def test_a_button_compares_with_the_entry_that_is_clicked_next(
    qtbot: QtBot, panel: LibraryPanel
) -> None:
    show(panel, "one", "two", "three")
    heard: list[list[str]] = []
    panel.chosen_changed.connect(heard.append)
    assert not panel.compare.isEnabled()
    panel.table.choose(["three"])
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    assert "“three”" in panel.side.hint.text()
    spot = panel.table.visualRect(cell(panel, 0, "name")).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert panel.table.chosen() == ["one", "three"]
    assert heard[-1] == ["one", "three"]
    assert panel.compare.isChecked()
    # With two already compared, the button does not change the selection.
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    assert panel.table.chosen() == ["one", "three"]
    assert panel.compare.isChecked()
    panel.table.choose(["one"])
    assert not panel.compare.isChecked()
    # If the comparison is cancelled, the next click selects as usual.
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    assert heard[-1] == ["one"]
    spot = panel.table.visualRect(cell(panel, 1, "name")).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert panel.table.chosen() == ["two"]


def test_enter_on_a_study_shows_its_runs_and_a_button_shows_all_again(
    panel: LibraryPanel,
) -> None:
    show(panel, "s", kind="study")
    views = asked(panel)
    panel.table.choose(["s"])
    panel.open.click()
    assert views[-1].study == "s"
    view = panel.view
    panel.set_sheet(QueryResult(view, (row(view, "a"),), 1, (), (), USE, study_name="rates"))
    assert "rates" in panel.study.text()
    panel.study.click()
    assert views[-1].study == ""


def test_groups_have_mean_and_deviation_and_open_into_their_entries(panel: LibraryPanel) -> None:
    views = asked(panel)
    at = panel.group.findData("training.loss")
    panel.group.setCurrentIndex(at)
    panel.group.activated.emit(at)
    assert views[-1].group == "training.loss"
    spread = {"wrong": Spread(5, 1.0, 1.0, 0.5, 1.5)}
    groups = (LibraryGroup("bce", 2, spread), LibraryGroup("mse", 1))
    panel.set_sheet(QueryResult(panel.view, (), 3, groups, ("wrong",), USE))
    model = panel.table.entries
    cells = [[model.data(model.index(line, at)) for at in range(3)] for line in range(2)]
    assert cells == [["Binary cross-entropy", "2", "1 ± 0.5"], ["Mean squared error", "1", "–"]]
    panel.table.selectRow(1)
    panel.open.click()
    assert (views[-1].group, views[-1].text) == ("", "training.loss=mse")


@pytest.mark.parametrize(
    ("by", "value", "text", "study"),
    [
        ("study", "s", "#course", "s"),
        ("study", "", '#course study=""', ""),
        ("setting", "", '#course setting=""', ""),
        ("parent", "", '#course parent=""', ""),
        ("setting", "two words", '#course setting="two words"', ""),
        ("training.loss", None, "#course training.loss=none", ""),
    ],
)
def test_a_group_opens_into_its_entries_alone(
    panel: LibraryPanel, by: str, value: str | None, text: str, study: str
) -> None:
    views = asked(panel)
    view = replace(panel.view, group=by, text="#course")
    panel.set_view(view)
    panel.set_sheet(QueryResult(view, (), 3, (LibraryGroup(value, 3),), (), USE))
    panel.table.selectRow(0)
    panel.open.click()
    assert (views[-1].group, views[-1].text, views[-1].study) == ("", text, study)


def test_tags_are_read_from_a_line() -> None:
    assert tags_of(" #a, b ,, a") == ("a", "b")
    assert tags_of("") == ()


def test_curves_of_two_lie_on_one_axis_where_they_have_rows() -> None:
    one = RunCurve("one", np.array([0.0, 2.0, 4.0]), np.array([[4.0, 6.0], [2.0, 2.0], [0.0, 1.0]]))
    other = RunCurve("other", np.array([0.0, 1.0]), np.array([[3.0], [1.0]]))
    plot = curves_plot([one, other], "wrong_mean")
    assert list(plot.at) == [0.0, 1.0, 2.0, 4.0]
    by_name = {series.name: series for series in plot.series}
    assert list(by_name["one"].y) == [5.0, 3.5, 2.0, 0.5]
    assert by_name["one"].high is not None
    assert by_name["one"].high[0] == pytest.approx(5.0 + 2.0**0.5)
    assert by_name["other"].low is None
    # The run ended there: nothing is drawn beyond.
    assert np.isnan(by_name["other"].y[2:]).all()
    assert not plot.y.scale.is_log
    loss = RunCurve("loss", np.array([0.0, 1.0]), np.array([[1.0], [1e-4]]))
    assert curves_plot([loss], "loss").y.scale.is_log
