from __future__ import annotations

import numpy as np
import pytest

from aegui.core.pixels.shapes import PixelBox
from aegui.core.pixels.transforms import (
    as_kind,
    fitted,
    flipped,
    in_part,
    moved,
    placed,
    rolled,
    shifted,
    turned,
)

GLYPH = (np.arange(35).reshape(7, 5) / 34).astype(np.float32)


def test_a_roll_loses_nothing_and_comes_back() -> None:
    once = rolled(GLYPH, 1, -2)
    assert once[1, 0] == GLYPH[0, 2]
    assert once[0, 4] == GLYPH[6, 1]
    assert np.array_equal(rolled(once, 6, 2), GLYPH)


def test_a_shift_loses_what_leaves() -> None:
    down = shifted(GLYPH, 2, 0, 1.0)
    assert (down[:2] == 1.0).all()
    assert np.array_equal(down[2:], GLYPH[:5])
    assert (shifted(GLYPH, 0, -5, 0.0) == 0.0).all()


@pytest.mark.parametrize("image", [GLYPH, np.stack([GLYPH, GLYPH / 2, GLYPH / 3])])
def test_flips_and_turns_undo_themselves(image: np.ndarray) -> None:
    assert np.array_equal(flipped(flipped(image, "horizontal"), "horizontal"), image)
    assert flipped(image, "vertical")[..., 0, 0].tolist() == image[..., 6, 0].tolist()
    assert np.array_equal(turned(turned(image, 2, 0.0), 2, 0.0), image)
    assert np.array_equal(turned(image, 0, 0.0), image)


def test_a_turn_of_a_square_is_clockwise() -> None:
    square = np.arange(4, dtype=np.float32).reshape(2, 2)
    assert turned(square, 1, 0.0).tolist() == [[2, 0], [3, 1]]
    assert turned(square, 3, 0.0).tolist() == [[1, 3], [0, 2]]


def test_a_glyph_is_turned_about_its_middle_pixel() -> None:
    turned_once = turned(GLYPH, 1, 0.25)
    assert turned_once.shape == (7, 5)
    assert turned_once[3, 2] == GLYPH[3, 2]
    # The pixel above the middle comes to its right; what lay outside is the ground.
    assert turned_once[3, 3] == GLYPH[2, 2]
    assert (turned_once[0] == 0.25).all()
    assert (turned_once[6] == 0.25).all()
    back = turned(turned_once, 3, 0.0)
    assert np.array_equal(back[1:6], GLYPH[1:6])


def test_another_size_keeps_the_middle() -> None:
    larger = fitted(GLYPH, 9, 8, 0.5)
    assert np.array_equal(larger[1:8, 1:6], GLYPH)
    assert larger[0, 0] == 0.5
    assert np.array_equal(fitted(larger, 7, 5, 0.0), GLYPH)


def test_a_part_is_moved_off_the_ground() -> None:
    out = moved(GLYPH, PixelBox(0, 0, 2, 2), 5, 3, 0.0)
    assert (out[:2, :2] == 0.0).all()
    assert np.array_equal(out[5:, 3:], GLYPH[:2, :2])
    gone = moved(GLYPH, PixelBox(0, 0, 2, 2), 6, 4, 0.0)
    assert gone[6, 4] == GLYPH[0, 0]
    assert np.array_equal(moved(GLYPH, PixelBox(0, 0, 7, 5), 0, 0, 0.0), GLYPH)


def test_placing_cuts_at_the_edges_and_knows_colours() -> None:
    part = np.ones((3, 3), np.float32)
    assert placed(np.zeros((4, 4), np.float32), part, -2, 3).sum() == 1
    assert placed(np.zeros((4, 4), np.float32), part, 9, 9).sum() == 0
    assert placed(np.zeros((3, 4, 4), np.float32), part, 0, 0).sum() == 27
    colour = np.stack([part, part * 0, part * 0])
    grey = placed(np.zeros((4, 4), np.float32), colour, 0, 0)
    assert grey[0, 0] == pytest.approx(1 / 3)


def test_an_edit_of_a_part_leaves_the_rest() -> None:
    out = in_part(GLYPH, PixelBox(0, 0, 1, 5), lambda part: 1.0 - part)
    assert np.array_equal(out[1:], GLYPH[1:])
    assert np.array_equal(out[0], 1.0 - GLYPH[0])
    assert np.array_equal(in_part(GLYPH, None, lambda part: part * 0), GLYPH * 0)


def test_kinds_of_pixels() -> None:
    assert set(np.unique(as_kind(GLYPH, "binary"))) == {0.0, 1.0}
    colour = as_kind(GLYPH, "colour")
    assert colour.shape == (3, 7, 5)
    assert np.allclose(as_kind(colour, "grey"), GLYPH)
    assert as_kind(colour, "colour") is colour
