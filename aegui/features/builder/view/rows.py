"""One setting as a row of the training panel: its name, its editor, and what is wrong with it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QRegularExpression, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from aegui.core.i18n import localized, tr
from aegui.features.builder.view.setting import ENDLESS, TINY
from aegui.features.builder.view.settings_table import file_name
from aegui.kit.marks import ProblemLabel, flat_button, wrapped_label
from aegui.widgets.form.fields import (
    REST_MS,
    ChoiceField,
    CountField,
    NumberField,
    SliderField,
    leaves_undo,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from aegui.features.builder.view.setting import Setting

_EDITOR_PX = 108
_USUAL_RATES = (1e-5, 1.0)
_NEW_SEEDS = 100_000
_DIGITS = 10
_STACKED = {"choice", "rate", "level", "text", "source"}


def range_words(setting: Setting) -> str:
    """What numbers ``setting`` takes, in words; ends that only the computer needs are left out."""
    if setting.kind not in {"count", "number", "rate", "level"}:
        return ""
    low, high = setting.limits
    above, below = low <= TINY, high >= ENDLESS
    least, most = localized(low, f",.{_DIGITS}g"), localized(high, f",.{_DIGITS}g")
    if setting.kind == "level":
        return tr("Range: {low} to {high}; a sigma may be larger", low=least, high=most)
    if above and low > 0:
        return tr("Any number above 0") if below else tr("Range: above 0, up to {n}", n=most)
    if below:
        return tr("Range: {n} or more", n=least)
    return tr("Range: {low} to {high}", low=least, high=most)


class TextField(QLineEdit):
    """A short text; empty stands for None. It counts after Enter or a short rest."""

    edited = Signal(object)
    _timer: QTimer | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: str | None = None
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(REST_MS)
        timer.timeout.connect(self._tell)
        self.textEdited.connect(timer.start)
        self._timer = timer
        self.editingFinished.connect(self._tell)

    def set_value(self, value: str | None) -> None:
        """Show ``value`` and stay silent; what is being typed is left alone."""
        if value != self._told or not (self._timer and self._timer.isActive()):
            self._told = value
            if (value or "") != self.text():
                self.setText(value or "")

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the window's."""
        return leaves_undo(event, self._timer) or super().event(event)

    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        value = self.text() or None
        if value != self._told:
            self._told = value
            self.edited.emit(value)


class SeedField(QWidget):
    """A seed, larger than a spin box can hold, and a die that throws another one."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = TextField()
        self._text.setValidator(
            QRegularExpressionValidator(QRegularExpression(r"\d{1,15}"), self._text)
        )
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.die = flat_button("builder-dice", tr("Another seed"))
        self._random = random.Random()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._text, 1)
        row.addWidget(self.die)
        self.setFocusProxy(self._text)
        self._text.edited.connect(self._on_text_edited)
        self.die.clicked.connect(self._on_die_clicked)

    def set_value(self, value: int) -> None:
        """Show the seed ``value``."""
        self._text.set_value(str(value))

    def text(self) -> str:
        """The digits shown."""
        return self._text.text()

    def _on_text_edited(self, text: str | None) -> None:
        self.edited.emit(int(text or 0))

    def _on_die_clicked(self) -> None:
        self.edited.emit(self._random.randrange(_NEW_SEEDS))


class SourceField(QWidget):
    """The sets that come with the program, the file in use, and a button to open another."""

    edited = Signal(str)
    open_requested = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = ChoiceField((setting.choices or {}).values())
        self._built_in = self.choice.count()
        self.open = flat_button("builder-folder", tr("Open a file of images or glyphs…"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.choice, 1)
        row.addWidget(self.open)
        self.setFocusProxy(self.choice)
        self.choice.edited.connect(self.edited)
        self.open.clicked.connect(self.open_requested)

    def set_value(self, source: str) -> None:
        """Show ``source``; a file gets a row of its own with its name."""
        if self.choice.findData(source) < 0:
            with QSignalBlocker(self.choice):
                while self.choice.count() > self._built_in:
                    self.choice.removeItem(self._built_in)
                self.choice.add_choice(source, file_name(source), source)
        self.choice.set_value(source)


class _ClickLabel(QLabel):
    """A label that ticks the box that it belongs to (a check box cannot break its lines)."""

    def __init__(self, box: QCheckBox) -> None:
        super().__init__()
        self._box = box

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._box.isEnabled() and self.rect().contains(event.position().toPoint()):
            self._box.click()


Editor = ChoiceField | CountField | NumberField | SliderField | TextField | SeedField | SourceField


class SettingRow(QWidget):
    """A labelled editor of one setting.

    Signals:
        edited(object): The value that the person chooses; None for "not at all".
        open_requested(): A file to open is requested (only the row of the source).
    """

    edited = Signal(object)
    open_requested = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self._beginning = setting.default or 0
        self.box: QCheckBox | None = None
        self.editor: Editor | None = None
        self._is_locked = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._explanation: QLabel | None = None
        self._build()
        if setting.kind == "choice":
            self._explanation = wrapped_label(parent=self)
            self._explanation.setProperty("dim", True)
            self._column.addWidget(self._explanation)
        self.problem = ProblemLabel(self)
        self._column.addWidget(self.problem)
        self.caution = ProblemLabel(self, "warn")
        self._column.addWidget(self.caution)
        self.setToolTip(self._tooltip())

    # ---------------------------------------------------------------- building

    def _build(self) -> None:
        setting = self.setting
        if setting.kind == "check" or setting.default is not None:
            self.box = QCheckBox()
            self.box.setAccessibleName(tr(setting.label))
            self.box.setAccessibleDescription(tr(setting.help))
            self.box.toggled.connect(self._on_box_toggled)
        if setting.kind != "check":
            self.editor = self._make_editor()
            self.editor.setAccessibleName(tr(setting.label))
            self.editor.setAccessibleDescription(tr(setting.help))
            self.editor.edited.connect(self._on_editor_edited)
        label = self._make_label()
        if setting.kind in _STACKED and self.editor is not None:
            self._column.addWidget(label)
            self._column.addWidget(self.editor)
        else:
            self._column.addLayout(self._side_by_side(label))

    def _side_by_side(self, label: QLabel) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        if self.box is not None:
            line.addWidget(self.box)
        line.addWidget(label, 1)
        if self.editor is not None:
            self.editor.setFixedWidth(_EDITOR_PX)
            line.addWidget(self.editor)
        return line

    def _make_label(self) -> QLabel:
        text = tr(self.setting.label)
        if self.box is None:
            label = wrapped_label(text)
            if self.editor is not None:
                label.setBuddy(self.editor)
            return label
        clicked = _ClickLabel(self.box)
        clicked.setText(text)
        clicked.setWordWrap(True)
        return clicked

    def _make_editor(self) -> Editor:
        setting = self.setting
        low, high = setting.limits
        match setting.kind:
            case "choice":
                return ChoiceField((setting.choices or {}).values())
            case "count":
                return CountField(int(low), int(high))
            case "rate":
                return SliderField((low, high), _USUAL_RATES, logarithmic=True)
            case "level":
                return SliderField((low, high), (low, high), logarithmic=False)
            case "text":
                field = TextField()
                field.setPlaceholderText(tr("all"))
                return field
            case "seed":
                return SeedField()
            case "source":
                source = SourceField(setting)
                source.open_requested.connect(self.open_requested)
                return source
            case _:
                return NumberField(low, high, setting.step)

    def _tooltip(self) -> str:
        text = tr(self.setting.help)
        limits = range_words(self.setting)
        return f"{text}\n{limits}" if limits else text

    # ------------------------------------------------------------------- state

    def set_value(self, value: Any) -> None:
        """Show ``value`` and stay silent."""
        if self.box is not None:
            with QSignalBlocker(self.box):
                self.box.setChecked(bool(value) if self.editor is None else value is not None)
        if self.editor is not None:
            # An unticked value shows, greyed, what ticking would begin with.
            unticked = self.box is not None and value is None
            self.editor.set_value(self._default() if unticked else value)
        if self._explanation is not None and self.setting.choices is not None:
            self._explanation.setText(tr(self.setting.choices[value].help))
        self._enable()

    def set_highest(self, highest: float) -> None:
        """Another upper end of the range (a sigma may be more than 1, a probability not)."""
        if isinstance(self.editor, SliderField):
            with QSignalBlocker(self.editor.number):
                self.editor.number.setMaximum(highest)

    def set_beginning(self, beginning: float) -> None:
        """What ticking begins with from now on, in place of the setting's default."""
        self._beginning = beginning

    def set_locked(self, locked: bool, *, entirely: bool = False) -> None:
        """Whether a training keeps the setting from being edited; ``entirely``: anything does."""
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
        return int(self._beginning) if self.setting.kind == "count" else self._beginning
