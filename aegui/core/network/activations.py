"""The mathematics behind the activation keys: for autograd, and as lines of a step program.

A step program (see ``training/program.py``) is source text, so an activation is given as the
expressions of its forward and backward pass. ``z`` stands for the pre-activation, ``h`` for the
activation's output and ``d`` for the gradient, which the backward line turns in place from the
gradient by ``h`` into that by ``z``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Activation:
    """One activation.

    Attributes:
        function: The differentiable function, for autograd.
        forward: Statement that computes ``{h}`` from ``{z}``; empty when they are the same.
        backward: Statement that multiplies ``{d}`` by the derivative; empty for the identity.
        in_place: Whether ``{h}`` may be the same tensor as ``{z}``: then ``backward`` uses only h.
    """

    function: Callable[[torch.Tensor], torch.Tensor]
    forward: str
    backward: str
    in_place: bool


ACTIVATION_FUNCTIONS: dict[str, Activation] = {
    "identity": Activation(lambda z: z, "", "", True),
    "relu": Activation(
        torch.relu,
        "{h}.clamp_(min=0.0)",
        "torch.ops.aten.threshold_backward({d}, {h}, 0.0, grad_input={d})",
        True,
    ),
    "leaky_relu": Activation(
        F.leaky_relu,
        "torch.ops.aten.leaky_relu({z}, 0.01, out={h})",
        "torch.ops.aten.leaky_relu_backward({d}, {h}, 0.01, True, grad_input={d})",
        True,
    ),
    "elu": Activation(
        F.elu,
        "torch.ops.aten.elu({z}, 1.0, 1.0, 1.0, out={h})",
        "torch.ops.aten.elu_backward({d}, 1.0, 1.0, 1.0, True, {h}, grad_input={d})",
        True,
    ),
    "gelu": Activation(
        F.gelu,
        "torch.ops.aten.gelu({z}, approximate='none', out={h})",
        "torch.ops.aten.gelu_backward({d}, {z}, approximate='none', grad_input={d})",
        False,
    ),
    "silu": Activation(
        F.silu,
        "torch.ops.aten.silu({z}, out={h})",
        "torch.ops.aten.silu_backward({d}, {z}, grad_input={d})",
        False,
    ),
    "softplus": Activation(
        F.softplus,
        "torch.ops.aten.softplus({z}, 1.0, 20.0, out={h})",
        "torch.ops.aten.softplus_backward({d}, {z}, 1.0, 20.0, grad_input={d})",
        False,
    ),
    "tanh": Activation(
        torch.tanh,
        "{h}.tanh_()",
        "torch.ops.aten.tanh_backward({d}, {h}, grad_input={d})",
        True,
    ),
    "sigmoid": Activation(
        torch.sigmoid,
        "{h}.sigmoid_()",
        "torch.ops.aten.sigmoid_backward({d}, {h}, grad_input={d})",
        True,
    ),
    "sine": Activation(torch.sin, "torch.sin({z}, out={h})", "{d}.mul_(torch.cos({z}))", False),
    "cosh": Activation(torch.cosh, "torch.cosh({z}, out={h})", "{d}.mul_(torch.sinh({z}))", False),
}
