"""Images at the ends of sliders: at once, from a thread, and never of a previous network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.sheets import decoded
from aegui.features.map.model import ends_service
from aegui.features.map.model.ends_service import AxisEndsService, Ends
from tests.session.parts import codec

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot


def ends(axes: tuple[int, ...], size: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(2 * len(axes), size)).astype(np.float32)


def test_small_networks_answer_at_once(qtbot: QtBot) -> None:
    service, network = AxisEndsService(), codec(latent=4)
    codes = ends((0, 3), 4)
    with qtbot.waitSignal(service.ends.answered, timeout=100) as told:
        service.draw(network, (0, 3), codes)
    answer = told.args[0]
    assert isinstance(answer, Ends)
    assert answer.axes == (0, 3)
    np.testing.assert_array_equal(answer.images, decoded(network, codes))
    with qtbot.assertNotEmitted(service.ends.answered):
        service.draw(network, (0,), ends((0,), 3))
    service.shutdown()


def test_large_networks_answer_from_a_thread_unless_forgotten(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ends_service, "is_quick", lambda *_: False)
    service = AxisEndsService()
    heard: list[Ends] = []
    service.ends.answered.connect(heard.append)
    service.draw(codec(latent=3), (1,), ends((1,), 3))
    # A new network makes the request for the previous one obsolete.
    service.draw(codec(latent=5), (2,), ends((2,), 5))
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert heard[0].axes == (2,)
    service.draw(codec(latent=5), (4,), ends((4,), 5))
    service.ends.forget()
    service.shutdown()
    qtbot.wait(1)
    assert len(heard) == 1
