"""Choice of the ghost: another run shown pale under the points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.procrustes import similarity_words
from aegui.features.time.model.ghost_service import GhostService, why_no_ghost
from aegui.features.time.view.bar import TimeBar
from aegui.session.notice import Notice
from aegui.session.shown import WEIGHTS
from aegui.shell.outcome import epoch_words
from aegui.shell.run_choice import ANY_RUN, MAX_IN_MENU, RUN, run_choices, run_of

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.features.time.model.ghost_service import Ghost
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FITTED = "time.ghost_fitted"


class GhostChoice(QObject):
    """Manages the ghost: a run of the population follows the epoch shown, a kept one is fixed."""

    noticed = Signal(object)

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._bar = window.panel(TimeBar)
        self.key = ""
        """Key of the chosen ghost; "" for none."""
        self._stored: Codec | None = None
        self._stored_words = ""
        self._is_new = False
        self._is_fitted = bool(services.settings.values.get(_FITTED, False))
        ghosts = services.of(GhostService)
        ghosts.ghosts.answered.connect(self._on_ghosts_answered)
        ghosts.opened.connect(self._on_ghosts_opened)
        ghosts.refused.connect(self._on_ghosts_refused)
        self._bar.ghosts_requested.connect(self.show_choice)
        self._bar.ghost_fit_chosen.connect(self._on_time_ghost_fit_chosen)
        self._show()

    @property
    def _run(self) -> int | None:
        """The run of the population that is the ghost; None for another ghost or none."""
        return int(self.key.removeprefix(RUN)) if self.key.startswith(RUN) else None

    def choose(self, key: str) -> None:
        """Show the ghost ``key`` of the menu: "", "moment", "kept", "run:K", or "run:?" to ask."""
        if key == "moment":
            self._keep(self._services.shown.codec, self._moment_words())
            return
        if key == ANY_RUN:
            run = run_of(key, self._services, self._window)
            if run is None:
                return
            key = f"{RUN}{run}"
        self.key = key
        self._is_new = True
        self._show()

    def keep_newest(self) -> None:
        """Keep the newest state of the run as a ghost before a fork replaces it."""
        self._keep(self._services.shown.newest, tr("The run before"))

    def open(self, path: Path) -> None:
        """Load the run in a file and show it as the ghost."""
        codec = self._services.shown.codec
        if codec is not None:
            self._services.of(GhostService).open(path, codec)

    def _keep(self, codec: Codec | None, words: str) -> None:
        if codec is None or not codec.can_encode:
            return
        self._stored, self._stored_words = codec, words
        self.key = "kept"
        self._show()

    def _moment_words(self) -> str:
        epoch = self._services.shown.past_epoch
        codec = self._services.shown.codec
        if epoch is None:
            epoch = 0.0 if codec is None else float(codec.epoch)
        return epoch_words(epoch)

    def _words(self) -> str:
        if self._run is not None:
            return tr("Seed {seed}", seed=self._services.shown.seeds[self._run])
        return self._stored_words

    def _codec(self) -> Codec | None:
        """Return the codec of the chosen ghost; None if there is none or it does not fit."""
        shown = self._services.shown
        if not self.key or shown.fitting is None:
            return None
        found = self._stored
        if self._run is not None:
            found = shown.codec_of_run(self._run)
        return None if found is None or why_no_ghost(found, shown.fitting, "") else found

    @Slot()
    def _show(self) -> None:
        """Request the codes of the ghost, or hide it."""
        codec, shown = self._codec(), self._services.shown
        self._bar.set_ghost("" if codec is None else self._words())
        if codec is None:
            self._services.of(GhostService).ghosts.forget()
            self._window.canvas.set_ghost(None)
        else:
            onto = shown.codec if self._is_fitted else None
            self._services.of(GhostService).show(
                codec, shown.dataset, onto=onto, live=shown.is_learning
            )

    @Slot(bool)
    def _on_time_ghost_fit_chosen(self, fitted: bool) -> None:
        self._is_fitted = self._is_new = fitted
        self._services.settings.keep({_FITTED: fitted})
        self._show()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the ghost for the fields in ``changed``."""
        # A kept ghost is fixed unless it is aligned with the displayed codes.
        follows = self._run is not None or (self.key and self._is_fitted)
        is_other = "network" in changed and self.key
        if "dataset" in changed or is_other or (follows and changed & WEIGHTS):
            self._show()

    @Slot(object)
    def _on_ghosts_answered(self, ghost: Ghost) -> None:
        if self.key:
            self._window.canvas.set_ghost(ghost.codes)
            turned = "" if ghost.transform is None else similarity_words(ghost.transform)
            self._bar.set_ghost(self._words(), turned)
            if turned and self._is_new:
                name = self._words()
                text = tr(
                    "{name}, aligned with the shown codes: {turned}.", name=name, turned=turned
                )
                self.noticed.emit(Notice("info", text, about="ghost"))
            self._is_new = False

    @Slot(str, object)
    def _on_ghosts_opened(self, path: str, codec: Codec) -> None:
        self._keep(codec, Path(path).stem)

    @Slot(str)
    def _on_ghosts_refused(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True, about="ghost"))

    @Slot()
    def show_choice(self) -> None:
        """Fill the menu with the available ghosts."""
        shown = self._services.shown
        choices = [("", tr("&No ghost"))]
        codec = shown.codec
        if codec is not None and codec.can_encode:
            choices.append(("moment", tr("&Keep {epoch} as a ghost", epoch=self._moment_words())))
            choices += run_choices(shown, others=True)
            if self._run is not None and MAX_IN_MENU <= self._run < len(shown.seeds):
                choices.append((self.key, self._words()))
        if self._stored is not None:
            choices.append(("kept", tr("Kept: {name}", name=self._stored_words)))
        choices.append(("file", tr("Run in another &file…")))
        self._bar.set_ghosts(choices, self.key, fitted=self._is_fitted)
