"""Connects the time bar to the displayed network: epochs, playback, ghost and fork."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog

from aegui.core.data.dataset import same_data
from aegui.core.i18n import tr
from aegui.core.latent.placing import similarity_words
from aegui.core.training.record.timeline import Fork
from aegui.features.time.model.ghost_service import GhostService, why_no_ghost
from aegui.features.time.model.timeline import Player
from aegui.features.time.view.bar import MEMORIES_MB, SPEEDS, TimeBar
from aegui.session.notice import Notice
from aegui.session.shown import MOMENT, SUBJECT, WEIGHTS
from aegui.shell import dialogs
from aegui.shell.cost_guard import may_train
from aegui.shell.feature import Feature
from aegui.shell.outcome import epoch_words, in_whole_epochs, moment_words
from aegui.shell.refresher import LiveText, Refresher
from aegui.shell.run_choice import ANY_RUN, MAX_IN_MENU, RUN, run_choices, run_of

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.features.time.model.ghost_service import Ghost
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_FITTED = "time.ghost_fitted"
_SPEED, _LOOP, _MEMORY = "time.speed", "time.loop", "time.memory_mb"
_GROWING_MS = 250


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
        self._bar.ghosts.aboutToShow.connect(self.show_choice)
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
        self._show_anew()

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
        self._show_anew()

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

    def _show_anew(self) -> None:
        """Show the chosen ghost: what is still being encoded would be taken for it."""
        self._services.of(GhostService).ghosts.forget()
        self._show()

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
        self._show_anew()

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

    @Slot(object)
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


class TimeFeature(Feature):
    """Shows the epoch requested by the bar, a chart, a key or playback in the whole window."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._bar = window.panel(TimeBar)
        self._growth = Refresher(self._show_timeline, _GROWING_MS, parent=self)
        self._text = services.of(LiveText)
        self._text.due.connect(self._show_epoch)
        self.ghost = GhostChoice(services, window)
        self._connect()
        self._take_settings()
        self._show_timeline()
        self._bar.set_playing(services.of(Player).is_playing)

    def _show_ability(self) -> None:
        shown = self._services.shown
        self.set_conditions(
            has_timeline=shown.timeline is not None,
            in_past=shown.past_epoch is not None,
            can_fork=not self._why_no_fork(),
        )

    def _connect(self) -> None:
        bar, player = self._bar, self._services.of(Player)
        bar.epoch_requested.connect(self._on_bar_epoch_requested)
        bar.play.clicked.connect(self._on_bar_play_requested)
        bar.speed_chosen.connect(self._on_bar_speed_chosen)
        bar.loop.triggered.connect(self._on_bar_loop_chosen)
        bar.memory_chosen.connect(self._on_bar_memory_chosen)
        bar.ghost_requested.connect(self._on_bar_ghost_requested)
        bar.fork.clicked.connect(self.fork)
        bar.film_requested.connect(self._on_bar_film_requested)
        player.moved.connect(self._show_index)
        player.playing_changed.connect(self._on_player_playing_changed)
        self._services.runner.state_changed.connect(self._on_runner_state_changed)
        self._services.workspace.dataset_changed.connect(self._on_workspace_dataset_changed)
        self.ghost.noticed.connect(self.noticed)

    @Slot(str)
    def _on_bar_film_requested(self, part: str) -> None:
        self._services.requests.action.emit(f"film_{part}")

    # Epochs

    @Slot(object)
    def go_to(self, epoch: float | None) -> None:
        """Show the kept epoch nearest to ``epoch``; None shows the newest state."""
        timeline = self._services.shown.timeline
        if timeline is not None:
            self._on_bar_epoch_requested(None if epoch is None else timeline.index_at(epoch))

    def step(self, by: int) -> None:
        """Show the kept epoch before (-1) or after (1) the displayed one."""
        shown = self._services.shown
        timeline, epoch = shown.timeline, shown.past_epoch
        if timeline is None:
            return
        if epoch is not None:
            index = timeline.index_at(epoch)
        elif by < 0 and shown.moment is not None:
            # The best weights are often of an earlier epoch than the last ones kept.
            index = int(np.searchsorted(timeline.epochs, shown.moment.epoch, side="right"))
        else:
            index = len(timeline)
        index = max(0, index + by)
        self._on_bar_epoch_requested(None if index >= len(timeline) else index)

    def go_back(self) -> None:
        """Show the kept epoch before the displayed one."""
        self.step(-1)

    def go_forward(self) -> None:
        """Show the kept epoch after the displayed one."""
        self.step(1)

    def go_to_newest(self) -> None:
        """Show the newest state."""
        self.go_to(None)

    def toggle_playing(self) -> None:
        """Start or stop playback of the epochs."""
        self._on_bar_play_requested(not self._services.of(Player).is_playing)

    @Slot(object)
    def _on_bar_epoch_requested(self, index: int | None) -> None:
        self._services.of(Player).seek(index)
        self._show_index(index)

    @Slot(object)
    def _show_index(self, index: int | None) -> None:
        timeline = self._services.shown.timeline
        if timeline is None or index is None:
            self._services.showing.show_epoch(None)
        else:
            index = min(index, len(timeline) - 1)
            self._services.showing.show_epoch(timeline.frames[index].epoch)

    @Slot(bool)
    def _on_bar_play_requested(self, play: bool) -> None:
        if play:
            self._services.of(Player).play(self._index())
        else:
            self._services.of(Player).pause()
        self._bar.set_playing(self._services.of(Player).is_playing)

    @Slot(bool)
    def _on_player_playing_changed(self, playing: bool) -> None:
        self._services.showing.set_playing(playing)
        self._bar.set_playing(playing)

    # Display

    def _index(self) -> int | None:
        shown = self._services.shown
        if shown.timeline is None or shown.past_epoch is None:
            return None
        return shown.timeline.index_at(shown.past_epoch)

    def _show_timeline(self) -> None:
        timeline = self._services.shown.timeline
        self._bar.set_epochs(() if timeline is None else timeline.epochs, self._why_empty())
        self._services.of(Player).set_count(0 if timeline is None else len(timeline))
        self._text.update()
        self._show_ability()

    def _why_empty(self) -> str:
        shown = self._services.shown
        if shown.codec is None:
            return tr("Once a network is trained, every epoch can be seen again here.")
        if shown.is_live:
            return tr("The epochs appear here, unless the network is too large to keep them.")
        if shown.recorded_epochs is not None and len(shown.recorded_epochs) == 1:
            return tr(
                "This training has a single epoch to show: continue it, and more appear here."
            )
        if shown.recorded_epochs is not None:
            return tr(
                "The epochs of this network were too large to be kept: allow more memory in the"
                " menu of the speed, and train it again."
            )
        return tr("This run was saved without its epochs: train it, and they appear here.")

    @Slot()
    def _show_epoch(self) -> None:
        shown = self._services.shown
        moment, index = shown.moment, self._index()
        epoch = None
        if moment is not None and shown.timeline is not None:
            epoch = in_whole_epochs(moment).epoch
        self._bar.set_epoch(index, epoch, "" if moment is None else moment_words(moment))
        self._bar.set_fork(self._why_no_fork())

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the bar for the fields in ``changed``."""
        self.ghost.show(shown, changed)
        if changed & {"recorded_epochs", "is_live", "network"}:
            self._growth.mark()
        if changed & MOMENT:
            self._show_epoch()
            if not self._services.of(Player).is_playing:
                self._show_ability()
        elif changed & SUBJECT and not shown.is_learning:
            self._show_epoch()
        if "network" in changed:
            self._services.of(Player).pause()
            self._growth.flush()

    @Slot(str)
    def _on_runner_state_changed(self, _state: str) -> None:
        self._show_epoch()
        self._show_ability()

    @Slot(object)
    def _on_workspace_dataset_changed(self, _dataset: object) -> None:
        self._bar.set_fork(self._why_no_fork())
        self._show_ability()

    # Settings

    def _take_settings(self) -> None:
        values, player = self._services.settings.values, self._services.of(Player)
        speed, megabytes = values.get(_SPEED), values.get(_MEMORY)
        player.speed = float(speed) if speed in SPEEDS else 1.0
        player.loop = bool(values.get(_LOOP, False))
        megabytes = megabytes if megabytes in MEMORIES_MB else MEMORIES_MB[1]
        self._bar.set_speed(player.speed)
        self._bar.loop.setChecked(player.loop)
        self._bar.set_memory(int(megabytes))
        self._services.runner.timeline_bytes = int(megabytes) << 20

    def _keep(self, name: str, value: float | bool) -> None:
        self._services.settings.keep({name: value})

    @Slot(float)
    def _on_bar_speed_chosen(self, speed: float) -> None:
        self._services.of(Player).speed = speed
        self._keep(_SPEED, speed)

    @Slot(bool)
    def _on_bar_loop_chosen(self, loop: bool) -> None:
        self._services.of(Player).loop = loop
        self._keep(_LOOP, loop)

    @Slot(int)
    def _on_bar_memory_chosen(self, megabytes: int) -> None:
        self._services.runner.timeline_bytes = megabytes << 20
        self._keep(_MEMORY, megabytes)

    @Slot(str)
    def _on_bar_ghost_requested(self, key: str) -> None:
        if key == "file":
            path = dialogs.files.choose_run_file(self._window)
            if not path:
                return
            self.ghost.open(Path(path))
        else:
            self.ghost.choose(key)

    # Fork

    def _why_no_fork(self) -> str:
        services = self._services
        shown, run = services.shown, services.workspace.run
        if services.runner.is_busy:
            return tr("To go on from an earlier epoch, stop the training first.")
        if run is None or shown.timeline is None:
            return tr("To go on from an earlier epoch, train first.")
        if shown.past_epoch is None:
            return tr("To go on from an earlier epoch, choose one.")
        if not same_data(run.dataset, services.workspace.dataset):
            return tr("The data are no longer those of this training: undo that change first.")
        return ""

    @Slot()
    def fork(self) -> None:
        """Ask for one changed setting and continue the training from the displayed epoch."""
        services, index = self._services, self._index()
        run, timeline = services.workspace.run, services.shown.timeline
        if self._why_no_fork() or run is None or timeline is None or index is None:
            return
        services.of(Player).pause()
        frame = timeline.frames[index]
        from aegui.features.time.view.fork_form import ForkDialog

        dialog = ForkDialog(run.recipe, services.workspace.dataset, frame.epoch, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        resolved = dialog.resolved
        dialog.deleteLater()
        if not accepted or resolved is None:
            return
        if may_train(services, resolved, self._window, int(frame.epoch)) is None:
            return
        if not services.workspace.may_edit(resolved.recipe):
            return
        fork = Fork(int(frame.epoch), frame.row, resolved.signature)
        self.ghost.keep_newest()
        text = tr("Go on from epoch {epoch:,}", epoch=fork.epoch)
        services.workspace.edit_recipe(resolved.recipe, text)
        lineage = services.workspace.lineage()
        services.runner.start(resolved, None, run.history, timeline, fork, lineage=lineage)
