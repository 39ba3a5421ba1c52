from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.session.data.image_style import (
    GLYPHS,
    ImageStyle,
    grey_levels,
    ground_shares,
    image_style_of,
    photo_argb,
    reduced,
    without_ground,
)
from tests.session.parts import glyphs
from tests.session.pictures import colour, grey


def test_glyphs_are_told_from_images() -> None:
    assert image_style_of(glyphs()) == GLYPHS
    assert image_style_of(grey()) == ImageStyle(glyphs=False, ground=0.0)
    assert image_style_of(colour()) == ImageStyle(glyphs=False, ground=1.0)
    black_and_white = np.ones((4, 3, 6, 6), np.float32)
    assert not image_style_of(Dataset.from_images("rgb", black_and_white)).glyphs


def test_glyphs_with_labels_of_several_letters_are_no_characters() -> None:
    images = np.eye(4, 64, dtype=np.float32).reshape(4, 1, 8, 8)
    for labels, are_characters in ((tuple("abcd"), True), (("cat", "dog", "cat", "dog"), False)):
        dataset = Dataset.from_images("shapes", images, labels)
        assert image_style_of(dataset).glyphs
        assert image_style_of(dataset).characters == dataset.is_of_characters == are_characters
    assert not Dataset.from_images("same", images[[0, 0]], ("a", "b")).is_of_characters
    assert not Dataset.from_images("grey", images / 2, tuple("abcd")).is_of_characters


def test_levels_are_rounded_and_bounded() -> None:
    levels = grey_levels([[0.0, 0.5, 1.0, -3.0, 7.0, np.nan, np.inf, -np.inf]])
    assert levels.tolist() == [[0, 128, 255, 0, 255, 0, 255, 0]]


@pytest.mark.parametrize("lead", [(), (4,), (2, 3)])
def test_pixels_are_packed_as_opaque_argb(lead: tuple[int, ...]) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (*lead, 3, 5, 4), np.uint8)
    red, green, blue = (levels[..., channel, :, :].astype(int) for channel in range(3))
    packed = photo_argb(levels)
    assert packed.dtype == np.uint32
    assert np.array_equal(packed, (255 << 24) + (red << 16) + (green << 8) + blue)
    grey = photo_argb(levels[..., :1, :, :])
    assert grey.dtype == np.uint32
    assert np.array_equal(grey, (255 << 24) + (red << 16) + (red << 8) + red)


@pytest.mark.parametrize("most", [1, 3, 8, 16])
def test_reducing_takes_the_means_of_squares(most: int) -> None:
    image = np.random.default_rng(0).random((2, 3, 16, 12), dtype=np.float32)
    small = reduced(image, most)
    step = {1: 12, 3: 6, 8: 2, 16: 1}[most]
    assert small.shape == (2, 3, 16 // step, 12 // step)
    expected = image[..., :step, :step].mean(axis=(-2, -1))
    assert np.allclose(small[..., 0, 0], expected, atol=1e-6)


def test_ground_is_what_reaches_an_edge_and_not_what_is_enclosed() -> None:
    levels = np.full((1, 3, 20, 20), 255, np.uint8)
    levels[0, :, 5:15, 5:15] = 40
    levels[0, :, 9:11, 9:11] = 255
    shares = ground_shares(levels, ImageStyle(glyphs=False, ground=1.0))[0]
    assert shares[0, 0] == shares[2, 10] == 255
    assert not shares[5:15, 5:15].any()
    dark = ground_shares(255 - levels, ImageStyle(glyphs=False, ground=0.0))[0]
    np.testing.assert_array_equal(dark, shares)


@pytest.mark.parametrize("count", [1, 9])
def test_ground_goes_around_corners_but_through_no_small_gap(count: int) -> None:
    levels = np.full((count, 3, 24, 24), 255, np.uint8)
    levels[:, :, 2:22, 2:22] = 40
    # A passage that turns twice, and a room behind a gap of one pixel.
    levels[:, :, 2:9, 4:8] = levels[:, :, 6:9, 4:18] = levels[:, :, 6:14, 15:18] = 255
    levels[:, :, 12:17, 6:11] = levels[:, :, 17:22, 8] = 255
    shares = ground_shares(levels, ImageStyle(glyphs=False, ground=1.0))
    assert (shares[:, 12, 16] == 255).all()
    assert not shares[:, 12:17, 6:11].any()
    assert not shares[:, 10, 5].any()


def test_without_its_ground_an_image_is_the_same_over_white() -> None:
    levels = np.random.default_rng(4).integers(0, 256, (5, 3, 16, 16)).astype(np.uint8)
    levels[:, :, :4] = 250
    bare = without_ground(levels, ImageStyle(glyphs=False, ground=1.0)).astype(int)
    assert bare.shape == (5, 4, 16, 16)
    np.testing.assert_array_equal(bare[:, :3] + (255 - bare[:, 3:]), levels)
    assert (bare[:, 3, :4] < 64).all()
