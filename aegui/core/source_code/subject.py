"""What code is written about: one run of a recipe, the names of its layers, and its first weights.

Names of tensors are those of the ``state_dict`` of the PyTorch code, everywhere: in the file beside
it, in weights that are exported, and in the NumPy code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.byte_images import memory_of
from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.forward import dropout_rate
from aegui.core.network.initializers import initial_tensors
from aegui.core.network.shapes import is_image
from aegui.core.recipe import LatentSpec, LayerSpec, NormSpec
from aegui.core.source_code.state import layer_names, state_dict, tensor_name
from aegui.core.training.engines.choice import engine_name
from aegui.core.training.losses import LOSSES
from aegui.core.training.step.objective import is_drawn
from aegui.core.training.step.samples import EPOCH_NOISE_NUMBERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe

MOST_NUMBERS = 2**28
"""Numbers of all images together that may lie beside code."""


@dataclass(frozen=True, eq=False)
class CodedRun:
    """One run of a resolved recipe.

    Attributes:
        resolved: The recipe with this run alone: its seed is that of the run.
        name: What the network is called.
    """

    resolved: ResolvedRecipe
    name: str = ""

    @classmethod
    def of(cls, resolved: ResolvedRecipe, name: str = "", run: int = 0) -> CodedRun:
        """That of one run of a population."""
        recipe = resolved.recipe
        alone = recipe.model_copy(update={"seed": recipe.seed + run, "runs": 1})
        return cls(replace(resolved, recipe=alone, members=()), name or recipe.name)

    @property
    def layers(self) -> tuple[LayerShape, ...]:
        """The chain, and then the parts beside it."""
        return self.resolved.all_layers

    @property
    def code_end(self) -> int:
        """``layers[:code_end]`` encode."""
        return self.resolved.code_end

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What code calls each layer: ``encoder_1``, ``code``, ``output``, ..."""
        return layer_names(self.layers)

    @property
    def is_gaussian(self) -> bool:
        """Whether the code is drawn."""
        return self.resolved.recipe.network.latent.kind == "gaussian"

    @property
    def draws_noise(self) -> bool:
        """Whether each step draws numbers like the code."""
        return is_drawn(self.resolved)

    @property
    def is_drawn(self) -> bool:
        """Whether a step learns from anything that was drawn for it."""
        return bool(
            self.fresh_noise
            or not self.full_batch
            or self.dropped
            or self.draws_noise
            or self.resolved.recipe.data.augment.active
        )

    @cached_property
    def dropped(self) -> dict[int, float]:
        """Numbers of layers that silence a share of their numbers -> that share."""
        rates = {at: dropout_rate(layer.spec) for at, layer in enumerate(self.layers)}
        return {at: rate for at, rate in rates.items() if rate}

    @property
    def ends_in_image(self) -> bool:
        """Whether the last layer gives images, not rows."""
        return is_image(self.resolved.layers[-1].output_shape)

    @property
    def by_logits(self) -> bool:
        """Whether the loss is of what the last sigmoid takes, as the program computes it."""
        return bool(LOSSES[self.resolved.recipe.training.loss].of_logits)

    @property
    def encodes_images(self) -> bool:
        """Whether the first layer takes images, not rows."""
        return self.takes_images(0)

    def takes_images(self, index: int) -> bool:
        """Whether a layer is given images of rows and columns as they are."""
        layer = self.layers[index]
        is_dense = isinstance(layer.spec, LayerSpec | LatentSpec)
        return is_image(layer.input_shape) and not is_dense

    # Data

    @cached_property
    def training(self) -> NDArray[np.int64]:
        """Places of the samples that are learnt."""
        return split_indices(len(self.resolved.dataset), self.resolved.recipe.data.split)[0]

    @property
    def rows(self) -> int:
        """Samples of an epoch: copies count."""
        return len(self.training) * self.resolved.recipe.data.corruption.effective_copies

    @property
    def batch_rows(self) -> int:
        """Samples of a step."""
        return min(self.resolved.recipe.training.batch_size or self.rows, self.rows)

    @property
    def full_batch(self) -> bool:
        """Whether a step sees them all."""
        return self.batch_rows == self.rows

    def normalises_one(self, index: int) -> bool:
        """Whether some batch has a single number for each mean that a layer takes over it.

        A batch normalisation then takes the running statistics instead.
        """
        layer = self.layers[index]
        if not isinstance(layer.spec, NormSpec) or layer.spec.kind != "batch_norm":
            return False
        # Pre-training goes through the samples without their copies.
        ends = {(rows - 1) % self.batch_rows for rows in (self.rows, len(self.training))}
        return prod(layer.input_shape[1:]) == 1 and 0 in ends

    @property
    def noise_per_batch(self) -> bool:
        """Whether noise is drawn batch by batch, not for a whole epoch."""
        numbers = self.rows * self.resolved.dataset.pixels
        return numbers > EPOCH_NOISE_NUMBERS or self.resolved.recipe.data.augment.active

    @property
    def fresh_noise(self) -> bool:
        """Whether noise is drawn anew at every epoch."""
        corruption = self.resolved.recipe.data.corruption
        return corruption.kind != "none" and corruption.fresh

    @property
    def rate_of_epoch(self) -> bool:
        """Whether the learning rate stays the same within an epoch."""
        return engine_name(self.resolved, self.rows) == "fused" and not self.keeps_bytes

    @property
    def keeps_bytes(self) -> bool:
        """Whether the set keeps bytes."""
        return bool(memory_of(self.resolved.dataset.flat()).dtype == np.uint8)

    def images(self) -> NDArray[np.generic]:
        """The samples that are learnt, ``[n, D]``: bytes, or float32 where these do not do.

        Raises:
            AeguiError: There are too many of them.
        """
        dataset = self.resolved.dataset
        if len(self.training) * dataset.pixels > MOST_NUMBERS:
            raise AeguiError(
                tr("{name} is too large to be saved beside the code.", name=dataset.name)
            )
        held = memory_of(dataset.flat())
        chosen = held[self.training]
        if chosen.dtype != np.uint8 and dataset.is_binary:
            chosen = chosen.astype(np.uint8)
        return np.ascontiguousarray(chosen)

    # Weights

    def tensor_name(self, index: int, tensor: str) -> str:
        """Name of a tensor of a layer in the ``state_dict``."""
        return tensor_name(self.layers[index], self.names[index], tensor)

    def first_state(self) -> dict[str, NDArray[np.generic]]:
        """The weights that the training of this run begins with."""
        recipe = self.resolved.recipe
        drawn = initial_tensors(self.layers, recipe.training.initializer, recipe.seed)
        tensors = [{name: one.numpy() for name, one in own.items()} for own in drawn]
        return state_dict(self.layers, tensors)

    @property
    def weights(self) -> list[str]:
        """Names of what L1 and L2 count."""
        return [
            self.tensor_name(index, tensor.name)
            for index, layer in enumerate(self.layers)
            for tensor in layer.tensors
            if tensor.role == "weight"
        ]

    @property
    def sizes_words(self) -> str:
        """Numbers from layer to layer: ``35-25-10-2-10-25-35``."""
        layers = self.resolved.layers
        return "-".join(str(n) for n in (prod(layers[0].input_shape), *(o.outputs for o in layers)))
