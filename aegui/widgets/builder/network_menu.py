"""The menu of networks to begin from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from aegui.core.i18n import tr
from aegui.core.network.presets import PRESETS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.network.layers import Shape


class NetworkMenu(QMenu):
    """Topologies under headings; those that do not fit the images are grey and say why.

    Signals:
        preset_chosen(str): Key of the network that is wished.
    """

    preset_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Shape | None = None
        self.setToolTipsVisible(True)
        group = ""
        for preset in PRESETS:
            if preset.group != group:
                group = preset.group
                self.addSection(tr(group))
            action = self.addAction(tr(preset.label))
            action.setData(preset.key)
        self.triggered.connect(lambda action: self.preset_chosen.emit(action.data()))

    def set_image_shape(self, shape: Shape) -> None:
        """Offer what fits images of ``shape``."""
        if shape == self._shape:
            return
        self._shape = shape
        by_key = {preset.key: preset for preset in PRESETS}
        for action in self.actions():
            preset = by_key.get(str(action.data()))
            if preset is None:
                continue
            reason = preset.reason(shape)
            action.setEnabled(not reason)
            tip = tr(preset.help)
            action.setToolTip(f"{tip}\n{reason}" if reason else tip)
