"""What the panels show of a network: its answer to one drawing, and to every sample of a set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted
from aegui.core.evaluation.wrong_pixels import THRESHOLD, wrong_pixels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

NEAREST = 5
"""How many of the nearest samples are told."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The network's answer to one drawing.

    Attributes:
        drawing: What it was shown, float32 ``[H, W]``.
        output: What it says, grey levels float32 ``[H, W]``.
        binary: The output thresholded, bool ``[H, W]``.
        wrong: Where ``binary`` differs from the target, bool ``[H, W]``; None without a target.
        wrong_count: How many those are; None without a target.
        code: The drawing's code, float32 ``[d]``.
        nearest: The samples nearest to the thresholded output: label and differing pixels, nearest
            first, ties in the order of the set.
        nearest_indices: Their places in the set.
        epoch: Epoch of the weights.
        target: The clean image that was wanted, float32 ``[H, W]``, or None.
    """

    drawing: NDArray[np.float32]
    output: NDArray[np.float32]
    binary: NDArray[np.bool_]
    wrong: NDArray[np.bool_] | None
    wrong_count: int | None
    code: NDArray[np.float32]
    nearest: tuple[tuple[str, int], ...]
    nearest_indices: tuple[int, ...]
    epoch: int
    target: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Every sample with the network's answer, the worst first (ties in the order of the set).

    Attributes:
        indices: Place in the set of each row, int64 ``[N]``.
        labels: N labels.
        original: float32 ``[N, H, W]``.
        corrupted: What the network was shown, float32 ``[N, H, W]``; None where that is the
            original.
        output: float32 ``[N, H, W]``.
        wrong: Pixels of the thresholded output that differ from the original, int64 ``[N]``.
        epoch: Epoch of the weights.
    """

    indices: NDArray[np.int64]
    labels: tuple[str, ...]
    original: NDArray[np.float32]
    corrupted: NDArray[np.float32] | None
    output: NDArray[np.float32]
    wrong: NDArray[np.int64]
    epoch: int


def nearest_samples(
    image: ArrayLike, dataset: Dataset, count: int = NEAREST
) -> tuple[tuple[int, int], ...]:
    """The ``count`` samples nearest to ``image``: place in the set and differing pixels.

    Both sides are thresholded; ties come in the order of the set.
    """
    lit = np.asarray(image).reshape(-1) > THRESHOLD
    distances = np.count_nonzero((dataset.flat() > THRESHOLD) != lit, axis=1)
    order = np.argsort(distances, kind="stable")[:count]
    return tuple((int(index), int(distances[index])) for index in order)


def labelled(dataset: Dataset, near: tuple[tuple[int, int], ...]) -> tuple[tuple[str, int], ...]:
    """``near`` as from ``nearest_samples`` with labels in place of indices."""
    return tuple((dataset.labels[index], distance) for index, distance in near)


def answer(
    codec: Codec, dataset: Dataset, pixels: ArrayLike, target: ArrayLike | None = None
) -> Answer | None:
    """What the network makes of the drawing ``pixels`` ``[H, W]``; None if it does not fit.

    ``target`` is the clean image ``[H, W]`` that was wanted, where one is known.
    """
    drawing = np.array(pixels, dtype=np.float32)
    if codec.pixels != drawing.size or dataset.pixels != drawing.size:
        return None
    code = codec.encode(drawing)
    output = codec.decode(code)[0].reshape(drawing.shape)
    binary = output > THRESHOLD
    wanted = None if target is None else np.array(target, dtype=np.float32)
    wrong = None if wanted is None else binary != (wanted > THRESHOLD)
    near = nearest_samples(output, dataset)
    return Answer(
        drawing=drawing,
        output=output,
        binary=binary,
        wrong=wrong,
        wrong_count=None if wrong is None else int(np.count_nonzero(wrong)),
        code=code[0],
        nearest=labelled(dataset, near),
        nearest_indices=tuple(index for index, _ in near),
        epoch=codec.epoch,
        target=wanted,
    )


def planes(rows: NDArray[np.float32], dataset: Dataset) -> NDArray[np.float32]:
    """Rows of pixels ``[N, C*H*W]`` as grey images ``[N, H, W]``; channels are averaged."""
    channels, height, width = dataset.image_shape
    if channels == 1:
        return rows.reshape(-1, height, width)
    mean: NDArray[np.float32] = rows.reshape(-1, channels, height, width).mean(axis=1)
    return mean


def sample_images(dataset: Dataset) -> NDArray[np.float32]:
    """The samples as grey images float32 ``[N, H, W]``."""
    return planes(dataset.flat(), dataset)


def corrupted_inputs(
    dataset: Dataset, corruption: CorruptionSpec, seed: int
) -> NDArray[np.float32] | None:
    """One draw of noise over the samples, float32 ``[N, C*H*W]``; None where there is no noise.

    The draw depends on nothing but its arguments: draw once and show it while a network learns.
    """
    if corruption.kind == "none" or corruption.level == 0.0:
        return None
    return corrupted(dataset.flat(), corruption, seed)


def reconstructions(
    codec: Codec, dataset: Dataset, inputs: NDArray[np.float32] | None = None
) -> Reconstructions | None:
    """The network's answers to a whole set; None if its images do not fit the network.

    Args:
        codec: The network.
        dataset: The set; its images are the targets.
        inputs: What to show the network, ``[N, C*H*W]``, from ``corrupted_inputs``; None: the
            originals.
    """
    if codec.pixels != dataset.pixels:
        return None
    target = dataset.flat()
    output = codec.reconstruct(target if inputs is None else inputs)
    wrong = wrong_pixels(target, output)
    order = np.argsort(-wrong, kind="stable")
    return Reconstructions(
        indices=order,
        labels=tuple(dataset.labels[index] for index in order),
        original=planes(target[order], dataset),
        corrupted=None if inputs is None else planes(inputs[order], dataset),
        output=planes(output[order], dataset),
        wrong=wrong[order],
        epoch=codec.epoch,
    )
