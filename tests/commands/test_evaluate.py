"""Evaluation of several runs: each figure as mean and spread."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.cli import main
from aegui.commands.classes import noisy_accuracies
from aegui.commands.figures import measured
from aegui.commands.opened import OpenedRun
from aegui.core.data.corruption import corrupted_with, parse_corruption
from aegui.core.data.split import split_indices
from aegui.core.errors import Cancelled
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from tests.commands.asked import told

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, ReportShare

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a population of three, two other runs, and two classifiers."""
    made = tmp_path_factory.mktemp("many")
    short = {"training": {"epochs": 60, "device": "cpu"}}
    recipes: dict[str, dict[str, Any]] = {
        "three": {**short, "runs": 3},
        "other": {**short, "seed": 9},
        "some": {**short, "data": {"chars": "abcde"}},
        "classes": {
            "data": {"source": "digits", "split": {"validation": 0.2}},
            "training": {"epochs": 3, "batch_size": 64, "device": "cpu"},
            "classifier": {"pretrain": {"epochs": 0}},
            "runs": 2,
        },
    }
    for name, changes in recipes.items():
        save_recipe(made / f"{name}.json", Recipe.model_validate(changes))
        arguments = ["train", str(made / f"{name}.json"), "--out", str(made / f"{name}.aegui")]
        assert main(arguments) == 0
    return made


@pytest.mark.parametrize("name", ["three", "classes"])
def test_an_evaluation_tells_its_share_and_can_be_stopped(folder: Path, name: str) -> None:
    run = OpenedRun(folder / f"{name}.aegui")
    specs = [parse_corruption("flip:0.1"), parse_corruption("gaussian:0.2")]
    options = argparse.Namespace(draws=40_000, seed=0)
    indices = np.arange(len(run.dataset))

    def evaluate(report: ReportShare, cancelled: IsCancelled | None = None) -> None:
        if run.codec.can_classify:
            noisy_accuracies(run, indices, specs, options, report, cancelled)
        else:
            measured(run, specs, options, report, cancelled)

    shares: list[float] = []
    evaluate(shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert 0.7 < shares[-1] <= 1.0
    seen = [0.0]
    with pytest.raises(Cancelled):
        evaluate(seen.append, lambda: seen[-1] > 0.5)
    assert 0.5 < seen[-1] < shares[-1]


def test_the_trial_that_tells_the_time_can_be_stopped(folder: Path) -> None:
    run, options = OpenedRun(folder / "three.aegui"), argparse.Namespace(draws=100, seed=0)
    shares: list[float] = []
    polls: list[int] = []

    def cancelled() -> bool:
        polls.append(len(shares))
        return False

    measured(run, [], options, shares.append, cancelled)
    steps = 5  # the pass that loads everything, and one of each kind
    assert polls[: steps + 1] == [0] * (steps + 1)
    polls.clear()
    measured(run, [], options, None, cancelled)
    assert len(polls) < 2 * steps, "without a report nothing is tried"


def test_mean_and_spread_over_the_seeds_of_a_population(folder: Path, capsys: Captured) -> None:
    path = str(folder / "three.aegui")
    noise = ["--noise", "flip:0.1", "--draws", "320"]
    answer = told(capsys, "evaluate", path, "--all-runs", *noise)
    assert [run["seed"] for run in answer["runs"]] == [0, 1, 2]
    single = [told(capsys, "evaluate", path, "--run", str(run), *noise) for run in range(3)]
    wrong = [one["wrong_pixels"]["mean"] for one in single]
    noisy = [one["noise"][0]["wrong_pixels"]["mean"] for one in single]
    for name, values in (("wrong_pixels", wrong), ("wrong_pixels_flip:0.1", noisy)):
        assert answer["summary"][name]["mean"] == pytest.approx(np.mean(values))
        assert answer["summary"][name]["std"] == pytest.approx(np.std(values, ddof=1))
    errors = [one["figures"]["squared_error"] for one in single]
    assert answer["summary"]["squared_error"]["mean"] == pytest.approx(np.mean(errors))
    assert main(["evaluate", path, "--all-runs"]) == 0
    out = capsys.readouterr().out
    assert "mean of 3 runs" in out
    assert "seeds 0, 1, 2" in out


def test_several_files_and_classifiers(folder: Path, capsys: Captured) -> None:
    files = [str(folder / f"{name}.aegui") for name in ("three", "other")]
    answer = told(capsys, "evaluate", *files)
    assert [run["file"] for run in answer["runs"]] == files
    assert answer["runs"][1]["seed"] == 9
    classes = told(capsys, "evaluate", str(folder / "classes.aegui"), "--all-runs")
    assert {"accuracy", "macro_f1"} <= set(classes["summary"])
    assert {run["part"] for run in classes["runs"]} == {"held_out"}
    assert main(["evaluate", str(folder / "three.aegui"), "--all-runs", "--run", "1"]) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_a_classifier_is_tried_with_as_many_draws_as_were_asked_for(
    folder: Path, capsys: Captured
) -> None:
    path = str(folder / "classes.aegui")
    saved = load_run(path)
    places = split_indices(len(saved.dataset), saved.recipe.data.split)[1]
    dataset = saved.dataset.subset(places)
    codec, draw, right = saved.codec(saved.best_run), np.random.default_rng(0), 0.0
    for _ in range(2):
        noise = parse_corruption("flip:0.1")
        noisy = corrupted_with(dataset.flat(), noise, draw, dataset.image_shape)
        right += float((codec.classify(noisy).argmax(axis=1) == dataset.class_indices).mean()) / 2
    asked = ["--noise", "flip:0.1", "--draws", str(len(dataset) + 1)]
    answer = told(capsys, "evaluate", path, *asked)
    assert answer["noise"][0]["accuracy"] == pytest.approx(right)


def test_noise_is_drawn_for_several_classifiers(folder: Path, capsys: Captured) -> None:
    path, noise = str(folder / "classes.aegui"), ["--noise", "flip:0.1", "--draws", "400"]
    answer = told(capsys, "evaluate", path, "--all-runs", *noise)
    single = [told(capsys, "evaluate", path, "--run", str(run), *noise) for run in range(2)]
    accuracies = [one["noise"][0]["accuracy"] for one in single]
    spread = answer["summary"]["accuracy_flip:0.1"]
    assert spread["mean"] == pytest.approx(np.mean(accuracies))
    assert spread["std"] == pytest.approx(np.std(accuracies, ddof=1))


def test_the_samples_of_each_file_are_named(folder: Path, capsys: Captured) -> None:
    assert main(["evaluate", str(folder / "classes.aegui"), "--all-runs"]) == 0
    out = capsys.readouterr().out
    assert "validation part" in out
    assert "held_out" not in out
    files = [str(folder / f"{name}.aegui") for name in ("three", "some")]
    assert main(["evaluate", *files]) == 0
    out = capsys.readouterr().out
    assert "lowercase, 32 " in out
    assert "lowercase, 5 " in out


def test_train_tells_the_spread_of_a_population(folder: Path, capsys: Captured) -> None:
    assert main(["train", str(folder / "three.json"), "--epochs", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:6]] == ["0", "1", "2", "mean", "std"]
    losses = [float(line.split()[2]) for line in lines[1:4]]
    assert float(lines[4].split()[2]) == pytest.approx(np.mean(losses), rel=1e-3)


def test_a_file_that_is_named_twice_is_counted_once(
    folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    path, other = str(folder / "three.aegui"), str(folder / "other.aegui")
    answer = told(capsys, "evaluate", path, other, "three.aegui")
    assert [run["seed"] for run in answer["runs"]] == [0, 9]
    assert main(["evaluate", path, path]) == 0
    captured = capsys.readouterr()
    assert f"{path} is named more than once, and counted once." in captured.err
    assert captured.out.startswith("wrong pixels")
    curves = told(capsys, "noise-curves", path, path, "--levels", "0.1", "--draws", "32")
    assert sum(line["is"] == "model" for line in curves["lines"]) == 1
    page = folder / "page.html"
    assert main(["page", path, "three.aegui", "-o", str(page)]) == 0
    assert "A page of 1 network" in capsys.readouterr().out
