"""Settings that can be changed while a training runs: plain attributes, set from any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.core.training.record.timeline import BUDGET_BYTES

if TYPE_CHECKING:
    from aegui.core.recipe import CorruptionSpec

MAX_CHUNK = 1_000_000


@dataclass
class Control:
    """Live settings of a running training, read between two chunks of epochs.

    Each attribute is replaced as a whole, so that a reader in another thread sees either the old or
    the new value and no lock is needed.
    """

    learning_rate: float | None = None
    """Base rate from now on; the schedule's factors still apply. None keeps the recipe's."""
    corruption: CorruptionSpec | None = None
    """Kind, level and freshness of the noise from now on; the number of copies stays the recipe's.
    None keeps the recipe's."""
    spare_cores: int = 0
    """Cores that the training leaves to the window; read once, at the start."""
    max_chunk: int = MAX_CHUNK
    """Maximum number of epochs between two yields; 1 while stepping and in slow motion."""
    train_generator: bool = True
    """Whether the generator of a GAN is trained."""
    train_discriminator: bool = True
    """Whether its discriminator is trained."""
    timeline_bytes: int = BUDGET_BYTES
    """Memory for the weights of past epochs; read once, at the start."""
    stop: bool = False
    """Whether the training should end; long operations are then cancelled."""

    def is_stopped(self) -> bool:
        """Return whether the training should end."""
        return self.stop
