from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.noise import noisy_score
from aegui.core.latent.pca import fit_pca
from aegui.core.network import layers
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import load_run
from aegui.core.study.noise_curves import (
    Curves,
    Line,
    ModelUnderTest,
    NoiseCurveSpec,
    matrix_curves,
    noise_curves,
)
from aegui.core.study.noise_matrix import MatrixSpec, noise_matrix
from aegui.paths import models_dir

if TYPE_CHECKING:
    from aegui.core.data.progress import LoadProgress

LETTERS = load_builtin("lowercase")
LEVELS = (0.0, 0.1, 0.3)


@pytest.fixture(scope="module")
def models() -> tuple[ModelUnderTest, ModelUnderTest]:
    denoiser = load_run(models_dir() / "letters-denoise.aegui")
    codec = denoiser.codec(denoiser.best_run)
    plain = load_run(models_dir() / "letters-2d.aegui")
    both = ModelUnderTest("both", (codec, plain.codec(plain.best_run)))
    return ModelUnderTest("denoiser", (codec,)), both


@pytest.fixture(scope="module")
def curves(models: tuple[ModelUnderTest, ModelUnderTest]) -> Curves:
    return noise_curves(models, LETTERS, NoiseCurveSpec("flip", LEVELS, draws=1_600, pca=(2, 35)))


def line(curves: Curves, key: str, place: int = 0) -> Line:
    return [one for one in curves.lines if one.key == key][place]


def test_networks_first_then_the_limit_then_what_needs_none(curves: Curves) -> None:
    assert [one.key for one in curves.lines] == ["model", "model", "limit", "copy", "pca", "pca"]
    assert [one.runs for one in curves.lines] == [1, 2, 0, 0, 0, 0]
    assert curves.levels.tolist() == list(LEVELS)


def test_a_network_is_tried_as_everywhere(
    models: tuple[ModelUnderTest, ModelUnderTest], curves: Curves
) -> None:
    codec = models[0].codecs[0]
    for at, level in enumerate(LEVELS):
        score = noisy_score(codec, LETTERS, parse_corruption(f"flip:{level}"), 1_600, seed=9)
        assert line(curves, "model").mean[at] == pytest.approx(score.mean, abs=0.25, rel=0.1)
    alone, both = line(curves, "model").mean, line(curves, "model", 1)
    other = 2 * both.mean - alone
    np.testing.assert_allclose(both.deviation, np.abs(other - alone) / np.sqrt(2.0), atol=1e-9)
    assert (other[1:] > alone[1:] + 1).all()
    np.testing.assert_allclose(both.high - both.mean, both.deviation, atol=1e-9)
    np.testing.assert_allclose(both.low, np.maximum(both.mean - both.deviation, 0.0), atol=1e-9)
    # Of a single network nobody knows how far another one would be.
    assert np.isnan(line(curves, "model").deviation).all()


def test_lines_to_compare_with(curves: Curves) -> None:
    assert line(curves, "limit").mean[0] == 0
    best = limit(LETTERS.flat(), parse_corruption("flip:0.3"))
    assert line(curves, "limit").mean[2] == best.mean
    assert line(curves, "limit").deviation[2] == best.error
    # Of 35 pixels that flip with probability p as many are wrong when nothing is done.
    expected = 35 * np.array(LEVELS)
    np.testing.assert_allclose(line(curves, "copy").mean, expected, rtol=0.03)
    # Through all principal components of the characters noise passes but for what none has.
    assert line(curves, "pca", 1).mean[0] == 0
    two = fit_pca(LETTERS.flat(), 2)
    wrong = (two.decode(two.encode(LETTERS.flat())) > 0.5) != (LETTERS.flat() > 0.5)
    assert line(curves, "pca").mean[0] == pytest.approx(wrong.sum(axis=1).mean())


def test_a_linear_code_has_as_many_numbers_as_those_it_is_compared_with(
    models: tuple[ModelUnderTest, ModelUnderTest],
) -> None:
    found = noise_curves(models, LETTERS, NoiseCurveSpec("flip", (0.1,), draws=96))
    names = [one.name for one in found.lines if one.key == "pca"]
    assert names == ["PCA, 2 numbers", "PCA, 32 numbers"]


def test_grey_images_have_no_limit(models: tuple[ModelUnderTest, ModelUnderTest]) -> None:
    grey = Dataset.from_images("grey", np.full((4, 7, 5), 0.25))
    found = noise_curves([models[0]], grey, NoiseCurveSpec("gaussian", (0.1,), draws=8, pca=()))
    assert [one.key for one in found.lines] == ["model", "copy"]


def test_rows_of_a_matrix_as_lines() -> None:
    recipe = Recipe.model_validate({"network": {"encoder": [{"units": 6}]}})
    noises = tuple(map(parse_corruption, ("flip:0.2", "salt:0.1", "none")))
    tests = tuple(map(parse_corruption, ("flip:0.3", "none", "flip:0.1")))
    few = LETTERS.subset(range(4))
    matrix = noise_matrix(recipe, few, MatrixSpec(noises, tests, 2, draws=40, epochs=3))
    curves = matrix_curves(matrix)
    assert curves is not None
    assert curves.levels.tolist() == [0.0, 0.1, 0.3]
    assert [one.name for one in curves.lines] == [
        "trained at 0.2",
        "Salt only (to 1) 0.1",
        "trained at 0",
        "Bayes limit",
    ]
    np.testing.assert_allclose(
        curves.lines[1].mean, matrix.figure("wrong").mean[1][[1, 2, 0]], rtol=1e-5, atol=1e-6
    )
    assert curves.lines[3].mean[0] == 0
    mixed = MatrixSpec(noises[:1], (tests[0], parse_corruption("salt:0.1")), 1, 40, epochs=1)
    assert matrix_curves(noise_matrix(recipe, few, mixed)) is None


def test_refusals(models: tuple[ModelUnderTest, ModelUnderTest]) -> None:
    with pytest.raises(AeguiError, match="at least one level"):
        noise_curves(models, LETTERS, NoiseCurveSpec("flip", ()))
    with pytest.raises(AeguiError, match="images of another size"):
        noise_curves(
            models, Dataset.from_images("two", np.zeros((2, 3, 3))), NoiseCurveSpec("flip")
        )
    with pytest.raises(Cancelled):
        noise_curves(models, LETTERS, NoiseCurveSpec("flip"), cancelled=lambda: True)


def test_the_progress_moves_within_a_level(models: tuple[ModelUnderTest, ModelUnderTest]) -> None:
    told: list[LoadProgress] = []
    dataset = load_builtin("lowercase")
    noise_curves(models, dataset, NoiseCurveSpec("flip", (0.1,), draws=40_000), told.append)
    shares = [one.done / one.total for one in told]
    assert shares == sorted(shares)
    assert any(0.0 < share < 1.0 for share in shares)
    assert told[0].text == "0 of 1 levels tested"
    assert told[-1].text == "1 of 1 levels tested"


def test_curves_are_given_up_in_the_midst_of_an_answer(
    models: tuple[ModelUnderTest, ModelUnderTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As for a network so large that only one image passes it between two checks.
    monkeypatch.setattr(layers, "PIECE_COST", 1)
    told: list[LoadProgress] = []
    polls = 0

    def stop() -> bool:
        nonlocal polls
        polls += 1
        return polls > 500

    spec = NoiseCurveSpec("flip", (0.1,), draws=4_000)
    with pytest.raises(Cancelled):
        noise_curves(models[:1], LETTERS, spec, told.append, stop)
    assert polls == 501
    assert len(told) >= 1
    assert told[-1].done < told[-1].total / 4
