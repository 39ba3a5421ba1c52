"""Decodes positions of the latent map immediately; the latest request wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec


@dataclass(frozen=True, eq=False)
class Decoded:
    """The image decoded from a code."""

    z: NDArray[np.float32]
    """The code, float32 ``[d]``."""
    image: NDArray[np.float32]
    """Its pixels in 0..1, float32 ``[C*H*W]``."""
    epoch: int
    """Epoch of the weights."""
    tag: object = None
    """The tag of the request."""


class DecodeService(Service):
    """Decodes the cursor: inline if that is faster than a thread, else in one; latest wins."""

    decoded = Signal(object)
    """Emitted with a ``Decoded``, in the thread that owns this object."""

    def __init__(self) -> None:
        super().__init__()
        self.codec: Codec | None = None
        """The network that decodes; None if there is none."""
        self.newest: Decoded | None = None
        """The last answer; None after ``forget``."""
        self._is_quick = False
        self._last: tuple[NDArray[np.float32], object] | None = None
        self._derived = Derived("aegui-decode", self)
        self._derived.answered.connect(self._on_derived_answered)

    def set_codec(self, codec: Codec | None) -> None:
        """Set the network, and decode the last requested code with it."""
        self.codec = codec
        self._is_quick = codec is not None and is_quick(codec, codec.cost)
        self.repeat()

    def repeat(self) -> None:
        """Decode the last code again, for another network or for new receivers."""
        if self._last is not None:
            self.request(*self._last)

    def request(self, z: ArrayLike, tag: object = None) -> None:
        """Decode the code ``z`` ``[d]``; an unanswered older request is dropped.

        Without a network, or if its codes have another size, there is no answer; the code is stored
        and decoded by the next network that fits.
        """
        code = np.array(z, dtype=np.float32).reshape(-1)
        self._last = (code, tag)
        codec = self.codec
        if codec is None or codec.latent_size != code.size:
            self._derived.forget()
            return
        self._derived.ask(lambda: _decode(codec, code, tag), code, quick=self._is_quick)

    def forget(self) -> None:
        """Forget the last code, as the cursor has left the map; late answers are dropped."""
        self._last = self.newest = None
        self._derived.forget()

    @Slot(object)
    def _on_derived_answered(self, decoded: Decoded) -> None:
        self.newest = decoded
        self.decoded.emit(decoded)


def _decode(codec: Codec, z: NDArray[np.float32], tag: object) -> Decoded:
    return Decoded(z, codec.image_of(z), codec.epoch, tag)
