"""Shapes of samples within a network, and the tensors of a layer."""

from __future__ import annotations

from math import prod
from typing import Literal

from aegui.core.i18n import localized
from aegui.core.light_dataclass import dataclass

Shape = tuple[int, ...]
"""Shape of one sample: ``(n,)`` of a row of numbers, ``(channels, height, width)`` of an image."""
Role = Literal["weight", "bias", "buffer"]


class ShapeMismatch(ValueError):
    """A layer does not accept its input shape; the message is one sentence for the user."""


@dataclass(frozen=True)
class TensorSpec:
    """One tensor of a layer, of one run."""

    name: str
    """``weight``, ``bias``, ``scale``, ``mean`` or ``variance``."""
    shape: Shape
    """Its shape."""
    role: Role
    """``weight`` is initialised at random and penalised by L1 and L2, ``bias`` is learnt too,
    ``buffer`` is not learnt by gradient (running statistics)."""
    fan_in: int = 0
    """Inputs of one unit."""
    fan_out: int = 0
    """Units that one input reaches."""
    start: float | None = None
    """Initial value of a bias of a normalisation, or of a buffer."""

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)


def is_image(shape: Shape) -> bool:
    """Return whether the sample has rows and columns."""
    return len(shape) == 3


def shape_text(shape: Shape) -> str:
    """Format a shape for display: ``10``, ``12,288`` or ``32×7×7``."""
    return "×".join(localized(side, ",") for side in shape)


def shape_words(shape: Shape) -> str:
    """Format a shape for code and files: ``10``, ``12288`` or ``32x7x7``."""
    return "x".join(map(str, shape))
