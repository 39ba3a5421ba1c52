"""Grids are decoded on a thread; the latest request wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.latent.grids import GridSpec, draw_grid
from aegui.features.map.model.grid_service import GridService
from tests.core.latent.linear import linear_codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

BASE = [0.0, 0.0, 1.0]


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[GridService]:
    made = GridService()
    yield made
    made.shutdown()


def test_the_newest_grid_is_drawn(qtbot: QtBot, service: GridService) -> None:
    codec = linear_codec(load_builtin("lowercase"), 3)
    drawn: list[np.ndarray] = []
    service.drawn.connect(drawn.append)
    service.draw(codec, GridSpec(columns=50, rows=50), BASE, ink=False)
    spec = GridSpec(columns=3, rows=2)
    service.draw(codec, spec, BASE, ink=False)
    qtbot.waitUntil(lambda: bool(drawn))
    qtbot.waitUntil(lambda: not service.drawing.is_busy)
    assert [pixels.shape for pixels in drawn] == [(15, 17, 3)]
    first = draw_grid(codec, spec, BASE)[0, 0, 0]
    np.testing.assert_allclose(drawn[0][:7, :5, 0], 255 * first, atol=0.51)
