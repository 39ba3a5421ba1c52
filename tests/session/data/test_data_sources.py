"""What there is to choose from, the person's own sets, and what is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import builtin_names
from aegui.core.data.load import load_dataset
from aegui.core.data.published import DATA_DIR_VARIABLE
from aegui.core.errors import AeguiError
from aegui.session.data.data_sources import (
    DRAWINGS,
    entries,
    file_name,
    keep_drawing,
    user_path,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "downloads"))


def test_every_known_set_is_offered_with_a_picture() -> None:
    offered = entries()
    assert tuple(entry.key for entry in offered) == builtin_names()
    for entry in offered:
        assert entry.label
        assert entry.help
        assert (entry.glyph is not None) != (entry.picture is not None)
        assert entry.picture is None or entry.picture.is_file()


@pytest.mark.parametrize("key", ["symbols", "uppercase", "lowercase", "letters", "digits", "emoji"])
def test_the_sizes_that_are_told_are_true(key: str) -> None:
    entry = next(entry for entry in entries() if entry.key == key)
    dataset = load_dataset(key)
    _, height, width = dataset.image_shape
    assert entry.detail == f"{len(dataset):,} · {width} × {height}"


def test_what_has_to_be_downloaded_is_told() -> None:
    entry = next(entry for entry in entries() if entry.key == "mnist")
    assert entry.detail == "60,000 · 28 × 28 · download 11.6 MB"


def test_drawings_are_kept_and_offered(user_home: Path) -> None:
    keep_drawing(np.eye(7, 5), "ñ")
    keep_drawing(np.ones((7, 5)), "█")
    again = load_dataset(str(user_path(DRAWINGS)))
    assert again.labels == ("ñ", "█")
    assert np.array_equal(again.images[0, 0], np.eye(7, 5))
    own = [entry for entry in entries() if entry.is_users]
    assert [(entry.label, entry.key) for entry in own] == [
        ("My drawings", str(user_path(DRAWINGS)))
    ]
    with pytest.raises(AeguiError, match="size"):
        keep_drawing(np.ones((9, 9)), "x")
    assert load_dataset(str(user_path(DRAWINGS))).labels == ("ñ", "█")


def test_names_of_own_sets_are_names_of_files(user_home: Path) -> None:
    assert user_path("a/b: c").name == "a b  c.json"
    assert not file_name("..")
