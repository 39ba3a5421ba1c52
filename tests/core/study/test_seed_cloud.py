"""The seeds of a setting: states, order, and the share that reaches the goal."""

from __future__ import annotations

import math

from scipy.stats import beta

from aegui.core.recipe import Recipe
from aegui.core.study.plan import Goal, Seeds, StudyPlan
from aegui.core.study.records import RunRecord
from aegui.core.study.results import StudyCell
from aegui.core.study.seed_cloud import (
    ENDED,
    LOST,
    MET,
    WAITING,
    seed_cloud,
    seed_words,
    seeds_csv,
    share_line,
)
from aegui.core.study.settings import grid

PLAN = StudyPlan(seeds=Seeds(first=10, count=6), goal=Goal(figure="worst", at_most=1))
(SETTING,) = grid(Recipe(), ())


def run(seed: int, worst: float, wrong: float, reason: str = "epochs") -> RunRecord:
    return RunRecord(f"{seed}", seed, reason, {"worst": worst, "wrong": wrong, "epochs": 40.0})


CELL = StudyCell(
    SETTING,
    (
        run(10, 5, 2.0),
        run(11, math.nan, math.nan, "diverged"),
        run(13, 1, 0.2),
        run(14, 0, 0.1),
        run(15, 3, 0.4),
    ),
    6,
)


def test_seeds_have_their_places_from_the_start() -> None:
    cloud = seed_cloud(PLAN, CELL, "wrong")
    assert cloud.seeds.tolist() == [10, 11, 12, 13, 14, 15]
    assert cloud.states.tolist() == [ENDED, LOST, WAITING, MET, MET, ENDED]
    assert math.isnan(cloud.values[2])
    assert cloud.values[5] == 0.4


def test_the_best_come_first_and_those_to_come_last() -> None:
    cloud = seed_cloud(PLAN, CELL, "wrong", "result")
    assert cloud.seeds.tolist() == [14, 13, 15, 10, 11, 12]
    high = seed_cloud(PLAN, CELL, "at_most_1", "result")
    assert high.seeds.tolist()[:2] == [13, 14]


def test_the_share_has_its_exact_interval() -> None:
    cloud = seed_cloud(PLAN, CELL, "wrong")
    share = cloud.share
    assert (share.reached, share.seeds) == (2, 5)
    assert abs(share.low - beta.ppf(0.025, 2, 4)) < 1e-9
    line = share_line(PLAN, [cloud])
    assert line.startswith("2 of 5 seeds at the goal (Worst sample at most 1): 40.0% [")
    assert "1 more" in line
    free = PLAN.model_copy(update={"goal": None})
    assert share_line(free, [seed_cloud(free, CELL, "wrong")]) == "5 of 6 seeds have ended"


def test_every_seed_says_what_came_of_it() -> None:
    cloud = seed_cloud(PLAN, CELL, "wrong")
    assert seed_words(PLAN, cloud, 3) == (
        "Seed 13: Wrong pixels 0.2, Worst sample 1, 40 epochs, reaches the goal"
    )
    assert "diverged" in seed_words(PLAN, cloud, 1)
    assert seed_words(PLAN, cloud, 2) == "Seed 12: has not ended yet"
    lines = seeds_csv(PLAN, [(CELL, cloud)]).splitlines()
    assert lines[0] == "seed,ended,at_goal,wrong"
    assert lines[3] == "12,,,"
    assert lines[4] == "13,epochs,yes,0.2"
