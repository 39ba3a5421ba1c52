"""scipy's ``minimize`` turned inside out: it asks, and whoever drives it answers when he likes.

``minimize`` calls the objective and returns at the end; a training is driven from outside, a few
milliseconds at a time. So it runs in a thread of its own that computes nothing of the network: it
puts each vector whose objective it wants into a queue and sleeps until the answer lies in another.
The thread knows only the two queues, and ends when nobody holds the ``Minimization`` any more.
"""

from __future__ import annotations

import queue
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

_JOIN_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Question:
    """The objective is wanted at ``vector``."""

    vector: Vector


@dataclass(frozen=True, eq=False)
class Iterate:
    """An iteration has ended at ``vector``."""

    vector: Vector


@dataclass(frozen=True, eq=False)
class End:
    """The optimiser has ended at ``vector``; ``error`` is what it raised instead, if anything."""

    vector: Vector
    error: Exception | None = None


Event = Question | Iterate | End


class _Dismissed(BaseException):
    """Unwinds scipy's stack when nobody wants an answer any more."""


class Minimization:
    """One run of an optimiser of scipy, from ``start``.

    Every ``Question`` wants one ``answer``: the objective, or objective and gradient if it was so
    announced by ``jac`` in ``settings`` (see ``scipy.optimize.minimize``).
    """

    def __init__(self, start: Vector, settings: Mapping[str, Any]) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=_minimize,
            args=(start.copy(), dict(settings), self._events, self._answers),
            name="scipy-minimize",
            daemon=True,
        )
        self._thread.start()
        self._finalizer = weakref.finalize(self, _dismiss, self._thread, self._answers)

    def next(self, timeout: float | None) -> Event | None:
        """What happens next; None if scipy is still calculating after ``timeout`` seconds."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    def answer(self, value: object) -> None:
        """Tell the objective at the vector of the last question."""
        self._answers.put(value)

    def close(self) -> None:
        """End the thread; nothing happens afterwards."""
        self._finalizer()


def _dismiss(thread: threading.Thread, answers: queue.SimpleQueue[Any]) -> None:
    answers.put(_Dismissed)
    # Garbage may be collected in any thread, in this one too.
    if thread is not threading.current_thread():
        thread.join(_JOIN_SECONDS)


def _minimize(
    start: Vector,
    settings: dict[str, Any],
    events: queue.SimpleQueue[Event],
    answers: queue.SimpleQueue[Any],
) -> None:
    """What the thread does."""

    def ask(vector: Vector) -> Any:
        events.put(Question(np.array(vector, np.float64)))
        answer = answers.get()
        if answer is _Dismissed:
            raise _Dismissed
        return answer

    def iterated(xk: Vector) -> None:
        events.put(Iterate(np.array(xk, np.float64)))

    try:
        from scipy.optimize import minimize

        result = minimize(ask, start, callback=iterated, **settings)
        events.put(End(np.array(result.x, np.float64)))
    except _Dismissed:
        return
    except Exception as error:
        # It belongs to the thread that drives.
        events.put(End(start, error))
