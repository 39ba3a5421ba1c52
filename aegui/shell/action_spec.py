"""One row of the table of actions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes:
        key: Its name in code; unique.
        text: What the menu says, with a mnemonic.
        help: What the tooltip says.
        menu: Key of the menu it belongs to, from ``MENUS``.
        handler: Key of what it does; several actions may share one and differ in ``argument``.
        argument: Passed to the handler where it is not None.
        shortcuts: Keys in Qt's portable notation; the first is shown.
        icon: Icon in ``resources/icons``.
        in_toolbar: Whether the toolbar shows it.
        checkable: Whether it is on or off; the handler gets a bool if it has no argument.
        group: Name of a group of which one is on.
        needs: Conditions, all of which must hold for it to be enabled.
        opens_section: Whether a line is drawn above it in its menu.
    """

    key: str
    text: str
    help: str
    menu: str
    handler: str
    argument: str | None = None
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    in_toolbar: bool = False
    checkable: bool = False
    group: str = ""
    needs: tuple[str, ...] = ()
    opens_section: bool = False
