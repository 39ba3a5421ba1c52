"""The kinds of models of the course as combinations of a recipe's parts.

No kind is a special case of the recipe: each is a combination of code, noise, penalties and family,
set here in one step, and can be edited further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.core.choices import Choice, table
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = table(
    Choice(
        "autoencoder",
        mark("Autoencoder"),
        mark("Through a narrow code and back: the image itself is the target."),
    ),
    Choice(
        "variational",
        mark("Variational"),
        mark("The code is drawn around a mean: a map without holes, new images from noise."),
    ),
    Choice(
        "denoising",
        mark("Denoising"),
        mark("The input is corrupted, the target is clean: it learns to repair."),
    ),
    Choice(
        "sparse",
        mark("Sparse"),
        mark("Few units of the code are active at a time; it may be wide."),
    ),
    Choice(
        "contractive",
        mark("Contractive"),
        mark("The code responds little to small changes of the input."),
    ),
    Choice(
        "classifier",
        mark("Classifier"),
        mark("The encoder, trained layer by layer, then predicts the class of an image."),
    ),
    Choice(
        "gan",
        mark("GAN"),
        mark("The decoder makes images from noise and learns from a discriminator."),
    ),
)
"""In display order."""

NOISE = {"kind": "salt_pepper", "level": 0.1}
SPARSITY_WEIGHT = 0.05
CONTRACTIVE_WEIGHT = 0.01
_GAN_OPTIMIZER = {"name": "adam", "learning_rate": 0.0002, "beta1": 0.5}
_GAN_BATCH = 64


def kind_of(recipe: Recipe) -> str:
    """Return the key of ``KINDS`` that describes ``recipe`` best."""
    latent, training = recipe.network.latent, recipe.training
    if recipe.gan is not None:
        return "gan"
    if recipe.classifier is not None:
        return "classifier"
    if latent.kind == "gaussian":
        return "variational"
    if training.contractive:
        return "contractive"
    if training.sparsity.weight or training.code_l1 or latent.top_k is not None:
        return "sparse"
    return "denoising" if recipe.data.corruption.kind != "none" else "autoencoder"


def with_kind(recipe: Recipe, key: str) -> Recipe:
    """Return ``recipe`` converted to the kind ``key``; settings of other kinds are disabled."""
    if kind_of(recipe) == key:
        return recipe
    content = recipe.model_dump()
    _make_autoencoder(content, recipe)
    makers: dict[str, Callable[[dict[str, Any]], None]] = {
        "variational": _make_variational,
        "denoising": _make_denoising,
        "sparse": _make_sparse,
        "contractive": _make_contractive,
        "classifier": _make_classifier,
        "gan": _make_gan,
    }
    if key in makers:
        makers[key](content)
    return Recipe.model_validate(content)


def composition(recipe: Recipe) -> tuple[str, ...]:
    """Return the translated parts that ``recipe`` adds to a plain autoencoder."""
    latent, training, noise = recipe.network.latent, recipe.training, recipe.data.corruption
    parts = (
        (latent.kind == "gaussian", tr("Gaussian code")),
        (latent.top_k is not None, tr("{k} largest numbers kept", k=latent.top_k or 0)),
        (noise.kind != "none", tr(CORRUPTIONS[noise.kind].label)),
        (training.edges > 0, tr("edges")),
        (training.sparsity.weight > 0, tr("sparsity")),
        (training.code_l1 > 0, tr("L1 of the code")),
        (training.contractive > 0, tr("contraction")),
        (training.l1 > 0, "L1"),
        (training.l2 > 0, "L2"),
        (recipe.network.tied, tr("tied weights")),
        (recipe.classifier is not None, tr("classifier")),
        (recipe.gan is not None, tr("adversary")),
    )
    return tuple(words for is_used, words in parts if is_used)


def _make_autoencoder(content: dict[str, Any], recipe: Recipe) -> None:
    latent, training = content["network"]["latent"], content["training"]
    if kind_of(recipe) == "sparse" and latent["activation"] == "sigmoid":
        latent["activation"] = "identity"
    latent.update(kind="plain", top_k=None)
    training.update(code_l1=0.0, contractive=0.0)
    training["sparsity"]["weight"] = 0.0
    content["data"]["corruption"].update(kind="none", level=0.0)
    content.update(classifier=None, gan=None)


def _with_random_numbers(content: dict[str, Any]) -> None:
    """Replace optimisers that need an exact objective by Adam."""
    if content["training"]["optimizer"]["name"] in SCIPY_OPTIMIZERS:
        content["training"]["optimizer"]["name"] = "adam"


def _make_variational(content: dict[str, Any]) -> None:
    _with_random_numbers(content)
    content["network"]["latent"].update(kind="gaussian", activation="identity")


def _make_denoising(content: dict[str, Any]) -> None:
    _with_random_numbers(content)
    content["data"]["corruption"].update(NOISE)


def _make_sparse(content: dict[str, Any]) -> None:
    # The penalty compares mean activations with a probability.
    content["network"]["latent"]["activation"] = "sigmoid"
    content["training"]["sparsity"]["weight"] = SPARSITY_WEIGHT


def _make_contractive(content: dict[str, Any]) -> None:
    content["training"]["contractive"] = CONTRACTIVE_WEIGHT


def _make_classifier(content: dict[str, Any]) -> None:
    _with_random_numbers(content)
    # Layers are pre-trained one by one, each against its mirror.
    content["network"].update(decoder=None, output_layer=None)
    content["classifier"] = {}
    content["training"]["edges"] = 0.0


def _make_gan(content: dict[str, Any]) -> None:
    content["gan"] = {}
    content["network"]["tied"] = False
    content["training"].update(edges=0.0, l1=0.0, l2=0.0)
    content["training"]["optimizer"].update(_GAN_OPTIMIZER)
    if content["training"]["batch_size"] is None:
        content["training"]["batch_size"] = _GAN_BATCH
