"""Toggle buttons of the projections panel."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QToolButton

from aegui.core.i18n import tr
from aegui.core.latent.projections import unavailable
from aegui.core.latent.views import VIEWS
from aegui.kit.marks import flat_text


def view_toggle(key: str) -> QToolButton:
    """Return the button that shows or hides the map ``key`` of ``VIEWS``."""
    spec = VIEWS[key]
    button = flat_text(tr(spec.label), checkable=True)
    button.setAccessibleName(tr(spec.label))
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    offer(button, key, encodes=True)
    return button


def offer(button: QToolButton, key: str, *, encodes: bool) -> None:
    """Enable ``button`` if the map can be computed, else give the reason in its tooltip."""
    spec = VIEWS[key]
    reason = unavailable(spec.method)
    if spec.of_code and not encodes:
        reason = tr("A GAN has no encoder: images have no place on its map.")
    button.setEnabled(reason is None)
    button.setToolTip(tr(spec.help) if reason is None else reason)
