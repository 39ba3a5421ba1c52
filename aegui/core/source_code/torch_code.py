"""An autoencoder in PyTorch: a module and a plain training loop.

The code makes the same random draws as the program, by the same calls in the same order from a
generator with the same seed, and computes in double precision, so that the losses are comparable.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aegui.core.formula import renamed, torch_text
from aegui.core.i18n import tr
from aegui.core.network.shapes import shape_words
from aegui.core.source_code.listing import CodeWriter
from aegui.core.source_code.torch_layers import forward_lines, module_text, single_slope
from aegui.core.source_code.torch_loop import OPTIMIZER_TEXTS, LoopPrinter
from aegui.core.source_code.wording import number
from aegui.core.training.families.second_order import METHODS
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.source_code.listing import CodeListing
    from aegui.core.source_code.subject import CodedRun

LOSS_TEXTS = {
    "bce": "F.binary_cross_entropy",
    "mse": "F.mse_loss",
    "mae": "F.l1_loss",
    "huber": "F.huber_loss",
}
"""Losses that torch provides; any other loss is written out as its formula."""


def why_no_torch(subject: CodedRun) -> str:
    """Return why a recipe has no PyTorch code, or an empty string if it has."""
    recipe = subject.resolved.recipe
    has_own_loop = not recipe.is_autoencoder
    if has_own_loop and recipe.training.optimizer.name not in OPTIMIZER_TEXTS:
        return tr("There is no code for this optimiser here. Choose another optimiser.")
    method = METHODS.get(recipe.training.optimizer.name)
    if method is not None and not method.gradient:
        return tr(
            "There is no code for optimisers without gradients, whose path depends on the order of"
            " all weights. Choose another optimiser to see the code."
        )
    if method is not None and not isinstance(method.name, str):
        return tr(
            "There is no code for BFGS, whose loop is the program's own. Choose L-BFGS-B, or "
            "another optimiser, to see the code."
        )
    return ""


def loss_name(key: str) -> str:
    """Return source for the mean loss ``key`` as a function of output and target."""
    formula = renamed(torch_text(LOSSES[key].formula), delta="1.0")
    return LOSS_TEXTS.get(key) or f"lambda y, t: ({formula}).mean()"


class TorchPrinter(LoopPrinter):
    """Generates the PyTorch code of one autoencoder."""

    def __init__(self, subject: CodedRun, data_file: str, *, script: bool) -> None:
        super().__init__(subject, CodeWriter())
        self._data_file = data_file
        self._script = script

    @property
    def kind_words(self) -> str:
        """Description of the network for the first line of the code."""
        return tr("{name}: an autoencoder {sizes}.", name=self.title, sizes=self.s.sizes_words)

    @property
    def has_labels(self) -> bool:
        """Whether the training uses class labels."""
        return False

    def listing(self) -> CodeListing:
        """Return the complete code."""
        self._head()
        self._data()
        self._module()
        self._objective()
        self.loop()
        self._end()
        return self.w.listing(self._data_file)

    # Head and data

    def _head(self) -> None:
        w = self.w
        w.section("head")
        if self._script:
            w.words(
                self.kind_words
                + "\n\n"
                + tr(
                    "{file} lies beside this file: the images, and the weights that the training "
                    "begins with. What is drawn at random comes from a generator of the seed "
                    "{seed}, as in the program. Computed in double precision.",
                    file=self._data_file,
                    seed=self.recipe.seed,
                )
            )
            w.line()
        names = ["math"] if self.needs_math else []
        names += ["sys"] if self._script else []
        for name in names:
            w.line(f"import {name}")
        if self._script:
            w.line("from pathlib import Path")
        if names or self._script:
            w.line()
        w.line("import numpy as np")
        if self.is_scipy:
            w.line("import scipy.optimize")
        w.line("import torch")
        w.line("from torch import nn")
        w.line("from torch.nn import functional as F")

    def _data(self) -> None:
        w, dataset = self.w, self.s.resolved.dataset
        w.section("data")
        w.line()
        place = (
            f'Path(__file__).with_name("{self._data_file}")'
            if self._script
            else f'"{self._data_file}"'
        )
        with w.block(f"with np.load({place}) as file:"):
            w.line("beside = dict(file)")
        shape = shape_words(dataset.image_shape).replace("x", " x ")
        count = len(self.s.training)
        text = 'torch.from_numpy(beside["images"]).float()'
        if self.s.keeps_bytes:
            text += " / 255"
        w.line(f"images = {text}", note=f"[{count}, {dataset.pixels}]: {shape}")
        if self.has_labels:
            w.line('labels = torch.from_numpy(beside["labels"])', note=tr("their classes"))
        if self.draws:
            w.line(f"draws = torch.Generator().manual_seed({self.draw_seed})")
        self.noise_functions()

    # The network

    @contextmanager
    def _network(self, name: str, layers: int) -> Iterator[str]:
        """Write the class ``name`` with its layers; yield the extra parameters of its methods."""
        w = self.w
        w.section("network")
        w.gap()
        with w.block(f"class {name}(nn.Module):"):
            with w.block("def __init__(self):"):
                w.line("super().__init__()")
                for index in range(layers):
                    self._print_module(index)
            w.gap()
            yield ", masks=None" if self.s.dropped else ""

    def _module(self) -> None:
        w, s = self.w, self.s
        with self._network("Autoencoder", len(s.resolved.layers)) as masks:
            with w.block(f"def encode(self, x{masks}):"):
                self._begin("x", 0)
                self._layers(range(s.code_end))
                w.line("return mean, log_variance" if s.is_gaussian else "return h")
            w.gap()
            last = len(s.resolved.layers) - 1
            with w.block(f"def {'logits' if self.s.by_logits else 'decode'}(self, z{masks}):"):
                w.line("h = z", note=f"[n, {s.resolved.recipe.network.latent.units}]")
                self._layers(range(s.code_end, last))
                self._layers(range(last, last + 1), activated=not self.s.by_logits)
                w.line("return h.flatten(1)" if self.s.ends_in_image else "return h")
            if self.s.by_logits:
                masks_argument = ", masks" if masks else ""
                w.gap()
                with w.block(f"def decode(self, z{masks}):"):
                    w.line(f"return torch.sigmoid(self.logits(z{masks_argument}))", last)

    def _begin(self, value: str, index: int) -> None:
        """Write the input of layer ``index`` as ``h``, in the shape that it takes."""
        if self.s.takes_images(index):
            shape = shape_words(self.s.layers[index].input_shape).replace("x", ", ")
            self.w.line(f"h = {value}.reshape(-1, {shape})")
        else:
            self.w.line(f"h = {value}", note=f"[n, {self.s.layers[index].inputs}]")

    def _print_module(self, index: int) -> None:
        layer, name = self.s.layers[index], self.s.names[index]
        if layer.tied_to is not None:
            units = layer.tensors[0].shape[0]
            note = tr("its weight is that of {layer}", layer=self.s.names[layer.tied_to])
            self.w.line(f"self.{name}_bias = nn.Parameter(torch.zeros({units}))", index, note)
            return
        text = module_text(self.s, index)
        if text:
            self.w.line(f"self.{name} = {text}", index)

    def _layers(
        self,
        numbers: range,
        *,
        masked: bool = True,
        of: CodedRun | None = None,
        activated: bool = True,
    ) -> None:
        for index in numbers:
            for text, note in forward_lines(of or self.s, index, activated=activated):
                self.w.line(text, index, note)
            if masked and index in self.s.dropped:
                with self.w.block("if masks is not None:", index):
                    self.w.line(f'h = h * masks["{self.s.names[index]}"]', index)

    # Objective

    def _objective(self) -> None:
        w, s, training = self.w, self.s, self.recipe.training
        w.section("loss")
        w.gap()
        names = ["model", "x", "target"]
        names += ["beta", "noise"] if s.is_gaussian else []
        names += ["noise"] if s.draws_noise and not s.is_gaussian else []
        names += ["masks"] if s.dropped else []
        self.objective_arguments = names
        masks = ", masks" if s.dropped else ""
        with w.block(f"def objective({', '.join(names)}):"):
            if training.contractive and s.code_end > 1:
                w.line("x = x.requires_grad_()")
            if s.is_gaussian:
                w.line(f"mean, log_variance = model.encode(x{masks})")
                w.line("z = mean + noise * (log_variance / 2).exp()", s.code_end - 1)
                code = "mean"
            else:
                w.line(f"z = model.encode(x{masks})")
                code = "z"
            if self.s.by_logits:
                w.line(f"logits = model.logits(z{masks})")
                if training.edges:
                    w.line("output = torch.sigmoid(logits)")
            else:
                w.line(f"output = model.decode(z{masks})")
            self._reconstruction()
            self._terms(code)
            w.line("return loss")

    def _reconstruction(self) -> None:
        w, training = self.w, self.recipe.training
        delta = f", delta={training.huber_delta!r}" if training.loss == "huber" else ""
        name = LOSS_TEXTS.get(training.loss)
        output, is_sum = "output", self.s.is_gaussian
        if self.s.by_logits:
            w.note(
                tr("By what the sigmoid takes: there is a slope even where the output is 0 or 1")
            )
            name, output = f"{name}_with_logits", "logits"
        if name is None:
            text = renamed(
                torch_text(LOSSES[training.loss].formula),
                y="output",
                t="target",
                delta=repr(training.huber_delta),
            )
            w.line(f"each = {text}", note="[n, D]")
            w.line("loss = each.sum() / len(x)" if is_sum else "loss = each.mean()")
        elif is_sum:
            w.line(f'loss = {name}({output}, target, reduction="sum"{delta}) / len(x)')
        else:
            w.line(f"loss = {name}({output}, target{delta})")

    def _terms(self, code: str) -> None:
        w, s, training = self.w, self.s, self.recipe.training
        latent = self.recipe.network.latent
        at = s.code_end - 1
        if s.is_gaussian:
            w.note(tr("How far the codes are from a standard normal distribution (KL)"))
            w.line("kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)", at)
            paid = f".clamp(min={latent.free_bits!r})" if latent.free_bits else ""
            note = tr("what is below is free") if paid else ""
            w.line(f"loss = loss + beta * kl.mean(dim=0){paid}.sum()", at, note)
        if training.edges:
            channels, height, width = s.resolved.dataset.image_shape
            w.note(tr("Differences between neighbouring pixels"))
            w.line(f"miss = (output - target).reshape(-1, {channels}, {height}, {width})")
            w.line("edges = miss.diff(dim=2).square().sum() + miss.diff(dim=3).square().sum()")
            over = "len(x)" if s.is_gaussian else "output.numel()"
            w.line(f"loss = loss + {training.edges!r} * edges / {over}")
        if training.code_l1:
            w.line(f"loss = loss + {training.code_l1!r} * {code}.abs().sum(dim=1).mean()", at, "L1")
        if training.sparsity.weight:
            rho = training.sparsity.rho
            w.note(tr("Units of the code are on for a share of the samples only (Ng 2011)"))
            w.line(f"active = {code}.mean(dim=0).clamp(1e-6, 1 - 1e-6)", at)
            off = f"{number(1 - rho)} * ({number(1 - rho)} / (1 - active)).log()"
            w.line(f"sparsity = {rho!r} * ({rho!r} / active).log() + {off}", at)
            w.line(f"loss = loss + {training.sparsity.weight!r} * sparsity.sum()", at)
        if training.contractive:
            self._contraction(at)
        self._weigh_weights()

    def _weigh_weights(self) -> None:
        """Write the L1 and L2 penalties, added to the loss."""
        training = self.recipe.training
        for name, weight, text in (
            ("L1", training.l1, "abs()"),
            ("L2", training.l2 / 2, "square()"),
        ):
            if weight:
                total = f"sum(w.{text}.sum() for w in weights(model))"
                self.w.line(f"loss = loss + {weight!r} * {total}", None, name)

    def _contraction(self, at: int) -> None:
        w, s, training = self.w, self.s, self.recipe.training
        units = self.recipe.network.latent.units
        penalty = f"loss = loss + {training.contractive!r} * slope.square().sum(dim=1).mean()"
        w.note(tr("How much the code changes for small changes of the input (Rifai et al. 2011)"))
        if at == 0:
            # For a single layer the penalty has a closed form, of the code without its own dropout.
            for text, _ in single_slope(s):
                w.line(text, at)
            w.line("sizes = model.code.weight.square().sum(dim=1)", at)
            w.line("jacobian = (slope.square() * sizes).sum(dim=1).mean()", at)
            w.line(f"loss = loss + {training.contractive!r} * jacobian", at)
        elif s.draws_noise:
            w.note(tr("in a random direction, which is right in the mean (Hutchinson 1990)"))
            w.line("slope = torch.autograd.grad(z, x, noise.to(z), create_graph=True)[0]", at)
            w.line(penalty, at)
        else:
            with w.block(f"for k in range({units}):", at):
                w.line("slope = torch.autograd.grad(z[:, k].sum(), x, create_graph=True)[0]", at)
                w.line(penalty, at)

    # Creation of the model and training

    def _end(self) -> None:
        w = self.w
        w.section("start")
        w.gap()
        name = "Autoencoder" if self.recipe.gan is None else "Gan"
        name = name if self.recipe.classifier is None else "Classifier"
        w.line(f"model = {name}().double()", note=tr("double precision; float() is faster"))
        w.line("first = {name: torch.from_numpy(beside[name]) for name in model.state_dict()}")
        w.line("model.load_state_dict(first)")
        w.section("run")
        if self._script:
            w.line()
            with w.block('if __name__ == "__main__":'):
                w.line(
                    "steps = int(sys.argv[1]) if len(sys.argv) > 1 else None",
                    note=tr(
                        "python {file} 10: ten steps", file=self._data_file.replace(".npz", ".py")
                    ),
                )
                w.line("losses = train(model, steps)")
                self._show()
        else:
            w.line()
            w.line("losses = train(model, 10)", note=tr("None: all of them"))
            self._show()

    def _show(self) -> None:
        with self.w.block("for step, loss in enumerate(losses, 1):"):
            self.w.line("print(step, loss)")
        self.w.line('torch.save(model.state_dict(), "trained.pt")') if self._script else None
