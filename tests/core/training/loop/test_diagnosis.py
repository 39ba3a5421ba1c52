"""Diagnosis of failed trainings: detection and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted
from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.bayes import posterior
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.training.loop.diagnosis import (
    _number,
    _some_rows,
    best_loss,
    diagnosis,
    divergence,
    mean_image_loss,
)
from aegui.core.training.loop.train import train
from aegui.core.training.record.history import History

if TYPE_CHECKING:
    from aegui.core.training.record.result import Reason

LETTERS = load_builtin("lowercase")
DEEP = [{"units": 30}] * 61
SIGMOIDS = [{"units": 30, "activation": "sigmoid"}] * 3


def resolved_of(dataset: Dataset = LETTERS, **changes: Any) -> ResolvedRecipe:
    resolution = resolve(Recipe.model_validate(changes), dataset)
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


def told(
    resolved: ResolvedRecipe,
    share: float = 1.0,
    *,
    epochs: int = 1000,
    falls: float = 0.0,
    reason: Reason = "stopped",
    **terms: float,
) -> str:
    """What is said of losses that begin at the mean image's and end at ``share`` of it.

    ``falls`` is the share by which they still fell in the last fifth of the epochs.
    """
    base = mean_image_loss(resolved)
    history = History(resolved.recipe.runs, tuple(terms))
    rate = resolved.recipe.training.optimizer.learning_rate
    for epoch, loss in ((0, 1.2), (epochs // 2, share + falls), (epochs, share)):
        history.append(
            epoch=epoch,
            seconds=0.0,
            learning_rate=rate,
            loss=loss * base,
            wrong_mean=9.0,
            wrong_max=20.0,
            share_at_most_1=0.0,
            **{key: loss * base if key == "reconstruction" else terms[key] for key in terms},
        )
    return diagnosis(resolved, history.view(), reason=reason)


def rate(value: float, name: str = "adam") -> dict[str, Any]:
    return {"optimizer": {"name": name, "learning_rate": value}}


def noise(kind: str, level: float, **more: Any) -> dict[str, Any]:
    return {"corruption": {"kind": kind, "level": level, **more}}


def message(dataset: Dataset, **changes: Any) -> str:
    resolved = resolve(Recipe.model_validate(changes), dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    assert result.message == diagnosis(resolved, result.history, result.last, result.reason)
    return result.message


def test_a_course_network_that_learns_has_nothing_to_say() -> None:
    assert message(load_builtin("lowercase"), training={"epochs": 400, "device": "cpu"}) == ""


def test_what_is_worse_than_the_mean_image_is_not_said_to_be_more() -> None:
    resolved = resolved_of()
    assert "little beyond the mean image" in told(resolved, 0.99)
    assert "no better than the mean image" in told(resolved, 1.1)


def test_too_high_a_rate_is_named_and_nothing_beside_it() -> None:
    grey = np.random.default_rng(1).random((30, 1, 12, 12), dtype=np.float32)
    training = {"epochs": 60, "device": "cpu", "optimizer": {"learning_rate": 0.5}}
    network = {
        "encoder": [{"units": 8, "activation": "relu"}],
        "latent": {"kind": "gaussian", "units": 2},
    }
    said = message(Dataset.from_images("noise", grey), network=network, training=training)
    assert "mean image" in said
    assert "all the same" in said
    assert "learning rate of 0.5 is far too high for Adam: try 0.001" in said
    assert "units" not in said


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "adagrad", "sgd", "momentum"])
def test_a_rate_of_1000_is_the_one_cause_that_is_named(optimizer: str) -> None:
    network = {"encoder": DEEP, "latent": {"units": 30}}
    said = told(resolved_of(network=network, training=rate(1000.0, optimizer)))
    assert "A learning rate of 1,000 is far too high" in said
    assert "units" not in said
    assert "layers" not in said


def test_an_optimiser_of_scipy_has_no_rate() -> None:
    assert "rate" not in told(resolved_of(training=rate(1000.0, "lbfgs")))


def test_no_rate_is_called_high_that_networks_bear() -> None:
    for value in (1e-5, 1e-4, 1e-3, 0.01, 0.02):
        assert "too high" not in told(resolved_of(training=rate(value))), value


@pytest.mark.parametrize(("value", "is_low"), [(1e-4, True), (0.001, False), (0.01, False)])
def test_a_loss_that_was_still_falling_is_told_to_go_on(value: float, *, is_low: bool) -> None:
    said = told(resolved_of(training=rate(value)), 0.95, falls=0.04)
    assert "The loss was still falling" in said
    assert "continue the training" in said
    assert ("low for Adam: continue the training, or try 0.001" in said) == is_low
    assert "lower" not in said


def test_a_hundred_layers_are_named_before_their_width() -> None:
    said = told(resolved_of(network={"encoder": DEEP, "latent": {"units": 30}}))
    assert "Through 123 layers in a row hardly any gradient arrives" in said
    assert "narrow" not in said
    six = told(resolved_of(network={"encoder": SIGMOIDS}))
    assert "The gradient vanishes through 6 layers with Sigmoid" in six


def test_norms_between_the_layers_let_the_gradient_through() -> None:
    normed = [{"units": 30}, {"kind": "layer_norm"}] * 20
    said = told(resolved_of(network={"encoder": normed, "latent": {"units": 30}}))
    assert "gradient" not in said


def test_a_layer_is_narrow_only_where_no_line_fits_through_it() -> None:
    """One number explains over a tenth of the letters; 3 of 144 numbers of noise do not."""
    for units in (30, 8, 2):
        narrow = {"encoder": [{"units": units}], "latent": {"units": 2}}
        assert "narrow" not in told(resolved_of(network=narrow))
    grey = np.random.default_rng(1).random((400, 1, 12, 12), dtype=np.float32)
    network = {"encoder": [{"units": 64}], "latent": {"units": 3}}
    squared = {"loss": "mse", **rate(0.001)}
    static = Dataset.from_images("noise", grey)
    said = told(resolved_of(static, network=network, training=squared))
    assert "A layer of 3 units is narrow" in said
    wide = {"encoder": [{"units": 140}], "latent": {"units": 100}}
    assert "narrow" not in told(resolved_of(static, network=wide, training=squared))


def test_what_nobody_can_repair_is_no_failure() -> None:
    """Nine of ten pixels are random: the least loss is hardly below the mean image's."""
    drowned = resolved_of(data=noise("salt_pepper", 0.95, copies=8))
    assert told(drowned) == ""
    assert told(drowned, 1.001) == ""
    # Beside a light noise the same loss is one.
    assert "mean image" in told(resolved_of(data=noise("salt_pepper", 0.2)))


def test_a_network_at_the_limit_is_told_nothing() -> None:
    spoilt = resolved_of(data=noise("flip", 0.3))
    best, base = best_loss(spoilt), mean_image_loss(spoilt)
    assert best is not None
    assert 0.3 * base < best < 0.9 * base
    assert told(spoilt, 1.02 * best / base) == ""
    assert told(spoilt, (base - 0.2 * (base - best)) / base) == ""


def test_references_are_computed_on_a_bounded_number_of_samples() -> None:
    many = Dataset.from_images("many", np.zeros((2 * 4096 - 1, 1, 1)))
    assert len(_some_rows(resolved_of(many), 4096)) == 4096


def test_of_noise_on_grey_images_only_the_rate_is_known() -> None:
    grey = np.random.default_rng(1).random((40, 1, 8, 8), dtype=np.float32)
    changes: dict[str, Any] = {
        "data": noise("gaussian", 0.5),
        "network": {"encoder": DEEP, "latent": {"units": 2}},
    }
    said = told(resolved_of(Dataset.from_images("grey", grey), **changes))
    assert "mean image" in said
    assert said.count(":") == 1
    fast = resolved_of(Dataset.from_images("grey", grey), **changes, training=rate(1000.0))
    assert "far too high" in told(fast)


def test_a_network_that_shall_learn_the_noise_is_not_judged_by_the_clean_mean() -> None:
    assert told(resolved_of(data=noise("flip", 0.2, clean_target=False))) == ""


def test_a_silent_code_and_a_heavy_penalty_are_named() -> None:
    gaussian = {"latent": {"kind": "gaussian", "units": 2, "beta": 4.0}}
    silent = told(resolved_of(network=gaussian), reconstruction=1.0, kl=0.001, active_units=0)
    assert (
        "The code carries no information (KL 0.001 nats): lower beta, or let it warm up." in silent
    )
    gaussian["latent"]["kl_warmup_epochs"] = 50
    warm = told(resolved_of(network=gaussian), reconstruction=1.0, kl=0.001, active_units=0)
    assert warm.endswith("lower beta.")
    heavy = resolved_of(training={"l2": 2.0})
    assert "“L2 of the weights” outweighs" in told(heavy, reconstruction=1.0, l2=40.0)
    light = resolved_of(training={"l2": 1e-6})
    assert "outweighs" not in told(light, reconstruction=1.0, l2=40.0)


def test_where_nothing_shows_why_nothing_is_advised() -> None:
    said = told(resolved_of())
    assert said.endswith(".")
    assert said.count(": ") == 1, "only the fact"


def test_few_epochs_are_told_to_be_more() -> None:
    many = Dataset.from_images("many", np.tile(LETTERS.images, (40, 1, 1, 1)))
    said = told(resolved_of(many, training={"batch_size": 16}), epochs=3)
    assert said.endswith("It has had only few epochs: continue the training.")


def test_a_penalty_is_not_blamed_for_a_training_that_was_stopped_at_its_beginning() -> None:
    heavy = resolved_of(training={"l2": 2.0, "epochs": 5000})
    stopped = told(heavy, epochs=250, reconstruction=1.0, l2=40.0)
    assert stopped.endswith("It has had only few epochs: continue the training.")
    assert "outweighs" not in stopped
    assert "outweighs" in told(heavy, epochs=2500, reconstruction=1.0, l2=40.0)
    # One that ended since nothing improved any more would only end again.
    ends: tuple[Reason, ...] = ("patience", "converged")
    for reason in ends:
        assert "outweighs" in told(heavy, epochs=250, reason=reason, reconstruction=1.0, l2=40.0)


def test_a_training_that_ended_for_want_of_progress_is_not_to_be_continued() -> None:
    latent = {"kind": "gaussian", "units": 2, "beta": 50.0}
    training = {"epochs": 20_000, "device": "cpu", "goals": {"patience_epochs": 50}}
    said = message(LETTERS, network={"latent": latent}, training=training)
    assert "The code carries no information" in said
    assert "continue the training" not in said


def test_noisy_copies_count_as_steps() -> None:
    training = {"batch_size": 16}
    few = resolved_of(training=training, data=noise("flip", 0.01))
    assert not told(few, epochs=6), "12 steps"
    assert told(resolved_of(training=training, data=noise("flip", 0.01, copies=10)), epochs=6)


@pytest.mark.parametrize(
    ("training", "network", "wanted", "unwanted"),
    [
        (rate(1.0), {}, ["lower learning rate", "gradient clipping"], ["cosh", "KL"]),
        (rate(1e-4), {}, ["gradient clipping"], ["lower learning rate"]),
        (rate(1e-4) | {"clip_norm": 1.0}, {}, [], ["What may help"]),
        (
            rate(1e-4),
            {"encoder": [{"units": 8, "activation": "cosh"}]},
            ["another activation than cosh"],
            ["lower"],
        ),
        ({}, {"latent": {"kind": "gaussian"}}, ["the KL warms up"], []),
    ],
)
def test_what_helps_against_infinity_depends_on_the_recipe(
    training: dict[str, Any], network: dict[str, Any], wanted: list[str], unwanted: list[str]
) -> None:
    said = divergence(Recipe.model_validate({"training": training, "network": network}), 1)
    assert said.startswith("The training diverged")
    assert all(words in said for words in wanted)
    assert not any(words in said for words in unwanted)
    many = Recipe.model_validate({"training": training, "network": network, "runs": 5})
    assert divergence(many, 2).startswith("2 of 5 runs")


@pytest.mark.parametrize("loss", ["bce", "mse", "mae", "huber"])
def test_no_answer_is_better_than_the_best_loss(loss: str) -> None:
    """The posterior mean reaches it for proper scores; no other answer is below."""
    resolved = resolved_of(data=noise("flip", 0.2), training={"loss": loss, "huber_delta": 0.3})
    best = best_loss(resolved)
    assert best is not None
    clean = np.tile(LETTERS.flat(), (200, 1)).astype(np.float64)
    spec = CorruptionSpec(kind="flip", level=0.2)
    noisy = corrupted(clean, spec, 5)
    chance = np.clip(posterior(noisy, LETTERS.flat(), spec) @ LETTERS.flat(), 1e-6, 1 - 1e-6)
    tried = [chance, (chance > 0.5) * 1.0, np.clip(1.3 * chance - 0.15, 1e-6, 1 - 1e-6)]
    losses = [float(_losses(loss, clean, answer).mean()) for answer in tried]
    assert min(losses) > 0.9 * best
    if loss in {"bce", "mse"}:
        assert losses[0] == pytest.approx(best, rel=0.1)


def test_without_noise_the_best_loss_is_that_of_the_samples_themselves() -> None:
    assert best_loss(resolved_of()) == pytest.approx(0.0, abs=1e-4)
    grey = Dataset.from_images("grey", np.full((4, 1, 3, 3), 0.5, np.float32))
    assert best_loss(resolved_of(grey)) == pytest.approx(np.log(2.0))
    assert best_loss(resolved_of(grey, training={"loss": "mse"})) == 0.0


def _losses(loss: str, target: Any, answer: Any) -> Any:
    miss = np.abs(target - answer)
    return {
        "bce": lambda: (
            -(
                target * np.log(np.clip(answer, 1e-6, 1))
                + (1 - target) * np.log(np.clip(1 - answer, 1e-6, 1))
            )
        ),
        "mse": lambda: miss**2,
        "mae": lambda: miss,
        "huber": lambda: np.where(miss <= 0.3, miss**2 / 2, 0.3 * (miss - 0.15)),
    }[loss]()


def test_for_images_that_are_all_the_same_the_mean_is_no_failure() -> None:
    black = Dataset.from_images("black", np.zeros((4, 1, 8, 8), np.float32))
    assert message(black, training={"epochs": 60, "device": "cpu"}) == ""


@pytest.mark.parametrize("loss", ["bce", "mse", "mae", "huber"])
def test_the_mean_image_is_what_a_network_without_a_code_would_answer(loss: str) -> None:
    """A network that uses only the bias of its output reaches this loss."""
    dataset = load_builtin("lowercase")
    recipe = Recipe.model_validate({"training": {"loss": loss, "huber_delta": 0.3}})
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    mean = dataset.flat().mean(axis=0).astype(np.float64)
    target = dataset.flat().astype(np.float64)
    expected = _losses(loss, target, mean)
    assert mean_image_loss(resolved) == pytest.approx(float(expected.mean()), rel=1e-6)


def test_thousands_stand_apart() -> None:
    assert _number(12345.6, ".4g") == "12,346"
    assert _number(0.123456, ".4g") == "0.1235"
