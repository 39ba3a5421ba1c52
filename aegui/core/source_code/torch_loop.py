"""The training loop of the PyTorch code: random draws, batches and the optimiser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.seeds import NOISE_SEED, NOISE_STREAM, PROBE_SEED
from aegui.core.source_code.wording import (
    beta_text,
    changes_rate,
    done_text,
    needs_math,
    write_noise,
    write_rate,
)
from aegui.core.training.families.second_order import METHODS
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.recipe import OptimizerSpec
    from aegui.core.source_code.listing import CodeWriter
    from aegui.core.source_code.subject import CodedRun

OPTIMIZER_TEXTS = {
    "sgd": "SGD({parameters}, lr={rate})",
    "momentum": "SGD({parameters}, lr={rate}, momentum={momentum})",
    "nesterov": "SGD({parameters}, lr={rate}, momentum={momentum}, nesterov=True)",
    "rmsprop": "RMSprop({parameters}, lr={rate}, alpha={alpha}, eps={eps})",
    "adagrad": "Adagrad({parameters}, lr={rate}, eps={eps})",
    "adam": "Adam({parameters}, lr={rate}, betas=({beta1}, {beta2}), eps={eps})",
    "adamw": (
        "AdamW(\n    {parameters}, lr={rate}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}\n)"
    ),
}
"""Optimisers that torch provides; any other optimiser is written out."""


class LoopPrinter:
    """Generates the training loop of a subject."""

    def __init__(self, subject: CodedRun, writer: CodeWriter) -> None:
        self.s = subject
        """The subject."""
        self.w = writer
        """The writer that receives the lines."""
        self.recipe = subject.resolved.recipe
        self.objective_arguments: list[str] = []
        """Argument names of the objective."""

    @property
    def title(self) -> str:
        """Name of the network."""
        return self.s.name or tr("Network")

    @property
    def is_scipy(self) -> bool:
        """Whether a scipy optimiser does the steps."""
        return self.recipe.training.optimizer.name in SCIPY_OPTIMIZERS

    @property
    def needs_math(self) -> bool:
        """Whether the code uses the module ``math``."""
        return not self.is_scipy and needs_math(self.recipe)

    @property
    def draws(self) -> bool:
        """Whether training makes random draws."""
        return self.s.is_drawn

    @property
    def draw_seed(self) -> int:
        """Seed of the generator for the draws during training."""
        return self.recipe.seed ^ NOISE_STREAM

    @property
    def _corrupts_batches(self) -> bool:
        """Whether noise is drawn for each batch separately."""
        is_noisy = self.recipe.data.corruption.kind != "none"
        per_batch = self.s.noise_per_batch and self.s.fresh_noise
        return is_noisy and (self.recipe.data.augment.active or per_batch)

    # Random draws

    def noise_functions(self) -> None:
        """Write the functions that draw random numbers, and the noise that is drawn once."""
        w, corruption = self.w, self.recipe.data.corruption
        if corruption.kind != "none":
            if corruption.copies > 1:
                w.line(
                    f"images = images.repeat({corruption.copies}, 1)",
                    note=tr("noisy copies of each sample"),
                )
            self._corrupt()
        if self.recipe.data.augment.active:
            self._augment()
        if self.s.dropped:
            w.gap()
            with w.block("def mask(rate, *shape):"):
                w.words(tr("Which numbers dropout keeps, scaled so that the mean stays."))
                w.line(
                    "return torch.empty(shape).bernoulli_(1 - rate, generator=draws)"
                    ".mul_(1 / (1 - rate))"
                )
        if corruption.kind != "none" and not corruption.fresh:
            seed = self.recipe.seed ^ NOISE_SEED
            w.gap()
            w.line(
                f"noisy = corrupt(images, torch.Generator().manual_seed({seed}))",
                note=tr("drawn once"),
            )
            if not corruption.clean_target:
                w.line("images = noisy", note=tr("the target is as noisy: a mistake"))

    def _corrupt(self) -> None:
        w, corruption = self.w, self.recipe.data.corruption
        row = CORRUPTIONS[corruption.kind]
        w.gap()
        with w.block("def corrupt(clean, g):"):
            w.words(f"{tr(row.label)}. {tr(row.help)}")
            w.line(f"level = {corruption.level!r}")
            write_noise(w, row, self.s.resolved.dataset.image_shape)

    def _augment(self) -> None:
        w, spec = self.w, self.recipe.data.augment
        channels, height, width = self.s.resolved.dataset.image_shape
        w.gap()
        with w.block("def augment(rows):"):
            w.words(tr("The images of a batch, mirrored and shifted at random."))
            w.line(f"x = rows.reshape(-1, {channels}, {height}, {width})")
            if spec.flip:
                w.line("mirrored = torch.rand(len(x), generator=draws) < 0.5")
                w.line("x = torch.where(mirrored[:, None, None, None], x.flip(-1), x)")
            if spec.shift:
                side, span = spec.shift, 2 * spec.shift + 1
                w.line(f"room = F.pad(x, ({side}, {side}, {side}, {side}))")
                for name in ("down", "across"):
                    w.line(f"{name} = torch.randint({span}, (len(x), 1), generator=draws)")
                w.line(
                    f"rows, columns = down + torch.arange({height}), across + torch.arange({width})"
                )
                w.line("n, c = torch.arange(len(x)), torch.arange(x.shape[1])")
                w.line(
                    "x = room[n[:, None, None, None], c[None, :, None, None], "
                    "rows[:, None, :, None], columns[:, None, None, :]]"
                )
            w.line("return x.flatten(1)")

    def _penalised(self, names: Iterable[str]) -> None:
        """Write a function that returns the weights ``names``, if L1 or L2 penalises them."""
        if self.recipe.training.l1 or self.recipe.training.l2:
            self.w.gap()
            with self.w.block("def weights(model):"):
                self.w.words(tr("What L1 and L2 count: no biases."))
                with self.w.block("return ["):
                    for name in names:
                        self.w.line(f"model.{name},")
                self.w.line("]")

    # Training loop

    def loop(self) -> None:
        """Write the function ``train``."""
        w, training = self.w, self.recipe.training
        w.section("training")
        self._penalised(self.s.weights)
        if self.is_scipy:
            self._scipy_loop()
            return
        write_rate(w, self.recipe)
        w.gap()
        with w.block("def train(model, steps=None):"):
            words = tr("Learn, and give the loss of each step; of this many steps, or of all.")
            if training.schedule.name == "plateau":
                words += "\n\n" + tr(
                    "In the program the rate falls on a plateau of the loss; here it stays."
                )
            w.words(words)
            self._make_optimizer()
            w.line("losses = []")
            with w.block(f"for epoch in range({training.epochs}):"):
                self._epoch()
            w.line("return losses")

    def _epoch(self) -> None:
        w, s = self.w, self.s
        corruption = self.recipe.data.corruption
        inputs = "images" if corruption.kind == "none" or corruption.fresh else "noisy"
        if s.fresh_noise and not self._corrupts_batches:
            w.line("noisy = corrupt(images, draws)")
            inputs = "noisy"
        if self.s.rate_of_epoch and not s.full_batch:
            self._set_rate()
        if s.full_batch:
            self._step(inputs, "images")
            return
        w.line(f"order = torch.randperm({s.rows}, generator=draws)")
        with w.block(f"for start in range(0, {s.rows}, {s.batch_rows}):"):
            w.line(f"chosen = order[start : start + {s.batch_rows}]")
            self._step(f"{inputs}[chosen]", "images[chosen]")

    def _step(self, inputs: str, target: str) -> None:
        w, s = self.w, self.s
        noisy_target = s.fresh_noise and not self.recipe.data.corruption.clean_target
        w.line(f"x, target = {inputs}, {target}")
        if self.recipe.data.augment.active:
            w.line("x = target = augment(target)")
        if self._corrupts_batches:
            w.line("x = corrupt(target, draws)")
        if noisy_target:
            w.line("target = x", note=tr("as noisy as the input: a mistake"))
        if s.dropped:
            self._draw_masks("masks", s.dropped)
        if s.draws_noise:
            units = self.recipe.network.latent.units
            w.line(f"noise = torch.empty(len(x), {units}).normal_(generator=draws)")
        if s.is_gaussian:
            w.line(f"beta = {beta_text(s)}")
        if not (s.rate_of_epoch and not s.full_batch):
            self._set_rate()
        arguments = [
            {"x": "x.double()", "target": "target.double()"}.get(name, name)
            for name in self.objective_arguments
        ]
        w.line(f"loss = objective({', '.join(arguments)})")
        w.line("optimizer.zero_grad()" if self._is_known else "model.zero_grad()")
        self._backward("model.parameters()")
        self._update()
        w.line("losses.append(loss.item())")
        with w.block("if len(losses) == steps:"):
            w.line("return losses")

    def _draw_masks(self, name: str, layers: Iterable[int]) -> None:
        """Write the drawing of dropout masks for those of ``layers`` that have dropout."""
        w, s = self.w, self.s
        with w.block(f"{name} = {{"):
            for index in layers:
                if index in s.dropped:
                    shape = ", ".join(map(str, s.layers[index].output_shape))
                    text = f'"{s.names[index]}": mask({s.dropped[index]!r}, len(x), {shape}),'
                    w.line(text, index)
        w.line("}")

    def _backward(self, parameters: str) -> None:
        """Write the backward pass for ``parameters``, clipped if the recipe says so."""
        self.w.line("loss.backward()")
        clip = self.recipe.training.clip_norm
        if clip is not None:
            self.w.line(f"nn.utils.clip_grad_norm_({parameters}, {clip!r})")

    @property
    def _is_known(self) -> bool:
        return self.recipe.training.optimizer.name in OPTIMIZER_TEXTS

    def _make_optimizer(self) -> None:
        w, spec = self.w, self.recipe.training.optimizer
        if self._is_known:
            self.write_optimizer("optimizer", spec, "model.parameters()")
            return
        w.line("tensors = [parameter.detach() for parameter in model.parameters()]")
        for name in OPTIMIZERS[spec.name].slots:
            w.line(f"{name} = [torch.zeros_like(each) for each in tensors]")
        w.line("count = [torch.zeros(())]")
        w.line("counts = count * len(tensors)")
        w.line(f"lr = {spec.learning_rate!r}")

    def write_optimizer(self, name: str, spec: OptimizerSpec, parameters: str) -> None:
        """Write the creation of torch's optimiser for ``spec`` over ``parameters``."""
        numbers = {key: repr(getattr(spec, key)) for key in OPTIMIZERS[spec.name].parameters}
        text = OPTIMIZER_TEXTS[spec.name].format(
            parameters=parameters, rate=repr(spec.learning_rate), **numbers
        )
        for line in f"{name} = torch.optim.{text}".split("\n"):
            self.w.line(line)

    def _set_rate(self) -> None:
        if not changes_rate(self.recipe):
            return
        done = done_text(self.s)
        if not self._is_known:
            self.w.line(f"lr = rate({done})")
            return
        with self.w.block("for group in optimizer.param_groups:"):
            self.w.line(f'group["lr"] = rate({done})')

    def _update(self) -> None:
        w, spec = self.w, self.recipe.training.optimizer
        if self._is_known:
            w.line("optimizer.step()")
            return
        with w.block("with torch.no_grad():"):
            w.line("gradients = [parameter.grad for parameter in model.parameters()]")
            for text in OPTIMIZERS[spec.name].statements(spec):
                w.line(text)

    def _scipy_loop(self) -> None:
        w, training = self.w, self.recipe.training
        method = METHODS[training.optimizer.name]
        name = method.name
        corruption = self.recipe.data.corruption
        inputs = "images" if corruption.kind == "none" else "noisy"
        arguments = [
            {"x": f"{inputs}.double()", "target": "images.double()"}.get(each, each)
            for each in self.objective_arguments
        ]
        w.gap()
        with w.block("def train(model, steps=None):"):
            w.words(
                tr(
                    "Learn, and give the loss after each iteration of {method}, which is scipy's.",
                    method=name,
                )
            )
            w.line("parameters = list(model.parameters())")
            w.line("losses = []")
            if self.s.draws_noise:
                units = self.recipe.network.latent.units
                w.line(f"g = torch.Generator().manual_seed({PROBE_SEED})")
                w.line(
                    f"noise = torch.empty(len(images), {units}).double().normal_(generator=g)",
                    note=tr("drawn once"),
                )
            w.line()
            with w.block("def loss_and_gradient(vector):"):
                w.line("vector = torch.from_numpy(vector.copy())")
                w.line("nn.utils.vector_to_parameters(vector, parameters)")
                w.line(f"loss = objective({', '.join(arguments)})")
                w.line("found = torch.autograd.grad(loss, parameters)")
                w.line("return loss.item(), torch.cat([g.flatten() for g in found]).numpy()")
            w.line()
            with w.block("def note(intermediate_result):"):
                w.line("losses.append(float(intermediate_result.fun))")
            w.line()
            w.line("start = nn.utils.parameters_to_vector(parameters).detach().numpy()")
            options = {**method.options, "maxiter": "MAX"}
            text = repr(options).replace("'MAX'", f"steps or {training.epochs}")
            w.line(f"options = {text}")
            with w.block("end = scipy.optimize.minimize("):
                w.line(f'loss_and_gradient, start, method="{name}", jac=True,')
                w.line("options=options, callback=note,")
            w.line(")")
            w.line("nn.utils.vector_to_parameters(torch.from_numpy(end.x), parameters)")
            w.line("return losses")
