"""One line per noise mistake of a recipe: the problem, its fix, and a button to see its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.core.study.findings import SWITCHED
from aegui.kit.layouts import column, row
from aegui.kit.marks import ElidedLabel, Sign, flat_button
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.study.findings import Finding


class FindingLine(QWidget):
    """One finding with its buttons. Passive."""

    mend_requested = Signal(object)
    """Emitted with the ``Finding`` to be fixed."""
    see_requested = Signal(str)
    """Emitted with the key of the mistake whose effect is to be shown."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        text = f"{finding.text} {finding.remedy}"
        self.title = ElidedLabel()
        self.title.setText(finding.title)
        self.mend = QToolButton()
        self.mend.setText(tr("Fix it"))
        self.mend.setToolTip(f"{finding.remedy}\n{tr('Undo takes it back')}")
        self.mend.setAccessibleName(f"{self.mend.text()}: {finding.title}")
        self.see = flat_button("chart", tr("See its result"))
        self.see.setToolTip(
            tr("Train networks with and without the mistake, and compare their wrong pixels")
        )
        self.see.setAccessibleName(f"{tr('See its result')}: {finding.title}")
        line = row((self.title, 1), self.mend, self.see, margins=(0, 0, SPACING, 0))
        sign = Sign("builder-warning", "warn")
        line.insertWidget(0, sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(line)
        # Only once in the layout: a button shown without a parent is briefly a window of its own.
        self.mend.setVisible(finding.mended is not None)
        self.see.setVisible(finding.key in SWITCHED)
        self.setToolTip(text)
        describe(self, f"{finding.title}. {text}")
        self.mend.clicked.connect(lambda: self.mend_requested.emit(finding))
        self.see.clicked.connect(lambda: self.see_requested.emit(finding.key))


class FindingLines(QWidget):
    """The findings of a recipe, one below the other; hidden if there are none. Passive."""

    mend_requested = Signal(object)
    """Emitted with the ``Finding`` to be fixed."""
    see_requested = Signal(str)
    """Emitted with the key of the mistake whose effect is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[FindingLine] = []
        self._is_open = True
        self._column = column(spacing=0)
        self.setLayout(self._column)
        self.hide()

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show ``findings``, one line each."""
        if tuple(line.finding for line in self.lines) == tuple(findings):
            return
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [FindingLine(finding) for finding in findings]
        for line in self.lines:
            line.mend_requested.connect(self.mend_requested)
            line.see_requested.connect(self.see_requested)
            line.mend.setEnabled(self._is_open)
            self._column.addWidget(line)
        self.setVisible(bool(self.lines))

    def set_open(self, is_open: bool) -> None:
        """Set whether the recipe may be changed, which enables the buttons that fix a mistake."""
        self._is_open = is_open
        for line in self.lines:
            line.mend.setEnabled(is_open)
