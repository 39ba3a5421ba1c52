"""The painted surface of the map: its contents and the cursor overlay."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.features.map.view.cursor_overlay import CursorOverlay
from aegui.features.map.view.navigation import FOLLOWING_MS, FRAME_MS, Navigation
from aegui.features.map.view.scene import Scene
from aegui.kit.motion import moves
from aegui.kit.theme import RADIUS, SPACING, current_theme, figures_font
from aegui.session.jobs.clock import one_shot
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QFont, QPaintEvent, QPixmap, QRegion

    from aegui.kit.theme import Theme
    from aegui.widgets.viewport import Viewport

MOVING_MS = 32
"""A view that moved this recently is likely to move again and be repainted anyway."""
_FOLLOWING_SHARE = 0.1
"""Maximum share of the time spent on repainting a map that follows codes."""
LONG_MS = 8.0
"""Maps that take longer are painted in parts; for faster ones parts cost more than ..."""
POINTED_AT_MS = 2.0
"""... they save, unless the user points at the map and waits for the decoded image."""
_SMOOTHING = 0.25
_ENDED = object()
_FIGURES_SCALE = 0.88
_POINT_PX = 12
"""Side of the rectangle reported to screen readers for a sample."""
_RESTYLING = (
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.FontChange,
)


class MapSurface(QWidget):
    """Paints a ``Scene`` through the viewport of a ``Navigation``, and the overlay above it."""

    accessible_role = QAccessible.Role.Canvas

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        """The contents of the map."""
        self.cursor_overlay = CursorOverlay(self.scene)
        """The overlay at the cursor."""
        self.navigation = Navigation(self)
        """Owner of the viewport."""
        self._empty_text = tr("Press Train to see the codes.")
        self._figures: QFont | None = None
        self._keys_in_use = self._is_live = False
        self._painted: Viewport | None = None
        self._cost_ms = self._part_ms = 0.0
        self._parts: Iterator[None] | None = None
        self._is_awaited = False
        self._next_part = one_shot(self, self._on_next_part_timeout)
        self._moved_s = 0.0
        self._refine = one_shot(self, self.redraw)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Latent map"))
        self.follow_style()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(800, 560)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(220, 200)

    def part_count(self) -> int:
        """Return how many samples are on the map."""
        codes = self.scene.codes
        return 0 if codes is None else len(codes.indices)

    def part_words(self, place: int) -> str:
        """Return name and position of a sample."""
        points = self.scene.points
        x, y = points.places[place].tolist()
        name = label_name(points.sprites.names[int(points.indices[place])])
        return tr("{name} at {x:.2f}, {y:.2f}", name=name, x=x, y=y)

    def part_rect(self, place: int) -> QRect:
        """Return a small rectangle around a sample."""
        self.scene.lay_out(self.navigation.view)
        x, y = self.scene.points.pixels[place].tolist()
        return QRectF(x - _POINT_PX / 2, y - _POINT_PX / 2, _POINT_PX, _POINT_PX).toRect()

    def place_at(self, position: QPoint) -> int | None:
        """Return the sample at ``position``, or None."""
        self.scene.lay_out(self.navigation.view)
        points = self.scene.points
        index = points.hit(position.x(), position.y())
        return None if index is None else points.place_of(index)

    def current_part(self) -> int | None:
        """Return None: the keys move a cursor that is not tied to the samples."""
        return None

    def _overlay_region(self) -> QRegion:
        return self.cursor_overlay.region(self.navigation.view, self._font())

    def _update_overlay(self, region: QRegion) -> None:
        """Repaint the overlay where it was and in ``region``, where it is."""
        # Input takes precedence over the next part of the map.
        self._is_awaited = True
        if self._painted != self.navigation.view:
            # The widget shows the picture of a previous view: repaint all of it.
            self.update()
            return
        self.update(self.cursor_overlay.painted + region)

    def redraw(self) -> None:
        """Repaint the map after a change of its contents."""
        self.scene.touch()
        self._show_changes()

    def _redraw_soon(self) -> None:
        """Schedule a repaint with the next frame, for changes that can wait."""
        moves = time.monotonic() - self._moved_s < MOVING_MS / 1000
        self._refine.start(MOVING_MS if moves else FRAME_MS)

    def _font(self) -> QFont:
        if self._figures is None:
            self._figures = figures_font(self.font(), scale=_FIGURES_SCALE)
        return self._figures

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme, ratio = current_theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        picture, view = self._picture(theme, ratio)
        painter.drawPixmap(0, 0, picture)
        if view != self._painted:
            self._painted, self._moved_s = view, time.monotonic()
        if self.scene.is_rough:
            self._redraw_soon()
        if self.scene.codes is None:
            self._paint_empty(painter, view)
        painter.setClipRegion(event.region())
        self.cursor_overlay.paint(painter, view, theme, ratio, self._font())
        if self.hasFocus() and self._keys_in_use:
            self._paint_focus(painter)

    def _picture(self, theme: Theme, ratio: float) -> tuple[QPixmap, Viewport]:
        """Return the picture of the map and the viewport it shows."""
        before = self._picture_before()
        if before is not None:
            self._begin_parts()
            return before
        self._stop_parts()
        view, size, scene = self.navigation.view, self.size(), self.scene
        is_painted, begun = scene.is_painted(view, size, ratio, theme), time.thread_time()
        picture = scene.picture(view, size, ratio, theme, self._font())
        if not is_painted:
            self._pace(1000.0 * (time.thread_time() - begun))
        return picture, view

    def _picture_before(self) -> tuple[QPixmap, Viewport] | None:
        """Return the last picture and its viewport if it may stay for a moment, else None.

        Changes made by a training network are painted in parts, between which input is handled, if
        painting takes long. Changes made by the user are painted at once.
        """
        scene, navigation = self.scene, self.navigation
        is_pointed_at = self.cursor_overlay.place is not None
        long_ms = POINTED_AT_MS if is_pointed_at else LONG_MS
        if not self._is_live or self._cost_ms < long_ms or scene.codes is None:
            return None
        before = scene.picture_before(self.size(), self.devicePixelRatioF(), current_theme())
        stays = before is not None and (navigation.following or navigation.view == before[1])
        return before if stays else None

    def _show_changes(self) -> None:
        """Repaint changed contents at once or in parts, and then the overlay."""
        if self.isVisible() and self._picture_before() is not None:
            self._begin_parts()
        else:
            self.update()

    def _begin_parts(self) -> None:
        view, size, ratio, theme = (
            self.navigation.view,
            self.size(),
            self.devicePixelRatioF(),
            current_theme(),
        )
        if self._parts is None and not self.scene.is_painted(view, size, ratio, theme):
            self._parts = self.scene.paint_ahead(view, size, ratio, theme, self._font())
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
            self.update()
        else:
            self._next_part.start()

    def _pace(self, cost_ms: float) -> None:
        """Set the pace of following the codes from ``cost_ms``, the time that painting took."""
        self._cost_ms += _SMOOTHING * (cost_ms - self._cost_ms)
        wanted = max(FOLLOWING_MS, round(self._cost_ms / _FOLLOWING_SHARE))
        self.navigation.following_ms = wanted

    def _paint_empty(self, painter: QPainter, view: Viewport) -> None:
        theme = current_theme()
        painter.setFont(self.font())
        room = QRectF(view.left, view.top, view.width, view.height).adjusted(24, 24, -24, -24)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = painter.boundingRect(room, flags, self._empty_text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.border)
        painter.setBrush(theme.raised)
        card = text.adjusted(-2 * SPACING, -SPACING, 2 * SPACING, SPACING)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        painter.setPen(theme.text)
        painter.drawText(room, flags, self._empty_text)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(current_theme().accent, 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def follow_style(self) -> None:
        """Disable fading and gliding if desktop or settings ask for no animations."""
        self.navigation.glides = moves()
        self.scene.backdrop.fades = moves() and not self._is_live

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() in _RESTYLING:
            self.follow_style()
            self._figures = None
            self.scene.drop_pictures()
            self.update()
        super().changeEvent(event)
