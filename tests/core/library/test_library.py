from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError, ReadError
from aegui.core.library.entry import LibraryEntry, SeedRow, joined_spread, spreads_of
from aegui.core.library.files import USUAL_LIMIT
from aegui.core.library.library import Library
from aegui.core.library.query import Condition, LibraryQuery
from aegui.core.library.words import cell_words
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import load_run, save_run, saved_run_of
from aegui.core.training.loop.train import train
from tests.core.library.made import entry, saved_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.core.data.progress import LoadProgress


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


def names(library: Library, query: LibraryQuery | None = None) -> list[str]:
    return [row.values[0] for row in library.rows(query, ("name",))]


def reopened(library: Library) -> Library:
    library.close()
    return Library(library.folder)


def test_a_run_is_kept_with_all_that_is_known_of_it(library: Library) -> None:
    run = saved_run("letters", wrong=((0, 1, 0, 2), (0, 0, 0, 0)), loss="mse")
    kept = library.keep(run, note="with tanh", tags=("letters", "good"))
    columns = ("name", "note", "tags", "data", "samples", "runs", "wrong", "worst", "training.loss")
    (row,) = library.rows(columns=columns)
    assert row.id == kept.id
    assert row.values == (
        "letters", "with tanh", "good, letters", "lowercase", 4, 2, pytest.approx(0.375),
        pytest.approx(1.0), "mse",
    )  # fmt: skip
    again = library.entry(kept.id)
    assert again == kept
    assert again.environment["engine"] == "fused"
    assert again.environment["processor"]
    assert library.recipe(kept.id) == run.recipe
    loaded = library.load(kept.id)
    assert [one.wrong_pixels for one in loaded.results] == [(0, 1, 0, 2), (0, 0, 0, 0)]
    assert again.values("wrong") == {0: 0.75, 1: 0.0}
    picture = library.thumbnail(kept.id)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert library.thumbnail(kept.id) == picture


def test_a_seed_that_diverged_has_no_figures_to_compare(library: Library) -> None:
    run = saved_run(wrong=((0, 1, 0, 2), (0, 0, 0, 0)))
    sound, diverged = run.results
    kept = library.keep(replace(run, results=(sound, replace(diverged, diverged=True))))
    assert set(kept.seeds[1].figures) == {"epochs", "seconds"}
    (row,) = library.rows(columns=("runs", "wrong"))
    assert row.values == (2, pytest.approx(0.75))


@pytest.mark.parametrize("value", [10.2, 0.1, 1 / 3])
def test_equal_figures_of_seeds_do_not_deviate(value: float) -> None:
    seeds = tuple(SeedRow(seed=seed, figures={"wrong": value}) for seed in range(6))
    spread = spreads_of(entry(seeds=seeds))["wrong"]
    assert spread.deviation == 0.0
    part = (spread.count, spread.mean, spread.squares, spread.low, spread.high)
    assert joined_spread([part] * 3).deviation == 0.0


def test_an_entry_that_is_written_again_has_another_picture(library: Library) -> None:
    run = saved_run()
    kept = library.keep(run)
    before = library.thumbnail(kept.id)
    other = replace(run, dataset=run.dataset.subset([3, 2, 1, 0]))
    library.keep(other, id=kept.id)
    after = library.thumbnail(kept.id)
    assert after is not None
    assert after != before
    # A file that another program has replaced.
    save_run(library.path(kept.id), run)
    assert library.refresh()
    assert library.thumbnail(kept.id) == before


def test_what_was_kept_is_there_when_it_is_opened_again(library: Library) -> None:
    kept = library.keep(saved_run(), tags=("x",))
    library.edit(kept.id, starred=True, name="renamed")
    with reopened(library) as again:
        assert again.rows(columns=("name", "starred", "tags"))[0].values == ("renamed", 1, "x")
        assert again.refresh() is False


def test_the_index_is_made_anew_from_the_files(library: Library) -> None:
    kept = library.keep(saved_run(wrong=((0, 0, 0, 1),)))
    library.edit(kept.id, note="écrit", starred=True)
    library.keep_entry(entry("of a study", study="s1", setting="tanh"))
    columns = ("name", "note", "starred", "wrong", "study", "created", "bytes")
    before = library.rows(columns=columns)
    library.close()
    (library.folder / "index.sqlite3").unlink()
    told: list[LoadProgress] = []
    with Library(library.folder, report=told.append) as again:
        assert again.rows(columns=columns) == before
    assert told[-1].text == "2 of 2 entries read"


def test_a_run_file_that_is_put_into_the_folder_is_found(library: Library) -> None:
    save_run(library.folder / "runs" / "from a friend.aegui", saved_run("gift"))
    (library.folder / "runs" / "notes.txt").write_text("mine")
    (library.folder / "runs" / "broken.aegui").write_text("no zip")
    assert library.refresh()
    assert names(library) == ["gift"]
    assert library.rows()[0].id == "from a friend"
    assert (library.folder / "runs" / "from a friend.json").is_file()
    library.edit("from a friend", starred=True)
    broken = library.folder / "runs" / "broken.aegui"
    assert library.notes == [f"{broken} is not a run of this program, or it is damaged."]
    library.refresh()
    assert len(library.notes) == 1


def test_a_change_can_be_put_back(library: Library) -> None:
    kept = library.keep(saved_run())
    before = library.edit(kept.id, name="other", note="text")
    assert before == kept
    before = library.tag(kept.id, add=("a", "b", "a"))
    assert library.entry(kept.id).tags == ("a", "b")
    library.edit(kept.id, tags=before.tags)
    assert library.entry(kept.id).tags == ()
    assert names(library) == ["other"]
    library.edit(kept.id, name=kept.name, note=kept.note)
    assert library.entry(kept.id) == kept
    library.tag(kept.id, add=("a", "b"))
    library.tag(kept.id, remove=("a",))
    assert library.tags() == {"b": 1}


def test_a_change_that_is_not_valid_changes_nothing(library: Library) -> None:
    kept = library.keep(saved_run())
    with pytest.raises(AeguiError, match="name is not valid"):
        library.edit(kept.id, name="x" * 1_000)
    with pytest.raises(AeguiError, match=r"tags.0 is not valid"):
        library.tag(kept.id, add=("x" * 1_000,))
    with pytest.raises(AeguiError, match=r"nothere is no longer in the library"):
        library.edit("nothere", name="x")
    assert library.entry(kept.id) == kept


def test_trash_and_back(library: Library) -> None:
    one, other = (library.keep(saved_run(name)) for name in ("one", "other"))
    library.trash([one.id])
    assert names(library) == ["other"]
    assert names(library, LibraryQuery(trashed=True)) == ["one"]
    assert library.disk_use().trash > 0
    library.restore([one.id])
    assert sorted(names(library)) == ["one", "other"]
    library.trash([one.id, other.id])
    size = library.disk_use().size
    assert library.empty_trash([one.id]) == pytest.approx(size / 2, rel=0.2)
    assert names(library, LibraryQuery(trashed=True)) == ["other"]
    library.empty_trash()
    assert library.rows(LibraryQuery(trashed=True)) == []
    assert list((library.folder / "runs").iterdir()) == []


def test_only_the_best_of_a_study_keep_their_files(library: Library) -> None:
    kept = [
        library.keep(saved_run(str(n), wrong=((n, n, n, n),)), study="s", starred=n == 3)
        for n in (2, 0, 3, 1)
    ]
    other = library.keep(saved_run("elsewhere", wrong=((9, 9, 9, 9),)), study="t")
    assert library.studies() == ["s", "t"]
    shed = library.keep_best("s", "wrong")
    assert shed == [kept[3].id, kept[0].id]
    assert library.keep_best("s", "wrong") == []
    assert library.disk_use().trash > 0
    library.restore([kept[3].id])
    library.empty_trash()
    assert [library.path(one.id).exists() for one in kept] == [False, True, True, True]
    assert library.path(other.id).exists()
    # What it has learnt is gone, its figures are not, and nothing is called missing.
    where = (Condition("name", "=", "2"),)
    (row,) = library.rows(LibraryQuery(where=where), ("wrong", "missing"))
    assert row.values == (pytest.approx(2.0), 0)
    with pytest.raises(ReadError, match="were kept: train the recipe again"):
        library.load(kept[0].id)


def test_of_the_runs_that_have_a_file_the_best_by_another_figure_keeps_it(library: Library) -> None:
    kept = [
        library.keep(
            saved_run(),
            study="s",
            seeds=(SeedRow(seed=0, figures={"wrong": wrong, "loss": loss}),),
        )
        for wrong, loss in ((0.0, 0.2), (1.0, 0.1), (2.0, 0.3))
    ]
    assert library.keep_best("s", "wrong") == [kept[1].id, kept[2].id]
    # The best by the other figure has lost its file already: the one that is left keeps its own.
    assert library.keep_best("s", "loss") == []
    library.empty_trash()
    assert library.keep_best("s", "loss") == []
    assert [library.path(one.id).exists() for one in kept] == [True, False, False]


def test_the_best_may_be_the_highest(library: Library) -> None:
    kept = [
        library.keep(saved_run(str(n), wrong=((2,) * n + (0,) * (4 - n),)), study="s")
        for n in range(3)
    ]
    # Of a figure that none has there is no best one.
    assert library.keep_best("s", "accuracy", low=False) == []
    assert library.keep_best("s", "exact", low=False) == [kept[1].id, kept[2].id]


def test_disk_use_and_its_limit(library: Library) -> None:
    assert library.disk_use().limit == USUAL_LIMIT
    assert not library.disk_use().is_over
    kept = library.keep(saved_run())
    files = [library.path(kept.id), library.path(kept.id, ".json")]
    assert library.disk_use().size == sum(file.stat().st_size for file in files)
    library.set_limit(2 << 20)
    assert library.disk_use().limit == 2 << 20
    with pytest.raises(AeguiError, match="at least 1 MB"):
        library.set_limit(1000)
    (library.folder / "limits.json").write_text("{")
    assert library.disk_use().limit == USUAL_LIMIT


def test_a_file_that_was_deleted_underneath(library: Library) -> None:
    kept = library.keep(saved_run("lost"))
    library.path(kept.id).unlink()
    assert library.refresh()
    assert library.rows(columns=("name", "missing"))[0].values == ("lost", 1)
    with pytest.raises(ReadError, match="The run file of lost is missing"):
        library.load(kept.id)
    assert library.recipe(kept.id).name == "lost"
    assert library.thumbnail(kept.id) is None
    library.path(kept.id, ".json").unlink()
    assert library.refresh()
    assert library.rows() == []


def test_what_was_said_is_lost_but_the_run_is_not(library: Library) -> None:
    kept = library.keep(saved_run("letters"), tags=("x",))
    library.path(kept.id, ".json").write_text('{"format": "aegui-kept", "ver')
    assert library.refresh()
    assert library.rows(columns=("name", "tags"))[0].values == ("letters", None)
    assert (library.folder / "runs" / f"{kept.id}.json.damaged").is_file()
    assert "is damaged" in library.notes[0]
    assert not library.refresh()


def test_an_entry_of_a_newer_version_is_left_as_it_is(library: Library) -> None:
    kept = library.keep_entry(entry("study", kind="study"))
    beside = library.path(kept.id, ".json")
    text = beside.read_text().replace('"version": 1', '"version": 99')
    beside.write_text(text)
    library.refresh()
    assert "written by a newer version" in library.notes[-1]
    with pytest.raises(ReadError, match="newer version"):
        library.edit(kept.id, starred=True)
    assert beside.read_text() == text


def test_an_id_may_be_shortened_and_a_name_used(library: Library) -> None:
    one = library.keep_entry(entry("first", id="aaa111"))
    library.keep_entry(entry("second", id="aaa222"))
    library.keep_entry(entry("second", id="bbb222"))
    assert library.find("aaa111") == one.id
    assert library.find("aaa1") == one.id
    assert library.find("first") == one.id
    with pytest.raises(AeguiError, match="it may be aaa111, aaa222"):
        library.find("aaa")
    with pytest.raises(AeguiError, match="second is not clear"):
        library.find("second")
    for nothing in ("zzz", "", "%", "a_a"):
        with pytest.raises(AeguiError, match="There is no"):
            library.find(nothing)


def test_a_library_that_can_only_be_read(library: Library) -> None:
    kept = library.keep(saved_run("letters"), tags=("x",))
    library.close()
    before = {file: file.stat().st_mtime_ns for file in library.folder.rglob("*")}
    with Library(library.folder, read_only=True) as reading:
        assert names(reading) == ["letters"]
        assert reading.thumbnail(kept.id) is not None
        for change in (
            lambda: reading.edit(kept.id, name="x"),
            lambda: reading.keep(saved_run()),
            lambda: reading.trash([kept.id]),
            lambda: reading.set_limit(1 << 30),
            reading.empty_trash,
        ):
            with pytest.raises(AeguiError, match="is read-only"):
                change()
    assert {file: file.stat().st_mtime_ns for file in library.folder.rglob("*")} == before


def test_a_folder_without_the_right_to_write_is_opened_for_reading(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.keep(saved_run("letters"))
    library.close()
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with Library(library.folder) as reading:
        assert reading.read_only
        assert names(reading) == ["letters"]


def test_a_library_where_there_can_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AeguiError, match="cannot be made"):
        Library(tmp_path / "file" / "library")


def test_by_default_it_is_in_the_folder_of_the_user(user_home: Path) -> None:
    with Library() as library:
        assert library.folder.is_relative_to(user_home)
        assert library.folder.name == "library"


def test_a_study_says_what_it_likes(library: Library) -> None:
    kept = library.keep_entry(entry("course", kind="study", document={"axes": [1, 2]}))
    assert library.entry(kept.id).document == {"axes": [1, 2]}
    assert names(library, LibraryQuery(kind="study")) == ["course"]
    assert names(library, LibraryQuery(kind="run")) == []


def test_the_file_of_an_entry_is_plain_json(library: Library) -> None:
    kept = library.keep(saved_run("ñandú"))
    document = json.loads(library.path(kept.id, ".json").read_text(encoding="utf-8"))
    assert document["name"] == "ñandú"
    assert LibraryEntry.model_validate(document) == kept
    assert load_run(library.path(kept.id)).recipe.name == "ñandú"


def test_a_group_over_all_its_seeds(library: Library) -> None:
    library.keep(saved_run("a", wrong=((0, 0, 0, 0), (4, 4, 4, 4)), loss="mse"))
    library.keep(saved_run("b", wrong=((8, 8, 8, 8),), loss="mse"))
    library.keep(saved_run("c", wrong=((1, 1, 1, 1),)))
    groups = library.groups(LibraryQuery(), "training.loss", ("wrong", "accuracy"))
    assert [(group.value, group.entries) for group in groups] == [("bce", 1), ("mse", 2)]
    of_mse = groups[1].figures["wrong"]
    assert (of_mse.mean, of_mse.low, of_mse.high) == pytest.approx((4.0, 0.0, 8.0))
    assert of_mse.count == 3
    # The deviation of 0, 4 and 8, a sample of all seeds; a single one has none.
    assert of_mse.deviation == pytest.approx(4.0)
    assert np.isnan(groups[0].figures["wrong"].deviation)
    assert "accuracy" not in groups[0].figures


def test_groups_of_numbers_are_in_their_order(library: Library) -> None:
    for units in (32, 2, 16, 10, 100):
        library.keep_entry(entry(training={"epochs": units}))
    groups = library.groups(LibraryQuery(), "training.epochs")
    assert [group.value for group in groups] == [2, 10, 16, 32, 100]
    for size in (None, 100, 8):
        library.keep_entry(entry(training={"batch_size": size}, kind="run"))
    groups = library.groups(LibraryQuery(), "training.batch_size")
    assert [group.value for group in groups] == [8, 100, None]


def test_conditions_name_columns_figures_and_fields(library: Library) -> None:
    library.keep_entry(entry("one", 0.5, training={"loss": "mse"}))
    library.keep_entry(entry("other", 2.0, tags=("x",), starred=True))

    def found(*conditions: str) -> list[str]:
        where = tuple(map(Condition.parsed, conditions))
        return sorted(names(library, LibraryQuery(where=where)))

    assert found("wrong<1") == ["one"]
    assert found("wrong>=0.5") == ["one", "other"]
    assert found("training.loss=mse") == ["one"]
    assert found("training.loss!=mse") == ["other"]
    assert found("training.loss=bce", "wrong>1") == ["other"]
    assert found("training.epochs=10") == ["one", "other"]
    assert found("training.optimizer.learning_rate=0.01") == ["one", "other"]
    assert found("training.batch_size=none") == ["one", "other"]
    assert found("network.tied=yes") == []
    assert found("name~OTH") == ["other"]
    assert found("starred=yes") == ["other"]
    assert found("tags~x") == ["other"]
    # A missing value contains nothing, and what is typed is text, not None.
    assert found("tags~on") == found("tags~none") == found("wrong~none") == []
    assert found("name~one") == ["one"]
    assert found("name~No") == []
    assert found("accuracy>0") == []
    assert found("gan.steps=1") == []
    assert found(f"training.epochs<{10**20}", f"wrong<{10**400}", "runs<1e300") == ["one", "other"]
    assert found(f"training.epochs={10**20}") == []


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be changed")
def test_times_in_conditions_are_local_as_the_shown_ones_are(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = "2026-11-27T02:34:56.789+00:00"
    library.keep_entry(entry("one", created=stored))
    library.keep_entry(entry("without a time", created=""))
    monkeypatch.setenv("TZ", "<-05>5")
    time.tzset()
    try:
        assert cell_words("created", stored) == "2026-11-26 21:34"
        for condition, holds in (
            ("created~2026-11-26 21", True),
            ("created~2026-11-27", False),
            ("created>=2026-11-26", True),
            ("created>2026-11-26 21:34", True),
            ("created>2026-11-26T21:35", False),
            ("created>2026-11-27", False),
            # As --json gives it.
            (f"created={stored}", True),
            (f"created>{stored}", False),
            # Compared as text: one is no date, the other beyond the years in UTC.
            ("created>2026", True),
            ("created>9999-12-31 23:00", False),
        ):
            where = (Condition.parsed(condition),)
            assert ("one" in names(library, LibraryQuery(where=where))) == holds, condition
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["wrong", "wrong 1", "=3", ""])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(AeguiError, match="is not a condition"):
        Condition.parsed(text)


@pytest.mark.parametrize("text", ["wrong<", "wrong>=abc", "loss>nan", "runs<yes", "loss<none"])
def test_a_figure_is_compared_with_a_number(text: str) -> None:
    with pytest.raises(AeguiError, match="with a number"):
        Condition.parsed(text)


def test_a_column_that_is_none(library: Library) -> None:
    with pytest.raises(AeguiError, match=r'no column "wrogn"\. Did you mean "wrong"'):
        library.rows(columns=("wrogn",))
    with pytest.raises(AeguiError, match="no column"):
        library.rows(LibraryQuery(sort="name); DROP TABLE entries; --"))
    with pytest.raises(AeguiError, match="no column"):
        Condition.parsed("size=1")


def test_search_knows_no_capitals_and_no_accents(library: Library) -> None:
    library.keep_entry(entry("Español", note="Comparación de tasas"))
    library.keep_entry(entry("english", tags=("course",)))
    assert names(library, LibraryQuery(text="ESPANOL")) == ["Español"]
    assert names(library, LibraryQuery(text="comparacion espanol")) == ["Español"]
    assert names(library, LibraryQuery(text="comparacion english")) == []
    assert names(library, LibraryQuery(text="cour")) == ["english"]
    # Words do not run over the ends of fields.
    assert names(library, LibraryQuery(text="englishcourse")) == []


def test_order_and_number(library: Library) -> None:
    for name, wrong in (("b", 2.0), ("a", 1.0), ("c", 3.0)):
        library.keep_entry(entry(name, wrong))
    library.keep_entry(entry("d").model_copy(update={"seeds": ()}))
    low = LibraryQuery(sort="wrong", descending=False)
    assert names(library, low) == ["a", "b", "c", "d"]
    # Those without a figure are the last either way.
    assert names(library, LibraryQuery(sort="wrong")) == ["c", "b", "a", "d"]
    assert names(library, LibraryQuery(sort="name", descending=False, limit=2)) == ["a", "b"]
    # So it is where only the first are asked for, by a figure too, and whatever else must hold.
    assert names(library, LibraryQuery(sort="wrong", limit=2)) == ["c", "b"]
    few = LibraryQuery(sort="wrong", limit=3, text="a", where=(Condition("wrong", "<", 1.5),))
    assert names(library, few) == ["a"]
    assert library.count(LibraryQuery(sort="wrong", limit=2)) == 4
    assert names(library, LibraryQuery(starred=True)) == []
    assert len(names(library, LibraryQuery(starred=False, tags=()))) == 4


def test_figures_that_only_the_history_has_are_kept_too(library: Library) -> None:
    recipe = Recipe.model_validate(
        {
            "data": {"source": "lowercase", "split": {"validation": 0.25}},
            "training": {"epochs": 20, "device": "cpu"},
            "runs": 2,
        }
    )
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    *_, training = train(resolved)
    run = saved_run_of(training.result(), resolved)
    assert run.history is not None
    kept = library.keep(run)
    for place, row in enumerate(kept.seeds):
        at = run.history.row_at(run.results[place].best_epoch)
        assert at is not None
        wanted = float(run.history.extra["validation_loss"][at, place])
        assert row.figures["validation_loss"] == pytest.approx(wanted)
        assert row.figures["loss"] == pytest.approx(run.results[place].best_loss)
