"""Annotations of a document: places and concepts of the map, a challenge, a drawing."""

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
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QUndoStack

    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.core.run_file.concepts import KeptConcept
    from aegui.core.run_file.drawing import KeptDrawing


class Annotations(QObject):
    """The pins, the concepts, the challenge and the drawing of the open document."""

    places_changed = Signal(object)
    """Emitted with the tuple of ``PinnedPlace`` on the map, in their order."""
    concepts_changed = Signal(object)
    """Emitted with the tuple of ``KeptConcept``."""
    challenge_changed = Signal(object)
    """Emitted with a ``KeptChallenge``, or None."""
    drawing_read = Signal(object)
    """Emitted with the ``KeptDrawing`` of a document that was opened, or None."""
    edited = Signal()
    """Emitted after an edit by the user, before the signals of the parts."""

    def __init__(self, history: QUndoStack | None = None, parent: QObject | None = None) -> None:
        """Create empty annotations; with a ``history``, edits are undoable."""
        super().__init__(parent)
        self._history = history
        self.places: tuple[PinnedPlace, ...] = ()
        """The pins on the map."""
        self.concepts: tuple[KeptConcept, ...] = ()
        """The concepts that were added."""
        self.challenge: KeptChallenge | None = None
        """The goal to reach; None if there is none."""
        self._read: KeptDrawing | None = None
        """The drawing that the document was opened with."""
        self._brought: KeptDrawing | None = None
        self._drawing_now: Callable[[], KeptDrawing | None] | None = None
        self._clean = self._asked_about

    @property
    def _asked_about(self) -> object:
        return self.places, self.concepts, self.challenge

    @property
    def is_edited(self) -> bool:
        """Return whether pins, concepts or challenge differ from the clean state."""
        return self._clean != self._asked_about

    def set_clean(self) -> None:
        """Mark the current state as the one in the file."""
        self._clean = self._asked_about

    def take(
        self,
        places: tuple[PinnedPlace, ...],
        concepts: tuple[KeptConcept, ...],
        challenge: KeptChallenge | None = None,
        drawing: KeptDrawing | None = None,
    ) -> None:
        """Set the annotations of another document; call ``announce`` to emit the signals."""
        self.places, self.concepts, self.challenge = places, concepts, challenge
        self._read = self._brought = drawing
        self.set_clean()

    def announce(self) -> None:
        """Emit the current state."""
        self.places_changed.emit(self.places)
        self.concepts_changed.emit(self.concepts)
        self.challenge_changed.emit(self.challenge)
        # Emit the drawing only once: it may have been replaced since, by a sample of the document.
        brought, self._brought = self._brought, None
        self.drawing_read.emit(brought)

    def set_challenge(self, challenge: KeptChallenge | None) -> None:
        """Set the challenge of the document; not undoable."""
        if challenge != self.challenge:
            self.challenge = challenge
            self.edited.emit()
            self.challenge_changed.emit(challenge)

    @property
    def drawing(self) -> KeptDrawing | None:
        """The drawing to save with the document; None if there is none."""
        return self._read if self._drawing_now is None else self._drawing_now()

    def follow_drawing(self, now: Callable[[], KeptDrawing | None]) -> None:
        """Save what ``now`` returns with the document; this does not mark it as modified."""
        self._drawing_now = now

    def pin(self, z: ArrayLike, name: str = "") -> None:
        """Pin the code ``z`` ``[d]`` under ``name``, by default the next free number.

        A code that is not finite is ignored, as a file could not store it.
        """
        self.pin_all([z], name)

    def pin_all(self, codes: Iterable[ArrayLike], name: str = "") -> None:
        """Pin several codes like ``pin``, in one step of undo."""
        places = self.places
        for z in codes:
            if np.isfinite(np.asarray(z, np.float32)).all():
                places = (*places, _new_place(places, z, name[:MAX_NAME]))
        self.set_places(places)

    def unpin(self, index: int) -> None:
        """Remove the pin at ``index`` of ``places``."""
        self.set_places(self.places[:index] + self.places[index + 1 :])

    def replace(self, index: int, place: PinnedPlace) -> None:
        """Replace the pin at ``index`` by ``place``: moved or renamed."""
        self.set_places((*self.places[:index], place, *self.places[index + 1 :]))

    def set_places(self, places: tuple[PinnedPlace, ...]) -> None:
        """Replace all pins."""
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
        """Replace all concepts."""
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


def _new_place(places: tuple[PinnedPlace, ...], z: ArrayLike, name: str) -> PinnedPlace:
    """Return the pin of ``z``, by default with the first number that no place of ``places`` has."""
    taken = {place.name for place in places}
    free = (tr("Pin {n}", n=number) for number in count(1))
    code = tuple(float(value) for value in np.asarray(z, np.float32).reshape(-1))
    return PinnedPlace(code, name or next(text for text in free if text not in taken))


def _moved(before: tuple[PinnedPlace, ...], after: tuple[PinnedPlace, ...]) -> int | None:
    """Return the index of the moved pin if exactly one pin was moved and nothing else changed."""
    if len(before) != len(after):
        return None
    changed = [index for index, place in enumerate(after) if place != before[index]]
    is_one = len(changed) == 1 and before[changed[0]].name == after[changed[0]].name
    return changed[0] if is_one else None


def _edit_words(before: tuple[PinnedPlace, ...], after: tuple[PinnedPlace, ...]) -> str:
    """Return the name of an edit of the pins in the undo history."""
    if len(after) != len(before):
        return tr("Pin a place") if len(after) > len(before) else tr("Remove a pin")
    return tr("Change the pins") if _moved(before, after) is None else tr("Move a pin")
