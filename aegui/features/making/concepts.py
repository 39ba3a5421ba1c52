"""Connects the concept page to the samples, the map and the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from aegui.core.i18n import tr
from aegui.features.making.model.concept_service import BOXES
from aegui.features.making.model.making import Making
from aegui.features.making.view.panel import MakingPanel

if TYPE_CHECKING:
    from aegui.core.latent.concepts import Concept
    from aegui.features.making.model.concept_service import Applied, ConceptResult
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow
    from aegui.shell.reach import Reach


class ConceptWork(QObject):
    """Fills the boxes from the map and sends results to the map, the pins and the editor."""

    def __init__(
        self,
        services: Services,
        window: FeatureWindow,
        reach: Reach,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._page = window.panel(MakingPanel).concept
        self._canvas = window.canvas
        self._reach = reach
        self._concepts = services.of(Making).concepts
        self._lacked_encoder = False
        self._connect()
        self._show_samples()
        self._show_stored()
        self.show_pins()
        self._on_concepts_computed(self._concepts.latest)
        if self._concepts.applied is not None:
            self._on_concepts_applied(self._concepts.applied)

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update samples and kept concepts for the fields in ``changed``."""
        if "dataset" in changed:
            self._show_samples()
        if "network" in changed:
            self._show_stored()

    def _connect(self) -> None:
        services, page, concepts = self._services, self._page, self._concepts
        services.workspace.annotations.concepts_changed.connect(self._show_stored)
        concepts.computed.connect(self._on_concepts_computed)
        concepts.places.answered.connect(self._on_concepts_applied)
        concepts.boxes_changed.connect(self._show_boxes)
        concepts.failed.connect(page.set_status)
        page.added.connect(concepts.add)
        page.chosen.connect(concepts.set_box)
        page.selection_requested.connect(self._on_page_selection_requested)
        page.cursor_requested.connect(self._on_page_cursor_requested)
        page.boxes["start"].pin_chosen.connect(self._on_start_pin_chosen)
        page.strip.amount_edited.connect(concepts.set_amount)
        page.keep_requested.connect(self._on_page_keep_requested)
        page.stored_chosen.connect(self._on_page_stored_chosen)
        page.stored_removed.connect(self._on_page_stored_removed)
        page.show_place.clicked.connect(self._on_page_show_requested)
        page.pin.clicked.connect(self._on_page_pin_requested)
        page.draw.clicked.connect(self._on_page_draw_requested)

    # Samples

    @Slot()
    def _show_samples(self) -> None:
        shown = self._services.shown
        dataset, image_style = shown.dataset, shown.image_style
        names = dataset.labels if image_style.glyphs else dataset.names
        order = np.argsort(dataset.class_indices, kind="stable")
        ends = np.cumsum(np.bincount(dataset.class_indices, minlength=len(dataset.classes)))
        members = [tuple(part.tolist()) for part in np.split(order, ends[:-1])]
        self._page.set_samples(dataset.images, names, dataset.classes, members, image_style)
        self._show_boxes()

    @Slot()
    def _show_boxes(self) -> None:
        for key in BOXES:
            self._page.boxes[key].set_indices(self._concepts.box(key))
        self.show_pins()

    def show_pins(self) -> None:
        """Offer the pins as starting points of a concept."""
        pins = self._services.workspace.annotations.pins
        start = self._concepts.start
        current = next((pin.name for pin in pins if pin.z == start), "")
        self._page.boxes["start"].set_pins([pin.name for pin in pins], current)

    @Slot(str)
    def _on_page_selection_requested(self, key: str) -> None:
        chosen = tuple(self._canvas.selection.tolist())
        if chosen:
            self._concepts.add(key, chosen)
        else:
            self._page.set_status(
                tr("Nothing is selected: draw around samples with the lasso (L).")
            )

    @Slot(str)
    def _on_page_cursor_requested(self, key: str) -> None:
        codes, cursor = self._services.shown.codes, self._reach.cursor
        if codes is None or cursor is None or not len(codes.values):
            return
        away = np.square(codes.values - cursor).sum(axis=1)
        self._concepts.add(key, (int(codes.indices[int(np.argmin(away))]),))

    @Slot(int)
    def _on_start_pin_chosen(self, index: int) -> None:
        self._concepts.set_start(self._services.workspace.annotations.pins[index].z)

    # Concepts

    @Slot(object)
    def _on_concepts_computed(self, result: ConceptResult | None) -> None:
        self._page.set_result(result, self._services.shown.image_style)

    @Slot(object)
    def _on_concepts_applied(self, applied: Applied) -> None:
        self._page.set_applied(applied, self._services.shown.image_style)

    @Slot()
    @Slot(object)
    def _show_stored(self, _concepts: object = None) -> None:
        stored, current = self._offered(), self._concepts.stored
        number = stored.index(current) if current in stored else -1
        if current is not None and number < 0:
            self._concepts.set_stored(None)
        self._page.set_stored(stored, number)

    def show_ability(self) -> None:
        """Show that a GAN cannot use sample boxes, before the user fills them in vain."""
        codec = self._services.shown.codec
        lacks = codec is not None and not codec.can_encode and self._concepts.stored is None
        if lacks:
            self._page.set_status(tr("A GAN has no encoder: its samples have no codes to compare."))
        elif self._lacked_encoder:
            # The current network can encode: replace the message about the previous one.
            self._page.set_result(self._concepts.latest, self._services.shown.image_style)
        self._lacked_encoder = lacks

    def _offered(self) -> tuple[Concept, ...]:
        """Return the kept concepts that fit the current network's code size."""
        codec = self._services.shown.codec
        size = 0 if codec is None else codec.latent_size
        concepts = self._services.workspace.annotations.concepts
        return tuple(concept for concept in concepts if len(concept.direction) == size)

    @Slot(str)
    def _on_page_keep_requested(self, name: str) -> None:
        result, annotations = self._concepts.latest, self._services.workspace.annotations
        if result is not None:
            named = result.concept.named(name)
            self._concepts.set_stored(named)
            annotations.set_concepts((*annotations.concepts, named))

    @Slot(int)
    def _on_page_stored_chosen(self, index: int) -> None:
        self._concepts.set_stored(self._offered()[index] if index >= 0 else None)
        self._show_stored()

    @Slot(int)
    def _on_page_stored_removed(self, index: int) -> None:
        gone, annotations = self._offered()[index], self._services.workspace.annotations
        annotations.set_concepts(tuple(each for each in annotations.concepts if each is not gone))

    # Result

    @Slot()
    def _on_page_show_requested(self) -> None:
        applied = self._concepts.applied
        if applied is not None:
            self._reach.go_to(applied.code)

    @Slot()
    def _on_page_pin_requested(self) -> None:
        applied = self._concepts.applied
        if applied is not None:
            self._services.workspace.annotations.pin(applied.code)

    @Slot()
    def _on_page_draw_requested(self) -> None:
        applied = self._concepts.applied
        if applied is not None:
            self._reach.draw(applied.image)
