from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.recipe import Recipe
from aegui.features.builder.view.builder_panel import BuilderPanel
from tests.features.builder.view.bench import CONV, DIGITS, Bench

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    bench = Bench(qtbot, BuilderPanel())
    qtbot.waitUntil(bench.panel.isActiveWindow)
    return bench


@pytest.fixture
def studio(bench: Bench) -> Bench:
    """Return a bench with images of 28 x 28."""
    bench.data = DIGITS
    bench.show(Recipe(network=CONV))
    return bench
