"""The map during training: painted in parts, so that the mouse never waits for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QRegion

from aegui.features.map.view import surface
from aegui.features.map.view.navigation import FOLLOWING_MS
from tests.features.map.view.canvases import on_screen, painted, plane_for, rgb, ring
from tests.harness.paints import Paints

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


@pytest.fixture
def live(canvas: LatentCanvas, monkeypatch: pytest.MonkeyPatch) -> LatentCanvas:
    """Return a canvas that paints in parts, as if painting took long."""
    for limit in ("LONG_MS", "POINTED_AT_MS"):
        monkeypatch.setattr(surface, limit, 0.0)
    canvas.surface.set_live(True)
    painted(canvas)
    return canvas


def seen(canvas: LatentCanvas) -> NDArray[np.uint8]:
    return rgb(painted(canvas))


def at_rest(canvas: LatentCanvas) -> NDArray[np.uint8]:
    """Return the image painted in one go."""
    canvas.surface.set_live(False)
    canvas.surface.picture.drop()
    return seen(canvas)


def wait_for_parts(canvas: LatentCanvas, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: canvas.surface._parts is None and not canvas.navigation.is_moving)


def test_the_picture_before_stays_until_the_next_one_is_whole(
    live: LatentCanvas, qtbot: QtBot
) -> None:
    before = seen(live)
    live.set_codes(0.9 * ring())
    # Away from bars and scales, which are separate widgets.
    middle = np.s_[80:400, 80:500]
    np.testing.assert_array_equal(seen(live)[middle], before[middle])
    wait_for_parts(live, qtbot)
    after = seen(live)
    assert (after != before).any()
    np.testing.assert_array_equal(after, at_rest(live))


def test_codes_that_change_meanwhile_are_painted_next(live: LatentCanvas, qtbot: QtBot) -> None:
    for share in (0.95, 0.9, 0.85):
        live.set_codes(share * ring())
        qtbot.wait(1)
    wait_for_parts(live, qtbot)
    qtbot.waitUntil(lambda: live.surface._painted == live.navigation.view)
    seen(live)
    wait_for_parts(live, qtbot)
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_codes_that_leave_the_view_are_followed(live: LatentCanvas, qtbot: QtBot) -> None:
    before = live.navigation.view
    live.set_codes(4.0 * ring())
    wait_for_parts(live, qtbot)
    seen(live)
    wait_for_parts(live, qtbot)
    assert live.navigation.view != before
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_what_a_person_moves_is_painted_at_once(live: LatentCanvas) -> None:
    before = seen(live)
    live.navigation.pan(40, 10)
    moved = seen(live)
    assert (moved != before).any()
    np.testing.assert_array_equal(moved, at_rest(live))


def test_another_size_is_painted_at_once(live: LatentCanvas) -> None:
    live.resize(640, 420)
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_the_cursor_goes_over_the_picture_before(live: LatentCanvas, qtbot: QtBot) -> None:
    live.set_codes(0.9 * ring())
    before = seen(live)
    live.map_cursor.put(0.2, 0.3)
    live.set_preview(np.eye(7, 5, dtype=np.float32))
    over = seen(live)
    assert live.surface._parts is not None, "the rest still waits"
    assert (over != before).any()
    wait_for_parts(live, qtbot)
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_controls_are_repainted_with_the_map_once_in_a_while(
    live: LatentCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = live.overlays.bar
    live.map_cursor.put(0.2, 0.3)

    def repaints_bar(share: float) -> bool:
        seen(live)
        updates = Paints(bar)
        live.set_codes(share * ring())
        wait_for_parts(live, qtbot)
        QCoreApplication.processEvents()
        bar.removeEventFilter(updates)
        return bool(updates.regions)

    monkeypatch.setattr(surface, "_CORNERS_S", 0.0)
    assert repaints_bar(0.95)
    monkeypatch.setattr(surface, "_CORNERS_S", 1e9)
    assert not repaints_bar(0.9)
    cards = [card.geometry() for card in live.overlays.cards if card.isVisible()]
    assert cards
    shown = rgb(on_screen(live))
    for card in cards:
        # The map in the rounded corners is the one before.
        shown[card.top() : card.bottom() + 1, card.left() : card.right() + 1] = 0
    assert (shown != 0).any()
    whole = at_rest(live)
    for card in cards:
        whole[card.top() : card.bottom() + 1, card.left() : card.right() + 1] = 0
    np.testing.assert_array_equal(shown, whole)


def test_the_overview_is_repainted_with_the_map(
    live: LatentCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.navigation.zoom(8.0, 350.0, 250.0)
    live.map_cursor.put(0.2, 0.3)
    seen(live)
    monkeypatch.setattr(surface, "_CORNERS_S", 1e9)
    assert live.overlays.minimap.isVisible()
    updates = Paints(live.overlays.minimap)
    live.set_codes(0.9 * ring())
    wait_for_parts(live, qtbot)
    qtbot.waitUntil(lambda: bool(updates.regions))


def test_a_move_over_a_view_that_follows_repaints_little(live: LatentCanvas, qtbot: QtBot) -> None:
    live.map_cursor.put(0.2, 0.3)
    seen(live)
    # The view of the next codes is that of all of them at once.
    live.navigation.start_afresh()
    live.set_codes(4.0 * ring())
    live.repaint()
    assert live.surface.shown_view == live.surface._painted != live.navigation.view
    updates = Paints(live)
    live.map_cursor.put(0.25, 0.3)
    QCoreApplication.sendPostedEvents()
    (region,) = updates.regions[:1]
    assert not (QRegion(live.rect()) - region).isEmpty()
    wait_for_parts(live, qtbot)
    seen(live)
    wait_for_parts(live, qtbot)
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_the_end_of_the_training_leaves_nothing_half_painted(live: LatentCanvas) -> None:
    live.set_codes(0.9 * ring())
    live.surface.set_live(False)
    assert live.surface._parts is None
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_a_map_that_is_painted_quickly_is_painted_at_once(
    live: LatentCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surface, "LONG_MS", 1e6)
    live.set_codes(0.9 * ring())
    np.testing.assert_array_equal(seen(live), at_rest(live))


def test_a_map_that_somebody_points_at_is_painted_in_parts_sooner(
    live: LatentCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surface, "LONG_MS", 1e6)
    live.map_cursor.put(0.2, 0.3)
    seen(live)
    live.set_codes(0.9 * ring())
    assert live.surface._parts is not None
    wait_for_parts(live, qtbot)
    np.testing.assert_array_equal(seen(live), at_rest(live))
    live.surface.set_live(True)
    live.map_cursor.leave()
    seen(live)
    live.set_codes(ring())
    assert live.surface._parts is None, "nobody waits: at once"


def test_detail_that_arrives_under_the_cursor_is_painted_in_parts(
    live: LatentCanvas, qtbot: QtBot
) -> None:
    live.surface.set_live(False)
    live.map_cursor.put(0.2, 0.3)
    before = seen(live)
    live.request_plane()
    assert live.planes.request is not None
    plane = plane_for(live.planes.request)
    live.set_plane(plane)
    np.testing.assert_array_equal(seen(live), before, "the rest still waits")
    qtbot.waitUntil(lambda: (seen(live) != before).any())
    qtbot.waitUntil(lambda: not live.scene.is_rough)
    wait_for_parts(live, qtbot)
    whole = seen(live)
    live.surface.picture.drop()
    np.testing.assert_array_equal(seen(live), whole)
    # What the user changes meanwhile is painted at once, with what has arrived.
    live.set_plane(None)
    live.set_prior(True)
    changed = seen(live)
    live.surface.picture.drop()
    np.testing.assert_array_equal(seen(live), changed)
    # Nobody waits for an answer at the cursor: at once.
    live.map_cursor.leave()
    bare = seen(live)
    live.set_plane(plane)
    assert (seen(live) != bare).any()


def test_the_map_is_whole_when_the_pointer_leaves_between_two_parts(
    live: LatentCanvas, qtbot: QtBot
) -> None:
    live.surface.set_live(False)
    live.scene.backdrop.fades = False
    live.map_cursor.put(0.2, 0.3)
    live.request_plane()
    assert live.planes.request is not None
    seen(live)
    before = rgb(on_screen(live))
    live.set_plane(plane_for(live.planes.request))
    # The time of the timer has come, and the pointer leaves before the next part.
    live.surface._refine.stop()
    live.surface._on_refine_timeout()
    assert live.surface._parts is not None
    live.map_cursor.leave()
    QCoreApplication.processEvents()
    wait_for_parts(live, qtbot)
    QCoreApplication.processEvents()
    shown = rgb(on_screen(live))
    assert (shown != before).mean() > 0.1
    np.testing.assert_array_equal(shown, seen(live))


def test_a_map_that_takes_long_to_paint_moves_in_fewer_steps(live: LatentCanvas) -> None:
    assert live.navigation.following_ms >= FOLLOWING_MS
    for _ in range(40):
        live.surface._pace(20.0)
    assert live.navigation.following_ms == pytest.approx(200, rel=0.05)
    for _ in range(40):
        live.surface._pace(0.5)
    assert live.navigation.following_ms == FOLLOWING_MS
