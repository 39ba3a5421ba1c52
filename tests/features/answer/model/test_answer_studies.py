"""Confusions and outliers of a network: results, refusals, and their service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.outliers import reconstruction_errors
from aegui.core.recipe import CorruptionSpec
from aegui.core.run_file.saved import load_run
from aegui.features.answer.model.answer_sheet import SHOWN, AnsweringModel
from aegui.features.answer.model.answer_studies import (
    measured_outliers,
    mix_ups,
    other_sets,
    why_no_mix_ups,
)
from aegui.features.answer.model.answer_study_service import AnswerStudies
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.latent.codec import Codec

FLIP = CorruptionSpec(kind="flip", level=0.15)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return load_run(models_dir() / "letters-2d.aegui").codec(0)


@pytest.fixture(scope="module")
def letters() -> Dataset:
    return load_dataset("lowercase", "abceo")


def test_mixed_pairs_come_first_then_the_hardest(codec: Codec, letters: Dataset) -> None:
    found = mix_ups(codec, "net", letters, FLIP)
    assert {(pair.first, pair.second) for pair in found.pairs} == {
        (i, j) for i in range(5) for j in range(i + 1, 5)
    }
    models = [pair.model for pair in found.pairs]
    assert models == sorted(models, reverse=True)
    rows = letters.flat()
    for pair in found.pairs:
        assert pair.distance == int(np.count_nonzero(rows[pair.first] != rows[pair.second]))
        assert 0.0 <= pair.best <= 1.0
    assert found.pairs[0].is_mixed, "a code of two numbers mixes more than it has to"


def test_it_says_why_pairs_cannot_be_compared(codec: Codec, letters: Dataset) -> None:
    assert "Train a network" in why_no_mix_ups(None, letters, glyphs=True)
    assert "black and white" in why_no_mix_ups(codec, letters, glyphs=False)
    large = Dataset.from_images("large", np.eye(9)[np.newaxis])
    assert "do not fit" in why_no_mix_ups(codec, large, glyphs=True)
    many = Dataset.from_images("many", np.zeros((501, 7, 5)))
    assert "501" in why_no_mix_ups(codec, many, glyphs=True)
    assert why_no_mix_ups(codec, letters, glyphs=True) == ""


def test_outliers_of_another_set(codec: Codec, letters: Dataset) -> None:
    bench = measured_outliers(codec, letters, "uppercase")
    np.testing.assert_allclose(
        bench.inside, reconstruction_errors(codec, letters.images), rtol=1e-5, atol=1e-6
    )
    assert bench.outside is not None
    assert len(bench.outside) == 32
    larger = bench.outside[:, np.newaxis] > bench.inside
    assert bench.auc == pytest.approx(larger.mean())
    assert measured_outliers(codec, letters, "").outside is None
    with pytest.raises(AeguiError, match="same size"):
        measured_outliers(codec, letters, "digits")
    assert other_sets((1, 7, 5)) == ("symbols", "uppercase", "lowercase", "letters")
    assert "digits" in other_sets((1, 8, 8))


def test_samples_held_out_stand_for_the_set(codec: Codec, letters: Dataset) -> None:
    held_out = np.array([1, 3])
    bench = measured_outliers(codec, letters, "", held_out=held_out)
    whole = measured_outliers(codec, letters, "")
    np.testing.assert_allclose(bench.inside, whole.inside[held_out], rtol=1e-5)


def test_the_service_keeps_what_it_found(qtbot: QtBot, codec: Codec, letters: Dataset) -> None:
    service = AnswerStudies()
    model = AnsweringModel(SHOWN, "net", codec)
    with qtbot.waitSignal(service.compared):
        service.compare(model, letters, FLIP)
    assert service.mix_ups is not None
    assert service.mix_ups.name == "net"
    assert service.mixing is codec
    with qtbot.waitSignal(service.measured):
        service.measure(model, letters, "")
    assert service.outliers is not None
    assert service.outliers.bench.inside.shape == (5,)
    with qtbot.waitSignal(service.errors.failed) as told:
        service.measure(model, letters, "/no/such/file.png")
    assert "file.png" in told.args[0]
    grey = Dataset.from_images("grey", np.full((3, 7, 5), 0.4))
    with qtbot.waitSignal(service.pairs.failed) as refused:
        service.compare(model, grey, FLIP)
    assert "black and white" in refused.args[0]
    service.shutdown()
