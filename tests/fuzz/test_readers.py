"""Every reader reads or refuses any input: earlier finds and new mutations."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import mutated, zip_of
from tests.fuzz.targets import CORPUS, TARGETS, read_quietly

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 5.0
"""Of the processor, for an input that should take a second on a machine that does nothing else:
what is caught are those that take minutes."""


def kept() -> list[Path]:
    return [path for target in TARGETS.values() for path in target.kept]


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.name)
def test_what_once_went_wrong_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    key, _, name = path.name.partition("--")
    copy = tmp_path / name
    copy.write_bytes(path.read_bytes())
    begun = time.process_time()
    read_quietly(TARGETS[key], copy)
    assert time.process_time() - begun < _SECONDS


def test_every_kept_input_is_of_a_target() -> None:
    assert set(kept()) == set(CORPUS.iterdir())


@pytest.mark.parametrize("key", TARGETS)
def test_examples_are_good(key: str, tmp_path: Path) -> None:
    for number, (suffix, data) in enumerate(TARGETS[key].made()):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(data)
        assert read_quietly(TARGETS[key], path) == "read", path.name


@pytest.mark.parametrize("key", TARGETS)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_mutations_are_read_or_refused(
    key: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draw = Random(seed)
    examples = TARGETS[key].examples()
    suffix, data = draw.choice(examples)
    path = tmp_path_factory.mktemp("fuzz") / f"input{suffix}"
    path.write_bytes(mutated(data, [draw.choice(examples)[1]], draw))
    read_quietly(TARGETS[key], path)


def test_mutations_reach_what_is_packed() -> None:
    draw = Random(0)
    packed = zip_of([("a.txt", b"12 34 56 78" * 20)])
    inner = {mutated(packed, [], draw)[:2] for _ in range(50)}
    assert b"PK" in inner
    assert len({mutated(packed, [], draw) for _ in range(50)}) > 40
