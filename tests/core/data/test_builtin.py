from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from aegui.core.data import builtin
from aegui.core.data.builtin import BUILTIN_LABELS, builtin_names, load_builtin
from aegui.core.data.report import report
from aegui.core.errors import AeguiError


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
    found = report(dataset)
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
    assert builtin_names() == ("symbols", "uppercase", "lowercase", "letters")
    assert set(BUILTIN_LABELS) == set(builtin_names())
    with pytest.raises(AeguiError, match="emoji"):
        load_builtin("emoji")


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
        load_builtin.cache_clear()
        start = time.perf_counter()
        load_builtin("letters")
        best = min(best, time.perf_counter() - start)
    assert best < 0.01


def test_neither_torch_nor_pillow_is_imported() -> None:
    code = (
        "import sys; from aegui.core.data.load import load_dataset; load_dataset('letters', 'abc');"
        "import aegui.core.data.writers, aegui.core.data.corruption, aegui.core.evaluation.bayes;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'PIL', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
