"""Progress of long reading and downloading, with the time left, and cancellation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from aegui.core.errors import Cancelled
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

_SECONDS_BETWEEN = 0.1
_SECONDS_BEFORE_GUESSING = 1.0
_PARTS = 1000


@dataclass(frozen=True)
class LoadProgress:
    """``done`` of ``total`` (files, images or bytes), with a translated ``text``."""

    done: int
    total: int
    text: str


Report = Callable[[LoadProgress], None]
"""Called with the progress, in the thread that does the work."""
IsCancelled = Callable[[], bool]
"""Polled now and then; work stops when it returns true."""
ReportShare = Callable[[float], None]
"""Called with the share of the work, 0 to 1, that is done."""


class Progress:
    """Reports progress at most ten times a second, and raises ``Cancelled`` when asked to stop.

    Args:
        total: The amount of work.
        words: Makes the text shown to the user from the amount done and the total.
        report: Called with the progress; may be None.
        cancelled: Polled on every call; may be None.
    """

    def __init__(
        self,
        total: int,
        words: Callable[[int, int], str],
        report: Report | None,
        cancelled: IsCancelled | None,
    ) -> None:
        self.total = total
        """The amount of work."""
        self._words = words
        self._report = report
        self._cancelled = cancelled
        self._first: tuple[int, float] | None = None
        self._due = 0.0

    def reached(self, done: int) -> None:
        """Record that ``done`` of the work is finished.

        Raises:
            Cancelled: ``cancelled`` returned true.
        """
        stop_if(self._cancelled)
        now = time.monotonic()
        if self._first is None:
            # Neither work that was complete before the first report nor the time of preparations
            # says how long the rest takes.
            self._first = done, now
        if self._report is not None and (now >= self._due or done >= self.total):
            self._due = now + _SECONDS_BETWEEN
            text = self._words(done, self.total) + self._left(done, now, *self._first)
            self._report(LoadProgress(done, self.total, text))

    def _left(self, done: int, now: float, first: int, began: float) -> str:
        fresh, seconds = done - first, now - began
        if fresh <= 0 or seconds < _SECONDS_BEFORE_GUESSING or done >= self.total:
            return ""
        left = (self.total - done) * seconds / fresh
        return tr(", {time} left", time=clock(left))


def reporting_share(
    report: Report | None, cancelled: IsCancelled | None = None
) -> Callable[[float], None]:
    """Return a function that reports the share done, 0 to 1, for work of unequal steps.

    Raises:
        Cancelled: Raised by the returned function, if ``cancelled`` returned true.
    """
    progress = Progress(_PARTS, _share_done, report, cancelled)
    return lambda share: progress.reached(round(_PARTS * share))


def part(report: ReportShare | None, low: float, high: float) -> ReportShare | None:
    """Map the progress 0..1 of one part of the work to ``low``..``high`` of the whole."""
    return None if report is None else lambda share: report(low + (high - low) * share)


def parts(report: ReportShare | None, weights: Sequence[float]) -> Iterator[ReportShare | None]:
    """Divide the progress 0..1 into consecutive parts, as large as ``weights`` say."""
    total = sum(weights)
    low = 0.0
    for weight in weights:
        yield part(report, low / total, (low + weight) / total)
        low += weight


def by_share(report: ReportShare | None) -> Report | None:
    """Return a report of progress that passes its share on to ``report``."""
    return None if report is None else lambda progress: report(progress.done / progress.total)


def _share_done(done: int, total: int) -> str:
    return tr("{share:.0%} done", share=100 * done // total / 100)


def stop_if(cancelled: IsCancelled | None) -> None:
    """Raise ``Cancelled`` if the user has asked to stop.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    if cancelled is not None and cancelled():
        raise Cancelled(tr("Stopped."))


def in_batches(
    count: int,
    size: int,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Iterator[slice]:
    """Yield consecutive slices of at most ``size`` that cover ``count``, polling before each.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    for start in range(0, count, size):
        stop_if(cancelled)
        if report is not None:
            report(start / count)
        yield slice(start, min(start + size, count))


def images_read(done: int, total: int) -> str:
    """Return the progress text of a set that is being read."""
    return tr("{done:,} of {total:,} images read", done=done, total=total)


def images_done(done: int, total: int) -> str:
    """Return the progress text of images that a network works on."""
    return tr("{done:,} of {total:,} images done", done=done, total=total)


def characters_drawn(done: int, total: int) -> str:
    """Return the progress text of noisy characters that are being drawn."""
    return tr("{done:,} of {total:,} characters drawn", done=done, total=total)


def clock(seconds: float) -> str:
    """Format a duration as ``00:05`` or ``2:00:00``."""
    minutes, rest = divmod(int(min(seconds, 359_999)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
