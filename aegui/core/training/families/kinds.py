"""Choice of the family of models: stepper and meter for each kind of recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.training.engines.choice import choose_engine
from aegui.core.training.families.classifier import ClassifierMeter, ClassifierStepper, phases_of
from aegui.core.training.families.gan import GanEngine, GanStepper
from aegui.core.training.families.gan_meter import GanMeter
from aegui.core.training.families.second_order import CountingMeter, ScipyStepper
from aegui.core.training.families.steppers import stepper_of
from aegui.core.training.step.measure import choose_meter
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec
    from aegui.core.training.families.steppers import Phase, Stepper
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.measure import Measured
    from aegui.core.training.step.parameters import Parameters


class Meter(Protocol):
    """Measures a population between two steps.

    Attributes:
        measured: Number of samples whose wrong pixels ``measure`` counts; 0 if it counts none.
        reconstructs: Whether wrong pixels apply: a classifier or GAN has none.
        terms: Keys of the further figures that it records, see ``terms.py``.
    """

    measured: int
    reconstructs: bool
    terms: tuple[str, ...]

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights.

        Raises:
            Cancelled: ``cancelled`` returned True between pieces of ``PIECE_COST``.
        """

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Return wrong pixels ``[K, N]`` of all samples and further figures of the best weights.

        The wrong pixels are None if ``measure`` covers all samples, or if there are none.

        Raises:
            Cancelled: ``cancelled`` returned True.
        """


@dataclass(frozen=True, eq=False)
class Family:
    """Stepper and meter of a training, and its phases if it has several.

    ``samples`` are those of an autoencoder, whose loss is measured with noise. ``resume_note`` is a
    message for the user if a continued training differs from an uninterrupted
    one.
    """

    stepper: Stepper
    meter: Meter
    samples: Samples | None = None
    phases: tuple[Phase, ...] = ()
    resume_note: str = ""


def family_of(
    resolved: ResolvedRecipe,
    parameters: Parameters,
    corruption: CorruptionSpec,
    generator: torch.Generator,
    threads: int = 1,
) -> Family:
    """Return stepper and meter for ``resolved`` with this ``corruption``.

    Runs that are trained one after the other may be distributed over ``threads`` threads.
    """
    samples = Samples(resolved, corruption, parameters.device)
    if resolved.recipe.classifier is not None:
        return _classifier(resolved, parameters, samples, generator)
    if resolved.recipe.gan is not None:
        return _adversarial(resolved, parameters, samples, generator)
    if resolved.recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        return _second_order(resolved, parameters, samples)
    engine = choose_engine(resolved, parameters, samples, generator, threads)
    stepper = stepper_of(engine, samples.rows, resolved.recipe.training.epochs)
    return Family(stepper, choose_meter(resolved, parameters, samples), samples)


def _classifier(
    resolved: ResolvedRecipe, parameters: Parameters, samples: Samples, generator: torch.Generator
) -> Family:
    phases = phases_of(resolved)
    stepper = ClassifierStepper(resolved, parameters, samples, generator, phases)
    return Family(stepper, ClassifierMeter(resolved, samples, stepper, phases), phases=phases)


def _adversarial(
    resolved: ResolvedRecipe, parameters: Parameters, samples: Samples, generator: torch.Generator
) -> Family:
    engine = GanEngine(resolved, parameters, samples, generator)
    stepper = GanStepper(engine, samples.rows, resolved.recipe.training.epochs)
    return Family(stepper, GanMeter(resolved, parameters, samples, stepper))


def _second_order(resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> Family:
    stepper = ScipyStepper(resolved, parameters, samples)
    return Family(
        stepper,
        CountingMeter(resolved, parameters, samples, stepper),
        resume_note=tr(
            "The state of this optimiser cannot be restored exactly: it restarts from the current "
            "weights."
        ),
    )
