"""The question before what costs much, and the limits from which on it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QMessageBox,
    QSpinBox,
    QVBoxLayout,
)

from aegui.core.cost import DEFAULT_MEMORY_SHARE, DEFAULT_MINUTES, free_memory, memory_words
from aegui.core.i18n import mark, tr
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

CostAnswer = Literal["smaller", "go_on", "cancel"]


@dataclass(frozen=True)
class CostQuestion:
    """Words of a question, marked: its title, and the button that goes on."""

    title: str
    go_on: str


TRAINING = CostQuestion(mark("A costly training"), mark("&Train all the same"))
COMPUTATION = CostQuestion(mark("A costly computation"), mark("Co&mpute all the same"))
MOST_MINUTES = 100_000
_WIDTH_PX = 380


def ask_cost(
    parent: QWidget, question: CostQuestion, reason: str, details: str, smaller: str = ""
) -> CostAnswer:
    """Whether to go on all the same, or with something smaller, where ``smaller`` says what."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr(question.title))
    box.setText(reason)
    box.setInformativeText(details)
    fitting = box.addButton(smaller, QMessageBox.ButtonRole.AcceptRole) if smaller else None
    go_on = box.addButton(tr(question.go_on), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(fitting or cancel)
    box.setEscapeButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is go_on:
        return "go_on"
    return "smaller" if fitting is not None and clicked is fitting else "cancel"


class LimitsDialog(QDialog):
    """From which time and memory on it is asked before something begins."""

    def __init__(self, minutes: float, memory_share: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("When to ask before computing"))
        explained = QLabel(
            tr(
                "Trainings, studies, maps and searches that are likely to need more than this "
                "begin only after a question; those of the command line only with --yes."
            )
        )
        explained.setWordWrap(True)
        explained.setMinimumWidth(_WIDTH_PX)
        self.minutes = QSpinBox()
        self.minutes.setRange(1, MOST_MINUTES)
        self.minutes.setValue(round(minutes))
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setGroupSeparatorShown(True)
        self.share = QSpinBox()
        self.share.setRange(1, 100)
        self.share.setValue(round(100 * memory_share))
        self.share.setSuffix(" %")
        form = QFormLayout()
        form.addRow(tr("Time"), self.minutes)
        form.addRow(tr("Share of the free memory"), self.share)
        free = free_memory()
        if free is not None:
            form.addRow(tr("Free at present"), QLabel(memory_words(free)))
        buttons = QDialogButtonBox()
        take = buttons.addButton(tr("&Use these"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(tr("&Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        usual = buttons.addButton(tr("&Defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        usual.setAutoDefault(False)
        take.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        usual.clicked.connect(self._on_usual_clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACING)
        layout.addWidget(explained)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def _on_usual_clicked(self) -> None:
        self.minutes.setValue(round(DEFAULT_MINUTES))
        self.share.setValue(round(100 * DEFAULT_MEMORY_SHARE))
