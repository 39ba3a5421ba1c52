"""Chains with image layers, computed by torch; importing this module loads torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.network.forward import apply_layers, bound
from aegui.core.network.shapes import is_image
from aegui.core.recipe import LatentSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape


def _with_layout(tensor: torch.Tensor) -> torch.Tensor:
    """Return kernels in the layout of channels-last convolutions."""
    if tensor.dim() != 4:
        return tensor
    return tensor.contiguous(memory_format=torch.channels_last)


class ImagesRunner:
    """Computes a chain with the tensors of one run, without gradients."""

    def __init__(
        self, layers: Sequence[LayerShape], tensors: Sequence[Mapping[str, NDArray[np.float32]]]
    ) -> None:
        # Copies: torch warns about read-only arrays.
        float_tensors = [
            {name: _with_layout(torch.from_numpy(tensor.copy())) for name, tensor in layer.items()}
            for layer in tensors
        ]
        self._layers = layers
        self._tensors = bound(layers, float_tensors)

    def run(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""
        with torch.inference_mode():
            x = torch.tensor(rows).reshape(len(rows), *self._layers[start].input_shape)
            if is_image(self._layers[start].input_shape):
                x = x.contiguous(memory_format=torch.channels_last)
            x = apply_layers(self._layers[start:stop], self._tensors[start:stop], x)
            result: NDArray[np.float32] = x.flatten(1).numpy()
        return result

    def jacobian_squares(
        self, rows: NDArray[np.float32], stop: int, units: int
    ) -> NDArray[np.float64]:
        """As in ``RowsRunner``, by autograd with a backward pass per number of a code."""
        with torch.enable_grad():
            x = torch.tensor(rows).reshape(len(rows), *self._layers[0].input_shape)
            x.requires_grad_()
            code = apply_layers(self._layers[:stop], self._tensors[:stop], x)[:, :units]
            spec = self._layers[stop - 1].spec
            if isinstance(spec, LatentSpec) and spec.top_k is not None and spec.top_k < units:
                # Dropped numbers are 0, and so is their derivative, exactly.
                code = code.gather(1, code.detach().abs().topk(spec.top_k, dim=1).indices)
            total = torch.zeros(len(rows), dtype=torch.float64)
            for number in range(code.shape[1]):
                (moves,) = torch.autograd.grad(code[:, number].sum(), x, retain_graph=True)
                total += moves.flatten(1).double().square().sum(dim=1)
        result: NDArray[np.float64] = total.numpy()
        return result
