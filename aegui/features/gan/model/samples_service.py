"""New images from fixed noise, decoded in a thread whenever the weights are new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.evaluation.samples import drawn_codes
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec

COUNTS = (16, 36, 64, 100, 144)
"""How many images there are to choose from."""
DEFAULT_COUNT = 64


@dataclass(frozen=True, eq=False)
class GeneratedSamples:
    """Images of one network.

    Attributes:
        codes: float32 ``[n, d]``, drawn from N(0, I).
        images: float32 ``[n, C, H, W]``, what the network makes of them.
        scores: float32 ``[n]``, the discriminator's probability of each being real; None without
            one.
        epoch: Epoch of the weights.
    """

    codes: NDArray[np.float32]
    images: NDArray[np.float32]
    scores: NDArray[np.float32] | None
    epoch: int


class SamplesService(Service):
    """Decodes the same codes with the newest weights, while somebody looks."""

    sampled = Signal(object)
    """``GeneratedSamples``; always in the thread that owns this object."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._codec: Codec | None = None
        self._is_live = False
        self.count = DEFAULT_COUNT
        """How many images are made."""
        self._seed = 0
        self._subject = object()
        self._derived = Derived("aegui-samples", self)
        self._derived.set_active(False)
        self._derived.answered.connect(self.sampled)

    def set_active(self, active: bool) -> None:
        """Whether anybody looks; nothing is decoded while nobody does."""
        self._derived.set_active(active)

    def set_codec(self, codec: Codec | None, *, live: bool = False) -> None:
        """Decode with ``codec`` from now on; ``live`` while it changes all the time."""
        before, self._codec = self._codec, codec
        self._is_live = live
        if codec is None:
            self._derived.forget()
            return
        if before is None or before.latent_size != codec.latent_size:
            self._subject = object()
        self._derive()

    def set_count(self, count: int) -> None:
        """Make so many images; the first ones stay the same."""
        if count != self.count:
            self.count = count
            self._renew()

    def draw(self) -> None:
        """Draw other codes."""
        self._seed += 1
        self._renew()

    def _renew(self) -> None:
        self._subject = object()
        self._derive()

    def _derive(self) -> None:
        codec, count, seed = self._codec, self.count, self._seed
        if codec is not None:
            self._derived.ask(
                lambda: _sampled(codec, count, seed),
                self._subject,
                quick=is_quick(codec, 2 * count * codec.cost, QUICK_BATCH),
                gentle=self._is_live,
            )


def _sampled(codec: Codec, count: int, seed: int) -> GeneratedSamples:
    codes = drawn_codes(count, codec.latent_size, seed)
    rows = codec.decode(codes)
    scores = codec.judge(rows) if codec.can_judge else None
    return GeneratedSamples(codes, rows.reshape(count, *codec.image_shape), scores, codec.epoch)
