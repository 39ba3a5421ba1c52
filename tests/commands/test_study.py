"""``aegui study`` from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.core.study.plan import load_plan

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


def test_other_samples_in_place_of_the_plans(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, out = tmp_path / "p.json", tmp_path / "out"
    path.write_text(json.dumps(PLAN))
    line = ["study", str(path), "--out", str(out), "--jobs", "1", "--json"]
    assert main(line) == 0
    own = json.loads(capsys.readouterr().out)
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
