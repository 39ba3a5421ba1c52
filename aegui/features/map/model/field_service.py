"""Map layers, computed in a worker thread: coarse first, with low priority during training."""

from __future__ import annotations

from dataclasses import field, replace
from math import floor, log2
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.contours import lines_of
from aegui.core.latent.fields import FIELDS, compute_field
from aegui.core.latent.regions import regions_of
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import stride_for
from aegui.features.map.model.plane_tiles import contains
from aegui.session.holding import Holding
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.fields import Field
    from aegui.core.latent.frame import Frame
    from aegui.core.latent.novelty import ReferenceSamples
    from aegui.core.latent.regions import Regions

    Rect = tuple[float, float, float, float]
    Posteriors = tuple[NDArray[np.float32], NDArray[np.float32] | None]

OVER = ("wrong", "holes")
"""Overlay layers, drawn over a base layer; only one base layer is shown at a time."""
CELL_PX = 5.0
"""Approximate size of a cell of a complete layer on the screen."""
FEWEST_CELLS = 600
MAX_CELLS = 40_000
WORK = 25_000_000_000
"""Upper bound for the multiplications of a complete layer: a few seconds."""
LIVE_WORK = 600_000_000
"""The same during training."""
FEWEST_POSTERIORS, MAX_POSTERIORS = 200, 2000
"""Bounds for the number of posteriors that the aggregate posterior is computed from."""
MIN_PAUSE_MS = 250
"""Minimum time between two states of the layers during training."""
MAX_CACHE_BYTES = 16_000_000
"""Size of the layer cache, which makes going back and showing a layer again free."""
_COARSEST = 4
_SPARE = 0.08
_PASSES = 5


@dataclass(frozen=True, eq=False)
class FieldSubject:
    """Inputs for computing the layers under the map."""

    codec: Codec
    """The network."""
    dataset: Dataset
    """The samples."""
    known: ReferenceSamples
    """The samples that decoded images are compared with."""
    has_prior: bool
    """Whether codes have a normal prior."""
    live: bool = False
    """Whether the network is being trained."""


@dataclass(frozen=True)
class FieldView:
    """The part of the plane that the layers cover."""

    rect: Rect
    """x0, y0, x1, y1; y grows upwards."""
    frame: Frame
    """Maps x and y to codes."""
    columns: int
    """Requested number of cells across."""
    rows: int
    """Requested number of cells upwards."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer at the resolution computed so far."""

    field: Field
    """Its values."""
    frame: Frame
    """Maps x and y to codes."""
    lines: tuple[NDArray[np.float64], ...]
    """Contours, borders or ellipses: points ``[k, 2]`` each."""
    complete: bool
    """Whether it has its final resolution."""
    regions: Regions | None = None
    """Colours and label positions of classes; None for numeric layers."""


@dataclass(eq=False)
class _LayerCache:
    """Cached layers of one network, and the posteriors that they are computed from."""

    layers: dict[object, Layer] = field(default_factory=dict)
    posteriors: dict[int, Posteriors] = field(default_factory=dict)
    """Posteriors by the stride of the sample; the stride is larger during training."""

    def keep(self, key: object, layer: Layer) -> None:
        self.layers[key] = layer
        while sum(each.field.values.nbytes for each in self.layers.values()) > MAX_CACHE_BYTES:
            self.layers.pop(next(iter(self.layers)))


class FieldService(Service):
    """Computes the selected layers for the visible part of the plane."""

    changed = Signal()
    """Emitted when ``layers`` has changed; in the thread that owns this object."""

    def __init__(self) -> None:
        super().__init__()
        self._subject: FieldSubject | None = None
        self._cache = _LayerCache()
        self.chosen: tuple[str, ...] = ()
        """Keys of the selected layers, in the order of ``FIELDS``."""
        self._view: FieldView | None = None
        self._layers: dict[str, Layer] = {}
        self._derived = Derived("aegui-field", self, urgent=False, least_pause_ms=MIN_PAUSE_MS)
        self._derived.answered.connect(self._on_derived_answered)

    @property
    def holding(self) -> Holding:
        """Memory held by the cached layers of the current network."""
        count = sum(each.field.values.nbytes for each in list(self._cache.layers.values()))
        return Holding(tr("layers under the map"), count, MAX_CACHE_BYTES)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers available for display: the base layer first, then the overlays."""
        keys = sorted(self.chosen, key=lambda key: key in OVER)
        return tuple(self._layers[key] for key in keys if key in self._layers)

    def available(self, key: str) -> bool:
        """Return whether the current network has what the layer ``key`` needs."""
        subject, spec = self._subject, FIELDS[key]
        if subject is None:
            return False
        encodes = subject.codec.can_encode or not spec.needs_encoder
        return encodes and (subject.has_prior or not spec.needs_prior)

    def choose(self, keys: Sequence[str]) -> None:
        """Select the layers ``keys``; unknown keys are ignored."""
        chosen = tuple(key for key in FIELDS if key in keys)
        if chosen != self.chosen:
            self.chosen = chosen
            self._layers = {key: self._layers[key] for key in chosen if key in self._layers}
            self.changed.emit()
            self._renew()

    def toggle(self, key: str) -> None:
        """Toggle the layer ``key``; when shown, a base layer replaces the current base layer."""
        if key in self.chosen:
            self.choose([other for other in self.chosen if other != key])
        else:
            self.choose([*(k for k in self.chosen if k in OVER or key in OVER), key])

    def set_subject(self, subject: FieldSubject | None) -> None:
        """Set the network and samples that layers are computed from; None clears the layers.

        While the network trains, layers of slightly older weights stay until newer ones arrive.
        """
        before, self._subject = self._subject, subject
        fits = before is not None and subject is not None and _alike(before, subject)
        if before is None or subject is None or before.codec is not subject.codec:
            self._cache = _LayerCache()
        usable = {key: it for key, it in self._layers.items() if fits and self.available(key)}
        if len(usable) < len(self._layers):
            self._layers = usable
            self.changed.emit()
        self._renew()

    def set_view(self, bounds: Rect, width_px: float, height_px: float, frame: Frame) -> None:
        """Set the visible rectangle ``bounds`` and its size in pixels.

        Layers extend beyond it and are kept while they cover it at a sufficient resolution.
        """
        view = self._view
        if view is not None and view.frame == frame and _serves(view.rect, bounds):
            return
        self._view = field_view(bounds, width_px, height_px, frame)
        self._renew()

    def _renew(self) -> None:
        """Schedule the computation of missing layers."""
        subject, view, cache = self._subject, self._view, self._cache
        keys = tuple(key for key in self.chosen if self.available(key))
        if subject is None or not subject.live:
            # The running computation uses outdated weights or another view.
            self._derived.forget()
        if subject is None or view is None or not keys:
            return
        if view.frame.size != subject.codec.latent_size:
            return

        def states(_report: Report, cancelled: IsCancelled) -> Iterator[Layer]:
            return computed(subject, view, keys, cache, cancelled)

        # Missing layers, or layers of another view, are needed at full priority.
        is_there = all(
            key in self._layers and self._layers[key].field.rect == view.rect for key in keys
        )
        self._derived.derive(states, subject.dataset, gentle=subject.live and is_there)

    @Slot(object)
    def _on_derived_answered(self, layer: Layer) -> None:
        subject, key = self._subject, layer.field.key
        fits = subject is not None and layer.frame.size == subject.codec.latent_size
        if fits and key in self.chosen and self.available(key):
            self._layers[key] = layer
            self.changed.emit()


def _alike(a: FieldSubject, b: FieldSubject) -> bool:
    """Return whether layers of ``a`` are still meaningful for ``b``."""
    return a.dataset is b.dataset and a.codec.latent_size == b.codec.latent_size


def field_view(bounds: Rect, width_px: float, height_px: float, frame: Frame) -> FieldView:
    """Return the view to compute for ``bounds``: with a margin, on a grid that survives panning."""
    x0, x1 = _span(bounds[0], bounds[2])
    y0, y1 = _span(bounds[1], bounds[3])
    per_x, per_y = width_px / (bounds[2] - bounds[0]), height_px / (bounds[3] - bounds[1])
    columns = max(1, round((x1 - x0) * per_x / CELL_PX))
    rows = max(1, round((y1 - y0) * per_y / CELL_PX)) if any(frame.up) else 1
    return FieldView((x0, y0, x1, y1), frame, columns, rows)


def _span(low: float, high: float) -> tuple[float, float]:
    width = high - low
    step = 2.0 ** floor(log2(max(width, 1e-30) / 4))
    spare = _SPARE * width
    return floor((low - spare) / step) * step, -floor(-(high + spare) / step) * step


def _serves(rect: Rect, bounds: Rect) -> bool:
    """Return whether a layer over ``rect`` covers ``bounds`` and is not much too coarse for it."""
    return contains(rect, bounds) and rect[2] - rect[0] <= 2.6 * (bounds[2] - bounds[0])


def resolutions(subject: FieldSubject, view: FieldView) -> list[tuple[int, int]]:
    """Return increasingly fine resolutions (columns, rows) up to the affordable maximum."""
    codec = subject.codec
    cost = _PASSES * codec.cost + subject.known.samples.size
    most = (LIVE_WORK if subject.live else WORK) // max(1, cost)
    most = min(MAX_CELLS, max(FEWEST_CELLS, most))
    scale = min(1.0, (most / (view.columns * view.rows)) ** 0.5)
    steps = (1,) if subject.live else (_COARSEST, 2, 1)
    found = []
    for step in steps:
        columns, rows = (max(1, round(n * scale / step)) for n in (view.columns, view.rows))
        if step == 1 or columns * rows >= FEWEST_CELLS // 4:
            found.append((columns, rows))
    return found


def computed(
    subject: FieldSubject,
    view: FieldView,
    keys: Sequence[str],
    cache: _LayerCache,
    is_stale: IsCancelled,
) -> Iterator[Layer]:
    """Yield increasingly fine versions of the layers ``keys``, coarse versions of all first.

    Raises:
        Cancelled: ``is_stale`` returned True.
    """
    sizes, step = resolutions(subject, view), _step(subject)
    finest = [cache.layers.get((key, view, sizes[-1], step)) for key in keys]
    yield from (layer for layer in finest if layer is not None)
    missing = [key for key, layer in zip(keys, finest, strict=True) if layer is None]
    for size in sizes:
        for key in missing:
            layer = _layer(subject, view, key, size, cache, is_stale)
            layer = replace(layer, complete=size == sizes[-1])
            cache.keep((key, view, size, step), layer)
            yield layer


def _layer(
    subject: FieldSubject,
    view: FieldView,
    key: str,
    size: tuple[int, int],
    cache: _LayerCache,
    is_stale: IsCancelled,
) -> Layer:
    codes, variances = _posteriors(subject, cache)
    found = compute_field(
        key,
        subject.codec,
        subject.known,
        codes,
        variances,
        view.frame,
        view.rect,
        *size,
        is_stale,
    )
    return Layer(found, view.frame, lines_of(found), complete=False, regions=regions_of(found))


def _step(subject: FieldSubject) -> int:
    """Return the stride for sampling the data set when computing posteriors."""
    work = LIVE_WORK if subject.live else WORK
    most = min(MAX_POSTERIORS, max(FEWEST_POSTERIORS, work // max(1, subject.codec.encode_cost)))
    return stride_for(len(subject.dataset), most)


def _posteriors(subject: FieldSubject, cache: _LayerCache) -> Posteriors:
    """Return means and variances ``[n, d]`` of the codes of a strided sample of the data set."""
    codec, step = subject.codec, _step(subject)
    if not codec.can_encode:
        return np.zeros((0, codec.latent_size), np.float32), None
    if step not in cache.posteriors:
        means, logs = codec.encode_distribution(subject.dataset.flat()[::step])
        with np.errstate(over="ignore"):
            cache.posteriors[step] = means, None if logs is None else np.exp(logs)
    return cache.posteriors[step]
