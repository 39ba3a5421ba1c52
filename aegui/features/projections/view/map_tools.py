"""The buttons of the panel of maps, and how many maps lie side by side."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QSizePolicy, QToolButton

from aegui.core.i18n import tr
from aegui.core.latent.projections import unavailable
from aegui.core.latent.views import VIEWS
from aegui.kit.theme import icon

_GOOD_SHAPE = 1.15
_EMPTY_IS_BAD = 0.5


def view_toggle(key: str) -> QToolButton:
    """The button by which the map ``key`` of ``VIEWS`` is shown or hidden."""
    spec = VIEWS[key]
    button = QToolButton()
    button.setText(tr(spec.label))
    button.setCheckable(True)
    button.setProperty("flat", True)
    button.setAccessibleName(tr(spec.label))
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    reason = unavailable(spec.method)
    button.setEnabled(reason is None)
    button.setToolTip(tr(spec.help) if reason is None else reason)
    return button


def flat_tool(icon_name: str, help_text: str) -> QToolButton:
    """A button with an icon; ``help_text`` is also what a screen reader says."""
    button = QToolButton()
    button.setProperty("flat", True)
    button.setIcon(icon(icon_name))
    button.setToolTip(help_text)
    button.setAccessibleName(help_text)
    return button


def columns_for(count: int, width: int, height: int) -> int:
    """How many maps to put side by side so that each is nearly square."""

    def badness(columns: int) -> float:
        rows = math.ceil(count / columns)
        shape = (width / columns) / max(1.0, height / rows)
        return abs(math.log(max(shape, 1e-6) / _GOOD_SHAPE)) + _EMPTY_IS_BAD * (
            rows * columns - count
        )

    return min(range(1, max(1, count) + 1), key=badness)
