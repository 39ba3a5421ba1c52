"""The samples on the device: clean input, noise, and the order in which batches take them.

All engines draw from the one generator in the same order (noise, permutation, dropout), so they
see the same numbers, and its state at the end of an epoch is all that continuation needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import CorruptionSpec

_NOISE_SEED = 0x5EED_0001
_EVALUATION_SEED = 0x5EED_0002
EVALUATION_ROWS = 1024
"""Noisy samples, at least, on which the loss of a denoiser is measured."""
_EVALUATION_ROWS_OF_ALL = 2**18
"""Bound of the above in large populations, whose runs each need memory for them."""


class Samples:
    """Targets ``[1, rows, D]`` and the inputs made from them.

    ``rows`` is N times the copies of the corruption. With fixed noise the inputs are drawn here,
    once, and are the same for every run; fresh noise is drawn by the engines, for each run apart.
    """

    def __init__(
        self, resolved: ResolvedRecipe, corruption: CorruptionSpec, device: torch.device
    ) -> None:
        # A copy, because torch warns of arrays that must not be written to.
        self.clean = torch.from_numpy(resolved.dataset.flat().copy()).to(device)[None]
        self.corruption = corruption
        copies = corruption.copies if corruption.kind != "none" else 1
        self.target = self.clean.repeat(1, copies, 1) if copies > 1 else self.clean
        self.inputs = self.target
        if corruption.kind != "none" and not corruption.fresh:
            seed = resolved.recipe.seed ^ _NOISE_SEED
            self.inputs = _corrupted(self.target, corruption, seed)
        self.rows = self.target.shape[1]
        batch = resolved.recipe.training.batch_size
        self.batch_rows = min(batch, self.rows) if batch is not None else self.rows
        self.full_batch = self.batch_rows == self.rows
        self._set_evaluation(resolved, corruption)

    @property
    def fresh_noise(self) -> bool:
        """Whether noise is drawn anew at every epoch."""
        return self.corruption.kind != "none" and self.corruption.fresh

    def _set_evaluation(self, resolved: ResolvedRecipe, corruption: CorruptionSpec) -> None:
        """Fix the inputs on which the loss is measured: clean, fixed noise, or one noisy draw."""
        self.noisy_evaluation = corruption.kind != "none"
        self.eval_target = self.clean
        self.eval_inputs = self.clean
        if not self.noisy_evaluation:
            return
        if not corruption.fresh:
            self.eval_target, self.eval_inputs = self.target, self.inputs
            return
        wished = min(EVALUATION_ROWS, _EVALUATION_ROWS_OF_ALL // resolved.recipe.runs)
        repeats = -(-max(wished, self.rows) // self.clean.shape[1])
        self.eval_target = self.clean.repeat(1, repeats, 1)
        seed = resolved.recipe.seed ^ _EVALUATION_SEED
        self.eval_inputs = _corrupted(self.eval_target, corruption, seed)


def _corrupted(clean: torch.Tensor, spec: CorruptionSpec, seed: int) -> torch.Tensor:
    from aegui.core.data.corruption import corrupt_into

    generator = torch.Generator(device=clean.device).manual_seed(seed)
    out = torch.empty_like(clean)
    corrupt_into(clean, out, spec, generator)
    return out
