"""Rows of the action table: what menus, the toolbar and shortcuts offer."""

from __future__ import annotations

from aegui.core.light_dataclass import dataclass


@dataclass(frozen=True)
class OtherFace:
    """The alternative appearance of an action while a condition holds."""

    condition: str
    """The condition."""
    text: str
    """Text in the menu, with a mnemonic."""
    help: str
    """Text of the tooltip."""
    icon: str
    """Icon in ``resources/icons``."""


@dataclass(frozen=True)
class ActionSpec:
    """One action, as listed in the ``FeatureSpec`` of the feature that implements it.

    The row holds all that menus, toolbar, search and the list of shortcuts need, before anything of
    the feature is created.
    """

    key: str
    """Identifier in code and settings; unique across all features."""
    text: str
    """Text in the menu, marked for translation, with a mnemonic."""
    help: str
    """Text of the tooltip, marked: one sentence without a full stop."""
    menu: str
    """Key of its menu, from ``MENUS`` of ``window/actions.py``."""
    rank: int
    """Position in that menu. Each hundred is a section, preceded by a separator."""
    method: str
    """Method of the feature that performs it."""
    argument: str | None = None
    """Passed to the method unless None."""
    shortcuts: tuple[str, ...] = ()
    """Shortcuts in Qt's portable notation; the first is displayed."""
    icon: str = ""
    """Icon in ``resources/icons``."""
    in_toolbar: bool = False
    """Whether the toolbar contains it."""
    is_main: bool = False
    """Whether it is the toolbar's one highlighted button, with text."""
    checkable: bool = False
    """Whether it is a toggle; the method gets a bool if there is no argument."""
    checked_by: str = ""
    """Condition that determines whether it is checked; empty if its owner sets that."""
    group: str = ""
    """Name of its exclusive group."""
    needs: tuple[str, ...] = ()
    """Conditions that must all hold for it to be enabled. A feature lists those it sets in
    ``FeatureSpec.conditions``."""
    other_face: OtherFace | None = None
    """Its alternative appearance."""
    panels: tuple[str, ...] = ()
    """Keys of the panels that it exists for, first the one that it shows. Hiding the action from a
    class hides them too; without the first one it would have no effect."""
    within: str = ""
    """Key of the panel that displays its effect: without the panel it would have none, but the
    panel is also used for other things."""


@dataclass(frozen=True)
class KeyHint:
    """Keys that a panel handles itself while it has the focus, for the list of shortcuts."""

    keys: str
    """The keys as displayed, marked for translation."""
    text: str
    """Their effect, marked."""
