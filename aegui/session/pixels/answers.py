"""What the panels show of a network: its answer to one drawing, and to samples of a set.

Images here are ``[H, W]`` where there is one channel and ``[3, H, W]`` where there are colours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.data.corruption import corrupted
from aegui.core.evaluation.parts import HELD_OUT, LEARNT
from aegui.core.evaluation.wrong_pixels import THRESHOLD, wrong_pixels
from aegui.core.sampled import sampled, step_of
from aegui.session.data.looks import grey_levels, look_of, reduced
from aegui.session.jobs.costs import QUICK_BATCH, encode_cost, is_quick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.data.looks import Look

Order = Literal["worst", "best", "random"]
"""Which of the measured samples are shown."""

NEAREST = 5
"""How many of the nearest samples are reported."""
MOST_COMPARED = 60_000_000
"""Numbers that a drawing is compared with; of larger sets as many samples from all over them."""
QUICKLY_COMPARED = 400_000
"""Numbers that are compared in less than a millisecond."""
MOST_ROWS = 200
"""Reconstructions that are shown of a set of images."""
MOST_GLYPH_ROWS = 1_000
"""The same of a set of glyphs, which are small."""
MOST_MEASURED = 10_000
"""Samples whose reconstructions are measured to find those to be shown."""
MEASURED_WORK = 2_000_000_000
"""Multiplications that measuring may take: some 0.3 s."""
LIVE_SHARE = 8
"""While the network learns, so many times less."""
THUMB_PX = 96
"""Images of more rows or columns are shown reduced in rows."""
_FEWEST_MEASURED = MOST_ROWS
_VOTES = 3


@dataclass(frozen=True, eq=False)
class Answer:
    """The network's answer to one drawing.

    Attributes:
        drawing: What it was shown, float32 ``[H, W]`` or ``[3, H, W]``.
        output: What it says, levels float32 of the same shape.
        binary: The output thresholded, bool ``[H, W]``; None where images are no glyphs.
        wrong: Where ``binary`` differs from the target, bool ``[H, W]``; None without a target.
        wrong_count: How many those are; None without a target.
        code: The drawing's code, float32 ``[d]``.
        nearest: The samples nearest to the (thresholded) output: name and distance (differing
            pixels, or mean squared difference), nearest first, ties in the order of the set.
        nearest_indices: Their places in the set.
        epoch: Epoch of the weights.
        target: The clean image that was wanted, of the drawing's shape, or None.
        squared: Squared error of each pixel, mean over its colours, float32 ``[H, W]``; None for
            glyphs and without a target.
        error: The mean of ``squared``.
        votes: What a classifier takes it for: labels with their probabilities, likeliest first.
    """

    drawing: NDArray[np.float32]
    output: NDArray[np.float32]
    binary: NDArray[np.bool_] | None
    wrong: NDArray[np.bool_] | None
    wrong_count: int | None
    code: NDArray[np.float32]
    nearest: tuple[tuple[str, float], ...]
    nearest_indices: tuple[int, ...]
    epoch: int
    target: NDArray[np.float32] | None = None
    squared: NDArray[np.float32] | None = None
    error: float | None = None
    votes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Samples with the network's answers, in the order that was asked for.

    Attributes:
        indices: Place in the set of each row, int64 ``[n]``.
        labels: n names.
        original: Levels 0..255, uint8 ``[n, H, W]`` or ``[n, 3, H, W]``, large images reduced.
        corrupted: What the network was shown, likewise; None where that is the original.
        output: Likewise.
        wrong: Pixels of the thresholded output that differ from the original, int64 ``[n]``; None
            where images are no glyphs.
        error: Mean squared error of each, float64 ``[n]``.
        epoch: Epoch of the weights.
        measured: How many samples were measured to find these.
        total: How many there are in the set.
        perfect: How many of the measured have no wrong pixel; None where images are no glyphs.
        worst: Most wrong pixels, or the largest mean squared error, of the measured.
        mean: Mean wrong pixels, or mean squared error, of the measured.
        held_out: Whether the network has not learnt from the sample of each row, bool ``[n]``; None
            where none was held out.
        means: The mean of the measured samples that were learnt, and of those held out, by key of
            ``parts.PARTS``; empty where none was held out.
    """

    indices: NDArray[np.int64]
    labels: tuple[str, ...]
    original: NDArray[np.uint8]
    corrupted: NDArray[np.uint8] | None
    output: NDArray[np.uint8]
    wrong: NDArray[np.int64] | None
    error: NDArray[np.float64]
    epoch: int
    measured: int
    total: int
    perfect: int | None
    worst: float
    mean: float
    held_out: NDArray[np.bool_] | None = None
    means: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def title(dataset: Dataset, index: int, look: Look) -> str:
    """What one sample is called: a character by itself, another by its name where it has one."""
    label, name = dataset.labels[index], dataset.names[index]
    return label if look.glyphs or not name else name


def one_image(row: NDArray[np.float32], dataset: Dataset) -> NDArray[np.float32]:
    """A row of pixels as an image ``[H, W]``, or ``[3, H, W]`` where there are colours."""
    channels, height, width = dataset.image_shape
    return row.reshape(height, width) if channels == 1 else row.reshape(channels, height, width)


class Nearest:
    """Finds the samples nearest to an image. Safe to use in any thread, one at a time."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.look = look_of(dataset)
        # Every so many-th sample of a very large set: a view, or numbers made of a set of bytes.
        self.step = step_of(len(dataset) * dataset.pixels, MOST_COMPARED)
        self.is_quick = len(dataset) * dataset.pixels <= QUICKLY_COMPARED
        self._rows: NDArray[np.float32] | None = None
        self._norms: NDArray[np.float32] | None = None

    def find(self, image: ArrayLike, count: int = NEAREST) -> tuple[tuple[int, float], ...]:
        """The ``count`` samples nearest to ``image``: place in the set and distance.

        For glyphs the distance is the number of pixels that differ once the image is thresholded,
        else the mean squared difference. Ties come in the order of the set.
        """
        wanted = np.nan_to_num(np.asarray(image, np.float32).reshape(-1), posinf=1.0, neginf=0.0)
        if self.look.glyphs:
            wanted = (wanted > THRESHOLD).astype(np.float32)
        rows, norms = self._prepared()
        distances = np.asarray(norms - 2.0 * (rows @ wanted) + float(wanted @ wanted), np.float32)
        order = _first(distances, count)
        away = distances[order].astype(np.float64)
        if self.look.glyphs:
            tidy = [round(distance) for distance in away.tolist()]
        else:
            tidy = np.maximum(away / self.dataset.pixels, 0.0).tolist()
        return tuple(zip((order * self.step).tolist(), tidy, strict=True))

    def named(self, near: tuple[tuple[int, float], ...]) -> tuple[tuple[str, float], ...]:
        """``near`` as from ``find`` with names in place of indices."""
        return tuple([(title(self.dataset, index, self.look), away) for index, away in near])

    def _prepared(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self._rows is None or self._norms is None:
            self._rows = self.dataset.flat()[:: self.step]
            self._norms = np.einsum("ij,ij->i", self._rows, self._rows)
        return self._rows, self._norms


def _first(distances: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The places of the smallest, smallest first, ties in their order."""
    if len(distances) > 4 * count:
        limit = np.partition(distances, count - 1)[count - 1]
        few = np.flatnonzero(distances <= limit)
    else:
        few = np.arange(len(distances))
    return few[np.argsort(distances[few], kind="stable")[:count]]


def answer(
    codec: Codec, nearest: Nearest, pixels: ArrayLike, target: ArrayLike | None = None
) -> Answer | None:
    """What the network makes of a drawing; None if it does not fit, or nothing can be encoded.

    Args:
        codec: The network.
        nearest: Finds the nearest of the set.
        pixels: The drawing, ``[H, W]`` or ``[3, H, W]``.
        target: The clean image that was wanted, where one is known.
    """
    drawing = np.array(pixels, dtype=np.float32)
    dataset = nearest.dataset
    if codec.pixels != drawing.size or dataset.pixels != drawing.size or not codec.can_encode:
        return None
    code = codec.code_of(drawing)
    output = codec.decode(code)[0].reshape(drawing.shape)
    wanted = None if target is None else np.array(target, dtype=np.float32)
    near = nearest.find(output)
    binary = wrong = squared = None
    if nearest.look.glyphs:
        binary = output > THRESHOLD
        wrong = None if wanted is None else binary != (wanted > THRESHOLD)
    elif wanted is not None:
        difference = _squared(output, wanted)
        squared = difference if difference.ndim == 2 else difference.mean(axis=0)
    return Answer(
        drawing=drawing,
        output=output,
        binary=binary,
        wrong=wrong,
        wrong_count=None if wrong is None else int(np.count_nonzero(wrong)),
        code=code,
        nearest=nearest.named(near),
        nearest_indices=tuple(index for index, _ in near),
        epoch=codec.epoch,
        target=wanted,
        squared=squared,
        error=None if squared is None else float(squared.mean()),
        votes=_votes(codec, dataset, drawing),
    )


def _squared(output: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    # A diverged network gives infinity, and nothing to warn of.
    with np.errstate(over="ignore", invalid="ignore"):
        squared: NDArray[np.float32] = (output - target) ** 2
    return squared


def telling_pixel(answer: Answer) -> tuple[int, int]:
    """Row and column of the pixel that is most worth asking about.

    The wrong one that the network is surest of, else the one it is least sure of; where images
    are no glyphs that with the largest error, or without a target the middle one.
    """
    height, width = answer.drawing.shape[-2:]
    if answer.binary is not None:
        sure = np.abs(np.nan_to_num(answer.output, nan=THRESHOLD) - THRESHOLD)
        wrong = np.zeros_like(answer.binary) if answer.wrong is None else answer.wrong
        place = (np.where(wrong, sure, -1.0) if wrong.any() else -sure).argmax()
    elif answer.squared is not None:
        place = np.nan_to_num(answer.squared).argmax()
    else:
        return height // 2, width // 2
    row, column = divmod(int(place), width)
    return row, column


def answers_at_once(codec: Codec, nearest: Nearest) -> bool:
    """Whether an answer takes no more than a millisecond or two."""
    return nearest.is_quick and is_quick(codec, codec.cost + encode_cost(codec))


def _votes(
    codec: Codec, dataset: Dataset, drawing: NDArray[np.float32]
) -> tuple[tuple[str, float], ...]:
    if not codec.can_classify:
        return ()
    odds = codec.classify(drawing)[0]
    if len(odds) != len(dataset.classes):
        return ()
    order = np.argsort(-odds, kind="stable")[:_VOTES]
    return tuple((dataset.classes[place], float(odds[place])) for place in order)


def corrupted_inputs(
    dataset: Dataset, indices: NDArray[np.int64], corruption: CorruptionSpec, seed: int
) -> NDArray[np.float32] | None:
    """One draw of noise over the samples at ``indices``, float32 ``[n, C*H*W]``; None without any.

    The draw depends on nothing but its arguments: what is shown while a network learns does not
    flicker.
    """
    if corruption.kind == "none" or corruption.level == 0.0:
        return None
    return corrupted(dataset.flat()[indices], corruption, seed, dataset.image_shape)


def measured_samples(codec: Codec, dataset: Dataset, *, live: bool) -> NDArray[np.int64]:
    """Places of the samples to be measured: all of a small set, some of a large one."""
    work = MEASURED_WORK // (LIVE_SHARE if live else 1)
    most = min(MOST_MEASURED, work // max(1, codec.cost + encode_cost(codec)))
    most = max(_FEWEST_MEASURED, min(most, 4 * QUICK_BATCH // codec.pixels * (1 if live else 4)))
    return sampled(len(dataset), most, 1)


def reconstructions(
    codec: Codec,
    dataset: Dataset,
    indices: NDArray[np.int64],
    inputs: NDArray[np.float32] | None = None,
    order: Order = "worst",
    held_out: NDArray[np.int64] | None = None,
) -> Reconstructions | None:
    """The network's answers to samples of a set; None if they do not fit, or nothing is encoded.

    Args:
        codec: The network.
        dataset: The set; its images are the targets.
        indices: The samples to be measured, from ``measured_samples``.
        inputs: What to show the network, ``[n, C*H*W]``, from ``corrupted_inputs``; None: the
            originals.
        order: Which of them to give, and in which order.
        held_out: Places of the samples that were kept from training; None: of none it is known.
    """
    if codec.pixels != dataset.pixels or not codec.can_encode:
        return None
    look = look_of(dataset)
    target = dataset.flat()[indices]
    output = codec.reconstruct(target if inputs is None else inputs)
    # Sums in single precision of numbers below 1: good to six digits, which is more than is shown.
    error = _squared(output, target).mean(axis=1).astype(np.float64)
    wrong = wrong_pixels(target, output)
    badness = wrong.astype(np.float64) if look.glyphs else error
    rows = _chosen(badness, order, MOST_GLYPH_ROWS if look.glyphs else MOST_ROWS)
    kept = None if held_out is None else np.isin(indices, held_out)
    return Reconstructions(
        indices=indices[rows],
        labels=tuple(title(dataset, int(index), look) for index in indices[rows]),
        original=_levels(target[rows], dataset),
        corrupted=None if inputs is None else _levels(inputs[rows], dataset),
        output=_levels(output[rows], dataset),
        wrong=wrong[rows] if look.glyphs else None,
        error=error[rows],
        epoch=codec.epoch,
        measured=len(indices),
        total=len(dataset),
        perfect=int(np.count_nonzero(wrong == 0)) if look.glyphs else None,
        worst=float(badness.max()),
        mean=float(badness.mean()),
        held_out=None if kept is None else kept[rows],
        means={} if kept is None else _means(badness, kept),
    )


def _means(badness: NDArray[np.float64], kept: NDArray[np.bool_]) -> dict[str, float]:
    """The mean of those learnt and of those held out, as far as any were measured."""
    parts = {LEARNT: badness[~kept], HELD_OUT: badness[kept]}
    return {key: float(part.mean()) for key, part in parts.items() if len(part)}


def _chosen(badness: NDArray[np.float64], order: Order, most: int) -> NDArray[np.int64]:
    finite = np.nan_to_num(badness, nan=np.inf)
    if order == "best":
        return np.argsort(finite, kind="stable")[:most]
    if order == "random" and len(finite) > most:
        some = np.random.default_rng(2).choice(len(finite), most, replace=False)
        return some[np.argsort(-finite[some], kind="stable")]
    return np.argsort(-finite, kind="stable")[:most]


def _levels(rows: NDArray[np.float32], dataset: Dataset) -> NDArray[np.uint8]:
    channels, height, width = dataset.image_shape
    shape = (height, width) if channels == 1 else (channels, height, width)
    return grey_levels(reduced(rows.reshape(-1, *shape), THUMB_PX))


def is_shown_at_once(codec: Codec, dataset: Dataset, measured: int) -> bool:
    """Whether measuring so many samples takes no more than a few milliseconds."""
    work = measured * max(codec.cost + encode_cost(codec), dataset.pixels)
    return is_quick(codec, work, QUICK_BATCH // 4)
