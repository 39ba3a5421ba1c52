"""Decoded images for both ends of the latent sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.latent.sheets import decoded
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec


@dataclass(frozen=True, eq=False)
class Ends:
    """Decoded images at both ends of some sliders."""

    axes: tuple[int, ...]
    """Latent dimensions, counted from 0; k of them."""
    images: NDArray[np.float32]
    """float32 ``[2 k, C, H, W]`` in 0..1: the low and the high end of each."""


class AxisEndsService(Service):
    """Decodes the most recent request: immediately if cheap, else in a worker thread."""

    def __init__(self) -> None:
        super().__init__()
        self._space: tuple[int, ...] = ()
        self._token = object()
        self.ends = Derived("aegui-ends", self)
        """Answers with an ``Ends``, in the thread that owns this object."""

    def draw(
        self,
        codec: Codec,
        axes: tuple[int, ...],
        codes: NDArray[np.float32],
        *,
        live: bool = False,
    ) -> None:
        """Decode ``codes`` ``[2 k, d]``, the ends of ``axes``; with low priority if ``live``."""
        if codes.shape[1] != codec.latent_size:
            return
        space = (codec.latent_size, *codec.image_shape)
        if space != self._space:
            # A pending answer belongs to a network of another shape: do not accept it.
            self._space, self._token = space, object()
        self.ends.ask(
            lambda: Ends(axes, decoded(codec, codes)),
            self._token,
            quick=is_quick(codec, len(codes) * codec.cost),
            gentle=live,
        )
