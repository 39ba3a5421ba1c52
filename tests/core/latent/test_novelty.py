"""Novelty of an image: its distance to the nearest sample."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.i18n import set_language
from aegui.core.latent.novelty import (
    COPY_RATIO,
    MAX_KNOWN,
    ReferenceSamples,
    copy_share,
    known,
    novelty,
    novelty_words,
)
from tests.core.latent.linear import groups, linear_codec


def letters() -> ReferenceSamples:
    return known(load_builtin("lowercase"), glyphs=True)


def test_own_distances_are_those_of_every_two() -> None:
    of = letters()
    far = np.count_nonzero(of.samples[:, None] != of.samples[None], axis=2)
    far = np.where(far == 0, 99, far)
    np.testing.assert_array_equal(of.nearest_distances, far.min(axis=1))


def test_a_letter_is_a_copy_of_itself() -> None:
    of = letters()
    found = novelty(of, of.samples)
    assert set(found.kinds) == {"copy"}
    assert not found.ratio.any()
    np.testing.assert_array_equal(found.nearest[:, 0], of.indices)
    assert novelty_words(of, found, of.labels.index("a")) == "copy of a"


def test_distances_are_counts_of_pixels_and_the_nearest_come_first() -> None:
    of = letters()
    image = np.random.default_rng(0).random((20, 35)).astype(np.float32)
    found = novelty(of, image)
    for row in range(20):
        far = np.count_nonzero((image[row] > 0.5) != (of.samples > 0.5), axis=1)
        np.testing.assert_array_equal(found.distances[row], np.sort(far)[:3])
        np.testing.assert_array_equal(far[found.nearest[row]], found.distances[row])
        own = of.nearest_distances[found.nearest[row, 0]]
        assert found.ratio[row] == pytest.approx(found.distances[row, 0] / own)
        kind = "copy" if found.ratio[row] <= 0.25 else "new" if found.ratio[row] >= 1 else "between"
        assert found.kinds[row] == kind


def test_half_way_from_one_to_its_nearest_is_between_the_two() -> None:
    of = letters()
    o, c = (of.samples[of.labels.index(label)] for label in "oc")
    differs = np.flatnonzero(o != c)
    middle = o.copy()
    middle[differs[::2]] = c[differs[::2]]
    found = novelty(of, middle)
    assert found.kinds == ("between",)
    assert novelty_words(of, found, 0) in {"between o and c", "between c and o"}


def test_what_is_like_none_is_new() -> None:
    of = letters()
    board = (np.indices((7, 5)).sum(axis=0) % 2).reshape(1, 35)
    found = novelty(of, board)
    assert found.kinds == ("new",)
    assert novelty_words(of, found, 0) == "new"
    assert found.ratio[0] >= 1.0


def test_images_are_compared_by_length_and_called_by_their_class() -> None:
    images = np.zeros((4, 1, 2, 2), np.float32)
    images[:, 0, 0, 0] = [0.0, 0.1, 0.5, 1.0]
    data = Dataset.from_images("x", images, [*"aabb"], ["a #1", "a #2", "b #1", "b #2"])
    of = known(data, glyphs=False)
    assert of.nearest_distances == pytest.approx([0.1, 0.1, 0.4, 0.5])
    found = novelty(of, [[0.3, 0, 0, 0], [0.05, 0, 0, 0], [np.nan, 0, 0, 0]])
    assert found.distances[0] == pytest.approx([0.2, 0.2, 0.3])
    assert found.distances[1, :2] == pytest.approx([0.05, 0.05])
    assert novelty_words(of, found, 1) == "between a and b"
    assert found.kinds[2] == "copy"
    same = known(data.subset([0, 1]), glyphs=False)
    assert novelty_words(same, novelty(same, [[0.05, 0, 0, 0]]), 0) == "between samples of a"


def test_the_same_image_twice_is_no_neighbour_of_itself() -> None:
    rows = np.array([[0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 0, 1]], np.float32).reshape(3, 1, 2, 2)
    assert known(Dataset.from_images("x", rows), glyphs=True).nearest_distances.tolist() == [
        2,
        2,
        2,
    ]
    alone = known(Dataset.from_images("x", rows[:2]), glyphs=True)
    assert alone.nearest_distances.tolist() == [2, 2]
    assert novelty(alone, rows[2]).nearest.shape == (1, 2)


def test_only_some_of_a_large_set_are_known() -> None:
    n = 2 * MAX_KNOWN + 5
    images = np.random.default_rng(1).random((n, 1, 2, 2)).astype(np.float32)
    of = known(Dataset.from_images("x", images), glyphs=False)
    assert len(of.samples) <= MAX_KNOWN
    assert of.indices[-1] > n - 5
    assert of.step == of.indices[1] == 3
    found = novelty(of, images[of.indices[7]])
    assert found.nearest[0, 0] == of.indices[7]
    assert of.title(int(of.indices[7])) == str(of.indices[7])


def test_few_are_measured_as_all_are() -> None:
    images = np.random.default_rng(2).random((6, 35))
    quick, whole = letters(), letters()
    assert len(whole.nearest_distances) == 32
    np.testing.assert_array_equal(novelty(quick, images).ratio, novelty(whole, images).ratio)


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        novelty(letters(), np.zeros((1, 35)), lambda: True)


def test_a_space_is_called_by_its_name() -> None:
    data = Dataset.from_images("x", np.eye(4).reshape(4, 2, 2), [*" abc"], ["space", *"abc"])
    assert known(data, glyphs=True).title(0) == "space"


def test_samples_are_called_in_the_language_in_force() -> None:
    images = np.eye(4).reshape(4, 2, 2)
    names = ["grinning face", "cat face", "a", "b"]
    of = known(Dataset.from_images("x", images, names, names), glyphs=False)
    assert of.kind_of(0) == "grinning face"
    set_language("es")
    assert of.kind_of(0) == "cara sonriendo"
    set_language("en")
    assert of.kind_of(0) == "grinning face"


def test_blur_is_nothing_new() -> None:
    data = groups(60)
    codec, of = linear_codec(data, size=1), known(data, glyphs=False)
    drawn = codec.reconstruct(data.flat())
    plain, beside = novelty(of, drawn), novelty(of, drawn, codec=codec)
    assert (plain.ratio > COPY_RATIO).any(), "what is drawn differs from the samples"
    assert beside.distances == pytest.approx(plain.distances)
    own = beside.nearest[:, 0] == np.arange(60)
    assert own.any()
    assert (beside.ratio <= np.maximum(plain.ratio, 1.02 * COPY_RATIO)).all()
    blurred = own & (plain.ratio > COPY_RATIO)
    assert blurred.any()
    assert beside.ratio[blurred] == pytest.approx(COPY_RATIO, rel=0.05)
    assert {beside.kinds[row] for row in np.flatnonzero(blurred)} == {"between"}, "no copies"
    row = int(np.flatnonzero(blurred)[0])
    assert beside.redrawn[row]
    name = of.kind_of(int(beside.nearest[row, 0]))
    assert novelty_words(of, beside, row) == f"{name} as the network draws it"
    assert not plain.redrawn.any(), "without a network nothing is known of what it draws"
    assert novelty_words(of, plain, row) != novelty_words(of, beside, row)
    far = np.ones((1, 12), np.float32) * 5
    assert novelty(of, far, codec=codec).kinds == ("new",)


def test_a_copy_is_far_nearer_to_one_sample_than_to_all_others() -> None:
    assert copy_share(0.0, 2.0) == copy_share(0.1, 2.0) == 1.0
    assert copy_share(1.0, 2.0) == copy_share(1.9, 2.0) == 0.0
    shares = [copy_share(first, 2.0) for first in np.linspace(0.2, 0.7, 20)]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) > 15, "it fades"
    assert copy_share(0.4, 2.0) == pytest.approx(copy_share(4.0, 20.0))


@pytest.mark.parametrize("pair", [(0.0, 0.0), (1.0, 1.0), (np.nan, 1.0), (1.0, np.nan)])
def test_of_two_that_are_alike_it_is_a_copy_of_neither(pair: tuple[float, float]) -> None:
    assert copy_share(*pair) == 0.0
