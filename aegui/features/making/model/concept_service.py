"""Concepts: directions in latent space from one set of samples to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.latent.concepts import Concept, concept
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import stride_for
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.map.codes_service import codes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.features.making.model.making import MakingSubject

MAX_IN_A_BOX = 2_000
"""Of larger boxes an evenly spaced subset of this size is used."""
STOPS = 7
"""Number of images along the slider."""


@dataclass(frozen=True)
class Box:
    """A box for samples: its letter in the formula, its title and its meaning."""

    letter: str
    title: str
    help: str


BOXES: Mapping[str, Box] = {
    "plus": Box("A", mark("With"), mark("Samples with the property of the concept.")),
    "minus": Box(
        "B",
        mark("Without"),
        mark("Samples without it. While it is empty, all samples of the set are used."),
    ),
    "start": Box(
        "C",
        mark("Apply to"),
        mark("The sample that the concept is applied to. While it is empty: the mean of B."),
    ),
}
"""The boxes of the formula C + A - B."""


@dataclass(frozen=True, eq=False)
class ConceptResult:
    """A concept and its effect on a base code."""

    concept: Concept
    """The direction with its range."""
    base: NDArray[np.float32]
    """The code that it is applied to, float32 ``[d]``."""
    amounts: NDArray[np.float32]
    """``STOPS`` amounts from one end of the slider to the other."""
    images: NDArray[np.float32]
    """Decoded images at these amounts, float32 ``[STOPS, C, H, W]``."""

    def code(self, amount: float) -> NDArray[np.float32]:
        """Return the code ``[d]`` at ``amount``: ``base + amount * direction``."""
        step = np.array(self.concept.direction, np.float32)
        return np.asarray(self.base + np.float32(amount) * step, np.float32)


@dataclass(frozen=True, eq=False)
class Applied:
    """The result at one amount: code ``[d]`` and decoded image ``[C, H, W]``."""

    amount: float
    code: NDArray[np.float32]
    image: NDArray[np.float32]


class ConceptService(Service):
    """Computes the direction from one box of samples to another, and decodes along it."""

    computed = Signal(object)
    """A ``ConceptResult``, or None without one; in the thread that owns this object."""
    boxes_changed = Signal()
    """Emitted when the samples in a box have changed."""
    failed = Signal(object)
    """Why there is no concept."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: MakingSubject | None = None
        self._boxes: dict[str, tuple[int, ...]] = dict.fromkeys(BOXES, ())
        self.stored: Concept | None = None
        """The kept concept used instead of the boxes A and B."""
        self.start: tuple[float, ...] = ()
        """The code the concept is applied to, if it is not that of samples."""
        self.amount = 1.0
        """The amount of the concept, in steps."""
        self.latest: ConceptResult | None = None
        """The last result, if it is still valid."""
        self.applied: Applied | None = None
        """What was decoded last with a result that is still valid."""
        self._token = object()
        self._results = Derived("aegui-concept", self)
        self._results.set_active(False)
        self._results.answered.connect(self._on_results_answered)
        self._results.failed.connect(self._on_results_failed)
        self.places = Derived("aegui-concept-place", self)
        """Answers with an ``Applied``, in the thread that owns this object."""
        self.places.answered.connect(self._on_places_answered)

    def box(self, key: str) -> tuple[int, ...]:
        """Return the indices of the samples in a box."""
        return self._boxes[key]

    def set_active(self, active: bool) -> None:
        """Set whether a visible view needs the result; nothing is computed while none does."""
        self._results.set_active(active)

    def set_subject(self, subject: MakingSubject | None) -> None:
        """Set network and samples; None clears the concept."""
        before, self._subject = self._subject, subject
        has_other_samples = (
            before is None or subject is None or before.dataset is not subject.dataset
        )
        if has_other_samples:
            self._empty()
        if subject is None:
            self._forget()
            return
        if before is None or before.codec.latent_size != subject.codec.latent_size:
            self.start = ()
            self.stored = None
            self._forget()
        elif not has_other_samples and _is_same(before, subject):
            return
        self._renew()

    def set_box(self, key: str, indices: tuple[int, ...]) -> None:
        """Replace the samples in a box."""
        indices = tuple(dict.fromkeys(indices))
        if indices == self._boxes[key]:
            return
        self._boxes[key] = indices
        if key == "start":
            self.start = ()
        else:
            self.stored = None
        self.boxes_changed.emit()
        self._renew(afresh=True)

    def add(self, key: str, indices: tuple[int, ...]) -> None:
        """Add samples to a box."""
        self.set_box(key, (*self._boxes[key], *indices))

    def set_stored(self, stored: Concept | None) -> None:
        """Use a kept concept instead of the boxes A and B; None uses the boxes again."""
        if stored != self.stored:
            self.stored = stored
            self._renew(afresh=True)

    def set_start(self, code: tuple[float, ...]) -> None:
        """Apply the concept to a code, such as that of a pin, instead of samples."""
        self._boxes["start"] = ()
        self.start = code
        self.boxes_changed.emit()
        self._renew(afresh=True)

    def set_amount(self, amount: float) -> None:
        """Set the amount of the concept, in steps, and decode there."""
        self.amount = amount
        self._apply()

    def _empty(self) -> None:
        """Empty the boxes: indices refer to another set, and a pin may be of another document."""
        was_filled = any(self._boxes.values()) or bool(self.start)
        self._boxes, self.start = dict.fromkeys(BOXES, ()), ()
        if was_filled:
            self.boxes_changed.emit()

    def _forget(self) -> None:
        self._token = object()
        self._results.forget()
        self.places.forget()
        if self.latest is not None:
            self.latest = self.applied = None
            self.computed.emit(None)

    def _renew(self, *, afresh: bool = False) -> None:
        subject, stored, boxes = self._subject, self.stored, dict(self._boxes)
        if subject is None:
            return
        if stored is None and not boxes["plus"]:
            self._forget()
            return
        if afresh:
            self._token = object()
        start = np.array(self.start, np.float32)
        self._results.ask(
            lambda: _computed(subject, boxes, stored, start),
            self._token,
            quick=is_quick(subject.codec, _work(subject, boxes, stored), QUICK_BATCH),
            gentle=subject.is_live,
        )

    @Slot(object)
    def _on_results_answered(self, result: ConceptResult) -> None:
        self.latest = result
        self.computed.emit(result)
        self._apply()

    @Slot(object)
    def _on_results_failed(self, reason: str) -> None:
        self._forget()
        self.failed.emit(reason)

    @Slot(object)
    def _on_places_answered(self, applied: Applied) -> None:
        self.applied = applied

    def _apply(self) -> None:
        result, subject, amount = self.latest, self._subject, self.amount
        if result is None or subject is None:
            return
        codec = subject.codec
        self.places.ask(
            lambda: _applied(codec, result, amount),
            self._token,
            quick=is_quick(codec, codec.cost),
            gentle=False,
        )


def _is_same(before: MakingSubject, after: MakingSubject) -> bool:
    is_same_network = before.codec is after.codec and before.codes is after.codes
    return is_same_network and before.is_live == after.is_live


def _work(
    subject: MakingSubject, boxes: Mapping[str, tuple[int, ...]], stored: Concept | None
) -> int:
    """Return the multiplications needed for one result."""
    keys = ("start",) if stored is not None else tuple(boxes)
    counts = [len(boxes[key]) for key in keys]
    if subject.codes is None and not boxes["minus" if stored is None else "start"]:
        # The samples that stand for the whole set have to be encoded first.
        counts.append(len(subject.dataset))
    encoded = sum(min(count, MAX_IN_A_BOX) for count in counts)
    return encoded * subject.codec.encode_cost + STOPS * subject.codec.cost


def _computed(
    subject: MakingSubject,
    boxes: Mapping[str, tuple[int, ...]],
    stored: Concept | None,
    start: NDArray[np.float32],
) -> ConceptResult:
    codec = subject.codec
    if not codec.can_encode and (stored is None or boxes["start"]):
        raise AeguiError(tr("A GAN has no encoder: its samples have no codes to compare."))
    codes = {
        key: _codes(subject, indices)
        for key, indices in boxes.items()
        if indices and (stored is None or key == "start")
    }
    has_base = "start" in codes or len(start) == codec.latent_size
    if "minus" not in codes and not (stored is not None and has_base):
        codes["minus"] = _all_codes(subject)
    found = stored if stored is not None else concept(codes["plus"], codes["minus"])
    base = start
    if len(start) != codec.latent_size:
        base = codes["start" if "start" in codes else "minus"].mean(axis=0)
    amounts = np.linspace(found.low, found.high, STOPS, dtype=np.float32)
    line = base + amounts[:, np.newaxis] * np.array(found.direction, np.float32)
    images = codec.decode(line).reshape(-1, *codec.image_shape)
    return ConceptResult(found, base, amounts, images)


def _codes(subject: MakingSubject, indices: tuple[int, ...]) -> NDArray[np.float32]:
    """Return codes ``[n, d]`` of samples; of many samples only an evenly spaced subset."""
    chosen = np.array(indices, np.int64)
    if len(chosen) > MAX_IN_A_BOX:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MAX_IN_A_BOX).astype(int)]
    return codes_of(subject.codec, subject.dataset, chosen)


def _all_codes(subject: MakingSubject) -> NDArray[np.float32]:
    """Return codes ``[n, d]`` that stand for all samples; without an encoder that of the origin."""
    if not subject.codec.can_encode:
        return np.zeros((1, subject.codec.latent_size), np.float32)
    if subject.codes is not None:
        values = subject.codes.values
        return values[:: stride_for(len(values), MAX_IN_A_BOX)]
    count = len(subject.dataset)
    some = np.linspace(0, count - 1, min(count, MAX_IN_A_BOX)).astype(int)
    return _codes(subject, tuple(some.tolist()))


def _applied(codec: Codec, result: ConceptResult, amount: float) -> Applied:
    code = result.code(amount)
    return Applied(amount, code, codec.decode(code).reshape(codec.image_shape))
