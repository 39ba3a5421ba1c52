"""Stages of a run: its trainings, their ranges, and changes made live."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.load import load_data
from aegui.core.network.resolve import resolve
from aegui.core.recipe import CorruptionSpec, DataSpec, LayerSpec, NetworkSpec, Recipe, TrainingSpec
from aegui.core.run_file.saved import SavedRun, load_run, save_run, saved_run_of
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.record.stage_words import change_words, stage_words, unrecorded_words
from aegui.core.training.record.stages import Lineage, LiveChange, Stage, set_last, until
from aegui.core.training.record.timeline import Fork

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult

RECIPE = Recipe(
    name="small",
    data=DataSpec(source="lowercase", chars="abcd"),
    network=NetworkSpec(encoder=(LayerSpec(units=6),)),
    training=TrainingSpec(epochs=20),
)


def resolved(epochs: int) -> ResolvedRecipe:
    training = RECIPE.training.model_copy(update={"epochs": epochs})
    found = resolve(RECIPE.model_copy(update={"training": training}), load_data(RECIPE.data))
    assert found.resolved is not None
    return found.resolved


def trained(epochs: int = 20) -> TrainingResult:
    *_, last = train(resolved(epochs))
    return last.result()


def test_a_training_is_one_stage() -> None:
    (stage,) = trained().stages
    assert (stage.kind, stage.start, stage.stop, stage.reason) == ("train", 0, 20, "epochs")
    assert (stage.data, stage.samples, stage.changes) == ("lowercase", 4, ())
    assert stage.recipe == RECIPE


def test_what_is_changed_live_is_kept_with_its_epoch() -> None:
    control = Control(max_chunk=1)
    noise = CorruptionSpec(kind="flip", level=0.1)
    for training in train(resolved(20), control):
        if training.epoch == 5:
            control.learning_rate = 0.003
        if training.epoch == 8:
            control.corruption = noise
    (stage,) = training.result().stages
    rate, spoilt = stage.changes
    assert (rate.epoch, rate.learning_rate, rate.corruption) == (5, 0.003, None)
    assert (spoilt.epoch, spoilt.corruption) == (8, noise)
    assert set_last(stage).learning_rate == 0.003
    assert set_last(stage).corruption == noise
    # The recipe says what was asked for, the history what was done.
    assert stage.recipe.training.optimizer.learning_rate == 0.01
    assert training.history.view().learning_rate[-1] == pytest.approx(0.003)


def test_changes_at_one_epoch_are_one() -> None:
    early = LiveChange(3, learning_rate=0.1)
    both = early.joined(LiveChange(3, generator=False))
    assert both == LiveChange(3, learning_rate=0.1, generator=False)


def test_going_on_is_a_further_stage() -> None:
    first = trained()
    lineage = Lineage(first.stages, RECIPE)
    *_, training = train(resolved(40), None, first.checkpoint, first.history, lineage=lineage)
    result = training.result()
    assert [(it.kind, it.start, it.stop) for it in result.stages] == [
        ("train", 0, 20),
        ("continue", 20, 40),
    ]
    # What the person asked for were 20 epochs more, not 40.
    assert result.stages[-1].recipe.training.epochs == 20
    assert saved_run_of(result, resolved(40)).requested_recipe == RECIPE


def test_a_fork_leaves_the_stage_where_it_begins() -> None:
    first = trained()
    assert first.timeline is not None
    frame = first.timeline.frames[first.timeline.index_at(10)]
    fork = Fork(10, frame.row, resolved(20).signature)
    lineage = Lineage(first.stages)
    *_, training = train(resolved(30), None, None, first.history, first.timeline, fork, lineage)
    assert [(it.kind, it.start, it.stop, it.reason) for it in training.result().stages] == [
        ("train", 0, 10, ""),
        ("fork", 10, 30, "epochs"),
    ]


def test_what_was_changed_after_a_fork_left_is_no_part_of_it() -> None:
    changes = tuple(LiveChange(epoch, learning_rate=0.1) for epoch in (2, 10, 15))
    stages = (Stage("train", 0, 20, RECIPE, changes), Stage("continue", 20, 30, RECIPE))
    (left,) = until(stages, 10)
    assert [change.epoch for change in left.changes] == [2]
    assert left.stop == 10


def test_the_history_travels_with_the_file(tmp_path: Path) -> None:
    control = Control(max_chunk=1)
    for training in train(resolved(20), control):
        if training.epoch == 5:
            control.learning_rate = 0.003
            control.corruption = CorruptionSpec(kind="flip", level=0.1)
    run = saved_run_of(training.result(), resolved(20))
    save_run(tmp_path / "a.aegui", run)
    again = load_run(tmp_path / "a.aegui")
    assert again.stages == run.stages
    assert again.requested_recipe == RECIPE


def test_words() -> None:
    stage = Stage("continue", 5_000, 10_000, RECIPE, (), "stopped", "lowercase", 32)
    assert stage_words(stage) == (
        "Epochs 5,000 to 10,000: continued where it had ended, Lower case (32 samples); stopped"
    )
    short = Stage("train", 0, 4 / 83, RECIPE, (), "stopped", "lowercase", 32)
    assert stage_words(short).startswith("Epochs 0 to 0.048: trained")
    assert stage_words(replace(short, stop=1_204.51807)).startswith("Epochs 0 to 1,204.5: ")
    change = LiveChange(1_204, 0.003, CorruptionSpec(kind="flip", level=0.1), generator=False)
    words = "from epoch 1,204 on: learning rate 0.003, noise: Flip 0.1, generator rests"
    assert change_words(change) == words


def test_old_runs_say_that_their_history_is_unknown() -> None:
    result = trained()
    run = saved_run_of(result, resolved(20))
    assert unrecorded_words(run) == ""
    assert "20 epochs" in unrecorded_words(SavedRun(RECIPE, run.dataset, results=result.runs))
    assert "Nothing" in unrecorded_words(SavedRun(RECIPE, run.dataset))
