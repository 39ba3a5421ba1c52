"""The steps of a journey agree with the network for every kind of layer, back to the input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.journey import Journey, JourneyStep
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LAYER_KINDS
from aegui.core.setup_line.reading import read_line
from aegui.core.training.loop.train import train

SIDE = 12
CHAINS = {
    "dense": "35-9:tanh:slope=1.5-5:silu-2",
    "written out": "35-9-[3:tanh]-7:gelu-35 relu",
    "gaussian": "35-9-3:gaussian:tanh relu",
    "k-sparse": "35-12:relu:top_k=3",
    "norms": "35-16-bn:relu-8-ln:silu-2 identity",
    "tied": "35-9-4 tanh | weights tied",
    "plain layers": "35-16-drop0.3-1x4x4-flat-2 tanh",
}
IMAGES = {
    "convolutions": "*-c4-c6s2-5 silu",
    "even kernels": "*-c4k4s2-c3k2x3-4 tanh",
    "pooling": "*-c4-max2-c5-avg2-4 relu",
    "upsampling": "*-8-[3]-48-3x4x4-up3:bilinear-c3-* silu",
    "copies": "*-8-[3]-32-2x4x4-up3-c2k5-* silu",
    "norms of images": "*-c4:identity-bn:relu-c4s2:identity-ln:tanh-4",
    "stamps": "*-c4s2-[4]-72-2x6x6-t5k3s2p1o1-* leaky_relu",
    "added": "*-c3k3s3-4 tanh",
}


def codec_of(line: str, image: bool) -> tuple[Codec, np.ndarray[Any, Any]]:
    source = '"files" ' if image else ""
    recipe = read_line(f"{source}{line} | 3 epochs | batch 4 | seed 3").recipe
    shape = (2, SIDE, SIDE) if image else (1, 7, 5)
    images = np.random.default_rng(1).random((6, *shape), np.float32)
    if not image:
        images = (images > 0.5).astype(np.float32)
    labels = tuple("abcdef")
    resolved = resolve(recipe, Dataset("some", images, labels, labels)).resolved
    assert resolved is not None, line
    *_, training = train(resolved)
    snapshot = training.result().snapshot
    assert snapshot is not None
    return Codec(recipe, shape, snapshot), images[2]


def cases() -> list[tuple[str, bool]]:
    return [(line, False) for line in CHAINS.values()] + [(line, True) for line in IMAGES.values()]


def agrees(step: JourneyStep, journey: Journey) -> None:
    wanted = float(journey.stages[step.stage].values[step.unit])
    scale = sum(abs(term.product) for term in step.terms) + abs(step.bias) + 1.0
    assert step.value == pytest.approx(wanted, abs=2e-6 * scale), (step.stage, step.unit)


@pytest.mark.parametrize(("line", "image"), cases(), ids=[*CHAINS, *IMAGES])
def test_every_number_is_made_of_those_before_it(line: str, image: bool) -> None:
    codec, shown = codec_of(line, image)
    journey = Journey(codec, shown)
    answer = codec.reconstruct(shown.reshape(1, -1))[0]
    np.testing.assert_allclose(journey.stages[-1].values, answer, atol=1e-6)
    draw = np.random.default_rng(2)
    for stage in range(1, len(journey.stages)):
        count, before = len(journey.stages[stage].values), journey.stages[stage - 1].values
        for unit in draw.permutation(count)[:25].tolist():
            step = journey.step(stage, unit)
            agrees(step, journey)
            sizes = [abs(term.product) for term in step.terms]
            assert sizes == sorted(sizes, reverse=True)
            assert len({term.unit for term in step.terms}) == len(step.terms)
            for term in step.terms[:5]:
                assert term.value == float(before[term.unit])


def test_every_kind_of_layer_is_among_the_cases() -> None:
    kinds = set()
    for line, image in cases():
        recipe = read_line(f'"files" *{line[line.index("-") :]}' if image else line).recipe
        parts = (*recipe.network.encoder, *(recipe.network.decoder or ()))
        kinds |= {layer.kind for layer in parts}
    assert kinds == set(LAYER_KINDS)


def test_a_journey_may_begin_at_a_code() -> None:
    codec, _ = codec_of("35-9-2 tanh", image=False)
    journey = Journey(codec, [0.3, -1.2], from_code=True)
    answer = codec.decode(np.array([[0.3, -1.2]], np.float32))[0]
    np.testing.assert_allclose(journey.stages[-1].values, answer, atol=1e-6)
    assert journey.stages[0].shape == (2,)
    step = journey.step(1, 4)
    agrees(step, journey)
    assert {term.unit for term in step.terms} == {0, 1}


def test_a_number_that_is_not_there_is_none() -> None:
    codec, shown = codec_of("35-9-2 tanh", image=False)
    journey = Journey(codec, shown)
    for stage, unit in ((0, 0), (1, 9), (1, -1)):
        with pytest.raises(IndexError):
            journey.step(stage, unit)


def test_what_a_sparse_code_leaves_out_is_nothing() -> None:
    codec, shown = codec_of(CHAINS["k-sparse"], image=False)
    journey = Journey(codec, shown)
    steps = [journey.step(1, unit) for unit in range(12)]
    assert sum(step.is_kept for step in steps) <= 3
    assert all(step.value == 0.0 for step in steps if not step.is_kept)
