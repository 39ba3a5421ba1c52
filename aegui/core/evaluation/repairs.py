"""Repairing again and again: a network's answer as its next input, until it stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.evaluation.wrong_pixels import THRESHOLD

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec

MOST_STEPS = 1_000
ERASED = 0.0
"""The level of pixels that are missing: that of the noise "block"."""
_AT_ONCE = 4096
_SAME = 1e-4
"""Answers that differ by less in every pixel are the same."""


@dataclass(frozen=True, eq=False)
class Repairs:
    """A drawing and its answers, one out of the other.

    Attributes:
        images: The drawing, then each answer, float32 ``[k + 1, D]``.
        codes: Their codes, float32 ``[k + 1, d]``: the way on the map.
        changed: Pixels that each step switched, int64 ``[k]``.
        settled: The step whose answer is its input; None where none is.
    """

    images: NDArray[np.float32]
    codes: NDArray[np.float32]
    changed: NDArray[np.int64]
    settled: int | None

    @property
    def answer(self) -> NDArray[np.float32]:
        """The last answer ``[D]``."""
        return np.asarray(self.images[-1])


def repair(codec: Codec, drawing: ArrayLike, steps: int = 1, *, threshold: bool = False) -> Repairs:
    """Let a network repair its own answers.

    Args:
        codec: The network.
        drawing: What it begins with, ``[D]``.
        steps: How often, at least once; it ends before where nothing changes any more.
        threshold: Whether each answer is made black and white before it goes in again.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        ValueError: ``steps`` is not from 1 to ``MOST_STEPS``.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError("steps must be from 1 to 1,000")
    images = [np.asarray(drawing, np.float32).reshape(-1)]
    codes = [codec.encode(images[0])[0]]
    changed: list[int] = []
    settled = None
    for step in range(steps):
        answer = codec.decode(codes[-1])[0]
        if threshold:
            answer = (answer > THRESHOLD).astype(np.float32)
        changed.append(int(np.count_nonzero((answer > THRESHOLD) != (images[-1] > THRESHOLD))))
        images.append(answer)
        codes.append(codec.encode(answer)[0])
        if np.abs(answer - images[-2]).max() < _SAME:
            settled = step
            break
    return Repairs(np.stack(images), np.stack(codes), np.array(changed, np.int64), settled)


def complete(
    codec: Codec,
    images: ArrayLike,
    missing: NDArray[np.bool_],
    steps: int = 1,
    *,
    threshold: bool = False,
) -> NDArray[np.float32]:
    """Let a network draw what is ``missing`` of images; all other pixels stay as they are.

    Each answer goes in again with the known pixels put back, so that the drawn part comes to suit
    the rest.

    Args:
        codec: The network.
        images: ``[n, D]`` in 0..1; what they have in the missing part is not looked at.
        missing: Which pixels are to be drawn, ``[D]``.
        steps: How often, at least once.
        threshold: Whether what is drawn is made black and white.

    Returns:
        The images with the missing part drawn, ``[n, D]``.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        ValueError: ``steps`` is not from 1 to ``MOST_STEPS``.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError("steps must be from 1 to 1,000")
    rows = np.asarray(images, np.float32)
    rows = rows.reshape(len(rows), -1)
    drawn = np.empty_like(rows)
    for part in in_batches(len(rows), _AT_ONCE):
        known = np.where(missing, np.float32(ERASED), rows[part])
        drawn[part] = known
        for _ in range(steps):
            answer = np.clip(np.nan_to_num(codec.reconstruct(drawn[part])), 0.0, 1.0)
            if threshold:
                answer = (answer > THRESHOLD).astype(np.float32)
            drawn[part] = np.where(missing, answer.astype(np.float32), known)
    return drawn
