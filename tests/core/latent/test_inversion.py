"""Inversion finds images of the generator again, and approximates others."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import Cancelled
from aegui.core.latent.codec import Codec
from aegui.core.latent.inversion import STARTS, nearest_drawn
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train

DENSE: dict[str, Any] = {"encoder": [{"units": 16}], "latent": {"units": 3}}
CONV: dict[str, Any] = {
    "encoder": [{"units": 8}],
    "latent": {"units": 2},
    "decoder": [
        {"units": 16},
        {"kind": "reshape", "channels": 4, "height": 2, "width": 2},
        {"kind": "conv_transpose", "channels": 3},
    ],
    "output_layer": {"kind": "conv_transpose", "channels": 1},
}


def codec_of(network: dict[str, Any]) -> Codec:
    training = {"epochs": 40, "batch_size": 20}
    recipe = Recipe.model_validate({"network": network, "training": training, "gan": {}})
    dataset = load_builtin("digits").subset(range(60))
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved, Control())
    return Codec(recipe, dataset.image_shape, last.snapshot())


@pytest.mark.parametrize("network", [DENSE, CONV], ids=["rows", "images"])
def test_what_it_has_drawn_is_found_again(network: dict[str, Any]) -> None:
    codec = codec_of(network)
    z = np.random.default_rng(4).normal(size=codec.latent_size).astype(np.float32)
    image = codec.decode(z)[0]
    found = nearest_drawn(codec, image.reshape(codec.image_shape), seconds=60.0)
    assert found.error < 0.02 * found.chance
    np.testing.assert_allclose(found.image, codec.decode(found.z)[0], atol=1e-6)
    assert float(np.square(found.image - image).mean()) == pytest.approx(found.error, abs=1e-6)
    assert found.complete
    assert found.starts == STARTS


def test_another_image_is_met_better_than_by_any_random_code() -> None:
    codec = codec_of(DENSE)
    image = load_builtin("digits").images[70]
    found = nearest_drawn(codec, image, seconds=60.0)
    random = codec.decode(np.random.default_rng(9).normal(size=(256, 3)))
    assert found.error <= np.square(random - image.reshape(-1)).mean(axis=1).min() + 1e-6
    assert np.linalg.norm(found.z) <= np.sqrt(3) + 3.0 + 1e-4


def test_it_ends_when_its_time_is_over_or_nobody_wants_it() -> None:
    codec = codec_of(DENSE)
    image = load_builtin("digits").images[70]
    now = iter(range(1000))
    found = nearest_drawn(codec, image, seconds=3.0, clock=lambda: 4.0 * next(now))
    assert not found.complete
    assert found.starts == STARTS
    given_up = threading.Event()
    given_up.set()
    with pytest.raises(Cancelled):
        nearest_drawn(codec, image, cancelled=given_up.is_set)
