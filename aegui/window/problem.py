"""Dialog for a problem report, with a preview of its content."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QPlainTextEdit

from aegui.core.i18n import tr
from aegui.core.problem_report import PARTS, as_text, collected, write_report
from aegui.kit.layouts import column, open_at
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, figures_font
from aegui.session.notice import Notice
from aegui.shell import dialogs

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.recipe import Recipe
    from aegui.session.file_writer import FileWriter

_SIZE = 720, 560


class ProblemDialog(QDialog):
    """Asks what to include, and shows exactly that; the program sends nothing."""

    def __init__(self, recipe: Recipe, writer: FileWriter, parent: QWidget) -> None:
        super().__init__(parent)
        self._recipe = recipe
        self._writer = writer
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Report a problem"))
        open_at(self, *_SIZE)
        self.boxes = {key: QCheckBox(tr(words)) for key, words in PARTS.items()}
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(figures_font(self.font()))
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setAccessibleName(tr("What the report has"))
        self._buttons = buttons = QDialogButtonBox()
        save = buttons.addButton(tr("&Save…"), QDialogButtonBox.ButtonRole.AcceptRole)
        copy = buttons.addButton(tr("&Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        save.clicked.connect(self._on_save_clicked)
        copy.clicked.connect(self._on_copy_clicked)
        buttons.rejected.connect(self.reject)
        words = tr(
            "The program sends nothing. What you leave ticked is written to a file, which you can "
            "read, shorten and send to whoever helps you."
        )
        for box in self.boxes.values():
            box.setChecked(True)
            box.toggled.connect(self._show)
        self.setLayout(
            column(
                wrapped_label(words),
                *self.boxes.values(),
                (self.preview, 1),
                buttons,
                spacing=SPACING,
                margins=(2 * SPACING,) * 4,
            )
        )
        self._show()

    @property
    def texts(self) -> dict[str, str]:
        """The selected parts: file names and their contents."""
        parts = [key for key, box in self.boxes.items() if box.isChecked()]
        return collected(parts, self._recipe)

    @Slot()
    def _show(self) -> None:
        texts = self.texts
        self.preview.setPlainText(as_text(texts))
        for button in self._buttons.buttons()[:2]:
            button.setEnabled(bool(texts))

    @Slot()
    def _on_save_clicked(self) -> None:
        suggestion = f"aegui-{datetime.now():%Y-%m-%d-%H%M}.zip"
        patterns = tr("Reports ({patterns})", patterns="*.zip *.txt")
        title = tr("Save the report")
        path = dialogs.files.choose_save_file(self, title, suggestion, patterns, "texts")
        if not path:
            return
        file, texts = Path(path), self.texts
        writing = self._writer.write(
            path,
            lambda: write_report(file, texts),
            Notice("info", tr("The report was saved. Nothing was sent."), file=file),
        )
        writing.written.connect(self.accept)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self.texts))
