"""The settings of data and training as a table: section, field, range, explanation, relevance.

What is learnt (objective, classifier, discriminator) is in ``settings_model``. Labels and help are
marked here and translated where they are shown. The panel is built from these tables; a new setting
of the recipe needs a new row and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.choices import Choice
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr, trn, with_marks
from aegui.core.network.catalog import INITIALIZERS, SCHEDULES
from aegui.core.recipe import MAX_EPOCHS, MAX_RUNS
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.features.builder.view.setting import (
    ALMOST_ONE,
    ENDLESS,
    MOST,
    TINY,
    Section,
    Setting,
    reconstructs,
    steps,
    uses,
)
from aegui.features.builder.view.settings_model import CLASSIFIER, GAN, OBJECTIVE
from aegui.widgets.form.fields import short_number

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

SOURCES = {key: Choice(key, row.label, row.help) for key, row in BUILTIN_SETS.items()}
"""The sets that are known by name, as they are offered."""

DEVICES = {
    "auto": Choice("auto", mark("Automatic"), mark("The graphics card where it helps.")),
    "cpu": Choice("cpu", mark("Processor (CPU)"), mark("Always there; best for small networks.")),
    "cuda": Choice("cuda", mark("Graphics card (CUDA)"), mark("For large networks and data.")),
}


def file_name(source: str) -> str:
    """The last part of a path, written on whatever system."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


def _optimizer(recipe: Recipe) -> str:
    return recipe.training.optimizer.name


def _schedule(recipe: Recipe) -> str:
    return recipe.training.schedule.name


def _initializer(recipe: Recipe) -> str:
    return recipe.training.initializer.name


def _has_noise(recipe: Recipe) -> bool:
    return recipe.data.corruption.kind != "none"


def _has_input(recipe: Recipe) -> bool:
    return recipe.gan is None


def _summary_data(recipe: Recipe) -> str:
    source = recipe.data.source
    return tr(SOURCES[source].label) if source in SOURCES else file_name(source)


def _summary_noise(recipe: Recipe) -> str:
    noise = recipe.data.corruption
    label = tr(CORRUPTIONS[noise.kind].label)
    return f"{label} {with_marks(short_number(noise.level))}" if _has_noise(recipe) else label


def _summary_optimizer(recipe: Recipe) -> str:
    optimizer = recipe.training.optimizer
    label = tr(OPTIMIZERS[optimizer.name].label)
    return (
        f"{label} {with_marks(short_number(optimizer.learning_rate))}" if steps(recipe) else label
    )


def _summary_length(recipe: Recipe) -> str:
    return trn("{n:,} epoch", "{n:,} epochs", recipe.training.epochs)


def _summary_regularisation(recipe: Recipe) -> str:
    training = recipe.training
    used = [name for name, on in (("L1", training.l1), ("L2", training.l2)) if on]
    if training.clip_norm is not None:
        used.append(tr("clipping"))
    return ", ".join(used) if used else tr("Off")


def _summary_repetition(recipe: Recipe) -> str:
    runs = trn("{n:,} run", "{n:,} runs", recipe.runs)
    return tr("{runs}, seed {seed}", runs=runs, seed=recipe.seed)


_DATA = (
    Setting(
        "data.source",
        mark("Set"),
        mark("The images to learn: a set that comes with the program, or a file of your own."),
        "source",
        choices=SOURCES,
    ),
    Setting(
        "data.chars",
        mark("Characters"),
        mark("Only these characters of the set, in this order; empty means all of them."),
        "text",
    ),
)

_NOISE = (
    Setting(
        "data.corruption.kind",
        mark("Noise on the input"),
        mark("How the input is corrupted while the target stays clean: a denoising autoencoder."),
        "choice",
        choices=CORRUPTIONS,
        is_live=True,
    ),
    Setting(
        "data.corruption.level",
        mark("Level"),
        mark("Probability of each pixel, or sigma of Gaussian noise."),
        "level",
        limits=(0.0, 1.0),
        shown=_has_noise,
        is_live=True,
    ),
    Setting(
        "data.corruption.fresh",
        mark("Fresh noise every epoch"),
        mark("Off: the noisy copies are drawn once, before the training."),
        "check",
        shown=_has_noise,
        is_live=True,
    ),
    Setting(
        "data.corruption.clean_target",
        mark("Clean target"),
        mark("Off: the target is as noisy as the input, a mistake that is here to be looked at."),
        "check",
        shown=_has_noise,
        is_live=True,
    ),
    Setting(
        "data.corruption.copies",
        mark("Noisy copies of each sample"),
        mark("How many noisy versions of every sample one epoch sees."),
        "count",
        limits=(1, 10_000),
        shown=_has_noise,
    ),
)


def _optimizer_share(path: str, label: str, explanation: str) -> Setting:
    return Setting(
        f"training.optimizer.{path}",
        label,
        explanation,
        "number",
        limits=(0.0, ALMOST_ONE),
        step=0.01,
        shown=uses(OPTIMIZERS, _optimizer, path),
    )


_OPTIMIZER = (
    Setting(
        "training.optimizer.name",
        mark("Optimiser"),
        mark("The rule by which the slopes of the loss become steps of the weights."),
        "choice",
        choices=OPTIMIZERS,
    ),
    Setting(
        "training.optimizer.learning_rate",
        mark("Learning rate"),
        mark("Size of the steps: too small is slow, too large never settles. Try 0.001 to 0.01."),
        "rate",
        limits=(TINY, ENDLESS),
        shown=steps,
        is_live=True,
    ),
    _optimizer_share(
        "momentum", mark("Momentum"), mark("Share of the last step that is kept in the next one.")
    ),
    _optimizer_share(
        "alpha",
        mark("Smoothing (alpha)"),
        mark("How long the recent size of a slope is remembered."),
    ),
    _optimizer_share(
        "beta1", mark("Beta 1"), mark("How long the direction of the slopes is remembered.")
    ),
    _optimizer_share(
        "beta2", mark("Beta 2"), mark("How long the size of the slopes is remembered.")
    ),
    Setting(
        "training.optimizer.eps",
        mark("Epsilon"),
        mark("A small number that keeps the division from blowing up."),
        "number",
        limits=(TINY, 1.0),
        shown=uses(OPTIMIZERS, _optimizer, "eps"),
    ),
    Setting(
        "training.optimizer.weight_decay",
        mark("Weight decay"),
        mark("Pulls every weight towards zero a little in each step."),
        "number",
        limits=(0.0, ENDLESS),
        shown=uses(OPTIMIZERS, _optimizer, "weight_decay"),
    ),
)

_SCHEDULE = (
    Setting(
        "training.schedule.name",
        mark("Course of the learning rate"),
        mark("How the learning rate changes while the training goes on."),
        "choice",
        choices=SCHEDULES,
    ),
    Setting(
        "training.schedule.step_epochs",
        mark("Every so many epochs"),
        mark("Epochs between two reductions of the rate."),
        "count",
        limits=(1, MOST),
        shown=uses(SCHEDULES, _schedule, "step_epochs"),
    ),
    Setting(
        "training.schedule.warmup_epochs",
        mark("Epochs of warm-up"),
        mark("Epochs in which the rate rises from almost nothing to its full size."),
        "count",
        limits=(0, MOST),
        shown=uses(SCHEDULES, _schedule, "warmup_epochs"),
    ),
    Setting(
        "training.schedule.patience_epochs",
        mark("Epochs of patience"),
        mark("Epochs without a better loss before the rate is reduced."),
        "count",
        limits=(1, MOST),
        shown=uses(SCHEDULES, _schedule, "patience_epochs"),
    ),
    Setting(
        "training.schedule.factor",
        mark("Factor"),
        mark("The rate is multiplied by this number at each reduction."),
        "number",
        limits=(1e-6, 1.0),
        step=0.05,
        shown=uses(SCHEDULES, _schedule, "factor"),
    ),
    Setting(
        "training.schedule.final_factor",
        mark("Final share of the rate"),
        mark("What is left of the starting rate in the end, or at the least."),
        "number",
        limits=(0.0, 1.0),
        step=0.01,
        shown=uses(SCHEDULES, _schedule, "final_factor"),
    ),
)


def _initializer_number(path: str, label: str, explanation: str) -> Setting:
    return Setting(
        f"training.initializer.{path}",
        label,
        explanation,
        "number",
        limits=(TINY, ENDLESS),
        shown=uses(INITIALIZERS, _initializer, path),
    )


_START = (
    Setting(
        "training.initializer.name",
        mark("First weights"),
        mark("How the weights are drawn before the first epoch."),
        "choice",
        choices=INITIALIZERS,
    ),
    _initializer_number(
        "range", mark("Range"), mark("Weights begin between minus this number and this number.")
    ),
    _initializer_number(
        "std", mark("Standard deviation"), mark("Typical size of the first weights.")
    ),
    _initializer_number("gain", mark("Gain"), mark("Multiplies the size that the rule gives.")),
)

_LENGTH = (
    Setting(
        "training.epochs",
        mark("Epochs"),
        mark("How many times every sample is seen."),
        "count",
        limits=(1, MAX_EPOCHS),
    ),
    Setting(
        "training.batch_size",
        mark("Batches of"),
        mark("Samples in each step; without a tick all of them at once, which is fastest here."),
        "count",
        limits=(1, MOST),
        default=16,
        shown=steps,
    ),
    Setting(
        "training.goals.max_wrong_pixels",
        mark("Stop at wrong pixels"),
        mark("Stop as soon as every character of every run has at most so many wrong pixels."),
        "count",
        limits=(0, MOST),
        default=0,
        shown=reconstructs,
    ),
    Setting(
        "training.goals.patience_epochs",
        mark("Stop after epochs without progress"),
        mark("Stop when no run's loss has become better for so many epochs."),
        "count",
        limits=(1, MOST),
        default=1000,
    ),
    Setting(
        "training.goals.seconds",
        mark("Stop after seconds"),
        mark("Stop when the time is up."),
        "number",
        limits=(0.001, ENDLESS),
        default=60.0,
    ),
)

_REGULARISATION = (
    Setting(
        "training.l1",
        mark("L1"),
        mark("Adds this times the sum of the weights' sizes to the loss: many become zero."),
        "number",
        limits=(0.0, ENDLESS),
        shown=_has_input,
    ),
    Setting(
        "training.l2",
        mark("L2"),
        mark("Adds half of this times the sum of the squared weights: none grows large."),
        "number",
        limits=(0.0, ENDLESS),
        shown=_has_input,
    ),
    Setting(
        "training.clip_norm",
        mark("Clip the gradient at"),
        mark("Longest step that a slope may ask for; helps when the loss explodes."),
        "number",
        limits=(TINY, ENDLESS),
        default=1.0,
        shown=steps,
    ),
)

_REPETITION = (
    Setting(
        "seed",
        mark("Seed"),
        mark("The same seed gives the same run again; 0 to 9,007,199,254,740,991."),
        "seed",
        limits=(0, 2**53 - 1),
    ),
    Setting(
        "runs",
        mark("Runs"),
        mark("So many networks are trained together, each with the next seed: mean and spread."),
        "count",
        limits=(1, MAX_RUNS),
    ),
)

_DEVICE = (
    Setting(
        "training.device",
        mark("Device"),
        mark("Where the training computes; without a usable graphics card it is the processor."),
        "choice",
        choices=DEVICES,
    ),
)

SECTIONS = (
    Section("data", mark("Data"), _DATA, _summary_data, is_open=True),
    Section("noise", mark("Noise"), _NOISE, _summary_noise, shown=_has_input),
    OBJECTIVE,
    CLASSIFIER,
    GAN,
    Section("optimizer", mark("Optimiser"), _OPTIMIZER, _summary_optimizer, is_open=True),
    Section(
        "schedule",
        mark("Schedule"),
        _SCHEDULE,
        lambda recipe: tr(SCHEDULES[_schedule(recipe)].label),
        shown=steps,
    ),
    Section(
        "start",
        mark("Start"),
        _START,
        lambda recipe: tr(INITIALIZERS[_initializer(recipe)].label),
    ),
    Section("length", mark("Length and goals"), _LENGTH, _summary_length, is_open=True),
    Section("regularisation", mark("Regularisation"), _REGULARISATION, _summary_regularisation),
    Section("repetition", mark("Repetition"), _REPETITION, _summary_repetition),
    Section(
        "device",
        mark("Device"),
        _DEVICE,
        lambda recipe: tr(DEVICES[recipe.training.device].label),
    ),
)
"""All sections, in the order in which they are shown."""
