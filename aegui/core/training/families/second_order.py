"""scipy's optimisers over all parameters of a run: their iterations are the epochs.

BFGS, CG and L-BFGS-B get the exact gradient; Powell and Nelder-Mead need none. A call of
``advance`` answers some of their questions (see ``minimization.py``), so that a training can be
measured, paused and stopped at every evaluation of the objective.

scipy's own BFGS multiplies two n x n matrices after every step, which is O(n^3): seconds for a
small autoencoder of 3,000 parameters. The formula of ``update`` is the same (Nocedal and Wright
2006, eq. 6.17), multiplied out to O(n^2); the line search is scipy's.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.training.cost import LINE_SEARCH
from aegui.core.training.families.exact_objective import ExactObjective
from aegui.core.training.families.minimization import (
    Answering,
    End,
    Event,
    Iterate,
    Minimization,
    Question,
)
from aegui.core.training.families.steppers import CHUNK_SECONDS
from aegui.core.training.record.checkpoint_check import counts
from aegui.core.training.record.history import LONG_EPOCH_ROWS
from aegui.core.training.step.measure import Measured, choose_meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.families.steppers import Orders
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

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
        update_inverse_hessian(inverse, step, change, curvature)
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


def update_inverse_hessian(
    inverse: NDArray[np.float64], step: Vector, change: Vector, curvature: float
) -> None:
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


_STILL = 1e-9
"""Largest gradient component at convergence; it is small as losses are means over all pixels."""


@dataclass(frozen=True)
class Method:
    """Arguments of scipy's ``minimize``.

    Attributes:
        name: scipy's name, or a method of our own.
        gradient: Whether it gets the gradient.
        options: Its options.
        evaluations: Evaluations of an iteration per parameter; 0 if an iteration needs only a few.
    """

    name: str | Callable[..., Any]
    gradient: bool
    options: Mapping[str, Any]
    evaluations: int = 0


METHODS = {
    "lbfgs": Method(
        "L-BFGS-B", True, {"maxfun": 2**31 - 1, "ftol": 1e-14, "gtol": _STILL, "maxcor": 20}
    ),
    "bfgs": Method(minimize_bfgs, True, {"gtol": _STILL}),
    "cg": Method("CG", True, {"gtol": _STILL}),
    "powell": Method("Powell", False, {"xtol": 1e-5, "ftol": 1e-8}, LINE_SEARCH),
    # Only its first iteration takes long: it evaluates all corners of the simplex.
    "nelder_mead": Method(
        "Nelder-Mead", False, {"xatol": 1e-7, "fatol": 1e-11, "adaptive": True}, 1
    ),
}
"""Optimiser key -> method of ``scipy.optimize.minimize``."""


@dataclass(eq=False)
class _Run:
    """Progress of the optimiser of one run.

    ``inside`` counts evaluations since the last iteration, ``expected`` is the estimated number of
    evaluations in the current one; ``share`` is where it was resumed within an iteration; ``event``
    is the next event, if known.
    """

    expected: int
    iterations: int = 0
    evaluations: int = 0
    inside: int = 0
    share: float = 0.0
    ended: bool = False
    lowest: float = np.inf
    reached: NDArray[np.float64] | None = None
    minimization: Minimization | None = None
    event: Event | None = None

    @property
    def position(self) -> float:
        """Iterations done, including the estimated fraction of the current one."""
        if self.ended or not self.expected:
            return self.iterations
        within = min(self.inside / self.expected, 0.99)
        return self.iterations + self.share + (1 - self.share) * within


class ScipyStepper:
    """Steps the runs of a population in lockstep, each with an optimiser of its own.

    Attributes:
        evaluations: Number of evaluations of each run's objective, int64 ``[K]``.
    """

    name = "scipy"

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        training = resolved.recipe.training
        self.epochs = training.epochs
        self._method = METHODS[training.optimizer.name]
        self._objective = ExactObjective(resolved, parameters, samples)
        expected = self._method.evaluations * self._objective.size
        self.rows = LONG_EPOCH_ROWS if expected else samples.rows
        self._runs = [_Run(expected) for _ in range(resolved.recipe.runs)]

    @property
    def evaluations(self) -> NDArray[np.int64]:
        """Number of evaluations of each run's objective, int64 ``[K]``."""
        return np.array([run.evaluations for run in self._runs], np.int64)

    @property
    def exhausted(self) -> bool:
        """Whether every optimiser has converged."""
        return all(run.ended for run in self._runs)

    @property
    def position(self) -> float:
        """Iterations done by the slowest run that has not ended."""
        going = [run.position for run in self._runs if not run.ended]
        return min(going) if going else float(max(run.iterations for run in self._runs))

    def advance(self, orders: Orders) -> None:
        """Answer questions until the time is up; a cancelled one is answered in the next call."""
        try:
            self._work(orders)
        finally:
            self._store()

    def _work(self, orders: Orders) -> None:
        deadline = time.perf_counter() + CHUNK_SECONDS
        single = orders.at_most == 1

        def is_over(index: int) -> bool:
            if single or time.perf_counter() >= deadline:
                return True
            others = len(self._runs) > 1 and self._next() != index
            return others or self.position >= orders.until - 1e-9

        while not self.exhausted and self.position < orders.until - 1e-9:
            timeout = None if single else max(0.0, deadline - time.perf_counter())
            happened = self._attend(self._next(), timeout, is_over, orders.cancelled)
            if single or not happened or time.perf_counter() >= deadline:
                break

    def _next(self) -> int:
        """Return the index of the run to continue: the one with the lowest position."""
        return min(range(len(self._runs)), key=self._order)

    def _store(self) -> None:
        """Set the parameters to the vectors that the optimisers have reached."""
        for index, run in enumerate(self._runs):
            if run.reached is not None:
                self._objective.store(index, run.reached)
                run.reached = None

    def _order(self, index: int) -> float:
        run = self._runs[index]
        return np.inf if run.ended else run.position

    def _attend(
        self,
        index: int,
        timeout: float | None,
        is_over: Callable[[int], bool],
        cancelled: IsCancelled | None,
    ) -> bool:
        """Let a run continue until ``is_over``, and process its event; False on a timeout.

        A cancelled question is answered in the next call.
        """
        run = self._runs[index]
        if run.minimization is None:
            run.minimization = self._begin(index)
        event = run.event or run.minimization.next(timeout)
        run.event = None
        if isinstance(event, Question):
            run.event = Question(event.vector)
            answering = Answering(
                lambda vector: self._answer(index, vector, cancelled), lambda: is_over(index)
            )
            run.event = event = run.minimization.go_on(answering, timeout)
            if isinstance(event, Question) and event.error is not None:
                error, run.event = event.error, Question(event.vector)
                try:
                    raise error
                finally:
                    # The traceback references this frame, and so a thread, until it is collected.
                    del error, event
        elif isinstance(event, Iterate):
            self._count(run, event)
        elif isinstance(event, End):
            self._end(run, event)
        return event is not None

    def _begin(self, index: int) -> Minimization:
        method, left = self._method, self.epochs - self._runs[index].iterations
        return Minimization(
            self._objective.start(index),
            {
                "method": method.name,
                "jac": method.gradient or None,
                # Some methods of scipy count the first evaluation as an iteration.
                "options": {**method.options, "maxiter": left + 1},
            },
        )

    def _answer(
        self, index: int, vector: NDArray[np.float64], cancelled: IsCancelled | None
    ) -> object:
        """Return the method's value(s) for a vector; called in scipy's thread."""
        run, objective = self._runs[index], self._objective
        answer: object
        with torch.no_grad():
            if self._method.gradient:
                loss, gradient = objective.loss_and_gradient(index, vector, cancelled)
                answer = (_bounded(loss), gradient)
            else:
                loss = objective.loss(index, vector, cancelled)
                answer = _bounded(loss)
                if loss < run.lowest:
                    run.lowest, run.reached = loss, vector
        run.evaluations += 1
        run.inside += 1
        return answer

    def _count(self, run: _Run, iterate: Iterate) -> None:
        run.iterations += 1
        if self._method.gradient:
            run.reached = iterate.vector
        run.expected = run.inside if self._method.name == "Powell" else 0
        run.inside, run.share = 0, 0.0
        if run.iterations >= self.epochs and run.minimization is not None:
            run.minimization.close()

    def _end(self, run: _Run, end: End) -> None:
        if end.error is not None:
            raise end.error
        run.reached = end.vector
        run.ended = True

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the evaluations so far; an optimiser's own state cannot be saved."""
        return {"evaluations": self.evaluations}

    def restore(
        self, state: Mapping[str, NDArray[np.generic]], position: float, level: float
    ) -> None:
        """Restart the optimisers at the current parameters, counting on from ``position``."""
        before = self.evaluations
        if "evaluations" in state:
            before = counts(state, "evaluations", before).astype(np.int64)
        epoch = int(position + 1e-9)
        expected = self._method.evaluations * self._objective.size
        for run in self._runs:
            if run.minimization is not None:
                run.minimization.close()
        share = position - epoch if expected else 0.0
        self._runs = [_Run(expected, epoch, int(count), share=share) for count in before]


def _bounded(loss: float) -> float:
    """Return infinity for NaN, which scipy's line searches cannot handle."""
    return np.inf if np.isnan(loss) else loss


class CountingMeter:
    """The meter of an autoencoder, extended by the evaluations of its optimiser."""

    reconstructs = True

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        stepper: ScipyStepper,
    ) -> None:
        self._meter = choose_meter(resolved, parameters, samples)
        self._stepper = stepper
        self.measured = self._meter.measured
        self.terms = (*self._meter.terms, "evaluations")

    def measure(self, cancelled: IsCancelled | None = None) -> Measured:
        """Return the figures of the current weights."""
        measured = self._meter.measure(cancelled)
        counts = self._stepper.evaluations.astype(np.float64)
        return replace(measured, terms={**measured.terms, "evaluations": counts})

    def conclude(
        self, snapshot: Snapshot, cancelled: IsCancelled | None = None
    ) -> tuple[NDArray[np.int64] | None, Sequence[Mapping[str, float]]]:
        """Return wrong pixels of all samples, and the evaluations of each run."""
        wrong, figures = self._meter.conclude(snapshot, cancelled)
        with_counts = [{"evaluations": float(count)} for count in self._stepper.evaluations]
        if figures:
            with_counts = [
                {**other, **mine} for other, mine in zip(figures, with_counts, strict=True)
            ]
        return wrong, with_counts
