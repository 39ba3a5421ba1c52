"""The training generator: pausing, continuing, goals, live changes, and diverging runs."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import TrainingError
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.machine_engine import MachineEngine
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.progress import BestSoFar
from aegui.core.training.loop.train import Training, choose_device, train, warm_up, work_of
from aegui.core.training.record.history import RUN_COLUMNS, SCALAR_COLUMNS
from aegui.core.training.step.measure import Measured
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from tests.processes import python

if TYPE_CHECKING:
    from aegui.core.training.families.steppers import Orders
    from aegui.core.training.record.result import Checkpoint, TrainingResult


def resolved_recipe(**changes: Any) -> ResolvedRecipe:
    resolved = resolve(Recipe.model_validate(changes), load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


def finished(resolved: ResolvedRecipe, control: Control | None = None) -> Training:
    *_, last = train(resolved, control)
    return last


DEMANDING: dict[str, Any] = {
    "data": {"corruption": {"kind": "salt_pepper", "level": 0.1}},
    "network": {"encoder": [{"units": 16, "dropout": 0.2}]},
    "training": {
        "epochs": 137,
        "batch_size": 9,
        "schedule": {"name": "plateau", "patience_epochs": 20},
        "optimizer": {"learning_rate": 0.03},
    },
    "runs": 2,
}


def same_weights(a: TrainingResult, b: TrainingResult) -> bool:
    pairs = [*zip(a.last.layers, b.last.layers, strict=True)]
    pairs += zip(a.snapshot.layers, b.snapshot.layers, strict=True)
    return all(
        np.array_equal(x.weight, y.weight) and np.array_equal(x.bias, y.bias) for x, y in pairs
    )


@pytest.mark.parametrize(
    "changes", [{"training": {"epochs": 137}}, DEMANDING], ids=["plain", "all"]
)
@pytest.mark.parametrize("stop_at", [0, 33, 101])
def test_continuing_gives_the_very_same_bits(changes: dict[str, Any], stop_at: int) -> None:
    resolved = resolved_recipe(**changes)
    whole = finished(resolved).result()
    control = Control(max_chunk=1)
    first = next(t for t in train(resolved, control) if t.epoch == stop_at)
    checkpoint: Checkpoint = first.checkpoint()
    *_, last = train(resolved, None, checkpoint, first.history.view())
    rest = last.result()
    assert same_weights(whole, rest)
    for name in (*SCALAR_COLUMNS, *RUN_COLUMNS):
        if name != "seconds":
            a, b = getattr(whole.history, name), getattr(rest.history, name)
            assert np.array_equal(a, b), name
    assert [r.wrong_pixels for r in whole.runs] == [r.wrong_pixels for r in rest.runs]
    assert [r.first_epoch for r in whole.runs] == [r.first_epoch for r in rest.runs]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_the_size_of_the_chunks_changes_nothing(chunk: int) -> None:
    resolved = resolved_recipe(**DEMANDING)
    expected = finished(resolved).result()
    assert same_weights(expected, finished(resolved, Control(max_chunk=chunk)).result())


def test_single_steps_advance_one_epoch_each() -> None:
    epochs = [t.epoch for t in itertools.islice(train(resolved_recipe(), Control(max_chunk=1)), 70)]
    assert epochs == list(range(70))


# The second has as many parameters as the network of the checkpoint, in other places.
@pytest.mark.parametrize(("encoder", "decoder"), [(3, 3), (7, 5)])
def test_a_checkpoint_of_another_network_is_refused(encoder: int, decoder: int) -> None:
    own = {"encoder": [{"units": 5}], "decoder": [{"units": 7}]}
    first = next(train(resolved_recipe(network=own)))
    other = resolved_recipe(
        network={"encoder": [{"units": encoder}], "decoder": [{"units": decoder}]}
    )
    with pytest.raises(TrainingError, match="cannot be continued"):
        next(train(other, None, first.checkpoint()))


def test_the_course_network_learns_every_letter() -> None:
    training = {"epochs": 4000, "goals": {"max_wrong_pixels": 0}}
    done = finished(resolved_recipe(training=training))
    result = done.result()
    assert done.finished == result.reason == "goal"
    run = result.runs[0]
    assert run.wrong_max == 0
    assert run.share_exact == run.share_at_most_1 == 1.0
    assert run.first_epoch["exact"] == done.epoch
    at_most_1 = run.first_epoch["at_most_1"]
    assert at_most_1 is not None
    assert at_most_1 <= done.epoch
    resolved = resolved_recipe()
    codec = Codec(resolved.recipe, resolved.dataset.image_shape, result.snapshot)
    images = resolved.dataset.flat()
    assert np.array_equal(codec.decode(codec.encode(images)) > 0.5, images > 0.5)


def test_patience_and_seconds_end_a_run() -> None:
    still = {"learning_rate": 1e-30}
    patient = {"epochs": 10_000, "optimizer": still, "goals": {"patience_epochs": 40}}
    done = finished(resolved_recipe(training=patient))
    assert done.finished == "patience"
    assert done.epoch < 200
    hurried = {"epochs": 10_000_000, "goals": {"seconds": 0.05}}
    assert finished(resolved_recipe(training=hurried)).finished == "seconds"


def test_numbers_too_small_for_their_exponent_do_not_slow_a_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Adam's mean gradient of a dead unit becomes subnormal after some 800 steps."""
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor cannot")

    def halved() -> float:
        return float(torch.full((64,), 1e-39).mul(0.5).max())

    training = next(train(resolved_recipe()))
    advance, seen = training._stepper.advance, []

    def watched(orders: Orders) -> None:
        seen.append(halved())
        advance(orders)

    monkeypatch.setattr(training._stepper, "advance", watched)
    assert halved() > 0
    training.advance()
    assert seen == [0.0]
    # What else runs in this thread is not made for it: scipy's trees of equal points crash.
    assert halved() > 0


def test_numpy_does_not_warn_of_numbers_that_are_zero_in_a_training() -> None:
    """In a process of its own, as numpy looks once for each kind of number."""
    code = (
        "import numpy; from aegui.core.training.loop.train import tiny_numbers_as_zero\n"
        "with tiny_numbers_as_zero():\n"
        "    for kind in 'fdg': numpy.finfo(kind)"
    )
    python("-W", "error::UserWarning", "-c", code)


def test_infinity_ends_a_run_with_its_last_good_weights() -> None:
    # Identity layers under a huge step explode for certain, and never before the first rows.
    network = {
        "encoder": [{"units": 25, "activation": "cosh"}],
        "output_activation": "identity",
    }
    training = {"loss": "mse", "epochs": 5000, "optimizer": {"name": "sgd", "learning_rate": 1e3}}
    done = finished(resolved_recipe(network=network, training=training, runs=3))
    assert done.finished == "diverged"
    result = done.result()
    assert "lower learning rate" in result.message
    for layer in (*result.snapshot.layers, *result.last.layers):
        assert np.isfinite(layer.weight).all()
        assert np.isfinite(layer.bias).all()
    assert all(np.isfinite(run.best_loss) for run in result.runs)


@pytest.mark.parametrize("engine_key", ["fused", "stacked", "autograd"])
def test_nan_in_cross_entropy_ends_a_run_too(
    engine_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aegui.core.training.engines.choice.engine_name", lambda *_: engine_key)
    network = {"encoder": [{"units": 25, "activation": "cosh"}]}
    training = {"epochs": 500, "optimizer": {"name": "sgd", "learning_rate": 1e3}}
    done = finished(resolved_recipe(network=network, training=training))
    assert done.finished == "diverged"
    result = done.result()
    assert np.isnan(result.history.loss[-1]).all()
    assert all(np.isfinite(layer.weight).all() for layer in result.snapshot.layers)


def test_a_run_that_never_had_a_finite_loss_is_not_perfect() -> None:
    network = {"encoder": [{"units": 25, "activation": "cosh"}, {"units": 9, "activation": "cosh"}]}
    initial = {"name": "normal", "std": 50}
    training = {"loss": "mse", "epochs": 9, "initializer": initial}
    training["goals"] = {"max_wrong_pixels": 0}
    done = finished(resolved_recipe(network=network, training=training, runs=2))
    assert done.finished == "diverged"
    for run in done.result().runs:
        assert run.wrong_max > 0
        assert run.share_exact < 1


def test_stopping_between_two_rows_changes_nothing_of_what_follows() -> None:
    # So impatient a schedule notices every look at the loss.
    schedule = {"name": "plateau", "patience_epochs": 1, "final_factor": 0.0}
    resolved = resolved_recipe(
        training={"epochs": 200, "schedule": schedule, "optimizer": {"learning_rate": 0.3}}
    )
    whole = finished(resolved).result()
    control = Control(max_chunk=1)
    first = next(t for t in train(resolved, control) if t.epoch == 137)
    stopped = first.result("stopped")
    assert stopped.history.epoch[-1] == stopped.checkpoint.epoch == 137
    *_, last = train(resolved, None, stopped.checkpoint, stopped.history)
    assert same_weights(whole, last.result())


def test_a_checkpoint_of_other_samples_is_refused() -> None:
    recipe = Recipe()
    few = resolve(recipe, load_builtin("lowercase")).resolved
    more = resolve(recipe, load_builtin("letters")).resolved
    assert few is not None
    assert more is not None
    with pytest.raises(TrainingError, match="with the present samples"):
        next(train(more, None, next(train(few)).checkpoint()))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    ],
)
def test_too_little_memory_is_said_in_words(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (FusedEngine, MachineEngine):
        monkeypatch.setattr(engine, "run", Mock(side_effect=error))
    steps = train(resolved_recipe())
    next(steps)
    with pytest.raises(TrainingError, match="enough memory"):
        next(steps)


def test_other_errors_are_not_taken_for_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (FusedEngine, MachineEngine):
        monkeypatch.setattr(engine, "run", Mock(side_effect=RuntimeError("shape")))
    steps = train(resolved_recipe())
    next(steps)
    with pytest.raises(RuntimeError, match="shape"):
        next(steps)


def test_measuring_the_noise_of_many_runs_needs_little_memory() -> None:
    corruption = CorruptionSpec(kind="flip", level=0.1)

    def rows(runs: int) -> int:
        resolved = resolved_recipe(runs=runs)
        return Samples(resolved, corruption, torch.device("cpu")).eval_inputs.shape[1]

    assert rows(1) == 1024
    assert rows(256) == 1024
    assert rows(1) * 256 >= 10_000 * (rows(10_000) - 32)
    assert rows(10_000) == 32


def test_the_learning_rate_can_be_changed_while_running() -> None:
    control = Control(max_chunk=1)
    steps = train(resolved_recipe(training={"epochs": 60}), control)
    for training in steps:
        if training.epoch == 30:
            control.learning_rate = 0.125
    rates = training.history.view().learning_rate
    assert rates[30] == 0.01
    assert rates[31] == 0.125


@pytest.mark.parametrize("kind", ["flip", "gaussian", "none"])
def test_the_noise_can_be_changed_while_running(kind: str) -> None:
    control = Control(max_chunk=1)
    resolved = resolved_recipe(training={"epochs": 40}, data={"corruption": {"copies": 3}})
    unchanged = finished(resolved).result()
    for training in train(resolved, control):
        if training.epoch == 20:
            control.corruption = CorruptionSpec.model_validate({"kind": kind, "level": 0.3})
    result = training.result()
    assert training.epoch == 40
    assert same_weights(result, unchanged) == (kind == "none")


@pytest.mark.parametrize("schedule", ["constant", "exponential", "step", "cosine", "plateau"])
def test_every_schedule_is_recorded(schedule: str) -> None:
    spec = {
        "name": schedule,
        "step_epochs": 10,
        "warmup_epochs": 5,
        "patience_epochs": 5,
        "final_factor": 0.1,
    }
    training = {"epochs": 50, "schedule": spec, "optimizer": {"learning_rate": 1.0, "name": "sgd"}}
    rates = finished(resolved_recipe(training=training)).history.view().learning_rate[1:]
    expected = {
        "constant": np.ones(50),
        "exponential": 0.1 ** (np.arange(50) / 49),
        "step": 0.5 ** (np.arange(50) // 10),
    }
    if schedule in expected:
        np.testing.assert_allclose(rates, expected[schedule])
    elif schedule == "cosine":
        np.testing.assert_allclose(rates[:6], np.arange(1, 7) / 6)
        assert rates[-1] == pytest.approx(0.1)
        assert (np.diff(rates[5:]) < 0).all()
    else:
        assert rates.min() >= 0.1 - 1e-12
        assert set(np.round(np.log2(rates[rates > 0.1]), 9)) <= {0.0, -1.0, -2.0, -3.0}


def test_a_snapshot_does_not_change_with_the_training() -> None:
    steps = train(resolved_recipe(training={"epochs": 50}))
    snapshot = next(steps).snapshot()
    before = snapshot.layers[0].weight.copy()
    for _ in steps:
        pass
    assert np.array_equal(before, snapshot.layers[0].weight)
    with pytest.raises(ValueError, match="read-only"):
        snapshot.layers[0].weight[:] = 0


def test_a_missing_gpu_falls_back_with_a_note() -> None:
    import torch

    device, notes = choose_device("cuda")
    if torch.cuda.is_available():
        assert device.type == "cuda"
    else:
        assert device.type == "cpu"
        assert "CPU instead" in notes[0]


def test_a_small_network_stays_on_the_processor_unless_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    asked = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: asked.append(True))
    assert choose_device("auto", 1e5) == (torch.device("cpu"), ())
    assert not asked
    choose_device("auto", 1e9)
    choose_device("cuda", 1e5)
    assert len(asked) == 2


def test_copies_count_as_work_only_with_noise() -> None:
    def work(kind: str, copies: int) -> float:
        noise = {"kind": kind, "level": 0.1, "copies": copies}
        return work_of(resolved_recipe(data={"corruption": noise}))

    assert work("flip", 100) == 100 * work("flip", 1)
    assert work("none", 100) == work("none", 1)


def test_warm_up_leaves_the_thread_ready() -> None:
    import torch

    warm_up()
    assert torch.get_num_threads() == 1


def test_the_best_weights_are_those_that_meet_the_goal() -> None:
    """A worst sample within the goal precedes fewer wrong pixels in total."""
    resolved = resolved_recipe(network={"encoder": [], "decoder": []})
    parameters = Parameters(resolved, torch.device("cpu"))
    progress = BestSoFar(parameters, samples=3, by_loss=False, tolerance=1)
    for epoch, wrong in enumerate(([0, 0, 2], [1, 1, 1], [0, 0, 2], [1, 1, 0])):
        progress.observe(epoch, Measured(np.array([0.5]), np.array([wrong])))
    assert progress.best_epoch[0] == 3
    assert progress.best_wrong_pixels[0].tolist() == [1, 1, 0]
    progress.observe(4, Measured(np.array([0.1]), np.array([[0, 0, 2]])))
    assert progress.best_epoch[0] == 3
