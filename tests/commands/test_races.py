"""``aegui race``, ``aegui smallest``, and the plots of ``aegui study`` as files."""

from __future__ import annotations

import csv
import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from aegui.cli import main
from aegui.commands import races
from aegui.core.races.smallest import Attempts, Challenge, attempts_left, default_attempts, shrink
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import load_recipe
from aegui.widgets.figures.study_kinds import PICTURES
from tests.features.races.tasks import TASK
from tests.features.studies.plans import write_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Out = pytest.CaptureFixture[str]


@pytest.fixture
def task(tmp_path: Path) -> Path:
    path = tmp_path / "task.json"
    path.write_text(TASK.model_dump_json())
    return path


def test_a_race_is_told_and_drawn(task: Path, tmp_path: Path, capsys: Out) -> None:
    out, table, trails = (tmp_path / name for name in ("r.svg", "r.csv", "t.svg"))
    line = ["race", str(task), "--optimisers", "adam,lbfgs", "--epochs", "12", "--rate"]
    line += ["adam=0.02", "-o", str(out), "-o", str(table), "--trails", str(trails), "--json"]
    assert main(line) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["key"] for one in told["optimisers"]] == ["adam", "lbfgs"]
    assert told["optimisers"][0]["learning_rate"] == 0.02
    assert told["optimisers"][0]["evaluations"] == 12
    assert told["complete"]
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert {row["optimiser"] for row in rows} == {"adam", "lbfgs"}
    assert float(rows[-1]["loss"]) == pytest.approx(told["optimisers"][1]["loss"], rel=0.5)
    assert "Adam 0.02" in out.read_text()
    assert "end of" in trails.read_text()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--rate", "adam", "adam=0.01"),
        ("--optimisers", "adan", "no optimiser adan"),
        ("--rate", "adam=0.01,sgd=0.1", "adam=0.01"),
        ("--rate", "adagrad=0.1", '"adagrad", which does not take part'),
        ("--rate", "lbfgs=0.1", "finds its steps itself"),
        ("--seconds", "0", "--seconds is 0; it must be at least 0.1."),
        ("-o", "race.bmp", "suffix"),
    ],
)
def test_a_race_with_a_mistake_is_one_message(
    option: str, value: str, words: str, task: Path, capsys: Out
) -> None:
    assert main(["race", str(task), option, value]) != 0
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_a_long_search_is_told_and_not_begun_unasked(task: Path, capsys: Out) -> None:
    line = ["smallest", "letters-course", "--epochs", "100000000", "--seeds", "100"]
    for more in ([], ["--try"]):
        assert main([*line, *more]) == 2
        assert "Add --yes to do it anyway." in capsys.readouterr().err
    assert main([*line, "--list"]) == 0
    # Known results cost nothing.
    easy = ["smallest", str(task), "--wrong", "35", "--seeds", "1"]
    assert main(easy) == 0
    recipe = load_recipe(task)
    challenge = Challenge(35, 1, 1)
    attempts = Attempts(recipe, challenge)
    assert attempts_left(recipe, challenge, attempts) == 0
    assert len(tuple(attempts)) <= default_attempts(recipe)


def test_the_smallest_network_is_found_kept_and_written(
    task: Path, tmp_path: Path, capsys: Out
) -> None:
    best = tmp_path / "best.json"
    line = ["smallest", str(task), "--wrong", "35", "--seeds", "1"]
    assert main([*line, "-o", str(tmp_path / "best.png")]) == 2
    assert "best.png: the suffix must be .json." in capsys.readouterr().err
    assert main([*line, "-o", str(best)]) == 0
    out = capsys.readouterr().out
    assert "* smallest: 35-1-2-1-35" in out
    assert "1 of 1 seed, reaches it" in out
    assert Recipe.model_validate_json(best.read_text()).network.encoder[0].kind == "dense"
    assert main([*line, "--try"]) == 0
    out = capsys.readouterr().out
    assert "35-6-2-6-35" in out
    assert "your own: 35-6-2-6-35" in out
    assert main([*line, "--list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main([*line, "--json"]) == 0
    searched = capsys.readouterr()
    assert json.loads(searched.out) == told
    assert "1 of 1 seed, reaches it" in searched.err
    assert told["best"]["widths"] == "35-1-2-1-35"
    assert told["attempts"] >= 3
    assert told["complete"]


@pytest.mark.usefixtures("handled_signals")
def test_a_search_that_is_stopped_claims_nothing(
    task: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:

    def stopped_soon(*arguments: Any) -> Iterator[Any]:
        signal.raise_signal(signal.SIGINT)
        yield from shrink(*arguments)

    monkeypatch.setattr(races, "shrink", stopped_soon)
    line = ["smallest", str(task), "--wrong", "34", "--seeds", "1"]
    assert main([*line, "--json"]) == 130
    told = capsys.readouterr()
    assert not json.loads(told.out)["complete"]
    assert "Stopped: a smaller one may exist." in told.err


@pytest.mark.parametrize("more", [[], ["--list"], ["--list", "--json"]])
def test_what_reconstructs_nothing_has_no_smallest_network(more: list[str], capsys: Out) -> None:
    assert main(["smallest", "fashion-gan", *more]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert told.err == (
        "aegui: The challenge is for autoencoders: other models have no wrong pixels.\n"
    )


def test_pictures_of_a_study_are_written_with_their_numbers(tmp_path: Path, capsys: Out) -> None:
    layers = {"label": "layers", "path": "network.encoder.0.units", "values": [4, 6]}
    rate = {"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.02, 0.002]}
    plan, out = write_plan(tmp_path, axes=[rate, layers]), tmp_path / "pictures"
    line = ["study", str(plan), "--out", str(tmp_path / "runs"), "--figures", str(out)]
    assert main([*line, "--forms", "svg,csv"]) == 0
    # Without noise plots, as noise is not an axis of this study.
    fitting = {key for key in PICTURES if not key.startswith("noise-")}
    assert {path.stem for path in out.glob("*.svg")} == {f"study-{key}" for key in fitting}
    assert "3 seeds of each setting" in (out / "study-bars.svg").read_text()
    assert len((out / "study-bars.csv").read_text().splitlines()) == 1 + 12
    capsys.readouterr()
    assert main([*line, "--kinds", "bars,pie"]) != 0
    assert "--kinds pie: there are bars" in capsys.readouterr().err
    assert main([*line, "--kinds", ","]) == 2
    assert "--kinds ,: there are bars" in capsys.readouterr().err


def test_pictures_that_a_study_does_not_give_are_named(tmp_path: Path, capsys: Out) -> None:
    plan, out = write_plan(tmp_path), tmp_path / "pictures"
    line = ["--language", "en", "study", str(plan), "--out", str(tmp_path / "runs")]
    line += ["--figures", str(out), "--forms", "csv", "--kinds"]
    assert main([*line, "heat"]) == 1
    told = capsys.readouterr().err
    assert "The results of this study do not give these pictures: heat\n" in told
    assert "Pictures in" not in told
    assert main([*line, "heat,bars"]) == 0
    told = capsys.readouterr().err
    assert f"Pictures in {out}: bars\n" in told
    assert "do not give these pictures: heat\n" in told
