"""Search for new images in latent space: the best of many, or random draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.choices import table
from aegui.core.cost import Cost
from aegui.core.data.progress import reporting_share, stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.i18n import mark, tr
from aegui.core.latent.finds import (
    best_new,
    finds_cost,
    sample_posterior,
    sample_region,
)
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import novelty, novelty_words
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import stride_for
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.frame import Frame
    from aegui.core.latent.novelty import Novelties, ReferenceSamples
    from aegui.features.making.model.making import MakingSubject

COUNTS = (10, 20, 40, 80)
"""The numbers of images that can be requested."""
DEFAULT_COUNT = 10
_MAX_ENCODED = 4_096


@dataclass(frozen=True)
class FindSource:
    """A source of new images."""

    key: str
    label: str
    help: str


SOURCES: Mapping[str, FindSource] = table(
    FindSource(
        "new",
        mark("Best new ones"),
        mark("The best of many places: sharp images unlike every sample, and unlike one another"),
    ),
    FindSource(
        "posterior",
        mark("Where samples lie"),
        mark("Codes distributed like those of the samples (the aggregate posterior)"),
    ),
    FindSource(
        "prior",
        mark("Normal distribution"),
        mark("Codes drawn from the normal distribution (the prior)"),
    ),
    FindSource(
        "region",
        mark("Selected region"),
        mark("Codes within the region drawn on the map with the lasso"),
    ),
)
"""The sources, in the order in which they are offered."""


@dataclass(frozen=True, eq=False)
class FindsResult:
    """Images found by a search."""

    codes: NDArray[np.float32]
    """float32 ``[n, d]``."""
    images: NDArray[np.float32]
    """float32 ``[n, C, H, W]`` in 0..1."""
    known: ReferenceSamples
    """The samples that they were compared with."""
    how_new: Novelties
    """Novelty of each image."""
    entropy: NDArray[np.float32]
    """Mean entropy of the pixels in bits, ``[n]``; smaller for sharper images."""
    epoch: int
    """Epoch of the weights."""

    @property
    def ratio(self) -> NDArray[np.float32]:
        """Distance to the nearest sample divided by that sample's to its own nearest, ``[n]``."""
        return self.how_new.ratio

    @property
    def words(self) -> tuple[str, ...]:
        """Novelty of each image in words, in the current language."""
        return tuple(novelty_words(self.known, self.how_new, i) for i in range(len(self.codes)))


class FindsService(Service):
    """Searches for new images on request.

    The last results stay until the next ones, or another network.
    """

    found = Signal(object)
    """A ``FindsResult``, or None without one; in the thread that owns this object."""
    failed = Signal(object)
    """Why nothing was found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: MakingSubject | None = None
        self.latest: FindsResult | None = None
        """The last finds."""
        self._seed = 0
        self.job = Derived("aegui-finds", self, urgent=False)
        """The search: reports its progress and can be cancelled."""
        self.job.answered.connect(self._take)
        self.job.failed.connect(self.failed)

    def set_subject(self, subject: MakingSubject | None) -> None:
        """Set the network; results of another one are discarded.

        While a network trains, and at its other epochs, they stay: they state their epoch.
        """
        before, self._subject = self._subject, subject
        if before is None or subject is None or before.training != subject.training:
            self.job.forget()
            if self.latest is not None:
                self.latest = None
                self.found.emit(None)

    def offered(self) -> tuple[str, ...]:
        """Return the sources available for the current network."""
        subject = self._subject
        if subject is None:
            return ()
        without = set() if subject.codec.can_encode else {"posterior"}
        return tuple(key for key in SOURCES if key not in without)

    def cost(self, source: str, count: int) -> Cost:
        """Return the cost of finding ``count`` images."""
        subject = self._subject
        if subject is None:
            return Cost(0.0)
        codec, known = subject.codec, len(subject.known.samples)
        encoded = min(_MAX_ENCODED, len(subject.dataset)) if source in {"new", "posterior"} else 0
        passes = codec.passes(encoded=encoded, decoded=count)
        return passes.then(finds_cost(codec, known, count)) if source == "new" else passes

    def find(
        self,
        source: str,
        count: int,
        polygon: NDArray[np.float64] | None = None,
        frame: Frame | None = None,
    ) -> None:
        """Search for ``count`` images, with another seed each time.

        Args:
            source: A key of ``SOURCES``.
            count: Number of images.
            polygon: The region on the map, ``[m, 2]``; for ``region`` only.
            frame: Maps x and y of the map to codes; likewise.
        """
        subject = self._subject
        if subject is None:
            return
        fits = frame is not None and frame.size == subject.codec.latent_size
        if source == "region" and (polygon is None or not fits):
            self.failed.emit(tr("Draw around a region of the map with the lasso first (L)."))
            return
        self._seed += 1
        request = _FindsRequest(source, count, self._seed, polygon, frame)
        self.job.compute(
            lambda report, cancelled: _computed(subject, request, report, cancelled),
            title=tr("Looking for new images"),
        )

    @Slot(object)
    def _take(self, result: FindsResult) -> None:
        self.latest = result
        self.found.emit(result)


@dataclass(frozen=True, eq=False)
class _FindsRequest:
    source: str
    count: int
    seed: int
    polygon: NDArray[np.float64] | None
    frame: Frame | None


def _computed(
    subject: MakingSubject, request: _FindsRequest, report: Report, cancelled: IsCancelled
) -> FindsResult:
    codec = subject.codec
    of = subject.known
    if request.source == "new":
        pool = _posterior(subject)[0] if codec.can_encode else None
        share = reporting_share(report, cancelled)
        codes = best_new(codec, of, pool, request.count, request.seed, cancelled, share).codes
    else:
        codes = _drawn(subject, request)
    stop_if(cancelled)
    if not len(codes):
        raise AeguiError(
            tr("No new image was found: the network draws only copies of its samples.")
        )
    rows = np.clip(np.nan_to_num(codec.decode(codes)), 0.0, 1.0)
    how_new = novelty(of, rows, cancelled, codec)
    return FindsResult(
        codes,
        rows.reshape(-1, *codec.image_shape),
        of,
        how_new,
        entropies(rows),
        codec.epoch,
    )


def _drawn(subject: MakingSubject, request: _FindsRequest) -> NDArray[np.float32]:
    if request.source == "region" and request.polygon is not None and request.frame is not None:
        return sample_region(request.polygon, request.frame, request.count, request.seed)
    if request.source == "posterior":
        means, variances = _posterior(subject)
        return sample_posterior(means, variances, request.count, request.seed)
    return drawn_codes(request.count, subject.codec.latent_size, request.seed)


def _posterior(
    subject: MakingSubject,
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return means and variances ``[n, d]`` of the codes of a strided sample of the set."""
    rows = subject.dataset.flat()
    rows = rows[:: stride_for(len(rows), _MAX_ENCODED)]
    means, log_variances = subject.codec.encode_distribution(rows)
    return means, None if log_variances is None else np.exp(np.clip(log_variances, -20.0, 20.0))
