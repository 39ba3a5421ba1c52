"""Numpy computes image layers as torch does, and a few small images without torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from aegui.core.latent import small_images
from aegui.core.latent.codec import SMALL_WORK, Codec
from aegui.core.latent.images import ImagesRunner
from aegui.core.latent.rows import runs_on_rows
from aegui.core.latent.small_images import SmallImagesRunner
from aegui.core.training.loop.train import train
from tests.core.training.engines.test_layered import (
    CONV,
    CORNERS,
    NETWORKS,
    images,
    resolved_recipe,
)

CHAINS = {
    f"{name}, {channels}": ((channels, 8, 10), NETWORKS[name])
    for name in NETWORKS
    for channels in (1, 3)
} | {name: (shape, network) for name, (shape, _, network) in CORNERS.items()}


def learnt_codec(shape: tuple[int, int, int], network: dict[str, object]) -> Codec:
    """Return a codec after some epochs, so that running statistics are not the first ones."""
    training = {"epochs": 3, "batch_size": 9, "optimizer": {"name": "sgd", "learning_rate": 0.01}}
    resolved = resolved_recipe(images(*shape), network=network, training=training, runs=1)
    *_, done = train(resolved)
    return Codec(resolved.recipe, shape, done.snapshot())


@pytest.mark.parametrize("key", CHAINS)
def test_outputs_are_those_of_torch(key: str) -> None:
    codec = learnt_codec(*CHAINS[key])
    small, large = (kind(codec.layers, codec.tensors) for kind in (SmallImagesRunner, ImagesRunner))
    draw = np.random.default_rng(1)
    ends = (0, codec.code_end, codec.pixels), (codec.code_end, len(codec.layers), codec.latent_size)
    for start, stop, width in ends:
        for count in (1, 5):
            rows = draw.standard_normal((count, width)).astype(np.float32)
            found, wanted = small.run(rows, start, stop), large.run(rows, start, stop)
            assert found.dtype == np.float32
            assert found.shape == wanted.shape
            assert np.allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_torch_takes_over_where_there_is_more_to_do() -> None:
    codec = learnt_codec((1, 8, 10), {"encoder": [CONV], "latent": {"units": 3}})
    count = int(codec.numpy_work // codec.cost) + 1
    codes = np.random.default_rng(1).standard_normal((count, 3)).astype(np.float32)
    assert SMALL_WORK == codec.numpy_work < count * codec.cost
    several = np.concatenate([codec.decode(codes[:-1]), codec.decode(codes[-1:])])
    assert np.allclose(codec.decode(codes), several, rtol=1e-4, atol=1e-5)


def test_a_discriminator_of_images_is_counted_too() -> None:
    network = {"encoder": [CONV], "decoder": [{"units": 6}], "latent": {"units": 3}}
    resolved = resolved_recipe(images(1, 8, 10), network=network, gan={}, runs=1)
    codec = Codec(resolved.recipe, (1, 8, 10), next(train(resolved)).snapshot())
    assert codec.can_judge
    assert runs_on_rows(codec.layers)
    assert codec.numpy_work == SMALL_WORK


def test_a_kind_of_layer_that_numpy_lacks_is_computed_by_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = learnt_codec((1, 8, 10), NETWORKS["upsampling"])
    codes = np.random.default_rng(1).standard_normal((2, 3)).astype(np.float32)
    wanted = known.decode(codes)
    monkeypatch.setattr(small_images, "KINDS", small_images.KINDS - {"upsample"})
    monkeypatch.setattr(SmallImagesRunner, "run", lambda *_: pytest.fail("numpy lacks it"))
    codec = learnt_codec((1, 8, 10), NETWORKS["upsampling"])
    assert codec.numpy_work == 0
    assert np.allclose(codec.decode(codes), wanted, rtol=1e-3, atol=1e-4)


def test_a_code_is_decoded_without_torch() -> None:
    """A child process: here torch has been imported already."""
    text = """
import sys
import numpy as np
from aegui.core.latent.small_images import SmallImagesRunner
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import Recipe

conv = {"kind": "conv", "channels": 3, "stride": 2}
recipe = Recipe.model_validate({"network": {"encoder": [conv], "latent": {"units": 2}}})
layers = layer_shapes(recipe, (1, 8, 10), -1).layers
draw = np.random.default_rng(0)
tensors = [
    {one.name: draw.standard_normal(one.shape).astype(np.float32) for one in layer.tensors}
    for layer in layers
]
image = SmallImagesRunner(layers, tensors).run(np.ones((1, 80), np.float32), 0, len(layers))
assert image.shape == (1, 80)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", text], check=True)
