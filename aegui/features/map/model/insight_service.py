"""Measurements at the place under the cursor, and images decoded around it."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.latent.insight import insight, insight_words
from aegui.core.latent.novelty import known
from aegui.core.light_dataclass import dataclass
from aegui.session.data.image_style import image_style_of
from aegui.session.jobs.costs import QUICK, QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.pixels.answers import QUICKLY_COMPARED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame
    from aegui.core.latent.insight import Insight
    from aegui.core.latent.novelty import ReferenceSamples

FAN_SIDE = 5
"""Rows and columns of the images around the cursor; one row for codes of one number."""
_PASSES = 5
"""Decoder passes per insight: the place and its neighbours."""


@dataclass(frozen=True, eq=False)
class PlaceInsight:
    """Measurements at one place."""

    insight: Insight
    """The measurements."""
    known: ReferenceSamples
    """The samples that they compare with."""
    seconds: float = 0.0
    """How long they took."""

    @cached_property
    def words(self) -> str:
        """One-line summary for display and screen readers."""
        return insight_words(self.known, self.insight)


@dataclass(frozen=True, eq=False)
class Fan:
    """Images decoded around one place."""

    images: NDArray[np.float32]
    """float32 ``[rows, columns, C, H, W]``; row 0 is the bottom, column 0 the left."""
    spacing: float
    """Distance between neighbours in latent units."""


class InsightService(Service):
    """Measures one place at a time with the current network; the latest request wins."""

    def __init__(self) -> None:
        super().__init__()
        self._codec: Codec | None = None
        self._dataset: Dataset | None = None
        self.known: ReferenceSamples | None = None
        """The samples that decoded images are compared with; None without a network."""
        self._live = False
        self.insights = Derived("aegui-insight", self, urgent=False)
        """Answers with a ``PlaceInsight``, in the thread that owns this object."""
        self.fans = Derived("aegui-fan", self)
        """Answers with a ``Fan``, likewise."""

    def set_subject(self, codec: Codec | None, dataset: Dataset, *, live: bool = False) -> None:
        """Set the network to measure with and the samples to compare with.

        Args:
            codec: The network; None if there is none or none that fits the data set.
            dataset: The samples.
            live: Whether the network is being trained; requests then run at low priority.
        """
        self._codec, self._live = codec, live
        if codec is None:
            self.known = self._dataset = None
            self.insights.forget()
            self.fans.forget()
        elif dataset is not self._dataset:
            self._dataset = dataset
            self.known = known(dataset, image_style_of(dataset).glyphs)

    def measure(self, z: ArrayLike, frame: Frame) -> None:
        """Measure the code ``z`` ``[d]``; a code of another size is ignored.

        Args:
            z: The place.
            frame: Directions along which the stretch is measured.
        """
        codec, samples = self._codec, self.known
        code = np.array(z, np.float32).reshape(-1)
        if codec is None or samples is None or not code.size == codec.latent_size == frame.size:
            return
        ways = np.array([frame.across, frame.up], np.float32)
        cost = _PASSES * codec.cost + codec.encode_cost

        def work() -> PlaceInsight:
            begun = time.perf_counter()
            found = insight(codec, samples, code, ways)
            return PlaceInsight(found, samples, time.perf_counter() - begun)

        self.insights.ask(
            work,
            samples,
            quick=samples.samples.size <= QUICKLY_COMPARED and is_quick(codec, cost, QUICK),
            gentle=self._live,
        )

    def fan(self, z: ArrayLike, frame: Frame, spacing: float) -> None:
        """Decode a fan around the code ``z`` ``[d]``.

        Args:
            z: The place in the middle.
            frame: Directions in which the neighbours lie.
            spacing: Distance between neighbours, in latent units.
        """
        codec = self._codec
        code = np.array(z, np.float32).reshape(-1)
        if codec is None or not code.size == codec.latent_size == frame.size:
            return
        codes = fan_codes(code, frame, spacing)

        def work() -> Fan:
            images = codec.decode(codes).reshape(-1, FAN_SIDE, *codec.image_shape)
            return Fan(images, spacing)

        quick = is_quick(codec, len(codes) * codec.cost, QUICK_BATCH)
        self.fans.ask(work, self.known, quick=quick, gentle=self._live)


def fan_codes(z: NDArray[np.float32], frame: Frame, spacing: float) -> NDArray[np.float32]:
    """Return codes ``[FAN_SIDE * FAN_SIDE, d]`` around ``z`` ``[d]``, row by row from the bottom.

    Without an upward direction (codes of one number) return a single row ``[FAN_SIDE, d]``.
    """
    steps = (np.arange(FAN_SIDE) - FAN_SIDE // 2) * np.float32(spacing)
    across = np.array(frame.across, np.float32)
    up = np.array(frame.up, np.float32)
    rows = steps if up.any() else np.zeros(1, np.float32)
    codes = z + rows[:, None, None] * up + steps[None, :, None] * across
    return np.asarray(codes.reshape(-1, z.size), np.float32)
