"""Export of maps of samples: a table, a JSON document."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Figures, Material, View


def views_csv(
    dataset: Dataset,
    of: Material,
    views: Sequence[View],
    about: Mapping[str, object] | None = None,
) -> str:
    """Return a row per sample: its index in the set, label, name, and x and y on each map.

    The settings of the maps, ``about``, are further columns with the same value in every row, so
    that files of several seeds or settings can be concatenated without losing them.
    """
    about = about or {}
    axes = [f"{view.key}_{axis}" for view in views for axis in "xy"]
    coordinates = np.hstack([view.coordinates for view in views])
    rows = []
    for index, row in zip(of.indices.tolist(), coordinates.tolist(), strict=True):
        cells = [f"{value:.7g}" for value in row]
        sample = [index, dataset.labels[index], dataset.names[index]]
        rows.append([*sample, *cells, *about.values()])
    return csv_text(["index", "label", "name", *axes, *about], rows)


def views_document(
    dataset: Dataset,
    of: Material,
    views: Sequence[View],
    found: Mapping[str, Figures],
    references: Mapping[str, Figures],
    *,
    with_coordinates: bool = True,
) -> dict[str, Any]:
    """Return everything as one JSON object; undefined figures are null."""
    size = None if of.codec is None else of.codec.latent_size
    maps = []
    for view in views:
        entry: dict[str, Any] = {"key": view.key, **asdict(found[view.key])}
        pca = view.projection.pca
        entry["epoch"] = view.epoch
        entry["explained"] = None if pca is None else pca.explained.tolist()
        entry["notes"] = list(view.projection.notes)
        if with_coordinates:
            entry["places"] = view.coordinates.tolist()
        maps.append(entry)
    return {
        "data": dataset.name,
        "samples": len(of.indices),
        "of": len(dataset),
        "latent_size": size,
        "views": maps,
        "references": {key: asdict(value) for key, value in references.items()},
        **({"indices": of.indices.tolist()} if with_coordinates else {}),
    }
