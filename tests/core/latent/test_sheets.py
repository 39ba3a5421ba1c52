"""Sheets of decoded images."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.grids import normal_quantiles
from aegui.core.latent.sheets import (
    MAX_PX,
    decoded,
    grid_of_decodes,
    sheet_image,
    sheet_scale,
    traversal,
)
from tests.core.latent.linear import groups, linear_codec


def test_each_row_moves_one_number() -> None:
    codec = linear_codec(groups(), 3)
    z = np.array([0.1, -0.2, 0.3])
    images = traversal(codec, z, (2, 0), 5, 0.5)
    assert images.shape == (2, 5, 1, 4, 3)
    for row, dim in enumerate((2, 0)):
        for column, value in enumerate(np.linspace(z[dim] - 0.5, z[dim] + 0.5, 5)):
            code = z.copy()
            code[dim] = value
            wanted = np.clip(codec.decode(code), 0, 1).reshape(1, 4, 3)
            assert images[row, column] == pytest.approx(wanted, abs=1e-6)
    ends = np.array([[-1, 0], [0, 0], [-3, 3]])
    wide = traversal(codec, z, (2,), 2, ends)
    assert wide[0, 1] == pytest.approx(
        np.clip(codec.decode([0.1, -0.2, 3.0]), 0, 1).reshape(1, 4, 3)
    )


@pytest.mark.parametrize(("dims", "steps"), [((3,), 4), ((-1,), 4), ((), 4), ((0,), 0)])
def test_numbers_that_are_none_are_refused(dims: tuple[int, ...], steps: int) -> None:
    with pytest.raises(AeguiError, match="numbers 1 to 3"):
        traversal(linear_codec(groups(), 3), np.zeros(3), dims, steps, 1.0)


def test_a_grid_goes_right_and_up() -> None:
    codec = linear_codec(groups(), 3)
    frame = axes_frame((2, 0), [0.0, 0.4, 0.0])
    xs, ys = normal_quantiles(4) / 5, [-0.3, 0.0, 0.2]
    images = grid_of_decodes(codec, frame, xs, ys)
    assert images.shape == (3, 4, 1, 4, 3)
    wanted = np.clip(codec.decode([-0.3, 0.4, xs[1]]), 0, 1).reshape(1, 4, 3)
    assert images[2, 1] == pytest.approx(wanted, abs=1e-6)
    line = grid_of_decodes(linear_codec(groups(), 1), axes_frame((0, 0), [0.0]), [0.1, 0.2], [0.0])
    assert line.shape == (1, 2, 1, 4, 3)


def test_a_sheet_has_a_pixel_between_two_images() -> None:
    images = np.zeros((2, 3, 1, 4, 5), np.float32)
    images[1, 2] = 1.0
    picture = np.asarray(sheet_image(images, scale=2))
    assert picture.shape == (2 * 9, 2 * 17)
    assert picture[:8, :10].max() == 0
    assert (picture[10:, 24:] == 255).all()
    assert (picture[:, 10:12] == 255).all()
    # Four of them in a row, two small images become 64 large.
    assert sheet_image(images.reshape(6, 1, 4, 5), 4, 1).size == (23, 9)
    assert sheet_image(images.reshape(6, 1, 4, 5)).size == (13 * 17, 13 * 9)
    assert np.asarray(sheet_image(images, scale=1, ink=True))[0, 0] == 255


def test_sheets_stay_within_bounds() -> None:
    images = np.zeros((200, 1, 60, 60), np.float32)
    assert max(sheet_image(images, 200).size) <= MAX_PX
    with pytest.raises(AeguiError, match="24,4"):
        sheet_image(images, 200, 2)


def test_what_is_decoded_in_batches_is_decoded_alike_and_can_be_stopped() -> None:
    codec = linear_codec(groups(), 3)
    codes = np.random.default_rng(0).normal(size=(2**21 // 12 + 5, 3)).astype(np.float32)
    shares: list[float] = []
    images = decoded(codec, codes, shares.append)
    assert shares == sorted(shares)
    assert len(shares) == 2  # batches
    assert images.reshape(len(codes), -1) == pytest.approx(
        np.clip(codec.decode(codes), 0, 1), abs=1e-6
    )
    answers = iter([False])  # Stopped after the first batch
    with pytest.raises(Cancelled):
        decoded(codec, codes, cancelled=lambda: next(answers, True))


def test_the_scale_of_a_sheet_is_known_before_its_images() -> None:
    images = np.zeros((7, 1, 4, 5), np.float32)
    scale = sheet_scale(images.shape[1:], len(images), 4, None)
    width, height = sheet_image(images, 4).size
    assert (width, height) == (scale * (4 * 6 - 1), scale * (2 * 5 - 1))
    with pytest.raises(AeguiError, match="The sheet would be"):
        sheet_scale((3, 64, 64), 90_000, 300, None)
