"""``aegui runs``: real files in the library of a new user."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors import safe_open

from aegui.cli import main
from aegui.core.library.entry import new_id
from aegui.core.library.library import Library
from aegui.core.recipe.file import load_recipe
from aegui.core.run_file.origin import best_origin
from aegui.core.run_file.saved import load_run, save_run
from aegui.paths import library_dir
from tests.core.library.made import entry, saved_run
from tests.core.web_page.made import letters
from tests.features.studies.plans import write_plan

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

GOOD = ((0, 0, 1, 0), (0, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1))
POOR = ((4, 3, 3, 4), (5, 3, 4, 4), (3, 3, 4, 4), (4, 5, 5, 4), (6, 4, 4, 4), (4, 3, 5, 4))


def said(capsys: Captured, *arguments: str, code: int = 0) -> str:
    assert main(["--language", "en", "runs", *arguments]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def listed(capsys: Captured, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(capsys, "list", *arguments, "--json"))
    return found


@pytest.fixture
def ids() -> dict[str, str]:
    """Keep two runs of six seeds each, and return their ids."""
    with Library() as library:
        good = library.keep(saved_run("good", wrong=GOOD, loss="mse"), tags=("course",))
        poor = library.keep(saved_run("poor", wrong=POOR))
    return {"good": good.id, "poor": poor.id}


def test_a_training_is_kept_only_where_that_is_asked_for(capsys: Captured, tmp_path: Path) -> None:
    arguments = ["--language", "en", "train", "letters-course", "--epochs", "30", "--runs", "2"]
    assert main(arguments) == 0
    assert main([*arguments, "--out", str(tmp_path / "x.aegui"), "--keep"]) == 0
    captured = capsys.readouterr()
    (row,) = listed(capsys)
    assert f"Kept in the library as {row['id']}." in captured.err
    kept, saved = (load_run(file) for file in (_file(row["id"]), tmp_path / "x.aegui"))
    assert [one.wrong_pixels for one in kept.results] == [one.wrong_pixels for one in saved.results]
    assert json.loads(said(capsys, "show", row["id"], "--json"))["environment"]["threads"] >= 1
    # Its history is exported to the given file.
    said(capsys, "export", row["id"], "-o", str(tmp_path / "h.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "h.csv").read_text())))
    assert kept.history is not None
    assert len(rows) == 2 * len(kept.history)
    assert float(rows[-1]["loss"]) == pytest.approx(float(kept.history.loss[-1, 1]), rel=1e-6)
    said(capsys, "export", row["id"], "--tensorboard", str(tmp_path / "tb"))
    files = list((tmp_path / "tb").rglob("events.out.tfevents.*"))
    assert sorted(file.parent.name for file in files) == [
        f"seed-{kept.recipe.seed}",
        f"seed-{kept.recipe.seed + 1}",
    ]


def _file(id: str) -> Path:
    with Library() as library:
        return library.path(id)


def test_nothing_is_made_by_looking(capsys: Captured, user_home: Path) -> None:
    for arguments in (("show", "x"), ("tidy",), ("export", "x", "-o", "y.csv")):
        assert "The library is empty" in said(capsys, *arguments, code=2)
    assert main(["--language", "en", "runs", "list"]) == 0
    assert "The library is empty" in capsys.readouterr().err
    assert json.loads(said(capsys, "list", "--json")) == []
    assert said(capsys, "list", "--csv").startswith("id,")
    assert not list(user_home.rglob("library"))


def test_an_unknown_column_is_refused_in_any_library(capsys: Captured) -> None:
    asked = (
        ("--columns", "wrogn"),
        ("--sort", "wrogn"),
        ("--group", "wrogn"),
        ("--group", "kind", "--columns", "wrogn"),
        ("--where", "wrogn<1"),
    )
    empty = [said(capsys, "list", *arguments, code=2) for arguments in asked]
    with Library() as library:
        library.keep(saved_run("good"))
    assert [said(capsys, "list", *arguments, code=2) for arguments in asked] == empty
    assert set(empty) == {empty[0]}
    assert 'There is no column "wrogn". Did you mean "wrong"?' in empty[0]


def test_csv_of_an_empty_library_has_the_usual_header(capsys: Captured) -> None:
    for arguments in ((), ("--columns", "name,loss"), ("--group", "kind")):
        empty = said(capsys, "list", "--csv", *arguments)
        with Library() as library:
            library.keep(saved_run("good"))
        assert said(capsys, "list", "--csv", *arguments).splitlines()[:1] == empty.splitlines()
        shutil.rmtree(library_dir())


def test_lists(capsys: Captured, ids: dict[str, str]) -> None:
    text = said(capsys, "list", "--sort", "wrong", "--ascending")
    lines = text.splitlines()
    assert lines[0].split() == [
        "Id", "Name", "Data", "Seeds", "Wrong", "pixels", "Loss", "Created",
    ]  # fmt: skip
    assert [line.split()[:2] for line in lines[1:]] == [
        [ids["good"], "good"],
        [ids["poor"], "poor"],
    ]
    assert [row["name"] for row in listed(capsys, "good")] == ["good"]
    assert [row["name"] for row in listed(capsys, "--tag", "course")] == ["good"]
    assert [row["name"] for row in listed(capsys, "--where", "wrong>1")] == ["poor"]
    assert [row["name"] for row in listed(capsys, "--where", "training.loss=mse")] == ["good"]
    columns = ("--columns", "training.loss,runs", "--limit", "1", "--sort", "name", "--ascending")
    assert listed(capsys, *columns) == [{"id": ids["good"], "training.loss": "mse", "runs": 6}]
    table = list(csv.reader(io.StringIO(said(capsys, "list", "--csv", "--columns", "name,note"))))
    assert table[0] == ["id", "name", "note"]
    assert ["good", ""] in [row[1:] for row in table[1:]]


def test_the_id_is_one_column_also_where_it_is_asked_for(
    capsys: Captured, ids: dict[str, str]
) -> None:
    for columns, header in (("id,name", "id,name"), ("name,id", "id,name"), ("id", "id")):
        asked = ("list", "good", "--columns", columns)
        table = said(capsys, *asked, "--csv").splitlines()
        assert table == [header, header.replace("name", "good").replace("id", ids["good"])]
        assert said(capsys, *asked).count(ids["good"]) == 1


@pytest.mark.parametrize("command", ["list", "tidy"])
def test_a_limit_beyond_all_libraries_is_refused(
    capsys: Captured, ids: dict[str, str], command: str
) -> None:
    told = said(capsys, command, "--limit", "9" * 23, code=2)
    assert told == f"aegui: --limit is {'9' * 23}; it must be at most 1,000,000,000.\n"
    said(capsys, command, "--limit", "1000000000")


def test_groups(capsys: Captured, ids: dict[str, str]) -> None:
    grouped = ("--group", "training.loss", "--columns", "wrong")
    groups = {group["training.loss"]: group for group in listed(capsys, *grouped)}
    assert groups["bce"]["figures"]["wrong"]["mean"] == pytest.approx(np.mean(POOR))
    assert groups["bce"]["figures"]["wrong"]["std"] == pytest.approx(
        np.mean(POOR, axis=1).std(ddof=1)
    )
    text = said(capsys, "list", *grouped)
    assert "0.1667 ± 0.1291" in text
    lines = said(capsys, "list", *grouped, "--csv").splitlines()
    assert lines[0] == "training.loss,entries,wrong_mean,wrong_std,wrong_seeds"
    assert lines[1].startswith("bce,1,4.0,0.447")


def test_a_difference_in_words_and_its_verdict(capsys: Captured, ids: dict[str, str]) -> None:
    lines = said(capsys, "diff", "good", "poor").splitlines()
    assert any("Mean squared error" in line and "→" in line for line in lines[:-2])
    assert lines[-2].startswith("good beats poor: 0.2 against 4.0 wrong pixels, difference 3.8 [")
    assert lines[-2].endswith("6 seeds, p = 0.031.")
    assert lines[-1] == (
        "From the same start good did better than poor in 6 of 6 seeds, equally well in 0 and "
        "worse in 0."
    )
    found = json.loads(said(capsys, "diff", "good", "poor", "--json"))
    assert found["changes"] == [{"path": "training.loss", "old": "mse", "new": "bce"}]
    assert (found["outcome"], found["paired"]) == ("first", True)
    assert (found["wins"], found["ties"], found["losses"]) == (6, 0, 0)
    assert "Both have the same recipe." in said(capsys, "diff", "good", "good")


def test_a_figure_that_there_is_not_is_refused(capsys: Captured, ids: dict[str, str]) -> None:
    told = said(capsys, "diff", "good", "poor", "--figure", "worts", code=2)
    assert told == 'aegui: good: there is no figure "worts". Did you mean "worst"?\n'
    told = said(capsys, "diff", "good", "poor", "--figure", "foo", code=2)
    assert 'good: there is no figure "foo". Known: ' in told
    assert "wrong, worst, " in told
    # The figure exists, but neither run has it.
    assert "there is no figure" in said(
        capsys, "diff", "good", "poor", "--figure", "accuracy", code=2
    )
    assert json.loads(said(capsys, "diff", "good", "poor", "--figure", "loss", "--json"))["seeds"]
    told = said(capsys, "tidy", "--keep-best", "wrongs", code=2)
    assert told == 'aegui: --keep-best: there is no figure "wrongs". Did you mean "wrong"?\n'


def test_what_is_said_of_runs(capsys: Captured, ids: dict[str, str]) -> None:
    said(capsys, "star", "good", ids["poor"])
    said(capsys, "star", "poor", "--off")
    said(capsys, "tag", "good", "poor", "--add", "a", "--add", "b")
    said(capsys, "tag", "poor", "--remove", "a")
    assert said(capsys, "tag").splitlines() == ["b  2", "a  1", "course  1"]
    said(capsys, "edit", "poor", "--name", "worse", "--note", "with bce")
    assert [row["id"] for row in listed(capsys, "--starred")] == [ids["good"]]
    text = said(capsys, "show", "worse")
    assert "with bce" in text
    assert "engine fused" in text
    assert text.splitlines()[-1].startswith("std")
    assert "Name what to change" in said(capsys, "edit", "worse", code=2)
    assert "Name the tags" in said(capsys, "tag", "worse", code=2)
    assert "Name the runs" in said(capsys, "tag", "--add", "c", code=2)


def test_trash_and_back(capsys: Captured, ids: dict[str, str]) -> None:
    assert f"aegui runs restore {ids['good']}" in said(capsys, "rm", "good")
    assert [row["name"] for row in listed(capsys)] == ["poor"]
    assert [row["name"] for row in listed(capsys, "--trash")] == ["good"]
    # With one that is not there, nothing is done to the other either.
    told = said(capsys, "restore", ids["good"], "poor", code=2)
    assert told == f"aegui: {ids['poor']} is not in the trash.\n"
    assert len(listed(capsys)) == 1
    assert said(capsys, "restore", ids["good"]) == f"1 entry restored: {ids['good']}\n"
    assert len(listed(capsys)) == 2
    # With one unknown name, nothing is done to the other either.
    assert "There is no nothing" in said(capsys, "rm", "good", "nothing", code=2)
    assert len(listed(capsys)) == 2
    said(capsys, "rm", "good")
    assert re.search(r"is empty: [\d,]+ KB freed\.", said(capsys, "tidy", "--empty-trash"))
    assert "The trash was empty already." in said(capsys, "tidy", "--empty-trash")
    assert not _file(ids["good"]).exists()


def test_disk_use_and_the_best_of_a_study(capsys: Captured) -> None:
    study = new_id()
    with Library() as library:
        library.keep_entry(entry("a study", id=study, kind="study"))
        good = library.keep(saved_run("good", wrong=GOOD), study=study)
        poor = library.keep(saved_run("poor", wrong=POOR), study=study)
    assert "its limit is 5.0 GB" in said(capsys, "tidy")
    assert "The file of 1 run is in the trash" in said(capsys, "tidy", "--keep-best", "wrong")
    assert "in the trash" in said(capsys, "tidy")
    # A file that is there alone is restored too.
    assert poor.id in said(capsys, "restore", poor.id)
    assert "not in the trash" in said(capsys, "restore", poor.id, code=2)
    # What is done is no part of the document for programs.
    emptied = said(capsys, "tidy", "--keep-best", "wrong", "--empty-trash", "--json")
    assert json.loads(emptied)["trash_bytes"] == 0
    said(capsys, "tidy", "--limit", "100")
    assert json.loads(said(capsys, "tidy", "--json"))["limit_bytes"] == 100 << 20
    assert _file(good.id).exists()
    assert not _file(poor.id).exists()
    assert "recipe and figures of" in said(capsys, "export", "poor", "-o", "x.aegui", code=2)


def test_exports(
    capsys: Captured, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said(capsys, "export", "good", "-o", "good.json")
    said(capsys, "export", "good", "-o", "good.json")  # only a run must not be lost
    assert load_recipe("good.json").training.loss == "mse"
    said(capsys, "export", "good", "-o", "good.aegui")
    assert (tmp_path / "good.aegui").read_bytes() == _file(ids["good"]).read_bytes()
    said(capsys, "export", "good", "-o", "good.aegui")
    assert "--replace" in said(capsys, "export", "poor", "-o", "good.aegui", code=2)
    assert (tmp_path / "good.aegui").read_bytes() == _file(ids["good"]).read_bytes()
    said(capsys, "export", "poor", "-o", "good.aegui", "--replace")
    assert (tmp_path / "good.aegui").read_bytes() == _file(ids["poor"]).read_bytes()
    assert "has not been trained" in said(capsys, "export", "good", "-o", "m.html", code=2)
    with Library() as library:
        trained = library.keep(letters()).id
    said(capsys, "export", trained, "-o", "m.html")
    said(capsys, "export", trained, "-o", "m.safetensors")
    run = load_run(_file(trained))
    origin = best_origin(trained, run, run.codec(run.best_run))
    assert f"seed {run.recipe.seed + run.best_run}" in origin
    with safe_open("m.safetensors", "np") as weights:
        assert weights.metadata()["origin"] == origin
    assert (tmp_path / "m.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "One run at a time" in said(capsys, "export", "good", "poor", "-o", "x.json", code=2)
    assert "the suffix must be one of" in said(capsys, "export", "good", "-o", "x.txt", code=2)
    assert "Give a target" in said(capsys, "export", "good", code=2)
    assert "has not been trained" in said(capsys, "export", "good", "--tensorboard", "t", code=2)
    assert not (tmp_path / "x.json").exists()


def test_a_study_is_kept_with_a_run_file_for_each_setting(capsys: Captured, tmp_path: Path) -> None:
    plan = write_plan(tmp_path)
    line = ["--language", "en", "study", str(plan), "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert main([*line, "--keep"]) == 0
    captured = capsys.readouterr()
    (study,) = listed(capsys, "--kind", "study")
    assert f"Kept in the library as {study['id']}." in captured.err
    rows = listed(capsys, "--study", study["id"], "--kind", "run", "--columns", "name,runs,wrong")
    assert sorted(row["name"] for row in rows) == ["rate 0.002", "rate 0.02"]
    assert {row["runs"] for row in rows} == {3}
    out = tmp_path / "one.aegui"
    said(capsys, "export", rows[0]["id"], "-o", str(out))
    assert len(load_run(out).results) == 3
    said(capsys, "export", study["id"], "--tensorboard", str(tmp_path / "logs"))
    assert len(list((tmp_path / "logs").glob("*/seed-*/events*"))) == 6
    # The same command again finds everything done, and keeps nothing twice.
    assert main([*line, "--keep"]) == 0
    capsys.readouterr()
    assert len(listed(capsys)) == 3


def test_files_are_added(capsys: Captured, tmp_path: Path) -> None:
    save_run(tmp_path / "mine.aegui", saved_run(""))
    text = said(capsys, "add", str(tmp_path / "mine.aegui"), "--tag", "old")
    (row,) = listed(capsys, "--columns", "name,tags")
    assert row["id"] in text
    assert (row["name"], row["tags"]) == ("mine", "old")
    (tmp_path / "none.aegui").write_text("no")
    said(capsys, "add", str(tmp_path / "mine.aegui"), str(tmp_path / "none.aegui"), code=2)
    assert len(listed(capsys)) == 1


def test_a_file_is_added_once(capsys: Captured, tmp_path: Path) -> None:
    mine, other = str(tmp_path / "mine.aegui"), str(tmp_path / "other.aegui")
    save_run(mine, saved_run("mine", wrong=GOOD))
    save_run(other, saved_run("mine", wrong=POOR))
    said(capsys, "add", mine)
    (row,) = listed(capsys)
    # Whatever it is called there.
    said(capsys, "edit", row["id"], "--name", "renamed")
    lines = said(capsys, "add", mine, other, other, "--tag", "old").splitlines()
    there = f'mine.aegui is in the library already: "aegui runs show {row["id"]}" shows it.'
    assert lines[0].endswith(there)
    assert "is kept as" in lines[1]
    assert "is in the library already" in lines[2]
    assert len(listed(capsys)) == 2
    assert [one["id"] for one in listed(capsys, "--tag", "old")] != [row["id"]]
    # One in the trash is not seen in the library: the file is added again.
    said(capsys, "rm", row["id"])
    assert "is kept as" in said(capsys, "add", mine)


def test_a_slip_is_told_in_one_line(capsys: Captured, ids: dict[str, str]) -> None:
    for arguments, words in (
        (("lst",), "invalid choice: 'lst'"),
        (("list", "--where", "foo=1"), 'There is no column "foo".'),
        (("list", "--columns", "wrogn"), 'Did you mean "wrong"?'),
        (("list", "--limit", "0"), "--limit is 0; it must be at least 1."),
    ):
        text = said(capsys, *arguments, code=2)
        assert words in text
        assert text.count("\n") == 1
    assert main(["--language", "en", "rns"]) == 2
    assert "Did you mean runs?" in capsys.readouterr().err
