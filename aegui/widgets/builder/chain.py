"""The chain of layer cards: the drawing of the network that is its editor."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from aegui.core.i18n import mark, tr
from aegui.widgets.builder import edits
from aegui.widgets.builder.card import CardState, LayerCard
from aegui.widgets.builder.gap import LayerGap
from aegui.widgets.builder.words import architecture

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from aegui.core.network.resolve import Problem
    from aegui.core.recipe import Recipe
    from aegui.widgets.builder.edits import Place

_FIELD_TEXTS = {
    "units": mark("{layer}: units"),
    "activation": mark("{layer}: activation"),
    "slope": mark("{layer}: slope"),
    "dropout": mark("{layer}: dropout"),
}

_GHOST_OFFSET = QPoint(8, -14)
_GHOST_OPACITY = 0.8


class LayerChain(QWidget):
    """Cards from the input to the output with the connections between them.

    Signals:
        recipe_edited(Recipe, str): A wished recipe and the words for undoing the edit.
        card_focused(QWidget): The card that should be scrolled into sight.
        drag_moved(QPoint): The pointer in the chain's coordinates while a card is dragged.
    """

    recipe_edited = Signal(object, str)
    card_focused = Signal(object)
    drag_moved = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe: Recipe | None = None
        self._pixels = 1
        self._is_locked = False
        self._places: tuple[Place, ...] = ()
        self._focus_next: int | None = None
        self._drag_target: int | None = None
        self._ghost: QLabel | None = None
        self.cards: list[LayerCard] = []
        self.gaps: list[LayerGap] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)

    # ------------------------------------------------------------------- state

    def set_state(
        self, recipe: Recipe, pixels: int, problems: tuple[Problem, ...], detail: str
    ) -> None:
        """Show the network of ``recipe`` for images of ``pixels`` numbers.

        Cards stay where they are and are only told what changed, so that a field that is being
        typed in, the focus and the place of the scroll bar survive every edit.
        """
        chain = edits.places(recipe.network)
        if self._recipe is None or len(chain) != len(self.cards):
            self._fit_cards(recipe, chain)
        self._recipe, self._pixels, self._places = recipe, pixels, chain
        specs = [edits.layer_at(recipe.network, place, pixels) for place in chain]
        widest = max(spec.units for spec in specs)
        words = _problem_words(chain, problems)
        for i, (card, place, spec) in enumerate(zip(self.cards, chain, specs, strict=True)):
            inputs = specs[i - 1].units if i else spec.units
            card.set_state(
                CardState(place, spec, inputs, widest, words[i], detail if i == 0 else "")
            )
        self._show_gaps()
        self._restore_focus()

    def set_locked(self, locked: bool) -> None:
        """Whether nothing may be edited now."""
        self._is_locked = locked
        for card in self.cards:
            card.set_locked(locked)
        if self._recipe is not None:
            self._show_gaps()

    def _show_gaps(self) -> None:
        assert self._recipe is not None
        for i, gap in enumerate(self.gaps):
            above, below = self.cards[i].state(), self.cards[i + 1].state()
            gap.set_state(
                (above.place.title, below.place.title),
                (above.share, below.share),
                (above.spec.units + 1) * below.spec.units,
                not self._is_locked and edits.can_insert(self._recipe.network, i),
            )

    def _fit_cards(self, recipe: Recipe, chain: tuple[Place, ...]) -> None:
        """As many cards as places, put in or taken out where the layers differ."""
        while len(self.cards) < len(chain):
            self._insert_card(self._first_difference(recipe, chain))
        while len(self.cards) > len(chain):
            self._drop_card(min(self._first_difference(recipe, chain), len(self.cards) - 1))
        self._arrange()

    def _first_difference(self, recipe: Recipe, chain: tuple[Place, ...]) -> int:
        """Index of the first card that stands for another layer; new cards stand for any."""
        for i, (card, place) in enumerate(zip(self.cards, chain, strict=False)):
            spec = edits.layer_at(recipe.network, place, self._pixels)
            if not card.may_show(place.part, spec):
                return i
        return min(len(self.cards), len(chain))

    def _insert_card(self, index: int) -> None:
        card = LayerCard(self)
        card.set_locked(self._is_locked)
        self._connect_card(card)
        self.cards.insert(index, card)
        if len(self.cards) > 1:
            gap = LayerGap(self)
            gap.clicked.connect(partial(self._on_gap_clicked, gap))
            self.gaps.append(gap)

    def _drop_card(self, index: int) -> None:
        card = self.cards.pop(index)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is card or card.isAncestorOf(focused))
        if had_focus and self._focus_next is None:
            self._focus_next = index
        for widget in (card, self.gaps.pop()):
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _arrange(self) -> None:
        """Cards and gaps in turn, also for Tab."""
        for i, card in enumerate(self.cards):
            self._column.insertWidget(2 * i, card)
            if i < len(self.gaps):
                self._column.insertWidget(2 * i + 1, self.gaps[i])
        # A widget can take the focus only once it is shown; the layout would show it later.
        for widget in (*self.cards, *self.gaps):
            widget.show()
        stops = [widget for card in self.cards for widget in card.tab_order()]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _restore_focus(self) -> None:
        if self._focus_next is None:
            return
        index = min(self._focus_next, len(self.cards) - 1)
        self._focus_next = None
        self.cards[index].setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------- edits

    def _connect_card(self, card: LayerCard) -> None:
        card.layer_edited.connect(partial(self._on_layer_edited, card))
        card.remove_requested.connect(partial(self._on_remove_requested, card))
        card.add_requested.connect(partial(self._on_add_requested, card))
        card.move_requested.connect(partial(self._on_move_requested, card))
        card.focus_step_requested.connect(partial(self._on_focus_step_requested, card))
        card.focused.connect(partial(self.card_focused.emit, card))
        card.dragged.connect(partial(self._on_card_dragged, card))
        card.dropped.connect(partial(self._on_card_dropped, card))

    def _emit(self, recipe: Recipe, text: str, focus: int | None = None) -> None:
        if recipe == self._recipe:
            return
        self._focus_next = focus
        self.recipe_edited.emit(recipe, text)

    def _on_layer_edited(self, card: LayerCard, field: str, value: object) -> None:
        assert self._recipe is not None
        place = card.state().place
        changed = edits.with_layer(self._recipe, place, field, value)
        self._emit(changed, tr(_FIELD_TEXTS[field], layer=place.title))

    def _on_gap_clicked(self, gap: LayerGap, _checked: bool = False) -> None:
        self._add(self.gaps.index(gap))

    def _on_add_requested(self, card: LayerCard) -> None:
        # After the output there is nothing: there, the new layer goes before it.
        self._add(min(self.cards.index(card), len(self.gaps) - 1))

    def _add(self, gap: int) -> None:
        assert self._recipe is not None
        if not edits.can_insert(self._recipe.network, gap):
            return
        changed, place = edits.insert_layer(self._recipe, gap, self._pixels)
        text = tr("Add a layer: {sizes}", sizes=architecture(changed.network, self._pixels))
        self._emit(changed, text, place)

    def _on_remove_requested(self, card: LayerCard) -> None:
        assert self._recipe is not None
        place, index = card.state().place, self.cards.index(card)
        if not place.is_hidden:
            return
        changed = edits.remove_layer(self._recipe, place)
        text = tr(
            "Remove {layer}: {sizes}",
            layer=place.title,
            sizes=architecture(changed.network, self._pixels),
        )
        # The card that moves into its place; a mirrored twin above takes one more away.
        above = place.part == "decoder" and place.twin is not None
        self._emit(changed, text, index - 1 if above else index)

    def _on_move_requested(self, card: LayerCard, step: int) -> None:
        index = self.cards.index(card)
        self._move(index, index - 2 if step < 0 else index + 1)

    def _move(self, index: int, gap: int) -> None:
        assert self._recipe is not None
        if not 0 <= gap < len(self.gaps):
            return
        changed, place = edits.move_layer(self._recipe, index, gap)
        text = tr("Move {layer}", layer=self._places[index].title)
        self._emit(changed, text, place)

    def _on_focus_step_requested(self, card: LayerCard, step: int) -> None:
        index = self.cards.index(card) + step
        if 0 <= index < len(self.cards):
            self.cards[index].setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- dragging

    def _on_card_dragged(self, card: LayerCard, place: QPoint) -> None:
        pointer = self.mapFromGlobal(place)
        if self._ghost is None:
            self._ghost = self._make_ghost(card)
            card.set_lifted(True)
        self._ghost.move(card.x() + _GHOST_OFFSET.x(), pointer.y() + _GHOST_OFFSET.y())
        self._drag_target = self._nearest_gap(pointer.y())
        for i, gap in enumerate(self.gaps):
            gap.set_target(i == self._drag_target)
        self.drag_moved.emit(pointer)

    def _make_ghost(self, card: LayerCard) -> QLabel:
        """A picture of the card that follows the pointer, seen through for the place beneath."""
        picture = card.grab()
        faded = QPixmap(picture.size())
        faded.setDevicePixelRatio(picture.devicePixelRatio())
        faded.fill(Qt.GlobalColor.transparent)
        painter = QPainter(faded)
        painter.setOpacity(_GHOST_OPACITY)
        painter.drawPixmap(0, 0, picture)
        painter.end()
        ghost = QLabel(self)
        ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        ghost.setPixmap(faded)
        ghost.adjustSize()
        ghost.show()
        return ghost

    def _on_card_dropped(self, card: LayerCard, _place: QPoint) -> None:
        target, index = self._drag_target, self.cards.index(card)
        self._end_drag()
        if target is not None:
            self._move(index, target)

    def _nearest_gap(self, y: int) -> int:
        distances = [abs(gap.geometry().center().y() - y) for gap in self.gaps]
        return distances.index(min(distances))

    def _end_drag(self) -> None:
        self._drag_target = None
        if self._ghost is not None:
            self._ghost.hide()
            self._ghost.deleteLater()
            self._ghost = None
        for card in self.cards:
            card.grip.cancel()
            card.set_lifted(False)
        for gap in self.gaps:
            gap.set_target(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape calls a drag off."""
        if event.key() == Qt.Key.Key_Escape and self._ghost is not None:
            self._end_drag()
        else:
            super().keyPressEvent(event)


def _problem_words(chain: tuple[Place, ...], problems: tuple[Problem, ...]) -> list[str]:
    """For each place what is wrong there; a mirrored layer's problem is told once."""
    words: list[list[str]] = [[] for _ in chain]
    for problem in problems:
        if not problem.where.startswith("network."):
            continue
        for i, place in enumerate(chain):
            if problem.where == place.path or problem.where.startswith(place.path + "."):
                words[i].append(problem.message)
                break
    return ["\n".join(messages) for messages in words]
