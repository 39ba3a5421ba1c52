"""Everything that can be done from menus, toolbar and keys: one table, and actions made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from aegui.core.i18n import LANGUAGES, mark, tr
from aegui.features.data.actions import DATA_ACTIONS
from aegui.features.time.actions import TIME_ACTIONS
from aegui.kit.theme import icon
from aegui.shell.action_spec import ActionSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QMainWindow


__all__ = ["ACTIONS", "CONDITIONS", "MENUS", "ActionSpec", "Actions"]

MENUS: dict[str, str] = {
    "file": mark("&File"),
    "file/export": mark("&Export"),
    "edit": mark("&Edit"),
    "data": mark("&Data"),
    "train": mark("&Training"),
    "time": mark("Ti&me"),
    "view": mark("&View"),
    "view/panels": mark("&Panels"),
    "view/theme": mark("&Theme"),
    "view/language": mark("&Language"),
    "help": mark("&Help"),
}
"""Menus in their order; a path is a submenu."""

CONDITIONS = frozenset(
    {
        *("idle", "busy", "active", "can_train", "can_continue", "can_undo", "can_redo"),
        *("can_decode", "has_history", "has_timeline", "in_past", "can_fork"),
        *("has_runs", "can_choose_weights"),
    }
)
"""What ``needs`` may name."""

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new",
        mark("&New"),
        mark("Begin an untrained document"),
        "file",
        "new",
        shortcuts=("Ctrl+N",),
        icon="document-new",
    ),
    ActionSpec(
        "open",
        mark("&Open…"),
        mark("Open a run, a recipe, a course configuration or a file of glyphs"),
        "file",
        "open",
        shortcuts=("Ctrl+O",),
        icon="document-open",
    ),
    ActionSpec(
        "save",
        mark("&Save"),
        mark("Save the recipe, what was learnt and the history in one file"),
        "file",
        "save",
        shortcuts=("Ctrl+S",),
        icon="document-save",
        opens_section=True,
    ),
    ActionSpec(
        "save_as",
        mark("Save &as…"),
        mark("Save under another name"),
        "file",
        "save_as",
        shortcuts=("Ctrl+Shift+S",),
    ),
    ActionSpec(
        "export_recipe",
        mark("Save the &recipe alone…"),
        mark("Write the recipe as JSON, to be read by hand or by the command line"),
        "file/export",
        "export_recipe",
    ),
    ActionSpec(
        "export_grid",
        mark("&Grid of decodes…"),
        mark("What the network draws in rows and columns of its map, as one picture"),
        "file/export",
        "export_grid",
        needs=("can_decode",),
    ),
    ActionSpec(
        "export_traversal",
        mark("&Every number of the code…"),
        mark("What each number of the code does by itself, as a sheet with a row for each"),
        "file/export",
        "export_traversal",
        needs=("can_decode",),
    ),
    ActionSpec(
        "export_charts_png",
        mark("Charts as &PNG…"),
        mark("Write the charts shown as PNG, in a size of your choice"),
        "file/export",
        "export_charts",
        argument="png",
        needs=("has_history",),
        opens_section=True,
    ),
    ActionSpec(
        "export_charts_svg",
        mark("Charts as &SVG…"),
        mark("Write the charts shown as SVG, in a size of your choice"),
        "file/export",
        "export_charts",
        argument="svg",
        needs=("has_history",),
    ),
    ActionSpec(
        "export_charts_csv",
        mark("Charts as &CSV…"),
        mark("Write every recorded number as CSV"),
        "file/export",
        "export_charts",
        argument="csv",
        needs=("has_history",),
    ),
    ActionSpec(
        "quit",
        mark("&Quit"),
        mark("Close the program"),
        "file",
        "quit",
        shortcuts=("Ctrl+Q",),
        opens_section=True,
    ),
    ActionSpec(
        "undo",
        mark("&Undo"),
        mark("Take back the last edit of the recipe"),
        "edit",
        "undo",
        shortcuts=("Ctrl+Z",),
        icon="edit-undo",
        needs=("can_undo", "idle"),
    ),
    ActionSpec(
        "redo",
        mark("&Redo"),
        mark("Do the edit again that was taken back"),
        "edit",
        "redo",
        shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"),
        icon="edit-redo",
        needs=("can_redo", "idle"),
    ),
    *DATA_ACTIONS,
    *TIME_ACTIONS,
    ActionSpec(
        "train",
        mark("&Train"),
        mark("Train the network of the builder from the start"),
        "train",
        "train",
        shortcuts=("Ctrl+R", "F5"),
        icon="train",
        in_toolbar=True,
        needs=("idle", "can_train"),
    ),
    ActionSpec(
        "continue",
        mark("&Continue training"),
        mark("Go on where the training of this network ended"),
        "train",
        "continue",
        shortcuts=("Ctrl+Shift+R",),
        icon="continue",
        in_toolbar=True,
        needs=("idle", "can_continue"),
    ),
    ActionSpec(
        "pause",
        mark("&Pause"),
        mark("Rest after the present epochs"),
        "train",
        "pause",
        shortcuts=("Shift+F5", "Pause"),
        icon="pause",
        in_toolbar=True,
        needs=("active",),
        opens_section=True,
    ),
    ActionSpec(
        "step",
        mark("St&ep"),
        mark("Train for one epoch and rest"),
        "train",
        "step",
        shortcuts=("F7",),
        icon="step",
        in_toolbar=True,
        needs=("can_train",),
    ),
    ActionSpec(
        "stop",
        mark("St&op"),
        mark("End the training and keep what was learnt"),
        "train",
        "stop",
        shortcuts=("F8",),
        icon="stop",
        in_toolbar=True,
        needs=("active",),
    ),
    ActionSpec(
        "slow",
        mark("S&low motion"),
        mark("A few epochs a second, to watch them one by one"),
        "train",
        "slow",
        shortcuts=("F9",),
        icon="slow",
        in_toolbar=True,
        checkable=True,
    ),
    ActionSpec(
        "limits",
        mark("&When to ask…"),
        mark("From which time and memory on a training is asked about before it begins"),
        "train",
        "limits",
        opens_section=True,
    ),
    ActionSpec(
        "history",
        mark("&History of this training"),
        mark("Every training that led here: epochs, settings, and what was changed meanwhile"),
        "train",
        "history",
    ),
    ActionSpec(
        "summary",
        mark("&Summary of the network…"),
        mark("The layers with their output shapes and parameters as a table, to be copied"),
        "train",
        "summary",
        icon="list",
        opens_section=True,
    ),
    ActionSpec(
        "noise_study",
        mark("&Noise study"),
        mark("Which noise to train with, how far a repair holds, and what mistakes cost"),
        "train",
        "noise_study",
        shortcuts=("Ctrl+Shift+N",),
        icon="edit-noise",
    ),
    ActionSpec(
        "studies",
        mark("St&udy…"),
        mark("Compare settings over several seeds, with a verdict"),
        "train",
        "studies",
        icon="compare",
    ),
    ActionSpec(
        "wander",
        mark("&Wander"),
        mark("Arrange the panels for wandering over the map"),
        "view",
        "perspective",
        argument="wander",
        shortcuts=("Ctrl+1",),
        icon="wander",
        checkable=True,
        group="perspective",
    ),
    ActionSpec(
        "draw",
        mark("&Draw"),
        mark("Arrange the panels for drawing characters"),
        "view",
        "perspective",
        argument="draw",
        shortcuts=("Ctrl+2",),
        icon="draw",
        checkable=True,
        group="perspective",
    ),
    ActionSpec(
        "build",
        mark("&Build"),
        mark("Arrange the panels for building and training a network"),
        "view",
        "perspective",
        argument="build",
        shortcuts=("Ctrl+3",),
        icon="build",
        checkable=True,
        group="perspective",
    ),
    ActionSpec(
        "compare",
        mark("Com&pare"),
        mark("Arrange the panels for comparing the map with others: PCA, t-SNE"),
        "view",
        "perspective",
        argument="compare",
        shortcuts=("Ctrl+4",),
        icon="compare",
        checkable=True,
        group="perspective",
    ),
    ActionSpec(
        "reset_layout",
        mark("&Reset the panels"),
        mark("Put all panels back where this arrangement has them"),
        "view",
        "reset_layout",
    ),
    ActionSpec(
        "fit_map",
        mark("Show the whole &map"),
        mark("Zoom so that every character is on the map"),
        "view",
        "fit_map",
        shortcuts=("Ctrl+0",),
        icon="zoom-fit",
        opens_section=True,
    ),
    ActionSpec(
        "next_panel",
        mark("&Next panel"),
        mark("Give the keys to the next panel that is seen"),
        "view",
        "go_to_panel",
        argument="next",
        shortcuts=("F6",),
        opens_section=True,
    ),
    ActionSpec(
        "previous_panel",
        mark("Pre&vious panel"),
        mark("Give the keys to the panel before this one"),
        "view",
        "go_to_panel",
        argument="previous",
        shortcuts=("Shift+F6",),
    ),
    ActionSpec(
        "full_screen",
        mark("&Full screen"),
        mark("Use the whole screen"),
        "view",
        "full_screen",
        shortcuts=("F11",),
        checkable=True,
    ),
    *(
        ActionSpec(
            f"theme_{key}",
            text,
            help_text,
            "view/theme",
            "theme",
            argument=key,
            checkable=True,
            group="theme",
        )
        for key, text, help_text in (
            ("system", mark("As the &system"), mark("Light or dark, as the desktop is")),
            ("light", mark("&Light"), mark("Dark letters on a light ground")),
            ("dark", mark("&Dark"), mark("Light letters on a dark ground")),
        )
    ),
    *(
        ActionSpec(
            f"language_{code}",
            name,
            name,
            "view/language",
            "language",
            argument=code,
            checkable=True,
            group="language",
        )
        for code, name in LANGUAGES.items()
    ),
    ActionSpec(
        "guide",
        mark("&Guide"),
        mark("How to use this program"),
        "help",
        "guide",
        shortcuts=("F1",),
        icon="help",
    ),
    ActionSpec(
        "log_folder",
        mark("Folder of the &settings"),
        mark("Open the folder where settings and log are kept"),
        "help",
        "settings_folder",
    ),
    ActionSpec(
        "about",
        mark("&About aegui"),
        mark("Version and licence"),
        "help",
        "about",
        opens_section=True,
    ),
)


GO_ON = ActionSpec(
    "pause",
    mark("&Go on"),
    mark("Go on with the training that rests"),
    "train",
    "pause",
    shortcuts=next(spec.shortcuts for spec in ACTIONS if spec.key == "pause"),
    icon="train",
)
"""What *Pause* is while a training rests."""


class Actions:
    """The actions of one window, made from ``ACTIONS``."""

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[..., object]]) -> None:
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            action = self._make(window, spec)
            self._actions[spec.key] = action
            _connect(action, spec, handlers[spec.handler])
            window.addAction(action)

    def __getitem__(self, key: str) -> QAction:
        """The action ``key``."""
        return self._actions[key]

    def _make(self, window: QMainWindow, spec: ActionSpec) -> QAction:
        action = QAction(tr(spec.text), window)
        action.setObjectName(spec.key)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setCheckable(spec.checkable)
        _dress(action, spec)
        if spec.group:
            group = self._groups.setdefault(spec.group, QActionGroup(window))
            group.addAction(action)
        return action

    def set_conditions(self, conditions: frozenset[str]) -> None:
        """Enable each action whose needs are among ``conditions``."""
        for spec in ACTIONS:
            self._actions[spec.key].setEnabled(conditions.issuperset(spec.needs))

    def set_paused(self, paused: bool) -> None:
        """Whether the one button rests a training, or lets one that rests go on."""
        spec = next(spec for spec in ACTIONS if spec.key == "pause")
        _dress(self._actions["pause"], GO_ON if paused else spec)

    def set_checked(self, key: str, checked: bool) -> None:
        """Show an action as on or off without doing what it does."""
        self._actions[key].setChecked(checked)


def _connect(action: QAction, spec: ActionSpec, handler: Callable[..., object]) -> None:
    # ``triggered`` is the person's doing, ``toggled`` would be that of ``set_checked`` as well.
    if spec.argument is not None:
        action.triggered.connect(lambda _checked, argument=spec.argument: handler(argument))
    elif spec.checkable:
        action.triggered.connect(lambda checked: handler(checked))
    else:
        action.triggered.connect(lambda _checked: handler())


def _dress(action: QAction, spec: ActionSpec) -> None:
    """Give ``action`` the words and the icon of ``spec``."""
    action.setText(tr(spec.text))
    action.setToolTip(_tooltip(spec))
    action.setStatusTip(tr(spec.help))
    if spec.icon:
        action.setIcon(icon(spec.icon))


def _tooltip(spec: ActionSpec) -> str:
    if not spec.shortcuts:
        return tr(spec.help)
    keys = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return tr("{help} ({keys})", help=tr(spec.help), keys=keys)
