"""Training of a generator and its adversary (Goodfellow et al. 2014).

The decoder generates images from codes of N(0, I); the discriminator maps each image to one number,
the logit of its being real. Real and generated images pass through it in separate batches, so that
a batch normalisation gets the statistics of one kind at a time. The generator's loss is the
non-saturating one, ``-log D(g(z))``.

If the discriminator learns classes too, its further outputs are their logits: it classifies real
images, and the generator is trained to make images whose class is certain (Springenberg 2016,
equation 7, without class labels for generated images).
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from textwrap import indent
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from aegui.core.network.forward import dropout_rate
from aegui.core.training.engines.batch_program import (
    BatchProgram,
    CapturedBatch,
    GeneratedEngine,
    compiled,
    is_captured_on,
    number_type,
    step_parameters,
)
from aegui.core.training.families.steppers import BatchStepper
from aegui.core.training.record.checkpoint_check import counts
from aegui.core.training.step.cancellation import ChangedTensors
from aegui.core.training.step.lines import dropout_line
from aegui.core.training.step.model import Model
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source
from aegui.core.training.step.tape import Tape
from aegui.core.training.step.update import RunUpdate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.families.steppers import Orders
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples
    from aegui.core.training.step.tape import Traced

PART = "discriminator"
_NORMAL = "{{}}.normal_(0.0, {}, generator=g)"


class Adversaries:
    """Generator and discriminator of a population, as functions of a batch.

    Attributes:
        model: The tensors of both.
        generator: The generator's layers in the model.
        discriminator: The discriminator's layers in the model.
    """

    def __init__(self, resolved: ResolvedRecipe, model: Model) -> None:
        self.model = model
        self.generator = slice(0, len(resolved.layers))
        self.discriminator = model.part(PART)

    def generate(
        self,
        run: int,
        codes: torch.Tensor,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return images of ``codes`` ``[n, d]`` as the last layer's rows or ``[n, C, H, W]``."""
        return self.model.apply(run, codes, self.generator, training=training, masks=masks)

    def scores(
        self,
        run: int,
        images: torch.Tensor,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return all outputs of the discriminator: ``[n, 1]``, or ``[n, 1 + classes]``.

        The first is the logit of being real; ``images`` are rows or ``[n, C, H, W]``.
        """
        if images.dim() == 2:
            images = self.model.shaped(images, self.discriminator.start)
        return self.model.apply(run, images, self.discriminator, training=training, masks=masks)


def discriminator_loss(
    real: torch.Tensor, fake: torch.Tensor, smoothing: float = 0.0
) -> torch.Tensor:
    """Return the discriminator's loss for logits of real and of generated images."""
    target = torch.full_like(real, 1.0 - smoothing)
    return binary_cross_entropy_with_logits(real, target) + binary_cross_entropy_with_logits(
        fake, torch.zeros_like(fake)
    )


def generator_loss(fake: torch.Tensor) -> torch.Tensor:
    """Return the generator's loss for logits of its images."""
    return binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def class_loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the class cross-entropy of real images in nats; ``scores`` is ``[n, 1 + classes]``."""
    return cross_entropy(scores[:, 1:], labels)


def conditional_entropy(scores: torch.Tensor) -> torch.Tensor:
    """Return the mean entropy, in nats, of the predicted classes of generated images."""
    logs = scores[:, 1:].log_softmax(dim=1)
    return -(logs.exp() * logs).sum(dim=1).mean()


def negative_marginal_entropy(scores: torch.Tensor) -> torch.Tensor:
    """Return minus the entropy of a batch's mean class prediction, in nats."""
    mean = scores[:, 1:].softmax(dim=1).mean(dim=0)
    return (mean * mean.clamp_min(torch.finfo(mean.dtype).tiny).log()).sum()


class GanEngine(GeneratedEngine):
    """Trains one batch at a time: first the discriminator, then, if due, the generator.

    Attributes:
        discriminator_steps: Steps that the discriminator's optimiser has done.
    """

    name = "layered"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        assert resolved.recipe.gan is not None
        steps = torch.zeros((), device=parameters.device)
        # Read within a step: on a GPU each reading would have to wait for it.
        switches = torch.tensor([0, 1, 1])
        mean = [] if parameters.average is None else [parameters.average]
        learnt = [parameters.flat, parameters.buffers, *parameters.slots.values(), *mean]
        # A step writes to both networks before it ends.
        changed = ChangedTensors([*learnt, parameters.steps, steps, switches])
        super().__init__(resolved, parameters, samples, generator, changed)
        self.discriminator_steps = steps
        self._switches = switches
        self._gan = resolved.recipe.gan
        labels = resolved.dataset.class_indices[samples.training]
        self._labels = torch.from_numpy(labels).to(parameters.device)

    @property
    def batch_count(self) -> int:
        """Number of batches seen; it determines when the generator is trained."""
        return int(self._switches[0])

    @batch_count.setter
    def batch_count(self, batch_count: int) -> None:
        self._switches[0] = batch_count

    def set_learning(self, *, generator: bool, discriminator: bool) -> None:
        """Set which of the two networks are trained from the next batch on."""
        self._switches[1], self._switches[2] = generator, discriminator

    def _build(self, width: int, rows: int) -> BatchProgram:
        parameters, gan = self._parameters, self._gan
        parts = _Parts(self._resolved, parameters, rows, self._labels, self.discriminator_steps)
        number = number_type(self.device)
        step = _STEP.format(
            first_parameters=", ".join(f"{name}: {kind}" for name, kind in _FIRST_PARAMETERS),
            parameters=step_parameters(self.device),
            number=number,
            steps=gan.steps,
            # TorchScript reads a subnormal number as 0.
            rate=max(self._resolved.recipe.training.optimizer.learning_rate, sys.float_info.min),
            judge_rate=gan.learning_rate,
            noise=gan.noise,
            least="torch.clamp(factor, max=1.0)" if self._is_captured else "min(1.0, factor)",
            average=gan.average,
            draw=indent("\n".join(parts.draws), " " * 4),
        )
        text = parts.tape.source.text("learn", _LEARN.format(number=number)) + step
        runs, mean = range(parameters.layout.runs), parameters.average
        arguments = (
            [parts.tape.tensors(run) for run in runs],
            [parts.lists(run) for run in runs],
            parts.drawn,
            self._switches,
            [] if mean is None else [mean, parameters.flat],
        )
        return BatchProgram(compiled(text, _FIRST_PARAMETERS, rows, self.device), arguments)

    def _step_with(self, program: BatchProgram, batch: CapturedBatch) -> None:
        """Do what ``step`` does: what is decided in it cannot be captured."""
        runs, lists, drawn, switches, mean = program.arguments
        turn, judging, generating = program.unit.turn(switches)
        if judging or generating:
            both = partial(
                program.unit.both,
                *(runs, lists, drawn, batch.target, batch.index, batch.rate),
                *(judging, generating, self._generator),
            )
            self._run(batch, (judging, generating), both)
        if generating:
            program.unit.follow(mean, turn)


_FIRST_PARAMETERS = (
    ("runs", "List[List[Tensor]]"),
    ("lists", "List[List[List[Tensor]]]"),
    ("drawn", "List[Tensor]"),
    ("switches", "Tensor"),
    ("mean", "List[Tensor]"),
)
_LEARN = (
    "target: Tensor, index: Tensor, lr: {number}, judge_lr: {number}, judging: bool, "
    "generating: bool"
)
_STEP = """
def turn(switches: Tensor) -> Tuple[int, bool, bool]:
    switches[0].add_(1)
    turn = int(switches[0])
    return turn, int(switches[2]) > 0, int(switches[1]) > 0 and turn % {steps} == 0

def both(
    runs: List[List[Tensor]], lists: List[List[List[Tensor]]], drawn: List[Tensor], target: Tensor,
    index: Tensor, lr: {number}, judging: bool, generating: bool, g: Generator
) -> None:
    # The schedule and the lever of the rate move both networks alike.
    factor = lr / {rate!r}
    noise = {noise!r} * {least}
{draw}
    for run in range(len(runs)):
        real = target[min(run, target.size(0) - 1)]
        learn(runs[run], lists[run], real, index, lr, {judge_rate!r} * factor, judging, generating)

def follow(mean: List[Tensor], turn: int) -> None:
    if len(mean) == 2:
        # At first it follows quickly, so that it forgets how it all began.
        mean[0].lerp_(mean[1], 1.0 - min({average!r}, turn / (turn + 10.0)))

def step({first_parameters}, {parameters}) -> None:
    number, judging, generating = turn(switches)
    if judging or generating:
        both(runs, lists, drawn, target, index, lr, judging, generating, g)
    if generating:
        follow(mean, number)
"""
"""One step: random draws, the training of each run, and the running mean of all runs."""


def _numbers(layers: slice) -> range:
    return range(layers.start, layers.stop)


class _Parts:
    """The training of a run's discriminator and generator on a batch, as parts of a program.

    Attributes:
        tape: Holds the lines.
        drawn: Buffers for the random numbers of a step, ``[K, ...]`` each.
        draws: Lines that fill them.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        rows: int,
        labels: torch.Tensor,
        discriminator_steps: torch.Tensor,
    ) -> None:
        recipe, gan = resolved.recipe, resolved.recipe.gan
        assert gan is not None
        self.tape = Tape(Source(), primitives_on(parameters.device))
        self.drawn: list[torch.Tensor] = []
        self.draws: list[str] = []
        self._condition = "True"
        self._parameters = parameters
        self._gan = gan
        self._rows = rows
        self._labels = labels
        self._both = Adversaries(
            resolved, Model(resolved, parameters, stacked=False, tape=self.tape)
        )
        spec, clip = recipe.training.optimizer, recipe.training.clip_norm
        discriminator_spec = spec.model_copy(update={"beta1": gan.beta1})
        self._is_captured = is_captured_on(parameters.device)
        self._updates = [
            RunUpdate(its, clip, parameters, _numbers(layers), steps, is_captured=self._is_captured)
            for its, layers, steps in (
                (spec, self._both.generator, parameters.steps),
                (discriminator_spec, self._both.discriminator, discriminator_steps),
            )
        ]
        codes = self._drawn((recipe.network.latent.units,), _NORMAL.format(1.0))
        masks = self._masks(self._both.generator)
        with torch.enable_grad():
            fakes = self._both.generate(0, codes, training=True, masks=masks)
            with self._only_if("judging"):
                self._judge(fakes)
            with self._only_if("generating"):
                self._generate(fakes)

    def lists(self, run: int) -> list[list[torch.Tensor]]:
        """Return the lists of tensors that the program is called with for ``run``."""
        return [tensors for update in self._updates for tensors in update.lists(run)]

    def _judge(self, fakes: torch.Tensor) -> None:
        """Emit the training of the discriminator."""
        tape, judge = self.tape, self._both.discriminator
        pixels = self._parameters.layers[judge.start].inputs
        real: Any = tape.named("target", torch.empty(self._rows, pixels, device=fakes.device))
        masks = [self._masks(judge) for _ in range(2)]
        said, of_fake = [
            self._both.scores(0, self._noisy(images), training=True, masks=mask)
            for images, mask in zip((real, fakes.detach()), masks, strict=True)
        ]
        losses = [(discriminator_loss(said[:, 0], of_fake[:, 0], self._gan.label_smoothing), 1.0)]
        if self._gan.class_weight:
            labels: Any = tape.moving(
                f"torch.index_select({tape.fixed(self._labels).name}, 0, index)",
                self._labels[: self._rows],
            )
            losses.append((class_loss(said, labels), self._gan.class_weight))
        self._learn(1, losses)

    def _generate(self, fakes: torch.Tensor) -> None:
        """Emit the training of the generator, without gradients of the discriminator."""
        judge = self._both.discriminator
        for tensors in self._both.model.stacks[0][judge]:
            for tensor in tensors.values():
                cast("Traced", tensor).needs = False
        masks = self._masks(judge)
        said = self._both.scores(0, self._noisy(fakes), training=True, masks=masks)
        losses = [(generator_loss(said[:, 0]), 1.0)]
        if self._gan.class_weight:
            losses.append(
                (
                    conditional_entropy(said) + negative_marginal_entropy(said),
                    self._gan.class_weight,
                )
            )
        self._learn(0, losses)

    def _learn(self, which: int, losses: Sequence[tuple[torch.Tensor, float]]) -> None:
        """Emit gradient and update of the generator (0) or the discriminator (1)."""
        roots: Any = [(loss, torch.ones_like(loss), weight) for loss, weight in losses]
        with torch.no_grad():
            self.tape.backward(roots)
        first = which and len(self._updates[0].lists(0))
        for line in self._updates[which].lines(first, ("lr", "judge_lr")[which]):
            self.tape.line(line)

    def _noisy(self, images: torch.Tensor) -> torch.Tensor:
        """Return ``images`` with noise, so that both kinds overlap more (Sonderby 2017)."""
        if not self._gan.noise:
            return images
        line = (
            _NORMAL.format("1.0") + ".mul_(noise)" if self._is_captured else _NORMAL.format("noise")
        )
        drawn: torch.Tensor = self._drawn(images.shape[1:], line)
        return images + drawn

    def _masks(self, layers: slice) -> dict[int, torch.Tensor]:
        """Return dropout masks by layer."""
        masks = {}
        for index in range(layers.start, layers.stop):
            keep_probability = 1 - dropout_rate(self._parameters.layers[index].spec)
            if keep_probability < 1:
                masks[index] = self._drawn(
                    self._parameters.layers[index].output_shape, dropout_line(keep_probability)
                )
        return masks

    def _drawn(self, shape: Sequence[int], line: str) -> Any:
        """Return random numbers drawn by ``line``, of the given shape for each sample."""
        runs, device = self._parameters.layout.runs, self._parameters.device
        self.drawn.append(torch.zeros(runs, self._rows, *shape, device=device))
        name = f"drawn[{len(self.drawn) - 1}]"
        self.draws += [f"if {self._condition}:", f"    {line.format(name)}"]
        return self.tape.of_run(f"drawn{len(self.drawn)}_", self.drawn[-1])

    @contextmanager
    def _only_if(self, condition: str) -> Iterator[None]:
        """Make the draws and lines added within depend on ``condition``."""
        self._condition = condition
        with self.tape.only_if(condition):
            yield
        self._condition = "True"


class GanStepper(BatchStepper):
    """Trains a GAN batch by batch, with switches for the two networks."""

    def __init__(self, engine: GanEngine, rows: int, epochs: int) -> None:
        super().__init__(engine, rows, epochs)
        self._adversarial = engine

    def _learn(self, orders: Orders) -> None:
        self._adversarial.set_learning(
            generator=orders.generator, discriminator=orders.discriminator
        )
        super()._learn(orders)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the step counts, and the state of the current epoch."""
        engine = self._adversarial
        batch_count = np.array([engine.batch_count, int(engine.discriminator_steps)], np.int64)
        return {**super().state(), "adversaries": batch_count}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Continue from ``position``, which may be within an epoch."""
        super().restore(state, position, level)
        if "adversaries" in state:
            batch_count, steps = counts(state, "adversaries", np.zeros(2, np.int64)).tolist()
            self._adversarial.batch_count = batch_count
            self._adversarial.discriminator_steps.fill_(steps)
