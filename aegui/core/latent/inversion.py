"""Inversion of a generator: search for the code whose image is nearest to a given one.

A GAN has no encoder. The best of many random codes are moved along the gradient of the squared
error by Levenberg-Marquardt steps (Creswell and Bharath, "Inverting the generator of a
generative adversarial network", 2018, use plain gradient steps).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import stop_if
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.latent.geometry import tangents
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

STARTS = 4
"""Number of codes that are optimised, the best ones of ..."""
DRAWN = 256
"""... this many random ones."""
SECONDS = 4.0
"""Default time limit of the search."""
_ROUNDS = 40
_BEFORE_HALVING = 3
_TRIES = 6
_GAIN = 1e-3
_BEYOND = 3.0
"""Normal codes of d numbers have a norm of about sqrt(d), hardly any this factor more."""


@dataclass(frozen=True, eq=False)
class Inversion:
    """Result of the search."""

    z: NDArray[np.float32]
    """The code, float32 ``[d]``."""
    image: NDArray[np.float32]
    """Its image, float32 ``[pixels]``."""
    error: float
    """Its mean squared error."""
    chance: float
    """Mean squared error of the image of a random code, on average."""
    starts: int
    """Number of codes that were optimised: the best ones of ..."""
    drawn: int
    """... this many random codes."""
    complete: bool
    """Whether the search converged within its time."""


def nearest_drawn(
    codec: Codec,
    image: ArrayLike,
    seed: int = 0,
    seconds: float = SECONDS,
    cancelled: IsCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Inversion:
    """Return the image of ``codec`` nearest to ``image`` (``[pixels]`` or a shape of as many).

    Codes are kept in the region of the prior: elsewhere the network has learnt nothing.

    Args:
        codec: The network.
        image: The target.
        seed: Seed of the random codes.
        seconds: Approximate time limit, after which the best result so far is returned.
        cancelled: Polled for cancellation.
        clock: Returns the time.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    begun = clock()
    target = np.asarray(image, np.float32).reshape(-1).astype(np.float64)
    codes = drawn_codes(DRAWN, codec.latent_size, seed)
    errors = _errors(codec, codes.astype(np.float64), target)
    starts = codes[np.argsort(errors)[:STARTS]].astype(np.float64)
    searches = [_Search(codec, target, code) for code in starts]
    complete, rounds = True, 0
    # All of them for a few steps, then the better half, finally only the best.
    while complete and (going := [search for search in searches if search.continues]):
        going.sort(key=lambda search: search.error)
        for search in going[: max(1, len(searches) >> rounds // _BEFORE_HALVING)]:
            stop_if(cancelled)
            if clock() - begun > seconds:
                complete = False
                break
            search.step()
        rounds += 1
    nearest = min(searches, key=lambda search: search.error)
    found = nearest.code.astype(np.float32)
    chance = float(errors[np.isfinite(errors)].mean()) if np.isfinite(errors).any() else np.inf
    image_found = codec.decode(found)[0]
    counts = len(searches), len(codes)
    return Inversion(found, image_found, nearest.error, chance, *counts, complete)


class _Search:
    """Descent of the error from one code."""

    def __init__(
        self, codec: Codec, target: NDArray[np.float64], code: NDArray[np.float64]
    ) -> None:
        self._codec, self._target = codec, target
        self.code = code
        self.error = float(_errors(codec, code[np.newaxis], target)[0])
        self._damping = 1e-2
        self._rounds = 0
        self.continues = bool(np.isfinite(self.error))

    def step(self) -> None:
        """Make one step; the search ends at a minimum, or after many steps."""
        slopes = np.asarray(tangents(self._codec, self.code)[0], np.float64)
        drawn = self._codec.decode(self.code)[0].astype(np.float64)
        normal, slope = slopes @ slopes.T, slopes @ (drawn - self._target)
        self._rounds += 1
        gained = 0.0
        if np.isfinite(normal).all() and np.isfinite(slope).all():
            gained = self._moved(normal, slope)
        self.continues = gained > _GAIN * self.error and self._rounds < _ROUNDS

    def _moved(self, normal: NDArray[np.float64], slope: NDArray[np.float64]) -> float:
        """Move as far as the error falls; return the decrease."""
        scale = float(np.trace(normal)) / len(normal) + 1e-12
        for _ in range(_TRIES):
            held = normal + self._damping * scale * np.eye(len(normal))
            there = _within(self.code - np.linalg.solve(held, slope))
            error = float(_errors(self._codec, there[np.newaxis], self._target)[0])
            if error < self.error:
                gained, self.code, self.error = self.error - error, there, error
                self._damping = max(1e-6, self._damping / 4)
                return gained
            self._damping *= 5
        return 0.0


def _errors(
    codec: Codec, codes: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean squared errors ``[n]`` of the images of ``codes``; infinite if not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.square(codec.decode(codes) - target).mean(axis=1)
    return np.asarray(np.where(np.isfinite(errors), errors, np.inf), np.float64)


def _within(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``code`` clipped to the region of the prior."""
    length, most = float(np.linalg.norm(code)), np.sqrt(len(code)) + _BEYOND
    return code if length <= most else code * (most / length)
