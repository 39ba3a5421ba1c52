"""``aegui evaluate`` reports the information in each dimension of a variational code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.cli import main
from aegui.core.data.corruption import corrupted_with, parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.codes import dimension_figures
from aegui.core.recipe import LatentSpec, LayerSpec, NetworkSpec, Recipe
from aegui.core.run_file.saved import SavedRun, save_run
from tests.session.parts import snapshot

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = 12
DATA = Dataset.from_images("noise", np.random.default_rng(2).random((30, 1, PIXELS)))


def saved(path: Path, latent: LatentSpec) -> SavedRun:
    recipe = Recipe(network=NetworkSpec(encoder=(LayerSpec(units=5),), latent=latent))
    run = SavedRun(recipe, DATA, snapshot(recipe, PIXELS))
    save_run(path, run)
    return run


@pytest.mark.parametrize("units", [3, 16])
def test_the_kl_of_each_dimension_of_a_short_code(
    units: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = saved(tmp_path / "v.aegui", LatentSpec(kind="gaussian", units=units))
    assert main(["evaluate", str(tmp_path / "v.aegui")]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("dimension "))
    assert lines[at].split() == ["dimension", "KL,", "nats"]
    found = dimension_figures(run.codec(), DATA).kl
    assert found is not None
    assert lines[at + 1 + units] == ""
    for number, line in enumerate(lines[at + 1 : at + 1 + units]):
        name, value = line.split()
        assert name == f"z{number + 1}"
        assert float(value) == pytest.approx(found[number], rel=1e-5)


def test_of_grey_images_squared_errors_come_before_wrong_pixels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, path = saved(tmp_path / "g.aegui", LatentSpec(units=3)), str(tmp_path / "g.aegui")
    noisy = ["--noise", "gaussian:0.2", "--draws", "60"]
    assert main(["evaluate", path, *noisy]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["figure", "mean", "of", "30", "samples"]
    at = next(i for i, line in enumerate(lines) if line.startswith("input"))
    assert lines[at].split("squared error per image")[1].split() == ["wrong", "pixels"]
    generator = np.random.default_rng(0)
    rows = np.tile(DATA.flat(), (2, 1))
    answers = run.codec().reconstruct(
        corrupted_with(rows, parse_corruption("gaussian:0.2"), generator, DATA.image_shape)
    )
    error = float(np.square(answers - rows).sum(axis=1).mean())
    assert float(lines[at + 2].split()[-2]) == pytest.approx(error, abs=1e-3)
    assert main(["evaluate", path, *noisy, "--json"]) == 0
    (score,) = json.loads(capsys.readouterr().out)["noise"]
    assert score["squared_error"] == pytest.approx(error, rel=1e-4)
    # Means over runs include the noise.
    assert main(["evaluate", path, *noisy, "--all-runs", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary["squared_error_gaussian:0.2"]["mean"] == pytest.approx(error, rel=1e-4)
    assert main(["evaluate", path, "--all-runs"]) == 0
    out = capsys.readouterr().out
    assert "mean of 1 run " in out
    assert "the run with seed 0." in out


def test_of_a_long_code_only_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path / "v.aegui", LatentSpec(kind="gaussian", units=17))
    assert main(["evaluate", str(tmp_path / "v.aegui")]) == 0
    assert "z1 " not in capsys.readouterr().out
    assert main(["evaluate", str(tmp_path / "v.aegui"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert len(figures["kl_per_dimension"]) == 17
    assert sum(figures["kl_per_dimension"]) == pytest.approx(figures["kl"], rel=1e-4)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "mean of 1 sample\n"), ("es", "media de 1 muestra\n")]
)
def test_one_sample_is_singular(
    language: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = Recipe(network=NetworkSpec(encoder=(), latent=LatentSpec()))
    run = SavedRun(recipe, DATA.subset([0]), snapshot(recipe, PIXELS))
    save_run(tmp_path / "one.aegui", run)
    assert main(["--language", language, "evaluate", str(tmp_path / "one.aegui")]) == 0
    assert words in capsys.readouterr().out


def test_a_figure_of_some_of_the_samples_says_of_how_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = Dataset.from_images("many", np.random.default_rng(2).random((2_100, 1, PIXELS)))
    recipe = Recipe(network=NetworkSpec(encoder=(LayerSpec(units=5),), latent=LatentSpec()))
    save_run(tmp_path / "many.aegui", SavedRun(recipe, many, snapshot(recipe, PIXELS)))
    assert main(["evaluate", str(tmp_path / "many.aegui")]) == 0
    out = capsys.readouterr().out
    assert "mean of 2,100 samples" in out
    assert "share of active units, of at most 2,000 samples" in out
    assert "squared norm of the encoder's Jacobian, of at most 2,000 samples" in out
    assert "squared error per pixel  " in out
    assert main(["evaluate", str(tmp_path / "many.aegui"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert (figures["samples"], figures["code_samples"]) == (2_100, 2_000)


def test_a_plain_code_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path / "p.aegui", LatentSpec(units=2))
    assert main(["evaluate", str(tmp_path / "p.aegui")]) == 0
    assert "nats" not in capsys.readouterr().out.replace("cross-entropy per image, nats", "")
    assert main(["evaluate", str(tmp_path / "p.aegui"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["kl_per_dimension"] is None
