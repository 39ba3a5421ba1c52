"""An optimiser race that is really run: equal starts, evaluation counts, trails and their plane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.i18n import set_language
from aegui.core.races.optimizers import RACERS, RaceSpec, RaceState, race, standings_table
from aegui.core.races.surface import (
    PLANES,
    SliceObjective,
    frame_of,
    loss_surface,
    plane_of,
)
from aegui.core.recipe import (
    ClassifierSpec,
    DataSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)

TASK = Recipe(
    data=DataSpec(source="lowercase", chars="abcdef"),
    network=NetworkSpec(encoder=(LayerSpec(units=6),)),
    training=TrainingSpec(optimizer=OptimizerSpec(learning_rate=0.03)),
    seed=4,
)
DATASET = load_data(TASK.data)


@pytest.fixture(scope="module")
def over() -> RaceState:
    """Return the final state of a short race of all optimisers."""
    *_, last = race(TASK, DATASET, RaceSpec(epochs=20, seconds=1.0, rates={"sgd": 0.5}))
    return last


def test_all_begin_with_the_same_weights(over: RaceState) -> None:
    assert tuple(lane.key for lane in over.lanes) == RACERS
    first = over.lanes[0]
    for lane in over.lanes:
        assert not lane.refused
        np.testing.assert_array_equal(lane.trail[0], first.trail[0])
        assert lane.loss[0] == pytest.approx(first.loss[0], rel=1e-5)
        assert lane.epochs[0] == 0.0
        assert lane.reason in {"epochs", "seconds", "converged"}
    assert over.is_over
    assert over.share == 1.0


def test_epochs_evaluations_and_seconds_are_counted(over: RaceState) -> None:
    lanes = {lane.key: lane for lane in over.lanes}
    np.testing.assert_array_equal(lanes["adam"].evaluations, lanes["adam"].epochs)
    assert lanes["adam"].epochs[-1] == 20
    # A line search looks more than once in an iteration.
    assert lanes["lbfgs"].evaluations[-1] >= lanes["lbfgs"].epochs[-1]
    assert lanes["powell"].evaluations[-1] > 100 * max(1.0, lanes["powell"].epochs[-1])
    for lane in over.lanes:
        assert (np.diff(lane.seconds) >= 0.0).all()
        assert (np.diff(lane.evaluations) >= 0.0).all()


def test_the_time_that_is_told_is_that_which_was_spent(over: RaceState) -> None:
    for lane in over.lanes:
        assert lane.spent >= lane.seconds[-1]
        assert lane.reason != "seconds" or lane.spent >= over.spec.seconds
    # Of a lane that was last looked at long before the end.
    early = replace(
        over.lanes[0],
        seconds=np.full(len(over.lanes[0].seconds), 0.29),
        reason="seconds",
        spent=1.004,
    )
    header, (row,) = standings_table(replace(over, lanes=(early,)))
    assert row[header.index("Ended")] == "time is up"
    assert row[header.index("Seconds")] == "1.00"


def test_rates_are_those_asked_for_then_the_recipes_then_usual_ones(over: RaceState) -> None:
    rates = {lane.key: lane.rate for lane in over.lanes}
    assert rates["sgd"] == 0.5
    assert rates["adam"] == 0.03
    assert rates["rmsprop"] == 0.001
    assert np.isnan(rates["bfgs"])
    header, rows = standings_table(over)
    assert len(rows) == len(RACERS)
    assert len({len(row) for row in [header, *rows]}) == 1
    losses = [over.lanes[at].best_loss for at in over.standings]
    assert losses == sorted(losses)


def test_wrong_pixels_are_those_of_the_lowest_loss(over: RaceState) -> None:
    lane = replace(
        over.lanes[0],
        loss=np.array([0.5, 0.1, 0.3]),
        wrong=np.array([9.0, 1.0, 4.0]),
        epochs=np.arange(3.0),
        seconds=np.arange(3.0),
        evaluations=np.arange(3.0),
    )
    _, ((_, loss, wrong, *_),) = standings_table(replace(over, lanes=(lane,)))
    assert (loss, wrong) == ("0.1", "1.00")


def test_a_race_is_stopped_at_once() -> None:
    asked = []

    def stopped() -> bool:
        asked.append(True)
        return len(asked) > 20

    *_, last = race(TASK, DATASET, RaceSpec(("adam", "sgd"), 1_000_000, 60.0), stopped)
    assert {lane.reason for lane in last.lanes} == {"stopped"}
    assert all(lane.epochs[-1] < 1_000_000 for lane in last.lanes)


def test_who_cannot_take_part_says_why_and_the_others_race() -> None:
    noisy = TASK.data.corruption.model_copy(update={"kind": "flip", "level": 0.1})
    recipe = TASK.model_copy(update={"data": TASK.data.model_copy(update={"corruption": noisy})})
    *_, last = race(recipe, DATASET, RaceSpec(("adam", "bfgs"), 5, 2.0))
    adam, bfgs = last.lanes
    assert not adam.refused
    assert "noise" in bfgs.refused
    assert last.standings == (0,)
    set_language("es")
    assert "ruido" in bfgs.refusal, "in the language of who reads it now"
    assert standings_table(last)[1][-1][-1] == bfgs.refusal
    set_language("en")
    with pytest.raises(AeguiError, match="noise"):
        list(race(recipe, DATASET, RaceSpec(("bfgs",), 5, 2.0)))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (RaceSpec(()), "at least one"),
        (RaceSpec(("adam", "adam")), "twice"),
        (RaceSpec(("adan",)), "no optimiser adan"),
        (RaceSpec(("adam",), rates={"sgdd": 1.0}), "no optimiser sgdd"),
    ],
)
def test_bad_races_are_refused(spec: RaceSpec, words: str) -> None:
    with pytest.raises(AeguiError, match=words):
        list(race(TASK, DATASET, spec))
    classifier = TASK.model_copy(update={"classifier": ClassifierSpec()})
    with pytest.raises(AeguiError, match="autoencoders"):
        list(race(classifier, DATASET, RaceSpec(("adam",))))


def test_the_loss_of_weights_is_that_of_the_training(over: RaceState) -> None:
    objective = SliceObjective(TASK, DATASET)
    for lane in over.lanes:
        assert objective.loss(lane.trail[0]) == pytest.approx(lane.loss[0], rel=1e-4)
    adam = next(lane for lane in over.lanes if lane.key == "adam")
    assert objective.loss(adam.trail[-1]) == pytest.approx(adam.loss[-1], rel=1e-3)


def test_the_loss_of_weights_with_a_gaussian_code_is_a_sum_over_pixels() -> None:
    latent = LatentSpec(units=2, kind="gaussian", activation="identity")
    network = TASK.network.model_copy(update={"latent": latent})
    task = TASK.model_copy(update={"network": network})
    *_, last = race(task, DATASET, RaceSpec(("adam",), epochs=100, seconds=60.0))
    (lane,) = last.lanes
    objective = SliceObjective(task, DATASET)
    # Six samples with one drawn code each: another draw than the training's differs by some nats.
    for at in (0, -1):
        assert objective.loss(lane.trail[at]) == pytest.approx(lane.loss[at], rel=0.2)


@pytest.mark.parametrize("key", PLANES)
def test_a_plane_is_orthonormal_and_holds_what_it_is_laid_through(
    over: RaceState, key: str
) -> None:
    plane = plane_of(over, key)  # type: ignore[arg-type]
    assert plane is not None
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-9)
    assert "%" in plane.words
    if key == "ends":
        best, second = (over.lanes[at].trail for at in over.standings[:2])
        for row in (best[0], best[-1], second[-1]):
            x, y = plane.shadow(row[None])[0]
            np.testing.assert_allclose(plane.point(x, y), row, atol=1e-4)
    x0, y0, x1, y1 = frame_of(over, plane)
    shadow = plane.shadow(over.lanes[over.standings[0]].trail)
    assert ((shadow > [x0, y0]) & (shadow < [x1, y1])).all()


def test_a_race_is_told_in_the_language_in_force_also_once_it_was_run(over: RaceState) -> None:
    plane = plane_of(over, "ends")
    assert plane is not None
    adam = next(lane for lane in over.lanes if lane.key == "adam")
    assert adam.name == "Adam 0.03"
    assert plane.words.startswith("start, end of ")
    set_language("es")
    assert adam.name == "Adam 0,03"
    assert plane.words.startswith("inicio, final de ")


def test_a_surface_is_the_loss_at_its_points_coarse_at_first(over: RaceState) -> None:
    plane = plane_of(over, "ends")
    assert plane is not None
    rect = frame_of(over, plane)
    found = list(loss_surface(TASK, DATASET, plane, rect))
    assert [one.values.shape[0] for one in found] == sorted(one.values.shape[0] for one in found)
    last = found[-1]
    steps = len(last.values)
    x = rect[0] + 2.5 / steps * (rect[2] - rect[0])
    y = rect[1] + 0.5 / steps * (rect[3] - rect[1])
    expected = SliceObjective(TASK, DATASET).loss(plane.point(x, y))
    assert last.values[0, 2] == pytest.approx(expected)
    assert last.lines
    levels = [level for level, _ in last.lines]
    assert float(last.values.min()) < min(levels) <= max(levels) < float(last.values.max())
