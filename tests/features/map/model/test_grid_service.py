"""Grids are drawn and written in a thread; the newest wish counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from aegui.core.data.builtin import load_builtin
from aegui.core.latent.grids import GridSpec, draw_grid
from aegui.features.map.model.grid_service import GridService
from tests.core.latent.linear import linear_codec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


def test_a_grid_is_written_as_large_as_wished(
    qtbot: QtBot, service: GridService, tmp_path: Path
) -> None:
    codec = linear_codec(load_builtin("lowercase"), 3)
    path = tmp_path / "grid.png"
    with qtbot.waitSignal(service.written):
        service.write(str(path), codec, GridSpec(columns=3, rows=2), BASE, scale=4, ink=True)
    with Image.open(path) as picture:
        assert picture.size == (4 * 17, 4 * 15)


def test_what_cannot_be_written_is_told(qtbot: QtBot, service: GridService, tmp_path: Path) -> None:
    codec = linear_codec(load_builtin("lowercase"), 3)
    with qtbot.waitSignal(service.failed) as heard:
        path = tmp_path / "no" / "grid.png"
        service.write(str(path), codec, GridSpec(columns=2, rows=2), BASE, scale=1, ink=False)
    assert "grid.png" in heard.args[0]
    with qtbot.waitSignal(service.failed) as heard:
        path = tmp_path / "grid.png"
        service.write(str(path), codec, GridSpec(columns=50), BASE, scale=99, ink=False)
    assert "pixels large" in heard.args[0]
    assert not path.exists()
