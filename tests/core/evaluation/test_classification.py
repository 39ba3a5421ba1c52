"""Classification figures agree with scikit-learn."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import (  # type: ignore[import-untyped]
    classification_report,
    confusion_matrix,
)

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.classification import Classification, ClassScore, classify, truth_of
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train

if TYPE_CHECKING:
    from aegui.core.data.progress import LoadProgress


def random_answers(classes: int, samples: int, seed: int, strange: int = 0) -> Classification:
    """Return random answers, half of them right; ``strange`` classes never occur."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(classes, size=samples)
    guess = draw.integers(classes, size=samples)
    predicted = np.where(draw.random(samples) < 0.5, truth, guess)
    labels = tuple(f"class {n}" for n in range(classes + strange))
    return Classification(labels, truth, predicted, draw.random(samples, np.float32))


def assert_same(score: ClassScore, theirs: dict[str, float]) -> None:
    for ours, key in (
        (score.precision, "precision"),
        (score.recall, "recall"),
        (score.f1, "f1-score"),
        (score.support, "support"),
    ):
        assert ours == pytest.approx(theirs[key], abs=1e-12), key


@pytest.mark.parametrize(("classes", "samples"), [(2, 50), (10, 1000), (26, 40)])
def test_all_figures_are_those_of_scikit_learn(classes: int, samples: int) -> None:
    answers = random_answers(classes, samples, seed=classes, strange=2)
    truth = [answers.classes[i] for i in answers.truth]
    predicted = [answers.classes[i] for i in answers.predicted]
    report = classification_report(truth, predicted, output_dict=True, zero_division=0)
    for score in answers.scores:
        if score.label in report:
            assert_same(score, report[score.label])
        else:
            assert score == ClassScore(score.label, 0.0, 0.0, 0.0, 0)
    assert_same(answers.macro, report["macro avg"])
    assert_same(answers.weighted, report["weighted avg"])
    assert answers.accuracy == pytest.approx(report["accuracy"])
    theirs = confusion_matrix(answers.truth, answers.predicted, labels=range(classes + 2))
    assert np.array_equal(answers.confusion, theirs)


def test_mistakes_come_with_the_surest_first() -> None:
    answers = Classification(
        ("a", "b"),
        np.array([0, 0, 1, 1, 0]),
        np.array([1, 0, 0, 1, 1]),
        np.array([0.6, 0.9, 0.8, 0.7, 0.95], np.float32),
    )
    assert answers.wrong == 3
    assert answers.accuracy == pytest.approx(0.4)
    assert answers.misclassified().tolist() == [4, 2, 0]
    assert answers.cell(0, 1).tolist() == [4, 0]
    assert answers.cell(1, 1).tolist() == [3]
    assert answers.cell(1, 0).tolist() == [2]


def test_labels_are_matched_by_name_not_by_place() -> None:
    images = np.zeros((3, 2, 2))
    dataset = Dataset.from_images("some", images, ["10", "2", "10"])
    assert truth_of(dataset, ("2", "7", "10"), np.array([0, 1, 2])).tolist() == [2, 0, 2]
    assert truth_of(dataset, ("7", "2"), np.array([1])).tolist() == [1]
    with pytest.raises(AeguiError, match=r"some has classes .* does not know: 10"):
        truth_of(dataset, ("2", "7"), np.array([0]))


def trained_on_digits() -> tuple[Codec, Dataset]:
    dataset = load_builtin("digits")
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits"},
            "network": {"encoder": [{"units": 64}], "latent": {"units": 16}},
            "training": {"epochs": 15, "batch_size": 100, "device": "cpu"},
            "classifier": {"pretrain": {"epochs": 0}},
        }
    )
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return Codec(recipe, dataset.image_shape, last.snapshot()), dataset


def test_a_trained_classifier_is_looked_at() -> None:
    codec, dataset = trained_on_digits()
    told: list[LoadProgress] = []
    answers = classify(codec, dataset.classes, dataset, report=told.append)
    assert len(answers) == len(dataset) == int(answers.confusion.sum())
    assert answers.accuracy > 0.95
    assert told[-1].done == told[-1].total == len(dataset)
    odds = codec.classify(dataset.flat())
    assert np.array_equal(answers.predicted, odds.argmax(axis=1))
    assert np.allclose(answers.confidence, odds.max(axis=1))
    some = np.array([5, 900, 33])
    part = classify(codec, dataset.classes, dataset, some)
    assert np.array_equal(part.predicted, answers.predicted[some])
    assert np.array_equal(part.truth, dataset.class_indices[some])
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        classify(codec, dataset.classes, dataset, cancelled=stop.is_set)
    with pytest.raises(
        AeguiError, match=r"35 pixels per sample, but the network takes 64.*8 × 8 in grey"
    ):
        classify(codec, dataset.classes, load_builtin("lowercase"))
