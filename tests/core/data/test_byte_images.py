"""Images stored as bytes that are read as floats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.byte_images import ByteImages, as_images, is_mapped, memory_of
from aegui.core.data.dataset import Dataset, same_data
from aegui.core.training.step.samples import as_numbers, pick_into

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LEVELS = np.arange(4 * 8 * 8, dtype=np.uint8).reshape(4, 1, 8, 8)
NUMBERS = LEVELS.astype(np.float32) / np.float32(255.0)


@pytest.fixture(params=["memory", "file"])
def images(request: pytest.FixtureRequest, tmp_path: Path) -> NDArray[np.float32]:
    if request.param == "memory":
        return ByteImages.over(LEVELS)
    np.save(tmp_path / "x.npy", LEVELS)
    return ByteImages.over(np.load(tmp_path / "x.npy", mmap_mode="r"))


def test_it_is_read_like_an_array(images: NDArray[np.float32]) -> None:
    assert (images.shape, images.ndim, images.size) == (NUMBERS.shape, 4, NUMBERS.size)
    assert (images.dtype, images.nbytes, len(images)) == (NUMBERS.dtype, NUMBERS.nbytes, 4)
    every_other = np.array([True, False] * 2)
    for key in (0, -1, slice(1, 3), [2, 0], (slice(None), 0), (..., 3), every_other):
        assert np.array_equal(images[key], NUMBERS[key])
        assert images[key].dtype == np.float32
    assert np.array_equal(images, NUMBERS)
    assert np.array_equal(images * np.float32(2), NUMBERS * 2)
    assert np.array_equal((images > 0.5), NUMBERS > 0.5)
    assert (images.min(), images.max()) == (NUMBERS.min(), NUMBERS.max())
    assert np.array_equal(images.min(axis=1), NUMBERS.min(axis=1))
    assert np.array_equal(np.max(images, axis=0, keepdims=True), NUMBERS.max(axis=0, keepdims=True))
    assert images.max(axis=0).dtype == np.float32
    assert np.array_equal(images.mean(axis=1), NUMBERS.mean(axis=1))
    assert np.array_equal(np.concatenate([images, images[:1]]), [*NUMBERS, NUMBERS[0]])
    assert all(np.array_equal(a, b) for a, b in zip(images, NUMBERS, strict=True))
    with pytest.raises(IndexError):
        images[4]


def test_an_attribute_that_no_array_has_converts_no_pixels() -> None:
    class Counted(ByteImages):
        read = 0

        def __getitem__(self, key: Any) -> Any:
            self.read += 1
            return super().__getitem__(key)

    images = Counted(LEVELS)
    assert not hasattr(images, "as_type")
    assert images.read == 0
    assert np.array_equal(images.astype(np.float64), NUMBERS)


def test_no_conversion_goes_without_a_copy() -> None:
    with pytest.raises(ValueError, match="without a copy"):
        ByteImages(LEVELS).__array__(copy=False)


def test_a_set_of_them_is_one_of_their_numbers(images: NDArray[np.float32]) -> None:
    kept, plain = Dataset.over("x", images), Dataset.over("x", NUMBERS)
    assert same_data(kept, plain)
    assert not kept.images.flags.writeable
    assert isinstance(kept.flat(), ByteImages)
    assert np.array_equal(kept.flat()[1:3], plain.flat()[1:3])
    assert (kept.is_binary, kept.is_uniform) == (plain.is_binary, plain.is_uniform)
    assert same_data(kept.subset([3, 1]), plain.subset([3, 1]))
    assert same_data(kept.joined(plain), plain.joined(kept))


def test_what_holds_them_is_a_quarter_as_large(images: NDArray[np.float32]) -> None:
    assert memory_of(images).nbytes * 4 == images.nbytes
    assert memory_of(NUMBERS) is NUMBERS
    assert as_images(images) is images
    assert as_images([1.0]).dtype == np.float32
    flat = images.reshape(4, -1)
    assert is_mapped(images) == is_mapped(flat) == isinstance(memory_of(images), np.memmap)


def test_a_training_makes_the_very_same_numbers_of_bytes() -> None:
    rows = torch.arange(256, dtype=torch.uint8)[None, :, None]
    wanted = np.arange(256, dtype=np.float32) / np.float32(255.0)
    assert np.array_equal(as_numbers(rows)[0, :, 0].numpy(), wanted)
    out = torch.empty(1, 3, 1)
    pick_into(rows, torch.tensor([255, 0, 7]), out)
    assert np.array_equal(out[0, :, 0].numpy(), wanted[[255, 0, 7]])
