"""Loss and gradient of an autoencoder in NumPy, written out layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.formula import CALLED, renamed
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.forward import NORM_EPS
from aegui.core.network.shapes import is_image
from aegui.core.recipe import ConvSpec, ConvTransposeSpec, LatentSpec, LayerSpec, NormSpec
from aegui.core.source_code.numpy_images import IMAGE_SPECS, lines_back, lines_there
from aegui.core.source_code.torch_layers import shape_note
from aegui.core.source_code.wording import number
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape
    from aegui.core.source_code.listing import CodeWriter
    from aegui.core.source_code.subject import CodedRun

HELPERS = {
    "sigmoid": ("return 0.5 * (np.tanh(0.5 * z) + 1)",),
    "erf": ("return np.vectorize(math.erf)(z)",),
}
"""Functions that formulas use and NumPy lacks."""


def numpy_text(formula: str, **names: str) -> str:
    """Return a formula as NumPy source, with its variables renamed by ``names``."""
    text = CALLED.sub(
        lambda found: f"{found[1]}(" if found[1] in HELPERS else f"np.{found[1]}(", formula
    )
    return renamed(text, **names) if names else text


class GradientPrinter:
    """Generates the forward pass, the loss and the backward pass of one run."""

    def __init__(self, run: CodedRun, writer: CodeWriter) -> None:
        self.s = run
        self.w = writer
        self.recipe = run.resolved.recipe

    @property
    def arguments(self) -> list[str]:
        """Parameter names of the generated function."""
        names = ["p", "x", "target"]
        names += ["beta"] if self.s.is_gaussian else []
        names += ["noise"] if self.s.draws_noise else []
        return names + (["masks"] if self.s.dropped else [])

    def write(self) -> None:
        """Write the function ``loss_and_gradient``."""
        w, layers = self.w, self.s.resolved.layers
        w.section("gradient")
        w.gap()
        with w.block(f"def loss_and_gradient({', '.join(self.arguments)}):"):
            w.words(tr("The loss of a batch, and its derivative by every number of p."))
            w.line("g = {name: np.zeros_like(value) for name, value in p.items()}")
            w.line("n = len(x)")
            w.line()
            w.note(tr("Forward"))
            if self.s.takes_images(0):
                shape = ", ".join(map(str, layers[0].input_shape))
                w.line(f"h0 = x.reshape(n, {shape})")
            else:
                w.line("h0 = x", note=f"[n, {layers[0].inputs}]")
            for index in range(len(layers)):
                self._forward(index)
            last = f"h{len(layers)}"
            w.line(f"y = {last}.reshape(n, -1)" if self.s.ends_in_image else f"y = {last}")
            w.line()
            w.note(tr("The loss, and its derivative d by the output y"))
            self._reconstruction()
            w.line()
            w.note(tr("Backward: d is the derivative by what each layer gives, then takes"))
            if self.s.ends_in_image and not self.s.by_logits:
                w.line(f"d = d.reshape({last}.shape)")
            for index in reversed(range(len(layers))):
                if index == self.s.code_end - 1:
                    self._code_terms()
                self._backward(index)
            self._weight_terms()
            w.line("return loss, g")

    def _row(self, index: int) -> str:
        """Return the expression for a dense layer's input, flattened to rows if needed."""
        is_row = index == 0 or not is_image(self.s.layers[index].input_shape)
        return f"h{index}" if is_row else f"h{index}.reshape(n, -1)"

    def _names(self, index: int) -> tuple[str, str]:
        """Return the expressions for weight and bias of a convolution."""
        bias = f'p["{self.s.tensor_name(index, "bias")}"]'
        if self.s.layers[index].tied_to is not None:
            return self._tied(index), bias
        return f'p["{self.s.names[index]}.weight"]', bias

    def _forward(self, index: int) -> None:
        w, layer, name = self.w, self.s.layers[index], self.s.names[index]
        spec, note, n = layer.spec, shape_note(layer.output_shape), index + 1
        if isinstance(spec, LayerSpec | LatentSpec):
            factor = "" if spec.slope == 1.0 else f"{spec.slope!r} * "
            weight, bias = self._weight(index), f'p["{self.s.tensor_name(index, "bias")}"]'
            total = f"{self._row(index)} @ {weight} + {bias}"
            w.line(f"z{n} = {factor}({total})" if factor else f"z{n} = {total}", index, note)
            if isinstance(spec, LatentSpec) and self.s.is_gaussian:
                w.line(
                    f"mean, log_variance = z{n}[:, :{spec.units}], z{n}[:, {spec.units}:]", index
                )
                if spec.activation != "identity":
                    w.line(f"mean = {spec.activation}(z{n}[:, :{spec.units}])", index)
                w.line(f"h{n} = mean + noise * np.exp(log_variance / 2)", index)
                return
            w.line(f"h{n} = {_act(spec.activation, f'z{n}')}", index)
            if isinstance(spec, LatentSpec) and spec.top_k is not None and spec.top_k < spec.units:
                of = f"np.abs(h{n})" if spec.top_by == "magnitude" else f"h{n}"
                w.line(
                    f'largest = np.argsort(-{of}, axis=1, kind="stable")[:, :{spec.top_k}]', index
                )
                w.line(f"kept = np.zeros_like(h{n})", index)
                w.line("np.put_along_axis(kept, largest, 1.0, axis=1)", index)
                w.line(f"h{n} = h{n} * kept", index)
        elif isinstance(spec, NormSpec):
            axis, broadcast = (
                _axes(layer, spec),
                "[:, None, None]" if is_image(layer.input_shape) else "",
            )
            w.line(
                f"spread{n} = np.sqrt(h{index}.var(axis={axis}, keepdims=True) + {NORM_EPS})", index
            )
            w.line(
                f"u{n} = (h{index} - h{index}.mean(axis={axis}, keepdims=True)) / spread{n}", index
            )
            w.line(
                f'z{n} = u{n} * p["{name}.weight"]{broadcast} + p["{name}.bias"]{broadcast}', index
            )
            w.line(f"h{n} = {_act(spec.activation, f'z{n}')}", index, note)
        elif isinstance(spec, IMAGE_SPECS):
            names = self._names(index) if layer.tensors else ("", "")
            *lines, end = lines_there(layer, index, *names)
            for line in lines:
                w.line(line, index)
            w.line(end, index, note)
            if isinstance(spec, ConvSpec | ConvTransposeSpec):
                w.line(f"h{n} = {_act(spec.activation, f'z{n}')}", index)
        elif layer.input_shape != layer.output_shape:
            shape = ", ".join(map(str, layer.output_shape))
            w.line(f"h{n} = h{index}.reshape(n, {shape})", index, note)
        else:
            w.line(f"h{n} = h{index}", index, note)
        if index in self.s.dropped:
            w.line(f'h{n} = h{n} * masks["{name}"]', index)

    def _weight(self, index: int) -> str:
        """Return the expression for the weight of a dense layer, ``[inputs, outputs]``."""
        layer = self.s.layers[index]
        if layer.tied_to is None:
            return f'p["{self.s.names[index]}.weight"].T'
        return self._tied(index)

    def _tied(self, index: int) -> str:
        tied = self.s.layers[index].tied_to
        assert tied is not None
        origin = self.s.layers[tied].spec
        text = f'p["{self.s.names[tied]}.weight"]'
        if isinstance(origin, LatentSpec) and origin.kind == "gaussian":
            text += f"[:{origin.units}]"
        return text

    def _reconstruction(self) -> None:
        w, training = self.w, self.recipe.training
        loss, delta = LOSSES[training.loss], repr(training.huber_delta)
        last = len(self.s.resolved.layers)
        if loss.of_logits:
            z = f"z{last}.reshape(n, -1)" if self.s.ends_in_image else f"z{last}"
            note = tr("cross-entropy by what the sigmoid takes: exact where y is 0 or 1")
            w.line(f"each = np.logaddexp(0, {z}) - target * {z}", note=note)
        else:
            w.line(f"each = {numpy_text(loss.formula, y='y', t='target', delta=delta)}")
        count = "n" if self.s.is_gaussian else "y.size"
        w.line("loss = each.sum() / n" if self.s.is_gaussian else "loss = each.mean()")
        slope = numpy_text(loss.slope, d="(y - target)", y="y", t="target", delta=delta)
        factor = "" if loss.factor == 1.0 else f"{loss.factor!r} * "
        if training.edges:
            self._edges(count)
        if loss.of_logits:
            w.line(
                f"dz = {factor}{slope} / {count}",
                note=tr("by z{n}: the sigmoid's slope cancels", n=last),
            )
            if training.edges:
                spec = self.s.layers[last - 1].spec
                key = getattr(spec, "activation", "identity")
                row = ".reshape(n, -1)" if self.s.ends_in_image else ""
                w.line(f"dz = dz + d * {key}_slope(z{last}){row}")
        elif training.edges:
            w.line(f"d = d + {factor}{slope} / {count}")
        else:
            w.line(f"d = {factor}{slope} / {count}")

    def _edges(self, count: str) -> None:
        w, weight = self.w, self.recipe.training.edges
        channels, height, width = self.s.resolved.dataset.image_shape
        w.note(tr("Differences between neighbouring pixels"))
        w.line(f"miss = (y - target).reshape(-1, {channels}, {height}, {width})")
        w.line("down, right = np.diff(miss, axis=2), np.diff(miss, axis=3)")
        w.line(f"loss = loss + {weight!r} * ((down**2).sum() + (right**2).sum()) / {count}")
        w.line("d = np.zeros_like(miss)")
        for place, sign, which in (
            ("[:, :, 1:]", "+", "down"),
            ("[:, :, :-1]", "-", "down"),
            ("[:, :, :, 1:]", "+", "right"),
            ("[:, :, :, :-1]", "-", "right"),
        ):
            w.line(f"d{place} {sign}= {which}")
        w.line(f"d = {weight!r} * 2 * d.reshape(y.shape) / {count}")

    def _code_terms(self) -> None:
        """Write the loss terms on the code; ``d`` is the gradient with respect to the code."""
        w, s, training = self.w, self.s, self.recipe.training
        latent, at, n = self.recipe.network.latent, s.code_end - 1, s.code_end
        code = "mean" if s.is_gaussian else f"h{n}"
        if s.is_gaussian:
            w.line("d_log = d * noise * np.exp(log_variance / 2) / 2", at)
            w.note(tr("How far the codes are from a standard normal distribution (KL)"))
            w.line("kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)", at)
            if latent.free_bits:
                w.line("kl = kl.mean(axis=0)", at)
                note = tr("what is below is free")
                w.line(f"paid = kl >= {latent.free_bits!r}", at, note)
                w.line(f"loss = loss + beta * np.maximum(kl, {latent.free_bits!r}).sum()", at)
            else:
                w.line("loss = loss + beta * kl.sum() / n", at)
            paid = " * paid" if latent.free_bits else ""
            w.line(f"d = d + beta * mean / n{paid}", at)
            w.line(f"d_log = d_log + beta * (np.exp(log_variance) - 1) / (2 * n){paid}", at)
        if training.code_l1:
            w.line(f"loss = loss + {training.code_l1!r} * np.abs({code}).sum() / n", at, "L1")
            w.line(f"d = d + {training.code_l1!r} * np.sign({code}) / n", at)
        if training.sparsity.weight:
            rho, off, weight = (
                training.sparsity.rho,
                number(1 - training.sparsity.rho),
                training.sparsity.weight,
            )
            w.note(tr("Units of the code are on for a share of the samples only (Ng 2011)"))
            w.line(f"share = {code}.mean(axis=0)", at)
            w.line("active = np.clip(share, 1e-6, 1 - 1e-6)", at)
            w.line(f"sparsity = {rho!r} * np.log({rho!r} / active)", at)
            w.line(f"sparsity += {off} * np.log({off} / (1 - active))", at)
            w.line(f"loss = loss + {weight!r} * sparsity.sum()", at)
            w.line(f"slope = ({off} / (1 - active) - {rho!r} / active) * (share == active)", at)
            w.line(f"d = d + {weight!r} * slope / n", at)

    def _backward(self, index: int) -> None:
        w, layer, name = self.w, self.s.layers[index], self.s.names[index]
        spec, n, last = layer.spec, index + 1, len(self.s.resolved.layers)
        by_logits = n == last and self.s.by_logits
        if index in self.s.dropped:
            w.line(f'd = d * masks["{name}"]', index)
        if isinstance(spec, LayerSpec | LatentSpec):
            self._by_sum(index, spec, by_logits=by_logits)
            if layer.tied_to is not None:
                origin = self._tied(index)
                rows = self._row(index)
                w.line(f"{origin.replace('p[', 'g[', 1)} += {rows}.T @ d", index)
            else:
                w.line(f'g["{name}.weight"] += d.T @ {self._row(index)}', index)
            w.line(f'g["{self.s.tensor_name(index, "bias")}"] += d.sum(axis=0)', index)
            if index:
                back = f"{origin}.T" if layer.tied_to is not None else f'p["{name}.weight"]'
                w.line(f"d = d @ {back}", index)
                if is_image(layer.input_shape):
                    w.line(f"d = d.reshape(h{index}.shape)", index)
        elif isinstance(spec, NormSpec):
            axis, is_map = _axes(layer, spec), is_image(layer.input_shape)
            over, broadcast = ("(0, 2, 3)", "[:, None, None]") if is_map else ("0", "")
            if spec.activation != "identity":
                w.line(f"d = d * {spec.activation}_slope(z{n})", index)
            w.line(f'g["{name}.weight"] += (d * u{n}).sum(axis={over})', index)
            w.line(f'g["{name}.bias"] += d.sum(axis={over})', index)
            w.line(f'd = d * p["{name}.weight"]{broadcast}', index)
            mean = f"mean(axis={axis}, keepdims=True)"
            w.line(f"d = (d - d.{mean} - u{n} * (d * u{n}).{mean}) / spread{n}", index)

        elif isinstance(spec, IMAGE_SPECS):
            if by_logits:
                w.line(f"d = dz.reshape(z{n}.shape)", index)
            elif isinstance(spec, ConvSpec | ConvTransposeSpec) and spec.activation != "identity":
                w.line(f"d = d * {spec.activation}_slope(z{n})", index)
            names = self._names(index) if layer.tensors else ("", "")
            for line in lines_back(layer, index, *names, first=index == 0):
                w.line(line, index)
        elif layer.input_shape != layer.output_shape:
            w.line(f"d = d.reshape(h{index}.shape)", index)

    def _by_sum(self, index: int, spec: LayerSpec | LatentSpec, *, by_logits: bool) -> None:
        """Turn ``d`` into the gradient with respect to the weighted sums of a dense layer."""
        w, n = self.w, index + 1
        if isinstance(spec, LatentSpec) and self.s.is_gaussian:
            if spec.activation != "identity":
                w.line(f"d = d * {spec.activation}_slope(z{n}[:, :{spec.units}])", index)
            w.line("d = np.concatenate([d, d_log], axis=1)", index)
        else:
            if isinstance(spec, LatentSpec) and spec.top_k is not None and spec.top_k < spec.units:
                w.line("d = d * kept", index)
            if by_logits:
                w.line("d = dz", index)
            elif spec.activation != "identity":
                w.line(f"d = d * {spec.activation}_slope(z{n})", index)
        if spec.slope != 1.0:
            w.line(f"d = {spec.slope!r} * d", index)

    def _weight_terms(self) -> None:
        w, training = self.w, self.recipe.training
        if not training.l1 and not training.l2:
            return
        w.line()
        w.note(tr("Penalties on the weights, not on the biases"))
        names = ", ".join(f'"{name}"' for name in self.s.weights)
        with w.block(f"for name in [{names}]:"):
            if training.l1:
                w.line(f"loss = loss + {training.l1!r} * np.abs(p[name]).sum()", note="L1")
                w.line(f"g[name] += {training.l1!r} * np.sign(p[name])")
            if training.l2:
                w.line(f"loss = loss + {training.l2 / 2!r} * (p[name] ** 2).sum()", note="L2")
                w.line(f"g[name] += {training.l2!r} * p[name]")


def _axes(layer: LayerShape, spec: NormSpec) -> str:
    """Return the axes over which a normalisation layer takes its mean."""
    is_map, is_batch = is_image(layer.input_shape), spec.kind == "batch_norm"
    if is_map:
        return "(0, 2, 3)" if is_batch else "(1, 2, 3)"
    return "0" if is_batch else "1"


def _act(key: str, z: str) -> str:
    return z if ACTIVATIONS[key].formula == "z" else f"{key}({z})"
