"""The graphics card is lost during training: one message, the rescued weights, and the CPU."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import torch

from aegui.core.run_file.saved import load_run
from aegui.session.messages import Messages
from tests.harness.lost_card import ON_CARD, card_lost
from tests.window.conftest import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App

LONG = SMALL.model_copy(
    update={
        "training": SMALL.training.model_copy(
            update={"epochs": 5_000_000, "optimizer": ON_CARD, "device": "cuda"}
        )
    }
)


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a card, and trains on it")
def test_a_recipe_for_a_card_that_is_not_there_trains_on_the_processor(
    app: App, qtbot: QtBot
) -> None:
    services, window = app.services, app.window
    few = LONG.training.model_copy(update={"epochs": 400})
    services.workspace.edit_recipe(LONG.model_copy(update={"training": few}), "on a card")
    with qtbot.waitSignal(services.runner.finished) as ended:
        window.actions_table["train"].trigger()
    assert ended.args is not None
    assert ended.args[1].device == "cpu"
    said = [notice.notice.text for notice in services.of(Messages).kept]
    (told,) = [text for text in said if "No CUDA GPU" in text]
    assert "“aegui gpu”" in told


def test_what_was_learnt_is_shown_and_saved_and_goes_on_without_the_card(
    app: App, qtbot: QtBot, tmp_path: Path
) -> None:
    services, window = app.services, app.window
    runner, workspace = services.runner, services.workspace
    is_lost = threading.Event()
    with card_lost(is_lost.is_set):
        workspace.edit_recipe(LONG, "on a card")
        window.actions_table["train"].trigger()
        qtbot.waitUntil(lambda: workspace.underway is not None, timeout=20_000)
        with qtbot.waitSignal(runner.failed):
            is_lost.set()
    rescued = services.keeping.rescued
    assert rescued is not None

    (told,) = [notice for notice in window.notifications.shown if notice.level == "error"]
    assert told.text.startswith("The graphics card failed during the training (CUDA error: ")
    assert f"The weights of epoch {rescued:,} are kept." in told.text

    assert services.shown.codec is not None
    assert services.shown.saved is workspace.run
    assert not services.shown.is_live
    assert window.actions_table["train"].isEnabled()
    with qtbot.waitSignal(workspace.file.saved):
        assert workspace.save_as(tmp_path / "kept.aegui")
    run = load_run(tmp_path / "kept.aegui")
    assert run.checkpoint is not None
    assert run.checkpoint.epoch == rescued

    # The CPU does not call the failing operation: only the card is lost.
    assert window.actions_table["continue"].isEnabled()
    window.actions_table["continue"].trigger()
    qtbot.waitUntil(lambda: (now := runner.pull()) is not None and now.epoch > rescued)
    with qtbot.waitSignal(runner.finished) as ended:
        runner.stop()
    assert ended.args is not None
    assert ended.args[1].runs[0].epochs > rescued
