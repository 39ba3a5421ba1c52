"""Painting of the map onto its widget: at once, or in parts while a network trains."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPen, QPixmap, QRegion

from aegui.core.i18n import tr
from aegui.features.map.view.ground import Ground, Target
from aegui.features.map.view.marks import paint_pin, paint_pixmap
from aegui.features.map.view.navigation import FOLLOWING_MS, FRAME_MS
from aegui.kit.motion import moves
from aegui.kit.theme import RADIUS, SPACING, current_theme, figures_font
from aegui.session.jobs.clock import one_shot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QWidget

    from aegui.features.map.view.cursor_overlay import CursorOverlay
    from aegui.features.map.view.navigation import Navigation
    from aegui.features.map.view.overlays import MapOverlays
    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Viewport


class MapPicture:
    """Paints a scene, except for what moves with the cursor, and keeps the result."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._ground = Ground(scene)
        self._pixmap, self._spare = QPixmap(), QPixmap()
        self._painted: tuple[Target, int] | None = None
        """What ``_pixmap`` shows: the target and the version of the scene."""
        self._seen: Viewport | None = None

    def drop(self) -> None:
        """Discard all cached pictures after a change of colours, fonts or screen."""
        self._scene.points.sprites.drop()
        self._ground.drop()
        self._painted = None
        self._scene.touch()

    def drop_spare(self) -> None:
        """Discard the pixmap that ``paint_ahead`` paints."""
        self._spare = QPixmap()

    def current_pixmap(self, target: Target) -> QPixmap:
        """Return the picture for ``target``, painted now unless it is up to date."""
        self._scene.lay_out(target.view)
        if not self.is_painted(target):
            for _ in self._parts(self._pixmap, target):
                pass
        return self._pixmap

    def is_painted(self, target: Target) -> bool:
        """Return whether ``current_pixmap`` would paint nothing."""
        return self._painted == (target, self._scene.version)

    @property
    def version(self) -> int:
        """The version of the scene that the picture shows; -1 if there is none."""
        return -1 if self._painted is None else self._painted[1]

    def before(self, target: Target) -> tuple[QPixmap, Viewport] | None:
        """Return the last picture and its viewport unless size, ratio or theme differ."""
        if self._painted is None or self._painted[0][1:4] != target[1:4]:
            return None
        return self._pixmap, self._painted[0].view

    def paint_ahead(self, target: Target) -> Iterator[None]:
        """Paint the next picture in parts; ``before`` returns the previous one meanwhile."""
        before = self._pixmap
        yield from self._parts(self._spare, target)
        self._spare = before

    def _parts(self, onto: QPixmap, target: Target) -> Iterator[None]:
        """Paint the whole map in parts onto a pixmap, which becomes the picture at the end."""
        scene, ground, version = self._scene, self._ground, self._scene.version
        view, theme, ratio = target.view, target.theme, target.ratio
        scene.lay_out(view)
        yield
        onto = target.fitting(onto)
        if view != self._seen:
            # While the view moves, a cached ground would not be reused.
            self._seen = view
            with _painting(onto) as painter:
                ground.paint_plane(painter, target)
            yield
            with _painting(onto) as painter:
                ground.paint_rulers(painter, target)
        else:
            below = ground.pixmap(target)
            yield
            with _painting(onto) as painter:
                painter.drawPixmap(0, 0, below)
        yield
        # Meanwhile the layout may have been computed for another view or other codes.
        scene.lay_out(view)
        with _painting(onto) as painter:
            painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
            scene.layers.paint_below(painter, view, theme, ratio)
            over = scene.layers.shown_field() is not None
            scene.points.paint(painter, view, theme, ratio, target.font, over_field=over)
            scene.layers.paint_path(painter, view, theme)
            for index, at in scene.pin_coordinates(view):
                right = view.left + view.width
                paint_pin(painter, at, scene.pins[index].name, theme, target.font, right)
        self._pixmap, self._painted = onto, (target, version)


@contextmanager
def _painting(pixmap: QPixmap) -> Iterator[QPainter]:
    painter = QPainter(pixmap)
    try:
        yield painter
    finally:
        painter.end()


MOVING_MS = 32
"""A view that moved this recently is likely to move again and be repainted anyway."""
_FOLLOWING_SHARE = 0.1
"""Maximum share of the time spent on repainting a map that follows codes."""
LONG_MS = 8.0
"""Maps that take longer are painted in parts; for faster ones parts cost more than ..."""
POINTED_AT_MS = 2.0
"""... they save, unless the user points at the map and waits for the decoded image."""
_CORNERS_S = 1.0
"""The map in the rounded corners of its controls is repainted no more often while pointed at."""
_SMOOTHING = 0.25
_ENDED = object()
_FIGURES_SCALE = 0.88


class MapSurface(QObject):
    """Paints a scene through the viewport of a ``Navigation``, and the overlay above it."""

    def __init__(
        self,
        widget: QWidget,
        scene: Scene,
        overlay: CursorOverlay,
        navigation: Navigation,
        controls: MapOverlays,
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        self._scene = scene
        self._overlay = overlay
        self._navigation = navigation
        self._controls = controls
        self.picture = MapPicture(scene)
        """The cached picture of the scene."""
        self.empty_text = tr("Press Train to see the codes.")
        """The text shown while there are no codes."""
        self._figures: QFont | None = None
        self._shows_focus = self._is_live = False
        self._painted: Viewport | None = None
        self._cost_ms = self._part_ms = 0.0
        self._parts: Iterator[None] | None = None
        self._is_awaited = self._is_gathering = False
        self._next_part = one_shot(self, self._on_next_part_timeout)
        self._moved_s = self._controls_s = 0.0
        self._refine = one_shot(self, self._on_refine_timeout)
        self._refined = -1
        self.follow_style()

    # Requests to paint

    def redraw(self) -> None:
        """Repaint the map after a change of its contents."""
        self._scene.touch()
        self.show_changes()

    def redraw_soon(self) -> None:
        """Schedule a repaint with the next frame, for changes that can wait."""
        moves = time.monotonic() - self._moved_s < MOVING_MS / 1000
        self._refine.start(MOVING_MS if moves else FRAME_MS)

    def refine(self) -> None:
        """Schedule a repaint of a decoded plane that has arrived or gone."""
        self._touch_patiently()
        self.redraw_soon()

    @Slot()
    def _on_refine_timeout(self) -> None:
        self._touch_patiently()
        self.show_changes()

    def _touch_patiently(self) -> None:
        """Mark the picture as outdated by detail alone, unless it lacks more already."""
        is_patient = self._scene.version in (self._refined, self.picture.version)
        self._scene.touch()
        if is_patient:
            self._refined = self._scene.version

    def show_changes(self) -> None:
        """Repaint changed contents at once or in parts, and then the overlay."""
        target = self._target()
        if self._widget.isVisible() and self._picture_before(target) is not None:
            self._begin_parts(target)
        else:
            self._widget.update()

    @contextmanager
    def one_update(self) -> Iterator[None]:
        """Repaint the overlay once, at the end, for all its changes inside the ``with`` block."""
        self._is_gathering = True
        try:
            yield
        finally:
            self._is_gathering = False
            self.update_overlay()

    def update_overlay(self, region: QRegion | None = None) -> None:
        """Repaint the overlay where it was and where it is: in ``region``, by default all of it."""
        if self._is_gathering:
            return
        # Input takes precedence over the next part of the map.
        self._is_awaited = True
        view = self._navigation.view
        if self._painted != view and self._painted != (view := self.shown_view):
            # The widget shows the picture of a previous view: repaint all of it.
            self._update_map()
            return
        region = self._overlay.region(view, self.font()) if region is None else region
        # Qt paints every control that a repainted region meets anew.
        self._widget.update(self._overlay.painted + region - self.covered())

    def covered(self) -> QRegion:
        """Return what the visible controls cover of the map for certain: all but their corners."""
        covered, corner = QRegion(), RADIUS + 1
        # With a fractional ratio a pixel at an edge is shared by control and map.
        edge = 0 if self._widget.devicePixelRatioF().is_integer() else 1
        for card in (*self._controls.cards, self._controls.minimap):
            if card.isVisibleTo(self._widget):
                rect = card.geometry()
                covered += rect.adjusted(corner, edge, -corner, -edge)
                covered += rect.adjusted(edge, corner, -edge, -corner)
        return covered

    def set_live(self, live: bool) -> None:
        """Set whether the network trains: planes that are soon replaced do not fade."""
        if live == self._is_live:
            return
        self._is_live = live
        self._stop_parts()
        self._scene.backdrop.set_live(live)
        self.picture.drop_spare()
        self.follow_style()
        self._widget.update()

    def show_focus(self, shown: bool) -> None:
        """Show or hide the frame of the keyboard focus while the map has it."""
        if shown != self._shows_focus:
            self._shows_focus = shown
            self._widget.update()

    def follow_style(self) -> None:
        """Disable fading and gliding if desktop or settings ask for no animations."""
        self._navigation.glides = moves()
        self._scene.backdrop.fades = moves() and not self._is_live

    def restyle(self) -> None:
        """Paint all anew after a change of colours, fonts or screen."""
        self.follow_style()
        self._figures = None
        self.picture.drop()
        self._widget.update()

    def font(self) -> QFont:
        """Return the font of figures and names on the map."""
        if self._figures is None:
            self._figures = figures_font(self._widget.font(), scale=_FIGURES_SCALE)
        return self._figures

    # Painting

    def paint(self, region: QRegion) -> None:
        """Paint the ``region`` of the widget."""
        target, widget = self._target(), self._widget
        painter = QPainter(widget)
        picture, view = self._picture(target)
        paint_pixmap(painter, QPointF(0, 0), picture)
        if view != self._painted:
            self._painted, self._moved_s = view, time.monotonic()
        if self._scene.is_rough:
            self.redraw_soon()
        if self._scene.codes is None:
            self._paint_empty(painter, view)
        painter.setClipRegion(region)
        self._overlay.paint(painter, target, view, region)
        if self._shows_focus and widget.hasFocus():
            self._paint_focus(painter)

    @property
    def shown_view(self) -> Viewport:
        """The viewport of the picture that is painted next, behind that of the navigation or it."""
        view = self._navigation.view
        if self._painted == view:
            return view
        before = self._picture_before(self._target())
        return view if before is None else before[1]

    def _target(self) -> Target:
        widget = self._widget
        ratio = widget.devicePixelRatioF()
        return Target(self._navigation.view, widget.size(), ratio, current_theme(), self.font())

    def _picture(self, target: Target) -> tuple[QPixmap, Viewport]:
        """Return the picture of the map and the viewport it shows."""
        before = self._picture_before(target)
        if before is not None:
            self._begin_parts(target)
            return before
        if self._parts is not None:
            # They would have ended with a repaint of all; this one may be of a small region.
            self._widget.update()
        self._stop_parts()
        is_painted, begun = self.picture.is_painted(target), time.thread_time()
        pixmap = self.picture.current_pixmap(target)
        if not is_painted:
            self._pace(1000.0 * (time.thread_time() - begun))
        return pixmap, target.view

    def _picture_before(self, target: Target) -> tuple[QPixmap, Viewport] | None:
        """Return the last picture and its viewport if it may stay for a moment, else None.

        Changes made by a training network, and detail that arrives under the cursor of the user,
        are painted in parts, between which input is handled, if painting takes long. Changes made
        by the user are painted at once.
        """
        is_pointed_at = self._overlay.position is not None
        waits = self._is_live or (is_pointed_at and self._refined == self._scene.version)
        long_ms = POINTED_AT_MS if is_pointed_at else LONG_MS
        if not waits or self._cost_ms < long_ms or self._scene.codes is None:
            return None
        before = self.picture.before(target)
        if before is None or target.view == before[1]:
            return before
        return before if self._is_live and self._navigation.following else None

    def _begin_parts(self, target: Target) -> None:
        if self._parts is None and not self.picture.is_painted(target):
            self._parts = self.picture.paint_ahead(target)
            self._part_ms = 0.0
            self._next_part.start()

    def _stop_parts(self) -> None:
        self._parts = None
        self._next_part.stop()

    @Slot()
    def _on_next_part_timeout(self) -> None:
        if self._parts is None:
            return
        if self._is_awaited:
            self._is_awaited = False
            self._next_part.start()
            return
        begun = time.thread_time()
        try:
            ended = next(self._parts, _ENDED) is _ENDED
        except Exception:
            self._stop_parts()
            raise
        self._part_ms += 1000.0 * (time.thread_time() - begun)
        if ended:
            self._stop_parts()
            self._pace(self._part_ms)
            if not self._is_live and not self._scene.is_rough:
                self.picture.drop_spare()
            self._update_map()
        else:
            self._next_part.start()

    def _update_map(self) -> None:
        """Repaint the map; its controls, while it trains and is pointed at, only once a second.

        They take as long to paint as the map. Until then their rounded corners show the map before.
        """
        region, now = QRegion(self._widget.rect()), time.monotonic()
        is_pointed_at = self._is_live and self._overlay.position is not None
        if is_pointed_at and now - self._controls_s < _CORNERS_S:
            for card in self._controls.cards:
                if card.isVisibleTo(self._widget):
                    region -= QRegion(card.geometry())
        else:
            self._controls_s = now
        self._widget.update(region)

    def _pace(self, cost_ms: float) -> None:
        """Set the pace of following the codes from ``cost_ms``, the time that painting took."""
        self._cost_ms += _SMOOTHING * (cost_ms - self._cost_ms)
        interval_ms = max(FOLLOWING_MS, round(self._cost_ms / _FOLLOWING_SHARE))
        self._navigation.following_ms = interval_ms

    def _paint_empty(self, painter: QPainter, view: Viewport) -> None:
        theme = current_theme()
        painter.setFont(self._widget.font())
        area = QRectF(view.left, view.top, view.width, view.height).adjusted(24, 24, -24, -24)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = painter.boundingRect(area, flags, self.empty_text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.border)
        painter.setBrush(theme.raised)
        card = text.adjusted(-2 * SPACING, -SPACING, 2 * SPACING, SPACING)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        painter.setPen(theme.text)
        painter.drawText(area, flags, self.empty_text)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(current_theme().accent, 2))
        painter.drawRect(self._widget.rect().adjusted(1, 1, -1, -1))
