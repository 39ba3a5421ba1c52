"""The strip that reports when the draft differs from the trained recipe."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, heading
from aegui.kit.marks import flat_text, wrapped_label
from aegui.kit.theme import SPACING

MAX_LINES = 3


@dataclass(frozen=True)
class StripState:
    """The state that the strip shows."""

    head: str
    """A short headline."""
    lines: tuple[str, ...] = ()
    """The differences, one line each."""
    is_viewing: bool = False
    """Whether the panels show the recipe as it was trained."""
    is_busy: bool = False
    """Whether a training is running; then nothing can be trained or viewed."""
    can_train: bool = False
    """Whether the draft can be trained."""
    can_continue: bool = False
    """Whether the run's training can be continued with the draft."""


class EditedStrip(QFrame):
    """Lists the edits since the training, with buttons that act on them; passive.

    It lies below ``fields``, the area with what is edited: above, its appearance would move all of
    that down, and the next click would hit another field, or *Train*.
    """

    view_requested = Signal(bool)
    """Show the recipe as it was trained, or the draft again."""

    def __init__(self, fields: QScrollArea) -> None:
        super().__init__()
        self._fields = fields
        self.setProperty("strip", True)
        self._state: StripState | None = None
        self._is_open = False
        self._head = heading(wrapped_label())
        self._lines = wrapped_label()
        self.more = flat_text("")
        self.more.clicked.connect(self._on_more_clicked)
        self.train = self._button(tr("Train"), tr("Train the edited network from the start"))
        self.go_on = self._button(
            tr("Continue"), tr("Continue the training of this run, with the edits")
        )
        self.view = self._button("", "")
        self.revert = self._button(
            tr("Revert"), tr("Restore the trained recipe; Undo brings the edits back")
        )
        self.view.clicked.connect(self._on_view_clicked)
        self._build()
        self.hide()

    def _build(self) -> None:
        buttons = FlowLayout(SPACING // 2)
        for button in (self.train, self.go_on, self.view, self.revert):
            buttons.addWidget(button)
        # At the right so little that three buttons fit in the narrowest column.
        margins = (SPACING, SPACING // 2, SPACING // 2, SPACING)
        text_column = column(self._head, self._lines, margins=margins)
        text_column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        text_column.addLayout(buttons)
        self.setLayout(text_column)

    def _button(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tooltip)
        return button

    @property
    def text(self) -> str:
        """The text of the strip; empty while it is hidden."""
        if self._state is None:
            return ""
        labels: tuple[QLabel, ...] = (self._head, self._lines)
        return "\n".join(label.text() for label in labels if label.text())

    def set_state(self, state: StripState | None) -> None:
        """Show ``state``; None hides the strip."""
        if state == self._state:
            return
        self._state = state
        self.setVisible(state is not None)
        if state is not None:
            self._show(state)
            # Deferred to the event loop: the area gets its new height first.
            QTimer.singleShot(0, self, self._keep_focus_in_sight)

    def _keep_focus_in_sight(self) -> None:
        """Scroll to the field that is being edited if the strip has taken its place."""
        field = self._fields.focusWidget()
        if field is not None and field.hasFocus() and self._fields.isAncestorOf(field):
            self._fields.ensureWidgetVisible(field, 0, SPACING)

    def _show(self, state: StripState) -> None:
        self._head.setText(state.head)
        self._show_lines(state.lines)
        idle = not state.is_busy
        self.train.setVisible(idle and not state.is_viewing)
        self.train.setEnabled(state.can_train)
        self.go_on.setVisible(idle and state.can_continue and not state.is_viewing)
        self.view.setVisible(idle)
        self.view.setText(tr("Back to my edits") if state.is_viewing else tr("Show as trained"))
        self.view.setToolTip(
            tr("Show what is edited again")
            if state.is_viewing
            else tr("Show the trained recipe here; the edits are kept")
        )
        self.setToolTip("\n".join(state.lines))
        self.setAccessibleName(state.head)
        self.setAccessibleDescription("\n".join(state.lines))

    def _show_lines(self, lines: tuple[str, ...]) -> None:
        rest = len(lines) - MAX_LINES
        shown = lines if self._is_open or rest <= 0 else lines[:MAX_LINES]
        self._lines.setText("\n".join(shown))
        self._lines.setVisible(bool(shown))
        self.more.setVisible(rest > 0)
        if rest > 0:
            self.more.setText(tr("Fewer") if self._is_open else tr("and {n:,} more", n=rest))

    def _on_more_clicked(self) -> None:
        self._is_open = not self._is_open
        if self._state is not None:
            self._show_lines(self._state.lines)

    def _on_view_clicked(self) -> None:
        self.view_requested.emit(self._state is not None and not self._state.is_viewing)
