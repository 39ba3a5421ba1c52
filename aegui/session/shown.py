"""Which network, samples and history are shown: one value, and what has changed of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from aegui.core.evaluation.parts import HELD_OUT, parts_of
from aegui.core.i18n import tr
from aegui.core.latent.codec import Codec
from aegui.core.recipe import CorruptionSpec
from aegui.core.training.record.best import has_best_weights
from aegui.core.training.record.history import plain_epoch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.timeline import TimelineFrame, TimelineView
    from aegui.session.data.looks import Look
    from aegui.session.map.codes_service import Codes
    from aegui.session.pixels.answers import Nearest

Changes = frozenset[str]
"""Names of the fields of ``Shown`` that have another value; and ``REST``."""
REST = "rest"
"""What changed all the time has come to rest: what was put off meanwhile is to be done."""
WEIGHTS: Changes = frozenset({"codec", "noise", REST})
"""What a view of the network's answers follows."""
SUBJECT: Changes = WEIGHTS | {"dataset"}
"""What a view of the network's answers to the samples follows."""
MOMENT: Changes = frozenset({"network", "past", "weights", "run", "is_live", "saved", "recipe"})
"""What a view of which weights are shown follows, beside the weights themselves."""

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


@dataclass(frozen=True, eq=False)
class Shown:
    """What the window shows at one moment.

    Attributes:
        recipe: That of the network, or the draft's where there is no network.
        dataset: The samples.
        nearest: Finds the samples nearest to an image.
        noise: The noise that the network is trained with, as last set by hand.
        network: Counts networks: of one altogether different a view of the old one is of no use.
        codec: The network with its weights of the moment; None where there is none yet.
        codes: The codes of the samples, as far as they are known; None where there are none yet.
        newest: The network as it has become, whatever epoch is shown.
        snapshot: The weights of all runs that ``newest`` is one of.
        history: The rows recorded so far; None where there are none.
        kept: The weights of past epochs; None where there are none.
        past: The past epoch that is shown; None where it is the newest state.
        saved: The finished training; None before any.
        last: Its last weights; None where they were not saved.
        trained_on: The set that the network learns or has learnt from; None: none yet.
        run: Number of the run within its population.
        chose_run: Whether a person chose it.
        weights: Which weights of a finished training.
        is_live: Whether a training under way is shown.
        awaits_first: Whether the first weights of that training are still to come.
        before: Which weights of the network before stay in sight until then; None: none do.
        is_learning: Whether the network that is shown changes all the time.
    """

    recipe: Recipe
    dataset: Dataset
    nearest: Nearest
    noise: CorruptionSpec
    network: int = 0
    codec: Codec | None = None
    codes: Codes | None = None
    newest: Codec | None = None
    snapshot: Snapshot | None = None
    history: HistoryView | None = None
    kept: TimelineView | None = None
    past: TimelineFrame | None = None
    saved: SavedRun | None = None
    last: Snapshot | None = None
    trained_on: Dataset | None = None
    run: int = 0
    chose_run: bool = False
    weights: Literal["best", "last"] = "best"
    is_live: bool = False
    awaits_first: bool = False
    before: Moment | None = None
    is_learning: bool = False

    def since(self, before: Shown) -> Changes:
        """What has changed since ``before``."""
        return frozenset(name for name in _NAMES if _differ(self, before, name))

    @property
    def look(self) -> Look:
        """How the images of the set are to be seen."""
        return self.nearest.look

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the runs in ``history``."""
        return tuple(range(self.recipe.seed, self.recipe.seed + self.recipe.runs))

    @property
    def timeline(self) -> TimelineView | None:
        """The epochs that can be shown; None where none were kept."""
        return None if self.kept is None or len(self.kept) < 2 else self.kept

    @property
    def past_epoch(self) -> float | None:
        """The past epoch that is shown; None where it is the newest state."""
        return None if self.past is None else self.past.epoch

    @property
    def fits(self) -> bool:
        """Whether the network can read, or make, images like those of the set."""
        return self.codec is not None and self.codec.image_shape == self.dataset.image_shape

    @property
    def fitting(self) -> Codec | None:
        """The network, where it fits the set."""
        return self.codec if self.fits else None

    @property
    def has_prior(self) -> bool:
        """Whether codes have a normal prior, from which they can be drawn."""
        return self.recipe.has_prior

    @property
    def held_out(self) -> NDArray[np.int64] | None:
        """Places of the samples that the network has not learnt from.

        None: all of the set was learnt, or it is another set than the network's own.
        """
        own = self.trained_on
        if own is None or own is not self.dataset:
            return None
        return parts_of(len(own), self.recipe.data.split).get(HELD_OUT)

    @property
    def why_no_last(self) -> str:
        """Why the last weights cannot be chosen; empty where they can."""
        if self.is_live:
            return tr("While it learns, the newest weights are shown.")
        if self.saved is None:
            return tr("Nothing has been trained yet.")
        if not has_best_weights(self.recipe):
            return tr("A GAN has no best moment: its last weights are shown.")
        if self.last is None:
            return tr("This run was saved without its last weights.")
        return ""

    @property
    def moment(self) -> Moment | None:
        """Which weights are shown; None where there are none."""
        if self.codec is None:
            return None
        return self.before if self.is_live and self.awaits_first else self.moment_of(self.run)

    def moment_of(self, run: int) -> Moment:
        """Which weights of ``run`` are shown, or would be if it were."""
        weights: Weights = "live" if self.is_live else self.weights
        epoch: float = 0 if self.codec is None else plain_epoch(self.codec.epoch)
        results = () if self.saved is None else self.saved.results
        history, epochs = self.history, epoch
        if history is not None and len(history):
            epochs = plain_epoch(float(history.epoch[-1]))
        if self.past is not None:
            weights, epoch = "past", plain_epoch(self.past.epoch)
        elif weights == "best" and results:
            epoch = plain_epoch(results[run].best_epoch)
        elif weights == "last":
            epoch = epochs
        if weights == "best" and not has_best_weights(self.recipe):
            weights = "last"
        return Moment(run, self.recipe.runs, self.recipe.seed + run, weights, epoch, epochs)

    def codec_of_run(self, run: int) -> Codec | None:
        """Another run of the population at the epoch that is shown; None where there is none."""
        newest, snapshot = self.newest, self.snapshot
        if self.past is not None and self.kept is not None:
            snapshot = self.kept.snapshot_of(self.past)
        if newest is None or snapshot is None or not 0 <= run < snapshot.runs:
            return None
        return Codec(self.recipe, newest.image_shape, snapshot, run)

    @property
    def codec_of_moment(self) -> Codec | None:
        """The run that is shown, with its weights of the epoch that is shown."""
        newest = self.newest
        return newest if self.past is None or newest is None else self.codec_of_run(newest.run)


_NAMES = tuple(field.name for field in fields(Shown))


def _differ(now: Shown, before: Shown, name: str) -> bool:
    one, other = getattr(now, name), getattr(before, name)
    if isinstance(one, bool | int | str | CorruptionSpec):
        return bool(one != other)
    # What is large is compared by being the same object.
    return one is not other
