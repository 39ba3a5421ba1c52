"""Race of optimisers that learn the same task from the same initial weights.

All get the same time: the one that has used least of it is advanced next, by one chunk of its
training. An evaluation is the loss of all samples once, with or without its gradient: what scipy's
optimisers count, and equal to an epoch of the others, which see each sample once in it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping  # noqa: TC003 (read by ``fields_of``)
from dataclasses import field
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from aegui.core.choices import OneOf
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.fields import FieldWords
from aegui.core.i18n import localized, mark, retold, sentences, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.resolve import resolve
from aegui.core.recipe import GoalsSpec, ScheduleSpec
from aegui.core.recipe.errors import quoted
from aegui.core.training.loop.control import Control
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.loop.train import Training

RACERS = ("sgd", "momentum", "rmsprop", "adam", "lbfgs", "powell", "cg", "bfgs")
"""Default optimisers of a race."""
REASONS = {
    "epochs": mark("all epochs done"),
    "seconds": mark("time is up"),
    "converged": mark("converged"),
    "diverged": mark("diverged"),
    "stopped": mark("stopped"),
}
"""Why a racer has ended, marked for translation."""
_TRAIL = 160
"""Upper bound for the number of records of a racer whose weights are kept."""
_REPORTED_SECONDS = 0.15


@dataclass(frozen=True)
class RaceSpec:
    """The rules of a race."""

    optimizers: Annotated[tuple[str, ...], OneOf(OPTIMIZERS)] = RACERS
    """Keys of ``OPTIMIZERS``."""
    epochs: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        FieldWords("Epochs", "Most epochs, or iterations of scipy's optimisers, for each."),
    ] = 2_000
    seconds: Annotated[
        float, Field(ge=0.1, le=86_400), FieldWords("Seconds", "Time for each, in seconds.")
    ] = 10.0
    rates: Mapping[str, float] = field(default_factory=dict)
    """Optimiser -> learning rate; the others take the recipe's if that is its optimiser, else their
    default."""
    seed: int | None = None
    """Seed of the initial weights; None takes the recipe's."""


@dataclass(frozen=True, eq=False)
class Lane:
    """One optimiser and its progress."""

    key: str
    """Key in ``OPTIMIZERS``."""
    rate: float
    """Its learning rate; NaN if it has none."""
    epochs: NDArray[np.float64]
    """Epochs or iterations done at each record, float64 ``[n]``."""
    seconds: NDArray[np.float64]
    """Training time until then, ``[n]``."""
    evaluations: NDArray[np.float64]
    """Evaluations of the loss of all samples, ``[n]``."""
    loss: NDArray[np.float64]
    """Loss then, ``[n]``."""
    wrong: NDArray[np.float64]
    """Mean wrong pixels per sample, ``[n]``; NaN where they are not counted."""
    trail: NDArray[np.float32]
    """Weights at some of the records, float32 ``[T, P]``."""
    reason: str = ""
    """Why it has ended, a key of ``REASONS``; empty while it runs."""
    refused: str = ""
    """Translated reason why it cannot take part, see ``refusal``; empty if it can."""
    spent: float = 0.0
    """Total training time, including work after the last record."""

    @property
    def name(self) -> str:
        """Translated name, with the learning rate if it has one."""
        label = tr(OPTIMIZERS[self.key].label)
        return label if np.isnan(self.rate) else f"{label} {localized(self.rate, 'g')}"

    @property
    def refusal(self) -> str:
        """``refused`` in the current language, which may have changed since the race."""
        return retold(self.refused)

    @property
    def best_loss(self) -> float:
        """The lowest loss so far; infinity if there is none."""
        known = self.loss[np.isfinite(self.loss)]
        return float(known.min()) if len(known) else np.inf


@dataclass(frozen=True, eq=False)
class RaceState:
    """The state of a race."""

    recipe: Recipe
    """The task; the race replaces its optimiser and number of epochs."""
    spec: RaceSpec
    """The rules."""
    lanes: tuple[Lane, ...]
    """In the order of ``RaceSpec.optimizers``."""
    share: float
    """Share of the time that has passed, 0..1."""
    is_over: bool
    """Whether all have ended."""

    @property
    def standings(self) -> tuple[int, ...]:
        """Indices of the lanes, the lowest loss first."""
        racing = [at for at, lane in enumerate(self.lanes) if not lane.refused]
        return tuple(sorted(racing, key=lambda at: self.lanes[at].best_loss))


def rate_of(key: str, recipe: Recipe, spec: RaceSpec) -> float:
    """Return the learning rate of an optimiser in the race; NaN if it has none."""
    if key in SCIPY_OPTIMIZERS:
        return float("nan")
    optimizer = recipe.training.optimizer
    if key in spec.rates:
        return spec.rates[key]
    return optimizer.learning_rate if optimizer.name == key else OPTIMIZERS[key].usual_rate


def racer_recipe(key: str, recipe: Recipe, spec: RaceSpec) -> Recipe:
    """Return the recipe of one racer: the task's, with its optimiser and end conditions.

    scipy's optimisers take all samples at once; the others the batches of the recipe.
    """
    rate = rate_of(key, recipe, spec)
    changes: dict[str, object] = {"name": key}
    if not np.isnan(rate):
        changes["learning_rate"] = rate
    training = recipe.training.model_copy(
        update={
            "optimizer": recipe.training.optimizer.model_copy(update=changes),
            "epochs": spec.epochs,
            "goals": GoalsSpec(seconds=spec.seconds),
            "device": "cpu",
        }
    )
    if key in SCIPY_OPTIMIZERS:
        defaults = {"batch_size": None, "schedule": ScheduleSpec()}
        training = training.model_copy(update=defaults)
    seed = recipe.seed if spec.seed is None else spec.seed
    return recipe.model_copy(update={"training": training, "runs": 1, "seed": seed})


class _Racer:
    """An optimiser in the race and its training."""

    def __init__(self, key: str, recipe: Recipe, dataset: Dataset, spec: RaceSpec) -> None:
        self.key, self.rate = key, rate_of(key, recipe, spec)
        self.refused = ""
        self.control = Control()
        self._training: Training | None = None
        self._steps: Iterator[Training] = iter(())
        resolution = resolve(racer_recipe(key, recipe, spec), dataset)
        self.resolved: ResolvedRecipe | None = resolution.resolved
        if resolution.resolved is None:
            self.refused = sentences(*(problem.message for problem in resolution.problems))
        else:
            from aegui.core.training.loop.train import train

            self._steps = train(resolution.resolved, self.control)

    @property
    def seconds(self) -> float:
        return 0.0 if self._training is None else self._training.seconds

    @property
    def has_ended(self) -> bool:
        training = self._training
        return bool(self.refused) or (training is not None and training.finished is not None)

    def advance(self) -> None:
        """Train for one chunk; an error excludes this racer, and the others continue."""
        try:
            self._training = next(self._steps, self._training)
            if self._training is not None and self._training.finished is not None:
                # If it ended within an epoch, this records the final state.
                self._training.result()
        except AeguiError as error:
            self.refused = str(error)

    def lane(self) -> Lane:
        none = np.zeros(0)
        if self._training is None or self.refused:
            trail = np.zeros((0, 0), np.float32)
            return Lane(self.key, self.rate, none, none, none, none, none, trail, "", self.refused)
        view = self._training.history.view()
        epochs = np.array(view.epoch, np.float64)
        evaluations = epochs
        if "evaluations" in view.extra:
            evaluations = np.array(view.extra["evaluations"][:, 0], np.float64)
        frames = self._training.timeline.view().thinned(_TRAIL).frames
        size = self._training.timeline.view().layout.size
        rows = [np.asarray(frame.row[:size], np.float32) for frame in frames]
        return Lane(
            self.key,
            self.rate,
            epochs,
            np.array(view.seconds, np.float64),
            evaluations,
            np.array(view.loss[:, 0], np.float64),
            np.array(view.wrong_mean[:, 0], np.float64),
            np.stack(rows) if rows else np.zeros((0, size), np.float32),
            self._training.finished or "",
            spent=self._training.seconds,
        )


def race(
    recipe: Recipe,
    dataset: Dataset,
    spec: RaceSpec,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[RaceState]:
    """Run a race; yield its state now and then, and at the end.

    Args:
        recipe: The task: data, network, loss and penalties.
        dataset: Its samples.
        spec: The rules.
        stopped: Polled between two chunks; True ends the race in its current state.

    Raises:
        AeguiError: No optimiser can take part, or one is unknown.
    """
    check_spec(spec)
    if not recipe.is_autoencoder:
        raise AeguiError(
            tr("Optimisers race with autoencoders: choose a recipe without classifier or GAN.")
        )
    racers = [_Racer(key, recipe, dataset, spec) for key in spec.optimizers]
    if all(racer.refused for racer in racers):
        raise RecipeError(racers[0].refused)

    def state() -> RaceState:
        racing = [racer for racer in racers if not racer.refused]
        done = [1.0 if r.has_ended else min(1.0, r.seconds / spec.seconds) for r in racing]
        share = float(np.mean(done)) if done else 1.0
        is_over = all(racer.has_ended for racer in racers)
        return RaceState(recipe, spec, tuple(r.lane() for r in racers), share, is_over)

    reported = time.monotonic()
    try:
        while not all(racer.has_ended for racer in racers) and not stopped():
            going = [racer for racer in racers if not racer.has_ended]
            min(going, key=lambda racer: racer.seconds).advance()
            if time.monotonic() - reported >= _REPORTED_SECONDS:
                yield state()
                reported = time.monotonic()
    finally:
        for racer in racers:
            racer.control.stop = True
    for racer in racers:
        # Racers that were stopped record "stopped" as their reason.
        while not racer.has_ended:
            racer.advance()
    yield state()


def check_spec(spec: RaceSpec) -> None:
    """Check the rules of a race.

    Raises:
        AeguiError: There is no optimiser, one is unknown or named twice, or there is a rate for one
            that does not race, or takes none.
    """
    if not spec.optimizers:
        raise AeguiError(tr("No optimiser takes part: choose at least one."))
    for key in (*spec.optimizers, *spec.rates):
        if key not in OPTIMIZERS:
            raise AeguiError(
                tr(
                    "There is no optimiser {key}. Known: {keys}.",
                    key=key,
                    keys=", ".join(OPTIMIZERS),
                )
            )
    if len(set(spec.optimizers)) < len(spec.optimizers):
        raise AeguiError(tr("Each optimiser takes part once: one of them is named twice."))
    for key in spec.rates:
        if key not in spec.optimizers:
            raise AeguiError(
                tr("There is a learning rate for {key}, which does not take part.", key=quoted(key))
            )
        if key in SCIPY_OPTIMIZERS:
            raise AeguiError(
                tr("{key} takes no learning rate: it finds its steps itself.", key=quoted(key))
            )


def standings_table(state: RaceState) -> tuple[list[str], list[list[str]]]:
    """Return header and rows, the lowest loss first, excluded optimisers last."""
    header = [
        tr("Optimiser"),
        tr("Lowest loss"),
        tr("Wrong pixels"),
        tr("Epochs"),
        tr("Evaluations"),
        tr("Seconds"),
        tr("Ended"),
    ]
    return header, [_standing(state.lanes[at]) for at in table_order(state)]


def table_order(state: RaceState) -> list[int]:
    """Return the indices of the lanes in the order of the table."""
    standings = state.standings
    return [*standings, *(at for at in range(len(state.lanes)) if at not in standings)]


def _standing(lane: Lane) -> list[str]:
    if lane.refused:
        return [lane.name, "–", "–", "–", "–", "–", lane.refusal]
    if not len(lane.epochs):
        return [lane.name, "–", "–", "–", "–", "–", ""]
    reason = tr(REASONS[lane.reason]) if lane.reason in REASONS else lane.reason
    # The wrong pixels belong to the weights with the lowest loss.
    known = np.isfinite(lane.loss)
    wrong = float(lane.wrong[np.where(known, lane.loss, np.inf).argmin()])
    return [
        lane.name,
        localized(lane.best_loss, ".4g"),
        localized(wrong, ".2f") if np.isfinite(wrong) else "–",
        localized(float(lane.epochs[-1]), ",.0f"),
        localized(float(lane.evaluations[-1]), ",.0f"),
        localized(lane.spent, ".2f"),
        reason,
    ]
