"""``aegui train`` accepts a set-up as one line, and reports whether its goal was reached."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.core.run_file.saved import load_run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

EASY = "lowercase 35-25-10-2 tanh | adam 0.01 | bce | 60 epochs | seed 5 | goal: error <= 0.5"
HARD = "lowercase 35-2 tanh | 20 epochs | goal: 32 of 32 within 1 px with <= 500 weights"


def test_a_line_is_trained_and_its_goal_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "easy.aegui"
    assert main(["train", EASY, "--out", str(path)]) == 0
    assert "Goal reached after" in capsys.readouterr().out
    run = load_run(path)
    assert run.recipe.seed == 5
    assert run.challenge is not None
    assert run.challenge.reached is not None
    assert run.challenge.reached.measured == (32, 32)
    assert main(["train", HARD]) == 0
    # Only what is missing, with what there is: the weights are few enough.
    said = capsys.readouterr().out
    assert re.search(r"Goal not reached: 32 of 32 samples within 1 pixel, now \d+\.\n", said)
    assert main(["train", HARD, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["goal"] == "goal: 32 of 32 within 1 px with <= 500 weights"
    assert told["goal_reached"] is None


def test_a_challenge_goes_by_its_name_and_options_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "challenge-exact", "--epochs", "10", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["runs"][0]["epochs"] == 10
    assert "within 0 px" in told["goal"]


def test_what_is_wrong_in_a_line_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["train", "lowercase 35-25-2 tanhh"]) != 0
    assert 'character 19, "tanhh"' in capsys.readouterr().err
    assert main(["train", "lowercase 35-25-2 | goal: 40 of 40 within 1 px"]) != 0
    assert "there are 32" in capsys.readouterr().err


def test_challenges_are_listed_with_the_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--group", "challenges"]) == 0
    assert "challenge-few-weights" in capsys.readouterr().out
