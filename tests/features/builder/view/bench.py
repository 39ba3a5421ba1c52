"""Helper that operates the builder by keys, menus and number fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import ConvSpec, LayerSpec, NetworkSpec, NormSpec, PoolSpec
from aegui.widgets.form.fields import CountField, NumberField
from tests.features.builder.view.desk import Desk

if TYPE_CHECKING:
    from aegui.features.builder.view.builder_panel import BuilderPanel
    from aegui.features.builder.view.card import LayerCard

CONTROL = Qt.KeyboardModifier.ControlModifier

CONV = NetworkSpec(
    encoder=(
        ConvSpec(channels=16, stride=2),
        NormSpec(activation="relu"),
        PoolSpec(),
        LayerSpec(units=20),
    )
)
DIGITS = Dataset.from_images("digits", np.zeros((20, 28, 28)), labels=list("01" * 10))


class Bench(Desk):
    panel: BuilderPanel

    @property
    def cards(self) -> list[LayerCard]:
        return self.panel.chain.cards

    @property
    def titles(self) -> list[str]:
        return [card.state().planned.name for card in self.cards]

    def focus(self, index: int) -> LayerCard:
        self.cards[index].setFocus()
        assert self.cards[index].hasFocus()
        return self.cards[index]

    def add(self, gap: int, kind: str = "dense") -> None:
        """Click the plus at ``gap`` and choose a kind of layer from its menu."""
        chain = self.panel.chain
        chain.gaps[gap].click()
        assert chain.menu is not None
        action = next(action for action in chain.menu.actions() if action.data() == kind)
        action.trigger()
        chain.menu.close()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """Send a key to the focused widget."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, modifier or Qt.KeyboardModifier.NoModifier)


def unfold(card: LayerCard) -> None:
    """Show the folded settings of ``card``, if it has any."""
    if card.body.more is not None:
        card.body.more.setChecked(True)


def number(card: LayerCard, field: str) -> CountField | NumberField:
    """Return the editor of a number on ``card``."""
    editor = card.fields[field]
    assert isinstance(editor, CountField | NumberField)
    return editor
