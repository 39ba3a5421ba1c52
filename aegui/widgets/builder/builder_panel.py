"""The builder: the network as a diagram that is its own editor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.widgets.builder.chain import LayerChain
from aegui.widgets.builder.edits import with_mirror
from aegui.widgets.builder.fields import ChoiceField
from aegui.widgets.builder.marks import ProblemLabel, flat_button, wrapped_label
from aegui.widgets.builder.words import architecture, breakable, data_words
from aegui.widgets.theme import SPACING, figures_font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from aegui.core.network.resolve import Resolution
    from aegui.core.recipe import Recipe

_DRAG_MARGIN_PX = 32


class BuilderPanel(QWidget):
    """Presets, undo, the architecture in words, and the chain of layer cards.

    Signals:
        recipe_edited(Recipe, str): A wished recipe and the words for undoing the edit.
        preset_requested(str): Key of the preset to begin from.
        undo_requested(), redo_requested(): The buttons of the header.
    """

    recipe_edited = Signal(object, str)
    preset_requested = Signal(str)
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe: Recipe | None = None
        self._presets: tuple[tuple[str, Recipe], ...] = ()
        self._data_words = ""
        self.chain = LayerChain()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(self._build_choice())
        layout.addLayout(self._build_words())
        layout.addWidget(self._build_scroll(), 1)
        self.chain.recipe_edited.connect(self.recipe_edited)
        self.chain.card_focused.connect(self._on_chain_card_focused)
        self.chain.drag_moved.connect(self._on_chain_drag_moved)
        self.set_undo_state(False, False)

    def _build_choice(self) -> QHBoxLayout:
        self.presets = ChoiceField()
        self.presets.setPlaceholderText(tr("Begin from a preset…"))
        self.presets.setToolTip(tr("Begin from one of the recipes that come with the program"))
        self.presets.setAccessibleName(tr("Presets"))
        self.presets.edited.connect(self._on_presets_edited)
        self.undo = flat_button("edit-undo", tr("Undo"))
        self.redo = flat_button("edit-redo", tr("Redo"))
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, SPACING, 0)
        row.setSpacing(2)
        row.addWidget(self.presets, 1)
        row.addSpacing(4)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        return row

    def _build_words(self) -> QVBoxLayout:
        self._sizes = wrapped_label()
        self._sizes.setFont(figures_font(self.font(), scale=1.1, bold=True))
        self._total = QLabel()
        self._total.setProperty("dim", True)
        self.mirror = QCheckBox(tr("Mirrored decoder"))
        self.mirror.setToolTip(
            tr("The decoder repeats the encoder's layers in reverse: an edit of one changes both")
        )
        self.mirror.toggled.connect(self._on_mirror_toggled)
        self._hint = wrapped_label(tr("The network can be changed again after the training."))
        self._hint.setProperty("dim", True)
        self._hint.hide()
        self.problem = ProblemLabel()
        first = QHBoxLayout()
        first.addWidget(self._sizes, 1)
        first.addWidget(self._total, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setContentsMargins(0, 2, SPACING, 4)
        column.setSpacing(2)
        column.addLayout(first)
        column.addWidget(self.mirror)
        column.addWidget(self._hint)
        column.addWidget(self.problem)
        return column

    def _build_scroll(self) -> QScrollArea:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, SPACING, SPACING)
        column.addWidget(self.chain)
        self._holder = holder
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(holder)
        return self._scroll

    def set_presets(self, presets: tuple[tuple[str, Recipe], ...]) -> None:
        """The recipes to begin from: key and recipe each, in the order of the list."""
        self._presets = presets
        with QSignalBlocker(self.presets):
            self.presets.clear()
            for key, recipe in presets:
                self.presets.add_choice(key, tr(recipe.name) or key, tr(recipe.notes))
        self._show_preset()

    def set_state(self, recipe: Recipe, resolution: Resolution) -> None:
        """Show the draft and what resolving it against the data gave."""
        self._recipe = recipe
        pixels = resolution.layers[0].inputs
        if resolution.resolved is not None:
            self._data_words = data_words(resolution.resolved.dataset)
        self.chain.set_state(recipe, pixels, resolution.problems, self._data_words)
        self._sizes.setText(breakable(architecture(recipe.network, pixels)))
        total = sum(layer.parameters for layer in resolution.layers)
        self._total.setText(trn("{n:,} parameter", "{n:,} parameters", total))
        with QSignalBlocker(self.mirror):
            self.mirror.setChecked(recipe.network.decoder is None)
        self.problem.set_text(_general_problems(resolution))
        self._show_preset()

    def set_undo_state(
        self, can_undo: bool, can_redo: bool, undo_text: str = "", redo_text: str = ""
    ) -> None:
        """Whether there is something to undo and redo, and what, for the tooltips."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        undo = tr("Undo: {what}", what=undo_text) if undo_text else tr("Undo")
        redo = tr("Redo: {what}", what=redo_text) if redo_text else tr("Redo")
        for button, text in ((self.undo, undo), (self.redo, redo)):
            button.setToolTip(text)
            button.setAccessibleName(text)

    def set_enabled_while_training(self, enabled: bool) -> None:
        """Whether the network may be edited; False locks it, with a hint why."""
        self.chain.set_locked(not enabled)
        self.presets.setEnabled(enabled)
        self.mirror.setEnabled(enabled)
        self._hint.setVisible(not enabled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the card with the focus in sight."""
        super().resizeEvent(event)
        for card in self.chain.cards:
            if card.hasFocus():
                self._on_chain_card_focused(card)

    def _show_preset(self) -> None:
        """Name the preset that the draft still is; none after the first edit."""
        keys = [key for key, recipe in self._presets if recipe == self._recipe]
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(self.presets.findData(keys[0]) if keys else -1)

    def _on_presets_edited(self, key: str) -> None:
        # The draft decides what the list shows; it will say so when it has changed.
        self._show_preset()
        self.preset_requested.emit(key)

    def _on_mirror_toggled(self, mirrored: bool) -> None:
        if self._recipe is None:
            return
        text = tr("Mirror the encoder") if mirrored else tr("Decoder of its own")
        self.recipe_edited.emit(with_mirror(self._recipe, mirrored), text)

    def _on_chain_card_focused(self, card: QWidget) -> None:
        # A new card has no place before the layout has been done; gone cards scroll nothing.
        QTimer.singleShot(0, card, partial(self._scroll.ensureWidgetVisible, card, 0, SPACING))

    def _on_chain_drag_moved(self, pointer: QPoint) -> None:
        place = self.chain.mapTo(self._holder, pointer)
        self._scroll.ensureVisible(0, place.y(), 0, _DRAG_MARGIN_PX)


def _general_problems(resolution: Resolution) -> str:
    """Problems of the network that belong to none of its layers."""
    return "\n".join(
        problem.message for problem in resolution.problems if problem.where == "network"
    )
