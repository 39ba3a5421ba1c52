"""Going on with a run whose training had phases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.train import train
from aegui.session.documents.document import continuation_of, saved_run_of


def classifier(epochs: int = 4, pretraining: int = 2) -> ResolvedRecipe:
    """Two layers to be pre-trained, and ``epochs`` of the training proper."""
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits"},
            "network": {"encoder": [{"units": 8}]},
            "training": {"epochs": epochs, "batch_size": 10, "device": "cpu"},
            "classifier": {"pretrain": {"epochs": pretraining}},
        }
    )
    resolved = resolve(recipe, load_builtin("digits").subset(range(40))).resolved
    assert resolved is not None
    return resolved


@pytest.mark.parametrize(("stop_at", "expected"), [(1, 4), (5, 4), (7, 4), (8, 8)])
def test_epochs_of_pre_training_are_not_counted_twice(stop_at: int, expected: int) -> None:
    resolved = classifier()
    training = next(it for it in train(resolved) if it.epoch >= stop_at)
    run = saved_run_of(training.result("stopped"), resolved)
    further = continuation_of(run, resolved)
    assert further is not None
    assert further.resolved.recipe.training.epochs == expected
    *_, last = train(further.resolved, None, further.checkpoint, further.history)
    assert last.epoch == 4 + expected


def test_phases_of_other_lengths_do_not_fit() -> None:
    resolved = classifier()
    *_, last = train(resolved)
    run = saved_run_of(last.result(), resolved)
    other = classifier(pretraining=1)
    assert continuation_of(run, replace(other, dataset=resolved.dataset)) is None
