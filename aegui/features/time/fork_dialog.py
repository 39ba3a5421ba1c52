"""Dialog for continuing a training from an earlier epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QPushButton

from aegui.core.i18n import tr
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.training.length import planned_epochs
from aegui.features.time.view.fork_form import ForkForm
from aegui.kit.layouts import buttons_of, column
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe


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
