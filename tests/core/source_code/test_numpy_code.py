"""Generated NumPy learns as the program does; its gradient is right; a broken line is found."""

from __future__ import annotations

import math
import runpy
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import find_recipe, load_recipe
from aegui.core.source_code import check
from aegui.core.source_code.check import GRADIENT_TOLERANCE, STEPS, CodeVerdict, check_code
from aegui.core.source_code.make import make_code
from aegui.core.source_code.numpy_code import why_no_numpy
from aegui.core.source_code.subject import CodedRun
from aegui.core.source_code.words import verdict_words
from tests.core.source_code.cases import (
    CLASSIFIERS,
    DENSE,
    GANS,
    OTHERS,
    dense,
    network,
    noisy,
    subject,
    trained,
)

if TYPE_CHECKING:
    from pathlib import Path

ONLY_PYTORCH = {
    *CLASSIFIERS,
    *GANS,
    "optimizer lbfgs",
    "optimizer cg",
    "contractive single",
    "contractive",
    "contractive estimated",
    "contractive estimated lbfgs",
    "contractive estimated cg",
    "a last batch of one is normalised",
}


def test_numpy_learns_as_the_program_and_its_gradient_is_right() -> None:
    offered = set()
    for case, changes in (DENSE | OTHERS).items():
        it = subject(**changes)
        if why_no_numpy(it):
            continue
        offered.add(case)
        verdict = check_code(it, "numpy")
        assert verdict.state == "same", (case, verdict)
        assert len(verdict.own) == STEPS
        assert verdict.gradient is not None
        assert verdict.gradient < GRADIENT_TOLERANCE / 10, (case, verdict.gradient)
    assert {*DENSE, *OTHERS} - offered == ONLY_PYTORCH


def test_where_a_relu_takes_exactly_0_either_slope_is_right() -> None:
    """A code of exactly 0 makes the inputs of the next layers 0, since biases start at 0."""
    path = find_recipe("letters-relu")
    assert path is not None
    resolved = resolve(load_recipe(path), load_builtin("lowercase")).resolved
    assert resolved is not None
    verdict = check_code(CodedRun.of(resolved), "numpy")
    assert verdict.state == "same", verdict
    assert verdict.gradient is not None
    assert verdict.gradient < GRADIENT_TOLERANCE / 10


def test_a_gradient_that_was_measured_is_not_said_to_be_exact() -> None:
    path = find_recipe("letters-2d")
    assert path is not None
    resolved = resolve(load_recipe(path), load_builtin("letters")).resolved
    assert resolved is not None
    verdict = check_code(CodedRun.of(resolved), "numpy")
    assert verdict.gradient is not None
    assert 0.0 < verdict.gradient < GRADIENT_TOLERANCE / 10


def test_nothing_is_said_to_be_measured_to_nought() -> None:
    words = verdict_words(CodeVerdict("same", 0.0, 0.0, own=(0.5,) * 10))
    assert "difference is 0. " in words
    assert "measured, to 1.0e-9." in words


@pytest.mark.parametrize("case", sorted(ONLY_PYTORCH))
def test_what_is_not_written_by_hand_is_said_in_words(case: str) -> None:
    with pytest.raises(AeguiError, match="PyTorch"):
        make_code(subject(**(DENSE | OTHERS)[case]), "numpy", "network")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("d = d * tanh_slope(z1)", "d = d * 0.99"),
        ('g["code.bias"] += d.sum(axis=0)', 'g["code.bias"] += d.mean(axis=0)'),
        ("d_log = d * noise", "d_log = 1.01 * d * noise"),
    ],
)
def test_a_broken_line_of_the_gradient_is_found(
    right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = subject(**network(dense(9), latent={"kind": "gaussian", "units": 2}))
    made = make_code(it, "numpy", "network")
    assert right in made.text
    broken = replace(made, text=made.text.replace(right, wrong))
    monkeypatch.setattr(check, "make_code", lambda *_: broken)
    verdict = check_code(it, "numpy")
    assert verdict.state == "differs"
    assert verdict.gradient is not None
    assert verdict.gradient > GRADIENT_TOLERANCE


def test_it_runs_alone_and_goes_on_with_draws_of_its_own(tmp_path: Path) -> None:
    case = DENSE["variational in batches"] | noisy("block")
    path = make_code(subject(**case), "numpy", "letters").write(tmp_path / "letters.py")
    # Neither torch nor the program can be imported here.
    blocked = "import sys; sys.modules['torch'] = sys.modules['aegui'] = None; "
    run = (
        f"sys.argv = ['x', '13']; import runpy; runpy.run_path({str(path)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked + run],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *lines = done.stdout.splitlines()
    assert first.startswith("gradient:")
    losses = [float(line.split()[1]) for line in lines]
    assert len(losses) == 13
    assert all(map(math.isfinite, losses))


@pytest.mark.parametrize("kind", ["salt_pepper", "gaussian", "block"])
def test_its_own_noise_is_of_the_size_of_the_program_s(kind: str, tmp_path: Path) -> None:
    path = make_code(subject(**noisy(kind)), "numpy", "n").write(tmp_path / "n.py")
    space = runpy.run_path(str(path))
    drawn = abs(space["corrupt"](space["images"]) - space["images"]).mean()
    recorded = abs(space["beside"]["x_1"] - space["images"]).mean()
    assert drawn == pytest.approx(recorded, rel=0.35)


def test_images_that_move_do_so_by_hand_too(tmp_path: Path) -> None:
    it = subject(**DENSE["moved images"])
    path = make_code(it, "numpy", "n").write(tmp_path / "n.py")
    space = runpy.run_path(str(path))
    moved = space["augment"](space["images"])
    assert moved.shape == space["images"].shape
    assert (moved != space["images"]).any(axis=1).mean() > 0.5


def test_an_optimiser_by_hand_is_of_the_recipe() -> None:
    it = subject(**trained(optimizer={"name": "rmsprop", "alpha": 0.8}))
    assert "0.8 * square[name]" in make_code(it, "numpy", "n").text
