"""Which network, data and history the panels show at present: the run's, or the training's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.evaluation.parts import HELD_OUT, parts_of
from aegui.core.i18n import tr
from aegui.core.latent.codec import Codec
from aegui.core.training.best import has_best_weights
from aegui.core.training.history import plain_epoch
from aegui.core.training.last import last_snapshot
from aegui.core.training.stages import set_last
from aegui.session.map.codes_service import CodesService
from aegui.session.pixels.answers import Nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.history import HistoryView
    from aegui.core.training.snapshot import Snapshot
    from aegui.core.training.timeline import Frame, TimelineView
    from aegui.session.data.looks import Look
    from aegui.session.documents.workspace import Workspace
    from aegui.session.map.codes_service import Codes
    from aegui.session.training.training_runner import Pulled, TrainingRunner


Weights = Literal["live", "best", "last", "past"]
"""Those of a training under way, of a finished one, or of an epoch that was chosen."""


@dataclass(frozen=True)
class Moment:
    """Which weights are shown.

    Attributes:
        run: Number of the run within its population.
        runs: How many there are.
        seed: The seed of that run.
        weights: Which of its weights.
        epoch: Epochs that they have learnt.
        epochs: Epochs that were learnt in all.
    """

    run: int
    runs: int
    seed: int
    weights: Weights
    epoch: float
    epochs: float


class Showing(QObject):
    """Joins the document and the training under way into one thing to look at.

    While a training is under way its weights are shown, else those of the document's run: of the
    run of its population and of the weights, best or last, that a person has chosen, which stay
    chosen from one training of a document to the next; else of the best. The
    samples are those of the draft where the network can read them, so that another set is seen on
    the old map at once; else those that the network was trained on.
    """

    network_changed = Signal()
    """Other weights: ``codec`` and ``epoch`` are new; ``codes_changed`` follows."""
    codes_changed = Signal()
    """Other ``codes``: at once where that is quick, else when they have been computed."""
    dataset_changed = Signal()
    """Other samples; ``network_changed`` follows."""
    history_changed = Signal()
    """``history`` has other or more rows."""
    replaced = Signal()
    """Another network altogether: a view of the old one is of no use. Comes last."""
    epoch_changed = Signal()
    """Another ``shown_epoch``; comes after ``network_changed``."""
    timeline_changed = Signal()
    """``timeline`` has other or more epochs."""

    def __init__(
        self, workspace: Workspace, runner: TrainingRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._runner = runner
        self._live: ResolvedRecipe | None = None
        self._awaits_first = False
        self._codec: Codec | None = None
        self._codes: Codes | None = None
        self._encoder = CodesService(self)
        self._encoder.encoded.connect(self._on_encoder_encoded)
        self._history: HistoryView | None = None
        self._timeline: TimelineView | None = None
        self._past: Frame | None = None
        self._newest: Codec | None = None
        self._saved: SavedRun | None = None
        self._run = 0
        self._chosen_run: int | None = None
        self._weights: Literal["best", "last"] = "best"
        self._last: Snapshot | None = None
        self._snapshot: Snapshot | None = None
        self._is_playing = False
        self._recipe: Recipe = workspace.recipe
        self._noise: CorruptionSpec | None = None
        self._dataset: Dataset = workspace.dataset
        self._nearest = Nearest(self._dataset)
        workspace.run_changed.connect(self._on_workspace_run_changed)
        workspace.dataset_changed.connect(self._on_workspace_dataset_changed)
        runner.started.connect(self._on_runner_started)
        runner.state_changed.connect(self._on_runner_state_changed)
        runner.paused.connect(self._encode)
        self._take_run(workspace.run)
        self._encode()

    @property
    def codec(self) -> Codec | None:
        """The network that is shown; None where there is none yet."""
        return self._codec

    @property
    def dataset(self) -> Dataset:
        """The samples that are shown."""
        return self._dataset

    @property
    def recipe(self) -> Recipe:
        """The recipe of the network that is shown, or the draft's where there is none."""
        return self._recipe

    @property
    def noise(self) -> CorruptionSpec:
        """The noise that the network is trained with, as last set by hand."""
        return self._noise if self._noise is not None else self._recipe.data.corruption

    @property
    def history(self) -> HistoryView | None:
        """The rows recorded so far; None where there are none."""
        return self._history

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the runs in ``history``."""
        return tuple(range(self._recipe.seed, self._recipe.seed + self._recipe.runs))

    @property
    def timeline(self) -> TimelineView | None:
        """The epochs that can be shown; None where none were kept."""
        timeline = self._timeline
        return None if timeline is None or len(timeline) < 2 else timeline

    @property
    def shown_epoch(self) -> float | None:
        """The past epoch that is shown; None where it is the newest state."""
        return None if self._past is None else self._past.epoch

    @property
    def newest(self) -> Codec | None:
        """The network as it has become, whatever epoch is shown."""
        return self._newest

    @property
    def saved(self) -> SavedRun | None:
        """The finished training that ``moment`` is of; None before any."""
        return self._saved

    @property
    def moment(self) -> Moment | None:
        """Which weights are shown; None where there are none."""
        return None if self._codec is None else self.moment_of(self._run)

    def moment_of(self, run: int) -> Moment:
        """Which weights of ``run`` are shown, or would be if it were."""
        weights: Weights = "live" if self.is_live else self._weights
        epoch: float = 0
        if self._codec is not None and not (self.is_live and self._awaits_first):
            epoch = self._codec.epoch
        results = () if self._saved is None else self._saved.results
        history, epochs = self._history, epoch
        if history is not None and len(history):
            epochs = plain_epoch(float(history.epoch[-1]))
        if self._past is not None:
            weights, epoch = "past", plain_epoch(self._past.epoch)
        elif weights == "best" and results:
            epoch = results[run].best_epoch
        elif weights == "last":
            epoch = epochs
        if weights == "best" and not has_best_weights(self._recipe):
            weights = "last"
        return Moment(run, self._recipe.runs, self.seeds[run], weights, epoch, epochs)

    @property
    def chose_run(self) -> bool:
        """Whether the run that is shown was chosen by a person."""
        return self._chosen_run is not None

    def choose_run(self, run: int) -> None:
        """Show ``run`` of the population from now on, in this training and the next ones.

        Raises:
            IndexError: There is none.
        """
        if not 0 <= run < self._recipe.runs:
            raise IndexError(run)
        self._chosen_run = run
        if run != self._run:
            self._run = run
            self._renew()
            self.replaced.emit()

    def choose_weights(self, weights: Literal["best", "last"]) -> None:
        """Show the best or the last weights of a finished training; the past is left."""
        if weights == "last" and self.why_no_last:
            return
        was_past, self._past = self._past, None
        self._weights = weights
        self._renew()
        if was_past is not None:
            self.epoch_changed.emit()

    @property
    def why_no_last(self) -> str:
        """Why the last weights cannot be chosen; empty where they can."""
        if self.is_live:
            return tr("While it learns, the newest weights are shown.")
        if self._saved is None:
            return tr("Nothing has been trained yet.")
        if not has_best_weights(self._recipe):
            return tr("A GAN has no best moment: its last weights are shown.")
        if self._last is None:
            return tr("This run was saved without its last weights.")
        return ""

    def _renew(self) -> None:
        """Show the weights that are chosen now."""
        if self.is_live:
            if self._snapshot is not None:
                self._newest = self._codec_of(self._snapshot)
            self._codec = self._codec_of_moment()
        else:
            self._take_weights(self._saved)
        self.network_changed.emit()
        self._encode()

    def show_epoch(self, epoch: float | None) -> None:
        """Show the weights kept nearest to ``epoch``; None: the newest state, and what comes."""
        timeline = self.timeline
        past = None
        if epoch is not None and timeline is not None:
            past = timeline.frames[timeline.index_at(epoch)]
        if past is self._past:
            return
        self._past = past
        self._codec = self._codec_of_moment()
        self.network_changed.emit()
        self._encode()
        self.epoch_changed.emit()

    def codec_of_run(self, run: int) -> Codec | None:
        """Another run of the population at the epoch that is shown; None where there is none."""
        newest, snapshot = self._newest, self._snapshot
        if self._past is not None and self._timeline is not None:
            snapshot = self._timeline.snapshot_of(self._past)
        if newest is None or snapshot is None or not 0 <= run < snapshot.runs:
            return None
        return Codec(self._recipe, newest.image_shape, snapshot, run)

    def _codec_of_moment(self) -> Codec | None:
        newest = self._newest
        return newest if self._past is None or newest is None else self.codec_of_run(newest.run)

    def set_playing(self, playing: bool) -> None:
        """Whether epochs follow one another as in a film: then views need not be finished."""
        if playing != self._is_playing:
            self._is_playing = playing
            if not playing:
                self.network_changed.emit()
                self._encode()

    @property
    def is_live(self) -> bool:
        """Whether a training under way is shown."""
        return self._live is not None

    @property
    def is_learning(self) -> bool:
        """Whether the network that is shown changes all the time."""
        learns = self.is_live and self._runner.state == "running" and self._past is None
        return learns or self._is_playing

    @property
    def fits(self) -> bool:
        """Whether the network can read, or make, images like those of the set."""
        codec = self._codec
        return codec is not None and codec.image_shape == self._dataset.image_shape

    @property
    def has_prior(self) -> bool:
        """Whether codes have a normal prior, from which they can be drawn."""
        recipe = self._recipe
        return recipe.gan is not None or recipe.network.latent.kind == "gaussian"

    @property
    def codes(self) -> Codes | None:
        """The codes of the samples, as far as they are known; None where there are none yet."""
        return self._codes

    @property
    def nearest(self) -> Nearest:
        """Finds the samples nearest to an image."""
        return self._nearest

    @property
    def look(self) -> Look:
        """How the images of the set are to be seen."""
        return self._nearest.look

    @property
    def trained_on(self) -> Dataset | None:
        """The set that the network learns or has learnt from, whatever is shown; None: none yet."""
        source = self._live or self._workspace.run
        return None if source is None else source.dataset

    @property
    def held_out(self) -> NDArray[np.int64] | None:
        """Places of the samples that the network has not learnt from.

        None: all of the set was learnt, or it is another set than the network's own.
        """
        own = self.trained_on
        if own is None or own is not self._dataset:
            return None
        return parts_of(len(own), self._recipe.data.split).get(HELD_OUT)

    def shutdown(self) -> None:
        """End what is under way."""
        self._encoder.shutdown()

    def set_noise(self, noise: CorruptionSpec) -> None:
        """The noise of the training under way was changed by hand."""
        self._noise = noise
        self.network_changed.emit()

    def take(self, pulled: Pulled) -> None:
        """Show what was pulled from the training under way."""
        if self._live is None:
            return
        if self._history is None or len(pulled.history) != len(self._history):
            self._history = pulled.history
            self.history_changed.emit()
        if pulled.timeline is not self._timeline:
            self._timeline = pulled.timeline
            self.timeline_changed.emit()
        if pulled.snapshot is not None:
            self._snapshot = pulled.snapshot
            self._newest = self._codec_of(pulled.snapshot)
            if self._past is not None:
                return
            self._codec = self._newest
            self.network_changed.emit()
            self._encode()
            if self._awaits_first:
                self._awaits_first = False
                self.replaced.emit()

    def _codec_of(self, snapshot: Snapshot) -> Codec:
        """The run that is shown, with the weights of a training under way."""
        return Codec(self._recipe, self._dataset.image_shape, snapshot, self._run)

    def _take_run(self, run: SavedRun | None) -> bool:
        """Show ``run``; whether that has other samples."""
        if self._live is None or run is None or run.dataset is not self._live.dataset:
            # Another document, not what the training under way has come to.
            self._chosen_run, self._weights = None, "best"
        self._live = None
        self._noise = set_last(run.stages[-1]).corruption if run and run.stages else None
        known, self._timeline = self._timeline, None if run is None else run.timeline
        if not _is_same_training(known, self._timeline):
            self._past = None
        self._saved = run
        self._history = None if run is None else run.history
        self._recipe = self._workspace.recipe if run is None else run.recipe
        self._take_weights(run)
        return self._choose_dataset()

    def _take_weights(self, run: SavedRun | None) -> None:
        """Show the weights of ``run`` that are chosen, else the best of its best run."""
        self._last = None if run is None else last_snapshot(run)
        self._snapshot = self._newest = None
        self._run = 0
        if run is not None:
            self._run = run.best_run if self._chosen_run is None else self._chosen_run
            self._run = min(self._run, run.recipe.runs - 1)
            is_last = self._weights == "last" and self._last is not None
            self._snapshot = self._last if is_last else run.snapshot
            if self._snapshot is not None:
                shape = run.dataset.image_shape
                self._newest = Codec(run.recipe, shape, self._snapshot, self._run)
        self._codec = self._codec_of_moment()

    def _choose_dataset(self) -> bool:
        run, dataset = self._workspace.run, self._workspace.dataset
        fits = self._codec is None or self._codec.image_shape == dataset.image_shape
        if self._live is not None:
            dataset = self._live.dataset
        elif not fits and run is not None:
            dataset = run.dataset
        changed = dataset is not self._dataset
        if changed:
            self._dataset = dataset
            self._nearest = Nearest(dataset)
            self._codes = None
        return changed

    @Slot()
    @Slot(int)
    def _encode(self, _run_id: int = 0) -> None:
        """Have the samples encoded by the network that is shown."""
        codec = self._codec
        if codec is None or not self.fits:
            self._encoder.forget()
            self._codes = None
            self.codes_changed.emit()
            return
        codes = self._encoder.encode(codec, self._dataset, live=self.is_learning)
        if codes is not None:
            self._on_encoder_encoded(codes)
        elif self._codes is not None and self._codes.size != codec.latent_size:
            self._codes = None
            self.codes_changed.emit()

    @Slot(object)
    def _on_encoder_encoded(self, codes: Codes) -> None:
        self._codes = codes
        self.codes_changed.emit()

    @Slot(object)
    def _on_workspace_run_changed(self, run: SavedRun | None) -> None:
        self._announce_all(self._take_run(run))

    @Slot(object)
    def _on_workspace_dataset_changed(self, dataset: Dataset) -> None:
        if self._choose_dataset():
            self.dataset_changed.emit()
            self.network_changed.emit()
            self._encode()

    @Slot(int)
    def _on_runner_started(self, run_id: int) -> None:
        resolved = self._runner.resolved
        if resolved is None:
            return
        self._live = resolved
        if self._chosen_run is not None and self._chosen_run >= resolved.recipe.runs:
            self._chosen_run = None
        if self._run >= resolved.recipe.runs:
            self._run = 0
        self._recipe = resolved.recipe
        self._noise = None
        self._history = None
        self._timeline = None
        self._past = None
        # Weights of the old network are none of the recipe that is shown from now on.
        self._snapshot = None
        self._awaits_first = True
        # The old network stays in sight until the new one's first weights arrive, if it can read
        # the new data: the map would be empty for a moment otherwise.
        if self._codec is not None and self._codec.image_shape != resolved.dataset.image_shape:
            self._codec = self._newest = None
        if self._choose_dataset():
            self.dataset_changed.emit()
            self._encode()
        self.history_changed.emit()
        self.timeline_changed.emit()
        self.epoch_changed.emit()

    @Slot(str)
    def _on_runner_state_changed(self, state: str) -> None:
        # After "idle" the result is adopted, which announces the run; a failure leaves the old one.
        if state == "failed" and self._live is not None:
            self._announce_all(self._take_run(self._workspace.run))

    def _announce_all(self, has_other_samples: bool) -> None:
        # The map would go blank for a moment where the samples stay.
        if has_other_samples:
            self.dataset_changed.emit()
        self.history_changed.emit()
        self.network_changed.emit()
        self._encode()
        self.timeline_changed.emit()
        self.epoch_changed.emit()
        self.replaced.emit()


def _is_same_training(known: TimelineView | None, now: TimelineView | None) -> bool:
    """Whether ``now`` is of the training that ``known`` is of: they begin with one frame."""
    if known is None or now is None or not len(known) or not len(now):
        return False
    return known.frames[0] is now.frames[0]
