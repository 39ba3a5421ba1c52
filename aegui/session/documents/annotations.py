"""What a person keeps in a document: places and concepts of the map, a challenge, a drawing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from aegui.core.i18n import tr
from aegui.core.run_file.document import MAX_NAME
from aegui.core.run_file.saved import PinnedPlace
from aegui.session.documents.edit_command import KeptCommand

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PySide6.QtGui import QUndoStack

    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.run_file.concepts import KeptConcept
    from aegui.core.run_file.drawing import KeptDrawing


class Annotations(QObject):
    """The pins, the concepts, the challenge and the drawing of the open document."""

    places_changed = Signal(object)
    """Tuple of the ``PinnedPlace``s that are pinned on the map, in their order."""
    concepts_changed = Signal(object)
    """Tuple of the ``KeptConcept``s."""
    challenge_changed = Signal(object)
    """A ``KeptChallenge``, or None."""
    drawing_read = Signal(object)
    """A ``KeptDrawing`` that another document has brought, or None."""
    edited = Signal()
    """A person has changed something; comes before the others."""

    def __init__(self, history: QUndoStack | None = None, parent: QObject | None = None) -> None:
        """With a ``history`` edits are steps of it."""
        super().__init__(parent)
        self._history = history
        self.places: tuple[PinnedPlace, ...] = ()
        """What is pinned on the map."""
        self.concepts: tuple[KeptConcept, ...] = ()
        """The concepts that were found."""
        self.challenge: KeptChallenge | None = None
        """What is to be reached; None: nothing."""
        self.drawing: KeptDrawing | None = None
        """What is drawn by hand, to be saved with the document; None: nothing."""
        self._brought: KeptDrawing | None = None
        self._clean = self._asked_about

    @property
    def _asked_about(self) -> object:
        return self.places, self.concepts, self.challenge

    @property
    def is_edited(self) -> bool:
        """Whether pins, concepts or challenge are others than when they were clean."""
        return self._clean != self._asked_about

    def set_clean(self) -> None:
        """What there is now is that of the file."""
        self._clean = self._asked_about

    def take(
        self,
        places: tuple[PinnedPlace, ...],
        concepts: tuple[KeptConcept, ...],
        challenge: KeptChallenge | None = None,
        drawing: KeptDrawing | None = None,
    ) -> None:
        """Hold what another document has; ``announce`` tells of it."""
        self.places, self.concepts, self.challenge = places, concepts, challenge
        self.drawing = self._brought = drawing
        self.set_clean()

    def announce(self) -> None:
        """Say what there is."""
        self.places_changed.emit(self.places)
        self.concepts_changed.emit(self.concepts)
        self.challenge_changed.emit(self.challenge)
        # What is on the paper may have taken its place already, with the samples of the document.
        brought, self._brought = self._brought, None
        self.drawing_read.emit(brought)

    def set_challenge(self, challenge: KeptChallenge | None) -> None:
        """Have ``challenge`` in the document; it is no step to undo."""
        if challenge != self.challenge:
            self.challenge = challenge
            self.edited.emit()
            self.challenge_changed.emit(challenge)

    def keep_drawing(self, drawing: KeptDrawing | None) -> None:
        """Save ``drawing`` with the document; by itself it is nothing to be asked about."""
        self.drawing = drawing

    def pin(self, z: ArrayLike, name: str = "") -> None:
        """Pin the code ``z`` ``[d]`` under ``name``, or else the next free number.

        A code that is not finite is no place; no file could keep it.
        """
        if np.isfinite(np.asarray(z, np.float32)).all():
            self.set_places((*self.places, self._new_place(z, name[:MAX_NAME])))

    def unpin(self, index: int) -> None:
        """Take the pin at ``index`` of ``places`` away."""
        self.set_places(self.places[:index] + self.places[index + 1 :])

    def replace(self, index: int, place: PinnedPlace) -> None:
        """Have ``place`` in place of the pin at ``index``: moved, or under another name."""
        self.set_places((*self.places[:index], place, *self.places[index + 1 :]))

    def set_places(self, places: tuple[PinnedPlace, ...]) -> None:
        """Pin these places, in this order, and no others."""
        if places == self.places:
            return
        if self._history is None:
            self._show_places(places)
            return
        before = self.places
        text, moved = _edit_words(before, places), _moved(before, places)
        self._history.push(KeptCommand(self._show_places, before, places, text, moved=moved))

    def _show_places(self, places: tuple[PinnedPlace, ...]) -> None:
        self.places = places
        self.edited.emit()
        self.places_changed.emit(places)

    def set_concepts(self, concepts: tuple[KeptConcept, ...]) -> None:
        """Keep these concepts and no others."""
        if concepts == self.concepts:
            return
        if self._history is None:
            self._show_concepts(concepts)
            return
        adds = len(concepts) > len(self.concepts)
        text = tr("Keep a concept") if adds else tr("Remove a concept")
        self._history.push(KeptCommand(self._show_concepts, self.concepts, concepts, text))

    def _show_concepts(self, concepts: tuple[KeptConcept, ...]) -> None:
        self.concepts = concepts
        self.edited.emit()
        self.concepts_changed.emit(concepts)

    def _new_place(self, z: ArrayLike, name: str) -> PinnedPlace:
        taken = {place.name for place in self.places}
        free = (tr("Pin {n}", n=number) for number in count(1))
        code = tuple(float(value) for value in np.asarray(z, np.float32).reshape(-1))
        return PinnedPlace(code, name or next(text for text in free if text not in taken))


def _moved(before: tuple[PinnedPlace, ...], after: tuple[PinnedPlace, ...]) -> int | None:
    """The pin that is elsewhere ``after``, by its index, if it is one and all else is the same."""
    if len(before) != len(after):
        return None
    changed = [index for index, place in enumerate(after) if place != before[index]]
    is_one = len(changed) == 1 and before[changed[0]].name == after[changed[0]].name
    return changed[0] if is_one else None


def _edit_words(before: tuple[PinnedPlace, ...], after: tuple[PinnedPlace, ...]) -> str:
    """What an edit of the pins is called among the steps to undo."""
    if len(after) != len(before):
        return tr("Pin a place") if len(after) > len(before) else tr("Remove a pin")
    return tr("Change the pins") if _moved(before, after) is None else tr("Move a pin")
