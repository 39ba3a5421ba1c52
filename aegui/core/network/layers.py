"""Layers with their position in a chain: input, output and tensors."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Literal

from aegui.core.light_dataclass import dataclass
from aegui.core.network.shapes import Shape, TensorSpec, is_image, shape_words
from aegui.core.recipe import AnyLayer, LatentSpec, NormSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

Spec = AnyLayer | LatentSpec
Part = Literal["encoder", "latent", "decoder", "output", "head", "discriminator"]
PIECE_COST = 2_000_000_000
"""Multiplications between two checks for cancellation: a twentieth of a second on free cores, some
tenths beside a busy window."""


@dataclass(frozen=True)
class LayerShape:
    """A layer with its position in the chain."""

    where: str
    """Path of the layer in the recipe, such as ``network.encoder.1``."""
    spec: Spec
    """Its settings in the recipe."""
    input_shape: Shape
    """Shape of its input."""
    output_shape: Shape
    """Shape of its output; for a gaussian code that of its mean."""
    tensors: tuple[TensorSpec, ...] = ()
    """Its tensors; without the weight if that is taken from another layer."""
    part: Part = "encoder"
    """The part of the chain it belongs to."""
    tied_to: int | None = None
    """Index of the layer whose weight it uses, transposed; None if it has its own."""

    @cached_property
    def inputs(self) -> int:
        """Input numbers per sample."""
        return prod(self.input_shape)

    @cached_property
    def outputs(self) -> int:
        """Output numbers per sample."""
        return prod(self.output_shape)

    @cached_property
    def parameters(self) -> int:
        """Trainable numbers of the layer, per run."""
        return sum(tensor.size for tensor in self.tensors if tensor.role != "buffer")

    @cached_property
    def signature(self) -> str:
        """What determines the shapes of its tensors, given its input shape, as text."""
        words = f"{self.spec.kind}:{shape_words(self.output_shape)}"
        if self.tied_to is not None:
            return f"{words}~tied"
        kernels = [one.shape[2:] for one in self.tensors if one.role == "weight"]
        return words + "".join(f"@{shape_words(kernel)}" for kernel in kernels if kernel)

    @cached_property
    def cost(self) -> int:
        """Multiplications per sample."""
        return self.spec.cost(self.input_shape, self.output_shape)


def is_stackable(layers: Sequence[LayerShape]) -> bool:
    """Return whether all layers work on rows, so that many runs can be one batched product."""
    return all(layer.spec.on_rows for layer in layers) and not any(
        isinstance(layer.spec, NormSpec) and is_image(layer.input_shape) for layer in layers
    )


def rows_in_a_piece(layers: Sequence[LayerShape], most: int) -> int:
    """Return how many samples may pass ``layers`` between two checks for cancellation."""
    return max(1, min(most, PIECE_COST // max(1, sum(layer.cost for layer in layers))))
