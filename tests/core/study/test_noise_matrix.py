from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted_with, parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.recipe import GanSpec, Recipe
from aegui.core.study import noise_matrix as module
from aegui.core.study.noise_matrix import FIGURES, MatrixSpec, NoiseMatrix, noise_matrix
from aegui.core.study.plan import load_plan
from aegui.core.study.records import LINES_FILE, PLAN_FILE, Records
from aegui.core.study.results import csv_of, table_of
from aegui.core.study.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.progress import LoadProgress

LETTERS = load_builtin("lowercase").subset(range(8))
NOISES = tuple(map(parse_corruption, ("none", "flip:0.2", "salt:0.4")))
TESTS = tuple(map(parse_corruption, ("flip:0.2", "salt:0.4")))
SPEC = MatrixSpec(NOISES, TESTS, seeds=2, draws=160, epochs=300, copies=4)


def recipe(**changes: Any) -> Recipe:
    network = {"encoder": [{"units": 24}], "latent": {"units": 6}}
    goals = {"goals": {"max_wrong_pixels": 30}}
    return Recipe.model_validate({"network": network, "training": goals, "seed": 3} | changes)


class Told:
    """Records what was reported."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.texts: list[str] = []

    def __call__(self, progress: LoadProgress) -> None:
        self.done.append(progress.done)
        self.texts.append(progress.text)


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def matrix(told: Told) -> NoiseMatrix:
    return noise_matrix(recipe(), LETTERS, SPEC, report=told)


def test_every_cell_is_what_its_network_does(matrix: NoiseMatrix) -> None:
    assert matrix.recipe.runs == 6
    assert matrix.recipe.training.epochs == 300
    assert matrix.recipe.data.corruption.copies == 4
    for column, test in enumerate(TESTS):
        clean = np.tile(LETTERS.flat(), (20, 1))
        noisy = corrupted_with(clean, test, np.random.default_rng([0, column]))
        for row in range(3):
            for seed in range(2):
                wrong = wrong_pixels(clean, matrix.codec(row, seed).reconstruct(noisy))
                cell = (row, column, seed)
                assert matrix.wrong[cell] == pytest.approx(wrong.mean())
                assert matrix.at_most_1[cell] == pytest.approx((wrong <= 1).mean())
                assert matrix.exact[cell] == pytest.approx((wrong == 0).mean())
                of_each = wrong.reshape(20, 8).mean(axis=0)
                np.testing.assert_allclose(matrix.per_sample[cell], of_each, rtol=1e-5, atol=1e-6)


def test_networks_differ_and_repair_the_noise_they_were_trained_with(matrix: NoiseMatrix) -> None:
    assert len({matrix.wrong[row, 0, seed] for row in range(3) for seed in range(2)}) == 6
    wrong = matrix.figure("wrong").mean
    assert wrong[1, 0] < wrong[0, 0]
    assert wrong[2, 1] < wrong[0, 1]
    assert wrong[:, 0].argmin() == 1
    assert wrong[:, 1].argmin() == 2


def test_nothing_is_better_than_the_limit(matrix: NoiseMatrix) -> None:
    for column, test in enumerate(TESTS):
        best = limit(LETTERS.flat(), test)
        found = matrix.limits[column]
        assert found == best
        # 160 draws of each network say it to some tenths of a pixel.
        assert matrix.wrong[:, column].min() > 0.5 * best.mean


def test_figures_are_means_over_the_seeds(matrix: NoiseMatrix) -> None:
    for key in FIGURES:
        values = getattr(matrix, key)
        figure = matrix.figure(key)
        np.testing.assert_allclose(
            figure.mean, (values[:, :, 0] + values[:, :, 1]) / 2, rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            figure.deviation, np.abs(values[:, :, 0] - values[:, :, 1]) / np.sqrt(2.0), atol=1e-12
        )
    of_each = matrix.characters(1, 0)
    assert of_each.mean.shape == (8,)
    assert of_each.mean.mean() == pytest.approx(matrix.figure("wrong").mean[1, 0])


def test_the_strip_of_a_cell(matrix: NoiseMatrix) -> None:
    strip = matrix.strip(1, 0, seed=1, noise_seed=5)
    assert np.array_equal(strip.clean, LETTERS.flat())
    assert 0.1 < (strip.noisy != strip.clean).mean() < 0.3
    assert np.array_equal(strip.answer, matrix.codec(1, 1).reconstruct(strip.noisy))
    assert np.array_equal(strip.wrong, wrong_pixels(strip.clean, strip.answer))
    assert not np.array_equal(strip.noisy, matrix.strip(1, 0, seed=1, noise_seed=6).noisy)


def test_progress_rises_to_the_end(matrix: NoiseMatrix, told: Told) -> None:
    assert matrix.seconds > 0
    assert told.done == sorted(told.done)
    assert told.done[-1] == 1000
    assert "100%" in told.texts[-1]


def test_of_large_sets_some_are_tried() -> None:
    spec = MatrixSpec(NOISES[1:2], TESTS[:1], 1, draws=5, epochs=1)
    found = noise_matrix(recipe(), LETTERS, spec)
    assert len(found.dataset) == 5
    assert set(found.dataset.labels) < set(LETTERS.labels)
    assert found.per_sample.shape == (1, 1, 1, 5)
    assert found.strip(0, 0).wrong.shape == (5,)


def test_fixed_noise_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = recipe(data={"corruption": {"fresh": False}})
    monkeypatch.setattr(module, "_FIXED_NUMBERS", 4 * 8 * 35 - 1)
    with pytest.raises(AeguiError, match="4 noisy copies of each sample, drawn once"):
        noise_matrix(fixed, LETTERS, SPEC)


def test_what_is_in_the_folder_is_not_learnt_again(tmp_path: Path) -> None:
    grey = Dataset.from_images("grey", 0.9 * LETTERS.images)
    few = replace(SPEC, epochs=5)
    first = noise_matrix(recipe(), grey, few, folder=tmp_path)
    assert first.reused == 0
    lines = (tmp_path / LINES_FILE).read_text()
    again = noise_matrix(recipe(), grey, few, folder=tmp_path)
    assert again.reused == 6
    assert (tmp_path / LINES_FILE).read_text() == lines
    np.testing.assert_array_equal(again.wrong, first.wrong)
    before, after = (one.codec(2, 1).encode(grey.flat()) for one in (first, again))
    np.testing.assert_array_equal(before, after)
    more = noise_matrix(recipe(), grey, replace(few, seeds=3), folder=tmp_path)
    assert more.reused == 6
    np.testing.assert_allclose(more.wrong[:, :, :2], first.wrong)


def test_other_levels_are_tried_with_the_networks_that_are_there(tmp_path: Path) -> None:
    few = replace(SPEC, epochs=5)
    first = noise_matrix(recipe(), LETTERS, few, folder=tmp_path)
    weights = [run.row for run in map(Records(tmp_path).complete, keys(tmp_path))]
    other = replace(few, tests=(*TESTS[:1], parse_corruption("block:0.3")), draws=80)
    found = noise_matrix(recipe(), LETTERS, other, folder=tmp_path)
    assert found.reused == 6
    assert found.wrong.shape == (3, 2, 2)
    after = [run.row for run in map(Records(tmp_path).complete, keys(tmp_path))]
    np.testing.assert_array_equal(weights, after)
    alone = noise_matrix(recipe(), LETTERS, other)
    np.testing.assert_allclose(found.wrong, alone.wrong, atol=0.1)
    assert not np.allclose(found.wrong[:, 1], first.wrong[:, 1])


def keys(folder: Path) -> list[str]:
    return sorted(run.key for run in Records(folder))


def test_it_is_a_study_like_any_other(tmp_path: Path) -> None:
    """Its folder holds the plan, and its runs have the figures of the matrix."""
    found = noise_matrix(recipe(), LETTERS, replace(SPEC, epochs=5), folder=tmp_path, jobs=2)
    plan = load_plan(tmp_path / PLAN_FILE)
    result = Study(plan, tmp_path, Records(tmp_path)).begun()
    assert result.is_complete
    header, rows = table_of(result)
    assert header[1] == "noise of the training"
    assert header[2:4] == ["Wrong pixels, Salt only (to 1) 0.4", "Wrong pixels, Flip 0.2"]
    assert [row[1] for row in rows] == ["none", "Flip 0.2", "Salt only (to 1) 0.4"]
    stored = [choice.label for choice in plan.axes[0].choices]
    assert stored == ["none", "flip:0.2", "salt:0.4"], "a plan is in no language"
    for row, cell in enumerate(result.cells):
        assert [run.seed for run in cell.runs] == [3, 4]
        for column, test in enumerate(("flip:0.2", "salt:0.4")):
            for key in FIGURES:
                values = getattr(found, key)[row, column]
                assert cell.values(f"{key}@{test}") == pytest.approx(values.tolist())
    assert "wrong@flip:0.2" in csv_of(result).splitlines()[0]
    assert found.recipe.data.source == "lowercase"


def test_square() -> None:
    spec = MatrixSpec.square("salt_pepper", (0.0, 0.5))
    assert spec.training == spec.tests
    assert [one.level for one in spec.tests] == [0.0, 0.5]


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(Cancelled):
        noise_matrix(recipe(), LETTERS, SPEC, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("changes", "spec", "words"),
    [
        ({"gan": GanSpec()}, SPEC, "GAN"),
        ({}, MatrixSpec((), TESTS), "rows and columns"),
        ({}, MatrixSpec(NOISES * 7, TESTS), "rows and columns"),
        ({}, MatrixSpec(NOISES, TESTS, seeds=0), "at least one seed"),
        ({"training": {"optimizer": {"name": "bfgs"}}}, SPEC, "noise"),
    ],
)
def test_refusals(changes: dict[str, Any], spec: MatrixSpec, words: str) -> None:
    with pytest.raises(AeguiError, match=words):
        noise_matrix(recipe(**changes), LETTERS, spec)
