"""How a run came to be: the trainings that followed one another, and what was changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from aegui.core.recipe import CorruptionSpec, Recipe

StageKind = Literal["train", "continue", "fork"]
"""From untrained weights; exactly where the last stage ended; from the weights of an epoch, with
an optimiser that remembers nothing."""

MAX_STAGES = 1_000
MAX_CHANGES = 10_000


@dataclass(frozen=True)
class LiveChange:
    """What was set while the training ran; None is what stayed as it was.

    Attributes:
        epoch: Epochs done when it came into force.
        learning_rate: The base rate from then on.
        corruption: The noise from then on.
        generator: Whether the generator of a GAN learns from then on.
        discriminator: Whether its discriminator does.
    """

    epoch: float
    learning_rate: float | None = None
    corruption: CorruptionSpec | None = None
    generator: bool | None = None
    discriminator: bool | None = None

    def joined(self, later: LiveChange) -> LiveChange:
        """Both at once; what ``later`` sets counts."""
        names = (one.name for one in fields(self))
        values = {name: getattr(later, name) for name in names}
        return replace(self, **{key: value for key, value in values.items() if value is not None})


@dataclass(frozen=True)
class Stage:
    """One training, from Train (or Continue, or a fork) to its end.

    Attributes:
        kind: What it began with.
        start: Epochs done when it began, counted from the first stage on.
        stop: Epochs done when it ended, or when a fork left it.
        recipe: What was asked for; its epochs are those of this stage alone where it went on.
        changes: What was set while it ran, in order.
        reason: Why it ended (see ``Reason``); "" where a fork left it.
        data: Name of the set that was learnt.
        samples: How many samples that has.
    """

    kind: StageKind
    start: float
    stop: float
    recipe: Recipe
    changes: tuple[LiveChange, ...] = ()
    reason: str = ""
    data: str = ""
    samples: int = 0


@dataclass(frozen=True)
class Lineage:
    """What a training that begins has to know in order to tell its history.

    Attributes:
        before: The stages that it goes on from.
        asked: The recipe as the person has it, where the one to be trained was made longer.
    """

    before: tuple[Stage, ...] = ()
    asked: Recipe | None = None


def until(stages: tuple[Stage, ...], epoch: float) -> tuple[Stage, ...]:
    """What of ``stages`` was done before ``epoch``; there it is left."""
    return tuple(_left_at(stage, epoch) for stage in stages if stage.start < epoch)


def _left_at(stage: Stage, epoch: float) -> Stage:
    if stage.stop <= epoch:
        return stage
    changes = tuple(change for change in stage.changes if change.epoch < epoch)
    return replace(stage, stop=epoch, changes=changes, reason="")


def set_last(stage: Stage) -> LiveChange:
    """The settings with which ``stage`` ended: each as it was set last."""
    recipe = stage.recipe
    last = LiveChange(
        stage.start, recipe.training.optimizer.learning_rate, recipe.data.corruption, True, True
    )
    for change in stage.changes:
        last = last.joined(change)
    return last


@dataclass
class StageLog:
    """Writes the present stage of a training; belongs to the thread that trains."""

    kind: StageKind
    start: float
    lineage: Lineage
    changes: list[LiveChange] = field(default_factory=list)

    def note(self, epoch: float, **values: Any) -> None:
        """Something was set by hand: ``values`` are attributes of ``LiveChange``."""
        change = LiveChange(epoch, **values)
        last = self.changes[-1] if self.changes else None
        if last is not None and (last.epoch == epoch or len(self.changes) >= MAX_CHANGES):
            self.changes[-1] = last.joined(change)
        else:
            self.changes.append(change)

    def stages(
        self, stop: float, recipe: Recipe, reason: str, data: str, samples: int
    ) -> tuple[Stage, ...]:
        """All stages, with this one ending now."""
        before = until(self.lineage.before, self.start)
        if before and stop <= self.start:
            return before
        asked = self.lineage.asked or recipe
        changes = tuple(self.changes)
        now = Stage(self.kind, self.start, stop, asked, changes, reason, data, samples)
        return (*before, now)[-MAX_STAGES:]
