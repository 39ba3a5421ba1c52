from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from aegui.core.recipe import CorruptionSpec
from aegui.features.drawing.model.noise_sheet import LEVELS, clean_of, fits, noise_sheet
from aegui.session.pixels.drawing import Drawing

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

GLYPH = np.eye(7, 5)


def copier(shape: tuple[int, int, int] = (1, 7, 5)) -> Codec:
    """Return a network that reproduces its input."""
    fake: Any = SimpleNamespace(
        reconstruct=lambda rows: rows, image_shape=shape, can_encode=True, pixels=35
    )
    return cast("Codec", fake)


def test_each_level_adds_to_the_noise_of_the_one_before() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    drawing.apply_noise(CorruptionSpec(kind="flip", level=0.4), seed=1)
    assert np.array_equal(clean_of(drawing.state), GLYPH)
    sheet = noise_sheet(drawing.state, "flip", 3, [("copy", copier())])
    assert sheet.noisy.shape == (len(LEVELS), 7, 5)
    assert np.array_equal(sheet.noisy[0], GLYPH)
    flipped = [set(map(tuple, np.argwhere(image != GLYPH).tolist())) for image in sheet.noisy]
    assert all(a <= b for a, b in pairwise(flipped))
    (row,) = sheet.rows
    assert row.name == "copy"
    assert row.wrong == tuple(map(len, flipped))
    assert row.error[0] == 0.0


def test_a_drawing_of_which_nothing_is_known_is_its_own_target() -> None:
    drawing = Drawing(7, 5)
    drawing.paste(GLYPH)
    assert np.array_equal(clean_of(drawing.state), GLYPH)
    sheet = noise_sheet(drawing.state, "block", 0, [])
    assert sheet.rows == ()
    assert (sheet.noisy <= GLYPH).all()


def test_only_networks_that_can_answer_are_asked() -> None:
    assert fits(copier(), (1, 7, 5))
    assert not fits(copier((1, 5, 7)), (1, 7, 5))
    gan: Any = SimpleNamespace(image_shape=(1, 7, 5), can_encode=False)
    assert not fits(gan, (1, 7, 5))
