"""The form of a fork, and its dialog: the starting epoch, one changed setting, the last epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QPushButton, QWidget

from aegui.core.i18n import mark, tr
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import MAX_EPOCHS
from aegui.core.recipe.edits import consequences, value_at, with_values
from aegui.core.recipe.settings import SECTIONS, Setting, setting_at
from aegui.core.training.length import planned_epochs
from aegui.kit.layouts import buttons_of, column, label_for, order_keys
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING
from aegui.shell.outcome import epoch_words
from aegui.widgets.form.fields import CountField
from aegui.widgets.form.rows import SettingRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe


_SECTIONS = (
    "optimizer",
    "schedule",
    "noise",
    "objective",
    "classifier",
    "gan",
    "regularisation",
    "length",
)
"""Sections that may change in a fork: not the network or its initialisation."""
_CODE = ("beta", "kl_warmup_epochs", "free_bits")
"""Fields of the code layer that are weights of the objective."""
_PRETRAINING = "classifier.pretrain."
_REASONS = {
    "data.source": mark(
        "The weights were trained on these data: for others, train from the start."
    ),
    "data.chars": mark(
        "The weights were trained on these characters: for others, train from the start."
    ),
    "training.initializer.name": mark(
        "It sets the initial weights, and the training has already started."
    ),
    "seed": mark("It sets the initial weights, and the training has already started."),
    "runs": mark("The weights are of this number of runs."),
    "training.device": mark("The device does not change the result."),
}
"""Path of a setting -> reason why it cannot change."""
_IS_OVER = mark("This part of the training is over by then.")
_PRETRAINS = mark(
    "The layers are being pre-trained at that epoch: these settings cannot change while that runs."
)
_EPOCHS = "training.epochs"
_WIDTH_PX = 420


class ForkForm(QWidget):
    """Edits the recipe of the fork. Passive: validation messages are set on ``problem``.

    Epochs are counted as everywhere in the window: they include the epochs of pre-training a
    classifier's layers, ``before`` those of its recipe.
    """

    changed = Signal(object)
    """The edited recipe."""

    def __init__(self, recipe: Recipe, epoch: float, before: int = 0) -> None:
        super().__init__()
        self._before = before
        self._base = recipe
        self.recipe = recipe
        """The recipe of the run with the edits."""
        self.settings = fork_settings(recipe)
        self.setting = QComboBox()
        self.setting.setAccessibleName(tr("Setting to change"))
        for setting in self.settings:
            self.setting.addItem(tr(setting.field.label), setting.path)
        self._add_refused(refused_settings(recipe, is_pretraining=epoch < before))
        self.row: SettingRow | None = None
        """The editor of the selected setting."""
        self._row_column = column(spacing=-1)
        least = max(int(epoch), before) + 1
        self.until = CountField(least, before + MAX_EPOCHS)
        self.until.setAccessibleName(tr("Until epoch"))
        self.problem = ProblemLabel(self)
        self._build(epoch)
        until = max(before + recipe.training.epochs, least)
        self._base = self.recipe = with_values(recipe, {_EPOCHS: until - before})
        self.until.set_value(until)
        self.setting.activated.connect(self._on_setting_activated)
        self.until.edited.connect(self._on_until_edited)
        self._show_row(self.settings[0])

    def _build(self, epoch: float) -> None:
        words = wrapped_label(_what_happens(self._base, epoch))
        form = QFormLayout()
        form.setHorizontalSpacing(2 * SPACING)
        form.addRow(label_for(tr("&Change"), self.setting), self.setting)
        form.addRow(label_for(tr("&Until epoch"), self.until), self.until)
        self.setLayout(column(words, form, self._row_column, self.problem, 1, spacing=2 * SPACING))
        self.setMinimumWidth(_WIDTH_PX)

    def _add_refused(self, refused: Sequence[tuple[str, str]]) -> None:
        """List the settings that cannot be changed, disabled, with the reason."""
        self.setting.insertSeparator(self.setting.count())
        model = self.setting.model()
        for label, reason in refused:
            self.setting.addItem(tr("{setting}: not now", setting=label))
            row = self.setting.count() - 1
            self.setting.setItemData(row, reason, Qt.ItemDataRole.ToolTipRole)
            self.setting.setItemData(row, reason, Qt.ItemDataRole.AccessibleDescriptionRole)
            if isinstance(model, QStandardItemModel):
                model.item(row).setEnabled(False)

    def _show_row(self, setting: Setting) -> None:
        if self.row is not None:
            self._row_column.removeWidget(self.row)
            self.row.hide()
            self.row.deleteLater()
        self.row = SettingRow(setting, self)
        self.row.set_value(value_at(self.recipe, setting.path))
        self.row.edited.connect(self._on_row_edited)
        self._row_column.addWidget(self.row)
        order_keys(self.until, self.row)

    def _on_setting_activated(self, index: int) -> None:
        # Only one setting may differ: choosing another one reverts the first.
        self._tell(with_values(self._base, {_EPOCHS: self.recipe.training.epochs}))
        self._show_row(self.settings[index])

    def _on_row_edited(self, value: object) -> None:
        row = self.row
        if row is None:
            return
        path = row.setting.path
        self._tell(with_values(self.recipe, consequences(self.recipe, path, value)))
        with QSignalBlocker(row):
            row.set_value(value_at(self.recipe, path))

    def _on_until_edited(self, epochs: int) -> None:
        self._tell(with_values(self.recipe, {_EPOCHS: epochs - self._before}))

    def _tell(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.changed.emit(recipe)


def fork_settings(recipe: Recipe) -> tuple[Setting, ...]:
    """Return the settings that can change in the middle of a training; learning rate first."""
    sections = {section.key: section for section in SECTIONS}
    found = [
        setting
        for key in _SECTIONS
        if sections[key].shown(recipe)
        for setting in sections[key].settings
        if setting.shown(recipe)
        and setting.path != _EPOCHS
        and not setting.path.startswith(_PRETRAINING)
    ]
    found += _code_settings(recipe)
    found.sort(key=lambda setting: setting.path != "training.optimizer.learning_rate")
    return tuple(found)


def refused_settings(
    recipe: Recipe, *, is_pretraining: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return labels and reasons of the settings that cannot change in the middle of a training."""
    other = _PRETRAINS if is_pretraining else _IS_OVER
    offered = {setting.path for setting in fork_settings(recipe)}
    found = [
        (tr("Layers of the network"), tr("Another network has weights of another shape.")),
    ]
    for section in SECTIONS:
        for setting in section.settings if section.shown(recipe) else ():
            if setting.path in offered or not setting.shown(recipe) or setting.path == _EPOCHS:
                continue
            reason = _REASONS.get(setting.path, other)
            found.append((tr(setting.field.label), tr(reason)))
    return tuple(found)


def _code_settings(recipe: Recipe) -> list[Setting]:
    """Return the objective's weights that belong to the code layer: those of a Gaussian code."""
    latent = recipe.network.latent
    if latent.kind != "gaussian" or recipe.gan is not None:
        return []
    return [setting_at(f"network.latent.{key}") for key in _CODE]


def _what_happens(recipe: Recipe, epoch: float) -> str:
    text = tr(
        "The training continues from {epoch}, with its weights and one setting changed. The "
        "optimiser restarts.",
        epoch=epoch_words(epoch),
    )
    if recipe.gan is not None:
        # Without an encoder there is no ghost: no sample has a code.
        return text
    ghost = tr("The current run stays on the map as a ghost.")
    return f"{text} {ghost}"


class ForkDialog(QDialog):
    """Dialog to change one setting; it can only be accepted if the recipe can be trained."""

    def __init__(self, recipe: Recipe, dataset: Dataset, epoch: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self.resolved: ResolvedRecipe | None = None
        self.setWindowTitle(tr("Go on from an earlier epoch"))
        self.form = ForkForm(recipe, epoch, _pretraining(recipe, dataset))
        self.take = QPushButton(tr("&Go on"))
        self.take.setProperty("main", True)
        buttons = buttons_of(self, take=self.take, leave=tr("Ca&ncel"))
        margin = 2 * SPACING
        self.setLayout(column(self.form, buttons, spacing=margin, margins=(margin,) * 4))
        self.form.changed.connect(self._on_form_changed)
        self._on_form_changed(self.form.recipe)

    @Slot(object)
    def _on_form_changed(self, recipe: Recipe) -> None:
        resolution = resolve(recipe, self._dataset)
        self.resolved = resolution.resolved
        self.form.problem.set_text("\n".join(problem.message for problem in resolution.problems))
        self.take.setEnabled(self.resolved is not None)


def _pretraining(recipe: Recipe, dataset: Dataset) -> int:
    """Return the epochs of pre-training, which the recipe's epochs do not include."""
    resolved = resolve(recipe, dataset).resolved
    return 0 if resolved is None else planned_epochs(resolved) - recipe.training.epochs
