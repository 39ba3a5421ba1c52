from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.session.data.looks import GLYPHS, Look, grey_levels, look_of, reduced
from tests.session.parts import glyphs
from tests.session.pictures import colour, grey


def test_glyphs_are_told_from_images() -> None:
    assert look_of(glyphs()) == GLYPHS
    assert look_of(grey()) == Look(glyphs=False, ground=0.0)
    assert look_of(colour()) == Look(glyphs=False, ground=1.0)
    black_and_white = np.ones((4, 3, 6, 6), np.float32)
    assert not look_of(Dataset.from_images("rgb", black_and_white)).glyphs


def test_levels_are_rounded_and_bounded() -> None:
    levels = grey_levels([[0.0, 0.5, 1.0, -3.0, 7.0, np.nan, np.inf, -np.inf]])
    assert levels.tolist() == [[0, 128, 255, 0, 255, 0, 255, 0]]


@pytest.mark.parametrize("most", [1, 3, 8, 16])
def test_reducing_takes_the_means_of_squares(most: int) -> None:
    image = np.random.default_rng(0).random((2, 3, 16, 12), dtype=np.float32)
    small = reduced(image, most)
    step = {1: 12, 3: 6, 8: 2, 16: 1}[most]
    assert small.shape == (2, 3, 16 // step, 12 // step)
    expected = image[..., :step, :step].mean(axis=(-2, -1))
    assert np.allclose(small[..., 0, 0], expected, atol=1e-6)
