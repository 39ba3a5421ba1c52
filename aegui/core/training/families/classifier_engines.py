"""Engines for the phases of a classifier: generated programs, many batches in one call.

Pre-training has neither dropout nor augmentation: a mirror has to reproduce all of its input, which
is made hard enough by the noise of ``classifier.pretrain.corruption``, drawn anew for every batch.
Each group of layers starts with an Adam of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.network.forward import apply_layers, dropout_rate
from aegui.core.recipe import OptimizerSpec
from aegui.core.training.engines.batch_program import (
    BatchProgram,
    GeneratedEngine,
    compiled,
    is_captured_on,
    number_type,
    step_parameters,
)
from aegui.core.training.families.classifier_rows import CodeRows, emit_corrupted
from aegui.core.training.losses import LOSSES
from aegui.core.training.record.checkpoint_check import array, counts
from aegui.core.training.step.cancellation import ChangedTensors
from aegui.core.training.step.lines import dropout_line
from aegui.core.training.step.model import Model
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source
from aegui.core.training.step.tape import Tape
from aegui.core.training.step.update import RunUpdate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import ClassifierSpec
    from aegui.core.training.families.classifier import Group
    from aegui.core.training.step.model import Leaf
    from aegui.core.training.step.objective import Root
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Rows, Samples

    _State = dict[str, NDArray[np.generic]]

_SLOTS = ("mean", "square")
_FIRST_PARAMETERS = (
    ("runs", "List[List[Tensor]]"),
    ("drawn", "List[Tensor]"),
    ("s", "List[List[Tensor]]"),
    ("lists", "List[List[List[Tensor]]]"),
)
_STEP = """
def step({first_parameters}, {parameters}) -> None:
{draw}
    for run in range(len(runs)):
        gradient(runs[run], s, inputs[min(run, inputs.size(0) - 1)], index, g)
    for run in range(len(runs)):
        update([], lists[run], lr)
"""
"""One step: random draws, the gradient of each of the ``runs``, and their updates."""


class _PhaseEngine(GeneratedEngine):
    """Trains some of the layers, on batches of images or of codes from frozen layers."""

    name = "layered"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        source: Rows,
        generator: torch.Generator,
        learnt: Sequence[int],
        update: RunUpdate,
        changed: ChangedTensors | None = None,
    ) -> None:
        super().__init__(resolved, parameters, source, generator, changed)
        self._learnt = learnt
        self._update = update
        self._codes = source if isinstance(source, CodeRows) else None
        self._width = source.target.shape[2]

    @property
    def is_ready(self) -> bool:
        """Whether the fixed codes have been computed."""
        return self._codes is None or self._codes.is_ready

    def make_ready(self) -> None:
        """Compute a part of the fixed codes."""
        if self._codes is not None:
            self._codes.prepare()

    def _build(self, width: int, rows: int) -> BatchProgram:
        source, update = Source(), Source()
        tape = Tape(source, primitives_on(self.device))
        model = Model(self._resolved, self._parameters, stacked=False, tape=tape)
        for index, tensors in enumerate(model.stacks[0]):
            for tensor in tensors.values() if index not in self._learnt else ():
                tensor.needs = False
        buffers = self._mask_buffers(model, rows)
        draw = [line.format(f"drawn[{at}]") for at, (_, line) in enumerate(buffers.values())]
        masks = {
            index: tape.of_run(f"mask{index}_", buffer) for index, (buffer, _) in buffers.items()
        }
        inputs = tape.named("inputs", torch.empty(rows, self._width, device=self.device))
        with torch.enable_grad():
            roots: Any = self._roots(tape, model, inputs, masks)
        with torch.no_grad():
            tape.backward(roots)
        for line in self._update.lines(0, "lr"):
            update.line(line, 0)
        step = _STEP.format(
            first_parameters=", ".join(f"{name}: {kind}" for name, kind in _FIRST_PARAMETERS),
            parameters=step_parameters(self.device),
            draw="\n".join("    " + line for line in draw),
        )
        gradient = source.text("gradient", "inputs: Tensor, index: Tensor, g: Generator")
        number = number_type(self.device)
        text = "\n".join((gradient, update.text("update", f"lr: {number}"), step))
        runs = range(self._parameters.layout.runs)
        arguments = (
            [tape.tensors(run) for run in runs],
            [buffer for buffer, _ in buffers.values()],
            source.lists,
            [self._update.lists(run) for run in runs],
        )
        return BatchProgram(compiled(text, _FIRST_PARAMETERS, rows, self.device), arguments)

    def _mask_buffers(self, model: Model, rows: int) -> dict[int, tuple[torch.Tensor, str]]:
        """Return dropout mask buffers ``[K, rows, ...]`` by layer, and the lines that draw them."""
        return {}

    def _roots(self, tape: Tape, model: Model, inputs: Any, masks: Mapping[int, Any]) -> list[Root]:
        """Return the roots of the gradient for a batch ``inputs`` ``[rows, D]``."""
        raise NotImplementedError

    @staticmethod
    def _frozen(model: Model, inputs: Any, depth: int) -> Any:
        """Return the output of the first ``depth`` layers for images, in inference mode."""
        with torch.no_grad():
            return model.apply(0, model.shaped(inputs, 0), slice(0, depth)).flatten(1)


class PretrainEngine(_PhaseEngine):
    """Trains one group of layers and its mirror to reconstruct the group's clean input."""

    def __init__(
        self,
        model: Model,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        group: Group,
    ) -> None:
        classifier = resolved.recipe.classifier
        assert classifier is not None
        self._group = group
        self._spec = classifier.pretrain
        self._slots = {name: torch.zeros_like(parameters.flat) for name in _SLOTS}
        self._steps = torch.zeros((), device=samples.device)
        learnt = sorted(
            index
            for part in (group.encoder, group.decoder)
            for index in range(part.start, part.stop)
        )
        adam = OptimizerSpec(name="adam")
        update = RunUpdate(
            adam,
            None,
            parameters,
            learnt,
            self._steps,
            slots=self._slots,
            is_captured=is_captured_on(parameters.device),
        )
        self._rows = CodeRows(model, samples, group.encoder.start)
        changed = ChangedTensors(
            [parameters.buffers], [parameters.flat, self._steps, *self._slots.values()]
        )
        super().__init__(resolved, parameters, self._rows, generator, learnt, update, changed)
        self._augmentation = None

    def _roots(self, tape: Tape, model: Model, inputs: Any, masks: Mapping[int, Any]) -> list[Root]:
        """Return the roots of the gradient of ``group_loss``."""
        group, loss, start = self._group, LOSSES[self._group.loss], self._group.encoder.start
        is_code = start == 0 or self._rows.is_cached
        clean = inputs if is_code else self._frozen(model, inputs, start)
        noisy = clean
        if self._spec.corruption.kind != "none":
            noisy = tape.fixed(torch.zeros(clean.shape, device=self.device))
            emit_corrupted(
                tape.source,
                clean.name,
                noisy.name,
                self._spec.corruption,
                is_bounded=group.is_bounded,
                image_shape=self._rows.image_shape,
            )
        code = model.apply(0, model.shaped(noisy, start), group.encoder, training=True)
        layers = list(group.mirror)
        if loss.of_logits:
            spec = layers[-1].spec.model_copy(update={"activation": "identity"})
            layers[-1] = replace(layers[-1], spec=spec)
        tensors = model.tensors(0)[group.decoder]
        root = apply_layers(layers, tensors, code, training=True)
        with torch.no_grad():
            flat = root.flatten(1)
            output = torch.sigmoid(flat) if loss.of_logits else flat
            gradient = loss.gradient(output, clean, 1.0 / clean.numel(), 1.0)
            return [(root, gradient.view(root.shape), 1.0)]

    def _views(self, slot: torch.Tensor) -> list[torch.Tensor]:
        """Return the views of an optimiser slot for each tensor of each run."""
        learnt = self._parameters.layout.parameters
        return [
            block.view(slot)[run]
            for run in range(self._parameters.layout.runs)
            for layer in self._learnt
            for block in learnt[layer].values()
        ]

    def state(self) -> _State:
        """Return the state of the optimiser."""
        slots = {
            f"pretrain_{name}": torch.cat([it.flatten() for it in self._views(slot)]).cpu().numpy()
            for name, slot in self._slots.items()
        }
        return {**slots, "pretrain_steps": self._steps.cpu().numpy().copy()}

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore the state of the optimiser."""
        if "pretrain_steps" not in state:
            return
        like = self.state()
        steps = counts(state, "pretrain_steps", like["pretrain_steps"])
        self._steps.copy_(torch.from_numpy(steps.copy()))
        for name, slot in self._slots.items():
            key, views = f"pretrain_{name}", self._views(slot)
            flat = torch.from_numpy(array(state, key, like[key]).copy())
            parts = torch.split(flat, [view.numel() for view in views])
            for view, part in zip(views, parts, strict=True):
                view.copy_(part.view_as(view))


class FineTuneEngine(_PhaseEngine):
    """Trains encoder and head, or the head alone, to predict the classes."""

    def __init__(
        self,
        model: Model,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        recipe, classifier = resolved.recipe, resolved.recipe.classifier
        assert classifier is not None
        training, learnt = recipe.training, _learnt(model, resolved)
        # Codes that never change need not be recomputed for every batch.
        still = samples.corruption.kind == "none" and not recipe.data.augment.active
        source: Rows = samples
        if classifier.frozen and still:
            source = CodeRows(model, samples, resolved.code_end)
        update = RunUpdate(
            training.optimizer,
            training.clip_norm,
            parameters,
            learnt,
            parameters.steps,
            l1=training.l1,
            l2=training.l2,
            is_captured=is_captured_on(parameters.device),
        )
        super().__init__(resolved, parameters, source, generator, learnt, update)
        self._classifier = classifier
        self._head = model.part("head")
        self._encoder = slice(0, resolved.code_end)
        labels = resolved.dataset.class_indices[samples.training]
        self._labels = torch.from_numpy(labels).to(samples.device)
        self._targets = _targets(
            model.layers[self._head.stop - 1].outputs, classifier, samples.device
        )

    def _mask_buffers(self, model: Model, rows: int) -> dict[int, tuple[torch.Tensor, str]]:
        """Return dropout mask buffers ``[K, rows, ...]`` by layer, and the lines that draw them."""
        runs, buffers = self._parameters.layout.runs, {}
        for part in (self._head, *(() if self._classifier.frozen else (self._encoder,))):
            for index in range(part.start, part.stop):
                layer = model.layers[index]
                keep_probability = 1 - dropout_rate(layer.spec)
                if keep_probability < 1:
                    buffer = torch.zeros(runs, rows, *layer.output_shape, device=self.device)
                    buffers[index] = buffer, dropout_line(keep_probability)
        return buffers

    def _emit_targets(self, tape: Tape, rows: int) -> Any:
        """Emit the target probabilities ``[rows, classes]`` of a batch."""
        labels, targets = tape.fixed(self._labels), tape.fixed(self._targets)
        # Noisy copies of the samples are stored set after set.
        places = f"index % {len(self._labels)}"
        text = f"torch.index_select({labels.name}, 0, {places})"
        like = self._targets[:1].expand(rows, -1).contiguous()
        return tape.moving(f"torch.index_select({targets.name}, 0, {text})", like)

    def _roots(self, tape: Tape, model: Model, inputs: Any, masks: Mapping[int, Any]) -> list[Root]:
        """Return the root of the gradient: that of the mean cross-entropy by the scores."""
        if not self._classifier.frozen:
            shaped = model.shaped(inputs, 0)
            inputs = model.apply(0, shaped, self._encoder, training=True, masks=masks)
        elif self._codes is None or not self._codes.is_cached:
            inputs = self._frozen(model, inputs, self._encoder.stop)
        scores = model.apply(0, inputs, self._head, training=True, masks=masks)
        with torch.no_grad():
            targets = self._emit_targets(tape, len(scores))
            gradient = (torch.softmax(scores, 1) - targets) * (1.0 / len(targets))
        return [(scores, gradient, 1.0)]

    def state(self) -> _State:
        """Return nothing: the optimiser's state is stored with the parameters."""
        return {}

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Do nothing: there is no state of its own."""


def _targets(classes: int, spec: ClassifierSpec, device: torch.device) -> torch.Tensor:
    """Return the target probabilities ``[classes, classes]`` for each class."""
    share = spec.label_smoothing
    return torch.eye(classes, device=device) * (1.0 - share) + share / classes


def _learnt(model: Model, resolved: ResolvedRecipe) -> list[int]:
    """Return the indices of the layers to fine-tune: the head, and the encoder unless frozen."""
    classifier = resolved.recipe.classifier
    assert classifier is not None
    head = model.part("head")
    encoder = () if classifier.frozen else range(resolved.code_end)
    return [*encoder, *range(head.start, head.stop)]


def trained_leaves(model: Model, resolved: ResolvedRecipe) -> list[Leaf]:
    """Return the leaves that fine-tuning changes."""
    learnt = _learnt(model, resolved)
    return [leaf for leaf in model.leaves if leaf.layer in learnt]
