"""Measuring a GAN between epochs: how each of the two networks performs against the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.data.progress import stop_if
from aegui.core.network.layers import rows_in_a_piece
from aegui.core.sampled import sampled
from aegui.core.seeds import GAN_CODE_SEED, GAN_REAL_SEED
from aegui.core.training.families.gan import (
    Adversaries,
    class_loss,
    conditional_entropy,
    discriminator_loss,
    generator_loss,
)
from aegui.core.training.step.measure import Measured
from aegui.core.training.step.model import Model
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.families.steppers import Stepper
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

_ROWS = 512
"""Number of real images, and of generated ones, that the discriminator is evaluated on."""


class GanMeter:
    """Measures losses and mean probabilities, always on the same real images and codes.

    No noise is added to the images. A GAN has no measure of its best epoch: the best weights are
    always the last ones. ``loss`` is the generator's.
    """

    measured = 0
    reconstructs = False

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        stepper: Stepper,
    ) -> None:
        self.terms = options_of(resolved.recipe)[1:]
        self._stepper = stepper
        self._device = parameters.device
        self._latent = resolved.recipe.network.latent.units
        self._adversaries = Adversaries(resolved, Model(resolved, parameters, stacked=False))
        # Drawn at random: the first samples of a set sorted by class lack the other classes.
        shown = sampled(samples.eval_clean.shape[1], _ROWS, GAN_REAL_SEED)
        self._real = samples.eval_clean[0, torch.from_numpy(shown)].to(parameters.device)
        self._piece = rows_in_a_piece(resolved.all_layers, _ROWS)
        self._labels: torch.Tensor | None = None
        if "class_loss" in self.terms:
            labels = resolved.dataset.class_indices[samples.training[samples.measured][shown]]
            self._labels = torch.from_numpy(labels).to(parameters.device)

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights."""
        runs = self._adversaries.model.runs
        rows = [self._figures(run, cancelled) for run in range(runs)]
        terms = {key: np.array([row[key] for row in rows]) for key in self.terms}
        return Measured(
            terms["generator_loss"],
            np.zeros((runs, 0), np.int64),
            terms,
            rank=np.full(runs, -self._stepper.position),
        )

    def _figures(self, run: int, cancelled: IsCancelled | None) -> dict[str, float]:
        """Return means over the real images, and over as many generated ones."""
        generator = torch.Generator(device=self._device).manual_seed(GAN_CODE_SEED)
        codes = torch.empty(len(self._real), self._latent, device=self._device)
        codes.normal_(generator=generator)
        seen: tuple[list[torch.Tensor], list[torch.Tensor]] = ([], [])
        with torch.no_grad():
            for start in range(0, len(codes), self._piece):
                stop_if(cancelled)
                part = slice(start, start + self._piece)
                fakes = self._adversaries.generate(run, codes[part])
                for scores, images in zip(seen, (self._real[part], fakes), strict=True):
                    scores.append(self._adversaries.scores(run, images))
            said, of_fake = map(torch.cat, seen)
            figures = {
                "generator_loss": generator_loss(of_fake[:, 0]),
                "discriminator_loss": discriminator_loss(said[:, 0], of_fake[:, 0]),
                "real_score": said[:, 0].sigmoid().mean(),
                "fake_score": of_fake[:, 0].sigmoid().mean(),
            }
            if self._labels is not None:
                figures["class_loss"] = class_loss(said, self._labels)
                figures["conditional_entropy"] = conditional_entropy(of_fake)
            return {key: float(figure) for key, figure in figures.items()}

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Return the last figures; ``snapshot`` holds the last weights."""
        terms = self.measure(cancelled).terms
        runs = range(snapshot.runs)
        return None, [{key: float(column[run]) for key, column in terms.items()} for run in runs]
