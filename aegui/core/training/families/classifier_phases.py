"""The phases of a stacked autoencoder that becomes a classifier, and the layers that each trains.

Greedy layer-wise pre-training (Bengio et al. 2007; denoising: Vincent et al. 2010): every layer of
the encoder, with the layers that follow it, and finally the code, is trained together with its
mirror in the decoder to reconstruct its own input; then the whole encoder and a softmax head are
trained on the labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.training.families.steppers import Phase
from aegui.core.training.length import weighted_starts
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import ClassifierSpec

_FOLLOWERS = frozenset({"batch_norm", "layer_norm", "dropout"})


@dataclass(frozen=True)
class Group:
    """A layer of the encoder with weights, the layers up to the next one, and their mirror.

    Attributes:
        encoder: Its layers in the chain.
        decoder: The layers of the chain that lead from its output back to its input.
        mirror: Those layers as they are pre-trained: a final ReLU is left out, since a unit that is
            always negative could not learn. In the finished network it clips negative values.
        loss: Key of the loss between its input and the mirror's output.
        is_bounded: Whether its input is between 0 and 1.
    """

    encoder: slice
    decoder: slice
    mirror: tuple[LayerShape, ...]
    loss: str
    is_bounded: bool


def groups_of(resolved: ResolvedRecipe) -> tuple[Group, ...]:
    """Return the groups of a chain whose decoder mirrors its encoder, from input to code."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    layers, end = resolved.layers, resolved.code_end
    starts = weighted_starts(layers[:end])
    cuts = [*starts[1:], end]
    bounds = [len(layers), *(_mirror_start(layers, end, start) for start in cuts)]
    return tuple(
        _group(
            layers, classifier, slice(start, cuts[number]), slice(*reversed(bounds[number:][:2]))
        )
        for number, start in enumerate(starts)
    )


def phases_of(resolved: ResolvedRecipe) -> tuple[Phase, ...]:
    """Return the pre-training of each group, if any, and the training of the classifier."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    each = classifier.pretrain.epochs
    count = len(weighted_starts(resolved.layers[: resolved.code_end])) if each else 0
    before = tuple(
        Phase(
            number * each,
            (number + 1) * each,
            tr("pre-training layer {number} of {count}", number=number + 1, count=count),
            classifier.pretrain.learning_rate,
        )
        for number in range(count)
    )
    start = count * each
    return (*before, Phase(start, start + resolved.recipe.training.epochs))


def number_of(phases: Sequence[Phase], position: float) -> int:
    """Return the index of the phase at ``position``; its very end still belongs to it."""
    return next(n for n, phase in enumerate(phases) if position <= phase.stop + 1e-9)


def _mirror_start(layers: Sequence[LayerShape], end: int, start: int) -> int:
    """Return where the mirror of the layers before ``start`` begins.

    A mirrored layer has the position of the layer whose output it restores: the first one that
    restores something from before the layer that feeds ``start`` belongs to the previous group.
    """
    if start == end:
        return end
    place = {layer.where: index for index, layer in enumerate(layers[:end])}
    feeds = start - 1
    while feeds > 0 and layers[feeds].spec.kind in _FOLLOWERS:
        feeds -= 1
    return next(
        index for index in range(end, len(layers)) if place.get(layers[index].where, -1) < feeds
    )


def _group(
    layers: Sequence[LayerShape], classifier: ClassifierSpec, encoder: slice, decoder: slice
) -> Group:
    is_bounded = encoder.start == 0 or _ends_in_sigmoid(layers[: encoder.start])
    loss = classifier.pretrain.loss
    if LOSSES[loss].of_logits and not (is_bounded and _ends_in_sigmoid(layers[decoder])):
        loss = "mse"
    return Group(encoder, decoder, _unrectified(layers[decoder]), loss, is_bounded)


def _unrectified(mirror: Sequence[LayerShape]) -> tuple[LayerShape, ...]:
    """Return ``mirror`` without a final ReLU."""
    for index in reversed(range(len(mirror))):
        activation = getattr(mirror[index].spec, "activation", None)
        if activation == "relu":
            spec = mirror[index].spec.model_copy(update={"activation": "identity"})
            return (*mirror[:index], replace(mirror[index], spec=spec), *mirror[index + 1 :])
        if activation is not None:
            break
    return tuple(mirror)


def _ends_in_sigmoid(layers: Sequence[LayerShape]) -> bool:
    """Return whether the output of the layers is between 0 and 1."""
    for layer in reversed(layers):
        activation = getattr(layer.spec, "activation", None)
        if activation is not None:
            return bool(activation == "sigmoid")
    return False
