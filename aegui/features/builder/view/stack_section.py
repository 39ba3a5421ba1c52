"""A stack of layers beside the network, under its own heading: classifier or discriminator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from aegui.features.builder.view.chain import LayerChain
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.recipe import Recipe


class StackSection(QWidget):
    """A heading, a line of explanation, and the chain of the stack's cards."""

    def __init__(
        self,
        title: str,
        help_text: str,
        words: Callable[[Recipe], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.chain = LayerChain(words)
        heading = QLabel(title)
        heading.setProperty("heading", True)
        explanation = wrapped_label(help_text)
        explanation.setProperty("dim", True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 2 * SPACING, 0, 0)
        self.column.setSpacing(SPACING // 2)
        for widget in (heading, explanation, self.chain):
            self.column.addWidget(widget)
