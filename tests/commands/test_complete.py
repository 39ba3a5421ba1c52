"""``aegui complete`` and ``aegui summary``."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.cli import main
from aegui.core.data.load import load_dataset
from aegui.core.evaluation.repairs import complete
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
DENOISER = str(models_dir() / "letters-denoise.aegui")


def test_only_the_missing_part_is_drawn() -> None:
    saved = load_run(DENOISER)
    codec, flat = saved.codec(saved.best_run), np.asarray(saved.dataset.flat())
    missing = np.arange(35) < 2 * 5
    drawn = complete(codec, flat, missing, 5, threshold=True)
    np.testing.assert_array_equal(drawn[:, ~missing], flat[:, ~missing])
    wrong = (drawn != flat)[:, missing].sum(axis=1)
    empty = (flat[:, missing] > 0).sum(axis=1)
    assert wrong.mean() < 0.5 * empty.mean(), "better than leaving it empty"
    other = flat.copy()
    other[:, missing] = 1.0
    np.testing.assert_array_equal(complete(codec, other, missing, 5, threshold=True), drawn)


def test_completed_images_and_their_figure_are_written(tmp_path: Path, capsys: Captured) -> None:
    out, figure = tmp_path / "y.json", tmp_path / "f.svg"
    wish = ["--erase", "0,0,5,2", "--times", "4", "--figure", str(figure)]
    assert main(["complete", DENOISER, "--in", "lowercase", "-o", str(out), *wish]) == 0
    said = capsys.readouterr().out
    assert "32 images completed" in said
    assert "of the 10 erased pixels" in said
    whole, got = load_dataset("lowercase"), load_dataset(str(out))
    np.testing.assert_array_equal(got.images[:, :, 2:], whole.images[:, :, 2:])
    svg = "{http://www.w3.org/2000/svg}"
    texts = {"".join(node.itertext()).strip() for node in ET.parse(figure).iter(f"{svg}text")}
    assert {"original", "erased", "completed"} <= texts


@pytest.mark.parametrize("text", ["0,0,6,7", "1,2,3", "-1,0,2,2", "0,0,0,3", "a,b,c,d"])
def test_a_rectangle_beyond_the_image_is_refused(
    text: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "y.png"
    assert main(["complete", DENOISER, "--in", "lowercase", f"--erase={text}", "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "5 x 7 pixels" in said
    assert len(said.splitlines()) == 1
    assert not out.exists()
    gan = str(models_dir() / "fashion-gan.aegui")
    assert main(["complete", gan, "--in", "x", "--erase", "0,0,1,1", "-o", str(out)]) == 2
    assert "not an autoencoder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["denoise", DENOISER, "--in", "x.png", "-o", "./x.png"],
        ["denoise", DENOISER, "--in", "lowercase", "--in", "x.png", "-o", "link.png"],
        ["complete", DENOISER, "--in", "x.png", "--erase", "0,0,1,1", "-o", "x.png"],
        [
            *("complete", DENOISER, "--in", "x.png", "--erase", "0,0,1,1", "-o", "y.png"),
            *("--figure", "x.png"),
        ],
        ["encode", DENOISER, "--data", "set.csv", "-o", "set.csv"],
        ["project", "set.csv", "--method", "pca", "-o", "set.csv"],
        ["export", "font.bdf", "-o", "font.bdf"],
        ["convert", "set.csv", "set.csv"],
        ["convert", "font.bdf", "hard.bdf"],
    ],
)
def test_an_input_is_never_the_output(
    line: list[str], tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.png", "set.txt", "font.bdf"):
        assert main(["convert", "lowercase", name]) == 0
    (tmp_path / "set.txt").rename("set.csv")
    (tmp_path / "link.png").symlink_to("x.png")
    (tmp_path / "hard.bdf").hardlink_to("font.bdf")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()
    assert main(line) == 2
    assert "name the same file" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_two_outputs_are_two_files(tmp_path: Path, capsys: Captured) -> None:
    out = str(tmp_path / "y.png")
    same = str(tmp_path / "other" / ".." / "y.png")
    asked = ["complete", DENOISER, "--in", "lowercase", "--erase", "0,0,1,1", "-o", out]
    assert main([*asked, "--figure", same]) == 2
    assert "--out and --figure name the same file" in capsys.readouterr().err
    table = str(tmp_path / "m.csv")
    assert main(["noise-matrix", "-o", table, "--characters", table]) == 2
    assert "--out and --characters name the same file" in capsys.readouterr().err
    assert main(["race", "letters-course", "-o", out, "--trails", same]) == 2
    assert "--out and --trails name the same file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_rectangle_that_begins_with_a_minus_is_refused_as_such(capsys: Captured) -> None:
    erase = ["--erase", "-1,0,2,2", "-o", "y.png"]
    assert main(["complete", DENOISER, "--in", "lowercase", *erase]) == 2
    assert "--erase -1,0,2,2: first column and row" in capsys.readouterr().err


def test_a_run_is_no_set_of_images(capsys: Captured) -> None:
    asked = ["denoise", DENOISER, "--in", DENOISER, "-o", "y.png"]
    assert main(asked) == 2
    assert "letters-denoise.aegui is a saved run, not a set" in capsys.readouterr().err


def test_a_summary_is_printed_and_written(tmp_path: Path, capsys: Captured) -> None:
    assert main(["summary", "letters-2d"]) == 0
    printed = capsys.readouterr().out
    assert "Trainable:" in printed
    assert main(["summary", DENOISER, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == sum(row["parameters"] for row in found["layers"])
    assert found["layers"][0]["shape"] == "1x7x5"
    table = tmp_path / "layers.md"
    assert main(["summary", "letters-2d", "-o", str(table)]) == 0
    assert table.read_text("utf-8").startswith("| Layer |")
    capsys.readouterr()
    assert main(["summary", "letters-2d", "-o", str(tmp_path / "layers.pdf")]) == 2
    assert "the suffix must be one of .csv, .md, .txt" in capsys.readouterr().err
    assert not (tmp_path / "layers.pdf").exists()


def test_a_summary_says_how_a_configuration_was_read(tmp_path: Path, capsys: Captured) -> None:
    config = tmp_path / "course.json"
    config.write_text(json.dumps({"layers": [20, 2], "learning_rate": 0.01}))
    table = tmp_path / "layers.txt"
    assert main(["summary", str(config), "-o", str(table), "--markdown"]) == 0
    told = capsys.readouterr().err
    assert "Understood: learning_rate = 0.01" in told
    assert "Assumed: Data: the 32 lower-case characters" in told
    assert told.endswith(f"Written to {table}.\n")
    assert table.read_text("utf-8").startswith("| Layer |")
    # Samples of the size that it was written for are not here: those of others are not taken.
    config.write_text(json.dumps({"layers": [20, 2], "input_size": [10, 10]}))
    for command in ("summary", "code", "smallest", "race"):
        assert main([command, str(config)]) == 2
        assert "needs data of 100 pixels per sample" in capsys.readouterr().err
    assert main(["summary", str(config), "--data", "digits"]) == 0
