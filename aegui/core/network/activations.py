"""The activations: a table with one row each, holding all that the program knows of them.

A row has its function and its derivative as formulas of the pre-activation ``z``, which numpy and
torch evaluate alike. If torch has a fused function, the row also names that function and its
derivative, which training uses. Imports neither torch nor numpy.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aegui.core.choices import Choice, table
from aegui.core.formula import assignment, numpy_function, renamed, torch_function, torch_text
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Activation(Choice):
    """One activation."""

    formula: str
    """The function of ``z``."""
    slope: str
    """Its derivative by ``z``, of the shape of ``z``."""
    fused: str = ""
    """torch's own function of ``z``; if empty, the formula is used."""
    fused_slope: str = ""
    """torch's own product of the gradient ``d`` by the result with the derivative, as a function of
    ``d``, ``z`` and the result ``h``; if empty, the slope is used."""
    size: float = 1.0
    """Factor of the usual initial weights before this activation."""

    @property
    def in_place(self) -> bool:
        """Whether ``h`` may be the same tensor as ``z``: ``backward`` then uses only ``h``."""
        return self._is_identity or not re.search(r"\bz\b", self._derivative)

    @cached_property
    def values(self) -> Callable[[NDArray[Any]], NDArray[Any]]:
        """The activation, as a function of an array."""
        return numpy_function(self.formula, "z")

    @cached_property
    def slopes(self) -> Callable[[NDArray[Any]], NDArray[Any]]:
        """The derivative, as a function of an array."""
        return numpy_function(self.slope, "z")

    @property
    def function(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """The differentiable function, for autograd."""
        return torch_function(self._function, "z")

    def forward(self, z: str, h: str) -> str:
        """Return a statement that fills ``h`` from ``z``; empty if they are the same."""
        return "" if self._is_identity else assignment(renamed(self._function, z=z), h)

    def backward(self, d: str, z: str, h: str) -> str:
        """Return a statement that multiplies ``d`` by the derivative; empty for the identity."""
        if self._is_identity:
            return ""
        return assignment(renamed(self._derivative, d=d, z=z, h=h), d)

    @property
    def _is_identity(self) -> bool:
        return self.formula == "z"

    @property
    def _function(self) -> str:
        return self.fused or torch_text(self.formula)

    @property
    def _derivative(self) -> str:
        return self.fused_slope or f"torch.mul(d, {torch_text(self.slope)})"


ACTIVATIONS = table(
    Activation(
        "identity",
        mark("Identity"),
        mark("No nonlinearity: the layer stays linear."),
        formula="z",
        slope="ones_like(z)",
    ),
    Activation(
        "relu",
        mark("ReLU"),
        mark("Cuts everything below zero: fast, but units can die."),
        formula="maximum(z, 0)",
        slope="where(z > 0, ones_like(z), 0.0)",
        fused="torch.threshold(z, 0.0, 0.0)",
        fused_slope="torch.ops.aten.threshold_backward(d, h, 0.0)",
    ),
    Activation(
        "leaky_relu",
        mark("Leaky ReLU"),
        mark("ReLU that lets 1% of the negative side through, so that no unit dies."),
        formula="where(z > 0, z, 0.01 * z)",
        slope="where(z > 0, ones_like(z), 0.01)",
        fused="torch.ops.aten.leaky_relu(z, 0.01)",
        fused_slope="torch.ops.aten.leaky_relu_backward(d, h, 0.01, True)",
    ),
    Activation(
        "elu",
        mark("ELU"),
        mark("Smooth below zero, linear above; trains well without tuning."),
        formula="where(z > 0, z, expm1(minimum(z, 0)))",
        slope="exp(clip(z, None, 0.0))",
        fused="torch.ops.aten.elu(z, 1.0, 1.0, 1.0)",
        fused_slope="torch.ops.aten.elu_backward(d, 1.0, 1.0, 1.0, True, h)",
    ),
    Activation(
        "gelu",
        mark("GELU"),
        mark("A smooth ReLU weighted by the normal distribution."),
        formula="0.5 * z * (1 + erf(z / 2**0.5))",
        slope="0.5 * (1 + erf(z / 2**0.5)) + z * exp(-0.5 * z * z) / 6.283185307179586**0.5",
        fused="torch.ops.aten.gelu(z, approximate='none')",
        fused_slope="torch.ops.aten.gelu_backward(d, z, approximate='none')",
    ),
    Activation(
        "silu",
        mark("SiLU"),
        mark("x times its sigmoid: smooth, a slight dip below zero."),
        formula="z * sigmoid(z)",
        slope="sigmoid(z) * (1 + z * sigmoid(-z))",
        fused="torch.ops.aten.silu(z)",
        fused_slope="torch.ops.aten.silu_backward(d, z)",
    ),
    Activation(
        "softplus",
        mark("Softplus"),
        mark("A rounded ReLU that is never exactly zero."),
        formula="logaddexp(0, z)",
        slope="sigmoid(z)",
        fused="torch.ops.aten.softplus(z, 1.0, 20.0)",
        fused_slope="torch.ops.aten.softplus_backward(d, z, 1.0, 20.0)",
    ),
    Activation(
        "tanh",
        mark("Tanh"),
        mark("Maps to -1..1; smooth maps, good for small networks."),
        formula="tanh(z)",
        slope="1 - square(tanh(z))",
        fused_slope="torch.ops.aten.tanh_backward(d, h)",
    ),
    Activation(
        "sigmoid",
        mark("Sigmoid"),
        mark("Maps to 0..1: for the output layer of pixels; slow in hidden layers."),
        formula="sigmoid(z)",
        slope="sigmoid(z) * sigmoid(-z)",
        fused_slope="torch.ops.aten.sigmoid_backward(d, h)",
    ),
    Activation(
        "sine",
        mark("Sine"),
        mark("Periodic: fits fine detail, folds the latent plane."),
        formula="sin(z)",
        slope="cos(z)",
    ),
    Activation(
        "cosh",
        mark("Cosh"),
        mark("Grows without limit on both sides; starts with a tenth of the usual weights."),
        formula="cosh(z)",
        slope="sinh(z)",
        # cosh grows exponentially: with weights of the usual size a network on images diverges
        # within an epoch, with a tenth of it it learns (12288-256-128-2, Adam at 0.001).
        size=0.1,
    ),
)
