"""A GAN in PyTorch: generator and discriminator in one module, and their training loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.network.shapes import shape_words
from aegui.core.source_code.torch_code import TorchPrinter
from aegui.core.source_code.wording import changes_rate, done_text, write_rate

if TYPE_CHECKING:
    from aegui.core.recipe import GanSpec

_BCE = "F.binary_cross_entropy_with_logits"


class GanPrinter(TorchPrinter):
    """Generates the PyTorch code of one GAN."""

    @property
    def draws(self) -> bool:
        """Always true: codes are drawn from the prior."""
        return True

    @property
    def kind_words(self) -> str:
        """Description of the network for the first line of the code."""
        return tr(
            "{name}: a GAN, whose generator is {sizes}.", name=self.title, sizes=self.s.sizes_words
        )

    @property
    def _gan(self) -> GanSpec:
        gan = self.recipe.gan
        assert gan is not None
        return gan

    @property
    def has_labels(self) -> bool:
        """Whether the discriminator also learns class labels."""
        return self._gan.class_weight > 0

    def _module(self) -> None:
        w, s = self.w, self.s
        stop = len(s.resolved.layers)
        with self._network("Gan", len(s.layers)) as masks:
            with w.block(f"def generate(self, z{masks}):"):
                w.line("h = z", note=f"[n, {self.recipe.network.latent.units}]")
                self._layers(range(stop))
                w.line("return h")
            w.gap()
            with w.block(f"def judge(self, x{masks}):"):
                if s.takes_images(stop):
                    shape = shape_words(s.layers[stop].input_shape).replace("x", ", ")
                    w.line(f"h = x.reshape(-1, {shape})")
                else:
                    w.line("h = x")
                self._layers(range(stop, len(s.layers)))
                w.line("return h")

    def _objective(self) -> None:
        """Write nothing: each network has its own loss in the loop."""

    def loop(self) -> None:
        """Write the function ``train``."""
        w = self.w
        w.section("training")
        write_rate(w, self.recipe)
        self._class_functions()
        w.gap()
        with w.block("def train(model, steps=None):"):
            words = tr(
                "Learn, and give the losses of both networks together at each step; of "
                "this many steps, or of all."
            )
            w.words(words)
            for name, sign in (("own", "not "), ("judging", "")):
                test = f'{sign}name.startswith("judge")'
                w.line(f"{name} = [p for name, p in model.named_parameters() if {test}]")
            spec, gan = self.recipe.training.optimizer, self._gan
            self.write_optimizer("generating", spec, "own")
            judge = {"learning_rate": gan.learning_rate, "beta1": gan.beta1}
            self.write_optimizer("learning", spec.model_copy(update=judge), "judging")
            if gan.average:
                w.line(
                    "average = [p.detach().clone() for p in model.parameters()]",
                    note=tr("what is shown and kept"),
                )
            w.line("losses, turn = [], 0")
            with w.block(f"for epoch in range({self.recipe.training.epochs}):"):
                self._epoch()
            self._return()

    def _step(self, inputs: str, target: str) -> None:
        del target
        w, gan = self.w, self._gan
        w.line(f"x = {inputs}")
        if self.recipe.data.augment.active:
            w.line("x = augment(x)")
        w.line("turn = turn + 1")
        self._set_rates()
        units = self.recipe.network.latent.units
        w.line(f"z = torch.empty(len(x), {units}).normal_(generator=draws)")
        chain = range(len(self.s.resolved.layers))
        judge = range(chain.stop, len(self.s.layers))
        generator_masks = self._masks("masks", chain)
        w.line(f"fakes = model.generate(z.double(){generator_masks})")
        self._judge(judge)
        if gan.steps > 1:
            with w.block(f"if turn % {gan.steps} == 0:"):
                self._generate(judge)
        else:
            self._generate(judge)
        w.line("losses.append(total)")
        with w.block("if len(losses) == steps:"):
            self._return()

    def _return(self) -> None:
        """Write the end of ``train``; averaged weights replace those of the model."""
        if self._gan.average:
            self._with_average("p.copy_(kept)")
        self.w.line("return losses")

    def _with_average(self, statement: str) -> None:
        pairs = "for kept, p in zip(average, model.parameters()):"
        with self.w.block("with torch.no_grad():"), self.w.block(pairs):
            self.w.line(statement)

    def _judge(self, judge: range) -> None:
        w, gan = self.w, self._gan
        w.note(tr("The discriminator learns to tell real images from those"))
        real, fake = self._masks("real_masks", judge), self._masks("fake_masks", judge)
        noisy = [self._noise(name, of) for name, of in (("blur", "x"), ("fog", "fakes"))]
        w.line(f"real = model.judge(x.double(){noisy[0]}{real})")
        w.line(f"fake = model.judge(fakes.detach(){noisy[1]}{fake})")
        target = f"torch.full_like(real[:, 0], {1.0 - gan.label_smoothing!r})"
        w.line(f"loss = {_BCE}(real[:, 0], {target})")
        w.line(f"loss = loss + {_BCE}(fake[:, 0], torch.zeros_like(fake[:, 0]))")
        if gan.class_weight:
            chosen = "" if self.s.full_batch else "[chosen]"
            text = f"F.cross_entropy(real[:, 1:], labels{chosen})"
            w.line(f"loss = loss + {gan.class_weight!r} * {text}")
        self._learn("learning", "judging")
        w.line("total = loss.item()")

    def _generate(self, judge: range) -> None:
        w, gan = self.w, self._gan
        w.note(tr("The generator learns to be taken for real"))
        masks = self._masks("masks", judge)
        w.line(f"fake = model.judge(fakes{self._noise('fog', 'fakes')}{masks})")
        w.line(f"loss = {_BCE}(fake[:, 0], torch.ones_like(fake[:, 0]))")
        if gan.class_weight:
            w.line(f"loss = loss + {gan.class_weight!r} * (doubt(fake) + narrowness(fake))")
        self._learn("generating", "own")
        w.line("total = total + loss.item()")
        if gan.average:
            self._with_average(f"kept.lerp_(p, 1 - min({gan.average!r}, turn / (turn + 10)))")

    def _learn(self, optimizer: str, parameters: str) -> None:
        self.w.line("model.zero_grad()")
        self._backward(parameters)
        self.w.line(f"{optimizer}.step()")

    def _masks(self, name: str, layers: range) -> str:
        """Write the draws of dropout masks ``name``; return the argument that passes them."""
        if not any(index in self.s.dropped for index in layers):
            return ""
        self._draw_masks(name, layers)
        return f", {name}"

    def _noise(self, name: str, of: str) -> str:
        """Write the draw of noise ``name``; return the text that adds it to images."""
        level = self._gan.noise
        if not level:
            return ""
        text = f"{level!r} * min(1.0, factor)" if changes_rate(self.recipe) else repr(level)
        draw = f"torch.empty({of}.shape).normal_(0.0, {text}, generator=draws)"
        self.w.line(f"{name} = {draw}")
        return f" + {name}"

    def _set_rates(self) -> None:
        if not changes_rate(self.recipe):
            return
        w, base = self.w, self.recipe.training.optimizer.learning_rate
        w.line(f"factor = rate({done_text(self.s)}) / {base!r}")
        for name, rate in (("generating", base), ("learning", self._gan.learning_rate)):
            with w.block(f"for group in {name}.param_groups:"):
                w.line(f'group["lr"] = {rate!r} * factor')

    def _class_functions(self) -> None:
        w = self.w
        if not self._gan.class_weight:
            return
        w.gap()
        with w.block("def doubt(scores):"):
            w.words(tr("How uncertain the classes of generated images are: their mean entropy."))
            w.line("logs = scores[:, 1:].log_softmax(dim=1)")
            w.line("return -(logs.exp() * logs).sum(dim=1).mean()")
        w.gap()
        with w.block("def narrowness(scores):"):
            w.words(tr("How few classes a batch has: minus the entropy of their mean."))
            w.line("mean = scores[:, 1:].softmax(dim=1).mean(dim=0)")
            w.line("tiny = torch.finfo(mean.dtype).tiny")
            w.line("return (mean * mean.clamp_min(tiny).log()).sum()")
