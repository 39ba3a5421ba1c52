"""The losses: a table with one row each, holding all that the program knows; needs no torch.

A loss is a formula of the output ``y`` and the target ``t`` of a pixel; its derivative is a formula
of the residual ``d = y - t``; ``delta`` is Huber's. numpy and torch evaluate the same formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.core.choices import Choice, table
from aegui.core.formula import numpy_function, torch_function
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Loss(Choice):
    """One loss of a pixel."""

    formula: str
    """The loss, in ``y``, ``t`` and ``delta``."""
    slope: str = "d"
    """Its derivative by ``y`` divided by ``factor``, in ``d``, ``y``, ``t`` and ``delta``."""
    factor: float = 1.0
    """Constant that ``slope`` is multiplied by."""
    fused: str = ""
    """torch's own function, to be differentiated by autograd; if empty, ``formula`` is used."""
    of_logits: str = ""
    """torch's own function taking the logits for ``y``, for a loss of probabilities that needs a
    sigmoid: ``slope`` is then the derivative by the logits."""
    best: str = ""
    """Formula of the optimal answer for a pixel that is on with probability ``p``, if any."""
    symbol: str
    """Symbol in formulas, in TeX."""
    meaning: str
    """Description, marked."""
    per_pixel: str
    """Unit of a mean over pixels, marked."""
    per_image: str
    """Unit of a sum over the pixels of an image, marked."""

    def each(self, y: NDArray[Any], t: NDArray[Any], delta: float) -> NDArray[Any]:
        """Return the loss of each pixel, for numpy arrays."""
        return numpy_function(self.formula, "y", "t", "delta")(y, t, delta)

    def function(self, delta: float) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """Return a differentiable loss per pixel: ``(output, target) -> tensor of their shape``."""
        names = ("y", "t", "delta")
        formula = torch_function(self.formula, *names)
        fused = torch_function(self.fused, *names) if self.fused else formula

        def each(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            from torch.overrides import has_torch_function

            # torch's own cross-entropy reads the values, which do not exist during
            # tracing.
            function = formula if self.of_logits and has_torch_function((output,)) else fused
            found: torch.Tensor = function(output, target, delta)
            return found

        return each

    def gradient(
        self, output: torch.Tensor, target: torch.Tensor, scale: float, delta: float
    ) -> torch.Tensor:
        """Return ``scale`` times the derivative by the output, for tensors.

        With ``of_logits`` it is the derivative by the logits, which avoids a division.
        """
        found = torch_function(self.slope, "d", "y", "t", "delta")
        result: torch.Tensor = found(output - target, output, target, delta)
        return result.mul_(scale * self.factor)


LOSSES = table(
    Loss(
        "bce",
        mark("Binary cross-entropy"),
        mark("For pixels that are on or off: the negative log likelihood of the target."),
        # torch's own function refuses NaN, the output of a diverged run, which must be counted
        # here. Its definition clips logarithms at -100 too.
        formula="-(t * clip(log(y), -100.0, 0.0) + (1 - t) * clip(log1p(-y), -100.0, 0.0))",
        fused="torch.nn.functional.binary_cross_entropy(y.nan_to_num(0.5), t, reduction='none')"
        " + (y - y).detach()",
        of_logits="torch.nn.functional.binary_cross_entropy_with_logits(y, t, reduction='none')",
        best="p",
        symbol="BCE",
        meaning=mark(
            "Binary cross-entropy of each pixel: the negative log likelihood of the target."
        ),
        per_pixel=mark("nats per pixel"),
        per_image=mark("nats per image"),
    ),
    Loss(
        "mse",
        mark("Mean squared error"),
        mark("The classic: penalises large errors most."),
        formula="square(y - t)",
        factor=2.0,
        best="p",
        symbol="SE",
        meaning=mark("Squared error of each pixel."),
        per_pixel=mark("squared error per pixel"),
        per_image=mark("squared error per image"),
    ),
    Loss(
        "mae",
        mark("Mean absolute error"),
        mark("Penalises all errors equally; sharp outputs."),
        formula="abs(y - t)",
        slope="sign(d)",
        best="where(p > 0.5, 1.0, 0.0)",
        symbol="AE",
        meaning=mark("Absolute error of each pixel."),
        per_pixel=mark("absolute error per pixel"),
        per_image=mark("absolute error per image"),
    ),
    Loss(
        "huber",
        mark("Huber"),
        mark("Squared for small errors, absolute for large ones."),
        ("huber_delta",),
        formula="where(abs(y - t) <= delta, square(y - t) / 2, delta * (abs(y - t) - delta / 2))",
        slope="clip(d, -delta, delta)",
        fused="torch.nn.functional.huber_loss(y, t, reduction='none', delta=delta)",
        symbol="Huber",
        meaning=mark("Squares of small errors, absolute values of large ones."),
        per_pixel=mark("Huber loss per pixel"),
        per_image=mark("Huber loss per image"),
    ),
)
