"""Phase diagrams: shares over two axes, their order of filling, and the text of a cell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from aegui.core.recipe import Recipe
from aegui.core.study.phase import phase_axes, phase_csv, phase_of, share_words
from aegui.core.study.plan import AxisRow, Goal, Range, Seeds, StudyAxis, StudyPlan
from aegui.core.study.records import RunRecord
from aegui.core.study.results import StudyCell, StudyResult
from aegui.core.study.settings import StudySetting, coarse_to_fine, grid, setting_of

WIDTH = StudyAxis(
    label="width", path="network.latent.units", range=Range(first=1, last=9, steps=9, whole=True)
)
RATE = StudyAxis(
    label="rate",
    path="training.optimizer.learning_rate",
    range=Range(first=0.001, last=0.1, steps=9, log=True),
)
KIND = StudyAxis(
    label="loss",
    rows=(
        AxisRow(label="mse", set={"training.loss": "mse"}),
        AxisRow(label="bce", set={"training.loss": "bce"}),
    ),
)
GOAL = Goal(figure="worst", at_most=1)


def result_of(plan: StudyPlan, worst: dict[int, list[float]]) -> StudyResult:
    """Return a result whose settings, by their indices, have runs with these figures."""
    cells = []
    for place, setting in enumerate(grid(Recipe(), plan.axes)):
        runs = tuple(
            RunRecord(f"{place}-{seed}", seed, "epochs", {"worst": value})
            for seed, value in enumerate(worst.get(place, []))
        )
        cells.append(StudyCell(setting, runs, plan.seeds.count))
    return StudyResult(plan, tuple(cells), is_complete=False)


def test_shares_lie_where_their_choices_are() -> None:
    plan = StudyPlan(axes=(WIDTH, RATE), seeds=Seeds(count=4), goal=GOAL)
    found = phase_of(result_of(plan, {0: [0.0, 1.0, 2.0, 9.0], 80: [1.0]}), "rate", "width")
    assert found is not None
    assert found.columns[0] == "0.001"
    # Numbers grow upwards.
    assert found.rows[-1] == "1"
    assert found.is_log == (True, False)
    assert found.shares[-1, 0] == pytest.approx(0.5)
    assert found.shares[0, -1] == 1.0
    assert np.isnan(found.shares[0, 0])
    assert found.cells[-1][0] == (0,)
    assert found.planned.sum() == 81 * 4


def test_other_axes_are_added_up() -> None:
    plan = StudyPlan(axes=(WIDTH, RATE, KIND), seeds=Seeds(count=2), goal=GOAL)
    found = phase_of(result_of(plan, {0: [0.0, 9.0], 1: [9.0, 9.0]}), "rate", "width")
    assert found is not None
    assert (found.met[-1, 0], found.runs[-1, 0], found.planned[-1, 0]) == (1, 4, 4)
    assert found.cells[-1][0] == (0, 1)
    one = phase_of(result_of(plan, {0: [0.0, 9.0]}), "loss", "")
    assert one is not None
    assert one.shares.shape == (1, 2)


def test_the_interval_is_that_of_clopper_and_pearson() -> None:
    plan = StudyPlan(axes=(WIDTH,), seeds=Seeds(count=10), goal=GOAL)
    found = phase_of(result_of(plan, {2: [0.0] * 3 + [5.0] * 7}), "width", "")
    assert found is not None
    low, high = found.interval(0, 2)
    assert low == pytest.approx(beta.ppf(0.025, 3, 8))
    assert high == pytest.approx(beta.ppf(0.975, 4, 7))
    words = share_words(found, 0, 2)
    assert "width 3" in words
    assert "3 of 10 runs" in words
    assert "30% [7, 65]" in words
    assert "no run" in share_words(found, 0, 0)
    lines = phase_csv(found).splitlines()
    assert len(lines) == 1 + 9
    assert lines[3].startswith("3,,3,10,0.3,")


def test_without_a_goal_there_is_none() -> None:
    plan = StudyPlan(axes=(WIDTH,))
    assert phase_of(result_of(plan, {}), "width", "") is None


def test_a_diagram_begins_with_the_longest_axes_of_numbers() -> None:
    assert phase_axes(StudyPlan(axes=(KIND, WIDTH, RATE))) == ("width", "rate")
    assert phase_axes(StudyPlan(axes=(KIND,))) == ("loss", "")
    assert phase_axes(StudyPlan()) == ("", "")


def test_a_large_grid_is_done_coarse_to_fine() -> None:
    plan = StudyPlan(axes=(WIDTH, RATE, KIND))
    settings = grid(Recipe(), plan.axes)
    parts = coarse_to_fine(plan, settings)
    assert [len(part) for part in parts] == [2 * 9, 2 * (25 - 9), 2 * (81 - 25)]
    assert sorted(map(_words, (one for part in parts for one in part))) == sorted(
        map(_words, settings)
    )
    first = {(one.labels["width"], one.labels["rate"]) for one in parts[0]}
    assert first == {
        (width, rate) for width in ("1", "5", "9") for rate in ("0.001", "0.01", "0.1")
    }


def test_small_grids_and_names_are_done_in_one_go() -> None:
    small = StudyPlan(axes=(WIDTH,))
    assert len(coarse_to_fine(small, grid(Recipe(), small.axes))) == 1
    names = StudyAxis(
        label="names",
        rows=tuple(AxisRow(label=f"n{n}", set={"training.epochs": n + 1}) for n in range(99)),
    )
    plan = StudyPlan(axes=(names,))
    assert len(coarse_to_fine(plan, grid(Recipe(), plan.axes))) == 1


def _words(setting: StudySetting) -> str:
    return setting.words


def test_settings_of_a_path_search_have_a_place_for_the_axes_not_varied_yet() -> None:
    plan = StudyPlan(axes=(WIDTH, KIND), seeds=Seeds(count=1), goal=GOAL, mode="path")
    first = result_of(plan.model_copy(update={"axes": (WIDTH,)}), {0: [0.0], 3: [0.0], 5: [9.0]})
    choices = {"width": WIDTH.choices[3], "loss": KIND.choices[1]}
    second = StudyCell(setting_of(Recipe(), choices), (), 1)
    result = StudyResult(plan, (*first.cells, second), is_complete=False)
    found, turned = phase_of(result, *phase_axes(plan)), phase_of(result, "loss", "width")
    assert found is not None
    assert turned is not None
    assert found.columns == turned.rows[::-1] == tuple("123456789")
    assert found.rows[::-1] == turned.columns == ("as it is", "bce")
    assert (found.runs.sum(), found.met.sum(), found.planned.sum()) == (3, 2, 10)
    assert share_words(found, 1, 0).startswith("width 1, loss as it is: 1 of 1 runs")
    assert share_words(turned, -1, 0).startswith("loss as it is, width 1: 1 of 1 runs")
