"""Decides which run is displayed: that of the document, or the running training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal, Slot

from aegui.core.latent.codec import Codec
from aegui.core.training.record.last import last_snapshot
from aegui.core.training.record.stages import set_last
from aegui.session.jobs.service import Service
from aegui.session.map.codes_service import CodesService
from aegui.session.pixels.answers import Nearest
from aegui.session.shown import REST, Changes, Shown

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.timeline import TimelineView
    from aegui.session.documents.workspace import Workspace
    from aegui.session.map.codes_service import Codes
    from aegui.session.training.training_runner import Pulled, TrainingRunner


class Showing(Service):
    """Combines the document and the running training into one value to display.

    While a training runs, its current weights are shown; otherwise those of the document's run, by
    default the best weights of the best run. A run of the population or a kind of weights (best or
    last) that the user has chosen stays chosen across the trainings of a document. The samples are
    those of the draft if the network can encode them, so that a new dataset appears on the existing
    map at once; otherwise those that the network was trained on.
    """

    changed = Signal(object, object)
    """Emitted with the new ``Shown`` and its ``Changes``, once for all changes made together.

    Changes that a slot makes in turn are emitted after all slots have received the first ones.
    """

    def __init__(self, workspace: Workspace, runner: TrainingRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._is_playing = False
        self._is_telling = False
        self._reported = self.shown = Shown(
            recipe=workspace.recipe,
            dataset=workspace.dataset,
            nearest=Nearest(workspace.dataset),
            noise=workspace.recipe.data.corruption,
        )
        self._extra: Changes = frozenset()
        self._encoder = CodesService(self)
        self._encoder.encoded.connect(self._on_encoder_encoded)
        workspace.run_changed.connect(self._on_workspace_run_changed)
        workspace.dataset_changed.connect(self._on_workspace_dataset_changed)
        runner.started.connect(self._on_runner_started)
        runner.state_changed.connect(self._on_runner_state_changed)
        runner.paused.connect(self._on_runner_paused)
        self._emit(_encoded(self._encoder, self._of_run(workspace.run)))

    # Choices of the user

    def choose_run(self, run: int) -> None:
        """Show ``run`` of the population in this training and the following ones.

        Raises:
            IndexError: The population has no such run.
        """
        if not 0 <= run < self.shown.recipe.runs:
            raise IndexError(run)
        shown = replace(self.shown, chose_run=True)
        if run != shown.run:
            another = _another(shown, shown.training + 1)
            shown = self._renewed(replace(another, run=run))
        self._emit(shown)

    def choose_weights(self, weights: Literal["best", "last"]) -> None:
        """Show the best or the last weights of a finished training, and leave any past epoch."""
        if weights == "best" or not self.shown.why_no_last:
            self._emit(self._renewed(replace(self.shown, past=None, weights=weights)))

    def show_epoch(self, epoch: float | None) -> None:
        """Show the recorded weights nearest to ``epoch``; None returns to the newest state."""
        timeline = self.shown.timeline
        past = None
        if epoch is not None and timeline is not None:
            past = timeline.frames[timeline.index_at(epoch)]
        if past is not self.shown.past:
            shown = replace(self.shown, past=past)
            self._emit(self._encode(replace(shown, codec=shown.codec_of_moment)))

    def set_playing(self, playing: bool) -> None:
        """Set whether epochs are being played as a film, during which views may stay unrefined."""
        if playing != self._is_playing:
            self._is_playing = playing
            if playing:
                self._emit(self.shown)
            else:
                self._emit(self._encode(self.shown), REST)

    def set_noise(self, noise: CorruptionSpec) -> None:
        """Set the noise of the running training, after a manual change."""
        self._emit(replace(self.shown, noise=noise))

    # Changes of the session

    def take(self, pulled: Pulled) -> None:
        """Show the state that was pulled from the running training."""
        shown = self.shown
        if not shown.is_live or (shown.awaits_first and pulled.snapshot is None):
            # Until the first weights arrive, the previous network stays visible.
            return
        if shown.history is None or _extent(pulled.history) != _extent(shown.history):
            shown = replace(shown, history=pulled.history)
        if pulled.timeline is not shown.recorded_epochs:
            shown = replace(shown, recorded_epochs=pulled.timeline)
        if pulled.snapshot is not None:
            newest = _live_codec(shown, pulled.snapshot)
            shown = replace(shown, snapshot=pulled.snapshot, newest=newest)
            if shown.past is None:
                if shown.awaits_first:
                    is_other = not self._runner.is_continuation
                    shown = _another(shown, shown.training + is_other)
                shown = replace(shown, codec=newest, awaits_first=False)
                shown = self._encode(shown)
        self._emit(shown)

    @Slot(object)
    def _on_workspace_run_changed(self, run: SavedRun | None) -> None:
        # Encode first: the map would be blank for a moment although the samples stay the same.
        shown = self._encode(self._of_run(run))
        is_other = not _is_result(self.shown, shown)
        self._emit(_another(shown, shown.training + is_other))

    @Slot(object)
    def _on_workspace_dataset_changed(self, _dataset: Dataset) -> None:
        shown = self._with_dataset(self.shown)
        if shown is not self.shown:
            self._emit(self._encode(shown))

    @Slot(int)
    def _on_runner_started(self, _run_id: int) -> None:
        resolved, shown = self._runner.resolved, self.shown
        if resolved is None:
            return
        recipe, dataset = resolved.recipe, resolved.dataset
        is_there = shown.run < recipe.runs
        shown = replace(
            shown,
            is_live=True,
            recipe=recipe,
            trained_on=dataset,
            noise=recipe.data.corruption,
            run=shown.run if is_there else 0,
            chose_run=shown.chose_run and is_there,
            history=None,
            recorded_epochs=None,
            past=None,
            # Weights of the old network do not match the recipe that is shown from now on.
            snapshot=None,
            awaits_first=True,
            before=shown.moment,
        )
        # The old network stays visible until the first weights of the new one arrive, if it can
        # encode the new data: the map would be empty for a moment otherwise.
        if shown.codec is not None and shown.codec.image_shape != dataset.image_shape:
            shown = replace(shown, codec=None, newest=None)
        with_samples = self._with_dataset(shown)
        self._emit(shown if with_samples is shown else self._encode(with_samples))

    @Slot(str)
    def _on_runner_state_changed(self, state: str) -> None:
        # After "idle" the result is adopted, which emits ``run_changed``; a failure emits nothing.
        if state == "failed" and self.shown.is_live:
            self._on_workspace_run_changed(self._workspace.run)
        else:
            self._emit(self.shown)

    @Slot(int)
    def _on_runner_paused(self, _run_id: int) -> None:
        self._emit(self._encode(self.shown), REST)

    @Slot(object)
    def _on_encoder_encoded(self, codes: Codes) -> None:
        self._emit(replace(self.shown, codes=codes))

    # Derived state

    def _of_run(self, run: SavedRun | None) -> Shown:
        """Return the state that displays ``run``."""
        shown = self.shown
        if not shown.is_live or run is None or run.dataset is not shown.trained_on:
            # Another document, not the result of the running training.
            shown = replace(shown, chose_run=False, weights="best")
        timeline = None if run is None else run.timeline
        recipe = self._workspace.recipe if run is None else run.recipe
        staged = set_last(run.stages[-1]).corruption if run is not None and run.stages else None
        shown = replace(
            shown,
            is_live=False,
            saved=run,
            recipe=recipe,
            noise=staged or recipe.data.corruption,
            trained_on=None if run is None else run.dataset,
            history=None if run is None else run.history,
            recorded_epochs=timeline,
            past=shown.past if _is_same_training(shown.recorded_epochs, timeline) else None,
        )
        return self._with_dataset(self._with_weights(shown))

    def _renewed(self, shown: Shown) -> Shown:
        """Return ``shown`` with the chosen run and weights."""
        if not shown.is_live:
            return self._encode(self._with_weights(shown))
        if shown.snapshot is not None:
            shown = replace(shown, newest=_live_codec(shown, shown.snapshot))
        return self._encode(replace(shown, codec=shown.codec_of_moment))

    def _with_weights(self, shown: Shown) -> Shown:
        """Return ``shown`` with the chosen weights of the finished training, or its best ones."""
        saved = shown.saved
        if saved is None:
            return replace(shown, last=None, snapshot=None, newest=None, codec=None, run=0)
        last = last_snapshot(saved)
        run = shown.run if shown.chose_run else saved.best_run
        run = min(run, saved.recipe.runs - 1)
        snapshot = last if shown.weights == "last" and last is not None else saved.snapshot
        newest = None
        if snapshot is not None:
            newest = Codec(saved.recipe, saved.dataset.image_shape, snapshot, run)
        shown = replace(shown, last=last, snapshot=snapshot, newest=newest, run=run)
        return replace(shown, codec=shown.codec_of_moment)

    def _with_dataset(self, shown: Shown) -> Shown:
        """Return ``shown`` with the samples of the network; the same object if it has them."""
        run, dataset = self._workspace.run, self._workspace.dataset
        fits = shown.codec is None or shown.codec.image_shape == dataset.image_shape
        if shown.is_live and shown.trained_on is not None:
            dataset = shown.trained_on
        elif not fits and run is not None:
            dataset = run.dataset
        if dataset is shown.dataset:
            return shown
        return replace(shown, dataset=dataset, nearest=Nearest(dataset), codes=None)

    def _encode(self, shown: Shown) -> Shown:
        """Return ``shown`` with its samples encoded by the displayed network, or queued for it."""
        return _encoded(self._encoder, self._lively(shown))

    def _lively(self, shown: Shown) -> Shown:
        """Return ``shown`` with ``is_learning`` set according to the runner and playback."""
        learns = shown.is_live and self._runner.state == "running" and shown.past is None
        return replace(shown, is_learning=learns or self._is_playing)

    def _emit(self, shown: Shown, *extra: str) -> None:
        self.shown = self._lively(shown)
        self._extra |= set(extra)
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while changes := self.shown.since(self._reported) | self._extra:
                self._reported, self._extra = self.shown, frozenset()
                self.changed.emit(self.shown, changes)
        finally:
            self._is_telling = False


def _encoded(encoder: CodesService, shown: Shown) -> Shown:
    """Return ``shown`` with the codes of its samples, if they are available immediately."""
    codec = shown.fitting
    if codec is None:
        encoder.forget()
        return replace(shown, codes=None)
    is_past = shown.past is not None
    codes = encoder.encode(codec, shown.dataset, live=shown.is_learning, is_past=is_past)
    if codes is not None:
        return replace(shown, codes=codes)
    is_other_size = shown.codes is not None and shown.codes.size != codec.latent_size
    return replace(shown, codes=None) if is_other_size else shown


def _live_codec(shown: Shown, snapshot: Snapshot) -> Codec:
    """Return the displayed run with the weights of the running training."""
    return Codec(shown.recipe, shown.dataset.image_shape, snapshot, shown.run)


def _extent(history: HistoryView) -> tuple[int, list[float]]:
    """Return number and last epoch of the rows: rows of a restarted epoch are dropped."""
    return len(history), history.epoch[-1:].tolist()


def _another(shown: Shown, training: int) -> Shown:
    """Return ``shown`` with another network, which belongs to ``training``."""
    return replace(shown, network=shown.network + 1, training=training)


def _is_result(before: Shown, now: Shown) -> bool:
    """Return whether ``now`` shows the result of the training that ``before`` shows.

    Or completes it with the last measurements.
    """
    if before.run != now.run or now.saved is None or before.trained_on is not now.trained_on:
        return False
    if before.saved is not None and not before.is_live:
        point = before.saved.checkpoint
        return point is not None and now.saved.checkpoint is point
    return before.is_live and not before.awaits_first and now.recipe is before.recipe


def _is_same_training(known: TimelineView | None, now: TimelineView | None) -> bool:
    """Return whether both timelines are of the same training: they share their first frame."""
    if known is None or now is None or not len(known) or not len(now):
        return False
    return known.frames[0] is now.frames[0]
