"""Tables of studies in files."""

from __future__ import annotations

import csv

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.recipe import Recipe
from aegui.core.study.noise_curves import matrix_curves
from aegui.core.study.noise_matrix import MatrixSpec, NoiseMatrix, noise_matrix
from aegui.core.study.tables import characters_csv, curves_csv, matrix_csv


@pytest.fixture(scope="module")
def matrix() -> NoiseMatrix:
    recipe = Recipe.model_validate({"network": {"encoder": [{"units": 6}]}, "seed": 40})
    spec = MatrixSpec.square("flip", (0.0, 0.25), seeds=2)
    few = load_builtin("lowercase").subset(range(3))
    return noise_matrix(recipe, few, MatrixSpec(spec.training, spec.tests, 2, 30, epochs=2))


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_every_cell_is_a_line(matrix: NoiseMatrix) -> None:
    found = lines(matrix_csv(matrix))
    assert len(found) == 2 * 2 * 2 + 2
    at = {(r["trained_level"], r["tried_level"], r["seed"]): r for r in found[:8]}
    assert float(at["0.25", "0", "41"]["wrong_pixels"]) == pytest.approx(
        matrix.wrong[1, 0, 1], rel=1e-5
    )
    assert float(at["0", "0.25", "40"]["share_exact"]) == pytest.approx(matrix.exact[0, 1, 0])
    assert found[-1]["trained_with"] == "limit"
    limit = matrix.limits[1]
    assert limit is not None
    assert float(found[-1]["wrong_pixels"]) == pytest.approx(limit.mean, rel=1e-5)


def test_every_character_is_a_line(matrix: NoiseMatrix) -> None:
    found = lines(characters_csv(matrix))
    assert len(found) == 2 * 2 * 3
    assert [row["character"] for row in found[:3]] == list(matrix.dataset.labels)
    assert float(found[4]["wrong_pixels"]) == pytest.approx(
        matrix.characters(0, 1).mean[1], rel=1e-5
    )


def test_every_point_of_a_curve_is_a_line(matrix: NoiseMatrix) -> None:
    curves = matrix_curves(matrix)
    assert curves is not None
    found = lines(curves_csv(curves))
    assert len(found) == 3 * 2
    assert {row["is"] for row in found} == {"model", "limit"}
    assert float(found[1]["wrong_pixels"]) == pytest.approx(curves.lines[0].mean[1], rel=1e-5)
