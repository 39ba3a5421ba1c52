"""Failures of memory and graphics cards during a training, as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from aegui.core.errors import TrainingError
from aegui.core.network.resolve import resolve
from aegui.core.training.loop.failures import in_words
from aegui.core.training.loop.population import Population
from aegui.core.training.loop.train import choose_device, train
from tests.harness.lost_card import FULL, LOST, ON_CARD, card_lost
from tests.session.parts import glyphs, recipe

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

TRACEBACK = "The following operation failed in the TorchScript interpreter.\nTraceback of ...\n"


def on_card() -> Recipe:
    small = recipe(epochs=10_000_000)
    training = small.training.model_copy(update={"optimizer": ON_CARD})
    return small.model_copy(update={"training": training})


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (LOST, "graphics card failed during the training (CUDA error: unspecified launch failure)"),
        (FULL, "The graphics card does not have enough memory"),
        ("CUDA error: out of memory\nmore", "The graphics card does not have enough memory"),
    ],
)
def test_a_card_that_fails_within_a_generated_step_is_told(says: str, words: str) -> None:
    """The torch interpreter puts its own traceback before the error."""
    with card_lost(lambda: training.epoch >= 20, says):
        resolved = resolve(on_card(), glyphs()).resolved
        assert resolved is not None
        steps = train(resolved)
        training = next(steps)
        with pytest.raises(TrainingError) as caught:
            for _ in steps:
                pass
    assert words in str(caught.value)
    assert says.splitlines()[0] in str(caught.value.__cause__)
    assert "TorchScript" in str(caught.value.__cause__), "it came out of a generated step"
    assert "\n" not in str(caught.value)


def test_a_card_that_fails_under_a_population_is_told_too() -> None:
    members = [on_card().model_copy(update={"seed": seed}) for seed in range(2)]
    resolved = resolve(members[0], glyphs()).resolved
    assert resolved is not None
    total = 0
    with card_lost(lambda: population.left < total, LOST):
        population = Population(resolved, members)
        total = population.total
        with pytest.raises(TrainingError, match="graphics card failed during the training"):
            for _ in population.run():
                pass


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{TRACEBACK}RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "(cuDNN error: "),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`", "(CUDA error: CUB"),
        ("No CUDA GPUs are available", "(No CUDA GPUs are available)"),
        (
            "HIP out of memory. Tried to allocate 2.00 GiB",
            "The graphics card does not have enough mem",
        ),
        (f"{TRACEBACK}RuntimeError: [enforce fail] can't allocate memory: 4 bytes", "There is not"),
    ],
)
def test_what_torch_says_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(TrainingError) as caught, in_words():
        raise RuntimeError(text)
    assert words in str(caught.value)


def test_other_errors_stay_what_they_are() -> None:
    error = RuntimeError("shapes cannot be multiplied")
    with pytest.raises(RuntimeError) as caught, in_words():
        raise error
    assert caught.value is error
    with pytest.raises(TrainingError, match="not enough memory"), in_words():
        raise MemoryError


def test_a_card_that_does_not_answer_at_the_start_is_replaced_by_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost(*_: object, **__: object) -> torch.Tensor:
        raise getattr(torch, "AcceleratorError", RuntimeError)(LOST)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "zeros", lost)
    device, (note,) = choose_device("cuda")
    assert device.type == "cpu"
    assert note.startswith("The GPU failed (CUDA error: unspecified launch failure); ")
