"""The lattice of tiles: stable while the view moves, and always covering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.latent.frame import axes_frame
from aegui.features.map.view.lattice import (
    LARGE_SHARE,
    LARGEST_SHARE,
    MAX_TILES,
    RIBBON_FOOT,
    RIBBON_SHARE,
    PlaneScheduler,
    covers,
    grown,
    image_tile_pixels,
    large_lattice,
    lattice_for,
    next_lattice,
    plane_request,
    ribbon_band,
    ribbon_tile,
    share_of,
    tile_pixels,
)
from aegui.widgets.viewport import Viewport

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas


VIEW = Viewport(cx=0.3, cy=-0.2, sx=300.0, sy=250.0, left=46.0, width=1154.0, height=778.0)
XY = axes_frame((0, 1), [0.0, 0.0])
TILE = tile_pixels(7, 5, ribbon=False)


@given(st.floats(0.01, 100), st.floats(-50, 50), st.floats(-50, 50))
def test_a_request_covers_the_view_with_whole_tiles(zoom: float, dx: float, dy: float) -> None:
    view = VIEW.zoomed(zoom, 300, 300).panned(dx, dy)
    lattice = lattice_for(view, TILE)
    assert lattice.suits(view, TILE)
    request = plane_request(view, lattice, XY, ribbon=False)
    assert covers(request.rect, view.bounds, ribbon=False)
    assert request.columns <= MAX_TILES
    assert request.rows <= MAX_TILES
    x0, y0, x1, y1 = request.rect
    assert abs((x1 - x0) / request.columns / lattice.width - 1) < 1e-9
    assert abs((y1 - y0) / request.rows / lattice.height - 1) < 1e-9
    assert abs(x0 / lattice.width - round(x0 / lattice.width)) < 1e-6


def test_a_small_zoom_keeps_the_lattice_and_a_large_one_does_not() -> None:
    lattice = lattice_for(VIEW, TILE)
    assert lattice.suits(VIEW.zoomed(1.1, 300, 300), TILE)
    assert not lattice.suits(VIEW.zoomed(2.0, 300, 300), TILE)


def test_zooming_out_and_in_again_finds_the_same_lattice() -> None:
    there = VIEW.zoomed(3.7, 200, 100)
    back = there.zoomed(1 / 3.7, 500, 300)
    assert lattice_for(back, TILE) == lattice_for(VIEW, TILE)


def test_a_ribbon_is_one_row() -> None:
    lattice = lattice_for(VIEW, TILE)
    request = plane_request(VIEW, lattice, axes_frame((0, 0), [0.0]), ribbon=True)
    assert request.rows == 1
    assert covers(request.rect, VIEW.bounds, ribbon=True)


def test_an_enormous_view_asks_for_a_bounded_number_of_tiles() -> None:
    wide = Viewport(sx=300.0, sy=250.0, width=9000.0, height=9000.0)
    request = plane_request(wide, lattice_for(wide, TILE), XY, ribbon=False)
    assert request.columns <= MAX_TILES
    assert request.rows <= MAX_TILES


def test_tiles_have_the_shape_of_the_images_and_room_for_their_pixels() -> None:
    width, height = TILE
    assert height > width
    assert tile_pixels(28, 28, ribbon=False)[0] >= 28
    assert tile_pixels(7, 5, ribbon=True)[0] > width


@given(st.floats(0.01, 100), st.integers(8, 256), st.integers(8, 256))
def test_images_fill_tiles_of_their_proportions(zoom: float, height: int, width: int) -> None:
    tile = image_tile_pixels(height, width, ribbon=False)
    view = VIEW.zoomed(zoom, 300, 300)
    lattice = lattice_for(view, tile, proportional=True)
    assert lattice.suits(view, tile, proportional=True)
    across, down = lattice.width * view.sx, lattice.height * view.sy
    assert across / down == pytest.approx(width / height)
    assert across * down > 28 * 28


def test_a_view_that_is_stretched_asks_for_tiles_of_other_proportions() -> None:
    tile = image_tile_pixels(28, 28, ribbon=False)
    lattice = lattice_for(VIEW, tile, proportional=True)
    stretched = Viewport(sx=300.0, sy=300.0, width=1154.0, height=778.0)
    assert lattice.suits(stretched, tile)
    assert not lattice.suits(stretched, tile, proportional=True)


def test_zooming_in_goes_from_many_small_tiles_to_one_large_one() -> None:
    counts = []
    for zoom in (1.0, 4.0, 30.0, 300.0, 2000.0):
        view = VIEW.zoomed(zoom, 500, 300)
        tile = grown(TILE, view, VIEW)
        assert share_of(view, tile) <= LARGEST_SHARE + 1e-6
        seen = (view.width / tile[0]) * (view.height / tile[1])
        counts.append(seen)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 400
    assert counts[-1] < 3
    assert share_of(view, tile) == pytest.approx(LARGEST_SHARE)
    assert grown(TILE, VIEW.zoomed(0.2, 500, 300), VIEW) == TILE


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_large_tile_lies_in_the_middle_as_far_as_parts_allow(dx: float, dy: float) -> None:
    view = VIEW.zoomed(40.0, 300, 300).panned(dx, dy)
    lattice = large_lattice(view, (400.0, 560.0))
    request = plane_request(view, lattice, XY, ribbon=False)
    for middle, low, size in (
        (view.cx, request.rect[0], lattice.width),
        (view.cy, request.rect[1], lattice.height),
    ):
        off = (middle - low) / size % 1.0 - 0.5
        assert abs(off) <= 0.5 / 16 + 1e-6
    assert covers(request.rect, view.bounds, ribbon=False)


def test_a_glyph_grows_until_it_fills_the_map_and_stays_while_it_pans() -> None:
    view, kept = VIEW, None
    for _ in range(40):
        view = view.zoomed(1.25, 500, 300)
        kept = next_lattice(view, VIEW, kept, (7, 5), glyphs=True, ribbon=False)
    assert kept is not None
    assert kept.large
    share = share_of(view, (kept.width * view.sx, kept.height * view.sy))
    assert 0.7 * LARGEST_SHARE <= share <= 1.26 * LARGEST_SHARE
    assert share > LARGE_SHARE
    moved = view.panned(300.0, -200.0)
    assert next_lattice(moved, VIEW, kept, (7, 5), glyphs=True, ribbon=False) is kept


def test_a_ribbon_has_no_large_tiles() -> None:
    low = Viewport(sx=300.0, sy=300.0, width=900.0, height=150.0)
    kept = next_lattice(low.zoomed(500.0, 9, 9), low, None, (7, 5), glyphs=True, ribbon=True)
    assert not kept.large


@pytest.mark.parametrize(("shape", "glyphs"), [((7, 5), True), ((28, 28), False)])
def test_a_ribbon_grows_with_the_zoom_up_to_its_share(shape: tuple[int, int], glyphs: bool) -> None:
    home = ribbon_tile(VIEW, VIEW, shape, glyphs=glyphs)
    nearer = ribbon_tile(VIEW.zoomed(9.0, 300, 300), VIEW, shape, glyphs=glyphs)
    assert nearer == pytest.approx((3.0 * home[0], 3.0 * home[1]))
    near = VIEW.zoomed(900.0, 300, 300)
    wide, high = ribbon_tile(near, VIEW, shape, glyphs=glyphs)
    assert high == pytest.approx(RIBBON_SHARE * VIEW.height)
    assert wide / high == pytest.approx(home[0] / home[1])
    top, bottom = ribbon_band(near, VIEW, shape, glyphs=glyphs)
    assert bottom - top == pytest.approx(high)
    assert bottom == pytest.approx(RIBBON_FOOT * VIEW.height, abs=1.0)
    lattice = next_lattice(near, VIEW, None, shape, glyphs=glyphs, ribbon=True)
    assert 0.8 < lattice.width * near.sx / wide < 1.3


def test_another_is_wanted_only_where_the_last_one_does_not_serve(canvas: LatentCanvas) -> None:
    wanted = PlaneScheduler(canvas.scene)
    view, home = canvas.navigation.view, canvas.navigation.home
    first = wanted.renewed(view, home, None)
    assert first is not None
    assert first is wanted.request
    assert wanted.renewed(view, home, (0.5, 0.5)) is None
    assert wanted.renewed(view.panned(3.0, 0.0), home, None) is None
    far = wanted.renewed(view.panned(4_000.0, 0.0), home, None)
    assert far is not None
    assert far.rect != first.rect
    assert wanted.renewed(view, home, None) is not None
    wanted.forget()
    assert wanted.renewed(view, home, None) is not None


def test_other_axes_are_another_plane(canvas: LatentCanvas) -> None:
    wanted = PlaneScheduler(canvas.scene)
    view, home = canvas.navigation.view, canvas.navigation.home
    first = wanted.renewed(view, home, None)
    canvas.scene.projection.axes = (1, 0)
    wanted.choose_tiles_anew()
    second = wanted.renewed(view, home, None)
    assert first is not None
    assert second is not None
    assert second.frame != first.frame
