"""GANs: the steps of a textbook loop, live changes, exact continuation."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.latent.codec import Codec
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.families.gan import (
    class_loss,
    conditional_entropy,
    discriminator_loss,
    generator_loss,
    negative_marginal_entropy,
)
from aegui.core.training.families.steppers import Orders
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.history import RUN_COLUMNS
from aegui.core.training.step.parameters import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.training.record.snapshot import LayerWeights, Snapshot

DENSE: dict[str, Any] = {
    "encoder": [{"units": 20, "activation": "leaky_relu"}],
    "latent": {"units": 3},
    "decoder": [{"units": 24, "activation": "relu"}],
}
CONV: dict[str, Any] = {
    "encoder": [
        {"kind": "conv", "channels": 4, "stride": 2, "activation": "leaky_relu"},
        {"kind": "batch_norm"},
        {"kind": "dropout", "rate": 0.3},
    ],
    "latent": {"units": 5},
    "decoder": [
        {"units": 6 * 16, "activation": "identity", "dropout": 0.1},
        {"kind": "reshape", "channels": 6, "height": 4, "width": 4},
        {"kind": "batch_norm", "activation": "relu"},
        {"kind": "conv_transpose", "channels": 4},
    ],
}


def resolved_recipe(network: dict[str, Any], count: int = 90, **changes: Any) -> ResolvedRecipe:
    training = {
        "epochs": 4,
        "batch_size": 32,
        "optimizer": {"learning_rate": 2e-3, "beta1": 0.5},
        **changes.pop("training", {}),
    }
    gan = {"learning_rate": 1e-3, **changes.pop("gan", {})}
    recipe = Recipe.model_validate(
        {"network": network, "training": training, "gan": gan, **changes}
    )
    resolution = resolve(recipe, load_builtin("digits").subset(range(count)))
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


def arrays(layers: Sequence[LayerWeights]) -> list[NDArray[np.float32]]:
    return [tensor for layer in layers for tensor in layer.tensors.values()]


def same(a: Sequence[LayerWeights], b: Sequence[LayerWeights]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(arrays(a), arrays(b), strict=True))


def same_snapshot(a: Snapshot, b: Snapshot) -> bool:
    judges = a.parts["discriminator"], b.parts["discriminator"]
    return same(a.layers, b.layers) and same(*judges)


def finished(resolved: ResolvedRecipe, control: Control | None = None) -> Training:
    *_, last = train(resolved, control)
    return last


def _stack(layers: Sequence[LayerWeights]) -> list[torch.Tensor]:
    return [torch.from_numpy(it[0].copy()).requires_grad_() for it in arrays(layers)]


def _two_layers(x: torch.Tensor, weights: Sequence[torch.Tensor], slope: float) -> torch.Tensor:
    first, first_bias, second, second_bias = weights
    return F.leaky_relu(x @ first + first_bias, slope) @ second + second_bias


def _learn(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()


@pytest.mark.parametrize("weight", [0.0, 0.7])
def test_the_steps_are_those_of_the_loop_in_the_textbook(weight: float) -> None:
    resolved = resolved_recipe(
        DENSE,
        training={"batch_size": None, "epochs": 12},
        gan={"label_smoothing": 0.1, "beta1": 0.3, "class_weight": weight},
    )
    steps = train(resolved, Control(max_chunk=1))
    training = next(steps)
    begun = training.snapshot()
    generator, judge = _stack(begun.layers), _stack(begun.parts["discriminator"])
    optimizers = [
        torch.optim.Adam(generator, lr=2e-3, betas=(0.5, 0.999)),
        torch.optim.Adam(judge, lr=1e-3, betas=(0.3, 0.999)),
    ]
    real = torch.from_numpy(resolved.dataset.flat().copy())
    labels = torch.from_numpy(resolved.dataset.class_indices.copy())
    draws = torch.Generator().manual_seed(0 ^ 0x5EED_0003)
    for _ in range(12):
        codes = torch.empty(1, len(real), 3).normal_(generator=draws)[0]
        fake = torch.sigmoid(_two_layers(codes, generator, 0.0))
        said = [_two_layers(x, judge, 0.01) for x in (real, fake.detach())]
        scores = [it[:, 0] for it in said]
        loss = F.binary_cross_entropy_with_logits(scores[0], torch.full_like(scores[0], 0.9))
        loss = loss + F.binary_cross_entropy_with_logits(scores[1], torch.zeros_like(scores[1]))
        if weight:
            loss = loss + weight * F.cross_entropy(said[0][:, 1:], labels)
        _learn(optimizers[1], loss)
        of_fake = _two_layers(fake, judge, 0.01)
        loss = F.binary_cross_entropy_with_logits(of_fake[:, 0], torch.ones(len(of_fake)))
        if weight:
            each = torch.distributions.Categorical(logits=of_fake[:, 1:])
            together = torch.distributions.Categorical(probs=each.probs.mean(dim=0))
            entropies = [it.entropy().mean() for it in (each, together)]  # type: ignore[no-untyped-call]
            loss = loss + weight * (entropies[0] - entropies[1])
        _learn(optimizers[0], loss)
        training = next(steps)
    last = training.snapshot()
    pairs = (last.layers, generator), (last.parts["discriminator"], judge)
    for ours, theirs in pairs:
        for a, b in zip(arrays(ours), theirs, strict=True):
            np.testing.assert_allclose(a[0], b.detach().numpy(), atol=2e-6)


@pytest.mark.parametrize(
    ("network", "changes"),
    [
        (DENSE, {"gan": {"steps": 3}}),
        (
            CONV,
            {
                "gan": {"noise": 0.1, "steps": 2},
                "data": {"augment": {"flip": True, "shift": 1}},
                "training": {"clip_norm": 0.5, "schedule": {"name": "cosine"}, "batch_size": 25},
                "runs": 2,
            },
        ),
    ],
    ids=["dense", "everything"],
)
@pytest.mark.parametrize("stop_at", [0.0, 1.0, 2.6])
def test_continuing_gives_the_very_same_bits(
    network: dict[str, Any], changes: dict[str, Any], stop_at: float
) -> None:
    resolved = resolved_recipe(network, **changes)
    whole = finished(resolved).result()
    steps = train(resolved, Control(max_chunk=1))
    first = next(training for training in steps if training.position >= stop_at)
    stopped = first.result("stopped")
    *_, last = train(resolved, None, first.checkpoint(), stopped.history)
    rest = last.result()
    assert same_snapshot(whole.last, rest.last)
    assert same_snapshot(whole.snapshot, rest.snapshot)
    for name in RUN_COLUMNS:
        one, other = getattr(whole.history, name)[-1], getattr(rest.history, name)[-1]
        # A GAN has no wrong pixels: those columns are NaN.
        assert np.array_equal(one, other, equal_nan=True), name
    for key, column in whole.history.extra.items():
        assert column[-1].tolist() == rest.history.extra[key][-1].tolist()


@pytest.mark.parametrize("class_weight", [0.0, 2.0])
def test_a_saved_gan_goes_on_as_it_was(class_weight: float, tmp_path: Path) -> None:
    resolved = resolved_recipe(CONV, gan={"steps": 2, "class_weight": class_weight})
    whole = finished(resolved).result()
    steps = train(resolved, Control(max_chunk=1))
    first = next(training for training in steps if training.position > 1.5)
    stopped = first.result("stopped")
    saved = SavedRun(
        resolved.recipe,
        resolved.dataset,
        stopped.snapshot,
        stopped.history,
        stopped.runs,
        stopped.checkpoint,
    )
    save_run(tmp_path / "gan.aegui", saved)
    loaded = load_run(tmp_path / "gan.aegui")
    *_, last = train(resolved, None, loaded.checkpoint, loaded.history)
    assert same_snapshot(whole.last, last.result().last)
    codec = loaded.codec()
    assert codec.can_judge
    assert dict(loaded.results[0].figures) == dict(stopped.runs[0].figures)


def test_the_size_of_the_chunks_changes_nothing() -> None:
    resolved = resolved_recipe(CONV, gan={"noise": 0.1})
    one_by_one = finished(resolved, Control(max_chunk=1)).result()
    assert same_snapshot(finished(resolved).result().last, one_by_one.last)


@pytest.mark.parametrize(
    ("generator", "discriminator"), [(True, False), (False, True), (False, False)]
)
def test_one_network_alone_can_be_trained(generator: bool, discriminator: bool) -> None:
    resolved = resolved_recipe(CONV)
    control = Control(train_generator=generator, train_discriminator=discriminator)
    steps = train(resolved, control)
    begun = next(steps).snapshot()
    *_, training = steps
    last = training.snapshot()
    learnt = [
        not np.array_equal(a.tensors["weight"], b.tensors["weight"])
        for a, b in (
            (begun.layers[0], last.layers[0]),
            (begun.parts["discriminator"][0], last.parts["discriminator"][0]),
        )
    ]
    assert learnt == [generator, discriminator]
    assert training.epoch == 4


def test_a_lever_counts_from_the_next_batch_on() -> None:
    control = Control(max_chunk=1)
    steps = train(resolved_recipe(DENSE), control)
    weights = []
    for training in itertools.islice(steps, 8):
        weights.append(training.snapshot().layers[0].weight)
        control.train_generator = len(weights) < 4
    changed = [not np.array_equal(a, b) for a, b in itertools.pairwise(weights)]
    assert changed == [True] * 3 + [False] * 4


def test_the_smallest_rate_that_a_recipe_can_hold_trains() -> None:
    optimizer = {"learning_rate": 5e-324}
    it = resolved_recipe(DENSE, gan={"noise": 0.1}, training={"optimizer": optimizer})
    *_, last = train(it, Control(max_chunk=1))
    assert np.isfinite(last.snapshot().layers[0].weight).all()


def test_the_generator_waits_for_its_turn() -> None:
    steps = train(resolved_recipe(DENSE, gan={"steps": 3}), Control(max_chunk=1))
    weights = [it.snapshot().layers[0].weight for it in itertools.islice(steps, 10)]
    changed = [not np.array_equal(a, b) for a, b in itertools.pairwise(weights)]
    assert changed == [False, False, True] * 3


def test_the_best_weights_are_the_last_ones() -> None:
    result = finished(resolved_recipe(CONV, training={"goals": {"patience_epochs": 1}})).result()
    assert result.reason == "epochs"
    assert same_snapshot(result.snapshot, result.last)
    run = result.runs[0]
    assert run.best_epoch == run.epochs == 4
    assert run.wrong_pixels == ()
    extra = result.history.extra
    assert tuple(extra) == ("generator_loss", "discriminator_loss", "real_score", "fake_score")
    assert run.figures == pytest.approx({key: column[-1, 0] for key, column in extra.items()})
    assert result.history.loss[:, 0].tolist() == extra["generator_loss"][:, 0].tolist()
    scores = np.stack([extra["real_score"], extra["fake_score"]])
    assert ((scores >= 0) & (scores <= 1)).all()


def test_real_images_are_looked_at_from_all_over_a_sorted_set() -> None:
    images = np.zeros((12_000, 2, 2))
    images[6_000:] = 1.0
    dataset = Dataset.from_images("sorted", images, ["dark"] * 6_000 + ["light"] * 6_000)
    training = {"epochs": 1, "batch_size": 200, "optimizer": {"learning_rate": 0.01}}
    gan = {"class_weight": 1.0, "learning_rate": 0.01}
    recipe = Recipe.model_validate({"network": DENSE, "training": training, "gan": gan})
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    last = finished(resolved)
    codec = Codec(recipe, dataset.image_shape, last.snapshot())
    dark, light = codec.judge(dataset.flat()[[0, 6_000]]).tolist()
    told = last.history.view().extra["real_score"][-1, 0]
    assert abs(dark - light) > 0.02
    assert told == pytest.approx((dark + light) / 2, abs=0.1 * abs(dark - light))


def test_a_running_mean_of_the_weights_is_shown_and_kept() -> None:
    training = Training(resolved_recipe(DENSE, gan={"average": 0.95}), Control(), None, None)
    mean = arrays(training.snapshot().layers)
    parameters = training._parameters
    assert parameters.average is not None
    for turn in range(1, 10):
        training._stepper.advance(Orders(lambda _position: 2e-3, 0.0, 4.0, 1))
        now = snapshot_of(
            parameters.flat, parameters.buffers, parameters.layout, training._resolved, 0
        )
        kept = min(0.95, turn / (turn + 10.0))
        mean = [
            kept * old + (1.0 - kept) * new
            for old, new in zip(mean, arrays(now.layers), strict=True)
        ]
    for expected, shown in zip(mean, arrays(training.snapshot().layers), strict=True):
        np.testing.assert_allclose(shown, expected, atol=1e-6)
    assert not same(now.layers, training.snapshot().layers)
    checkpoint = training.checkpoint()
    resumed = Training(training._resolved, Control(), checkpoint, training.history.view())
    assert same_snapshot(resumed.snapshot(), training.snapshot())


@pytest.mark.parametrize("class_weight", [0.0, 2.0])
def test_the_codec_of_a_gan_knows_its_discriminator(class_weight: float) -> None:
    resolved = resolved_recipe(CONV, gan={"class_weight": class_weight})
    last = finished(resolved)
    codec = Codec(resolved.recipe, resolved.dataset.image_shape, last.snapshot())
    assert codec.can_judge
    assert not codec.can_encode
    scores = codec.judge(resolved.dataset.flat())
    assert scores.shape == (90,)
    view = last.history.view()
    # Measured on the same samples, without noise.
    assert scores.mean() == pytest.approx(view.extra["real_score"][-1, 0], abs=1e-5)
    recipe = Recipe()
    plain = resolve(recipe, load_builtin("lowercase")).resolved
    assert plain is not None
    other = Codec(recipe, (1, 7, 5), next(train(plain)).snapshot())
    assert not other.can_judge
    with pytest.raises(AeguiError, match="no discriminator"):
        other.judge(np.zeros(35))


def test_classes_beyond_doubt_and_all_alike_are_what_the_generator_wants() -> None:
    sure = torch.cat([torch.zeros(4, 1), 50.0 * torch.eye(4)], dim=1)
    assert float(class_loss(sure, torch.arange(4))) < 1e-9
    assert float(conditional_entropy(sure)) < 1e-9
    assert float(negative_marginal_entropy(sure)) == pytest.approx(-math.log(4))
    assert float(negative_marginal_entropy(sure[:1])) == pytest.approx(0.0, abs=1e-6)
    unsure = torch.zeros(6, 5)
    assert float(class_loss(unsure, torch.zeros(6, dtype=torch.long))) == pytest.approx(math.log(4))
    assert float(conditional_entropy(unsure)) == pytest.approx(math.log(4))


def test_a_generator_comes_to_make_images_of_one_class_each() -> None:
    doubts = []
    for weight in (1e-9, 1.0):
        resolved = resolved_recipe(
            DENSE, 300, training={"epochs": 40}, gan={"class_weight": weight, "learning_rate": 2e-3}
        )
        extra = finished(resolved).history.view().extra
        doubts.append(extra["conditional_entropy"][-1, 0])
        if weight == 1.0:
            assert extra["class_loss"][-1, 0] < 0.4 < extra["class_loss"][0, 0]
    assert doubts[1] < 0.5 * doubts[0]


def test_classes_need_labels() -> None:
    recipe = Recipe.model_validate({"gan": {"class_weight": 1.0}, "network": DENSE})
    data = load_builtin("lowercase")
    one = replace(data, labels=("a",) * len(data))
    resolution = resolve(recipe, one)
    assert [problem.where for problem in resolution.problems] == ["gan.class_weight"]
    assert "choose data with labels" in resolution.problems[0].message


def test_a_discriminator_that_only_guesses() -> None:
    guess = torch.zeros(7)
    assert float(discriminator_loss(guess, guess)) == pytest.approx(2 * math.log(2))
    assert float(generator_loss(guess)) == pytest.approx(math.log(2))
    sure = torch.full((7,), 30.0)
    assert float(discriminator_loss(sure, -sure)) < 1e-9
    assert float(generator_loss(-sure)) == pytest.approx(30.0)


def test_images_come_to_look_like_the_data() -> None:
    # Zeros only: their mean image is far from that of untrained noise.
    dataset = load_builtin("digits")
    zeros = dataset.subset(np.flatnonzero(dataset.class_indices == 0)[:150].tolist())
    training = {"epochs": 250, "batch_size": 50, "optimizer": {"learning_rate": 2e-3, "beta1": 0.5}}
    recipe = Recipe.model_validate(
        {"network": DENSE, "training": training, "gan": {"learning_rate": 2e-3}}
    )
    resolved = resolve(recipe, zeros).resolved
    assert resolved is not None
    codes = np.random.default_rng(0).standard_normal((200, 3)).astype(np.float32)

    def distance(snapshot: Snapshot) -> float:
        """Return the mean squared distance of generated images to the nearest real one."""
        images = Codec(recipe, zeros.image_shape, snapshot).decode(codes)
        each = np.square(images[:, None] - zeros.flat()[None]).sum(axis=2)
        return float(each.min(axis=1).mean())

    steps = train(resolved)
    before = distance(next(steps).snapshot())
    *_, last = steps
    assert distance(last.snapshot()) < 0.35 * before


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"network": {"latent": {"kind": "gaussian"}}}, "network.latent"),
        ({"network": {"latent": {"top_k": 1}}}, "network.latent"),
        ({"network": {"tied": True}}, "network.tied"),
        ({"data": {"corruption": {"kind": "flip", "level": 0.1}}}, "data.corruption"),
        ({"training": {"l2": 0.1}}, "training.l2"),
        ({"training": {"edges": 0.1}}, "training.edges"),
        ({"training": {"optimizer": {"name": "cg"}}}, "training.optimizer"),
    ],
)
def test_what_does_not_go_together_is_said(changes: dict[str, Any], where: str) -> None:
    recipe = Recipe.model_validate({**changes, "gan": {}})
    resolution = resolve(recipe, load_builtin("lowercase"))
    assert resolution.resolved is None
    assert [problem.where for problem in resolution.problems] == [where]


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - SCIPY_OPTIMIZERS))
def test_every_optimiser_moves_both_networks(name: str) -> None:
    """Optimisers count changes differently; the graph of the images survives a change."""
    resolved = resolved_recipe(DENSE, 40, training={"optimizer": {"name": name}, "epochs": 2})
    steps = train(resolved)
    begun = next(steps).snapshot()
    *_, training = steps
    last = training.snapshot()
    for before, after in (
        (begun.layers, last.layers),
        (begun.parts["discriminator"], last.parts["discriminator"]),
    ):
        for a, b in zip(arrays(before), arrays(after), strict=True):
            assert np.isfinite(b).all()
            assert not np.array_equal(a, b)
