"""``aegui study`` from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.core.study.plan import list_plans, load_plan
from tests.commands.asked import told

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PLAN = {
    "format": "aegui-study",
    "version": 1,
    "name": "test",
    "set": {"training.epochs": 3, "data.chars": "ab", "training.goals.max_wrong_pixels": None},
    "seeds": {"count": 1},
    "tried": {"noises": [{"kind": "flip", "level": 0.2}], "draws": 20},
    "figure": "wrong@flip:0.2",
}


def test_errors_of_rows_name_the_file_of_the_plan(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row = {"label": "one", "set": {"training.optimizer.learning_rate": True}}
    plan = {"format": "aegui-study", "version": 1, "axes": [{"label": "a", "rows": [row]}]}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    for command in (["study", str(path)], ["report", str(path), "-o", str(tmp_path / "out")]):
        assert main(command) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("aegui: mine.json: a, one: ")
        assert '"training.optimizer.learning_rate" is true' in line
    path.write_text(json.dumps({**plan, "recipe": "nowhere", "axes": []}), encoding="utf-8")
    assert main(["study", str(path)]) == 2
    assert capsys.readouterr().err.startswith("aegui: mine.json: The recipe of the study")


def test_what_is_refused_leaves_no_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, out = tmp_path / "p.json", tmp_path / "out"
    path.write_text(json.dumps(PLAN))
    line = ["study", str(path), "--out", str(out)]
    assert main([*line, "--data", str(tmp_path / "nowhere.h")]) == 2
    assert "nowhere.h" in capsys.readouterr().err
    assert main([*line, "--scheduler", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not out.exists()
    for command in (["study", str(path), "--out"], ["noise-matrix", "--folder"]):
        assert main([*command, str(path)]) == 2
        words = f"{path} is a file, but runs are kept in a folder: name another one."
        assert words in capsys.readouterr().err


def test_other_samples_in_place_of_the_plans(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, out = tmp_path / "p.json", tmp_path / "out"
    path.write_text(json.dumps(PLAN))
    line = ["study", str(path), "--out", str(out), "--jobs", "1", "--json"]
    assert main(line) == 0
    own = json.loads(capsys.readouterr().out)
    # A study that is complete needs no time.
    assert main(line) == 0
    assert "all of them are done." in capsys.readouterr().err
    assert main([*line, "--data", "uppercase"]) == 0
    other = json.loads(capsys.readouterr().out)
    assert other["reused"] == 0
    counts = [len(json.loads(text)["wrong"]) for text in (out / "runs.jsonl").read_text().split()]
    assert counts == [2, 32]
    kept = load_plan(out / "study.json").set
    assert kept["data.source"] == "uppercase"
    assert kept["data.chars"] is None
    for found in (own, other):
        assert found["settings"][0]["figures"]["wrong@flip:0.2"]["mean"] > 0


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = {one["key"]: one for one in told(capsys, "--language", "en", "study", "--list")}
    plans = {key: load_plan(path) for key, path in list_plans().items()}
    assert found == {
        key: {
            "key": key,
            "name": plan.name,
            "settings": plan.most_settings,
            "seeds": plan.seeds.count,
        }
        for key, plan in plans.items()
    }
