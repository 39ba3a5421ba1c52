"""Statistics of codes that show what a penalty has done: how sparse, how active, how contractive.

Sparse codes use few of their units for a sample (Ng 2011; Makhzani and Frey 2013); contractive
ones hardly move when the input does (Rifai et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec

ACTIVE_SIZE = 0.1
"""A unit is active for a sample if its number is larger than this share of the code's largest."""
ACTIVE_VARIANCE = 0.01
"""A dimension is used if it varies more than this over the samples (Burda et al. 2016)."""
_SAMPLES = 2000
_PROBES = 16
_STEP = np.float32(1e-2)
_SEED = 0x5EED_0007


@dataclass(frozen=True)
class CodeStatistics:
    """Statistics over the samples of a set, or some 2,000 of them.

    Attributes:
        samples: How many were looked at.
        units: Numbers per code.
        share_active: Share of the units that are active for a sample, on average.
        most_active: Most units that are not exactly zero in any code.
        mean_activation: Mean of all numbers of the codes.
        used_dimensions: Dimensions that vary over the samples.
        jacobian: Mean squared Frobenius norm of the encoder's Jacobian, estimated along random
            directions of the input.
    """

    samples: int
    units: int
    share_active: float
    most_active: int
    mean_activation: float
    used_dimensions: int
    jacobian: float


def code_statistics(codec: Codec, dataset: Dataset) -> CodeStatistics:
    """Look at the codes of ``dataset``.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
    """
    generator = np.random.default_rng(_SEED)
    rows = dataset.flat()
    if len(rows) > _SAMPLES:
        rows = rows[np.sort(generator.choice(len(rows), _SAMPLES, replace=False))]
    codes = codec.encode(rows)
    largest = np.abs(codes).max(axis=1, keepdims=True)
    active = np.abs(codes) > ACTIVE_SIZE * np.maximum(largest, 1e-12)
    total = 0.0
    for _ in range(_PROBES):
        direction = generator.standard_normal(rows.shape, dtype=np.float32)
        moved = codec.encode(rows + _STEP * direction) - codec.encode(rows - _STEP * direction)
        total += float(np.square(moved / (2 * _STEP)).sum(axis=1).mean())
    return CodeStatistics(
        samples=len(rows),
        units=codes.shape[1],
        share_active=float(active.mean()),
        most_active=int(np.count_nonzero(codes, axis=1).max()),
        mean_activation=float(codes.mean()),
        used_dimensions=int(np.count_nonzero(codes.var(axis=0) > ACTIVE_VARIANCE)),
        jacobian=total / _PROBES,
    )
