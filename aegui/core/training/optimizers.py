"""The optimisers: a table with one row each, holding all that the program knows; needs no torch.

The update of a step is written as statements over lists of tensors (torch's formulas). Generated
programs contain them, and ``step/update.py`` runs them as is where autograd differentiates.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection

    from aegui.core.recipe import OptimizerSpec


@dataclass(frozen=True, kw_only=True)
class Optimizer(Choice):
    """One optimiser."""

    slots: tuple[str, ...] = ()
    """Names of the state tensors kept beside the parameters."""
    lines: tuple[str, ...] = ()
    """The update, on the lists ``tensors`` and ``gradients``, which may be overwritten, one list
    for each name in ``slots``, and ``lr``. ``count`` is a list of one tensor, the number of steps
    done, which the lines increment if they need it; ``counts`` repeats it once per tensor. Numbers
    of the recipe stand in braces. Empty for scipy's optimisers, which take the whole objective as a
    function of all parameters."""
    each: tuple[str, ...] = ()
    """The same update for many runs with hyperparameters of their own, on the flat tensors
    ``flat``, ``grad`` and those in ``slots``; a number in braces may be such a tensor too.
    ``rates`` and ``factor`` give the learning rate, and each name in ``powers`` has, as e.g.
    ``beta1_power``, its power by the steps done. Empty if a study has to train the runs one by one.
    """
    powers: tuple[str, ...] = ()
    """Names of hyperparameters whose powers ``each`` needs."""
    low_rate: float = 0.0
    """Learning rate below which training takes long."""
    usual_rate: float = math.inf
    """Learning rate that suits most networks."""
    high_rate: float = math.inf
    """Learning rate that hardly any network tolerates."""
    scales: bool = False
    """Whether the optimiser adapts the scale of its steps."""
    squares: int = 0
    """Number of square matrices over all parameters held at once."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the lists that ``lines`` use."""
        return ("tensors", "gradients", *self.slots, "count", "counts")

    def statements(self, spec: OptimizerSpec, named: Collection[str] = ()) -> list[str]:
        """Return ``lines`` with the recipe's numbers; ``named`` ones as names (``of_each``)."""
        numbers = {
            name: of_each(name) if name in named else repr(getattr(spec, name))
            for name in self.parameters
        }
        return [line.format(**numbers) for line in self.lines]


def of_each(name: str) -> str:
    """Return the name of a per-run number in lines, distinct from a slot of the same name."""
    return f"{name}_each"


def _adam(name: str, decay: str) -> tuple[str, ...]:
    return (
        "torch._foreach_add_(count, 1.0)",
        f"torch._fused_{name}_(tensors, gradients, mean, square, [], counts, lr=lr, "
        f"beta1={{beta1}}, beta2={{beta2}}, weight_decay={decay}, eps={{eps}}, amsgrad=False, "
        "maximize=False)",
    )


def _scaled(take: str) -> tuple[str, ...]:
    return (
        f"torch._foreach_addcmul_(square, gradients, gradients, value={take})",
        "size = torch._foreach_add(torch._foreach_sqrt(square), {eps})",
        "torch._foreach_addcdiv_(tensors, gradients, size, value=-lr)",
    )


_ROLL = (
    "torch._foreach_mul_(momentum, {momentum})",
    "torch._foreach_add_(momentum, gradients)",
)
_DESCEND = "torch._foreach_add_(tensors, gradients, alpha=-lr)"
_DESCEND_EACH = "flat.addcmul_(grad, rates, value=-factor)"
_ROLL_EACH = "momentum.mul_({momentum}).add_(grad)"
_SCALED_EACH = ("grad.div_(square.sqrt().add_({eps}))", _DESCEND_EACH)
_ADAM_EACH = (
    "torch.lerp(grad, mean, {beta1}, out=mean)",
    "grad.mul_(grad)",
    "torch.lerp(grad, square, {beta2}, out=square)",
    "torch.div(square, 1.0 - beta2_power, out=grad)",
    "grad.sqrt_().add_({eps})",
    "torch.div(mean, grad, out=grad)",
    "grad.div_(1.0 - beta1_power)",
    _DESCEND_EACH,
)
_BETAS = ("beta1", "beta2")

OPTIMIZERS = table(
    Optimizer(
        "sgd",
        mark("SGD"),
        mark("Plain gradient descent."),
        lines=(_DESCEND,),
        each=(_DESCEND_EACH,),
        low_rate=0.03,
        usual_rate=0.1,
        high_rate=5.0,
    ),
    Optimizer(
        "momentum",
        mark("SGD with momentum"),
        mark("Gradient descent along a running average of the gradients."),
        ("momentum",),
        slots=("momentum",),
        lines=(*_ROLL, "torch._foreach_add_(tensors, momentum, alpha=-lr)"),
        each=(_ROLL_EACH, "flat.addcmul_(momentum, rates, value=-factor)"),
        low_rate=3e-3,
        usual_rate=0.05,
        high_rate=1.0,
    ),
    Optimizer(
        "nesterov",
        mark("Nesterov momentum"),
        mark("Momentum with the gradient at the next position (Nesterov)."),
        ("momentum",),
        slots=("momentum",),
        lines=(*_ROLL, "torch._foreach_add_(gradients, momentum, alpha={momentum})", _DESCEND),
        each=(_ROLL_EACH, "grad.add_(momentum * {momentum})", _DESCEND_EACH),
        low_rate=3e-3,
        usual_rate=0.05,
        high_rate=1.0,
    ),
    Optimizer(
        "rmsprop",
        mark("RMSprop"),
        mark("Divides each gradient by its recent size."),
        ("alpha", "eps"),
        slots=("square",),
        lines=("torch._foreach_mul_(square, {alpha})", *_scaled("1.0 - {alpha}")),
        each=("torch.lerp(grad * grad, square, {alpha}, out=square)", *_SCALED_EACH),
        low_rate=3e-4,
        usual_rate=1e-3,
        high_rate=0.05,
        scales=True,
    ),
    Optimizer(
        "adagrad",
        mark("Adagrad"),
        mark(
            "Divides each gradient by the root of the sum of its squares so far; steps keep "
            "shrinking."
        ),
        ("eps",),
        slots=("square",),
        lines=_scaled("1.0"),
        each=("square.addcmul_(grad, grad)", *_SCALED_EACH),
        low_rate=3e-3,
        usual_rate=0.05,
        high_rate=1.0,
    ),
    Optimizer(
        "adam",
        mark("Adam"),
        mark("Momentum and RMSprop together: the one to start with."),
        ("beta1", "beta2", "eps"),
        slots=("mean", "square"),
        lines=_adam("adam", "0.0"),
        each=_ADAM_EACH,
        powers=_BETAS,
        low_rate=3e-4,
        usual_rate=1e-3,
        high_rate=0.05,
        scales=True,
    ),
    Optimizer(
        "adamw",
        mark("AdamW"),
        mark("Adam with weight decay decoupled from the gradient."),
        ("beta1", "beta2", "eps", "weight_decay"),
        slots=("mean", "square"),
        lines=_adam("adamw", "{weight_decay}"),
        each=("flat.addcmul_(flat, rates * {weight_decay}, value=-factor)", *_ADAM_EACH),
        powers=_BETAS,
        low_rate=3e-4,
        usual_rate=1e-3,
        high_rate=0.05,
        scales=True,
    ),
    Optimizer(
        "lbfgs",
        mark("L-BFGS-B"),
        mark("Quasi-Newton from the last few gradients; full batch. An epoch is an iteration."),
    ),
    Optimizer(
        "bfgs",
        mark("BFGS"),
        mark(
            "Quasi-Newton with the full inverse Hessian: small networks, full batch. The loop is "
            "our own, with scipy's line search."
        ),
        squares=5,
    ),
    Optimizer(
        "cg",
        mark("Conjugate gradients"),
        mark("Conjugate directions, each minimised along its line; full batch."),
    ),
    Optimizer(
        "powell",
        mark("Powell"),
        mark("No gradients at all: one direction after the other. Very slow beyond 100 weights."),
        squares=2,
    ),
    Optimizer(
        "nelder_mead",
        mark("Nelder-Mead"),
        mark("No gradients at all: a downhill simplex. Only for tiny networks."),
        squares=2,
    ),
)
