"""What the command search finds: actions, panels, settings, recipes, headings of the guide."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from aegui.core.gallery import cards
from aegui.core.i18n import tr
from aegui.core.recipe.settings import SECTIONS
from aegui.kit.finder import Findable
from aegui.window.actions import MENUS
from aegui.window.help_viewer import guide_headings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PySide6.QtWidgets import QDockWidget

    from aegui.window.actions import Actions

SETTINGS_DOCK = "training"
"""The panel in which the settings of a recipe are."""


def plain(text: str) -> str:
    """``text`` of a menu without its mnemonic and its dots."""
    return text.replace("&", "").rstrip("…").rstrip(".")


def menu_path(menu: str) -> str:
    """What a person goes through to the menu of that key."""
    parts = menu.split("/")
    paths = ("/".join(parts[: place + 1]) for place in range(len(parts)))
    return " › ".join(plain(tr(MENUS[path].text)) for path in paths)


def action_entries(table: Actions) -> Iterator[Findable]:
    """Everything in the menus."""
    for spec in table.specs:
        action = table[spec.key]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        yield Findable(
            plain(action.text()),
            action.statusTip(),
            menu_path(spec.menu),
            action.trigger,
            keys,
            action.isEnabled(),
        )


def panel_entries(docks: Mapping[str, QDockWidget]) -> Iterator[Findable]:
    """Every panel, to be brought to the front."""
    for dock in docks.values():
        text = tr("Show the panel {name}", name=dock.windowTitle())
        yield Findable(dock.windowTitle(), text, tr("Panel"), partial(show_dock, dock))


def setting_entries(
    docks: Mapping[str, QDockWidget], arrange: Callable[[], object]
) -> Iterator[Findable]:
    """Every setting of data and training; ``arrange`` brings the panels that build into sight."""

    def go(label: str) -> None:
        arrange()
        dock = docks[SETTINGS_DOCK]
        show_dock(dock)
        # Its fields are made when it is first seen.
        QTimer.singleShot(0, dock, lambda: _focus_named(dock, label))

    seen = set()
    for section in SECTIONS:
        for setting in section.settings:
            label, help_text = tr(setting.field.label), tr(setting.field.help)
            if (label, section.key) not in seen:
                seen.add((label, section.key))
                kind = tr("Setting: {section}", section=tr(section.title))
                yield Findable(label, help_text, kind, partial(go, label))


def recipe_entries(choose: Callable[[str], object]) -> Iterator[Findable]:
    """Every network of the gallery, to be made the draft."""
    for card in cards():
        detail = f"{card.sees} ({card.key})" if card.sees else card.key
        yield Findable(card.name, detail, tr("Network"), partial(choose, card.key))


def guide_entries(open_at: Callable[[str, str], object]) -> Iterator[Findable]:
    """Every heading of the guide."""
    for page, title, heading in guide_headings():
        detail = "" if heading == title else title
        yield Findable(heading, detail, tr("Guide"), partial(open_at, page, heading))


def show_dock(dock: QDockWidget) -> None:
    """Bring ``dock`` to the front, and give it the keys."""
    dock.show()
    dock.raise_()
    inside = dock.widget()
    if inside is not None:
        inside.setFocus(Qt.FocusReason.OtherFocusReason)


def _focus_named(within: QWidget, name: str) -> None:
    """Give the keys to the field called ``name``, if it is seen."""
    for widget in within.findChildren(QWidget):
        if widget.accessibleName() == name and widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return
