"""The table of all actions in menus, toolbar and shortcuts, and the ``QAction`` objects made of it.

It joins the rows of the features (``FeatureSpec.actions``) with the window's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from aegui.core.i18n import LANGUAGES, mark, tr
from aegui.features.table import action_specs, why_disabled
from aegui.kit.keys import native_keys
from aegui.kit.theme import icon
from aegui.shell.action_spec import ActionSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from PySide6.QtWidgets import QMainWindow

    from aegui.shell.action_spec import OtherFace


class MenuRow(NamedTuple):
    """A menu: its text, and its rank among the entries of its parent menu."""

    text: str
    rank: int = 0


MENUS: dict[str, MenuRow] = {
    "file": MenuRow(mark("&File")),
    "file/recent": MenuRow(mark("Open &recent"), 120),
    "file/export": MenuRow(mark("&Export"), 220),
    "edit": MenuRow(mark("&Edit")),
    "data": MenuRow(mark("&Data")),
    "train": MenuRow(mark("&Training")),
    "time": MenuRow(mark("Ti&me")),
    "view": MenuRow(mark("&View")),
    "view/panels": MenuRow(mark("P&anels"), 400),
    "view/theme": MenuRow(mark("&Theme"), 410),
    "view/language": MenuRow(mark("&Language"), 420),
    "help": MenuRow(mark("&Help")),
}
"""Menus in order; a path with a slash is a submenu."""

WINDOW_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "quit",
        mark("&Quit"),
        mark("Close the program"),
        "file",
        900,
        "close",
        shortcuts=("Ctrl+Q",),
    ),
    *(
        ActionSpec(
            key,
            text,
            help_text,
            "view",
            100 + place,
            "set_perspective",
            argument=key,
            shortcuts=(f"Ctrl+{place}",),
            icon=key,
            checkable=True,
            group="perspective",
        )
        for place, (key, text, help_text) in enumerate(
            (
                (
                    "wander",
                    mark("&Wander"),
                    mark("Arrange the panels for wandering over the map"),
                ),
                ("draw", mark("&Draw"), mark("Arrange the panels for drawing characters")),
                (
                    "build",
                    mark("&Build"),
                    mark("Arrange the panels for building and training a network"),
                ),
                (
                    "compare",
                    mark("Com&pare"),
                    mark("Arrange the panels for comparing the map with others: PCA, t-SNE"),
                ),
                (
                    "study",
                    mark("&Study"),
                    mark("Arrange the panels for studies: settings compared over seeds"),
                ),
            ),
            start=1,
        )
    ),
    ActionSpec(
        "reset_layout",
        mark("&Reset the panels"),
        mark("Reset all panels to this arrangement"),
        "view",
        150,
        "reset_layout",
    ),
    ActionSpec(
        "next_panel",
        mark("&Next panel"),
        mark("Move the keyboard focus to the next visible panel"),
        "view",
        300,
        "go_to_panel",
        argument="next",
        shortcuts=("F6",),
    ),
    ActionSpec(
        "previous_panel",
        mark("Pre&vious panel"),
        mark("Move the keyboard focus to the previous panel"),
        "view",
        310,
        "go_to_panel",
        argument="previous",
        shortcuts=("Shift+F6",),
    ),
    ActionSpec(
        "full_screen",
        mark("&Full screen"),
        mark("Use the whole screen"),
        "view",
        320,
        "use_full_screen",
        shortcuts=("F11",),
        checkable=True,
    ),
    ActionSpec(
        "messages",
        mark("M&essages…"),
        mark("All messages, with their actions"),
        "view",
        330,
        "show_messages",
        shortcuts=("Ctrl+Shift+M",),
        icon="bell",
    ),
    *(
        ActionSpec(
            f"theme_{key}",
            text,
            help_text,
            "view/theme",
            100 + place,
            "use_theme",
            argument=key,
            checkable=True,
            group="theme",
        )
        for place, (key, text, help_text) in enumerate(
            (
                ("system", mark("As the &system"), mark("Light or dark, like the desktop")),
                ("light", mark("&Light"), mark("Dark letters on a light ground")),
                ("dark", mark("&Dark"), mark("Light letters on a dark ground")),
                (
                    "contrast",
                    mark("&High contrast"),
                    mark("White letters and full colours on black"),
                ),
            )
        )
    ),
    ActionSpec(
        "comfort",
        mark("Te&xt, motion and speech…"),
        mark("Text size, less motion, and announcements of a screen reader"),
        "view",
        430,
        "set_comfort",
    ),
    *(
        ActionSpec(
            f"language_{code}",
            name,
            name,
            "view/language",
            100 + place,
            "use_language",
            argument=code,
            checkable=True,
            group="language",
        )
        for place, (code, name) in enumerate(LANGUAGES.items())
    ),
    ActionSpec(
        "search_commands",
        mark("Sear&ch…"),
        mark("Search for commands, panels, settings, networks and pages of the guide"),
        "help",
        10,
        "search_commands",
        shortcuts=("Ctrl+K",),
        icon="search",
    ),
    ActionSpec(
        "guide",
        mark("&Guide"),
        mark("How to use this program"),
        "help",
        100,
        "show_guide",
        shortcuts=("F1",),
        icon="help",
    ),
    ActionSpec(
        "shortcuts",
        mark("&Keyboard shortcuts…"),
        mark("All keys, and how to change them"),
        "help",
        110,
        "show_shortcuts",
    ),
    ActionSpec(
        "report_problem",
        mark("&Report a problem…"),
        mark("Collect versions, log and recipe in a file; nothing is sent"),
        "help",
        190,
        "report_problem",
    ),
    ActionSpec(
        "gpu",
        mark("Gra&phics card…"),
        mark("Whether training uses a graphics card, and how to enable it"),
        "help",
        180,
        "show_gpu",
    ),
    ActionSpec(
        "about",
        mark("&About aegui"),
        mark("Version and licence"),
        "help",
        200,
        "show_about",
    ),
)
"""The window's own actions."""


def _in_order(specs: Iterable[ActionSpec]) -> tuple[ActionSpec, ...]:
    """Return ``specs`` in the order of the menus."""
    menus = list(MENUS)
    return tuple(sorted(specs, key=lambda spec: (menus.index(spec.menu), spec.rank)))


ACTIONS: tuple[ActionSpec, ...] = _in_order((*action_specs(), *WINDOW_ACTIONS))
"""Every action of the program, in the order of the menus."""
_WHY_DISABLED = why_disabled()
_LOCKED = mark("Teacher mode: this is locked.")


class Actions:
    """The actions of one window, created from rows.

    Args:
        window: Window in which their shortcuts work.
        handlers: Callable for each action, by key; it is called with the argument of the row, if
            there is one, or with the state of a checkable action.
        specs: The rows.
        keys: Custom shortcuts in Qt's portable notation, by action; "" is no shortcut.
    """

    def __init__(
        self,
        window: QMainWindow,
        handlers: Mapping[str, Callable[..., object]],
        specs: Iterable[ActionSpec] = ACTIONS,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.specs = tuple(specs)
        """Rows of the actions, in the order of the menus."""
        self._specs = {spec.key: spec for spec in self.specs}
        self.chosen_keys = dict(keys or {})
        """Custom shortcuts by action key."""
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._names: dict[str, str] = {}
        self._conditions: frozenset[str] = frozenset()
        self._locked: frozenset[str] = frozenset()
        for spec in self.specs:
            action = self._make(window, spec)
            self._actions[spec.key] = action
            _connect(action, spec, handlers[spec.key])
            window.addAction(action)

    def __getitem__(self, key: str) -> QAction:
        """Return the action ``key``."""
        return self._actions[key]

    def _make(self, window: QMainWindow, spec: ActionSpec) -> QAction:
        action = QAction(window)
        action.setObjectName(spec.key)
        action.setCheckable(spec.checkable)
        self._update(action, spec)
        if spec.is_main:
            action.setIconText(tr(spec.text).replace("&", ""))
        if spec.group:
            group = self._groups.setdefault(spec.group, QActionGroup(window))
            group.addAction(action)
        return action

    def _update(self, action: QAction, spec: ActionSpec) -> None:
        """Set shortcuts, texts and icon of ``action`` as they are now."""
        chosen = self.chosen_keys.get(spec.key)
        keys = spec.shortcuts if chosen is None else (chosen,)
        action.setShortcuts([QKeySequence(each) for each in keys if each])
        face = self._face(spec)
        action.setText(self._names.get(spec.key) or tr(face.text))
        self._show_tooltip(action, spec)
        action.setStatusTip(tr(face.help))
        if face.icon:
            action.setIcon(icon(face.icon))

    def _show_tooltip(self, action: QAction, spec: ActionSpec) -> None:
        """Set the tooltip: what the action does, its keys, and why it is disabled, if it is."""
        text = _tooltip(tr(self._face(spec).help), action.shortcut())
        unmet = next((name for name in spec.needs if name not in self._conditions), "")
        why = _LOCKED if spec.key in self._locked else _WHY_DISABLED.get(unmet, "")
        action.setToolTip(f"{text}\n{tr(why)}" if why else text)

    def _face(self, spec: ActionSpec) -> ActionSpec | OtherFace:
        """Return the texts and icon that an action has now: of its row, or its other ones."""
        other = spec.other_face
        return spec if other is None or other.condition not in self._conditions else other

    def spec(self, key: str) -> ActionSpec:
        """Return the row of the action ``key``."""
        return self._specs[key]

    def set_keys(self, key: str, keys: str | None) -> None:
        """Set the shortcut of an action; "" removes it, None restores that of its row."""
        if keys is None:
            self.chosen_keys.pop(key, None)
        else:
            self.chosen_keys[key] = keys
        self._update(self._actions[key], self._specs[key])

    def with_keys(self, keys: QKeySequence) -> str | None:
        """Return the key of the action with this shortcut; None if there is none."""
        return next(
            (key for key, action in self._actions.items() if keys in action.shortcuts()), None
        )

    def set_conditions(self, conditions: frozenset[str]) -> None:
        """Update every action to ``conditions``: enabled, checked, and which appearance it has."""
        self._conditions = conditions
        for spec in self.specs:
            action = self._actions[spec.key]
            is_free = spec.key not in self._locked
            action.setEnabled(is_free and conditions.issuperset(spec.needs))
            if spec.checked_by:
                action.setChecked(spec.checked_by in conditions)
            if spec.other_face is not None:
                self._update(action, spec)
            elif spec.needs:
                self._show_tooltip(action, spec)

    def name(self, key: str, words: str) -> None:
        """Set the text of an action; "" restores that of its row."""
        self._names[key] = words
        self._actions[key].setText(words or tr(self._face(self._specs[key]).text))

    def withhold(self, hidden: Collection[str], locked: Collection[str]) -> None:
        """Hide and disable these actions, and restore all others."""
        self._locked = frozenset((*hidden, *locked))
        for key, action in self._actions.items():
            action.setVisible(key not in hidden)
            self._show_tooltip(action, self._specs[key])
        self.set_conditions(self._conditions)

    def set_checked(self, key: str, checked: bool) -> None:
        """Check or uncheck an action without triggering it."""
        self._actions[key].setChecked(checked)


def _connect(action: QAction, spec: ActionSpec, handler: Callable[..., object]) -> None:
    # ``triggered`` is emitted for the user only, ``toggled`` also by ``set_checked``.
    if spec.argument is not None:
        action.triggered.connect(lambda _checked, argument=spec.argument: handler(argument))
    elif spec.checkable:
        action.triggered.connect(lambda checked: handler(checked))
    else:
        action.triggered.connect(lambda _checked: handler())


def _tooltip(help_text: str, shortcut: QKeySequence) -> str:
    if shortcut.isEmpty():
        return help_text
    return tr("{help} ({keys})", help=help_text, keys=native_keys(shortcut))
