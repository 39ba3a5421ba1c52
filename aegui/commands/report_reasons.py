"""Sentences of a report: why a recipe chose so, how training ended, what is confused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.classes import PARTS, classified, part_to_judge
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.i18n import localized, tr, trn
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import DEVICES, INITIALIZERS, SCHEDULES
from aegui.core.study.findings import MISTAKES
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.best import has_best_weights
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from aegui.commands.opened import OpenedRun
    from aegui.core.recipe import ClassifierSpec, Recipe
    from aegui.core.training.record.history import HistoryView


def activation_reason(recipe: Recipe) -> str:
    """Return label and purpose of each activation that is used."""
    keys = [getattr(layer, "activation", "identity") for layer in recipe.network.encoder]
    named = dict.fromkeys([*keys, recipe.network.output_activation])
    rows = (ACTIVATIONS[key] for key in named if key != "identity")
    return " ".join(f"{tr(row.label)}: {tr(row.help)}" for row in rows)


def reasons_of(recipe: Recipe) -> dict[str, str]:
    """Return the reason for each choice, by the key of its section."""
    training = recipe.training
    goals = training.goals
    ends = any(value is not None for value in goals.model_dump().values())
    known = BUILTIN_SETS.get(recipe.data.source)
    return {
        "data": "" if known is None else tr(known.help),
        "noise": _noise_reason(recipe),
        "objective": _objective_reason(recipe),
        "classifier": "" if recipe.classifier is None else _classifier_reason(recipe.classifier),
        "optimizer": tr(OPTIMIZERS[training.optimizer.name].help),
        "schedule": tr(SCHEDULES[training.schedule.name].help),
        "start": tr(INITIALIZERS[training.initializer.name].help),
        "length": _length_reason(recipe, ends),
        "regularisation": (
            tr("Penalties or gradient clipping limit what is learnt.")
            if training.l1 or training.l2 or training.clip_norm is not None
            else tr("Nothing holds the weights back: the network itself limits what is learnt.")
        ),
        "repetition": tr("The same seed repeats the same training."),
        "device": tr(DEVICES[training.device].help),
    }


def _noise_reason(recipe: Recipe) -> str:
    noise = recipe.data.corruption
    if recipe.classifier is not None:
        return (
            tr("Clean images: it learns their classes.")
            if noise.kind == "none"
            else tr("The input is corrupted: it learns the classes of noisy images too.")
        )
    if noise.kind == "none":
        return tr("Clean images: it learns to reproduce its input.")
    if noise.clean_target:
        return tr("The input is corrupted, the target is clean: it learns to repair.")
    return tr(MISTAKES["noisy_target"].help)


def _objective_reason(recipe: Recipe) -> str:
    if recipe.gan is not None:
        return tr("Two networks compete: each has a loss of its own.")
    if recipe.classifier is not None:
        return tr("The negative log-probability that the network gives to the true class.")
    return tr(LOSSES[recipe.training.loss].help)


def _classifier_reason(classifier: ClassifierSpec) -> str:
    if not classifier.pretrain.epochs:
        return tr("All layers learn the classes from the start.")
    if classifier.frozen:
        return tr("Each layer learns to reconstruct its input; then the classes are learnt on top.")
    return tr("Each layer learns to reconstruct its input; then all of them learn the classes.")


def _length_reason(recipe: Recipe, ends: bool) -> str:
    if ends:
        return tr("It ends early if a goal is reached.")
    if has_best_weights(recipe):
        return tr("No goal ends it early; the best weights are kept.")
    return tr("No goal ends it early; the last weights are kept.")


def confusion_words(run: OpenedRun) -> str:
    """Return the accuracy of a classifier and its most frequent confusion, as one line."""
    part, indices = part_to_judge(run, None)
    found = classified(run, indices)
    words = tr(
        "{accuracy:.2%} right of {n:,} samples ({part})",
        accuracy=found.accuracy,
        n=len(found),
        part=tr(PARTS[part]),
    )
    mistakes = np.where(np.eye(len(found.classes), dtype=bool), 0, found.confusion)
    if not mistakes.any():
        return words
    true, predicted = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return tr(
        "{words}; the most frequent mistake is {true} taken for {taken}, {n:,} times",
        words=words,
        true=label_name(found.classes[true]),
        taken=label_name(found.classes[predicted]),
        n=int(mistakes.max()),
    )


def curves_words(run: OpenedRun) -> str:
    """Return how the losses of a training ended, and the epoch of the weights."""
    history = run.saved.history
    assert history is not None
    if run.saved.recipe.gan is not None:
        return _adversaries_words(run, history)
    # Layers that are pre-trained have losses of their own.
    first = int(np.isfinite(history.trained_loss[:, run.codec.run]).argmax())
    before = int(history.epoch[first - 1]) if first else 0
    epochs = int(history.epoch[-1]) - before
    loss = np.asarray(history.loss)[first:, run.codec.run]
    ends = {"first": localized(float(loss[0]), ".3g"), "last": localized(float(loss[-1]), ".3g")}
    if loss[-1] < loss[0]:
        words = trn(
            "The loss falls from {first} to {last} in {n:,} epoch; these weights are those of "
            "epoch {epoch:,}",
            "The loss falls from {first} to {last} in {n:,} epochs; these weights are those of "
            "epoch {epoch:,}",
            epochs,
            **ends,
            epoch=run.codec.epoch,
        )
    else:
        words = trn(
            "The loss does not fall: it is {first} at first and {last} after {n:,} epoch; these "
            "weights are those of epoch {epoch:,}",
            "The loss does not fall: it is {first} at first and {last} after {n:,} epochs; these "
            "weights are those of epoch {epoch:,}",
            epochs,
            **ends,
            epoch=run.codec.epoch,
        )
    if not before:
        return words
    return words + trn(
        "; the first {n:,} epoch was pre-training",
        "; the first {n:,} epochs were pre-training",
        before,
    )


def _adversaries_words(run: OpenedRun, history: HistoryView) -> str:
    """Return how the two networks of a GAN keep up with each other: neither loss has to fall."""
    return trn(
        "After {n:,} epoch the discriminator gives real images a probability of {real} of being "
        "real, generated ones {generated}; these weights are those of epoch {epoch:,}",
        "After {n:,} epochs the discriminator gives real images a probability of {real} of being "
        "real, generated ones {generated}; these weights are those of epoch {epoch:,}",
        int(history.epoch[-1]),
        real=localized(float(history.extra["real_score"][-1, run.codec.run]), ".0%"),
        generated=localized(float(history.extra["fake_score"][-1, run.codec.run]), ".0%"),
        epoch=run.codec.epoch,
    )
