from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from aegui.core.data.corruption import (
    block_sizes,
    corrupt_into,
    corrupted,
    corruption_key,
    corruption_words,
    parse_corruption,
)
from aegui.core.errors import AeguiError
from aegui.core.recipe import CorruptionSpec

KINDS = ("none", "salt_pepper", "flip", "gaussian", "masking", "salt", "pepper")
N = 200_000


def spec(kind: str, level: float) -> CorruptionSpec:
    return CorruptionSpec.model_validate({"kind": kind, "level": level})


def draw(kind: str, level: float, clean: float, with_torch: bool, seed: int = 0) -> np.ndarray:
    if not with_torch:
        return corrupted(np.full(N, clean), spec(kind, level), seed)
    out = torch.empty(N)
    generator = torch.Generator().manual_seed(seed)
    corrupt_into(torch.full((N,), clean), out, spec(kind, level), generator)
    return out.numpy()


@pytest.mark.parametrize("with_torch", [True, False])
@pytest.mark.parametrize(
    ("kind", "level", "share_on_if_off", "share_on_if_on"),
    [
        ("none", 0.0, 0.0, 1.0),
        ("flip", 0.15, 0.15, 0.85),
        ("flip", 1.0, 1.0, 0.0),
        ("salt_pepper", 0.2, 0.1, 0.9),
        ("salt_pepper", 0.9, 0.45, 0.55),
        ("salt_pepper", 1.0, 0.5, 0.5),
        ("masking", 0.3, 0.0, 0.7),
        ("masking", 1.0, 0.0, 0.0),
        ("salt", 0.3, 0.3, 1.0),
        ("salt", 1.0, 1.0, 1.0),
        ("pepper", 0.3, 0.0, 0.7),
    ],
)
def test_shares_of_lit_pixels(
    kind: str, level: float, share_on_if_off: float, share_on_if_on: float, with_torch: bool
) -> None:
    for clean, share in ((0.0, share_on_if_off), (1.0, share_on_if_on)):
        out = draw(kind, level, clean, with_torch)
        assert set(np.unique(out)) <= {0.0, 1.0}
        sigma = np.sqrt(share * (1 - share) / N)
        assert out.mean() == pytest.approx(share, abs=5 * sigma + 1e-12)


@pytest.mark.parametrize("with_torch", [True, False])
def test_gaussian_is_centred_and_clipped(with_torch: bool) -> None:
    out = draw("gaussian", 0.1, 0.5, with_torch)
    assert out.mean() == pytest.approx(0.5, abs=2e-3)
    assert out.std() == pytest.approx(0.1, abs=2e-3)
    edge = draw("gaussian", 0.3, 0.0, with_torch)
    assert (edge == 0.0).mean() == pytest.approx(0.5, abs=0.01)
    assert edge.min() >= 0.0
    assert edge.max() <= 1.0


@pytest.mark.parametrize("with_torch", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_level_zero_changes_nothing_and_grey_is_kept(kind: str, with_torch: bool) -> None:
    assert (draw(kind, 0.0, 0.3, with_torch) == np.float32(0.3)).all()


@pytest.mark.parametrize("with_torch", [True, False])
def test_grey_pixels_are_inverted_or_replaced_whole(with_torch: bool) -> None:
    flipped = draw("flip", 0.5, 0.25, with_torch)
    assert set(np.unique(flipped)) == {0.25, 0.75}
    salted = draw("salt_pepper", 0.5, 0.25, with_torch)
    assert set(np.unique(salted)) == {0.0, 0.25, 1.0}
    assert (salted == 0.25).mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_noise(kind: str) -> None:
    for with_torch in (True, False):
        a, b = (draw(kind, 0.3, 1.0, with_torch, seed=4) for _ in range(2))
        assert np.array_equal(a, b)


def test_every_copy_of_a_broadcast_set_is_drawn_apart() -> None:
    clean = (torch.arange(32 * 35) % 3 == 0).float().reshape(1, 32, 35)
    out = torch.empty(7, 32, 35)
    before = clean.clone()
    corrupt_into(clean, out, spec("flip", 0.5), torch.Generator().manual_seed(0))
    assert torch.equal(clean, before)
    assert len({bytes(copy.numpy().tobytes()) for copy in out}) == 7


def test_images_given_are_not_written_to() -> None:
    images = np.ones((2, 3, 3), np.float32)
    images.setflags(write=False)
    assert corrupted(images, spec("masking", 1.0), 0).sum() == 0
    assert images.sum() == 18


@pytest.mark.parametrize("with_torch", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_block_is_one_rectangle_anywhere_with_its_share_of_the_area(
    channels: int, with_torch: bool
) -> None:
    sizes = {(high, wide): chance for chance, high, wide in block_sizes(0.25, 7, 5)}
    assert sizes == {(3, 2): 0.25, (3, 3): 0.25, (4, 2): 0.25, (4, 3): 0.25}
    shape = (channels, 7, 5)
    clean = np.full((2000, channels * 35), 0.5, np.float32)
    if with_torch:
        out = torch.empty(2, 1000, channels * 35)
        generator = torch.Generator().manual_seed(3)
        clean_rows = torch.from_numpy(clean[:1000])
        corrupt_into(clean_rows, out, spec("block", 0.25), generator, shape)
        noisy = out.numpy().reshape(2000, *shape)
    else:
        noisy = corrupted(clean, spec("block", 0.25), 3, shape).reshape(2000, *shape)
    assert (clean == 0.5).all()
    drawn, corners = Counter[tuple[int, int]](), set()
    for image in noisy:
        places = np.argwhere(image[0] == 0.0)
        (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
        high, wide = int(bottom - top + 1), int(right - left + 1)
        assert len(places) == high * wide
        drawn[high, wide] += 1
        assert all(np.array_equal(image[0], other) for other in image)
        corners.add((int(top), int(left), high, wide))
    assert all(drawn[size] / 2000 == pytest.approx(0.25, abs=0.05) for size in sizes)
    assert corners == {
        (row, column, high, wide)
        for high, wide in sizes
        for row in range(8 - high)
        for column in range(6 - wide)
    }


@pytest.mark.parametrize("level", [0.0, 0.02, 0.2, 0.3, 0.36, 0.5, 0.97, 1.0])
def test_a_block_has_the_share_of_its_level_on_the_average(level: float) -> None:
    sizes = block_sizes(level, 7, 5)
    assert sum(chance for chance, _, _ in sizes) == pytest.approx(1.0)
    assert sum(chance * high * wide for chance, high, wide in sizes) == pytest.approx(35 * level)
    ones = np.ones((6000, 35), np.float32)
    out, generator = torch.empty(6000, 35), torch.Generator().manual_seed(1)
    corrupt_into(torch.from_numpy(ones), out, spec("block", level), generator, (1, 7, 5))
    drawn = corrupted(ones, spec("block", level), 1, (1, 7, 5))
    for noisy in (out.numpy(), drawn):
        assert 1.0 - noisy.mean() == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize("with_torch", [True, False])
def test_blocks_of_nothing_and_of_everything(with_torch: bool) -> None:
    for level, left in ((0.0, 1.0), (1.0, 0.0)):
        if with_torch:
            out = torch.empty(4, 35)
            generator = torch.Generator().manual_seed(0)
            corrupt_into(torch.ones(4, 35), out, spec("block", level), generator, (1, 7, 5))
            assert (out == left).all()
        else:
            noisy = corrupted(np.ones((4, 35)), spec("block", level), 0, (1, 7, 5))
            assert (noisy == left).all()


def test_a_block_needs_the_shape_of_the_images() -> None:
    with pytest.raises(ValueError, match="shape"):
        corrupted(np.ones((2, 35)), spec("block", 0.2), 0)


def test_noise_of_level_zero_is_called_none_whatever_its_kind() -> None:
    assert corruption_words(spec("salt_pepper", 0.2)) == "Salt and pepper 0.2"
    for kind in KINDS:
        assert corruption_words(spec(kind, 0.0)) == "None"


def test_parse() -> None:
    assert parse_corruption("salt_pepper:0.2") == spec("salt_pepper", 0.2)
    assert parse_corruption(" Salt-Pepper : 0.2 ") == spec("salt_pepper", 0.2)
    assert parse_corruption("gaussian:1.5") == spec("gaussian", 1.5)
    assert parse_corruption("block:0.3") == spec("block", 0.3)
    assert parse_corruption("salt:0.3") == spec("salt", 0.3)
    assert parse_corruption("none") == CorruptionSpec()
    for key in ("none", "flip:0", "salt_pepper:0.2", "gaussian:1.5"):
        assert corruption_key(parse_corruption(key)) == key
    with pytest.raises(AeguiError, match=r"such as 0\.2 with a point"):
        parse_corruption("flip:0,2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("salt_peper:0.2", "salt_pepper"),
        ("xyz:0.2", "masking"),
        ("flip", "from 0 to 1"),
        ("flip:much", "from 0 to 1"),
        ("flip:1.5", "from 0 to 1"),
        ("flip:nan", "from 0 to 1"),
        ("gaussian:-1", "0 or more"),
        ("gaussian:inf", "0 or more"),
    ],
)
def test_parse_refuses(text: str, message: str) -> None:
    with pytest.raises(AeguiError, match=message) as caught:
        parse_corruption(text)
    assert text in str(caught.value)
