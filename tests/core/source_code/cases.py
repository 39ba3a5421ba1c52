"""Recipes that cover every activation, loss, optimiser, penalty, noise and kind of layer."""

from __future__ import annotations

from typing import Any

from aegui.core.data.builtin import load_builtin
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.source_code.subject import CodedRun
from aegui.core.source_code.torch_loop import OPTIMIZER_TEXTS
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

NONE_OF_IT = {"bfgs", "powell", "nelder_mead"}
"""Optimisers of which there is no code."""

OF_SCIPY = {"lbfgs", "cg"}


def subject(name: str = "Letters", **changes: Any) -> CodedRun:
    """Return the letters with some keys of a small network's recipe changed."""
    usual: dict[str, Any] = {"seed": 5, "network": {"encoder": [dense(9)]}}
    recipe = Recipe.model_validate(usual | changes)
    resolution = resolve(recipe, load_builtin("lowercase"))
    assert resolution.resolved is not None, resolution.problems
    return CodedRun.of(resolution.resolved, name)


def dense(units: int, **more: Any) -> dict[str, Any]:
    return {"kind": "dense", "units": units, **more}


def conv(channels: int, **more: Any) -> dict[str, Any]:
    return {"kind": "conv", "channels": channels, **more}


def network(*encoder: dict[str, Any], latent: Any = None, **more: Any) -> dict[str, Any]:
    return {"network": {"encoder": encoder, "latent": latent or {"units": 2}, **more}}


def trained(**more: Any) -> dict[str, Any]:
    return {"training": more}


def noisy(kind: str, **more: Any) -> dict[str, Any]:
    return {"data": {"corruption": {"kind": kind, "level": 0.2, **more}}}


GAUSSIAN = {"kind": "gaussian", "units": 3}
WIDE = {"units": 6, "activation": "sigmoid"}

DENSE: dict[str, dict[str, Any]] = {
    **{
        f"activation {key}": network(
            dense(9, activation=key, slope=1.5), latent={"units": 2, "activation": key}
        )
        for key in ACTIVATIONS
    },
    **{f"loss {key}": trained(loss=key) for key in LOSSES},
    **{
        f"optimizer {key}": trained(optimizer={"name": key, "learning_rate": 0.02})
        for key in OPTIMIZERS
        if key not in NONE_OF_IT
    },
    **{f"noise {key}": noisy(key) for key in CORRUPTIONS if key != "none"},
    "noise in batches": noisy("flip", copies=3) | trained(batch_size=30),
    "noise drawn once": noisy("flip", copies=2, fresh=False),
    "a noisy target": noisy("flip", clean_target=False) | trained(batch_size=20),
    "some kept": {"data": {"split": {"validation": 0.3}}},
    "moved images": {
        "data": {
            "augment": {"flip": True, "shift": 1},
            "corruption": {"kind": "flip", "level": 0.1},
        },
        "training": {"batch_size": 20},
    },
    **{f"penalty {key}": trained(**{key: 0.01}) for key in ("l1", "l2", "code_l1", "edges")},
    "sparse": network(dense(9), latent=WIDE) | trained(sparsity={"weight": 0.1}),
    "contractive single": network(latent=WIDE | {"top_k": 3, "slope": 2.0})
    | trained(contractive=0.1),
    "top k": network(dense(9), latent={"units": 6, "top_k": 2, "top_by": "magnitude"}),
    "variational": network(
        dense(9), latent=GAUSSIAN | {"kl_warmup_epochs": 4, "beta": 2.0, "free_bits": 0.1}
    ),
    "variational in batches": network(
        dense(9, dropout=0.3), latent=GAUSSIAN | {"activation": "tanh", "slope": 1.5}
    )
    | trained(batch_size=20, loss="mse"),
    "tied": network(dense(9), tied=True) | trained(l2=0.01, clip_norm=0.02),
    "tied variational": network(dense(9), latent=GAUSSIAN, tied=True),
    "dropout": network(dense(9, dropout=0.3), {"kind": "dropout", "rate": 0.1}),
    **{
        f"schedule {key}": trained(
            schedule={"name": key, "step_epochs": 2, "warmup_epochs": 3}, batch_size=20, epochs=40
        )
        for key in ("exponential", "step", "cosine", "plateau")
    },
}
"""Chains of dense layers."""
GANS: dict[str, dict[str, Any]] = {
    **{
        f"gan with {key}": {
            "gan": {},
            **trained(batch_size=12, optimizer={"name": key, "learning_rate": 0.01}),
        }
        for key in OPTIMIZER_TEXTS
    },
    "gan": {"gan": {}, "training": {"batch_size": 12}, **network(dense(9))},
    "gan with all": {
        "gan": {
            "discriminator": [conv(3, stride=2), {"kind": "batch_norm"}, dense(8, dropout=0.2)],
            "steps": 2,
            "noise": 0.2,
            "average": 0.9,
            "class_weight": 0.5,
        },
        "training": {
            "batch_size": 12,
            "clip_norm": 0.5,
            "epochs": 40,
            "schedule": {"name": "cosine", "warmup_epochs": 2},
            "optimizer": {"name": "adam", "learning_rate": 0.001},
        },
        "network": {"encoder": [], "decoder": [dense(12), {"kind": "dropout"}]},
    },
}
"""Adversaries."""
CLASSIFIERS: dict[str, dict[str, Any]] = {
    "classifier": {
        "classifier": {"hidden": [dense(8)], "pretrain": {"epochs": 20}},
        **network(dense(12, activation="relu"), dense(6, activation="sigmoid")),
    },
    "classifier in batches": {
        "classifier": {
            "hidden": [dense(8, dropout=0.2)],
            "label_smoothing": 0.1,
            "pretrain": {
                "epochs": 6,
                "loss": "bce",
                "corruption": {"kind": "salt_pepper", "level": 0.1},
            },
        },
        **network(dense(12, dropout=0.2), latent={"units": 6}, tied=True),
        "data": {"corruption": {"kind": "flip", "level": 0.1, "copies": 2}},
        "training": {
            "batch_size": 12,
            "l2": 0.01,
            "clip_norm": 0.5,
            "epochs": 30,
            "schedule": {"name": "cosine"},
        },
    },
    "frozen classifier": {
        "classifier": {"hidden": [], "frozen": True, "pretrain": {"epochs": 12}},
        **network(
            conv(3, stride=2), {"kind": "batch_norm"}, {"kind": "flatten"}, latent={"units": 4}
        ),
        "training": {"batch_size": 20},
    },
    "classifier of images": {
        "classifier": {"hidden": [dense(8)], "pretrain": {"epochs": 6}},
        **network(conv(3, activation="relu"), conv(4, stride=2), dense(9)),
        "training": {"batch_size": 20},
    },
    "classifier with a last batch of one": {
        "classifier": {"hidden": [dense(8), {"kind": "batch_norm"}], "pretrain": {"epochs": 6}},
        **network(dense(12), {"kind": "batch_norm"}),
        "training": {"batch_size": 31},
    },
    "classifier without pre-training": {
        "classifier": {"hidden": [], "pretrain": {"epochs": 0}},
        **network(dense(12)),
    },
}
"""Layers that learn one after the other, and then all by labels."""
OTHERS: dict[str, dict[str, Any]] = {
    **CLASSIFIERS,
    **GANS,
    "contractive": trained(contractive=0.1),
    "contractive estimated": network(dense(9), latent=WIDE) | trained(contractive=0.1),
    **{
        f"contractive estimated {key}": network(dense(9), latent=WIDE)
        | trained(contractive=0.1, optimizer={"name": key})
        for key in sorted(OF_SCIPY)
    },
    "normalised": network(
        dense(9), {"kind": "batch_norm", "activation": "relu"}, {"kind": "layer_norm"}
    )
    | trained(batch_size=20),
    "a last batch of one is normalised": network(
        dense(9), {"kind": "batch_norm", "activation": "silu"}, {"kind": "batch_norm"}
    )
    | trained(batch_size=31),
    "convolutions": network(
        conv(4, stride=2),
        {"kind": "batch_norm"},
        conv(4, kernel=2),
        {"kind": "layer_norm", "activation": "relu"},
        {"kind": "flatten"},
    ),
    "tied convolutions": network(conv(3, kernel=2), conv(4, stride=2), tied=True),
    "pooling": network(
        conv(3),
        {"kind": "max_pool"},
        decoder=[
            dense(24),
            {"kind": "reshape", "channels": 4, "height": 3, "width": 2},
            {"kind": "upsample", "mode": "bilinear"},
            {"kind": "conv_transpose", "channels": 3, "kernel": 2, "stride": 1, "padding": 0},
            conv(3, activation="tanh"),
        ],
    ),
    "a variational network of images": network(
        conv(3, stride=2, activation="gelu"),
        {"kind": "dropout"},
        latent=GAUSSIAN,
    )
    | trained(loss="mse", edges=0.1, batch_size=20),
    "edges of images": network(conv(3, kernel=[3, 2]), conv(4, stride=[2, 1]))
    | trained(edges=0.1, l1=0.001),
    "mean pooling": network(
        conv(3),
        {"kind": "avg_pool"},
        decoder=[
            dense(24),
            {"kind": "reshape", "channels": 4, "height": 3, "width": 2},
            {"kind": "upsample"},
        ],
    ),
}
"""Networks with other layers, and penalties that need a second derivative."""
