"""The shortest path over a graph of codes."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.errors import Cancelled
from aegui.core.latent.code_graph import shortest_path
from tests.core.latent.curved import dome_codec
from tests.core.latent.linear import groups, linear_codec


def test_it_goes_around_what_is_steep() -> None:
    way = shortest_path(dome_codec(), np.array([-1.0, 0.0]), np.array([1.0, 0.0]))
    assert way[0] == pytest.approx([-1.0, 0.0])
    assert way[-1] == pytest.approx([1.0, 0.0])
    assert np.linalg.norm(way, axis=1).min() > 0.35


def test_with_nothing_in_the_way_it_is_the_line() -> None:
    first, last = np.array([-1.0, 0.0, 0.2]), np.array([1.0, 0.4, 0.0])
    codes = np.array([[5.0, 5.0, 5.0], [np.nan, 0.0, 0.0]], np.float32)
    way = shortest_path(linear_codec(groups(), 3), first, last, codes)
    across = (
        way
        - first
        - np.outer((way - first) @ (last - first), last - first) / ((last - first) @ (last - first))
    )
    assert np.abs(across).max() < 1e-6


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        shortest_path(dome_codec(), np.array([-1.0, 0.0]), np.array([1.0, 0.0]), None, lambda: True)
