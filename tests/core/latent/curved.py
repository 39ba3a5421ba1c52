"""A decoder that is a plane with a steep hill in the middle."""

from __future__ import annotations

import numpy as np

from aegui.core.latent.codec import Codec
from aegui.core.recipe import LatentSpec, LayerSpec, NetworkSpec, Recipe
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

_DIRECTIONS = 24
_RADIUS = 0.5
_STEEP = 12.0
_HEIGHT = 3.0


def dome_codec(size: int = 2) -> Codec:
    """Codes of ``size`` numbers become these numbers and the height of a hill about 0.

    The hill is a sum of tanh steps at ``_RADIUS``, one for each of many directions, and so nearly
    round; it lies in the first two numbers.
    """
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    ways = np.zeros((size, _DIRECTIONS))
    ways[:2] = np.stack([np.cos(angles), np.sin(angles)])
    hidden = np.concatenate([0.01 * np.eye(size), _STEEP * ways], axis=1)
    start = np.concatenate([np.zeros(size), np.full(_DIRECTIONS, -_STEEP * _RADIUS)])
    out = np.zeros((size + _DIRECTIONS, size + 1))
    # tanh of little is that little: the numbers of the code pass through.
    out[:size, :size] = 100.0 * np.eye(size)
    out[size:, size] = -_HEIGHT / 4
    recipe = Recipe(
        network=NetworkSpec(
            encoder=(LayerSpec(units=size + _DIRECTIONS, activation="tanh"),),
            latent=LatentSpec(units=size),
            output_activation="identity",
        )
    )
    sizes = [(size + 1, size + _DIRECTIONS), (size + _DIRECTIONS, size)]
    encoder = [LayerWeights(_tensors(np.zeros(each), np.zeros(each[1]))) for each in sizes]
    decoder = [
        LayerWeights(_tensors(hidden, start)),
        LayerWeights(_tensors(out, np.zeros(size + 1))),
    ]
    return Codec(recipe, (1, 1, size + 1), Snapshot(3, (*encoder, *decoder)))


def _tensors(
    weight: object, bias: object
) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return {
        "weight": np.asarray(weight, np.float32)[np.newaxis],
        "bias": np.asarray(bias, np.float32)[np.newaxis],
    }
