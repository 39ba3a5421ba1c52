"""Encoding and decoding with the weights of one run.

Chains of fully connected layers are computed in plain numpy: for networks as small as the letters'
it is faster than torch, needs no warm-up, and lets the window decode before torch has been
imported. So are a few small images of chains with image layers; more work is done by torch, which
is imported then.
"""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from aegui.core.cost import Cost, multiplications_per_second
from aegui.core.data.progress import in_batches
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.rows import RowsRunner, bound, runs_on_rows
from aegui.core.latent.small_images import SmallImagesRunner, is_computed
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import LatentSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.snapshot import LayerWeights, Snapshot

    Tensors = Mapping[str, NDArray[np.float32]]

SMALL_WORK = 4_000_000
"""Multiplications through image layers that take numpy a millisecond, and torch no less."""
CHUNK_NUMBERS = 1 << 24
"""Upper bound of the numbers of the widest layer held in memory at a time."""
_PASS_SHARE = 0.8
"""Share of a core's speed in large products that passes through a network reach (measured on 40
of our networks on one core of a server: 0.7 to 1.1 where a layer has many units, the rest is ...
"""
_NUMBER_SECONDS = 1.5e-9
"""... the time for each number that a layer outputs: bias and activation)."""
_PASS_COPIES = 3
"""Arrays of a chunk alive at once: a layer's input, its product and its output."""
_FLOAT = 4


class Runner(Protocol):
    """Backend that computes a chain of layers."""

    def run(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""

    def jacobian_squares(
        self, rows: NDArray[np.float32], stop: int, units: int
    ) -> NDArray[np.float64]:
        """Return squared norms ``[n]`` of the first ``units`` outputs' derivatives by ``rows``."""


class Codec:
    """The encoder and decoder of one run of a snapshot. Immutable; safe to use in any thread."""

    def __init__(
        self, recipe: Recipe, image_shape: Sequence[int], snapshot: Snapshot, run: int = 0
    ) -> None:
        head = snapshot.parts.get("head", ())
        judge = snapshot.parts.get("discriminator", ())
        scores = int((head or judge)[-1].bias.shape[-1]) if head or judge else 0
        # A discriminator's first output is the score of real or generated, not that of a class.
        shapes = layer_shapes(recipe, tuple(image_shape), scores if head else scores - 1)
        self.epoch = snapshot.epoch_of(run)
        """Whole epochs that these weights were trained for."""
        self.run = run
        """Index of the run within its population."""
        self.layers = shapes.layers
        """The chain; for a GAN only its generator."""
        self.code_end = shapes.code_end
        """``layers[:code_end]`` encode."""
        self.image_shape: Shape = tuple(image_shape)
        """Channels, height and width of an image."""
        self.latent_size = recipe.network.latent.units
        """Numbers per code, d."""
        self.tensors = _tensors(snapshot.layers, run)
        """Tensors of each layer by name; a layer with tied weights has no weight."""
        self._runner = _runner(shapes.layers, self.tensors)
        self._remembered: dict[str, tuple[bytes, NDArray[np.float32]]] = {}
        self._head = shapes.parts.get("head", ())
        self._head_tensors = _tensors(head, run)
        self._head_runner = _runner(self._head, self._head_tensors) if head else None
        self._judge = shapes.parts.get("discriminator", ())
        self._judge_runner = _runner(self._judge, _tensors(judge, run)) if judge else None

    @cached_property
    def pixels(self) -> int:
        """Number of values per image."""
        return math.prod(self.image_shape)

    @cached_property
    def can_encode(self) -> bool:
        """Whether the network has an encoder; a GAN has none."""
        return self.code_end > 0

    @cached_property
    def can_classify(self) -> bool:
        """Whether the network has a classifier on the code."""
        return self._head_runner is not None

    @property
    def head(self) -> tuple[Sequence[LayerShape], Sequence[Tensors]]:
        """Layers of the classifier and the tensors of each; empty without a classifier."""
        return self._head, self._head_tensors

    @cached_property
    def can_judge(self) -> bool:
        """Whether the network has a discriminator."""
        return self._judge_runner is not None

    @cached_property
    def cost(self) -> int:
        """Multiplications per decoded code."""
        return sum([layer.cost for layer in self.layers[self.code_end :]])

    def passes(self, *, encoded: int = 0, decoded: int = 0, classified: int = 0) -> Cost:
        """Return the cost on one core of encoding images and decoding and classifying codes.

        The arguments are numbers of samples. The memory includes inputs and outputs.
        """
        encoder, decoder = self.layers[: self.code_end], self.layers[self.code_end :]
        speed = _PASS_SHARE * multiplications_per_second()
        seconds, working, ends = 0.0, 0, 0
        for rows, layers in ((encoded, encoder), (decoded, decoder), (classified, self._head)):
            if not rows or not layers:
                continue
            work = sum(layer.cost for layer in layers) / speed
            seconds += rows * (work + _NUMBER_SECONDS * sum(layer.outputs for layer in layers))
            widest = max(max(layer.inputs, layer.outputs) for layer in layers)
            working = max(working, _PASS_COPIES * min(rows * widest, max(CHUNK_NUMBERS, widest)))
            ends += rows * (layers[0].inputs + layers[-1].outputs)
        return Cost(seconds, {"work": _FLOAT * (working + ends)})

    @cached_property
    def encode_cost(self) -> int:
        """Multiplications per encoded image."""
        return sum([layer.cost for layer in self.layers[: self.code_end]])

    @cached_property
    def judge_cost(self) -> int:
        """Multiplications per image that the discriminator judges; 0 without one."""
        return sum([layer.cost for layer in self._judge])

    @cached_property
    def numpy_work(self) -> float:
        """Upper bound of the multiplications of a call that are done without torch."""
        # Also of ``judge``, whose layers are others.
        layers = *self.layers, *self._judge
        if runs_on_rows(layers):
            return math.inf
        return SMALL_WORK if is_computed(layers) else 0

    def with_tensors(self, tensors: Sequence[Tensors]) -> Codec:
        """Return a codec of the same chain with other ``tensors`` of the same shapes."""
        other = copy(self)
        other.tensors = tuple(tensors)
        other._runner = _runner(self.layers, other.tensors)
        other._remembered = {}
        return other

    def encode(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return codes ``[n, d]`` of ``images`` ``[n, pixels]`` (any shape that flattens to that).

        The code of a variational encoder is its mean.

        Raises:
            AeguiError: The images have another size, or there is no encoder.
        """
        if not self.can_encode:
            raise AeguiError(tr("A GAN has no encoder: images have no place on its map."))
        codes = self._forward(self._rows(images, self.pixels), 0, self.code_end)
        return np.ascontiguousarray(codes[:, : self.latent_size])

    def code_of(self, image: ArrayLike) -> NDArray[np.float32]:
        """Return the code ``[d]``, read-only, of one image; raises like ``encode``.

        The code of the last image is cached: the same drawing is marked on the map and answered.
        """
        return self._last("code", image, self.encode)

    def image_of(self, z: ArrayLike) -> NDArray[np.float32]:
        """Return the image ``[pixels]``, read-only, of one code; raises like ``decode``.

        The image of the last code is cached: the same place is drawn and described.
        """
        return self._last("image", z, self.decode)

    def _last(
        self,
        what: str,
        values: ArrayLike,
        compute: Callable[[ArrayLike], NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        rows = np.asarray(values, np.float32)
        key, known = rows.tobytes(), self._remembered.get(what)
        if known is None or known[0] != key:
            found = compute(rows.reshape(1, -1))[0].copy()
            found.setflags(write=False)
            known = self._remembered[what] = key, found
        return known[1]

    def encode_distribution(
        self, images: ArrayLike
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return mean and log variance, each ``[n, d]``; the latter is None for a plain code."""
        if not self.can_encode:
            raise AeguiError(tr("A GAN has no encoder: images have no place on its map."))
        codes = self._forward(self._rows(images, self.pixels), 0, self.code_end)
        if codes.shape[1] == self.latent_size:
            return codes, None
        return codes[:, : self.latent_size], codes[:, self.latent_size :]

    def jacobian_squares(self, images: ArrayLike) -> NDArray[np.float64]:
        """Return the squared Frobenius norm ``[n]`` of the encoder's Jacobian at ``images``.

        Exact up to rounding. For a variational encoder it is the Jacobian of the mean, for a
        k-sparse one that of the numbers kept at the image.

        Raises:
            AeguiError: The images have another size, or there is no encoder.
        """
        if not self.can_encode:
            raise AeguiError(tr("A GAN has no encoder: images have no place on its map."))
        rows = self._rows(images, self.pixels)
        widest = max(max(layer.inputs, layer.outputs) for layer in self.layers[: self.code_end])
        chunks = in_batches(len(rows), max(1, CHUNK_NUMBERS // (widest * self.moving_units)))
        squares = self._runner.jacobian_squares
        return np.concatenate(
            [squares(rows[chunk], self.code_end, self.latent_size) for chunk in chunks]
        )

    @property
    def moving_units(self) -> int:
        """Numbers of a code not fixed at 0: all of them, or the k kept by a k-sparse code."""
        spec = self.layers[self.code_end - 1].spec
        top_k = spec.top_k if isinstance(spec, LatentSpec) else None
        return self.latent_size if top_k is None else min(top_k, self.latent_size)

    def decode(self, codes: ArrayLike) -> NDArray[np.float32]:
        """Return images ``[n, pixels]`` of ``codes`` ``[n, d]``, in 0..1 for a sigmoid output."""
        return self._forward(self._rows(codes, self.latent_size), self.code_end, len(self.layers))

    def decoder_tangents(
        self, codes: ArrayLike, directions: ArrayLike
    ) -> NDArray[np.float32] | None:
        """Return directional derivatives of the images of ``codes`` ``[n, d]``.

        Args:
            codes: Codes ``[n, d]``.
            directions: Directions ``[k, d]``.

        Returns:
            Derivatives ``[n, k, pixels]``; None if the network is no chain of fully connected
            layers, so
            that only finite differences are available.
        """
        if not isinstance(self._runner, RowsRunner):
            return None
        rows = self._rows(codes, self.latent_size)
        ways = self._rows(directions, self.latent_size)
        return self._runner.tangents(rows, ways, self.code_end, len(self.layers))

    def reconstruct(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return the reconstructions ``[n, pixels]`` of ``images``."""
        return self.decode(self.encode(images))

    def classify(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return class probabilities ``[n, classes]`` of ``images``, in the data's class order.

        Raises:
            AeguiError: There is no classifier, or the images have another size.
        """
        if self._head_runner is None:
            raise AeguiError(tr("This model has no classifier."))
        scores = self._head_runner.run(self.encode(images), 0, len(self._head))
        odds: NDArray[np.float32] = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        return odds

    def judge(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return the probability ``[n]`` of being real that a GAN's discriminator gives ``images``.

        Raises:
            AeguiError: There is no discriminator, or the images have another size.
        """
        if self._judge_runner is None:
            raise AeguiError(tr("This model has no discriminator."))
        rows = self._rows(images, self.pixels)
        logits = self._judge_runner.run(rows, 0, len(self._judge))[:, 0]
        # The logistic function in a form that does not overflow.
        odds: NDArray[np.float32] = 0.5 * (1.0 + np.tanh(0.5 * logits))
        return odds

    def _rows(self, values: ArrayLike, width: int) -> NDArray[np.float32]:
        # Values beyond float32 become infinite, which can be decoded too.
        with np.errstate(over="ignore"):
            array = np.asarray(values, dtype=np.float32)
        if array.size == 0 or array.size % width or (array.ndim == 1 and array.size != width):
            raise AeguiError(
                tr(
                    "The network takes {width:,} numbers per sample, not an array of shape "
                    "{shape}.",
                    width=width,
                    shape="x".join(map(str, array.shape)),
                )
            )
        return array.reshape(-1, width)

    def between(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for input ``rows``."""
        return self._forward(rows, start, stop)

    def bound_tensors(self, index: int) -> Tensors:
        """Return the tensors of a layer, including the weight it is tied to."""
        return bound(self.layers, self.tensors, index)

    def _forward(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        widest = max([max(layer.inputs, layer.outputs) for layer in self.layers[start:stop]])
        chunk = max(1, CHUNK_NUMBERS // widest)
        if len(rows) <= chunk:
            return self._runner.run(rows, start, stop)
        chunks = in_batches(len(rows), chunk)
        return np.concatenate([self._runner.run(rows[part], start, stop) for part in chunks])


def _tensors(weights: Sequence[LayerWeights], run: int) -> tuple[Tensors, ...]:
    return tuple({name: tensor[run] for name, tensor in layer.tensors.items()} for layer in weights)


def _runner(layers: Sequence[LayerShape], tensors: Sequence[Tensors]) -> Runner:
    if runs_on_rows(layers):
        return RowsRunner(layers, tensors)
    return _OfImages(layers, tensors)


class _OfImages:
    """Runner of chains with image layers; torch is imported when more than a little is asked."""

    def __init__(self, layers: Sequence[LayerShape], tensors: Sequence[Tensors]) -> None:
        self._layers = layers
        self._tensors = tensors
        self._small = SmallImagesRunner(layers, tensors) if is_computed(layers) else None
        self._runner: Runner | None = None

    def run(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""
        work = len(rows) * sum(layer.cost for layer in self._layers[start:stop])
        small = self._small if work <= SMALL_WORK else None
        return (small or self._built()).run(rows, start, stop)

    def jacobian_squares(
        self, rows: NDArray[np.float32], stop: int, units: int
    ) -> NDArray[np.float64]:
        """Return squared norms ``[n]`` of the first ``units`` outputs' derivatives by ``rows``."""
        return self._built().jacobian_squares(rows, stop, units)

    def _built(self) -> Runner:
        if self._runner is None:
            from aegui.core.latent.images import ImagesRunner

            self._runner = ImagesRunner(self._layers, self._tensors)
        return self._runner
