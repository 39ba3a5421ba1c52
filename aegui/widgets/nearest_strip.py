"""The samples of a set that are nearest to an image, in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme
from aegui.session.data.looks import GLYPHS, Look
from aegui.widgets.dragged_samples import drag_samples, is_dragged
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

_PLACE_PX = QSize(44, 50)
_KIN_GLYPH_PX = 30


def nearest_title(look: Look) -> str:
    """What stands above the nearest samples."""
    return tr("Nearest characters") if look.glyphs else tr("Nearest images")


def error_text(error: float) -> str:
    """A mean squared error in 0..1 with three significant figures."""
    return localized(error, ".4f") if error < 0.1 else localized(error, ".3f")


class NearestStrip(Painted):
    """The samples nearest to an image: their pictures, names and distances.

    They can be dragged from here to where samples are collected.

    Signals:
        sample_activated(index): A sample was clicked, or Enter pressed on it; ``index`` is its
            place in the set.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyphs = GlyphCache()
        self._nearest: tuple[tuple[str, float], ...] = ()
        self._indices: tuple[int, ...] = ()
        self._current = 0
        self._pressed: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Nearest characters"))
        self.figures = offer_painted(self, "nearest", fits=False)

    def set_samples(self, images: ArrayLike, look: Look = GLYPHS) -> None:
        """The images ``[N, H, W]`` or ``[N, C, H, W]`` that the indices speak of, not copied."""
        self._glyphs.set_images(images, look)
        self.setAccessibleName(nearest_title(look))
        self.update()

    def set_nearest(self, nearest: tuple[tuple[str, float], ...], indices: Sequence[int]) -> None:
        """Show ``nearest``: name and distance, with their places in the set."""
        if (nearest, tuple(indices)) != (self._nearest, self._indices):
            self._nearest, self._indices = nearest, tuple(indices)
            self._current = min(self._current, max(0, len(nearest) - 1))
            texts = (self.text_of(place) for place in range(len(nearest)))
            describe(self, "; ".join(texts), spoken=False)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(5 * _PLACE_PX.width(), _PLACE_PX.height())

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(3 * _PLACE_PX.width(), _PLACE_PX.height())

    def text_of(self, place: int) -> str:
        """Label and distance of the ``place``-th nearest, in words."""
        label, distance = self._nearest[place]
        if self._glyphs.look.glyphs:
            away = trn("{n} pixel away", "{n} pixels away", round(distance))
        else:
            away = tr("mean squared difference {error}", error=error_text(distance))
        return f"{label_name(label)}: {away}"

    def place_rect(self, place: int) -> QRect:
        """Where the ``place``-th nearest is painted."""
        step = max(_PLACE_PX.width(), min(self.width() // max(1, len(self._nearest)), 72))
        return QRect(place * step, 0, _PLACE_PX.width(), _PLACE_PX.height())

    def _place_at(self, position: QPoint) -> int | None:
        places = range(len(self._nearest))
        return next((i for i in places if self.place_rect(i).contains(position)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        pressed = self._pressed
        place = None if pressed is None else self._place_at(pressed)
        if pressed is None or place is None:
            return
        if is_dragged(pressed, event.position().toPoint()):
            self._pressed = None
            drag_samples(self, [self._indices[place]])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        place = None if self._pressed is None else self._place_at(event.position().toPoint())
        self._pressed = None
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self.sample_activated.emit(self._indices[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self._nearest and event.key() in steps:
            place = self._current + steps[event.key()]
            self._current = min(max(place, 0), len(self._nearest) - 1)
            describe(self, self.text_of(self._current))
            self.update()
        elif self._nearest and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.sample_activated.emit(self._indices[self._current])
        else:
            super().keyPressEvent(event)

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        place = self._place_at(position)
        return "" if place is None else self.text_of(place)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        painter = QPainter(self)
        for place in range(len(self._nearest)):
            if self.place_rect(place).right() <= self.width():
                self._paint_place(painter, place)
        if self.hasFocus() and self._nearest:
            painter.setPen(QPen(current_theme().accent, 2))
            painter.drawRect(self.place_rect(self._current).adjusted(2, 1, -3, -2))

    def _paint_place(self, painter: QPainter, place: int) -> None:
        theme = current_theme()
        rect = self.place_rect(place)
        box = QRect(rect.x(), rect.y(), rect.width(), _KIN_GLYPH_PX)
        if self._indices[place] < len(self._glyphs):
            tile = QRect(0, 0, _KIN_GLYPH_PX, _KIN_GLYPH_PX)
            tile.moveCenter(box.center())
            if self._glyphs.look.glyphs:
                painter.fillRect(tile, theme.pixel_off)
            image = self._glyphs.image(self._indices[place], theme.pixel_on, theme.pixel_off)
            draw_glyph(painter, tile.adjusted(1, 1, -1, -1), image)
        label, distance = self._nearest[place]
        text = error_text(distance)
        if self._glyphs.look.glyphs:
            text = f"{label_sign(label)} {tr('{n} px', n=round(distance))}"
        below = QRect(
            rect.x() - 4, box.bottom() + 2, rect.width() + 8, rect.height() - box.height()
        )
        painter.setPen(theme.text if place == 0 else theme.text_dim)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
