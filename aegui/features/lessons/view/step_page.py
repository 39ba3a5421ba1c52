"""The page of a lesson's step: text, prediction, action, pointer and checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from aegui.core.i18n import said, tr
from aegui.core.lessons.figures import figure_of, value_words
from aegui.features.lessons.view.prediction_box import PredictionBox
from aegui.kit.formula_line import FormulaLine
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import flat_button, set_style_property, wrapped_label
from aegui.kit.speech import announce
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.lessons.checks import CheckResult, Remembered
    from aegui.core.lessons.lesson import Lesson, LessonStep


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
