"""Legends of the map layers, with their colours and lines, and of the values of samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QLinearGradient, QPainter, QPen

from aegui.core.i18n import localized, tr
from aegui.core.latent.contours import wrong_levels
from aegui.core.latent.fields import FIELDS, value_at
from aegui.core.light_dataclass import dataclass
from aegui.features.map.view.field_layer import REGION_OPACITY, scale_rgba
from aegui.kit.painted import Painted, PaintedBase, paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.colours import MAX_CLASSES, class_colour, colormap_colour
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont, QMouseEvent
    from PySide6.QtWidgets import QWidget

    from aegui.features.map.model.field_service import Layer
    from aegui.kit.theme import Theme


_MIN_PX = 132


class ValueLegend(PaintedBase):
    """A title and a colour bar with its limits; transparent to the mouse."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ""
        self._range: tuple[float, float] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Colours of the samples"))
        self.hide()

    @property
    def words(self) -> str:
        """Title and limits in one line."""
        return ": ".join((self._title, self._ends()))

    def set_scale(self, title: str, ends: tuple[float, float] | None) -> None:
        """Set the title and the limits; None while the limits are being computed."""
        if (title, ends) == (self._title, self._range):
            return
        self._title, self._range = title, ends
        describe(self, self.words, spoken=False)
        self.resize(self.sizeHint())
        self.update()

    def _ends(self) -> str:
        if self._range is None:
            return tr("being computed...")
        low, high = (figure_text(value) for value in self._range)
        return tr("{low} to {high}", low=low, high=high)

    def sizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        texts = (self._title, self._ends())
        widest = max(_MIN_PX, *(metrics.horizontalAdvance(text) for text in texts))
        return QSize(widest + 2 * SPACING, 2 * metrics.height() + _BAR_PX + 2 * SPACING)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme, line_height = current_theme(), self.fontMetrics().height()
        paint_card(painter, self)
        area = QRectF(self.rect()).adjusted(SPACING, SPACING // 2, -SPACING, 0)
        painter.setPen(theme.text)
        painter.drawText(QRectF(area.left(), area.top(), area.width(), line_height), 0, self._title)
        below = QRectF(
            area.left(), area.top() + line_height + _BAR_PX + 8, area.width(), line_height
        )
        painter.setPen(theme.text_dim)
        if self._range is None:
            painter.drawText(below, 0, self._ends())
            return
        first, last = (figure_text(value) for value in self._range)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, last)
        bar = QRectF(area.left(), area.top() + line_height + 4, area.width(), _BAR_PX)
        _paint_bar(painter, bar, value_colours(), theme)


def figure_text(value: float) -> str:
    """Format a number with about two significant digits."""
    is_integer = abs(value) >= 100 or value == round(value)
    return localized(value, ",.0f" if is_integer else ".2g").replace("-", "\N{MINUS SIGN}")


WIDTH_PX = 232
_BAR_PX = 8
_STOPS = 9
_CHIPS = 4
_SIGN_PX = 12


@dataclass(frozen=True)
class Entry:
    """The legend texts of one layer."""

    key: str
    """Key of the layer."""
    title: str
    """Name, with its unit if it has one."""
    low: str
    """Words and number of the lower end; for lines their meaning."""
    high: str
    """Those of the upper end; empty if there is no colour bar."""

    @property
    def words(self) -> str:
        """All texts in one line."""
        return ", ".join(filter(None, (self.title, self.low, self.high)))


def legend_entry_of(layer: Layer) -> Entry:
    """Return the legend texts of ``layer``."""
    field = layer.field
    spec = FIELDS[field.key]
    title = tr(spec.label)
    if not layer.complete:
        title += " …"
    if field.unit and field.key != "wrong":
        title = f"{title} · {field.unit}"
    if field.key == "wrong":
        levels = wrong_levels(field)
        if not levels:
            least, most = (round(float(each)) for each in (field.values.min(), field.high))
            low = tr("{least} to {most} wrong pixels everywhere", least=least, most=most)
        else:
            low = tr("{levels} pixels or more", levels=", ".join(map(str, levels)))
        return Entry(field.key, title, low, "")
    if spec.scale == "categorical":
        many = len(field.classes) > MAX_CLASSES
        words = tr("named after the nearest sample") if many else tr("colour of the nearest sample")
        return Entry(field.key, title, words, "")
    if field.key == "holes":
        return Entry(field.key, title, tr(spec.low), tr(spec.high))
    low = f"{tr(spec.low)} {figure_text(field.low)}"
    high = f"{figure_text(field.high)} {tr(spec.high)}"
    return Entry(field.key, title, low, high)


def _awaited_entry(key: str) -> Entry:
    return Entry(key, tr(FIELDS[key].label), tr("is being computed…"), "")


@dataclass(frozen=True)
class LayerValue:
    """The value of a layer at one place."""

    text: str
    """Its value, or the name of the class."""
    share: float
    """Position on the colour bar: 0 at the low end, 1 at the high one."""
    words: str
    """The value with the name of the layer."""


def layer_value_at(layer: Layer, x: float, y: float) -> LayerValue | None:
    """Return the value of ``layer`` at a place; None outside it."""
    field = layer.field
    value = value_at(field, x, y)
    if value is None:
        return None
    name = tr(FIELDS[field.key].label)
    if field.classes:
        label = label_name(field.classes[int(value)])
        return LayerValue(label, 0.0, tr("{layer}: {value}", layer=name, value=label))
    span = field.high - field.low
    # Digits finer than the colour bar resolves would only take room.
    shown = round(value, 2 - math.floor(math.log10(span)))
    text = localized(value, ".0f") if field.key == "wrong" else figure_text(shown)
    share = min(1.0, max(0.0, (value - field.low) / span))
    words = tr("{layer}: {value}", layer=name, value=f"{text} {field.unit}".rstrip())
    return LayerValue(text, share, words)


class FieldLegend(Painted):
    """A row per layer: its name, and its colour bar or the meaning of its lines."""

    hide_requested = Signal(str)
    """Hide the layer of that key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        """The displayed entries."""
        self._layers: tuple[Layer, ...] = ()
        self._position: tuple[float, float] | None = None
        self.values: tuple[LayerValue | None, ...] = ()
        """The value of each layer at the place."""
        self._figures: QFont | None = None
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Layers"))
        self.hide()

    def set_layers(self, layers: Sequence[Layer], awaited: Sequence[str] = ()) -> None:
        """Show ``layers`` and the names of ``awaited`` ones (keys of ``FIELDS``).

        The legend is hidden if both are empty.
        """
        self._layers = tuple(layers)
        self._tell_values()
        entries = (*map(legend_entry_of, layers), *map(_awaited_entry, awaited))
        if entries == self.entries:
            return
        before = self.sizeHint()
        self.entries = entries
        describe(self, "; ".join(each.words for each in entries), spoken=False)
        if self.sizeHint() != before:
            self.resize(self.sizeHint())
        self.setVisible(bool(entries))
        self.update()

    def set_position(self, position: tuple[float, float] | None) -> None:
        """Show the values of the layers at ``position`` on the map; None clears them."""
        self._position = position
        if self._layers:
            self._tell_values()

    @property
    def layer_value_text(self) -> str:
        """The values at the place in one line; empty without any."""
        return ", ".join(each.words for each in self.values if each is not None)

    def _tell_values(self) -> None:
        position = self._position
        found = (
            tuple(layer_value_at(layer, *position) for layer in self._layers) if position else ()
        )
        if found != self.values:
            self.values = found
            self.update()

    def _line_px(self) -> int:
        return self.fontMetrics().height() + 2

    def _height_of(self, entry: Entry) -> int:
        bar = _BAR_PX + 4 if entry.high else 0
        return 2 * self._line_px() + bar

    def sizeHint(self) -> QSize:  # noqa: D102
        height = sum(self._height_of(each) + SPACING for each in self.entries)
        width = max([WIDTH_PX, *map(self._needed_px, self.entries)])
        return QSize(width, height + SPACING // 2)

    def _needed_px(self, entry: Entry) -> int:
        """Return the row width, independent of values that change during training."""
        metrics = QFontMetrics(self.font())
        beside = metrics.horizontalAdvance("−0.000") + self._line_px() + 4 * SPACING
        title = metrics.horizontalAdvance(entry.title) + beside
        if entry.high:
            return title
        words = QFontMetrics(self._small()).horizontalAdvance(entry.low)
        return max(title, words + 2 * _SIGN_PX + 4 * SPACING)

    def row_rect(self, number: int) -> QRect:
        """Return the rectangle of the row of layer ``number``."""
        above = sum(self._height_of(each) + SPACING for each in self.entries[:number])
        height = self._height_of(self.entries[number])
        return QRect(SPACING, SPACING // 2 + above, self.width() - 2 * SPACING, height)

    def close_rect(self, number: int) -> QRect:
        """Return the rectangle of the close button of layer ``number``."""
        row = self.row_rect(number)
        side = self._line_px()
        return QRect(row.right() - side + 1, row.top(), side, side)

    def _row_at(self, position: QPoint) -> int | None:
        rows = range(len(self.entries))
        return next((n for n in rows if self.row_rect(n).contains(position)), None)

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        row = self._row_at(position)
        return "" if row is None else self.tip(row, position)

    def tip(self, number: int, position: QPoint) -> str:
        """Return the tooltip of row ``number``, or of its close button."""
        key = self.entries[number].key
        if self.close_rect(number).contains(position):
            return tr("Hide this layer ({key})", key=list(FIELDS).index(key) + 1)
        return tr(FIELDS[key].help)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        # Keep the event from the map below.
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        at = event.position().toPoint()
        row = self._row_at(at)
        if row is not None and self.close_rect(row).contains(at):
            self.hide_requested.emit(self.entries[row].key)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        paint_card(painter, self)
        for number, entry in enumerate(self.entries):
            self._paint_entry(painter, number, entry, theme)

    def _paint_entry(self, painter: QPainter, number: int, entry: Entry, theme: Theme) -> None:
        row, line = self.row_rect(number), self._line_px()
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self.font())
        painter.setPen(theme.text)
        painter.drawText(QRect(row.left(), row.top(), row.width(), line), centre, entry.title)
        self._paint_cross(painter, self.close_rect(number), theme)
        value = self.values[number] if number < len(self.values) else None
        if value is not None:
            self._paint_value(painter, number, value, theme)
        below = QRect(row.left(), row.top() + line, row.width(), line)
        if entry.high:
            bar = QRectF(row.left(), row.top() + line + 1, row.width(), _BAR_PX)
            _paint_bar(painter, bar, layer_colours(entry.key, theme), theme)
            if value is not None:
                _paint_mark(painter, bar, value.share, theme)
            below.translate(0, _BAR_PX + 4)
        else:
            if number < len(self._layers):
                below.setLeft(below.left() + self._paint_sign(painter, below, entry.key, theme))
        painter.setFont(self._small())
        painter.setPen(theme.text_dim)
        painter.drawText(below, centre | Qt.AlignmentFlag.AlignLeft, entry.low)
        painter.drawText(below, centre | Qt.AlignmentFlag.AlignRight, entry.high)

    def _paint_value(self, painter: QPainter, number: int, value: LayerValue, theme: Theme) -> None:
        """Paint the value under the cursor, right-aligned before the close button."""
        row, cross = self.row_rect(number), self.close_rect(number)
        title = QFontMetrics(self.font()).horizontalAdvance(self.entries[number].title)
        left = row.left() + title + SPACING
        box = QRect(left, row.top(), cross.left() - SPACING // 2 - left, self._line_px())
        font = figures_font(self.font(), bold=True)
        text = QFontMetrics(font).elidedText(value.text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _small(self) -> QFont:
        if self._figures is None:
            self._figures = figures_font(self.font(), scale=0.9)
        return self._figures

    def _paint_cross(self, painter: QPainter, box: QRect, theme: Theme) -> None:
        painter.setPen(QPen(theme.text_dim, 1.4))
        middle, arm = QRectF(box).center(), 3.5
        for arm_offset in (QPointF(arm, arm), QPointF(arm, -arm)):
            painter.drawLine(middle - arm_offset, middle + arm_offset)

    def _paint_sign(self, painter: QPainter, row: QRect, key: str, theme: Theme) -> int:
        """Paint a line or colour chips as the legend symbol and return its width."""
        y = row.center().y()
        if key == "wrong":
            painter.setPen(QPen(blend(theme.text, theme.panel, 0.7), 1.2))
            painter.drawLine(row.left(), y, row.left() + 2 * _SIGN_PX, y)
            return 2 * _SIGN_PX + SPACING
        painter.setPen(Qt.PenStyle.NoPen)
        for chip in range(_CHIPS):
            painter.setBrush(blend(class_colour(chip, theme), theme.panel, REGION_OPACITY))
            left = row.left() + chip * _SIGN_PX / 2
            painter.drawRect(QRectF(left, y - _SIGN_PX / 2, _SIGN_PX / 2, _SIGN_PX))
        return _CHIPS * _SIGN_PX // 2 + SPACING

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        self._figures = None
        super().changeEvent(event)


def _paint_mark(painter: QPainter, bar: QRectF, share: float, theme: Theme) -> None:
    """Mark the value under the cursor on the colour bar."""
    x = bar.left() + 1.0 + share * (bar.width() - 2.0)
    for colour, width in ((theme.raised, 4.0), (theme.text, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, bar.top() - 2.0), QPointF(x, bar.bottom() + 2.0))


def _paint_bar(painter: QPainter, bar: QRectF, colours: Sequence[QColor], theme: Theme) -> None:
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(gradient_along(bar, colours))
    painter.drawRoundedRect(bar, 2, 2)


def gradient_along(bar: QRectF, colours: Sequence[QColor]) -> QLinearGradient:
    """Return the gradient from the left to the right end of ``bar`` through ``colours``."""
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for index, colour in enumerate(colours):
        gradient.setColorAt(index / (len(colours) - 1), colour)
    return gradient


def value_colours() -> list[QColor]:
    """Return the colours of the colour bar of sample values."""
    return [colormap_colour(share) for share in np.linspace(0.0, 1.0, _STOPS).tolist()]


def layer_colours(key: str, theme: Theme) -> list[QColor]:
    """Return the colours of a layer's colour bar as they appear over the empty map."""
    rgba = scale_rgba(key, np.linspace(0.0, 1.0, _STOPS), theme)
    colours = []
    for red, green, blue, alpha in rgba.tolist():
        colour = QColor.fromRgbF(red, green, blue)
        colours.append(blend(colour, theme.panel, alpha))
    return colours
