from __future__ import annotations

import math

import numpy as np
import pytest

from aegui.core.data import card as card_module
from aegui.core.data.card import ClassCount, ClosePair, card
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.i18n import set_language


def test_duplicates_and_closest_pairs() -> None:
    images = np.zeros((5, 2, 2))
    images[1, 0, 0] = images[3, 0, 0] = 1
    images[2] = 1
    images[4] = [[1, 1], [1, 0]]
    found = card(Dataset.from_images("x", images), pairs=2)
    assert found.duplicates == ((1, 3),)
    assert found.closest == (ClosePair(0, 1, 1), ClosePair(2, 4, 1))
    assert (found.compared, found.is_sampled) == (4, False)
    np.testing.assert_allclose(found.mean_image, [[[0.8, 0.4], [0.4, 0.2]]])


def test_one_sample_has_no_pairs() -> None:
    found = card(Dataset.from_images("x", np.eye(2)[np.newaxis]))
    assert found.duplicates == ()
    assert found.closest == ()
    assert found.warnings == ("There is only one image: a network can only memorise it.",)


def test_distances_of_grey_images_are_root_mean_squares() -> None:
    images = np.zeros((3, 1, 2, 2), np.float32)
    images[:, 0, 0, 1] = [0.1, 0.2, 0.9]
    images[1, 0, 1, 1] = 0.3
    found = card(Dataset.from_images("x", images), pairs=1)
    (pair,) = found.closest
    assert (pair.a, pair.b) == (0, 1)
    assert pair.distance == pytest.approx(math.sqrt((0.1**2 + 0.3**2) / 4), rel=1e-5)


def test_classes_are_counted() -> None:
    labels = ["b", "a", "b", "b", "c", "a", "a"]
    images = np.random.default_rng(0).random((7, 4, 4))
    found = card(Dataset.from_images("x", images, labels, source="s", licence="l"))
    assert found.classes == (ClassCount("a", 3), ClassCount("b", 3), ClassCount("c", 1))
    assert found.warnings == ("1 class has one sample only: c.",)
    assert (found.source, found.licence, found.image_shape) == ("s", "l", (1, 4, 4))


def test_large_sets_are_compared_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_module, "_MAX_COMPARED", 50)
    images = np.random.default_rng(0).random((200, 4, 4), dtype=np.float32)
    images[150] = images[3]
    found = card(Dataset.from_images("x", images))
    assert (found.compared, found.is_sampled) == (50, True)
    assert found.duplicates == ((3, 150),)
    assert len(found.closest) == 5


def test_all_black_images_are_said_to_be() -> None:
    black = card(Dataset.from_images("x", np.zeros((3, 4, 4))))
    assert black.warnings == ("All images are black: there is nothing to learn in them.",)
    flat = np.random.default_rng(0).random((4, 4, 4))
    flat[2] = 0.5
    some = card(Dataset.from_images("x", flat, names=["a", "b", "c", "d"]))
    assert some.warnings == ("1 image has one level all over: c.",)


def test_warnings_are_in_the_language_in_force_also_of_a_card_that_was_made_before() -> None:
    images = np.random.default_rng(0).random((5, 4, 4))
    found = card(Dataset.from_images("x", images, labels=["a", "a", "a", "a", ""]))
    assert found.warnings == ("1 class has one sample only: no label.",)
    set_language("es")
    assert found.warnings == ("1 clase tiene una sola muestra: sin etiqueta.",)


def test_a_blank_and_a_full_block_are_good_characters() -> None:
    images = np.zeros((3, 4, 4))
    images[1] = 1
    images[2, 1] = 1
    assert card(Dataset.from_images("x", images)).warnings == ()


def test_looking_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        card(Dataset.from_images("x", np.zeros((3, 4, 4))), cancelled=lambda: True)
    answers = iter([False, False])  # Stopped while pairs are compared, which comes last
    with pytest.raises(Cancelled):
        card(Dataset.from_images("x", np.eye(3)[:, None]), cancelled=lambda: next(answers, True))
