"""The panel of the source code: dialect, result of the check, search, and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QComboBox

from aegui.core.i18n import tr
from aegui.core.source_code.forms import DIALECTS
from aegui.core.source_code.words import short_words, verdict_words
from aegui.features.source.view.source_text import SourceText
from aegui.kit.choosing import choose, offer, on_chosen
from aegui.kit.layouts import Sized, column, held, row
from aegui.kit.marks import ElidedLabel, flat_button, search_field
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, for_text, icon

if TYPE_CHECKING:
    from aegui.core.source_code.check import CodeVerdict
    from aegui.core.source_code.listing import CodeListing

_SIGNS = {"same": "✓ ", "differs": "✗ ", "incomparable": ""}
_STATES = {"same": "good", "differs": "bad", "incomparable": ""}
_FIND_PX = 96


class SourcePanel(Sized):
    """Passive view of a ``CodeListing`` and the result of its check."""

    dialect_chosen = Signal(str)
    """Emitted with the key of ``DIALECTS`` to print in."""
    check_requested = Signal()
    """Emitted to check the code."""
    stop_requested = Signal()
    """Emitted to cancel the check."""
    save_requested = Signal()
    """Emitted to save the code."""
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
        save = flat_button("document-save", tr("Save the code as a file…"))
        save.clicked.connect(self.save_requested)
        self.text.line_chosen.connect(self._on_text_line_chosen)
        half = SPACING // 2
        self._tools = held(row(self.search, copy, save, spacing=half))
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
