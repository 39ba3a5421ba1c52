"""A few images through image layers in plain numpy.

For one small image numpy is as fast as torch, needs neither torch's import nor a worker thread, and
so lets the window decode the cursor at once. For many images, or large ones, torch is faster.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from aegui.core.latent.rows import NORM_EPS, RowsRunner, bound
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    NormSpec,
    PoolSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape

    Array = NDArray[np.float32]
    Tensors = Mapping[str, Array]


KINDS = frozenset(
    (
        *("dense", "plain", "gaussian", "dropout", "flatten", "reshape", "conv", "conv_transpose"),
        *("max_pool", "avg_pool", "upsample", "batch_norm", "layer_norm"),
    )
)
"""Kinds of layers that are computed here; chains with others are left to torch."""


def is_computed(layers: Sequence[LayerShape]) -> bool:
    """Return whether all ``layers`` are of kinds that are computed here."""
    return all(layer.spec.kind in KINDS for layer in layers)


class SmallImagesRunner:
    """Computes a chain of ``KINDS`` with the tensors of one run, see ``ImagesRunner``."""

    def __init__(self, layers: Sequence[LayerShape], tensors: Sequence[Tensors]) -> None:
        self._steps = tuple(
            (layer, bound(layers, tensors, index)) for index, layer in enumerate(layers)
        )

    def run(self, rows: Array, start: int, stop: int) -> Array:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""
        x = rows
        with np.errstate(over="ignore", invalid="ignore"):
            for layer, tensors in self._steps[start:stop]:
                x = _step(layer, tensors, x.reshape(len(x), *layer.input_shape))
        return np.ascontiguousarray(x.reshape(len(x), -1))


def _step(layer: LayerShape, tensors: Tensors, x: Array) -> Array:
    """Return the output of one layer for rows ``[n, f]`` or images ``[n, C, H, W]``."""
    spec = layer.spec
    if isinstance(spec, ConvSpec):
        return ACTIVATIONS[spec.activation].values(_convolved(spec, tensors, x))
    if isinstance(spec, ConvTransposeSpec):
        return ACTIVATIONS[spec.activation].values(_transposed(spec, tensors, x))
    if isinstance(spec, PoolSpec):
        return _pooled(spec, x)
    if isinstance(spec, UpsampleSpec):
        return _upsampled(spec, x)
    if isinstance(spec, NormSpec) and is_image(layer.input_shape):
        return ACTIVATIONS[spec.activation].values(_normalised(spec, tensors, x))
    return RowsRunner.step(spec, tensors, x.reshape(len(x), -1))


def _convolved(spec: ConvSpec, tensors: Tensors, x: Array) -> Array:
    """Convolve as a matrix product of windows (im2col) and kernels ``[out, in, kh, kw]``."""
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    weight = tensors["weight"]
    padded = np.pad(x, ((0, 0), (0, 0), (top, top + below), (left, left + right)))
    down, along = pair(spec.stride)
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::down, ::along]
    count, _, height, width = windows.shape[:4]
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(count * height * width, -1)
    z = rows @ weight.reshape(len(weight), -1).T + tensors["bias"]
    return z.reshape(count, height, width, -1).transpose(0, 3, 1, 2)


def _transposed(spec: ConvTransposeSpec, tensors: Tensors, x: Array) -> Array:
    """Add kernels ``[in, out, kh, kw]`` of each place to the image, and crop its padding."""
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    weight, (down, along) = tensors["weight"], pair(spec.stride)
    more = pair(spec.output_padding)
    count, inputs, height, width = x.shape
    outputs, rows, columns = weight.shape[1:]
    parts = x.transpose(0, 2, 3, 1).reshape(-1, inputs) @ weight.reshape(inputs, -1)
    parts = parts.reshape(count, height, width, outputs, rows, columns).transpose(4, 5, 0, 3, 1, 2)
    size = (height - 1) * down + rows + more[0], (width - 1) * along + columns + more[1]
    image = np.zeros((count, outputs, *size), np.float32)
    for i in range(rows):
        for j in range(columns):
            image[:, :, i : i + height * down : down, j : j + width * along : along] += parts[i, j]
    image += tensors["bias"][:, None, None]
    return image[:, :, top : size[0] - top - below, left : size[1] - left - right]


def _pooled(spec: PoolSpec, x: Array) -> Array:
    rows, columns = pair(spec.size)
    height, width = x.shape[2] // rows * rows, x.shape[3] // columns * columns
    # The same pixel of all windows at once: numpy reduces short axes slowly.
    parts = [
        x[:, :, row:height:rows, column:width:columns]
        for row in range(rows)
        for column in range(columns)
    ]
    if spec.kind == "max_pool":
        return reduce(np.maximum, parts)
    return reduce(np.add, parts) / np.float32(len(parts))


def _upsampled(spec: UpsampleSpec, x: Array) -> Array:
    if spec.mode == "nearest":
        return x.repeat(spec.factor, 2).repeat(spec.factor, 3)
    for axis in (2, 3):
        x = _interpolated(x, spec.factor, axis)
    return x


def _interpolated(x: Array, factor: int, axis: int) -> Array:
    """Interpolate linearly along ``axis`` between the centres of pixels."""
    size = x.shape[axis]
    places = np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0, None)
    before = places.astype(np.int64)
    share = (places - before).astype(np.float32)
    share = share.reshape([-1 if at == axis else 1 for at in range(x.ndim)])
    after = np.minimum(before + 1, size - 1)
    mixed: Array = x.take(before, axis) * (1 - share) + x.take(after, axis) * share
    return mixed


def _normalised(spec: NormSpec, tensors: Tensors, x: Array) -> Array:
    """Normalise images: by the running statistics of a channel, or each by its own."""
    if spec.kind == "batch_norm":
        mean, variance = (tensors[name][:, None, None] for name in ("mean", "variance"))
    else:
        mean, variance = (f((1, 2, 3), keepdims=True) for f in (x.mean, x.var))
    scale, bias = (tensors[name][:, None, None] for name in ("scale", "bias"))
    result: Array = (x - mean) / np.sqrt(variance + NORM_EPS) * scale + bias
    return result
