"""The displayed network, samples and history as one value, and the difference of two of them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Literal

from aegui.core.evaluation.parts import HELD_OUT, parts_of
from aegui.core.i18n import mark, tr
from aegui.core.latent.codec import Codec
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import CorruptionSpec
from aegui.core.training.record.best import has_best_weights
from aegui.core.training.record.history import epoch_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.timeline import TimelineFrame, TimelineView
    from aegui.session.data.image_style import ImageStyle
    from aegui.session.map.codes_service import Codes
    from aegui.session.pixels.answers import Nearest

Changes = frozenset[str]
"""Names of the fields of ``Shown`` that have changed, and ``REST``."""
REST = "rest"
"""A change that says that continuous updates have ended: deferred work is due."""
WEIGHTS: Changes = frozenset({"codec", "noise", REST})
"""Changes that affect a view of the network's outputs."""
SUBJECT: Changes = WEIGHTS | {"dataset"}
"""Changes that affect a view of the network's outputs for the samples."""
MOMENT: Changes = frozenset({"network", "past", "weights", "run", "is_live", "saved", "recipe"})
"""Changes that affect a label of which weights are shown, besides the weights themselves."""

GETTING_READY = mark("The training is getting ready…")
"""What is said in place of a network whose training has begun."""

Weights = Literal["live", "best", "last", "past"]
"""Weights of a running training, the best or last of a finished one, or of a past epoch."""


@dataclass(frozen=True)
class Moment:
    """Describes which weights are shown."""

    run: int
    """Index of the run within its population."""
    runs: int
    """Number of runs in the population."""
    seed: int
    """Seed of the run."""
    weights: Weights
    """Which weights of the run."""
    epoch: float
    """Epochs that these weights were trained for."""
    epochs: float
    """Epochs that were trained in total."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The state that the window displays at one moment."""

    recipe: Recipe
    """Recipe of the network, or the draft if there is no network."""
    dataset: Dataset
    """The samples."""
    nearest: Nearest
    """Search for the samples nearest to an image."""
    noise: CorruptionSpec
    """Current training noise, including manual changes during the training."""
    network: int = 0
    """Counter of networks; after a change, views of the previous one are obsolete."""
    training: int = 0
    """Counter of networks that are not the one before, trained on, or the result of its training:
    after a change, codes of the previous one lie elsewhere."""
    codec: Codec | None = None
    """The network with the displayed weights; None if there is none yet."""
    codes: Codes | None = None
    """Codes of the samples as far as known; None if there are none yet."""
    newest: Codec | None = None
    """The network with its newest weights, whatever epoch is shown."""
    snapshot: Snapshot | None = None
    """Weights of all runs, including that of ``newest``."""
    history: HistoryView | None = None
    """The rows recorded so far; None if there are none."""
    recorded_epochs: TimelineView | None = None
    """Recorded weights of past epochs; None if there are none."""
    past: TimelineFrame | None = None
    """The past epoch that is shown; None for the newest state."""
    saved: SavedRun | None = None
    """The finished training; None before there is one."""
    last: Snapshot | None = None
    """Last weights of the finished training; None if they were not saved."""
    trained_on: Dataset | None = None
    """Dataset that the network is or was trained on; None if there is none yet."""
    run: int = 0
    """Index of the run within its population."""
    chose_run: bool = False
    """Whether the user has chosen the run."""
    weights: Literal["best", "last"] = "best"
    """Which weights of a finished training to show."""
    is_live: bool = False
    """Whether a running training is shown."""
    awaits_first: bool = False
    """Whether the first weights of the running training are still missing."""
    before: Moment | None = None
    """Weights of the previous network that stay visible until then, or None."""
    is_learning: bool = False
    """Whether the displayed network changes continuously."""

    def since(self, before: Shown) -> Changes:
        """Return the names of the fields that differ from ``before``.

        Without a network, ``codec`` is one of them if a training begins: see ``why_nothing``.
        """
        changed = frozenset(name for name in _NAMES if _differ(self, before, name))
        if self.codec is None and "is_live" in changed:
            return changed | {"codec"}
        return changed

    @property
    def image_style(self) -> ImageStyle:
        """Return how images of the dataset are rendered."""
        return self.nearest.image_style

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seeds of the runs in ``history``."""
        return tuple(range(self.recipe.seed, self.recipe.seed + self.recipe.runs))

    @property
    def timeline(self) -> TimelineView | None:
        """Return the epochs that can be shown; None if fewer than two were recorded."""
        return (
            None
            if self.recorded_epochs is None or len(self.recorded_epochs) < 2
            else self.recorded_epochs
        )

    @property
    def past_epoch(self) -> float | None:
        """Return the past epoch that is shown; None for the newest state."""
        return None if self.past is None else self.past.epoch

    @property
    def fits(self) -> bool:
        """Return whether the images of the network have the shape of those of the dataset."""
        return self.codec is not None and self.codec.image_shape == self.dataset.image_shape

    @property
    def fitting(self) -> Codec | None:
        """Return the network if it fits the dataset, else None."""
        return self.codec if self.fits else None

    def why_nothing(self, untrained: str) -> str:
        """Return why there is no network that fits the dataset; empty if there is one.

        ``untrained``: what to do while there is none and none is being trained.
        """
        if self.codec is None:
            return tr(GETTING_READY) if self.is_live else untrained
        if not self.fits:
            return tr("The images of this set do not fit the network: train it on them.")
        return ""

    @property
    def has_prior(self) -> bool:
        """Return whether codes have a normal prior to sample from."""
        return self.recipe.has_prior

    @property
    def held_out(self) -> NDArray[np.int64] | None:
        """Return the indices of the samples held out from training, int64 ``[k]``.

        None if all samples were trained on, or if the dataset is not that of the network.
        """
        training_set = self.trained_on
        if training_set is None or training_set is not self.dataset:
            return None
        return parts_of(len(training_set), self.recipe.data.split).get(HELD_OUT)

    @property
    def why_no_last(self) -> str:
        """Return why the last weights cannot be chosen; empty if they can."""
        if self.is_live:
            return tr("The newest weights are shown during training.")
        if self.saved is None:
            return tr("Nothing has been trained yet.")
        if not has_best_weights(self.recipe):
            return tr("A GAN has no best epoch: its last weights are shown.")
        if self.last is None:
            return tr("This run was saved without its last weights.")
        return ""

    @property
    def moment(self) -> Moment | None:
        """Return which weights are shown; None if there are none."""
        if self.codec is None:
            return None
        return self.before if self.is_live and self.awaits_first else self.moment_of(self.run)

    def moment_of(self, run: int) -> Moment:
        """Return which weights are shown for ``run``, or would be if it were the displayed run."""
        weights: Weights = "live" if self.is_live else self.weights
        epoch: float = 0 if self.codec is None else epoch_number(self.codec.epoch)
        results = () if self.saved is None else self.saved.results
        history, epochs = self.history, epoch
        if history is not None and len(history):
            epochs = epoch_number(float(history.epoch[-1]))
        if self.past is not None:
            weights, epoch = "past", epoch_number(self.past.epoch)
        elif weights == "best" and results:
            epoch = epoch_number(results[run].best_epoch)
        elif weights == "last":
            epoch = epochs
        if weights == "best" and not has_best_weights(self.recipe):
            weights = "last"
        return Moment(run, self.recipe.runs, self.recipe.seed + run, weights, epoch, epochs)

    def codec_of_run(self, run: int) -> Codec | None:
        """Return another run of the population at the displayed epoch; None if there is none."""
        newest, snapshot = self.newest, self.snapshot
        if self.past is not None and self.recorded_epochs is not None:
            snapshot = self.recorded_epochs.snapshot_of(self.past)
        if newest is None or snapshot is None or not 0 <= run < snapshot.runs:
            return None
        return Codec(self.recipe, newest.image_shape, snapshot, run)

    @property
    def codec_of_moment(self) -> Codec | None:
        """Return the displayed run with its weights at the displayed epoch."""
        newest = self.newest
        return newest if self.past is None or newest is None else self.codec_of_run(newest.run)


_NAMES = tuple(field.name for field in fields(Shown))


def _differ(now: Shown, before: Shown, name: str) -> bool:
    one, other = getattr(now, name), getattr(before, name)
    if isinstance(one, bool | int | str | CorruptionSpec):
        return bool(one != other)
    # Large values are compared by identity: comparing their contents would be expensive.
    return one is not other
