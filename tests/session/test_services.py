"""The services of a session, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.recipe import Recipe
from aegui.session.services import Services
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("qapp")
def test_nothing_is_left_to_undo_at_the_end_and_nobody_is_told(tmp_path: Path) -> None:
    services = Services(Settings(), tmp_path)
    services.workspace.edit_recipe(Recipe(name="other"), "Name")
    services.drawing.begin_stroke()
    services.drawing.paint(0, 0, 1.0)
    services.drawing.end_stroke()
    stacks = (services.workspace.undo_stack, services.drawing.undo_stack)
    assert all(stack.count() for stack in stacks)
    told: list[int] = []
    for stack in stacks:
        stack.indexChanged.connect(told.append)
    services.shutdown()
    assert not any(stack.count() for stack in stacks)
    assert not told
