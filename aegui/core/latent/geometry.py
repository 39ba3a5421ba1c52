"""The decoder as a map from codes to images: how far an image moves when its code does.

The decoder's Jacobian J gives the latent space the metric J'J (Arvanitidis, Hansen and Hauberg,
"Latent space oddity", 2018): equal steps on the map are not equal changes of the image. Their ratio
of areas, sqrt det J'J, is the stretch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec

FLATTEST = -20.0
"""The smallest logarithm reported, where the image does not change at all."""
_STEP = np.float32(3e-3)


@dataclass(frozen=True, eq=False)
class Stretch:
    """The decoder's local stretch at n codes."""

    log_area: NDArray[np.float64]
    """log sqrt det J'J, float64 ``[n]``, at least ``FLATTEST``."""
    lengths: NDArray[np.float64]
    """float64 ``[n, k]``, changes of the image per unit of the code along the axes of the ellipse,
    largest first: the singular values of J."""
    angles: NDArray[np.float64]
    """float64 ``[n]``, the direction of the largest change within the first two directions, in
    radians from the first towards the second, in (-pi/2, pi/2]."""


def tangents(
    codec: Codec, codes: ArrayLike, directions: ArrayLike | None = None
) -> NDArray[np.float32]:
    """Return derivatives ``[n, k, P]`` of the images of ``codes`` ``[n, d]`` along each direction.

    Exact for fully connected networks; else central differences, accurate to about three digits.

    Args:
        codec: The network.
        codes: Codes at which to differentiate.
        directions: Directions ``[k, d]``; None: every number of the code, k = d.

    Raises:
        AeguiError: The codes or directions have another size than the network's.
    """
    flat_codes = np.asarray(codes, np.float32).reshape(-1, codec.latent_size)
    ways = np.eye(codec.latent_size) if directions is None else directions
    ways = np.asarray(ways, np.float32).reshape(-1, codec.latent_size)
    moves = codec.decoder_tangents(flat_codes, ways)
    if moves is not None:
        return moves
    ahead, behind = (
        codec.decode((flat_codes[:, np.newaxis] + step * ways).reshape(-1, codec.latent_size))
        for step in (_STEP, -_STEP)
    )
    moves = (ahead - behind) / (2 * _STEP)
    return moves.reshape(len(flat_codes), len(ways), codec.pixels)


def metrics(
    codec: Codec, codes: ArrayLike, directions: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the metric J'J at ``codes``, float64 ``[n, k, k]``; 0 where a network has diverged.

    Arguments are those of ``tangents``.
    """
    moves = tangents(codec, codes, directions)
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.asarray(moves @ moves.transpose(0, 2, 1), np.float64)
    found[~np.isfinite(found).all(axis=(1, 2))] = 0.0
    return found


def stretch(codec: Codec, codes: ArrayLike, directions: ArrayLike | None = None) -> Stretch:
    """Return the decoder's local stretch at ``codes``.

    Zero directions, such as the second one of a map of codes of one number, are left out. Arguments
    are those of ``tangents``.
    """
    ways = np.eye(codec.latent_size) if directions is None else np.asarray(directions, np.float32)
    ways = ways.reshape(-1, codec.latent_size)
    ways = ways[np.any(ways != 0.0, axis=1)]
    values, vectors = np.linalg.eigh(metrics(codec, codes, ways))
    values, vectors = np.maximum(values[:, ::-1], 0.0), vectors[:, :, ::-1]
    with np.errstate(divide="ignore"):
        log_area = 0.5 * np.log(values).sum(axis=1)
    x, y = vectors[:, 0, 0], vectors[:, 1, 0] if len(ways) > 1 else np.zeros(len(vectors))
    sign = np.where((x < 0) | ((x == 0) & (y < 0)), -1.0, 1.0)
    return Stretch(np.maximum(log_area, FLATTEST), np.sqrt(values), np.arctan2(sign * y, sign * x))
