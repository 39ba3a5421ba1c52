"""A setting of a recipe as a row: label, editor and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.widgets.form.editors import Editor, SourceField, field_tip, make_editor
from aegui.widgets.form.fields import SliderField

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from aegui.core.recipe.settings import Setting

_EDITOR_PX = 108
_STACKED = {"choice", "rate", "level", "text", "source"}


class _ClickLabel(QLabel):
    """A label that toggles its check box, since the text of a check box cannot wrap."""

    def __init__(self, box: QCheckBox) -> None:
        super().__init__()
        self._box = box

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_inside = self.rect().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and is_inside:
            self._box.click()


class SettingRow(QWidget):
    """A labelled editor of one setting."""

    edited = Signal(object)
    """The value chosen by the user; None for "not used"."""
    open_requested = Signal()
    """The user wants to open a file (only the row of the source)."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self._field = setting.field
        self._beginning = setting.field.begins or 0
        self.box: QCheckBox | None = None
        self.editor: Editor | None = None
        self._is_locked = False
        self._column = column(spacing=3)
        self.setLayout(self._column)
        self._explanation: QLabel | None = None
        self._build()
        if setting.field.editor == "choice":
            self._explanation = dim(wrapped_label(parent=self))
            self._column.addWidget(self._explanation)
        self.problem = ProblemLabel(self)
        self._column.addWidget(self.problem)
        self.caution = ProblemLabel(self, "warn")
        self._column.addWidget(self.caution)
        self.setToolTip(field_tip(setting.field))

    # ---------------------------------------------------------------- building

    def _build(self) -> None:
        field = self._field
        if field.editor == "check" or field.begins is not None:
            self.box = QCheckBox()
            self.box.setAccessibleName(tr(field.label))
            self.box.setAccessibleDescription(tr(field.help))
            self.box.toggled.connect(self._on_box_toggled)
        if field.editor != "check":
            self.editor = make_editor(field)
            if isinstance(self.editor, SourceField):
                self.editor.open.clicked.connect(self.open_requested)
            self.editor.edited.connect(self._on_editor_edited)
        label = self._make_label()
        if field.editor in _STACKED and self.editor is not None:
            self._column.addWidget(label)
            self._column.addWidget(self.editor)
        else:
            self._column.addLayout(self._side_by_side(label))

    def _side_by_side(self, label: QLabel) -> QHBoxLayout:
        line = row((label, 1), spacing=6)
        if self.box is not None:
            line.insertWidget(0, self.box)
        if self.editor is not None:
            self.editor.setFixedWidth(_EDITOR_PX)
            line.addWidget(self.editor)
        return line

    def _make_label(self) -> QLabel:
        text = tr(self._field.label)
        if self.box is None:
            label = wrapped_label(text)
            if self.editor is not None:
                label.setBuddy(self.editor)
            return label
        clicked = _ClickLabel(self.box)
        clicked.setText(text)
        clicked.setWordWrap(True)
        return clicked

    # ------------------------------------------------------------------- state

    def set_value(self, value: Any) -> None:
        """Show ``value`` without emitting."""
        if self.box is not None:
            with QSignalBlocker(self.box):
                self.box.setChecked(bool(value) if self.editor is None else value is not None)
        if self.editor is not None:
            # If unchecked, show the value that checking would set, disabled.
            unticked = self.box is not None and value is None
            self.editor.set_value(self._default() if unticked else value)
        if self._explanation is not None and self._field.choices:
            self._explanation.setText(tr(self._field.choices[value].help))
        self._enable()

    def set_highest(self, highest: float) -> None:
        """Set the upper end of the range, e.g. a sigma may exceed 1, a probability may not."""
        if isinstance(self.editor, SliderField):
            with QSignalBlocker(self.editor.number):
                self.editor.number.setMaximum(highest)

    def set_beginning(self, beginning: float) -> None:
        """Set the value that checking the box sets, in place of the setting's default."""
        self._beginning = beginning

    def set_locked(self, locked: bool, *, entirely: bool = False) -> None:
        """Lock the setting during training unless it is live; ``entirely`` locks it in any case."""
        self._is_locked = entirely or (locked and not self.setting.is_live)
        self._enable()

    def _enable(self) -> None:
        free = not self._is_locked
        if self.box is not None:
            self.box.setEnabled(free)
        if self.editor is not None:
            self.editor.setEnabled(free and (self.box is None or self.box.isChecked()))

    # ------------------------------------------------------------------- edits

    def _on_editor_edited(self, value: object) -> None:
        self.edited.emit(value)

    def _on_box_toggled(self, on: bool) -> None:
        if self.editor is None:
            self.edited.emit(on)
        elif not on:
            self.edited.emit(None)
        else:
            self.edited.emit(self._default())

    def _default(self) -> Any:
        return int(self._beginning) if self._field.editor == "count" else self._beginning
