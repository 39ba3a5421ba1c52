"""The subject of generated code: one run of a recipe, its layer names and its initial weights.

Tensor names are those of the ``state_dict`` of the PyTorch code throughout: in the data file, in
exported weights and in the NumPy code.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.byte_images import memory_of
from aegui.core.data.split import split_indices
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import dropout_rate
from aegui.core.network.initializers import initial_tensors
from aegui.core.network.plan import network_plan
from aegui.core.network.shapes import is_image
from aegui.core.network.words import architecture
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

MAX_NUMBERS = 2**28
"""Maximum number of pixel values over all images that may be saved with the code."""


@dataclass(frozen=True, eq=False)
class CodedRun:
    """One run of a resolved recipe."""

    resolved: ResolvedRecipe
    """The recipe reduced to this run, with the run's seed."""
    name: str = ""
    """Name of the network."""

    @classmethod
    def of(cls, resolved: ResolvedRecipe, name: str = "", run: int = 0) -> CodedRun:
        """Return run number ``run`` of a population as a subject of its own."""
        recipe = resolved.recipe
        alone = recipe.model_copy(update={"seed": recipe.seed + run, "runs": 1})
        return cls(replace(resolved, recipe=alone, members=()), name or recipe.name)

    @property
    def layers(self) -> tuple[LayerShape, ...]:
        """The layers of the chain, followed by those of the parts beside it."""
        return self.resolved.all_layers

    @property
    def code_end(self) -> int:
        """Number of encoder layers: ``layers[:code_end]`` encode."""
        return self.resolved.code_end

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Attribute name of each layer in the code: ``encoder_1``, ``code``, ``output``, ..."""
        return layer_names(self.layers)

    @property
    def is_gaussian(self) -> bool:
        """Whether the code is sampled from a Gaussian."""
        return self.resolved.recipe.network.latent.kind == "gaussian"

    @property
    def draws_noise(self) -> bool:
        """Whether each step draws noise of the code's shape."""
        return is_drawn(self.resolved)

    @property
    def is_drawn(self) -> bool:
        """Whether a step depends on random draws of any kind."""
        return bool(
            self.fresh_noise
            or not self.full_batch
            or self.dropped
            or self.draws_noise
            or self.resolved.recipe.data.augment.active
        )

    @cached_property
    def dropped(self) -> dict[int, float]:
        """Dropout rate by layer index, for the layers with dropout."""
        rates = {at: dropout_rate(layer.spec) for at, layer in enumerate(self.layers)}
        return {at: rate for at, rate in rates.items() if rate}

    @property
    def ends_in_image(self) -> bool:
        """Whether the last layer outputs images, not rows."""
        return is_image(self.resolved.layers[-1].output_shape)

    @property
    def by_logits(self) -> bool:
        """Whether the loss is computed from the logits, as in the program."""
        return bool(LOSSES[self.resolved.recipe.training.loss].of_logits)

    def takes_images(self, index: int) -> bool:
        """Return whether a layer takes images without flattening them."""
        layer = self.layers[index]
        is_dense = isinstance(layer.spec, LayerSpec | LatentSpec)
        return is_image(layer.input_shape) and not is_dense

    # Data

    @cached_property
    def training(self) -> NDArray[np.int64]:
        """Indices of the training samples."""
        return split_indices(len(self.resolved.dataset), self.resolved.recipe.data.split)[0]

    @property
    def rows(self) -> int:
        """Samples per epoch, including noisy copies."""
        corruption = self.resolved.recipe.data.corruption
        return len(self.training) * (corruption.copies if corruption.kind != "none" else 1)

    @property
    def batch_rows(self) -> int:
        """Samples per step."""
        return min(self.resolved.recipe.training.batch_size or self.rows, self.rows)

    @property
    def full_batch(self) -> bool:
        """Whether each step sees all samples."""
        return self.batch_rows == self.rows

    def normalises_one(self, index: int) -> bool:
        """Return whether some batch gives a batch normalisation one value per mean.

        The layer then uses its running statistics instead.
        """
        layer = self.layers[index]
        if not isinstance(layer.spec, NormSpec) or layer.spec.kind != "batch_norm":
            return False
        # Pre-training runs over the samples without their noisy copies.
        ends = {(rows - 1) % self.batch_rows for rows in (self.rows, len(self.training))}
        return prod(layer.input_shape[1:]) == 1 and 0 in ends

    @property
    def noise_per_batch(self) -> bool:
        """Whether noise is drawn per batch, not for a whole epoch."""
        numbers = self.rows * self.resolved.dataset.pixels
        return numbers > EPOCH_NOISE_NUMBERS or self.resolved.recipe.data.augment.active

    @property
    def fresh_noise(self) -> bool:
        """Whether noise is drawn anew in every epoch."""
        corruption = self.resolved.recipe.data.corruption
        return corruption.kind != "none" and corruption.fresh

    @property
    def rate_of_epoch(self) -> bool:
        """Whether the learning rate is constant within an epoch."""
        return engine_name(self.resolved, self.rows) == "fused" and not self.keeps_bytes

    @property
    def keeps_bytes(self) -> bool:
        """Whether the dataset stores its images as bytes."""
        return bool(memory_of(self.resolved.dataset.flat()).dtype == np.uint8)

    def images(self) -> NDArray[np.generic]:
        """Return the training samples, ``[n, D]``: as bytes where they suffice, else as float32.

        Raises:
            AeguiError: The samples are too large to be saved with the code.
        """
        dataset = self.resolved.dataset
        if len(self.training) * dataset.pixels > MAX_NUMBERS:
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
        """Return the ``state_dict`` name of a tensor of the layer ``index``."""
        return tensor_name(self.layers[index], self.names[index], tensor)

    def first_state(self) -> dict[str, NDArray[np.generic]]:
        """Return the initial weights of this run as a ``state_dict`` of arrays."""
        recipe = self.resolved.recipe
        drawn = initial_tensors(self.layers, recipe.training.initializer, recipe.seed)
        tensors = [
            {name: tensor.numpy() for name, tensor in layer_tensors.items()}
            for layer_tensors in drawn
        ]
        return state_dict(self.layers, tensors)

    @property
    def weights(self) -> list[str]:
        """Names of the tensors that L1 and L2 penalise."""
        return [
            self.tensor_name(index, tensor.name)
            for index, layer in enumerate(self.layers)
            for tensor in layer.tensors
            if tensor.role == "weight"
        ]

    @property
    def sizes_words(self) -> str:
        """Layer sizes from input to output, as in the window: ``35-25-10-2-10-25-35``."""
        return architecture(network_plan(self.resolved.recipe, self.resolved.dataset.image_shape))
