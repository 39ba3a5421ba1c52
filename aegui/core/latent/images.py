"""Chains with images in them, computed by torch; importing this module loads torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.network.forward import apply_layers, bound
from aegui.core.network.layers import is_image

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape


def _laid_out(tensor: torch.Tensor) -> torch.Tensor:
    """Kernels as convolutions of images with their channels last want them."""
    if tensor.dim() != 4:
        return tensor
    return tensor.contiguous(memory_format=torch.channels_last)


class ImagesRunner:
    """Computes a chain with the tensors of one run, without gradients."""

    def __init__(
        self, layers: Sequence[LayerShape], tensors: Sequence[Mapping[str, NDArray[np.float32]]]
    ) -> None:
        # Copies, because torch warns of arrays that must not be written to.
        own = [
            {name: _laid_out(torch.from_numpy(tensor.copy())) for name, tensor in layer.items()}
            for layer in tensors
        ]
        self._layers = layers
        self._tensors = bound(layers, own)

    def run(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """The output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""
        with torch.inference_mode():
            x = torch.tensor(rows).reshape(len(rows), *self._layers[start].input_shape)
            if is_image(self._layers[start].input_shape):
                x = x.contiguous(memory_format=torch.channels_last)
            x = apply_layers(self._layers[start:stop], self._tensors[start:stop], x)
            result: NDArray[np.float32] = x.flatten(1).numpy()
        return result
