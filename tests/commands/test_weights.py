"""``--weights``: best or last, and every command states which it used."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.cli import main
from aegui.commands.options import WEIGHTS
from aegui.commands.table import COMMANDS
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from aegui.core.training.record.last import last_snapshot
from tests.commands.asked import told

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
EPOCHS = 400
NOISY: dict[str, Any] = {
    "data": {"corruption": {"kind": "flip", "level": 0.2}},
    # A high rate for so long that the last weights are not the best with any of ten seeds.
    "training": {"epochs": EPOCHS, "device": "cpu", "optimizer": {"learning_rate": 0.1}},
}
GAN: dict[str, Any] = {"gan": {}, "training": {"epochs": 2, "batch_size": 8, "device": "cpu"}}
LAST = f"These are the last weights of seed 0, those of epoch {EPOCHS}."
ARGUMENTS = {
    "encode": [],
    "decode": ["--at", "0,0"],
    "denoise": ["--in", "lowercase", "-o", "{folder}/answers.png"],
    "complete": ["--in", "lowercase", "--erase", "0,0,2,7", "-o", "{folder}/whole.png"],
    "map": ["-o", "{folder}/map.png", "--columns", "3"],
    "path": ["--from", "a", "--to", "b", "-n", "3", "-o", "{folder}/path.png"],
    "concept": ["--plus", "a,e", "-o", "{folder}/concept.png"],
    "traverse": ["--steps", "3", "-o", "{folder}/traverse.png"],
    "figure": ["latent", "-o", "{folder}/latent.svg"],
    "project": ["--method", "code"],
    "evaluate": [],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("weights")
    for name, recipe, more in (
        ("noisy", NOISY, []),
        ("light", NOISY, ["--compact", "--timeline", "0"]),
        ("gan", GAN, []),
    ):
        save_recipe(made / f"{name}.json", Recipe.model_validate(recipe))
        out = ["--out", str(made / f"{name}.aegui")]
        assert main(["train", str(made / f"{name}.json"), *out, *more]) == 0
    assert load_run(made / "noisy.aegui").results[0].best_epoch < EPOCHS
    return made


def test_every_command_of_saved_weights_takes_the_choice() -> None:
    for name, command in COMMANDS.items():
        if name == "code":
            continue  # It starts from the initial weights of a run.
        taken = {name for option in command.options for name in option.names}
        assert ("--weights" in taken) == (bool(taken & {"--run", "files"})), name
    assert WEIGHTS == ("best", "last")


def test_figures_are_of_the_weights_that_were_asked_for(folder: Path, capsys: Captured) -> None:
    path = str(folder / "noisy.aegui")
    best, last = (told(capsys, "evaluate", path, "--weights", key) for key in WEIGHTS)
    assert (best["weights"], last["weights"]) == WEIGHTS
    saved = load_run(path)
    assert best["epoch"] == saved.results[0].best_epoch
    assert last["epoch"] == EPOCHS
    assert best["figures"]["squared_error"] != last["figures"]["squared_error"]
    assert told(capsys, "evaluate", path)["figures"] == best["figures"]
    snapshot = last_snapshot(saved)
    assert snapshot is not None
    capsys.readouterr()
    assert main(["encode", path, "--weights", "last"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    codes = [[float(row["z1"]), float(row["z2"])] for row in rows]
    wanted = type(saved.codec())(saved.recipe, saved.dataset.image_shape, snapshot)
    np.testing.assert_allclose(codes, wanted.encode(saved.dataset.flat()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("command", ARGUMENTS)
def test_the_output_says_of_which_weights_it_is(
    command: str, folder: Path, capsys: Captured
) -> None:
    arguments = [text.format(folder=folder) for text in ARGUMENTS[command]]
    path = str(folder / "noisy.aegui")
    assert main([command, path, *arguments, "--weights", "last", "--language", "en"]) == 0
    captured = capsys.readouterr()
    # If the output may be read by another program, the note goes to standard error.
    assert LAST in (captured.err if command in {"encode", "decode"} else captured.out)


def test_a_figure_names_its_weights(folder: Path) -> None:
    path, svg = folder / "noisy.aegui", folder / "named.svg"
    arguments = ["figure", str(path), "latent", "-o", str(svg), "--weights", "last"]
    assert main([*arguments, "--language", "en"]) == 0
    text = "".join(svg.read_text(encoding="utf-8").split())
    assert f"seed0·epoch{EPOCHS}·lastweights" in text


def test_a_file_without_its_last_weights_says_so(folder: Path, capsys: Captured) -> None:
    path = str(folder / "light.aegui")
    assert main(["evaluate", path, "--weights", "last", "--language", "en"]) == 2
    assert "light.aegui was saved without its last weights." in capsys.readouterr().err


def test_a_gan_has_only_its_last_weights(folder: Path, capsys: Captured) -> None:
    for weights in WEIGHTS:
        arguments = ["sample", str(folder / "gan.aegui"), "-n", "4", "--weights", weights]
        out = ["-o", str(folder / "g.png"), "--language", "en"]
        assert main([*arguments, *out]) == 0
        assert "These are the last weights of seed 0, those of epoch 2." in capsys.readouterr().out


def test_curves_of_noise_say_so_too(folder: Path, capsys: Captured) -> None:
    arguments = ["noise-curves", str(folder / "noisy.aegui"), "--levels", "0,0.1", "--draws", "64"]
    curves = {key: told(capsys, *arguments, "--weights", key) for key in WEIGHTS}
    for key, found in curves.items():
        assert list(found["weights"].values()) == [key]
    lines = [found["lines"][0]["mean"] for found in curves.values()]
    assert lines[0] != lines[1]
    assert main([*arguments, "--weights", "last", "--language", "en"]) == 0
    assert "The last weights of the run with seed 0." in capsys.readouterr().out
