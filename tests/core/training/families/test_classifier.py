"""Stacked autoencoders as classifiers: phases, what each trains, exact continuation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from aegui.core.data.builtin import load_builtin
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.run_file.saved import load_run, save_run, saved_run_of
from aegui.core.training.families import classifier_rows
from aegui.core.training.families.classifier import group_loss, groups_of, number_of, phases_of
from aegui.core.training.families.classifier_engines import (
    FineTuneEngine,
    PretrainEngine,
    trained_leaves,
)
from aegui.core.training.families.classifier_rows import CodeRows, codes_of, corrupted_codes
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.record.history import RUN_COLUMNS
from aegui.core.training.step.model import Model
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.training.record.snapshot import LayerWeights, Snapshot

CPU = torch.device("cpu")
RATE = 0.5

DENSE: dict[str, Any] = {
    "encoder": [
        {"units": 20, "activation": "sigmoid", "dropout": 0.1},
        {"kind": "batch_norm"},
        {"units": 16, "activation": "relu"},
    ],
    "latent": {"units": 12, "activation": "relu"},
}
CONV: dict[str, Any] = {
    "encoder": [
        {"kind": "conv", "channels": 4},
        {"kind": "batch_norm"},
        {"kind": "max_pool"},
        {"kind": "conv", "channels": 6, "stride": 2},
        {"kind": "flatten"},
        {"kind": "dropout"},
        {"units": 14, "activation": "tanh"},
    ],
    "latent": {"units": 8},
}


def resolved_recipe(
    network: dict[str, Any] | None = None, count: int = 120, **changes: Any
) -> ResolvedRecipe:
    document: dict[str, Any] = {
        "data": {"source": "digits"},
        "network": network or DENSE,
        "training": {"epochs": 4, "batch_size": 32, "device": "cpu"},
        "classifier": {"pretrain": {"epochs": 2}},
    }
    for key, value in changes.items():
        document[key] = {**document[key], **value} if isinstance(value, dict) else value
    digits = load_builtin("digits").subset(range(count))
    resolution = resolve(Recipe.model_validate(document), digits)
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


def finished(resolved: ResolvedRecipe, control: Control | None = None) -> Training:
    *_, last = train(resolved, control)
    return last


def layer_of(snapshot: Snapshot, index: int) -> LayerWeights:
    return snapshot.layers[index]


def same(a: LayerWeights, b: LayerWeights) -> bool:
    return all(np.array_equal(a.tensors[name], b.tensors[name]) for name in a.tensors)


def test_groups_take_every_layer_and_its_mirror() -> None:
    resolved = resolved_recipe(DENSE)
    kinds = [layer.spec.kind for layer in resolved.layers]
    assert kinds[:4] == ["dense", "batch_norm", "dense", "plain"]
    groups = groups_of(resolved)
    assert [(it.encoder.start, it.encoder.stop) for it in groups] == [(0, 2), (2, 3), (3, 4)]
    # Backwards: what restores the second layer, then the first with its normalisation, the image.
    assert [(it.decoder.start, it.decoder.stop) for it in groups] == [(7, 8), (5, 7), (4, 5)]


@pytest.mark.parametrize("network", [DENSE, CONV, {**CONV, "tied": True}, {"encoder": []}])
def test_a_mirror_leads_back_to_the_input_of_its_group(network: dict[str, Any]) -> None:
    resolved = resolved_recipe(network)
    layers = resolved.layers
    covered = []
    for group in groups_of(resolved):
        first, last = layers[group.encoder.start], layers[group.encoder.stop - 1]
        assert layers[group.decoder.start].inputs == last.outputs
        assert layers[group.decoder.stop - 1].outputs == first.inputs
        covered += [*range(len(layers))[group.encoder], *range(len(layers))[group.decoder]]
    assert sorted(covered) == [*range(len(layers))]


def test_losses_are_those_that_the_inputs_allow() -> None:
    resolved = resolved_recipe(DENSE, classifier={"pretrain": {"loss": "bce", "epochs": 1}})
    # The normalisation after the first layer, and the rectifier, leave 0..1.
    assert [(it.loss, it.is_bounded) for it in groups_of(resolved)] == [
        ("bce", True),
        ("mse", False),
        ("mse", False),
    ]
    sigmoids = {
        "encoder": [{"units": 20, "activation": "sigmoid"}],
        "latent": {"units": 12, "activation": "sigmoid"},
    }
    resolved = resolved_recipe(sigmoids, classifier={"pretrain": {"loss": "bce", "epochs": 1}})
    assert [it.loss for it in groups_of(resolved)] == ["bce", "bce"]


def test_phases_follow_one_another() -> None:
    resolved = resolved_recipe(DENSE, classifier={"pretrain": {"epochs": 5}})
    phases = phases_of(resolved)
    assert [(it.start, it.stop) for it in phases] == [(0, 5), (5, 10), (10, 15), (15, 19)]
    assert phases[1].name == "pre-training layer 2 of 3"
    assert [it.is_preliminary for it in phases] == [True, True, True, False]
    assert [number_of(phases, at) for at in (0, 4.5, 5, 5.25, 15, 15.25, 19)] == [
        0,
        0,
        0,
        1,
        2,
        3,
        3,
    ]
    plain = resolved_recipe(DENSE, classifier={"pretrain": {"epochs": 0}})
    assert [(it.start, it.stop, it.name) for it in phases_of(plain)] == [(0, 4, "")]


@pytest.mark.parametrize("network", [DENSE, CONV])
def test_each_phase_changes_its_own_layers_only(network: dict[str, Any]) -> None:
    resolved = resolved_recipe(network)
    groups = groups_of(resolved)
    control = Control(max_chunk=1)
    snapshots = {}
    said = {}
    for training in train(resolved, control):
        if training.position == training.epoch:
            snapshots[training.epoch] = training.snapshot()
            said[training.epoch] = training.phase
    learns = [index for index, layer in enumerate(resolved.layers) if layer.tensors]
    for number, group in enumerate(groups):
        before, after = snapshots[2 * number], snapshots[2 * number + 2]
        own = {*range(len(resolved.layers))[group.encoder]}
        own |= {*range(len(resolved.layers))[group.decoder]}
        for index in learns:
            changed = not same(layer_of(before, index), layer_of(after, index))
            assert changed == (index in own), (number, index)
        assert said[2 * number] == f"pre-training layer {number + 1} of {len(groups)}"
        assert all(
            same(a, b) for a, b in zip(before.parts["head"], after.parts["head"], strict=True)
        )
    before, after = snapshots[2 * len(groups)], snapshots[2 * len(groups) + 4]
    for index in learns:
        changed = not same(layer_of(before, index), layer_of(after, index))
        assert changed == (index < resolved.code_end), index
    assert not same(before.parts["head"][-1], after.parts["head"][-1])
    assert said[2 * len(groups)] == ""


def test_a_frozen_encoder_stays_as_it_was_pre_trained() -> None:
    for data in ({}, {"corruption": {"kind": "masking", "level": 0.1}}):
        resolved = resolved_recipe(
            CONV, data=data, classifier={"frozen": True, "pretrain": {"epochs": 1}}
        )
        control = Control(max_chunk=1)
        kept = None
        for training in train(resolved, control):
            if kept is None and training.phase == "":
                kept = training.snapshot()
        assert kept is not None
        last = training.snapshot()
        assert all(same(a, b) for a, b in zip(kept.layers, last.layers, strict=True))
        assert not same(kept.parts["head"][0], last.parts["head"][0])


def test_pre_training_lowers_the_loss_of_every_layer() -> None:
    resolved = resolved_recipe(
        DENSE, count=600, classifier={"pretrain": {"epochs": 12, "learning_rate": 0.01}}
    )
    history = finished(resolved).history.view()
    for phase in phases_of(resolved)[:-1]:
        first = np.flatnonzero(history.epoch == phase.start + 1)[0]
        last = np.flatnonzero(history.epoch == phase.stop)[0]
        assert history.loss[last, 0] < 0.8 * history.loss[first, 0]
        assert np.isnan(history.extra["accuracy"][last]).all()
        assert history.learning_rate[first] == 0.01
        assert 0.001 < history.learning_rate[last] < 0.0012


def test_digits_are_told_apart_and_the_figures_say_so() -> None:
    recipe: dict[str, Any] = {
        "training": {"epochs": 40, "optimizer": {"learning_rate": 0.003}},
        "data": {"split": {"validation": 0.25}},
        "classifier": {"pretrain": {"epochs": 5}, "hidden": [{"units": 20}]},
        "runs": 2,
    }
    network = {
        "encoder": [{"units": 64, "activation": "relu"}],
        "latent": {"units": 32, "activation": "relu"},
    }
    resolved = resolved_recipe(network, count=1797, **recipe)
    training = finished(resolved)
    result = training.result()
    assert training.epochs == 50
    assert tuple(result.history.extra) == options_of(resolved.recipe)[1:]
    dataset = resolved.dataset
    places = Samples(resolved, CorruptionSpec(), CPU)
    for run, figures in enumerate(result.runs):
        assert figures.figures["validation_accuracy"] > 0.94
        assert figures.wrong_pixels == ()
        assert figures.first_epoch == {"at_most_1": None, "exact": None}
        assert figures.best_epoch > 10
        codec = Codec(resolved.recipe, dataset.image_shape, result.snapshot, run)
        for key, part in (
            ("accuracy", places.training),
            ("validation_accuracy", places.validation),
        ):
            found = codec.classify(dataset.flat()[part]).argmax(axis=1)
            accuracy = np.mean(found == dataset.class_indices[part])
            assert figures.figures[key] == pytest.approx(accuracy)
        best = result.history.extra["validation_accuracy"][:, run]
        assert figures.figures["validation_accuracy"] == pytest.approx(np.nanmax(best), abs=1e-6)


DEMANDING: dict[str, Any] = {
    "data": {
        "corruption": {"kind": "gaussian", "level": 0.1},
        "augment": {"shift": 1},
        "split": {"validation": 0.2},
    },
    "training": {
        "optimizer": {"name": "momentum", "learning_rate": 0.05},
        "schedule": {"name": "plateau", "patience_epochs": 1},
        "l2": 1e-3,
        "clip_norm": 1.0,
    },
    "classifier": {
        "hidden": [{"units": 10, "dropout": 0.2}],
        "label_smoothing": 0.1,
        "pretrain": {"epochs": 2},
    },
    "runs": 2,
}


def assert_same_training(whole: Training, rest: Training) -> None:
    a, b = whole.result(), rest.result()
    for one, other in ((a.last, b.last), (a.snapshot, b.snapshot)):
        assert all(same(x, y) for x, y in zip(one.layers, other.layers, strict=True))
        assert all(same(x, y) for x, y in zip(one.parts["head"], other.parts["head"], strict=True))
    for name in RUN_COLUMNS:
        one, other = getattr(a.history, name), getattr(b.history, name)
        assert np.array_equal(one, other, equal_nan=True), name
    for key, column in a.history.extra.items():
        assert np.array_equal(column, b.history.extra[key], equal_nan=True), key
    assert [run.figures for run in a.runs] == [run.figures for run in b.runs]


@pytest.fixture(scope="module", params=[DENSE, CONV], ids=["dense", "conv"])
def demanding(request: pytest.FixtureRequest) -> tuple[ResolvedRecipe, Training]:
    """Return a recipe with every setting, and its uninterrupted training."""
    resolved = resolved_recipe(request.param, count=160, **DEMANDING)
    return resolved, finished(resolved)


# Within the first phase, at a border, within the third, and within fine-tuning.
@pytest.mark.parametrize("stop_at", [0.0, 0.5, 2.0, 4.25, 6.0, 7.5, 9.0])
def test_continuing_gives_the_very_same_bits(
    demanding: tuple[ResolvedRecipe, Training], stop_at: float
) -> None:
    resolved, whole = demanding
    first = next(t for t in train(resolved, Control(max_chunk=1)) if t.position >= stop_at)
    *_, rest = train(resolved, None, first.checkpoint(), first.history.view())
    assert_same_training(whole, rest)


def test_a_file_that_says_that_next_to_nothing_of_an_epoch_is_left() -> None:
    """There is always a batch to learn from: the mean of an empty one is NaN."""
    resolved = resolved_recipe()
    first = next(t for t in train(resolved, Control(max_chunk=1)) if t.position > 0.0)
    reached = first.checkpoint()
    assert 0.0 < float(reached.scalars["position"]) < 1.0
    claimed = replace(reached, scalars={**reached.scalars, "position": 1.0 - 1e-6})
    *_, rest = train(resolved, None, claimed, first.history.view())
    assert rest.epoch == 4 + 3 * 2, "fine-tuning, and three layers before it"
    assert np.isfinite(rest.result().history.loss).all()


def test_continuing_with_a_frozen_encoder_gives_the_very_same_bits() -> None:
    resolved = resolved_recipe(classifier={"frozen": True, "pretrain": {"epochs": 1}})
    whole = finished(resolved)
    first = next(t for t in train(resolved, Control(max_chunk=1)) if t.position >= 4.5)
    *_, rest = train(resolved, None, first.checkpoint(), first.history.view())
    assert_same_training(whole, rest)


def test_codes_that_do_not_fit_are_made_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = resolved_recipe(CONV)
    kept = finished(resolved).result()
    monkeypatch.setattr(classifier_rows, "MAX_BYTES", 0)
    made = finished(resolved).result()
    assert np.allclose(kept.history.loss, made.history.loss, rtol=1e-3, atol=1e-4)


def test_kept_codes_are_those_of_the_network_in_use() -> None:
    resolved = resolved_recipe(CONV, runs=2)
    parameters = Parameters(resolved, CPU)
    model = Model(resolved, parameters, stacked=False)
    samples = Samples(resolved, CorruptionSpec(), CPU)
    rows = CodeRows(model, samples, resolved.code_end)
    assert not rows.is_ready
    while not rows.is_ready:
        rows.prepare()
    snapshot = next(train(resolved)).snapshot()
    for run in range(2):
        codec = Codec(resolved.recipe, resolved.dataset.image_shape, snapshot, run)
        codes = codec.encode(resolved.dataset.flat())
        assert np.allclose(rows.target[run].numpy(), codes, atol=1e-5)


def test_gradients_are_those_of_the_textbook() -> None:
    changes: dict[str, Any] = {
        "training": {
            "epochs": 1,
            "batch_size": None,
            "l1": 1e-3,
            "l2": 1e-2,
            "optimizer": {"name": "sgd", "learning_rate": RATE},
        },
        "classifier": {"hidden": [{"units": 9}], "label_smoothing": 0.2},
    }
    resolved = resolved_recipe({"encoder": [{"units": 20}], "latent": {"units": 7}}, **changes)
    parameters = Parameters(resolved, CPU)
    model = Model(resolved, parameters, stacked=False)
    samples = Samples(resolved, CorruptionSpec(), CPU)
    engine = FineTuneEngine(model, resolved, parameters, samples, torch.Generator())
    labels = torch.from_numpy(np.array(resolved.dataset.class_indices))
    own = [
        {name: tensor.detach().clone().requires_grad_() for name, tensor in tensors.items()}
        for tensors in model.stacks[0]
    ]
    x = samples.clean[0]
    used = [0, 1, 4, 5]
    for index in used:
        x = x @ own[index]["weight"] + own[index]["bias"]
        x = torch.tanh(x) if index in {0, 4} else x
    loss = F.cross_entropy(x, labels, label_smoothing=0.2)
    for index in used:
        weight = own[index]["weight"]
        loss = loss + 1e-3 * weight.abs().sum() + 0.5e-2 * weight.square().sum()
    leaves = trained_leaves(model, resolved)
    expected = torch.autograd.grad(loss, [own[leaf.layer][leaf.name] for leaf in leaves])
    engine.batches.begin(0.0)
    engine.steps([RATE], 0.0)
    for leaf, gradient in zip(leaves, expected, strict=True):
        ours = (own[leaf.layer][leaf.name] - leaf.tensor).detach() / RATE
        assert torch.allclose(ours, gradient, atol=1e-6)


@pytest.mark.parametrize("noise", CORRUPTIONS)
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("kept", [True, False])
def test_pre_training_is_that_of_the_textbook(
    noise: str, number: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torch's Adam on the loss of a layer and its mirror, with the same noise."""
    torch.set_num_threads(1)
    if not kept:
        monkeypatch.setattr(classifier_rows, "MAX_BYTES", 0)
    pretrain = {"epochs": 2, "corruption": {"kind": noise, "level": 0.2}}
    changes: dict[str, Any] = {"training": {"batch_size": None}, "runs": 2}
    network = {"encoder": [CONV["encoder"][0], {"units": 9, "activation": "relu"}]}
    resolved = resolved_recipe(network, 30, classifier={"pretrain": pretrain}, **changes)
    ours, wanted = Parameters(resolved, CPU), Parameters(resolved, CPU)
    group, samples = groups_of(resolved)[number], Samples(resolved, CorruptionSpec(), CPU)
    model = Model(resolved, ours, stacked=False)
    drawing = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    engine = PretrainEngine(model, resolved, ours, samples, drawing[0], group)
    while not engine.is_ready:
        engine.make_ready()
    engine.batches.begin(0.0)
    engine.steps([0.01], 0.0)
    engine.batches.begin(0.0)
    engine.steps([0.01], 0.0)

    model = Model(resolved, wanted, stacked=False)
    leaves = [leaf.tensor for leaf in model.leaves]
    adam = torch.optim.Adam(leaves, 0.01)
    is_image = resolved.dataset.image_shape if number == 0 else None
    for _ in range(2):
        losses = []
        for run in range(2):
            clean = codes_of(model, run, samples.clean[0], group.encoder.start)
            spec = resolved.recipe.classifier.pretrain.corruption  # type: ignore[union-attr]
            noisy = corrupted_codes(
                clean, spec, drawing[1], is_bounded=group.is_bounded, image_shape=is_image
            )
            losses.append(group_loss(model, run, group, noisy, clean))
        adam.zero_grad()
        torch.autograd.backward(losses)
        adam.step()
    assert (wanted.flat - Parameters(resolved, CPU).flat).abs().max() > 0.015
    # Where a gradient is next to nothing Adam's first steps show the sign of its rounding.
    differ = (ours.flat - wanted.flat).abs()
    assert differ.mean() < 1e-6
    assert (differ > 1e-5).float().mean() < 1e-3


def test_noise_means_the_same_for_images_and_something_sensible_for_codes() -> None:
    generator = torch.Generator().manual_seed(1)
    codes = 5.0 + torch.rand(400, 50)
    masked = corrupted_codes(
        codes, CorruptionSpec(kind="salt_pepper", level=0.3), generator, is_bounded=False
    )
    hit = masked != codes
    assert (masked[hit] == 0).all()
    assert float(hit.float().mean()) == pytest.approx(0.3, abs=0.02)
    noisy = corrupted_codes(
        codes, CorruptionSpec(kind="gaussian", level=0.5), generator, is_bounded=False
    )
    assert float((noisy - codes).std()) == pytest.approx(0.5, abs=0.02)
    bounded = corrupted_codes(
        codes - 5, CorruptionSpec(kind="gaussian", level=2), generator, is_bounded=True
    )
    assert 0.0 <= float(bounded.min()) <= float(bounded.max()) <= 1.0
    assert corrupted_codes(codes, CorruptionSpec(), generator, is_bounded=True) is codes


@pytest.mark.parametrize("chunk", [1, 1000])
def test_the_size_of_the_chunks_changes_nothing(chunk: int) -> None:
    resolved = resolved_recipe(**DEMANDING)
    assert_same_training(finished(resolved), finished(resolved, Control(max_chunk=chunk)))


def test_stopped_while_pre_training_it_keeps_what_was_pre_trained() -> None:
    resolved = resolved_recipe()
    first = next(t for t in train(resolved, Control(max_chunk=1)) if t.position >= 3)
    result = first.result("stopped")
    assert same(result.snapshot.layers[0], result.last.layers[0])
    assert result.runs[0].best_epoch == 3


def test_patience_does_not_end_the_pre_training() -> None:
    resolved = resolved_recipe(
        training={"goals": {"patience_epochs": 1, "max_wrong_pixels": 0}, "epochs": 2},
        classifier={"pretrain": {"epochs": 4}},
    )
    training = finished(resolved)
    assert training.epoch > 12
    assert training.finished in {"epochs", "patience"}


def test_a_saved_classifier_is_read_back_and_continued(tmp_path: Path) -> None:
    resolved = resolved_recipe(DENSE, data={"split": {"validation": 0.25}})
    result = finished(resolved).result()
    saved = saved_run_of(result, resolved)
    save_run(tmp_path / "digits.aegui", saved)
    read = load_run(tmp_path / "digits.aegui")
    assert read.results[0].figures == result.runs[0].figures
    assert read.results[0].wrong_pixels == ()
    flat = resolved.dataset.flat()
    assert np.array_equal(read.codec(0).classify(flat), saved.codec(0).classify(flat))
    longer = read.recipe.model_copy(
        update={"training": read.recipe.training.model_copy(update={"epochs": 6})}
    )
    more = resolve(longer, read.dataset).resolved
    assert more is not None
    *_, last = train(more, None, read.checkpoint, read.history)
    assert last.epoch == 12


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"network": {"latent": {"kind": "gaussian"}}}, "network.latent", "plain code"),
        (
            {"network": {"decoder": [{"units": 9}]}},
            "classifier.pretrain",
            "decoder that mirrors the encoder",
        ),
        ({"training": {"code_l1": 0.1}}, "training.code_l1", "without penalties on the code"),
        ({"training": {"edges": 0.1}}, "training.edges", "without the edges of images"),
        (
            {
                "network": {"output_activation": "tanh"},
                "classifier": {"pretrain": {"loss": "bce"}},
            },
            "network.output",
            "outputs between 0 and 1",
        ),
    ],
)
def test_what_does_not_go_together_is_said(
    changes: dict[str, Any], where: str, message: str
) -> None:
    recipe = Recipe.model_validate({"classifier": {}, **changes})
    problems = resolve(recipe, load_builtin("digits")).problems
    assert [problem.where for problem in problems] == [where]
    assert message in problems[0].message


def test_there_are_no_wrong_pixels_in_the_history() -> None:
    history = finished(resolved_recipe()).history.view()
    for name in ("wrong_mean", "wrong_max", "share_at_most_1"):
        assert np.isnan(getattr(history, name)).all(), name
