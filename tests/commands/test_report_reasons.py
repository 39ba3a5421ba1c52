"""The reasons on the method page of a report fit the kind of model."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.commands.report_reasons import reasons_of
from aegui.core.recipe import Recipe

_NOISE = {"data": {"corruption": {"kind": "masking", "level": 0.2}}}


@pytest.mark.parametrize(
    ("changes", "section", "reason"),
    [
        ({}, "objective", "For pixels that are on or off"),
        ({}, "noise", "it learns to reproduce its input"),
        (_NOISE, "noise", "it learns to repair"),
        ({"classifier": {}}, "objective", "to the true class"),
        ({"classifier": {}} | _NOISE, "noise", "it learns the classes"),
        ({"classifier": {"pretrain": {"epochs": 5}}}, "classifier", "all of them learn"),
        ({"classifier": {"frozen": True}}, "classifier", "learnt on top"),
        ({"classifier": {"pretrain": {"epochs": 0}}}, "classifier", "from the start"),
        ({"gan": {}}, "objective", "Two networks compete"),
        ({"gan": {}}, "length", "the last weights are kept"),
    ],
)
def test_reasons_are_of_the_kind_of_model(
    changes: dict[str, Any], section: str, reason: str
) -> None:
    assert reason in reasons_of(Recipe.model_validate(changes))[section]
