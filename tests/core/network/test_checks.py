"""Invalid choices are reported at their location."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe

LETTERS = Dataset.from_images("letters", np.zeros((8, 7, 5)), labels=list("aabbccdd"))
DIGITS = Dataset.from_images("digits", np.zeros((8, 28, 28)), labels=list("01010101"))
COLOUR = Dataset.from_images("colour", np.zeros((4, 3, 8, 8)))

CONV: dict[str, Any] = {"kind": "conv", "channels": 4}


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        (
            {"network": {"encoder": [CONV | {"kernel": 40, "padding": 0}]}},
            "network.encoder.0",
            "The kernel of 40x40 is larger than the image of 28x28",
        ),
        (
            {"network": {"encoder": [{"kind": "upsample", "factor": 64}] * 3}},
            "network.encoder.1",
            "more than the limit of 67,108,864",
        ),
        (
            {"network": {"encoder": [{"units": 9}, CONV]}},
            "network.encoder.1",
            "put a Reshape layer before it",
        ),
        (
            {"network": {"encoder": [{"kind": "max_pool", "size": 29}]}},
            "network.encoder.0",
            "Squares of 29x29 are larger",
        ),
        (
            {"network": {"encoder": [CONV | {"stride": 3, "padding": 0}, {"kind": "max_pool"}]}},
            "network.encoder.1",
            "choose sizes that divide evenly",
        ),
        (
            {"network": {"decoder": [{"kind": "reshape", "channels": 3, "height": 1, "width": 1}]}},
            "network.decoder.0",
            "2 numbers arrive, but 3×1×1 takes 3",
        ),
        (
            {"network": {"latent": {"units": 2, "top_k": 3}}},
            "network.latent",
            "3 largest numbers but has only 2",
        ),
        ({"training": {"sparsity": {"weight": 0.1}}}, "training.sparsity", "choose Sigmoid"),
        (
            {"network": {"latent": {"kind": "gaussian"}}, "training": {"contractive": 0.1}},
            "network.latent",
            "Choose a plain code",
        ),
        ({"network": {"tied": True, "decoder": []}}, "network.tied", "mirrors the encoder"),
        (
            {"training": {"batch_size": 1}, "network": {"encoder": [{"kind": "batch_norm"}]}},
            "network.encoder.0",
            "use Layer norm",
        ),
        (
            {"training": {"batch_size": 1}, "classifier": {"hidden": [{"kind": "batch_norm"}]}},
            "classifier.hidden.0",
            "use Layer norm",
        ),
        (
            {
                "training": {"batch_size": 1},
                "gan": {"discriminator": [{"units": 5}, {"kind": "batch_norm"}]},
            },
            "gan.discriminator.1",
            "use Layer norm",
        ),
        (
            {"training": {"optimizer": {"name": "cg"}, "batch_size": 4}},
            "training.batch_size",
            "use the full batch",
        ),
    ],
)
def test_a_wrong_choice_is_told_at_its_place(
    content: dict[str, Any], where: str, words: str
) -> None:
    resolution = resolve(Recipe.model_validate(content), DIGITS)
    assert resolution.resolved is None
    assert where in {problem.where for problem in resolution.problems}
    assert any(words in problem.message for problem in resolution.problems)


def test_a_single_image_can_be_learnt_but_not_normalised_by_batches() -> None:
    alone = Dataset.from_images("one", np.zeros((1, 7, 5)))
    assert resolve(Recipe(), alone).resolved is not None
    network = {"encoder": [{"units": 5}, {"kind": "batch_norm"}]}
    (problem,) = resolve(Recipe.model_validate({"network": network}), alone).problems
    assert problem.where == "network.encoder.1"


def test_a_classifier_needs_two_classes() -> None:
    one = Dataset.from_images("one", np.zeros((3, 7, 5)), labels=["a", "a", "a"])
    (problem,) = resolve(Recipe.model_validate({"classifier": {}}), one).problems
    assert problem.where == "data.source"
    assert "one has 1" in problem.message
    assert resolve(Recipe.model_validate({"classifier": {}}), LETTERS).resolved is not None


def test_a_decoder_for_another_size_or_colour_says_what_is_missing() -> None:
    decoder = [
        {"units": 64},
        {"kind": "reshape", "channels": 1, "height": 8, "width": 8},
        CONV | {"channels": 1},
        {"kind": "max_pool"},
    ]
    network = {"decoder": decoder, "output_layer": CONV}
    (problem,) = resolve(Recipe.model_validate({"network": network}), COLOUR).problems
    assert problem.where == "network.output"
    assert "ends at 3×4×4 and the images are 3×8×8" in problem.message


def test_the_output_gets_the_channels_of_the_images() -> None:
    network = {"encoder": [CONV], "output_layer": CONV | {"channels": 1}}
    resolution = resolve(Recipe.model_validate({"network": network}), COLOUR)
    assert resolution.resolved is not None
    assert resolution.layers[-1].output_shape == (3, 8, 8)
