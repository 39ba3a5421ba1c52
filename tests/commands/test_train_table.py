"""The table that ``aegui train`` ends with."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.cli import main
from aegui.commands.train import _results_table
from aegui.core.data.load import load_data
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.training.loop.train import train

if TYPE_CHECKING:
    import pytest


def test_a_part_of_an_epoch_is_not_rounded_to_a_whole_one() -> None:
    recipe = Recipe(training=TrainingSpec(epochs=3, device="cpu"))
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    (run,) = result.runs
    for epoch, words in ((20.63, "20.63"), (3, "3"), (4_000, "4,000")):
        stopped = replace(result, runs=(replace(run, best_epoch=epoch),))
        header, rows = _results_table(stopped, resolved)
        assert rows[0][header.index("best epoch")] == words


def test_a_mean_says_of_how_many_runs_it_is() -> None:
    recipe = Recipe(training=TrainingSpec(epochs=3, device="cpu"), runs=3)
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.result()
    firsts: tuple[dict[str, int | None], ...] = ({"at_most_1": 10}, {"at_most_1": 20}, {})
    runs = tuple(
        replace(run, first_epoch=first, wrong_pixels=(0, worst))
        for run, first, worst in zip(result.runs, firsts, (1, 0, 0), strict=True)
    )
    header, rows = _results_table(replace(result, runs=runs), resolved)
    *_, mean, deviation = rows
    reached, exact = header.index("epoch <= 1"), header.index("epoch = 0")
    assert mean[reached] == "15 (2/3)"
    assert deviation[reached] == "7"
    assert mean[exact] == "-"
    assert mean[header.index("worst")] == "0.33"
    assert mean[header.index("loss")].count("(") == 0


def test_accuracies_are_percentages_and_say_what_they_are_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["train", "challenge-digits", "--epochs", "2"]) == 0
    head, row, *words = capsys.readouterr().out.splitlines()
    assert "Accuracy" in head
    assert re.search(r" \d+\.\d\d% ", row)
    assert words[-2].startswith("A goal is judged on the same 256 of the 1,")
    assert any(one.startswith("Goal not reached: accuracy at least 99.0%, now ") for one in words)
