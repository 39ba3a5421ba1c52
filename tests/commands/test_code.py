"""``aegui code``: stand-alone code, and its verification."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aegui.cli import main
from aegui.core.data.builtin import load_builtin
from aegui.core.data.writers import encode_dataset

RECIPE: dict[str, Any] = {
    "format": "aegui-recipe",
    "version": 2,
    "name": "Small",
    "data": {"chars": "abcdef"},
    "network": {"encoder": [{"kind": "dense", "units": 6}], "latent": {"units": 2}},
    "training": {"epochs": 20},
    "runs": 2,
}


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    file = tmp_path / "small.json"
    file.write_text(json.dumps(RECIPE))
    return str(file)


def test_code_is_printed(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", recipe]) == 0
    text = capsys.readouterr().out
    compile(text, "small.py", "exec")
    assert "class Autoencoder(nn.Module):" in text
    assert "nn.Linear(35, 6)" in text
    assert main(["code", recipe, "--lang", "es"]) == 0
    assert "un autocodificador" in capsys.readouterr().out


def test_code_is_written_checked_and_runs(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    assert main(["code", recipe, "-o", str(file), "--check", "--run", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["state"] == "same"
    assert found["steps"] == 10
    assert found["difference"] < 1e-9
    assert found["precision"] == "double"
    done = subprocess.run(
        [sys.executable, str(file), "10"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert losses == pytest.approx(found["own"], abs=1e-9)


def test_what_cannot_be_written_is_refused(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["code", recipe, "-o", str(tmp_path / "code.txt")]) != 0
    assert "code.txt: the suffix must be .py." in capsys.readouterr().err
    assert main(["code", recipe, "--run", "2"]) != 0
    file = Path(recipe)
    power = {"training": {"optimizer": {"name": "powell"}}, "runs": 1}
    file.write_text(json.dumps(RECIPE | power))
    assert main(["code", recipe]) != 0
    assert main(["code", recipe, "--check"]) == 0
    assert "Cannot be compared" in capsys.readouterr().err


def test_two_names_without_letters_have_a_data_file_each(recipe: str, tmp_path: Path) -> None:
    for name in ("\U0001f600.py", "\U0001f388.py"):
        assert main(["code", recipe, "-o", str(tmp_path / name)]) == 0
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_the_samples_are_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = tmp_path / "letters.npz"
    samples.write_bytes(encode_dataset(load_builtin("lowercase"), "npz"))
    before = samples.read_bytes()
    recipe = tmp_path / "r.json"
    recipe.write_text(json.dumps(RECIPE | {"data": {"source": "letters.npz"}}))
    out = ["-o", str(tmp_path / "letters.py")]
    for source in ([str(recipe)], ["letters-2d", "--data", str(samples)]):
        assert main(["code", *source, *out]) == 2
        assert "letters.npz holds the samples" in capsys.readouterr().err
    # Nor is any other set of images of that name, of which this code knows nothing.
    assert main(["code", "letters-2d", *out]) == 2
    assert "letters.npz is there already" in capsys.readouterr().err
    assert not (tmp_path / "letters.py").exists()
    assert samples.read_bytes() == before
    assert not (tmp_path / "letters.py").exists()
