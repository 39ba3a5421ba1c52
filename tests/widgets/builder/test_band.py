from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aegui.widgets.builder.band import LEAST_SHARE, band_edges, band_share, band_units


@given(st.integers(1, 2_000), st.integers(1, 2_000))
def test_a_wider_layer_is_never_drawn_narrower(units: int, widest: int) -> None:
    share = band_share(units, widest)
    assert LEAST_SHARE <= share <= 1.0
    assert share <= band_share(units + 1, widest)


@given(st.integers(1, 200))
def test_the_width_tells_the_units_back(units: int) -> None:
    assert band_units(band_share(units, 200), 200) == units or units / 200 < LEAST_SHARE**2


def test_bands_are_centred() -> None:
    left, right = band_edges(300.0, 0.5)
    assert left + right == 300.0
    assert right - left == 140.0
