"""Comparison with other networks: their maps, and their images for the code at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.i18n import tr
from aegui.core.latent.placing import CodeSpace, method_words, placed
from aegui.core.latent.projections import ProjectionOptions, plane, project
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import load_run
from aegui.core.sampled import sampled
from aegui.session.jobs.costs import QUICK, QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service
from aegui.session.map.codes_service import codes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

MAX = 2
"""Maximum number of networks to compare with the displayed one."""
MAX_SAMPLES = 2000
"""Number of samples that relate the codes of two networks, unless the maps set others."""
_PLANE = 2


@dataclass(frozen=True, eq=False)
class Other:
    """A network to compare with the displayed one."""

    key: str
    """Key of the choice."""
    title: str | Callable[[], str]
    """Displayed name, or a function that returns it in the current language."""
    codec: Codec
    """The network."""
    has_prior: bool
    """Whether its codes have the prior N(0, I)."""

    @property
    def name(self) -> str:
        """Return the name in the current language."""
        return self.title if isinstance(self.title, str) else self.title()


@dataclass(frozen=True, eq=False)
class Mapped:
    """The map of a network."""

    of: Other
    """The network."""
    space: CodeSpace
    """Its codes."""
    coordinates: NDArray[np.float32] | None
    """Of the samples, float32 ``[n, 2]``: the codes, or their PCA plane if they have more than two
    components; None without an encoder."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Maps of several networks for the same samples."""

    indices: NDArray[np.int64]
    """Indices of the samples in the dataset, int64 ``[n]`` ascending."""
    shown: Mapped
    """The displayed network."""
    others: tuple[Mapped, ...]
    """The other networks."""


@dataclass(frozen=True, eq=False)
class OtherImage:
    """The image of another network for the code at the cursor."""

    key: str
    """Key of the network."""
    code: NDArray[np.float32]
    """The corresponding code in its space, float32 ``[d]``."""
    image: NDArray[np.float32]
    """float32 ``[C*H*W]``."""
    words: str
    """How the code was found."""


class Others(Service):
    """Holds up to two further networks, and encodes and decodes with them."""

    changed = Signal()
    """Emitted when ``others`` has changed."""
    renewed = Signal()
    """Emitted when one of ``others`` has other weights."""
    compared = Signal(object)
    """Emitted with a ``Compared``."""
    decoded = Signal(object)
    """Emitted with a tuple of ``OtherImage``, one for each network."""
    refused = Signal(object)
    """Emitted with the reason why a network cannot be compared."""

    def __init__(self) -> None:
        super().__init__()
        self.others: tuple[Other, ...] = ()
        """The networks to compare with, in the order they were chosen."""
        self._shown: Other | None = None
        self._dataset: Dataset | None = None
        self._indices: NDArray[np.int64] | None = None
        self._is_live = False
        self._lookers: frozenset[str] = frozenset()
        self.method = "samples"
        """How corresponding codes are found, a key of ``WAYS``."""
        self.latest: Compared | None = None
        """The last emitted maps of the current networks; None if they are unknown."""
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

    def set_active(self, active: bool, user: str) -> None:
        """Set whether the view ``user`` is visible; nothing is computed while none is."""
        self._lookers = self._lookers | {user} if active else self._lookers - {user}
        for answers in (self._codes, self._images):
            answers.set_active(bool(self._lookers))

    def set_method(self, method: str) -> None:
        """Set how corresponding codes are found, a key of ``WAYS``."""
        self.method = method
        self._decode()

    def set_dataset(self, dataset: Dataset) -> None:
        """Set the dataset to compare with."""
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
        """Compare with these samples of the dataset, int64 ``[n]`` ascending."""
        if self._indices is None or not np.array_equal(indices, self._indices):
            self._indices = indices
            self._subject, self.latest = object(), None
            self._renew()

    def set_shown(
        self, shown: Other | None, renewed: Sequence[Other] = (), *, live: bool = False
    ) -> None:
        """Set the displayed network; ``live`` while it changes continuously.

        ``renewed`` replace those of ``others`` with their keys, which have other weights now.
        """
        self._take_renewed(renewed)
        before = self._shown
        self._shown, self._is_live = shown, live
        if shown is None or before is None or not _same_space(before.codec, shown.codec):
            self._subject, self.latest = object(), None
        self._renew()
        if renewed:
            self.renewed.emit()

    def add(self, other: Other) -> bool:
        """Add ``other`` to the comparison; emit ``refused`` and return False if impossible."""
        if any(each.key == other.key for each in self.others):
            self._take_renewed((other,))
            self._renew()
            self.renewed.emit()
            return True
        reason = self._why_not(other)
        if reason:
            self.refused.emit(reason)
            return False
        self._set_others((*self.others, other))
        return True

    def open(self, path: Path) -> None:
        """Add the run in a file to the comparison once it has been read."""
        self._files.ask(lambda: _opened(path), path)

    def remove(self, key: str) -> None:
        """Remove the network ``key`` from the comparison."""
        self._set_others(tuple(each for each in self.others if each.key != key))

    def decode(self, z: NDArray[np.float32]) -> None:
        """Decode the code ``z`` ``[d]`` with every other network; the latest code wins."""
        self._cursor = z
        self._decode()

    def _take_renewed(self, renewed: Sequence[Other]) -> None:
        by_key = {each.key: each for each in renewed}
        self.others = tuple(by_key.get(each.key, each) for each in self.others)

    def _set_others(self, others: tuple[Other, ...]) -> None:
        self.others = others
        self._subject, self.latest = object(), None
        self.changed.emit()
        self._renew()

    def _why_not(self, other: Other) -> str:
        dataset = self._dataset
        if len(self.others) >= MAX:
            return tr("There are {n} other networks already: remove one first.", n=MAX)
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
            indices = sampled(len(dataset), MAX_SAMPLES, 0)
        every, found = (shown, *others), indices
        # Networks of files and of fixed epochs stay as they are.
        known = () if self.latest is None else self.latest.others
        due = [each for each in every if _known(each, known) is None]
        work = len(found) * sum(max(each.codec.encode_cost, each.codec.pixels) for each in due)
        self._codes.compute(
            lambda _report, cancelled: _compared(every, dataset, found, known, cancelled),
            self._subject,
            quick=all(is_quick(each.codec, work, QUICK_BATCH) for each in due),
            gentle=self._is_live,
        )

    def _decode(self) -> None:
        latest, z, method = self.latest, self._cursor, self.method
        if latest is None or z is None or latest.shown.space.size != len(z):
            return
        codecs = [each.of.codec for each in latest.others]
        cost = sum(codec.cost for codec in codecs)
        self._images.ask(
            lambda: _images(latest, z, method),
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
    every: tuple[Other, ...],
    dataset: Dataset,
    indices: NDArray[np.int64],
    known: Sequence[Mapped],
    cancelled: IsCancelled,
) -> Compared:
    shown, *others = (
        _known(each, known) or _mapped(each, dataset, indices, cancelled) for each in every
    )
    return Compared(indices, shown, tuple(others))


def _known(other: Other, known: Sequence[Mapped]) -> Mapped | None:
    return next((each for each in known if each.of is other), None)


def _mapped(
    other: Other, dataset: Dataset, indices: NDArray[np.int64], cancelled: IsCancelled
) -> Mapped:
    codec = other.codec
    codes = codes_of(codec, dataset, indices, cancelled) if codec.can_encode else None
    if codes is None:
        return Mapped(other, CodeSpace(codec.latent_size, None, other.has_prior), None)
    codes.setflags(write=False)
    coordinates = plane(codes)
    if codec.latent_size > _PLANE:
        coordinates = project("pca", codes, ProjectionOptions()).coordinates
    return Mapped(other, CodeSpace(codec.latent_size, codes, other.has_prior), coordinates)


def _images(compared: Compared, z: NDArray[np.float32], method: str) -> tuple[OtherImage, ...]:
    source, found = compared.shown.space, []
    for each in compared.others:
        code, used = placed(z, source, each.space, method)
        image = each.of.codec.decode(code)[0]
        found.append(OtherImage(each.of.key, code, image, method_words(used, source, each.space)))
    return tuple(found)
