"""What the draft costs: reckoned at once, tried later, and never while a program starts."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aegui.core.network.resolve import resolve
from aegui.core.recipe import OptimizerSpec
from aegui.core.training.loop.train import train
from aegui.session.training import cost_service
from aegui.session.training.cost_service import CostService
from tests.session.parts import glyphs, recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import Reason, TrainingResult

SETTLED_MS = 200
GLYPHS = glyphs()


@pytest.fixture
def service(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[CostService]:
    monkeypatch.setattr(cost_service, "SETTLED_MS", SETTLED_MS)
    monkeypatch.setattr(cost_service, "AGAIN_MS", SETTLED_MS)
    made = CostService()
    yield made
    made.shutdown()


def draft(service: CostService) -> None:
    resolved = resolve(recipe(), glyphs()).resolved
    assert resolved is not None
    service.set_draft(resolved, 0)


def test_a_slow_start_is_not_slowed_by_trying(service: CostService, qapp: QApplication) -> None:
    draft(service)
    assert service.cost is not None
    assert not service.cost.is_measured
    # No event is heard while a slow machine makes its window.
    time.sleep(2 * SETTLED_MS / 1000)
    qapp.processEvents()
    assert not service._tried.is_busy


def test_a_draft_that_rests_is_tried(service: CostService, qtbot: QtBot) -> None:
    draft(service)
    service.wake()
    qtbot.waitUntil(lambda: service.cost is not None and service.cost.is_measured)


def test_what_the_program_begins_with_is_only_reckoned(service: CostService, qtbot: QtBot) -> None:
    draft(service)
    qtbot.wait(2 * SETTLED_MS)
    assert not service._tried.is_busy
    service.set_draft(resolve(recipe(hidden=9), glyphs()).resolved, 0)
    qtbot.waitUntil(lambda: service.cost is not None and service.cost.is_measured)
    qtbot.waitUntil(lambda: service.cost is not None and service.cost.is_measured)


def test_a_measurement_on_busy_cores_is_repeated(service: CostService, qtbot: QtBot) -> None:
    draft(service)
    assert service.cost is not None
    busy = replace(service.cost, seconds=1e6 * service.cost.seconds, is_measured=True)
    service._take(busy)
    assert service.cost is busy
    qtbot.waitUntil(lambda: service.cost is not busy)
    quiet = service.cost
    assert quiet.is_measured
    assert quiet.seconds < busy.seconds
    # The lower one of several counts.
    service._take(busy)
    assert service.cost is quiet


def test_nothing_is_tried_beside_a_training(service: CostService, qtbot: QtBot) -> None:
    draft(service)
    service.wake()
    service.set_idle(False)
    qtbot.wait(2 * SETTLED_MS)
    assert not service._tried.is_busy
    service.set_idle(True)
    qtbot.waitUntil(lambda: service.cost is not None and service.cost.is_measured)


def resolved_of(learning_rate: float = 0.02, hidden: int = 12) -> ResolvedRecipe:
    plan = recipe(epochs=50, hidden=hidden)
    optimizer = OptimizerSpec(learning_rate=learning_rate)
    training = plan.training.model_copy(update={"optimizer": optimizer})
    resolved = resolve(plan.model_copy(update={"training": training}), GLYPHS).resolved
    assert resolved is not None
    return resolved


def trained(resolved: ResolvedRecipe, epochs: float) -> TrainingResult:
    """What it has learnt after so many epochs, said to have taken 90 seconds."""
    for training in train(resolved):
        if training.epoch >= epochs:
            reason: Reason = training.finished or "stopped"
            return replace(training.result(reason), seconds=90.0)
    raise AssertionError(epochs)


@pytest.mark.parametrize(("epochs", "seconds"), [(50, 90.0), (20, 225.0)])
def test_what_has_been_trained_is_known(service: CostService, epochs: int, seconds: float) -> None:
    resolved = resolved_of()
    service.set_draft(resolved, 0)
    service.learn(resolved, trained(resolved, epochs))
    assert service.cost is not None
    assert service.cost.is_measured
    assert service.cost.seconds == pytest.approx(seconds)
    service.set_draft(resolved_of(hidden=9), 0)
    assert not service.cost.is_measured
    # Back again, with another rate, it is still known.
    service.set_draft(resolved_of(learning_rate=0.01), 0)
    assert service.cost.is_measured
    assert service.cost.seconds == pytest.approx(seconds)


def test_what_is_over_at_once_tells_nothing(service: CostService) -> None:
    resolved = resolved_of()
    service.set_draft(resolved, 0)
    service.learn(resolved, replace(trained(resolved, 50), seconds=0.01))
    assert service.cost is not None
    assert not service.cost.is_measured
