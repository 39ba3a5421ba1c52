"""Noise: gap of the shipped denoisers to the Bayes limit, and duration of the studies."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, corruption_words, parse_corruption
from aegui.core.data.load import load_data
from aegui.core.evaluation.bayes import posterior, read_drawing
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import list_recipes
from aegui.core.study.noise_matrix import MatrixSpec, noise_matrix
from aegui.core.training.loop.train import train
from tests.bench.figures import Figure, at_most

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import CorruptionSpec, Recipe

DRAWS = 16_000
NOISES = (
    *("flip:0.05", "flip:0.1", "flip:0.15", "flip:0.2"),
    *("salt_pepper:0.1", "salt_pepper:0.2", "salt_pepper:0.3", "salt_pepper:0.5"),
)
REPEATS = 200


def measure() -> list[Figure]:
    """Measure the list of figures about noise."""
    recipes = dict(list_recipes())
    return [
        *_denoiser(recipes["letters-denoise"]),
        *_through_two(recipes["letters-denoise-2d"]),
        *_posterior(),
        *_matrix(recipes["letters-noise-matrix"]),
    ]


def _trained(recipe: Recipe) -> tuple[Codec, float]:
    dataset = load_data(recipe.data)
    resolved = resolve(recipe, dataset).resolved
    if resolved is None:
        raise ValueError(f"the recipe {recipe.name} does not resolve")
    started = time.perf_counter()
    *_, last = train(resolved)
    seconds = time.perf_counter() - started
    return Codec(recipe, dataset.image_shape, last.result().snapshot), seconds


def _wrong(codec: Codec, spec: CorruptionSpec) -> tuple[float, float, float]:
    """Return expected wrong pixels, the Bayes limit on the same draws, and counted wrong pixels.

    All per character. The first two are expectations given the noisy input, of the network's answer
    and of the best one: unbiased estimates of the counted mean, without its sampling noise.
    """
    glyphs = load_builtin("lowercase").flat()
    clean: NDArray[np.float32] = glyphs[np.arange(DRAWS) % len(glyphs)]
    noisy = corrupted(clean, spec, seed=2024)
    share_on = posterior(noisy, glyphs, spec) @ glyphs
    lit = codec.reconstruct(noisy) > THRESHOLD
    expected = float(np.where(lit, 1 - share_on, share_on).sum(axis=1).mean())
    best = float(np.minimum(share_on, 1 - share_on).sum(axis=1).mean())
    return expected, best, float((lit != (clean > THRESHOLD)).sum(axis=1).mean())


def _denoiser(recipe: Recipe) -> list[Figure]:
    codec, seconds = _trained(recipe)
    figures = [at_most("letters-denoise: training time", seconds, "s", 60)]
    for text in NOISES:
        spec = parse_corruption(text)
        wrong, best, counted = _wrong(codec, spec)
        name = f"letters-denoise, {corruption_words(spec)}"
        figures += [
            Figure(f"{name}: wrong pixels counted", counted, "px"),
            Figure(f"{name}: Bayes limit", best, "px"),
            at_most(f"{name}: over the limit", wrong / best, "x", 1.05),
        ]
    return figures


def _through_two(recipe: Recipe) -> list[Figure]:
    codec, seconds = _trained(recipe)
    _, _, counted = _wrong(codec, parse_corruption("flip:0.15"))
    return [
        at_most("letters-denoise-2d: training time", seconds, "s", 60),
        at_most("letters-denoise-2d, flip 0.15: wrong pixels", counted, "px", 0.98),
    ]


def _posterior() -> list[Figure]:
    letters = load_builtin("letters")
    spec = parse_corruption("flip:0.15")
    noisy = corrupted(letters.flat(), spec, 1)
    times = []
    for repeat in range(REPEATS):
        started = time.perf_counter()
        read_drawing(noisy[repeat % len(noisy)], letters.images, spec)
        times.append(time.perf_counter() - started)
    started = time.perf_counter()
    found = limit(letters.flat(), spec, DRAWS)
    return [
        at_most("posterior of 96 characters, median", statistics.median(times) * 1e3, "ms", 2),
        Figure(
            f"limit of 96 characters, {found.draws:,} draws", time.perf_counter() - started, "s"
        ),
    ]


def _matrix(recipe: Recipe) -> list[Figure]:
    spec = MatrixSpec.square("flip")
    started = time.perf_counter()
    matrix = noise_matrix(recipe, load_data(recipe.data), spec)
    seconds = time.perf_counter() - started
    best = matrix.figure("wrong").mean.min(axis=0)
    known = [one.mean for one in matrix.limits if one is not None]
    return [
        at_most("noise matrix, 6 x 6 levels x 5 seeds", seconds, "s", 120),
        Figure("noise matrix: training, 30 networks together", matrix.seconds, "s"),
        Figure("noise matrix, flip 0.2: best row over the limit", best[3] / known[3], "x"),
    ]
