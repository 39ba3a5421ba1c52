"""The menu of network topologies to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.network.presets import PRESETS
from aegui.features.builder.view.explained_menu import ExplainedMenu

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.network.shapes import Shape


class NetworkMenu(ExplainedMenu):
    """Topologies under headings, with their purpose; disabled where they do not fit the images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Shape | None = None
        group = ""
        for preset in PRESETS:
            if preset.group != group:
                group = preset.group
                self.addSection(tr(group))
            self.add_entry(preset.key, tr(preset.label))

    def set_image_shape(self, shape: Shape) -> None:
        """Enable the topologies that fit images of ``shape``, and explain why others do not."""
        if shape == self._shape:
            return
        self._shape = shape
        for preset in PRESETS:
            reason = preset.reason(shape)
            self.explain(preset.key, reason or tr(preset.help), enabled=not reason)
