"""A path through the pins of the map, with the decoded image of every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.progress import reporting_share
from aegui.core.i18n import tr
from aegui.core.latent.concepts import MAX_NAME
from aegui.core.latent.paths import PATHS, pixel_change, stops, through
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file.document import PinnedCode
    from aegui.features.making.model.making import MakingSubject
    from aegui.session.jobs.derived import JobProgress

FEWEST_IMAGES, MAX_IMAGES, DEFAULT_IMAGES = 2, 480, 48
DEFAULT_KIND = "straight"
_SLOW = "geodesic"


@dataclass(frozen=True, eq=False)
class PathResult:
    """A path and the images decoded along it."""

    kind: str
    """A key of ``PATHS``."""
    codes: NDArray[np.float32]
    """float32 ``[n, d]``."""
    images: NDArray[np.float32]
    """float32 ``[n, C, H, W]``."""
    change: NDArray[np.float64]
    """Pixels that change from each step to the next, float64 ``[n - 1]``."""
    stops: tuple[int, ...]
    """The step, from 0, of each pin."""
    names: tuple[str, ...]
    """Names of these pins."""


class PathService(Service):
    """Computes the path through the ticked pins with the current weights."""

    traced = Signal(object)
    """A ``PathResult``, or None without a path; in the thread that owns this object."""
    busy_changed = Signal(bool)
    """Whether a path is being computed."""
    progressed = Signal(str)
    """Progress of a slow search, as text."""
    kind_changed = Signal()
    """Emitted when ``kind`` has changed."""
    failed = Signal(object)
    """Why there is no path."""
    stops_changed = Signal()
    """Emitted when the pins on the path have changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: MakingSubject | None = None
        self.pins: tuple[PinnedCode, ...] = ()
        """All pins, in their order."""
        # Compared by identity: two pins may have the same place and name.
        self._left_out: tuple[PinnedCode, ...] = ()
        self.kind = DEFAULT_KIND
        """How the path leads from pin to pin: a key of ``PATHS``."""
        self.count = DEFAULT_IMAGES
        """Total number of images."""
        self.latest: PathResult | None = None
        """The last path, if it is still valid."""
        self._is_new = True
        self._token = object()
        self._ways = Derived("aegui-path", self)
        self._ways.answered.connect(self._show)
        self._ways.failed.connect(self._on_ways_failed)
        self._ways.busy_changed.connect(self.busy_changed)
        self._ways.progressed.connect(self._on_ways_progressed)
        self.pictures = Derived("aegui-pins", self)
        """Answers with the decoded images of ``pins``: a tuple of ``[C, H, W]`` or None."""
        self.set_active(False)

    @property
    def stops(self) -> tuple[bool, ...]:
        """Which pins are on the path; pins of another code size never are."""
        return tuple(self._takes(pin) for pin in self.pins)

    @property
    def fitting(self) -> tuple[bool, ...]:
        """Which pins have the code size of the current network."""
        return tuple(self._fits(pin) for pin in self.pins)

    def _takes(self, pin: PinnedCode) -> bool:
        return not _is_one_of(pin, self._left_out) and self._fits(pin)

    def _fits(self, pin: PinnedCode) -> bool:
        subject = self._subject
        return subject is None or len(pin.z) == subject.codec.latent_size

    def set_active(self, active: bool) -> None:
        """Set whether a visible view needs the path; nothing is computed while none does."""
        self._ways.set_active(active)
        self.pictures.set_active(active)

    def set_subject(self, subject: MakingSubject | None) -> None:
        """Set the network and samples; None discards the path."""
        before, self._subject = self._subject, subject
        if subject is None:
            self._forget()
            self.pictures.forget()
            return
        if before is None or before.codec.latent_size != subject.codec.latent_size:
            self._forget()
            self.stops_changed.emit()
        elif (
            before.codec is subject.codec
            and before.is_live == subject.is_live
            # Only the search for the shortest path starts from codes of samples: of some of them.
            and (self.kind != _SLOW or before.codes is not None or subject.codes is None)
        ):
            return
        self._draw_pins()
        self._renew()

    def set_pins(self, pins: tuple[PinnedCode, ...]) -> None:
        """Set all pins, in the order of the path."""
        before = self._stops()
        self.pins = pins
        self._left_out = tuple(pin for pin in self._left_out if _is_one_of(pin, pins))
        self.stops_changed.emit()
        if self._stops() != before:
            self._renew(afresh=True)
        self._draw_pins()

    def set_stop(self, index: int, is_stop: bool) -> None:
        """Set whether the pin at ``index`` is on the path."""
        pin = self.pins[index]
        others = tuple(each for each in self._left_out if each is not pin)
        self._left_out = others if is_stop else (*others, pin)
        self.stops_changed.emit()
        self._renew(afresh=True)

    def renamed(self, index: int, name: str) -> PinnedCode:
        """Return the pin at ``index`` under another name; it stays on or off the path."""
        return self._changed(index, replace(self.pins[index], name=name[:MAX_NAME]))

    def moved(self, index: int, z: NDArray[np.float32]) -> PinnedCode:
        """Return the pin at ``index`` moved to code ``z`` ``[d]``; it stays on or off the path."""
        return self._changed(index, replace(self.pins[index], z=tuple(z.tolist())))

    def _changed(self, index: int, pin: PinnedCode) -> PinnedCode:
        if _is_one_of(self.pins[index], self._left_out):
            self._left_out = (*self._left_out, pin)
        return pin

    def set_kind(self, kind: str) -> None:
        """Set how the path leads from pin to pin: a key of ``PATHS``."""
        if kind in PATHS and kind != self.kind:
            self.kind = kind
            self.kind_changed.emit()
            self._renew(afresh=True)

    @Slot()
    def cancel(self) -> None:
        """Cancel the search for the shortest path and use the straight one."""
        if self._ways.is_busy:
            self.set_kind(DEFAULT_KIND)

    def set_count(self, count: int) -> None:
        """Set the total number of images; there is at least one for each pin."""
        count = min(max(count, FEWEST_IMAGES), MAX_IMAGES)
        if count != self.count:
            self.count = count
            self._renew(afresh=True)

    def _stops(self) -> tuple[PinnedCode, ...]:
        return tuple(pin for pin in self.pins if self._takes(pin))

    def _forget(self) -> None:
        self._ways.forget()
        self._show(None)

    def _renew(self, *, afresh: bool = False) -> None:
        """Compute another path if ``afresh``, else the same path with newer weights."""
        subject, pins = self._subject, self._stops()
        if subject is None:
            return
        if len(pins) < 2:
            self._forget()
            return
        if afresh or not subject.is_live:
            # A running computation is obsolete.
            self._token = object()
        self._is_new |= afresh or self.latest is None
        request = _PathRequest(pins, self.kind, max(self.count, len(pins)), self._is_new)
        # During training a newer path is always pending: show no progress title for it.
        is_awaited = self.latest is None or not subject.is_live
        self._ways.derive(
            lambda report, cancelled: _traced(subject, request, report, cancelled),
            self._token,
            quick=request.kind != _SLOW
            and is_quick(subject.codec, request.count * subject.codec.cost, QUICK_BATCH),
            gentle=subject.is_live,
            title=tr("Looking for the path") if is_awaited else "",
        )

    def _draw_pins(self) -> None:
        subject, pins = self._subject, self.pins
        if subject is None:
            return
        codec = subject.codec
        self.pictures.ask(
            lambda: _pictured(codec, pins),
            pins,
            quick=is_quick(codec, len(pins) * codec.cost, QUICK_BATCH),
            gentle=subject.is_live,
        )

    @Slot(object)
    def _show(self, result: PathResult | None) -> None:
        self._is_new = False
        if result is not None or self.latest is not None:
            self.latest = result
            self.traced.emit(result)

    @Slot(object)
    def _on_ways_progressed(self, progress: JobProgress) -> None:
        self.progressed.emit(progress.text)

    @Slot(object)
    def _on_ways_failed(self, reason: str) -> None:
        self._show(None)
        self.failed.emit(reason)


def _is_one_of(pin: PinnedCode, pins: tuple[PinnedCode, ...]) -> bool:
    return any(each is pin for each in pins)


def _pictured(codec: Codec, pins: tuple[PinnedCode, ...]) -> tuple[NDArray[np.float32] | None, ...]:
    fitting = [pin.z for pin in pins if len(pin.z) == codec.latent_size]
    if not fitting:
        return (None,) * len(pins)
    drawn = iter(codec.decode(np.array(fitting, np.float32)).reshape(-1, *codec.image_shape))
    return tuple(next(drawn) if len(pin.z) == codec.latent_size else None for pin in pins)


@dataclass(frozen=True, eq=False)
class _PathRequest:
    pins: tuple[PinnedCode, ...]
    kind: str
    count: int
    is_new: bool


def _traced(
    subject: MakingSubject, request: _PathRequest, report: Report, cancelled: IsCancelled
) -> Iterator[PathResult]:
    """Yield the requested path; before a new slow one, the straight path."""
    if request.kind == _SLOW and request.is_new:
        yield _path_of(subject, replace(request, kind=DEFAULT_KIND), report, cancelled)
    yield _path_of(subject, request, report, cancelled)


def _path_of(
    subject: MakingSubject, request: _PathRequest, report: Report, cancelled: IsCancelled
) -> PathResult:
    codec = subject.codec
    pins = [np.array(pin.z, np.float32) for pin in request.pins]
    known = None if subject.codes is None else subject.codes.values
    share = reporting_share(report)
    codes = through(pins, request.kind, request.count, codec, known, cancelled, share)
    images = np.clip(np.nan_to_num(codec.decode(codes)), 0.0, 1.0)
    return PathResult(
        request.kind,
        codes,
        images.reshape(-1, *codec.image_shape),
        pixel_change(codec, codes),
        stops(len(pins), len(codes)),
        tuple(pin.name for pin in request.pins),
    )
