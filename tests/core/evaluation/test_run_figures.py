from __future__ import annotations

import math

import pytest

from aegui.core.evaluation.run_figures import RUN_FIGURES, figure_words, figures_of, run_figure
from aegui.core.training.record.result import RunResult
from aegui.core.training.terms import TERMS

RESULT = RunResult(
    seed=3,
    epochs=200,
    seconds=1.5,
    loss=0.4,
    best_loss=0.3,
    best_epoch=150,
    wrong_pixels=(0, 1, 3, 0),
    first_epoch={"at_most_1": 90, "exact": None},
    figures={"kl": 2.5},
)


def test_the_figures_of_a_run() -> None:
    assert figures_of(RESULT) == {
        "loss": 0.3,
        "last_loss": 0.4,
        "wrong": 1.0,
        "worst": 3.0,
        "at_most_1": 0.75,
        "exact": 0.5,
        "best_epoch": 150.0,
        "epochs": 200.0,
        "seconds": 1.5,
        "epoch_at_most_1": 90.0,
        "kl": 2.5,
    }


def test_every_term_is_a_figure_too() -> None:
    for key in TERMS:
        assert run_figure(key).label
    assert run_figure("accuracy").better == "high"
    assert run_figure("kl").better == "low"
    assert run_figure("real_score").better == ""
    assert run_figure("unheard of").label == "unheard of"
    assert set(figures_of(RESULT)) <= {*RUN_FIGURES, *TERMS}


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("wrong", 0.28125, "0.2812"),
        ("worst", 3.0, "3"),
        ("epochs", 12_000.0, "12,000"),
        ("worst", 2.5, "2.5"),
        ("exact", 0.9, "90.0%"),
        ("loss", math.nan, "–"),
        ("loss", None, "–"),
    ],
)
def test_figures_in_words(key: str, value: float | None, text: str) -> None:
    assert figure_words(key, value) == text
