"""Menu button for the layers of the map and the lens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.core.latent.fields import FIELDS
from aegui.features.map.view.menu_items import show_keys
from aegui.kit.choosing import menu_below, tick_entries
from aegui.kit.theme import icon, icon_size

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NO_ARROW = "QToolButton::menu-indicator { image: none; }"


class LayersButton(QToolButton):
    """A menu with an entry and a key for each layer.

    Signals:
        layer_toggled(str): Show or hide the layer of that key.
        lens_toggled(): Show or hide the lens.
    """

    layer_toggled = Signal(str)
    lens_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon("map-layers"))
        self.setIconSize(icon_size())
        self.setProperty("flat", True)
        self.setToolTip(tr("Layers of the map (1 to 7) and lens (N)"))
        self.setAccessibleName(tr("Layers"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setStyleSheet(_NO_ARROW)
        self._lens = QAction(tr("Lens: images around the cursor"), self)
        self._fill_menu(menu_below(self))

    def _fill_menu(self, menu: QMenu) -> None:
        self._layers = tick_entries(menu, ((key, tr(it.label)) for key, it in FIELDS.items()))
        for number, (key, action) in enumerate(self._layers.items(), start=1):
            show_keys(action, str(number))
            action.triggered.connect(lambda _on, key=key: self.layer_toggled.emit(key))
        menu.addSeparator()
        self._lens.setCheckable(True)
        self._lens.setToolTip(tr("Five by five images decoded around the cursor"))
        show_keys(self._lens, "N")
        self._lens.triggered.connect(lambda _on: self.lens_toggled.emit())
        menu.addAction(self._lens)
        self.set_layers((), {})

    def set_layers(self, chosen: Collection[str], reasons: Mapping[str, str]) -> None:
        """Check the chosen layers and disable the unavailable ones.

        Args:
            chosen: Keys of the layers that are shown.
            reasons: Why a layer is unavailable for the current network: key -> words.
        """
        for key, action in self._layers.items():
            action.setChecked(key in chosen)
            action.setEnabled(key not in reasons)
            action.setToolTip(reasons.get(key) or tr(FIELDS[key].help))

    def set_lens(self, shown: bool) -> None:
        """Check the entry of the lens if it is shown."""
        self._lens.setChecked(shown)

    def action(self, key: str) -> QAction:
        """Return the menu entry of the layer ``key``."""
        return self._layers[key]
