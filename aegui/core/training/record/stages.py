"""Provenance of a run: its successive trainings, and what was changed while they ran."""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, FiniteFloat

from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import CorruptionSpec  # noqa: TC001  # pydantic looks at it
from aegui.core.recipe.parts import no_truth

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

StageKind = Literal["train", "continue", "fork"]
"""From untrained weights; exactly where the last stage ended; from the weights of an epoch, with
a fresh optimiser."""

MAX_STAGES = 1_000
MAX_CHANGES = 10_000
_Number = Annotated[FiniteFloat, BeforeValidator(no_truth)]
Epochs = Annotated[_Number, Field(ge=0)]


@dataclass(frozen=True)
class LiveChange:
    """Settings changed while the training ran, saved with it; None marks an unchanged setting."""

    epoch: Epochs
    """Epochs done when the change took effect."""
    learning_rate: Annotated[_Number, Field(gt=0)] | None = None
    """The base rate from then on."""
    corruption: CorruptionSpec | None = None
    """The noise from then on."""
    generator: bool | None = None
    """Whether the generator of a GAN is trained from then on."""
    discriminator: bool | None = None
    """Whether its discriminator is trained from then on."""

    def joined(self, later: LiveChange) -> LiveChange:
        """Return both changes combined; values set by ``later`` take precedence."""
        names = (one.name for one in fields(self))
        values = {name: getattr(later, name) for name in names}
        return replace(self, **{key: value for key, value in values.items() if value is not None})


@dataclass(frozen=True)
class Stage:
    """One training, from Train (or Continue, or a fork) to its end."""

    kind: StageKind
    """What it started from."""
    start: float
    """Epochs done when it began, counted from the first stage on."""
    stop: float
    """Epochs done when it ended, or when a fork branched off."""
    recipe: Recipe
    """The requested recipe; for a continued one, its epochs are those of this stage alone."""
    changes: tuple[LiveChange, ...] = ()
    """Settings changed while it ran, in order."""
    reason: str = ""
    """Why it ended (see ``Reason``); "" where a fork branched off."""
    data: str = ""
    """Name of the training set."""
    samples: int = 0
    """Number of samples in that set."""


@dataclass(frozen=True)
class Lineage:
    """What a starting training needs in order to record its provenance."""

    before: tuple[Stage, ...] = ()
    """The stages that it continues."""
    requested_recipe: Recipe | None = None
    """As the user requested it, if the recipe to be trained has more epochs."""


def until(stages: tuple[Stage, ...], epoch: float) -> tuple[Stage, ...]:
    """Return the part of ``stages`` before ``epoch``; a stage that spans it is cut there."""
    return tuple(_left_at(stage, epoch) for stage in stages if stage.start < epoch)


def _left_at(stage: Stage, epoch: float) -> Stage:
    if stage.stop <= epoch:
        return stage
    changes = tuple(change for change in stage.changes if change.epoch < epoch)
    return replace(stage, stop=epoch, changes=changes, reason="")


def set_last(stage: Stage) -> LiveChange:
    """Return the settings with which ``stage`` ended: the last value of each."""
    recipe = stage.recipe
    last = LiveChange(
        stage.start, recipe.training.optimizer.learning_rate, recipe.data.corruption, True, True
    )
    for change in stage.changes:
        last = last.joined(change)
    return last


@dataclass
class StageLog:
    """Records the current stage of a training; belongs to the training thread."""

    kind: StageKind
    start: float
    lineage: Lineage
    changes: list[LiveChange] = field(default_factory=list)

    def note(self, epoch: float, **values: Any) -> None:
        """Record a change made by the user: ``values`` are attributes of ``LiveChange``."""
        change = LiveChange(epoch, **values)
        last = self.changes[-1] if self.changes else None
        if last is not None and (last.epoch == epoch or len(self.changes) >= MAX_CHANGES):
            self.changes[-1] = last.joined(change)
        else:
            self.changes.append(change)

    def stages(
        self, stop: float, recipe: Recipe, reason: str, data: str, samples: int
    ) -> tuple[Stage, ...]:
        """Return all stages, with the current one ending at ``stop``."""
        before = until(self.lineage.before, self.start)
        if before and stop <= self.start:
            return before
        requested_recipe = self.lineage.requested_recipe or recipe
        changes = tuple(self.changes)
        now = Stage(self.kind, self.start, stop, requested_recipe, changes, reason, data, samples)
        return (*before, now)[-MAX_STAGES:]
