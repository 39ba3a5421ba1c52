"""The builder panel: a diagram of the network that is edited in place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.core.network.kinds import KINDS, composition, kind_of, with_kind
from aegui.core.network.plan import discriminator_plan, head_plan, network_plan
from aegui.core.network.presets import PRESETS, with_network
from aegui.core.network.remedies import remedy_of, remedy_words
from aegui.core.network.resolve import classes_learnt
from aegui.core.network.words import (
    architecture,
    breakable,
    count_words,
    data_words,
    large_batch_words,
)
from aegui.core.recipe.edits import numbers_edited, with_value
from aegui.core.training.length import in_batches
from aegui.features.builder.view import edits
from aegui.features.builder.view.chain import LayerChain
from aegui.features.builder.view.edited_strip import EditedStrip
from aegui.features.builder.view.menus import NetworkMenu
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import ElidedLabel, ProblemLabel, flat_button, wrapped_label
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.plan import Plan
    from aegui.core.network.resolve import Problem, Resolution
    from aegui.core.network.shapes import Shape
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


_DRAG_MARGIN_PX = 32
_SHOWN = ("network.", "gan.", "classifier.")
"""Prefixes of the settings shown here; of all others only whether they are above zero matters."""


class BuilderPanel(QWidget):
    """Presets, kind of model, the architecture as text, and the chains of layer cards."""

    recipe_edited = Signal(object, object)
    """The recipe asked for, and the text of the undo step."""
    vary_requested = Signal(str)
    """The setting at that path is to be varied in a study."""
    layer_pointed = Signal(object)
    """Part and index of the hovered layer, or None."""

    def __init__(self) -> None:
        super().__init__()
        self._recipe: Recipe | None = None
        self._image_shape: Shape = (1, 1, 1)
        self._classes = 0
        self._samples = 0
        self._resolved: object = None
        self._dataset: Dataset | None = None
        self._general: Problem | None = None
        self.chain = LayerChain(self._architecture)
        self.head: StackSection | None = None
        self.discriminator: StackSection | None = None
        self._is_locked = False
        self._is_training = self._is_viewing = self._is_withheld = False
        scroll = self._build_scroll()
        self.edited = EditedStrip(scroll)
        self.setLayout(
            column(
                self._build_choice(),
                self._build_kind(),
                self._build_words(),
                (scroll, 1),
                row(self.edited, margins=(0, 0, SPACING, 0)),
                margins=(SPACING, SPACING, 0, 0),
            )
        )
        self._connect_chain(self.chain)
        self.set_undo_state(False, False)

    def _build_choice(self) -> QHBoxLayout:
        self.preset = dim(ElidedLabel())
        self.gallery = QPushButton(tr("Gallery…"))
        self.gallery.setToolTip(tr("Start from one of the shipped networks"))
        self.set_preset("")
        self.undo = flat_button("edit-undo", tr("Undo"))
        self.redo = flat_button("edit-redo", tr("Redo"))
        line = row((self.preset, 1), self.gallery, spacing=2, margins=(0, 0, SPACING, 0))
        line.addSpacing(4)
        line.addWidget(self.undo)
        line.addWidget(self.redo)
        return line

    def _build_kind(self) -> QVBoxLayout:
        self.kind = ChoiceField(KINDS.values())
        self.kind.setAccessibleName(tr("Kind of model"))
        self.kind.setToolTip(
            tr("What kind of model: sets code, noise and penalties, all of which can be edited")
        )
        self.kind.edited.connect(self._on_kind_edited)
        self.networks = NetworkMenu(self)
        self.networks.chosen.connect(self._on_network_chosen)
        self.networks_button = QToolButton()
        self.networks_button.setText(tr("Networks"))
        self.networks_button.setToolTip(
            tr(
                "Replace this network by a well-known one. The training settings stay, but many "
                "samples in one batch become small batches."
            )
        )
        self.networks_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.networks_button.setMenu(self.networks)
        # Reserve room: the menu indicator would otherwise be painted over the text.
        width = self.networks_button.sizeHint().width() + 2 * SPACING
        self.networks_button.setMinimumWidth(width)
        self._composition = dim(wrapped_label())
        line = row((self.kind, 1), self.networks_button, spacing=6)
        return column(line, self._composition, spacing=2, margins=(0, 0, SPACING, 0))

    def _build_words(self) -> QVBoxLayout:
        self._sizes = wrapped_label()
        self._sizes.setFont(figures_font(self.font(), scale=1.1, bold=True))
        self._total = dim()
        self.mirror = QCheckBox(tr("Mirrored decoder"))
        self.mirror.setToolTip(
            tr("The decoder repeats the encoder's layers in reverse: an edit of one changes both")
        )
        self.mirror.toggled.connect(self._on_mirror_toggled)
        self.tied = QCheckBox(tr("Tied weights"))
        self.tied.setToolTip(
            tr("The mirrored layers use the encoder's weights, transposed: half the parameters")
        )
        self.tied.toggled.connect(self._on_tied_toggled)
        self._hint = dim(wrapped_label(tr("The network cannot be edited during a training.")))
        self._hint.hide()
        self.problem = ProblemLabel()
        self.problem.remedy_requested.connect(self._on_problem_remedy_requested)
        self.caution = ProblemLabel(state="warn")
        first = row((self._sizes, 1), spacing=2 * SPACING)
        first.addWidget(self._total, 0, Qt.AlignmentFlag.AlignTop)
        ticks = row(self.mirror, self.tied, 1, spacing=2 * SPACING)
        widgets = (first, ticks, self._hint, self.problem, self.caution)
        return column(*widgets, spacing=2, margins=(0, 2, SPACING, 4))

    def _build_scroll(self) -> QScrollArea:
        self._stacks = column(self.chain, 1, spacing=0, margins=(0, 0, SPACING, SPACING))
        self._holder = held(self._stacks)
        self._scroll = scrolled(self._holder, framed=True)
        return self._scroll

    def set_preset(self, name: str) -> None:
        """Show the name of the gallery recipe that the draft equals; "" if it equals none."""
        self.preset.setText(name or tr("Own recipe"))
        self.preset.setToolTip(name)

    def set_state(self, recipe: Recipe, resolution: Resolution) -> None:
        """Show the draft and the result of resolving it against the data."""
        before, self._recipe = self._recipe, recipe
        resolved = (resolution.dataset, resolution.layers, resolution.parts, resolution.problems)
        is_resolved_alike, self._resolved = resolved == self._resolved, resolved
        numbers = numbers_edited(before, recipe) if before and is_resolved_alike else None
        if numbers and not any(number.startswith(_SHOWN) for number in numbers):
            for chain in self._chains:
                chain.recipe = recipe
        else:
            self._show(recipe, resolution)

    def _show(self, recipe: Recipe, resolution: Resolution) -> None:
        if resolution.dataset is not None:
            self._dataset = resolution.dataset
            self._image_shape = resolution.dataset.image_shape
            self._samples = len(resolution.dataset)
            self._classes = classes_learnt(recipe, resolution.dataset)
        self._show_words(recipe)
        # Needed even if nothing differs: after a rejected edit, boxes and fields must be reset.
        self._show_sizes(recipe, resolution)
        self._show_chains(recipe, resolution)
        self._show_general(recipe, resolution)
        self.caution.set_text(large_batch_words(recipe, self._samples))

    def _show_general(self, recipe: Recipe, resolution: Resolution) -> None:
        """Show the problems of the network that belong to no single layer."""
        paths = {"network", "network.tied"}
        general = [problem for problem in resolution.problems if problem.where in paths]
        remedies = remedy_words(recipe, resolution)
        self._general = next((one for one in general if one in remedies), None)
        offer = "" if self._general is None else remedies[self._general]
        self.problem.set_text("\n".join(problem.message for problem in general), offer)

    @Slot()
    def _on_problem_remedy_requested(self) -> None:
        if self._general is not None:
            self._apply_remedy(self._general)

    def _apply_remedy(self, problem: Problem) -> None:
        """Apply the remedy offered for ``problem``."""
        found = None if self._recipe is None else remedy_of(self._recipe, self._dataset, problem)
        if found is not None:
            self.recipe_edited.emit(found.recipe, found.text)

    def _show_words(self, recipe: Recipe) -> None:
        self.kind.set_value(kind_of(recipe))
        parts = composition(recipe)
        self._composition.setText(" + ".join(parts))
        # A single part is already named by the kind of model.
        self._composition.setVisible(len(parts) > 1)

    def _show_sizes(self, recipe: Recipe, resolution: Resolution) -> None:
        self._sizes.setText(breakable(self._architecture(recipe)))
        layers = (
            *resolution.layers,
            *(layer for part in resolution.parts.values() for layer in part),
        )
        total = sum(layer.parameters for layer in layers)
        self._total.setText(trn("{n:,} parameter", "{n:,} parameters", total))
        mirrored = recipe.network.decoder is None
        for box, on in ((self.mirror, mirrored), (self.tied, recipe.network.tied)):
            with QSignalBlocker(box):
                box.setChecked(on)
        self.tied.setVisible((mirrored and recipe.gan is None) or recipe.network.tied)
        self.mirror.setText(
            tr("Mirrored decoder") if recipe.gan is None else tr("Mirrors the discriminator")
        )
        self.networks.set_image_shape(self._image_shape)

    def _architecture(self, recipe: Recipe) -> str:
        return architecture(network_plan(recipe, self._image_shape))

    def _show_chains(self, recipe: Recipe, resolution: Resolution) -> None:
        data = resolution.dataset
        problems = resolution.problems
        remedies = remedy_words(recipe, resolution)
        plan = network_plan(recipe, self._image_shape)
        self.chain.set_state(recipe, plan, problems, _details(plan, data), remedies)
        if recipe.classifier is not None:
            if self.head is None:
                self.head = self._add_section(
                    tr("Classifier"), tr("On the code: one score for each class of the data.")
                )
            head = head_plan(recipe, self._classes)
            self.head.chain.set_state(recipe, head, problems, (), remedies)
        if recipe.gan is not None:
            if self.discriminator is None:
                self.discriminator = self._add_discriminator()
            with QSignalBlocker(self.own_discriminator):
                self.own_discriminator.setChecked(recipe.gan.discriminator is not None)
            judge = discriminator_plan(recipe, self._image_shape, self._classes)
            details = _details(judge, data)
            self.discriminator.chain.set_state(recipe, judge, problems, details, remedies)
        for section, part in ((self.head, recipe.classifier), (self.discriminator, recipe.gan)):
            if section is not None:
                section.setVisible(part is not None)

    def _add_section(self, title: str, help_text: str) -> StackSection:
        section = StackSection(title, help_text, self._architecture)
        section.chain.set_locked(self._is_locked)
        self._connect_chain(section.chain)
        self._stacks.insertWidget(self._stacks.count() - 1, section)
        return section

    def _add_discriminator(self) -> StackSection:
        section = self._add_section(
            tr("Discriminator"), tr("Classifies images as real or generated.")
        )
        self.own_discriminator = QCheckBox(tr("Layers of its own"))
        self.own_discriminator.setToolTip(
            tr("Off: it has the layers of the encoder of an autoencoder")
        )
        self.own_discriminator.toggled.connect(self._on_own_discriminator_toggled)
        section.column.insertWidget(2, self.own_discriminator)
        return section

    def _connect_chain(self, chain: LayerChain) -> None:
        chain.recipe_edited.connect(self.recipe_edited)
        chain.vary_requested.connect(self.vary_requested)
        chain.remedy_requested.connect(self._apply_remedy)
        chain.card_focused.connect(self._on_chain_card_focused)
        chain.layer_pointed.connect(self.layer_pointed)
        chain.drag_moved.connect(partial(self._on_chain_drag_moved, chain))

    @property
    def _chains(self) -> list[LayerChain]:
        sections = [section for section in (self.head, self.discriminator) if section is not None]
        return [self.chain, *(section.chain for section in sections)]

    def set_lit(self, index: tuple[str, int] | None) -> None:
        """Highlight the card of that part and index; None clears the highlight."""
        for chain in self._chains:
            chain.set_lit(index)

    def set_undo_state(
        self, can_undo: bool, can_redo: bool, undo_text: str = "", redo_text: str = ""
    ) -> None:
        """Enable or disable undo and redo, and show in their tooltips what they affect."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        undo = tr("Undo: {what}", what=undo_text) if undo_text else tr("Undo")
        redo = tr("Redo: {what}", what=redo_text) if redo_text else tr("Redo")
        for button, text in ((self.undo, undo), (self.redo, redo)):
            button.setToolTip(text)
            button.setAccessibleName(text)

    def set_enabled_while_training(self, enabled: bool) -> None:
        """Set whether the network may be edited; False locks it and shows why."""
        self._is_training = not enabled
        self._lock()

    def set_viewing(self, viewing: bool) -> None:
        """Set whether the recipe shown is read-only."""
        if viewing != self._is_viewing:
            self._is_viewing = viewing
            self._lock()

    def set_withheld(self, withheld: bool) -> None:
        """Set whether a teacher file forbids editing the network."""
        self._is_withheld = withheld
        self._lock()

    def _lock(self) -> None:
        self._is_locked = self._is_training or self._is_viewing or self._is_withheld
        enabled = not self._is_locked
        for chain in self._chains:
            chain.set_locked(not enabled)
        widgets = [self.gallery, self.mirror, self.tied, self.kind, self.networks_button]
        if self.discriminator is not None:
            widgets.append(self.own_discriminator)
        for widget in widgets:
            widget.setEnabled(enabled)
        self.problem.set_open(enabled)
        self._hint.setVisible(self._is_training)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the focused card visible."""
        super().resizeEvent(event)
        for card in (card for chain in self._chains for card in chain.cards):
            if card.hasFocus():
                self._on_chain_card_focused(card)

    def _on_mirror_toggled(self, mirrored: bool) -> None:
        if self._recipe is None:
            return
        text = tr("Mirror the encoder") if mirrored else tr("Decoder of its own")
        changed = edits.with_mirror(self._recipe, mirrored, self._image_shape)
        self.recipe_edited.emit(changed, text)

    def _on_tied_toggled(self, tied: bool) -> None:
        if self._recipe is not None:
            changed = with_value(self._recipe, "network.tied", tied)
            self.recipe_edited.emit(changed, tr("Tied weights"))

    def _on_own_discriminator_toggled(self, has_own_layers: bool) -> None:
        if self._recipe is not None:
            changed = edits.with_own_discriminator(self._recipe, has_own_layers, self._image_shape)
            self.recipe_edited.emit(changed, tr("Discriminator of its own"))

    def _on_kind_edited(self, key: str) -> None:
        if self._recipe is None:
            return
        changed = with_kind(self._recipe, key)
        if changed != self._recipe:
            text = tr("Kind of model: {kind}", kind=tr(KINDS[key].label))
            self.recipe_edited.emit(changed, text)

    def _on_network_chosen(self, key: str) -> None:
        if self._recipe is None:
            return
        preset = next(preset for preset in PRESETS if preset.key == key)
        network = preset.make(self._image_shape, self._recipe.network.latent.units)
        changed = in_batches(with_network(self._recipe, network), self._samples)
        if changed != self._recipe:
            text = tr("Network: {sizes}", sizes=self._architecture(changed))
            self.recipe_edited.emit(changed, text)

    def _on_chain_card_focused(self, card: QWidget) -> None:
        # Deferred: a new card has no geometry before layout. A deleted card cancels the timer.
        QTimer.singleShot(0, card, partial(self._scroll.ensureWidgetVisible, card, 0, SPACING))

    def _on_chain_drag_moved(self, chain: LayerChain, pointer: QPoint) -> None:
        place = chain.mapTo(self._holder, pointer)
        self._scroll.ensureVisible(0, place.y(), 0, _DRAG_MARGIN_PX)


def _details(plan: Plan, dataset: Dataset | None) -> tuple[str, ...]:
    """Return the number of samples, preceded by the image size where the input is a flat row."""
    first = plan.layers[0]
    if dataset is None or first.part != "input":
        return ()
    is_row = first.output_shape is not None and len(first.output_shape) == 1
    count = count_words(dataset)
    return (data_words(dataset), count) if is_row else (count,)
