"""Studies as tables and pictures."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.i18n import set_language
from aegui.core.recipe import Recipe
from aegui.core.study.noise_curves import Curves, Line, matrix_curves
from aegui.core.study.noise_matrix import FIGURES, MatrixSpec, NoiseMatrix, noise_matrix
from aegui.core.study.pictures import RAMP, curves_picture, matrix_picture, ramp
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
    assert float(at["0.25", "0", "43"]["wrong_pixels"]) == pytest.approx(
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


@pytest.mark.parametrize("key", FIGURES)
def test_cells_are_darker_where_more_is_wrong(matrix: NoiseMatrix, key: str) -> None:
    picture = matrix_picture(matrix, key)
    figure = matrix.figure(key).mean
    shades = figure / figure.max() if key == "wrong" else 1 - figure
    pixels = {picture.getpixel((x, y)) for x in range(picture.width) for y in (90, 130, 160)}
    for shade in shades.ravel().tolist():
        colour = ramp(shade)
        assert tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) in pixels


def test_the_limit_stands_below_wrong_pixels_only(matrix: NoiseMatrix) -> None:
    assert matrix_picture(matrix, "wrong").height > matrix_picture(matrix, "exact").height
    set_language("es")
    try:
        assert matrix_picture(matrix).width >= 200
    finally:
        set_language("en")


def test_the_ramp_goes_from_end_to_end() -> None:
    assert ramp(0.0) == RAMP[0]
    assert ramp(1.0) == RAMP[-1]
    assert ramp(0.2) == RAMP[1]
    assert ramp(-3) == ramp(0)
    greys = [sum(int(ramp(k / 20)[i : i + 2], 16) for i in (1, 3, 5)) for k in range(21)]
    assert greys == sorted(greys, reverse=True)


def test_curves_are_drawn_where_they_belong() -> None:
    levels = np.array([0.0, 0.5])
    flat = Line("model", "flat", np.array([5.0, 5.0]), np.array([1.0, 1.0]), runs=3)
    limit = Line("limit", "limit", np.array([np.nan, 2.0]), np.zeros(2))
    picture = curves_picture(Curves("flip", levels, (flat, limit)))
    bare = curves_picture(Curves("flip", levels, (limit,)))
    assert picture.height > bare.height
    column = [picture.getpixel((400, y)) for y in range(picture.height)]
    blue = [y for y, (r, _, b) in enumerate(column) if b > r + 60]  # type: ignore[misc]
    # The line lies at 5 of 6, within a band from 4 to 6.
    assert blue
    assert max(blue) - min(blue) < 5
    pale = [y for y, (r, _, b) in enumerate(column) if 20 < b - r <= 60]  # type: ignore[misc]
    assert min(pale) < min(blue) < max(blue) < max(pale)
