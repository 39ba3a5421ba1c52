"""Limits of the work that is done in the GUI thread instead of a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

QUICK = 4_000_000
"""Multiplications that take numpy some 0.7 ms: less than waking a thread and receiving its answer,
which take 2 to 3 ms while another thread trains."""
QUICK_BATCH = 8_000_000
"""Multiplications for a batch of samples, which take numpy some 2 ms."""


def is_quick(codec: Codec, multiplications: int, most: int = QUICK) -> bool:
    """Return whether work of this cost for ``codec`` may be done in the GUI thread.

    Never true for what needs torch, as its first use would import it.
    """
    return multiplications <= min(most, codec.numpy_work)
