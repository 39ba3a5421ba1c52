"""Training progress on a terminal, and stopping by a signal without losing the work."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.words import terminal_columns
from aegui.core.data.progress import clock, reporting_share
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.leaving import SIGNAL_EXIT, handled_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self

    from aegui.core.data.progress import IsCancelled, LoadProgress, Report, ReportShare
    from aegui.core.training.loop.train import Training
    from aegui.core.training.record.history import HistoryView

_BAR_CELLS = 24
_FEWEST_CELLS = 4
_REDRAW_SECONDS = 0.1
_LOG_SECONDS = 60.0
_USUAL_COLUMNS = 80


@dataclass
class Stop:
    """A handler of signals that records whether one has requested that the program stops."""

    then: Callable[[], None] | None = None
    """Called once, at the request."""
    number: int = 0
    """The signal; 0 without a request."""

    def __call__(self, number: int, frame: object) -> None:
        """Handle signal ``number``: the first one is a request.

        Raises:
            KeyboardInterrupt: It is not the first one.
        """
        if self.requested:
            raise KeyboardInterrupt
        self.request(number)

    def request(self, number: int) -> None:
        """Record the first request."""
        if self.requested:
            return
        self.number = number
        if number == getattr(signal, "SIGHUP", None):
            mute_lost_terminal()
        if self.then is not None:
            self.then()

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self.number != 0

    @property
    def is_urgent(self) -> bool:
        """Whether a signal other than Ctrl-C requested the stop: little time is left."""
        return self.number not in (0, signal.SIGINT)

    @property
    def exit_code(self) -> int:
        """Exit code by which shells recognise the end by this signal."""
        return SIGNAL_EXIT + self.number


@contextlib.contextmanager
def stopping_at(
    numbers: Sequence[int] = (signal.SIGINT,), then: Callable[[], None] | None = None
) -> Iterator[Stop]:
    """Turn the first signal into a request, so that no step is interrupted; the second one kills.

    Signals that are ignored at the start, as under ``nohup``, stay ignored. A request is passed on
    to the context around this one, which may have more to do.

    Args:
        numbers: The signals.
        then: Called once at the first signal.
    """
    stop = Stop(then)
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread may handle signals
        return
    handled = [number for number in handled_signals() if number in numbers]
    before = {number: signal.signal(number, stop) for number in handled}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
            if number == stop.number and isinstance(handler, Stop):
                handler.request(number)


def mute_lost_terminal() -> None:
    """Redirect output from a closed terminal: writing there would fail before the work is saved."""
    for name in ("stdout", "stderr"):
        with contextlib.suppress(OSError, ValueError):
            if stat.S_ISCHR(os.fstat(getattr(sys, name).fileno()).st_mode):
                nowhere = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
                setattr(sys, name, nowhere)


def _most_characters() -> int:
    return (terminal_columns(sys.stderr) or _USUAL_COLUMNS) - 1


class TerminalLine:
    """One line on the standard error, redrawn in place; silent if that is no terminal.

    As a context it is cleared at the end.
    """

    def __init__(self) -> None:
        self.about = ""
        """The current activity; precedes the progress."""
        self.is_shown = sys.stderr.isatty()
        self._due = 0.0

    def __enter__(self) -> Self:
        """The line itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line."""
        self.clear()

    def report(self, progress: LoadProgress) -> None:
        """Show the progress of long work."""
        self.show("  ".join(filter(None, (self.about, progress.text))))

    def show(self, text: str, *, at_once: bool = False) -> None:
        """Replace the line by ``text``, unless it was redrawn less than ``_REDRAW_SECONDS`` ago."""
        now = time.monotonic()
        if self.is_shown and (at_once or now >= self._due):
            self._due = now + _REDRAW_SECONDS
            # A line that wrapped could not be redrawn in place.
            sys.stderr.write(f"\r{text[: _most_characters()]}\033[K")
            sys.stderr.flush()

    def showing_share(self) -> ReportShare:
        """Return a callback that shows the share done and the time left."""
        return reporting_share(self.report)

    def clear(self) -> None:
        """Clear the line."""
        if self.is_shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


@contextlib.contextmanager
def stoppable() -> Iterator[IsCancelled]:
    """Yield a function that returns whether Ctrl-C was pressed."""
    with stopping_at() as stop:
        yield lambda: stop.requested


@contextlib.contextmanager
def shown_work() -> Iterator[tuple[Report, IsCancelled]]:
    """Yield a callback that shows progress, and one that returns whether Ctrl-C was pressed."""
    with TerminalLine() as line, stoppable() as cancelled:
        yield line.report, cancelled


@contextlib.contextmanager
def shown_share() -> Iterator[tuple[ReportShare | None, IsCancelled]]:
    """Yield a callback that shows the share done, and one that returns whether Ctrl-C was pressed.

    The first is None without a terminal: nothing needs to find out how long the work takes. In
    contrast to ``shown_work`` for work that counts no steps of its own.
    """
    with TerminalLine() as line, stoppable() as cancelled:
        yield (line.showing_share() if line.is_shown else None), cancelled


class ProgressBar(TerminalLine):
    """The progress of a training in one line; without a terminal, one log line a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._log_due = time.monotonic() + _LOG_SECONDS

    def update(self, training: Training) -> None:
        """Show the progress of ``training``, throttled."""
        now = time.monotonic()
        if self.is_shown and now >= self._due:
            self.show(progress_line(training, _most_characters()))
        elif not self.is_shown and now >= self._log_due:
            self._log_due = now + _LOG_SECONDS
            sys.stderr.write(f"{progress_line(training, 0)}\n")
            sys.stderr.flush()


def progress_line(training: Training, width: int) -> str:
    """Return bar, epochs, rate, time left, loss and wrong pixels in up to ``width`` characters."""
    line = _progress_line(training, _BAR_CELLS)
    if len(line) > width > 0:
        line = _progress_line(training, max(_FEWEST_CELLS, _BAR_CELLS - len(line) + width))[:width]
    return line


def bar_of(share: float, cells: int = _BAR_CELLS) -> str:
    """Return a bar of characters, of which ``share`` is filled."""
    filled = round(cells * share)
    return "#" * filled + "." * (cells - filled)


def left_words(seconds: float | None) -> str:
    """Return the time left as ``00:05``, or a placeholder while it is unknown."""
    return "--:--" if seconds is None else clock(seconds)


def _progress_line(training: Training, bar_cells: int) -> str:
    done = training.position / training.epochs
    rate = training.position / training.seconds if training.seconds > 0 else 0.0
    history = training.history.view()
    left = (training.epochs - training.position) / rate if rate > 0 else None
    return tr(
        "[{bar}] {epoch:,}/{epochs:,}  {rate}  {left} left  loss {loss:.4f}  {figure}",
        bar=bar_of(done, bar_cells),
        epoch=training.epoch,
        epochs=training.epochs,
        rate=rate_words(rate),
        left=left_words(left),
        loss=float(history.loss[-1].mean()),
        figure=_figure(training, history),
    )


def _figure(training: Training, history: HistoryView) -> str:
    """Return the current phase, or else accuracy or wrong pixels, in words."""
    if training.phase:
        return training.phase
    for key in ("validation_accuracy", "accuracy"):
        if key in history.extra:
            known = history.extra[key][-1][np.isfinite(history.extra[key][-1])]
            share = float(known.mean()) if len(known) else 0.0
            return tr("accuracy {share:.2%}", share=share)
    wrong = float(history.wrong_mean[-1].mean())
    return tr("wrong pixels {wrong:.2f}", wrong=wrong) if np.isfinite(wrong) else ""


def rate_words(epochs_per_second: float) -> str:
    """Return ``1,204 epochs/s``, or ``8.3 s/epoch`` below one epoch a second."""
    if 0.0 < epochs_per_second < 1.0:
        return tr("{seconds:.1f} s/epoch", seconds=1 / epochs_per_second)
    return tr("{rate:,.0f} epochs/s", rate=epochs_per_second)
