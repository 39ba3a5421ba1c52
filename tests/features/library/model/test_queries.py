"""The window's views of the library: queried on threads, updated when others change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.library.library import Library
from aegui.core.library.words import cell_words
from aegui.core.training.record.history import HistoryView
from aegui.features.library.model.queries import KNOWN, EntryDetails, LibraryQueries, LibraryView
from aegui.features.library.view.side import curves_plot
from aegui.paths import library_dir
from tests.core.library.made import entry, saved_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.features.library.model.queries import QueryResult

COLUMNS = ("name", "wrong", "training.loss")


@pytest.fixture
def queries(qtbot: QtBot) -> Iterator[LibraryQueries]:
    made = LibraryQueries()
    yield made
    made.shutdown()


def found(qtbot: QtBot, queries: LibraryQueries, **asked: Any) -> QueryResult:
    sheets: list[QueryResult] = []
    queries.answered.connect(sheets.append)
    queries.ask(LibraryView(**{"columns": COLUMNS, **asked}))
    qtbot.waitUntil(lambda: bool(sheets) and _is_whole(sheets[-1]))
    queries.answered.disconnect(sheets.append)
    return sheets[-1]


def _is_whole(sheet: QueryResult) -> bool:
    return bool(sheet.view.group) or len(sheet.rows) == sheet.total


def names(sheet: QueryResult) -> list[str]:
    return [row.values[len(KNOWN)] for row in sheet.rows]


def with_history(name: str, **training: Any) -> Any:
    run = saved_run(name, wrong=((0, 1, 0, 2), (1, 1, 0, 2)), **training)
    epoch = np.arange(4.0)
    column = np.outer([4, 2, 1, 0.5], [1, 2]).astype(np.float32)
    history = HistoryView(epoch, epoch, epoch, column, column, column, column)
    return type(run)(**{**vars(run), "history": history})


def test_search_filter_sort_and_groups(qtbot: QtBot, queries: LibraryQueries) -> None:
    with Library() as library:
        for one in (
            entry("one", 0.5, training={"loss": "mse"}, tags=("course",), starred=True),
            entry("two", 2.0, training={"loss": "mse"}, trashed="2026-01-01T00:00:00+00:00"),
            entry("three", 1.0, study="s"),
            entry("the study", id="s", kind="study"),
        ):
            library.keep_entry(one)
    by_name = {"sort": "name", "descending": False}
    assert names(found(qtbot, queries, **by_name)) == ["one", "the study", "three"]
    assert names(found(qtbot, queries, shown="runs", **by_name)) == ["one", "three"]
    assert names(found(qtbot, queries, shown="studies")) == ["the study"]
    assert names(found(qtbot, queries, shown="starred")) == ["one"]
    assert names(found(qtbot, queries, shown="trash")) == ["two"]
    of_study = found(qtbot, queries, study="s")
    assert names(of_study) == ["three"]
    assert of_study.study_name == "the study"
    assert names(found(qtbot, queries, text="#course")) == ["one"]
    assert names(found(qtbot, queries, text="wrong<=1 training.loss=bce", **by_name)) == [
        "the study",
        "three",
    ]
    assert names(found(qtbot, queries, text="training.loss=")) != []  # still being typed
    of_none = found(qtbot, queries, text='study="" setting="" parent=""', **by_name)
    assert names(of_none) == ["one", "the study"]
    refused = found(qtbot, queries, text="wrogn<1 one")
    assert "wrogn" in refused.refused
    assert names(refused) == ["one"]
    groups = found(qtbot, queries, group="training.loss", shown="runs")
    assert [(group.value, group.entries) for group in groups.groups] == [("bce", 1), ("mse", 1)]
    assert groups.figures == ("wrong",)


def test_the_first_of_many_are_there_before_all(qtbot: QtBot, queries: LibraryQueries) -> None:
    with Library() as library:
        for n in range(700):
            library.keep_entry(entry(f"run {n:04}"))
    sheets: list[QueryResult] = []
    queries.answered.connect(sheets.append)
    queries.ask(LibraryView(columns=COLUMNS, sort="name", descending=False))
    qtbot.waitUntil(lambda: len(sheets) == 2)
    assert [len(sheet.rows) for sheet in sheets] == [300, 700]
    assert [sheet.total for sheet in sheets] == [700, 700]
    assert sheets[1].rows[:300] == sheets[0].rows


def test_two_entries_and_their_curves(qtbot: QtBot, queries: LibraryQueries) -> None:
    with Library() as library:
        parent = library.keep_entry(entry("the parent")).id
        one = library.keep(with_history("one", loss="mse"), parent=parent).id
        other = library.keep(with_history("other", epochs=20)).id
    told: list[EntryDetails] = []
    queries.known.connect(told.append)
    queries.describe([one])
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told[0].entries[0].name == "one"
    assert told[0].parents == ("the parent",)
    assert told[0].sizes[0] > 0
    assert told[0].pictures[0] is not None
    queries.describe([one, other])
    qtbot.waitUntil(lambda: len(told) == 3)
    both = told[2]
    assert both.found is not None
    assert any("10" in line and "20" in line for line in both.found.lines)
    assert both.curve_key == "wrong_mean"
    assert [curve.name for curve in both.curves] == ["one", "other"]
    assert both.curves[0].values.shape == (4, 2)
    # Curves need a file; the rest does not wait for it.
    assert told[1].curves == ()


def test_classifiers_are_compared_by_the_curves_of_their_accuracy(
    qtbot: QtBot, queries: LibraryQueries
) -> None:
    made = []
    for name in ("one", "other"):
        run = with_history(name)
        accuracy = np.array([[np.nan] * 2, [np.nan] * 2, [0.5, 0.6], [0.7, 0.8]], np.float32)
        history = replace(run.history, extra={"validation_accuracy": accuracy})
        figures = {"validation_accuracy": 0.8}
        results = tuple(replace(result, wrong_pixels=(), figures=figures) for result in run.results)
        made.append(replace(run, history=history, results=results))
    with Library() as library:
        ids = [library.keep(run).id for run in made]
    told: list[EntryDetails] = []
    queries.known.connect(told.append)
    queries.describe(ids)
    qtbot.waitUntil(lambda: bool(told) and len(told[-1].curves) == 2)
    assert told[-1].curve_key == "validation_accuracy"
    np.testing.assert_array_equal(told[-1].curves[0].values, accuracy)
    plot = curves_plot(told[-1].curves, told[-1].curve_key)
    assert plot.y.name == "Validation accuracy"
    assert plot.series[0].texts[-1].endswith("%")


def test_runs_of_one_name_are_told_apart_by_what_the_table_shows(
    qtbot: QtBot, queries: LibraryQueries
) -> None:
    made = "2026-01-02T03:04:00+00:00", "2026-01-02T03:05:00+00:00"
    with Library() as library:
        ids = [library.keep(with_history("same"), created=time).id for time in (*made, made[1])]
        words = [cell_words("created", library.entry(id).created) for id in ids]
    told: list[EntryDetails] = []
    queries.known.connect(told.append)
    queries.describe(ids[:2])
    qtbot.waitUntil(lambda: bool(told) and len(told[-1].curves) == 2)
    assert list(told[-1].names) == words[:2]
    assert [curve.name for curve in told[-1].curves] == words[:2]
    assert told[-1].found is not None
    assert words[0] in told[-1].found.verdict[0]
    told.clear()
    queries.describe(ids[1:])
    qtbot.waitUntil(lambda: bool(told))
    assert list(told[-1].names) == ids[1:], "both were made in the same minute"


def test_what_another_program_changes_is_noticed(qtbot: QtBot, queries: LibraryQueries) -> None:
    with Library() as library:
        library.keep_entry(entry("before"))
    assert names(found(qtbot, queries)) == ["before"]
    queries.set_active(True)
    with qtbot.waitSignal(queries.changed), Library() as library:
        library.keep_entry(entry("after"))
    queries.set_active(False)
    assert sorted(names(found(qtbot, queries))) == ["after", "before"]


def test_a_broken_index_is_set_aside_and_told(qtbot: QtBot, queries: LibraryQueries) -> None:
    with Library() as library:
        library.keep_entry(entry("kept"))
    (library_dir() / "index.sqlite3").write_bytes(b"no database at all" * 500)
    sheet = found(qtbot, queries)
    assert names(sheet) == ["kept"]
    assert "was damaged" in sheet.notes[0]


def test_a_library_where_there_can_be_none_is_told(qtbot: QtBot, queries: LibraryQueries) -> None:
    library_dir().parent.mkdir(parents=True, exist_ok=True)
    library_dir().write_text("a file")
    with qtbot.waitSignal(queries.failed) as told:
        queries.ask(LibraryView(columns=COLUMNS))
    assert "cannot be made" in told.args[0]
