"""Validation of the numbers of a file: none may be NaN, infinite or absurdly large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1e30
"""Far above any learnt weight; its square would exceed float32."""
_AT_ONCE = 1 << 22


def unsound(values: NDArray[np.generic]) -> str | None:
    """Return what is wrong with ``values``, without a full stop; None if they are valid.

    Integers are always valid. Large arrays are checked piece by piece.
    """
    if values.dtype.kind != "f":
        return None
    flat = values.reshape(-1)
    nan = infinite = huge = 0
    for at in range(0, len(flat), _AT_ONCE):
        part = np.abs(flat[at : at + _AT_ONCE])
        largest = float(part.max())
        # NaN fails every comparison.
        if not largest <= LARGEST:
            nan += int(np.isnan(part).sum())
            infinite += int(np.isinf(part).sum())
            with np.errstate(invalid="ignore"):  # signalling NaN, when widened
                huge += int((np.isfinite(part) & (part.astype(np.float64) > LARGEST)).sum())
    parts = []
    if nan:
        parts.append(tr("{n:,} NaN", n=nan))
    if infinite:
        parts.append(tr("{n:,} infinite", n=infinite))
    if huge:
        parts.append(tr("{n:,} beyond {most:.0e}", n=huge, most=LARGEST))
    if not parts:
        return None
    return tr("{faults} among {total:,} numbers", total=len(flat), faults=", ".join(parts))
