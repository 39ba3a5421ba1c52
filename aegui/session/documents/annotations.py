"""Annotations of a document: places and concepts of the map, a challenge, a drawing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from aegui.core.i18n import tr
from aegui.core.latent.concepts import MAX_NAME
from aegui.core.run_file.document import PinnedCode
from aegui.session.documents.edit_command import KeptCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike

    from aegui.core.latent.concepts import Concept
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.run_file.challenge import KeptChallenge
    from aegui.session.documents.draft import DraftState
    from aegui.session.documents.undo_history import UndoHistory


class Annotations(QObject):
    """The pins, the concepts, the challenge and the drawing of the open document."""

    pins_changed = Signal(object)
    """Emitted with the tuple of ``PinnedCode`` on the map, in their order."""
    concepts_changed = Signal(object)
    """Emitted with the tuple of ``Concept``."""
    challenge_changed = Signal(object)
    """Emitted with a ``KeptChallenge``, or None."""
    drawing_read = Signal(object)
    """Emitted with the ``DrawingState`` of a document that was opened, or None."""
    edited = Signal()
    """Emitted after an edit by the user, before the signals of the parts."""

    def __init__(self, history: UndoHistory | None = None, parent: QObject | None = None) -> None:
        """Create empty annotations; with a ``history``, edits are undoable."""
        super().__init__(parent)
        self._history = history
        self.pins: tuple[PinnedCode, ...] = ()
        """The pins on the map."""
        self.concepts: tuple[Concept, ...] = ()
        """The concepts that were added."""
        self.challenge: KeptChallenge | None = None
        """The goal to reach; None if there is none."""
        self._read: DrawingState | None = None
        """The drawing that the document was opened with."""
        self._brought: DrawingState | None = None
        self._drawing_now: Callable[[], DrawingState | None] | None = None
        self._clean = self._asked_about

    @property
    def _asked_about(self) -> object:
        return self.pins, self.concepts, self.challenge

    @property
    def is_edited(self) -> bool:
        """Return whether pins, concepts or challenge differ from the clean state."""
        return self._clean != self._asked_about

    def set_clean(self) -> None:
        """Mark the current state as the one in the file."""
        self._clean = self._asked_about

    def take(
        self,
        pins: tuple[PinnedCode, ...],
        concepts: tuple[Concept, ...],
        challenge: KeptChallenge | None = None,
        drawing: DrawingState | None = None,
    ) -> None:
        """Set the annotations of another document; call ``announce`` to emit the signals."""
        self.pins, self.concepts, self.challenge = pins, concepts, challenge
        self._read = self._brought = drawing
        self.set_clean()

    def announce(self) -> None:
        """Emit the current state."""
        self.pins_changed.emit(self.pins)
        self.concepts_changed.emit(self.concepts)
        self.challenge_changed.emit(self.challenge)
        # Emit the drawing only once: it may have been replaced since, by a sample of the document.
        brought, self._brought = self._brought, None
        self.drawing_read.emit(brought)

    def set_challenge(
        self, challenge: KeptChallenge | None, text: str, of: DraftState | None = None
    ) -> None:
        """Set the challenge of the document.

        ``text`` names it in the undo history. With ``of`` it belongs to the step that has just led
        to this draft.
        """
        if challenge == self.challenge:
            return
        if self._history is None:
            self._show_challenge(challenge)
            return
        step = KeptCommand(
            self._show_challenge, self.challenge, challenge, text, now=lambda: self.challenge
        )
        if of is None:
            self._history.push(step)
        else:
            self._history.push_joined(step, of)

    def reach_challenge(self, reached: KeptChallenge) -> None:
        """Note that a training has reached the challenge, which is no step of undo."""
        self._show_challenge(reached)

    def _show_challenge(self, challenge: KeptChallenge | None) -> None:
        self.challenge = challenge
        self.edited.emit()
        self.challenge_changed.emit(challenge)

    @property
    def drawing(self) -> DrawingState | None:
        """The drawing to save with the document; None if there is none."""
        return self._read if self._drawing_now is None else self._drawing_now()

    def follow_drawing(self, now: Callable[[], DrawingState | None]) -> None:
        """Save what ``now`` returns with the document; this does not mark it as modified."""
        self._drawing_now = now

    def pin(self, z: ArrayLike, name: str = "") -> None:
        """Pin the code ``z`` ``[d]`` under ``name``, by default the next free number.

        A code that is not finite is ignored, as a file could not store it.
        """
        self.pin_all([z], name)

    def pin_all(self, codes: Iterable[ArrayLike], name: str = "") -> None:
        """Pin several codes like ``pin``, in one step of undo."""
        pins = self.pins
        for z in codes:
            if np.isfinite(np.asarray(z, np.float32)).all():
                pins = (*pins, _new_pin(pins, z, name[:MAX_NAME]))
        self.set_pins(pins)

    def unpin(self, index: int) -> None:
        """Remove the pin at ``index`` of ``pins``."""
        self.set_pins(self.pins[:index] + self.pins[index + 1 :])

    def replace(self, index: int, pin: PinnedCode) -> None:
        """Replace the pin at ``index`` by ``pin``: moved or renamed."""
        self.set_pins((*self.pins[:index], pin, *self.pins[index + 1 :]))

    def set_pins(self, pins: tuple[PinnedCode, ...]) -> None:
        """Replace all pins."""
        if pins == self.pins:
            return
        if self._history is None:
            self._show_pins(pins)
            return
        before = self.pins
        text, moved = _edit_words(before, pins), _moved(before, pins)
        self._history.push(KeptCommand(self._show_pins, before, pins, text, moved=moved))

    def _show_pins(self, pins: tuple[PinnedCode, ...]) -> None:
        self.pins = pins
        self.edited.emit()
        self.pins_changed.emit(pins)

    def set_concepts(self, concepts: tuple[Concept, ...]) -> None:
        """Replace all concepts."""
        if concepts == self.concepts:
            return
        if self._history is None:
            self._show_concepts(concepts)
            return
        adds = len(concepts) > len(self.concepts)
        text = tr("Keep a concept") if adds else tr("Remove a concept")
        self._history.push(KeptCommand(self._show_concepts, self.concepts, concepts, text))

    def _show_concepts(self, concepts: tuple[Concept, ...]) -> None:
        self.concepts = concepts
        self.edited.emit()
        self.concepts_changed.emit(concepts)


def _new_pin(pins: tuple[PinnedCode, ...], z: ArrayLike, name: str) -> PinnedCode:
    """Return the pin of ``z``, by default with the first number that no place of ``pins`` has."""
    used = {pin.name for pin in pins}
    free = (tr("Pin {n}", n=number) for number in count(1))
    code = tuple(float(value) for value in np.asarray(z, np.float32).reshape(-1))
    return PinnedCode(code, name or next(text for text in free if text not in used))


def _moved(before: tuple[PinnedCode, ...], after: tuple[PinnedCode, ...]) -> int | None:
    """Return the index of the moved pin if exactly one pin was moved and nothing else changed."""
    if len(before) != len(after):
        return None
    changed = [index for index, pin in enumerate(after) if pin != before[index]]
    is_one = len(changed) == 1 and before[changed[0]].name == after[changed[0]].name
    return changed[0] if is_one else None


def _edit_words(before: tuple[PinnedCode, ...], after: tuple[PinnedCode, ...]) -> str:
    """Return the name of an edit of the pins in the undo history."""
    if len(after) != len(before):
        return tr("Pin a place") if len(after) > len(before) else tr("Remove a pin")
    return tr("Change the pins") if _moved(before, after) is None else tr("Move a pin")
