"""What files may name of the window: its panels, actions and arrangements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowNames:
    """Keys of a window.

    Attributes:
        docks: Of its panels.
        actions: Of what its menus and its toolbar do.
        arrangements: Of the ways in which panels lie.
    """

    docks: frozenset[str]
    actions: frozenset[str]
    arrangements: frozenset[str]
