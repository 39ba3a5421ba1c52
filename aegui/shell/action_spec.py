"""One row of the table of actions: what can be done from menus, toolbar and keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OtherFace:
    """What an action looks like while a condition holds.

    Attributes:
        condition: While it holds.
        text: What the menu says then, with a mnemonic.
        help: What the tooltip says then.
        icon: Icon in ``resources/icons``.
    """

    condition: str
    text: str
    help: str
    icon: str


@dataclass(frozen=True)
class ActionSpec:
    """One action, as the ``FeatureSpec`` that does it has it.

    The row says all that a menu, a toolbar, a search or a list of keys needs, before anything of
    the room has been made.

    Attributes:
        key: Its name in code and settings; unique among all rooms.
        text: What the menu says, marked, with a mnemonic.
        help: What the tooltip says, marked: one sentence without a full stop.
        menu: Key of the menu it belongs to, from ``MENUS`` of ``window/actions.py``.
        rank: Its place in that menu, from above. Each hundred is a section, with a line above it.
        method: The method of the room's feature that does it.
        argument: Passed to the method where it is not None.
        shortcuts: Keys in Qt's portable notation; the first is shown.
        icon: Icon in ``resources/icons``.
        in_toolbar: Whether the toolbar shows it.
        is_main: Whether it is the one button of the toolbar that stands out, with words.
        checkable: Whether it is on or off; the method gets a bool if there is no argument.
        checked_by: Condition that says whether it is on; empty: whoever owns it says so.
        group: Name of a group of which one is on.
        needs: Conditions, all of which must hold for it to be enabled. A room says which ones it
            tells in ``FeatureSpec.conditions``.
        other_face: What it looks like at other times.
        panels: Keys of the panels that are all it is for, first the one that it brings up. Whoever
            hides it from a class hides them too, and without the first it would do nothing.
        within: Key of the panel that shows what it does: without the panel it would do nothing, but
            the panel is there for more than that.
    """

    key: str
    text: str
    help: str
    menu: str
    rank: int
    method: str
    argument: str | None = None
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    in_toolbar: bool = False
    is_main: bool = False
    checkable: bool = False
    checked_by: str = ""
    group: str = ""
    needs: tuple[str, ...] = ()
    other_face: OtherFace | None = None
    panels: tuple[str, ...] = ()
    within: str = ""


@dataclass(frozen=True)
class KeyHint:
    """Keys that a panel takes itself, where it has the focus: told in the list of all keys.

    Attributes:
        keys: As a person reads them, marked.
        text: What they do, marked.
    """

    keys: str
    text: str
