"""Encoding and decoding with the weights of one run, in plain numpy.

For networks as small as these numpy is faster than torch, needs no warm-up, and so lets the
window decode before torch has been imported at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.recipe import NetworkSpec
    from aegui.core.training.snapshot import Snapshot


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    # tanh never overflows, exp does.
    half: NDArray[np.float32] = np.tanh(x * np.float32(0.5))
    half += np.float32(1.0)
    half *= np.float32(0.5)
    return half


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy.special import erf  # slow to import, and few networks need it

    result: NDArray[np.float32] = x * np.float32(0.5) * (1 + erf(x / np.sqrt(np.float32(2))))
    return result.astype(np.float32)


def _elu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0))).astype(np.float32)


_FUNCTIONS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, np.float32(0)),
    "leaky_relu": lambda x: np.where(x > 0, x, x * np.float32(0.01)),
    "elu": _elu,
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "softplus": lambda x: np.logaddexp(np.float32(0), x),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "sine": np.sin,
    "cosh": np.cosh,
}


class Codec:
    """The encoder and decoder of one run of a snapshot. Immutable; safe to use in any thread.

    ``layers`` holds specification, weight and bias of each layer; those from ``code_end`` on are
    the decoder.
    """

    def __init__(self, network: NetworkSpec, snapshot: Snapshot, run: int = 0) -> None:
        self.epoch = snapshot.epoch
        self.run = run
        pixels = snapshot.layers[-1].weight.shape[2]
        self.layers = tuple(
            (spec, layer.weight[run], layer.bias[run])
            for spec, layer in zip(network.layers(pixels), snapshot.layers, strict=True)
        )
        self.code_end = network.code_index + 1

    @property
    def pixels(self) -> int:
        """Numbers per image."""
        return int(self.layers[0][1].shape[0])

    @property
    def latent_size(self) -> int:
        """Numbers per code, d."""
        return int(self.layers[self.code_end - 1][1].shape[1])

    def encode(self, images: ArrayLike) -> NDArray[np.float32]:
        """Codes ``[n, d]`` of ``images`` ``[n, pixels]`` (any shape that flattens to that)."""
        return self._forward(images, 0, self.code_end)

    def decode(self, codes: ArrayLike) -> NDArray[np.float32]:
        """Images ``[n, pixels]`` of ``codes`` ``[n, d]``, in 0..1 where the output is a sigmoid."""
        return self._forward(codes, self.code_end, len(self.layers))

    def reconstruct(self, images: ArrayLike) -> NDArray[np.float32]:
        """The network's answer ``[n, pixels]`` to ``images``."""
        return self._forward(images, 0, len(self.layers))

    def _rows(self, values: ArrayLike, width: int) -> NDArray[np.float32]:
        array = np.asarray(values, dtype=np.float32)
        if array.size == 0 or array.size % width or (array.ndim == 1 and array.size != width):
            raise AeguiError(
                tr(
                    "The network takes {width} numbers per sample, not an array of shape {shape}.",
                    width=width,
                    shape="x".join(map(str, array.shape)),
                )
            )
        return array.reshape(-1, width)

    def _forward(self, values: ArrayLike, start: int, stop: int) -> NDArray[np.float32]:
        # Far outside, infinity is the answer, and nothing to warn of.
        with np.errstate(over="ignore", invalid="ignore"):
            x = self._rows(values, self.layers[start][1].shape[0])
            for spec, weight, bias in self.layers[start:stop]:
                x = x @ weight
                x += bias
                if spec.slope != 1.0:
                    x *= np.float32(spec.slope)
                x = _FUNCTIONS[spec.activation](x)
        return x
