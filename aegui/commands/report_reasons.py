"""The reasons for the choices of a recipe, as printed on the method page of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import DEVICES, INITIALIZERS, SCHEDULES
from aegui.core.study.findings import MISTAKES
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from aegui.core.recipe import CorruptionSpec, Recipe


def activation_reason(recipe: Recipe) -> str:
    """Return label and purpose of each activation that is used."""
    keys = [getattr(layer, "activation", "identity") for layer in recipe.network.encoder]
    named = dict.fromkeys([*keys, recipe.network.output_activation])
    rows = (ACTIVATIONS[key] for key in named if key != "identity")
    return " ".join(f"{tr(row.label)}: {tr(row.help)}" for row in rows)


def reasons_of(recipe: Recipe) -> dict[str, str]:
    """Return the reason for each choice, by the key of its section."""
    training, noise = recipe.training, recipe.data.corruption
    goals = training.goals
    ends = any(value is not None for value in goals.model_dump().values())
    known = BUILTIN_SETS.get(recipe.data.source)
    return {
        "data": "" if known is None else tr(known.help),
        "noise": _noise_reason(noise),
        "objective": tr(LOSSES[training.loss].help),
        "optimizer": tr(OPTIMIZERS[training.optimizer.name].help),
        "schedule": tr(SCHEDULES[training.schedule.name].help),
        "start": tr(INITIALIZERS[training.initializer.name].help),
        "length": (
            tr("It ends early if a goal is reached.")
            if ends
            else tr("No goal ends it early; the best weights are kept.")
        ),
        "regularisation": (
            tr("Penalties or gradient clipping limit what is learnt.")
            if training.l1 or training.l2 or training.clip_norm is not None
            else tr("Nothing holds the weights back: the network itself limits what is learnt.")
        ),
        "repetition": tr("The same seed repeats the same training."),
        "device": tr(DEVICES[training.device].help),
    }


def _noise_reason(noise: CorruptionSpec) -> str:
    if noise.kind == "none":
        return tr("Clean images: it learns to reproduce its input.")
    if noise.clean_target:
        return tr("The input is corrupted, the target is clean: it learns to repair.")
    return tr(MISTAKES["noisy_target"].help)
