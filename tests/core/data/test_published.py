"""The published sets, if they are downloaded on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from aegui.core.data.card import card
from aegui.core.data.download import download, is_available
from aegui.core.data.load import load_data
from aegui.core.data.published import DATA_DIR_VARIABLE, PUBLISHED
from aegui.core.recipe import DataSpec

FOLDERS = [
    Path(os.environ.get(DATA_DIR_VARIABLE, "")),
    Path(__file__).resolve().parents[4] / "shared" / "data",
]
"""Where they may be: the folder that is told, or one beside the source tree."""


@pytest.fixture(params=sorted(PUBLISHED))
def key(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    for folder in FOLDERS:
        monkeypatch.setenv(DATA_DIR_VARIABLE, str(folder))
        if is_available(name):
            return name
    pytest.skip(f"{name} is not on this computer")


def test_the_set_is_the_published_one(key: str) -> None:
    download(key)  # all sums are right: nothing is asked for
    training = load_data(DataSpec(source=key))
    test = load_data(DataSpec(source=f"{key}-test"))
    assert training.images.shape == (60_000, 1, 28, 28)
    assert test.images.shape == (10_000, 1, 28, 28)
    assert training.classes == test.classes == tuple(sorted(PUBLISHED[key].classes))
    # Known means of the pixels.
    expected = {"mnist": 0.1307, "fashion": 0.2860}[key]
    assert float(training.images.mean(dtype=np.float64)) == pytest.approx(expected, abs=1e-4)
    counts = {one.label: one.count for one in card(test).classes}
    assert sum(counts.values()) == 10_000
    assert counts["Bag" if key == "fashion" else "1"] == (1000 if key == "fashion" else 1135)
    first = {"mnist": "5 #1", "fashion": "Ankle boot #1"}[key]
    assert training.names[0] == first
    assert load_data(DataSpec(source=key)) is training  # once in memory
    assert len(load_data(DataSpec(source=key, chars="1"))) == 6742 if key == "mnist" else True
