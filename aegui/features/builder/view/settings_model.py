"""The settings of what is learnt: objective and penalties, classifier, adversary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr, trn
from aegui.core.recipe import MAX_EPOCHS
from aegui.core.training.losses import LOSSES
from aegui.features.builder.view.setting import (
    ALMOST_ONE,
    ENDLESS,
    TINY,
    Section,
    Setting,
    reconstructs,
    uses,
)

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_PRETRAIN = "classifier.pretrain"


def _loss(recipe: Recipe) -> str:
    return recipe.training.loss


def _weighs_sparsity(recipe: Recipe) -> bool:
    return reconstructs(recipe) and recipe.training.sparsity.weight > 0


def _summary_objective(recipe: Recipe) -> str:
    if recipe.gan is not None:
        return tr("Adversarial")
    if recipe.classifier is not None:
        return tr("Cross-entropy of the classes")
    training = recipe.training
    parts = (
        (True, tr(LOSSES[training.loss].label)),
        (recipe.network.latent.kind == "gaussian", "KL"),
        (training.code_l1 > 0, tr("L1 of the code")),
        (training.sparsity.weight > 0, tr("sparsity")),
        (training.contractive > 0, tr("contraction")),
    )
    return " + ".join(words for is_used, words in parts if is_used)


OBJECTIVE = Section(
    "objective",
    mark("Objective"),
    (
        Setting(
            "training.loss",
            mark("Loss"),
            mark("What the training makes small: how far the output is from the target."),
            "choice",
            choices=LOSSES,
            shown=reconstructs,
        ),
        Setting(
            "training.huber_delta",
            mark("Delta"),
            mark("Misses larger than this count by their size, smaller ones by their square."),
            "number",
            limits=(TINY, ENDLESS),
            shown=uses(LOSSES, _loss, "huber_delta"),
        ),
        Setting(
            "training.code_l1",
            mark("L1 of the code"),
            mark("Adds this times the sizes of the code's numbers: many become zero."),
            "number",
            limits=(0.0, ENDLESS),
            shown=reconstructs,
        ),
        Setting(
            "training.sparsity.weight",
            mark("Sparsity"),
            mark("Keeps the mean activation of each unit of the code near rho; 0 is off."),
            "number",
            limits=(0.0, ENDLESS),
            shown=reconstructs,
        ),
        Setting(
            "training.sparsity.rho",
            mark("Rho"),
            mark("Share of the samples for which a unit of the code should be on."),
            "number",
            limits=(1e-6, ALMOST_ONE),
            step=0.01,
            shown=_weighs_sparsity,
        ),
        Setting(
            "training.contractive",
            mark("Contraction"),
            mark("Adds this times the squared slopes of the code against the input; 0 is off."),
            "number",
            limits=(0.0, ENDLESS),
            shown=reconstructs,
        ),
    ),
    _summary_objective,
    is_open=True,
)


def _pretrains(recipe: Recipe) -> bool:
    return recipe.classifier is not None and recipe.classifier.pretrain.epochs > 0


def _spoils(recipe: Recipe) -> bool:
    classifier = recipe.classifier
    if classifier is None or not classifier.pretrain.epochs:
        return False
    return classifier.pretrain.corruption.kind != "none"


def _summary_classifier(recipe: Recipe) -> str:
    if recipe.classifier is None:
        return ""
    epochs = recipe.classifier.pretrain.epochs
    if not epochs:
        return tr("from the start, without pre-training")
    return trn("{n:,} epoch of pre-training", "{n:,} epochs of pre-training", epochs)


CLASSIFIER = Section(
    "classifier",
    mark("Classifier"),
    (
        Setting(
            f"{_PRETRAIN}.epochs",
            mark("Epochs of pre-training"),
            mark("For each layer of the encoder, as an autoencoder of its own input; 0: none."),
            "count",
            limits=(0, MAX_EPOCHS),
        ),
        Setting(
            f"{_PRETRAIN}.learning_rate",
            mark("Its learning rate"),
            mark("Size of the steps while the layers are pre-trained."),
            "rate",
            limits=(TINY, ENDLESS),
            shown=_pretrains,
        ),
        Setting(
            f"{_PRETRAIN}.loss",
            mark("Its loss"),
            mark("How far a layer's reconstruction is from its input."),
            "choice",
            choices=LOSSES,
            shown=_pretrains,
        ),
        Setting(
            f"{_PRETRAIN}.corruption.kind",
            mark("Its noise"),
            mark("How the input of each layer is corrupted: stacked denoising autoencoders."),
            "choice",
            choices=CORRUPTIONS,
            shown=_pretrains,
        ),
        Setting(
            f"{_PRETRAIN}.corruption.level",
            mark("Level"),
            mark("Probability of each number, or sigma of Gaussian noise."),
            "level",
            limits=(0.0, 1.0),
            shown=_spoils,
        ),
        Setting(
            "classifier.frozen",
            mark("Leave the encoder as pre-trained"),
            mark("On: only the layers of the classifier learn the classes."),
            "check",
        ),
        Setting(
            "classifier.label_smoothing",
            mark("Label smoothing"),
            mark("Share of each target that is spread over all classes: less sure of itself."),
            "number",
            limits=(0.0, ALMOST_ONE),
            step=0.05,
        ),
    ),
    _summary_classifier,
    is_open=True,
    shown=lambda recipe: recipe.classifier is not None,
)

GAN = Section(
    "gan",
    mark("Discriminator"),
    (
        Setting(
            "gan.learning_rate",
            mark("Its learning rate"),
            mark("Size of the discriminator's steps; that of the generator is the optimiser's."),
            "rate",
            limits=(TINY, ENDLESS),
        ),
        Setting(
            "gan.beta1",
            mark("Its beta 1"),
            mark("How long the direction of its slopes is remembered; 0.5 is usual here."),
            "number",
            limits=(0.0, ALMOST_ONE),
            step=0.05,
        ),
        Setting(
            "gan.steps",
            mark("Steps for each of the generator"),
            mark("More steps make the discriminator stronger."),
            "count",
            limits=(1, 100),
        ),
        Setting(
            "gan.label_smoothing",
            mark("Label smoothing"),
            mark("Real images count as real to 1 minus this: the discriminator is less sure."),
            "number",
            limits=(0.0, ALMOST_ONE),
            step=0.05,
        ),
        Setting(
            "gan.noise",
            mark("Noise on its images"),
            mark("Sigma of what is added to all images that it sees: a steadier contest."),
            "number",
            limits=(0.0, ENDLESS),
            step=0.05,
        ),
        Setting(
            "gan.average",
            mark("Running mean of the weights"),
            mark("Shown and kept instead of the weights: 0.999 looks back on 1,000 steps."),
            "number",
            limits=(0.0, ALMOST_ONE),
            step=0.001,
        ),
        Setting(
            "gan.class_weight",
            mark("Weight of the classes"),
            mark(
                "The discriminator learns the classes too, and the generator to make images of "
                "one class each; 0: it knows of none."
            ),
            "number",
            limits=(0.0, ENDLESS),
            step=0.5,
        ),
    ),
    lambda recipe: (
        ""
        if recipe.gan is None
        else trn(
            "{n} step for each of the generator",
            "{n} steps for each of the generator",
            recipe.gan.steps,
        )
    ),
    is_open=True,
    shown=lambda recipe: recipe.gan is not None,
)
