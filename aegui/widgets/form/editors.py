"""Editor widgets for the fields of a schema, beyond plain numbers and choices."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRegularExpression, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QColorDialog, QLabel, QLineEdit, QPushButton, QWidget

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.fields import ENDLESS, TINY
from aegui.core.i18n import localized, percent_sign, tr
from aegui.core.recipe.settings import file_name
from aegui.kit.layouts import row
from aegui.kit.marks import flat_button
from aegui.kit.theme import current_theme, icon_px
from aegui.session.jobs.clock import one_shot
from aegui.widgets.form.fields import (
    REST_MS,
    ChoiceField,
    CountField,
    NumberField,
    OptionalCountField,
    SidesField,
    SliderField,
    passes_on_undo,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.choices import Choice
    from aegui.core.fields import FormField

_USUAL_RATES = (1e-5, 1.0)
_NEW_SEEDS = 100_000


class TextField(QLineEdit):
    """A short text; empty means None. An edit is emitted after Enter or a short pause in typing."""

    edited = Signal(object)
    _timer: QTimer | None = None

    def __init__(self) -> None:
        super().__init__()
        self._reported: str | None = None
        timer = one_shot(self, self._tell, REST_MS)
        self.textEdited.connect(timer.start)
        self._timer = timer
        self.editingFinished.connect(self._tell)

    def set_value(self, value: str | None) -> None:
        """Show ``value`` without emitting; text being typed is kept if the value is unchanged."""
        if value != self._reported or not (self._timer and self._timer.isActive()):
            self._reported = value
            if (value or "") != self.text():
                self.setText(value or "")

    def event(self, event: QEvent) -> bool:
        """Leave the undo and redo keys to the window."""
        return passes_on_undo(event, self._timer) or super().event(event)

    def shown(self) -> str:
        """Return the text last set or emitted."""
        return self._reported or ""

    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        value = self.text() or None
        if value != self._reported and self.hasAcceptableInput():
            self._reported = value
            self.edited.emit(value)


class _SeedValidator(QRegularExpressionValidator):
    """Accepts up to 15 digits; an emptied field returns to its last seed."""

    def __init__(self, field: TextField) -> None:
        super().__init__(QRegularExpression(r"\d{1,15}"), field)
        self._field = field

    def fixup(self, text: str) -> str:
        del text
        return self._field.shown()


class SeedField(QWidget):
    """A seed, which may exceed the range of a spin box, with a button for a random one."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._text = TextField()
        self._text.setValidator(_SeedValidator(self._text))
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.die = flat_button("builder-dice", tr("Another seed"))
        self._random = random.Random()
        self.setLayout(row((self._text, 1), self.die))
        self.setFocusProxy(self._text)
        self._text.edited.connect(self._on_text_edited)
        self.die.clicked.connect(self._on_die_clicked)

    def setAccessibleName(self, name: str) -> None:
        """Set the accessible name, also of the text field."""
        super().setAccessibleName(name)
        self._text.setAccessibleName(name)

    def set_value(self, value: int) -> None:
        """Show the seed ``value``."""
        self._text.set_value(str(value))

    def text(self) -> str:
        """Return the digits shown."""
        return self._text.text()

    def _on_text_edited(self, text: str) -> None:
        self.edited.emit(int(text))

    def _on_die_clicked(self) -> None:
        self.edited.emit(self._random.randrange(_NEW_SEEDS))


class SourceField(QWidget):
    """The shipped sets, the file in use, and a button to open another file."""

    edited = Signal(str)

    def __init__(self, choices: Iterable[Choice]) -> None:
        super().__init__()
        self.choice = ChoiceField(choices)
        self._built_in = self.choice.count()
        self.open = flat_button("builder-folder", tr("Open a file of images or glyphs…"))
        self.setLayout(row((self.choice, 1), self.open))
        self.setFocusProxy(self.choice)
        self.choice.edited.connect(self.edited)

    def set_value(self, source: str) -> None:
        """Show ``source``; a file gets an entry with its name."""
        if self.choice.findData(source) < 0:
            with QSignalBlocker(self.choice):
                while self.choice.count() > self._built_in:
                    self.choice.removeItem(self._built_in)
                self.choice.add_choice(source, file_name(source), source)
        self.choice.set_value(source)


class CheckField(QCheckBox):
    """A check box with its label."""

    edited = Signal(bool)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.clicked.connect(self.edited)

    def set_value(self, value: bool) -> None:
        """Show ``value`` without emitting."""
        self.setChecked(value)


class GreyField(CheckField):
    """Whether images have one channel rather than three; the value is the number of channels."""

    edited = Signal(int)

    def __init__(self, text: str) -> None:
        QCheckBox.__init__(self, text)
        self.clicked.connect(lambda grey: self.edited.emit(1 if grey else 3))

    def set_value(self, value: int) -> None:
        """Show ``value`` without emitting."""
        self.setChecked(value == 1)


class ColourField(QPushButton):
    """A colour, ``#rrggbb``; a click opens a colour dialog."""

    edited = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(self._on_clicked)

    def set_value(self, value: str) -> None:
        """Show ``value`` without emitting."""
        swatch = QPixmap(icon_px(), icon_px())
        swatch.fill(current_theme().border)
        painter = QPainter(swatch)
        painter.fillRect(swatch.rect().adjusted(1, 1, -1, -1), QColor(value))
        painter.end()
        self.setIcon(QIcon(swatch))
        self.setText(value)

    def _on_clicked(self) -> None:
        colour = QColorDialog.getColor(QColor(self.text()), self, self.accessibleName())
        if colour.isValid():
            self.edited.emit(colour.name())


class PercentField(CountField):
    """A share, 0 to 1, shown in whole per cent."""

    edited = Signal(float)

    def __init__(self, low: float, high: float) -> None:
        super().__init__(round(100 * low), round(100 * high))
        self.setSuffix(percent_sign())

    def set_value(self, value: float | None) -> None:
        """Show ``value`` without emitting."""
        super().set_value(None if value is None else round(100 * value))

    def _on_value_changed(self, value: int) -> None:
        self.edited.emit(value / 100)


class RangeField(QWidget):
    """Two numbers: the lower and the upper end of a range."""

    edited = Signal(object)

    def __init__(
        self,
        low: float,
        high: float,
        step: float | None = None,
        *,
        shares: bool = False,
    ) -> None:
        """``shares`` are shown in per cent, and the first must lie below the second."""
        super().__init__()
        self._unit, self._grows = (100.0 if shares else 1.0), shares
        self._value = (low, high)
        first, last = (NumberField(low * self._unit, high * self._unit, step) for _ in range(2))
        self.ends = first, last
        """The two number fields."""
        for end in self.ends:
            end.setMinimumWidth(60)
            end.setSuffix(percent_sign() if shares else "")
            end.edited.connect(self._on_end_edited)
        self.setLayout(row((first, 1), QLabel("…"), (last, 1)))
        self.setFocusProxy(first)

    def setAccessibleName(self, name: str) -> None:
        """Set the accessible name, and derive those of both ends from it."""
        super().setAccessibleName(name)
        self.ends[0].setAccessibleName(tr("{axis}, from", axis=name))
        self.ends[1].setAccessibleName(tr("{axis}, to", axis=name))

    def set_value(self, value: tuple[float, float]) -> None:
        """Show ``value`` without emitting."""
        self._value = value
        for end, number in zip(self.ends, value, strict=True):
            end.set_value(number * self._unit)

    def _on_end_edited(self) -> None:
        low, high = (end.value() / self._unit for end in self.ends)
        if self._grows and low >= high:
            self.set_value(self._value)
        else:
            self._value = low, high
            self.edited.emit(self._value)


Number = CountField | NumberField
Editor = (
    Number
    | CheckField
    | ChoiceField
    | SliderField
    | TextField
    | SeedField
    | SourceField
    | RangeField
    | ColourField
)


def range_words(field: FormField) -> str:
    """Return the range of ``field`` in words; limits that are only technical are left out."""
    if not (field.is_number or field.editor == "sides"):
        return ""
    low, high = field.limits
    above, below = low <= TINY, high >= ENDLESS
    least, most = localized(low, ",.10g"), localized(high, ",.10g")
    if field.editor == "level":
        return tr("Range: {low} to {high}; a sigma may be larger", low=least, high=most)
    if above and low > 0:
        return tr("Any number above 0") if below else tr("Range: above 0, up to {n}", n=most)
    if below:
        return tr("Range: {n} or more", n=least)
    return tr("Range: {low} to {high}", low=least, high=most)


def field_tip(field: FormField) -> str:
    """Return the tooltip of ``field``: its help and its range."""
    return "\n".join(filter(None, (tr(field.help), range_words(field))))


def make_editor(field: FormField) -> Editor:
    """Create the editor of a field with its texts, without a value."""
    editor = _editor(field)
    editor.setToolTip(field_tip(field))
    editor.setAccessibleName(tr(field.label).replace("&", ""))
    editor.setAccessibleDescription(tr(field.help))
    if isinstance(editor, Number) and (field.prefix or field.suffix):
        editor.setPrefix(field.prefix)
        editor.setSuffix(tr(field.suffix) if field.suffix else "")
    return editor


def _editor(field: FormField) -> Editor:
    low, high = field.limits
    nothing = tr(field.nothing) if field.nothing else ""
    match field.editor:
        case "check":
            return CheckField(tr(field.label))
        case "choice":
            return ChoiceField(field.choices.values())
        case "count" if nothing:
            return OptionalCountField(int(low), int(high), nothing)
        case "count":
            return CountField(int(low), int(high))
        case "percent":
            return PercentField(low, high)
        case "range" | "percents":
            return RangeField(low, high, field.step, shares=field.editor == "percents")
        case "sides":
            return SidesField(int(low), int(high), nothing)
        case "rate":
            return SliderField((low, high), _USUAL_RATES, logarithmic=True)
        case "level":
            return SliderField((low, high), (low, high), logarithmic=False)
        case "grey":
            return GreyField(tr(field.label))
        case "colour":
            return ColourField()
        case "text":
            text = TextField()
            text.setPlaceholderText(tr("all"))
            return text
        case "seed":
            return SeedField()
        case "source":
            return SourceField(field.choices.values())
        case _:
            return NumberField(low, high, field.step)


def noise_kind_field(first: str = "") -> ChoiceField:
    """Create a field for the kinds of noise; ``first`` is the label of an extra entry "none"."""
    field = ChoiceField(choice for key, choice in CORRUPTIONS.items() if key != "none")
    if first:
        field.insertItem(0, first, "none")
    field.setCurrentIndex(0)
    field.setToolTip(tr("Kind of noise"))
    field.setAccessibleName(tr("Kind of noise"))
    return field
