"""Pins on the map of the real window, while its network is replaced by another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.recipe import DataSpec
from tests.window.conftest import train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def names(window: MainWindow) -> list[str]:
    """Return the names of the pins on the map."""
    return [pin.name for pin in window.canvas.scene.pins]


def test_pins_stay_on_the_map_of_their_network(qtbot: QtBot, learnt: MainWindow) -> None:
    workspace = learnt._services.workspace
    workspace.annotations.pin([0.5, -0.25], "mine")
    train(qtbot, learnt)
    assert names(learnt) == ["mine"], "the same network, trained again"
    letters = workspace.recipe
    others = letters.model_copy(update={"data": DataSpec(source="lowercase", chars="uvwxyz")})
    assert workspace.edit_recipe(others, "Other letters")
    qtbot.waitUntil(lambda: workspace.dataset.labels == tuple("uvwxyz"))
    assert names(learnt), "the network before is still shown"
    train(qtbot, learnt)
    assert not names(learnt)
    told = [notice.text for notice in learnt.notifications.shown]
    assert "Pins and concepts of other images were removed. Undo restores them." in told
    assert not workspace.content().pins
    learnt.actions_table["undo"].trigger()
    assert names(learnt) == ["mine"]
    learnt.actions_table["undo"].trigger()
    assert workspace.recipe == letters
    train(qtbot, learnt)
    assert names(learnt) == ["mine"]
    assert [pin.name for pin in workspace.content().pins] == ["mine"]
