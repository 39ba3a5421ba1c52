"""The drawing as editable source code: hex rows, binary, a C array, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.core.pixels.code import CODE_FORMS, CodeError, code_of, levels_of, read_code
from aegui.core.pixels.transforms import LARGEST
from aegui.kit.choosing import choose, offer
from aegui.kit.layouts import column, row
from aegui.kit.marks import ProblemLabel, flat_button
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QHideEvent, QShowEvent

    from aegui.core.pixels.code import CodeForm
    from aegui.core.pixels.transforms import Pixels

_SHOWN_ERRORS = 50


class CodeView(QWidget):
    """Shows the code of the drawing, and marks errors in edited code."""

    pixels_edited = Signal(object)
    """The pixels of the edited code, ``[H, W]`` or ``[3, H, W]``."""
    copy_requested = Signal(str)
    """With text: the text is to be copied to the clipboard."""
    form_chosen = Signal(str)
    """With key: a key of ``CODE_FORMS``."""

    def __init__(self) -> None:
        super().__init__()
        self._pixels: NDArray[np.float32] = np.zeros((7, 5), np.float32)
        self._kind: Pixels = "binary"
        self._said: NDArray[np.float32] | None = None
        self.errors: tuple[CodeError, ...] = ()
        """Errors in the current text."""
        self._is_due = self._is_readable = True
        self.form = QComboBox()
        self.text = QPlainTextEdit()
        self._copy = flat_button("edit-copy", tr("Copy the text"))
        self._problem = ProblemLabel()
        self._build()
        self._write()

    def _build(self) -> None:
        offer(self.form, ((key, tr(label)) for key, label in CODE_FORMS.items()))
        self.form.setAccessibleName(tr("Form of the text"))
        self.form.currentIndexChanged.connect(self._on_form_current_index_changed)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("The drawing as hex, binary, C or JSON"))
        self.text.setToolTip(tr("Edit it, or paste another text: the drawing follows"))
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(
            tr("This form is for drawings of up to {n} × {n} pixels.", n=max(LARGEST))
        )
        self.text.textChanged.connect(self._on_text_changed)
        self._copy.clicked.connect(self._on_copy_clicked)
        top = row((self.form, 1), self._copy)
        self.setLayout(column(top, (self.text, 1), self._problem))

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def shown_form(self) -> CodeForm:
        """The form of the code, a key of ``CODE_FORMS``."""
        form: CodeForm = self.form.currentData()
        return form

    def set_form(self, form: str) -> None:
        """Select ``form`` without emitting a signal."""
        choose(self.form, form)
        self._write()

    def set_drawing(self, pixels: NDArray[np.float32], kind: Pixels) -> None:
        """Show the code of ``pixels``; text that already describes them is left as it is."""
        if kind != self._kind or pixels.shape != self._pixels.shape:
            self._said = None
        self._pixels, self._kind = pixels, kind
        self._is_due = True
        if self.isVisible():
            self._show_pixels()

    def _show_pixels(self) -> None:
        """Write the code, unless the drawing still equals the last valid text.

        The drawing arrives back shortly after each edit, and must not disturb further typing.
        """
        self._is_due = False
        self._is_readable = max(self._pixels.shape[-2:]) <= max(LARGEST)
        self.text.setReadOnly(not self._is_readable)
        if self._said is None or not np.array_equal(
            levels_of(self._said, self._kind), levels_of(self._pixels, self._kind)
        ):
            self._write()

    def _read(self) -> NDArray[np.float32] | None:
        """Return the pixels of the text, or None; keep its errors."""
        if not self._is_readable:
            return None
        height, width = self._pixels.shape[-2:]
        text = self.text.toPlainText()
        reading = read_code(text, self.shown_form, height, width, self._kind)
        self.errors = reading.errors
        return reading.pixels

    def _write(self) -> None:
        """Replace the text by the code of the drawing."""
        with QSignalBlocker(self.text):
            self.text.setPlainText(self._code() if self._is_readable else "")
        self.errors = ()
        self._said = self._pixels if self._is_readable else None
        self._mark()

    def _code(self) -> str:
        return code_of(self._pixels, self._kind, self.shown_form)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if self._is_due:
            self._show_pixels()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        # Invalid text is discarded: the drawing is authoritative.
        if self.errors:
            self._write()
        super().hideEvent(event)

    # -- errors in place -------------------------------------------------------------------------

    def _mark(self) -> None:
        marks = []
        for error in self.errors[:_SHOWN_ERRORS]:
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.text.document())
            last = max(0, self.text.document().characterCount() - 1)
            cursor.setPosition(min(error.start, last))
            cursor.setPosition(min(error.end, last), QTextCursor.MoveMode.KeepAnchor)
            format = QTextCharFormat()
            format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            format.setUnderlineColor(current_theme().bad)
            format.setForeground(current_theme().bad)
            format.setToolTip(error.message)
            mark.cursor, mark.format = cursor, format
            marks.append(mark)
        self.text.setExtraSelections(marks)
        first = self.errors[0] if self.errors else None
        self._problem.set_text("" if first is None else self._error_text(first))

    def _error_text(self, error: CodeError) -> str:
        before = self.text.toPlainText()[: error.start]
        line = before.count("\n") + 1
        return tr("Line {line}: {problem}", line=line, problem=error.message)

    # -- edits -----------------------------------------------------------------------------------

    def _on_text_changed(self) -> None:
        pixels = self._read()
        self._mark()
        if pixels is not None:
            self._said = pixels
            # The drawing may arrive back late; a change of form must already use these pixels.
            self._pixels = pixels
            self.pixels_edited.emit(pixels)

    def _on_form_current_index_changed(self) -> None:
        self._write()
        self.form_chosen.emit(self.shown_form)

    def _on_copy_clicked(self) -> None:
        self.copy_requested.emit(self.text.toPlainText())
