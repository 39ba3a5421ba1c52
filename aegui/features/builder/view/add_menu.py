"""The menu of layer kinds that can be inserted at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from aegui.core.i18n import tr
from aegui.core.recipe.layers import LAYER_GROUPS, LAYERS
from aegui.features.builder.view.edits import misfit, new_layer
from aegui.features.builder.view.explained_menu import ExplainedMenu

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.network.plan import Plan


class AddMenu(ExplainedMenu):
    """All kinds of layers, grouped by purpose, each with a line of explanation."""

    def __init__(self, plan: Plan, gap: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("Add a layer"))
        shape = plan.layers[gap].output_shape
        for title, keys in LAYER_GROUPS:
            self.addSection(tr(title))
            for key in keys:
                reason = misfit(new_layer(plan, gap, key), shape)
                self.add_entry(key, tr(LAYERS[key].label))
                self.explain(key, reason or tr(LAYERS[key].help), enabled=not reason)
