from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import CorruptionSpec, DataSpec, OptimizerSpec, Recipe, TrainingSpec
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from aegui.session.showing import Showing
from aegui.session.shown import REST, Changes, Shown
from aegui.session.training.training_runner import TrainingRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

RECIPE = Recipe(
    name="two",
    data=DataSpec(source="lowercase", chars="abc"),
    training=TrainingSpec(epochs=30, optimizer=OptimizerSpec(learning_rate=0.02)),
    runs=2,
)


class Stage:
    """A document with its ``Showing``, recording the changes it announces."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(Settings(), autosave_folder=folder)
        self.runner = TrainingRunner()
        self.runner.finished.connect(self._adopt)
        self.showing = Showing(self.workspace, self.runner)
        self.told: list[tuple[Shown, Changes]] = []
        self.showing.changed.connect(lambda *told: self.told.append(told))

    def _adopt(self, _run_id: int, result: object) -> None:
        self.workspace.adopt_result(result, self.runner.resolved)  # type: ignore[arg-type]

    def train(self, qtbot: QtBot) -> None:
        resolved = self.workspace.resolution.resolved
        assert resolved is not None
        with qtbot.waitSignal(self.workspace.run_changed):
            self.runner.start(resolved)


@pytest.fixture
def stage(tmp_path: Path, qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(tmp_path)
    assert made.workspace.new(RECIPE)
    yield made
    made.runner.shutdown()
    made.showing.shutdown()
    made.workspace.close()


def test_whoever_waits_for_the_first_weights_is_not_told_to_train(
    stage: Stage, qtbot: QtBot
) -> None:
    assert stage.showing.shown.why_nothing("Press Train") == "Press Train"
    stage.train(qtbot)
    qtbot.waitUntil(lambda: not stage.showing.shown.is_live)
    begun = [(shown, changed) for shown, changed in stage.told if shown.is_live]
    first, changed = begun[0]
    assert first.codec is None
    assert first.why_nothing("Press Train") == "The training is getting ready…"
    assert "codec" in changed, "panels that show a network say something else now"
    assert stage.showing.shown.why_nothing("Press Train") == ""
    larger = np.zeros((1, 1, 9, 9), np.float32)
    unfit = replace(stage.showing.shown, dataset=Dataset.from_images("larger", larger))
    assert "do not fit" in unfit.why_nothing("Press Train")


def test_a_document_without_a_run_shows_its_samples(stage: Stage) -> None:
    shown = stage.showing.shown
    assert shown.dataset is stage.workspace.dataset
    assert shown.codec is None
    assert shown.codes is None
    assert shown.moment is None
    assert not shown.fits
    assert "dataset" in frozenset().union(*(changes for _, changes in stage.told))


def test_a_training_is_told_from_start_to_end(stage: Stage, qtbot: QtBot) -> None:
    before = stage.showing.shown.network
    stage.told.clear()
    stage.train(qtbot)
    first, last = stage.told[0], stage.told[-1]
    assert {"is_live", "trained_on"} <= first[1]
    assert {"codec", "codes", "network", "saved", "is_live"} <= last[1]
    shown = stage.showing.shown
    assert shown is last[0]
    assert shown.network > before
    assert shown.codec is not None
    assert shown.codes is not None
    np.testing.assert_allclose(
        shown.codes.values, shown.codec.encode(shown.dataset.flat()), rtol=1e-5, atol=1e-6
    )
    assert shown.fitting is shown.codec
    assert not shown.is_live


def test_a_result_and_what_goes_on_from_it_belong_to_the_same_training(
    stage: Stage, qtbot: QtBot
) -> None:
    long = RECIPE.model_copy(
        update={"runs": 1, "training": RECIPE.training.model_copy(update={"epochs": 5_000_000})}
    )
    workspace, runner, showing = stage.workspace, stage.runner, stage.showing
    assert workspace.new(long)

    def follows() -> bool:
        pulled = runner.pull()
        if pulled is not None:
            showing.take(pulled)
        return showing.shown.is_live and not showing.shown.awaits_first

    def stop() -> None:
        with qtbot.waitSignal(workspace.run_changed):
            runner.stop()

    resolved = workspace.resolution.resolved
    assert resolved is not None
    runner.start(resolved)
    qtbot.waitUntil(follows)
    first, network = showing.shown.training, showing.shown.network
    stop()
    assert (showing.shown.training, showing.shown.network > network) == (first, True)
    # The last measurements follow.
    workspace.run_changed.emit(workspace.run)
    assert showing.shown.training == first
    further = workspace.continuation()
    assert further is not None
    runner.start(further.resolved, further.checkpoint, further.history)
    qtbot.waitUntil(follows)
    assert showing.shown.training == first
    stop()
    assert showing.shown.training == first
    runner.start(resolved)
    qtbot.waitUntil(follows)
    assert showing.shown.training > first
    stop()


def test_until_the_first_weights_come_those_in_sight_are_named(stage: Stage, qtbot: QtBot) -> None:
    stage.train(qtbot)
    before, codec = stage.showing.shown.moment, stage.showing.shown.codec
    assert before is not None
    longer = RECIPE.training.model_copy(update={"epochs": 5_000_000})
    stage.workspace.edit_recipe(RECIPE.model_copy(update={"training": longer}), "longer")
    resolved = stage.workspace.resolution.resolved
    assert resolved is not None
    stage.runner.start(resolved)
    shown = stage.showing.shown
    assert shown.is_live
    assert shown.codec is codec
    assert shown.moment == before
    assert before.weights == "best"

    def follow() -> bool:
        pulled = stage.runner.pull()
        if pulled is not None:
            stage.showing.take(pulled)
        return stage.showing.shown.codec is not codec

    qtbot.waitUntil(follow)
    now = stage.showing.shown.moment
    assert now is not None
    assert now.weights == "live"
    with qtbot.waitSignal(stage.workspace.run_changed):
        stage.runner.stop()


def test_another_run_is_another_network_with_other_codes(stage: Stage, qtbot: QtBot) -> None:
    stage.train(qtbot)
    stage.told.clear()
    other = 1 - stage.showing.shown.run
    stage.showing.choose_run(other)
    ((shown, changes),) = stage.told
    assert {"run", "network", "training", "codec", "codes", "chose_run"} <= changes
    assert "dataset" not in changes
    assert shown.moment is not None
    assert shown.moment.seed == RECIPE.seed + other
    stage.showing.choose_run(other)
    assert len(stage.told) == 1
    with pytest.raises(IndexError):
        stage.showing.choose_run(2)


def test_what_a_listener_changes_is_told_after_all_have_heard(stage: Stage) -> None:
    heard: list[tuple[str, float]] = []
    noise = CorruptionSpec(kind="flip", level=0.2)
    less = CorruptionSpec(kind="flip", level=0.1)

    def first(shown: Shown, _changes: Changes) -> None:
        heard.append(("first", shown.noise.level))
        if shown.noise == noise:
            stage.showing.set_noise(less)

    def second(shown: Shown, _changes: Changes) -> None:
        heard.append(("second", shown.noise.level))

    stage.showing.changed.connect(first)
    stage.showing.changed.connect(second)
    stage.showing.set_noise(noise)
    assert heard == [("first", 0.2), ("second", 0.2), ("first", 0.1), ("second", 0.1)]
    stage.showing.set_noise(CorruptionSpec(kind="flip", level=0.1))
    assert len(heard) == 4


def test_a_film_that_ends_is_rest(stage: Stage, qtbot: QtBot) -> None:
    stage.train(qtbot)
    stage.told.clear()
    stage.showing.set_playing(True)
    stage.showing.set_playing(True)
    stage.showing.set_playing(False)
    (playing, began), (resting, ended) = stage.told
    assert playing.is_learning
    assert REST not in began
    assert not resting.is_learning
    assert REST in ended
