"""The chain of layer cards: a diagram of a stack of layers that is edited in place."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from aegui.core.i18n import made_of, tr
from aegui.core.network.layer_fields import FIELDS
from aegui.core.network.plan import Plan
from aegui.core.recipe.layers import LAYERS
from aegui.features.builder.view import edits
from aegui.features.builder.view.band import LayerGap
from aegui.features.builder.view.card import CardState, LayerCard
from aegui.features.builder.view.card_body import lowered
from aegui.features.builder.view.menus import AddMenu
from aegui.kit.layouts import column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QKeyEvent

    from aegui.core.network.plan import Home, PlannedLayer
    from aegui.core.network.resolve import Problem
    from aegui.core.recipe import AnyLayer, Recipe

_GHOST_OFFSET = QPoint(8, -14)
_GHOST_OPACITY = 0.8


class LayerChain(QWidget):
    """Cards from the input to the output with the connections between them."""

    recipe_edited = Signal(object, object)
    """With Recipe, str: the recipe asked for, and the text of the undo step."""
    card_focused = Signal(object)
    """With QWidget: the card that should be scrolled into view."""
    layer_pointed = Signal(object)
    """Part and index of the layer whose card is hovered or has the focus, or None."""
    drag_moved = Signal(QPoint)
    """The pointer in the chain's coordinates while a card is dragged."""
    vary_requested = Signal(str)
    """The setting at that path is to be varied in a study."""
    remedy_requested = Signal(object)
    """With Problem: the remedy offered for the problem is to be applied."""

    def __init__(self, words: Callable[[Recipe], str]) -> None:
        """``words`` returns the layer sizes of an edited recipe for the text of the undo step."""
        super().__init__()
        self._words = words
        self.recipe: Recipe | None = None
        """The recipe that edits start from; its stack is the one shown."""
        self._plan = Plan((), ())
        self._reported: object = None
        self._mended: list[Problem | None] = []
        self._is_locked = False
        self._focus_next: int | tuple[Home, str] | None = None
        self._drag_target: int | None = None
        self._ghost: QLabel | None = None
        self.menu: AddMenu | None = None
        """The last opened menu of new layers, or None."""
        self.cards: list[LayerCard] = []
        """From the input to the output."""
        self.gaps: list[LayerGap] = []
        """Between them."""
        self._column = column(1, spacing=0)
        self.setLayout(self._column)

    # ------------------------------------------------------------------- state

    def set_state(
        self,
        recipe: Recipe,
        plan: Plan,
        problems: tuple[Problem, ...],
        details: tuple[str, ...] = (),
        remedies: Mapping[Problem, str] = MappingProxyType({}),
    ) -> None:
        """Show ``plan``, a stack of ``recipe``, with ``problems`` and ``remedies`` on its cards.

        Cards are kept and only updated, so that a field being typed in, the focus and the scroll
        position survive every edit.
        """
        chain_state = (plan, problems, details, dict(remedies))
        # The same recipe again means a rejected edit: the fields must be reset to it.
        is_same = self._reported == chain_state and recipe != self.recipe
        self.recipe, self._plan, self._reported = recipe, plan, chain_state
        if is_same:
            self._restore_focus()
            return
        if [card.kind for card in self.cards] != [planned.kind for planned in plan.layers]:
            self._fit_cards(plan)
        widest = max(planned.units or 1 for planned in plan.layers)
        found = _problems_by_layer(plan.layers, problems)
        self._mended = [
            next((one for one in in_layer if one in remedies), None) for in_layer in found
        ]
        for i, (card, planned) in enumerate(zip(self.cards, plan.layers, strict=True)):
            mended = self._mended[i]
            card.set_state(
                CardState(
                    planned,
                    widest,
                    "\n".join(problem.message for problem in found[i]),
                    details if i == 0 else (),
                    plan.is_mixed,
                    "" if mended is None else remedies[mended],
                )
            )
        self._show_gaps()
        self._restore_focus()

    def set_lit(self, planned: tuple[str, int] | None) -> None:
        """Highlight the card of that part and index, and ask for it to be scrolled into view."""
        for card, other in zip(self.cards, self._plan.layers, strict=True):
            is_lit = planned == (other.part, other.index)
            if is_lit and not card.is_lit and not card.underMouse():
                self.card_focused.emit(card)
            card.set_lit(is_lit)

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        if locked == self._is_locked:
            return
        self._is_locked = locked
        for card in self.cards:
            card.set_locked(locked)
        if self.recipe is not None:
            self._show_gaps()

    def _show_gaps(self) -> None:
        assert self.recipe is not None
        for i, gap in enumerate(self.gaps):
            above, below = self.cards[i].state(), self.cards[i + 1].state()
            slot = self._plan.slots[i]
            gap.set_state(
                (above.planned.name, below.planned.name),
                (above.share, below.share if below.planned.units is not None else above.share),
                below.planned.parameters,
                not self._is_locked and edits.can_insert(self.recipe, slot),
                self._plan.why_closed if slot is None else "",
            )

    def _fit_cards(self, plan: Plan) -> None:
        """Match the cards to the layers by kind, keeping the common prefix and suffix."""
        if self._ghost is not None:
            # The dragged card may be removed, and would not report the end of its drag.
            self._end_drag()
        layers, old = plan.layers, self.cards
        head = 0
        while head < min(len(old), len(layers)) and old[head].can_represent(layers[head]):
            head += 1
        tail = 0
        while tail < min(len(old), len(layers)) - head and old[-1 - tail].can_represent(
            layers[-1 - tail]
        ):
            tail += 1
        # Cards between prefix and suffix are reused in order if their kinds match.
        rest = old[head : len(old) - tail]
        changed = layers[head : len(layers) - tail]
        spare = list(rest)
        cards: list[LayerCard] = []
        for planned in changed:
            found = next((i for i, card in enumerate(spare) if card.kind == planned.kind), None)
            cards.append(self._make_card(planned.kind) if found is None else spare[found])
            if found is not None:
                del spare[: found + 1]
        self.cards = [*old[:head], *cards, *old[len(old) - tail :]]
        for card in (card for card in rest if card not in cards):
            self._drop_card(card, old.index(card))
        self._fit_gaps()
        self._arrange()

    def _make_card(self, kind: str) -> LayerCard:
        card = LayerCard(kind, self)
        card.set_locked(self._is_locked)
        self._connect_card(card)
        return card

    def _drop_card(self, card: LayerCard, index: int) -> None:
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is card or card.isAncestorOf(focused))
        if had_focus and self._focus_next is None:
            self._focus_next = index
        self._discard_widget(card)

    def _fit_gaps(self) -> None:
        count = max(0, len(self.cards) - 1)
        while len(self.gaps) < count:
            gap = LayerGap(self)
            gap.clicked.connect(partial(self._on_gap_clicked, gap))
            self.gaps.append(gap)
        while len(self.gaps) > count:
            self._discard_widget(self.gaps.pop())

    def _discard_widget(self, widget: QWidget) -> None:
        self._column.removeWidget(widget)
        # A field with the focus emits its value when hidden, here for a layer that is gone.
        widget.blockSignals(True)
        widget.hide()
        widget.deleteLater()

    def _arrange(self) -> None:
        """Put cards and gaps into the layout alternately, and set the tab order."""
        for i, card in enumerate(self.cards):
            self._column.insertWidget(2 * i, card)
            if i < len(self.gaps):
                self._column.insertWidget(2 * i + 1, self.gaps[i])
        # Only visible widgets can take the focus, and the layout would show these later.
        for widget in (*self.cards, *self.gaps):
            widget.show()
        stops = [widget for card in self.cards for widget in card.tab_order()]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _restore_focus(self) -> None:
        target, self._focus_next = self._focus_next, None
        if isinstance(target, tuple):
            target = self._plan.find(*target)
        if target is not None:
            index = min(target, len(self.cards) - 1)
            self.cards[index].setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------- edits

    def _connect_card(self, card: LayerCard) -> None:
        card.layer_edited.connect(partial(self._on_layer_edited, card))
        card.vary_requested.connect(self.vary_requested)
        card.remove_requested.connect(partial(self._on_remove_requested, card))
        card.add_requested.connect(partial(self._on_add_requested, card))
        card.add_menu_requested.connect(partial(self._on_add_menu_requested, card))
        card.move_requested.connect(partial(self._on_move_requested, card))
        card.focus_step_requested.connect(partial(self._on_focus_step_requested, card))
        card.problem.remedy_requested.connect(partial(self._on_remedy_requested, card))
        card.focused.connect(partial(self.card_focused.emit, card))
        card.focused.connect(partial(self._on_card_pointed, card, True))
        card.pointed.connect(partial(self._on_card_pointed, card))
        card.grip.dragged.connect(partial(self._on_card_dragged, card))
        card.grip.dropped.connect(partial(self._on_card_dropped, card))

    def _on_card_pointed(self, card: LayerCard, is_pointed: bool) -> None:
        if card not in self.cards:
            return
        if not is_pointed:
            # A focused card stays highlighted when the pointer leaves the cards.
            card = next((one for one in self.cards if one.hasFocus()), card)
            is_pointed = card.hasFocus()
        planned = self._planned(card)
        self.layer_pointed.emit((planned.part, planned.index) if is_pointed else None)

    def _on_remedy_requested(self, card: LayerCard) -> None:
        problem = self._mended[self.cards.index(card)]
        if problem is not None:
            self.remedy_requested.emit(problem)

    def _emit(self, recipe: Recipe, text: str, focus: int | tuple[Home, str] | None = None) -> None:
        if recipe == self.recipe:
            return
        self._focus_next = focus
        self.recipe_edited.emit(recipe, text)

    def _planned(self, card: LayerCard) -> PlannedLayer:
        return self._plan.layers[self.cards.index(card)]

    def _on_layer_edited(self, card: LayerCard, field: str, value: object) -> None:
        assert self.recipe is not None
        planned = self._planned(card)
        label = next(row.label for row in FIELDS[planned.kind] if row.name == field)
        changed = edits.with_layer(self.recipe, planned, field, value)
        self._emit(
            changed, tr("{layer}: {field}", layer=planned.name, field=made_of(lowered, tr(label)))
        )

    def _on_gap_clicked(self, gap: LayerGap, _checked: bool = False) -> None:
        index = self.gaps.index(gap)
        self._open_menu(index, gap.mapToGlobal(gap.rect().center()))

    def _on_add_menu_requested(self, card: LayerCard) -> None:
        index = self._gap_after(card)
        self._open_menu(index, card.mapToGlobal(card.rect().bottomLeft()))

    def _gap_after(self, card: LayerCard) -> int:
        # No gap follows the output: the new layer goes before it.
        return min(self.cards.index(card), len(self.gaps) - 1)

    def _open_menu(self, gap: int, position: QPoint) -> None:
        if not self._can_insert(gap):
            return
        self.menu = AddMenu(self._plan, gap, self)
        self.menu.chosen.connect(partial(self._on_menu_chosen, gap))
        self.menu.popup(position)
        self.menu.setActiveAction(self.menu.actions()[1])

    def _on_menu_chosen(self, gap: int, kind: str) -> None:
        self._insert(gap, edits.new_layer(self._plan, gap, kind))

    def _can_insert(self, gap: int) -> bool:
        assert self.recipe is not None
        return not self._is_locked and edits.can_insert(self.recipe, self._plan.slots[gap])

    def _on_add_requested(self, card: LayerCard) -> None:
        gap = self._gap_after(card)
        if not self._can_insert(gap):
            return
        kind = card.state().planned.kind
        kind = kind if kind in LAYERS else "dense"
        self._insert(gap, edits.new_layer(self._plan, gap, kind))

    def _insert(self, gap: int, layer: AnyLayer) -> None:
        assert self.recipe is not None
        slot = self._plan.slots[gap]
        if slot is None:
            return
        changed = edits.insert_layer(self.recipe, slot, layer)
        text = tr("Add a layer: {sizes}", sizes=self._words(changed))
        self._emit(changed, text, (slot, self._part_below(gap)))

    def _part_below(self, gap: int) -> str:
        """Return the part of a new layer at ``gap``; a mirrored layer belongs to two parts."""
        parts = [self._plan.layers[i].part for i in (gap, gap + 1)]
        if "decoder" in parts or parts[0] == "code":
            return "decoder"
        return next((part for part in parts if part not in {"input", "code", "output"}), "encoder")

    def _on_remove_requested(self, card: LayerCard) -> None:
        assert self.recipe is not None
        planned, index = self._planned(card), self.cards.index(card)
        if planned.home is None:
            return
        changed = edits.remove_layer(self.recipe, planned.home)
        text = tr("Remove {layer}: {sizes}", layer=planned.name, sizes=self._words(changed))
        # Focus the card that moves up; a mirrored twin above is removed as well.
        above = planned.part == "decoder" and planned.twin is not None
        self._emit(changed, text, index - 1 if above else index)

    def _on_move_requested(self, card: LayerCard, step: int) -> None:
        index = self.cards.index(card)
        self._move(index, index - 2 if step < 0 else index + 1)

    def _move(self, index: int, gap: int) -> None:
        assert self.recipe is not None
        planned = self._plan.layers[index]
        slot = self._plan.slots[gap] if 0 <= gap < len(self.gaps) else None
        if planned.home is None or slot is None:
            return
        changed, home = edits.move_layer(self.recipe, planned.home, slot)
        part = planned.part if planned.home[0] == home[0] else self._part_below(gap)
        self._emit(changed, tr("Move {layer}", layer=planned.name), (home, part))

    def _on_focus_step_requested(self, card: LayerCard, step: int) -> None:
        index = self.cards.index(card) + step
        if 0 <= index < len(self.cards):
            self.cards[index].setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------- dragging

    def _on_card_dragged(self, card: LayerCard, position: QPoint) -> None:
        pointer = self.mapFromGlobal(position)
        if self._ghost is None:
            self._ghost = self._make_ghost(card)
            card.set_lifted(True)
        self._ghost.move(card.x() + _GHOST_OFFSET.x(), pointer.y() + _GHOST_OFFSET.y())
        self._drag_target = self._nearest_gap(pointer.y())
        for i, gap in enumerate(self.gaps):
            gap.set_target(i == self._drag_target)
        self.drag_moved.emit(pointer)

    def _make_ghost(self, card: LayerCard) -> QLabel:
        """Return a translucent picture of the card that follows the pointer."""
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

    def _on_card_dropped(self, card: LayerCard, _position: QPoint) -> None:
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
        """Cancel a drag on Escape."""
        if event.key() == Qt.Key.Key_Escape and self._ghost is not None:
            self._end_drag()
        else:
            super().keyPressEvent(event)


def _problems_by_layer(
    layers: tuple[PlannedLayer, ...], problems: tuple[Problem, ...]
) -> list[list[Problem]]:
    """Return the problems of each card; a mirrored layer's problem is reported once."""
    found: list[list[Problem]] = [[] for _ in layers]
    for problem in problems:
        for i, planned in enumerate(layers):
            if planned.part in {"input", "output"} and not planned.path.startswith("network."):
                continue
            if problem.where == planned.path or problem.where.startswith(planned.path + "."):
                found[i].append(problem)
                break
    return found
