"""Weights of many epochs: spread, bounded, exact; another training can start from them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.errors import TrainingError
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import (
    LayerSpec,
    NetworkSpec,
    NormSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.record.timeline import Fork, Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.training.record.result import TrainingResult


def given(epochs: int = 60, runs: int = 1, hidden: int = 6, rate: float = 0.01) -> ResolvedRecipe:
    images = np.random.default_rng(1).random((8, 3, 2)) < 0.5
    recipe = Recipe(
        network=NetworkSpec(encoder=(LayerSpec(units=hidden),)),
        training=TrainingSpec(
            epochs=epochs, device="cpu", optimizer=OptimizerSpec(learning_rate=rate)
        ),
        runs=runs,
    )
    answer = resolve(recipe, Dataset.from_images("noise", images)).resolved
    assert answer is not None
    return answer


def trained(resolved: ResolvedRecipe, control: Control | None = None) -> TrainingResult:
    *_, training = train(resolved, control)
    return training.result()


def filled(capacity: int, rows: int) -> Timeline:
    resolved = given()
    size = Timeline(resolved, 1).row_bytes
    timeline = Timeline(resolved, 1, capacity * size)
    for epoch in range(rows):
        timeline.record(epoch, partial(np.full, size // 4, epoch, np.float32))
    return timeline


def test_every_row_of_a_short_training_is_kept() -> None:
    result = trained(given(epochs=70))
    assert result.timeline is not None
    assert result.timeline.epochs.tolist() == result.history.epoch.tolist()
    assert result.timeline.epochs.tolist() == [*range(51), 60, 70]


@pytest.mark.parametrize("runs", [1, 3])
def test_a_snapshot_is_what_the_training_had_then(runs: int) -> None:
    resolved = given(epochs=30, runs=runs)
    seen = {}
    for training in train(resolved):
        seen[training.epoch] = training.snapshot()
    timeline = training.timeline.view()
    for index in (0, 7, -1):
        kept = timeline.snapshot(index)
        known = seen[kept.epoch]
        assert kept.runs == runs
        for one, other in zip(kept.layers, known.layers, strict=True):
            assert one.tensors.keys() == other.tensors.keys()
            for name, tensor in one.tensors.items():
                np.testing.assert_array_equal(tensor, other.tensors[name])
                assert not tensor.flags.writeable


def test_normalisations_keep_their_statistics() -> None:
    recipe = Recipe(
        network=NetworkSpec(encoder=(LayerSpec(units=6), NormSpec(kind="batch_norm"))),
        training=TrainingSpec(epochs=20, device="cpu"),
    )
    dataset = Dataset.from_images("noise", np.random.default_rng(1).random((8, 3, 2)) < 0.5)
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    result = trained(resolved)
    assert result.timeline is not None
    exact = Codec(recipe, (1, 3, 2), result.last).encode(dataset.flat())
    kept = Codec(recipe, (1, 3, 2), result.timeline.snapshot(-1)).encode(dataset.flat())
    np.testing.assert_array_equal(exact, kept)


@pytest.mark.parametrize(("capacity", "rows"), [(2, 50), (10, 10), (10, 11), (16, 1000), (7, 100)])
def test_what_is_kept_stays_within_the_budget_and_spread(capacity: int, rows: int) -> None:
    view = filled(capacity, rows).view()
    assert capacity / 2 <= len(view) <= capacity
    gaps = np.diff(view.epochs)
    assert view.epochs[0] == 0
    assert len(set(gaps.tolist())) == 1
    assert rows - view.epochs[-1] <= gaps[0]
    assert [float(frame.row[0]) for frame in view.frames] == view.epochs.tolist()


def test_no_room_for_two_keeps_none() -> None:
    assert len(filled(1, 5).view()) == 0


def test_the_last_weights_are_kept_whether_it_is_their_turn_or_not() -> None:
    timeline = filled(4, 6)
    assert timeline.view().epochs.tolist() == [0, 2, 4]
    row = np.full(timeline.row_bytes // 4, 5.5, np.float32)
    timeline.finish(5.5, lambda: row)
    assert timeline.view().epochs.tolist() == [0, 2, 4, 5.5]
    timeline.finish(5.5, lambda: row)
    assert len(timeline.view()) == 4
    timeline.finish(6, lambda: row)
    assert timeline.view().epochs.tolist() == [0, 4, 6]


def test_a_view_stays_as_it_was() -> None:
    timeline = filled(4, 3)
    view = timeline.view()
    assert timeline.view() is view
    timeline.record(3, lambda: np.zeros(timeline.row_bytes // 4, np.float32))
    assert view.epochs.tolist() == [0, 1, 2]
    assert timeline.view().epochs.tolist() == [0, 1, 2, 3]


def test_an_epoch_done_anew_replaces_what_came_after_it() -> None:
    timeline = filled(10, 5)
    timeline.record(2, lambda: np.full(timeline.row_bytes // 4, -1, np.float32))
    view = timeline.view()
    assert view.epochs.tolist() == [0, 1, 2]
    assert view.frames[-1].row[0] == -1


def test_the_nearest_moment() -> None:
    view = filled(10, 5).view()
    assert [view.index_at(epoch) for epoch in (-3, 0, 1.4, 1.5, 1.6, 4, 99)] == [
        0,
        0,
        1,
        1,
        2,
        4,
        4,
    ]
    with pytest.raises(IndexError):
        Timeline(given(), 1).view().index_at(0)


def test_thinned_keeps_both_ends() -> None:
    view = filled(100, 100).view()
    few = view.thinned(5)
    assert few.epochs.tolist() == [0, 25, 50, 74, 99]
    assert view.thinned(100) is view
    assert view.until(3).epochs.tolist() == [0, 1, 2]
    assert few.nbytes == 5 * few.frames[0].row.nbytes


def test_training_on_adds_to_what_was_kept() -> None:
    first = trained(given(epochs=20))
    *_, training = train(given(epochs=40), None, first.checkpoint, first.history, first.timeline)
    assert training.timeline.view().epochs.tolist() == list(range(41))


def fork_at(result: TrainingResult, resolved: ResolvedRecipe, epoch: int) -> Fork:
    assert result.timeline is not None
    frame = result.timeline.frames[result.timeline.index_at(epoch)]
    return Fork(int(frame.epoch), frame.row, resolved.signature)


def test_a_fork_begins_with_those_weights_and_keeps_what_came_before() -> None:
    before = given(epochs=40)
    first = trained(before)
    after = given(epochs=60, rate=0.05)
    steps = train(after, None, None, first.history, first.timeline, fork_at(first, before, 25))
    training = next(steps)
    assert training.epoch == 25
    assert training.history.view().epoch.tolist() == list(range(26))
    known: NDArray[np.float32] = first.history.loss[:26]
    np.testing.assert_allclose(training.history.view().loss, known, rtol=1e-5)
    for _ in steps:
        pass
    result = training.result()
    assert result.timeline is not None
    assert result.timeline.epochs.tolist() == [*range(51), 60]
    assert first.timeline is not None
    assert result.timeline.frames[24] is first.timeline.frames[24]
    assert result.history.learning_rate[-1] == pytest.approx(0.05)
    assert result.history.loss[-1, 0] < first.history.loss[25, 0]
    assert training.finished == "epochs"


def test_a_fork_of_another_network_is_refused() -> None:
    before = given(epochs=10)
    fork = fork_at(trained(before), before, 5)
    with pytest.raises(TrainingError, match="another network"):
        next(train(given(hidden=9), fork=fork))


def test_a_training_without_room_for_weights_goes_on_all_the_same() -> None:
    result = trained(given(), Control(timeline_bytes=0))
    assert result.timeline is not None
    assert len(result.timeline) == 0
