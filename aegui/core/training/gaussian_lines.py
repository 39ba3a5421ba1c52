"""Lines of a step program for a code that is drawn (Kingma and Welling 2013, section 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.recipe import LatentSpec

if TYPE_CHECKING:
    from aegui.core.recipe import LayerSpec
    from aegui.core.training.program import Source


class GaussianCode:
    """``code = mean + deviation * noise``, from a layer that gives mean and log variance.

    Works on ``[K, rows, 2d]`` as on ``[rows, 2d]``.

    Attributes:
        both: Name of mean and log variance side by side, as the layer gives them.
        pre: Name of the mean before its activation.
        mean: Name of the mean.
        log_variance: Name of the log variance.
        deviation: Name of the deviation.
    """

    def __init__(
        self, source: Source, spec: LayerSpec | LatentSpec, both: str, noise: str, tag: str
    ) -> None:
        self._source = source
        self._spec = spec
        self._noise = noise
        self._tag = tag
        self.both = both
        self.pre, self.log_variance = self._halves(both, "mean", "log")
        activation = ACTIVATIONS[spec.activation]
        self.mean = self.pre if activation.in_place else self._like(self.pre, "code_mean")
        self.deviation = self._like(self.pre, "deviation")
        self._code = self._like(self.pre, "code")

    def emit_forward(self, indent: int) -> str:
        """The lines that draw the code; its name."""
        line, deviation, code = self._source.line, self.deviation, self._code
        line(ACTIVATIONS[self._spec.activation].forward(self.pre, self.mean), indent)
        line(f"torch.mul({self.log_variance}, 0.5, out={deviation})", indent)
        line(f"{deviation}.exp_()", indent)
        line(f"torch.addcmul({self.mean}, {self._noise}, {deviation}, out={code})", indent)
        return code

    def emit_backward(self, gradient: str, rows: int, indent: int) -> str:
        """From the gradient by the code to that by mean and log variance, and that of the KL.

        With ``KL = (mean^2 + variance - 1 - log variance) / 2`` and a weight ``beta``, which is in
        scope; free bits take the KL of a dimension out. Returns the name of the gradient by
        ``both``.
        """
        line, spec, deviation = self._source.line, self._spec, self.deviation
        both = self._like(self.both, "d_both")
        by_mean, by_log = self._halves(both, "dm", "dl")
        excess = self._like(self.pre, "excess")
        line(f"torch.mul({deviation}, {deviation}, out={excess})", indent)
        line(f"{excess}.sub_(1.0)", indent)
        line(f"torch.mul({gradient}, {self._noise}, out={by_log})", indent)
        line(f"{by_log}.mul_({deviation}).mul_(0.5)", indent)
        line(f"pull = beta / {float(rows)!r}", indent)
        free = spec.free_bits if isinstance(spec, LatentSpec) else 0.0
        if free:
            line(f"paid = {kl_expression(self, excess)}.ge_({free!r})", indent)
            line(f"torch.addcmul({gradient}, {self.mean}, paid, value=pull, out={by_mean})", indent)
            line(f"{by_log}.addcmul_({excess}, paid, value=0.5 * pull)", indent)
        else:
            line(f"torch.add({gradient}, {self.mean}, alpha=pull, out={by_mean})", indent)
            line(f"{by_log}.add_({excess}, alpha=0.5 * pull)", indent)
        line(ACTIVATIONS[spec.activation].backward(by_mean, self.pre, self.mean), indent)
        if spec.slope != 1.0:
            line(f"{both}.mul_({spec.slope!r})", indent)
        return both

    def _halves(self, both: str, *names: str) -> tuple[str, str]:
        units, tensor = self._spec.units, self._source.tensor(both)
        first, second = (
            self._source.bind(f"{name}{self._tag}", half)
            for name, half in zip(names, (tensor[..., :units], tensor[..., units:]), strict=True)
        )
        return first, second

    def _like(self, name: str, new: str) -> str:
        tensor = torch.zeros_like(self._source.tensor(name), memory_format=torch.contiguous_format)
        return self._source.bind(f"{new}{self._tag}", tensor)


def kl_expression(code: GaussianCode, excess: str) -> str:
    """KL of each dimension, the mean over the samples ``[..., 1, d]``; ``excess``: variance - 1."""
    total = f"{code.mean}.square().add_({excess}).sub_({code.log_variance})"
    return f"{total}.mean([-2], True).mul_(0.5)"
