"""Novelty of an image: a copy of a sample, between samples, or unlike all of them.

The distance to the nearest sample alone says little: some samples are similar anyway. It is
divided by the distance from that sample to its own nearest other one. For glyphs distances are
numbers of pixels (Hamming, thresholded at 0.5), for other images Euclidean. If the network
reconstructs that sample blurred, blur does not count as new: images are compared with the
reconstruction of the sample too.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.data.emoji_words import translated_name
from aegui.core.data.progress import stop_if
from aegui.core.evaluation.neighbours import smallest_columns
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import language, mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import stride_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec


NoveltyKind = Literal["copy", "between", "new"]

MAX_KNOWN = 4096
"""Most samples that images are compared with; larger sets are subsampled evenly."""
NEAREST = 3
"""Default number of nearest samples that are reported."""
COPY_RATIO = 0.25
"""Up to this ratio an image counts as a copy of its nearest sample."""
NEW_RATIO = 1.0
"""From this ratio on an image is new: as far from all samples as they are from one another."""
NOVELTY_WORDS: dict[NoveltyKind, str] = {
    "copy": mark("copy of {a}"),
    "between": mark("between {a} and {b}"),
    "new": mark("new"),
}
"""Kind -> its text; ``{a}`` is the nearest sample, ``{b}`` the next one of another name."""

_BLURRED_RATIO = 1.01 * COPY_RATIO
"""Smallest ratio for images near the reconstruction of a sample, which is no copy of it."""
_CHUNK_NUMBERS = 1 << 22
_FEW = 64
_SAME = 1e-5
"""Squared distances below this share of the squared lengths are rounding errors."""


@dataclass(frozen=True, eq=False)
class ReferenceSamples:
    """Samples that images are compared with. Safe to use in any thread."""

    samples: NDArray[np.float32]
    """float32 ``[N, P]``, thresholded for glyphs; at most ``MAX_KNOWN``, spread evenly over the
    set."""
    indices: NDArray[np.int64]
    """int64 ``[N]``, their indices in the set."""
    labels: tuple[str, ...]
    """Their N labels."""
    names: tuple[str, ...]
    """Their N names."""
    glyphs: bool
    """Whether distances are numbers of differing pixels."""

    @property
    def step(self) -> int:
        """Stride of the samples in the set."""
        return int(self.indices[1] - self.indices[0]) if len(self.indices) > 1 else 1

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """Squared lengths of the samples, ``[N]``."""
        norms: NDArray[np.float32] = np.einsum("ij,ij->i", self.samples, self.samples)
        return norms

    @cached_property
    def nearest_distances(self) -> NDArray[np.float32]:
        """Distance of each sample to its nearest different image, ``[N]``."""
        return distances_to_others(self, np.arange(len(self.samples)))

    @cached_property
    def _measured(self) -> dict[int, float]:
        """Row -> its ``nearest_distances``, for rows that were needed before all are known."""
        return {}

    def nearest_at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ``nearest_distances`` at ``rows`` ``[n]``; few are computed alone."""
        few = set(rows.tolist())
        if "nearest_distances" in vars(self) or len(few) > _FEW:
            return self.nearest_distances[rows]
        unknown = sorted(few.difference(self._measured))
        if unknown:
            found = distances_to_others(self, np.array(unknown, np.int64))
            self._measured.update(zip(unknown, found.tolist(), strict=True))
        return np.array([self._measured[row] for row in rows.tolist()], np.float32)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The distinct labels in the order of their first samples."""
        return tuple(dict.fromkeys(self.labels))

    @cached_property
    def class_indices(self) -> NDArray[np.int64]:
        """For each sample the index of its label in ``classes``, int64 ``[N]``."""
        index_of = {label: index for index, label in enumerate(self.classes)}
        return np.array([index_of[label] for label in self.labels], np.int64)

    @cached_property
    def rows(self) -> dict[int, int]:
        """Index in the set -> row of ``samples``."""
        return {int(index): row for row, index in enumerate(self.indices)}

    def title(self, index: int) -> str:
        """Return the title of the sample at ``index`` of the set.

        A printable character itself; another sample by its name, if it has one.
        """
        row = self.rows[index]
        label, name = self.labels[row], self.names[row]
        is_seen = label.isprintable() and bool(label.strip())
        return label if (self.glyphs and is_seen) or not name else translated_name(name)

    def kind_of(self, index: int) -> str:
        """Return its title without the number within its class: "7 #123"."""
        said = self._kinds.setdefault(language(), {})
        if index not in said:
            label, title = translated_name(self.labels[self.rows[index]]), self.title(index)
            said[index] = label if title.startswith(f"{label} #") else title
        return said[index]

    @cached_property
    def _kinds(self) -> dict[str, dict[int, str]]:
        """Cache of ``kind_of`` by language, which may change."""
        return {}


@dataclass(frozen=True, eq=False)
class Novelties:
    """Novelty of n images."""

    nearest: NDArray[np.int64]
    """int64 ``[n, k]``, indices in the set of the nearest samples, nearest first; k is ``NEAREST``,
    or as requested, at most the number of samples."""
    distances: NDArray[np.float32]
    """float32 ``[n, k]``: differing pixels for glyphs, else Euclidean."""
    ratio: NDArray[np.float32]
    """float32 ``[n]``, the first of ``distances``, or that from the reconstruction of the sample if
    it is smaller, over the distance of the sample to its own nearest other. Only a copy of the
    sample itself has ``COPY_RATIO`` or less."""
    kinds: tuple[NoveltyKind, ...]
    """n kinds."""
    redrawn: NDArray[np.bool_]
    """bool ``[n]``: whether it is as near to the reconstruction of the nearest sample as copies are
    to samples."""


def known(dataset: Dataset, glyphs: bool) -> ReferenceSamples:
    """Return the reference samples of ``dataset``. Quick: nothing is compared yet."""
    step = stride_for(len(dataset), MAX_KNOWN)
    samples = np.asarray(dataset.flat()[::step], np.float32)
    if glyphs:
        samples = (samples > THRESHOLD).astype(np.float32)
    return ReferenceSamples(
        samples,
        np.arange(0, len(dataset), step, dtype=np.int64),
        dataset.labels[::step],
        dataset.names[::step],
        glyphs,
    )


def novelty(
    of: ReferenceSamples,
    images: ArrayLike,
    cancelled: IsCancelled | None = None,
    codec: Codec | None = None,
    count: int = NEAREST,
) -> Novelties:
    """Measure the novelty of each of ``images`` ``[n, P]`` with values in [0, 1].

    Args:
        of: The samples.
        images: The images.
        cancelled: Polled for cancellation.
        codec: The network that drew them; images other than glyphs are compared with its
            reconstructions of their nearest samples too.
        count: Number of nearest samples to report.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    flat = np.asarray(images, np.float32).reshape(-1, of.samples.shape[1])
    flat = np.nan_to_num(flat, nan=0.0, posinf=1.0, neginf=0.0)
    if of.glyphs:
        flat = (flat > THRESHOLD).astype(np.float32)
    count = min(count, len(of.samples))
    near = np.empty((len(flat), count), np.int64)
    away = np.empty((len(flat), count), np.float32)
    least = np.empty(len(flat), np.float32)
    apart = np.full(len(flat), np.inf, np.float32)
    redraws = codec if codec is not None and codec.can_encode and not of.glyphs else None
    for part, squares in _squares(of, flat, cancelled):
        near[part] = smallest_columns(squares, count)
        for index in range(count):
            # By differences: shown distances must be exact, and 0 for a copy.
            gap = flat[part] - of.samples[near[part, index]]
            away[part, index] = _distances(of, np.einsum("ij,ij->i", gap, gap))
        least[part] = away[part, 0]
        if redraws is not None:
            rows, which = np.unique(near[part, 0], return_inverse=True)
            drawn = np.nan_to_num(redraws.reconstruct(of.samples[rows]))
            gap = flat[part] - drawn.reshape(len(rows), -1)[which]
            apart[part] = _distances(of, np.einsum("ij,ij->i", gap, gap))
            least[part] = np.minimum(least[part], apart[part])
    nearest = of.nearest_at(near[:, 0])
    ratios = away[:, 0] / nearest
    # Only images like the sample itself are copies: a barely trained network draws one blurred
    # image for all.
    ratio = np.where(ratios <= COPY_RATIO, ratios, np.maximum(least / nearest, _BLURRED_RATIO))
    ratio = ratio.astype(np.float32)
    kinds = tuple(_kind(value) for value in ratio.tolist())
    return Novelties(of.indices[near], away, ratio, kinds, apart <= COPY_RATIO * nearest)


def novelty_words(of: ReferenceSamples, found: Novelties, i: int) -> str:
    """Describe image ``i``: "copy of a", "a as the network draws it", "between o and e"."""
    kind = found.kinds[i]
    names = [of.kind_of(index) for index in found.nearest[i].tolist()]
    others = [name for name in names[1:] if name != names[0]]
    if kind == "between" and found.redrawn[i]:
        return tr("{a} as the network draws it", a=names[0])
    if kind == "between" and not others:
        return tr("between samples of {a}", a=names[0])
    return tr(NOVELTY_WORDS[kind], a=names[0], b=others[0] if others else "")


def distances_to_others(of: ReferenceSamples, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the distance of the samples at ``rows`` ``[m]`` to the nearest other image, ``[m]``.

    If there is none, about the distance of two random images.
    """
    found = np.empty(len(rows), np.float32)
    for part, squares in _squares(of, of.samples[rows]):
        same = np.float32(_SAME) * (of.norms[rows[part]][:, np.newaxis] + of.norms)
        squares[squares <= same] = np.inf
        squares[np.arange(len(squares)), rows[part]] = np.inf
        found[part] = squares.min(axis=1)
    alone = ~np.isfinite(found)
    found[alone] = of.samples.shape[1] / (2.0 if of.glyphs else 6.0)
    return np.maximum(_distances(of, found), np.float32(1e-6))


def _squares(
    of: ReferenceSamples, rows: NDArray[np.float32], cancelled: IsCancelled | None = None
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield squared distances from ``rows`` ``[n, P]`` to all samples, in blocks of rows."""
    width = max(len(of.samples), of.samples.shape[1])
    step = max(1, _CHUNK_NUMBERS // width)
    for at in range(0, len(rows), step):
        stop_if(cancelled)
        block = rows[at : at + step]
        squares = block @ of.samples.T
        squares *= np.float32(-2.0)
        squares += of.norms
        squares += np.einsum("ij,ij->i", block, block)[:, np.newaxis]
        yield slice(at, at + step), np.maximum(squares, np.float32(0.0), out=squares)


def _distances(of: ReferenceSamples, squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return distances from squared ones; for glyphs those are numbers of pixels already."""
    found: NDArray[np.float32] = np.rint(squares) if of.glyphs else np.sqrt(squares)
    return found


def _kind(ratio: float) -> NoveltyKind:
    if ratio <= COPY_RATIO:
        return "copy"
    return "new" if ratio >= NEW_RATIO else "between"


_WHOLE_SHARE, _NO_SHARE = 0.1, 0.35
"""Ratios of first to second distance: up to the first a copy, from the second on none."""


def copy_share(first: float, second: float) -> float:
    """Return how close an image is to being a copy of its nearest sample, 0 to 1.

    The measure is comparable between sets: it depends on how much nearer that sample is than all
    others. If two samples are alike, an image is a copy of neither.

    Args:
        first: Distance to the nearest sample.
        second: Distance to the second nearest one.
    """
    if not 0.0 <= first < second:
        return 0.0
    share = min(1.0, max(0.0, (_NO_SHARE - first / second) / (_NO_SHARE - _WHOLE_SHARE)))
    return share * share * (3.0 - 2.0 * share)
