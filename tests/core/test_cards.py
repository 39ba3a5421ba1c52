"""Pictures of cards have one size, whatever the size of the images."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.cards import CARD_SIZE, card_cells, card_levels, samples_sheet


@pytest.mark.parametrize(
    "shape", [(1, 8, 8), (1, 28, 28), (3, 64, 64), (1, 20, 40), (1, 41, 23), (3, 100, 300)]
)
def test_images_fill_the_size_of_a_card(shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).random((60, *shape), dtype=np.float32)
    levels = card_levels(samples_sheet(images))
    assert levels.shape[:2] == CARD_SIZE[::-1]
    assert levels.ndim == (2 if shape[0] == 1 else 3)


def test_glyphs_keep_their_pixels() -> None:
    images = np.zeros((40, 1, 7, 5), np.float32)
    images[0, 0, 3, 2] = 1.0
    levels = card_levels(samples_sheet(images))
    assert np.argwhere(levels).tolist() == [[3, 2]]
    assert 3 * levels.shape[1] <= CARD_SIZE[0]
    assert 3 * levels.shape[0] <= CARD_SIZE[1]


def test_few_samples_make_a_smaller_sheet() -> None:
    images = np.ones((3, 1, 28, 28), np.float32)
    assert samples_sheet(images).shape == (1, 3, 1, 28, 28)
    assert card_cells((1, 28, 28)) == (9, 5)
    assert card_levels(samples_sheet(images)).shape == CARD_SIZE[::-1]


def test_levels_beyond_the_range_are_cut() -> None:
    sheet = np.full((1, 1, 1, 28, 28), 3.0, np.float32)
    sheet[..., 0, 0] = np.nan
    assert card_levels(sheet).max() == 255
