"""The whole map as a cached pixmap, painted at once or in parts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from aegui.features.map.view.ground import Ground, Target
from aegui.features.map.view.marks import paint_pin

if TYPE_CHECKING:
    from collections.abc import Iterator

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
