"""A form for a frozen dataclass or model, with rows generated from its fields."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from aegui.core.fields import fields_of
from aegui.core.i18n import tr
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import dim, held, label_for, order_keys, row
from aegui.kit.theme import SPACING
from aegui.widgets.form.editors import CheckField, Editor, make_editor

if TYPE_CHECKING:
    from collections.abc import Sequence


class Form(QWidget):
    """Shows a dataclass or a part of a recipe and emits the edited one.

    A field with a ``begins`` value has a check box in place of its label; unchecked, it is None.

    Attributes:
        fields: The editors by field name.
        boxes: The check boxes of the fields that may be None.
        rows: The layout of the rows.
    """

    edited = Signal(object)
    """The value with the user's changes."""

    def __init__(self, value: Any, names: Sequence[str] = ()) -> None:
        """Create rows for ``names``, dotted for inner values; by default for all with a label."""
        super().__init__()
        self.value = value
        """The current value."""
        self.fields: dict[str, Editor] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self._beginnings: dict[str, float] = {}
        self._lay_out()
        for name in names or fields_of(value.__class__):
            self._add(name)
        self.set_value(value)

    def _lay_out(self) -> None:
        self.rows = QFormLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setVerticalSpacing(SPACING)
        self.rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        # In a narrow panel a field goes below its label, which avoids horizontal scrolling.
        self.rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)

    def _add(self, name: str) -> None:
        *parts, last = name.split(".")
        field = fields_of(_at(self.value, parts).__class__)[last]
        editor = make_editor(field)
        editor.edited.connect(partial(self._on_editor_edited, name))
        self.fields[name] = editor
        if field.begins is None:
            self.add_row("" if isinstance(editor, CheckField) else tr(field.label), editor)
        else:
            box = QCheckBox(tr(field.label))
            box.setToolTip(editor.toolTip())
            box.clicked.connect(lambda on: self._on_box_clicked(name, on))
            self.boxes[name] = box
            self._beginnings[name] = field.begins
            self.rows.addRow(box, editor)

    def add_row(self, words: str, editor: QWidget, index: int = -1) -> None:
        """Insert a row at ``index`` (-1: the end); ``&`` in ``words`` marks the Alt shortcut."""
        if not words:
            # An editor with its own label, such as a check box, spans both columns. Beside an empty
            # label only the long ones would wrap to a line of their own.
            self.rows.insertRow(index, editor)
            self._order_keys(index, editor)
            return
        label = label_for(words, editor)
        label.setMinimumHeight(editor.sizeHint().height())
        self.rows.insertRow(index, label, editor)
        self._order_keys(index, editor)

    def _order_keys(self, index: int, editor: QWidget) -> None:
        """Set the tab order of a row inserted at ``index``: after the row above, or first."""
        if index >= 0:
            at = index - 1 if index > 0 else 1
            items = (self.rows.itemAt(at, role) for role in QFormLayout.ItemRole)
            widgets = (item.widget() for item in items if item is not None)
            beside = [widget for widget in widgets if widget is not None]
            order_keys(*beside, editor, *(beside if index == 0 else ()))

    def set_value(self, value: Any) -> None:
        """Show ``value`` without emitting."""
        self.value = value
        for name, editor in self.fields.items():
            shown = _at(value, name.split("."))
            if name in self.boxes:
                self.boxes[name].setChecked(shown is not None)
                editor.setEnabled(shown is not None)
                shown = self._beginnings[name] if shown is None else shown
            editor.set_value(shown)

    def set_beginning(self, name: str, number: float) -> None:
        """Set the value that ``name`` gets when its box is checked; shown disabled until then."""
        self._beginnings[name] = number
        self.set_value(self.value)

    def set_row_visible(self, name: str, visible: bool) -> None:
        """Show or hide the row of field ``name``."""
        self.rows.setRowVisible(self.fields[name], visible)

    def _on_box_clicked(self, name: str, on: bool) -> None:
        self._on_editor_edited(name, self._beginnings[name] if on else None)
        self.set_value(self.value)

    def _on_editor_edited(self, name: str, new: object) -> None:
        changed = _with(self.value, name.split("."), new)
        if changed != self.value:
            self.value = changed
            self.edited.emit(changed)


class FormLine(Form):
    """A form whose fields are side by side and wrap to the next line.

    Attributes:
        line: The layout of the fields; related buttons are added there too.
    """

    def _lay_out(self) -> None:
        self.line = FlowLayout(SPACING // 2)
        self.setLayout(self.line)

    def add_row(self, words: str, editor: QWidget, index: int = -1) -> None:
        """Insert a label with its editor at ``index``."""
        label = dim(words)
        label.setBuddy(editor.focusProxy() or editor)
        self.line.insertWidget(index, held(row(label, editor)))


def _at(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        value = getattr(value, name)
    return value


def _with(value: Any, names: Sequence[str], new: object) -> Any:
    """Return a copy of ``value`` with one field, possibly nested, replaced."""
    name, *inner = names
    if inner:
        new = _with(getattr(value, name), inner, new)
    if hasattr(value, "model_copy"):
        return value.model_copy(update={name: new})
    return replace(value, **{name: new})
