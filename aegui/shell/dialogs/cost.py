"""Confirmation before a costly computation, and the dialog for its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QMessageBox, QPushButton

from aegui.core.cost import Budget, free_memory, memory_words
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import buttons_of, column
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING
from aegui.shell.dialogs.questions import pressed
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

CostAnswer = Literal["smaller", "go_on", "cancel"]
FewAnswer = Literal["all", "these", "cancel"]


@dataclass(frozen=True)
class CostQuestion:
    """Texts of a question, marked for translation: its title, and the button to continue."""

    title: str
    go_on: str


TRAINING = CostQuestion(mark("A costly training"), mark("&Train all the same"))
COMPUTATION = CostQuestion(mark("A costly computation"), mark("Co&mpute all the same"))
_WIDTH_PX = 380


def ask_cost(
    parent: QWidget, question: CostQuestion, reason: str, details: str, smaller: str = ""
) -> CostAnswer:
    """Ask whether to continue in spite of the cost, or with the alternative ``smaller``, if any."""
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
    clicked = pressed(box)
    if clicked is go_on:
        return "go_on"
    return "smaller" if fitting is not None and clicked is fitting else "cancel"


def ask_few(parent: QWidget, reason: str) -> FewAnswer:
    """Ask whether to train on the few samples that are available; ``reason`` explains it."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Some of the samples"))
    box.setText(reason)
    box.setInformativeText(tr("Training on these alone gives another, mostly worse network."))
    fetch = box.addButton(tr("&Get all of them"), QMessageBox.ButtonRole.AcceptRole)
    these = box.addButton(tr("&Train on these"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(tr("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(fetch)
    box.setEscapeButton(cancel)
    clicked = pressed(box)
    if clicked is these:
        return "these"
    return "all" if clicked is fetch else "cancel"


class LimitsDialog(QDialog):
    """Asks for the time and memory above which a computation needs confirmation."""

    def __init__(self, budget: Budget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("When to ask before computing"))
        explained = wrapped_label(
            tr(
                "Trainings, studies, maps and searches that probably need more than this ask "
                "first; on the command line they need --yes."
            )
        )
        explained.setMinimumWidth(_WIDTH_PX)
        self.form = Form(budget)
        free = free_memory()
        if free is not None:
            self.form.add_row(tr("Free at present"), QLabel(memory_words(free)))
        take = QPushButton(tr("&Use these"))
        buttons = buttons_of(self, take=take, leave=tr("&Cancel"))
        usual = buttons.addButton(tr("&Defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        usual.setAutoDefault(False)
        take.setDefault(True)
        usual.clicked.connect(lambda: self.form.set_value(Budget()))
        self.setLayout(
            column(explained, self.form, buttons, spacing=SPACING, margins=(2 * SPACING,) * 4)
        )
