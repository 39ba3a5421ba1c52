"""Small networks for pages, with every kind of layer and every activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.loop.train import train
from aegui.core.web_page.exhibit import Exhibit

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun

PICTURES = Dataset.from_images(
    "pictures",
    np.random.default_rng(3).random((12, 3, 8, 8)),
    labels=["warm"] * 6 + ["cold"] * 6,
    names=[f"picture {n}" for n in range(12)],
)
_CONV = {"kind": "conv", "channels": 4, "kernel": 3}
_BACK = {"kind": "reshape", "channels": 4, "height": 4, "width": 4}
_UP = {"kind": "conv_transpose", "channels": 4, "kernel": 4, "stride": 2, "padding": 1}
CHAINS: dict[str, dict[str, Any]] = {
    "strided": {
        "encoder": [_CONV | {"stride": 2, "activation": "tanh"}],
        "decoder": [{"units": 64}, _BACK, _UP | {"activation": "silu"}],
    },
    "pooled": {
        "encoder": [_CONV, {"kind": "max_pool"}, _CONV, {"kind": "avg_pool"}],
        "decoder": [
            {"units": 16},
            _BACK | {"height": 2, "width": 2},
            {"kind": "upsample"},
            _CONV,
            {"kind": "upsample", "mode": "bilinear"},
        ],
    },
    "even": {
        "encoder": [_CONV | {"kernel": [1, 2]}],
        "decoder": [
            {"units": 64},
            _BACK,
            _UP | {"padding": None, "kernel": 2, "stride": 1},
            _UP | {"kernel": 3, "stride": [2, 2], "output_padding": 1},
            {"kind": "dropout"},
        ],
    },
    "normalised": {
        "encoder": [_CONV, {"kind": "batch_norm", "activation": "relu"}],
        "decoder": [
            {"units": 64},
            {"kind": "layer_norm", "activation": "relu"},
            _BACK,
            {"kind": "layer_norm"},
            _UP,
            {"kind": "batch_norm", "activation": "elu"},
        ],
    },
}
"""Hidden layers by name, of networks that draw the three channels of ``PICTURES``."""
READERS: dict[str, list[dict[str, Any]]] = {
    "strided reader": [_CONV | {"stride": [2, 1], "padding": [1, 0]}, {"kind": "batch_norm"}],
    "pooling reader": [_CONV | {"kernel": [1, 2]}, {"kind": "max_pool"}, {"kind": "flatten"}],
    "averaging reader": [{"kind": "layer_norm"}, {"kind": "avg_pool"}],
}
"""Encoders of letters by name: a page has the encoder of networks of glyphs."""


def trained(recipe: dict[str, Any], dataset: Dataset | None = None) -> SavedRun:
    """Train for some epochs."""
    dataset = dataset or load_builtin("lowercase")
    made = Recipe.model_validate({"training": {"epochs": 3}} | recipe)
    resolved = resolve(made, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return saved_run_of(last.result(), resolved)


def letters(activation: str = "tanh", **changes: Any) -> SavedRun:
    """Return a network of letters whose hidden layers have that activation."""
    network: dict[str, Any] = {"encoder": [{"units": 12, "activation": activation, "slope": 0.8}]}
    return trained({"network": network} | changes)


def every_kind() -> list[Exhibit]:
    """Return a network for each activation, kind of code and chain."""
    found = {f"activation {key}": letters(key) for key in ACTIVATIONS}
    dense = {"encoder": [{"units": 12}]}
    codes: dict[str, dict[str, Any]] = {
        "gaussian": {"kind": "gaussian", "units": 2},
        "squeezed": {"kind": "gaussian", "units": 2, "activation": "tanh"},
        "sparse": {"units": 9, "top_k": 3, "top_by": "magnitude"},
        "one number": {"units": 1},
    }
    for name, latent in codes.items():
        found[name] = trained({"network": dense | {"latent": latent}})
    found["tied"] = trained({"network": dense | {"tied": True}})
    for name, chain in CHAINS.items():
        found[name] = trained({"network": chain}, PICTURES)
    for name, encoder in READERS.items():
        network = {"encoder": encoder, "decoder": [{"units": 9}]}
        found[name] = trained({"network": network})
    return [Exhibit.of_saved(name, saved) for name, saved in found.items()]
