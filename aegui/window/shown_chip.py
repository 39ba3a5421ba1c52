"""The chip in the toolbar that says which run and weights are shown, with menus for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.kit.choosing import menu_below
from aegui.kit.layouts import row
from aegui.kit.theme import figures_font

if TYPE_CHECKING:
    from collections.abc import Sequence


class ShownChip(QWidget):
    """Two buttons with menus: the run of the population, and its weights. Passive."""

    runs_requested = Signal()
    """Emitted when the menu of runs is about to open; call ``set_runs``."""
    weights_requested = Signal()
    """Emitted when the menu of weights is about to open; call ``set_weights``."""
    run_chosen = Signal(str)
    """Emitted with a key of ``set_runs``."""
    weights_chosen = Signal(str)
    """Emitted with a key of ``set_weights``."""

    def __init__(self) -> None:
        super().__init__()
        self.run = _button(tr("Run that is shown"))
        self.weights = _button(tr("Weights that are shown"))
        for button in (self.run, self.weights):
            button.setFont(figures_font(self.font()))
        self.run.menu().aboutToShow.connect(self.runs_requested)
        self.weights.menu().aboutToShow.connect(self.weights_requested)
        self.run.menu().triggered.connect(lambda action: self.run_chosen.emit(action.data()))
        self.weights.menu().triggered.connect(
            lambda action: self.weights_chosen.emit(action.data())
        )
        self.setLayout(row(self.run, self.weights))
        self.set_shown("", "", "")

    def set_shown(self, run: str, weights: str, sentence: str) -> None:
        """Show the names of the current run and weights; "" hides the button.

        ``run`` is "" if there is only one run, ``weights`` if there are none. ``sentence`` says the
        same in full, for tooltips and screen readers.
        """
        for button, text, help_text in (
            (self.run, run, tr("Choose another run of this training")),
            (self.weights, weights, tr("Choose the best or the last weights")),
        ):
            button.setVisible(bool(text))
            if text == button.text() and sentence == button.accessibleDescription():
                continue
            button.setText(text)
            button.setToolTip(tr("{what}\n{help}.", what=sentence, help=help_text))
            button.setAccessibleDescription(sentence)
        self.setVisible(bool(weights))

    def set_runs(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Set the menu of runs: keys and names."""
        _fill(self.run.menu(), [(key, text, "") for key, text in choices], chosen)

    def set_weights(self, choices: Sequence[tuple[str, str, str]], chosen: str) -> None:
        """Set the menu of weights: keys, names, and why they cannot be chosen."""
        _fill(self.weights.menu(), choices, chosen)


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("chip", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setAccessibleName(name)
    menu_below(button)
    return button


def _fill(menu: QMenu, choices: Sequence[tuple[str, str, str]], chosen: str) -> None:
    menu.clear()
    group = QActionGroup(menu)
    for key, text, why_not in choices:
        action = menu.addAction(text)
        action.setData(key)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.setEnabled(not why_not)
        action.setToolTip(why_not)
        group.addAction(action)
