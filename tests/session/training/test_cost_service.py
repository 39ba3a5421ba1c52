"""What the draft costs: reckoned at once, tried later, and never while a program starts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from aegui.core.network.resolve import resolve
from aegui.session.training import cost_service
from aegui.session.training.cost_service import CostService
from tests.session.parts import glyphs, recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

SETTLED_MS = 200


@pytest.fixture
def service(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[CostService]:
    monkeypatch.setattr(cost_service, "SETTLED_MS", SETTLED_MS)
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


def test_nothing_is_tried_beside_a_training(service: CostService, qtbot: QtBot) -> None:
    draft(service)
    service.wake()
    service.set_idle(False)
    qtbot.wait(2 * SETTLED_MS)
    assert not service._tried.is_busy
    service.set_idle(True)
    qtbot.waitUntil(lambda: service.cost is not None and service.cost.is_measured)
