"""The names of the window's panels, actions and arrangements, for files that refer to them."""

from __future__ import annotations

from functools import cache

from aegui.core.window_names import ActionName, WindowNames
from aegui.features.table import dock_specs
from aegui.window.actions import ACTIONS


@cache
def window_names() -> WindowNames:
    """Return the names, which are the same for every window."""
    docks = dock_specs()
    return WindowNames(
        {spec.key: spec.title for spec in docks},
        {spec.key: ActionName(spec.menu, spec.text) for spec in ACTIONS},
        frozenset(key for spec in docks for key in spec.spots),
    )
