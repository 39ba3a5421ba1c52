"""The names of the numbers of a journey."""

from __future__ import annotations

from aegui.core.evaluation.journey import Journey
from aegui.features.journey.view.panel import unit_words
from tests.core.evaluation.test_journey import SIDE, codec_of


def test_in_a_row_a_pixel_of_a_channel_is_told_in_brief_and_as_exactly() -> None:
    journey = Journey(*codec_of("*-c4-c6s2-5 silu", image=True))
    stage = 1
    assert journey.stages[stage].shape == (4, SIDE, SIDE)
    unit = (2 * SIDE + 10) * SIDE + 11
    assert unit_words(journey, stage, unit) == "channel 3, row 11, column 12"
    assert unit_words(journey, stage, unit, brief=True) == "channel 3 (11, 12)"
    count = len(journey.stages[stage].values)
    names = {unit_words(journey, stage, one, brief=True) for one in range(count)}
    assert len(names) == count
    dense = Journey(*codec_of("35-9-2 tanh", image=False))
    assert unit_words(dense, 1, 6, brief=True) == unit_words(dense, 1, 6) == "unit 7"
