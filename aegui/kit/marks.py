"""Small widgets: flat buttons, search fields, elided labels, icons, problem labels, drag grips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, for_text, icon, icon_px, icon_size

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

_SIGN_PX = 16
_TEXT_EDGES_PX = 2
"""Margin that Qt leaves beside the text of a combo box."""
_BUTTON_PX = 160
_CAUTIONS = frozenset({"warn", "bad"})


def flat_button(
    icon_name: str,
    tooltip: str,
    parent: QWidget | None = None,
    *,
    name: str = "",
    pixels: int | None = None,
) -> QToolButton:
    """Create a frameless button with an icon of ``pixels``; no icon if ``icon_name`` is empty.

    The default size is that of a sign beside text.

    The accessible name is ``name``, or else the tooltip.
    """
    button = flat_text("", tooltip, parent)
    if icon_name:
        button.setIcon(icon(icon_name))
    side = icon_px(_SIGN_PX) if pixels is None else pixels
    button.setIconSize(QSize(side, side))
    button.setAccessibleName(name or tooltip)
    return button


def flat_text(
    text: str, tooltip: str = "", parent: QWidget | None = None, *, checkable: bool = False
) -> QToolButton:
    """Create a frameless button with a text."""
    button = QToolButton(parent)
    button.setProperty("flat", True)
    button.setText(text)
    button.setToolTip(tooltip)
    button.setCheckable(checkable)
    return button


def icon_button(icon_name: str, text: str) -> QPushButton:
    """Create a button with an icon before its text."""
    button = QPushButton(icon(icon_name), text)
    button.setIconSize(icon_size())
    return button


def search_field(hint: str, name: str = "") -> QLineEdit:
    """Create a search field with the accessible name ``name``, or else ``hint``."""
    line = QLineEdit()
    line.setPlaceholderText(hint)
    line.setAccessibleName(name or hint)
    line.setClearButtonEnabled(True)
    return line


def wrapped_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Create a label that wraps and never requests more width than there is."""
    label = QLabel(text, parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    # Height for width; a long word must not widen the dock.
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def show_either(one: QWidget, other: QWidget, *, first: bool) -> None:
    """Show ``one``, if ``first``, else ``other`` in its place, and let it take over the focus.

    Otherwise Qt passes the focus of a widget that is hidden on to an arbitrary neighbour.
    """
    shown, hidden = (one, other) if first else (other, one)
    had_focus = hidden.hasFocus()
    shown.setVisible(True)
    if had_focus:
        shown.setFocus(Qt.FocusReason.OtherFocusReason)
    hidden.setVisible(False)


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet selects by, and reapply the style."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """A single line that is elided where it is too long.

    Args:
        parent: The widget that it is in.
        keeps_end: Elide the beginning: the figures of a progress are at its end.
    """

    def __init__(self, parent: QWidget | None = None, *, keeps_end: bool = False) -> None:
        super().__init__(parent)
        mode = Qt.TextElideMode
        self._mode = mode.ElideLeft if keeps_end else mode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def elided_text(self) -> str:
        """Return the text as it is painted."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), self._mode, width)

    def minimumSizeHint(self) -> QSize:
        """Return a minimum width of 0."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the elided text."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter, self.elided_text())


class ElidedButton(QToolButton):
    """A button with an icon whose text is elided where it is too long."""

    def elided_text(self) -> str:
        """Return the text as it is painted."""
        edges = self.iconSize().width() + 2 * SPACING + _TEXT_EDGES_PX
        mode = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.text(), mode, max(0, self.width() - edges))

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Use the elided text."""
        super().initStyleOption(option)
        option.text = self.elided_text()

    def sizeHint(self) -> QSize:
        """Return a bounded width for long texts."""
        hint = super().sizeHint()
        return QSize(min(hint.width(), for_text(_BUTTON_PX)), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Return the size hint."""
        return self.sizeHint()


class ElidedCombo(QComboBox):
    """A combo box whose current text is elided where it is too long."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Use the elided text."""
        super().initStyleOption(option)
        control, edit = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        available = (
            self.style().subControlRect(control, option, edit, self).width() - _TEXT_EDGES_PX
        )
        if not option.currentIcon.isNull():
            available -= option.iconSize.width() + SPACING // 2
        text = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, available
        )
        option.currentText = text


class Sign(PaintedBase):
    """A small icon that is not clickable."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, icon_name: str, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon(icon_name, token)
        self.setAccessibleName(tr("Warning") if token in _CAUTIONS else tr("Sign"))
        self.setFixedSize(icon_px(_SIGN_PX), icon_px(_SIGN_PX))

    def paint(self, painter: QPainter) -> None:
        """Paint the icon in the colours of the current theme."""
        self._icon.paint(painter, self.rect())


class ProblemLabel(QWidget):
    """A problem in words with an icon beside it; hidden if there is none.

    There is one for every field and most are never shown, so the children are created on demand.
    ``state`` is ``bad`` for what prevents training, ``warn`` for what is only inadvisable. If the
    program knows a remedy, a button below the text offers it.
    """

    remedy_requested = Signal()
    """Emitted when the button is clicked."""

    def __init__(self, parent: QWidget | None = None, state: str = "bad") -> None:
        super().__init__(parent)
        self._state = state
        self._label: QLabel | None = None
        self._is_open = True
        self.remedy: QPushButton | None = None
        """The button; None until it is first needed."""
        self.hide()

    def text(self) -> str:
        """Return the text shown, or an empty string."""
        return self._label.text() if self._label is not None else ""

    def set_text(self, text: str, remedy: str = "") -> None:
        """Show ``text``, or hide if it is empty; ``remedy`` is the label of the button, if any."""
        if text != self.text():
            self._words().setText(text)
            self.setAccessibleName(text)
            self.setVisible(bool(text))
        if remedy or self.remedy is not None:
            button = self._button()
            button.setText(remedy)
            button.setAccessibleDescription(text)
            button.setVisible(bool(remedy))

    def set_open(self, is_open: bool) -> None:
        """Set whether editing is allowed, which enables the button."""
        self._is_open = is_open
        if self.remedy is not None:
            self.remedy.setEnabled(is_open)

    def _words(self) -> QLabel:
        if self._label is None:
            self._label = wrapped_label(parent=self)
            self._label.setProperty("state", self._state)
            layout = QGridLayout(self)
            layout.setContentsMargins(0, 2, 0, 2)
            layout.setHorizontalSpacing(6)
            layout.setVerticalSpacing(4)
            layout.setColumnStretch(1, 1)
            sign = Sign("builder-warning", self._state, self)
            layout.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
            layout.addWidget(self._label, 0, 1)
        return self._label

    def _button(self) -> QPushButton:
        if self.remedy is None:
            self._words()
            self.remedy = QPushButton(self)
            self.remedy.setToolTip(tr("Undo takes it back"))
            self.remedy.setEnabled(self._is_open)
            self.remedy.clicked.connect(self.remedy_requested)
            layout = self.layout()
            assert isinstance(layout, QGridLayout)
            layout.addWidget(self.remedy, 1, 1, Qt.AlignmentFlag.AlignLeft)
        return self.remedy


class Grip(PaintedBase):
    """A handle of six dots for dragging a card."""

    accessible_role = QAccessible.Role.Grip

    dragged = Signal(QPoint)
    """Global position of the pointer during a drag."""
    dropped = Signal(QPoint)
    """Global position at which the drag ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed_at: QPoint | None = None
        self._is_dragging = False
        self.setFixedSize(14, 20)
        self.setAccessibleName(tr("Drag to another place"))
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def cancel(self) -> None:
        """Cancel the drag; releasing the button then drops nothing."""
        self._pressed_at = None
        self._is_dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Record the position; the drag begins when the pointer has moved far enough."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            card = self.parentWidget()
            if card is not None:
                card.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Emit ``dragged`` once the drag has begun."""
        if self._pressed_at is None:
            return
        place = event.globalPosition().toPoint()
        far = (place - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        self._is_dragging = self._is_dragging or far
        if self._is_dragging:
            self.dragged.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit ``dropped`` if a drag was in progress."""
        was_dragging = self._is_dragging
        self.cancel()
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if was_dragging:
            self.dropped.emit(event.globalPosition().toPoint())

    def paint(self, painter: QPainter) -> None:
        """Paint two columns of three dots."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().text_dim)
        centre = QRect(self.rect()).center()
        for column in (-2.5, 2.5):
            for row in (-5.0, 0.0, 5.0):
                painter.drawEllipse(
                    QPointF(centre.x() + 0.5 + column, centre.y() + 0.5 + row), 1.3, 1.3
                )
