"""Repeated denoising: a network's answer as its next input, until it converges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.evaluation.reconstruction import reconstructed
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

MAX_STEPS = 1_000
ERASED = 0.0
"""The level of missing pixels: that of the noise "block"."""
_AT_ONCE = 4096
_SAME = 1e-4
"""Answers that differ by less in every pixel count as equal."""


@dataclass(frozen=True, eq=False)
class Repairs:
    """A drawing and its successive answers."""

    images: NDArray[np.float32]
    """The drawing, then each answer, float32 ``[k + 1, D]``."""
    codes: NDArray[np.float32]
    """Their codes, float32 ``[k + 1, d]``: the trail on the map."""
    changed: NDArray[np.int64]
    """Number of pixels that each step switched, int64 ``[k]``."""
    settled: int | None
    """The step whose answer equals its input; None if there is none."""

    @property
    def answer(self) -> NDArray[np.float32]:
        """The last answer ``[D]``."""
        return np.asarray(self.images[-1])


def repair(codec: Codec, drawing: ArrayLike, steps: int = 1, *, threshold: bool = False) -> Repairs:
    """Denoise a drawing repeatedly, each answer being the next input.

    Args:
        codec: The network.
        drawing: The first input, ``[D]``.
        steps: Most steps, at least one; it ends early when nothing changes any more.
        threshold: Whether each answer is made black and white before it is the next input.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        ValueError: ``steps`` is not from 1 to ``MAX_STEPS``.
    """
    if not 1 <= steps <= MAX_STEPS:
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


def repaired(
    codec: Codec,
    images: ArrayLike,
    steps: int = 1,
    *,
    threshold: bool = False,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Return the last answer of ``repair`` to each of ``images`` ``[n, D]``, all at once.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        Cancelled: ``cancelled``, polled during each step, returned True.
    """
    answers = np.array(images, np.float32)
    moving = np.arange(len(answers))
    for _ in range(steps):
        found = reconstructed(codec, answers[moving], cancelled=cancelled)
        if threshold:
            found = (found > THRESHOLD).astype(np.float32)
        is_moving = np.abs(found - answers[moving]).max(axis=1) >= _SAME
        answers[moving] = found
        moving = moving[is_moving]
        if not len(moving):
            break
    return answers


def complete(
    codec: Codec,
    images: ArrayLike,
    missing: NDArray[np.bool_],
    steps: int = 1,
    *,
    threshold: bool = False,
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float32]:
    """Fill in the ``missing`` part of images by a network; all other pixels stay unchanged.

    Each answer is the next input with the known pixels restored, so that the filled part adapts to
    the rest.

    Args:
        codec: The network.
        images: ``[n, D]`` in 0..1; their values in the missing part are ignored.
        missing: Which pixels to fill in, ``[D]``.
        steps: Number of steps, at least one.
        threshold: Whether the filled part is made black and white.
        cancelled: Polled for cancellation.

    Returns:
        The images with the missing part filled in, ``[n, D]``.

    Raises:
        AeguiError: The network takes images of another size, or has no encoder.
        Cancelled: ``cancelled`` returned True.
        ValueError: ``steps`` is not from 1 to ``MAX_STEPS``.
    """
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError("steps must be from 1 to 1,000")
    rows = np.asarray(images, np.float32)
    rows = rows.reshape(len(rows), -1)
    drawn = np.empty_like(rows)
    for part in in_batches(len(rows), _AT_ONCE):
        known = np.where(missing, np.float32(ERASED), rows[part])
        drawn[part] = known
        for _ in range(steps):
            found = reconstructed(codec, drawn[part], cancelled=cancelled)
            answer = np.clip(np.nan_to_num(found), 0.0, 1.0)
            if threshold:
                answer = (answer > THRESHOLD).astype(np.float32)
            drawn[part] = np.where(missing, answer.astype(np.float32), known)
    return drawn
