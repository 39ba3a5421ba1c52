"""One map of the samples: seen, pointed at, selected, zoomed. Passive but for its own zoom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.features.projections.view.colours import has_colours, sample_colours
from aegui.features.projections.view.raster import dot_radius, dots_image
from aegui.features.projections.view.scatter_paint import (
    HEADER_PX,
    SampleCard,
    class_middles,
    paint_bar,
    paint_card,
    paint_header,
    paint_message,
    paint_ring,
    paint_texts,
)
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.charts.scale import Scale
from aegui.kit.theme import current_theme
from aegui.session.data.looks import GLYPHS
from aegui.widgets.class_colours import class_colour
from aegui.widgets.figures.points import PointPlot
from aegui.widgets.glyphs import draw_glyph, label_name, label_sign
from aegui.widgets.landmarks import MOST_TRIED, apart
from aegui.widgets.shapes import in_polygon, in_rectangle
from aegui.widgets.viewport import Viewport, bounds_of, roomy

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from aegui.kit.theme import Theme

MOST_TEXTS = 150
"""Up to so many samples are drawn as their labels instead of dots."""
_MOST_CLASS_NAMES = 24
_HIT_PX = 14.0
_LEAST_DRAG_PX = 4.0
_ZOOM_STEP = 1.25
_WHEEL_STEP = 120.0
_FAR = 3.0
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
STAMP_PX = 26
"""Side of an image that stands for a sample."""


@dataclass(frozen=True, eq=False)
class ScatterSamples:
    """What all maps share: the samples' classes ``[n]``, and their labels."""

    classes: NDArray[np.int64]
    labels: tuple[str, ...]
    class_names: tuple[str, ...]


class ScatterView(QWidget):
    """Dots in the colours of their classes; what the person points at and selects goes out."""

    hovered = Signal(object)
    """The sample under the pointer, or None."""
    selected = Signal(object)
    """bool ``[n]``: what is selected now."""
    zoomed = Signal(object)
    """A person has zoomed or moved this view, which it tells."""

    def __init__(self, key: str, title: str, help_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._title = ""
        self.axis_names: tuple[str, str] | None = None
        """What the axes are called, where they mean something."""
        self._note = ""
        self._message = ""
        self._share: float | None = None
        self._samples: ScatterSamples | None = None
        self._places: NDArray[np.float32] | None = None
        self._pixels: NDArray[np.float64] = np.zeros((0, 2))
        self._middles: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._selection: NDArray[np.bool_] | None = None
        self._emphasis: int | None = None
        self._highlight: int | None = None
        self._card: Callable[[int], SampleCard] | None = None
        self._view = Viewport()
        self._follows = True
        self._uses_lasso = False
        self._pictured = False
        self.image_of: Callable[[int], NDArray[np.float32]] | None = None
        """The image of a sample, for paper."""
        self.look = GLYPHS
        self._drag: list[tuple[float, float]] = []
        self._grip: tuple[float, float] | None = None
        self._gripped_at = QPointF()
        self._picture: QPixmap | None = None
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_title(title)
        self.setToolTip(
            help_text
            + "\n\n"
            + tr(
                "Drag: select; with Shift: add; with Ctrl: take away. Wheel: zoom. Right button: "
                "move. Double click: all of it."
            )
        )

    def sizeHint(self) -> QSize:
        """A map that can be read."""
        return QSize(280, 260)

    def minimumSizeHint(self) -> QSize:
        """Room for a few dots."""
        return QSize(110, 96)

    # What comes in

    def set_title(self, title: str) -> None:
        """What the map is called."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(tr("Map: {title}", title=title))
            self.update()

    def set_samples(self, samples: ScatterSamples, card: Callable[[int], SampleCard]) -> None:
        """Show maps of ``samples``; ``card`` gives what is shown of one of them."""
        self._samples, self._card = samples, card
        # What lies on top is drawn by lot: else the last class would hide all others.
        self._order = np.random.default_rng(0).permutation(len(samples.classes))
        self._places, self._highlight, self._selection = None, None, None
        self._follows = True
        self._refresh()

    def set_places(self, places: NDArray[np.float32] | None) -> None:
        """Where the samples are, ``[n, 2]``; None: nowhere yet."""
        if places is self._places:
            return
        fits = places is not None and len(places) == len(self._order)
        self._places = places if fits else None
        self._refresh()

    def set_status(self, note: str, message: str = "", share: float | None = None) -> None:
        """``note`` beside the title, ``message`` where there is no map, ``share`` of work done."""
        if (note, message, share) != (self._note, self._message, self._share):
            if share is None and self._share is not None:
                self._picture = None
            self._note, self._message, self._share = note, message, share
            self.setAccessibleDescription(". ".join(text for text in (note, message) if text))
            self.update()

    def set_highlight(self, index: int | None) -> None:
        """Point out sample ``index``; None: none."""
        if index != self._highlight:
            self._highlight = index
            self.update()

    def set_selection(self, selection: NDArray[np.bool_] | None) -> None:
        """Fade all but those of ``selection`` ``[n]``; None or nothing selected fades none."""
        self._selection = selection if selection is not None and selection.any() else None
        self._drop_picture()

    def set_emphasis(self, number: int | None) -> None:
        """Fade all but class ``number``, for a moment; None: none."""
        if number != self._emphasis:
            self._emphasis = number
            self._drop_picture()

    def set_pictured(self, pictured: bool) -> None:
        """Whether samples are shown as images: those that lie so far apart that none meet."""
        if pictured != self._pictured:
            self._pictured = pictured
            self._drop_picture()

    @property
    def is_pictured(self) -> bool:
        """Whether samples are shown as images."""
        return self._pictured

    def set_lasso(self, lasso: bool) -> None:
        """Whether dragging draws a free line around samples; else a rectangle."""
        self._uses_lasso = lasso

    def fit(self) -> None:
        """Show the whole map, and what becomes of it."""
        self._follows = True
        self._refresh()

    def in_sight(self) -> NDArray[np.bool_]:
        """Which samples can be seen, bool ``[n]``."""
        room = self._room()
        corners = (room.left(), room.top()), (room.right(), room.bottom())
        return in_rectangle(self._pixels, *corners)

    def show_samples(self, chosen: NDArray[np.bool_]) -> None:
        """Show the samples ``chosen``, bool ``[n]``, as large as they fit; all where it is all."""
        if self._places is None or len(chosen) != len(self._places) or not chosen.any():
            return
        bounds = None if chosen.all() else bounds_of(self._places[chosen])
        whole = bounds_of(self._places)
        self._follows = bounds is None
        if bounds is not None and whole is not None:
            self._view = self._view.fitted(roomy(bounds, whole))
        self._refresh()

    @property
    def pixels(self) -> NDArray[np.float64]:
        """Where the samples lie in the widget, ``[n, 2]``; empty without a map."""
        return self._pixels

    def figure(self) -> Figure | None:
        """The map as it is zoomed, for paper; None without one."""
        plot = self.plot()
        return None if plot is None else Figure(f"map-{self.key}", self._title, (plot,))

    def plot(self) -> PointPlot | None:
        """What is shown, for paper; None without a map."""
        if self._places is None or self._samples is None:
            return None
        x0, y0, x1, y1 = self._view.bounds
        samples = self._samples
        across, up = self.axis_names or ("", "")
        coloured = has_colours(samples.classes)
        single = len(samples.labels) <= MOST_TEXTS and not coloured
        return PointPlot(
            self._places.astype(np.float64),
            Axis(across, Scale(x0, x1), bare=not across),
            Axis(up, Scale(y0, y1), bare=not up),
            tuple(map(label_sign, samples.labels)) if single else (),
            samples.classes if coloured else np.zeros(0, np.int64),
            tuple(map(label_name, samples.class_names)) if coloured else (),
            image_of=self.image_of if self._pictured else None,
            look=self.look,
            equal=True,
            title=self._title,
        )

    # Laying out

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, HEADER_PX, -1, -1)

    def _refresh(self) -> None:
        room, places = self._room(), self._places
        self._view = self._view.placed(room.x(), room.y(), room.width(), room.height())
        if places is None:
            self._pixels, self._middles = np.zeros((0, 2)), None
        else:
            bounds = bounds_of(places)
            if bounds is not None:
                self._view = (
                    self._view.fitted(bounds) if self._follows else self._view.limited(bounds)
                )
            self._pixels = self._view.to_pixels(places)
            self._middles = self._named_classes(places)
        self._drop_picture()

    def _named_classes(
        self, places: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
        samples = self._samples
        if samples is None or len(places) <= MOST_TEXTS or not has_colours(samples.classes):
            return None
        numbers, middles = class_middles(places, samples.classes)
        if len(numbers) > _MOST_CLASS_NAMES:
            return None
        return numbers, self._view.to_pixels(middles)

    def _drop_picture(self) -> None:
        self._picture = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dots from a kept picture, and what changes more often over them."""
        theme, room = current_theme(), self._room()
        painter = QPainter(self)
        header = QRectF(0, 0, self.width(), HEADER_PX)
        paint_header(painter, header, self._title, self._note, theme)
        painter.fillRect(room, theme.raised)
        if len(self._pixels):
            self._paint_map(painter, room, theme)
        elif self._message:
            paint_message(painter, room, self._message, theme)
        if self._share is not None:
            paint_bar(painter, room, self._share, theme)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.grid, 1.0))
        painter.drawRect(room.adjusted(-0.5, -0.5, 0, 0))

    def _paint_map(self, painter: QPainter, room: QRectF, theme: Theme) -> None:
        painter.setClipRect(room)
        if self._picture is None:
            self._picture = self._dots(room, theme)
        if not self._picture.isNull():
            painter.drawPixmap(room.topLeft(), self._picture)
        self._paint_names(painter, theme)
        if self._drag:
            self._paint_drag(painter, theme)
        index = self._highlight
        if index is not None and index < len(self._pixels):
            at = QPointF(*self._pixels[index])
            paint_ring(painter, at, theme)
            if self._card is not None:
                paint_card(painter, at, room, self._card(index), theme)

    def _dots(self, room: QRectF, theme: Theme) -> QPixmap:
        samples = self._samples
        if samples is None or (len(self._pixels) <= MOST_TEXTS and not self._pictured):
            return QPixmap()
        ratio = self.devicePixelRatioF()
        size = (round(room.width() * ratio), round(room.height() * ratio))
        full, faded = sample_colours(samples.classes, theme, theme.raised)
        shown = self._shown()
        order = self._order
        if shown is not None:
            full = np.where(shown, full, faded)
            order = np.concatenate([order[~shown[order]], order[shown[order]]])
        at = (self._pixels[order] - (room.x(), room.y())) * ratio
        radius = dot_radius(len(order)) * ratio
        # While they move nobody sees the edges.
        moves = self._share is not None
        image = dots_image(at, full[order], radius, size, theme.raised, soft=not moves)
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(ratio)
        if self._pictured and self._card is not None:
            self._paint_stamps(picture, room, theme, full)
        return picture

    def _paint_stamps(
        self, picture: QPixmap, room: QRectF, theme: Theme, colours: NDArray[np.uint32]
    ) -> None:
        """Images of samples that lie apart over the dots, in frames of the colours of these."""
        assert self._card is not None
        # As landmarks of the map: of very many samples some from all over the set are tried.
        inside = np.flatnonzero(self.in_sight())
        shown = self._shown()
        tried = inside if shown is None else inside[shown[inside]]
        tried = np.random.default_rng(0).permutation(tried)[:MOST_TRIED]
        chosen = tried[apart(self._pixels[tried] / (STAMP_PX + 2.0))]
        painter = QPainter(picture)
        for row in chosen.tolist():
            x, y = (self._pixels[row] - (room.x(), room.y())).tolist()
            box = QRect(round(x - STAMP_PX / 2), round(y - STAMP_PX / 2), STAMP_PX, STAMP_PX)
            painter.fillRect(box, theme.panel)
            draw_glyph(painter, box.adjusted(1, 1, -1, -1), self._card(row).picture)
            painter.setPen(QPen(QColor.fromRgba(int(colours[row])), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.end()

    def _shown(self) -> NDArray[np.bool_] | None:
        """Which samples are not faded; None for all."""
        if self._emphasis is not None and self._samples is not None:
            return np.asarray(self._samples.classes == self._emphasis)
        return self._selection

    def _paint_names(self, painter: QPainter, theme: Theme) -> None:
        samples = self._samples
        if samples is None or (self._pictured and len(self._pixels) <= MOST_TEXTS):
            return
        font = painter.font()
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        if len(self._pixels) <= MOST_TEXTS:
            self._paint_labels(painter, samples, theme)
        elif self._middles is not None:
            numbers, middles = self._middles
            names = [label_sign(samples.class_names[number]) for number in numbers]
            paint_texts(painter, middles, names, [theme.text] * len(names), theme)
        painter.setFont(font)

    def _paint_labels(self, painter: QPainter, samples: ScatterSamples, theme: Theme) -> None:
        coloured, shown = has_colours(samples.classes), self._shown()
        colours = []
        for row, number in enumerate(samples.classes.tolist()):
            colour = class_colour(number, theme) if coloured else QColor(theme.text)
            if shown is not None and not shown[row]:
                colour.setAlphaF(0.25)
            colours.append(colour)
        texts = [label_sign(label)[:12] for label in samples.labels]
        paint_texts(painter, self._pixels, texts, colours, theme)

    def _paint_drag(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(theme.accent)
        fill.setAlpha(36)
        painter.setBrush(fill)
        painter.setPen(QPen(theme.accent, 1.5))
        if self._uses_lasso:
            painter.drawPolygon(QPolygonF([QPointF(*point) for point in self._drag]))
        else:
            painter.drawRect(QRectF(QPointF(*self._drag[0]), QPointF(*self._drag[-1])).normalized())

    # Pointing and selecting

    def sample_at(self, x: float, y: float, reach: float = _HIT_PX) -> int | None:
        """The sample nearest to pixel (``x``, ``y``) within ``reach``; None without one."""
        if not len(self._pixels):
            return None
        squares = np.nan_to_num(np.square(self._pixels - (x, y)).sum(axis=1), nan=np.inf)
        nearest = int(squares.argmin())
        return nearest if squares[nearest] <= reach * reach else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by key; a right button first shows whether it moves the map."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self.figures.open_at(event.pos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select, or take hold of the map."""
        at = (event.position().x(), event.position().y())
        self._gripped_at = event.position()
        if event.button() is Qt.MouseButton.LeftButton and len(self._pixels):
            self._drag = [at]
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._grip = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the map, extend the selection, or report the sample under the pointer."""
        x, y = event.position().x(), event.position().y()
        if self._grip is not None:
            self._move(x - self._grip[0], y - self._grip[1])
            self._grip = (x, y)
        elif self._drag:
            self._drag = [*self._drag, (x, y)] if self._uses_lasso else [self._drag[0], (x, y)]
            self.update()
        else:
            self.hovered.emit(self.sample_at(x, y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what has been drawn around; a mere click selects the sample under it."""
        self._grip = None
        away = (event.position() - self._gripped_at).manhattanLength()
        if event.button() is Qt.MouseButton.RightButton and away < _LEAST_DRAG_PX:
            self.figures.open_at(event.position().toPoint())
        drag, self._drag = self._drag, []
        if not drag or not len(self._pixels):
            return
        if max(math.dist(drag[0], point) for point in drag) < _LEAST_DRAG_PX:
            index = self.sample_at(*drag[0])
            inside = np.zeros(len(self._pixels), bool)
            if index is not None:
                inside[index] = True
        elif self._uses_lasso:
            inside = in_polygon(self._pixels, drag)
        else:
            inside = in_rectangle(self._pixels, drag[0], drag[-1])
        self._select(inside, event.modifiers())
        self.update()

    def _select(self, inside: NDArray[np.bool_], modifiers: Qt.KeyboardModifier) -> None:
        before = self._selection if self._selection is not None else np.zeros(len(inside), bool)
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            inside = before | inside
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            inside = before & ~inside
        self.selected.emit(inside)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole map again."""
        self._show_all()

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing any more."""
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            at = event.position()
            self._zoom(_ZOOM_STEP ** (turned / _WHEEL_STEP), at.x(), at.y())
        event.accept()

    def _show_all(self) -> None:
        self.fit()
        self.zoomed.emit(self)

    def _zoom(self, factor: float, x: float, y: float) -> None:
        self._view, self._follows = self._view.zoomed(factor, x, y), False
        self._refresh()
        self.zoomed.emit(self)

    def _move(self, dx: float, dy: float) -> None:
        self._view, self._follows = self._view.panned(dx, dy), False
        self._refresh()
        self.zoomed.emit(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows point from sample to sample, Space selects; + - 0 zoom; Escape lets go."""
        key, middle = Qt.Key(event.key()), self._room().center()
        if key in _DIRECTIONS:
            self._step(*_DIRECTIONS[key])
        elif key == Qt.Key.Key_Space and self._highlight is not None:
            inside = np.zeros(len(self._pixels), bool)
            inside[self._highlight] = True
            taken = self._selection is not None and bool(self._selection[self._highlight])
            modifier = Qt.KeyboardModifier
            self._select(inside, modifier.ControlModifier if taken else modifier.ShiftModifier)
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.selected.emit(np.ones(len(self._pixels), bool))
        elif key == Qt.Key.Key_Escape and self._selection is not None:
            self.selected.emit(np.zeros(len(self._pixels), bool))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_ZOOM_STEP, middle.x(), middle.y())
        elif key == Qt.Key.Key_Minus:
            self._zoom(1.0 / _ZOOM_STEP, middle.x(), middle.y())
        elif key == Qt.Key.Key_0:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _step(self, dx: float, dy: float) -> None:
        """Point at the next sample in a direction: near, and not far aside."""
        if not len(self._pixels):
            return
        if self._highlight is None:
            middle = self._room().center()
            self.hovered.emit(self.sample_at(middle.x(), middle.y(), math.inf))
            return
        away = self._pixels - self._pixels[self._highlight]
        ahead = away @ (dx, dy)
        aside = np.abs(away @ (-dy, dx))
        cost = np.where(ahead > 0.5, ahead + _FAR * aside, np.inf)
        best = int(cost.argmin())
        if np.isfinite(cost[best]):
            self.hovered.emit(best)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the new room."""
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Take new colours or letters."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._drop_picture()
        super().changeEvent(event)
