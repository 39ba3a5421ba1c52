"""Whether the decoder of a network decodes its codes, with the message if it does not.

A classifier trains its decoder only while its layers are pre-trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.training.length import pretraining_epochs

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

_UNTRAINED = mark(
    "A classifier without pre-training does not train its decoder: decoded images are noise. To "
    "see images, train with epochs of pre-training and with “Freeze the encoder”."
)
_LEFT_BEHIND = mark(
    "Fine-tuning has changed the codes that the decoder was pre-trained for: decoded images "
    "resemble the samples little. To see images, train with “Freeze the encoder”."
)


def decoder_problem(recipe: Recipe, codec: Codec) -> str:
    """Return why the decoder of ``codec``, trained by ``recipe``, does not fit its codes, or ""."""
    classifier = recipe.classifier
    if classifier is None:
        return ""
    if not classifier.pretrain.epochs:
        return tr(_UNTRAINED)
    before = pretraining_epochs(recipe, codec.layers[: codec.code_end])
    return "" if classifier.frozen or codec.epoch <= before else tr(_LEFT_BEHIND)


def refuse_untrained_decoder(recipe: Recipe, codec: Codec) -> None:
    """Refuse a network whose decoder was not trained at all.

    Raises:
        AeguiError: It is a classifier without pre-training.
    """
    classifier = recipe.classifier
    if classifier is not None and not classifier.pretrain.epochs:
        raise AeguiError(decoder_problem(recipe, codec))
