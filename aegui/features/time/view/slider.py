"""A slider over the epochs whose weights were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip

from aegui.core.i18n import localized, tr
from aegui.kit.theme import blend, current_theme, figures_font
from aegui.shell.outcome import epoch_words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from aegui.kit.theme import Theme

_SMALL = 0.8
_GROOVE_PX = 4.0
_GROOVE_Y = 0.36
_KNOB_PX = 6.5
_EDGE_PX = 10
_MIN_MARKS_PX = 4.0
_LABEL_GAP_PX = 12.0
_FAINT = 0.45
_PAGE = 10


class TimeSlider(QAbstractSlider):
    """Slider that gives every kept moment equal width, so that densely kept first epochs are wide.

    Its value is the index of a moment; the maximum is the newest state, and stays selected when
    moments are added.
    """

    chosen = Signal(object)
    """The place chosen by the user; None for the newest state."""

    def __init__(self) -> None:
        super().__init__()
        self._epochs: NDArray[np.float64] = np.zeros(0)
        self._marks: QPixmap | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Epoch that is shown"))
        self.setMouseTracking(True)
        self.setPageStep(_PAGE)
        self.setRange(0, 0)

    def sizeHint(self) -> QSize:
        """Return the size of a groove with labels below it."""
        return QSize(400, 2 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Return the smallest usable size."""
        return QSize(120, self.sizeHint().height())

    @property
    def index(self) -> int | None:
        """The selected index; None for the newest state."""
        return None if self.value() == self.maximum() else self.value()

    def set_epochs(self, epochs: ArrayLike) -> None:
        """Set the epochs ``[T]`` of the kept moments, ascending; without any no knob is shown."""
        is_newest = self.index is None
        self._epochs = np.asarray(epochs, np.float64)
        self._marks = None
        self.setMaximum(len(self._epochs))
        if is_newest:
            self.setValue(self.maximum())
        self._describe()
        self.update()

    def set_index(self, index: int | None) -> None:
        """Select ``index``; None selects the newest state."""
        self.setValue(self.maximum() if index is None else index)
        self._describe()
        self.update()

    def _describe(self) -> None:
        index = self.index
        if index is None or index >= len(self._epochs):
            self.setAccessibleDescription(tr("newest"))
        else:
            self.setAccessibleDescription(epoch_words(float(self._epochs[index])))

    # Places and pixels

    def _groove(self) -> QRectF:
        top = round(_GROOVE_Y * self.height() - _GROOVE_PX / 2)
        return QRectF(_EDGE_PX, top, max(1, self.width() - 2 * _EDGE_PX), _GROOVE_PX)

    def x_of(self, index: float) -> float:
        """Return the x coordinate of ``index`` in pixels."""
        groove = self._groove()
        return groove.left() + groove.width() * index / max(1, self.maximum())

    def index_at(self, x_px: float) -> int:
        """Return the index of the moment, or the maximum, nearest to ``x_px``."""
        groove = self._groove()
        share = (x_px - groove.left()) / groove.width()
        return int(min(self.maximum(), max(0, round(share * self.maximum()))))

    def ticks(self) -> list[tuple[float, str]]:
        """Return place and text of the round epochs whose labels fit."""
        if len(self._epochs) < 2:
            return []
        found: list[tuple[float, str]] = []
        metrics = self.fontMetrics()
        free = float("-inf")
        for epoch in _round_epochs(self._epochs[-1]):
            index = float(np.interp(epoch, self._epochs, np.arange(len(self._epochs))))
            text = localized(epoch, ",")
            half = _SMALL * metrics.horizontalAdvance(text) / 2
            middle = self.x_of(index)
            if middle - half >= free and middle + half <= self.width():
                found.append((index, text))
                free = middle + half + _LABEL_GAP_PX
        return found

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, marks, labels and knob."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = current_theme()
        groove = self._groove()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(theme.text, theme.window, 0.18))
        painter.drawRoundedRect(groove, 2, 2)
        if not self.isEnabled() or not self.maximum():
            return
        x = self.x_of(self.value())
        painter.setBrush(blend(theme.accent, theme.window, 0.55))
        painter.drawRoundedRect(QRectF(groove.topLeft(), QPointF(x, groove.bottom())), 2, 2)
        ratio = self.devicePixelRatioF()
        if self._marks is None or self._marks.devicePixelRatioF() != ratio:
            self._marks = self._painted_marks(theme)
        painter.drawPixmap(0, 0, self._marks)
        painter.setPen(QPen(theme.window, 1.5))
        painter.setBrush(theme.accent)
        painter.drawEllipse(QPointF(x, groove.center().y()), _KNOB_PX, _KNOB_PX)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, groove.center().y()), _KNOB_PX + 2, _KNOB_PX + 2)

    def _painted_marks(self, theme: Theme) -> QPixmap:
        """Return marks and labels as a pixmap, cached while the knob moves."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        groove = self._groove()
        below = groove.bottom() + 2
        if groove.width() / max(1, self.maximum()) >= _MIN_MARKS_PX:
            painter.setPen(QPen(blend(theme.text_dim, theme.window, _FAINT), 1.0))
            for index in range(len(self._epochs)):
                x = round(self.x_of(index)) + 0.5
                painter.drawLine(QPointF(x, below), QPointF(x, below + 2))
        self._paint_ticks(painter, theme, below)
        painter.end()
        return pixmap

    def _paint_ticks(self, painter: QPainter, theme: Theme, below: float) -> None:
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        for index, text in self.ticks():
            x = round(self.x_of(index)) + 0.5
            painter.setPen(QPen(theme.text_dim, 1.0))
            painter.drawLine(QPointF(x, below), QPointF(x, below + 3))
            box = QRectF(x - 60, below + 2, 120, self.height() - below - 1)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Discard the cached marks."""
        super().resizeEvent(event)
        self._marks = None

    def changeEvent(self, event: QEvent) -> None:
        """Discard the cached marks after a change of theme or font."""
        self._marks = None
        super().changeEvent(event)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the knob to the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._choose(self.index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the knob, or show a tooltip with the epoch under the pointer."""
        index = self.index_at(event.position().x())
        if self.isSliderDown():
            self._choose(index)
        elif self.isEnabled() and self.maximum():
            at_end = index >= len(self._epochs)
            words = tr("newest") if at_end else epoch_words(float(self._epochs[index]))
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        del event
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move by one moment."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._choose(self.value() + (1 if turned > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the knob with arrows, Page Up/Down, Home and End."""
        before = self.value()
        # Qt moves the knob; a change by a key must also be emitted as a request.
        super().keyPressEvent(event)
        if self.value() != before:
            self._tell()

    def _choose(self, value: int) -> None:
        value = min(self.maximum(), max(0, value))
        if value != self.value():
            self.setValue(value)
            self._tell()

    def _tell(self) -> None:
        self._describe()
        self.update()
        self.chosen.emit(self.index)

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Repaint after a change of value or range."""
        super().sliderChange(change)
        self.update()


def _round_epochs(last: float) -> list[int]:
    """Return 0, 1, 2, 5, 10, 20 and so on up to ``last``."""
    steps = [factor * 10**power for power in range(8) for factor in (1, 2, 5)]
    return [0, *(step for step in steps if step <= last)]
