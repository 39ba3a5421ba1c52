"""A collapsible section with a header that summarises the collapsed settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import column, held
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import RADIUS, SPACING, blend, current_theme, icon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QFont, QPaintEvent

_HEIGHT_PX = 30
_CHEVRON_PX = 14


class SectionHeader(QAbstractButton):
    """Chevron, title and, while collapsed, a summary; an icon marks problems inside."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._summary = ""
        self._has_problem = False
        self._closed = icon("builder-closed", "text_dim")
        self._open = icon("builder-open", "text_dim")
        self._warning = icon("builder-warning", "bad")
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._describe)

    def set_summary(self, summary: str, has_problem: bool) -> None:
        """Set the summary of the collapsed settings, and whether there is a problem."""
        if (summary, has_problem) != (self._summary, self._has_problem):
            self._summary, self._has_problem = summary, has_problem
            self._describe()
            self.update()

    def summary(self) -> str:
        """Return the summary of the collapsed settings."""
        return self._summary

    def sizeHint(self) -> QSize:
        """Return the size of one line with padding."""
        return QSize(120, _HEIGHT_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Collapse with Left, expand with Right, toggle with Enter as with Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.toggle()
        elif event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self.setChecked(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a flat line with hover and focus states."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        middle = self.height() // 2
        chevron = QRect(2, middle - _CHEVRON_PX // 2, _CHEVRON_PX, _CHEVRON_PX)
        (self._open if self.isChecked() else self._closed).paint(painter, chevron)
        left = self._paint_title(painter, chevron.right() + 6)
        right = self.width() - 4
        if self._has_problem:
            right -= 16
            self._warning.paint(painter, QRect(right, middle - 8, 16, 16))
            right -= 4
        if not self.isChecked():
            self._paint_summary(painter, left + SPACING, right)

    def _paint_ground(self, painter: QPainter) -> None:
        theme = current_theme()
        area = self.rect().adjusted(0, 1, -1, -2)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.0) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(
                blend(theme.accent, theme.panel, 0.10)
                if self.underMouse()
                else Qt.BrushStyle.NoBrush
            )
            painter.drawRoundedRect(area, RADIUS, RADIUS)

    def _paint_title(self, painter: QPainter, left: int) -> int:
        painter.setFont(self._title_font())
        painter.setPen(current_theme().text)
        area = QRect(left, 0, self.width() - left, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        return left + painter.fontMetrics().horizontalAdvance(self.text())

    def _paint_summary(self, painter: QPainter, left: int, right: int) -> None:
        painter.setFont(self.font())
        painter.setPen(current_theme().text_dim)
        text = QFontMetrics(self.font()).elidedText(
            self._summary, Qt.TextElideMode.ElideMiddle, right - left
        )
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRect(left, 0, right - left, self.height()), flags, text)

    def _title_font(self) -> QFont:
        font = self.font()
        font.setWeight(font.Weight.DemiBold)
        return font

    def _describe(self) -> None:
        state = tr("unfolded") if self.isChecked() else self._summary
        warning = tr("has a problem") if self._has_problem else ""
        words = (self.text(), state, warning)
        self.setAccessibleName(", ".join(word for word in words if word))


class FoldingSection(PaintedBase):
    """A header and its rows."""

    accessible_role = QAccessible.Role.Grouping

    rows_needed = Signal()
    """The section is expanded for the first time; add the rows."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._is_filled = False
        self.setAccessibleName(title)
        self.header = SectionHeader(title)
        self._rows = column(spacing=6, margins=(_CHEVRON_PX + SPACING, 2, 2, SPACING + 4))
        self._body = held(self._rows)
        self.setLayout(column(self.header, self._body, spacing=0))
        self._body.hide()
        self.header.toggled.connect(self._on_header_toggled)

    def add_row(self, row: QWidget) -> None:
        """Append a row."""
        self._rows.addWidget(row)

    def _on_header_toggled(self, is_open: bool) -> None:
        if is_open and not self._is_filled:
            self._is_filled = True
            self.rows_needed.emit()
        self._body.setVisible(is_open)

    def paint(self, painter: QPainter) -> None:
        """Paint a separator line at the bottom."""
        painter.setPen(QPen(current_theme().grid, 1.0))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class FoldingPanel(QWidget):
    """A panel of sections that are folded or unfolded."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, FoldingSection] = {}
        """The sections by their keys."""

    def open_sections(self) -> tuple[str, ...]:
        """Return the keys of the unfolded sections, to be saved."""
        return tuple(key for key, section in self.sections.items() if section.header.isChecked())

    def set_open_sections(self, keys: Iterable[str]) -> None:
        """Unfold the sections of ``keys`` and fold the others."""
        open_keys = set(keys)
        for key, section in self.sections.items():
            section.header.setChecked(key in open_keys)
