"""Generated PyTorch learns as the program does, and an error in it is found."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.source_code import check
from aegui.core.source_code.check import STEPS, check_code
from aegui.core.source_code.make import make_code
from aegui.core.source_code.subject import CodedRun
from tests.core.source_code.cases import (
    CLASSIFIERS,
    DENSE,
    NONE_OF_IT,
    OTHERS,
    dense,
    network,
    subject,
    trained,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.source_code.forms import DialectKey


def test_pytorch_learns_as_the_program() -> None:
    for case, changes in (DENSE | OTHERS).items():
        verdict = check_code(subject(**changes), "torch")
        assert verdict.state == "same", (case, verdict)
        assert len(set(verdict.own)) == len(verdict.own) >= STEPS, f"{case}: nothing was learnt"


@pytest.mark.parametrize("dialect", ["torch", "numpy", "notebook"])
def test_outputs_of_0_and_1_that_are_wrong_have_their_slope(dialect: DialectKey) -> None:
    training = {"optimizer": {"name": "sgd", "learning_rate": 300.0}}
    verdict = check_code(subject(**network(dense(30)), training=training), dialect)
    assert verdict.state == "same", verdict
    # In double precision an output is 1 from 37 on, and its cross-entropy without a slope.
    assert max(verdict.own) > 37.0


def test_the_code_runs_alone_and_says_the_same_losses(tmp_path: Path) -> None:
    it = subject(**DENSE["variational in batches"])
    made = make_code(it, "torch", "my letters")
    path = made.write(tmp_path / "my-letters.py")
    command = [sys.executable, "-I", str(path), "4"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    own = check_code(it, "torch").own[:4]
    assert losses == pytest.approx(own, abs=1e-9)
    trained_file = tmp_path / "trained.pt"
    assert trained_file.exists()


def test_a_gan_keeps_its_averaged_weights(tmp_path: Path) -> None:
    kept = {}
    for name, gan in (("raw", {}), ("averaged", {"average": 0.9})):
        it = subject(gan=gan, **trained(batch_size=12))
        path = make_code(it, "torch", name).write(tmp_path / f"{name}.py")
        subprocess.run([sys.executable, "-I", str(path), "1"], cwd=tmp_path, check=True)
        kept[name] = torch.load(tmp_path / "trained.pt")
    with np.load(tmp_path / "raw.npz") as file:
        start = {key: torch.from_numpy(file[key]) for key in kept["raw"]}
    for key, raw in kept["raw"].items():
        # After one step the mean counts ten elevenths of the new weights.
        mean = torch.lerp(start[key].to(raw), raw, 10 / 11)
        torch.testing.assert_close(kept["averaged"][key], mean)


def test_the_file_beside_it_has_what_the_network_begins_with(tmp_path: Path) -> None:
    made = make_code(subject(**OTHERS["convolutions"]), "torch", "letters")
    made.write(tmp_path / "letters.py")
    with np.load(tmp_path / "letters.npz") as file:
        arrays = dict(file)
    assert arrays["images"].shape == (32, 35)
    assert arrays["encoder_1.weight"].shape == (4, 1, 3, 3)
    assert arrays["encoder_2.running_var"].tolist() == [1.0] * 4
    assert arrays["code.weight"].shape[0] == 2, "dense weights lie as torch has them"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("lr=0.01,", "lr=0.0101,"),
        ("torch.tanh(self.encoder_1(h))", "torch.relu(self.encoder_1(h))"),
        ("F.binary_cross_entropy_with_logits(", "F.mse_loss("),
    ],
)
def test_a_mistake_is_found(right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    it = subject()
    made = make_code(it, "torch", "network")
    assert right in made.text
    broken = replace(made, text=made.text.replace(right, wrong))
    monkeypatch.setattr(check, "make_code", lambda *_: broken)
    verdict = check_code(it, "torch")
    assert verdict.state == "differs"
    assert verdict.difference is not None
    assert verdict.difference > check.TOLERANCE


@pytest.mark.parametrize("dialect", ["torch", "numpy", "notebook"])
def test_code_that_ends_in_an_error_differs(
    dialect: DialectKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = subject()
    made = make_code(it, dialect, "network")
    broken = replace(made, text=made.text.replace("losses.append", "losses_.append"))
    monkeypatch.setattr(check, "make_code", lambda *_: broken)
    verdict = check_code(it, dialect)
    assert verdict.state == "differs"
    assert "NameError: name 'losses_' is not defined" in verdict.reason


@pytest.mark.parametrize("key", sorted(NONE_OF_IT))
def test_optimisers_without_code_say_why(key: str) -> None:
    it = subject(**trained(optimizer={"name": key}))
    with pytest.raises(AeguiError):
        make_code(it, "torch", "network")
    verdict = check_code(it, "torch")
    assert verdict.state == "incomparable"
    assert verdict.reason


def test_every_phase_of_a_classifier_is_compared() -> None:
    verdict = check_code(subject(**CLASSIFIERS["classifier"]), "torch")
    assert verdict.steps == 4 * STEPS, "three layers one after the other, and all by labels"


def test_a_check_can_be_given_up() -> None:
    with pytest.raises(Cancelled):
        check_code(subject(), "torch", cancelled=lambda: True)


def test_another_run_of_a_population_begins_with_its_own_weights() -> None:
    first = subject(runs=3)
    other = CodedRun.of(first.resolved, run=2)
    assert other.resolved.recipe.seed == 7
    assert not np.array_equal(
        first.first_state()["code.weight"], other.first_state()["code.weight"]
    )


def test_every_line_of_a_layer_is_marked() -> None:
    it = subject(**network(dense(9), dense(7)))
    listing = make_code(it, "torch", "network").listing
    texts = [[listing.lines[at].text for at in listing.of_layer(n)] for n in range(len(it.layers))]
    for name, lines in zip(it.names, texts, strict=True):
        assert lines, name
        # The output's sigmoid is a line of its own.
        assert all(name in line or "torch.sigmoid(self.logits(" in line for line in lines)
