"""ONNX files of every kind of layer and activation agree with our own networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.latent.codec import Codec
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import resolve
from aegui.core.onnx.graph import OnnxGraph, integer, part, real, varint
from aegui.core.onnx.model import formula_node, onnx_bytes
from aegui.core.recipe import Recipe
from aegui.core.recipe.layers import LAYERS
from aegui.core.training.step.parameters import Parameters, snapshot_of
from tests.core.source_code.cases import GAUSSIAN, conv, dense, network

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset

CLOSE = 1e-5

CASES: dict[str, dict[str, Any]] = {
    **{
        f"activation {key}": network(
            dense(9, activation=key, slope=1.5), latent={"units": 3, "activation": key}
        )
        for key in ACTIVATIONS
    },
    "gaussian": network(dense(9), latent=GAUSSIAN | {"activation": "tanh", "slope": 2.0}),
    "tied": network(dense(9), latent=GAUSSIAN, tied=True),
    "top k": network(latent={"units": 6, "top_k": 2}),
    "top k by magnitude": network(latent={"units": 6, "top_k": 2, "top_by": "magnitude"}),
    "norms of rows": network(
        dense(9),
        {"kind": "batch_norm", "activation": "relu"},
        {"kind": "layer_norm"},
        {"kind": "dropout"},
    ),
    "convolutions": network(
        conv(4, stride=2),
        {"kind": "batch_norm"},
        conv(4, kernel=[2, 3]),
        {"kind": "layer_norm", "activation": "relu"},
        {"kind": "flatten"},
    ),
    "even kernels": network(conv(3, kernel=2), conv(4, stride=2, kernel=4), tied=True),
    **{
        f"{kind}, {mode}": network(
            conv(3),
            {"kind": kind},
            decoder=[
                dense(24),
                {"kind": "reshape", "channels": 4, "height": 3, "width": 2},
                {"kind": "upsample", "mode": mode},
                {
                    "kind": "conv_transpose",
                    "channels": 3,
                    "kernel": 3,
                    "stride": 2,
                    "padding": 1,
                    "output_padding": 1,
                },
            ],
        )
        for kind, mode in (("max_pool", "nearest"), ("avg_pool", "bilinear"))
    },
}


def codec_of(dataset: Dataset | None = None, **changes: Any) -> tuple[Codec, Any]:
    """Return an untrained network with running statistics that differ from the initial ones."""
    import torch

    samples = load_builtin("lowercase") if dataset is None else dataset
    resolution = resolve(Recipe.model_validate({"seed": 3} | changes), samples)
    resolved = resolution.resolved
    assert resolved is not None, resolution.problems
    parameters = Parameters(resolved, torch.device("cpu"))
    random = torch.Generator().manual_seed(1)
    parameters.buffers.uniform_(0.5, 1.5, generator=random)
    parameters.flat.add_(torch.empty_like(parameters.flat).normal_(0, 0.05, generator=random))
    snapshot = snapshot_of(parameters.flat, parameters.buffers, parameters.layout, resolved, 0)
    return Codec(resolved.recipe, samples.image_shape, snapshot), samples


def answers(data: bytes, **inputs: Any) -> dict[str, Any]:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_encoder_decoder_and_all_of_it_answer_as_ours(case: str) -> None:
    codec, samples = codec_of(**CASES[case])
    images = np.asarray(samples.images[:12], np.float32)
    codes = codec.encode(images)
    found = answers(onnx_bytes(codec, "encoder", "letters"), images=images)
    np.testing.assert_allclose(found["code"], codes, atol=CLOSE, rtol=CLOSE)
    ours = codec.decode(codes).reshape(images.shape)
    found = answers(onnx_bytes(codec, "decoder", "letters"), code=codes)
    np.testing.assert_allclose(found["images"], ours, atol=CLOSE, rtol=CLOSE)
    found = answers(onnx_bytes(codec, "network", "letters"), images=images)
    np.testing.assert_allclose(found["answers"], ours, atol=10 * CLOSE, rtol=10 * CLOSE)
    np.testing.assert_allclose(found["code"], codes, atol=CLOSE, rtol=CLOSE)
    if codec.layers[codec.code_end - 1].spec.kind == "gaussian":
        _, spread = codec.encode_distribution(images)
        assert spread is not None
        np.testing.assert_allclose(found["log_variance"], spread, atol=CLOSE, rtol=CLOSE)


def test_every_kind_of_layer_is_tried() -> None:
    kinds = {layer.spec.kind for case in CASES.values() for layer in codec_of(**case)[0].layers}
    assert kinds >= set(LAYERS)


def test_classifiers_and_generators() -> None:
    digits = load_builtin("digits")
    codec, samples = codec_of(digits, classifier={"hidden": [dense(8)]})
    images = np.asarray(samples.images[:9], np.float32)
    found = answers(onnx_bytes(codec, "classifier", "digits"), images=images)
    np.testing.assert_allclose(found["chances"], codec.classify(images), atol=CLOSE)
    gan, _ = codec_of(gan={}, training={"batch_size": 8})
    codes = np.random.default_rng(0).standard_normal((5, gan.latent_size)).astype(np.float32)
    found = answers(onnx_bytes(gan, "decoder", "gan"), code=codes)
    ours = gan.decode(codes).reshape(5, *gan.image_shape)
    np.testing.assert_allclose(found["images"], ours, atol=CLOSE)
    with pytest.raises(AeguiError, match="encoder"):
        onnx_bytes(gan, "network", "gan")
    with pytest.raises(AeguiError, match="classifier"):
        onnx_bytes(codec_of()[0], "classifier", "letters")


def test_what_is_not_known_is_refused_in_words() -> None:
    with pytest.raises(AeguiError, match="gamma"):
        formula_node(OnnxGraph(), "gamma(z)", z="x")


def test_the_bytes_of_fields() -> None:
    assert varint(300) == b"\xac\x02"
    assert varint(-1) == b"\xff" * 9 + b"\x01"
    assert integer(1, 150) == b"\x08\x96\x01"
    assert part(2, "testing") == b"\x12\x07testing"
    assert real(1, 1.0) == b"\x0d\x00\x00\x80\x3f"
