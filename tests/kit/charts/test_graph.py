"""Where the interactive graph writes the names of reference lines."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.graph import name_place
from aegui.kit.charts.lines import LinePlot, Series

ABOVE_RIGHT, BELOW_RIGHT, ABOVE_LEFT = (10.0, (1, 1)), (10.0, (1, 0)), (0.0, (0, 1))


@pytest.mark.parametrize(
    ("end", "level", "place"),
    [
        (0.5, 0.8, ABOVE_RIGHT),
        (0.5, 0.45, BELOW_RIGHT),
        (0.12, 0.08, ABOVE_LEFT),
        (np.nan, 0.45, ABOVE_RIGHT),
        (0.5, 0.97, BELOW_RIGHT),
    ],
    ids=["free", "over the line", "no room below", "no curve", "no room above"],
)
def test_a_name_stands_where_it_hides_least(
    end: float, level: float, place: tuple[float, tuple[int, int]]
) -> None:
    at = np.linspace(0.0, 10.0, 50)
    falling = Series("loss", np.maximum(1.0 - at, end))
    axes = Axis("epoch", Scale(0.0, 10.0)), Axis("loss", Scale(0.0, 1.0))
    assert name_place(LinePlot(at, *axes, (falling,)), level, 0.3, 0.1) == place
    assert name_place(LinePlot(at[:0], *axes, ()), level, 0.3, 0.1)[0] == 10.0
