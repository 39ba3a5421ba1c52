"""The figures that ``aegui evaluate`` prints of a model beside wrong pixels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aegui.commands.words import table
from aegui.core.evaluation.codes import code_statistics
from aegui.core.evaluation.reconstruction import reconstruction_figures
from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec

_LABELS = {
    "squared_error": mark("squared error per image"),
    "mse": mark("squared error per pixel"),
    "cross_entropy": mark("cross-entropy per image, nats"),
    "kl": mark("KL per image, nats"),
    "bound": mark("negative evidence bound, nats"),
    "share_active": mark("share of active units"),
    "most_active": mark("most active units of a code"),
    "mean_activation": mark("mean activation"),
    "used_dimensions": mark("dimensions in use"),
    "jacobian": mark("squared norm of the encoder's Jacobian"),
}


def model_figures(codec: Codec, dataset: Dataset, seed: int = 0) -> dict[str, Any]:
    """Reconstruction and code of ``dataset`` in figures, by key; None where there is none."""
    reconstruction = asdict(reconstruction_figures(codec, dataset, seed))
    codes = asdict(code_statistics(codec, dataset))
    codes.pop("samples")
    return reconstruction | codes


def figures_table(figures: dict[str, Any]) -> str:
    """``figures`` in words, one to a line."""
    rows = [
        [tr(label), f"{figures[key]:.6g}"]
        for key, label in _LABELS.items()
        if figures.get(key) is not None
    ]
    header = [tr("figure"), tr("mean of {n:,} samples", n=figures["samples"])]
    return table(header, rows)
