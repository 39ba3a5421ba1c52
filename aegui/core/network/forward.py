"""Forward pass of every kind of layer in torch, for training by autograd and for inference.

There are two forms of the same network: *single*, one run, samples ``[n, ...]`` and tensors in the
layers' own shapes; and *stacked*, K runs of a chain of rows, samples ``[K, n, features]`` and
tensors with a leading run axis.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F
from torch.overrides import handle_torch_function, has_torch_function

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.grey_convolution import from_grey, is_supported, to_grey
from aegui.core.network.shapes import is_image
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aegui.core.network.layers import LayerShape, Spec
    from aegui.core.network.shapes import Shape

    Tensors = Mapping[str, torch.Tensor]
    Compute = Callable[[LayerShape, Tensors, torch.Tensor, bool], torch.Tensor]
    Masks = Mapping[int, torch.Tensor]

BATCH_MOMENTUM = 0.1
NORM_EPS = 1e-5


def bound(
    layers: Sequence[LayerShape], tensors_of: Sequence[Tensors]
) -> list[dict[str, torch.Tensor]]:
    """Return the tensors of every layer; tied layers get the weight they are tied to."""
    result = [dict(tensors) for tensors in tensors_of]
    for layer, tensors in zip(layers, result, strict=True):
        if layer.tied_to is None:
            continue
        weight, origin = tensors_of[layer.tied_to]["weight"], layers[layer.tied_to].spec
        if isinstance(origin, LatentSpec):
            weight = weight[..., : origin.units]
        tensors["weight"] = (
            weight.transpose(-1, -2) if isinstance(origin, LayerSpec | LatentSpec) else weight
        )
    return result


def dropout_rate(spec: Spec) -> float:
    """Return the share of numbers that a layer drops in training."""
    if isinstance(spec, DropoutSpec):
        return spec.rate
    if isinstance(spec, LatentSpec) and spec.kind == "gaussian":
        return 0.0
    return getattr(spec, "dropout", 0.0)


def apply_layer(
    layer: LayerShape,
    tensors: Tensors,
    x: torch.Tensor,
    *,
    training: bool = False,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the output of one layer; for a gaussian code mean and log variance concatenated.

    Args:
        layer: The layer.
        tensors: Its tensors, from ``bound``.
        x: Samples; rows and images are reshaped as the layer requires.
        training: Whether batch statistics are used, and running ones updated in place.
        mask: Dropout mask that the result is multiplied by; None for no dropout.
    """
    compute = COMPUTED.get(layer.spec.kind)
    if compute is None:
        raise ValueError(f"there is no forward pass for a layer of the kind {layer.spec.kind!r}")
    x = compute(layer, tensors, x, training)
    return x if mask is None else x * mask


def activated(key: str, x: torch.Tensor) -> torch.Tensor:
    """Apply the activation ``key``; a single operation for tracing."""
    if has_torch_function((x,)):
        traced: torch.Tensor = handle_torch_function(activated, (x,), key, x)
        return traced
    return ACTIVATIONS[key].function(x)


def pre_activation(
    spec: LayerSpec | LatentSpec, tensors: Tensors, x: torch.Tensor, shape: Shape = ()
) -> torch.Tensor:
    """Return the input of the activation of a dense layer; ``shape`` as in ``linear``."""
    weight, bias = tensors["weight"], tensors["bias"]
    if weight.dim() == 3:
        z = torch.baddbmm(bias[:, None], x, weight)
    else:
        z = linear(bias, x, weight, shape)
    return z if spec.slope == 1.0 else z * spec.slope


def linear(
    bias: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, shape: Shape = ()
) -> torch.Tensor:
    """Return ``bias + x @ weight`` for rows or images; a single operation for tracing.

    The result consists of images if they have a ``shape`` ``[C, H, W]``, else of rows.
    """
    if has_torch_function((x,)):
        traced: torch.Tensor = handle_torch_function(linear, (x,), bias, x, weight, shape)
        return traced
    rows = torch.addmm(bias, x.flatten(1), weight)
    return rows.view(-1, *shape) if shape else rows


def _dense(layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool) -> torch.Tensor:
    spec = layer.spec
    assert isinstance(spec, LayerSpec | LatentSpec)
    z = pre_activation(spec, tensors, x, layer.output_shape if is_image(layer.output_shape) else ())
    return code_of(spec, z) if isinstance(spec, LatentSpec) else activated(spec.activation, z)


def code_of(spec: LatentSpec, z: torch.Tensor) -> torch.Tensor:
    """Return the code for its pre-activation; a gaussian code's log variance is unchanged."""
    if spec.kind == "gaussian":
        if spec.activation == "identity":
            return z
        mean, log_variance = z.chunk(2, dim=-1)
        return torch.cat([activated(spec.activation, mean), log_variance], dim=-1)
    code = activated(spec.activation, z)
    if spec.top_k is None or spec.top_k >= spec.units:
        return code
    return code * largest(code.detach(), spec.top_k, by_magnitude=spec.top_by == "magnitude")


def largest(code: torch.Tensor, count: int, *, by_magnitude: bool) -> torch.Tensor:
    """Return a mask of the ``count`` largest numbers of each code ``[..., d]``."""
    if has_torch_function((code,)):
        traced: torch.Tensor = handle_torch_function(
            largest, (code,), code, count, by_magnitude=by_magnitude
        )
        return traced
    indices = (code.abs() if by_magnitude else code).topk(count, dim=-1).indices
    return torch.zeros_like(code).scatter_(-1, indices, 1.0)


def _convolution(
    layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool
) -> torch.Tensor:
    spec, weight, bias = layer.spec, tensors["weight"], tensors["bias"]
    assert isinstance(spec, ConvSpec | ConvTransposeSpec)
    stride, padding, (below, right) = pair(spec.stride), conv_padding(spec), uneven_padding(spec)
    even = below or right
    if isinstance(spec, ConvSpec):
        if even:
            x = F.pad(x, (0, right, 0, below))
        convolve = from_grey if is_supported(x, weight, layer.output_shape[-1]) else F.conv2d
        z = convolve(x, weight, bias, stride, padding)
    else:
        transpose = to_grey if is_supported(x, weight, x.shape[-1]) else F.conv_transpose2d
        z = transpose(x, weight, bias, stride, padding, pair(spec.output_padding))
        if even:
            z = z[..., : z.shape[-2] - below, : z.shape[-1] - right]
    return activated(spec.activation, z)


def _normalised(
    layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool
) -> torch.Tensor:
    spec, scale, bias = layer.spec, tensors["scale"], tensors["bias"]
    assert isinstance(spec, NormSpec)
    if spec.kind == "layer_norm":
        x = _layer_normalised(x, scale, bias)
    elif x.dim() == 3:
        runs, rows, width = x.shape
        flat = x.transpose(0, 1).reshape(rows, runs * width)
        flat = F.batch_norm(
            flat,
            tensors["mean"].reshape(-1),
            tensors["variance"].reshape(-1),
            scale.reshape(-1),
            bias.reshape(-1),
            training and rows > 1,
            BATCH_MOMENTUM,
            NORM_EPS,
        )
        x = flat.reshape(rows, runs, width).transpose(0, 1)
    else:
        x = F.batch_norm(
            x,
            tensors["mean"],
            tensors["variance"],
            scale,
            bias,
            training and x.numel() > x.shape[1],
            BATCH_MOMENTUM,
            NORM_EPS,
        )
    return activated(spec.activation, x)


def _layer_normalised(x: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Normalise each sample to mean 0 and variance 1, then scale and shift each channel."""
    if x.dim() == 3:
        return F.layer_norm(x, x.shape[-1:], eps=NORM_EPS) * scale[:, None] + bias[:, None]
    if torch.is_grad_enabled() and x.is_leaf:
        # torch 2.13 crashes in the backward pass if channels-last images need no gradient; unlike
        # ``contiguous``, ``clone`` also changes the strides of single pixels.
        x = x.clone(memory_format=torch.contiguous_format)
    # ``nn.functional.group_norm`` rejects a single number, which a batch of one may be.
    return torch.group_norm(x, 1, scale, bias, NORM_EPS)


def _pooled(layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool) -> torch.Tensor:
    spec = layer.spec
    assert isinstance(spec, PoolSpec)
    return (F.max_pool2d if spec.kind == "max_pool" else F.avg_pool2d)(x, spec.size)


def _upsampled(
    layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool
) -> torch.Tensor:
    spec = layer.spec
    assert isinstance(spec, UpsampleSpec)
    if spec.mode == "nearest":
        return F.interpolate(x, scale_factor=spec.factor, mode="nearest")
    return F.interpolate(x, scale_factor=spec.factor, mode="bilinear", align_corners=False)


def _reshaped(layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool) -> torch.Tensor:
    # A stack of runs contains only rows already.
    return x if x.dim() == 3 else x.reshape(len(x), *layer.output_shape)


def _unchanged(
    layer: LayerShape, tensors: Tensors, x: torch.Tensor, training: bool
) -> torch.Tensor:
    return x


COMPUTED: dict[str, Compute] = {
    **dict.fromkeys(("dense", "plain", "gaussian"), _dense),
    **dict.fromkeys(("conv", "conv_transpose"), _convolution),
    **dict.fromkeys(("max_pool", "avg_pool"), _pooled),
    **dict.fromkeys(("batch_norm", "layer_norm"), _normalised),
    **dict.fromkeys(("flatten", "reshape"), _reshaped),
    "upsample": _upsampled,
    "dropout": _unchanged,
}
"""Kind of layer -> its forward pass, given layer, tensors, samples, and whether it trains."""


def apply_layers(
    layers: Sequence[LayerShape],
    tensors: Sequence[Tensors],
    x: torch.Tensor,
    *,
    training: bool = False,
    masks: Masks | None = None,
    first: int = 0,
) -> torch.Tensor:
    """Return the output of a chain of layers; ``first`` is its first layer's index in ``masks``."""
    later: Sequence[LayerShape | None] = [*layers[1:], None]
    for index, (layer, layer_tensors) in enumerate(zip(layers, tensors, strict=True), first):
        mask, following = None if masks is None else masks.get(index), later[index - first]
        if mask is None and isinstance(layer.spec, LayerSpec) and following is not None:
            layer = _with_images(layer, following)
        x = apply_layer(layer, layer_tensors, x, training=training, mask=mask)
    return x


def _with_images(layer: LayerShape, following: LayerShape) -> LayerShape:
    """Return a dense layer that makes the images itself which a reshaping one makes of its rows.

    While it is multiplied the memory order that convolutions need costs less than afterwards.
    """
    if not isinstance(following.spec, ReshapeSpec):
        return layer
    return replace(layer, output_shape=following.output_shape)
