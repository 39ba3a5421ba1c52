"""Small sets of glyphs for the tests of the pixel panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = (" ", "a", "b", "c", "d", "e", "f", "\x7f")


def glyphs(count: int = len(LABELS)) -> NDArray[np.float32]:
    """Return ``count`` distinct binary 7x5 images: image i encodes the number i in its pixels."""
    bits = np.arange(count)[:, np.newaxis] >> np.arange(35) & 1
    return bits.reshape(count, 7, 5).astype(np.float32)
