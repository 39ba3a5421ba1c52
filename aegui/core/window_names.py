"""What files may name of the window: its panels, actions and arrangements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ActionName(NamedTuple):
    """The menu that an action is in, as a path of keys, and what it says there, marked."""

    menu: str
    text: str


@dataclass(frozen=True)
class WindowNames:
    """Keys of a window, in the order of its menus.

    Attributes:
        docks: Of its panels -> their titles, marked.
        actions: Of what its menus and its toolbar do.
        arrangements: Of the ways in which panels lie.
    """

    docks: Mapping[str, str]
    actions: Mapping[str, ActionName]
    arrangements: frozenset[str]
