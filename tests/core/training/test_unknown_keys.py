"""A key without a row in a table is refused; no other kind is trained instead."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted
from aegui.core.network.forward import apply_layer
from aegui.core.network.initializers import initial_tensors
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import (
    CorruptionSpec,
    DropoutSpec,
    InitializerSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.core.training.engines.choice import choose_engine
from aegui.core.training.step.objective import Objective
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.primitives import PRIMITIVES
from aegui.core.training.step.program import (
    Source,
    emit_corruption,
)
from aegui.core.training.step.samples import Samples
from aegui.core.training.step.update import ListOptimizer, emit_update

CPU = torch.device("cpu")


def unknown(spec: type[Any], /, **values: Any) -> Any:
    """Return a spec that validation would refuse, as after an incomplete change of the schema."""
    return spec().model_copy(update=values)


def normed() -> ResolvedRecipe:
    recipe = Recipe.model_validate(
        {"network": {"encoder": [{"units": 8}, {"kind": "batch_norm"}], "latent": {"units": 2}}}
    )
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


def test_noise_without_a_row_is_refused_by_lines_and_by_numpy() -> None:
    source = Source()
    source.bind("clean", torch.zeros(2, 3))
    source.bind("out", torch.zeros(2, 3))
    with pytest.raises(KeyError, match="'sparkle'"):
        emit_corruption(source, "sparkle", "clean", "out", 0)
    with pytest.raises(KeyError, match="'sparkle'"):
        corrupted(np.zeros((2, 3)), unknown(CorruptionSpec, kind="sparkle", level=0.5), 0)


def test_a_loss_without_a_row_is_refused() -> None:
    recipe = normed().recipe
    lost = recipe.model_copy(update={"training": unknown(TrainingSpec, loss="hinge")})
    with pytest.raises(KeyError, match="'hinge'"):
        Objective(replace(normed(), recipe=lost))


def test_an_optimiser_without_a_row_is_refused() -> None:
    spec = unknown(OptimizerSpec, name="no_such")
    parameters = Parameters(normed(), torch.device("cpu"))
    with pytest.raises(KeyError, match="'no_such'"):
        emit_update(Source(), spec, parameters, 0)
    with pytest.raises(KeyError, match="'no_such'"):
        ListOptimizer(spec, [torch.zeros(3)], {}, torch.zeros(()))


def test_an_initialiser_without_a_row_is_refused() -> None:
    spec = unknown(InitializerSpec, name="no_such")
    with pytest.raises(ValueError, match="'no_such'"):
        initial_tensors(normed().layers, spec, 0)


def test_what_nothing_prints_is_left_to_autograd(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = normed()
    parts = resolved, Parameters(resolved, CPU), Samples(resolved, CorruptionSpec(), CPU)
    generator = torch.Generator()
    assert choose_engine(*parts, generator).name == "fused"
    monkeypatch.delitem(PRIMITIVES, torch.nn.functional.batch_norm)
    assert choose_engine(*parts, generator).name == "autograd"


def test_a_layer_without_a_forward_pass_is_refused() -> None:
    layer: Any = SimpleNamespace(spec=unknown(DropoutSpec, kind="shuffle"))
    with pytest.raises(ValueError, match="'shuffle'"):
        apply_layer(layer, {}, torch.zeros(2, 3))
