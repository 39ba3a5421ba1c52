"""Base class of both pages of races: a form, the progress, and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, hint
from aegui.kit.marks import ElidedLabel
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from aegui.kit.splitter import Splitter
    from aegui.session.jobs.derived import JobProgress
    from aegui.widgets.form.form import FormLine

_BAR_PX = 130


class WorkPage(QWidget):
    """Passive page; user actions are emitted as signals."""

    def __init__(self, form: FormLine, nothing: str) -> None:
        """Create a page with a form, and a text to show before there is a result."""
        super().__init__()
        self.form = form
        self.stop = QPushButton(tr("Stop"))
        self.bar = WorkBar()
        self.bar.setFixedWidth(_BAR_PX)
        self.text = dim(ElidedLabel())
        self.text.setFont(figures_font(self.font()))
        self._hint = hint(nothing)
        self._body: Splitter

    def _lay_out(self, body: Splitter) -> None:
        self._body = body
        edge = SPACING // 2
        parts = (self.form, self.text, (self._hint, 1), (body, 1))
        self.setLayout(column(*parts, margins=(SPACING, edge, SPACING, edge)))
        self._show_body(False)

    def _show_body(self, shown: bool) -> None:
        self._hint.setVisible(not shown)
        self._body.setVisible(shown)

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of the running work; None clears it."""
        self.text.setText("" if progress is None else progress.text)
        if progress is not None:
            self.bar.set_progress(progress.done, progress.total)

    def set_busy(self, busy: bool) -> None:
        """Set whether work is running."""
        self.stop.setEnabled(busy)
        self.bar.setVisible(busy)
        self.text.setVisible(busy)
