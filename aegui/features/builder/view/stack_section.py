"""A section for another stack of layers below the network: classifier or discriminator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from aegui.features.builder.view.chain import LayerChain
from aegui.kit.layouts import column, dim, heading
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
    ) -> None:
        super().__init__()
        self.chain = LayerChain(words)
        parts = (heading(title), dim(wrapped_label(help_text)), self.chain)
        self.column = column(*parts, margins=(0, 2 * SPACING, 0, 0))
        self.setLayout(self.column)
