"""The dialog for the options of a hand-in."""

from __future__ import annotations

from typing import Annotated

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import LANGUAGES, mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.report.assignments import ASSIGNMENTS
from aegui.kit.layouts import buttons_of, column, dim
from aegui.widgets.form.form import Form

SHOWN = "shown"
_MARGIN_PX = 12
_WIDTH_PX = 420
OF = table(
    Choice(
        SHOWN,
        mark("The network that is shown"),
        mark("Its data, training, result, map, new images and answers to noise."),
    ),
    *(Choice(key, row.label, row.help) for key, row in ASSIGNMENTS.items()),
)
"""Subjects of a hand-in."""
_LANGUAGES = {code: Choice(code, name, "") for code, name in LANGUAGES.items()}


@dataclass(frozen=True)
class HandIn:
    """The options of a hand-in."""

    of: Annotated[str, OneOf(OF), FieldWords("&Of", "What the hand-in is of")] = SHOWN
    """Key of ``OF``."""
    language: Annotated[
        str, OneOf(_LANGUAGES), FieldWords("&Language", "That of titles, figures and tables")
    ] = "en"
    """Key of ``LANGUAGES``."""
    blank: Annotated[
        bool,
        FieldWords(
            "Leave the &findings to be written",
            "Neutral titles, for teachers who expect your own conclusions",
        ),
    ] = False
    """Whether the findings are left blank, to be written by hand."""


class HandInDialog(QDialog):
    """Asks for the subject of the hand-in, its language, and whether it states findings.

    ``lacks`` says why the network that is shown cannot be handed in, "" if it can be; ``which`` is
    a note shown if its displayed weights are not those of the hand-in.
    """

    chosen = Signal(object)
    """Emitted with the chosen ``HandIn``."""

    def __init__(self, first: HandIn, *, lacks: str, which: str = "", parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Hand-in"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH_PX)
        self._lacks = lacks
        self._which = which
        self.form = Form(first)
        self.form.edited.connect(self._show_note)
        self.note = dim()
        self.note.setWordWrap(True)
        self.take = QPushButton(tr("Choose the folder…"))
        parts = (self.form, self.note, buttons_of(self, take=self.take, leave=tr("&Cancel")))
        self.setLayout(column(*parts, margins=(_MARGIN_PX,) * 4))
        self._show_note()

    def _show_note(self) -> None:
        of = self.form.value.of
        what = tr("Slides (PPTX), PDF, web page, figures, tables and code, in a folder.")
        lacks = self._lacks if of == SHOWN else ""
        self.take.setEnabled(not lacks)
        if lacks:
            self.note.setText(lacks)
        elif of == SHOWN:
            effort = tr("Some twenty figures, in about half a minute.")
            self.note.setText("\n".join(filter(None, (self._which, what, effort))))
        else:
            effort = tr("Missing comparisons are run first: some minutes, in the background.")
            self.note.setText(f"{what}\n{effort}")

    def accept(self) -> None:
        """Emit the choice and close the dialog."""
        self.chosen.emit(self.form.value)
        super().accept()
