"""The page of a lesson's step: text, prediction, action, pointer and checks."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QPushButton,
    QRadioButton,
    QWidget,
)

from aegui.core.i18n import said, tr
from aegui.core.lessons.figures import figure_of, value_words
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import flat_button, set_style_property, wrapped_label
from aegui.kit.math_boxes import FormulaLine
from aegui.kit.speech import announce
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QMouseEvent

    from aegui.core.lessons.checks import CheckResult, Remembered
    from aegui.core.lessons.lesson import Lesson, LessonStep, Prediction

_LARGEST = 1e9
_DECIMALS = 2
_UNKNOWN = -1.0
"""The prediction stored for "I do not know"."""


class PredictedChoice(QWidget):
    """A radio button with a label that wraps."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.button = QRadioButton()
        self.button.setAccessibleName(words)
        label = wrapped_label(words)
        line = row((self.button, 0), (label, 1))
        line.setAlignment(self.button, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a click on the label activate the button."""
        if self.rect().contains(event.position().toPoint()):
            self.button.click()


class PredictionBox(QFrame):
    """Asks for a prediction and shows its outcome; passive but for its signal."""

    predicted = Signal(float)
    """With value: index of the choice, or the number; -1 for unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._prediction: Prediction | None = None
        self.heading = dim(tr("What do you expect?"))
        self.ask = heading(wrapped_label())
        self.group = QButtonGroup(self)
        self.group.idClicked.connect(self._on_group_id_clicked)
        self.choices: tuple[PredictedChoice, ...] = ()
        self._lines = column()
        self.number = QDoubleSpinBox()
        self.number.setRange(0, _LARGEST)
        self.number.setAccessibleName(tr("Your prediction"))
        self.number.lineEdit().returnPressed.connect(self._on_keep_clicked)
        self.keep = QPushButton(tr("That is my guess"))
        self.keep.clicked.connect(self._on_keep_clicked)
        self.unknown = QPushButton(tr("I do not know"))
        self.unknown.setToolTip(tr("The step shows the result and the reason in any case"))
        self.unknown.clicked.connect(lambda: self.predicted.emit(_UNKNOWN))
        self._number = held(row(self.number, 1))
        self._line = held(row(self.keep, self.unknown, 1, spacing=SPACING))
        self.yours = wrapped_label()
        self.verdict = wrapped_label()
        self.why = wrapped_label()
        edge = SPACING + SPACING // 2
        self.setLayout(
            column(
                self.heading,
                self.ask,
                self._lines,
                self._number,
                self._line,
                self.yours,
                self.verdict,
                self.why,
                spacing=SPACING,
                margins=(edge, SPACING, edge, SPACING),
            )
        )

    def set_prediction(
        self,
        prediction: Prediction | None,
        predicted: float | None,
        figure: float | None,
        *,
        reached: bool,
    ) -> None:
        """Ask for a prediction, or show ``predicted`` and how it turned out.

        Args:
            prediction: The question; None hides the box.
            predicted: The prediction; None if there is none yet.
            figure: The measured number, if known.
            reached: Whether the step is done, so that the outcome may be shown.
        """
        self.setVisible(prediction is not None)
        if prediction is None:
            self._prediction = None
            return
        if prediction is not self._prediction:
            self._prediction = prediction
            self._fill(prediction)
        asks = predicted is None
        self.ask.setText(said(prediction.ask))
        self.heading.setText(tr("What do you expect?") if asks else tr("What you expected"))
        for choice in self.choices:
            choice.setVisible(asks)
        self._number.setVisible(asks and not prediction.choices)
        self.keep.setVisible(asks and not prediction.choices)
        self._line.setVisible(asks)
        self.yours.setVisible(not asks)
        outcome = (
            _outcome(prediction, predicted, figure) if reached and predicted is not None else ""
        )
        self.verdict.setVisible(bool(outcome))
        self.why.setVisible(bool(outcome))
        if predicted is not None:
            self.yours.setText(_yours(prediction, predicted))
            self.number.setValue(0)
        self.verdict.setText(outcome)
        is_right = predicted is not None and _is_right(prediction, predicted, figure)
        set_style_property(self.verdict, "state", "good" if is_right else "")
        self.why.setText(said(prediction.why))

    def _fill(self, prediction: Prediction) -> None:
        if not prediction.choices:
            is_integer = figure_of(prediction.figure).is_integer
            self.number.setDecimals(0 if is_integer else _DECIMALS)
            # Otherwise Enter would submit the number typed for another question.
            self.number.setValue(0)
        for choice in self.choices:
            self.group.removeButton(choice.button)
            self._lines.removeWidget(choice)
            choice.hide()
            choice.deleteLater()
        self.choices = tuple(PredictedChoice(said(words)) for words in prediction.choices)
        for index, choice in enumerate(self.choices):
            self.group.addButton(choice.button, index)
            self._lines.addWidget(choice)

    @Slot(int)
    def _on_group_id_clicked(self, index: int) -> None:
        self.predicted.emit(float(index))

    @Slot()
    def _on_keep_clicked(self) -> None:
        self.predicted.emit(self.number.value())


def _yours(prediction: Prediction, predicted: float) -> str:
    if predicted == _UNKNOWN:
        return tr("You said: I do not know")
    if prediction.choices:
        words = said(prediction.choices[min(round(predicted), len(prediction.choices) - 1)])
        return tr("You said: {words}", words=words)
    return tr("You said: {words}", words=value_words(prediction.figure, predicted))


def _is_right(prediction: Prediction, predicted: float, figure: float | None) -> bool:
    if predicted == _UNKNOWN:
        return False
    if prediction.choices:
        return prediction.right is not None and round(predicted) == prediction.right
    return figure is not None and abs(figure - predicted) <= prediction.within


def _outcome(prediction: Prediction, predicted: float, figure: float | None) -> str:
    """Return how the prediction turned out as text; "" if unknown."""
    if prediction.choices:
        assert prediction.right is not None
        happened = said(prediction.choices[prediction.right])
    elif figure is None:
        return ""
    else:
        happened = value_words(prediction.figure, figure)
    if _is_right(prediction, predicted, figure):
        if prediction.choices:
            return tr("✓ So it is.")
        if figure == predicted:
            return tr("✓ Well guessed: it is {what}.", what=happened)
        return tr("✓ Close: it is {what}.", what=happened)
    if predicted == _UNKNOWN:
        return tr("It turned out: {what}", what=happened)
    return tr("The result differs: {what}", what=happened)


@dataclass(frozen=True, eq=False)
class StepState:
    """The state that the page shows."""

    lesson: Lesson
    """The lesson."""
    index: int
    """Index of its step, from 0."""
    predicted: float | None = None
    """The prediction; None if there is none yet."""
    remembered: Remembered = field(default_factory=dict)
    """The figures measured at each step."""
    results: tuple[CheckResult, ...] = ()
    """The checks of the step."""
    reached: bool = False
    """Whether the step is done."""
    time: str = ""
    """How long the action takes on this machine, as text; "" if no time."""
    busy: str = ""
    """Why the action is unavailable, as text; "" if it is available."""
    note: str = ""
    """Further information, such as missing data."""

    @property
    def step(self) -> LessonStep:
        """The step."""
        return self.lesson.steps[self.index]

    @property
    def figures(self) -> Mapping[str, float]:
        """The figures measured at this step."""
        return self.remembered.get(self.step.key, {})

    @property
    def further(self) -> list[str]:
        """Figures not in the checks as text, each with its value at the last step that had it."""
        checked = {result.check.figure for result in self.results}
        lines = []
        for key in self.step.figures:
            if key not in self.figures or key in checked:
                continue
            name, value = tr(figure_of(key).label), value_words(key, self.figures[key])
            line = tr("{figure}: {value}", figure=name, value=value)
            for step in reversed(self.lesson.steps[: self.index]):
                other = self.remembered.get(step.key, {}).get(key)
                if other is not None:
                    words = value_words(key, other)
                    title = said(step.title)
                    line = tr("{line} (“{step}”: {value})", line=line, step=title, value=words)
                    break
            lines.append(line)
        return lines

    @property
    def titles(self) -> dict[str, str]:
        """The title of each step, by key."""
        return {step.key: said(step.title) for step in self.lesson.steps}

    @property
    def asks(self) -> bool:
        """Whether a prediction is still to be made."""
        return self.step.prediction is not None and self.predicted is None

    @property
    def may_do(self) -> bool:
        """Whether the action is available: the prediction is made, and no training is running."""
        return not self.asks and not self.busy


class StepPage(QWidget):
    """Shows one step; passive but for its signals."""

    moved = Signal(int)
    """Move by this number of steps."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, int] | None = None
        self.back_to_list = flat_button("list", tr("All lessons"))
        self.anew = flat_button("edit-again", tr("Start this lesson again"))
        self.lesson = dim(wrapped_label())
        self.count = dim()
        self.title = heading(wrapped_label())
        font = self.title.font()
        font.setPointSizeF(1.2 * font.pointSizeF())
        self.title.setFont(font)
        self.text = wrapped_label()
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.formula = FormulaLine()
        self.prediction = PredictionBox()
        self.do = QPushButton()
        self.do.setProperty("main", True)
        self.time = dim(wrapped_label())
        self.note = wrapped_label()
        self.note.setProperty("note", True)
        self.see = wrapped_label()
        self.point = flat_button("crosshair", tr("Show me where"))
        self._look = held(row((self.see, 1), self.point))
        self.check_title = heading(tr("Check"))
        self._checks = column()
        self.lines: tuple[QLabel, ...] = ()
        self.figures = dim(wrapped_label())
        self.outcome = wrapped_label()
        self.back = QPushButton(tr("Back"))
        self.next = QPushButton(tr("Next"))
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.next.clicked.connect(lambda: self.moved.emit(1))
        self._lay_out()

    def _lay_out(self) -> None:
        edge = SPACING // 2
        head = row(self.back_to_list, (self.lesson, 1), self.anew, margins=(edge, edge, edge, 0))
        body = column(
            self.title,
            self.text,
            self.formula,
            self.prediction,
            self.do,
            self.time,
            self.note,
            self._look,
            self.check_title,
            self._checks,
            self.figures,
            self.outcome,
            1,
            spacing=SPACING,
            margins=(SPACING, 0, SPACING, SPACING),
        )
        self.area = scrolled(held(body))
        margins = (SPACING, edge, SPACING, SPACING)
        foot = row(self.count, 1, self.back, self.next, margins=margins)
        self.setLayout(column(held(head), (self.area, 1), held(foot)))

    def set_state(self, state: StepState) -> None:
        """Show ``state``."""
        step, steps = state.step, len(state.lesson.steps)
        self.lesson.setText(said(state.lesson.title))
        self.count.setText(tr("Step {n} of {all}", n=state.index + 1, all=steps))
        self.title.setText(said(step.title))
        self.text.setText(said(step.text))
        self.formula.set_formula(step.formula)
        asked = step.prediction
        figure = state.figures.get(asked.figure) if asked is not None else None
        had_keys = self.prediction.isAncestorOf(self.focusWidget() or self)
        self.prediction.set_prediction(asked, state.predicted, figure, reached=state.reached)
        self._show_doing(state)
        if had_keys and state.may_do:
            # The focused widget was just hidden: Qt would move the focus to an arbitrary button.
            self.take_keys()
        self._look.setVisible(bool(step.see or step.look) and not state.asks)
        self.see.setText(said(step.see))
        self.point.setVisible(bool(step.look))
        self._show_checks(state)
        self.back.setEnabled(state.index > 0)
        is_last = state.index + 1 == steps
        self.next.setText(tr("Finish") if is_last else tr("Next"))
        set_style_property(self.next, "main", state.reached)
        self._say(state)

    def take_keys(self) -> None:
        """Focus the widget that is to be used next."""
        choices = [choice.button for choice in self.prediction.choices]
        for widget in (*choices, self.prediction.number, self.do, self.next):
            if widget.isVisibleTo(self) and widget.isEnabled():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                if widget is self.prediction.number:
                    # Select the zero, so that typing replaces it.
                    self.prediction.number.selectAll()
                return

    def _show_doing(self, state: StepState) -> None:
        step = state.step
        self.do.setVisible(step.do is not None)
        if self.do.hasFocus() and not state.may_do:
            # Otherwise Qt would move the focus of the disabled button to an arbitrary widget.
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self.do.setEnabled(state.may_do)
        label = said(step.label) or tr("Do it")
        self.do.setText(label)
        set_style_property(self.do, "main", not state.reached)
        words = tr("Make your prediction first.") if state.asks else state.busy or state.time
        self.time.setText(words)
        self.time.setVisible(step.do is not None and bool(words))
        self.note.setText(state.note)
        self.note.setVisible(bool(state.note))

    def _show_checks(self, state: StepState) -> None:
        # Bounds and figures would give the answer away.
        results = () if state.asks else state.results
        self.check_title.setVisible(bool(results))
        while len(self.lines) < len(results):
            line = wrapped_label()
            self._checks.addWidget(line)
            self.lines = (*self.lines, line)
        for line, result in zip(self.lines, results, strict=False):
            sign = "✓" if result.holds else "○"
            line.setText(f"{sign}  {result.words(state.titles)}")
            set_style_property(line, "state", "good" if result.holds else "")
        for index, line in enumerate(self.lines):
            line.setVisible(index < len(results))
        self.figures.setText("\n".join(state.further))
        self.figures.setVisible(bool(state.further))
        step = state.step
        missed = any(result.is_known and not result.holds for result in results)
        words = said(step.reached) if state.reached and not missed else ""
        if missed:
            words = said(step.hint)
        self.outcome.setText(words)
        self.outcome.setVisible(bool(words))

    def _say(self, state: StepState) -> None:
        """Scroll a new step to its top and announce it."""
        shown = said(state.lesson.title), state.index
        if shown != self._shown:
            self._shown = shown
            self.area.verticalScrollBar().setValue(0)
            self.setAccessibleName(self.title.text())
            announce(self, f"{self.title.text()}. {self.text.text()}")
