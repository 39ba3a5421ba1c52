"""Fields of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.latent.fields import FIELDS, Field, compute_field, value_at
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.geometry import stretch
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import known, novelty
from tests.core.latent.linear import groups, linear_codec

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import ReferenceSamples

RECT = (-2.0, -1.0, 2.0, 3.0)
PLANE = axes_frame((0, 1), [0.0, 0.0])


def parts() -> tuple[Codec, ReferenceSamples]:
    data = load_builtin("lowercase")
    return linear_codec(data, 2), known(data, glyphs=True)


def field(key: str, columns: int = 8, rows: int = 6) -> Field:
    codec, of = parts()
    codes = codec.encode(of.samples)
    return compute_field(key, codec, of, codes, None, PLANE, RECT, columns, rows)


def images(columns: int = 8, rows: int = 6) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the images decoded at the centres of the cells, ``[rows, columns, P]``, from below."""
    x = -2.0 + (np.arange(columns) + 0.5) * 4.0 / columns
    y = -1.0 + (np.arange(rows) + 0.5) * 4.0 / rows
    places = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)
    return parts()[0].decode(places).reshape(rows, columns, -1)


def test_the_value_at_a_place_is_that_of_its_cell() -> None:
    found = field("uncertainty")
    # Cells of half a unit: the third from the left, the second from below.
    assert value_at(found, -0.9, -0.2) == pytest.approx(float(found.values[1, 2]))
    assert value_at(found, -2.1, 0.0) is None
    assert value_at(found, 0.0, 3.1) is None
    line = Field("novelty", (0.0, -0.5, 2.0, 0.5), np.array([[1.0, np.nan]]), 0, 1, (), None, 1)
    assert value_at(line, 0.5, 7.0) == 1.0
    assert value_at(line, 1.5, 0.0) is None


@pytest.mark.parametrize("key", FIELDS)
def test_every_layer_fills_its_rectangle(key: str) -> None:
    found = field(key)
    assert (found.key, found.rect, found.epoch) == (key, RECT, 7)
    assert found.values.shape == (6, 8)
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    assert found.low < found.high
    spec = FIELDS[key]
    assert tr(spec.label)
    assert bool(found.classes) == (spec.scale == "categorical")
    assert bool(spec.low and spec.high) == (spec.scale != "categorical")


def test_values_are_those_of_the_images_there() -> None:
    of, flat = parts()[1], images().reshape(48, 35)
    assert field("uncertainty").values.ravel() == pytest.approx(entropies(flat), abs=1e-5)
    novel = novelty(of, flat)
    assert field("novelty").values.ravel() == pytest.approx(novel.ratio)
    assert field("wrong").values.ravel() == pytest.approx(novel.distances[:, 0])
    regions = field("regions")
    labels = [regions.classes[int(value)] for value in regions.values.ravel()]
    assert labels == [of.labels[index] for index in novel.nearest[:, 0]]


def test_the_stretch_comes_with_ellipses_of_equal_change() -> None:
    codec, _ = parts()
    found = field("stretch")
    assert found.values == pytest.approx(np.zeros((6, 8)), abs=1e-4)
    ellipses = found.ellipses
    assert ellipses is not None
    lengths = stretch(codec, ellipses.centres).lengths
    assert ellipses.radii * lengths == pytest.approx(
        np.full((len(ellipses.centres), 2), ellipses.change), abs=1e-4
    )
    # They stand still while the map is moved.
    moved = compute_field("stretch", codec, parts()[1], None, None, PLANE, (-1, -1, 3, 3), 8, 6)
    assert moved.ellipses is not None
    here = {tuple(each) for each in ellipses.centres.round(6)}
    there = {tuple(each) for each in moved.ellipses.centres.round(6)}
    assert len(here & there) > 50


def test_densities_and_holes_add_up() -> None:
    codec, of = parts()
    wide = (-6.0, -6.0, 6.0, 6.0)
    codes = np.random.default_rng(0).standard_normal((1500, 2)).astype(np.float32)
    density = compute_field("density", codec, of, codes, None, PLANE, wide, 60, 60)
    assert density.values.sum() * 0.04 == pytest.approx(1.0, abs=0.01)
    # Codes drawn from the prior leave no hole in it.
    holes = compute_field("holes", codec, of, codes, None, PLANE, wide, 60, 60)
    assert np.abs(holes.values).max() < 0.25
    half = codes[codes[:, 0] > 0]
    holes = compute_field("holes", codec, of, half, None, PLANE, wide, 60, 60)
    assert holes.values[28:32, 24:27].min() > 0.4
    assert holes.values[28:32, 33:36].max() < -0.2


def test_variances_are_seen_from_any_side() -> None:
    """The mixture on a rotated plane is the rotated mixture."""
    draw = np.random.default_rng(1)
    codec, of = parts()
    codes = draw.normal(0, 1, (40, 2)).astype(np.float32)
    variances = np.tile(np.array([[0.9, 0.1]], np.float32), (40, 1))
    turned = axes_frame((1, 0), [0.0, 0.0])
    plain = compute_field("density", codec, of, codes, variances, PLANE, (-3, -3, 3, 3), 30, 30)
    other = compute_field("density", codec, of, codes, variances, turned, (-3, -3, 3, 3), 30, 30)
    assert other.values == pytest.approx(plain.values.T, abs=1e-6)


def test_what_cannot_be_computed_says_why() -> None:
    codec, of = parts()
    with pytest.raises(AeguiError, match="no layer heat"):
        compute_field("heat", codec, of, None, None, PLANE, RECT, 4, 4)
    with pytest.raises(AeguiError, match="Density: this network has no encoder"):
        compute_field("density", codec, of, None, None, PLANE, RECT, 4, 4)
    for key in ("uncertainty", "stretch", "regions"):
        with pytest.raises(Cancelled):
            compute_field(key, codec, of, None, None, PLANE, RECT, 4, 4, lambda: True)


def test_codes_of_one_number_give_columns() -> None:
    data = groups()
    codec, of = linear_codec(data, 1), known(data, glyphs=False)
    line = axes_frame((0, 0), [0.0])
    codes = codec.encode(data.flat())
    for key in FIELDS:
        found = compute_field(key, codec, of, codes, None, line, (-1, 0, 1, 1), 5, 2)
        assert found.values[0] == pytest.approx(found.values[1])
        assert found.ellipses is None
