"""Number and choice fields with silent setters and a signal for user edits.

All have ``set_value`` (shows a value without emitting) and the signal ``edited`` (the user changed
the value). A wheel turned over a field without focus scrolls the panel instead of changing a number
by accident. A number typed without Enter is committed after a short pause; a number out of range
is replaced by the nearest valid one, with a note below the field.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QSlider,
    QSpinBox,
    QWidget,
)

from aegui.core.i18n import LOCALES, language, short_number, tr, with_marks
from aegui.core.recipe import pair
from aegui.kit.choosing import narrow
from aegui.kit.layouts import row
from aegui.kit.marks import ElidedCombo
from aegui.kit.theme import grown_for_text
from aegui.widgets.form.field_note import show_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QWheelEvent

    from aegui.core.choices import Choice
    from aegui.core.recipe import Sides

    _Widget: TypeAlias = QWidget
    _SpinBox: TypeAlias = QAbstractSpinBox
else:
    # Mixins: the Qt class comes after them in the bases.
    _Widget = _SpinBox = object

REST_MS = 600
"""Delay after the last key before a typed number is committed, as if by Enter."""

_DECIMALS = 20
_MINUS = "−"
_LEADS = (1.0, 2.0, 5.0)
_PARTIAL_COUNT = re.compile(r"-?[\d.,]{0,15}")
_INTEGER = re.compile(r"-?(\d+|\d{1,3}([.,]\d{3})+)")
_PARTIAL_NUMBER = re.compile(r"-?\d*[.,]?\d*(e[+-]?\d*)?", re.IGNORECASE)
_SIDES = re.compile(r"\s*(\d{1,3})\s*(?:[xX×*,;]\s*(\d{1,3})\s*)?")
_PARTIAL_SIDES = re.compile(r"\s*(?:\d{1,3}\s*(?:[xX×*,;]\s*(?:\d{1,3}\s*)?)?)?")
_ROW = 1_000
_SLIDER_STEPS = 600
_NUMBER_PX = 84
_MIN_CHOICE_PX = 88


def next_lead(value: float, steps: int) -> float:
    """Return the number ``steps`` after ``value`` > 0 in ... 0.1, 0.2, 0.5, 1, 2, 5, 10 ..."""
    for _ in range(abs(steps)):
        power = 10.0 ** math.floor(math.log10(value) + 1e-9)
        if steps > 0:
            larger = [lead * power for lead in (*_LEADS, 10.0)]
            value = next(x for x in larger if x > value * (1 + 1e-6))
        else:
            smaller = [lead * power for lead in (0.5, *_LEADS)]
            value = next(x for x in reversed(smaller) if x < value * (1 - 1e-6))
    return float(short_number(value))


def show_clamped_note(field: QWidget, typed: str, used: str, low: str, high: str) -> None:
    """Show a note below ``field``: ``used`` has replaced ``typed``, which is out of range."""
    text = tr(
        "{typed} is out of range ({low} to {high}); changed to {taken}.",
        typed=typed,
        low=low,
        high=high,
        taken=used,
    )
    show_note(field, text)


def passes_on_undo(event: QEvent, typing: QTimer | None) -> bool:
    """Pass undo and redo keys on to the window, unless the user is typing.

    A line edit would undo its own typing, even after that has become an edit of the network.
    Returns True if ``event`` was handled.
    """
    if event.type() != QEvent.Type.ShortcutOverride or (typing and typing.isActive()):
        return False
    keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    if not isinstance(event, QKeyEvent) or not any(event.matches(key) for key in keys):
        return False
    event.ignore()
    return True


class _Quiet(_Widget):
    """Passes wheel events to the panel unless the widget has focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Handle the wheel only with focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Typed(_Quiet, _SpinBox):
    """A number that is committed after typing, not with each digit."""

    # Events are delivered during construction, too.
    _typing: QTimer | None = None

    def _take_typing(self) -> None:
        """Connect the typing timer; called once in the constructor."""
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._typing = QTimer(self, singleShot=True, interval=REST_MS)
        self._typing.timeout.connect(self.interpretText)
        self.lineEdit().textEdited.connect(self._typing.start)
        self.editingFinished.connect(self._typing.stop)

    def event(self, event: QEvent) -> bool:
        """Leave the undo and redo keys to the window."""
        return passes_on_undo(event, self._typing) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Accept the Enter that ends a number, which must not press a dialog's default button."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_end = is_enter and self._typing is not None and self._typing.isActive()
        super().keyPressEvent(event)
        if is_end:
            event.accept()


class CountField(_Typed, QSpinBox):
    """A whole number."""

    edited = Signal(int)

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        # Group digits as elsewhere in the program, independent of the system locale.
        self.setLocale(QLocale(LOCALES[language()]))
        self.setGroupSeparatorShown(True)
        if high > 1_000:
            self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self._take_typing()
        self.valueChanged.connect(self._on_value_changed)

    def set_value(self, value: int | None) -> None:
        """Show ``value`` without emitting; text being typed is kept if the value is unchanged."""
        if value is not None and value != self.value():
            with QSignalBlocker(self):
                self.setValue(value)

    def _on_value_changed(self, value: int) -> None:
        self.edited.emit(value)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept marks and numbers out of range while typing; they are corrected on commit."""
        state, text, position = super().validate(text, position)
        typed = self._without_affixes(text)
        # Qt ignores group separators wherever they stand: 1,5 would be 15.
        is_unfit = state is QValidator.State.Invalid or not _INTEGER.fullmatch(typed)
        if is_unfit and _PARTIAL_COUNT.fullmatch(typed):
            state = QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        """Replace a number that is not whole or out of range by the nearest valid one."""
        typed = self._without_affixes(text)
        try:
            typed_value = self._parsed(typed)
        except ValueError:
            return text
        rounded = math.floor(typed_value + 0.5)
        nearest = min(max(rounded, self._least()), self.maximum())
        used = self._shown(nearest)
        if nearest != rounded:
            show_clamped_note(self, typed, used, *map(self._shown, (self._least(), self.maximum())))
        elif rounded != typed_value:
            text = tr("{typed} is no whole number: rounded to {taken}.", typed=typed, taken=used)
            show_note(self, text)
        return used

    def _parsed(self, typed: str) -> float:
        """Return the number ``typed``, with group separators or a decimal mark of any language."""
        group = self.locale().groupSeparator()
        if group in self.textFromValue(self.value()):
            # Deleting or inserting digits of the number shown leaves the separators in place.
            typed = typed.replace(group, "")
        if _INTEGER.fullmatch(typed):
            return int(typed.replace(",", "").replace(".", ""))
        return float(typed.replace(",", "."))

    def _shown(self, value: int) -> str:
        return f"{self.prefix()}{self.textFromValue(value)}{self.suffix()}"

    def _without_affixes(self, text: str) -> str:
        return text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()

    def _least(self) -> int:
        return self.minimum()


class OptionalCountField(CountField):
    """A whole number or None, which is shown as a word, one step below the lowest number."""

    edited = Signal(object)

    def __init__(self, low: int, high: int, nothing: str) -> None:
        super().__init__(low - 1, high)
        self.setSpecialValueText(nothing)

    def set_value(self, value: int | None) -> None:
        """Show ``value`` without emitting."""
        super().set_value(self.minimum() if value is None else value)

    def _least(self) -> int:
        return self.minimum() + 1

    def _on_value_changed(self, value: int) -> None:
        self.edited.emit(None if value == self.minimum() else value)


class SidesField(OptionalCountField):
    """Rows and columns: one number for both, two such as ``1×2``, or None if it has a word.

    A spin box holds a single integer: a pair is encoded as (rows + 1) * ``_ROW`` + columns.
    """

    # Events are delivered during construction, too.
    _low = _high = 0
    _has_nothing = False

    def __init__(self, low: int, high: int, nothing: str = "") -> None:
        super().__init__(low, high, nothing)
        self._low, self._high = low, high
        self._has_nothing = bool(nothing)
        self.setRange(low - self._has_nothing, _coded((high + 1, high)))

    def sides(self) -> Sides | None:
        """Return the current value."""
        return self._decoded(self.value())

    def set_value(self, value: Sides | None) -> None:
        """Show ``value`` without emitting."""
        super().set_value(value if value is None else _coded(value))

    def _decoded(self, value: int) -> Sides | None:
        if value < self._low:
            return None
        return value if value < _ROW else (value // _ROW - 1, value % _ROW)

    def _on_value_changed(self, value: int) -> None:
        self.edited.emit(self._decoded(value))

    def textFromValue(self, value: int) -> str:
        """Return ``3``, or ``1×2`` for a pair."""
        sides = self._decoded(value)
        return "×".join(map(str, sides)) if isinstance(sides, tuple) else str(value)

    def valueFromText(self, text: str) -> int:
        """Return the encoded value of ``text``; the current value if it cannot be parsed."""
        if self._has_nothing and text.strip() == self.specialValueText():
            return self.minimum()
        sides = _sides_in(text)
        return self.value() if sides is None else _coded(sides)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept sizes out of range and incomplete pairs while typing."""
        if self._has_nothing and text.strip() == self.specialValueText():
            return QValidator.State.Acceptable, text, position
        if not _PARTIAL_SIDES.fullmatch(text):
            return QValidator.State.Invalid, text, position
        sides = _sides_in(text)
        inside = sides is not None and all(self._low <= n <= self._high for n in pair(sides))
        state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        """Replace sizes out of range by the nearest valid ones; report an incomplete pair."""
        sides = _sides_in(text)
        if sides is None:
            if text.strip():
                show_note(
                    self,
                    tr(
                        "{typed} is not a size: write one number, or rows and columns such as 1×2.",
                        typed=text.strip(),
                    ),
                )
            return self._shown(self.value())
        rows, columns = (min(max(n, self._low), self._high) for n in pair(sides))
        used = self.textFromValue(_coded((rows, columns)))
        show_clamped_note(self, text.strip(), used, str(self._low), str(self._high))
        return used

    def stepBy(self, steps: int) -> None:
        """Step rows and columns together, as far as both stay in range."""
        sides = self.sides()
        if sides is None or isinstance(sides, int):
            value = self.value() + steps
            self.setValue(min(max(value, self.minimum()), self._high))
            return
        rows, columns = sides
        margin = self._high - max(sides) if steps > 0 else self._low - min(sides)
        step = min(steps, margin) if steps > 0 else max(steps, margin)
        self.setValue(_coded((rows + step, columns + step)))

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Return the directions that stay within the range."""
        sides = self.sides()
        flag = QAbstractSpinBox.StepEnabledFlag
        up = sides is None or max(pair(sides)) < self._high
        down = min(sides) > self._low if isinstance(sides, tuple) else self.value() > self.minimum()
        return (flag.StepUpEnabled if up else flag.StepNone) | (
            flag.StepDownEnabled if down else flag.StepNone
        )


def _coded(sides: Sides) -> int:
    rows, columns = pair(sides)
    return rows if rows == columns else (rows + 1) * _ROW + columns


def _sides_in(text: str) -> Sides | None:
    """Parse ``3`` or ``1x2``; None if it is neither."""
    found = _SIDES.fullmatch(text)
    if found is None:
        return None
    rows = int(found[1])
    return rows if found[2] is None else (rows, int(found[2]))


class NumberField(_Typed, QDoubleSpinBox):
    """A real number of any size in short notation; steps go 1-2-5 if ``step`` is None."""

    edited = Signal(float)

    def __init__(
        self, low: float, high: float, step: float | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._step = step
        self.setDecimals(_DECIMALS)
        self.setRange(low, high)
        self._take_typing()
        self.valueChanged.connect(self.edited)

    def set_value(self, value: float) -> None:
        """Show ``value`` without emitting; text being typed is kept if the value is unchanged."""
        if value != self.value():
            with QSignalBlocker(self):
                self.setValue(value)

    def textFromValue(self, value: float) -> str:
        """Return the short notation with the decimal mark of the language and a true minus sign."""
        text = with_marks(short_number(value))
        return f"{_MINUS}{text[1:]}" if text.startswith("-") else text

    def valueFromText(self, text: str) -> float:
        """Parse a number with point or comma and an optional exponent."""
        try:
            return float(self._without_affixes(text).replace(",", "."))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept whatever can be completed to a number in range."""
        stripped = self._without_affixes(text)
        if not _PARTIAL_NUMBER.fullmatch(stripped):
            return QValidator.State.Invalid, text, position
        try:
            inside = self.minimum() <= float(stripped.replace(",", ".")) <= self.maximum()
        except ValueError:
            inside = False
        state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        """Replace a number out of range by the nearest valid one."""
        typed_value = self.valueFromText(text)
        nearest = float(short_number(min(max(typed_value, self.minimum()), self.maximum())))
        shown = self.textFromValue(nearest)
        if nearest != typed_value:
            low, high = map(self.textFromValue, (self.minimum(), self.maximum()))
            show_clamped_note(self, self._without_affixes(text), shown, low, high)
        return f"{self.prefix()}{shown}{self.suffix()}"

    def _without_affixes(self, text: str) -> str:
        number = text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()
        return number.replace(_MINUS, "-")

    def stepBy(self, steps: int) -> None:
        """Step by ``step``, or along 1-2-5 where the order of magnitude matters."""
        value = self.value()
        if self._step is not None:
            target = value + steps * self._step
        elif value > 0.0:
            target = next_lead(value, steps)
        else:
            target = max(self.minimum(), 1e-6) if steps > 0 else value
        self.setValue(float(short_number(target)))


class ChoiceField(_Quiet, ElidedCombo):
    """A combo box for a table of choices, each with its explanation as a tooltip."""

    edited = Signal(str)

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        narrow(self, 6)
        # The placeholder must not widen the dock either.
        self.setMinimumWidth(_MIN_CHOICE_PX)
        for choice in choices:
            self.add_choice(choice.key, tr(choice.label), tr(choice.help))
        self.activated.connect(self._on_activated)

    def add_choice(self, key: str, label: str, help_text: str) -> None:
        """Append a row; ``label`` and ``help_text`` are already translated."""
        self.addItem(label, key)
        self.setItemData(self.count() - 1, help_text, Qt.ItemDataRole.ToolTipRole)

    def value(self) -> str:
        """Return the key of the current row."""
        return str(self.currentData())

    def set_value(self, key: str) -> None:
        """Select the row of ``key`` without emitting."""
        if key != self.currentData():
            with QSignalBlocker(self):
                self.setCurrentIndex(self.findData(key))

    def showPopup(self) -> None:
        """Open the list at the width of its longest entry, even if the field is narrow."""
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + view.verticalScrollBar().width() + 8)
        super().showPopup()

    def _on_activated(self, index: int) -> None:
        self.edited.emit(self.itemData(index))


class QuietSlider(_Quiet, QSlider):
    """A horizontal slider that ignores the wheel unless it has focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _SLIDER_STEPS)
        self.setSingleStep(_SLIDER_STEPS // 100)
        self.setPageStep(_SLIDER_STEPS // 10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class SliderField(QWidget):
    """A number with a slider over its usual range, linear or logarithmic.

    The number field accepts ``limits``; the slider spans ``slider_limits`` and stays at its end for
    numbers outside.
    """

    edited = Signal(float)

    def __init__(
        self,
        limits: tuple[float, float],
        slider_limits: tuple[float, float],
        *,
        logarithmic: bool,
        step: float = 0.01,
    ) -> None:
        super().__init__()
        self._low, self._high = slider_limits
        self._logarithmic = logarithmic
        self.slider = QuietSlider(self)
        self.number = NumberField(*limits, None if logarithmic else step, self)
        self.number.setFixedWidth(grown_for_text(_NUMBER_PX))
        self.setLayout(row((self.slider, 1), self.number, spacing=8))
        self.setFocusProxy(self.number)
        self.slider.valueChanged.connect(self._on_slider_changed)
        self.number.edited.connect(self._on_number_edited)

    def setAccessibleName(self, name: str) -> None:
        """Set the accessible name of slider and number field."""
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(name)

    def value(self) -> float:
        """Return the number shown."""
        return self.number.value()

    def set_value(self, value: float) -> None:
        """Show ``value`` in both without emitting."""
        self.number.set_value(value)
        self._place_slider(value)

    def _place_slider(self, value: float) -> None:
        # A slider whose position equals the value to two digits keeps its finer position.
        if self._slider_number() != value:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(self._fraction(value) * _SLIDER_STEPS))

    def _fraction(self, value: float) -> float:
        if self._logarithmic:
            if value <= 0.0:
                return 0.0
            part = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            part = (value - self._low) / (self._high - self._low)
        return min(max(part, 0.0), 1.0)

    def _slider_number(self) -> float:
        part = self.slider.value() / _SLIDER_STEPS
        if self._logarithmic:
            return float(f"{self._low * (self._high / self._low) ** part:.2g}")
        return float(f"{self._low + (self._high - self._low) * part:.2f}")

    def _on_slider_changed(self, _position: int) -> None:
        value = self._slider_number()
        if value != self.number.value():
            self.number.set_value(value)
            self.edited.emit(value)

    def _on_number_edited(self, value: float) -> None:
        self._place_slider(value)
        self.edited.emit(value)
