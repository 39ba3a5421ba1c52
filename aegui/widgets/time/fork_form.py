"""The form of a fork: from which epoch to go on, with which one setting changed, and how far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from aegui.core.i18n import tr
from aegui.core.recipe import MAX_EPOCHS
from aegui.widgets.builder.edits import value_at, with_values
from aegui.widgets.builder.fields import CountField
from aegui.widgets.builder.marks import ProblemLabel, wrapped_label
from aegui.widgets.builder.rows import SettingRow
from aegui.widgets.builder.settings_table import SECTIONS
from aegui.widgets.builder.training_panel import consequences
from aegui.widgets.theme import SPACING
from aegui.widgets.time.slider import epoch_words

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.widgets.builder.setting import Setting

_SECTIONS = ("optimizer", "schedule", "noise", "objective", "regularisation", "length")
"""What may be another after some epochs: neither the network nor how its weights began."""
_EPOCHS = "training.epochs"
_WIDTH_PX = 420


class ForkForm(QWidget):
    """Gives the recipe of the fork. Passive: what is wrong with it is told by ``set_problem``."""

    changed = Signal(object)
    """The recipe as it would be."""

    def __init__(self, recipe: Recipe, epoch: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = recipe
        self._recipe = recipe
        self.settings = fork_settings(recipe)
        self.setting = QComboBox()
        self.setting.setAccessibleName(tr("Setting to change"))
        for setting in self.settings:
            self.setting.addItem(tr(setting.label), setting.path)
        self._row: SettingRow | None = None
        self._room = QVBoxLayout()
        self.until = CountField(int(epoch) + 1, MAX_EPOCHS)
        self.until.setAccessibleName(tr("Until epoch"))
        self.problem = ProblemLabel(self)
        self._build(epoch)
        more = max(recipe.training.epochs, int(epoch) + 1)
        self._base = self._recipe = with_values(recipe, {_EPOCHS: more})
        self.until.set_value(more)
        self.setting.activated.connect(self._on_setting_activated)
        self.until.edited.connect(self._on_until_edited)
        self._show_row(self.settings[0])

    @property
    def recipe(self) -> Recipe:
        """The recipe of the run with what was changed."""
        return self._recipe

    @property
    def row(self) -> SettingRow | None:
        """The editor of the setting that is changed."""
        return self._row

    def _build(self, epoch: float) -> None:
        words = wrapped_label(
            tr(
                "The training goes on from {epoch}, with the weights of that moment and one "
                "setting changed. What the optimiser remembers of its last steps begins anew. "
                "The run as it is now stays on the map as a pale ghost.",
                epoch=epoch_words(epoch),
            )
        )
        form = QFormLayout()
        form.setHorizontalSpacing(2 * SPACING)
        form.addRow(_label(tr("&Change"), self.setting), self.setting)
        form.addRow(_label(tr("&Until epoch"), self.until), self.until)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACING)
        column.addWidget(words)
        column.addLayout(form)
        column.addLayout(self._room)
        column.addWidget(self.problem)
        column.addStretch(1)
        self.setMinimumWidth(_WIDTH_PX)

    def set_problem(self, text: str) -> None:
        """Say what is wrong with the recipe; "" for nothing."""
        self.problem.set_text(text)

    def _show_row(self, setting: Setting) -> None:
        if self._row is not None:
            self._room.removeWidget(self._row)
            self._row.hide()
            self._row.deleteLater()
        self._row = SettingRow(setting, self)
        self._row.set_value(value_at(self._recipe, setting.path))
        self._row.edited.connect(self._on_row_edited)
        self._room.addWidget(self._row)

    def _on_setting_activated(self, index: int) -> None:
        # One setting is changed: another one takes back what was done to the first.
        self._tell(with_values(self._base, {_EPOCHS: self._recipe.training.epochs}))
        self._show_row(self.settings[index])

    def _on_row_edited(self, value: object) -> None:
        row = self._row
        if row is None:
            return
        path = row.setting.path
        self._tell(with_values(self._recipe, consequences(self._recipe, path, value)))
        with QSignalBlocker(row):
            row.set_value(value_at(self._recipe, path))

    def _on_until_edited(self, epochs: int) -> None:
        self._tell(with_values(self._recipe, {_EPOCHS: epochs}))

    def _tell(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.changed.emit(recipe)


def fork_settings(recipe: Recipe) -> tuple[Setting, ...]:
    """What may be changed in the middle of a training of ``recipe``; the learning rate first."""
    sections = {section.key: section for section in SECTIONS}
    found = [
        setting
        for key in _SECTIONS
        if sections[key].shown(recipe)
        for setting in sections[key].settings
        if setting.shown(recipe) and setting.path != _EPOCHS
    ]
    found.sort(key=lambda setting: setting.path != "training.optimizer.learning_rate")
    return tuple(found)


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    return label
