"""The summary table of a network."""

from __future__ import annotations

import csv
import io

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import layer_shapes, resolve
from aegui.core.network.summary import summary_of
from aegui.core.recipe import Recipe

CONV = {
    "encoder": [
        {"kind": "conv", "channels": 4, "kernel": 3, "stride": 2},
        {"kind": "batch_norm"},
        {"kind": "flatten"},
        {"units": 8},
    ],
    "latent": {"kind": "gaussian", "units": 2},
    "decoder": [{"units": 8}],
}


def test_every_layer_has_its_shape_and_the_sums_are_those_of_the_network() -> None:
    dataset = load_builtin("digits").subset(range(40))
    recipe = Recipe.model_validate({"network": CONV, "data": {"source": "digits"}})
    summary = summary_of(layer_shapes(recipe, dataset.image_shape))
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    assert summary.parameters == resolved.parameters
    assert summary.buffers == 2 * 4, "running mean and variance of four channels"
    first, conv, norm, flat, dense, code, *_ = summary.rows
    assert (first.layer, first.shape) == ("Input", "1x8x8")
    assert (conv.layer, conv.shape, conv.parameters) == ("Convolution", "4x4x4", 4 * 9 + 4)
    assert conv.settings == "kernel 3, stride 2, ReLU"
    assert (norm.parameters, norm.buffers) == (8, 8)
    assert (flat.shape, flat.parameters) == ("64", 0)
    assert (dense.shape, dense.parameters) == ("8", 64 * 8 + 8)
    assert (code.layer, code.shape, code.parameters) == ("Gaussian code", "2", 8 * 4 + 4)
    assert summary.problems == ()


def test_sizes_of_rows_and_columns_are_told() -> None:
    conv = {"kind": "conv", "channels": 4, "kernel": [1, 2], "stride": [2, 1]}
    recipe = Recipe.model_validate({"network": {"encoder": [conv]}})
    row = summary_of(layer_shapes(recipe, (1, 7, 5))).rows[1]
    assert row.settings == "kernel 1x2, stride 2x1, ReLU"
    assert (row.shape, row.parameters) == ("4x4x5", 4 * 2 + 4)


@pytest.mark.parametrize("form", ["text", "csv", "markdown"])
def test_it_is_written_in_three_forms(form: str) -> None:
    recipe = Recipe.model_validate({"network": {"encoder": [{"units": 1000}]}})
    summary = summary_of(layer_shapes(recipe, (1, 7, 5)))
    text = summary.text(form)
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sum(int(row["Parameters"]) for row in rows) == summary.parameters
        assert [row["Output shape"] for row in rows] == ["1x7x5", "1000", "2", "1000", "35"]
    elif form == "markdown":
        assert text.splitlines()[1] == "| --- | --- | --- | --- | --: |"
        assert "36,000" in text
    else:
        lines = text.splitlines()
        assert len({len(line) for line in lines[2:7]}) == 1, "numbers end in one column"
        assert f"Parameters: {summary.parameters:,}" in lines
        assert lines[-1] == "Weights of one network: 0.3 MB", "the unit of the rest of the program"


def test_what_does_not_fit_ends_the_table_and_is_said() -> None:
    bad = {"encoder": [{"units": 4}, {"kind": "max_pool"}, {"units": 3}]}
    summary = summary_of(layer_shapes(Recipe.model_validate({"network": bad}), (1, 7, 5)))
    assert [row.shape for row in summary.rows] == ["1x7x5", "4"]
    assert "image" in summary.problems[0]
