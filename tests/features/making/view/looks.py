"""Content for the pages of the panel, built by hand."""

from __future__ import annotations

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.latent.concepts import Concept
from aegui.core.latent.novelty import Novelties, known
from aegui.features.making.model.concept_service import STOPS, ConceptResult
from aegui.features.making.model.finds_service import FindsResult
from aegui.features.making.model.path_service import PathResult


def glyphs(count: int, seed: int = 0) -> np.ndarray:
    """Return ``count`` glyphs of 5x7, float32 ``[count, 1, 7, 5]``."""
    drawn = np.random.default_rng(seed).random((count, 1, 7, 5)) < 0.5
    return drawn.astype(np.float32)


def path_result(count: int = 11) -> PathResult:
    """Return a path through three pins, of ``count`` images."""
    codes = np.linspace([-1.0, 0.0], [1.0, 0.5], count, dtype=np.float32)
    change = np.arange(count - 1, dtype=np.float64)
    stops = (0, count // 2, count - 1)
    return PathResult("straight", codes, glyphs(count), change, stops, ("a", "b", "c"))


def concept_result(separation: float = 2.5) -> ConceptResult:
    """Return a two-dimensional concept with steps from -2 to 2."""
    concept = Concept("", (1.0, 0.5), -2.0, 2.0, separation)
    amounts = np.linspace(-2.0, 2.0, STOPS, dtype=np.float32)
    return ConceptResult(concept, np.zeros(2, np.float32), amounts, glyphs(STOPS))


def finds_result(count: int = 4) -> FindsResult:
    """Return new images, each between a sample named a and one named by its index."""
    names = ("a", *map(str, range(count)))
    pairs = np.array([(0, n + 1) for n in range(count)], np.int64)
    how_new = Novelties(
        pairs,
        np.ones((count, 2), np.float32),
        np.full(count, 1.25, np.float32),
        tuple("between" for _ in range(count)),
        np.zeros(count, np.bool_),
    )
    return FindsResult(
        np.zeros((count, 2), np.float32),
        glyphs(count),
        known(Dataset.from_images("samples", glyphs(count + 1, 1), names), glyphs=True),
        how_new,
        np.full(count, 0.125, np.float32),
        7,
    )
