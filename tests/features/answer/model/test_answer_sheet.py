"""The sheet of answers: models, the best possible answer, repairs, and reasons for no limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.corruption import corrupted
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.evaluation.bayes import read_drawing
from aegui.core.pixels.drawing_state import DrawingState, frozen
from aegui.core.recipe import CorruptionSpec
from aegui.core.run_file.saved import load_run
from aegui.features.answer.model.answer_sheet import (
    BEST,
    SHOWN,
    AnsweringModel,
    answer_sheet,
    confidence,
    is_quick_sheet,
    limit_of,
)
from aegui.paths import models_dir
from aegui.session.pixels.answers import Nearest
from tests.session.parts import codec as small_codec
from tests.session.parts import glyphs
from tests.session.pictures import grey
from tests.session.pictures import network as small_network

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

FLIP = CorruptionSpec(kind="flip", level=0.1)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return load_run(models_dir() / "letters-2d.aegui").codec(0)


@pytest.fixture(scope="module")
def nearest() -> Nearest:
    return Nearest(load_dataset("lowercase"))


@pytest.fixture
def state(nearest: Nearest) -> DrawingState:
    clean = nearest.dataset.images[1, 0]
    noisy = corrupted(clean.reshape(1, -1), FLIP, 4, (1, 7, 5)).reshape(7, 5)
    return DrawingState(frozen(noisy), frozen(clean), "a")


def test_only_what_is_quick_is_answered_at_once() -> None:
    letters, photographs = Nearest(glyphs()), Nearest(grey())
    for network, nearest, is_quick in (
        (small_codec(), letters, True),
        (small_network(conv=True), photographs, True),
        (small_network(hidden=3000), photographs, False),
    ):
        assert is_quick_sheet([AnsweringModel("", "", network)], nearest, 1, False) == is_quick


def test_each_model_and_the_best_answer_are_there(
    codec: Codec, nearest: Nearest, state: DrawingState
) -> None:
    models = [AnsweringModel(SHOWN, "this", codec), AnsweringModel("run:1", "that", codec)]
    assert is_quick_sheet(models, nearest, 1, False)
    sheet = answer_sheet(models, nearest, state, FLIP)
    assert [answer.key for answer in sheet.answers] == [SHOWN, "run:1", BEST]
    first, _, best = sheet.answers
    np.testing.assert_allclose(
        first.answer.output.reshape(-1), codec.reconstruct(state.pixels)[0], atol=1e-6
    )
    reading = read_drawing(state.pixels, nearest.dataset.images, FLIP)
    assert sheet.limit.reading is not None
    np.testing.assert_allclose(sheet.limit.reading.chances, reading.chances, rtol=1e-5, atol=1e-6)
    assert best.expected == pytest.approx(reading.expected_wrong)
    assert best.answer.binary is not None
    np.testing.assert_array_equal(best.answer.binary.reshape(-1), reading.image)
    assert state.target is not None
    wrong = int(np.count_nonzero(reading.image != (state.target.reshape(-1) > 0.5)))
    assert best.answer.wrong_count == wrong
    assert best.answer.nearest[0][0] == "a"
    assert first.expected is not None
    assert best.expected is not None
    assert first.expected >= best.expected


def test_repairs_go_on_from_the_last_answer(
    codec: Codec, nearest: Nearest, state: DrawingState
) -> None:
    models = [AnsweringModel(SHOWN, "this", codec)]
    assert not is_quick_sheet(models, nearest, 3, False)
    sheet = answer_sheet(models, nearest, state, FLIP, steps=3)
    once = codec.reconstruct(state.pixels)
    twice = codec.reconstruct(once)
    found = sheet.answers[0]
    assert found.repairs is not None
    np.testing.assert_allclose(found.answer.drawing.reshape(-1), twice[0], atol=1e-5)
    np.testing.assert_allclose(
        found.answer.output.reshape(-1), codec.reconstruct(twice)[0], atol=1e-5
    )
    assert found.repairs.codes.shape == (4, 2)


def test_the_level_is_estimated(nearest: Nearest, state: DrawingState) -> None:
    limit = limit_of(state, nearest, FLIP, estimated=True)
    assert limit.estimate is not None
    assert limit.spec.kind == "flip"
    assert limit.estimate.low <= limit.spec.level <= limit.estimate.high
    flipped = float(np.mean(state.pixels != state.target))
    assert limit.spec.level == pytest.approx(flipped, abs=0.05)


def test_it_says_why_there_is_no_limit(nearest: Nearest, state: DrawingState) -> None:
    grey = Dataset.from_images("grey", np.full((3, 7, 5), 0.4))
    assert "black and white" in limit_of(state, Nearest(grey), FLIP).reason
    large = DrawingState(frozen(np.zeros((9, 9))))
    assert "another size" in limit_of(large, nearest, FLIP).reason
    many = np.random.default_rng(0).integers(0, 2, (12_000, 7, 5))
    assert "too many" in limit_of(state, Nearest(Dataset.from_images("many", many)), FLIP).reason
    clear = CorruptionSpec(kind="salt", level=0.2)
    empty = replace(state, pixels=frozen(np.zeros((7, 5))))
    assert "cannot have made" in limit_of(empty, nearest, clear).reason
    assert limit_of(state, nearest, FLIP).reason == ""


def test_confidence_is_none_at_a_half() -> None:
    output = np.array([[0.0, 0.5, 1.0, 0.75, np.nan, 2.0]], np.float32)
    np.testing.assert_allclose(confidence(output), [[1.0, 0.0, 1.0, 0.5, 0.0, 1.0]])
