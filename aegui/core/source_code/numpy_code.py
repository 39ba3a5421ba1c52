"""An autoencoder written out in NumPy: forward, backward, optimiser and a gradient check.

The formulas of activations, losses and noises come from their tables. NumPy cannot reproduce the
random draws of torch: the draws of the first steps are saved with the code, which then continues
with NumPy's own generator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.shapes import shape_words
from aegui.core.recipe import (
    DropoutSpec,
    FlattenSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    ReshapeSpec,
)
from aegui.core.recipe.layers import LAYERS
from aegui.core.source_code.listing import CodeWriter
from aegui.core.source_code.numpy_gradient import HELPERS, GradientPrinter, numpy_text
from aegui.core.source_code.numpy_images import FUNCTIONS, IMAGE_SPECS, functions_of
from aegui.core.source_code.torch_code import why_no_torch
from aegui.core.source_code.wording import (
    beta_text,
    changes_rate,
    done_text,
    needs_math,
    number,
    write_rate,
)
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from aegui.core.source_code.listing import CodeListing
    from aegui.core.source_code.subject import CodedRun

_UPDATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sgd": ((), ("p[name] -= lr * g[name]",)),
    "momentum": (
        ("velocity",),
        (
            "velocity[name] = {momentum} * velocity[name] + g[name]",
            "p[name] -= lr * velocity[name]",
        ),
    ),
    "nesterov": (
        ("velocity",),
        (
            "velocity[name] = {momentum} * velocity[name] + g[name]",
            "p[name] -= lr * (g[name] + {momentum} * velocity[name])",
        ),
    ),
    "rmsprop": (
        ("square",),
        (
            "square[name] = {alpha} * square[name] + (1 - {alpha}) * g[name] ** 2",
            "p[name] -= lr * g[name] / (np.sqrt(square[name]) + {eps})",
        ),
    ),
    "adagrad": (
        ("square",),
        (
            "square[name] += g[name] ** 2",
            "p[name] -= lr * g[name] / (np.sqrt(square[name]) + {eps})",
        ),
    ),
}
_ADAM = (
    "mean[name] = {beta1} * mean[name] + (1 - {beta1}) * g[name]",
    "square[name] = {beta2} * square[name] + (1 - {beta2}) * g[name] ** 2",
    "direction = mean[name] / (1 - {beta1} ** t)",
    "size = np.sqrt(square[name] / (1 - {beta2} ** t)) + {eps}",
    "p[name] -= lr * direction / size",
)
_UPDATES["adam"] = (("mean", "square"), _ADAM)
_UPDATES["adamw"] = (("mean", "square"), ("p[name] -= lr * {weight_decay} * p[name]", *_ADAM))
"""State and update of each optimiser, as statements for a single tensor."""


_LARGE_COST = 1_000_000
"""Multiplications per sample above which the gradient is checked at fewer positions."""
_BY_HAND = (
    LayerSpec,
    LatentSpec,
    NormSpec,
    DropoutSpec,
    FlattenSpec,
    ReshapeSpec,
    *IMAGE_SPECS,
)
"""Layer types for which NumPy code can be generated."""


def why_no_numpy(run: CodedRun) -> str:
    """Return why a recipe has no NumPy code, or an empty string if it has."""
    recipe = run.resolved.recipe
    family = why_no_torch(run)
    if family:
        return family
    if recipe.classifier is not None:
        return tr(
            "Layer-wise training by hand would take pages: for a classifier only the PyTorch code "
            "is offered."
        )
    if recipe.gan is not None:
        return tr(
            "Two networks in turn by hand would take pages: for a GAN only the PyTorch code is "
            "offered."
        )
    if recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        return tr("This optimiser is scipy's, not written by hand: see the PyTorch code.")
    if recipe.training.optimizer.name not in _UPDATES:
        return tr("This optimiser is not written out by hand: see the PyTorch code.")
    for layer in run.resolved.layers:
        if not isinstance(layer.spec, _BY_HAND):
            return tr(
                "A layer of the kind {kind} is not written out by hand: see the PyTorch code.",
                kind=tr(LAYERS[layer.spec.kind].label),
            )
    if any(map(run.normalises_one, range(len(run.layers)))):
        return tr(
            "A batch of a single sample is normalised by statistics of those before it, which are "
            "not written out by hand: see the PyTorch code."
        )
    if recipe.training.contractive:
        return tr(
            "The contractive penalty is a gradient itself: by hand it needs all second "
            "derivatives. See the PyTorch code, where autograd computes them."
        )
    return ""


def numpy_listing(run: CodedRun, data_file: str, draws: int) -> CodeListing:
    """Return the NumPy code, which reads the saved random draws of its first ``draws`` steps.

    Raises:
        AeguiError: The recipe has no NumPy code; the message gives the reason.
    """
    reason = why_no_numpy(run)
    if reason:
        raise AeguiError(reason)
    return NumpyPrinter(run, data_file, draws).listing()


class NumpyPrinter:
    """Generates the NumPy code of one run."""

    def __init__(self, run: CodedRun, data_file: str, draws: int) -> None:
        self.s = run
        self.w = CodeWriter()
        self.recipe = run.resolved.recipe
        self._data_file = data_file
        self._recorded = draws if self.s.is_drawn else 0
        self._gradient = GradientPrinter(run, self.w)

    @property
    def draws_rows(self) -> bool:
        """Whether the rows of a step, or their noise and augmentation, are drawn at random."""
        return self.s.fresh_noise or not self.s.full_batch or bool(self.recipe.data.augment.active)

    def listing(self) -> CodeListing:
        """Return the complete code."""
        self._head()
        self._data()
        self._functions()
        self._gradient.write()
        self._loop()
        self._check()
        self._end()
        return self.w.listing(self._data_file)

    # Head, data and functions

    def _head(self) -> None:
        w = self.w
        w.section("head")
        title = tr(
            "{name}: an autoencoder {sizes}, by hand.",
            name=self.s.name or tr("Network"),
            sizes=self.s.sizes_words,
        )
        words = tr(
            "{file} lies beside this file: the images, and the weights that the training begins "
            "with. Computed in double precision.",
            file=self._data_file,
        )
        if self._recorded:
            words += " " + tr(
                "What is drawn at random for the first {n} steps lies there too, as the program "
                "draws it; later steps draw with NumPy's own generator.",
                n=self._recorded,
            )
        w.words(f"{title}\n\n{words}")
        w.line()
        if needs_math(self.recipe) or "erf" in self._helpers():
            w.line("import math")
        w.line("import sys")
        w.line("from pathlib import Path")
        w.line()
        w.line("import numpy as np")

    def _data(self) -> None:
        w, dataset, corruption = self.w, self.s.resolved.dataset, self.recipe.data.corruption
        w.section("data")
        w.line()
        with w.block(f'with np.load(Path(__file__).with_name("{self._data_file}")) as file:'):
            w.line("beside = dict(file)")
        scale = " / 255" if self.s.keeps_bytes else ""
        shape = shape_words(dataset.image_shape).replace("x", " x ")
        note = f"[{len(self.s.training)}, {dataset.pixels}]: {shape}"
        w.line(f'images = beside["images"].astype(float){scale}', note=note)
        if corruption.kind != "none":
            if corruption.copies > 1:
                note = tr("noisy copies of each sample")
                w.line(f"images = np.tile(images, ({corruption.copies}, 1))", note=note)
            if not corruption.fresh:
                w.line('noisy = beside["noisy"].astype(float)', note=tr("drawn once"))
                if not corruption.clean_target:
                    w.line("images = noisy", note=tr("the target is as noisy: a mistake"))
        w.note(tr("What is learnt: weights [outputs, inputs] and biases"))
        with w.block("p = {"):
            w.line("name: beside[name].astype(float)")
            with w.block("for name in ["):
                for index, layer in enumerate(self.s.resolved.layers):
                    for tensor in layer.tensors:
                        if tensor.role != "buffer":
                            w.line(f'"{self.s.tensor_name(index, tensor.name)}",', index)
            w.line("]")
        w.line("}")
        if self.s.is_drawn:
            w.line(f"rng = np.random.default_rng({self.recipe.seed})")

    def _activations(self) -> list[str]:
        """Return the keys of the activations in use, without repetition."""
        keys = [getattr(layer.spec, "activation", "identity") for layer in self.s.resolved.layers]
        return [key for key in dict.fromkeys(keys) if ACTIVATIONS[key].formula != "z"]

    def _helpers(self) -> list[str]:
        texts = [text for key in self._activations() for text in _formulas(key)]
        texts.append(LOSSES[self.recipe.training.loss].formula)
        found = {name for text in texts for name in re.findall(r"\b(sigmoid|erf)\(", text)}
        return [name for name in HELPERS if name in found]

    def _functions(self) -> None:
        w = self.w
        w.section("functions")
        for name in self._helpers():
            self._function(f"{name}(z)", *HELPERS[name])
        for key in self._activations():
            formula, slope = _formulas(key)
            if key not in HELPERS:
                self._function(f"{key}(z)", f"return {numpy_text(formula)}")
            self._function(f"{key}_slope(z)", f"return {numpy_text(slope)}")
        for name in functions_of(self.s.resolved.layers):
            w.gap()
            for line in FUNCTIONS[name]:
                w.line(line)
        if self.s.fresh_noise:
            self._corrupt()
        if self.recipe.data.augment.active:
            self._augment()

    def _function(self, head: str, *lines: str) -> None:
        self.w.gap()
        with self.w.block(f"def {head}:"):
            for line in lines:
                self.w.line(line)

    def _corrupt(self) -> None:
        w, corruption = self.w, self.recipe.data.corruption
        row = CORRUPTIONS[corruption.kind]
        w.gap()
        with w.block("def corrupt(x):"):
            w.words(f"{tr(row.label)}. {tr(row.help)}")
            w.line(f"level = {corruption.level!r}")
            if row.neighbours:
                channels, height, width = self.s.resolved.dataset.image_shape
                for name, side in (("high", height), ("wide", width)):
                    w.line(f"{name} = {side} * level**0.5 + rng.random((len(x), 1))")
                    w.line(f"{name} = np.minimum({name}.astype(int), {side})")
                w.line(f"row, column = np.indices(({height}, {width})).reshape(2, -1)")
                if channels > 1:
                    w.line(f"row, column = np.tile(row, {channels}), np.tile(column, {channels})")
                w.line(f"top = rng.integers({height} + 1 - high, size=(len(x), 1))")
                w.line(f"left = rng.integers({width} + 1 - wide, size=(len(x), 1))")
                w.line("inside = (row >= top) & (row < top + high)")
                w.line("inside &= (column >= left) & (column < left + wide)")
            elif re.search(r"\bn\b", row.formula):
                w.line("n = rng.standard_normal(x.shape)")
            else:
                w.line("u = rng.random(x.shape)")
            w.line(f"return {numpy_text(row.formula)}")

    def _augment(self) -> None:
        w, spec = self.w, self.recipe.data.augment
        channels, height, width = self.s.resolved.dataset.image_shape
        w.gap()
        with w.block("def augment(rows):"):
            w.words(tr("The images of a batch, mirrored and shifted at random."))
            w.line(f"images = rows.reshape(-1, {channels}, {height}, {width}).copy()")
            if spec.flip:
                w.line("mirrored = rng.random(len(images)) < 0.5")
                w.line("images[mirrored] = images[mirrored, :, :, ::-1]")
            if spec.shift:
                side = spec.shift
                edge = f"((0, 0), ({side}, {side}), ({side}, {side}))"
                with w.block("for number, image in enumerate(images):"):
                    w.line(f"down, across = rng.integers({2 * side + 1}, size=2)")
                    w.line(f"room = np.pad(image, {edge})")
                    w.line(
                        f"images[number] = room[:, down : down + {height}, "
                        f"across : across + {width}]"
                    )
            w.line("return images.reshape(len(rows), -1)")

    # Training loop

    def _loop(self) -> None:
        w, training, spec = self.w, self.recipe.training, self.recipe.training.optimizer
        w.section("training")
        write_rate(w, self.recipe)
        slots, statements = _UPDATES[spec.name]
        numbers = {name: repr(getattr(spec, name)) for name in type(spec).model_fields}
        w.gap()
        with w.block("def train(steps=None):"):
            words = tr("Learn, and give the loss of each step; of this many steps, or of all.")
            if training.schedule.name == "plateau":
                words += "\n\n" + tr(
                    "In the program the rate falls on a plateau of the loss; here it stays."
                )
            w.words(words)
            for slot in slots:
                w.line(f"{slot} = {{name: np.zeros_like(value) for name, value in p.items()}}")
            w.line("losses = []")
            with w.block(f"for epoch in range({training.epochs}):"):
                if self.s.full_batch:
                    self._step(statements, numbers)
                else:
                    w.line(f"order = rng.permutation({self.s.rows})")
                    with w.block(f"for start in range(0, {self.s.rows}, {self.s.batch_rows}):"):
                        w.line(f"chosen = order[start : start + {self.s.batch_rows}]")
                        self._step(statements, numbers)
            w.line("return losses")

    def _step(self, statements: tuple[str, ...], numbers: dict[str, str]) -> None:
        w, s, training, corruption = (
            self.w,
            self.s,
            self.recipe.training,
            self.recipe.data.corruption,
        )
        chosen = "" if s.full_batch else "[chosen]"
        fixed = corruption.kind != "none" and not corruption.fresh
        w.line("t = len(losses) + 1")
        w.line(f"x, target = {'noisy' if fixed else 'images'}{chosen}, images{chosen}")
        if self.recipe.data.augment.active:
            w.line("x = target = augment(target)")
        if s.fresh_noise:
            w.line("x = corrupt(target)")
            if not corruption.clean_target:
                w.line("target = x", note=tr("as noisy as the input: a mistake"))
        if s.draws_noise:
            w.line(f"noise = rng.standard_normal((len(x), {self.recipe.network.latent.units}))")
        if s.dropped:
            w.line("masks = draw_masks(len(x))")
        if self._recorded:
            with w.block(f"if t <= {self._recorded}:"):
                w.note(tr("as the program draws it"))
                if self.draws_rows:
                    w.line('x = beside[f"x_{t}"].astype(float)')
                    w.line('target = beside[f"target_{t}"].astype(float)')
                if s.draws_noise:
                    w.line('noise = beside[f"noise_{t}"].astype(float)')
                if s.dropped:
                    w.line(
                        'masks = {name: beside[f"{name}_mask_{t}"].astype(float) for name in masks}'
                    )
        if s.is_gaussian:
            w.line(f"beta = {beta_text(s)}")
        rate = (
            f"rate({done_text(s)})"
            if changes_rate(self.recipe)
            else repr(training.optimizer.learning_rate)
        )
        w.line(f"lr = {rate}")
        w.line(f"loss, g = loss_and_gradient({', '.join(self._gradient.arguments)})")
        if training.clip_norm is not None:
            w.line("size = np.sqrt(sum((each**2).sum() for each in g.values()))")
            w.line(f"shorter = min(1.0, {training.clip_norm!r} / (size + 1e-6))")
            w.line("g = {name: each * shorter for name, each in g.items()}")
        with w.block("for name in p:"):
            for text in statements:
                w.line(text.format(**numbers))
        w.line("losses.append(float(loss))")
        with w.block("if t == steps:"):
            w.line("return losses")

    def _check(self) -> None:
        w, s = self.w, self.s
        if s.dropped:
            w.section("training")
            w.gap()
            with w.block("def draw_masks(n):"):
                w.words(tr("Which numbers dropout keeps, scaled so that the mean stays."))
                with w.block("return {"):
                    for index, rate in s.dropped.items():
                        shape = ", ".join(map(str, s.layers[index].output_shape))
                        mask = f"(rng.random((n, {shape})) >= {rate!r}) / {number(1 - rate)}"
                        w.line(f'"{s.names[index]}": {mask},', index)
                w.line("}")
        w.section("check")
        w.gap()
        # In a large network each perturbed parameter is so slow that checking many takes minutes.
        is_large = sum(layer.cost for layer in s.resolved.layers) > _LARGE_COST
        each, rows = (1, 2) if is_large else (5, 16)
        with w.block(f"def check_gradient(each={each}, step=1e-5):"):
            w.words(
                tr(
                    "Change single numbers of p a little, and compare how the loss changes with g: "
                    "the largest difference, as a share of the largest slope of its tensor. "
                    "At a kink, as that of ReLU, any slope between those of its two sides is right."
                )
            )
            w.line("choice = np.random.default_rng(0)")
            w.line(f"x, target = images[:{rows}], images[:{rows}]")
            if s.is_gaussian:
                w.line(f"beta = {self.recipe.network.latent.beta!r}")
            if s.draws_noise:
                units = self.recipe.network.latent.units
                w.line(f"noise = choice.standard_normal((len(x), {units}))")
            if s.dropped:
                w.line("masks = draw_masks(len(x))")
            arguments = ", ".join(self._gradient.arguments)
            w.line(f"here, g = loss_and_gradient({arguments})")
            w.line()
            with w.block("def loss_with(name, at, change):"):
                w.line("kept = p[name][at]")
                w.line("p[name][at] = kept + change")
                w.line(f"loss, _ = loss_and_gradient({arguments})")
                w.line("p[name][at] = kept")
                w.line("return loss")
            w.line()
            w.line("largest = max(np.abs(slopes).max() for slopes in g.values())")
            w.line("worst = 0.0")
            with w.block("for name in p:"):
                w.line("scale = max(np.abs(g[name]).max(), 1e-3 * largest)")
                with w.block("for _ in range(each):"):
                    w.line("at = tuple(choice.integers(p[name].shape))")
                    w.line("slopes, sides = [], []")
                    with w.block("for h in [step, -step]:"):
                        w.line("near = (loss_with(name, at, h) - here) / h")
                        w.line("far = (loss_with(name, at, 2 * h) - here) / (2 * h)")
                        w.line("slopes += [near]")
                        w.line("sides += [2 * near - far]", note=tr("without the curvature"))
                    with w.block("if abs(sides[0] - sides[1]) > 1e-5 * scale:"):
                        w.line("sides += slopes", note=tr("a kink is near"))
                    w.line("off = g[name][at] - np.clip(g[name][at], min(sides), max(sides))")
                    w.line("worst = max(worst, abs(off) / scale)")
            w.line("return worst")

    def _end(self) -> None:
        w = self.w
        w.section("run")
        w.gap()
        with w.block('if __name__ == "__main__":'):
            w.line('print("gradient:", check_gradient())')
            file = self._data_file.replace(".npz", ".py")
            note = tr("python {file} 10: ten steps", file=file)
            w.line("steps = int(sys.argv[1]) if len(sys.argv) > 1 else None", note=note)
            with w.block("for step, loss in enumerate(train(steps), 1):"):
                w.line("print(step, loss)")
            w.line('np.savez("trained.npz", **p)')


def _formulas(key: str) -> tuple[str, str]:
    return ACTIVATIONS[key].formula, ACTIVATIONS[key].slope
