"""BFGS with an update of n^2 operations follows the iterates of scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from aegui.core.training.families.bfgs import minimize_bfgs, update

if TYPE_CHECKING:
    from numpy.typing import NDArray


def test_the_update_is_the_formula_of_the_book() -> None:
    rng = np.random.default_rng(0)
    size = 700  # more rows than are updated at once
    root = rng.standard_normal((size, size)) / size
    inverse = np.eye(size) + root @ root.T
    step, change = rng.standard_normal((2, size))
    bend = float(step @ change)
    left = np.eye(size) - np.outer(step, change) / bend
    expected = left @ inverse @ left.T + np.outer(step, step) / bend
    update(inverse, step, change, bend)
    np.testing.assert_allclose(inverse, expected, atol=1e-10 * np.abs(expected).max())
    # What was learnt: this change of the gradient comes from this step.
    np.testing.assert_allclose(inverse @ change, step, atol=1e-8 * np.abs(expected).max())


def minimized(
    method: Any, start: list[float], most: int = 200, fun: Any = rosen, jac: Any = rosen_der
) -> tuple[Any, list[NDArray[np.float64]]]:
    path: list[NDArray[np.float64]] = []

    def remember(xk: NDArray[np.float64]) -> None:
        path.append(xk.copy())

    # The stubs do not know that methods may be functions.
    call: Any = minimize
    options = {"gtol": 1e-8, "maxiter": most}
    found = call(fun, np.array(start), method=method, jac=jac, callback=remember, options=options)
    return found, path


def test_it_goes_where_scipy_goes() -> None:
    (theirs, their_path), (ours, our_path) = (
        minimized(method, [1.3, 0.7, 0.8, 1.9]) for method in ("BFGS", minimize_bfgs)
    )
    np.testing.assert_allclose(theirs.x, 1.0, atol=1e-6)
    np.testing.assert_allclose(ours.x, 1.0, atol=1e-6)
    assert abs(len(their_path) - len(our_path)) <= 0.3 * len(their_path)


@pytest.mark.parametrize("most", [1, 5])
def test_it_ends_after_the_iterations_allowed(most: int) -> None:
    result, path = minimized(minimize_bfgs, [-1.2, 1.0], most)
    assert result.nit == len(path) == most


def test_a_slope_that_leads_nowhere_ends_it() -> None:
    result, path = minimized(
        minimize_bfgs,
        [1.0, 1.0],
        fun=lambda x: float(np.abs(x).sum()),
        jac=lambda x: -np.ones_like(x),
    )
    np.testing.assert_array_equal(result.x, [1.0, 1.0])
    assert path == []
