"""Shapes and values of convolutions of any kernel, stride and padding agree with torch."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from aegui.core.network.chain import build_chain
from aegui.core.network.forward import apply_layer
from aegui.core.network.layers import LayerShape
from aegui.core.network.shapes import ShapeMismatch
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    FlattenSpec,
    LatentSpec,
    NetworkSpec,
    ReshapeSpec,
    pair,
)

if TYPE_CHECKING:
    from aegui.core.recipe import AnyLayer, Sides

each = partial(zip, strict=True)
unhurried = settings(max_examples=25)
SIDES = st.tuples(st.integers(1, 6), st.integers(1, 6))
MARGINS = st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3))
IMAGES = st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12))


def layer_of(spec: ConvSpec | ConvTransposeSpec, shape: tuple[int, ...]) -> LayerShape:
    return LayerShape("x", spec, shape, spec.output_shape(shape), spec.tensors(shape))


def drawn(layer: LayerShape, rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(layer.parameters)
    weight, bias = (torch.randn(t.shape, generator=generator) for t in layer.tensors)
    return torch.randn(rows, *layer.input_shape, generator=generator), weight, bias


@unhurried
@given(SIDES, SIDES, MARGINS, IMAGES, st.sampled_from([2, 40]))
def test_a_convolution_is_that_of_torch(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int] | None,
    shape: tuple[int, int, int],
    rows: int,
) -> None:
    spec = ConvSpec(
        channels=2, kernel=kernel, stride=stride, padding=padding, activation="identity"
    )
    margins = (0, 0) if padding is None else padding
    pads = [n if padding is not None else (side - 1) // 2 for side, n in each(kernel, margins)]
    more = [0 if padding is not None else side // 2 - n for side, n in each(kernel, pads)]
    padded = [n + 2 * p + m for n, p, m in each(shape[1:], pads, more)]
    if any(side > n for side, n in each(kernel, padded)):
        with pytest.raises(ShapeMismatch, match=f"kernel of {kernel[0]}x{kernel[1]} is larger"):
            spec.output_shape(shape)
        return
    layer = layer_of(spec, shape)
    x, weight, bias = drawn(layer, rows)
    around = (pads[1], pads[1] + more[1], pads[0], pads[0] + more[0])
    wanted = F.conv2d(F.pad(x, around), weight, bias, stride)
    assert layer.output_shape == wanted.shape[1:]
    assert layer.cost == weight.numel() * prod(wanted.shape[2:])
    torch.testing.assert_close(
        apply_layer(layer, {"weight": weight, "bias": bias}, x), wanted, atol=1e-4, rtol=1e-4
    )
    if padding is None and stride == (1, 1):
        assert layer.output_shape[1:] == shape[1:]


@unhurried
@given(SIDES, SIDES, SIDES, SIDES, IMAGES, st.sampled_from([2, 40]), st.sampled_from([1, 2]))
def test_a_transposed_convolution_is_that_of_torch(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    added: tuple[int, int],
    shape: tuple[int, int, int],
    rows: int,
    channels: int,
) -> None:
    added = added[0] % stride[0], added[1] % stride[1]
    spec = ConvTransposeSpec(
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=padding,
        output_padding=added,
        activation="identity",
    )
    try:
        layer = layer_of(spec, shape)
    except ShapeMismatch:
        sizes = zip(shape[1:], kernel, stride, padding, added, strict=True)
        assert min((n - 1) * s - 2 * p + k + a for n, k, s, p, a in sizes) < 1
        return
    x, weight, bias = drawn(layer, rows)
    wanted = F.conv_transpose2d(x, weight, bias, stride, padding, added)
    assert layer.output_shape == wanted.shape[1:]
    torch.testing.assert_close(
        apply_layer(layer, {"weight": weight, "bias": bias}, x), wanted, atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize(
    ("encoder", "shape"),
    [
        ((ConvSpec(channels=128),), (1, 64, 64)),
        ((ConvSpec(channels=128), FlattenSpec()), (1, 64, 64)),
        ((ConvSpec(channels=1, kernel=1, padding=8),), (1, 256, 256)),
        (
            (
                FlattenSpec(),
                ReshapeSpec(channels=5000, height=1, width=1),
                ConvTransposeSpec(channels=3),
                ConvSpec(channels=3),
            ),
            (1, 50, 100),
        ),
    ],
)
def test_a_mirror_beyond_the_bounds_of_a_recipe_is_a_problem_that_an_own_decoder_solves(
    encoder: tuple[AnyLayer, ...], shape: tuple[int, int, int]
) -> None:
    network = NetworkSpec(encoder=encoder)
    (problem,) = build_chain(network, shape).problems
    assert "give the decoder layers of its own" in problem.message
    assert not build_chain(network.model_copy(update={"decoder": ()}), shape).problems


@unhurried
@given(SIDES, SIDES, MARGINS, IMAGES)
def test_a_mirrored_decoder_gets_back_along_both_sides(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int] | None,
    shape: tuple[int, int, int],
) -> None:
    spec = ConvSpec(channels=2, kernel=kernel, stride=stride, padding=padding)
    chain = build_chain(NetworkSpec(encoder=(spec,), latent=LatentSpec(units=2)), shape)
    if chain.problems:
        # The kernel is larger than the image, or leaves out rows or columns that no stride spans.
        assert all("kernel" in p.message or "get back" in p.message for p in chain.problems)
        return
    output = chain.layers[-1]
    assert output.output_shape == shape
    assert isinstance(output.spec, ConvTransposeSpec)
    assert pair(output.spec.kernel) == kernel
    tensors = dict(zip(("weight", "bias"), drawn(output, 2)[1:], strict=True))
    found = apply_layer(output, tensors, torch.zeros(2, *output.input_shape))
    assert found.shape[1:] == shape


@pytest.mark.parametrize(("written", "kept"), [((3, 3), 3), ((1, 2), (1, 2)), (5, 5)])
def test_square_sizes_are_one_number(written: Sides, kept: Sides) -> None:
    spec = ConvSpec(channels=2, kernel=written, stride=written, padding=written)
    assert (spec.kernel, spec.stride, spec.padding) == (kept,) * 3
    assert spec == ConvSpec(channels=2, kernel=kept, stride=kept, padding=kept)
