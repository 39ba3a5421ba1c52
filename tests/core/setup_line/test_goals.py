"""Goals of challenges: their text, when they are reached, and that the shipped ones can be."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.load import load_data
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import SplitSpec
from aegui.core.run_file.challenge import (
    ChallengeDocument,
    KeptChallenge,
    from_document,
    to_document,
)
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.setup_line.goal import Bound, GoalReached, LineGoal, MeasuredOn, goal_of
from aegui.core.setup_line.reading import LineReading, read_line
from aegui.core.shelves import LEVELS
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.record.history import HistoryView
from aegui.core.training.step.samples import some_of

SOLUTIONS = {
    "challenge-one-pixel": "lowercase 35-25-10-2 tanh | adam 0.01 | 5000 epochs | 3 runs",
    "challenge-fast": "lowercase 35-64-48-2 tanh | adam 0.02 | 150 epochs | 20 runs"
    " | start xavier_uniform",
    "challenge-few-weights": "lowercase 35-[2]-9-35 tanh | adam 0.02 | 20000 epochs | 20 runs"
    " | schedule cosine",
    "challenge-exact": "lowercase 35-[2]-14-35 tanh | adam 0.02 | 20000 epochs | 20 runs"
    " | schedule cosine",
    "challenge-one-number": "lowercase 35-40-20-1 tanh | adam 0.01 | 5000 epochs | 6 runs",
    "challenge-all-characters": "letters 35-18-[2]-26-35 tanh | adam 0.02 | 10000 epochs"
    " | 10 runs | schedule cosine",
    "challenge-digits": "digits 64-10:leaky_relu | classifier epochs=0 | adam 0.01 | 200 epochs"
    " | batch 128 | 4 runs",
}


def resolved_of(reading: LineReading) -> ResolvedRecipe:
    resolved = resolve(reading.recipe, load_data(reading.recipe.data)).resolved
    assert resolved is not None
    return resolved


def first_reached(reading: LineReading, goal: LineGoal) -> GoalReached | None:
    """Return when a training reaches ``goal``, checked row by row as in the window."""
    resolved, looked = resolved_of(reading), 0
    for training in train(resolved, Control()):
        history = training.history.view()
        reached = goal.reached(history, resolved, looked)
        looked = len(history)
        if reached is not None:
            return reached
    return None


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_challenge_that_ships_can_be_reached(key: str) -> None:
    challenge = CHALLENGES[key]
    goal = challenge.reading.goal
    assert goal is not None
    assert challenge.level in LEVELS
    reached = first_reached(read_line(SOLUTIONS[key]), goal)
    assert reached is not None
    assert reached.epoch > 0
    assert {figure for figure, _ in reached.figures} == {bound.figure for bound in goal.bounds}


@pytest.mark.parametrize("key", CHALLENGES)
def test_it_is_not_reached_as_it_begins(key: str) -> None:
    challenge = CHALLENGES[key]
    assert challenge.reading.goal is not None
    assert first_reached(challenge.reading, challenge.reading.goal) is None


def history(**columns: list[list[float]]) -> HistoryView:
    """Return rows at epochs 0, 1, 2 ... of two runs."""
    rows = len(next(iter(columns.values())))
    plain = {"loss": 0.5, "wrong_mean": 3.0, "wrong_max": 9.0, "share_at_most_1": 0.0}
    runs = {
        name: np.array(columns.get(name, [[value, value]] * rows), np.float32)
        for name, value in plain.items()
    }
    epochs = np.arange(rows, dtype=np.float64)
    extra = {"accuracy": np.array(columns["accuracy"], np.float32)} if "accuracy" in columns else {}
    return HistoryView(epochs, epochs, epochs, **runs, extra=extra)


SMALL = resolved_of(read_line("lowercase 35-5-2 tanh | 2 runs | seed 7"))


def test_one_run_has_to_keep_every_bound_in_the_same_epoch() -> None:
    goal = goal_of("goal: 32 of 32 within 1 px with error <= 0.1")
    rows = history(
        share_at_most_1=[[1, 1], [1, 0], [0, 1], [0.96, 1]],
        loss=[[0, 0], [0.2, 0.1], [0.1, 0.2], [0.05, 0.09]],
    )
    reached = goal.reached(rows, SMALL)
    assert reached is not None
    assert (reached.epoch, reached.seed, reached.runs) == (3, 8, 2)
    assert dict(reached.figures) == {"within": 32.0, "error": pytest.approx(0.09)}
    assert goal.reached(rows, SMALL, 4) is None


def test_samples_held_out_are_not_counted() -> None:
    part = resolved_of(read_line("lowercase 35-5-2 tanh | validation 20% | seed 7"))
    rows = history(share_at_most_1=[[0, 0], [1, 1]])
    reached = goal_of("goal: all within 1 px").reached(rows, part)
    assert reached is not None
    assert reached.measured == (26, 26)
    assert dict(reached.figures) == {"within": 26.0}
    assert goal_of("goal: 32 of 32 within 1 px").reached(rows, part) is None
    assert goal_of("goal: 26 of 26 within 1 px").reached(rows, part) is not None


def test_nothing_counts_before_the_first_step() -> None:
    rows = history(share_at_most_1=[[1, 1], [0, 0]])
    assert goal_of("goal: all within 1 px").reached(rows, SMALL) is None


@pytest.mark.parametrize(
    ("text", "is_reached"),
    [
        ("goal: 31 of 32 within 1 px", True),
        ("goal: 32 of 32 within 1 px", False),
        ("goal: all within 4 px", True),
        ("goal: all within 3 px", False),
        ("goal: 33 of 33 within 1 px", False),
        ("goal: wrong <= 0.5", True),
        ("goal: wrong <= 0.4", False),
        ("goal: <= 1 epochs", True),
        ("goal: <= 500 weights", True),
        ("goal: <= 400 weights", False),
        ("goal: code <= 2", True),
        ("goal: code <= 1", False),
        ("goal: accuracy >= 95%", True),
        ("goal: accuracy >= 96%", False),
    ],
)
def test_each_figure_has_its_bound(text: str, is_reached: bool) -> None:
    rows = history(
        share_at_most_1=[[0, 0], [31 / 32, 0]],
        wrong_max=[[9, 9], [4, 9]],
        wrong_mean=[[9, 9], [0.5, 9]],
        accuracy=[[0, 0], [0.95, 0.1]],
    )
    assert SMALL.parameters == 35 * 5 + 5 + 5 * 2 + 2 + 2 * 5 + 5 + 5 * 35 + 35
    assert (goal_of(text).reached(rows, SMALL) is not None) == is_reached
    assert goal_of(goal_of(text).text) == goal_of(text)


def test_what_is_missing_is_that_of_the_run_that_keeps_most_in_the_last_row() -> None:
    goal = goal_of("goal: 32 of 32 within 1 px with <= 400 weights and error <= 0.1")
    rows = history(share_at_most_1=[[0, 0], [1, 1], [1, 28 / 32]], loss=[[1, 1], [0, 0], [0.11, 0]])
    first, second = goal.missing(rows, SMALL)
    assert (first.bound.figure, first.value) == ("weights", SMALL.parameters)
    assert second.words() == "loss at most 0.1, now 0.11"
    assert first.short == f"weights {SMALL.parameters} > 400"
    rows = history(share_at_most_1=[[0, 0], [0.5, 28 / 32]], loss=[[1, 1], [0.2, 0]])
    first, _ = goal.missing(rows, SMALL)
    assert first.short == "28 of 32"
    assert first.words() == "32 of 32 samples within 1 pixel, now 28"
    (worst,) = goal_of("goal: all within 3 px").missing(rows, SMALL)
    assert worst.short == "worst: 9 pixels"
    assert worst.words() == "all samples within 3 pixels, the worst has 9 pixels"
    (unknown,) = goal_of("goal: accuracy >= 95%").missing(rows, SMALL)
    assert unknown.words() == "accuracy at least 95.0%"


def test_of_several_runs_the_nearest_is_told() -> None:
    rows = history(accuracy=[[0, 0], [0.2, 0.6]], loss=[[1, 1], [0.5, 0.3]])
    (missing,) = goal_of("goal: accuracy >= 95%").missing(rows, SMALL)
    assert missing.words() == "accuracy at least 95.0%, now 60.0%"
    (missing,) = goal_of("goal: error <= 0.1").missing(rows, SMALL)
    assert missing.words() == "loss at most 0.1, now 0.3"
    rows = history(share_at_most_1=[[0, 0], [0.25, 0.5]], loss=[[1, 1], [0, 0]])
    (missing,) = goal_of("goal: 32 of 32 within 1 px").missing(rows, SMALL)
    assert missing.short == "16 of 32"


def test_nothing_is_missing_where_it_is_reached_or_not_begun() -> None:
    goal = goal_of("goal: error <= 0.6")
    assert goal.missing(history(loss=[[0.7, 0.7], [0.7, 0.5]]), SMALL) == ()
    assert goal.missing(history(loss=[[0.7, 0.7]]), SMALL) == ()


@pytest.mark.parametrize("goal", ["accuracy >= 95%", "all within 1 px", "error <= 0.1"])
def test_a_goal_says_that_not_all_samples_of_a_large_set_are_measured(goal: str) -> None:
    found = goal_of(f"goal: {goal}")
    none, part = SplitSpec(), SplitSpec(validation=0.5)
    for samples, split, learnt in ((512, none, 512), (1_000, part, 500)):
        whole = found.measured_on(samples, split)
        assert whole is not None
        assert whole == (learnt, learnt)
        assert whole.words() == ""
    measured = found.measured_on(1_797, none)
    assert measured is not None
    assert measured == (256, 1_797)
    assert "256 of the 1,797 training samples" in measured.words()
    assert goal_of("goal: <= 500 weights").measured_on(1_797, none) is None


def test_the_rows_that_a_goal_is_judged_on_are_those_measured() -> None:
    reading = read_line("digits 64-9-2 tanh | adam 0.01 | 2 epochs | goal: error <= 0.1")
    dataset = load_data(reading.recipe.data)
    assert reading.goal is not None
    measured = reading.goal.measured_on(len(dataset), reading.recipe.data.split)
    assert measured == (len(some_of(len(dataset))), len(dataset))


def test_a_goal_is_written_in_many_ways() -> None:
    goal = goal_of("goal: 32 of 32 within 1 px with <= 500 weights and error <= 0.5")
    assert goal.bounds == (
        Bound("within", 1, 32, 32),
        Bound("weights", 500),
        Bound("error", 0.5),
    )
    for other in (
        "goal 32 of 32 within 1 px, weights <= 500, error ≤ 0.5",
        "goal:32 of 32 within 1 px and 500 weights with 0.5 error",
    ):
        assert goal_of(other) == goal
    none, part = SplitSpec(), SplitSpec(validation=0.2)
    assert goal.problem(31, none)
    assert not goal.problem(32, none)
    assert goal.problem(32, part) == ("The goal is about 32 training samples, and there are 26.")
    assert not goal.problem(40, part)


def test_a_challenge_is_kept_as_it_was() -> None:
    goal = goal_of("goal: accuracy >= 95% with <= 500 weights")
    figures = (("accuracy", 0.96), ("weights", 400.0))
    reached = GoalReached(12, 3, 4, figures, MeasuredOn(256, 1_797))
    for kept in (KeptChallenge(goal), KeptChallenge(goal, reached)):
        document = ChallengeDocument.model_validate_json(to_document(kept).model_dump_json())
        assert from_document(document) == kept
    # Files of earlier versions do not say how many of the samples were measured.
    assert document.reached is not None
    document.reached.measured = None
    assert from_document(document) == kept
    assert from_document(ChallengeDocument(goal="goal: beauty >= 3")) is None
    assert from_document(None) is None
