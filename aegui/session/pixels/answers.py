"""Outputs of a network for a drawing and for samples of a dataset, as the panels show them.

Images here are ``[H, W]`` for one channel and ``[3, H, W]`` for colours.
"""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.data.corruption import corrupted
from aegui.core.evaluation.parts import HELD_OUT, LEARNT
from aegui.core.evaluation.wrong_pixels import THRESHOLD, wrong_pixels
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import sampled, stride_for
from aegui.session.data.image_style import grey_levels, image_style_of, reduced
from aegui.session.jobs.costs import QUICK_BATCH, is_quick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.data.image_style import ImageStyle

Order = Literal["worst", "best", "random"]
"""Which of the measured samples are shown."""

NEAREST = 5
"""Number of nearest samples in an answer."""
MAX_COMPARED = 60_000_000
"""Maximum number of pixels to compare a drawing with; larger datasets are subsampled evenly."""
QUICKLY_COMPARED = 400_000
"""Number of pixels that are compared in less than a millisecond."""
MAX_ROWS = 200
"""Maximum number of reconstructions shown of a dataset of images."""
MAX_GLYPH_ROWS = 1_000
"""Maximum number of reconstructions shown of a dataset of glyphs, which are small."""
MAX_MEASURED = 10_000
"""Maximum number of samples that are measured to find those to be shown."""
MEASURED_WORK = 2_000_000_000
"""Multiplications that measuring may take: some 0.3 s."""
LIVE_SHARE = 8
"""Factor by which the work is reduced during a training."""
THUMB_PX = 96
"""Images with more rows or columns are downsampled in rows."""
_FEWEST_MEASURED = MAX_ROWS
_VOTES = 3


@dataclass(frozen=True, eq=False)
class Answer:
    """The network's answer to one drawing."""

    drawing: NDArray[np.float32]
    """The input, float32 ``[H, W]`` or ``[3, H, W]``."""
    output: NDArray[np.float32]
    """The output, levels float32 of the same shape."""
    binary: NDArray[np.bool_] | None
    """The thresholded output, bool ``[H, W]``; None unless images are glyphs."""
    wrong: NDArray[np.bool_] | None
    """Where ``binary`` differs from the target, bool ``[H, W]``; None without a target, or unless
    images are glyphs."""
    wrong_count: int | None
    """Number of wrong pixels; None where ``wrong`` is."""
    code: NDArray[np.float32]
    """The drawing's code, float32 ``[d]``."""
    nearest: tuple[tuple[str, float], ...]
    """Names of the samples nearest to the (thresholded) output and their distances (differing
    pixels, or mean squared difference), nearest first, ties in the order of the dataset."""
    nearest_indices: tuple[int, ...]
    """Indices of these samples in the dataset."""
    target: NDArray[np.float32] | None = None
    """The clean image of the drawing's shape, or None."""
    squared: NDArray[np.float32] | None = None
    """Squared error of each pixel, averaged over its colours, float32 ``[H, W]``; None for glyphs
    and without a target."""
    error: float | None = None
    """The mean of ``squared``."""
    votes: tuple[tuple[str, float], ...] = ()
    """Labels predicted by a classifier with their probabilities, most probable first."""


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Samples with the network's outputs, in the requested order."""

    indices: NDArray[np.int64]
    """Index in the dataset of each row, int64 ``[n]``."""
    labels: tuple[str, ...]
    """n names."""
    original: NDArray[np.uint8]
    """Levels 0..255, uint8 ``[n, H, W]`` or ``[n, 3, H, W]``, large images downsampled."""
    corrupted: NDArray[np.uint8] | None
    """The inputs, likewise; None if they are the originals."""
    output: NDArray[np.uint8]
    """The outputs, likewise."""
    wrong: NDArray[np.int64] | None
    """Pixels of the thresholded output that differ from the original, int64 ``[n]``; None unless
    images are glyphs."""
    error: NDArray[np.float64]
    """Mean squared error of each, float64 ``[n]``."""
    epoch: int
    """Epoch of the weights."""
    measured: int
    """Number of samples that were measured to find these."""
    total: int
    """Number of samples in the dataset."""
    perfect: int | None
    """Number of measured samples without a wrong pixel; None unless images are glyphs."""
    worst: float
    """Maximum of wrong pixels, or of the mean squared error, over the measured samples."""
    mean: float
    """Mean of wrong pixels, or of the mean squared error, over the measured samples."""
    held_out: NDArray[np.bool_] | None = None
    """Whether the sample of each row was held out from training, bool ``[n]``; None if none was."""
    means: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Means over the measured training samples and over the held-out ones, by key of
    ``parts.PARTS``; empty if none was held out."""


def title(dataset: Dataset, index: int, image_style: ImageStyle) -> str:
    """Return the displayed name of a sample: its label for glyphs, else its name if it has one."""
    label, name = dataset.labels[index], dataset.names[index]
    return label if image_style.glyphs or not name else name


def one_image(row: NDArray[np.float32], dataset: Dataset) -> NDArray[np.float32]:
    """Return a row of pixels as an image ``[H, W]``, or ``[3, H, W]`` for colours."""
    return row.reshape(dataset.picture_shape)


class Nearest:
    """Finds the samples nearest to an image. May be used in any thread, but in one at a time."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.image_style = image_style_of(dataset)
        # Every ``step``-th sample of a very large dataset: a view, or a copy if the pixels are
        # bytes.
        self.numbers = len(dataset) * dataset.pixels
        """Pixels of the whole set."""
        self.step = stride_for(self.numbers, MAX_COMPARED)
        self.is_quick = self.numbers <= QUICKLY_COMPARED
        self._rows: NDArray[np.float32] | None = None
        self._norms: NDArray[np.float32] | None = None

    def find(self, image: ArrayLike, count: int = NEAREST) -> tuple[tuple[int, float], ...]:
        """Return index in the dataset and distance of the ``count`` samples nearest to ``image``.

        For glyphs the distance is the number of differing pixels after thresholding the image,
        otherwise the mean squared difference. Ties are in the order of the dataset.
        """
        flat = np.nan_to_num(np.asarray(image, np.float32).reshape(-1), posinf=1.0, neginf=0.0)
        if self.image_style.glyphs:
            flat = (flat > THRESHOLD).astype(np.float32)
        rows, norms = self._prepared()
        distances = np.asarray(norms - 2.0 * (rows @ flat) + float(flat @ flat), np.float32)
        order = _first(distances, count)
        away = distances[order].astype(np.float64)
        if self.image_style.glyphs:
            tidy = [round(distance) for distance in away.tolist()]
        else:
            tidy = np.maximum(away / self.dataset.pixels, 0.0).tolist()
        return tuple(zip((order * self.step).tolist(), tidy, strict=True))

    def named(self, near: tuple[tuple[int, float], ...]) -> tuple[tuple[str, float], ...]:
        """Return the result of ``find`` with names in place of indices."""
        return tuple([(title(self.dataset, index, self.image_style), away) for index, away in near])

    def _prepared(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self._rows is None or self._norms is None:
            self._rows = self.dataset.flat()[:: self.step]
            self._norms = np.einsum("ij,ij->i", self._rows, self._rows)
        return self._rows, self._norms


def _first(distances: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the indices of the ``count`` smallest distances, ascending and with stable ties."""
    if len(distances) > 4 * count:
        limit = np.partition(distances, count - 1)[count - 1]
        few = np.flatnonzero(distances <= limit)
    else:
        few = np.arange(len(distances))
    return few[np.argsort(distances[few], kind="stable")[:count]]


def answer(
    codec: Codec, nearest: Nearest, pixels: ArrayLike, target: ArrayLike | None = None
) -> Answer | None:
    """Return the network's answer to a drawing; None if it does not fit or has no encoder.

    Args:
        codec: The network.
        nearest: Search for the nearest samples of the dataset.
        pixels: The drawing, ``[H, W]`` or ``[3, H, W]``.
        target: The clean image, if it is known.
    """
    drawing = np.array(pixels, dtype=np.float32)
    dataset = nearest.dataset
    if codec.pixels != drawing.size or dataset.pixels != drawing.size or not codec.can_encode:
        return None
    code = codec.code_of(drawing)
    output = codec.decode(code)[0].reshape(drawing.shape)
    target_pixels = None if target is None else np.array(target, dtype=np.float32)
    near = nearest.find(output)
    binary = wrong = squared = None
    if nearest.image_style.glyphs:
        binary = output > THRESHOLD
        wrong = None if target_pixels is None else binary != (target_pixels > THRESHOLD)
    elif target_pixels is not None:
        difference = _squared(output, target_pixels)
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
        target=target_pixels,
        squared=squared,
        error=None if squared is None else float(squared.mean()),
        votes=_votes(codec, dataset, drawing),
    )


def _squared(output: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    # A diverged network may overflow; a warning would be no help.
    with np.errstate(over="ignore", invalid="ignore"):
        squared: NDArray[np.float32] = (output - target) ** 2
    return squared


def most_informative_pixel(answer: Answer) -> tuple[int, int]:
    """Return row and column of the most informative pixel to ask about.

    For glyphs the wrong pixel that the network is most certain of, or else its least certain pixel;
    for other images the pixel with the largest error, or the central one without a target.
    """
    height, width = answer.drawing.shape[-2:]
    if answer.binary is not None:
        sure = np.abs(np.nan_to_num(answer.output, nan=THRESHOLD) - THRESHOLD)
        wrong = np.zeros_like(answer.binary) if answer.wrong is None else answer.wrong
        index = (np.where(wrong, sure, -1.0) if wrong.any() else -sure).argmax()
    elif answer.squared is not None:
        index = np.nan_to_num(answer.squared).argmax()
    else:
        return height // 2, width // 2
    row, column = divmod(int(index), width)
    return row, column


def _votes(
    codec: Codec, dataset: Dataset, drawing: NDArray[np.float32]
) -> tuple[tuple[str, float], ...]:
    if not codec.can_classify:
        return ()
    odds = codec.classify(drawing)[0]
    if len(odds) != len(dataset.classes):
        return ()
    order = np.argsort(-odds, kind="stable")[:_VOTES]
    return tuple((dataset.classes[index], float(odds[index])) for index in order)


def corrupted_inputs(
    dataset: Dataset, indices: NDArray[np.int64], corruption: CorruptionSpec, seed: int
) -> NDArray[np.float32] | None:
    """Return noisy samples at ``indices``, float32 ``[n, C*H*W]``; None without noise.

    The noise depends only on the arguments, so that images do not flicker during a training.
    """
    if not corruption.is_noisy:
        return None
    return corrupted(dataset.flat()[indices], corruption, seed, dataset.image_shape)


def measured_samples(codec: Codec, dataset: Dataset, *, live: bool) -> NDArray[np.int64]:
    """Return the indices of the samples to measure: all of a small dataset, else a subset."""
    work = MEASURED_WORK // (LIVE_SHARE if live else 1)
    most = min(MAX_MEASURED, work // max(1, codec.cost + codec.encode_cost))
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
    """Return the outputs for samples of a dataset; None if they do not fit or cannot be encoded.

    Args:
        codec: The network.
        dataset: The dataset; its images are the targets.
        indices: The samples to measure, from ``measured_samples``.
        inputs: The inputs, ``[n, C*H*W]``, from ``corrupted_inputs``; None for the originals.
        order: Which samples to return, and in which order.
        held_out: Indices of the samples that were held out from training; None if unknown.
    """
    if codec.pixels != dataset.pixels or not codec.can_encode:
        return None
    image_style = image_style_of(dataset)
    target = dataset.flat()[indices]
    output = codec.reconstruct(target if inputs is None else inputs)
    # A single-precision mean of values below 1 is accurate to six digits, more than is displayed.
    error = _squared(output, target).mean(axis=1).astype(np.float64)
    wrong = wrong_pixels(target, output) if image_style.glyphs else None
    badness = error if wrong is None else wrong.astype(np.float64)
    rows = _chosen(badness, order, MAX_GLYPH_ROWS if image_style.glyphs else MAX_ROWS)
    is_held_out = None if held_out is None else np.isin(indices, held_out)
    return Reconstructions(
        indices=indices[rows],
        labels=tuple(title(dataset, int(index), image_style) for index in indices[rows]),
        original=_levels(target[rows], dataset),
        corrupted=None if inputs is None else _levels(inputs[rows], dataset),
        output=_levels(output[rows], dataset),
        wrong=None if wrong is None else wrong[rows],
        error=error[rows],
        epoch=codec.epoch,
        measured=len(indices),
        total=len(dataset),
        perfect=int(np.count_nonzero(wrong == 0)) if image_style.glyphs else None,
        worst=float(badness.max()),
        mean=float(badness.mean()),
        held_out=None if is_held_out is None else is_held_out[rows],
        means={} if is_held_out is None else _means(badness, is_held_out),
    )


def _means(badness: NDArray[np.float64], is_held_out: NDArray[np.bool_]) -> dict[str, float]:
    """Return the means over training and held-out samples, as far as any were measured."""
    parts = {LEARNT: badness[~is_held_out], HELD_OUT: badness[is_held_out]}
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
    """Return whether measuring ``measured`` samples takes no more than a few milliseconds."""
    work = measured * max(codec.cost + codec.encode_cost, dataset.pixels)
    return is_quick(codec, work, QUICK_BATCH // 4)
