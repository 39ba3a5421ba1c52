"""BFGS as a method of ``scipy.optimize.minimize``, with an O(n^2) update.

scipy's own implementation multiplies two n x n matrices after every step, which is O(n^3): seconds
for a small autoencoder of 3,000 parameters. The formula is the same (Nocedal and Wright 2006,
eq. 6.17), multiplied out; the line search is scipy's.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    Vector = NDArray[np.float64]

_BLOCK = 512
"""Number of rows of the matrix that are updated at once."""


def minimize_bfgs(
    fun: Callable[[Vector], float],
    x0: Vector,
    args: tuple[()] = (),
    *,
    jac: Callable[[Vector], Vector],
    callback: Callable[[Vector], None],
    gtol: float,
    maxiter: int,
    **_unused: Any,
) -> OptimizeResult:
    """Minimise ``fun`` from ``x0``, as scipy's ``BFGS`` does.

    Args:
        fun: The objective.
        x0: Start vector, ``[n]``.
        args: Always empty.
        jac: Gradient of the objective.
        callback: Called with the vector after every iteration.
        gtol: Largest gradient component at convergence.
        maxiter: Maximum number of iterations.
    """
    from scipy.optimize import OptimizeResult

    x, value, slope = x0, fun(x0), jac(x0)
    before = value + float(np.linalg.norm(slope)) / 2
    inverse = np.eye(len(x0))
    iterations = 0
    while iterations < maxiter and np.abs(slope).max() > gtol:
        direction = -(inverse @ slope)
        found = _searched(fun, jac, x, direction, slope, value, before)
        if found is None:
            break
        length, after, next_slope = found
        before, value = value, after
        step, change = length * direction, next_slope - slope
        x, slope = x + step, next_slope
        iterations += 1
        callback(x)
        curvature = float(change @ step)
        if not np.isfinite(value) or curvature == 0.0:
            break
        update(inverse, step, change, curvature)
    result = OptimizeResult()
    result.update(x=x, fun=value, nit=iterations)
    return result


def _searched(
    fun: Callable[[Vector], float],
    jac: Callable[[Vector], Vector],
    x: Vector,
    direction: Vector,
    slope: Vector,
    value: float,
    before: float,
) -> tuple[float, float, Vector] | None:
    """Return step length, value and gradient after it; None if no step is good enough."""
    from scipy.optimize import line_search

    with warnings.catch_warnings():
        # The failure that it warns about is also in its result.
        warnings.simplefilter("ignore", RuntimeWarning)
        length, _, _, after, *_ = line_search(
            fun, jac, x, direction, slope, value, before, maxiter=20
        )
    if length is None or after is None:
        return None
    return float(length), float(after), jac(x + length * direction)


def update(inverse: NDArray[np.float64], step: Vector, change: Vector, curvature: float) -> None:
    """Update the inverse Hessian ``[n, n]`` in place with the curvature pair of the last step.

    ``(I - r s y') H (I - r y s') + r s s'`` for the ``step`` s, the ``change`` y of the gradient
    and ``r = 1 / curvature``, ``curvature = y's``.
    """
    turned = inverse @ change
    # H - r (s t' + t s') + r (1 + r y't) s s', with t = H y, is H + s a' + a s' for one vector a.
    scale = (1.0 + float(change @ turned) / curvature) / (2.0 * curvature)
    along = scale * step - turned / curvature
    for start in range(0, len(step), _BLOCK):
        rows = slice(start, start + _BLOCK)
        inverse[rows] += np.outer(step[rows], along)
        inverse[rows] += np.outer(along[rows], step)
