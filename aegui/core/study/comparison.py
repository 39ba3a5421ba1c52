"""The effect of a mistake: networks trained with it compared to networks trained without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.data.corruption import noise_of
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.data.progress import LoadProgress
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.findings import MISTAKES, with_mistake, with_noise
from aegui.core.study.noise_curves import Curves, matrix_curves
from aegui.core.study.noise_matrix import MatrixSpec, matrix_cost, noise_matrix

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import CorruptionSpec, Recipe

DEFAULT_NOISE = noise_of("flip", 0.15)
"""The noise to remove if neither the recipe nor the caller names one."""
_SHARES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
"""Levels that networks are tested with, as multiples of the one that is to be removed."""
_ROUNDING = 4


@dataclass(frozen=True)
class MistakeSpec:
    """Which mistake is examined, and how."""

    key: str
    """One of ``SWITCHED``."""
    test: CorruptionSpec | None = None
    """The noise that is to be removed; None takes that of the recipe."""
    seeds: int = 3
    """Number of networks with the mistake, and of networks without."""
    draws: int = 2_000
    """Noisy characters that each network is tested with at each level."""
    epochs: int | None = None
    """Epochs of each training; None takes those of the recipe."""


def compare_mistake(
    recipe: Recipe,
    dataset: Dataset,
    spec: MistakeSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Curves:
    """Train networks without a mistake, then with it, and test both at levels around the noise.

    Raises:
        AeguiError: The networks cannot be trained.
        Cancelled: ``cancelled`` returned true.
    """
    requested = _requested_noise(recipe, spec.test)
    correct, mistaken = (
        _tried(one, dataset, spec, requested, _part(report, index), cancelled)
        for index, one in enumerate(_both(recipe, spec, requested))
    )
    lines = (
        replace(correct.lines[0], name=tr("without the mistake")),
        replace(mistaken.lines[0], name=tr(MISTAKES[spec.key].label)),
    )
    rest = tuple(line for line in mistaken.lines if line.key != "model")
    return Curves(mistaken.kind, mistaken.levels, (*lines, *rest))


def comparison_cost(recipe: Recipe, dataset: Dataset, spec: MistakeSpec) -> Cost:
    """Estimate the cost of ``compare_mistake``: two trainings, one after the other.

    Raises:
        AeguiError: The networks cannot be trained.
    """
    requested = _requested_noise(recipe, spec.test)
    costs = [
        matrix_cost(one, dataset, _matrix_spec(one, spec, requested))
        for one in _both(recipe, spec, requested)
    ]
    larger = max(costs, key=lambda cost: cost.bytes)
    return replace(larger, seconds=sum(cost.seconds for cost in costs))


def _both(recipe: Recipe, spec: MistakeSpec, requested: CorruptionSpec) -> tuple[Recipe, Recipe]:
    """Return the recipe without the mistake, and with it."""
    right = with_noise(
        recipe,
        recipe.data.corruption.model_copy(
            update={
                "kind": requested.kind,
                "level": requested.level,
                "fresh": True,
                "clean_target": True,
            }
        ),
    )
    return right, with_mistake(right, spec.key, requested)


def _requested_noise(recipe: Recipe, test: CorruptionSpec | None) -> CorruptionSpec:
    for noise in (test, recipe.data.corruption):
        if noise is not None and noise.kind != "none" and noise.level > 0.0:
            return noise
    return DEFAULT_NOISE


def _tried(
    recipe: Recipe,
    dataset: Dataset,
    spec: MistakeSpec,
    requested: CorruptionSpec,
    report: Report | None,
    cancelled: IsCancelled | None,
) -> Curves:
    matrix_spec = _matrix_spec(recipe, spec, requested)
    curves = matrix_curves(noise_matrix(recipe, dataset, matrix_spec, report, cancelled))
    if curves is None:
        raise AeguiError(tr("There are no levels to test the networks with."))
    return curves


def _matrix_spec(recipe: Recipe, spec: MistakeSpec, requested: CorruptionSpec) -> MatrixSpec:
    """Return a matrix of one row, tested at levels around the noise that is to be removed."""
    noise = recipe.data.corruption
    most = 1.0 if CORRUPTIONS[requested.kind].is_share else 2.0 * requested.level
    levels = sorted({round(min(share * requested.level, most), _ROUNDING) for share in _SHARES})
    return MatrixSpec(
        (noise_of(noise.kind, noise.level),),
        tuple(noise_of(requested.kind, level) for level in levels),
        spec.seeds,
        spec.draws,
        epochs=spec.epochs,
    )


def _part(report: Report | None, index: int) -> Report | None:
    """Return a function that reports one of the two trainings as half of the whole."""
    if report is None:
        return None

    def tell_part(progress: LoadProgress) -> None:
        text = tr("{part} of 2: {text}", part=index + 1, text=progress.text)
        done = index * progress.total + progress.done
        report(LoadProgress(done, 2 * progress.total, text))

    return tell_part
