from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot

from aegui.core.network.resolve import resolve
from aegui.core.recipe import CorruptionSpec
from aegui.core.training.loop.train import train
from aegui.core.training.record.result import TrainingResult
from aegui.session.training.training_runner import TrainingRunner
from tests.session.parts import glyphs, recipe, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.loop.train import Training

LONG = 50_000_000


class Ear(QObject):
    """Writes down every signal of a runner, and the thread it arrived in."""

    def __init__(self, runner: TrainingRunner) -> None:
        super().__init__()
        self.heard: list[tuple[object, ...]] = []
        self.threads: set[threading.Thread] = set()
        runner.started.connect(self.on_started)
        runner.paused.connect(self.on_paused)
        runner.finished.connect(self.on_finished)
        runner.failed.connect(self.on_failed)
        runner.state_changed.connect(self.on_state)

    def names(self) -> list[object]:
        return [entry[0] for entry in self.heard]

    def states(self) -> list[object]:
        return [entry[1] for entry in self.heard if entry[0] == "state"]

    def _hear(self, *entry: object) -> None:
        self.heard.append(entry)
        self.threads.add(threading.current_thread())

    @Slot(int)
    def on_started(self, run_id: int) -> None:
        self._hear("started", run_id)

    @Slot(int)
    def on_paused(self, run_id: int) -> None:
        self._hear("paused", run_id)

    @Slot(int, object)
    def on_finished(self, run_id: int, result: TrainingResult) -> None:
        self._hear("finished", run_id, result)

    @Slot(int, str)
    def on_failed(self, run_id: int, message: str) -> None:
        self._hear("failed", run_id, message)

    @Slot(str)
    def on_state(self, state: str) -> None:
        self._hear("state", state)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TrainingRunner]:
    runner = TrainingRunner()
    yield runner
    runner.shutdown()


def trained(what: ResolvedRecipe) -> Training:
    """The same training without a runner, at its end."""
    return deque(train(what), maxlen=1)[0]


def epoch_of(runner: TrainingRunner) -> int:
    pulled = runner.pull()
    return -1 if pulled is None else pulled.epoch


def wait_epoch(qtbot: QtBot, runner: TrainingRunner, epoch: int) -> None:
    qtbot.waitUntil(lambda: epoch_of(runner) >= epoch)


def stop(qtbot: QtBot, runner: TrainingRunner) -> TrainingResult:
    with qtbot.waitSignal(runner.finished) as caught:
        runner.stop()
    assert caught.args is not None
    result = caught.args[1]
    assert isinstance(result, TrainingResult)
    return result


def test_training_runs_to_its_end_and_gives_what_train_gives(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    ear = Ear(runner)
    what = resolved(epochs=120)
    with qtbot.waitSignal(runner.finished) as caught:
        run_id = runner.start(what)
    assert caught.args is not None
    assert caught.args[0] == run_id == 1
    result = caught.args[1]
    assert result.reason == "epochs"
    assert result.runs[0].epochs == 120
    alone = trained(what).result()
    for mine, its in zip(result.snapshot.layers, alone.snapshot.layers, strict=True):
        assert np.array_equal(mine.weight, its.weight)
    assert np.array_equal(result.history.loss, alone.history.loss)
    assert ear.names() == ["state", "started", "state", "finished"]
    assert ear.states() == ["running", "idle"]
    assert ear.threads == {threading.current_thread()}
    assert runner.pull() is None


def test_pulls_give_newer_snapshots_and_a_growing_history(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.start(resolved(epochs=LONG))
    epochs: list[int] = []
    rows: list[int] = []
    deadline = time.monotonic() + 20
    while len(epochs) < 5 and time.monotonic() < deadline:
        qtbot.wait(20)
        pulled = runner.pull()
        if pulled is not None and pulled.snapshot is not None:
            epochs.append(pulled.snapshot.epoch)
            rows.append(len(pulled.history))
            assert pulled.snapshot.epoch <= epoch_of(runner)
            assert pulled.epochs == LONG
            assert pulled.engine
            assert pulled.device == "cpu"
    assert epochs == sorted(set(epochs))
    assert rows == sorted(rows)
    assert rows[-1] > rows[0]


def test_without_anybody_looking_no_snapshots_are_made(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.start(resolved(epochs=LONG))
    worker = runner._worker
    assert worker is not None
    qtbot.waitUntil(lambda: bool(worker.mailbox))
    waiting = worker.mailbox[0]
    qtbot.wait(120)
    assert worker.mailbox[0] is waiting


def test_rate_and_time_left_follow_the_clock(qtbot: QtBot, runner: TrainingRunner) -> None:
    runner.set_slow(50.0)
    runner.start(resolved(epochs=1000))
    wait_epoch(qtbot, runner, 3)
    for _ in range(10):
        qtbot.wait(50)
        pulled = runner.pull()
    assert pulled is not None
    assert 0 < pulled.epochs_per_second <= 60
    assert pulled.seconds_left == pytest.approx(
        (1000 - pulled.epoch) / pulled.epochs_per_second, rel=1e-6
    )


def test_pause_rests_and_resume_goes_on(qtbot: QtBot, runner: TrainingRunner) -> None:
    ear = Ear(runner)
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 20)
    with qtbot.waitSignal(runner.paused):
        runner.pause()
    rest = runner.pull()
    assert rest is not None
    # The map is to show exactly the epoch that the numbers tell.
    assert rest.snapshot is not None
    assert rest.snapshot.epoch == rest.epoch
    assert rest.epochs_per_second == 0.0
    assert rest.seconds_left is None
    qtbot.wait(100)
    assert epoch_of(runner) == rest.epoch
    runner.resume()
    wait_epoch(qtbot, runner, rest.epoch + 20)
    assert ear.states() == ["running", "paused", "running"]


def test_each_step_is_one_epoch(qtbot: QtBot, runner: TrainingRunner) -> None:
    with qtbot.waitSignal(runner.paused):
        runner.start(resolved(epochs=LONG), paused=True)
    for epoch in range(5):
        assert epoch_of(runner) == epoch
        with qtbot.waitSignal(runner.paused):
            runner.step()
    for _ in range(3):
        runner.step()
    wait_epoch(qtbot, runner, 8)
    qtbot.wait(60)
    assert epoch_of(runner) == 8
    assert runner.state == "paused"


def test_step_while_running_comes_to_rest(qtbot: QtBot, runner: TrainingRunner) -> None:
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 10)
    with qtbot.waitSignal(runner.paused):
        runner.step()
    epoch = epoch_of(runner)
    qtbot.wait(60)
    assert epoch_of(runner) == epoch


def test_steps_and_slow_motion_train_the_same_as_full_speed(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    what = resolved(epochs=12)
    with qtbot.waitSignal(runner.paused):
        runner.start(what, paused=True)
    for _ in range(4):
        with qtbot.waitSignal(runner.paused):
            runner.step()
    runner.set_slow(200.0)
    with qtbot.waitSignal(runner.finished) as caught:
        runner.resume()
    assert caught.args is not None
    last = caught.args[1].last
    for mine, its in zip(last.layers, trained(what).snapshot().layers, strict=True):
        assert np.array_equal(mine.weight, its.weight)


def test_slow_motion_can_be_left_in_the_middle_of_a_wait(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.set_slow(0.01)
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 0)
    qtbot.wait(60)
    assert epoch_of(runner) == 0
    runner.set_slow(None)
    wait_epoch(qtbot, runner, 100)
    runner.set_slow(0.01)
    qtbot.wait(60)
    begun = time.monotonic()
    assert stop(qtbot, runner).reason == "stopped"
    assert time.monotonic() - begun < 50.0
    with pytest.raises(ValueError, match="-1"):
        runner.set_slow(-1.0)


def test_stop_keeps_what_was_learnt(qtbot: QtBot, runner: TrainingRunner) -> None:
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 200)
    result = stop(qtbot, runner)
    assert result.reason == "stopped"
    assert result.checkpoint.epoch >= 200
    assert result.history.epoch[-1] == result.checkpoint.epoch
    assert result.history.loss[-1, 0] < result.history.loss[0, 0]
    assert runner.state == "idle"


def test_stop_before_torch_is_loaded(qtbot: QtBot, runner: TrainingRunner) -> None:
    runner.start(resolved(epochs=LONG))
    result = stop(qtbot, runner)
    assert result.reason == "stopped"


def test_going_on_is_as_if_there_had_been_no_interruption(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 50)
    first = stop(qtbot, runner)
    whole = resolved(epochs=first.checkpoint.epoch + 60)
    with qtbot.waitSignal(runner.finished) as caught:
        runner.start(whole, first.checkpoint, first.history)
    assert caught.args is not None
    second = caught.args[1]
    for mine, its in zip(second.last.layers, trained(whole).snapshot().layers, strict=True):
        assert np.array_equal(mine.weight, its.weight)
    assert second.history.epoch[0] == 0
    assert runner.run_id == 2


def test_a_checkpoint_that_does_not_fit_is_refused_in_words(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 5)
    result = stop(qtbot, runner)
    with qtbot.waitSignal(runner.failed) as caught:
        runner.start(resolved(epochs=LONG, hidden=9), result.checkpoint)
    assert caught.args is not None
    assert "cannot be continued" in caught.args[1]
    assert runner.state == "failed"
    assert runner.pull() is None
    with qtbot.waitSignal(runner.finished):
        runner.start(resolved(epochs=3))
    assert not runner.is_busy


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError("boo\nand more"), "The training failed: boo"),
        (ZeroDivisionError(), "The training failed: ZeroDivisionError"),
    ],
)
def test_an_unexpected_error_is_told_and_logged_with_its_traceback(
    qtbot: QtBot,
    runner: TrainingRunner,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("aegui.core.training.families.kinds.choose_engine", fail)
    with qtbot.waitSignal(runner.failed) as caught:
        run_id = runner.start(resolved())
    assert caught.args is not None
    assert caught.args[0] == run_id
    assert caught.args[1].startswith(message)
    record = next(record for record in caplog.records if record.exc_info)
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    caplog.clear()


def test_a_thread_that_does_not_end_is_logged_and_not_waited_for_ever(
    runner: TrainingRunner, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, gate = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        stuck.set()
        gate.wait(100)

    monkeypatch.setattr("aegui.core.training.loop.train.Training.advance", hang)
    monkeypatch.setattr("aegui.session.training.training_runner.SHUTDOWN_SECONDS", 0.1)
    runner.start(resolved())
    assert stuck.wait(60)
    begun = time.monotonic()
    runner.shutdown()
    assert time.monotonic() - begun < 50.0
    assert "did not end" in caplog.text
    caplog.clear()
    gate.set()
    for thread in runner._threads:
        thread.join(5)


def test_learning_rate_and_noise_change_while_training(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 20)
    runner.set_learning_rate(0.001)
    runner.set_corruption(CorruptionSpec(kind="flip", level=0.1))
    wait_epoch(qtbot, runner, epoch_of(runner) + 3000)
    result = stop(qtbot, runner)
    assert result.history.learning_rate[0] == pytest.approx(0.02)
    assert result.history.learning_rate[-1] == pytest.approx(0.001)


def test_levers_do_nothing_without_a_training(runner: TrainingRunner) -> None:
    runner.set_learning_rate(0.5)
    runner.set_corruption(CorruptionSpec(kind="flip", level=0.1))
    runner.start(resolved(epochs=LONG), paused=True)
    worker = runner._worker
    assert worker is not None
    assert worker.orders.control.learning_rate is None
    assert worker.orders.control.corruption is None


def test_abandoned_training_is_never_heard_of_again(qtbot: QtBot, runner: TrainingRunner) -> None:
    ear = Ear(runner)
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 10)
    runner.abandon()
    assert runner.state == "idle"
    assert runner.pull() is None
    with qtbot.waitSignal(runner.finished) as caught:
        runner.start(resolved(epochs=5))
    assert caught.args is not None
    assert caught.args[0] == 2
    qtbot.wait(50)
    assert ear.names().count("finished") == 1


def test_start_while_busy_changes_nothing(qtbot: QtBot, runner: TrainingRunner) -> None:
    what = resolved(epochs=LONG)
    assert runner.start(what) == 1
    assert runner.start(resolved(epochs=3)) == 1
    assert runner.resolved is what


def test_shutdown_ends_the_thread(qtbot: QtBot, runner: TrainingRunner) -> None:
    ear = Ear(runner)
    runner.start(resolved(epochs=LONG))
    wait_epoch(qtbot, runner, 10)
    runner.shutdown()
    assert not any(thread.name.startswith("aegui-") for thread in threading.enumerate())
    qtbot.wait(30)
    assert "finished" not in ear.names()
    runner.shutdown()


def test_warm_up_loads_torch_in_the_background(qtbot: QtBot, runner: TrainingRunner) -> None:
    assert not runner.is_warm
    runner.warm_up()
    assert runner.is_warm
    assert any(thread.name == "aegui-warm-up" for thread in threading.enumerate())
    qtbot.waitUntil(
        lambda: not any(thread.name == "aegui-warm-up" for thread in threading.enumerate()),
    )


def test_nan_ends_the_training_with_its_last_good_weights(
    qtbot: QtBot, runner: TrainingRunner
) -> None:
    draft = recipe(epochs=5000)
    network = draft.network.model_copy(update={"output_activation": "cosh"})
    training = draft.training.model_copy(
        update={
            "loss": "mse",
            "optimizer": draft.training.optimizer.model_copy(
                update={"name": "sgd", "learning_rate": 1e6}
            ),
        }
    )
    answer = resolve(
        draft.model_copy(update={"network": network, "training": training}), glyphs()
    ).resolved
    assert answer is not None
    with qtbot.waitSignal(runner.finished) as caught:
        runner.start(answer)
    assert caught.args is not None
    result = caught.args[1]
    assert result.reason == "diverged"
    assert result.message
    assert all(np.isfinite(layer.weight).all() for layer in result.snapshot.layers)


COMMANDS = ("pause", "resume", "step", "stop", "abandon", "start")
NEXT = {
    ("idle", "start"): "running",
    ("running", "pause"): "paused",
    ("running", "step"): "paused",
    ("running", "stop"): "stopping",
    ("running", "abandon"): "idle",
    ("paused", "resume"): "running",
    ("paused", "step"): "paused",
    ("paused", "stop"): "stopping",
    ("paused", "abandon"): "idle",
    ("stopping", "abandon"): "idle",
}


@pytest.mark.parametrize("commands", list(itertools.product(COMMANDS, repeat=3)))
def test_every_command_in_every_state(runner: TrainingRunner, commands: tuple[str, ...]) -> None:
    what = resolved(epochs=LONG)
    runner.start(what)
    state = "running"
    for command in commands:
        if command == "start":
            runner.start(what)
        else:
            getattr(runner, command)()
        state = NEXT.get((state, command), state)
        assert runner.state == state


@pytest.mark.parametrize("commands", list(itertools.permutations(COMMANDS[:5], 3)))
def test_whatever_is_pressed_the_training_can_be_ended(
    qtbot: QtBot, runner: TrainingRunner, commands: tuple[str, ...]
) -> None:
    runner.start(resolved(epochs=LONG))
    for command in commands:
        getattr(runner, command)()
    if runner.state in {"running", "paused"}:
        runner.stop()
    qtbot.waitUntil(lambda: runner.state == "idle")
