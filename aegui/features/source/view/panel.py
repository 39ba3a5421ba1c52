"""The panel of the source code: dialect, result of the check, search, and text."""

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
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QTextEdit, QWidget

from aegui.core.i18n import tr
from aegui.core.source_code.forms import DIALECTS
from aegui.core.source_code.words import short_words, verdict_words
from aegui.kit.choosing import choose, offer, on_chosen
from aegui.kit.layouts import Sized, column, held, row
from aegui.kit.marks import ElidedLabel, flat_button, search_field
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, blend, current_theme, for_text, icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QResizeEvent, QTextDocument

    from aegui.core.source_code.check import CodeVerdict
    from aegui.core.source_code.listing import CodeListing

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
_SIGNS = {"same": "✓ ", "differs": "✗ ", "incomparable": ""}
_STATES = {"same": "good", "differs": "bad", "incomparable": ""}
_FIND_PX = 96


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


class SourcePanel(Sized):
    """Passive view of a ``CodeListing`` and the result of its check."""

    dialect_chosen = Signal(str)
    """Emitted with the key of ``DIALECTS`` to print in."""
    check_requested = Signal()
    """Emitted to check the code."""
    stop_requested = Signal()
    """Emitted to cancel the check."""
    copied = Signal()
    """when the code was copied to the clipboard."""
    layer_chosen = Signal(object)
    """Emitted with the layer index of the clicked line, or None."""
    usual_size = QSize(620, 480)
    """Room for lines of eighty characters."""

    def __init__(self) -> None:
        super().__init__()
        self.listing: CodeListing | None = None
        """The displayed code; None while a message is shown instead."""
        self._is_checking = False
        self.form = QComboBox()
        self.badge = ElidedLabel()
        self.check = flat_button("edit-again", "")
        self.save = flat_button("document-save", tr("Save the code as a file…"))
        self.search = search_field(tr("Find"), tr("Find in the code"))
        self.text = SourceText()
        self._build()
        self.set_verdict(None)
        self.set_message("")

    def _build(self) -> None:
        offer(self.form, ((key, tr(it.label), tr(it.help)) for key, it in DIALECTS.items()))
        self.form.setAccessibleName(tr("Form of the code"))
        self.form.setToolTip(tr("Form of the code"))
        on_chosen(self.form, self.dialect_chosen.emit)
        self.check.clicked.connect(self._on_check_clicked)
        self.search.setFixedWidth(for_text(_FIND_PX))
        self.search.textChanged.connect(self._on_search_text_changed)
        self.search.returnPressed.connect(self._on_search_return_pressed)
        copy = flat_button("edit-copy", tr("Copy the code"))
        copy.clicked.connect(self._on_copy_clicked)
        self.text.line_chosen.connect(self._on_text_line_chosen)
        half = SPACING // 2
        self._tools = held(row(self.search, copy, self.save, spacing=half))
        # On a line of its own: in a narrow dock there is no room for it beside the tools.
        margins = (SPACING, 0, SPACING, half)
        self._proof = held(row((self.badge, 1), self.check, spacing=half, margins=margins))
        self.placeholder = Placeholder(self.text)
        margins = (SPACING, half, SPACING, half)
        head = row((self.form, 1), self._tools, spacing=SPACING, margins=margins)
        self.setLayout(column(head, self._proof, (self.placeholder, 1), spacing=0))

    # Input

    def set_dialect(self, dialect: str) -> None:
        """Show which dialect is selected."""
        choose(self.form, dialect)

    def set_message(self, text: str) -> None:
        """Show why there is no code."""
        self.listing = None
        self._tools.setEnabled(False)
        self._proof.setEnabled(False)
        self._say("", "", "")
        self.placeholder.say(text)

    def set_listing(self, listing: CodeListing) -> None:
        """Show code."""
        self.listing = listing
        self.text.set_code(listing.text)
        self._tools.setEnabled(True)
        self._proof.setEnabled(True)
        self.placeholder.show_content()

    def set_checking(self) -> None:
        """Show that the check is running."""
        self._is_checking = True
        self._say(tr("Comparing losses…"), "", "")
        self._show_button("stop", tr("Stop comparing"))

    def set_verdict(self, verdict: CodeVerdict | None) -> None:
        """Show the result of the check; None if there is none."""
        self._is_checking = False
        self._show_button(
            "edit-again",
            tr(
                "Run the code for ten steps beside the program's own training, from the same "
                "weights, and compare the losses"
            ),
        )
        if verdict is None:
            self._say(tr("Not compared with the program yet"), "", "")
            return
        words = _SIGNS[verdict.state] + short_words(verdict)
        if verdict.state == "incomparable":
            words = f"{words}: {verdict.reason}"
        self._say(words, _STATES[verdict.state], verdict_words(verdict))

    def _show_button(self, sign: str, words: str) -> None:
        self.check.setIcon(icon(sign))
        self.check.setToolTip(words)
        self.check.setAccessibleName(words)

    def _say(self, words: str, state: str, more: str) -> None:
        self.badge.setText(words)
        self.badge.setProperty("state", state)
        self.badge.setProperty("dim", not state)
        self.badge.setToolTip(more)
        self.badge.setAccessibleDescription(more)
        self.badge.style().unpolish(self.badge)
        self.badge.style().polish(self.badge)

    def set_lit(self, layer: int | None) -> None:
        """Highlight the lines of ``layer``; None clears the highlight."""
        lines = [] if self.listing is None or layer is None else self.listing.of_layer(layer)
        chosen = self.text.underMouse() or self.text.hasFocus()
        self.text.set_lit(lines, show=not chosen)

    # Interaction

    def _on_check_clicked(self) -> None:
        if self._is_checking:
            self.stop_requested.emit()
        else:
            self.check_requested.emit()

    def _on_search_text_changed(self, text: str) -> None:
        cursor = self.text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self.text.setTextCursor(cursor)
        self._show_found(self.text.find_next(text))

    def _on_search_return_pressed(self) -> None:
        backward = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self._show_found(self.text.find_next(self.search.text(), backward=bool(backward)))

    def _show_found(self, is_found: bool) -> None:
        self.search.setProperty("state", "" if is_found else "bad")
        self.search.style().unpolish(self.search)
        self.search.style().polish(self.search)

    def _on_copy_clicked(self) -> None:
        if self.listing is not None:
            QApplication.clipboard().setText(self.listing.text)
            self.copied.emit()

    def _on_text_line_chosen(self, line: int) -> None:
        if self.listing is not None and line < len(self.listing.lines):
            self.layer_chosen.emit(self.listing.lines[line].layer)
