"""A plane is requested when the last one no longer suffices, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.map.view.plane_scheduler import PlaneScheduler

if TYPE_CHECKING:
    from aegui.features.map.view.canvas import LatentCanvas


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
