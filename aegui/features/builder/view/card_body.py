"""The fields of a layer card: one line always visible, the others folded below it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from aegui.core.i18n import short_number, tr, trn, with_marks
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.layer_fields import (
    FIELDS,
    folded_words,
    is_unusual,
    sides_words,
)
from aegui.core.recipe.settings import counts
from aegui.kit.charts.axes import Axis, Scale
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import flat_button, wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import grown_for_text
from aegui.widgets.form.editors import Editor, make_editor
from aegui.widgets.form.fields import CountField

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QToolButton

    from aegui.core.fields import FormField
    from aegui.core.network.layers import Spec
    from aegui.core.network.plan import PlannedLayer


_REACH_X, _REACH_Y = 3.0, 1.6
_AT = np.linspace(-_REACH_X, _REACH_X, 49)
_ACROSS, _UPWARDS = (
    Axis("", Scale(-reach, reach), without_ticks=True, crosses=True)
    for reach in (_REACH_X, _REACH_Y)
)
_UNITS_PX = 72
_NUMBER_PX = 64
_AROUND_NUMBER_PX = 28
"""Width of a number field beside its text: arrows, frame and margins."""
_MAX_NUMBER_PX = 104
_MIN_MORE_PX = 32
_PAIRS = 2
"""Folded fields per row."""


def activation_values(name: str, x: NDArray[np.float64], slope: float = 1.0) -> NDArray[np.float64]:
    """Return ``activation(slope * x)``, float64 of the shape of ``x`` ``[n]``."""
    return ACTIVATIONS[name].values(slope * x)


class ActivationCurve(PaintedBase):
    """The curve of one activation over -3..3, clipped to the widget."""

    accessible_role = QAccessible.Role.Graphic
    usual_size = QSize(40, 26)
    """Functions can be told apart at it, on one line of a card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = "identity"
        self._slope = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tell()

    def set_function(self, name: str, slope: float) -> None:
        """Show the activation ``name`` with its slope."""
        if (name, slope) == (self._name, self._slope):
            return
        self._name, self._slope = name, slope
        self._tell()
        self.update()

    def _tell(self) -> None:
        """Set the accessible name."""
        label = tr(ACTIVATIONS[self._name].label)
        self.setAccessibleName(tr("Curve of {name}", name=label))

    def paint(self, painter: QPainter) -> None:
        """Paint the curve over axes through the origin."""
        y = np.clip(activation_values(self._name, _AT, self._slope), -9.0, 9.0)
        curve = Series("", y, colour=None, width=1.2)
        LinePlot(_AT, _ACROSS, _UPWARDS, (curve,)).paint(Ink.of(self, painter), QRectF(self.rect()))


def lowered(label: str) -> str:
    """Return ``label`` with a lower-case initial, unless it is an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class CardBody(QWidget):
    """The fields of one kind of layer, built from the table ``FIELDS``; passive."""

    edited = Signal(str, object)
    """A field of the layer and its new value."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._table = FIELDS[kind]
        self.fields: dict[str, Editor] = {}
        """The editors by the name of their setting."""
        self._labels: dict[str, QLabel] = {}
        self._curve: ActivationCurve | None = None
        self._fixed_units: QLabel | None = None
        self.more: QToolButton | None = None
        """The button that unfolds the other fields, or None if none is folded."""
        self._is_known = False
        for field in self._table:
            self.fields[field.name] = self._editor(field)
        self._details = QWidget(self)
        folded = [field for field in self._table if field.is_folded]
        main = self._build_main([field for field in self._table if not field.is_folded])
        if folded:
            self._build_more(folded)
        self.setLayout(column(main, self._details))
        self._details.hide()

    def _editor(self, field: FormField) -> Editor:
        editor = make_editor(field)
        # A widget without a parent would open as a window if shown even briefly.
        editor.setParent(self)
        editor.edited.connect(partial(self.edited.emit, field.name))
        return editor

    # ---------------------------------------------------------------- building

    def _build_main(self, fields: list[FormField]) -> QHBoxLayout:
        self._line = row(spacing=6)
        if self._kind == "output":
            self._fixed_units = dim(QLabel(self))
            self._fixed_units.setToolTip(tr("As many outputs as the images have pixels"))
            self._line.addWidget(self._fixed_units)
        for field in fields:
            self._add_main(field)
        if not any(field.editor == "choice" for field in fields):
            self._line.addStretch(1)
        return self._line

    def _add_main(self, field: FormField) -> None:
        editor = self.fields[field.name]
        if field.spot == "labelled":
            self._line.addWidget(self._label(field), 0)
        if field.editor == "choice":
            self._line.addWidget(editor, 1)
        else:
            self._line.addWidget(editor)
            self._fit(field)
        if field.name == "activation" and "kernel" not in self.fields:
            self._curve = ActivationCurve(self)
            self._line.addWidget(self._curve)

    def _fit(self, field: FormField) -> None:
        """Give a number enough width for its text: a cut 0.00875 would read as 0.0087."""
        editor = self.fields[field.name]
        width = grown_for_text(_UNITS_PX if field.name == "units" else _NUMBER_PX)
        if isinstance(editor, QAbstractSpinBox):
            text = editor.fontMetrics().horizontalAdvance(editor.text()) + _AROUND_NUMBER_PX
            width = max(width, min(text, grown_for_text(_MAX_NUMBER_PX)))
        editor.setFixedWidth(width)

    def _label(self, field: FormField) -> QLabel:
        text = field.sign or tr(field.label)
        label = dim(QLabel(text, self) if not field.is_folded else wrapped_label(text, self))
        label.setBuddy(self.fields[field.name])
        self._labels[field.name] = label
        return label

    def _build_more(self, folded: list[FormField]) -> None:
        names = ", ".join(tr(field.label) for field in folded)
        self.more = flat_button("builder-more", names, self)
        self.more.setCheckable(True)
        if "kernel" in self.fields:
            self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            # In a very narrow dock, elide the text rather than clip the card.
            self.more.setMinimumWidth(_MIN_MORE_PX)
        self.more.toggled.connect(self._details.setVisible)
        self._line.addWidget(self.more)
        grid = QGridLayout(self._details)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        self._grid = grid
        for field in folded:
            self._label(field)
            if field.editor != "choice":
                self._fit(field)
        self._arrange({field.name for field in folded})

    def _arrange(self, shown: set[str]) -> None:
        """Lay out the folded fields in ``shown``, two per row; a choice takes a whole row."""
        row = column = 0
        for field in self._table:
            if not field.is_folded:
                continue
            label, editor = self._labels[field.name], self.fields[field.name]
            for widget in (label, editor):
                self._grid.removeWidget(widget)
                widget.setVisible(field.name in shown)
            if field.name not in shown:
                continue
            is_wide = field.editor == "choice"
            if is_wide and column:
                row, column = row + 1, 0
            self._grid.addWidget(label, row, 2 * column)
            self._grid.addWidget(editor, row, 2 * column + 1, 1, 3 if is_wide else 1)
            column += _PAIRS if is_wide else 1
            if column >= _PAIRS:
                row, column = row + 1, 0
        for index in range(_PAIRS):
            self._grid.setColumnStretch(2 * index, 1)

    # ------------------------------------------------------------------- state

    def set_spec(self, planned: PlannedLayer, spec: Spec) -> None:
        """Show ``spec``; fields that already agree are left alone."""
        shown = {field.name for field in self._table if counts(spec, field.name)}
        for field in self._table:
            if field.name in shown:
                self._show_field(field, spec, planned)
        if self._fixed_units is not None:
            self._show_fixed_units(planned)
        if self._curve is not None:
            slope = getattr(spec, "slope", 1.0)
            self._curve.set_function(getattr(spec, "activation", "identity"), slope)
        if self.more is not None:
            self._show_more(spec, shown)
        self._is_known = True

    def _show_fixed_units(self, planned: PlannedLayer) -> None:
        assert self._fixed_units is not None
        self._fixed_units.setText(trn("{n:,} unit", "{n:,} units", planned.units or 0))

    def _show_field(self, field: FormField, spec: Spec, planned: PlannedLayer) -> None:
        value = getattr(spec, field.name)
        editor = self.fields[field.name]
        editor.set_value(value)
        if field.editor != "choice":
            self._fit(field)
        if field.name == "activation":
            editor.setToolTip(tr(ACTIVATIONS[value].help))
        editor.setAccessibleName(
            tr("{layer}: {field}", layer=planned.name, field=lowered(tr(field.label)))
        )

    def _show_more(self, spec: Spec, shown: set[str]) -> None:
        assert self.more is not None
        folded = [field for field in self._table if field.is_folded and field.name in shown]
        self._arrange({field.name for field in folded})
        self.more.setVisible(bool(folded))
        self.more.setText(folded_words(spec))
        self.more.setToolTip(", ".join(_value_words(field, spec) for field in folded))
        if not folded:
            self._details.hide()
        # Unfold unusual values initially, so that they are not overlooked.
        if not self._is_known and is_unusual(spec):
            self.more.setChecked(True)

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        for editor in self.fields.values():
            editor.setEnabled(not locked)

    def tab_order(self) -> tuple[QWidget, ...]:
        """Return the fields in tab order."""
        main = [self.fields[field.name] for field in self._table if not field.is_folded]
        folded = [self.fields[field.name] for field in self._table if field.is_folded]
        return (*main, *([self.more] if self.more is not None else []), *folded)

    def first_number(self) -> CountField | None:
        """Return the field that receives digits typed on the card, or None."""
        fields = [self.fields[field.name] for field in self._table if not field.is_folded]
        return next((field for field in fields if isinstance(field, CountField)), None)


def _value_words(field: FormField, spec: Spec) -> str:
    """Return a folded setting as text, such as ``Slope 1``."""
    value = getattr(spec, field.name)
    if value is None:
        text = tr(field.nothing)
    elif field.editor == "sides":
        text = sides_words(value)
    elif field.choices:
        text = tr(field.choices[value].label)
    else:
        text = with_marks(short_number(value))
    return tr("{name} {value}", name=tr(field.label), value=text)
