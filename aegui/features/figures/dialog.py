"""The export dialog of a figure: size, colours and format, with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from aegui.core.choices import Choice
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.kit.charts.figure import figure_image
from aegui.kit.charts.paper import FORMS
from aegui.kit.layouts import buttons_of, column, row
from aegui.kit.marks import ProblemLabel
from aegui.kit.theme import SPACING
from aegui.widgets.form.fields import ChoiceField
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.paper import Paper

_PREVIEW = QSize(560, 420)
_WAIT_MS = 60


class FigureDialog(QDialog):
    """Previews a figure, and emits requests to save or copy it."""

    def __init__(self, figure: Figure, paper: Paper, form: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.figure = figure
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr("Save a figure"))
        self.kind = ChoiceField(Choice(key, key.upper(), "") for key in FORMS)
        self.kind.set_value(form)
        self.form = Form(paper)
        self.form.add_row(tr("&Form"), self.kind, 0)
        self.preview = QLabel()
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(tr("Preview"))
        self.problem = ProblemLabel()
        self.save = QPushButton(tr("&Save…"))
        self.copy = QPushButton(tr("&Copy"))
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._draw)
        self.save.setProperty("main", True)
        self.save.setDefault(True)
        buttons = buttons_of(self, self.save, self.copy, leave=tr("Close"))
        side = column(self.form, self.problem, 1, spacing=SPACING)
        content = row(self.preview, (side, 1), spacing=2 * SPACING)
        self.setLayout(column((content, 1), buttons, spacing=SPACING, margins=(2 * SPACING,) * 4))
        self.form.edited.connect(self._change)
        self.kind.edited.connect(self._change)
        self._change()

    @property
    def paper(self) -> Paper:
        """The chosen paper."""
        return cast("Paper", self.form.value)

    @property
    def chosen_form(self) -> str:
        """The chosen format, one of ``FORMS``."""
        return self.kind.value()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the figure once the screen's pixel ratio is known."""
        super().showEvent(event)
        self._soon.start()

    def _change(self) -> None:
        is_png = self.chosen_form == "png"
        self.form.fields["dpi"].setEnabled(is_png)
        self.problem.set_text("")
        self.save.setEnabled(True)
        if is_png:
            try:
                self.paper.pixels()
            except AeguiError as error:
                self.problem.set_text(str(error))
                self.save.setEnabled(False)
        self._soon.start()

    def _draw(self) -> None:
        paper, ratio = self.paper, self.devicePixelRatioF()
        shape = QSize(round(100 * paper.width_cm), round(100 * paper.height_cm))
        size = shape.scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio)
        image = figure_image(self.figure, paper, max(1, round(size.width() * ratio)))
        image.setDevicePixelRatio(ratio)
        self.preview.setPixmap(QPixmap.fromImage(image))
