"""The window's panels, actions and arrangements that files may refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


class ActionName(NamedTuple):
    """The menu of an action, as a path of keys, and its text there, marked for translation."""

    menu: str
    text: str


@dataclass(frozen=True)
class WindowNames:
    """Keys of a window, in the order of its menus."""

    docks: Mapping[str, str]
    """Keys of its panels -> their titles, marked for translation."""
    actions: Mapping[str, ActionName]
    """Keys of the actions of its menus and its toolbar."""
    arrangements: frozenset[str]
    """Keys of the arrangements of its panels."""
