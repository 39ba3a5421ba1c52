"""Numbers for people have the decimal mark of their language; those for programs a point."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aegui.cli import main
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe

Captured = pytest.CaptureFixture[str]
MODELS = Path(__file__).resolve().parents[2] / "models"
THOUSANDS = r"[1-9]\d{0,2}(?:\.\d{3})+\b"
POINT = re.compile(rf"(?<![\w./-])(?!{THOUSANDS})(?<!CC BY )\d+\.\d+(?![\w/])")
NOISY = {
    "runs": 2,
    "data": {"corruption": {"kind": "flip", "level": 0.15}},
    "training": {"epochs": 20, "device": "cpu"},
}
COMMANDS = {
    "train": "train {folder}/r.json --epochs 4",
    "a dry run": "train {folder}/r.json --dry-run",
    "evaluate": "evaluate {run} --noise salt_pepper:0.18 --draws 32",
    "evaluate all": "evaluate {run} --all-runs --noise flip:0.15 --draws 32",
    "limit": "limit --data lowercase --noise gaussian:0.45 --draws 320 --pairs 3",
    "history": "history {run}",
    "project": "project {run} --method code,pca",
    "denoise": "denoise {run} --in lowercase --noise flip:0.15 -o {folder}/d.png",
    "complete": "complete {run} --in lowercase --erase 0,0,2,7 -o {folder}/c.png",
    "noise-curves": "noise-curves {run} --levels 0,0.05 --draws 64",
    "noise-matrix": "noise-matrix {folder}/r.json --levels 0.1,0.25 --epochs 3 --draws 64",
    "map": "map {run} --layer density -o {folder}/m.png --columns 9",
    "path": "path {run} --from a --to b -n 3 -o {folder}/p.png",
    "concept": "concept {run} --plus a,e -o {folder}/s.png",
    "summary": "summary {run}",
    "data": "data digits --count 40",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("marks")
    save_recipe(made / "r.json", Recipe.model_validate(NOISY))
    assert main(["train", str(made / "r.json"), "--out", str(made / "run.aegui")]) == 0
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_in_spanish_no_number_has_a_point(command: str, folder: Path, capsys: Captured) -> None:
    arguments = COMMANDS[command].format(folder=folder, run=folder / "run.aegui").split()
    capsys.readouterr()
    assert main([*arguments, "--language", "es"]) == 0
    captured = capsys.readouterr()
    lines = (captured.out + captured.err).replace(str(folder), "").splitlines()
    # A set-up is printed as it would be typed.
    read = [line for line in lines if not line.startswith("   Configuración: ")]
    assert [line for line in read if POINT.search(line)] == []


def test_only_codes_keep_the_point_among_new_images(folder: Path, capsys: Captured) -> None:
    run, out = str(folder / "run.aegui"), str(folder / "f.png")
    asked = ["finds", run, "-n", "2", "--source", "posterior", "-o", out, "--language", "es"]
    assert main(asked) == 0
    *_, novelty, entropy, code = capsys.readouterr().out.splitlines()[1].split()
    assert re.fullmatch(r"\d+,\d\d", novelty)
    assert re.fullmatch(r"\d+,\d\d", entropy)
    # Codes are written as other commands take them.
    assert re.fullmatch(r"-?\d+\.\d{3},-?\d+\.\d{3}", code)


def test_noise_is_named_with_its_level(folder: Path, capsys: Captured) -> None:
    arguments = ["evaluate", str(folder / "run.aegui"), "--noise", "salt_pepper:0.18"]
    for language, words in (("es", "Sal y pimienta 0,18"), ("en", "Salt and pepper 0.18")):
        assert main([*arguments, "--draws", "32", "--language", language]) == 0
        assert words in capsys.readouterr().out


def test_what_programs_read_keeps_the_point(folder: Path, capsys: Captured) -> None:
    run, table = str(folder / "run.aegui"), folder / "curves.csv"
    assert main(["encode", run, "--language", "es"]) == 0
    assert re.search(r",-?\d+\.\d+,", capsys.readouterr().out)
    curves = ["noise-curves", run, "--levels", "0,0.05", "--draws", "64", "--language", "es"]
    assert main([*curves, "--json", "-o", str(table)]) == 0
    assert json.loads(capsys.readouterr().out)["levels"] == [0.0, 0.05]
    assert ",flip,0.05," in table.read_text(encoding="utf-8")
