"""What a training that is continued takes over from the one before, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.recipe.edits import with_values
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.record.stages import Lineage
from aegui.core.training.record.timeline import Fork
from aegui.core.training.step.measure import CompiledMeter, TermMeter

if TYPE_CHECKING:
    from aegui.core.training.record.result import TrainingResult

GREY = Dataset.from_images("grey", np.random.default_rng(0).random((40, 8, 8)).astype(np.float32))


def asked(changes: dict[str, Any] | None = None, data: Dataset = GREY) -> ResolvedRecipe:
    recipe = Recipe.model_validate(
        {
            "network": {"encoder": [{"units": 16}, {"units": 8}]},
            "training": {"epochs": 200, "loss": "mse", "device": "cpu"},
        }
    )
    resolved = resolve(with_values(recipe, changes or {}), data).resolved
    assert resolved is not None
    return resolved


def trained(resolved: ResolvedRecipe) -> TrainingResult:
    *_, last = train(resolved)
    return last.result()


def continued(result: TrainingResult, resolved: ResolvedRecipe) -> Training:
    *_, last = train(
        resolved,
        None,
        result.checkpoint,
        result.history,
        result.timeline,
        lineage=Lineage(result.stages),
    )
    return last


NOISE = {"kind": "gaussian", "level": 0.3}
OBJECTIVES: dict[str, dict[str, Any]] = {
    "loss": {"training.loss": "bce"},
    "edges": {"training.edges": 5.0},
    "l1": {"training.l1": 0.01},
    "noise": {"data.corruption": NOISE},
}
LONGER = {"training.epochs": 400}


@pytest.mark.parametrize("change", OBJECTIVES.values(), ids=OBJECTIVES)
def test_the_best_weights_are_those_of_the_present_objective(change: dict[str, Any]) -> None:
    result = continued(trained(asked()), asked(LONGER | change)).result()
    (run,), history = result.runs, result.history
    assert run.best_epoch > 200
    assert run.best_loss == pytest.approx(history.loss[history.epoch > 200].min())


def test_the_best_weights_of_the_same_objective_remain() -> None:
    """A rate so high that nothing after the first training is better."""
    first = trained(asked())
    rate = {"training.optimizer.learning_rate": 1.0}
    result = continued(first, asked(LONGER | rate)).result()
    assert result.runs[0].best_epoch == first.runs[0].best_epoch
    assert result.runs[0].best_loss == first.runs[0].best_loss


def test_a_plateau_begins_with_the_new_objective() -> None:
    plateau = {"training.schedule.name": "plateau", "training.schedule.patience_epochs": 40}
    last = continued(trained(asked(plateau)), asked(plateau | LONGER | OBJECTIVES["loss"]))
    assert (last.history.view().learning_rate == 0.01).all()


def test_continuing_with_a_lineage_gives_the_very_same_bits() -> None:
    noise = {"data.corruption": {"kind": "gaussian", "level": 0.1}, "runs": 2}
    whole = trained(asked(LONGER | noise)).checkpoint
    parts = continued(trained(asked(noise)), asked(LONGER | noise)).result().checkpoint
    assert whole.tensors.keys() == parts.tensors.keys()
    for name, tensor in whole.tensors.items():
        assert np.array_equal(tensor, parts.tensors[name]), name


def with_live_noise(resolved: ResolvedRecipe, noise: dict[str, Any]) -> Training:
    control = Control()
    for training in train(resolved, control):
        if training.epoch >= 200 and control.corruption is None:
            control.corruption = CorruptionSpec.model_validate(noise)
    return training


def test_patience_begins_with_noise_that_is_set_live() -> None:
    patient = asked({"training.epochs": 600, "training.goals.patience_epochs": 100})
    training = with_live_noise(patient, NOISE)
    (run,), history = training.result().runs, training.history.view()
    assert training.epoch > 300
    assert run.best_loss == pytest.approx(history.loss[history.epoch > 200].min())


def test_wrong_pixels_do_not_choose_among_the_weights_of_a_denoiser() -> None:
    hasty = {"training.epochs": 500, "training.optimizer.learning_rate": 0.03, "runs": 8}
    letters = asked(hasty | {"training.loss": "bce"}, load_builtin("lowercase"))
    training = with_live_noise(letters, {"kind": "flip", "level": 0.1})
    history = training.history.view()
    lowest = history.loss[history.epoch > 200].min(axis=0)
    assert [run.best_loss for run in training.result().runs] == pytest.approx(lowest.tolist())


def test_patience_begins_again_after_it_has_ended_a_training() -> None:
    still = {"training.epochs": 900, "training.optimizer.learning_rate": 1e-30}
    patient = asked(still | {"training.goals.patience_epochs": 30})
    result, ends = trained(patient), []
    for _ in range(3):
        assert result.reason == "patience"
        ends.append(result.checkpoint.epoch)
        result = continued(result, patient).result()
    assert (np.diff(ends) >= 30).all()


def test_the_time_limit_begins_again_after_it_has_ended_a_training() -> None:
    hasty = asked({"training.epochs": 10**7, "training.goals.seconds": 0.2})
    result, seconds = trained(hasty), [0.0]
    for _ in range(3):
        assert result.reason == "seconds"
        seconds.append(result.seconds)
        result = continued(result, hasty).result()
    assert (np.diff(seconds) >= 0.2).all()


@pytest.mark.parametrize(("limited_from", "end"), [(600.0, "epochs"), (400.0, "seconds")])
def test_what_is_left_of_the_time_remains_after_a_stop(limited_from: float, end: str) -> None:
    limited = asked({"training.epochs": 20, "training.goals.seconds": 1000.0})
    stopped = next(it for it in train(limited, Control(max_chunk=1)) if it.epoch == 9)
    result = stopped.so_far("stopped")
    times = {"seconds": 1500.0, "limited_from": limited_from}
    scalars = {**result.checkpoint.scalars, **times}
    result = replace(result, checkpoint=replace(result.checkpoint, scalars=scalars))
    assert continued(result, limited).finished == end


def test_the_time_limit_begins_again_with_other_weights() -> None:
    hasty = asked({"training.epochs": 10**7, "training.goals.seconds": 0.2})
    first = trained(hasty)
    assert first.timeline is not None
    frame = first.timeline.frames[-1]
    fork = Fork(int(frame.epoch), frame.row, hasty.signature)
    *_, last = train(hasty, history=first.history, timeline=first.timeline, fork=fork)
    assert last.result().seconds >= first.history.seconds[-1] + 0.2


NETWORKS: dict[str, tuple[list[dict[str, Any]], type]] = {
    "dense": ([{"units": 16}, {"units": 8}], CompiledMeter),
    "convolution": ([{"kind": "conv", "channels": 2}, {"units": 8}], TermMeter),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_losses_are_measured_at_the_present_level_of_noise(network: str) -> None:
    encoder, meter = NETWORKS[network]
    changes = {"network.encoder": encoder, "training.epochs": 230, "data.split.validation": 0.2}
    noise = {"kind": "gaussian", "level": 0.05}
    training = with_live_noise(asked(changes | {"data.corruption": noise}), NOISE)
    assert type(training._meter) is meter
    (run,), history = training.result().runs, training.history.view()
    later = history.extra["validation_loss"][history.epoch > 200]
    assert run.best_epoch == history.epoch[history.epoch > 200][later.argmin()]
    other = asked(changes | {"data.corruption": NOISE})
    fork = Fork(230, training.timeline.view().frames[-1].row, other.signature)
    expected = next(train(other, fork=fork)).history.view()
    assert history.loss[-1] == pytest.approx(expected.loss[0])
    checked = expected.extra["validation_loss"][0]
    assert history.extra["validation_loss"][-1] == pytest.approx(checked)
