"""Measurements of one place of the latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import localized, tr, trn
from aegui.core.latent.geometry import stretch
from aegui.core.latent.novelty import novelty, novelty_words
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import NoveltyKind, ReferenceSamples

MAX_DIRECTIONS = 4
"""Most numbers of a code along which the stretch is measured by default."""


@dataclass(frozen=True, eq=False)
class Insight:
    """Measurements of one place."""

    z: NDArray[np.float32]
    """The code, float32 ``[d]``."""
    image: NDArray[np.float32]
    """Its decoded image, float32 ``[P]``, unclipped."""
    entropy: float
    """Mean binary entropy of the pixels as probabilities, in bits: 0 if all are off or on, 1 if all
    are undecided."""
    drift: NDArray[np.float32] | None
    """The code of the decoded image minus ``z``, float32 ``[d]``; None without encoder."""
    kind: NoveltyKind
    """How new the image is."""
    ratio: float
    """Distance to the nearest sample over that sample's distance to its own nearest."""
    words: str
    """``kind`` with the names of the samples, in the current language."""
    nearest: tuple[tuple[int, float], ...]
    """Index and distance of the nearest samples: differing pixels for glyphs, else Euclidean."""
    log_stretch: float | None
    """log sqrt det J'J; None without directions if the code has many numbers."""
    epoch: int
    """Epoch of the weights."""
    glyphs: bool
    """Whether distances are numbers of pixels."""

    @property
    def drift_length(self) -> float | None:
        """Length of ``drift``."""
        return None if self.drift is None else float(np.linalg.norm(self.drift))


def entropies(images: ArrayLike) -> NDArray[np.float32]:
    """Return the mean entropy of the pixels of ``images`` ``[n, P]`` in [0, 1], bits, ``[n]``."""
    p = np.nan_to_num(np.asarray(images, np.float32), nan=0.0)
    p = np.clip(p, np.float32(1e-7), np.float32(1 - 1e-7))
    bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    mean: NDArray[np.float32] = bits.mean(axis=1)
    return mean


def insight(
    codec: Codec, known: ReferenceSamples, z: ArrayLike, directions: ArrayLike | None = None
) -> Insight:
    """Measure the place ``z`` ``[d]``.

    Args:
        codec: The network.
        known: The samples, of the size of the network's images.
        z: The code.
        directions: ``[k, d]``, along which the stretch is measured, such as those of the map;
            None measures along every number of the code, if they are few.

    Raises:
        AeguiError: ``z`` has another size than the network's codes.
    """
    code = np.array(z, np.float32).reshape(-1)
    image = codec.image_of(code)
    found = novelty(known, image, codec=codec)
    drift = codec.encode(image)[0] - code if codec.can_encode else None
    is_reported = directions is not None or codec.latent_size <= MAX_DIRECTIONS
    area = float(stretch(codec, code, directions).log_area[0]) if is_reported else None
    near = zip(found.nearest[0].tolist(), found.distances[0].tolist(), strict=True)
    return Insight(
        z=code,
        image=image,
        entropy=float(entropies(image[np.newaxis])[0]),
        drift=drift,
        kind=found.kinds[0],
        ratio=float(found.ratio[0]),
        words=novelty_words(known, found, 0),
        nearest=tuple(near),
        log_stretch=area,
        epoch=codec.epoch,
        glyphs=known.glyphs,
    )


def insight_words(known: ReferenceSamples, found: Insight) -> str:
    """Return one line of text: "between o and e, entropy 0.12, drift 0.05"."""
    parts = [found.words]
    if found.kind == "new":
        parts.append(
            tr(
                "nearest {a}, {distance}",
                a=known.title(found.nearest[0][0]),
                distance=distance_words(found),
            )
        )
    parts.append(tr("entropy {value:.2f}", value=found.entropy))
    drift = found.drift_length
    if drift is not None and np.isfinite(drift):
        parts.append(tr("drift {value:.2f}", value=drift))
    return ", ".join(parts)


def distance_words(found: Insight, *, short: bool = False) -> str:
    """Return the distance as text: "3 pixels" for glyphs, else a mean squared difference.

    ``short`` leaves out the name of the latter, if it is shown nearby.
    """
    distance = found.nearest[0][1]
    if found.glyphs:
        return trn("{n} pixel", "{n} pixels", round(distance))
    error = distance * distance / found.image.size
    number = localized(error, f".{4 if error < 0.1 else 3}f")
    return number if short else tr("mean squared difference {error}", error=number)
