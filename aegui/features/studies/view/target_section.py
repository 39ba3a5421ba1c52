"""Where the runs of a study are trained: this computer, or a cluster and its address."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from aegui.core.i18n import tr
from aegui.features.studies.model.compute_target import FILES, ComputeTarget
from aegui.kit.layouts import column
from aegui.kit.marks import ProblemLabel
from aegui.kit.theme import icon
from aegui.widgets.form.editors import TextField
from aegui.widgets.form.form import Form

_ADDRESS_EXAMPLE = "tls://host:8786"


class TargetSection(QWidget):
    """Passive form; user actions are emitted as signals."""

    edited = Signal(object)
    """Emitted with the edited ``ComputeTarget``."""
    file_requested = Signal(str)
    """Emitted with the name of the field to choose a file for."""

    def __init__(self) -> None:
        super().__init__()
        self.form = Form(ComputeTarget())
        self.problem = ProblemLabel()
        self.warning = ProblemLabel(None, "warn")
        self.form.rows.setRowWrapPolicy(self.form.rows.RowWrapPolicy.WrapLongRows)
        below = self.form.rows.getWidgetPosition(self.address)[0] + 1  # type: ignore[index]
        self.form.rows.insertRow(below, self.warning)
        self.setLayout(column(self.form, self.problem))
        self.address.setPlaceholderText(_ADDRESS_EXAMPLE)
        for name in FILES:
            field = self.text_field(name)
            field.setPlaceholderText(tr("none"))
            choose = field.addAction(
                icon("document-open"), QLineEdit.ActionPosition.TrailingPosition
            )
            choose.setToolTip(tr("Choose the file…"))
            choose.triggered.connect(partial(self._on_file_triggered, name))
        self.form.edited.connect(self._on_form_edited)
        self.set_target(ComputeTarget())

    @property
    def target(self) -> ComputeTarget:
        """Return the displayed values."""
        value = self.form.value
        assert isinstance(value, ComputeTarget)
        return value

    @property
    def address(self) -> TextField:
        """Return the field of the scheduler's address."""
        return self.text_field("address")

    def text_field(self, name: str) -> TextField:
        """Return the field ``name``."""
        field = self.form.fields[name]
        assert isinstance(field, TextField)
        return field

    def set_target(self, target: ComputeTarget) -> None:
        """Show ``target`` without emitting ``edited``."""
        self.form.set_value(target)
        for name in ("address", *FILES):
            self.form.set_row_visible(name, target.is_cluster)
        self.warning.set_text(target.warning)
        self.problem.set_text(target.problem)

    def _on_form_edited(self, target: ComputeTarget) -> None:
        self.set_target(target)
        self.edited.emit(target)

    def _on_file_triggered(self, name: str, _checked: bool = False) -> None:
        self.file_requested.emit(name)
