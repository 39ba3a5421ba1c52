"""Why a network lights a pixel: its logit, the effect of each number of the code, and votes.

The effect of a number of the code is measured by occlusion: it is replaced by the set's mean, and
the pixel is decoded again (Zeiler and Fergus 2014, on the code instead of the image).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.evaluation.fitting import refuse_other_size
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import stride_for

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.bayes import BayesReading
    from aegui.core.latent.codec import Codec

MAX_VOTES = 8
LOGIT_MOST = 16.0
"""Beyond it an output in single precision is 0 or 1."""
_MIN_CHANCE = 1e-4
_MAX_CODES = 10_000
_MAX_NUMBERS = 8_000_000
"""Most numbers of a set that is encoded; larger sets are subsampled evenly."""


@dataclass(frozen=True)
class Vote:
    """The vote of one character about a pixel."""

    index: int
    """Its index in the set."""
    label: str
    """Its label; for images in grey or colours its name, if it has one."""
    weight: float
    """Its probability; for neighbours the distance of its code."""
    level: float
    """The pixel's brightness in it, the mean over its colours."""

    @property
    def lit(self) -> bool:
        """Whether the pixel is lit in it."""
        return self.level > THRESHOLD


@dataclass(frozen=True, eq=False)
class PixelReasons:
    """Why one pixel of an answer has its value."""

    pixel: int
    """Its index among the H * W of an image."""
    levels: tuple[float, ...]
    """The network's answer there, a number for each colour."""
    output: float
    """Their mean, the brightness."""
    score: float
    """The logit of the brightness, within ``LOGIT_MOST`` of 0; if outputs are not in 0..1, the
    excess over the threshold. Lit above 0. For images in grey or colours, whose pixels are not on
    or off, the brightness itself."""
    code: NDArray[np.float32]
    """The code of the drawing, float32 ``[d]``."""
    means: NDArray[np.float32]
    """The mean code of the set, float32 ``[d]``."""
    effects: NDArray[np.float64]
    """Gain of the score by each number of the code over its mean, float64 ``[d]``."""
    votes: tuple[Vote, ...]
    """Characters by their posterior probability, most probable first; empty if that is unknown."""
    share_on: float | None
    """Probability that the pixel is lit in the clean character; None if unknown."""
    neighbours: tuple[Vote, ...]
    """The characters with the nearest codes, nearest first."""
    is_graded: bool = False
    """Whether pixels have levels between off and on."""

    @property
    def lit(self) -> bool:
        """Whether the network lights the pixel."""
        return self.output > THRESHOLD

    @property
    def order(self) -> NDArray[np.int64]:
        """Indices of the code's numbers, those with the largest effect first."""
        return np.argsort(-np.abs(self.effects), kind="stable")


def pixel_reasons(
    codec: Codec,
    drawing: ArrayLike,
    pixel: int,
    dataset: Dataset,
    reading: BayesReading | None = None,
    *,
    graded: bool = False,
) -> PixelReasons:
    """Explain the answer of ``codec`` in one pixel of a ``drawing`` of C * H * W numbers.

    Args:
        codec: The network.
        drawing: Its input.
        pixel: Index among the H * W of an image.
        dataset: The characters, of the drawing's size.
        reading: The posterior of the drawing, from ``bayes.read_drawing``, if it is known.
        graded: Whether pixels have levels between off and on: effects are then of brightness.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        IndexError: There is no such pixel.
    """
    refuse_other_size(codec, dataset)
    rows = dataset.flat()
    most = max(MAX_VOTES, min(_MAX_CODES, _MAX_NUMBERS // dataset.pixels))
    step = stride_for(len(rows), most)
    codes = codec.encode(rows[::step])
    code = codec.encode(drawing)[0]
    means: NDArray[np.float32] = codes.mean(axis=0)
    # The code as it is, then with each of its numbers replaced.
    tried = np.tile(code, (len(code) + 1, 1))
    np.fill_diagonal(tried[1:], means)
    indices = _colour_indices(dataset, pixel)
    levels = codec.decode(tried)[:, indices].astype(np.float64)
    outputs = levels.mean(axis=1)
    scores = outputs if graded else _scores(outputs)
    away = np.sqrt(np.square(codes - code).sum(axis=1, dtype=np.float64))
    nearest = np.argsort(away, kind="stable")[:MAX_VOTES]
    return PixelReasons(
        pixel,
        tuple(levels[0].tolist()),
        float(outputs[0]),
        float(scores[0]),
        code,
        means,
        scores[0] - scores[1:],
        () if reading is None else _votes(reading, dataset, pixel),
        None if reading is None else float(reading.share_on[indices[0]]),
        tuple(
            _vote(dataset, int(at) * step, float(away[at]), pixel, named=graded) for at in nearest
        ),
        graded,
    )


def _colour_indices(dataset: Dataset, pixel: int) -> NDArray[np.int64]:
    """Return the indices of the colours of a pixel among the numbers of an image."""
    channels, height, width = dataset.image_shape
    if not 0 <= pixel < height * width:
        raise IndexError("there is no such pixel")
    return pixel + height * width * np.arange(channels)


def _scores(outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    if outputs.min() < 0.0 or outputs.max() > 1.0:
        return outputs - THRESHOLD
    # Infinite at the ends, without a warning.
    with np.errstate(divide="ignore"):
        logits = np.log(outputs) - np.log1p(-outputs)
    return np.asarray(np.clip(logits, -LOGIT_MOST, LOGIT_MOST), np.float64)


def _votes(reading: BayesReading, dataset: Dataset, pixel: int) -> tuple[Vote, ...]:
    return tuple(
        _vote(dataset, int(at), float(reading.chances[at]), pixel)
        for at in reading.order[:MAX_VOTES]
        if reading.chances[at] >= _MIN_CHANCE
    )


def _vote(dataset: Dataset, index: int, weight: float, pixel: int, *, named: bool = False) -> Vote:
    level = float(dataset.flat()[index, _colour_indices(dataset, pixel)].mean())
    label = dataset.labels[index]
    return Vote(index, (dataset.names[index] or label) if named else label, weight, level)
