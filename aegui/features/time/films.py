"""Films of a part of the window over the epochs of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from aegui.core.latent.films import film_size
from aegui.features.time.film_maker import (
    USUAL,
    FilmMaker,
    film_picture,
    filmed_epochs,
    grabbed,
)
from aegui.features.time.model.timeline import Player
from aegui.shell.dialogs.film import FilmDialog, keep_film, stored_film
from aegui.shell.feature import Feature
from aegui.shell.panel_area import PanelArea

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.film_spec import FilmSpec
    from aegui.core.latent.films import FilmSize
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_FORM = "time"
_FILMED = {"map": "", "cursor": "cursor", "reconstructions": "reconstructions"}
"""Filmed part -> dock that must be visible."""
_SETTLED_MS = 400
"""Delay after which a newly shown panel has its final size."""


class FilmFeature(Feature):
    """Asks for the settings of a film, and makes it."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._maker = FilmMaker(services, window)
        self._maker.noticed.connect(self.noticed)

    @property
    def is_busy(self) -> bool:
        """Whether a film is being made."""
        return self._maker.is_busy

    @Slot(str)
    def film(self, kind: str) -> None:
        """Ask for settings and a file, and film the part ``kind`` of the window."""
        services = self._services
        if services.shown.timeline is None or self._maker.is_busy:
            return
        dock = self._window.docks.get(_FILMED[kind])
        area = None if dock is None else dock.widget()
        target = area.panel if isinstance(area, PanelArea) else self._window.canvas
        moves = not target.isVisible()
        if dock is not None:
            dock.show()
            dock.raise_()
        epochs = filmed_epochs(services.shown.timeline)
        now = [grabbed(target)]

        def estimate(film: FilmSpec, cancelled: IsCancelled) -> FilmSize:
            picture = film_picture(now[0], film.side, epochs[-1])
            return film_size([picture], len(epochs), film, scale=1, cancelled=cancelled)

        def update_size() -> None:
            now[0] = grabbed(target)
            dialog.update_size()

        dialog = FilmDialog(stored_film(services.settings, _FORM, USUAL), estimate, self._window)
        if moves:
            QTimer.singleShot(_SETTLED_MS, dialog, update_size)
        dialog.save.clicked.connect(lambda: self._save_film(dialog, kind, target))
        dialog.open()

    def _save_film(self, dialog: FilmDialog, kind: str, target: QWidget) -> None:
        services = self._services
        path = dialog.choose_file(f"{services.workspace.name}-{kind}")
        if not path:
            return
        film = dialog.film
        keep_film(services.settings, _FORM, film)
        dialog.accept()
        services.of(Player).pause()
        self._maker.start(Path(path), target, film)
