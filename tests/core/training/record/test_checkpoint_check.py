"""Untrusted checkpoints: each gives one message or a training, nothing else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import TrainingError
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.training.record.result import Checkpoint

BATCHES: dict[str, Any] = {"epochs": 6, "batch_size": 8, "device": "cpu"}
FAMILIES: dict[str, dict[str, Any]] = {
    "fused": {"training": {"epochs": 400, "device": "cpu"}, "runs": 2},
    "batches": {
        "training": BATCHES | {"code_l1": 0.01, "schedule": {"name": "plateau"}},
        "data": {"augment": {"shift": 1}},
        "network": {"encoder": [{"units": 6}, {"kind": "batch_norm"}]},
    },
    "gan": {"training": BATCHES, "gan": {}},
    "classifier": {"training": BATCHES, "classifier": {"pretrain": {"epochs": 4}}},
    "scipy": {"training": BATCHES | {"batch_size": None, "optimizer": {"name": "lbfgs"}}},
}
COUNTED = {"steps", "adversaries", "pretrain_steps", "evaluations", "best_wrong_pixels"}
OF_ONE_FAMILY = {
    "epoch_generator",
    "adversaries",
    "average",
    "evaluations",
    "pretrain_mean",
    "pretrain_square",
    "pretrain_steps",
}
SCALARS = (
    "position",
    "seconds",
    "schedule_factor",
    "schedule_best_loss",
    "schedule_best_epoch",
)


def bound(family: str) -> ResolvedRecipe:
    data = load_builtin("digits").subset(range(40))
    recipe = Recipe.model_validate({"network": {"encoder": [{"units": 6}]}} | FAMILIES[family])
    resolved = resolve(recipe, data).resolved
    assert resolved is not None
    return resolved


@pytest.fixture(scope="module", params=list(FAMILIES))
def point(request: pytest.FixtureRequest) -> tuple[ResolvedRecipe, Checkpoint]:
    """Return a training in its second epoch: within it if it has batches, else at its end."""
    resolved = bound(request.param)
    steps = train(resolved, Control(max_chunk=1))
    training = next(it for it in steps if it.position > 1.3)
    found = training.checkpoint()
    assert ("epoch_generator" in found.tensors) == (request.param not in {"fused", "scipy"})
    return resolved, found


def continues(resolved: ResolvedRecipe, checkpoint: Checkpoint) -> bool:
    """Return whether a training continues from ``checkpoint``; False if it is refused."""
    try:
        for training in itertools.islice(train(resolved, None, checkpoint), 3):
            assert training.position <= training.epochs
    except TrainingError as error:
        return len(str(error)) < 40  # a refusal says why
    return True


def looked_at(resolved: ResolvedRecipe, checkpoint: Checkpoint) -> list[str]:
    """Return the names of arrays to change; those of all families only in one of them."""
    if resolved.recipe.training.code_l1:
        return list(checkpoint.tensors)
    return [name for name in checkpoint.tensors if name in OF_ONE_FAMILY]


def with_tensor(checkpoint: Checkpoint, name: str, value: Any) -> Checkpoint:
    tensors = dict(checkpoint.tensors)
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    return replace(checkpoint, tensors=tensors)


def with_scalar(checkpoint: Checkpoint, name: str, value: Any) -> Checkpoint:
    scalars = dict(checkpoint.scalars)
    if value is None:
        del scalars[name]
    else:
        scalars[name] = value
    return replace(checkpoint, scalars=scalars)


def of_other_form(array: Any) -> Iterator[Any]:
    """Return arrays of another type or shape than ``array``."""
    yield np.zeros((0,), array.dtype)
    yield np.resize(array, array.size + 3).astype(array.dtype)
    yield np.zeros(array.shape, np.int16)


def test_an_honest_state_is_gone_on_from(point: tuple[ResolvedRecipe, Checkpoint]) -> None:
    assert continues(*point)


def test_arrays_of_another_form_are_refused(point: tuple[ResolvedRecipe, Checkpoint]) -> None:
    resolved, checkpoint = point
    for name in looked_at(resolved, checkpoint):
        array = checkpoint.tensors[name]
        for other in of_other_form(array):
            same = other.dtype == array.dtype and other.size == array.size < 2
            # Older files have it as a whole number.
            whole = name == "improved_epoch" and other.size == 1
            if same or whole:
                continue
            assert not continues(resolved, with_tensor(checkpoint, name, other)), name


def test_a_missing_array_is_refused_or_not_needed(
    point: tuple[ResolvedRecipe, Checkpoint],
) -> None:
    resolved, checkpoint = point
    optional = {"epoch_generator", "adversaries", "pretrain_steps", "evaluations", "start"}
    for name in looked_at(resolved, checkpoint):
        went_on = continues(resolved, with_tensor(checkpoint, name, None))
        assert went_on == (name in optional), name


def test_numbers_that_cannot_be_are_refused_or_harmless(
    point: tuple[ResolvedRecipe, Checkpoint],
) -> None:
    resolved, checkpoint = point
    for name in looked_at(resolved, checkpoint):
        array = checkpoint.tensors[name]
        if array.dtype == np.uint8:
            values: list[Any] = [255, 0]
        elif array.dtype == np.bool_:
            values = [False]
        elif array.dtype.kind == "i":
            values = [np.iinfo(np.int64).max, np.iinfo(np.int64).min]
        else:
            values = [np.nan, np.inf, -1.0e30]
        for value in values:
            went_on = continues(resolved, with_tensor(checkpoint, name, np.full_like(array, value)))
            if array.size and (name in COUNTED or name.endswith("generator")):
                assert not went_on, (name, value)


def test_scalars_that_cannot_be_are_refused(point: tuple[ResolvedRecipe, Checkpoint]) -> None:
    resolved, checkpoint = point
    for name in SCALARS:
        for value in (None, "much", np.nan, -1.0e300):
            refused = not continues(resolved, with_scalar(checkpoint, name, value))
            assert refused or (name == "schedule_best_loss" and value == -1.0e300), (name, value)
    for value in (1.0e300, float("inf"), 10**400):
        assert not continues(resolved, with_scalar(checkpoint, "position", value)), value
    assert not continues(resolved, with_scalar(checkpoint, "layers", "others"))


def test_a_position_beyond_the_end_is_the_end(point: tuple[ResolvedRecipe, Checkpoint]) -> None:
    resolved, checkpoint = point
    far = with_scalar(checkpoint, "position", 1.0e9)
    (training,) = train(resolved, None, far)
    assert training.finished == "epochs"


def test_a_state_of_another_kind_of_device_goes_on_with_other_random_numbers(
    point: tuple[ResolvedRecipe, Checkpoint],
) -> None:
    resolved, checkpoint = point
    # That of torch's generators on CUDA: seed and offset.
    numbers = np.arange(16, dtype=np.uint8)
    other = with_tensor(checkpoint, "generator", numbers)
    if "epoch_generator" in checkpoint.tensors:
        other = with_tensor(other, "epoch_generator", numbers)
    training = next(train(resolved, None, other))
    assert training.position == int(checkpoint.scalars["position"])
    assert continues(resolved, other)
    assert torch.equal(
        torch.from_numpy(training.checkpoint().tensors["parameters"].copy()),
        torch.from_numpy(checkpoint.tensors["parameters"].copy()),
    )
