"""A stacked classifier in PyTorch: layer-wise pre-training, then fine-tuning on the labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.source_code.subject import CodedRun
from aegui.core.source_code.torch_code import TorchPrinter, loss_name
from aegui.core.source_code.wording import write_noise, write_rate
from aegui.core.training.families.classifier import groups_of
from aegui.core.training.families.classifier_rows import UNBOUNDED, effective_noise

if TYPE_CHECKING:
    from aegui.core.recipe import ClassifierSpec
    from aegui.core.training.families.classifier import Group


class ClassifierPrinter(TorchPrinter):
    """Generates the PyTorch code of one classifier."""

    @property
    def draws(self) -> bool:
        """Always true: shuffling, pre-training or dropout draw random numbers in most recipes."""
        return True

    @property
    def has_labels(self) -> bool:
        """Always true: fine-tuning learns the labels."""
        return True

    @property
    def needs_math(self) -> bool:
        """Whether the code needs ``math``: the learning rate of pre-training follows a cosine."""
        return bool(self._groups) or super().needs_math

    @property
    def kind_words(self) -> str:
        """Description of the network for the first line of the code."""
        sizes = "-".join(
            str(n)
            for n in (
                self.s.layers[0].inputs,
                *(layer.outputs for layer in self.s.layers[: self.s.code_end]),
                *(layer.outputs for layer in self.s.layers[len(self.s.resolved.layers) :]),
            )
        )
        return tr("{name}: a classifier {sizes}.", name=self.title, sizes=sizes)

    @property
    def _spec(self) -> ClassifierSpec:
        spec = self.recipe.classifier
        assert spec is not None
        return spec

    @property
    def _groups(self) -> tuple[Group, ...]:
        return groups_of(self.s.resolved) if self._spec.pretrain.epochs else ()

    @property
    def _rows(self) -> int:
        """Samples per step of pre-training."""
        return min(self.s.batch_rows, len(self.s.training))

    # The network

    def _module(self) -> None:
        w, s = self.w, self.s
        stop = len(s.resolved.layers)
        with self._network("Classifier", len(s.layers)) as masks:
            with w.block(f"def encode(self, x{masks}):"):
                self._begin("x", 0)
                self._layers(range(s.code_end))
                w.line("return h")
            w.gap()
            with w.block(f"def scores(self, z{masks}):"):
                w.line("h = z", note=f"[n, {self.recipe.network.latent.units}]")
                self._layers(range(stop, len(s.layers)))
                w.line("return h")
            for number, group in enumerate(self._groups, 1):
                self._group(number, group)

    def _group(self, number: int, group: Group) -> None:
        w, resolved = self.w, self.s.resolved
        w.gap()
        with w.block(f"def reduce_{number}(self, x):"):
            self._begin("x", group.encoder.start)
            self._layers(range(group.encoder.start, group.encoder.stop), masked=False)
            w.line("return h.flatten(1)")
        w.gap()
        with w.block(f"def restore_{number}(self, h):"):
            if self.s.takes_images(group.decoder.start):
                self._begin("h", group.decoder.start)
            # The final rectifier is omitted: a unit that is never above zero could not learn.
            layers = list(resolved.layers)
            layers[group.decoder] = group.mirror
            mirrored = CodedRun(replace(resolved, layers=tuple(layers)), self.s.name)
            numbers = range(group.decoder.start, group.decoder.stop)
            self._layers(numbers, masked=False, of=mirrored)
            w.line("return h.flatten(1)")

    # Objective

    def _objective(self) -> None:
        w, s, spec = self.w, self.s, self._spec
        w.section("loss")
        w.gap()
        masks = ", masks" if s.dropped else ""
        with w.block(f"def objective(model, x, wanted{masks}):"):
            if spec.frozen:
                w.note(tr("The encoder stays as it was pre-trained"))
                w.line("model.eval()")
                with w.block("with torch.no_grad():"):
                    w.line("z = model.encode(x)")
                w.line("model.train()")
            else:
                w.line(f"z = model.encode(x{masks})")
            w.line(f"scores = model.scores(z{masks})", note=f"[n, {s.layers[-1].outputs}]")
            smooth = f", label_smoothing={spec.label_smoothing!r}" if spec.label_smoothing else ""
            w.line(f"loss = F.cross_entropy(scores, wanted{smooth})")
            self._weigh_weights()
            w.line("return loss")

    # Training loops

    def loop(self) -> None:
        """Write the functions ``pretrain`` and ``train``."""
        w, training = self.w, self.recipe.training
        w.section("training")
        self._penalised([name for name in self.s.weights if self._is_learnt(name)])
        for number, group in enumerate(self._groups, 1):
            self._corrupt_codes(number, group)
        if self._groups:
            self._pretrain()
        write_rate(w, self.recipe)
        w.gap()
        with w.block("def train(model, steps=None):"):
            words = tr("Learn, and give the loss of each step; of this many steps, or of all.")
            if self._groups:
                words += "\n\n" + tr("The steps are those of every layer, and then of all of it.")
            w.words(words)
            w.line("losses = []")
            self._call_pretrain()
            test = 'name.startswith("head")'
            if not self._spec.frozen:
                test = 'not name.startswith(("decoder", "output"))'
            w.line(f"learnt = [p for name, p in model.named_parameters() if {test}]")
            self.write_optimizer("optimizer", training.optimizer, "learnt")
            w.line("before = len(losses)")
            with w.block(f"for epoch in range({training.epochs}):"):
                self._epoch()
            w.line("return losses")

    def _is_learnt(self, name: str) -> bool:
        """Return whether fine-tuning updates the tensor ``name``."""
        if self._spec.frozen:
            return name.startswith("head")
        return not name.startswith(("decoder", "output"))

    def _corrupt_codes(self, number: int, group: Group) -> None:
        """Write the noise of pre-training, in the variant that suits the input of ``group``."""
        w, spec = self.w, self._spec.pretrain.corruption
        if spec.kind == "none":
            return
        is_first = group.encoder.start == 0
        kind = effective_noise(spec.kind, is_bounded=group.is_bounded, is_image=is_first)
        w.gap()
        with w.block(f"def corrupt_{number}(clean):"):
            if kind == UNBOUNDED:
                draw = f"torch.empty_like(clean).normal_(0.0, {spec.level!r}, generator=draws)"
                w.line(f"return {draw}.add_(clean)")
                return
            row = CORRUPTIONS[kind]
            w.words(f"{tr(row.label)}. {tr(row.help)}")
            w.line(f"level, g = {spec.level!r}, draws")
            write_noise(w, row, self.s.resolved.dataset.image_shape)

    def _pretrain(self) -> None:
        w, spec, rows = self.w, self._spec.pretrain, len(self.s.training)
        full = self._rows == rows
        w.gap()
        with w.block("def pretrain(clean, corrupt, reduce, restore, loss_of, learnt, steps):"):
            w.words(tr("Let a layer and its mirror restore what the layer is given."))
            w.line(f"adam = torch.optim.Adam(learnt, lr={spec.learning_rate!r})")
            w.line("losses = []")
            with w.block(f"for epoch in range({spec.epochs}):"):
                if full:
                    self._pretrain_step("clean", "epoch")
                else:
                    w.line(f"order = torch.randperm({rows}, generator=draws)")
                    with w.block(f"for start in range(0, {rows}, {self._rows}):"):
                        chosen = f"clean[order[start : start + {self._rows}]]"
                        self._pretrain_step(chosen, f"epoch + start / {rows}")
            w.line("return losses")

    def _pretrain_step(self, rows: str, done: str) -> None:
        w, spec = self.w, self._spec.pretrain
        w.line(f"x = {rows}")
        w.line("loss = loss_of(restore(reduce(corrupt(x).double())), x.double())")
        w.line(f"falling = 0.5 * (1 + math.cos(math.pi * ({done}) / {spec.epochs}))")
        with w.block("for group in adam.param_groups:"):
            w.line(f'group["lr"] = {spec.learning_rate!r} * (0.1 + 0.9 * falling)')
        w.line("adam.zero_grad()")
        w.line("loss.backward()")
        w.line("adam.step()")
        w.line("losses.append(loss.item())")
        with w.block("if len(losses) == steps:"):
            w.line("break" if self._rows == len(self.s.training) else "return losses")

    def _call_pretrain(self) -> None:
        w, s = self.w, self.s
        if not self._groups:
            return
        w.line("h = images.double()" if not self._copies else "h = originals.double()")
        for number, group in enumerate(self._groups, 1):
            at = group.encoder.start
            numbers = [
                *range(group.encoder.start, group.encoder.stop),
                *range(group.decoder.start, group.decoder.stop),
            ]
            prefixes = ", ".join(
                f'"{s.names[index]}{"." if s.layers[index].tied_to is None else "_"}"'
                for index in numbers
                if s.layers[index].tensors
            )
            w.line(f"own = ({prefixes},)", at)
            w.line("learnt = [p for name, p in model.named_parameters() if name.startswith(own)]")
            noise = f"corrupt_{number}"
            if self._spec.pretrain.corruption.kind == "none":
                noise = "lambda clean: clean"
            parts = f"model.reduce_{number}, model.restore_{number}"
            w.line(f"clean, loss_of = h.float(), {loss_name(group.loss)}", at)
            w.line(f"losses += pretrain(clean, {noise}, {parts}, loss_of, learnt, steps)", at)
            if number < len(self._groups):
                w.line("model.eval()")
                with w.block("with torch.no_grad():"):
                    w.line(f"h = model.reduce_{number}(h)", at)
                w.line("model.train()")

    @property
    def _copies(self) -> bool:
        """Whether noisy copies of the samples, or fixed noise, have replaced the images."""
        corruption = self.recipe.data.corruption
        fixed = not corruption.fresh and not corruption.clean_target
        return corruption.kind != "none" and (corruption.copies > 1 or fixed)

    def noise_functions(self) -> None:
        """Write the noise functions and keep the original images if pre-training needs them."""
        if self._copies and self._groups:
            self.w.line("originals = images")
        super().noise_functions()

    def _step(self, inputs: str, target: str) -> None:
        w, s = self.w, self.s
        w.line(f"x = {inputs}")
        if self.recipe.data.augment.active:
            w.line(f"x = augment({target})")
        if self._corrupts_batches:
            w.line(f"x = corrupt({'x' if self.recipe.data.augment.active else target}, draws)")
        copies = s.rows // len(s.training)
        if s.full_batch:
            targets = "labels" if copies == 1 else f"labels.repeat({copies})"
        else:
            targets = "labels[chosen]" if copies == 1 else "labels[chosen % len(labels)]"
        stop = len(s.resolved.layers)
        encoder = () if self._spec.frozen else range(s.code_end)
        if s.dropped:
            self._draw_masks("masks", (*range(stop, len(s.layers)), *encoder))
        self._set_rate()
        masks = ", masks" if s.dropped else ""
        w.line(f"loss = objective(model, x.double(), {targets}{masks})")
        w.line("model.zero_grad()")
        self._backward("learnt")
        w.line("optimizer.step()")
        w.line("losses.append(loss.item())")
        with w.block("if steps is not None and len(losses) - before == steps:"):
            w.line("return losses")
