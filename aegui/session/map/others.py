"""Other networks beside the one that is shown: their maps, and their images under one cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.placing import CodeSpace, placed, way_words
from aegui.core.latent.projections import ProjectionOptions, plane, project
from aegui.core.run_file.saved import load_run
from aegui.core.sampled import sampled
from aegui.session.jobs.costs import QUICK, QUICK_BATCH, encode_cost, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.map.codes_service import codes_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

MOST = 2
"""Networks beside the one that is shown."""
MOST_SAMPLES = 2000
"""Samples that tell where a place is, unless the maps ask for others."""
_PLANE = 2


@dataclass(frozen=True, eq=False)
class Other:
    """A network beside the one that is shown.

    Attributes:
        key: What it was chosen as.
        name: What a person reads.
        codec: The network.
        has_prior: Whether its codes have the prior N(0, I).
    """

    key: str
    name: str
    codec: Codec
    has_prior: bool


@dataclass(frozen=True, eq=False)
class Mapped:
    """Where the samples are for one network.

    Attributes:
        of: The network.
        space: Its codes.
        places: float32 ``[n, 2]``: the codes, or of more than two numbers their PCA plane; None
            without an encoder.
    """

    of: Other
    space: CodeSpace
    places: NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class Compared:
    """The networks with the same samples.

    Attributes:
        indices: Places of the samples in the set, int64 ``[n]`` ascending.
        shown: The network that is shown.
        others: Those beside it.
    """

    indices: NDArray[np.int64]
    shown: Mapped
    others: tuple[Mapped, ...]


@dataclass(frozen=True, eq=False)
class OtherImage:
    """What another network makes of the cursor's place.

    Attributes:
        key: Which network.
        code: The place in its space, float32 ``[d]``.
        image: float32 ``[C*H*W]``.
        words: How the place was found.
    """

    key: str
    code: NDArray[np.float32]
    image: NDArray[np.float32]
    words: str


class Others(Service):
    """Keeps up to two further networks, encodes the samples with them, and decodes with them."""

    changed = Signal()
    """Other ``others``."""
    renewed = Signal()
    """One of ``others`` has other weights."""
    compared = Signal(object)
    """A ``Compared``."""
    decoded = Signal(object)
    """``OtherImage`` of each, a tuple."""
    refused = Signal(str)
    """Why a network cannot be compared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.others: tuple[Other, ...] = ()
        """The networks beside the one that is shown, in the order they were chosen."""
        self._shown: Other | None = None
        self._dataset: Dataset | None = None
        self._indices: NDArray[np.int64] | None = None
        self._is_live = False
        self._lookers: frozenset[str] = frozenset()
        self.way = "samples"
        """How places are found, a key of ``WAYS``."""
        self.latest: Compared | None = None
        """What was told last of the networks that there are; None where nothing is known."""
        self._cursor: NDArray[np.float32] | None = None
        self._subject = object()
        self._codes = Derived("aegui-others", self)
        self._codes.answered.connect(self._on_codes_answered)
        self._images = Derived("aegui-others-image", self)
        self._images.answered.connect(self.decoded)
        self._files = Derived("aegui-others-file", self)
        self._files.answered.connect(self.add)
        self._files.failed.connect(self.refused)
        for answers in (self._codes, self._images):
            answers.set_active(False)

    def set_active(self, active: bool, who: str) -> None:
        """Whether ``who`` looks; nothing is computed while nobody does."""
        self._lookers = self._lookers | {who} if active else self._lookers - {who}
        for answers in (self._codes, self._images):
            answers.set_active(bool(self._lookers))

    def set_way(self, way: str) -> None:
        """Find places in this way, a key of ``WAYS``."""
        self.way = way
        self._decode()

    def set_dataset(self, dataset: Dataset) -> None:
        """Compare with the samples of ``dataset``."""
        if dataset is self._dataset:
            return
        self._dataset, self._indices = dataset, None
        fit = tuple(each for each in self.others if _fits(each.codec, dataset))
        self._subject, self.latest = object(), None
        if len(fit) != len(self.others):
            self.others = fit
            self.changed.emit()
        self._renew()

    def set_indices(self, indices: NDArray[np.int64]) -> None:
        """Compare with these samples of the set, int64 ``[n]`` ascending."""
        if self._indices is None or not np.array_equal(indices, self._indices):
            self._indices = indices
            self._subject, self.latest = object(), None
            self._renew()

    def set_shown(self, shown: Other | None, *, live: bool = False) -> None:
        """The network that is shown; ``live`` while it changes all the time."""
        before = self._shown
        self._shown, self._is_live = shown, live
        if shown is None or before is None or not _same_space(before.codec, shown.codec):
            self._subject, self.latest = object(), None
        self._renew()

    def add(self, other: Other) -> bool:
        """Put ``other`` beside the network shown; False, and ``refused`` says why, if it cannot."""
        if any(each.key == other.key for each in self.others):
            self.replace(other)
            return True
        reason = self._why_not(other)
        if reason:
            self.refused.emit(reason)
            return False
        self._set_others((*self.others, other))
        return True

    def open(self, path: Path) -> None:
        """Put the run in a file beside the network shown, once it has been read."""
        self._files.ask(lambda: _opened(path), path)

    def replace(self, other: Other) -> None:
        """``other`` takes the place of the one with its key: it has learnt, or an epoch changed."""
        others = tuple(other if each.key == other.key else each for each in self.others)
        self.others = others
        self._renew()
        self.renewed.emit()

    def remove(self, key: str) -> None:
        """Compare with that network no more."""
        self._set_others(tuple(each for each in self.others if each.key != key))

    def look(self, z: NDArray[np.float32]) -> None:
        """Decode the place of ``z`` ``[d]`` with every other network; the newest place wins."""
        self._cursor = z
        self._decode()

    def _set_others(self, others: tuple[Other, ...]) -> None:
        self.others = others
        self._subject, self.latest = object(), None
        self.changed.emit()
        self._renew()

    def _why_not(self, other: Other) -> str:
        dataset = self._dataset
        if len(self.others) >= MOST:
            return tr("There are {n} other networks already: remove one first.", n=MOST)
        if dataset is not None and not _fits(other.codec, dataset):
            return tr(
                "{name} takes images of {theirs} pixels, this set has images of {ours}.",
                name=other.name,
                theirs="x".join(map(str, other.codec.image_shape)),
                ours="x".join(map(str, dataset.image_shape)),
            )
        return ""

    def _renew(self) -> None:
        shown, dataset, others = self._shown, self._dataset, self.others
        if shown is None or dataset is None or not others or not _fits(shown.codec, dataset):
            self._codes.forget()
            return
        indices = self._indices
        if indices is None:
            indices = sampled(len(dataset), MOST_SAMPLES, 0)
        every = (shown, *others)
        found = indices
        work = len(found) * sum(max(encode_cost(each.codec), each.codec.pixels) for each in every)
        self._codes.compute(
            lambda _report, cancelled: _compared(every, dataset, found, cancelled),
            self._subject,
            quick=work <= QUICK_BATCH and all(is_quick(each.codec, 0) for each in every),
            gentle=self._is_live,
        )

    def _decode(self) -> None:
        latest, z, way = self.latest, self._cursor, self.way
        if latest is None or z is None or latest.shown.space.size != len(z):
            return
        codecs = [each.of.codec for each in latest.others]
        cost = sum(codec.cost for codec in codecs)
        self._images.ask(
            lambda: _images(latest, z, way),
            self._subject,
            quick=all(is_quick(codec, cost, QUICK) for codec in codecs),
        )

    @Slot(object)
    def _on_codes_answered(self, compared: Compared) -> None:
        self.latest = compared
        self.compared.emit(compared)
        self._decode()


def _fits(codec: Codec, dataset: Dataset) -> bool:
    return codec.image_shape == dataset.image_shape


def _same_space(a: Codec, b: Codec) -> bool:
    return a.latent_size == b.latent_size and a.image_shape == b.image_shape


def _opened(path: Path) -> Other:
    run = load_run(path)
    codec = run.codec(run.best_run)
    return Other(f"file:{path}", path.stem, codec, run.recipe.has_prior)


def _compared(
    every: tuple[Other, ...], dataset: Dataset, indices: NDArray[np.int64], cancelled: IsCancelled
) -> Compared:
    shown, *others = (_mapped(each, dataset, indices, cancelled) for each in every)
    return Compared(indices, shown, tuple(others))


def _mapped(
    other: Other, dataset: Dataset, indices: NDArray[np.int64], cancelled: IsCancelled
) -> Mapped:
    codec = other.codec
    codes = codes_of(codec, dataset, indices, cancelled) if codec.can_encode else None
    if codes is None:
        return Mapped(other, CodeSpace(codec.latent_size, None, other.has_prior), None)
    codes.setflags(write=False)
    places = plane(codes)
    if codec.latent_size > _PLANE:
        places = project("pca", codes, ProjectionOptions()).places
    return Mapped(other, CodeSpace(codec.latent_size, codes, other.has_prior), places)


def _images(compared: Compared, z: NDArray[np.float32], way: str) -> tuple[OtherImage, ...]:
    here, found = compared.shown.space, []
    for each in compared.others:
        code, taken = placed(z, here, each.space, way)
        image = each.of.codec.decode(code)[0]
        found.append(OtherImage(each.of.key, code, image, way_words(taken, here, each.space)))
    return tuple(found)
