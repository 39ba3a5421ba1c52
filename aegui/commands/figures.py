"""The figures that ``aegui evaluate`` prints of a model beside wrong pixels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aegui.commands.words import table
from aegui.core.evaluation.codes import code_statistics, dimension_figures
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


MOST_DIMENSIONS = 16
"""Of longer codes the KL of each dimension is not printed; as JSON it is."""


def model_figures(codec: Codec, dataset: Dataset, seed: int = 0) -> dict[str, Any]:
    """Reconstruction and code of ``dataset`` in figures, by key; None where there is none.

    ``kl_per_dimension`` is a list, in the order of the dimensions.
    """
    reconstruction = asdict(reconstruction_figures(codec, dataset, seed))
    codes = asdict(code_statistics(codec, dataset))
    codes.pop("samples")
    nats = dimension_figures(codec, dataset).kl
    per_dimension = None if nats is None else nats.tolist()
    return reconstruction | codes | {"kl_per_dimension": per_dimension}


def figures_table(figures: dict[str, Any]) -> str:
    """``figures`` in words, one to a line."""
    rows = [
        [tr(label), f"{figures[key]:.6g}"]
        for key, label in _LABELS.items()
        if figures.get(key) is not None
    ]
    header = [tr("figure"), tr("mean of {n:,} samples", n=figures["samples"])]
    return "\n\n".join([table(header, rows), *_dimensions(figures["kl_per_dimension"])])


def _dimensions(nats: list[float] | None) -> list[str]:
    """A table of the KL of each dimension of a code, where that is short."""
    if nats is None or len(nats) > MOST_DIMENSIONS:
        return []
    rows = [[f"z{number}", f"{value:.6g}"] for number, value in enumerate(nats, 1)]
    return [table([tr("dimension"), tr("KL, nats")], rows)]
