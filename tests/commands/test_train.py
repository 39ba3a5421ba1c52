"""``aegui train`` killed, terminated and resumed: real processes, real files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.cli import main
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from aegui.core.training.record.history import RUN_COLUMNS
from tests.harness.lost_card import ON_CARD, card_lost
from tests.processes import ROOT, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.forked import Start

ENGLISH = {"LANGUAGE": "en"}
WAIT_SECONDS = 240.0
MAIN = f"import runpy; runpy.run_path({str(ROOT / 'main.py')!r}, run_name='__main__')"
Captured = pytest.CaptureFixture[str]

CLASSIFIER: dict[str, Any] = {
    "data": {"source": "digits", "split": {"validation": 0.2}},
    "network": {"encoder": [{"units": 12}], "latent": {"units": 6}},
    "classifier": {"pretrain": {"epochs": 5}},
    "training": {"epochs": 40, "batch_size": 200, "device": "cpu"},
}
GAN: dict[str, Any] = {
    "data": {"source": "lowercase"},
    "gan": {},
    "training": {"epochs": 60, "batch_size": 8, "device": "cpu"},
}
POPULATION: dict[str, Any] = {
    "data": {"corruption": {"kind": "salt_pepper", "level": 0.1}},
    "runs": 3,
    "training": {"epochs": 3000, "device": "cpu"},
}
VAE: dict[str, Any] = {
    "network": {"latent": {"kind": "gaussian"}},
    "training": {"epochs": 3000, "device": "cpu"},
}


def wait_for(file: Path, *, newer_than: int = 0) -> int:
    """Wait until ``file`` has been written; return its modification time in ns."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if file.exists() and file.stat().st_mtime_ns > newer_than:
            return file.stat().st_mtime_ns
        time.sleep(0.02)
    raise AssertionError(f"{file} was not written")


def a_recipe(folder: Path, document: dict[str, Any], **training: Any) -> Path:
    path = folder / "r.json"
    changed = {**document, "training": {**document["training"], **training}}
    save_recipe(path, Recipe.model_validate(changed))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "document", [POPULATION, VAE, CLASSIFIER, GAN], ids=["population", "vae", "classifier", "gan"]
)
def test_a_killed_training_goes_on_as_if_nothing_had_happened(
    document: dict[str, Any], tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole.aegui", tmp_path / "killed.aegui"
    recipe = a_recipe(tmp_path, document, epochs=1_000_000)
    # Killed after its second checkpoint, at whatever epoch that is.
    with running(
        "main.py", "train", recipe, "--yes", "--out", killed, "--checkpoint-every", "0.01"
    ) as process:
        wait_for(killed, newer_than=wait_for(killed))
        process.kill()
    run = load_run(killed)
    assert run.checkpoint is not None
    assert run.recipe.training.epochs == 1_000_000
    epochs = ["--epochs", str(run.checkpoint.epoch + 5)]
    assert main(["train", "--resume", str(killed), *epochs]) == 0
    assert main(["train", str(recipe), "--out", str(whole), *epochs]) == 0
    a, b = load_run(whole), load_run(killed)
    assert b.recipe == a.recipe
    assert a.checkpoint is not None
    assert b.checkpoint is not None
    for name, tensor in a.checkpoint.tensors.items():
        assert np.array_equal(tensor, b.checkpoint.tensors[name], equal_nan=True), name
    assert a.history is not None
    assert b.history is not None
    for name in RUN_COLUMNS:
        assert np.array_equal(getattr(a.history, name), getattr(b.history, name), equal_nan=True)
    assert [(run.best_loss, run.wrong_pixels, run.figures) for run in a.results] == [
        (run.best_loss, run.wrong_pixels, run.figures) for run in b.results
    ]


ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] if os.name == "posix" else []


@pytest.mark.parametrize("name", ENDINGS)
def test_the_work_is_kept_at_every_signal_to_end(
    name: str, tmp_path: Path, start_program: Start
) -> None:
    out, number = tmp_path / "o.aegui", getattr(signal, name)
    recipe = a_recipe(tmp_path, VAE, epochs=50_000_000)
    arguments = ["train", str(recipe), "--yes", "--out", str(out), "--checkpoint-every", "0.01"]
    with start_program(MAIN, *arguments, environment=os.environ | ENGLISH) as process:
        try:
            begun = load_epoch(out, wait_for(out))
            process.send_signal(number)
            output, errors = process.communicate(timeout=WAIT_SECONDS)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert str(out) in output
    assert "Traceback" not in errors
    run = load_run(out)
    assert run.checkpoint is not None
    assert run.checkpoint.epoch >= begun
    assert run.checkpoint.epoch == run.results[0].epochs


def load_epoch(out: Path, _when: int) -> int:
    run = load_run(out)
    assert run.checkpoint is not None
    return run.checkpoint.epoch


@pytest.mark.skipif(not ENDINGS, reason="signals of POSIX")
def test_a_training_begun_with_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    out = tmp_path / "o.aegui"
    recipe = a_recipe(tmp_path, VAE, epochs=50_000_000)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with running(
            "main.py", "train", recipe, "--yes", "--out", out, "--checkpoint-every", "0.01"
        ) as process:
            written = wait_for(out)
            process.send_signal(signal.SIGHUP)
            written = wait_for(out, newer_than=written)
            wait_for(out, newer_than=written)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=WAIT_SECONDS)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert process.returncode == 128 + signal.SIGTERM


def test_without_checkpoints_nothing_is_written_before_the_end(tmp_path: Path) -> None:
    out = tmp_path / "o.aegui"
    recipe = a_recipe(tmp_path, VAE, epochs=20)
    assert main(["train", str(recipe), "--out", str(out), "--checkpoint-every", "0"]) == 0
    assert load_run(out).results[0].epochs == 20


def test_a_file_that_is_there_is_replaced_only_on_request(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "o.aegui"
    out.touch()  # A name that a script has reserved holds nothing
    line = ["train", str(a_recipe(tmp_path, VAE, epochs=5)), "--out", str(out)]
    assert main([*line, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(out)
    before = out.read_bytes()
    for more in ([], ["--dry-run"], ["--seed", "1"]):
        assert main([*line, *more]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert f"{out} is there already" in error
        assert "--replace" in error
        assert "--resume" in error
    assert out.read_bytes() == before
    assert main([*line, "--seed", "1", "--replace"]) == 0
    assert load_run(out).recipe.seed == 1
    assert main(["train", "--resume", str(out), "--epochs", "6", "--out", str(out)]) == 0
    other = tmp_path / "other.aegui"
    other.write_bytes(before)
    assert main(["train", "--resume", str(out), "--epochs", "7", "--out", str(other)]) == 2
    assert other.read_bytes() == before
    assert load_run(out).results[0].epochs == 6


def test_replacing_needs_a_file_to_replace(tmp_path: Path, capsys: Captured) -> None:
    assert main(["train", str(a_recipe(tmp_path, VAE, epochs=5)), "--replace"]) == 2
    assert "--replace needs --out" in capsys.readouterr().err


@pytest.mark.usefixtures("handled_signals")
@pytest.mark.skipif(not ENDINGS, reason="signals of POSIX")
def test_what_another_program_writes_meanwhile_is_kept(tmp_path: Path, capsys: Captured) -> None:
    out, other = tmp_path / "o.aegui", tmp_path / "other.aegui"
    assert main(["train", str(a_recipe(tmp_path, VAE, epochs=5)), "--out", str(other)]) == 0
    theirs = other.read_bytes()
    recipe = a_recipe(tmp_path, VAE, epochs=50_000_000)
    line = ("main.py", "train", recipe, "--yes", "--out", out, "--checkpoint-every", "0.01")
    with running(*line) as process:
        wait_for(out)
        deadline = time.monotonic() + WAIT_SECONDS
        while not (tmp_path / "o-2.aegui").exists() and time.monotonic() < deadline:
            # Again, if a copy that was being written has just replaced it.
            if out.read_bytes() != theirs:
                shutil.copy(other, tmp_path / "copy")
                (tmp_path / "copy").replace(out)
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 128 + signal.SIGINT
    assert out.read_bytes() == theirs
    assert load_run(tmp_path / "o-2.aegui").results[0].epochs > 5
    assert f"Saved as {tmp_path / 'o-2.aegui'}." in output
    assert errors.count("was written by another program meanwhile") == 1


def test_two_trainings_with_one_out_at_once_are_both_kept(tmp_path: Path) -> None:
    recipe = a_recipe(tmp_path, VAE, epochs=5)
    line = ("main.py", "train", recipe, "--out", tmp_path / "o.aegui", "--seed")
    with running(*line, "1") as one, running(*line, "2") as two:
        for process in (one, two):
            process.communicate(timeout=WAIT_SECONDS)
    codes = {one.returncode, two.returncode}
    runs = [load_run(file) for file in sorted(tmp_path.glob("*.aegui"))]
    # The second is refused if it begins after the first has ended.
    assert codes in ({0}, {0, 2})
    assert len(runs) == (2 if codes == {0} else 1)
    assert len({run.recipe.seed for run in runs}) == len(runs)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "7"], "seed = 0, not 7"),
        (["--runs", "2"], "runs = 1, not 2"),
        (["--data", "uppercase"], "trained on other data"),
        (["--chars", "abc"], "trained on other data"),
    ],
)
def test_another_training_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "o.aegui"
    recipe = str(a_recipe(tmp_path, VAE, epochs=5))
    assert main(["train", recipe, "--out", str(out)]) == 0
    before = out.read_bytes()
    for own in ([], [recipe]):
        capsys.readouterr()
        assert main(["train", *own, "--resume", str(out), "--epochs", "9", *arguments]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert words in error
    assert out.read_bytes() == before


def test_another_recipe_is_refused_by_what_differs(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "o.aegui"
    assert main(["train", str(a_recipe(tmp_path, VAE, epochs=5)), "--out", str(out)]) == 0
    other = a_recipe(tmp_path, VAE, epochs=9, optimizer={"learning_rate": 0.07})
    capsys.readouterr()
    assert main(["train", str(other), "--resume", str(out)]) == 2
    assert "training.optimizer.learning_rate" in capsys.readouterr().err
    assert main(["train", "--epochs", "9"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_run_without_its_state_is_refused(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "o.aegui"
    recipe = str(a_recipe(tmp_path, VAE, epochs=5))
    assert main(["train", recipe, "--out", str(out), "--compact"]) == 0
    capsys.readouterr()
    assert main(["train", "--resume", str(out), "--epochs", "9"]) == 2
    assert "no training state" in capsys.readouterr().err
    assert main(["train", "--resume", str(tmp_path / "none.aegui")]) == 2
    assert main(["train", recipe, "--checkpoint-every", "-1"]) == 2


def test_all_epochs_done_is_no_error(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "o.aegui"
    assert main(["train", str(a_recipe(tmp_path, VAE, epochs=5)), "--out", str(out)]) == 0
    before = load_run(out).results
    assert main(["train", "--resume", str(out)]) == 0
    assert load_run(out).results == before
    capsys.readouterr()
    assert main(["train", "--resume", str(out), "--epochs", "4"]) == 2
    assert "5 epochs already" in capsys.readouterr().err
    capsys.readouterr()


def test_a_card_that_fails_leaves_the_last_checkpoint_and_says_so(
    tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "kept.aegui"
    document = {
        "data": {"source": "lowercase"},
        "training": {"epochs": 10_000_000, "device": "cuda", "optimizer": ON_CARD.model_dump()},
    }
    recipe = a_recipe(tmp_path, document)
    options = ["--yes", "--out", str(out), "--checkpoint-every", "0.01"]
    with card_lost(out.exists):
        assert main(["train", str(recipe), *options]) == 2
    run = load_run(out)
    assert run.checkpoint is not None
    epoch = run.checkpoint.epoch
    told = capsys.readouterr().err.splitlines()
    assert told[-1].startswith("aegui: The graphics card failed during the training (CUDA error: ")
    kept = f"The weights of epoch {epoch:,} are in {out}; --resume continues from there."
    assert told[-1].endswith(kept)
    if not torch.cuda.is_available():
        assert "No CUDA GPU was found on this machine" in told[-2]
    assert main(["train", "--resume", str(out), "--epochs", str(epoch + 5), "--device", "cpu"]) == 0
    assert load_run(out).results[0].epochs == epoch + 5


def test_a_training_that_fails_at_once_says_what_happened_alone(
    tmp_path: Path, capsys: Captured
) -> None:
    recipe = a_recipe(tmp_path, {"training": {"optimizer": ON_CARD.model_dump(), "epochs": 5}})
    with card_lost(lambda: True):
        assert main(["train", str(recipe), "--out", str(tmp_path / "none.aegui")]) == 2
    assert "is in" not in capsys.readouterr().err
    assert not (tmp_path / "none.aegui").exists()


def test_a_training_that_will_not_be_saved_says_so_before(tmp_path: Path, capsys: Captured) -> None:
    recipe = str(a_recipe(tmp_path, {"training": {}}, epochs=1))
    words = "This run will not be saved"
    assert main(["train", recipe]) == 0
    assert words in capsys.readouterr().err
    for saving in (["--out", str(tmp_path / "r.aegui")], ["--keep"], ["--dry-run"]):
        assert main(["train", recipe, *saving]) == 0
        assert words not in capsys.readouterr().err
