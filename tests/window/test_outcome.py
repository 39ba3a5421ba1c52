"""The message at the end of a training fits the kind of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.loop.train import train
from aegui.session.shown import Moment
from aegui.shell.outcome import (
    device_words,
    in_whole_epochs,
    outcome_words,
    reached_at,
    speed_words,
    weights_words,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.shown import Weights


def told(
    images: NDArray[np.float32],
    labels: tuple[str, ...] | None = None,
    runs: int = 1,
    validation: float = 0.0,
) -> str:
    dataset = Dataset.from_images("some", images, labels)
    recipe = Recipe.model_validate(
        {
            "runs": runs,
            "training": {"epochs": 2, "device": "cpu"},
            "data": {"split": {"validation": validation}},
        }
    )
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return said_of(last.result(), resolved)


def said_of(result: TrainingResult, resolved: ResolvedRecipe, run: int | None = None) -> str:
    """Return the message for the best weights of ``run``, by default of the best run."""
    saved = saved_run_of(result, resolved)
    run = saved.best_run if run is None else run
    of = saved.results[run]
    moment = Moment(run, len(saved.results), of.seed, "best", of.best_epoch, of.epochs)
    return outcome_words(result, resolved, reached_at(saved, moment))


def some(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).integers(0, 2, (count, 1, 8, 8)).astype(np.float32)


def test_characters_are_called_so_and_images_too() -> None:
    assert "of the characters have at most 1 wrong pixel" in told(some(2), ("a", "b"))
    assert "of the images have at most 1 wrong pixel" in told(some(2), ("cat", "dog"))
    assert "the worst image has" in told(some(2), ("cat", "dog"), runs=2)
    assert "nothing" not in told(some(2), ("a", "b"))


def test_what_was_held_out_has_its_own_figure() -> None:
    said = told(some(8), validation=0.25)
    assert "wrong pixels of the images learnt" in said
    assert "of those held out" in said
    assert "of the images have at most" not in said


def test_shades_are_not_counted_in_pixels() -> None:
    assert "the loss is" in told(some(3) * np.float32(0.5))


def test_the_loss_of_several_runs_is_that_of_the_run_that_is_shown() -> None:
    grey = some(3) * np.float32(0.5)
    recipe = Recipe.model_validate({"runs": 4, "training": {"epochs": 40, "device": "cpu"}})
    resolved = resolve(recipe, Dataset.from_images("grey", grey)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    for run, of in enumerate(result.runs):
        assert f"the loss is {of.best_loss:.4g}." in said_of(result, resolved, run)
    assert len({f"{of.best_loss:.4g}" for of in result.runs}) > 1


@pytest.mark.parametrize(
    ("level", "words"),
    [(0.0, "All images are black"), (1.0, "All images are the same"), (0.5, "the same")],
)
def test_images_that_are_all_the_same_are_told(level: float, words: str) -> None:
    said = told(np.full((4, 1, 8, 8), level, np.float32))
    assert words in said
    assert "character" not in said


def test_one_epoch_is_one_epoch() -> None:
    dataset = Dataset.from_images("two", some(2), ("a", "b"))
    recipe = Recipe.model_validate({"training": {"epochs": 1, "device": "cpu"}})
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    assert "After 1 epoch in" in said_of(last.result(), resolved)


def test_a_speed_that_is_not_known_yet_is_not_shown_as_zero() -> None:
    assert speed_words(0.0) == "measuring the speed…"
    assert speed_words(0.5) == "2.0 s/epoch"
    assert speed_words(4.0) == "4.0 epochs/s"
    assert speed_words(1204.0) == "1,204 epochs/s"


def test_the_device_of_a_training_is_told_in_words() -> None:
    assert device_words("cpu") == "computed on the CPU"
    assert device_words("cuda (NVIDIA H100)") == "computed on the graphics card (NVIDIA H100)"
    assert device_words("cuda") == "computed on the graphics card"
    assert device_words("") == ""


@pytest.mark.parametrize(
    ("weights", "epoch", "epochs", "words"),
    [
        ("best", 1.5948, 3.25, "best, epoch 1 of 3"),
        ("last", 3.25, 3.25, "last, epoch 3 of 3"),
        # No epoch would mean an untrained network.
        ("best", 0.5948, 0.5948, "best, epoch 0.59 of 0.59"),
        ("best", 4000, 4000, "best, epoch 4,000 of 4,000"),
        # Recorded within an epoch.
        ("past", 1.25, 3.5, "epoch 1.25 of 3.5"),
    ],
)
def test_a_training_that_was_stopped_ended_after_whole_epochs(
    weights: Weights, epoch: float, epochs: float, words: str
) -> None:
    moment = Moment(0, 1, 0, weights, epoch, epochs)
    assert weights_words(in_whole_epochs(moment)) == words
