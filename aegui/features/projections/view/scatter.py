"""Scatter plot of the samples with hover, selection and zoom. Passive except for its zoom."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
)

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.projections.view.scatter_paint import (
    HEADER_PX,
    SampleCard,
    apart,
    class_middles,
    paint_bar,
    paint_card,
    paint_header,
    paint_message,
    paint_ring,
    paint_texts,
)
from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import PaintedBase, fill_and_focus
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.colours import has_colours
from aegui.widgets.figures.points import PointPlot
from aegui.widgets.glyphs import label_name, label_sign
from aegui.widgets.scatter.point_layer import PointLayer
from aegui.widgets.shapes import in_polygon, in_rectangle
from aegui.widgets.viewport import Viewport, bounds_of, enlarged

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from aegui.kit.theme import Theme
    from aegui.widgets.viewport import Bounds

MAX_TEXTS = 150
"""Up to this many samples are drawn as their labels instead of dots ..."""
_SHORT_SIGNS = 3.0
"""... if these have at most this many letters on average: longer ones would overlap."""
_LONGEST_SIGN = 12
_LONGEST_NAME = 24
_DOT_PX = 8
"""Side of the rectangle reported to screen readers for a sample."""
_MAX_CLASS_NAMES = 24
_MIN_DRAG_PX = 4.0
_ZOOM_STEP = 1.25
_WHEEL_STEP = 120.0
_FAR = 3.0
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_NO_PIXELS = np.zeros((0, 2))


@dataclass(frozen=True, eq=False)
class ScatterSamples:
    """Samples shown by all maps: their classes ``[n]`` and labels.

    ``indices`` ``[n]``, ascending, are the indices of the samples in ``images``; without
    ``images`` the samples cannot be shown as images.
    """

    classes: NDArray[np.int64]
    labels: tuple[str, ...]
    class_names: tuple[str, ...]
    images: NDArray[np.float32] | None = None
    indices: NDArray[np.int64] | None = None
    image_style: ImageStyle = GLYPHS

    @functools.cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Index of each sample in the set, ``[n]``."""
        return np.arange(len(self.classes)) if self.indices is None else self.indices

    @functools.cached_property
    def is_coloured(self) -> bool:
        """Whether the samples are coloured by class."""
        return has_colours(self.classes)

    @functools.cached_property
    def are_signs(self) -> bool:
        """Whether samples are drawn as their labels instead of dots."""
        if not 0 < len(self.labels) <= MAX_TEXTS:
            return False
        letters = sum(len(label_sign(label)) for label in self.labels)
        return letters <= _SHORT_SIGNS * len(self.labels)

    @functools.cached_property
    def are_named(self) -> bool:
        """Whether class names, drawn once each, identify the dots."""
        few = len(self.labels) <= MAX_TEXTS
        # In a small set each sample may be a class of its own.
        return self.is_coloured or (few and len(set(self.labels)) > 1)

    def image(self, row: int) -> NDArray[np.float32]:
        """Return the image of the sample ``row``."""
        assert self.images is not None
        found: NDArray[np.float32] = self.images[self.numbers[row]]
        return found

    def of_set(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return ``values`` ``[n]`` of the samples at their indices in the set."""
        spread = np.zeros(self.numbers.max(initial=-1) + 1, values.dtype)
        spread[self.numbers] = values
        return spread


class ScatterView(PaintedBase):
    """Dots in the colours of their classes; hovered and selected samples are emitted."""

    accessible_role = QAccessible.Role.Chart

    hovered = Signal(object)
    """The sample under the pointer, or None."""
    selected = Signal(object)
    """The new selection, bool ``[n]``."""
    zoomed = Signal(object)
    """This view, after the user has zoomed or panned it."""
    usual_size = QSize(280, 260)
    """The map is legible at it."""
    least_size = QSize(110, 96)
    """Room for a few dots."""

    def __init__(self, key: str, title: str, help_text: str) -> None:
        super().__init__()
        self.key = key
        self._title = ""
        self.axis_names: tuple[str, str] | None = None
        """Names of the axes, if they have a meaning."""
        self._note = ""
        self._message = ""
        self._share: float | None = None
        self._samples: ScatterSamples | None = None
        self._coordinates: NDArray[np.float32] | None = None
        self._bounds: Bounds | None = None
        self._points = PointLayer()
        self.pixels: NDArray[np.float64] = _NO_PIXELS
        """Positions of the samples in the widget, ``[n, 2]``; empty without a map."""
        self._middles: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None
        self._selection: NDArray[np.bool_] | None = None
        self._cleared: NDArray[np.bool_] | None = None
        self._emphasis: int | None = None
        self._highlight: int | None = None
        self._tells = False
        self._card: Callable[[int], SampleCard] | None = None
        self._view = Viewport()
        self._follows = True
        self._uses_lasso = False
        self.is_pictured = False
        """Whether samples are shown as images."""
        self._drag: list[tuple[float, float]] = []
        self._grip: tuple[float, float] | None = None
        self._gripped_at = QPointF()
        self._picture: QPixmap | None = None
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self.setMouseTracking(True)
        fill_and_focus(self)
        self.set_title(title)
        self.setToolTip(
            help_text
            + "\n\n"
            + tr(
                "Drag: select; with Shift: add; with Ctrl: remove. Wheel: zoom. Right button: "
                "move. Double click: show everything."
            )
        )

    # Display

    def set_title(self, title: str) -> None:
        """Set the title of the map."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(tr("Map: {title}", title=title))
            self.update()

    def set_samples(self, samples: ScatterSamples, card: Callable[[int], SampleCard]) -> None:
        """Set the samples; ``card`` returns the content of a sample's card."""
        self._samples, self._card = samples, card
        if samples.images is not None:
            self._points.sprites.set_samples((), samples.images, samples.image_style)
        classes = samples.of_set(samples.classes) if samples.is_coloured else None
        self._points.colours.set_classes(classes)
        self._points.colours.set_selection(None, 0)
        self._coordinates, self._highlight, self._selection = None, None, None
        self._follows = True
        self._refresh()

    def set_coordinates(self, coordinates: NDArray[np.float32] | None) -> None:
        """Set the places of the samples, ``[n, 2]``; None while there are none."""
        if coordinates is self._coordinates:
            return
        samples, self._coordinates = self._samples, None
        if (
            samples is not None
            and coordinates is not None
            and len(coordinates) == len(samples.classes)
        ):
            self._coordinates = coordinates
            of = coordinates.astype(np.float64)
            self._bounds = bounds_of(of)
            self._points.set_coordinates(of, self._bounds, samples.numbers)
        self._refresh()

    def set_status(self, note: str, message: str = "", share: float | None = None) -> None:
        """Set the ``note`` beside the title, a ``message`` shown without a map, and progress."""
        if (note, message, share) != (self._note, self._message, self._share):
            self._note, self._message, self._share = note, message, share
            self.setAccessibleDescription(". ".join(text for text in (note, message) if text))
            self.update()

    def set_highlight(self, index: int | None, *, tells: bool = True) -> None:
        """Highlight sample ``index``, with its card if ``tells``; None clears the highlight."""
        if (index, tells) != (self._highlight, self._tells):
            self._highlight, self._tells = index, tells
            self.update()

    @property
    def tells(self) -> bool:
        """Whether a card identifies the highlighted sample."""
        return self._tells and self._highlight is not None

    def set_selection(self, selection: NDArray[np.bool_] | None) -> None:
        """Fade all samples outside ``selection`` ``[n]``; None or an empty selection fades none."""
        self._selection = selection if selection is not None and selection.any() else None
        self._show_colours()

    def set_emphasis(self, number: int | None) -> None:
        """Temporarily fade all samples outside class ``number``; None ends this."""
        if number != self._emphasis:
            self._emphasis = number
            self._show_colours()

    def _show_colours(self) -> None:
        """Update the faded samples; a hovered class takes precedence over the selection."""
        samples, chosen = self._samples, self._selection
        if samples is None:
            return
        if self._emphasis is not None:
            chosen = samples.classes == self._emphasis
        numbers = None if chosen is None else samples.numbers[chosen]
        self._points.colours.set_selection(numbers, samples.numbers.max(initial=-1) + 1)
        self._drop_picture()

    def set_pictured(self, pictured: bool) -> None:
        """Set whether samples are shown as images, as far as these do not overlap."""
        if pictured != self.is_pictured:
            self.is_pictured = pictured
            self._refresh()

    def set_lasso(self, lasso: bool) -> None:
        """Set whether dragging draws a lasso instead of a rectangle."""
        self._uses_lasso = lasso

    def fit(self) -> None:
        """Show the whole map and keep it fitted."""
        self._follows = True
        self._refresh()

    def in_sight(self) -> NDArray[np.bool_]:
        """Return which samples are visible, bool ``[n]``."""
        area = self._area()
        corners = (area.left(), area.top()), (area.right(), area.bottom())
        return in_rectangle(self.pixels, *corners)

    def show_samples(self, chosen: NDArray[np.bool_]) -> None:
        """Zoom to the samples ``chosen``, bool ``[n]``; if all are chosen, fit the map."""
        if self._coordinates is None or len(chosen) != len(self._coordinates) or not chosen.any():
            return
        bounds = None if chosen.all() else bounds_of(self._coordinates[chosen])
        all_bounds = self._bounds
        self._follows = bounds is None
        if bounds is not None and all_bounds is not None:
            self._view = self._view.fitted(enlarged(bounds, all_bounds))
        self._refresh()

    def part_count(self) -> int:
        """Return how many samples have a place."""
        return len(self.pixels)

    def part_words(self, index: int) -> str:
        """Return the name of a sample."""
        return "" if self._card is None else self._card(index).name

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a dot."""
        x, y = self.pixels[index].tolist()
        return QRectF(x - _DOT_PX / 2, y - _DOT_PX / 2, _DOT_PX, _DOT_PX).toRect()

    def index_at(self, position: QPoint) -> int | None:
        """Return the sample at ``position``, or None."""
        return self.sample_at(position.x(), position.y())

    def current_part(self) -> int | None:
        """Return the index of the highlighted sample."""
        return self._highlight

    def figure(self) -> Figure | None:
        """Return the map at its current zoom as a figure; None without a map."""
        plot = self.plot()
        return None if plot is None else Figure(f"map-{self.key}", self._title, (plot,))

    def plot(self) -> PointPlot | None:
        """Return the map as a chart for figures; None without a map."""
        if self._coordinates is None or self._samples is None:
            return None
        x0, y0, x1, y1 = self._view.bounds
        samples = self._samples
        across, up = self.axis_names or ("", "")
        coloured = samples.is_coloured
        # Figures have more room, and labels are moved apart there.
        single = not coloured and (samples.are_signs or samples.are_named)
        signs = (_shortened(label_sign(label), _LONGEST_NAME) for label in samples.labels)
        return PointPlot(
            self._coordinates.astype(np.float64),
            Axis(across, Scale(x0, x1), without_ticks=not across),
            Axis(up, Scale(y0, y1), without_ticks=not up),
            tuple(signs) if single else (),
            samples.classes if coloured else np.zeros(0, np.int64),
            tuple(map(label_name, samples.class_names)) if coloured else (),
            image_of=samples.image if self.is_pictured and self._has_images else None,
            image_style=samples.image_style,
            equal=True,
            title=self._title,
        )

    # Layout

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, HEADER_PX, -1, -1)

    def _refresh(self) -> None:
        area, coordinates = self._area(), self._coordinates
        self._view = self._view.placed(area.x(), area.y(), area.width(), area.height())
        if coordinates is None:
            self.pixels, self._middles = _NO_PIXELS, None
        else:
            bounds = self._bounds
            if bounds is not None:
                self._view = (
                    self._view.fitted(bounds) if self._follows else self._view.limited(bounds)
                )
            mode = "auto" if self.is_pictured and self._has_images else "dots"
            self._points.lay_out(self._view, mode, labels=False, floor=None)
            self.pixels = self._points.pixels
            self._middles = self._named_classes(coordinates)
        self._drop_picture()

    @property
    def _has_images(self) -> bool:
        return self._samples is not None and self._samples.images is not None

    def _named_classes(
        self, coordinates: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
        samples = self._samples
        if samples is None or samples.are_signs or not samples.are_named:
            return None
        numbers, middles = class_middles(coordinates, samples.classes)
        if len(numbers) > _MAX_CLASS_NAMES and len(coordinates) > MAX_TEXTS:
            return None
        return numbers, self._view.to_pixels(middles)

    def _drop_picture(self) -> None:
        self._picture = None
        self.update()

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Paint the cached dots, and over them names, drag and highlight."""
        theme, area = current_theme(), self._area()
        header = QRectF(0, 0, self.width(), HEADER_PX)
        paint_header(painter, header, self._title, self._note, theme)
        painter.fillRect(area, theme.raised)
        if len(self.pixels):
            self._paint_map(painter, area, theme)
        elif self._message:
            paint_message(painter, area, self._message, theme)
        if self._share is not None:
            paint_bar(painter, area, self._share, theme)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.grid, 1.0))
        painter.drawRect(area.adjusted(-0.5, -0.5, 0, 0))

    def _paint_map(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        painter.setClipRect(area)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = self._dots(area, theme)
            if self._points.is_rough:
                # Very many samples are painted incrementally, some in each frame.
                QTimer.singleShot(0, self, self._drop_picture)
        if not self._picture.isNull():
            painter.drawPixmap(area.topLeft(), self._picture)
        self._paint_names(painter, theme)
        if self._drag:
            self._paint_drag(painter, theme)
        index = self._highlight
        if index is not None and index < len(self.pixels):
            at = QPointF(*self.pixels[index])
            paint_ring(painter, at, theme)
            if self.tells and self._card is not None:
                paint_card(painter, at, area, self._card(index), theme)

    def _dots(self, area: QRectF, theme: Theme) -> QPixmap:
        """Return the samples as dots or images in a pixmap, cached until a change."""
        if self._samples is not None and self._samples.are_signs and not self.is_pictured:
            return QPixmap()
        ratio = self.devicePixelRatioF()
        picture = QPixmap((area.size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.raised)
        painter = QPainter(picture)
        painter.translate(-area.topLeft())
        self._points.paint(painter, self._view, theme, ratio, self.font())
        painter.end()
        return picture

    def _paint_names(self, painter: QPainter, theme: Theme) -> None:
        samples = self._samples
        if samples is None or (self.is_pictured and len(self.pixels) <= MAX_TEXTS):
            return
        font = painter.font()
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        if samples.are_signs:
            self._paint_labels(painter, samples, theme)
        elif self._middles is not None:
            self._paint_classes(painter, samples, theme, *self._middles)
        painter.setFont(font)

    def _paint_classes(
        self,
        painter: QPainter,
        samples: ScatterSamples,
        theme: Theme,
        numbers: NDArray[np.int64],
        middles: NDArray[np.float64],
    ) -> None:
        """Paint names of classes, largest class first; names without room are left out."""
        counts = np.bincount(samples.classes, minlength=int(numbers.max(initial=0)) + 1)[numbers]
        order = np.argsort(-counts, kind="stable")
        signs = (label_sign(samples.class_names[number]) for number in numbers[order])
        names = [_shortened(sign, _LONGEST_NAME) for sign in signs]
        metrics = QFontMetricsF(painter.font())
        sizes = [(metrics.horizontalAdvance(name) + 4, metrics.height()) for name in names]
        coordinates = apart(middles[order], sizes, self._area())
        paint_texts(
            painter,
            np.array([*coordinates.values()], np.float64).reshape(-1, 2),
            [names[row] for row in coordinates],
            [theme.text] * len(coordinates),
            theme,
        )

    def _paint_labels(self, painter: QPainter, samples: ScatterSamples, theme: Theme) -> None:
        colours = [
            self._points.colours.colour(number, theme) or theme.text
            for number in samples.numbers.tolist()
        ]
        texts = [_shortened(label_sign(label), _LONGEST_SIGN) for label in samples.labels]
        paint_texts(painter, self.pixels, texts, colours, theme)

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

    # Hover and selection

    def sample_at(self, x: float, y: float) -> int | None:
        """Return the sample at pixel (``x``, ``y``), or None."""
        return self._row(self._points.hit(x, y)) if len(self.pixels) else None

    def _row(self, number: int | None) -> int | None:
        return None if number is None else self._points.row_of(number)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu on a keyboard event; a right click may also start a pan."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self.figures.open_at(event.pos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a selection, or a pan."""
        at = (event.position().x(), event.position().y())
        self._gripped_at, self._cleared = event.position(), None
        if event.button() is Qt.MouseButton.LeftButton and len(self.pixels):
            self._drag = [at]
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._grip = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, extend the selection, or emit the hovered sample."""
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
        """Select the enclosed samples; a mere click selects the sample under the pointer."""
        self._grip = None
        away = (event.position() - self._gripped_at).manhattanLength()
        if event.button() is Qt.MouseButton.RightButton and away < _MIN_DRAG_PX:
            self.figures.open_at(event.position().toPoint())
        drag, self._drag = self._drag, []
        if not drag or not len(self.pixels):
            return
        if max(math.dist(drag[0], point) for point in drag) < _MIN_DRAG_PX:
            index = self.sample_at(*drag[0])
            inside = np.zeros(len(self.pixels), bool)
            if index is not None:
                inside[index] = True
            else:
                self._cleared = self._selection
        elif self._uses_lasso:
            inside = in_polygon(self.pixels, drag)
        else:
            inside = in_rectangle(self.pixels, drag[0], drag[-1])
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
        """Fit the map, and restore a selection that the first click has cleared."""
        if self._cleared is not None:
            self.selected.emit(self._cleared)
        self._show_all()

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hovered sample."""
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
        """Arrows move the highlight, Space selects it; + - 0 zoom; Escape clears the selection."""
        key, middle = Qt.Key(event.key()), self._area().center()
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        has_places = len(self.pixels) > 0
        if key in _DIRECTIONS:
            self._step(*_DIRECTIONS[key])
        elif key == Qt.Key.Key_Space and has_places and self._highlight is not None:
            inside = np.zeros(len(self.pixels), bool)
            inside[self._highlight] = True
            is_selected = self._selection is not None and bool(self._selection[self._highlight])
            modifier = Qt.KeyboardModifier
            self._select(
                inside, modifier.ControlModifier if is_selected else modifier.ShiftModifier
            )
        elif key == Qt.Key.Key_A and has_places and is_control:
            self.selected.emit(np.ones(len(self.pixels), bool))
        elif key == Qt.Key.Key_Escape and self._selection is not None:
            self.selected.emit(np.zeros(len(self.pixels), bool))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_ZOOM_STEP, middle.x(), middle.y())
        elif key == Qt.Key.Key_Minus:
            self._zoom(1.0 / _ZOOM_STEP, middle.x(), middle.y())
        elif key == Qt.Key.Key_0:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _step(self, dx: float, dy: float) -> None:
        """Move the highlight to the next sample in a direction, close and not far to the side."""
        if not len(self.pixels):
            return
        if self._highlight is None:
            middle = self._area().center()
            self.hovered.emit(self._row(self._points.nearest(middle.x(), middle.y())))
            return
        away = self.pixels - self.pixels[self._highlight]
        ahead = away @ (dx, dy)
        aside = np.abs(away @ (-dy, dx))
        cost = np.where(ahead > 0.5, ahead + _FAR * aside, np.inf)
        best = int(cost.argmin())
        if np.isfinite(cost[best]):
            self.hovered.emit(best)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the map again."""
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint after a change of theme or style."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._drop_picture()
        super().changeEvent(event)


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
