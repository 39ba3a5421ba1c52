"""Shapes of samples within a network, and the tensors that a layer keeps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from aegui.core.i18n import localized

Shape = tuple[int, ...]
"""That of one sample: ``(n,)`` for a row of numbers, ``(channels, height, width)`` for an image."""
Role = Literal["weight", "bias", "buffer"]


class Misfit(ValueError):
    """A layer cannot take the shape it is given; the message is one sentence for the person."""


@dataclass(frozen=True)
class TensorSpec:
    """One tensor of a layer, of one run.

    Attributes:
        name: ``weight``, ``bias``, ``mean`` or ``variance``.
        shape: Its shape.
        role: ``weight`` begins at random and is penalised by L1 and L2, ``bias`` is learnt too,
            ``buffer`` is kept beside the gradient (running statistics).
        fan_in: Inputs of one unit.
        fan_out: Units that one input reaches.
        start: Value that a bias of a normalisation, or a buffer, begins with.
    """

    name: str
    shape: Shape
    role: Role
    fan_in: int = 0
    fan_out: int = 0
    start: float | None = None

    @property
    def size(self) -> int:
        """Numbers in it."""
        return prod(self.shape)


def is_image(shape: Shape) -> bool:
    """Whether the sample still has rows and columns."""
    return len(shape) == 3


def shape_text(shape: Shape) -> str:
    """``10``, ``12,288`` or ``32×7×7``, as a person reads it."""
    return "×".join(localized(side, ",") for side in shape)


def shape_words(shape: Shape) -> str:
    """``10``, ``12288`` or ``32x7x7``, for code and files."""
    return "x".join(map(str, shape))
