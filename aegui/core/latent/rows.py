"""Chains whose layers all work on rows of numbers, computed by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.core.recipe import LatentSpec, LayerSpec, NormSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape, Spec

    Tensors = Mapping[str, NDArray[np.float32]]

NORM_EPS = np.float32(1e-5)
_LARGE = 1 << 19
"""Weights from which one row's product waits for memory: they lie in no cache of one core."""
_ACTIVE_SHARE = 1 / 3
"""Share of inputs other than 0 up to which copying their weights is faster than reading all."""


def runs_on_rows(layers: Sequence[LayerShape]) -> bool:
    """Return whether numpy can compute the chain: no layer needs rows and columns."""
    return all(
        isinstance(layer.spec, LayerSpec | LatentSpec)
        or layer.spec.kind in {"dropout", "flatten"}
        or (isinstance(layer.spec, NormSpec) and not is_image(layer.input_shape))
        for layer in layers
    )


def bound(layers: Sequence[LayerShape], tensors: Sequence[Tensors], index: int) -> Tensors:
    """Return the tensors of a layer; a tied layer has the weight of its partner."""
    tied_to = layers[index].tied_to
    if tied_to is None:
        return tensors[index]
    weight = tensors[tied_to]["weight"]
    if weight.ndim == 2:
        # Of a gaussian code only the means.
        weight = weight[:, : layers[tied_to].outputs].T
    return {**tensors[index], "weight": weight}


class RowsRunner:
    """Computes a chain of dense layers and normalisations with the tensors of one run."""

    def __init__(self, layers: Sequence[LayerShape], tensors: Sequence[Tensors]) -> None:
        self._steps = tuple(
            (layer.spec, bound(layers, tensors, index)) for index, layer in enumerate(layers)
        )

    def run(self, rows: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """Return the output ``[n, outputs]`` of layers ``start`` to ``stop`` for ``rows``."""
        x = rows
        # Far outside the samples outputs overflow to infinity: not worth a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            for spec, tensors in self._steps[start:stop]:
                x = self.step(spec, tensors, x)
        return x

    @staticmethod
    def step(spec: Spec, tensors: Tensors, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the output of one layer for rows ``x``."""
        if isinstance(spec, LatentSpec | LayerSpec):
            return _dense(spec, tensors, x)
        if isinstance(spec, NormSpec):
            return ACTIVATIONS[spec.activation].values(_normalised(spec, tensors, x))
        return x

    def tangents(
        self, rows: NDArray[np.float32], directions: NDArray[np.float32], start: int, stop: int
    ) -> NDArray[np.float32]:
        """Return derivatives of layers ``start`` to ``stop`` along ``directions``, in forward mode.

        None of the layers may be the code's.

        Args:
            rows: Inputs, ``[n, inputs]``.
            directions: Directions, ``[k, inputs]``.
            start: The first layer.
            stop: The index after the last layer.

        Returns:
            Derivatives ``[n, k, outputs]``, exact but for rounding.
        """
        x = rows
        # While it is the same for all rows, it is computed for one of them.
        moves = directions[np.newaxis]
        with np.errstate(over="ignore", invalid="ignore"):
            for spec, tensors in self._steps[start:stop]:
                if isinstance(spec, LayerSpec):
                    slope = np.float32(spec.slope)
                    x = (x @ tensors["weight"] + tensors["bias"]) * slope
                    # One large product: numpy would loop over the rows of a three-dimensional one.
                    flat = moves.reshape(-1, moves.shape[2]) @ (tensors["weight"] * slope)
                    moves = flat.reshape(*moves.shape[:2], -1)
                elif isinstance(spec, NormSpec):
                    moves = _normalised_moves(spec, tensors, x, moves)
                    x = _normalised(spec, tensors, x)
                else:
                    continue
                moves = moves * ACTIVATIONS[spec.activation].slopes(x)[:, np.newaxis]
                x = ACTIVATIONS[spec.activation].values(x)
        shape = (len(rows), *moves.shape[1:])
        return np.asarray(np.broadcast_to(moves, shape), np.float32)

    def jacobian_squares(
        self, rows: NDArray[np.float32], stop: int, units: int
    ) -> NDArray[np.float64]:
        """Return the squared Frobenius norm of a code's derivative by its input, in reverse mode.

        Args:
            rows: Inputs, ``[n, inputs]``.
            stop: The index after the code's layer; the chain begins at its first layer.
            units: Numbers of the code; log variances after them are left out.

        Returns:
            float64 ``[n]``, exact but for rounding; dropped numbers of a k-sparse code have no
            derivative.
        """
        steps = [(spec, tensors) for spec, tensors in self._steps[:stop] if _moves(spec)]
        x, entered = rows, []
        with np.errstate(over="ignore", invalid="ignore"):
            for spec, tensors in steps:
                entered.append(x)
                x = self.step(spec, tensors, x)
            # Derivatives of the code's numbers by those of a layer, ``[n, units, width]``.
            moves: NDArray[np.float32] = np.ones((1, 1, 1), np.float32)
            for index in reversed(range(len(steps))):
                spec, tensors = steps[index]
                is_code = index == len(steps) - 1
                moves = _pulled_back(spec, tensors, entered[index], moves, units if is_code else 0)
            norms: NDArray[np.float64] = np.square(moves, dtype=np.float64).sum(axis=(1, 2))
            return norms


def _moves(spec: Spec) -> bool:
    """Return whether a layer changes its numbers at all."""
    return isinstance(spec, LatentSpec | LayerSpec | NormSpec)


def _pulled_back(
    spec: Spec,
    tensors: Tensors,
    x: NDArray[np.float32],
    moves: NDArray[np.float32],
    units: int,
) -> NDArray[np.float32]:
    """Pull derivatives ``moves`` ``[n, u, outputs]`` of the code back through a layer (VJP).

    Args:
        spec: The layer.
        tensors: Its tensors.
        x: Its input, ``[n, inputs]``.
        moves: Derivatives of the code by its output; unused for the code's own layer.
        units: For the code's layer the numbers of a code, else 0.
    """
    if isinstance(spec, NormSpec):
        slopes: NDArray[np.float32] = ACTIVATIONS[spec.activation].slopes(
            _normalised(spec, tensors, x)
        )[:, np.newaxis]
        # The derivative of a normalisation is symmetric, except for the scale after it.
        unscaled = {**tensors, "scale": np.ones_like(tensors["scale"])}
        return _normalised_moves(spec, unscaled, x, moves * slopes * tensors["scale"])
    assert isinstance(spec, LatentSpec | LayerSpec)
    activation = ACTIVATIONS[spec.activation]
    weight = tensors["weight"] * np.float32(spec.slope)
    z = (x @ tensors["weight"] + tensors["bias"]) * np.float32(spec.slope)
    if not units:
        slopes = activation.slopes(z)[:, np.newaxis]
        flat = (moves * slopes).reshape(-1, z.shape[1])
        return np.asarray(flat @ weight.T, np.float32).reshape(*moves.shape[:2], -1)
    z, into = z[:, :units], weight[:, :units].T
    slopes = activation.slopes(z)
    largest = _largest_indices(spec, activation.values(z)) if isinstance(spec, LatentSpec) else None
    if largest is None:
        return np.asarray(slopes[:, :, np.newaxis] * into, np.float32)
    moved = np.take_along_axis(slopes, largest, axis=1)[:, :, np.newaxis] * into[largest]
    return np.asarray(moved, np.float32)


def _dense(
    spec: LayerSpec | LatentSpec, tensors: Tensors, x: NDArray[np.float32]
) -> NDArray[np.float32]:
    x = _product(x, tensors["weight"])
    x += tensors["bias"]
    if spec.slope != 1.0:
        x *= np.float32(spec.slope)
    if not isinstance(spec, LatentSpec):
        return ACTIVATIONS[spec.activation].values(x)
    if spec.kind == "gaussian":
        if spec.activation == "identity":
            return x
        mean, log_variance = x[:, : spec.units], x[:, spec.units :]
        return np.concatenate([ACTIVATIONS[spec.activation].values(mean), log_variance], axis=1)
    return _largest(spec, ACTIVATIONS[spec.activation].values(x))


def _product(x: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``x @ weight``; of one row, without reading the weights of inputs that are 0."""
    if len(x) == 1 and weight.size >= _LARGE and weight.flags.c_contiguous:
        active = np.flatnonzero(x[0])
        if len(active) <= _ACTIVE_SHARE * len(weight):
            return np.asarray(x[:, active] @ weight[active], np.float32)
    return np.asarray(x @ weight, np.float32)


def _largest(spec: LatentSpec, code: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep only the k largest numbers of each code, if the specification requests it."""
    indices = _largest_indices(spec, code)
    if indices is None:
        return code
    result = np.zeros_like(code)
    np.put_along_axis(result, indices, np.take_along_axis(code, indices, axis=1), axis=1)
    return result


def _largest_indices(spec: LatentSpec, code: NDArray[np.float32]) -> NDArray[np.int64] | None:
    """Return the indices of the kept numbers of each code, ``[n, k]``; None for all."""
    if spec.top_k is None or spec.top_k >= spec.units:
        return None
    ranked = np.abs(code) if spec.top_by == "magnitude" else code
    return np.argpartition(-ranked, spec.top_k - 1, axis=1)[:, : spec.top_k]


def _normalised(spec: NormSpec, tensors: Tensors, x: NDArray[np.float32]) -> NDArray[np.float32]:
    if spec.kind == "batch_norm":
        mean, variance = tensors["mean"], tensors["variance"]
    else:
        mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    result: NDArray[np.float32] = (x - mean) / np.sqrt(variance + NORM_EPS)
    result *= tensors["scale"]
    result += tensors["bias"]
    return result


def _normalised_moves(
    spec: NormSpec, tensors: Tensors, x: NDArray[np.float32], moves: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the derivative of ``_normalised`` at ``x`` ``[n, f]`` along ``[n, k, f]``."""
    if spec.kind == "batch_norm":
        moved = moves * (tensors["scale"] / np.sqrt(tensors["variance"] + NORM_EPS))
        return np.asarray(moved, np.float32)
    size = np.sqrt(x.var(axis=1, keepdims=True) + NORM_EPS)
    unit = ((x - x.mean(axis=1, keepdims=True)) / size)[:, np.newaxis]
    along = (unit * moves).mean(axis=2, keepdims=True)
    moved = (moves - moves.mean(axis=2, keepdims=True) - unit * along) / size[:, np.newaxis]
    return np.asarray(moved * tensors["scale"], np.float32)
