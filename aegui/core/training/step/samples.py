"""The samples on the device: clean input, noise, and the choice of measured samples.

All engines draw from one generator in the same order (noise, permutation, dropout), so they get the
same numbers, and its state at the end of an epoch is all that has to be saved to continue.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Protocol

import torch

from aegui.core.data.byte_images import is_mapped, memory_of
from aegui.core.data.corruption import corrupt_into
from aegui.core.data.split import split_indices
from aegui.core.sampled import sampled
from aegui.core.seeds import EVALUATION_SEED, MEASURE_SEED, NOISE_SEED
from aegui.core.training.cost import MEASURED_ROWS, measured_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec

EVALUATION_ROWS = 1024
"""Minimum number of noisy samples on which the loss of a denoiser is measured."""
_EVALUATION_ROWS_OF_ALL = 2**18
"""Upper bound of these samples summed over the runs, each of which needs memory for them."""
_COPIED_BYTES = 2**24
"""Sets of more bytes are not copied for a training on the CPU: the engines only read them."""
EPOCH_NOISE_NUMBERS = 2**24
"""Maximum number of fresh noise values that are drawn for a whole epoch at once."""


class Rows(Protocol):
    """Samples that batches are taken from; see ``Samples`` for the attributes."""

    inputs: torch.Tensor
    target: torch.Tensor
    corruption: CorruptionSpec
    rows: int
    batch_rows: int
    full_batch: bool
    noise_per_batch: bool
    device: torch.device
    image_shape: tuple[int, int, int] | None
    noisy_target: bool

    @property
    def fresh_noise(self) -> bool:
        """Whether noise is drawn anew in every epoch."""


class Samples:
    """Targets ``[1, rows, D]`` and the inputs made from them.

    ``rows`` is the number of training samples times the copies of the corruption. With fixed noise
    the inputs are drawn here, once, and are the same for every run; fresh noise is drawn by the
    engines, separately for each run.

    Attributes:
        training: Indices of the training samples in the dataset, int64.
        validation: Indices of the validation samples; empty without a split.
        clean: The training samples ``[1, n, D]``. Sets larger than memory allows stay in their
            file and are read batch by batch; other large sets share the dataset's memory. Nothing
            may write to them. Sets stored as bytes stay bytes, see ``as_numbers``, unless all
            samples are one batch.
        measured: Indices of the measured samples among the training samples.
        image_shape: Channels, height and width of a row; None if rows are not images.
        noisy_target: Whether fresh noise is also the target: the target is the noisy input.
    """

    def __init__(
        self, resolved: ResolvedRecipe, corruption: CorruptionSpec, device: torch.device
    ) -> None:
        dataset = resolved.dataset
        self.device = device
        self.image_shape: tuple[int, int, int] | None = dataset.image_shape
        self.training, self.validation = split_indices(len(dataset), resolved.recipe.data.split)
        self.clean = _on_device(dataset.flat(), self.training, device)
        self.corruption = corruption
        copies = corruption.effective_copies
        batch = resolved.recipe.training.batch_size
        if batch is None or batch >= copies * self.clean.shape[1]:
            # The full batch is used at once: no batch is taken that would convert the bytes.
            self.clean = as_numbers(self.clean)
        self.target = self.clean.repeat(1, copies, 1) if copies > 1 else self.clean
        self.inputs = self.target
        if corruption.kind != "none" and not corruption.fresh:
            seed = resolved.recipe.seed ^ NOISE_SEED
            self.inputs = self._corrupted(self.target, corruption, seed)
            if not corruption.clean_target:
                self.target = self.inputs
        self.noisy_target = self.fresh_noise and not corruption.clean_target
        self.rows = self.target.shape[1]
        self.batch_rows = min(batch, self.rows) if batch is not None else self.rows
        self.full_batch = self.batch_rows == self.rows
        numbers = resolved.recipe.runs * self.target.numel()
        self.noise_per_batch = numbers > EPOCH_NOISE_NUMBERS or resolved.recipe.data.augment.active
        self.measured = some_of(len(self.training))
        self._set_evaluation(resolved)

    @property
    def fresh_noise(self) -> bool:
        """Whether noise is drawn anew in every epoch."""
        return self.corruption.kind != "none" and self.corruption.fresh

    def set_level(self, resolved: ResolvedRecipe, level: float) -> None:
        """Measure the loss at another level of fresh noise; engines get theirs in each call."""
        self.corruption = self.corruption.model_copy(update={"level": level})
        self._set_evaluation(resolved)

    def _set_evaluation(self, resolved: ResolvedRecipe) -> None:
        """Set the inputs on which the loss is measured: clean, fixed noise, or one noisy draw."""
        corruption = self.corruption
        self.noisy_evaluation = corruption.kind != "none"
        measured = self.clean
        if len(self.measured) < self.clean.shape[1]:
            measured = self.clean[:, torch.from_numpy(self.measured)]
        self.eval_clean = as_numbers(measured).to(self.device)
        self.eval_target = self.eval_clean
        self.eval_inputs = self.eval_clean
        flat = resolved.dataset.flat()
        chosen = self.validation[some_of(len(self.validation))]
        self.validation_clean = as_numbers(_on_device(flat, chosen, self.device))
        self.validation_target = self.validation_clean
        self.validation_inputs = self.validation_target
        if not self.noisy_evaluation:
            return
        seed = resolved.recipe.seed ^ EVALUATION_SEED
        if len(chosen):
            self.validation_inputs = self._corrupted(self.validation_target, corruption, seed + 1)
            if not corruption.clean_target:
                self.validation_target = self.validation_inputs
        if not corruption.fresh and self.rows <= MEASURED_ROWS:
            self.eval_target, self.eval_inputs = self.target, self.inputs
            return
        rows = min(EVALUATION_ROWS, _EVALUATION_ROWS_OF_ALL // resolved.recipe.runs)
        rows = max(rows, min(self.rows, len(self.measured)))
        self.eval_target = self.eval_clean.repeat(1, -(-rows // self.eval_clean.shape[1]), 1)
        self.eval_inputs = self._corrupted(self.eval_target, corruption, seed)
        if not corruption.clean_target:
            self.eval_target = self.eval_inputs

    def _corrupted(self, clean: torch.Tensor, spec: CorruptionSpec, seed: int) -> torch.Tensor:
        generator = torch.Generator(device=clean.device).manual_seed(seed)
        clean = as_numbers(clean)
        out = torch.empty_like(clean)
        corrupt_into(clean, out, spec, generator, self.image_shape)
        return out


def some_of(count: int) -> NDArray[np.int64]:
    """Return the indices of the samples measured out of ``count``, always the same."""
    return sampled(count, measured_rows(count), MEASURE_SEED)


def as_numbers(rows: torch.Tensor) -> torch.Tensor:
    """Return ``rows`` in [0, 1], converted if they are stored as bytes."""
    return rows.float().div_(255.0) if rows.dtype == torch.uint8 else rows


def pick_into(rows: torch.Tensor, index: torch.Tensor, out: torch.Tensor) -> None:
    """Copy ``rows`` ``[K, n, D]`` at ``index`` into ``out``, bytes as numbers in [0, 1]."""
    if rows.dtype == torch.uint8:
        out.copy_(torch.index_select(rows, 1, index))
        out.div_(255.0)
    else:
        torch.index_select(rows, 1, index, out=out)


def _on_device(
    flat: NDArray[np.float32], chosen: NDArray[np.int64], device: torch.device
) -> torch.Tensor:
    """Return the rows ``chosen`` of ``flat`` as ``[1, n, D]``; bytes if stored as bytes."""
    is_complete = len(chosen) == len(flat)
    held = memory_of(flat) if device.type == "cpu" or is_complete else flat
    is_large = device.type == "cpu" and flat.nbytes > _COPIED_BYTES
    if is_complete and (is_mapped(flat) or is_large):
        with warnings.catch_warnings():
            # torch warns about read-only arrays; nothing here writes to them.
            warnings.simplefilter("ignore", UserWarning)
            return torch.from_numpy(held)[None]
    # Indexing makes a copy too.
    rows = held.copy() if is_complete else held[chosen]
    return torch.from_numpy(rows).to(device)[None]
