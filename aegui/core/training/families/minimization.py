"""scipy's ``minimize`` turned inside out: it asks, and goes on as long as its driver lets it.

``minimize`` calls the objective and returns at the end; a training is driven from outside, a few
milliseconds at a time. So it runs in a thread of its own: it puts the vector whose objective it
wants into a queue and sleeps until it is given something that answers. That answers the next
questions too, in the thread that asks, for going from thread to thread takes longer than a small
network; whoever drives it waits meanwhile, so that never both of them compute. The thread knows
only two queues, and ends when nobody holds the ``Minimization`` any more.
"""

from __future__ import annotations

import queue
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

_JOIN_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Question:
    """The objective is wanted at ``vector``; ``error`` is what the last try to answer raised."""

    vector: Vector
    error: BaseException | None = None


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


class Answering:
    """What answers questions: at least one, and further ones until it is over.

    Args:
        answer: Gives the objective at a vector, or objective and gradient if it was so announced
            by ``jac`` (see ``scipy.optimize.minimize``).
        is_over: Asked before every question but the first.
    """

    def __init__(self, answer: Callable[[Vector], object], is_over: Callable[[], bool]) -> None:
        self._answer: Callable[[Vector], object] | None = answer
        self._is_over = is_over
        self._is_used = False
        self._lock = threading.Lock()

    def end(self) -> bool:
        """Let it answer no more, once it has answered a question; False if it has not yet."""
        # Before it is waited for: another question could come first.
        self._is_over = _always
        with self._lock:
            return self._is_used

    def to(self, question: Question, events: queue.SimpleQueue[Event]) -> object:
        """The answer; ``_OVER`` where there is none: then the question has been put to the driver.

        What goes wrong is told with the question.
        """
        with self._lock:
            error = None
            if self._answer is not None and not (self._is_used and self._is_over()):
                self._is_used = True
                try:
                    return self._answer(question.vector)
                except BaseException as raised:
                    # It belongs to the thread that drives.
                    error = raised
            self._answer = None
            events.put(Question(question.vector, error))
            # Its traceback holds this frame, and with it whoever answers, until they are collected.
            del error
        return _OVER


_OVER = object()


def _always() -> bool:
    return True


class Minimization:
    """One run of an optimiser of scipy, from ``start``; ``settings`` are those of ``minimize``.

    Every ``Question`` waits for something that answers it.
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

    def go_on(self, answering: Answering, timeout: float | None) -> Event | None:
        """Have the question that waits answered, and those after it; what happens next.

        When this returns ``answering`` is used no more. None: scipy has had an answer, and is still
        calculating after ``timeout`` seconds.
        """
        self._answers.put(answering)
        try:
            event = self.next(timeout)
            if event is not None:
                return event
            # Of a timeout before the first answer nothing would ever come.
            return self.next(0.0) if answering.end() else self.next(None)
        except BaseException:
            answering.end()
            raise

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
    answering: Answering | None = None

    def ask(vector: Vector) -> Any:
        nonlocal answering
        question = Question(np.array(vector, np.float64))
        if answering is None:
            events.put(question)
        answer = _OVER if answering is None else answering.to(question, events)
        while answer is _OVER:
            answering = None  # it holds who drives
            given = answers.get()
            if given is _Dismissed:
                raise _Dismissed
            answering = given
            answer = given.to(question, events)
            del given
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
        # It belongs to the thread that drives.
        events.put(End(start, error))
