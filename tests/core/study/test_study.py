"""Studies: what is trained and kept, continuation after a crash, and progress."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.load import load_dataset
from aegui.core.data.writers import encode_dataset
from aegui.core.errors import AeguiError, ReadError
from aegui.core.folder_lock import LOCK
from aegui.core.study import study as study_module
from aegui.core.study import workers
from aegui.core.study.cluster import collect, do_unit, write_units
from aegui.core.study.plan import Goal, StudyPlan, plan_from, plan_json
from aegui.core.study.records import LINES_FILE, Records, RunRecord
from aegui.core.study.results import (
    StudyCell,
    StudyResult,
    best_of,
    csv_of,
    json_of,
    table_of,
    verdict_of,
    why,
)
from aegui.core.study.run_files import setting_run
from aegui.core.study.search import score
from aegui.core.study.settings import base_recipe, grid, key_of
from aegui.core.study.study import Study
from aegui.core.study.units import Unit, forget_files, resolved_of, run_unit, units_of
from aegui.core.study.workers import InlineWorkers, News, Processes, StudyControl
from aegui.core.training.loop.train import train
from aegui.core.training.record.timeline import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aegui.core.study.settings import StudySetting
    from tests.harness.forked import Start

HERE = Path()
SMALL = {
    "network.encoder": [{"units": 6}],
    "training.epochs": 12,
    "data.chars": "abcdef",
    "training.goals.max_wrong_pixels": None,
}
RATE = {
    "label": "rate",
    "path": "training.optimizer.learning_rate",
    "values": [0.02, 0.002],
}
SIZE = {
    "label": "size",
    "rows": [
        {"label": "6", "set": {"network.encoder": [{"units": 6}]}},
        {"label": "9-6", "set": {"network.encoder": [{"units": 9}, {"units": 6}]}},
    ],
}


def plan_of(**keys: Any) -> StudyPlan:
    usual: dict[str, Any] = {
        "name": "test",
        "seeds": {"first": 3, "count": 2},
        "axes": [SIZE, RATE],
    }
    usual["set"] = SMALL | keys.pop("set", {})
    return plan_from({"format": "aegui-study", "version": 1, **usual, **keys})


def done(plan: StudyPlan, folder: Path | None = None, workers: Any = None) -> StudyResult:
    records = Records(folder)
    records.begin(plan)
    study = Study(plan, HERE, records)
    workers = workers or InlineWorkers()
    try:
        for _ in study.run(workers, StudyControl()):
            pass
    finally:
        workers.close()
        records.end()
    return study.result()


def test_a_grid_and_every_run_alone(tmp_path: Path) -> None:
    result = done(plan_of(goal={"figure": "worst", "at_most": 8}), tmp_path)
    assert result.is_complete
    assert [cell.setting.words for cell in result.cells] == [
        *("6, 0.02", "6, 0.002", "9-6, 0.02", "9-6, 0.002"),
    ]
    records = Records(tmp_path)
    for cell in result.cells:
        assert [run.seed for run in cell.runs] == [3, 4]
        for run in cell.runs:
            resolved = resolved_of(cell.setting.run(run.seed))
            *_, training = train(resolved)
            alone = training.result()
            assert run.figures["loss"] == pytest.approx(alone.runs[0].best_loss, rel=1e-3)
            assert run.figures["wrong"] == pytest.approx(alone.runs[0].wrong_mean, abs=0.4)
            whole, row = records.complete(run.key), row_of(alone.snapshot, resolved)
            assert whole.row is not None
            assert row is not None
            assert np.abs(whole.row - row).max() < 5e-3
            np.testing.assert_array_equal(whole.history["epoch"], alone.history.epoch)


def test_however_the_runs_are_divided_the_figures_are_the_same() -> None:
    recipes = [
        setting.run(seed)
        for setting in Study(plan_of(), HERE, Records()).settings()
        for seed in range(40)
    ]
    few, many = units_of(recipes, 1), units_of(recipes, 8)
    assert len(few) == 2
    assert len(many) > 4
    assert sorted(len(unit.recipes) for unit in few) == [80, 80]
    runs = {key for unit in many for key in unit.recipes}
    assert runs == set(recipes)
    parts: list[dict[str, float]] = []
    for division in (few, [Unit(many[0].recipes[:5], 1.0), Unit(many[0].recipes[5:9], 1.0)]):
        found: dict[str, float] = {}
        for news in InlineWorkers().run(division, StudyControl()):
            found |= {line["key"]: line["figures"]["loss"] for line in news.lines}
        parts.append(found)
    assert len(parts[1]) == 9
    for key, loss in parts[1].items():
        assert loss == pytest.approx(parts[0][key], rel=1e-4)


def test_the_same_line_repeats_nothing(tmp_path: Path) -> None:
    plan = plan_of()
    assert done(plan, tmp_path).reused == 0
    lines = (tmp_path / LINES_FILE).read_text()
    again = done(plan, tmp_path)
    assert again.reused == 8
    assert (tmp_path / LINES_FILE).read_text() == lines
    more = done(plan_of(seeds={"first": 3, "count": 3}), tmp_path)
    assert more.reused == 8
    assert sum(len(cell.runs) for cell in more.cells) == 12
    with pytest.raises(AeguiError, match="holds the study “test”"):
        Records(tmp_path).begin(plan.model_copy(update={"name": "other"}))


def test_a_file_that_holds_other_samples_is_learnt_anew(tmp_path: Path) -> None:
    letters = load_dataset("lowercase", "abcdef")
    moved = letters.subset([5, 4, 3, 2, 1, 0])
    named = replace(letters, labels=tuple("uvwxyz"))
    path = tmp_path / "letters.npz"
    plan = plan_of(set={"data.source": str(path), "data.chars": None}, axes=[])
    reused = []
    for dataset in (letters, letters, moved, named, letters):
        path.write_bytes(encode_dataset(dataset, "npz"))
        reused.append(done(plan, tmp_path / "runs").reused)
    assert reused == [0, 2, 0, 0, 2]


def test_a_run_is_kept_under_the_samples_that_it_learnt_from(tmp_path: Path) -> None:
    letters = load_dataset("lowercase", "abcdef")
    path = tmp_path / "letters.npz"
    path.write_bytes(encode_dataset(letters, "npz"))
    plan = plan_of(set={"data.source": str(path), "data.chars": None}, axes=[])
    (unit,) = Study(plan, HERE, Records()).units(1)
    keys = {key_of(recipe, letters.content) for recipe in unit.recipes}

    def edited() -> bool:
        # While it learns the file becomes another, and another study is looked at.
        path.write_bytes(encode_dataset(letters.subset([5, 4, 3, 2, 1, 0]), "npz"))
        forget_files()
        return False

    records = [record for some in run_unit(unit, edited) for record in some]
    assert {record.key for record in records} == keys


@pytest.mark.parametrize("late", [False, True], ids=["within a round", "between two"])
def test_a_path_whose_file_became_another_meanwhile_is_not_whole(
    late: bool, tmp_path: Path
) -> None:
    letters = load_dataset("lowercase", "abcdef")
    path = tmp_path / "letters.npz"
    path.write_bytes(encode_dataset(letters, "npz"))
    plan = plan_of(
        mode="path",
        set={"data.source": str(path), "data.chars": None, "training.epochs": 2},
        axes=[SIZE, RATE],
    )
    study = Study(plan, HERE, Records())
    ended = 0
    for news in study.run(InlineWorkers(), StudyControl()):
        ended += len(news.ended)
        if news.ended and ended == (4 if late else 2):
            path.write_bytes(encode_dataset(letters.subset([5, 4, 3, 2, 1, 0]), "npz"))
            forget_files()
    result = study.result()
    assert ended > 4
    assert not result.is_complete
    # None of the settings has runs of other samples than the rest.
    assert sum(len(cell.runs) for cell in result.cells) == (4 if late else 2)


def test_a_path_counts_no_run_of_its_own_as_found(tmp_path: Path) -> None:
    plan = plan_of(mode="path", set={"training.epochs": 2}, axes=[SIZE, RATE])
    first = done(plan, tmp_path)
    runs = sum(len(cell.runs) for cell in first.cells)
    assert first.reused == 0
    assert done(plan, tmp_path).reused == runs


@pytest.mark.parametrize("mode", ["path", "guided"])
def test_every_choice_is_checked_before_the_first_run(mode: str, tmp_path: Path) -> None:
    bad = {"label": "code", "path": "network.latent.units", "values": [2, -1]}
    plan = plan_of(mode=mode, axes=[RATE, bad])
    records = Records(tmp_path)
    study = Study(plan, HERE, records)
    with pytest.raises(AeguiError, match=r'^code, -1: "network\.latent\.units" is -1'):
        study.settings()
    with pytest.raises(AeguiError, match="code, -1: "):
        next(study.run(InlineWorkers(), StudyControl()))
    assert len(records) == 0


def test_a_choice_may_depend_on_one_of_an_earlier_axis() -> None:
    second = {"label": "second", "path": "network.encoder.1.units", "values": [7, 9]}
    depth = {"label": "depth", "rows": SIZE["rows"][::-1]}
    study = Study(plan_of(mode="path", axes=[depth, second]), HERE, Records())
    assert len(study.settings()) == 2
    third = {"label": "third", "path": "network.encoder.2.units", "values": [7, 9]}
    with pytest.raises(AeguiError, match="there is no layer"):
        Study(plan_of(mode="path", axes=[depth, third]), HERE, Records()).settings()


def test_two_programs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    plan = plan_of()
    done(plan, tmp_path)
    before = (tmp_path / LINES_FILE).read_bytes()
    other = {"owner": "00000000-1-00000000", "process": 1, "machine": "far-away"}
    (tmp_path / LOCK).write_text(json.dumps(other))
    with pytest.raises(AeguiError, match="is in use by a program on far-away"):
        Records(tmp_path).begin(plan)
    assert (tmp_path / LINES_FILE).read_bytes() == before
    (tmp_path / LOCK).unlink()
    records = Records(tmp_path)
    records.begin(plan)
    records.end()
    assert not (tmp_path / LOCK).exists()
    # What another program has finished since it was read is known once the folder is ours.
    early = Records(tmp_path)
    (tmp_path / LINES_FILE).write_bytes(before + before.replace(b'"key":"', b'"key":"x'))
    early.begin(plan)
    early.end()
    assert len(early) == 16


def test_a_line_that_a_crash_has_cut_off_is_done_anew(tmp_path: Path) -> None:
    plan = plan_of()
    before = done(plan, tmp_path)
    path = tmp_path / LINES_FILE
    whole = path.read_text()
    path.write_text(whole[: len(whole) - 30])
    after = done(plan, tmp_path)
    assert after.reused == 7
    assert [cell.mean("loss") for cell in after.cells] == pytest.approx(
        [cell.mean("loss") for cell in before.cells], rel=1e-4
    )
    assert done(plan, tmp_path).reused == 8
    for file in (tmp_path / "runs").iterdir():
        file.unlink()
    assert done(plan, tmp_path).reused == 0


def test_processes_find_what_one_alone_finds() -> None:
    here = done(plan_of())
    there = done(plan_of(), workers=Processes(2))
    for one, other in zip(here.cells, there.cells, strict=True):
        assert one.values("loss") == pytest.approx(other.values("loss"), rel=1e-4)


def test_a_process_that_dies_is_replaced() -> None:
    workers = Processes(2)
    study = Study(plan_of(set={"training.epochs": 3000}), HERE, Records())
    killed = False
    try:
        for _ in study.run(workers, StudyControl()):
            busy = [one for one in workers._processes if one.unit is not None]
            if not killed and busy:
                pid = busy[0]._process.pid
                assert pid is not None
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                killed = True
    finally:
        workers.close()
    assert killed
    assert all(cell.is_complete for cell in study.result().cells)


def test_processes_may_die_as_long_as_units_are_finished_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aegui.core.study.workers._MAX_DEATHS", 1)
    workers = Processes(1)
    study = Study(plan_of(axes=[SIZE], set={"training.epochs": 3000}), HERE, Records())
    first: Unit | None = None
    killed: set[int] = set()
    try:
        for _ in study.run(workers, StudyControl()):
            for one in workers._busy:
                first = first or one.unit
                pid = one._process.pid
                # The other unit has its turn before a lost one is repeated.
                if one.unit is first and len(killed) < 2 and pid not in killed:
                    assert pid is not None
                    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                    killed.add(pid)
    finally:
        workers.close()
    assert len(killed) == 2
    assert all(cell.is_complete for cell in study.result().cells)


def test_stopped_and_paused() -> None:
    control = StudyControl(paused=True)
    study = Study(plan_of(set={"training.epochs": 100_000}), HERE, Records())
    news = study.run(InlineWorkers(), control)
    begun = time.monotonic()
    assert next(news).share == 0.0
    assert next(news).share == 0.0
    control.paused = False
    while next(news).share == 0.0:
        assert time.monotonic() - begun < 60
    control.stop = True
    assert list(news) == []
    assert not study.result().is_complete


def test_runs_that_end_as_the_stop_is_asked_for_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    control = StudyControl()

    def stopping(*arguments: Any) -> Iterator[list[RunRecord]]:
        for records in run_unit(*arguments):
            control.stop = control.stop or bool(records)
            yield records

    monkeypatch.setattr(workers, "run_unit", stopping)
    study = Study(plan_of(axes=[]), HERE, Records())
    ended = [run for news in study.run(InlineWorkers(), control) for run in news.ended]
    assert ended
    assert {run.key for run in ended} == {run.key for cell in study.cells() for run in cell.runs}


def test_a_run_that_cannot_be_trained_is_named() -> None:
    bad = {"label": "out", "path": "network.output_activation", "values": ["sigmoid", "tanh"]}
    with pytest.raises(AeguiError, match=r"Tanh: .*Binary cross-entropy"):
        Study(plan_of(axes=[bad]), HERE, Records()).settings()


def test_a_path_keeps_the_best_choice_of_each_axis() -> None:
    goal = {"figure": "loss", "at_most": 10.0}
    plan = plan_of(mode="path", goal=goal, choose=["goal", "parameters"], axes=[SIZE, RATE])
    result = done(plan)
    assert [step.winner.setting.labels for step in result.steps] == [
        {"size": "6"},
        {"size": "6", "rate": "0.02"},
    ]
    first, second = (step.words(plan) for step in result.steps)
    assert first.startswith("size: 2 choices were tried; 6 is kept. Parameters: ")
    assert second.endswith("All were equal: the first one was chosen.")
    by_loss = done(plan_of(mode="path", figure="loss"))
    best = by_loss.steps[-1].winner
    assert by_loss.best is best
    tried = [cell.mean("loss") for step in by_loss.steps for cell in step.cells]
    assert best.mean("loss") == pytest.approx(min(tried))


def test_going_along_a_path_again_repeats_none_of_its_steps() -> None:
    study = Study(plan_of(mode="path"), HERE, Records())
    for _ in study.run(InlineWorkers(), StudyControl()):
        pass
    assert [step.axis for step in study.begun().steps] == ["size", "rate"]


def test_a_reason_tells_what_it_is_ahead_of_each_other_by() -> None:
    """Of three two reach the goal: that alone does not say why one of these is kept."""
    plan = plan_of(
        goal={"figure": "wrong", "at_most": 1.0}, choose=["goal", "parameters", "loss"], axes=[SIZE]
    )
    cell = done(plan).cells[0]

    def with_figures(**figures: float) -> StudyCell:
        return replace(cell, runs=tuple(replace(run, figures=figures) for run in cell.runs))

    kept = with_figures(wrong=0.0, parameters=500, loss=0.1)
    larger = with_figures(wrong=0.0, parameters=900, loss=0.1)
    short = with_figures(wrong=3.0, parameters=200, loss=0.1)
    told = why(kept, [larger, short], plan)
    assert told == "2 of 2 runs reach the goal. Among equals, Parameters: 500 is best."
    assert why(kept, [larger], plan) == "Parameters: 500 is best."
    assert why(kept, [kept], plan) == "All were equal: the first one was chosen."


def test_what_is_told_of_it() -> None:
    plan = plan_of(
        goal={"figure": "worst", "at_most": 30},
        figure="loss",
        published=[{"where": {"size": "6", "rate": "0.02"}, "text": "9.875"}],
    )
    result = done(plan)
    header, rows = table_of(result)
    assert header[:4] == ["", "size", "rate", "Loss"]
    assert header[-2:] == ["at the goal", "published"]
    assert [row[-1] for row in rows] == ["9.875", "", "", ""]
    told = plan.model_copy(update={"published_unit": "error of a character"})
    assert table_of(replace(result, plan=told))[0][-1] == "published, error of a character"
    assert sum(row[0] == "*" for row in rows) == 1
    assert all("±" in row[3] for row in rows)
    assert {row[-2] for row in rows} == {"2/2"}
    cells = tuple(replace(cell, runs=()) for cell in result.cells)
    _, before = table_of(replace(result, cells=cells))
    assert {row[-2] for row in before} == {"–"}, "no share of nothing"
    lines = csv_of(result).splitlines()
    assert len(lines) == 1 + 8
    assert lines[0].startswith("size,rate,seed,ended,key,wrong,worst")
    document: Any = json_of(result)
    assert document["complete"]
    assert len(document["settings"]) == 4
    assert document["settings"][0]["figures"]["loss"]["mean"] == result.cells[0].mean("loss")


def test_runs_that_diverge_are_worst() -> None:
    rates = {"path": "training.optimizer.learning_rate", "values": [1e9, 0.05]}
    network = {"network.output_activation": "identity", "training.loss": "mse"}
    plan = plan_of(
        axes=[rates], set=network | {"training.optimizer.name": "sgd"}, figure="last_loss"
    )
    result = done(plan)
    assert [run.reason for run in result.cells[0].runs] == ["diverged"] * 2
    assert result.best is result.cells[1]


def test_runs_that_diverge_have_no_figures_to_compare(tmp_path: Path) -> None:
    rates = {"path": "training.optimizer.learning_rate", "values": [1e9, 1e-9]}
    network = {"network.output_activation": "identity", "training.loss": "mse"}
    noises = {"noises": [{"kind": "flip", "level": level} for level in (0.1, 0.2)], "draws": 20}
    plan = plan_of(
        axes=[rates], set=network | {"training.optimizer.name": "sgd"}, figure="wrong", tried=noises
    )
    result = done(plan, tmp_path)
    diverged, sound = result.cells
    assert [run.reason for run in diverged.runs] == ["diverged"] * 2
    # Before their first step both settings have the same weights.
    assert set(diverged.runs[0].figures) == {"epochs", "seconds", "parameters"}
    assert sound.has("wrong")
    assert result.best is sound
    assert math.isinf(score(diverged, plan))
    assert verdict_of(result).lines[-1] == "No verdict: 1e9 failed in all of its 2 seeds."
    run = setting_run(diverged, Records(tmp_path))
    assert run is not None
    assert all(one.diverged and one.wrong_mean > 0 for one in run.results)


@pytest.mark.parametrize("equal", [(0.3, 0.2, 0.1), (0.4, 0.1, 0.1)])
def test_equal_means_are_a_tie_whatever_their_order_and_rounding(equal: tuple[float, ...]) -> None:
    plan = plan_of(axes=[SIZE], figure="wrong", choose=["wrong", "parameters"])
    small, large = grid(base_recipe(plan, HERE), plan.axes)

    def cell(setting: StudySetting, wrong: tuple[float, ...], parameters: float) -> StudyCell:
        figures = ({"wrong": value, "parameters": parameters} for value in wrong)
        runs = (RunRecord(f"{seed}", seed, "epochs", one) for seed, one in enumerate(figures))
        return StudyCell(setting, tuple(runs), len(wrong))

    larger, kept = cell(large, equal, 200.0), cell(small, (0.1, 0.2, 0.3), 100.0)
    assert larger.mean("wrong") == kept.mean("wrong")
    assert best_of((larger, kept), plan) is kept
    assert why(kept, [larger], plan) == "Parameters: 100 is best."


@pytest.mark.slow
def test_units_in_a_folder(tmp_path: Path) -> None:
    plan, folder = plan_of(), tmp_path / "units"
    count = write_units(Study(plan, HERE, Records()), folder)
    script = (folder / "study.sbatch").read_text()
    assert f"--array=1-{count}\n" in script
    # What a cluster would do, with a queue of its own: in any folder, whatever was set here.
    elsewhere = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for number in range(1, count + 1):
        environment = elsewhere | {"SLURM_ARRAY_TASK_ID": str(number)}
        command = ["sh", str(folder / "study.sbatch")]
        subprocess.run(command, env=environment, check=True, cwd=tmp_path)
        do_unit(folder, number, lambda share: None)  # done already: nothing happens
    records = Records(tmp_path / "study")
    records.begin(plan)
    assert collect(folder, records) == 8
    assert collect(folder, records) == 0
    study = Study(plan, HERE, records)
    for _ in study.run(InlineWorkers(), StudyControl()):
        pass
    assert study.result().reused == 8
    with pytest.raises(AeguiError, match="Nothing is left"):
        write_units(study, tmp_path / "others")
    with pytest.raises(AeguiError, match="There is no unit"):
        do_unit(folder, 999, lambda share: None)
    with pytest.raises(AeguiError, match="holds no units"):
        collect(tmp_path, records)


@pytest.mark.parametrize("line", ["[]", "{}", '{"key": "a", "figures": 1}', "nothing"])
def test_a_result_that_is_no_run_is_named(tmp_path: Path, line: str) -> None:
    write_units(Study(plan_of(), HERE, Records()), tmp_path)
    lines = tmp_path / "unit-00001.jsonl"
    lines.write_text(f"{line}\n")
    lines.with_suffix(".safetensors").write_bytes(b"")
    with pytest.raises(ReadError, match=lines.name):
        collect(tmp_path, Records())


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records
from aegui.core.study.search import score
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
if __name__ == "__main__":
    plan, folder = load_plan(sys.argv[1]), Path(sys.argv[2])
    records = Records(folder)
    records.begin(plan)
    for news in Study(plan, Path(), records).run(InlineWorkers(), StudyControl()):
        print(len(records), flush=True)
"""


def test_a_process_that_is_killed_loses_only_what_was_under_way(
    tmp_path: Path, start_program: Start
) -> None:
    epochs = {"label": "epochs", "path": "training.epochs", "values": [20, 10_000_000]}
    plan = plan_of(axes=[SIZE, epochs])
    file, folder = tmp_path / "p.json", tmp_path / "out"
    file.write_text(plan_json(plan))
    with start_program(KILLED, str(file), str(folder), environment=os.environ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 2:
                break
        process.kill()
    kept = list(Records(folder))
    assert len(kept) == 2
    assert all(run.figures["epochs"] == 20 for run in kept)
    short = plan_of(axes=[SIZE, epochs | {"values": [20]}])
    assert done(short, folder).reused == 2


def test_a_verdict_closes_it() -> None:
    wide = {"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.02, 1e-4]}
    result = done(plan_of(axes=[wide], figure="loss", seeds={"first": 0, "count": 8}))
    lines = verdict_of(result).lines
    assert lines[0] == "0.02 beats all others."
    assert lines[1].startswith("0.02 beats 0.0001: ")
    assert "p = " in lines[1] or "p < " in lines[1]
    few = done(plan_of(axes=[wide], figure="loss"))
    assert "Too few seeds" in verdict_of(few).lines[1]
    assert verdict_of(done(plan_of(axes=[]))).lines == ()


GUIDED = {
    "mode": "guided",
    "trials": 10,
    "axes": [
        SIZE,
        {
            "label": "rate",
            "path": "training.optimizer.learning_rate",
            "range": {"first": 1e-4, "last": 0.1, "steps": 5, "log": True},
        },
    ],
}


def test_without_optuna_no_search_is_guided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(AeguiError, match=r"needs Optuna.*aegui\[search\]"):
        done(plan_of(**GUIDED))


def test_a_guided_search_is_replayed(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the extra “search” is not installed")
    plan = plan_of(**GUIDED, figure="loss")
    first = done(plan, tmp_path)
    assert len(first.cells) == 10
    again = done(plan, tmp_path)
    assert again.reused == 20
    assert [c.setting.words for c in again.cells] == [c.setting.words for c in first.cells]


def test_a_guided_search_trains_nothing_twice(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the extra “search” is not installed")
    # Of two settings a search of ten asks for each again and again.
    plan = plan_of(**{**GUIDED, "axes": [SIZE]}, figure="loss")
    result = done(plan, tmp_path)
    assert len(result.cells) == 2
    lines = [json.loads(line) for line in (tmp_path / LINES_FILE).read_text().splitlines()]
    assert sorted({line["key"] for line in lines}) == sorted(line["key"] for line in lines)
    assert result.is_complete


def test_one_more_at_the_goal_outweighs_every_figure() -> None:
    result = done(plan_of(figure="loss", goal={"figure": "worst", "at_most": 30}))
    plan, cell = result.plan, result.cells[0]
    missed = plan.model_copy(update={"goal": Goal(figure="worst", at_most=-1.0)})
    assert 0.0 <= score(cell, plan) < 1.0
    assert 2.0 <= score(cell, missed) < 3.0
    other = result.cells[1]
    better = cell.mean("loss") < other.mean("loss")
    assert (score(cell, plan) < score(other, plan)) == better


class _SlowToStart:
    """Workers whose processes start for long, and then do half of their work at once."""

    jobs = 2
    is_remote = False

    def __init__(self, clock: list[float]) -> None:
        self._clock = clock

    def run(self, units: Sequence[Unit], control: StudyControl) -> Iterator[News]:
        work = sum(unit.work for unit in units)
        for seconds, done in ((50.0, 0.0), (100.0, 0.0), (101.0, 0.5 * work), (102.0, work)):
            self._clock[0] = seconds
            yield News(done=done)

    def close(self) -> None:
        """Do nothing."""


def test_the_time_left_leaves_out_the_start_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(study_module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    study = Study(plan_of(axes=[RATE]), HERE, Records(None))
    left = [news.left for news in study.run(_SlowToStart(clock), StudyControl())]
    assert left == [None, None, pytest.approx(1.0), 0.0, 0.0]


def test_the_time_before_it_begins_has_the_start_of_processes() -> None:
    assert workers.with_start(10.0, 1) == 10.0
    assert workers.with_start(10.0, 4) == 10.0 + workers.START_SECONDS
