"""A training under way in the copy against a crash: what it holds, and going on from it."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QSysInfo

from aegui.core.data.builtin import load_builtin
from aegui.core.data.store import cache_folder
from aegui.core.leftovers import temporary_prefix
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.pace import CHECKPOINT_SECONDS
from aegui.core.training.loop.train import train
from aegui.core.training.step import slices
from aegui.paths import library_dir
from aegui.session.documents.cleanup import CleanupJob
from aegui.session.documents.keeping import Keeping
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from aegui.session.training import training_worker
from aegui.session.training.training_runner import TrainingRunner
from tests.harness.lost_card import ON_CARD, card_lost
from tests.session.parts import glyphs, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.training.record.result import TrainingResult

LONG = 50_000_000


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    yield made
    made.close()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TrainingRunner]:
    made = TrainingRunner()
    yield made
    made.shutdown()


@pytest.fixture
def keeping(workspace: Workspace, runner: TrainingRunner) -> Keeping:
    return Keeping(workspace, runner)


def under_way(
    qtbot: QtBot, runner: TrainingRunner, epochs: int = LONG, *, on_card: bool = False
) -> None:
    """Begin a training, and wait until it has learnt something."""
    asked = resolved(epochs)
    if on_card:
        training = asked.recipe.training.model_copy(update={"optimizer": ON_CARD})
        draft = asked.recipe.model_copy(update={"training": training})
        asked = resolve(draft, asked.dataset).resolved or asked
    runner.start(asked)

    def has_learnt() -> bool:
        pulled = runner.pull()
        return pulled is not None and pulled.epoch > 50

    qtbot.waitUntil(has_learnt)


def crash(workspace: Workspace) -> None:
    """What the end of the process does: the lock goes, the copy stays."""
    lock = workspace.file.autosave._lock
    assert lock is not None
    lock.unlock()


@pytest.mark.parametrize("paused", [False, True])
def test_what_a_training_has_learnt_is_in_the_copy(
    qtbot: QtBot,
    workspace: Workspace,
    runner: TrainingRunner,
    keeping: Keeping,
    tmp_path: Path,
    paused: bool,
) -> None:
    under_way(qtbot, runner)
    if paused:
        with qtbot.waitSignal(runner.paused):
            runner.pause()
    with qtbot.waitSignal(workspace.file.copied):
        keeping.keep_now()
    assert runner.is_busy
    assert workspace.run is None or workspace.run.recipe != resolved(LONG).recipe
    crash(workspace)
    second = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert found.training is not None
    assert 50 < found.training.epochs < found.training.planned == LONG
    assert found.training.loss > 0
    assert second.opening.recover(found)
    further = second.unfinished()
    assert further is not None
    assert further.checkpoint is not None
    assert further.checkpoint.epoch == found.training.epochs
    assert further.resolved.recipe == resolved(LONG).recipe
    assert second.file.is_modified
    second.close()


def test_going_on_from_the_copy_is_exact(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping, tmp_path: Path
) -> None:
    runner.set_slow(200.0)
    under_way(qtbot, runner, epochs=2000)
    with qtbot.waitSignal(workspace.file.copied):
        keeping.keep_now()
    runner.abandon()
    crash(workspace)
    second = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    assert second.opening.recover(second.file.recoveries()[0])
    further = second.unfinished()
    assert further is not None
    *_, rest = train(further.resolved, None, further.checkpoint, further.history)
    *_, whole = train(resolved(2000))
    for name, tensor in whole.checkpoint().tensors.items():
        assert np.array_equal(tensor, rest.checkpoint().tensors[name], equal_nan=True), name
    second.close()


def test_the_end_of_a_training_is_copied_at_once(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping, tmp_path: Path
) -> None:
    finished: list[TrainingResult] = []
    runner.finished.connect(lambda _run_id, result: finished.append(result))
    under_way(qtbot, runner)
    with qtbot.waitSignal(runner.finished):
        runner.stop()
    with qtbot.waitSignal(workspace.file.copied):
        workspace.adopt_result(finished[0], resolved(LONG))
    crash(workspace)
    second = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert found.training is None
    assert second.opening.recover(found)
    assert second.run is not None
    assert second.run.results[0].epochs == finished[0].runs[0].epochs
    second.close()


def test_an_end_without_a_question_leaves_the_training(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping, tmp_path: Path
) -> None:
    under_way(qtbot, runner)
    keeping.hand_over(60.0)
    assert not runner.is_busy
    workspace.close(keep=True)
    second = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert found.training is not None
    assert found.training.epochs > 50
    second.close()


def test_the_end_of_the_session_waits_for_the_copy(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping, tmp_path: Path
) -> None:
    under_way(qtbot, runner)
    keeping.keep_all(60.0)
    files = list((tmp_path / "autosave").glob("*.aegui"))
    assert len(files) == 1
    assert runner.is_busy
    for file in (*files, *(tmp_path / "autosave").glob("*.json")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "autosave").stat().st_mode) == 0o700


def test_saving_the_document_keeps_the_copy_of_the_training(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping, tmp_path: Path
) -> None:
    workspace.edits.edit_dataset(glyphs(4), "four")
    under_way(qtbot, runner)
    with qtbot.waitSignal(workspace.file.copied):
        keeping.keep_now()
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(tmp_path / "o.aegui")
    workspace.file.autosave.flush()
    assert list((tmp_path / "autosave").glob("*.aegui"))


@pytest.mark.parametrize("long", ["figures", "steps"])
def test_figures_that_take_long_come_after_the_end(
    qtbot: QtBot,
    workspace: Workspace,
    runner: TrainingRunner,
    monkeypatch: pytest.MonkeyPatch,
    long: str,
) -> None:
    # Where a step takes long a look at all samples does: nobody waits to see.
    monkeypatch.setattr(training_worker, "PATIENCE_SECONDS", 0.0 if long == "figures" else 1e6)
    monkeypatch.setattr(slices, "SLICE_WORK", slices.SLICE_WORK if long == "figures" else 1)
    document = {
        "network": {"encoder": [{"units": 12}], "latent": {"units": 5}},
        "classifier": {},
        "data": {"split": {"validation": 0.2}},
        "training": {"epochs": LONG, "batch_size": 16, "device": "cpu"},
    }
    digits = load_builtin("digits").subset(range(48))
    of = resolve(Recipe.model_validate(document), digits).resolved
    assert of is not None
    heard: list[tuple[str, TrainingResult]] = []
    states: list[tuple[bool, bool]] = []
    runner.finished.connect(lambda _run_id, result: heard.append(("finished", result)))
    runner.finished.connect(lambda *_: states.append((runner.is_measuring, runner.is_busy)))
    runner.measured.connect(lambda _run_id, result: heard.append(("measured", result)))
    runner.start(of)
    qtbot.waitUntil(lambda: runner.pull() is not None)
    with qtbot.waitSignal(runner.finished):
        runner.stop()
    assert states == [(True, False)]
    workspace.adopt_result(heard[0][1], of)
    qtbot.waitUntil(lambda: not runner.is_measuring)
    assert [name for name, _ in heard] == ["finished", "measured"]
    assert [result.measured for _, result in heard] == [False, True]
    assert heard[0][1].runs[0].figures == {}
    assert workspace.complete_result(heard[1][1], of)
    assert workspace.run is not None
    assert "accuracy" in workspace.run.results[0].figures
    # Another run in its place is not touched.
    workspace.adopt_result(heard[0][1], of)
    *_, other = train(resolved(5))
    workspace.adopt_result(other.result(), resolved(5))
    assert not workspace.complete_result(heard[1][1], of)


def test_a_damaged_copy_is_told_by_its_name_once_and_kept(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "autosave"
    folder.mkdir()
    (folder / "x.aegui").write_bytes(b"half of")
    (folder / "x.json").write_text('{"origin": null, "name": "my letters"}')
    (found,) = workspace.file.recoveries()
    told: list[str] = []
    workspace.noticed.connect(lambda notice: told.append(notice.text))
    assert not workspace.opening.recover(found)
    (text,) = told
    assert "my letters" in text
    assert "x.aegui.damaged" in text
    assert (folder / "x.aegui.damaged").read_bytes() == b"half of"
    assert workspace.file.recoveries() == ()


def test_the_start_sweeps_what_killed_programs_have_left(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path
) -> None:
    folder, documents = tmp_path / "autosave", tmp_path / "documents"
    names = [
        temporary_prefix(name).replace(f"-{os.getpid()}-", "-999999999-") + "x"
        for name in ("a.aegui", "making")
    ]
    runs = library_dir() / "runs"
    runs.mkdir(parents=True)
    left = [folder / names[0], documents / names[0], runs / names[0], cache_folder() / names[1]]
    for path in (*left, folder / "y.json", folder / "y.lock"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    # As a killed program leaves it, on this machine.
    (folder / "y.lock").write_text(f"999999999\naegui\n{QSysInfo.machineHostName()}\n")
    workspace.file.remember(documents / "a.aegui")
    sweeping = CleanupJob(workspace)
    sweeping.begin()
    assert sweeping.finish(60.0)
    assert not any(path.exists() for path in left)
    assert not list(folder.iterdir())
    sweeping.shutdown()


def test_settings_are_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    settings = Settings.load(path)
    assert settings.save() is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_training_that_fails_leaves_what_it_had_learnt(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping
) -> None:
    is_lost = threading.Event()
    with card_lost(is_lost.is_set):
        under_way(qtbot, runner, on_card=True)
        with qtbot.waitSignal(workspace.file.copied):
            keeping.keep_now()
        reached = workspace.underway
        assert reached is not None
        assert keeping.rescued is None
        with qtbot.waitSignal(runner.failed) as failed:
            is_lost.set()
    assert failed.args is not None
    assert failed.args[1].startswith("The graphics card failed during the training (CUDA error: ")
    assert workspace.underway is None
    assert workspace.run is not None
    assert keeping.rescued == workspace.run.results[0].epochs >= reached.epochs
    assert workspace.file.is_modified
    under_way(qtbot, runner)
    assert keeping.rescued is None, "that was another training"


def test_what_fails_within_seconds_leaves_something_too(
    qtbot: QtBot, workspace: Workspace, runner: TrainingRunner, keeping: Keeping
) -> None:
    """Nobody asks for the copy here: the first look makes it."""
    is_lost = threading.Event()
    with card_lost(is_lost.is_set):
        under_way(qtbot, runner, on_card=True)
        begun = keeping._begun_s
        qtbot.waitUntil(lambda: keeping._begun_s > begun, timeout=20_000)
        assert keeping._pace.wait_after(0.0) == CHECKPOINT_SECONDS, "and the next ones are rarer"
        with qtbot.waitSignal(runner.failed):
            is_lost.set()
    assert keeping.rescued is not None
