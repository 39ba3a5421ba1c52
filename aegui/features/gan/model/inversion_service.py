"""Searches the generated image nearest to the drawing, in a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.latent.inversion import nearest_drawn
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.inversion import Inversion


@dataclass(frozen=True, eq=False)
class NearestGenerated:
    """The result of a search."""

    target: NDArray[np.float32]
    """The target image, float32 ``[H, W]`` or ``[3, H, W]``."""
    drawn: NDArray[np.float32]
    """The nearest image found, of the same shape."""
    inversion: Inversion
    """Its code, its distance, and how it was found."""


class InversionService(Service):
    """Searches for the latest image only, while a visible view needs the result."""

    began = Signal(object)
    """Emitted with the target, float32 ``[H, W]`` or ``[3, H, W]``, when its search begins."""

    def __init__(self) -> None:
        super().__init__()
        self._subject: tuple[Codec, bytes] | None = None
        self.target: NDArray[np.float32] | None = None
        """The target of the latest search; None while nothing is searched."""
        self.found: NearestGenerated | None = None
        """Its result, or None until then."""
        self.images = Derived("aegui-inversion", self, urgent=False)
        """Answers with a ``NearestGenerated``; nothing is searched unless it is active."""
        self.images.set_active(False)
        self.images.answered.connect(self._on_images_answered)

    def search(self, codec: Codec | None, image: NDArray[np.float32]) -> None:
        """Search with ``codec`` for ``image``; a ``codec`` of None cancels the search."""
        if codec is None or image.size != codec.pixels:
            self._subject = self.target = self.found = None
            self.images.forget()
            return
        target = np.array(image, np.float32)
        subject = codec, target.tobytes()
        if self._subject == subject:
            return
        self._subject, self.target, self.found = subject, target, None
        self.began.emit(target)

        def work(_report: Report, cancelled: IsCancelled) -> NearestGenerated:
            found = nearest_drawn(codec, target, cancelled=cancelled)
            return NearestGenerated(target, found.image.reshape(target.shape), found)

        self.images.compute(work)

    @Slot(object)
    def _on_images_answered(self, found: NearestGenerated) -> None:
        self.found = found
