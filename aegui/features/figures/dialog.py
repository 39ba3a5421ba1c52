"""The paper of a figure, seen while it is chosen: size, colours, what stands beside the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.kit.charts.figure import DPI, FORMS, SIDE_CM, Figure, Paper, figure_image
from aegui.kit.marks import ProblemLabel
from aegui.kit.theme import SPACING
from aegui.widgets.form.fields import NumberField

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

_PREVIEW = QSize(560, 420)
_WAIT_MS = 60
_THEMES = (("light", mark("Light")), ("dark", mark("Dark")))


class FigureDialog(QDialog):
    """Shows a figure as it will be, and says when to save or to copy it."""

    save_requested = Signal()
    copy_requested = Signal()

    def __init__(self, figure: Figure, paper: Paper, form: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.figure = figure
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr("Save a figure"))
        self.form = QComboBox()
        for key in FORMS:
            self.form.addItem(key.upper(), key)
        self.form.setCurrentIndex(FORMS.index(form))
        self.width_cm = _length(paper.width_cm)
        self.height_cm = _length(paper.height_cm)
        self.dpi = QSpinBox()
        self.dpi.setRange(*DPI)
        self.dpi.setSingleStep(50)
        self.dpi.setValue(paper.dpi)
        self.dpi.setSuffix(" " + tr("dpi"))
        self.theme = QComboBox()
        for key, text in _THEMES:
            self.theme.addItem(tr(text), key)
        self.theme.setCurrentIndex(self.theme.findData(paper.theme))
        self.with_title = QCheckBox(tr("&Title above it"))
        self.with_title.setChecked(paper.title)
        self.with_origin = QCheckBox(tr("What it was &made from, below it"))
        self.with_origin.setChecked(paper.origin)
        self.preview = QLabel()
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(tr("Preview"))
        self.problem = ProblemLabel()
        self.save = QPushButton(tr("&Save…"))
        self.copy = QPushButton(tr("&Copy"))
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._draw)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        fields = QFormLayout()
        fields.addRow(tr("&Form"), self.form)
        fields.addRow(tr("&Width"), self.width_cm)
        fields.addRow(tr("&Height"), self.height_cm)
        fields.addRow(tr("&Resolution"), self.dpi)
        fields.addRow(tr("C&olours"), self.theme)
        fields.addRow(self.with_title)
        fields.addRow(self.with_origin)
        side = QVBoxLayout()
        side.addLayout(fields)
        side.addWidget(self.problem)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACING)
        row.addWidget(self.preview)
        row.addLayout(side, 1)
        self.save.setProperty("main", True)
        self.save.setDefault(True)
        buttons = QDialogButtonBox()
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        margin = 2 * SPACING
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(SPACING)
        column.addLayout(row, 1)
        column.addWidget(buttons)

    def _connect(self) -> None:
        for spin in (self.width_cm, self.height_cm, self.dpi):
            spin.valueChanged.connect(self._change)
        for choice in (self.form, self.theme):
            choice.currentIndexChanged.connect(self._change)
        for check in (self.with_title, self.with_origin):
            check.toggled.connect(self._change)
        self.save.clicked.connect(self.save_requested)
        self.copy.clicked.connect(self.copy_requested)
        self._change()

    @property
    def paper(self) -> Paper:
        """What is chosen."""
        return Paper(
            self.width_cm.value(),
            self.height_cm.value(),
            self.theme.currentData(),
            self.dpi.value(),
            self.with_title.isChecked(),
            self.with_origin.isChecked(),
        )

    @property
    def chosen_form(self) -> str:
        """One of ``FORMS``."""
        return str(self.form.currentData())

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the figure once there is a screen to draw it for."""
        super().showEvent(event)
        self._soon.start()

    def _change(self) -> None:
        is_png = self.chosen_form == "png"
        self.dpi.setEnabled(is_png)
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
        small = replace(paper, title=paper.title)
        image = figure_image(self.figure, small, max(1, round(size.width() * ratio)))
        image.setDevicePixelRatio(ratio)
        self.preview.setPixmap(QPixmap.fromImage(image))


def _length(value: float) -> NumberField:
    spin = NumberField(*SIDE_CM, 0.5)
    spin.setValue(value)
    spin.setSuffix(" cm")
    return spin
