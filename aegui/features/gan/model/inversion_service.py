"""The image nearest to the drawing that the generator can draw, searched for in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.latent.inversion import nearest_drawn
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.inversion import Inversion


@dataclass(frozen=True, eq=False)
class NearestDrawn:
    """What was found for one image.

    Attributes:
        wanted: The image, float32 ``[H, W]`` or ``[3, H, W]``.
        drawn: The nearest one that the generator can draw, of the same shape.
        inversion: Its code, how near it is and how it was found.
    """

    wanted: NDArray[np.float32]
    drawn: NDArray[np.float32]
    inversion: Inversion


class InversionService(Service):
    """Searches for the newest image only, while somebody looks; another one ends the search."""

    found = Signal(object)
    """A ``NearestDrawn``; always in the thread that owns this object."""
    began = Signal(object)
    """An image, float32 ``[H, W]`` or ``[3, H, W]``, is searched for from now on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: tuple[Codec, bytes] | None = None
        self._derived = Derived("aegui-inversion", self, urgent=False)
        self._derived.set_active(False)
        self._derived.answered.connect(self.found)

    @Slot(bool)
    def set_active(self, active: bool) -> None:
        """Whether anybody looks; nothing is searched for while nobody does."""
        self._derived.set_active(active)

    def search(self, codec: Codec | None, image: NDArray[np.float32]) -> None:
        """Search with ``codec`` for ``image``; None: for nothing any more."""
        if codec is None or image.size != codec.pixels:
            self._subject = None
            self._derived.forget()
            return
        wanted = np.array(image, np.float32)
        subject = codec, wanted.tobytes()
        if self._subject is not None and self._subject[0] is codec and self._subject == subject:
            return
        self._subject = subject
        self.began.emit(wanted)

        def work(_report: object, cancelled: object) -> NearestDrawn:
            found = nearest_drawn(codec, wanted, cancelled=cancelled)  # type: ignore[arg-type]
            return NearestDrawn(wanted, found.image.reshape(wanted.shape), found)

        self._derived.compute(work)
