"""The history of a run as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.builtin import set_title
from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.network.change_words import change_lines
from aegui.core.recipe.changes import recipe_changes
from aegui.core.setup_line.writing import line_of

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.stages import LiveChange, Stage

REASONS = {
    "epochs": mark("all epochs are done"),
    "goal": mark("the goal is met"),
    "patience": mark("no more progress"),
    "seconds": mark("the time is up"),
    "stopped": mark("stopped"),
    "diverged": mark("the loss is no longer a number"),
    "converged": mark("converged: no step makes the loss smaller"),
}
"""Reasons for the end of a training, as text."""

_KINDS = {
    "train": mark("Epochs {start} to {stop}: trained from the start"),
    "continue": mark("Epochs {start} to {stop}: continued where it had ended"),
    "fork": mark("Epochs {start} to {stop}: from the weights of epoch {start}"),
}


def stage_words(stage: Stage) -> str:
    """Return one line for a stage: its epochs, what it started from, and why it ended."""
    head = tr(_KINDS[stage.kind], start=_epoch(stage.start), stop=_epoch(stage.stop))
    if stage.data:
        samples = trn("{n:,} sample", "{n:,} samples", stage.samples)
        name = set_title(stage.data)
        head = tr("{what}, {data} ({samples})", what=head, data=name, samples=samples)
    reason = REASONS.get(stage.reason)
    return head if reason is None else tr("{what}; {why}", what=head, why=tr(reason))


def settings_words(run: SavedRun, before: Stage | None, stage: Stage) -> tuple[str, ...]:
    """Describe the settings of a stage of ``run``: all of the first one, else only the changes."""
    if before is None:
        unnamed = stage.recipe.model_copy(update={"name": "", "notes": ""})
        return (tr("Set-up: {line}", line=line_of(unnamed)),)
    changes = recipe_changes(before.recipe, stage.recipe)
    shape = run.dataset.image_shape
    return change_lines(before.recipe, stage.recipe, changes, (shape, shape))


def change_words(change: LiveChange) -> str:
    """Return one line for a setting that was changed during training."""
    parts = []
    if change.learning_rate is not None:
        parts.append(tr("learning rate {rate}", rate=localized(change.learning_rate, ".6g")))
    if change.corruption is not None:
        parts.append(tr("noise: {noise}", noise=corruption_words(change.corruption)))
    if change.generator is not None:
        parts.append(tr("generator learns") if change.generator else tr("generator rests"))
    if change.discriminator is not None:
        parts.append(
            tr("discriminator learns") if change.discriminator else tr("discriminator rests")
        )
    return tr("from epoch {n} on: {what}", n=_epoch(change.epoch), what=", ".join(parts))


def unrecorded_words(run: SavedRun) -> str:
    """Describe what is not recorded of the origin of ``run``; "" if everything is."""
    if not run.results:
        return tr("Nothing has been trained yet.")
    if not run.stages:
        return trn(
            "{n:,} epoch, trained by a version of the program that kept no history of it.",
            "{n:,} epochs, trained by a version of the program that kept no history of them.",
            run.results[0].epochs,
        )
    start = run.stages[0].start
    if start <= 0:
        return ""
    return tr("What was done before epoch {n} was not recorded.", n=_epoch(start))


def _epoch(epoch: float) -> str:
    if float(epoch).is_integer():
        return localized(epoch, ",.0f")
    # A stage that ends within an epoch: as a count of epochs, not as a share of its batches.
    return localized(epoch, ",.1f" if epoch >= 1.0 else ".2g")
