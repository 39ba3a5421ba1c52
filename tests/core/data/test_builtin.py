from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from aegui.core.data import builtin
from aegui.core.data.builtin import (
    BUILTIN_LABELS,
    BUILTIN_SETS,
    builtin_names,
    download_key,
    glyph_set_names,
    load_builtin,
)
from aegui.core.data.card import card
from aegui.core.data.emoji import EMOJI_GROUPS
from aegui.core.data.published import NotDownloaded
from aegui.core.errors import AeguiError
from tests.processes import python


@pytest.mark.parametrize(
    ("name", "first", "count"),
    [("symbols", 0x20, 32), ("uppercase", 0x40, 32), ("lowercase", 0x60, 32), ("letters", 32, 96)],
)
def test_sets_are_complete_and_apart(name: str, first: int, count: int) -> None:
    dataset = load_builtin(name)
    assert dataset.name == name
    assert dataset.labels == tuple(chr(code) for code in range(first, first + count))
    assert dataset.image_shape == (1, 7, 5)
    assert dataset.is_binary
    found = card(dataset)
    assert found.duplicates == ()
    assert found.closest[0].distance >= 2


def test_ends_and_names() -> None:
    letters = load_builtin("letters")
    assert not letters.images[0].any()
    assert letters.images[-1].all()
    assert (letters.names[0], letters.names[-1]) == ("space", "DEL")
    assert letters.names[letters.labels.index("a")] == "a"
    assert letters.licence == "MIT"


def test_names_are_offered_with_labels() -> None:
    images = ("emoji", "emoji-kinds", "digits", "mnist", "mnist-test", "fashion", "fashion-test")
    assert builtin_names() == (*glyph_set_names(), *images)
    assert glyph_set_names() == ("symbols", "uppercase", "lowercase", "letters")
    assert set(BUILTIN_LABELS) == set(builtin_names())
    assert [key for key, row in BUILTIN_SETS.items() if row.download] == list(images[3:])
    with pytest.raises(AeguiError, match="emoji"):
        load_builtin("emojis")


def test_digits_are_the_scans_of_scikit_learn() -> None:
    digits = load_builtin("digits")
    assert digits.images.shape == (1797, 1, 8, 8)
    assert digits.classes == tuple("0123456789")
    np.testing.assert_array_equal(
        digits.images[0, 0, 0] * 16, [0, 0, 5, 13, 9, 1, 0, 0]
    )  # the first row of the first zero
    assert set(np.unique(digits.images * 16)) == set(range(17))
    assert np.bincount(digits.class_indices).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip
    assert (digits.names[0], digits.licence) == ("0 #1", "CC BY 4.0")


def test_emojis_have_names_and_groups() -> None:
    emojis = load_builtin("emoji")
    assert emojis.images.shape == (1861, 3, 64, 64)
    assert set(emojis.classes) == set(EMOJI_GROUPS)
    assert (emojis.labels[0], emojis.names[0]) == ("Smileys & Emotion", "grinning face")
    # A face is yellow in its middle and white in its corners.
    red, green, blue = emojis.images[0, :, 20, 32]
    assert red > 0.9
    assert green > 0.7
    assert blue < 0.5
    assert (emojis.images[0, :, 0, 0] == 1.0).all()


def test_what_is_not_here_says_how_to_get_it() -> None:
    for name in ("mnist", "mnist-test"):
        assert download_key(name) == "mnist"
        with pytest.raises(NotDownloaded, match=r"MNIST .*11\.6 MB.*aegui download mnist") as told:
            load_builtin(name)
        assert told.value.key == "mnist"
        assert "Press" not in str(told.value), "a terminal has no buttons"
    assert download_key("emoji") is None


def test_mirrored_characters_are_mirrored() -> None:
    letters = load_builtin("letters")

    def image(label: str) -> Any:
        return letters.images[letters.labels.index(label), 0]

    for a, b in ("()", "<>", "[]", "/\\"):
        assert np.array_equal(image(a), image(b)[:, ::-1]), (a, b)
    for label in "AHIMOTUVWXY!|+*-_=":
        assert np.array_equal(image(label), image(label)[:, ::-1]), label


def test_reading_is_quick() -> None:
    best = 1.0
    for _ in range(5):
        builtin._drawn.cache_clear()
        builtin._glyphs.cache_clear()
        start = time.process_time()
        load_builtin("letters")
        best = min(best, time.process_time() - start)
    assert best < 0.01


def test_neither_torch_nor_pillow_is_imported() -> None:
    code = (
        "import sys; from aegui.core.data.load import load_dataset; load_dataset('letters', 'abc');"
        "import aegui.core.data.writers, aegui.core.data.corruption, aegui.core.evaluation.bayes;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'PIL', 'scipy')))"
    )
    python("-c", code)
