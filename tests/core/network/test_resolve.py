"""A draft is resolved to shapes, or to messages that say why it is invalid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import MAX_PARAMETERS, resolve
from aegui.core.recipe import Recipe

LETTERS = Dataset.from_images("blank", np.zeros((4, 7, 5)))


def draft(**changes: Any) -> Recipe:
    return Recipe.model_validate(changes)


def test_the_course_network() -> None:
    resolved = resolve(draft(), LETTERS).resolved
    assert resolved is not None
    assert resolved.sizes == (35, 25, 10, 2, 10, 25, 35)
    assert resolved.parameters == sum(
        (a + 1) * b for a, b in zip(resolved.sizes, resolved.sizes[1:], strict=False)
    )
    assert [shape.where for shape in resolved.layers] == [
        "network.encoder.0", "network.encoder.1", "network.latent",
        "network.encoder.1", "network.encoder.0", "network.output",
    ]  # fmt: skip


def test_a_decoder_of_its_own() -> None:
    network = {"encoder": [], "decoder": [{"units": 7}, {"units": 9}]}
    resolution = resolve(draft(network=network), LETTERS)
    assert resolution.resolved is not None
    assert resolution.resolved.sizes == (35, 2, 7, 9, 35)
    assert resolution.layers[1].where == "network.decoder.0"


@pytest.mark.parametrize("output", ["identity", "tanh", "relu"])
def test_cross_entropy_needs_a_sigmoid(output: str) -> None:
    resolution = resolve(draft(network={"output_activation": output}), LETTERS)
    assert resolution.resolved is None
    assert [problem.where for problem in resolution.problems] == ["network.output"]
    assert "Sigmoid" in resolution.problems[0].message
    assert len(resolution.layers) == 6
    fixed = draft(network={"output_activation": output}, training={"loss": "mse"})
    assert resolve(fixed, LETTERS).resolved is not None


def test_an_output_is_not_refused_for_a_loss_that_is_not_used() -> None:
    network = {"output_activation": "tanh"}
    assert resolve(draft(network=network, gan={}), LETTERS).resolved is not None
    for epochs, used in ((0, False), (5, True)):
        classifier = {"pretrain": {"epochs": epochs, "loss": "bce"}}
        problems = resolve(draft(network=network, classifier=classifier), LETTERS).problems
        assert [problem.where for problem in problems] == ["network.output"] * used


def test_too_many_parameters_are_refused_at_the_largest_layer() -> None:
    network = {"encoder": [{"units": 60_000}, {"units": 60_000}]}
    problem = resolve(draft(network=network), LETTERS).problems[0]
    assert problem.where == "network.encoder.1"
    assert f"{MAX_PARAMETERS:,}" in problem.message


def test_networks_of_other_tensors_have_other_signatures() -> None:
    def signature(**network: Any) -> str:
        resolved = resolve(draft(network=network), LETTERS).resolved
        assert resolved is not None
        return resolved.signature

    def filters(kernel: Any, **more: Any) -> str:
        return signature(encoder=[{"kind": "conv", "channels": 4, "kernel": kernel}], **more)

    assert filters(3) == filters((3, 3))
    assert len({filters(3), filters((1, 5)), filters((5, 1)), filters(3, tied=True)}) == 4
    assert signature() != signature(tied=True)


def test_the_signature_of_a_dense_network_stays_that_of_shipped_checkpoints() -> None:
    resolved = resolve(draft(), LETTERS).resolved
    assert resolved is not None
    assert resolved.signature == "1x7x5-dense:25-dense:10-plain:2-dense:10-dense:25-dense:35"
