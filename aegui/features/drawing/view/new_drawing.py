"""A dialog for the size and the pixel kind of a new drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.pixels.transforms import LARGEST, SMALLEST
from aegui.kit.layouts import buttons_of, column, dim
from aegui.widgets.form.form import Form

KINDS = table(
    Choice("binary", mark("Black and white"), ""),
    Choice("grey", mark("Grey levels"), ""),
    Choice("colour", mark("Colour"), ""),
)
_MARGIN_PX = 12


@dataclass(frozen=True)
class NewDrawing:
    """The properties of a new drawing."""

    columns: Annotated[
        int, Field(ge=SMALLEST[1], le=LARGEST[1]), FieldWords("Co&lumns", "Its width in pixels")
    ]
    """Its width in pixels."""
    rows: Annotated[
        int, Field(ge=SMALLEST[0], le=LARGEST[0]), FieldWords("&Rows", "Its height in pixels")
    ]
    """Its height in pixels."""
    kind: Annotated[str, OneOf(KINDS), FieldWords("&Pixels", "What a pixel can be")]
    """The kind of its pixels: a key of ``KINDS``."""
    keeps: Annotated[
        bool,
        FieldWords("&Keep the middle of the drawing", "Otherwise the new drawing starts empty"),
    ] = False
    """Whether it keeps the middle of the current drawing."""


class NewDrawingDialog(QDialog):
    """Asks for a size between 5x7 and 64x64 and a kind of pixels."""

    chosen = Signal(object)
    """Emitted with the ``NewDrawing``."""

    def __init__(self, first: NewDrawing, natural: tuple[int, int], parent: QWidget) -> None:
        """Start with ``first``; ``natural`` are the rows and columns that the network takes."""
        super().__init__(parent)
        self.setWindowTitle(tr("New drawing"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._natural = natural
        self.form = Form(first)
        self.form.edited.connect(self._show_note)
        self._note = dim()
        self._note.setWordWrap(True)
        height, width = natural
        fitting = QPushButton(tr("As the network: {width} × {height}", width=width, height=height))
        fitting.clicked.connect(self._on_fitting_clicked)
        buttons = buttons_of(self, take=QPushButton(tr("&Begin")), leave=tr("&Cancel"))
        parts = (self.form, fitting, self._note, buttons)
        self.setLayout(column(*parts, margins=(_MARGIN_PX,) * 4))
        self._show_note()

    def _on_fitting_clicked(self) -> None:
        rows, columns = self._natural
        self.form.set_value(replace(self.form.value, rows=rows, columns=columns))
        self._show_note()

    def _show_note(self) -> None:
        fits = (self.form.value.rows, self.form.value.columns) == self._natural
        self._note.setText("" if fits else tr("The network cannot answer a drawing of this size."))

    def accept(self) -> None:
        """Emit the chosen properties and close."""
        self.chosen.emit(self.form.value)
        super().accept()
