"""Inversion of control for scipy's ``minimize``: it requests values, and its driver answers.

``minimize`` calls the objective and returns at the end; a training is driven from outside, a few
milliseconds at a time. Therefore ``minimize`` runs in a thread of its own: it puts the vector to be
evaluated into a queue and blocks until it receives an ``Answering``. That also answers the next
questions, in scipy's thread, since switching threads takes longer than evaluating a small network;
the driver waits meanwhile, so that the two never compute at the same time. The thread only
references two queues, and ends once the ``Minimization`` has been freed.
"""

from __future__ import annotations

import queue
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

_JOIN_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Question:
    """A request for the objective at ``vector``; ``error`` was raised by the last try to answer."""

    vector: Vector
    error: BaseException | None = None


@dataclass(frozen=True, eq=False)
class Iterate:
    """An iteration has ended at ``vector``."""

    vector: Vector


@dataclass(frozen=True, eq=False)
class End:
    """The optimiser has ended at ``vector``; ``error`` is the exception it raised, if any."""

    vector: Vector
    error: Exception | None = None


Event = Question | Iterate | End


class _Dismissed(BaseException):
    """Unwinds scipy's stack when the minimisation has been closed."""


class Answering:
    """Answers questions: at least one, and further ones until it is over.

    Args:
        answer: Returns the objective at a vector, or objective and gradient if ``jac`` is set
            (see ``scipy.optimize.minimize``).
        is_over: Called before every question but the first.
    """

    def __init__(self, answer: Callable[[Vector], object], is_over: Callable[[], bool]) -> None:
        self._answer: Callable[[Vector], object] | None = answer
        self._is_over = is_over
        self._is_used = False
        self._lock = threading.Lock()

    def end(self) -> bool:
        """End answering after the first question; return False if none has been answered yet."""
        # Set before taking the lock: another question could come first.
        self._is_over = _always
        with self._lock:
            return self._is_used

    def to(self, question: Question, events: queue.SimpleQueue[Event]) -> object:
        """Return the answer, or ``_OVER`` after passing the question on to the driver.

        An exception is passed on with the question.
        """
        with self._lock:
            error = None
            if self._answer is not None and not (self._is_used and self._is_over()):
                self._is_used = True
                try:
                    return self._answer(question.vector)
                except BaseException as raised:
                    # To be raised in the driver's thread.
                    error = raised
            self._answer = None
            events.put(Question(question.vector, error))
            # Its traceback references this frame, and thereby the driver, until it is collected.
            del error
        return _OVER


_OVER = object()


def _always() -> bool:
    return True


class Minimization:
    """A run of a scipy optimiser from ``start``; ``settings`` are arguments of ``minimize``.

    Every ``Question`` waits for an ``Answering``.
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
        """Return the next event, or None if scipy is still computing after ``timeout`` seconds."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    def go_on(self, answering: Answering, timeout: float | None) -> Event | None:
        """Let ``answering`` answer the waiting question and further ones; return the next event.

        When this returns, ``answering`` is no longer used. None if scipy has got an answer but is
        still computing after ``timeout`` seconds.
        """
        self._answers.put(answering)
        try:
            event = self.next(timeout)
            if event is not None:
                return event
            # Before the first answer, a timeout would leave scipy waiting for ever.
            return self.next(0.0) if answering.end() else self.next(None)
        except BaseException:
            answering.end()
            raise

    def close(self) -> None:
        """End the thread; no events follow."""
        self._finalizer()


def _dismiss(thread: threading.Thread, answers: queue.SimpleQueue[Any]) -> None:
    answers.put(_Dismissed)
    # The finalizer may run in any thread, including this one.
    if thread is not threading.current_thread():
        thread.join(_JOIN_SECONDS)


def _minimize(
    start: Vector,
    settings: dict[str, Any],
    events: queue.SimpleQueue[Event],
    answers: queue.SimpleQueue[Any],
) -> None:
    """Run ``minimize`` in the thread."""
    answering: Answering | None = None

    def ask(vector: Vector) -> Any:
        nonlocal answering
        question = Question(np.array(vector, np.float64))
        if answering is None:
            events.put(question)
        answer = _OVER if answering is None else answering.to(question, events)
        while answer is _OVER:
            answering = None  # it references the driver
            received = answers.get()
            if received is _Dismissed:
                raise _Dismissed
            answering = received
            answer = received.to(question, events)
            del received
        return answer

    def iterated(xk: Vector) -> None:
        nonlocal answering
        answering = None
        events.put(Iterate(np.array(xk, np.float64)))

    try:
        from scipy.optimize import minimize

        result = minimize(ask, start, callback=iterated, **settings)
        events.put(End(np.array(result.x, np.float64)))
    except _Dismissed:
        return
    except Exception as error:
        # To be raised in the driver's thread.
        events.put(End(start, error))
