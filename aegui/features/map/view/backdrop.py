"""What is decoded behind the samples: the newest plane, and what is shown until it is there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QRegion

from aegui.features.map.view.lattice import covers, share_of
from aegui.features.map.view.photo_plane import PhotoPlane
from aegui.features.map.view.plane_layer import PlaneLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QColor, QPainter

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.features.map.view.nearness import Nearness
    from aegui.widgets.viewport import Viewport

FADE_S = 0.14
"""So long tiles of one size go over into those of another."""
_SAME = 1e-6
_IN_STEP = 1e-3
_STEPS = 20


@dataclass(frozen=True)
class Inks:
    """How a plane is coloured.

    Attributes:
        on: The colour of a lit pixel; None: images have colours of their own.
        off: The colour of the ground.
        strength: Share of images with colours of their own; the rest is the ground.
    """

    on: QColor | None
    off: QColor
    strength: float = 1.0


class _Tiles:
    """One plane, of glyphs or of other images."""

    def __init__(self) -> None:
        self._glyphs = PlaneLayer()
        self._photos = PhotoPlane()

    @property
    def plane(self) -> Plane | None:
        return self._glyphs.plane or self._photos.plane

    def set_nearness(self, nearness: Nearness | None) -> None:
        self._photos.nearness = nearness

    def set_live(self, live: bool) -> None:
        self._photos.copies = not live

    def set_plane(self, plane: Plane | None, *, glyphs: bool) -> None:
        self._glyphs.set_plane(plane if glyphs else None)
        self._photos.set_plane(None if glyphs else plane)

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        inks: Inks,
        ratio: float,
        band: tuple[float, float] | None,
        opacity: float,
    ) -> None:
        """Paint the plane, and the ground where it has nothing."""
        window = QRectF(view.left, view.top, view.width, view.height)
        photos, off = self._photos, inks.off
        if self._glyphs.plane is not None and inks.on is not None:
            painter.setOpacity(opacity)
            image = self._glyphs.image(view, inks.on, off, ratio, band)
            painter.drawImage(window.topLeft(), image)
        elif opacity < 1.0:
            painter.setOpacity(opacity)
            image = photos.image(view, off, inks.strength, ratio, band, inks.on)
            painter.drawImage(window.topLeft(), image)
        else:
            # Straight onto the map: an image in between costs as much as all the rest.
            painter.setOpacity(1.0)
            painter.fillRect(window, off)
            photos.paint(painter, view, off, inks.strength, ratio, band, inks.on)


class Backdrop:
    """Paints decoded planes: tiles of a new size fade in, what has none shows older ones.

    Beyond the newest plane the last one of all codes is seen, so that there is never a blank.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.fades = True
        """Whether tiles of another size fade in; else they are there at once."""
        self._now = _Tiles()
        self._whole = _Tiles()
        self._before = _Tiles()
        self._begun = 0.0
        self.nearness: Nearness | None = None
        """How strong images are that have colours of their own; None: all alike."""

    def set_nearness(self, nearness: Nearness | None) -> None:
        """Draw pale what is far from samples; None: nothing is."""
        self.nearness = nearness
        for tiles in (self._now, self._whole, self._before):
            tiles.set_nearness(nearness)

    def set_live(self, live: bool) -> None:
        """Whether planes follow one another, so that none is prepared for being moved about."""
        for tiles in (self._now, self._whole, self._before):
            tiles.set_live(live)

    @property
    def plane(self) -> Plane | None:
        """The newest plane."""
        return self._now.plane

    def tile_share(self, view: Viewport) -> float:
        """What a tile takes of the map, in steps; 0 where there is none."""
        plane = self.plane
        if plane is None:
            return 0.0
        x0, y0, x1, y1 = plane.rect
        rows, columns = plane.images.shape[:2]
        tile_px = (x1 - x0) * view.sx / columns, (y1 - y0) * view.sy / rows
        return round(_STEPS * min(1.0, share_of(view, tile_px))) / _STEPS

    @property
    def is_fading(self) -> bool:
        """Whether the tiles before the newest ones are still seen."""
        return self._before.plane is not None

    @property
    def share(self) -> float:
        """How far the newest tiles have come: 0 not at all, 1 they are there."""
        if not self.is_fading:
            return 1.0
        return min(1.0, max(0.0, (self.clock() - self._begun) / FADE_S))

    def set_plane(self, plane: Plane | None, *, glyphs: bool, whole: bool) -> None:
        """Show ``plane`` from now on.

        Args:
            plane: What is decoded; None: nothing is, and nothing older is shown.
            glyphs: Whether its images are glyphs.
            whole: Whether it has all that a map of all codes shows.
        """
        shown = self._now.plane
        if plane is None or shown is None or not self.fades or not _alike(plane, shown):
            self._before.set_plane(None, glyphs=glyphs)
        elif not _in_step(plane, shown):
            if self.share > 0.5 or not self.is_fading:
                self._now, self._before = self._before, self._now
            self._begun = self.clock()
        self._now.set_plane(plane, glyphs=glyphs)
        kept = self._whole.plane
        if plane is None or whole or kept is None or kept.frame != plane.frame:
            self._whole.set_plane(plane if whole else None, glyphs=glyphs)

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        inks: Inks,
        ratio: float,
        band: tuple[float, float] | None,
    ) -> None:
        """Paint the window of ``view``.

        Args:
            painter: Of the widget.
            view: What is seen.
            inks: The colours.
            ratio: Device pixels per logical pixel.
            band: For a ribbon: first and last logical pixel row of the one row of tiles, counted
                from the top of ``view``; None: tiles lie where their y says.
        """
        share = self.share
        if share >= 1.0 and self.is_fading:
            self._before.set_plane(None, glyphs=True)
        below = self._below(view, is_ribbon=band is not None)
        painter.save()
        painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
        over = _within(self.plane, view, is_ribbon=band is not None)
        for place, tiles in enumerate([*below, self._now]):
            if place:
                # The first one fills the window, others lie over it where they have something.
                painter.setClipRect(_within(tiles.plane, view, is_ribbon=band is not None))
            elif below and share >= 1.0:
                # Nothing is seen of it where the newest plane is.
                painter.setClipRegion(_beside(over, view))
            opacity = share if tiles is self._now else 1.0
            tiles.paint(painter, view, inks, ratio, band, opacity)
        painter.restore()

    def _below(self, view: Viewport, *, is_ribbon: bool) -> list[_Tiles]:
        """What is seen where the newest plane is not, or not fully, the lowest first."""
        plane, found = self._now.plane, []
        if plane is None:
            return []
        tops = [self._before] if self.is_fading else []
        top = self._before.plane or plane
        whole = self._whole.plane
        if whole is not None and not covers(top.rect, view.bounds, ribbon=is_ribbon):
            found.append(self._whole)
        return [*found, *tops]


def _within(plane: Plane | None, view: Viewport, *, is_ribbon: bool) -> QRectF:
    """Where ``plane`` lies in the widget."""
    window = QRectF(view.left, view.top, view.width, view.height)
    if plane is None:
        return window
    x0, y0, x1, y1 = plane.rect
    left, right = view.x_pixel(x0), view.x_pixel(x1)
    if is_ribbon:
        return QRectF(left, view.top, right - left, view.height) & window
    return QRectF(left, view.y_pixel(y1), right - left, (y1 - y0) * view.sy) & window


def _beside(rect: QRectF, view: Viewport) -> QRegion:
    """The window without what ``rect`` covers in full."""
    window = QRectF(view.left, view.top, view.width, view.height).toAlignedRect()
    inner = rect.adjusted(1.0, 1.0, -1.0, -1.0).toRect()
    return QRegion(window) - QRegion(inner)


def _alike(a: Plane, b: Plane) -> bool:
    """Whether the one can go over into the other."""
    return a.frame == b.frame and a.images.shape[2:] == b.images.shape[2:]


def _in_step(a: Plane, b: Plane) -> bool:
    """Whether both have the same tiles, as far as they lie over one another."""
    for low, high, parts in ((0, 2, 1), (1, 3, 0)):
        size = (a.rect[high] - a.rect[low]) / a.images.shape[parts]
        other = (b.rect[high] - b.rect[low]) / b.images.shape[parts]
        apart = (a.rect[low] - b.rect[low]) / size
        if abs(size / other - 1.0) > _SAME or abs(apart - round(apart)) > _IN_STEP:
            return False
    return True
