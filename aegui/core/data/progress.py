"""Long reading and downloading: progress with the time left, and stopping on request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aegui.core.errors import Cancelled
from aegui.core.i18n import tr

_SECONDS_BETWEEN = 0.1
_SECONDS_BEFORE_GUESSING = 1.0
_PARTS = 1000


@dataclass(frozen=True)
class LoadProgress:
    """``done`` of ``total`` (files, images or bytes) are done; ``text`` says it to a person."""

    done: int
    total: int
    text: str


Report = Callable[[LoadProgress], None]
"""Called with the progress, in the thread that does the work."""
IsCancelled = Callable[[], bool]
"""Asked now and then whether to stop."""
ReportShare = Callable[[float], None]
"""Called with the share of the work, 0 to 1, that is done."""


class Progress:
    """Counts what is done, reports it at most ten times a second, and stops when asked to.

    Attributes:
        total: How much there is to do.

    Args:
        total: How much there is to do.
        words: From how much is done and the total to what a person reads.
        report: Called with the progress; None: nobody is.
        cancelled: Who is asked whether to stop; None for nobody.
    """

    def __init__(
        self,
        total: int,
        words: Callable[[int, int], str],
        report: Report | None,
        cancelled: IsCancelled | None,
    ) -> None:
        self.total = total
        self._words = words
        self._report = report
        self._cancelled = cancelled
        self._began = time.monotonic()
        self._first: int | None = None
        self._due = 0.0

    def reached(self, done: int) -> None:
        """So much is done.

        Raises:
            Cancelled: The person has asked to stop.
        """
        stop_if(self._cancelled)
        if self._first is None:
            # What was there before the first report took no time; it says nothing of the pace.
            self._first = done
        now = time.monotonic()
        if self._report is not None and (now >= self._due or done >= self.total):
            self._due = now + _SECONDS_BETWEEN
            text = self._words(done, self.total) + self._left(done, now - self._began)
            self._report(LoadProgress(done, self.total, text))

    def _left(self, done: int, seconds: float) -> str:
        fresh = done - (self._first or 0)
        if fresh <= 0 or seconds < _SECONDS_BEFORE_GUESSING or done >= self.total:
            return ""
        left = (self.total - done) * seconds / fresh
        return tr(", {time} left", time=clock(left))


def reporting_share(
    report: Report | None, cancelled: IsCancelled | None = None
) -> Callable[[float], None]:
    """For work whose steps differ: tell it which share, 0 to 1, is done.

    Raises:
        Cancelled: The person has asked to stop; what is returned raises it.
    """
    progress = Progress(_PARTS, _share_done, report, cancelled)
    return lambda share: progress.reached(round(_PARTS * share))


def part(report: ReportShare | None, low: float, high: float) -> ReportShare | None:
    """What tells the share of a part of the work, from ``low`` to ``high`` of the whole."""
    return None if report is None else lambda share: report(low + (high - low) * share)


def _share_done(done: int, total: int) -> str:
    return tr("{percent} % done", percent=100 * done // total)


def stop_if(cancelled: IsCancelled | None) -> None:
    """Stop here if the person has asked to.

    Raises:
        Cancelled: So it is.
    """
    if cancelled is not None and cancelled():
        raise Cancelled(tr("Stopped."))


def in_batches(
    count: int,
    size: int,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Iterator[slice]:
    """Stretches of at most ``size`` that are ``count`` together; before each it may be stopped.

    Raises:
        Cancelled: The person has asked to stop.
    """
    for start in range(0, count, size):
        stop_if(cancelled)
        if report is not None:
            report(start / count)
        yield slice(start, min(start + size, count))


def images_read(done: int, total: int) -> str:
    """Words for a set that is being read."""
    return tr("{done:,} of {total:,} images read", done=done, total=total)


def clock(seconds: float) -> str:
    """``00:05`` or ``2:00:00``."""
    minutes, rest = divmod(int(min(seconds, 359_999)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
