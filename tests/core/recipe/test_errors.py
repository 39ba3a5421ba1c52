from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from aegui.core.recipe import Recipe
from aegui.core.recipe.errors import recipe_error


def words(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(content)
    return str(recipe_error(caught.value, "x.json"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"network": {"encoder": [{"kind": "conv", "channels": 0}]}},
            '"network.encoder.0.channels" is 0; it must be a whole number from 1 to 4,096.',
        ),
        (
            {"network": {"latent": {"beta": 1e300}}},
            '"network.latent.beta" is 1e+300; it must be a number from 0 to 1e30.',
        ),
        (
            {"network": {"encoder": [{"units": 0}]}},
            '"network.encoder.0.units" is 0; it must be a whole number from 1 to 262,144.',
        ),
        (
            {"network": {"encoder": [{"kind": "conv", "chanels": 3}]}},
            'there is no key "network.encoder.0.chanels". Did you mean "channels"? '
            "(1 more problem.)",
        ),
        (
            {"network": {"encoder": [3]}},
            '"network.encoder.0" is 3; it must be an object of keys and values.',
        ),
        (
            {"network": {"output_layer": {"channels": 1}}},
            '"network.output_layer.kind" is missing; it must be one of "conv", "conv_transpose".',
        ),
        (
            {"network": {"output_layer": {"kind": "dense"}}},
            '"network.output_layer.kind" is "dense"; it must be one of "conv", "conv_transpose".',
        ),
        (
            {"gan": {"discriminator": [{"kind": "conv", "channels": 3, "stride": 0}]}},
            '"gan.discriminator.0.stride" is 0; it must be a whole number from 1 to 64, or two of '
            "them for rows and columns.",
        ),
        *(
            (
                {"network": {"encoder": [{"kind": "conv", "channels": 3, "kernel": kernel}]}},
                f'"network.encoder.0.kernel{place}; it must be a whole number from 1 to 64'
                + ("." if place.startswith(".1") else ", or two of them for rows and columns."),
            )
            for kernel, place in (
                ("1x2", '" is "1x2"'),
                ([1, 65], '.1" is 65'),
                ([1], '.1" is missing'),
                ([1, 2, 3], '" is [1, 2, 3]'),
            )
        ),
        (
            {"network": {"encoder": [{"kind": "conv", "channels": 3, "padding": -1}]}},
            '"network.encoder.0.padding" is -1; it must be a whole number from 0 to 64, or two of '
            "them for rows and columns.",
        ),
        (
            {"gan": {"discriminator": 4}},
            '"gan.discriminator" is 4; it must be a list [...] of at most 64 layers.',
        ),
        (
            {"data": {"labels": "a"}},
            '"data.labels" is "a"; it must be a list [...] of at most 10,000 strings.',
        ),
        (
            {"data": {"images": {"background": "red"}}},
            '"data.images.background" is "red"; it must be a colour such as "#ffffff".',
        ),
        (
            {"data": {"images": {"channels": 2}}},
            '"data.images.channels" is 2; it must be one of 1, 3.',
        ),
        (
            {"network": {"latent": {"kind": "gausian"}}},
            '"network.latent.kind" is "gausian"; it must be one of "plain", "gaussian". '
            'Did you mean "gaussian"?',
        ),
    ],
)
def test_what_is_wrong_is_told_by_key_value_and_range(
    content: dict[str, Any], expected: str
) -> None:
    assert words(content) == f"x.json: {expected}"


def test_a_misspelt_kind_of_layer_is_told_with_all_kinds_and_the_nearest() -> None:
    message = words({"network": {"encoder": [{"kind": "cnv", "channels": 3}]}})
    assert '"network.encoder.0.kind" is "cnv"' in message
    assert '"reshape". Did you mean "conv"?' in message
