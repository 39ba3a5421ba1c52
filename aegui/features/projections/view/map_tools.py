"""The buttons of the panel of maps."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QToolButton

from aegui.core.i18n import tr
from aegui.core.latent.projections import unavailable
from aegui.core.latent.views import VIEWS


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
