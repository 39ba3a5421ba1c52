"""The settings of data and training in sections, and the conditions under which each applies.

A setting's label, range and editor are defined beside its type in the schema; this module defines
which settings form a section, and what depends on other settings. The network is not included: its
layers have cards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aegui.core.choices import Choice
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.fields import FormField, arms_of, fields_of
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.network.catalog import DEVICES, INITIALIZERS, SCHEDULES
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import Recipe
from aegui.core.recipe.edits import value_at, with_values
from aegui.core.recipe.parts import RecipePart
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable

    Condition = Callable[[Recipe], bool]

_NUMBER = ".10g"
SOURCES = {key: Choice(key, row.label, row.help) for key, row in BUILTIN_SETS.items()}
"""The built-in sets, as they are offered for selection."""


@dataclass(frozen=True)
class Setting:
    """One value of a recipe that the user sets."""

    path: str
    """Dotted path of the value in the recipe."""
    field: FormField
    """Label, help, editor and range."""
    condition: Condition
    """When it applies, beside the choices of its part. It may only depend on choices, on optional
    parts being present, and on numbers being above zero: a form evaluates it again only after such
    changes."""
    is_live: bool = False
    """Whether it may be changed while a training runs."""

    def shown(self, recipe: Recipe) -> bool:
        """Return whether it applies to ``recipe``."""
        *parents, name = self.path.split(".")
        return self.condition(recipe) and counts(value_at(recipe, ".".join(parents)), name)


@dataclass(frozen=True)
class Section:
    """Settings under one heading, with a summary that is shown while they are collapsed."""

    key: str
    title: str
    settings: tuple[Setting, ...]
    summary: Callable[[Recipe], str]
    is_open: bool = False
    shown: Condition = lambda _recipe: True


def setting_at(
    path: str, shown: Condition = lambda _recipe: True, *, is_live: bool = False, **words: Any
) -> Setting:
    """Return the setting at a dotted path of a recipe; ``words`` replace those of the schema."""
    *parents, name = path.split(".")
    part: type = Recipe
    for parent in parents:
        arms = arms_of(part.model_fields[parent].annotation)  # type: ignore[attr-defined]
        part = next(arm for arm in arms if issubclass(arm, RecipePart))
    return Setting(path, replace(fields_of(part)[name], **words), shown, is_live)


def counts(part: Any, name: str) -> bool:
    """Return whether the field ``name`` of a part is used by the choices made in that part."""
    for field in fields_of(part.__class__).values():
        if any(name in choice.parameters for choice in field.choices.values()):
            return name in field.choices[getattr(part, field.name)].parameters
    return True


def file_name(source: str) -> str:
    """Return the last component of a path, with either kind of separator."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


def _reconstructs(recipe: Recipe) -> bool:
    """Return whether the objective is that of an autoencoder."""
    return recipe.is_autoencoder


def _steps(recipe: Recipe) -> bool:
    """Return whether the optimiser uses a learning rate, rather than a line search."""
    return recipe.training.optimizer.name not in SCIPY_OPTIMIZERS


def _weighs_sparsity(recipe: Recipe) -> bool:
    return _reconstructs(recipe) and recipe.training.sparsity.weight > 0


def _has_noise(recipe: Recipe) -> bool:
    return recipe.data.corruption.kind != "none"


def _has_input(recipe: Recipe) -> bool:
    return recipe.gan is None


def _pretrains(recipe: Recipe) -> bool:
    return recipe.classifier is not None and recipe.classifier.pretrain.epochs > 0


def _corrupts_layers(recipe: Recipe) -> bool:
    noise = value_at(recipe, "classifier.pretrain.corruption.kind")
    return _pretrains(recipe) and noise != "none"


# ------------------------------------------------------------------------------- summaries


def _summary_data(recipe: Recipe) -> str:
    source = recipe.data.source
    return tr(SOURCES[source].label) if source in SOURCES else file_name(source)


def _summary_noise(recipe: Recipe) -> str:
    noise = recipe.data.corruption
    label = tr(CORRUPTIONS[noise.kind].label)
    return f"{label} {localized(noise.level, _NUMBER)}" if _has_noise(recipe) else label


def _summary_objective(recipe: Recipe) -> str:
    if recipe.gan is not None:
        return tr("Adversarial")
    if recipe.classifier is not None:
        return tr("Cross-entropy of the classes")
    training = recipe.training
    parts = (
        (True, tr(LOSSES[training.loss].label)),
        (training.edges > 0, tr("edges")),
        (recipe.network.latent.kind == "gaussian", "KL"),
        (training.code_l1 > 0, tr("L1 of the code")),
        (training.sparsity.weight > 0, tr("sparsity")),
        (training.contractive > 0, tr("contraction")),
    )
    return " + ".join(words for is_used, words in parts if is_used)


def _summary_classifier(recipe: Recipe) -> str:
    if recipe.classifier is None:
        return ""
    epochs = recipe.classifier.pretrain.epochs
    if not epochs:
        return tr("from the start, without pre-training")
    return trn("{n:,} epoch of pre-training", "{n:,} epochs of pre-training", epochs)


def _summary_gan(recipe: Recipe) -> str:
    if recipe.gan is None:
        return ""
    return trn(
        "{n} step for each of the generator",
        "{n} steps for each of the generator",
        recipe.gan.steps,
    )


def _summary_optimizer(recipe: Recipe) -> str:
    optimizer = recipe.training.optimizer
    label = tr(OPTIMIZERS[optimizer.name].label)
    rate = localized(optimizer.learning_rate, _NUMBER)
    return f"{label} {rate}" if _steps(recipe) else label


def _summary_schedule(recipe: Recipe) -> str:
    return tr(SCHEDULES[recipe.training.schedule.name].label)


def _summary_start(recipe: Recipe) -> str:
    return tr(INITIALIZERS[recipe.training.initializer.name].label)


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


def _summary_device(recipe: Recipe) -> str:
    return tr(DEVICES[recipe.training.device].label)


# -------------------------------------------------------------------------------- sections


def _all(
    where: str, *names: str, shown: Condition = lambda _recipe: True, is_live: bool = False
) -> tuple[Setting, ...]:
    return tuple(setting_at(f"{where}{name}", shown, is_live=is_live) for name in names)


_NOISE = (
    setting_at("data.corruption.kind", is_live=True),
    *_all("data.corruption.", "level", "fresh", "clean_target", shown=_has_noise, is_live=True),
    setting_at("data.corruption.copies", _has_noise),
)
_OBJECTIVE = (
    *_all("training.", "loss", "huber_delta", "edges", "code_l1", shown=_reconstructs),
    setting_at("training.sparsity.weight", _reconstructs),
    setting_at("training.sparsity.rho", _weighs_sparsity),
    setting_at("training.contractive", _reconstructs),
)
_CLASSIFIER = (
    setting_at("classifier.pretrain.epochs"),
    *_all("classifier.pretrain.", "learning_rate", "loss", shown=_pretrains),
    setting_at(
        "classifier.pretrain.corruption.kind",
        _pretrains,
        label=mark("Its noise"),
        help=mark("How the input of each layer is corrupted: stacked denoising autoencoders."),
    ),
    setting_at(
        "classifier.pretrain.corruption.level",
        _corrupts_layers,
        help=mark("Probability of each number, or sigma of Gaussian noise."),
    ),
    *_all("classifier.", "frozen", "label_smoothing"),
)
_GAN = ("learning_rate", "beta1", "steps", "label_smoothing", "noise", "average", "class_weight")
_OPTIMIZER = (
    setting_at("training.optimizer.name"),
    setting_at("training.optimizer.learning_rate", _steps, is_live=True),
    *_all("training.optimizer.", "momentum", "alpha", "beta1", "beta2", "eps", "weight_decay"),
)
_SCHEDULE = ("name", "step_epochs", "warmup_epochs", "patience_epochs", "factor", "final_factor")
_LENGTH = (
    setting_at("training.epochs"),
    setting_at("training.batch_size", _steps),
    setting_at("training.goals.max_wrong_pixels", _reconstructs),
    *_all("training.goals.", "patience_epochs", "seconds"),
)
_REGULARISATION = (
    *_all("training.", "l1", "l2", shown=_has_input),
    setting_at("training.clip_norm", _steps),
)

SAMPLES = (
    setting_at("data.count"),
    *_all("data.split.", "validation", "seed"),
    *_all("data.augment.", "flip", "shift"),
)
"""Settings of the samples that belong to no section: the data panel shows them."""

SECTIONS = (
    Section(
        "data",
        mark("Data"),
        (setting_at("data.source", choices=SOURCES), setting_at("data.chars")),
        _summary_data,
        is_open=True,
    ),
    Section("noise", mark("Noise"), _NOISE, _summary_noise, shown=_has_input),
    Section("objective", mark("Objective"), _OBJECTIVE, _summary_objective, is_open=True),
    Section(
        "classifier",
        mark("Classifier"),
        _CLASSIFIER,
        _summary_classifier,
        is_open=True,
        shown=lambda recipe: recipe.classifier is not None,
    ),
    Section(
        "gan",
        mark("Discriminator"),
        _all("gan.", *_GAN),
        _summary_gan,
        is_open=True,
        shown=lambda recipe: recipe.gan is not None,
    ),
    Section("optimizer", mark("Optimiser"), _OPTIMIZER, _summary_optimizer, is_open=True),
    Section(
        "schedule",
        mark("Schedule"),
        _all("training.schedule.", *_SCHEDULE),
        _summary_schedule,
        shown=_steps,
    ),
    Section(
        "start",
        mark("Start"),
        _all("training.initializer.", "name", "range", "std", "gain"),
        _summary_start,
    ),
    Section("length", mark("Length and goals"), _LENGTH, _summary_length, is_open=True),
    Section("regularisation", mark("Regularisation"), _REGULARISATION, _summary_regularisation),
    Section("repetition", mark("Repetition"), _all("", "seed", "runs"), _summary_repetition),
    Section("device", mark("Device"), _all("training.", "device"), _summary_device),
)
"""All sections, in display order."""
_LIVE = tuple(it.path for section in SECTIONS for it in section.settings if it.is_live)


def is_live_edit(before: Recipe, after: Recipe) -> bool:
    """Return whether a running training can follow the edit: only live settings differ."""
    return with_values(before, {path: value_at(after, path) for path in _LIVE}) == after
