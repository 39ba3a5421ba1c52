"""New images from fixed noise: the same codes with the newest weights, while visible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.evaluation.samples import drawn_codes
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.features.gan.model.samples_service import DEFAULT_COUNT, GeneratedSamples, SamplesService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

CONV: dict[str, Any] = {
    "encoder": [{"units": 8}],
    "latent": {"units": 3},
    "decoder": [
        {"units": 16},
        {"kind": "reshape", "channels": 4, "height": 2, "width": 2},
        {"kind": "conv_transpose", "channels": 3},
    ],
    "output_layer": {"kind": "conv_transpose", "channels": 1},
}


def codecs(network: dict[str, Any], **changes: Any) -> list[Codec]:
    """Return the network before its first step and after each of two batches."""
    changes = changes or {"gan": {}}
    training = {"epochs": 1, "batch_size": 20}
    recipe = Recipe.model_validate({"network": network, "training": training, **changes})
    dataset = load_builtin("digits").subset(range(40))
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    steps = train(resolved, Control(max_chunk=1))
    return [Codec(recipe, dataset.image_shape, training.snapshot()) for training in steps]


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[SamplesService]:
    made = SamplesService()
    made.images.set_active(True)
    yield made
    made.shutdown()


@pytest.fixture
def heard(service: SamplesService) -> list[GeneratedSamples]:
    found: list[GeneratedSamples] = []
    service.images.answered.connect(found.append)
    return found


def test_codes_are_decoded_and_judged(
    qtbot: QtBot, service: SamplesService, heard: list[GeneratedSamples]
) -> None:
    codec = codecs({"encoder": [{"units": 8}], "latent": {"units": 3}})[0]
    service.set_codec(codec)
    qtbot.waitUntil(lambda: len(heard) == 1)
    (samples,) = heard
    np.testing.assert_array_equal(samples.codes, drawn_codes(DEFAULT_COUNT, 3, 0))
    assert samples.images.shape == (DEFAULT_COUNT, 1, 8, 8)
    rows = codec.decode(samples.codes)
    np.testing.assert_allclose(samples.images.reshape(DEFAULT_COUNT, -1), rows, atol=1e-6)
    assert samples.scores is not None
    np.testing.assert_allclose(samples.scores, codec.judge(rows), atol=1e-5)


def test_a_variational_decoder_has_no_scores(
    qtbot: QtBot, service: SamplesService, heard: list[GeneratedSamples]
) -> None:
    network = {"encoder": [{"units": 8}], "latent": {"units": 3, "kind": "gaussian"}}
    service.set_codec(codecs(network, seed=1)[-1])
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert heard[0].scores is None


def test_newer_weights_decode_the_same_codes(
    qtbot: QtBot, service: SamplesService, heard: list[GeneratedSamples]
) -> None:
    first, *_, last = codecs(CONV)
    for codec in (first, last):
        count = len(heard)
        service.set_codec(codec, live=True)
        qtbot.waitUntil(lambda count=count: len(heard) == count + 1)  # type: ignore[misc]
    np.testing.assert_array_equal(heard[0].codes, heard[1].codes)
    assert not np.array_equal(heard[0].images, heard[1].images)
    assert [samples.epoch for samples in heard] == [0, 1]


def test_other_noise_and_other_counts(
    qtbot: QtBot, service: SamplesService, heard: list[GeneratedSamples]
) -> None:
    service.set_codec(codecs(CONV)[0])
    qtbot.waitUntil(lambda: len(heard) == 1)
    service.set_count(16)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert service.count == 16
    np.testing.assert_array_equal(heard[1].codes, heard[0].codes[:16])
    service.draw()
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard[2].codes.shape == (16, 3)
    assert not np.array_equal(heard[2].codes, heard[1].codes)
    service.set_count(16)
    assert len(heard) == 3


def test_nothing_is_decoded_while_nobody_looks(
    qtbot: QtBot, service: SamplesService, heard: list[GeneratedSamples]
) -> None:
    service.images.set_active(False)
    service.set_codec(codecs(CONV)[0])
    service.draw()
    qtbot.wait(50)
    assert heard == []
    service.images.set_active(True)
    qtbot.waitUntil(lambda: len(heard) == 1)
    service.images.set_active(True)
    service.set_codec(None)
    service.draw()
    qtbot.wait(50)
    assert len(heard) == 1
