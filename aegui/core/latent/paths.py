"""Paths between codes: straight, spherical, or the shortest by the decoder's metric.

A geodesic is the path along which the image changes least. It is computed as the polygon of
least energy, the sum of squared changes (Shao, Kumar and Fletcher, "The Riemannian geometry of
deep generative models", 2018), by Gauss-Newton steps from a straight line and from the shortest
path through a graph of codes (Chen et al. 2019); the better of the two is taken.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.choices import table
from aegui.core.data.progress import part, stop_if
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.latent.code_graph import drawn_at, shortest_path
from aegui.core.latent.geometry import tangents
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec

    Codes = NDArray[np.float32]

PathKey = Literal["straight", "spherical", "geodesic"]

CORNERS = 33
"""Vertices of the polygon that is optimised, including its two ends."""
MAX_FREEDOM = 8
"""Most directions in which a vertex may move; for longer codes those of the initial path."""
_ROUNDS = 30
_GRAPH_SHARE = 0.4
"""Share of the time of a geodesic for the graph; the rest is for the optimisation."""
_GAIN = 1e-4
_COSTLY = 500_000
_LATENT_SHARE = 1e-3
_WITHIN = 6
_OPPOSED = 1e-3
_STEEPEST = 1e9
"""Products of larger gradients would overflow single precision."""


@dataclass(frozen=True)
class PathKind:
    """A kind of path: its key, name and help text, marked."""

    key: PathKey
    label: str
    help: str


PATHS: dict[str, PathKind] = table(
    PathKind("straight", mark("Straight"), mark("A straight line: equal steps of the code.")),
    PathKind(
        "spherical",
        mark("Spherical"),
        mark(
            "An arc about the origin: with many numbers it stays where a normal prior has its "
            "codes."
        ),
    ),
    PathKind(
        "geodesic",
        mark("Shortest by the image"),
        mark(
            "A geodesic: the path along which the squared changes of the pixels are least, at an "
            "even pace. The sum of the changes themselves may be slightly larger than on a line."
        ),
    ),
)


def straight(a: ArrayLike, b: ArrayLike, n: int) -> Codes:
    """Return codes ``[n, d]`` at equal steps from ``a`` to ``b`` ``[d]``, inclusive."""
    first, last = _pair(a, b)
    return _between(first, last, np.linspace(0.0, 1.0, n)[:, np.newaxis])


def spherical(a: ArrayLike, b: ArrayLike, n: int) -> Codes:
    """Return codes ``[n, d]`` at equal angles from ``a`` to ``b`` (White 2016).

    Their norm is interpolated linearly: the usual formula moves the arc between nearly opposite
    codes far out. If there is no arc, because one code is 0 or they are opposite, the line is
    straight.
    """
    first, last = _pair(a, b)
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    if min(lengths) == 0.0:
        return straight(a, b, n)
    begin, end = first / lengths[0], last / lengths[1]
    angle = np.arccos(np.clip(begin @ end, -1.0, 1.0))
    if np.sin(angle) < _OPPOSED:
        return straight(a, b, n)
    t = np.linspace(0.0, 1.0, n)[:, np.newaxis]
    arc = np.sin((1.0 - t) * angle) * begin + np.sin(t * angle) * end
    length = (1.0 - t) * lengths[0] + t * lengths[1]
    return _with_ends(length * arc / np.sin(angle), first, last)


def geodesic(
    codec: Codec,
    a: ArrayLike,
    b: ArrayLike,
    n: int,
    codes: Codes | None = None,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Codes:
    """Return codes ``[n, d]`` from ``a`` to ``b`` along which the image changes little and evenly.

    Args:
        codec: The network.
        a: First code, ``[d]``.
        b: Last code.
        n: Number of codes, including both ends.
        codes: Codes of samples ``[N, d]``, possible intermediate points; None for none.
        cancelled: Polled for cancellation.
        report: Called with the share done.

    Raises:
        AeguiError: The codes have another size than the network's.
        Cancelled: ``cancelled`` returned True.
    """
    first, last = _pair(a, b)
    line = straight(first, last, CORNERS).astype(np.float64)
    ways = [line]
    if codec.latent_size > 1 and not np.array_equal(first, last):
        graph = part(report, 0.0, _GRAPH_SHARE)
        found = shortest_path(codec, first, last, codes, cancelled, graph)
        ways = sorted([line, _spread(found, CORNERS)], key=lambda path: _length(codec, path))
        # For a large decoder only the more promising one: it takes seconds.
        ways = ways[: 1 if codec.cost > _COSTLY else 2]
        rest = part(report, _GRAPH_SHARE, 1.0)
        ways = [
            _relaxed(codec, path, cancelled, part(rest, at / len(ways), (at + 1) / len(ways)))
            for at, path in enumerate(ways)
        ]
    best = min(ways, key=lambda path: _length(codec, path))
    return _with_ends(_evenly(codec, best, n), first, last)


def pixel_change(codec: Codec, path: ArrayLike) -> NDArray[np.float64]:
    """Return the change of the image at each step of ``path`` ``[n, d]``, ``[n - 1]``.

    The unit is a pixel that goes from black to white.
    """
    images = np.clip(np.nan_to_num(codec.decode(path)), 0.0, 1.0).astype(np.float64)
    return np.asarray(np.abs(np.diff(images, axis=0)).sum(axis=1))


def stops(count: int, n: int) -> tuple[int, ...]:
    """Return the indices among ``n`` codes of the ``count`` places that a path goes through."""
    return tuple(int(each) for each in np.rint(np.linspace(0, max(n, count) - 1, count)))


def through(
    places: Sequence[ArrayLike],
    kind: str,
    n: int,
    codec: Codec | None = None,
    codes: Codes | None = None,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Codes:
    """Return a path through several ``places`` ``[d]`` in their order, at the indices of ``stops``.

    Args:
        places: At least two codes.
        kind: A key of ``PATHS``.
        n: Total number of codes; at least one for each place.
        codec: The network, needed by the geodesic.
        codes: Codes of samples ``[N, d]``, for the geodesic.
        cancelled: Polled for cancellation.
        report: Called with the share done.

    Raises:
        AeguiError: There are too few places, no such kind, or no network where it is needed.
        Cancelled: ``cancelled`` returned True.
    """
    if len(places) < 2:
        raise AeguiError(tr("A path needs at least two places."))
    if kind not in PATHS or (kind == "geodesic" and codec is None):
        raise AeguiError(
            tr(
                "There is no path of the kind {kind}: choose one of {known}.",
                kind=kind,
                known=", ".join(PATHS),
            )
        )
    legs: list[Codes] = []
    count = len(places) - 1
    for (start, end), (a, b) in zip(pairwise(stops(len(places), n)), pairwise(places), strict=True):
        stop_if(cancelled)
        leg_report = part(report, len(legs) / count, (len(legs) + 1) / count)
        leg = _leg(kind, a, b, end - start + 1, codec, codes, cancelled, leg_report)
        legs.append(leg[1:] if legs else leg)
    return np.concatenate(legs)


def _leg(
    kind: str,
    a: ArrayLike,
    b: ArrayLike,
    n: int,
    codec: Codec | None,
    codes: Codes | None,
    cancelled: IsCancelled | None,
    report: ReportShare | None,
) -> Codes:
    if kind == "geodesic" and codec is not None:
        return geodesic(codec, a, b, n, codes, cancelled, report)
    return spherical(a, b, n) if kind == "spherical" else straight(a, b, n)


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = np.asarray(a, np.float32).reshape(-1).astype(np.float64)
    last = np.asarray(b, np.float32).reshape(-1).astype(np.float64)
    if first.shape != last.shape:
        raise AeguiError(
            tr(
                "A path joins codes of one size, not of {a} and {b} numbers.",
                a=len(first),
                b=len(last),
            )
        )
    return first, last


def _between(
    first: NDArray[np.float64], last: NDArray[np.float64], t: NDArray[np.float64]
) -> Codes:
    return _with_ends((1.0 - t) * first + t * last, first, last)


def _with_ends(
    path: NDArray[np.float64], first: NDArray[np.float64], last: NDArray[np.float64]
) -> Codes:
    """Return ``path`` in single precision, with exactly the given ends."""
    found = path.astype(np.float32)
    found[0] = first
    found[-1] = last
    return found


def _spread(path: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return ``n`` codes at equal distances along the polygon ``path`` ``[k, d]``."""
    return _along(path, np.linalg.norm(np.diff(path, axis=0), axis=1), n)


def _evenly(codec: Codec, path: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return ``n`` codes along ``path`` between which the image changes equally."""
    fine = np.concatenate(
        [
            start + (end - start) * np.arange(_WITHIN)[:, np.newaxis] / _WITHIN
            for start, end in pairwise(path)
        ]
        + [path[-1:]]
    )
    lengths = _changes(codec, fine)
    # A constant image still needs a pace.
    lengths += 1e-3 * lengths.mean() * np.linalg.norm(np.diff(fine, axis=0), axis=1)
    return _along(fine, lengths, n)


def _along(path: NDArray[np.float64], lengths: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return ``n`` codes at equal shares of ``lengths``, those of the sides of ``path``."""
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    if at[-1] <= 0.0:
        at = np.arange(len(path), dtype=np.float64)
    positions = np.linspace(0.0, at[-1], n)
    return np.stack([np.interp(positions, at, column) for column in path.T], axis=1)


def _changes(codec: Codec, path: NDArray[np.float64]) -> NDArray[np.float64]:
    images = drawn_at(codec, path).astype(np.float64)
    return np.asarray(np.linalg.norm(np.diff(images, axis=0), axis=1))


def _length(codec: Codec, path: NDArray[np.float64]) -> float:
    """Return the length of the change of the image along ``path``."""
    return float(_changes(codec, _spread(path, _WITHIN * len(path))).sum())


def _relaxed(
    codec: Codec,
    path: NDArray[np.float64],
    cancelled: IsCancelled | None,
    report: ReportShare | None,
) -> NDArray[np.float64]:
    """Move the inner vertices of the polygon ``path`` ``[n, d]`` to a minimum of its energy."""
    basis = _freedom(path)
    weight = _LATENT_SHARE * _mean_metric(codec, path, basis)
    energy, images = _energy(codec, path, weight)
    damping = 1e-2
    for number in range(_ROUNDS):
        stop_if(cancelled)
        if report is not None:
            report(number / _ROUNDS)
        normal, slope = _quadratic(codec, path, images, basis, weight)
        gained = 0.0
        while damping < 1e6:
            held = normal + damping * np.diag(np.diag(normal))
            step = np.linalg.solve(held, slope).reshape(len(path) - 2, len(basis))
            moved = path.copy()
            moved[1:-1] -= step @ basis
            less, drawn = _energy(codec, moved, weight)
            if less < energy:
                gained = energy - less
                path, energy, images, damping = moved, less, drawn, max(1e-6, damping / 4)
                break
            damping *= 5
        if gained <= _GAIN * energy:
            break
    return path


def _freedom(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return orthonormal directions ``[k, d]`` in which vertices may move."""
    size = path.shape[1]
    if size <= MAX_FREEDOM:
        return np.eye(size)
    _, _, directions = np.linalg.svd(path - path[0], full_matrices=False)
    return np.asarray(directions[:MAX_FREEDOM])


def _slopes(
    codec: Codec, path: NDArray[np.float64], basis: NDArray[np.float64]
) -> NDArray[np.float32]:
    return np.clip(np.nan_to_num(tangents(codec, path, basis)), -_STEEPEST, _STEEPEST)


def _mean_metric(codec: Codec, path: NDArray[np.float64], basis: NDArray[np.float64]) -> float:
    slopes = _slopes(codec, path, basis)
    return float(np.einsum("nkp,nkp->", slopes, slopes)) / (len(path) * len(basis)) + 1e-12


def _energy(
    codec: Codec, path: NDArray[np.float64], weight: float
) -> tuple[float, NDArray[np.float64]]:
    """Return the squared changes of image plus ``weight`` times those of code; the images."""
    images = drawn_at(codec, path).astype(np.float64)
    energy = np.square(np.diff(images, axis=0)).sum()
    return float(energy + weight * np.square(np.diff(path, axis=0)).sum()), images


def _quadratic(
    codec: Codec,
    path: NDArray[np.float64],
    images: NDArray[np.float64],
    basis: NDArray[np.float64],
    weight: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return normal matrix and halved gradient of the energy by inner vertices, in ``basis``."""
    slopes = _slopes(codec, path[1:-1], basis)
    count, free, _ = slopes.shape
    curvature = 2 * images[1:-1] - images[:-2] - images[2:]
    turns = (2 * path[1:-1] - path[:-2] - path[2:]) @ basis.T
    slope = (slopes @ curvature[:, :, np.newaxis].astype(np.float32))[:, :, 0] + weight * turns
    columns = slopes.transpose(0, 2, 1)
    diagonal, next_to = slopes @ columns, slopes[:-1] @ columns[1:]
    normal = np.zeros((count, free, count, free))
    index = np.arange(count)
    normal[index, :, index] = 2 * (diagonal + weight * np.eye(free))
    normal[index[:-1], :, index[1:]] = -next_to - weight * np.eye(free)
    normal[index[1:], :, index[:-1]] = -next_to.transpose(0, 2, 1) - weight * np.eye(free)
    return normal.reshape(count * free, -1), slope.ravel()
