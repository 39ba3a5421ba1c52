"""The image nearest to a given one that a generator can draw: its code is searched for.

A GAN has no encoder. From the best of many random codes the code is moved along the gradient of the
squared error, by Levenberg-Marquardt steps (as in Creswell and Bharath, "Inverting the generator of
a generative adversarial network", 2018, who take plain gradient steps).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import stop_if
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.latent.geometry import tangents

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

STARTS = 4
"""Codes that are moved, the best ones of ..."""
DRAWN = 256
"""... so many random ones."""
SECONDS = 4.0
"""About as long is searched."""
_ROUNDS = 40
_BEFORE_HALVING = 3
_TRIES = 6
_GAIN = 1e-3
_BEYOND = 3.0
"""Normal codes of d numbers lie about sqrt(d) from the middle, hardly any so much farther."""


@dataclass(frozen=True, eq=False)
class Inversion:
    """What was found.

    Attributes:
        z: The code, float32 ``[d]``.
        image: What is drawn there, float32 ``[pixels]``.
        error: Its mean squared error.
        chance: That of an image of a random code, on the mean.
        starts: From so many codes it was searched.
        complete: Whether the search came to rest before its time was over.
    """

    z: NDArray[np.float32]
    image: NDArray[np.float32]
    error: float
    chance: float
    starts: int
    complete: bool


def nearest_drawn(
    codec: Codec,
    image: ArrayLike,
    seed: int = 0,
    seconds: float = SECONDS,
    cancelled: IsCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Inversion:
    """The image nearest to ``image`` (``[pixels]`` or a shape of as many) that ``codec`` draws.

    Codes stay where normal ones lie: elsewhere the network has never learnt to draw anything.

    Args:
        codec: The network.
        image: What is to be drawn.
        seed: Of the random codes.
        seconds: After about as many the best of what has been found is given.
        cancelled: Asked now and then whether to stop.
        clock: Tells the time.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    begun = clock()
    wanted = np.asarray(image, np.float32).reshape(-1).astype(np.float64)
    codes = drawn_codes(DRAWN, codec.latent_size, seed)
    errors = _errors(codec, codes.astype(np.float64), wanted)
    starts = codes[np.argsort(errors)[:STARTS]].astype(np.float64)
    searches = [_Search(codec, wanted, code) for code in starts]
    complete, rounds = True, 0
    # All of them a few steps, then the better half of them, at last the best one alone.
    while complete and (going := [search for search in searches if search.goes_on]):
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
    drawn = codec.decode(found)[0]
    return Inversion(found, drawn, nearest.error, chance, len(searches), complete)


class _Search:
    """From one code down the error, step by step."""

    def __init__(
        self, codec: Codec, wanted: NDArray[np.float64], code: NDArray[np.float64]
    ) -> None:
        self._codec, self._wanted = codec, wanted
        self.code = code
        self.error = float(_errors(codec, code[np.newaxis], wanted)[0])
        self._damping = 1e-2
        self._rounds = 0
        self.goes_on = bool(np.isfinite(self.error))

    def step(self) -> None:
        """One step; at the bottom, or after many, the search is over."""
        slopes = np.asarray(tangents(self._codec, self.code)[0], np.float64)
        drawn = self._codec.decode(self.code)[0].astype(np.float64)
        normal, slope = slopes @ slopes.T, slopes @ (drawn - self._wanted)
        self._rounds += 1
        gained = 0.0
        if np.isfinite(normal).all() and np.isfinite(slope).all():
            gained = self._moved(normal, slope)
        self.goes_on = gained > _GAIN * self.error and self._rounds < _ROUNDS

    def _moved(self, normal: NDArray[np.float64], slope: NDArray[np.float64]) -> float:
        """Go down as far as that makes it better; by how much it does."""
        scale = float(np.trace(normal)) / len(normal) + 1e-12
        for _ in range(_TRIES):
            held = normal + self._damping * scale * np.eye(len(normal))
            there = _within(self.code - np.linalg.solve(held, slope))
            error = float(_errors(self._codec, there[np.newaxis], self._wanted)[0])
            if error < self.error:
                gained, self.code, self.error = self.error - error, there, error
                self._damping = max(1e-6, self._damping / 4)
                return gained
            self._damping *= 5
        return 0.0


def _errors(
    codec: Codec, codes: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean squared errors ``[n]`` of what is drawn at ``codes``; infinite where it is no image."""
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.square(codec.decode(codes) - wanted).mean(axis=1)
    return np.asarray(np.where(np.isfinite(errors), errors, np.inf), np.float64)


def _within(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """``code`` brought back to where normal ones lie."""
    length, most = float(np.linalg.norm(code)), np.sqrt(len(code)) + _BEYOND
    return code if length <= most else code * (most / length)
