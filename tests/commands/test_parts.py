"""Figures state which samples they are of, and what else they depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.cli import main
from aegui.core.data.split import split_indices
from aegui.core.data.writers import write_dataset
from aegui.core.machine import processor
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from tests.commands.asked import told

if TYPE_CHECKING:
    from pathlib import Path

SPLIT: dict[str, Any] = {
    "data": {"split": {"validation": 0.3}},
    "training": {"epochs": 1500, "device": "cpu"},
    "network": {"encoder": [{"units": 40}], "latent": {"units": 8}},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("split")
    save_recipe(folder / "r.json", Recipe.model_validate(SPLIT))
    assert main(["train", str(folder / "r.json"), "--out", str(folder / "s.aegui")]) == 0
    return folder


def test_learnt_and_held_out_are_never_one_mean(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(trained / "s.aegui")
    answer = told(capsys, "evaluate", path, "--noise", "flip:0.1", "--draws", "320")
    saved = load_run(path)
    learnt, held_out = split_indices(32, saved.recipe.data.split)
    assert answer["part"] == "all"
    assert "figures" not in answer
    assert answer["parts"]["learnt"]["places"] == learnt.tolist()
    assert answer["parts"]["held_out"]["places"] == held_out.tolist()
    wrong = np.array(answer["wrong_pixels"]["per_sample"])
    for key, places in (("learnt", learnt), ("held_out", held_out)):
        part = answer["parts"][key]
        assert part["wrong_pixels"]["mean"] == pytest.approx(wrong[places].mean())
        assert part["figures"]["samples"] == part["samples"] == len(places)
        (noise,) = part["noise"]
        assert len(noise["wrong_pixels"]["per_sample"]) == len(places)
        assert noise["bayes_limit"] is None
    means = [answer["parts"][key]["wrong_pixels"]["mean"] for key in ("learnt", "held_out")]
    assert means[0] < 1.0 < means[1]
    (run,) = told(capsys, "train", str(trained / "r.json"))["runs"]
    assert {key: part["mean"] for key, part in run["parts"].items()} == pytest.approx(
        dict(zip(("learnt", "held_out"), means, strict=True)), abs=0.5
    )


def test_both_parts_stand_in_the_tables(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(trained / "r.json"), "--epochs", "20"]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert "wrong pixels, learnt" in header
    assert header.lower().count("wrong pixels, held out") == 1
    assert main(["evaluate", str(trained / "s.aegui")]) == 0
    out = capsys.readouterr().out
    assert "mean, learnt" in out
    assert "mean, held out" in out
    assert "\nmean  " not in out
    assert "learnt, mean of 22 samples  held out, mean of 10 samples" in out
    assert "Clean, held out: " in out
    assert "Samples: lowercase, 22 learnt, 10 held out." in out
    assert processor() in out


def test_where_weights_were_chosen_by_the_samples_held_out_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = {"corruption": {"kind": "flip", "level": 0.1}}
    recipe = SPLIT | {"data": SPLIT["data"] | noise, "training": {"epochs": 20}}
    save_recipe(tmp_path / "r.json", Recipe.model_validate(recipe))
    path = str(tmp_path / "s.aegui")
    assert main(["train", str(tmp_path / "r.json"), "--out", path]) == 0
    chosen = "The best weights were chosen by the validation part."
    for options, is_said in (((), True), (("--weights", "last"), False)):
        capsys.readouterr()
        assert main(["evaluate", path, *options]) == 0
        assert (chosen in capsys.readouterr().out) is is_said


def test_without_a_split_or_of_other_data_there_is_one_part(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(trained / "s.aegui")
    other = told(capsys, "evaluate", path, "--data", "uppercase")
    assert (other["part"], other["samples"]) == ("other", 32)
    assert "parts" not in other
    # Naming the same characters does not make them other data.
    assert "parts" in told(capsys, "evaluate", path, "--data", "lowercase")
    whole = Recipe.model_validate({"training": {"epochs": 5}})
    save_recipe(trained / "w.json", whole)
    run = told(capsys, "train", str(trained / "w.json"), "--out", str(trained / "w.aegui"))
    assert run["part"] == "learnt"
    assert "parts" not in run["runs"][0]
    assert told(capsys, "evaluate", str(trained / "w.aegui"))["part"] == "learnt"


def test_every_json_says_what_its_figures_depend_on(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = told(capsys, "evaluate", str(trained / "s.aegui"), "--seed", "7")
    assert answer["noise_seed"] == 7
    assert answer["processor"] == processor()
    assert answer["device"] == "cpu"
    assert answer["cores"] >= 1
    for key in ("file", "run", "seed", "weights", "epoch", "data", "part"):
        assert key in answer
    training = told(capsys, "train", str(trained / "r.json"), "--epochs", "3")
    for key in ("processor", "cores", "threads", "device", "data", "samples", "part", "engine"):
        assert key in training
    assert training["threads"] >= 1


def test_another_set_can_be_the_one_to_check_on(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, recipe = str(trained / "c.aegui"), str(trained / "w2.json")
    save_recipe(trained / "w2.json", Recipe.model_validate({"training": {"epochs": 30}}))
    training = told(capsys, "train", recipe, "--check", "uppercase", "--out", path)
    (run,) = training["runs"]
    assert (training["data"], training["samples"]) == ("lowercase+uppercase", 64)
    assert {key: len(part["per_sample"]) for key, part in run["parts"].items()} == {
        "learnt": 32,
        "held_out": 32,
    }
    assert {"validation_loss", "validation_wrong"} <= set(run["terms"])
    saved = load_run(path)
    learnt, held_out = split_indices(64, saved.recipe.data.split)
    assert "".join(saved.dataset.labels[place] for place in learnt[1:4]) == "abc"
    assert "".join(saved.dataset.labels[place] for place in held_out[1:4]) == "ABC"
    answer = told(capsys, "evaluate", path)
    assert answer["parts"]["held_out"]["places"] == list(range(32, 64))
    for wrong in (["--check", "nothing"], ["--check", "uppercase", "--chars", "ab"]):
        assert main(["train", recipe, *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_the_set_to_check_on_is_called_held_out_when_it_is_named(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, recipe = str(trained / "d.aegui"), str(trained / "w3.json")
    save_recipe(trained / "w3.json", Recipe.model_validate({"training": {"epochs": 30}}))
    told(capsys, "train", recipe, "--check", "uppercase", "--out", path)
    assert told(capsys, "evaluate", path, "--data", "uppercase")["part"] == "held_out"
    assert told(capsys, "evaluate", path, "--data", "lowercase")["part"] == "learnt"
    assert told(capsys, "evaluate", path, "--data", "symbols")["part"] == "other"
    assert main(["evaluate", path, "--data", "uppercase"]) == 0
    assert "Samples: uppercase, 32 held out." in capsys.readouterr().out


def test_a_classifier_names_the_set_to_check_on_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "c.aegui")
    values = {
        "data": {"source": "digits", "split": {"validation": 0.2}},
        "classifier": {},
        "training": {"epochs": 2},
    }
    save_recipe(tmp_path / "c.json", Recipe.model_validate(values))
    told(capsys, "train", str(tmp_path / "c.json"), "--out", path)
    saved = load_run(path)
    _, held_out = split_indices(len(saved.dataset), saved.recipe.data.split)
    write_dataset(tmp_path / "held.npz", saved.dataset.subset(held_out))
    named = ("evaluate", path, "--data", str(tmp_path / "held.npz"))
    assert told(capsys, *named)["part"] == "held_out"
    assert main([*named]) == 0
    words = capsys.readouterr().out
    assert "validation part: 359 samples" in words
    assert "The best weights were chosen by the validation part." in words
