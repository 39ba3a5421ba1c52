"""All numbers of a code as thin sliders with the decoded images at their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, heading, row
from aegui.kit.marks import flat_button, flat_text
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme, figures_font, for_text, icon_px
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.session.jobs.clock import one_shot
from aegui.widgets.glyphs import draw_glyph
from aegui.widgets.page import pictures
from aegui.widgets.rulers import axis_name
from aegui.widgets.ticks import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PySide6.QtGui import (
        QImage,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
        QWheelEvent,
    )

ROW_PX = 30
REACH = 3.0
"""Range of a slider to either side of the mean, in standard deviations of the codes."""
STEPS = 60
"""Key steps from end to end of a slider."""
_NAME_PX = 36
_NUMBER_PX = 46
_END_PX = 26
"""Side of the image at an end of a slider, within the height of a row."""
_KNOB_PX = 5.0
_MIN_SPREAD = 1e-3
_KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_0,
}


@dataclass(frozen=True, eq=False)
class Ends:
    """Decoded images at both ends of some sliders."""

    axes: tuple[int, ...]
    """Latent dimensions, counted from 0; k of them."""
    images: NDArray[np.float32]
    """float32 ``[2 k, C, H, W]`` in 0..1: the low and the high end of each."""


class CodeSliders(QAbstractScrollArea):
    """A row per number: name, slider and value; a band marks the range of the samples' codes."""

    accessible_role = QAccessible.Role.List

    code_edited = Signal(object)
    """The edited code, float32 ``[d]``."""
    ends_requested = Signal(object, object)
    """Indices of numbers (a tuple), and the codes float32 ``[2 k, d]`` at both ends of their
    sliders, whose images are requested."""

    def __init__(self) -> None:
        super().__init__()
        self.code: NDArray[np.float32] = np.zeros(0, np.float32)
        """The displayed code ``[d]``."""
        self._mean: NDArray[np.float32] = np.zeros(0, np.float32)
        self._spread: NDArray[np.float32] = np.ones(0, np.float32)
        self._shown: Mapping[int, str] = {}
        self.current = 0
        """The number under the keyboard cursor."""
        self._held: int | None = None
        self._ends: Ends | None = None
        self._image_style = GLYPHS
        self._pictures: dict[int, tuple[QImage, QImage]] = {}
        self._pictures_theme = ""
        self._asking = one_shot(self, self._on_asking_timeout)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Numbers of the code"))
        self.setToolTip(
            tr(
                "Drag to change a number: beside its slider are the images at both ends. A double "
                "click resets it to the mean of the codes."
            )
        )

    # Display

    def set_code(self, code: NDArray[np.float32]) -> None:
        """Show the numbers of ``code`` ``[d]``."""
        resized = len(code) != len(self.code)
        self.code = np.asarray(code, np.float32)
        if resized:
            self.current = 0
            self._held = None
            self.set_ends(None)
            self._update_bar()
        self._say(spoken=False)
        self._change()

    def set_codes(self, mean: NDArray[np.float32], spread: NDArray[np.float32]) -> None:
        """Set mean and standard deviation ``[d]`` of the samples' codes."""
        self._mean, self._spread = mean, np.maximum(spread, _MIN_SPREAD)
        self._change()

    def set_shown(self, shown: Mapping[int, str]) -> None:
        """Set the numbers shown on the map, with words for their axis; these get no slider."""
        self._shown = shown
        self._change()

    def set_ends(self, ends: Ends | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show the images decoded at the ends, rendered as ``image_style`` says; None: none."""
        self._ends, self._image_style = ends, image_style
        self._pictures_theme = current_theme().key
        if ends is None:
            self._pictures = {}
        else:
            end_pictures = pictures(ends.images, image_style)
            self._pictures = dict(
                zip(ends.axes, zip(end_pictures[::2], end_pictures[1::2], strict=True), strict=True)
            )
        self.viewport().update()

    def ask_ends(self) -> None:
        """Request new images for the slider ends if the widget is visible."""
        if self.isVisible():
            self._asking.start(0)

    def _change(self) -> None:
        """Repaint and request new end images after a change of sliders or limits."""
        self.viewport().update()
        self.ask_ends()

    def _on_asking_timeout(self) -> None:
        first, last = self._rows_in_sight()
        axes = tuple(axis for axis in range(first, last) if axis not in self._shown)
        codes = np.repeat(self.code[np.newaxis], 2 * len(axes), axis=0)
        for index, axis in enumerate(axes):
            codes[2 * index : 2 * index + 2, axis] = self.limits(axis)
        if axes and np.isfinite(codes).all():
            self.ends_requested.emit(axes, codes)

    def limits(self, axis: int) -> tuple[float, float]:
        """Return the values at both ends of the slider of number ``axis``."""
        if axis >= len(self._mean):
            return -REACH, REACH
        middle, reach = float(self._mean[axis]), REACH * float(self._spread[axis])
        value = float(self.code[axis])
        if not np.isfinite(value):
            return middle - reach, middle + reach
        return min(middle - reach, value), max(middle + reach, value)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(240, min(12, max(1, len(self.code))) * for_text(ROW_PX))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(220, 3 * for_text(ROW_PX))

    def _update_bar(self) -> None:
        bar = self.verticalScrollBar()
        page = self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(for_text(ROW_PX))
        bar.setRange(0, max(0, len(self.code) * for_text(ROW_PX) - page))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._update_bar()
        self._change()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._change()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: D102
        del dx, dy
        self._change()

    # Geometry

    def row_rect(self, axis: int) -> QRect:
        """Return the rectangle of the row of number ``axis`` in viewport pixels."""
        top = axis * for_text(ROW_PX) - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), for_text(ROW_PX))

    def part_count(self) -> int:
        """Return how many numbers the code has."""
        return len(self.code)

    def part_words(self, index: int) -> str:
        """Return name and value of a number."""
        value = number_text(float(self.code[index]))
        return f"{axis_name(index)} {self._shown.get(index, value)}"

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of the row of a number."""
        return self.row_rect(index)

    def current_part(self) -> int | None:
        """Return the index of the number under the keyboard cursor."""
        return self.current if len(self.code) else None

    def groove(self, axis: int) -> QRectF:
        """Return the rectangle of the slider of number ``axis``."""
        row = QRectF(self.row_rect(axis))
        side = _END_PX + _KNOB_PX + 3
        return row.adjusted(_NAME_PX + side, 0, -_NUMBER_PX - side, 0)

    def end_rect(self, axis: int, end: int) -> QRect:
        """Return the rectangle of the image at the low (0) or high (1) end of number ``axis``."""
        row = self.row_rect(axis)
        left = row.width() - _NUMBER_PX - _END_PX if end else _NAME_PX
        return QRect(left, row.top() + (for_text(ROW_PX) - _END_PX) // 2, _END_PX, _END_PX)

    def _rows_in_sight(self) -> tuple[int, int]:
        """Return the first visible number and the one after the last."""
        first = self.verticalScrollBar().value() // for_text(ROW_PX)
        return first, min(len(self.code), first + self.viewport().height() // for_text(ROW_PX) + 2)

    def _x_of(self, axis: int, value: float) -> float:
        low, high = self.limits(axis)
        groove = self.groove(axis)
        share = (value - low) / (high - low)
        return float(groove.left() + min(1.0, max(0.0, share)) * groove.width())

    def _axis_at(self, y: float) -> int | None:
        axis = int((y + self.verticalScrollBar().value()) // for_text(ROW_PX))
        return axis if 0 <= axis < len(self.code) else None

    # Edits

    def _edit(self, axis: int, value: float) -> None:
        if axis in self._shown or float(self.code[axis]) == value:
            return
        code = self.code.copy()
        code[axis] = value
        self.set_code(code)
        self.code_edited.emit(code)

    def _drag(self, axis: int, x: float) -> None:
        low, high = self.limits(axis)
        groove = self.groove(axis)
        share = (x - groove.left()) / max(1.0, groove.width())
        self._edit(axis, low + min(1.0, max(0.0, share)) * (high - low))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        axis = self._axis_at(event.position().y())
        if axis is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.current = axis
        self._held = axis
        self._drag(axis, event.position().x())
        self._say()
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._held is not None:
            self._drag(self._held, event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        del event
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        axis = self._axis_at(event.position().y())
        self._held = None
        if axis is not None:
            self._edit(axis, self._mean_of(axis))

    def _mean_of(self, axis: int) -> float:
        return float(self._mean[axis]) if axis < len(self._mean) else 0.0

    def event(self, event: QEvent) -> bool:  # noqa: D102
        # While focused, the widget's keys take precedence over shortcuts of the map and the window.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key, last = event.key(), len(self.code) - 1
        page = max(1, self.viewport().height() // for_text(ROW_PX))
        moves: dict[int, int] = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if last < 0 or key not in _KEYS:
            super().keyPressEvent(event)
        elif key in moves:
            self._go(min(last, max(0, self.current + moves[key])))
        elif key == Qt.Key.Key_Home:
            self._edit(self.current, self._mean_of(self.current))
        elif key == Qt.Key.Key_0:
            self._edit(self.current, 0.0)
        else:
            low, high = self.limits(self.current)
            step = (high - low) / STEPS * (-1 if key == Qt.Key.Key_Left else 1)
            value = float(self.code[self.current]) + step
            self._edit(self.current, min(high, max(low, value)))
            self._say()

    def _go(self, axis: int) -> None:
        self.current = axis
        rect, bar = self.row_rect(axis), self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + 1)
        self._say()
        self.viewport().update()

    def _say(self, *, spoken: bool = True) -> None:
        if len(self.code):
            describe(self, self.part_words(self.current), spoken=spoken)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(figures_font(self.font(), scale=0.92))
        if self._pictures_theme != current_theme().key:
            self.set_ends(self._ends, self._image_style)
        for axis in range(*self._rows_in_sight()):
            self._paint_row(painter, axis)

    def _paint_row(self, painter: QPainter, axis: int) -> None:
        theme = current_theme()
        row = QRectF(self.row_rect(axis))
        middle = Qt.AlignmentFlag.AlignVCenter
        focused = self.hasFocus() and axis == self.current
        if focused:
            painter.fillRect(row, blend(theme.accent, theme.raised, 0.12))
        painter.setPen(theme.text if focused else theme.text_dim)
        painter.drawText(row.adjusted(4, 0, 0, 0), middle, axis_name(axis))
        if axis in self._shown:
            painter.setPen(theme.accent)
            painter.drawText(self.groove(axis), middle, self._shown[axis])
            return
        self._paint_slider(painter, axis)
        self._paint_ends(painter, axis)
        painter.setPen(theme.text)
        painter.drawText(
            row.adjusted(0, 0, -4, 0),
            middle | Qt.AlignmentFlag.AlignRight,
            number_text(float(self.code[axis])),
        )

    def _paint_ends(self, painter: QPainter, axis: int) -> None:
        for end, picture in enumerate(self._pictures.get(axis, ())):
            box = self.end_rect(axis, end)
            if self._image_style.glyphs:
                painter.fillRect(box, current_theme().pixel_off)
            draw_glyph(painter, box, picture)

    def _paint_slider(self, painter: QPainter, axis: int) -> None:
        theme, groove = current_theme(), self.groove(axis)
        y = groove.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.grid)
        painter.drawRoundedRect(QRectF(groove.left(), y - 1.5, groove.width(), 3), 1.5, 1.5)
        if axis < len(self._mean):
            mean, spread = float(self._mean[axis]), float(self._spread[axis])
            left, right = self._x_of(axis, mean - spread), self._x_of(axis, mean + spread)
            painter.setBrush(blend(theme.accent, theme.raised, 0.4))
            painter.drawRoundedRect(QRectF(left, y - 1.5, right - left, 3), 1.5, 1.5)
            painter.fillRect(QRectF(self._x_of(axis, mean) - 0.5, y - 4, 1, 8), theme.text_dim)
        at = self._x_of(axis, float(self.code[axis]))
        painter.setPen(QPen(theme.raised, 1.5))
        painter.setBrush(theme.accent)
        painter.drawEllipse(QRectF(at - _KNOB_PX, y - _KNOB_PX, 2 * _KNOB_PX, 2 * _KNOB_PX))


STRIP_PX = 280


class CodeStrip(QFrame):
    """Sliders for the numbers that the map does not show, and buttons for three starting codes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.sliders = CodeSliders()
        title = heading(tr("Plane"))
        title.setToolTip(
            tr(
                "The plane of the map runs through this code. The panel Cursor has the code under"
                " the cursor."
            )
        )
        self.mean = flat_text(tr("Mean"), tr("The mean of the codes of the samples"))
        self.zero = flat_text(tr("0"), tr("All numbers 0"))
        self.random = flat_button("edit-again", "", name=tr("Random"), pixels=icon_px())
        self.random.setText(tr("Random"))
        self.random.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        tip = tr("The effect of each number alone, as a sheet")
        name = tr("Every number of the code")
        self.sheet = flat_button("reconstructions", tip, name=name, pixels=icon_px())
        buttons = (self.mean, self.zero, self.random, self.sheet)
        header = row((title, 1), *buttons, spacing=2, margins=(SPACING, 4, 4, 0))
        self.setLayout(column(header, (self.sliders, 1), spacing=2, margins=(2, 2, 2, 4)))
        self.set_prior(False)

    def set_prior(self, has_prior: bool) -> None:
        """Set the tooltip of the random button according to what codes are drawn from."""
        self.random.setToolTip(
            tr("Draw a code from the normal prior")
            if has_prior
            else tr("Draw a random code near those of the samples")
        )

    # Accept mouse events beside the sliders, so that the map below does not handle them.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.accept()
