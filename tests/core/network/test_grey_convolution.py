"""Convolutions of grey images agree with torch, as do all their derivatives."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from aegui.core.network.grey_convolution import FEWEST_ROWS, from_grey, is_supported, to_grey

# kernel, stride, padding
Pair = tuple[int, int]
SHAPES: list[tuple[Pair, Pair, Pair]] = [
    *(
        ((kernel, kernel), (stride, stride), (padding, padding))
        for kernel, stride, padding in (
            *((3, 1, 1), (3, 2, 1), (4, 2, 1), (5, 1, 2)),
            *((2, 3, 0), (1, 2, 1), (7, 3, 3), (9, 1, 4)),
        )
    ),
    ((1, 2), (1, 1), (0, 0)),
    ((3, 5), (2, 1), (1, 2)),
    ((4, 1), (1, 3), (2, 0)),
]


def drawn(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def assert_same(ours: torch.Tensor, theirs: torch.Tensor, leaves: list[torch.Tensor]) -> None:
    assert ours.shape == theirs.shape
    torch.testing.assert_close(ours, theirs)
    pull = drawn(*theirs.shape).detach()
    for mine, wanted in zip(
        torch.autograd.grad(ours, leaves, pull, create_graph=True),
        torch.autograd.grad(theirs, leaves, pull),
        strict=True,
    ):
        torch.testing.assert_close(mine, wanted)


@pytest.mark.parametrize(("kernel", "stride", "padding"), SHAPES)
@pytest.mark.parametrize("size", [(9, 9), (8, 11)], ids=str)
def test_convolution(kernel: Pair, stride: Pair, padding: Pair, size: Pair) -> None:
    x, weight, bias = drawn(3, 1, *size), drawn(4, 1, *kernel), drawn(4)
    ours = from_grey(x, weight, bias, stride, padding)
    assert_same(ours, F.conv2d(x, weight, bias, stride, padding), [x, weight, bias])
    assert ours.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("kernel", "stride", "padding"), SHAPES)
@pytest.mark.parametrize("most", [False, True])
def test_transposed(kernel: Pair, stride: Pair, padding: Pair, most: bool) -> None:
    more = (stride[0] - 1, stride[1] - 1) if most else (0, 0)
    x, weight, bias = drawn(3, 4, 5, 6), drawn(4, 1, *kernel), drawn(1)
    ours = to_grey(x, weight, bias, stride, padding, more)
    theirs = F.conv_transpose2d(x, weight, bias, stride, padding, more)
    assert_same(ours, theirs, [x, weight, bias])


def test_second_derivatives() -> None:
    """A contractive penalty differentiates a gradient."""
    x, weight, bias = drawn(2, 1, 5, 5), drawn(3, 1, 3, 3), drawn(3)
    assert torch.autograd.gradgradcheck(
        lambda x, weight, bias: from_grey(x, weight, bias, (2, 2), (1, 1)), (x, weight, bias)
    )


def test_what_is_left_to_it() -> None:
    many, weight = torch.zeros(FEWEST_ROWS, 1, 4, 4), torch.zeros(3, 1, 3, 3)
    assert is_supported(many, weight, 4)
    assert not is_supported(many, torch.zeros(3, 2, 3, 3), 4)
    assert not is_supported(many[1:], weight, 4)
    assert is_supported(many[1:], weight, 1)
    assert not is_supported(many.to("meta"), weight, 1)
