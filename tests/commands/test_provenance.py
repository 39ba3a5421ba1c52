"""Tables and documents state what their figures depend on: seeds, samples, processor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

    Captured = pytest.CaptureFixture[str]

DENOISER = str(models_dir() / "letters-denoise.aegui")
MATRIX = "--levels 0,0.1 --seeds 1 --epochs 1 --copies 1 --draws 16 --jobs 1 --seed 3"
COMPUTED = "Computed on "


@pytest.mark.parametrize(
    ("line", "words", "keys"),
    [
        (
            "race letters-course --epochs 1 --optimisers adam --seed 7",
            ["weights of seed 7, on lowercase (32 samples); each may take 1 epoch and 10 s."],
            ["seed", "data", "samples"],
        ),
        (
            "smallest letters-course --wrong 35 --seeds 2 --epochs 1",
            ["Trained with seeds 0 to 1."],
            ["seeds"],
        ),
        (f"noise-matrix {MATRIX}", ["Noise is drawn with seed 3."], ["noise_seed"]),
        (
            f"noise-curves {DENOISER} --levels 0,0.1 --draws 16",
            ["Noise is drawn with seed 0."],
            ["noise_seed"],
        ),
        (
            "project digits --method pca --samples 20 --seed 5",
            ["Drawn at random with seed 5."],
            ["draw_seed"],
        ),
    ],
)
def test_figures_state_what_they_depend_on(
    line: str,
    words: list[str],
    keys: list[str],
    capsys: Captured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    command = line.split()
    if command[0] == "noise-matrix":
        command += ["--folder", str(tmp_path / "matrix")]
    assert main(command) == 0
    text = capsys.readouterr().out
    for expected in (*words, COMPUTED):
        assert expected in text
    assert main([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {*keys, "processor", "device"} <= document.keys()


def test_a_search_in_a_gan_states_its_limits(capsys: Captured, tmp_path: Path) -> None:
    run = str(tmp_path / "gan.aegui")
    assert main(["train", "digits-gan", "--epochs", "1", "--out", run]) == 0
    capsys.readouterr()
    assert main(["nearest", run, "3", "--seconds", "0.2"]) == 0
    text = capsys.readouterr().out
    assert "starts with seed 0 and takes 0.2 s at most" in text
    assert "last weights of seed 0" in text
    assert COMPUTED in text
    assert main(["nearest", run, "3", "--seconds", "0.2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"seed", "weights", "search_seed", "processor", "images"} <= document.keys()
    assert main(["sample", run, "-n", "2", "--seed", "4", "-o", str(tmp_path / "s.png")]) == 0
    assert "Drawn at random with seed 4." in capsys.readouterr().out


def test_noise_added_before_denoising_names_its_seed(capsys: Captured, tmp_path: Path) -> None:
    command = ["denoise", DENOISER, "--in", "lowercase", "-o", str(tmp_path / "x.txt")]
    assert main(command) == 0
    assert "Noise" not in capsys.readouterr().out
    assert main([*command, "--noise", "flip:0.1", "--seed", "2"]) == 0
    assert "Noise is drawn with seed 2." in capsys.readouterr().out


def test_runs_without_a_common_figure_are_refused(capsys: Captured, tmp_path: Path) -> None:
    classes = str(tmp_path / "c.aegui")
    assert main(["train", "challenge-digits", "--epochs", "1", "--out", classes]) == 0
    capsys.readouterr()
    assert main(["evaluate", DENOISER, classes]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no figure in common" in told.err


def test_means_over_different_sets_are_told(capsys: Captured) -> None:
    faces = str(models_dir() / "letters-2d.aegui")
    assert main(["evaluate", DENOISER, faces]) == 0
    assert "of different samples" in capsys.readouterr().err


def test_a_recipe_in_place_of_a_run_is_told_how_to_become_one(capsys: Captured) -> None:
    assert main(["evaluate", "letters-2d"]) == 2
    assert f"saved run is needed: {models_dir() / 'letters-2d.aegui'}" in capsys.readouterr().err
    assert main(["map", "letters-course", "-o", "map.png"]) == 2
    assert '"aegui train letters-course --out' in capsys.readouterr().err


def test_a_file_that_is_missing_is_not_taken_for_a_set(capsys: Captured) -> None:
    for name, near in (("nowhere.csv", ""), ("lowercse", "lowercase"), ("mnsit", "mnist")):
        assert main(["data", name]) == 2
        told = capsys.readouterr().err
        assert ("did you mean" in told) == bool(near)
        assert f"“{near}”" in told or not near
