"""Pictures of a study, made in the background for several receivers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from aegui.features.studies.model.background import StudyBackground

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


def test_each_receiver_gets_its_own_pictures(qtbot: QtBot) -> None:
    background = StudyBackground()
    begun, go_on = threading.Event(), threading.Event()
    first: list[object] = []
    second: list[object] = []

    def slow() -> Iterator[object]:
        begun.set()
        go_on.wait(30.0)
        yield "first"

    background.make(slow, first.append, gentle=True)
    qtbot.waitUntil(begun.is_set)
    background.make(lambda: iter(["second"]), second.append, gentle=True)
    go_on.set()
    qtbot.waitUntil(lambda: "second" in second)
    assert first == ["first"]
    assert second == ["second"]
    background.shutdown()
