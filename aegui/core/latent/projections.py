"""Maps of samples made without a network: PCA, t-SNE, UMAP."""

from __future__ import annotations

import importlib.util
import math
import os
import time
from dataclasses import field
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from aegui.core.choices import Choice, table
from aegui.core.cost import Cost, multiplications_per_second
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.neighbours import nearest_others
from aegui.core.fields import MAX, FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.latent.pca import Pca, fit_pca
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled

    Coordinates = NDArray[np.float32]
    Report = Callable[["ProjectionProgress"], None]

MAX_SAMPLES = 60_000
"""Most samples of a map; larger sets are subsampled."""
METHODS = table(
    Choice(
        "pca",
        mark("PCA"),
        mark("The two directions along which the samples differ most: a linear projection."),
    ),
    Choice(
        "tsne",
        mark("t-SNE"),
        mark(
            "Keeps near neighbours together; sizes of groups and distances between them mean "
            "nothing."
        ),
        ("perplexity", "iterations"),
    ),
    Choice(
        "umap",
        mark("UMAP"),
        mark("Keeps near neighbours together, and more of the global structure than t-SNE."),
        ("neighbours", "min_dist"),
    ),
)
"""Methods by key."""

FEWEST = {"pca": 1, "tsne": 5, "umap": 5}
"""Fewest samples that a method needs."""
WORKING_COLUMNS = 50
"""Principal components that longer rows are reduced to first (van der Maaten 2008)."""
EARLY_STEPS = 250
"""Steps of t-SNE with early exaggeration, before those that ``iterations`` counts."""
EARLY_EXAGGERATION = 12.0
FFT_FROM = 3_000
"""Above this number of samples the repulsion uses a grid (Linderman 2019), else Barnes-Hut."""
_MOMENTUM = 0.8
_STEPS = 10
_FIRST_SPREAD = 1e-4
_PCA_SHARE, _NEIGHBOURS_SHARE = 0.04, 0.12
_MAX_JOBS = 8
_PAIR_SECONDS = 6e-9
"""Finding nearest neighbours: of each pair of samples, beside the product of their numbers.

These times were measured on one core of a server (57e9 multiplications a second), from 500 to
20,000 samples of 8 to 3,072 numbers, with openTSNE 1.0, and up to 9,900 samples of 8 numbers with
umap-learn 0.5: beyond, UMAP's time is extrapolated. What ``projection_cost`` says is 0.7 to 2.2
times what was measured (0.4 of tiny maps): nobody knows how far a map will spread.
"""
_TREE_SECONDS = 3.2e-7
"""A step of t-SNE, per sample and logarithm (base 2) of their number ..."""
_GRID_SECONDS, _GRID_SAMPLE_SECONDS = 1.6e-2, 2.7e-6
"""... or on a grid: per cell of the grid, whose size follows the map's, and per sample."""
_UMAP_EXACT = 4_096
"""With fewer samples UMAP compares all pairs, and sorts them ..."""
_UMAP_PAIR_SECONDS = 7.5e-7
"""... at this cost per pair; and then ..."""
_UMAP_EDGE_SECONDS = 5.5e-5
"""... this cost per sample and neighbour, in total."""
_EDGE_BYTES, _UMAP_PAIR_BYTES = 96, 8
_GRID_BYTES = 32 << 20
_PCA_BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class ProjectionOptions:
    """Options of maps."""

    samples: Annotated[
        int,
        Field(ge=100, le=MAX_SAMPLES),
        FieldWords(
            "Samples at most",
            "Larger sets are represented by this many samples, drawn at random.",
        ),
    ] = 5_000
    """Most samples; larger sets are represented by a random subset."""
    perplexity: Annotated[
        float,
        Field(ge=2.0, le=500.0),
        FieldWords(
            "Perplexity", "t-SNE: about how many neighbours are kept near each sample.", step=1.0
        ),
    ] = 30.0
    """t-SNE: approximate number of neighbours kept near each sample."""
    iterations: Annotated[
        int,
        Field(ge=50, le=10_000),
        FieldWords(
            "Steps",
            "t-SNE: steps after the 250 of early exaggeration; more let groups move further apart.",
        ),
    ] = 500
    """t-SNE: steps after the early ones."""
    neighbours: Annotated[int, Field(ge=2)] = 15
    """UMAP: number of neighbours kept near each sample."""
    min_dist: float = 0.1
    """UMAP: smallest distance between samples."""
    seed: Annotated[
        int,
        Field(ge=0, le=MAX),
        FieldWords("Seed", "Of the draw of samples and the start of t-SNE."),
    ] = 0
    """Seed of all random choices."""


@dataclass(frozen=True, eq=False)
class ProjectionProgress:
    """Progress of a map."""

    share: float
    """Share done so far, 0..1."""
    text: str
    """The current step, in words."""
    coordinates: Coordinates | None = None
    """Those of the samples so far, float32 ``[n, 2]``; None before there are any."""


@dataclass(frozen=True)
class Deviation:
    """A deviation from the requested options."""

    message: str
    """In English, with fields."""
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Projection:
    """A map of n samples."""

    coordinates: Coordinates
    """float32 ``[n, 2]``, read-only."""
    seconds: float
    """Time it took."""
    pca: Pca | None = None
    """The components, for methods that have them."""
    deviations: tuple[Deviation, ...] = ()
    """From the requested options."""

    @property
    def notes(self) -> tuple[str, ...]:
        """The deviations in words of the current language: a map may outlive a change of it."""
        return tuple(tr(it.message, **it.values) for it in self.deviations)


def projection_cost(
    methods: Iterable[str], samples: int, columns: int, options: ProjectionOptions
) -> Cost:
    """Estimate the cost of maps of ``samples`` rows of ``columns`` numbers, by keys of ``METHODS``.

    One after the other, without the rows themselves. Other keys cost nothing.
    """
    count = min(samples, options.samples)
    costs = {
        "pca": _pca_cost(count, columns),
        "tsne": _pca_cost(count, columns).then(_tsne_cost(count, columns, options)),
        "umap": _pca_cost(count, columns).then(_umap_cost(count, options)),
    }
    return reduce(Cost.then, (costs.get(method, Cost(0.0)) for method in methods), Cost(0.0))


def _pca_cost(count: int, columns: int) -> Cost:
    side = min(count, columns)
    # In double precision: the products, and the largest eigenvectors.
    work = 2.2 * count * columns * side + float(side) ** 3
    # The matrix and its copy for the eigenvectors, and the codes.
    memory = 16 * side * side + 4 * count * WORKING_COLUMNS + _PCA_BLOCK_BYTES
    return Cost(work / multiplications_per_second(), {"work": memory})


def _tsne_cost(count: int, columns: int, options: ProjectionOptions) -> Cost:
    product = min(columns, WORKING_COLUMNS) / multiplications_per_second()
    step = _TREE_SECONDS * count * math.log2(max(2, count))
    grid = count > FFT_FROM
    if grid:
        step = _GRID_SECONDS + _GRID_SAMPLE_SECONDS * count
    seconds = float(count) ** 2 * (_PAIR_SECONDS + product)
    seconds += (EARLY_STEPS + options.iterations) * step
    edges = int(_EDGE_BYTES * count * min(count, 3 * options.perplexity))
    return Cost(seconds, {"work": edges + (_GRID_BYTES if grid else 0)})


def _umap_cost(count: int, options: ProjectionOptions) -> Cost:
    pairs = float(count) ** 2 if count < _UMAP_EXACT else 0.0
    edges = count * min(count, options.neighbours)
    memory = int(_EDGE_BYTES * edges + _UMAP_PAIR_BYTES * pairs)
    return Cost(_UMAP_PAIR_SECONDS * pairs + _UMAP_EDGE_SECONDS * edges, {"work": memory})


def unavailable(method: str) -> str | None:
    """Return why ``method`` cannot be used on this computer; None if it can."""
    if method == "umap" and importlib.util.find_spec("umap") is None:
        return tr("UMAP is not installed. To have it: pip install umap-learn")
    return None


def project(
    method: str,
    rows: ArrayLike,
    options: ProjectionOptions,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Projection:
    """Compute a map of ``rows`` ``[n, D]``; equal arguments give the same map.

    Args:
        method: A key of ``METHODS``.
        rows: The samples.
        options: Options of the map.
        report: Called with the progress; t-SNE includes coordinates every few steps.
        cancelled: Polled for cancellation.

    Raises:
        KeyError: There is no such method.
        AeguiError: The method is not installed, or the rows cannot be used.
        Cancelled: ``cancelled`` returned True.
    """
    choice = METHODS[method]
    reason = unavailable(method)
    if reason is not None:
        raise AeguiError(reason)
    array = np.ascontiguousarray(rows, dtype=np.float32)
    if len(array) < FEWEST[method]:
        raise AeguiError(
            tr(
                "{method} needs at least {least} samples; there are {n:,}.",
                method=tr(choice.label),
                least=FEWEST[method],
                n=len(array),
            )
        )
    work = _Work(report or (lambda _: None), cancelled or (lambda: False))
    begun = time.perf_counter()
    makers = {"pca": _by_pca, "tsne": _by_tsne, "umap": _by_umap}
    coordinates, pca, deviations = makers[method](array, options, work)
    if not np.isfinite(coordinates).all():
        raise AeguiError(
            tr("{method} found no map: its coordinates diverged.", method=tr(choice.label))
        )
    coordinates.setflags(write=False)
    work.tell(1.0, tr("done"), coordinates)
    return Projection(coordinates, time.perf_counter() - begun, pca, deviations)


_Projected = tuple["Coordinates", Pca | None, tuple[Deviation, ...]]


@dataclass(frozen=True)
class _Work:
    report: Report
    cancelled: IsCancelled

    def tell(self, share: float, text: str, coordinates: Coordinates | None = None) -> None:
        stop_if(self.cancelled)
        self.report(ProjectionProgress(share, text, coordinates))


def plane(codes: ArrayLike, axes: tuple[int, int] = (0, 1)) -> Coordinates:
    """Return two of the numbers of ``codes`` ``[n, d]`` as coordinates; 0 for a missing number."""
    array = np.asarray(codes, np.float32)
    coordinates = np.zeros((len(array), 2), np.float32)
    for column, axis in enumerate(axes):
        if axis < array.shape[1]:
            coordinates[:, column] = array[:, axis]
    return coordinates


def _by_pca(rows: Coordinates, options: ProjectionOptions, work: _Work) -> _Projected:
    work.tell(0.0, tr("principal components"))
    pca = fit_pca(rows, 2, work.cancelled)
    return plane(pca.encode(rows)), pca, ()


def _condensed(rows: Coordinates, work: _Work) -> tuple[Coordinates, Coordinates]:
    """Return rows of at most ``WORKING_COLUMNS`` numbers, and the first two components."""
    work.tell(0.0, tr("principal components"))
    pca = fit_pca(rows, WORKING_COLUMNS, work.cancelled)
    codes = pca.encode(rows)
    return (codes if rows.shape[1] > WORKING_COLUMNS else rows), plane(codes)


def _by_tsne(rows: Coordinates, options: ProjectionOptions, work: _Work) -> _Projected:
    condensed, first = _condensed(rows, work)
    perplexity, deviations = _perplexity(len(rows), options)
    if not first.any():
        return first, None, (*deviations, Deviation(mark("All samples are the same.")))
    text = tr("nearest neighbours")
    count = min(len(rows) - 1, int(3 * perplexity) + 1)
    near = nearest_others(
        condensed,
        count,
        lambda share: work.tell(_PCA_SHARE + share * _NEIGHBOURS_SHARE, text),
        work.cancelled,
    )
    return _descend(_start(first, options.seed), near, perplexity, options, work), None, deviations


def _perplexity(n: int, options: ProjectionOptions) -> tuple[float, tuple[Deviation, ...]]:
    largest = (n - 1) / 3.0
    if options.perplexity <= largest:
        return options.perplexity, ()
    message = mark("perplexity {used:.3g} instead of {asked:g}: there are only {n:,} samples")
    values = {"used": largest, "asked": options.perplexity, "n": n}
    return largest, (Deviation(message, values),)


def _start(first: Coordinates, seed: int) -> NDArray[np.float64]:
    """Return the principal plane, scaled down, with a little noise to separate equal samples."""
    start = first.astype(np.float64)
    start *= _FIRST_SPREAD / max(float(start[:, 0].std()), 1e-12)
    rng = np.random.default_rng(seed)
    return start + rng.normal(0.0, 0.01 * _FIRST_SPREAD, start.shape)


def _descend(
    start: NDArray[np.float64],
    near: Any,
    perplexity: float,
    options: ProjectionOptions,
    work: _Work,
) -> Coordinates:
    # Slow to import, like its dependencies.
    from openTSNE import TSNEEmbedding  # type: ignore[import-untyped]
    from openTSNE.affinity import PerplexityBasedNN  # type: ignore[import-untyped]
    from openTSNE.nearest_neighbors import PrecomputedNeighbors  # type: ignore[import-untyped]

    jobs = min(_MAX_JOBS, max(1, (os.cpu_count() or 2) - 1))
    index = PrecomputedNeighbors(near.indices, near.distances.astype(np.float64))
    affinities = PerplexityBasedNN(perplexity=perplexity, knn_index=index, n_jobs=jobs)
    method = "fft" if len(start) > FFT_FROM else "bh"
    embedding = TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method=method,
        n_jobs=jobs,
        random_state=options.seed,
    )
    total = EARLY_STEPS + options.iterations
    begin = _PCA_SHARE + _NEIGHBOURS_SHARE
    done = 0
    coordinates = np.asarray(start, np.float32)
    while done < total:
        early = done < EARLY_STEPS
        steps = min(_STEPS, (EARLY_STEPS if early else total) - done)
        embedding.optimize(
            steps,
            exaggeration=EARLY_EXAGGERATION if early else None,
            momentum=_MOMENTUM,
            inplace=True,
        )
        done += steps
        coordinates = np.array(embedding, np.float32)
        text = tr("step {done:,} of {total:,}", done=done, total=total)
        work.tell(begin + (1.0 - begin) * done / total, text, coordinates.copy())
    return coordinates


def _by_umap(rows: Coordinates, options: ProjectionOptions, work: _Work) -> _Projected:
    from umap import UMAP  # type: ignore[import-not-found]

    condensed, first = _condensed(rows, work)
    if not first.any():
        return first, None, (Deviation(mark("All samples are the same.")),)
    work.tell(_PCA_SHARE, tr("UMAP is running; it reports no progress"))
    model = UMAP(
        n_neighbors=min(options.neighbours, len(rows) - 1),
        min_dist=options.min_dist,
        random_state=options.seed,
        n_jobs=1,
        init=first / max(float(np.abs(first).max()), 1e-12) * 10.0,
    )
    return np.array(model.fit_transform(condensed), np.float32), None, ()
