"""Every remedy offered for a problem solves it and causes no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_data
from aegui.core.network.remedies import remedies_of, remedy_of, remedy_words
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe

LETTERS = Dataset.from_images("letters", np.zeros((8, 7, 5)), labels=list("aabbccdd"))
DIGITS = Dataset.from_images("digits", np.zeros((8, 28, 28)), labels=list("01010101"))


@pytest.mark.parametrize(
    ("content", "dataset", "text"),
    [
        (
            {"network": {"output_activation": "tanh"}},
            LETTERS,
            "Use Sigmoid for the output",
        ),
        ({"training": {"sparsity": {"weight": 0.1}}}, LETTERS, "Use Sigmoid for the code"),
        (
            {"network": {"latent": {"units": 2, "top_k": 3}}},
            LETTERS,
            "Keep all numbers of the code",
        ),
        (
            {"network": {"latent": {"kind": "gaussian"}}, "training": {"contractive": 0.1}},
            LETTERS,
            "Use a plain code",
        ),
        ({"network": {"tied": True, "decoder": []}}, LETTERS, "Untie the weights"),
        (
            {"training": {"optimizer": {"name": "cg"}, "batch_size": 4}},
            LETTERS,
            "Use the full batch",
        ),
        (
            {"training": {"batch_size": 1}, "network": {"encoder": [{"kind": "batch_norm"}]}},
            LETTERS,
            "Use Layer norm",
        ),
        (
            {"training": {"batch_size": 1}, "classifier": {"hidden": [{"kind": "batch_norm"}]}},
            DIGITS,
            "Use Layer norm",
        ),
        ({"data": {"split": {"last": 9}}}, LETTERS, "Hold no samples out"),
        ({"gan": {}, "training": {"l2": 0.1}}, DIGITS, "Set it to 0"),
        (
            {"gan": {}, "data": {"corruption": {"kind": "flip", "level": 0.1}}},
            DIGITS,
            "Switch the noise off",
        ),
        (
            {"network": {"encoder": [{"kind": "conv", "channels": 4, "kernel": 9, "padding": 0}]}},
            LETTERS,
            "Use a network made for 5 × 7 images",
        ),
    ],
)
def test_a_remedy_takes_its_problem_away(
    content: dict[str, Any], dataset: Dataset, text: str
) -> None:
    recipe = Recipe.model_validate(content)
    (problem,) = resolve(recipe, dataset).problems
    remedy = remedy_of(recipe, dataset, problem)
    assert remedy is not None
    assert remedy.text == text
    assert resolve(remedy.recipe, dataset).problems == ()


def test_of_two_problems_each_is_solved_alone() -> None:
    recipe = Recipe.model_validate(
        {
            "network": {"output_activation": "tanh"},
            "training": {"optimizer": {"name": "cg"}, "batch_size": 4},
        }
    )
    problems = resolve(recipe, LETTERS).problems
    found = remedies_of(recipe, LETTERS, problems)
    assert set(found) == set(problems)
    for problem, remedy in found.items():
        (left,) = resolve(remedy.recipe, LETTERS).problems
        assert left != problem


def test_what_only_the_person_can_decide_has_none() -> None:
    recipe = Recipe.model_validate({"classifier": {}})
    alone = Dataset.from_images("one", np.zeros((4, 7, 5)), labels=["a"] * 4)
    resolution = resolve(recipe, alone)
    assert resolution.problems
    assert remedy_words(recipe, resolution) == {}
    assert remedy_words(Recipe(), resolve(Recipe(), LETTERS)) == {}


def test_without_validation_nothing_is_learnt_from_the_set_that_was_joined_for_it() -> None:
    data = {"source": "lowercase+uppercase", "chars": "abcABC", "split": {"last": 3}}
    recipe = Recipe.model_validate({"data": data})
    dataset = load_data(recipe.data)
    (problem,) = resolve(recipe, dataset).problems
    remedy = remedy_of(recipe, dataset, problem)
    assert remedy is not None
    assert remedy.recipe.data.source == "lowercase"
    assert not remedy.recipe.data.split.keeps
