"""An axis of a study as a part of the form: its name, its values, and errors in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QPushButton, QWidget

from aegui.core.choices import Choice, table
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr, trn
from aegui.core.study.axis_fields import is_numeric, list_text, values_from
from aegui.core.study.plan import MAX_VALUES, Range, StudyAxis
from aegui.core.study.row_text import network_row, row_text, rows_from
from aegui.core.study.words import axis_words, choice_words
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, heading, held, row
from aegui.kit.marks import ElidedLabel, ProblemLabel, flat_button
from aegui.kit.theme import SPACING
from aegui.session.jobs.clock import one_shot
from aegui.widgets.form.editors import TextField
from aegui.widgets.form.fields import REST_MS, ChoiceField, CountField, NumberField

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.study.axis_fields import AxisField
    from aegui.core.study.row_text import Around

LIST, RANGE, LOG = "list", "range", "log"
KINDS = table(
    Choice(LIST, mark("List"), mark("The values one by one.")),
    Choice(RANGE, mark("Range"), mark("Evenly spaced numbers from the first to the last.")),
    Choice(
        LOG,
        mark("Log range"),
        mark("Numbers from the first to the last, each the same multiple of the one before."),
    ),
)
_MAX_LINES = 8
_KIND_PX = 92
_FIRST_STEPS = 5


class AxisRowView(QWidget):
    """Passive editor of an axis; emits the edited axis, or None while the input is invalid."""

    edited = Signal(object)
    """Emitted with the edited ``StudyAxis``; None while the input is invalid."""

    def __init__(self) -> None:
        super().__init__()
        self.axis: StudyAxis | None = None
        """The last valid axis."""
        self._varied: AxisField | None = None
        self._around: Around | None = None
        self.name = heading(ElidedLabel())
        self.count = dim()
        self.up = flat_button("edit-shift-up", tr("Vary it before the one above"))
        self.remove = flat_button("builder-remove", tr("Vary it no more"))
        self.kind = ChoiceField(KINDS.values())
        self.kind.setAccessibleName(tr("How the values are given"))
        self.kind.setFixedWidth(_KIND_PX)
        self.values = TextField()
        self.values.setPlaceholderText("")
        self.values.setToolTip(tr("Values separated by semicolons, such as 0.1; 0.01; 0.001"))
        self.first = NumberField(-1e12, 1e12)
        self.last = NumberField(-1e12, 1e12)
        self.steps = CountField(1, MAX_VALUES)
        self.ticks: dict[Any, QCheckBox] = {}
        self._flow = FlowLayout(SPACING // 2, in_columns=True)
        self._ticks = held(self._flow)
        self.lines = QPlainTextEdit()
        self.add_network = QPushButton(tr("Add the builder's network"))
        self.problem = ProblemLabel()
        self._rest = one_shot(self, self._take_lines, REST_MS)
        self._build()
        self._connect()

    @property
    def is_sound(self) -> bool:
        """Return whether the input is a valid axis."""
        return not self.problem.text()

    def _build(self) -> None:
        for field, name in (
            (self.first, tr("First")),
            (self.last, tr("Last")),
            (self.steps, tr("How many")),
        ):
            field.setAccessibleName(name)
            field.setToolTip(name)
        self._span = held(
            row(
                (self.first, 2),
                dim(tr("to")),
                (self.last, 2),
                dim("\N{MULTIPLICATION SIGN}"),
                (self.steps, 1),
            )
        )
        self._value_fields = held(row(self.kind, (self.values, 1), (self._span, 1)))
        self.lines.setAccessibleName(tr("A choice in each line"))
        self.lines.setTabChangesFocus(True)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setToolTip(
            tr("A line each: 35-25-10-2, deep: 35-25-17-2, or name: path = value; path = value")
        )
        self._rows = held(column(self.lines, self.add_network))
        self._pages = held(column(self._value_fields, self._ticks, self._rows))
        head = row((self.name, 1), self.count, self.up, self.remove)
        self.setLayout(column(head, self._pages, self.problem, spacing=2))

    def _connect(self) -> None:
        self.kind.edited.connect(self._on_kind_edited)
        self.values.edited.connect(lambda _text: self._take_list())
        for field in (self.first, self.last, self.steps):
            field.edited.connect(lambda _value: self._take_range())
        self.lines.textChanged.connect(self._rest.start)

    # Display

    def set_axis(
        self, axis: StudyAxis, varied: AxisField | None, around: Around | None, *, is_first: bool
    ) -> None:
        """Show ``axis``; input in progress with the same meaning is left unchanged."""
        self.up.setVisible(not is_first)
        self._around = around
        known = (varied is None) == (self._varied is None)
        if axis == self.axis and known and (self.lines.toPlainText() or axis.rows is None):
            self._show_count()
            return
        self.axis, self._varied = axis, varied
        self.problem.set_text("")
        words = axis_words(axis.name)
        self.name.setText(words)
        self.name.setToolTip(tr(varied.field.help) if varied is not None else words)
        if axis.rows is not None:
            self._show_lines(axis)
        elif varied is not None and (varied.field.choices or varied.field.editor == "check"):
            self._show_ticks(axis, varied)
        else:
            self._show_values(axis)
        self._show_count()

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        for widget in (self._pages, self.up, self.remove):
            widget.setEnabled(not locked)

    def _show_count(self) -> None:
        count = 0 if self.axis is None else len(self.axis.choices)
        self.count.setText(trn("{n:,} value", "{n:,} values", count))

    def _show_page(self, shown: QWidget) -> None:
        for page in (self._value_fields, self._ticks, self._rows):
            page.setVisible(page is shown)

    def _show_values(self, axis: StudyAxis) -> None:
        self._show_page(self._value_fields)
        self.kind.setVisible(self._varied is None or is_numeric(self._varied.field))
        span = axis.range
        self.kind.set_value(LIST if span is None else LOG if span.log else RANGE)
        self.values.setVisible(span is None)
        self._span.setVisible(span is not None)
        if span is None:
            self.values.set_value(list_text(axis.values or ()))
        else:
            self.first.set_value(span.first)
            self.last.set_value(span.last)
            self.steps.set_value(span.steps)

    def _show_ticks(self, axis: StudyAxis, varied: AxisField) -> None:
        self._show_page(self._ticks)
        offered: dict[Any, tuple[str, str]] = {
            key: (tr(choice.label), tr(choice.help)) for key, choice in varied.field.choices.items()
        } or {False: (tr("off"), ""), True: (tr("on"), "")}
        chosen = axis.values or ()
        for value in chosen:
            offered.setdefault(value, (choice_words(str(value)), ""))
        if list(offered) != list(self.ticks):
            for box in self.ticks.values():
                box.setParent(None)
                box.deleteLater()
            self.ticks = {}
            for key, (label, help_text) in offered.items():
                box = QCheckBox(label)
                box.setToolTip(help_text)
                box.clicked.connect(partial(self._on_tick_clicked, box))
                self._flow.addWidget(box)
                self.ticks[key] = box
        for key, box in self.ticks.items():
            box.setChecked(key in chosen)

    def _show_lines(self, axis: StudyAxis) -> None:
        self._show_page(self._rows)
        around = self._around
        self.lines.setEnabled(around is not None)
        # Without the recipe the rows cannot be described, and those of the previous axis are wrong.
        choices = axis.rows or () if around is not None else ()
        text = "\n".join(row_text(one, around) for one in choices if around is not None)
        if text != self.lines.toPlainText():
            with QSignalBlocker(self.lines):
                self.lines.setPlainText(text)
        self._fit_lines()

    def _fit_lines(self) -> None:
        lines = min(_MAX_LINES, max(2, self.lines.blockCount()))
        text_height = QFontMetrics(self.lines.font()).lineSpacing() * lines
        bar = self.lines.horizontalScrollBar().sizeHint().height()
        self.lines.setFixedHeight(text_height + bar + 2 * SPACING)

    # Editing

    def _tell(self, axis: StudyAxis) -> None:
        was_refused = bool(self.problem.text())
        self.problem.set_text("")
        if axis != self.axis or was_refused:
            self.axis = axis
            self._show_count()
            self.edited.emit(axis)

    def _refuse(self, error: Exception) -> None:
        text = f"{_reason(error).removesuffix('.')}."
        self.problem.set_text(text[:1].upper() + text[1:])
        self.edited.emit(None)

    def _with(self, **how: Any) -> StudyAxis:
        assert self.axis is not None
        identity = {"label": self.axis.label, "path": self.axis.path}
        return StudyAxis.model_validate({**identity, **how})

    def _on_kind_edited(self, kind: str) -> None:
        axis = self.axis
        if axis is None:
            return
        if kind == LIST:
            values = tuple(row.set[axis.path] for row in axis.choices)
            self._try(lambda: self._with(values=values))
        else:
            self._try(lambda: self._with(range=self._range_of(axis, is_log=kind == LOG)))
        if self.axis is not None:
            self._show_values(self.axis)

    def _range_of(self, axis: StudyAxis, *, is_log: bool) -> Range:
        """Return a range over the current values."""
        numbers = [one for row in axis.choices if _is_number(one := row.set[axis.path])]
        if is_log:
            numbers = [one for one in numbers if one > 0]
        first, last = (min(numbers), max(numbers)) if numbers else (1.0, 1.0)
        if first == last:
            first, last = (first / 10, first * 10) if is_log else (0.0, 2 * last or 1.0)
        steps = max(_FIRST_STEPS, len(numbers)) if axis.range is None else axis.range.steps
        return Range(first=first, last=last, steps=steps, whole=self._is_integer, log=is_log)

    @property
    def _is_integer(self) -> bool:
        return self._varied is not None and self._varied.field.editor == "count"

    def _take_list(self) -> None:
        if self._varied is None:
            self._refuse(AeguiError(tr("the base recipe has no such field")))
            return
        field = self._varied.field
        self._try(lambda: self._with(values=values_from(self.values.text(), field)))

    def _take_range(self) -> None:
        self._try(
            lambda: self._with(
                range={
                    "first": self.first.value(),
                    "last": self.last.value(),
                    "steps": self.steps.value(),
                    "whole": self._is_integer,
                    "log": self.kind.value() == LOG,
                }
            )
        )

    def _on_tick_clicked(self, box: QCheckBox, _checked: bool = False) -> None:
        chosen = tuple(key for key, one in self.ticks.items() if one.isChecked())
        if not chosen:
            # An axis needs at least one choice: restore the last tick.
            box.setChecked(True)
            return
        self._try(lambda: self._with(values=chosen))

    def _take_lines(self) -> None:
        around = self._around
        self._fit_lines()
        if around is not None and self.axis is not None:
            text = self.lines.toPlainText()
            labels = [row.label for row in self.axis.rows or ()]
            self._try(lambda: self._with(rows=rows_from(text, around, labels)))

    def take_network(self, recipe: Recipe) -> None:
        """Add the network of ``recipe`` to the rows."""
        around = self._around
        if around is None or self.axis is None or self.axis.rows is None:
            return
        added = network_row(around, recipe)
        rows = self.axis.rows
        if all(added.set != one.set for one in rows):
            self._try(lambda: self._with(rows=(*rows, added)))
            self._show_lines(self.axis)

    def _try(self, make: Any) -> None:
        try:
            axis = make()
        except (AeguiError, ValueError) as error:
            self._refuse(error)
        else:
            self._tell(axis)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reason(error: Exception) -> str:
    """Return the message of a validation error or another exception."""
    problems = getattr(error, "errors", None)
    if not callable(problems):
        return str(error)
    first = problems(include_url=False)[0]
    context = first.get("ctx", {})
    return str(context["error"]) if "error" in context else str(first["msg"])
