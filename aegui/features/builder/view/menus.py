"""Menus of the builder with a line of explanation beside each entry: topologies, layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QMenu

from aegui.core.i18n import tr
from aegui.core.network.presets import PRESETS
from aegui.core.recipe.layers import LAYER_GROUPS, LAYERS
from aegui.features.builder.view.edits import misfit, new_layer
from aegui.kit.theme import SPACING, blend, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QPaintEvent
    from PySide6.QtWidgets import QWidget

    from aegui.core.network.plan import Plan
    from aegui.core.network.shapes import Shape

_MARGIN_PX = 28
"""Room that the style leaves before the text of an entry."""
_MAX_LINE_PX = 520
_FADED = 0.55


class ExplainedMenu(QMenu):
    """Entries under headings, each with a line of explanation; a disabled entry says why.

    The explanation is painted here: Qt reserves twice the room for a second text column.
    """

    chosen = Signal(str)
    """Key of the chosen entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[str, str] = {}
        self._column = 0
        self.setToolTipsVisible(True)
        self.triggered.connect(lambda action: self.chosen.emit(action.data()))

    def add_entry(self, key: str, label: str) -> None:
        """Append an entry; its explanation is set by ``explain``."""
        self.addAction(label).setData(key)

    def explain(self, key: str, line: str, *, enabled: bool = True) -> None:
        """Set the explanation of the entry ``key``, and whether it is enabled."""
        action = self.entry(key)
        action.setEnabled(enabled)
        # The tooltip serves elided lines and screen readers.
        action.setToolTip(line)
        self._lines[key] = line
        self._fit_width()

    def entry(self, key: str) -> QAction:
        """Return the entry ``key``."""
        return next(action for action in self.actions() if action.data() == key)

    def line(self, key: str) -> str:
        """Return the explanation of the entry ``key``."""
        return self._lines[key]

    def _fit_width(self) -> None:
        metrics = self.fontMetrics()
        labels = [action.text() for action in self.actions() if action.data()]
        widest = max(metrics.horizontalAdvance(label) for label in labels)
        line = max(metrics.horizontalAdvance(line) for line in self._lines.values())
        self._column = _MARGIN_PX + widest + 3 * SPACING
        self.setMinimumWidth(self._column + min(line, _MAX_LINE_PX) + 2 * SPACING)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the entries, then their explanations."""
        super().paintEvent(event)
        painter = QPainter(self)
        theme = current_theme()
        for action in self.actions():
            line = self._lines.get(str(action.data()))
            if line is None:
                continue
            area = self.actionGeometry(action)
            line_rect = QRect(
                self._column, area.top(), self.width() - self._column - SPACING, area.height()
            )
            if not action.isEnabled():
                painter.setPen(blend(theme.text_dim, theme.raised, _FADED))
            elif action is self.activeAction():
                painter.setPen(self.palette().color(QPalette.ColorRole.HighlightedText))
            else:
                painter.setPen(theme.text_dim)
            text = self.fontMetrics().elidedText(
                line, Qt.TextElideMode.ElideRight, line_rect.width()
            )
            painter.drawText(line_rect, Qt.AlignmentFlag.AlignVCenter, text)


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
