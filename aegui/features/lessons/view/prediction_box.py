"""The prediction for a step: a choice or a number, and afterwards how it turned out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QFrame,
    QPushButton,
    QRadioButton,
    QWidget,
)

from aegui.core.i18n import said, tr
from aegui.core.lessons.figures import figure_of, value_words
from aegui.kit.layouts import column, dim, heading, held, row
from aegui.kit.marks import set_style_property, wrapped_label
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from aegui.core.lessons.lesson import Prediction

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
