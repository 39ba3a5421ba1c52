from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError


def labelled(*labels: str) -> Dataset:
    return Dataset.from_images("x", np.zeros((len(labels), 2, 2)), labels)


def test_classes_are_sorted_as_numbers_or_as_text() -> None:
    numbers = labelled("10", "2", "10", "0")
    assert numbers.classes == ("0", "2", "10")
    assert numbers.class_indices.tolist() == [2, 1, 2, 0]
    assert numbers.class_indices.dtype == np.int64
    assert not numbers.class_indices.flags.writeable
    assert labelled("b", "a", "10", "b").classes == ("10", "a", "b")


def test_parts_of_a_set_number_their_classes_alike() -> None:
    whole = labelled("dress", "bag", "coat", "bag")
    assert whole.subset([3, 2, 0]).classes == whole.classes == ("bag", "coat", "dress")


def test_images_are_taken_as_they_are() -> None:
    images = np.full((2, 3, 4, 5), 0.5, np.float32)
    dataset = Dataset.over("x", images)
    assert dataset.images is images
    assert not images.flags.writeable
    assert dataset.labels == ("0", "1")
    with pytest.raises(AeguiError, match="2 images but 1 labels and 1 names"):
        Dataset.over("x", images, ["a"])
    with pytest.raises(AeguiError, match="expected N images"):
        dataset.subset([])


@pytest.mark.parametrize(
    ("place", "expected"), [(None, True), ((0, 0), False), ((9_999, 3), False)]
)
def test_binary_sets_are_recognised_to_the_last_pixel(
    place: tuple[int, int] | None, expected: bool
) -> None:
    images = np.ones((10_000, 1, 2, 2), np.float32)
    images[::2] = 0
    if place is not None:
        images[place[0], 0, place[1] // 2, place[1] % 2] = 0.5
    assert Dataset.over("x", images).is_binary is expected


def test_black_and_white_images_in_colour_are_not_binary() -> None:
    images = np.zeros((2, 3, 2, 2), np.float32)
    images[0, :, 0, 1] = 1.0
    assert not Dataset.over("x", images).is_binary
    assert Dataset.over("x", images[:, :1].copy()).is_binary


def test_a_set_is_uniform_where_nothing_tells_its_images_apart() -> None:
    images = np.full((5, 1, 8, 8), 0.25, np.float32)
    assert Dataset.from_images("same", images.copy()).is_uniform
    assert not Dataset.from_images("one", images[:1].copy()).is_uniform
    images[2, 0, 3, 3] = 0.5
    assert not Dataset.from_images("one differs", images).is_uniform


def test_sets_of_different_size_are_not_joined() -> None:
    grey, colour = np.zeros((1, 1, 8, 8)), np.zeros((1, 3, 8, 8))
    with pytest.raises(AeguiError, match=r"differ in size \(1x8x8 and 3x8x8\)"):
        Dataset.from_images("a", grey).joined(Dataset.from_images("b", colour))
