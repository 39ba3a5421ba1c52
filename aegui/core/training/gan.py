"""Training a generator and its adversary: what steps (Goodfellow et al. 2014).

The decoder makes images of codes from N(0, I); the discriminator gives each image one number, the
logit of its being real. Real and generated images go through it in batches of their own, so that a
batch normalisation sees the statistics of one kind at a time. The generator's loss is the one that
does not saturate, ``-log D(g(z))``.

Where the discriminator learns classes too, its further numbers are their logits: it names the class
of real images, and the generator is pressed to make images whose class is beyond doubt
(Springenberg 2016, equation 7, without class labels for what is generated).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from aegui.core.training.augment import augmented
from aegui.core.training.autograd import Batches, ByBatches, clip_each_run
from aegui.core.training.checkpoint_check import counts
from aegui.core.training.model import Model
from aegui.core.training.steppers import BatchStepper
from aegui.core.training.update import ListOptimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.model import Leaf
    from aegui.core.training.parameters import Parameters
    from aegui.core.training.samples import Samples
    from aegui.core.training.steppers import Orders

PART = "discriminator"


class Adversaries:
    """Generator and discriminator of a population, as functions of a batch.

    Attributes:
        model: The tensors of both.
    """

    def __init__(self, resolved: ResolvedRecipe, model: Model) -> None:
        self.model = model
        self._generator = slice(0, len(resolved.layers))
        self._judge = model.part(PART)

    def generate(
        self,
        run: int,
        codes: torch.Tensor,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Images of ``codes`` ``[n, d]``, rows or ``[n, C, H, W]`` as the last layer gives them."""
        return self.model.apply(run, codes, self._generator, training=training, masks=masks)

    def judge(
        self,
        run: int,
        images: torch.Tensor,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Logits ``[n]`` of ``images`` being real, rows or ``[n, C, H, W]``."""
        return self.scores(run, images, training=training, masks=masks)[:, 0]

    def scores(
        self,
        run: int,
        images: torch.Tensor,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """All that the discriminator says of ``images``: ``[n, 1]``, or ``[n, 1 + classes]``."""
        if images.dim() == 2:
            images = self.model.shaped(images, self._judge.start)
        return self.model.apply(run, images, self._judge, training=training, masks=masks)

    def masks(self, rows: int, generator: torch.Generator) -> Sequence[dict[int, torch.Tensor]]:
        """What dropout in the discriminator keeps, for each run."""
        return self.model.masks(rows, self._judge, generator)

    def generator_masks(
        self, rows: int, generator: torch.Generator
    ) -> Sequence[dict[int, torch.Tensor]]:
        """What dropout in the generator keeps, for each run."""
        return self.model.masks(rows, self._generator, generator)

    def leaves(self) -> tuple[list[Leaf], list[Leaf]]:
        """What the generator learns, and what the discriminator does."""
        own = range(self._judge.start, self._judge.stop)
        every = self.model.leaves
        return (
            [leaf for leaf in every if leaf.layer not in own],
            [leaf for leaf in every if leaf.layer in own],
        )


def told_apart(real: torch.Tensor, fake: torch.Tensor, smoothing: float = 0.0) -> torch.Tensor:
    """The discriminator's loss for logits of real and of generated images."""
    wanted = torch.full_like(real, 1.0 - smoothing)
    return binary_cross_entropy_with_logits(real, wanted) + binary_cross_entropy_with_logits(
        fake, torch.zeros_like(fake)
    )


def taken_for_real(fake: torch.Tensor) -> torch.Tensor:
    """The generator's loss for logits of its images."""
    return binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def class_loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in nats of the classes of real images, ``scores`` ``[n, 1 + classes]``."""
    return cross_entropy(scores[:, 1:], labels)


def class_doubt(scores: torch.Tensor) -> torch.Tensor:
    """How undecided the classes of generated images are, in nats: their mean entropy."""
    logs = scores[:, 1:].log_softmax(dim=1)
    return -(logs.exp() * logs).sum(dim=1).mean()


def class_narrowness(scores: torch.Tensor) -> torch.Tensor:
    """How few classes a batch of generated images has: minus the entropy of their mean, in nats."""
    mean = scores[:, 1:].softmax(dim=1).mean(dim=0)
    return (mean * mean.clamp_min(torch.finfo(mean.dtype).tiny).log()).sum()


class GanEngine(ByBatches):
    """One batch at a time: the discriminator learns from it, and then perhaps the generator.

    Attributes:
        trains: Whether the generator and whether the discriminator learn at present.
        turn: Batches seen, by which the generator's turn comes.
        discriminator_steps: Steps that the discriminator's optimiser has done.
    """

    name = "autograd"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        recipe, gan = resolved.recipe, resolved.recipe.gan
        assert gan is not None
        super().__init__(Batches(samples, generator, parameters.layout.runs))
        self.trains = (True, True)
        self.turn = 0
        self.discriminator_steps = torch.zeros((), device=parameters.device)
        self._adversaries = Adversaries(resolved, Model(resolved, parameters, stacked=False))
        self._gan = gan
        self._parameters = parameters
        self._noise = gan.noise
        self._rate = recipe.training.optimizer.learning_rate
        self._clip_norm = recipe.training.clip_norm
        self._latent = recipe.network.latent.units
        self._augment = recipe.data.augment
        self._image_shape = resolved.dataset.image_shape
        self._generator = generator
        self._leaves = self._adversaries.leaves()
        labels = resolved.dataset.class_indices[samples.training]
        self._labels = torch.from_numpy(labels).to(parameters.device)
        spec = recipe.training.optimizer
        own = spec.model_copy(update={"learning_rate": gan.learning_rate, "beta1": gan.beta1})
        generating, judging = self._leaves
        self._optimizers = (
            self._adversaries.model.optimizer(spec, generating),
            ListOptimizer(
                own,
                # All weights lie in one tensor, and a change of any counts as one of all: to the
                # graph of the generated images it would seem that the generator has changed. What
                # goes through ``data`` is not counted.
                [leaf.tensor.data for leaf in judging],
                {name: [leaf.slots[name] for leaf in judging] for name in parameters.slots},
                self.discriminator_steps,
            ),
        )

    def step(self, rate: float, level: float) -> None:
        """Learn from the next batch; ``rate`` is the generator's."""
        _, real = self.batches.next(level, self._augmented())
        self.turn += 1
        generating = self.trains[0] and self.turn % self._gan.steps == 0
        if not (generating or self.trains[1]):
            return
        self._noise = self._gan.noise * min(1.0, rate / self._rate)
        with torch.set_grad_enabled(generating):
            fakes = self._fakes(real.shape[1], real.device)
        if self.trains[1]:
            # The schedule and the lever of the rate move both networks alike.
            self._learn(1, self._discriminator_loss(real[0], fakes), rate / self._rate)
        if generating:
            self._learn(0, self._generator_loss(fakes), rate / self._rate)
            self._average()

    def _fakes(self, rows: int, device: torch.device) -> list[torch.Tensor]:
        """A batch of generated images for each run."""
        runs, adversaries = self._adversaries.model.runs, self._adversaries
        codes = torch.empty(runs, rows, self._latent, device=device)
        codes.normal_(generator=self._generator)
        masks = adversaries.generator_masks(rows, self._generator)
        return [
            adversaries.generate(run, codes[run], training=True, masks=masks[run])
            for run in range(runs)
        ]

    def _discriminator_loss(
        self, real: torch.Tensor, fakes: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        adversaries = self._adversaries
        masks = [adversaries.masks(len(real), self._generator) for _ in range(2)]
        losses = []
        with torch.enable_grad():
            for run, fake in enumerate(fakes):
                said, of_fake = [
                    adversaries.scores(run, self._spoilt(images), training=True, masks=own[run])
                    for images, own in zip((real, fake.detach()), masks, strict=True)
                ]
                losses.append(told_apart(said[:, 0], of_fake[:, 0], self._gan.label_smoothing))
                if self._gan.class_weight:
                    labels = self.batches.of_batch(self._labels)
                    losses.append(self._gan.class_weight * class_loss(said, labels))
            return torch.stack(losses).sum()

    def _generator_loss(self, fakes: Sequence[torch.Tensor]) -> torch.Tensor:
        adversaries = self._adversaries
        masks = adversaries.masks(len(fakes[0]), self._generator)
        losses = []
        with torch.enable_grad():
            for run, fake in enumerate(fakes):
                said = adversaries.scores(run, self._spoilt(fake), training=True, masks=masks[run])
                losses.append(taken_for_real(said[:, 0]))
                if self._gan.class_weight:
                    unclear = class_doubt(said) + class_narrowness(said)
                    losses.append(self._gan.class_weight * unclear)
            return torch.stack(losses).sum()

    def _spoilt(self, images: torch.Tensor) -> torch.Tensor:
        """``images`` with noise, which blurs the border between the two kinds (Sonderby 2017)."""
        if not self._noise:
            return images
        drawn = torch.empty_like(images).normal_(generator=self._generator)
        return torch.add(images, drawn, alpha=self._noise)

    def _average(self) -> None:
        """Let the running mean follow; at first quickly, so that it forgets how it all began."""
        mean = self._parameters.average
        if mean is not None:
            mean.lerp_(
                self._parameters.flat, 1.0 - min(self._gan.average, self.turn / (self.turn + 10.0))
            )

    def _learn(self, which: int, loss: torch.Tensor, factor: float) -> None:
        """One step of the generator's (0) or the discriminator's (1) optimiser."""
        leaves = self._leaves[which]
        gradients = list(torch.autograd.grad(loss, [leaf.tensor for leaf in leaves]))
        if self._clip_norm is not None:
            clip_each_run(gradients, leaves, self._clip_norm)
        base = (self._rate, self._gan.learning_rate)[which]
        self._optimizers[which].step(gradients, base * factor)

    def _augmented(self) -> object:
        if not self._augment.active:
            return None
        return lambda target: augmented(target, self._image_shape, self._augment, self._generator)


class GanStepper(BatchStepper):
    """Batch after batch, with the levers of the two networks."""

    def __init__(self, engine: GanEngine, rows: int, epochs: int) -> None:
        super().__init__(engine, rows, epochs)
        self._adversarial = engine

    def _learn(self, orders: Orders) -> None:
        self._adversarial.trains = orders.generator, orders.discriminator
        super()._learn(orders)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Whose turn it is, and how the epoch that is under way began."""
        engine = self._adversarial
        turn = np.array([engine.turn, int(engine.discriminator_steps)], np.int64)
        return {**super().state(), "adversaries": turn}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Go on from ``position``, within an epoch too."""
        super().restore(state, position, level)
        if "adversaries" in state:
            turn, steps = counts(state, "adversaries", np.zeros(2, np.int64)).tolist()
            self._adversarial.turn = turn
            self._adversarial.discriminator_steps.fill_(steps)
