"""Offers the network of the course to a person who sees the builder for the first time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from aegui.core.i18n import tr
from aegui.session.hints import hint_key
from aegui.session.notice import Notice
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

COURSE = "letters-course"
"""Key of the offered recipe: small enough to train within seconds."""
_BUILD, _TRAIN = "build", "train"


class GreetingFeature(Feature):
    """Suggests a first network once, when the builder is first visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        # Deferred to the event loop: the caller connects to ``noticed`` after construction.
        QTimer.singleShot(0, self, self._watch_builder)

    @Slot()
    def _watch_builder(self) -> None:
        self.while_visible("builder", self._greet)

    @Slot(bool)
    def _greet(self, is_seen: bool) -> None:
        values = self._services.settings.values
        if not is_seen or values.get(hint_key(_BUILD)) or values.get(hint_key(_TRAIN)):
            return
        if self._services.workspace.file.is_modified:
            # An edited draft comes from a lesson or the gallery: no suggestion is needed.
            return
        self._services.settings.keep({hint_key(_BUILD): True})
        text = tr(
            "Build networks here: every card is a layer. The network of the course, 35-25-10-2, "
            "learns 32 letters in seconds."
        )
        take = partial(self._services.requests.preset.emit, COURSE)
        self.noticed.emit(Notice("info", text, tr("Begin with it"), take, about="arrangement"))
