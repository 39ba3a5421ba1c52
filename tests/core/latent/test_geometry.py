"""Jacobians and stretch of decoders."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from aegui.core.errors import AeguiError
from aegui.core.latent.codec import Codec
from aegui.core.latent.frame import spanned_frame
from aegui.core.latent.geometry import FLATTEST, metrics, stretch, tangents
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import Recipe
from aegui.core.training.record.snapshot import LayerWeights, Snapshot
from tests.core.latent.linear import groups, linear_codec

if TYPE_CHECKING:
    from numpy.typing import NDArray


def codec_of(network: dict[str, Any], shape: tuple[int, int, int] = (1, 7, 5)) -> Codec:
    """Return a network with random weights."""
    recipe = Recipe.model_validate({"network": network})
    draw = np.random.default_rng(3)
    layers = tuple(
        LayerWeights(
            {
                each.name: (
                    np.abs(draw.normal(0.8, 0.3, (1, *each.shape)))
                    if each.name in {"variance", "scale"}
                    else draw.normal(0.0, 0.5, (1, *each.shape))
                ).astype(np.float32)
                for each in layer.tensors
            }
        )
        for layer in layer_shapes(recipe, shape).layers
    )
    return Codec(recipe, shape, Snapshot(4, layers))


def jacobians(
    codec: Codec, codes: NDArray[Any], ways: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    return tangents(codec, codes, ways).transpose(0, 2, 1)


def by_differences(codec: Codec, codes: NDArray[np.float32]) -> NDArray[np.float32]:
    columns = []
    for way in np.eye(codec.latent_size, dtype=np.float32):
        ahead, behind = codec.decode(codes + 1e-3 * way), codec.decode(codes - 1e-3 * way)
        columns.append((ahead - behind) / 2e-3)
    return np.stack(columns, axis=2)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_rows_agree_with_automatic_differentiation(activation: str) -> None:
    layer = {"units": 9, "activation": activation, "slope": 0.7, "dropout": 0.2}
    codec = codec_of(
        {
            "encoder": [layer],
            "latent": {"units": 3, "slope": 1.3},
            "output_activation": activation,
            "output_slope": 0.9,
        }
    )
    codes = np.random.default_rng(0).normal(0, 0.5, (4, 3)).astype(np.float32)
    runner: Any = codec._runner
    steps = runner._steps[codec.code_end :]

    def decode(x: torch.Tensor) -> torch.Tensor:
        for spec, tensors in steps:
            if "weight" in tensors:
                x = x @ torch.tensor(tensors["weight"]) + torch.tensor(tensors["bias"])
                x = ACTIVATIONS[spec.activation].function(x * spec.slope)
        return x

    exact = torch.stack(
        [jacobian(decode, torch.tensor(code)) for code in codes]  # type: ignore[no-untyped-call]
    )
    assert jacobians(codec, codes) == pytest.approx(exact.numpy(), abs=2e-5, rel=1e-4)
    assert jacobians(codec, codes).shape == (4, 35, 3)


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
def test_normalisations_have_slopes_too(kind: str) -> None:
    norm = {"kind": kind, "activation": "tanh"}
    codec = codec_of(
        {"encoder": [{"units": 9}, norm], "decoder": [norm, {"units": 9}, norm], "latent": {}}
    )
    codes = np.random.default_rng(0).normal(0, 0.5, (4, 2)).astype(np.float32)
    assert jacobians(codec, codes) == pytest.approx(by_differences(codec, codes), abs=3e-3)


def test_images_are_differentiated_by_differences() -> None:
    codec = codec_of(
        {
            "encoder": [{"kind": "conv", "channels": 3, "kernel": 3, "stride": 2}],
            "latent": {"units": 2},
        },
        (1, 8, 8),
    )
    codes = np.random.default_rng(0).normal(0, 0.5, (3, 2)).astype(np.float32)
    assert codec.decoder_tangents(codes, np.eye(2)) is None
    assert jacobians(codec, codes) == pytest.approx(by_differences(codec, codes), abs=2e-3)


def test_along_directions_and_refusals() -> None:
    codec = linear_codec(groups(), 3)
    ways = np.array([[0.6, 0.8, 0.0], [0.0, 0.0, 2.0]])
    full = jacobians(codec, np.zeros((2, 3)))
    assert jacobians(codec, np.zeros((2, 3)), ways) == pytest.approx(full @ ways.T, abs=1e-6)
    with pytest.raises(AeguiError, match="takes 3 numbers"):
        codec.decoder_tangents(np.zeros(2), ways)


def test_a_projection_stretches_nothing() -> None:
    """The components of PCA are orthonormal: lengths are preserved in all directions."""
    codec = linear_codec(groups(), 3)
    found = stretch(codec, np.ones((2, 3)), spanned_frame(np.eye(3)[:2], np.zeros(3)).across)
    assert found.lengths == pytest.approx(np.ones((2, 1)), abs=1e-5)
    assert stretch(codec, np.zeros(3)).log_area == pytest.approx([0.0], abs=1e-5)
    assert metrics(codec, np.zeros(3)) == pytest.approx(np.eye(3)[None], abs=1e-5)


@pytest.mark.parametrize("angle", [0.0, 0.4, -1.2, np.pi / 2])
def test_the_ellipse_points_where_the_image_changes_most(angle: float) -> None:
    codec = linear_codec(groups(), 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    # Directions such that the image changes 3 times as fast along ``angle`` as across it.
    ways = (turn * [[3.0], [0.5]]).T @ turn
    found = stretch(codec, np.zeros(2), ways)
    assert found.lengths[0] == pytest.approx([3.0, 0.5], abs=1e-5)
    assert found.log_area[0] == pytest.approx(np.log(1.5), abs=1e-5)
    assert np.sin(found.angles[0] - angle) == pytest.approx(0.0, abs=1e-4)


def test_a_line_has_one_length_and_a_dead_decoder_is_flat() -> None:
    codec = linear_codec(groups(), 1)
    found = stretch(codec, np.zeros((2, 1)), [[1.0], [0.0]])
    assert found.lengths == pytest.approx(np.ones((2, 1)), abs=1e-5)
    assert found.angles.tolist() == [0.0, 0.0]
    dead = codec_of({"encoder": [{"units": 4, "activation": "relu"}], "latent": {}})
    far = stretch(dead, [[1e30, 1e30]])
    assert np.isfinite(far.log_area).all()
    assert far.log_area[0] >= FLATTEST
    assert all(itertools.chain.from_iterable(np.isfinite(far.lengths).tolist()))
