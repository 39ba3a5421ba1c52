"""Checks for contradictory choices, each reported with a message and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.network.chain import Problem
from aegui.core.recipe.edits import value_at
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import ClassifierSpec, Recipe

SCIPY_OPTIMIZERS = frozenset(key for key, row in OPTIMIZERS.items() if not row.lines)
"""Keys of the optimisers that take the whole objective as a function of all parameters."""
MAX_SCIPY_RUNS = 50
_MAX_SQUARE_BYTES = 2 * 2**30


def problems_of(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    """Yield what in ``recipe`` cannot be trained on ``dataset``, apart from shapes."""
    yield from _split_problems(recipe, dataset)
    yield from _output_problems(recipe)
    yield from _code_problems(recipe)
    yield from _family_problems(recipe, dataset)
    yield from _optimizer_problems(recipe)
    yield from _batch_problems(recipe, dataset)


def _split_problems(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    data, last = recipe.data, recipe.data.split.last
    if not last:
        return
    chosen = (data.chars, data.labels, data.names)
    if any(one is not None for one in chosen):
        yield Problem(
            "data.split",
            tr(
                "The last {n:,} samples are held out for validation: this works only with the "
                "whole set. Use all of its samples, or hold out a share of them.",
                n=last,
            ),
        )
    elif last >= len(dataset):
        yield Problem(
            "data.split",
            tr(
                "The last {n:,} samples are held out for validation, and there are "
                "only {total:,}: none is left to learn from.",
                n=last,
                total=len(dataset),
            ),
        )


def _output_problems(recipe: Recipe) -> Iterator[Problem]:
    loss = recipe.training.loss
    if recipe.gan is not None:
        return
    if recipe.classifier is not None:
        # It has its own objective; its layers are pre-trained with another loss.
        pretrain = recipe.classifier.pretrain
        if not pretrain.epochs:
            return
        loss = pretrain.loss
    if LOSSES[loss].of_logits and recipe.network.output_activation != "sigmoid":
        yield Problem(
            "network.output",
            tr(
                "Binary cross-entropy needs outputs between 0 and 1: choose Sigmoid for the output "
                "layer, or another loss."
            ),
        )


def _code_problems(recipe: Recipe) -> Iterator[Problem]:
    latent, training = recipe.network.latent, recipe.training
    if latent.top_k is not None and latent.top_k > latent.units:
        yield Problem(
            "network.latent",
            tr(
                "The code keeps its {k} largest numbers but has only {units}: use a smaller k or "
                "more units.",
                k=latent.top_k,
                units=latent.units,
            ),
        )
    if training.sparsity.weight and latent.activation != "sigmoid":
        yield Problem(
            "training.sparsity",
            tr(
                "The sparsity penalty compares the mean activation of each unit with rho, so the "
                "code must lie between 0 and 1: choose Sigmoid for the code."
            ),
        )
    if latent.kind == "gaussian" and (training.contractive or latent.top_k is not None):
        yield Problem(
            "network.latent",
            tr(
                "A Gaussian code is drawn at random: it goes neither with the contractive penalty "
                "nor with keeping the k largest numbers. Choose a plain code."
            ),
        )
    if recipe.network.tied and recipe.network.decoder is not None:
        yield Problem(
            "network.tied",
            tr("Tied weights need a decoder that mirrors the encoder."),
        )


def _family_problems(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    if recipe.classifier is not None and recipe.gan is not None:
        yield Problem(
            "gan", tr("A recipe is either a classifier or a GAN: switch one of them off.")
        )
    if recipe.classifier is not None:
        classes = len(set(dataset.labels))
        if classes < 2:
            yield Problem(
                "data.source",
                tr(
                    "A classifier needs at least two classes, and {name} has {n}: choose data with "
                    "labels.",
                    name=dataset.name,
                    n=classes,
                ),
            )
        yield from _classifier_problems(recipe, recipe.classifier)
    if recipe.gan is not None:
        classes = len(set(dataset.labels))
        if recipe.gan.class_weight and classes < 2:
            yield Problem(
                "gan.class_weight",
                tr(
                    "Classes need data with at least two of them, and {name} has {n}: set this "
                    "weight to 0, or choose data with labels.",
                    name=dataset.name,
                    n=classes,
                ),
            )
        yield from _gan_problems(recipe)


def _classifier_problems(recipe: Recipe, classifier: ClassifierSpec) -> Iterator[Problem]:
    training = recipe.training
    if recipe.network.latent.kind == "gaussian":
        yield Problem(
            "network.latent",
            tr("A classifier needs a plain code: choose it instead of Gaussian."),
        )
    if classifier.pretrain.epochs and recipe.network.decoder is not None:
        yield Problem(
            "classifier.pretrain",
            tr(
                "Pre-training layer by layer needs a decoder that mirrors the encoder: mirror it, "
                "or set the epochs of the pre-training to 0."
            ),
        )
    for key, weight in (
        ("edges", training.edges),
        ("code_l1", training.code_l1),
        ("sparsity", training.sparsity.weight),
        ("contractive", training.contractive),
    ):
        if weight:
            yield Problem(
                f"training.{key}",
                tr(
                    "A classifier is trained without penalties on the code and without the edges "
                    "of images: set this one to 0."
                ),
            )


def _gan_problems(recipe: Recipe) -> Iterator[Problem]:
    training, latent = recipe.training, recipe.network.latent
    if recipe.network.tied:
        yield Problem("network.tied", tr("A generator has no encoder to share its weights with."))
    if latent.kind == "gaussian" or latent.top_k is not None:
        yield Problem(
            "network.latent",
            tr(
                "The codes of a GAN are drawn from a normal distribution as they are: choose Plain."
            ),
        )
    if recipe.data.corruption.kind != "none":
        yield Problem(
            "data.corruption",
            tr(
                "A GAN has no input to corrupt: switch the noise off. What its discriminator sees "
                "can be corrupted by the noise among the settings of the GAN."
            ),
        )
    penalties = {
        "edges": training.edges,
        "code_l1": training.code_l1,
        "sparsity": training.sparsity.weight,
        "contractive": training.contractive,
        "l1": training.l1,
        "l2": training.l2,
    }
    for key, weight in penalties.items():
        if weight:
            yield Problem(
                f"training.{key}", tr("A GAN is trained without penalties: set this one to 0.")
            )


def _optimizer_problems(recipe: Recipe) -> Iterator[Problem]:
    training = recipe.training
    if training.optimizer.name not in SCIPY_OPTIMIZERS:
        return
    exact = tr("This optimiser needs the same exact objective at every call")
    if recipe.classifier is not None or recipe.gan is not None:
        yield Problem(
            "training.optimizer",
            tr("{exact}: use Adam for classifiers and GANs.", exact=exact),
        )
    random = recipe.network.latent.kind == "gaussian" or (
        recipe.data.corruption.kind != "none" and recipe.data.corruption.fresh
    )
    network = recipe.network
    dropout = any(
        getattr(layer, "dropout", 0.0) or layer.kind == "dropout"
        for layer in (*network.encoder, network.latent, *(network.decoder or ()))
    )
    if random or dropout or recipe.data.augment.active:
        yield Problem(
            "training.optimizer",
            tr(
                "{exact}: switch off fresh noise, dropout, augmentation and the Gaussian code, or "
                "use Adam.",
                exact=exact,
            ),
        )
    if training.batch_size is not None:
        yield Problem(
            "training.batch_size", tr("{exact}: use the full batch, or Adam.", exact=exact)
        )
    if recipe.runs > MAX_SCIPY_RUNS:
        yield Problem(
            "runs",
            tr(
                "This optimiser trains one run after the other: use at most {n} runs, or Adam.",
                n=MAX_SCIPY_RUNS,
            ),
        )


def _batch_problems(recipe: Recipe, dataset: Dataset) -> Iterator[Problem]:
    """Check for batch normalisation of single samples, which subtracts each sample from itself."""
    if recipe.training.batch_size != 1 and len(dataset) > 1:
        return
    for where in ("network.encoder", "network.decoder", "classifier.hidden", "gan.discriminator"):
        for index, layer in enumerate(value_at(recipe, where) or ()):
            if layer.kind == "batch_norm":
                yield Problem(
                    f"{where}.{index}",
                    tr(
                        "Batch norm compares the samples of a batch, and here there is one in "
                        "each: use Layer norm, or larger batches."
                    ),
                )


def square_problem(recipe: Recipe, parameters: int) -> Problem | None:
    """Check the memory of optimisers that keep a matrix over the ``parameters`` of a run."""
    copies = OPTIMIZERS[recipe.training.optimizer.name].squares
    size = 8 * copies * parameters**2 * recipe.runs
    if size <= _MAX_SQUARE_BYTES:
        return None
    return Problem(
        "training.optimizer",
        tr(
            "This optimiser keeps a number for each pair of the {n:,} parameters, {size:,.0f} GB "
            "in all: use L-BFGS-B, CG or Adam, fewer runs, or a smaller network.",
            n=parameters,
            size=max(1, size / 2**30),
        ),
    )
