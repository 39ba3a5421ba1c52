"""The menu of the kinds of layers that can be put in at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu

from aegui.core.i18n import tr
from aegui.core.network.catalog import LAYER_GROUPS, LAYERS
from aegui.widgets.builder.edits import misfit, new_layer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.widgets.builder.plan import Plan


class AddMenu(QMenu):
    """Every kind of layer under the heading of what it is for; what does not fit is grey.

    Signals:
        kind_chosen(str): Key of the kind of layer that is wished.
    """

    kind_chosen = Signal(str)

    def __init__(self, plan: Plan, gap: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)
        self.setAccessibleName(tr("Add a layer"))
        shape = plan.places[gap].output_shape
        for title, keys in LAYER_GROUPS:
            self.addSection(tr(title))
            for key in keys:
                reason = misfit(new_layer(plan, gap, key), shape)
                action = self.addAction(tr(LAYERS[key].label))
                action.setData(key)
                action.setEnabled(not reason)
                action.setToolTip(reason or tr(LAYERS[key].help))
        self.triggered.connect(lambda action: self.kind_chosen.emit(action.data()))
