"""Rows of the action table: what menus, the toolbar and shortcuts offer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OtherFace:
    """The alternative appearance of an action while a condition holds.

    Attributes:
        condition: The condition.
        text: Text in the menu, with a mnemonic.
        help: Text of the tooltip.
        icon: Icon in ``resources/icons``.
    """

    condition: str
    text: str
    help: str
    icon: str


@dataclass(frozen=True)
class ActionSpec:
    """One action, as listed in the ``FeatureSpec`` of the feature that implements it.

    The row holds all that menus, toolbar, search and the list of shortcuts need, before anything of
    the feature is created.

    Attributes:
        key: Identifier in code and settings; unique across all features.
        text: Text in the menu, marked for translation, with a mnemonic.
        help: Text of the tooltip, marked: one sentence without a full stop.
        menu: Key of its menu, from ``MENUS`` of ``window/actions.py``.
        rank: Position in that menu. Each hundred is a section, preceded by a separator.
        method: Method of the feature that performs it.
        argument: Passed to the method unless None.
        shortcuts: Shortcuts in Qt's portable notation; the first is displayed.
        icon: Icon in ``resources/icons``.
        in_toolbar: Whether the toolbar contains it.
        is_main: Whether it is the toolbar's one highlighted button, with text.
        checkable: Whether it is a toggle; the method gets a bool if there is no argument.
        checked_by: Condition that determines whether it is checked; empty if its owner sets that.
        group: Name of its exclusive group.
        needs: Conditions that must all hold for it to be enabled. A feature lists those it sets in
            ``FeatureSpec.conditions``.
        other_face: Its alternative appearance.
        panels: Keys of the panels that it exists for, first the one that it shows. Hiding the
            action from a class hides them too; without the first one it would have no effect.
        within: Key of the panel that displays its effect: without the panel it would have none, but
            the panel is also used for other things.
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
    """Keys that a panel handles itself while it has the focus, for the list of shortcuts.

    Attributes:
        keys: The keys as displayed, marked for translation.
        text: Their effect, marked.
    """

    keys: str
    text: str
