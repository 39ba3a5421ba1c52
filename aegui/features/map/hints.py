"""Unobtrusive hints on the map, each of which disappears for good once it has been followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from aegui.core.i18n import mark, tr
from aegui.features.map.view.hints import MapHints
from aegui.session.hints import hint_key
from aegui.session.notice import Notice
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

HINTS = {
    "move": mark("Move over the map: every place is decoded"),
    "click": mark("Click a sample: see its reconstruction"),
    "train": mark("Press Train: watch the map being learnt"),
    "gallery": mark("Press {gallery}: other networks and images, as pictures"),
}
"""Suggested first actions: key -> text."""
_TOUR = "tour"
"""Key for remembering that the tour was offered."""
_ENOUGH = 3
"""The tour is offered after this many hints have been followed."""
_MOVES = 40
"""The hint "move" counts as followed after this many cursor moves."""


class HintsFeature(Feature):
    """Shows the next hints and remembers which ones have been followed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._moves = 0
        self._hints = MapHints(HINTS, window.canvas.overlays, window.canvas)
        window.canvas.cursor_moved.connect(self._on_canvas_cursor_moved)
        window.canvas.sample_activated.connect(self._on_canvas_sample_activated)
        services.runner.started.connect(self._on_runner_started)
        services.requests.gallery.connect(self._on_gallery_asked_for)
        self._show_hints()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the hints when the codec changes."""
        if "codec" in changed:
            self._show_hints()

    def _show_hints(self) -> None:
        values, shown = self._services.settings.values, self._services.shown
        left = [key for key in HINTS if not values.get(hint_key(key))]
        if shown.fitting is None:
            left = [key for key in left if key in {"train", "gallery"}]
        elif not shown.fitting.can_encode:
            left = [key for key in left if key != "click"]
        self._hints.set_left(left)

    def _done(self, key: str) -> None:
        if not self._services.settings.values.get(hint_key(key)):
            self._services.settings.keep({hint_key(key): True})
            self._show_hints()
            values = self._services.settings.values
            if sum(bool(values.get(hint_key(each))) for each in HINTS) >= _ENOUGH:
                # Deferred to the event loop: the start of a training dismisses messages.
                QTimer.singleShot(0, self, self._offer_tour)

    @Slot()
    def _offer_tour(self) -> None:
        """Show a notice that offers the tour, once per user."""
        if not self._services.settings.values.get(hint_key(_TOUR)):
            self._services.settings.keep({hint_key(_TOUR): True})
            text = tr("A tour of eight short steps shows what else there is. It is under Help too.")
            accept = self._services.requests.tour.emit
            self.noticed.emit(Notice("info", text, tr("Begin the tour"), accept))

    @Slot(object)
    def _on_canvas_cursor_moved(self, _code: object) -> None:
        self._moves += 1
        if self._moves == _MOVES:
            self._done("move")

    @Slot(int)
    def _on_canvas_sample_activated(self, _index: int) -> None:
        self._done("click")

    @Slot(object)
    def _on_runner_started(self, _run: object) -> None:
        self._done("train")

    @Slot(str)
    def _on_gallery_asked_for(self, _page: str) -> None:
        self._done("gallery")
