"""A message in place of a panel that has nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget

from aegui.kit.layouts import PageStack, column, held, hint, row
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QWidget

_WIDEST_PX = 520


class Placeholder(PageStack):
    """Shows ``content``, or a message in its place, at first ``text``, optionally with a button.

    A message needs less room than the content: an empty panel does not scroll for its sake.
    """

    def __init__(self, content: QWidget, text: str = "") -> None:
        super().__init__()
        self._label = hint()
        self._label.setMaximumWidth(_WIDEST_PX)
        self.offer = QPushButton()
        line = row(1, (self._label, 1000), 1)
        self._offers = column(self.offer, spacing=SPACING)
        self._offers.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        # Panels reach to their edges.
        margins = (SPACING, 0, SPACING, 0)
        self.addWidget(held(column(1, line, self._offers, 1, spacing=SPACING, margins=margins)))
        self.addWidget(content)
        self.say(text)

    def sizeHint(self) -> QSize:
        """Return that of the larger page: the content finds its room when it comes."""
        return QStackedWidget.sizeHint(self)

    @property
    def message(self) -> str:
        """Return the message; "" while the content is shown."""
        return self._label.text() if self.currentIndex() == 0 else ""

    def say(self, text: str, offer: str = "") -> None:
        """Show the message ``text``; ``offer`` is the label of the button, "" for none."""
        self._label.setText(text)
        self.offer.setText(offer)
        self.offer.setVisible(bool(offer))
        self.setCurrentIndex(0)

    def add_offer(self, text: str, tip: str = "") -> QPushButton:
        """Add another button below that of ``offer``; unlike it, it is always shown."""
        button = QPushButton(text)
        button.setToolTip(tip)
        self._offers.addWidget(button)
        return button

    def show_content(self) -> None:
        """Show the content."""
        self.setCurrentIndex(1)

    def show_content_if(self, has_content: bool) -> None:
        """Show the content if there is any, otherwise the last message."""
        self.setCurrentIndex(int(has_content))
