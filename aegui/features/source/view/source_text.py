"""A read-only code view with line numbers, syntax highlighting and highlighted lines."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontDatabase,
    QPainter,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from aegui.core.i18n import tr
from aegui.kit.theme import SPACING, blend, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QResizeEvent, QTextDocument


_WORDS = "|".join(keyword.kwlist)
_PARTS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<string>[rfb]{0,2}(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'))"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)"
    r"|(?<=def )(?P<defined>\w+)|(?<=class )(?P<kind>\w+)"
    r"|(?P<number>\b\d+(?:\.\d*)?(?:e[+-]?\d+)?\b)"
)
_QUOTES = '"""'
_WITHIN = 1
_LIT = 0.22
_MIN_DIGITS = 3


class PythonColours(QSyntaxHighlighter):
    """Highlights a document in the colours of the theme; ``rehighlight`` after it changes."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._theme: object = None

    def highlightBlock(self, text: str) -> None:
        """Highlight one line, tracking docstrings over several lines."""
        self._renew()
        start = self._words_end(text)
        if start < 0:
            return
        opened = text.find(_QUOTES, start)
        code = text if opened < 0 else text[:opened]
        for found in _PARTS.finditer(code, start):
            name = next(key for key, part in found.groupdict().items() if part)
            self.setFormat(*_span(found, name), self._formats[name])
        if opened >= 0:
            closed = text.find(_QUOTES, opened + len(_QUOTES))
            stop = len(text) if closed < 0 else closed + len(_QUOTES)
            self.setFormat(opened, stop - opened, self._formats["words"])
            self.setCurrentBlockState(_WITHIN if closed < 0 else 0)

    def _words_end(self, text: str) -> int:
        """Return where code begins in a line after an open docstring; -1 if it continues."""
        self.setCurrentBlockState(0)
        if self.previousBlockState() != _WITHIN:
            return 0
        closed = text.find(_QUOTES)
        stop = len(text) if closed < 0 else closed + len(_QUOTES)
        self.setFormat(0, stop, self._formats["words"])
        if closed < 0:
            self.setCurrentBlockState(_WITHIN)
            return -1
        return stop

    def _renew(self) -> None:
        theme = current_theme()
        if theme is self._theme:
            return
        self._theme = theme
        self._formats = {
            "comment": _format(theme.text_dim, italic=True),
            "words": _format(theme.series[2]),
            "string": _format(theme.series[2]),
            "keyword": _format(theme.accent, bold=True),
            "defined": _format(theme.series[3], bold=True),
            "kind": _format(theme.series[3], bold=True),
            "number": _format(theme.series[1]),
        }


def _span(found: re.Match[str], name: str) -> tuple[int, int]:
    return found.start(name), found.end(name) - found.start(name)


def _format(colour: QColor, *, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    found = QTextCharFormat()
    found.setForeground(colour)
    found.setFontItalic(italic)
    if bold:
        found.setFontWeight(QFont.Weight.DemiBold)
    return found


class SourceText(QPlainTextEdit):
    """Passive, read-only view of code."""

    line_chosen = Signal(int)
    """Emitted with the line, from 0, that was clicked or reached by keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Source code"))
        self.numbers = SourceNumbers(self)
        self._colours = PythonColours(self.document())
        self._lit: Sequence[int] = ()
        self._said = ""
        self._reported_line = -1
        self.blockCountChanged.connect(self._fit_numbers)
        self.updateRequest.connect(self._on_update_request)
        self.cursorPositionChanged.connect(self._on_cursor_position_changed)
        self._fit_numbers()

    def set_code(self, text: str) -> None:
        """Show ``text``, preserving the scroll position."""
        if text == self._said:
            return
        self._said = text
        bar, place = self.verticalScrollBar(), self.verticalScrollBar().value()
        with QSignalBlocker(self):
            self.setPlainText(text)
        self._fit_numbers()
        bar.setValue(min(place, bar.maximum()))
        self._lit = ()
        self._show_lit()

    @property
    def lit(self) -> tuple[int, ...]:
        """Return the indices of the highlighted lines, from 0."""
        return tuple(self._lit)

    def set_lit(self, lines: Sequence[int], *, show: bool) -> None:
        """Highlight ``lines``; ``show`` scrolls to them if none is visible."""
        self._lit = lines
        self._show_lit()
        if show and lines and not any(self._is_in_sight(line) for line in lines):
            above = max(0, lines[0] - 3)
            self.verticalScrollBar().setValue(above)

    def _is_in_sight(self, line: int) -> bool:
        block = self.document().findBlockByNumber(line)
        box = self.blockBoundingGeometry(block).translated(self.contentOffset())
        return box.top() >= 0 and box.bottom() <= self.viewport().height()

    def _show_lit(self) -> None:
        theme = current_theme()
        colour = blend(theme.accent, theme.raised, _LIT)
        found = []
        for line in self._lit:
            extra = QTextEdit.ExtraSelection()
            extra.format.setBackground(colour)
            extra.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            extra.cursor = QTextCursor(self.document().findBlockByNumber(line))
            found.append(extra)
        self.setExtraSelections(found)
        self.numbers.update()

    # Line numbers

    def numbers_width(self) -> int:
        """Return the width of the line numbers."""
        digits = max(_MIN_DIGITS, len(str(self.blockCount())))
        return 2 * SPACING + self.fontMetrics().horizontalAdvance("9" * digits)

    def _fit_numbers(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        box = self.contentsRect()
        self.numbers.setGeometry(QRect(box.x(), box.y(), self.numbers_width(), box.height()))

    def _on_update_request(self, box: QRect, across: int) -> None:
        if across:
            self.numbers.scroll(0, across)
        else:
            self.numbers.update(0, box.y(), self.numbers.width(), box.height())

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paint the numbers of the visible lines; those of highlighted lines in the text colour."""
        painter, theme = QPainter(self.numbers), current_theme()
        painter.fillRect(event.rect(), theme.panel)
        painter.setFont(self.font())
        lit = set(self._lit)
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            is_lit = block.blockNumber() in lit
            painter.setPen(theme.text if is_lit else theme.text_dim)
            box = QRect(0, round(top), self.numbers.width() - SPACING, round(height))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block, top = block.next(), top + height

    # Interaction

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit ``line_chosen`` on a click that selects no text, even if the cursor did not move."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self._reported_line = self.textCursor().blockNumber()
            self.line_chosen.emit(self._reported_line)

    def _on_cursor_position_changed(self) -> None:
        line = self.textCursor().blockNumber()
        if line != self._reported_line and not self.textCursor().hasSelection() and self.hasFocus():
            self._reported_line = line
            self.line_chosen.emit(line)

    def find_next(self, text: str, *, backward: bool = False) -> bool:
        """Select the next match of ``text``, wrapping around; return False if there is none."""
        from PySide6.QtGui import QTextDocument

        flag = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        if not text:
            return True
        if self.find(text, flag):
            return True
        before = self.textCursor()
        end = QTextCursor.MoveOperation.End if backward else QTextCursor.MoveOperation.Start
        self.moveCursor(end)
        if self.find(text, flag):
            return True
        self.setTextCursor(before)
        return False

    def changeEvent(self, event: QEvent) -> None:
        """Update colours after a change of theme, and widths after a change of font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_colours"):
            self._colours.rehighlight()
            self._show_lit()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "numbers"):
            self._fit_numbers()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line numbers as high as the text."""
        super().resizeEvent(event)
        self._place_numbers()


class SourceNumbers(QWidget):
    """The margin with the line numbers."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, text: SourceText) -> None:
        super().__init__(text)
        self.setAccessibleName(tr("Line numbers"))
        self._text = text

    def sizeHint(self) -> QSize:
        """Return the width of the line numbers."""
        return QSize(self._text.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line numbers."""
        self._text.paint_numbers(event)
