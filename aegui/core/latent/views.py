"""Maps of the same samples for comparison, learned and not, the quality of each, and exports."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.choices import table
from aegui.core.cost import Cost
from aegui.core.data.progress import in_batches
from aegui.core.errors import AeguiError
from aegui.core.evaluation.map_quality import (
    TRUST_NEIGHBOURS,
    VOTERS,
    knn_accuracy,
    squared_error,
    trustworthiness,
)
from aegui.core.evaluation.neighbours import nearest_others
from aegui.core.i18n import mark, tr
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.projections import (
    Projection,
    ProjectionOptions,
    ProjectionProgress,
    plane,
    project,
    projection_cost,
)
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import sampled
from aegui.core.text_tables import csv_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

    Report = Callable[[ProjectionProgress], None]


ANCHORS = 5_000
"""Samples from which the trustworthiness of a larger set is estimated."""
_BATCH = 1024


@dataclass(frozen=True)
class ViewSpec:
    """A map: its key, name, help text and method."""

    key: str
    """Its name in settings, files and on the command line."""
    label: str
    """Its name for people, marked."""
    help: str
    """What it shows, marked."""
    method: str
    """Key of ``METHODS``; empty for the code itself."""
    of_code: bool
    """Whether it is made of the codes; else of the pixels."""
    quick: bool
    """Whether it is computed without noticeable delay."""


VIEWS: dict[str, ViewSpec] = table(
    ViewSpec(
        "code",
        mark("Code"),
        mark("What the network has learnt: the numbers of the code that the map shows."),
        "",
        of_code=True,
        quick=True,
    ),
    ViewSpec(
        "pca",
        mark("PCA of pixels"),
        mark("The best linear map: the two directions of largest variance of the images."),
        "pca",
        of_code=False,
        quick=True,
    ),
    ViewSpec(
        "tsne",
        mark("t-SNE of pixels"),
        mark(
            "Keeps similar images together. Sizes of groups and distances between them mean "
            "nothing."
        ),
        "tsne",
        of_code=False,
        quick=False,
    ),
    ViewSpec(
        "umap",
        mark("UMAP of pixels"),
        mark("Keeps similar images together, and more of the global structure."),
        "umap",
        of_code=False,
        quick=False,
    ),
    ViewSpec(
        "pca-code",
        mark("PCA of codes"),
        mark("The two directions in which the codes differ most: for codes of many numbers."),
        "pca",
        of_code=True,
        quick=True,
    ),
    ViewSpec(
        "tsne-code",
        mark("t-SNE of codes"),
        mark("Keeps images with similar codes together."),
        "tsne",
        of_code=True,
        quick=False,
    ),
    ViewSpec(
        "umap-code",
        mark("UMAP of codes"),
        mark("Keeps images with similar codes together, and more of the global structure."),
        "umap",
        of_code=True,
        quick=False,
    ),
)
"""All maps, in their order."""


@dataclass(frozen=True, eq=False)
class Material:
    """The samples that maps are made of."""

    indices: NDArray[np.int64]
    """Their indices in the set, int64 ``[n]`` ascending."""
    pixels: NDArray[np.float32]
    """float32 ``[n, C*H*W]``."""
    classes: NDArray[np.int64]
    """Index of each sample's label in ``Dataset.classes``, int64 ``[n]``."""
    codec: Codec | None = None
    """The network, or None."""
    codes: NDArray[np.float32] | None = None
    """float32 ``[n, d]``; None without a network for these samples."""
    axes: tuple[int, int] = (0, 1)
    """The two numbers of the code that the view ``code`` shows."""


@dataclass(frozen=True)
class Figures:
    """Quality of a map; None for undefined figures."""

    trustworthiness: float | None = None
    """Whether neighbours on the map are neighbours as images, 0..1."""
    knn_accuracy: float | None = None
    """Share of samples whose label is that of most of their nearest on the map."""
    squared_error: float | None = None
    """Per image, of the reconstruction from the map's two coordinates."""
    seconds: float | None = None
    """Time to compute the map."""


@dataclass(frozen=True, eq=False)
class View:
    """A finished map: coordinates of the samples, float32 ``[n, 2]``, and its material."""

    key: str
    projection: Projection
    epoch: int | None = None

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """Coordinates of the samples, float32 ``[n, 2]``."""
        return self.projection.coordinates


def view_cost(key: str, dataset: Dataset, codec: Codec | None, options: ProjectionOptions) -> Cost:
    """Return the cost of ``material``, ``with_codes`` where needed, and ``make_view``."""
    spec, count = VIEWS[key], min(len(dataset), options.samples)
    rows = 4 * count * dataset.pixels
    columns, passes = dataset.pixels, Cost(0.0)
    if spec.of_code and codec is not None:
        columns, passes = codec.latent_size, codec.passes(encoded=count)
    projected = projection_cost([spec.method], count, columns, options)
    # The samples stay in memory while maps are computed.
    together = passes.then(projected)
    return replace(together, memory={"work": rows + together.bytes})


def material(dataset: Dataset, options: ProjectionOptions) -> Material:
    """Return the samples of ``dataset`` to show, without codes."""
    indices = sampled(len(dataset), options.samples, options.seed)
    pixels = np.ascontiguousarray(dataset.flat()[indices], dtype=np.float32)
    return Material(indices, pixels, dataset.class_indices[indices])


def with_codes(
    material: Material,
    codec: Codec,
    axes: tuple[int, int] = (0, 1),
    cancelled: IsCancelled | None = None,
) -> Material:
    """Return ``material`` with the codes of ``codec``; unchanged if it has none.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if not codec.can_encode or codec.pixels != material.pixels.shape[1]:
        return replace(material, codec=None, codes=None, axes=axes)
    batches = in_batches(len(material.pixels), _BATCH, cancelled)
    codes = np.concatenate([codec.encode(material.pixels[batch]) for batch in batches])
    return replace(material, codec=codec, codes=codes, axes=axes)


def make_view(
    key: str,
    of: Material,
    options: ProjectionOptions,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> View:
    """Compute the map ``key`` of ``VIEWS``; equal arguments give the same map.

    Raises:
        KeyError: There is no such view.
        AeguiError: There are no codes, or the method cannot be used.
        Cancelled: ``cancelled`` returned True.
    """
    spec = VIEWS[key]
    if not spec.of_code:
        return View(key, project(spec.method, of.pixels, options, report, cancelled))
    if of.codes is None or of.codec is None:
        raise AeguiError(tr("There are no codes: no network has been trained on such images."))
    if spec.method:
        projection = project(spec.method, of.codes, options, report, cancelled)
    else:
        begun = time.perf_counter()
        coordinates = plane(of.codes, of.axes)
        coordinates.setflags(write=False)
        projection = Projection(coordinates, time.perf_counter() - begun)
    return View(key, projection, of.codec.epoch)


def figures(view: View, of: Material, cancelled: IsCancelled | None = None) -> Figures:
    """Measure the quality of ``view`` with respect to the images.

    Args:
        view: The map.
        of: The samples it was made of.
        cancelled: Polled for cancellation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    return Figures(
        trustworthiness(of.pixels, view.coordinates, anchors=ANCHORS, cancelled=cancelled),
        _votes(view.coordinates, of, cancelled),
        _error(view, of),
        view.projection.seconds,
    )


def reference_figures(of: Material, cancelled: IsCancelled | None = None) -> dict[str, Figures]:
    """Return reference figures for the maps, by key of ``REFERENCES``.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    exact = 1.0 if len(of.pixels) > 2 * TRUST_NEIGHBOURS else None
    found = {"pixels": Figures(exact, _votes(of.pixels, of, cancelled), 0.0)}
    if of.codes is not None and of.codec is not None and of.codec.latent_size > 2:
        error = squared_error(of.pixels, of.codec.decode(of.codes))
        found["whole-code"] = Figures(
            trustworthiness(of.pixels, of.codes, anchors=ANCHORS, cancelled=cancelled),
            _votes(of.codes, of, cancelled),
            error,
        )
        pca = fit_pca(of.pixels, of.codec.latent_size, cancelled)
        found["pca-k"] = Figures(squared_error=pca.error())
    return found


REFERENCES = {
    "pixels": mark("All pixels"),
    "whole-code": mark("The whole code, {d} numbers"),
    "pca-k": mark("PCA with {d} numbers"),
}
"""Reference rows beside the maps; ``{d}`` is the size of the code."""


def reference_label(key: str, latent_size: int) -> str:
    """Return the name of a row of ``REFERENCES`` for a code of ``latent_size`` numbers."""
    return tr(REFERENCES[key], d=latent_size)


def _votes(
    rows: NDArray[np.float32], of: Material, cancelled: IsCancelled | None = None
) -> float | None:
    if len(rows) <= VOTERS or not np.isfinite(rows).all() or not _has_company(of.classes):
        return None
    return knn_accuracy(nearest_others(rows, VOTERS, cancelled=cancelled), of.classes)


def _has_company(classes: NDArray[np.int64]) -> bool:
    counts = np.bincount(classes)
    return bool(np.count_nonzero(counts) > 1 and counts.max() > 1)


def _error(view: View, of: Material) -> float | None:
    """Return the squared error per image of the reconstruction from the map; None without one."""
    spec, pca, codec = VIEWS[view.key], view.projection.pca, of.codec
    if not spec.of_code:
        return None if pca is None else pca.error()
    if codec is None or of.codes is None:
        return None
    if spec.method == "pca" and pca is not None:
        return squared_error(of.pixels, codec.decode(pca.decode(pca.encode(of.codes))))
    if not spec.method and codec.latent_size <= 2:
        return squared_error(of.pixels, codec.decode(of.codes))
    return None


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
