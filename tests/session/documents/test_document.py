"""Going on with a run whose training had phases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.loop.train import train
from aegui.core.training.record.timeline import TimelineFrame, TimelineView
from aegui.session.documents.document import continuation_of


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


def test_what_is_offered_to_go_on_can_go_on() -> None:
    data = load_builtin("digits").subset(range(40))
    training = {"epochs": 2, "batch_size": 20, "device": "cpu"}
    noisy = {"source": "digits", "corruption": {"kind": "flip", "level": 0.1}}
    kinds: tuple[dict[str, object], ...] = (
        {},
        {"data": noisy},
        {"classifier": {}},
        {"gan": {}},
        {"gan": {"average": 0.9}},
        {"gan": {"class_weight": 1.0}},
        {"gan": {"noise": 0.3}},
    )
    drafts = []
    for kind in kinds:
        recipe = {"data": {"source": "digits"}, "training": training, **kind}
        resolved = resolve(Recipe.model_validate(recipe), data).resolved
        assert resolved is not None
        drafts.append(resolved)
    offered = set()
    for before, old in enumerate(drafts):
        *_, last = train(old)
        run = saved_run_of(last.result(), old)
        for after, draft in enumerate(drafts):
            further = continuation_of(run, draft)
            if further is not None:
                next(train(further.resolved, None, further.checkpoint, further.history))
                offered.add((before, after))
    alike = {(0, 1), (1, 0), (3, 6), (6, 3)}
    assert offered == alike | {(place, place) for place in range(len(drafts))}


@pytest.mark.parametrize("kind", ["plain", "normed", "gan"])
def test_a_run_without_checkpoint_goes_on_from_its_weights(kind: str) -> None:
    network = {
        "plain": {"encoder": [{"units": 6}, {"units": 2}]},
        "normed": {"encoder": [{"units": 6}, {"kind": "batch_norm"}, {"units": 2}]},
        "gan": {"encoder": [{"units": 6}, {"units": 2}]},
    }[kind]
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits"},
            "network": network,
            "training": {"epochs": 3, "batch_size": 20, "device": "cpu"},
            "runs": 2,
            **({"gan": {}} if kind == "gan" else {}),
        }
    )
    resolved = resolve(recipe, load_builtin("digits").subset(range(40))).resolved
    assert resolved is not None
    *_, last = train(resolved)
    run = replace(saved_run_of(last.result(), resolved), checkpoint=None)
    further = continuation_of(run, resolved)
    assert further is not None
    assert further.checkpoint is None
    assert further.fork is not None
    assert run.snapshot is not None
    began = TimelineView(resolved, 2, (TimelineFrame(0.0, further.fork.row),)).snapshot(0)
    pairs = zip(began.layers, run.snapshot.layers, strict=True)
    for name, mine, its in ((k, a, b) for a, b in pairs for k in b.tensors):
        assert np.array_equal(mine.tensors[name], its.tensors[name])
    *_, longer = train(
        further.resolved, None, None, further.history, further.timeline, further.fork
    )
    assert longer.epoch == further.resolved.recipe.training.epochs
    assert longer.history.view().epoch[-1] == longer.epoch
