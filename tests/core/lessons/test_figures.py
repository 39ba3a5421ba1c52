"""Figures of lessons compared with values known independently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.corruption import parse_corruption
from aegui.core.data.load import load_dataset
from aegui.core.evaluation.limits import limit
from aegui.core.lessons.figures import (
    BY_HAND,
    LESSON_FIGURES,
    LessonSubject,
    figure_of,
    measure,
    value_words,
)
from aegui.core.lessons.trial import subject_of, trained
from aegui.core.recipe import (
    DataSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)

RECIPE = Recipe(
    name="small",
    data=DataSpec(source="lowercase", chars="abcdef"),
    network=NetworkSpec(encoder=(LayerSpec(units=12),)),
    training=TrainingSpec(epochs=300, optimizer=OptimizerSpec(learning_rate=0.02)),
)


@pytest.fixture(scope="module")
def subject() -> LessonSubject:
    return subject_of(trained(RECIPE)[0])


def test_every_figure_can_be_had_of_a_network(subject: LessonSubject) -> None:
    prior = {"kl"}
    keys = [key for key in LESSON_FIGURES if key not in BY_HAND | prior]
    found = measure(subject, keys)
    assert set(found) == set(keys)
    assert all(np.isfinite(value) for value in found.values())


def test_known_values(subject: LessonSubject) -> None:
    assert subject.result is not None
    keys = ("worst", "code_size", "parameters", "mse", "runs_at_goal", "code_spread")
    found = measure(subject, keys)
    assert found["worst"] == subject.result.wrong_max
    assert found["code_size"] == 2
    assert found["parameters"] == 35 * 12 + 12 + 12 * 2 + 2 + 2 * 12 + 12 + 12 * 35 + 35
    codec = subject.codec
    assert codec is not None
    rows = subject.dataset.flat()
    difference = codec.reconstruct(rows) - rows
    assert found["mse"] == pytest.approx(float(np.square(difference).mean()), rel=1e-4)
    assert found["runs_at_goal"] == float(subject.result.wrong_max <= 1)
    spread = float(np.sqrt(codec.encode(rows).var(axis=0).mean()))
    assert found["code_spread"] == pytest.approx(spread, rel=1e-4)


def test_noise_and_its_limit(subject: LessonSubject) -> None:
    found = measure(subject, ("wrong@flip:0.1", "limit@flip:0.1", "wrong@none", "exact@none"))
    assert 0 < found["limit@flip:0.1"] < found["wrong@flip:0.1"]
    # Where it has to be drawn it is that which panels, studies and the command line name.
    key, whole = "limit@salt_pepper:0.2", replace(subject, dataset=load_dataset("lowercase"))
    named = limit(whole.dataset.flat(), parse_corruption("salt_pepper:0.2"))
    assert not named.is_exact
    assert measure(whole, (key,))[key] == named.mean
    assert found["wrong@none"] == pytest.approx(subject.result.wrong_mean)  # type: ignore[union-attr]


def test_what_a_person_does_is_counted() -> None:
    dataset = load_dataset("lowercase", "ab")
    drawing = dataset.images[0, 0].copy()
    drawing[0, :3] = 1 - drawing[0, :3]
    subject = LessonSubject(RECIPE, dataset, drawing=drawing, pins=2, concepts=1, selected=4)
    found = measure(subject, sorted(BY_HAND))
    assert found == {"drawing_new": 3, "pins": 2, "concepts": 1, "selected": 4}
    other = LessonSubject(RECIPE, dataset, drawing=np.zeros((3, 3), np.float32))
    assert "drawing_new" not in measure(other, BY_HAND), "it has another size"


def test_without_a_network_there_are_no_figures_of_one() -> None:
    dataset = load_dataset("lowercase", "ab")
    found = measure(LessonSubject(RECIPE, dataset), ("worst", "mse", "wrong@flip:0.1", "jacobian"))
    assert found == {}


def test_new_images_of_the_samples_themselves_are_near(subject: LessonSubject) -> None:
    found = measure(subject, ("sample_distance", "sample_sharpness"))
    assert 0 <= found["sample_distance"] < 1
    assert found["sample_sharpness"] > 0


def test_a_variational_code_has_a_divergence() -> None:
    network = NetworkSpec(encoder=(LayerSpec(units=8),), latent=LatentSpec(kind="gaussian"))
    recipe = RECIPE.model_copy(
        update={"network": network, "training": TrainingSpec(epochs=50, device="cpu")}
    )
    found = measure(subject_of(trained(recipe)[0]), ("kl",))
    assert found["kl"] >= 0


def test_words() -> None:
    assert value_words("exact", 0.5) == "50.0%"
    assert value_words("worst", 3.0) == "3"
    assert value_words("loss", None) == "–"
    assert "Bayes" in figure_of("limit@flip:0.2").label
