from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.recipe import Recipe
from aegui.core.study.comparison import DEFAULT_NOISE, MistakeSpec, compare_mistake
from aegui.core.study.findings import SWITCHED

if TYPE_CHECKING:
    from aegui.core.data.progress import LoadProgress

LETTERS = load_builtin("lowercase").subset(range(2))
GREY = Dataset.from_images("grey", 0.9 * load_builtin("lowercase").subset(range(6)).images)
"""No limit is looked for: that takes longest."""
RECIPE = Recipe.model_validate(
    {
        "data": {"corruption": {"kind": "flip", "level": 0.2, "copies": 8}},
        "network": {"encoder": [{"units": 24}], "latent": {"units": 8}},
        "training": {"epochs": 400},
        "seed": 1,
    }
)


@pytest.mark.parametrize("key", SWITCHED)
def test_a_mistake_costs_pixels(key: str) -> None:
    curves = compare_mistake(RECIPE, GREY, MistakeSpec(key, seeds=2, draws=600))
    assert curves.kind == "flip"
    assert curves.levels.tolist() == [0.0, 0.05, 0.1, 0.2, 0.3, 0.4]
    right, wrong = curves.lines
    assert (right.name, right.key, right.runs) == ("without the mistake", "model", 2)
    assert wrong.key == "model"
    assert wrong.mean[3] > right.mean[3]


def test_the_noise_to_be_repaired_counts_and_progress_rises() -> None:
    told: list[LoadProgress] = []
    spec = MistakeSpec("noisy_target", parse_corruption("salt:0.8"), seeds=1, draws=60, epochs=2)
    curves = compare_mistake(RECIPE, LETTERS, spec, told.append)
    assert curves.kind == "salt"
    assert curves.levels.tolist() == [0.0, 0.2, 0.4, 0.8, 1.0]
    assert [line.key for line in curves.lines] == ["model", "model", "limit"]
    done = [one.done for one in told]
    assert done == sorted(done)
    assert (told[-1].done, told[-1].total) == (2000, 2000)
    assert told[-1].text.startswith("2 of 2: ")


def test_a_recipe_without_noise_gets_some_and_can_be_stopped() -> None:
    plain = RECIPE.model_copy(update={"data": Recipe().data})
    spec = MistakeSpec("fixed_noise", seeds=1, draws=60, epochs=2)
    assert compare_mistake(plain, GREY, spec).kind == DEFAULT_NOISE.kind
    with pytest.raises(Cancelled):
        compare_mistake(plain, GREY, spec, cancelled=lambda: True)
