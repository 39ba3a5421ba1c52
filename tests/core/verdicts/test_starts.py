"""Equal starts mean equal initial weights, and only those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.study.settings import changed as study_changed
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.verdicts.starts import start_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = load_builtin("lowercase").subset(range(4))
SHAPE = LETTERS.image_shape
BASE = Recipe.model_validate(
    {
        "network": {"encoder": [{"units": 8, "activation": "tanh"}, {"units": 5}]},
        "training": {"epochs": 1},
        "seed": 7,
    }
)


def changed(**values: Any) -> Recipe:
    paths = {path.replace("__", "."): value for path, value in values.items()}
    return study_changed(BASE, paths, "test")


def encoder(units: int = 8, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"units": units, "activation": activation}, {"units": 5}]


def first_weights(recipe: Recipe) -> list[NDArray[np.float32]]:
    """Return the weights that a training really starts with."""
    resolved = resolve(recipe, LETTERS).resolved
    assert resolved is not None
    training = next(iter(train(resolved, Control(timeline_bytes=1 << 20))))
    timeline = training.result().timeline
    assert timeline is not None
    assert timeline.frames[0].epoch == 0
    snapshot = timeline.snapshot(0)
    return [tensor for layer in snapshot.layers for tensor in layer.tensors.values()]


def begin_alike(one: Recipe, other: Recipe) -> bool:
    first, second = first_weights(one), first_weights(other)
    if [each.shape for each in first] != [each.shape for each in second]:
        return False
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    "values",
    [
        {"training__loss": "mse"},
        {"training__epochs": 3},
        {"training__optimizer__learning_rate": 0.5},
        {"training__optimizer__name": "sgd"},
        {"data__corruption__level": 0.3, "data__corruption__kind": "salt_pepper"},
        {"network__encoder": encoder(activation="sigmoid")},
        {"network__encoder": encoder(activation="relu")},
        {"network__encoder": encoder(9)},
        {"training__initializer__name": "he_uniform"},
        {"training__initializer__name": "xavier_normal"},
    ],
)
def test_equal_starts_are_equal_first_weights(values: dict[str, Any]) -> None:
    """Starts reported as equal have equal weights, others have different ones."""
    other = changed(**values)
    same = start_of(BASE, SHAPE) == start_of(other, SHAPE)
    assert same == begin_alike(BASE, other)


def test_both_answers_are_given() -> None:
    assert start_of(BASE, SHAPE) == start_of(changed(training__loss="mse"), SHAPE)
    wider = changed(network__encoder=encoder(9))
    assert start_of(BASE, SHAPE) != start_of(wider, SHAPE)
    assert start_of(BASE, SHAPE) != start_of(BASE, (1, 9, 9))


def test_classes_count_where_the_network_has_them() -> None:
    recipe = Recipe.model_validate({"classifier": {"hidden": [{"units": 4}]}})
    assert start_of(recipe, SHAPE, 3) != start_of(recipe, SHAPE, 4)
    assert start_of(BASE, SHAPE, 3) == start_of(BASE, SHAPE, 4)
