"""The loss over a plane in weight space, with the optimisers' trails projected onto it.

There are two kinds of plane: through the common start and the ends of two trails, which contains
these three points, and the principal plane of all trails (PCA of their points, as in Li et al.
2018). All other points are drawn as their orthogonal projections.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.choices import Choice, table
from aegui.core.data.progress import stop_if
from aegui.core.i18n import mark, tr
from aegui.core.latent.contours import contours
from aegui.core.light_dataclass import dataclass
from aegui.core.training.record.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.races.optimizers import Lane, RaceState
    from aegui.core.recipe import CorruptionSpec, Recipe

    Vectors = NDArray[np.float64]

PlaneKey = Literal["ends", "pca"]
PLANES = table(
    Choice(
        "ends",
        mark("start and two ends"),
        mark("The plane through the common start, the best end and the second one."),
    ),
    Choice(
        "pca",
        mark("principal plane"),
        mark("The plane in which the points of all trails differ most."),
    ),
)
_AIR = 0.18
_STEPS = (9, 17, 33)
"""Points along each side of the plane, from coarse to fine."""
_LEVELS = 12
_FAR = 4.0
"""Trails that reach farther than this multiple of the median do not define the plane."""
_MIN = 1e-9


@dataclass(frozen=True, eq=False)
class WeightPlane:
    """A plane in the space of weights."""

    key: PlaneKey
    """One of ``PLANES``."""
    origin: Vectors
    """The weights at coordinates (0, 0), float64 ``[P]``."""
    axes: Vectors
    """Two orthonormal directions, ``[2, P]``."""
    share: float
    """Share of the trails' variance that lies in it, 0..1."""
    ends: tuple[Lane, ...]
    """The one or two optimisers through whose ends it goes; empty for the principal plane."""

    @property
    def words(self) -> str:
        """Translated description, with its share."""
        names = [lane.name for lane in self.ends]
        if not names:
            words = tr("principal plane of all trails")
        elif len(names) > 1:
            words = tr("start, end of {best}, end of {second}", best=names[0], second=names[1])
        else:
            words = tr("start, end of {best}, principal direction", best=names[0])
        return tr(
            "{plane}; {share:.0%} of the variance of the trails", plane=words, share=self.share
        )

    def shadow(self, rows: NDArray[np.floating]) -> Vectors:
        """Project weights ``[n, P]`` orthogonally; return plane coordinates ``[n, 2]``."""
        found: Vectors = (np.asarray(rows, np.float64) - self.origin) @ self.axes.T
        return found

    def point(self, x: float, y: float) -> Vectors:
        """Return the weights at plane coordinates ``x``, ``y``, ``[P]``."""
        found: Vectors = self.origin + x * self.axes[0] + y * self.axes[1]
        return found


@dataclass(frozen=True, eq=False)
class LossSurface:
    """The loss at points of a plane."""

    plane: WeightPlane
    """The plane."""
    rect: tuple[float, float, float, float]
    """Its section: x0, y0, x1, y1."""
    values: Vectors
    """float64 ``[rows, columns]``, each at the centre of its cell; row 0 is the lowest."""
    lines: tuple[tuple[float, Vectors], ...]
    """Level and points ``[k, 2]`` of the contour lines."""


def plane_of(state: RaceState, key: PlaneKey) -> WeightPlane | None:
    """Return the plane of that kind for the trails of a race; None if they span none."""
    pairs = _near_trails(state)
    if not pairs:
        return None
    points = np.concatenate([trail for _, trail in pairs])
    named: tuple[Lane, ...] = ()
    if key == "ends":
        start = pairs[0][1][0]
        ends = [trail[-1] for _, trail in pairs[:2]]
        axes = _spanned([end - start for end in ends], points - start)
        named = tuple(state.lanes[at] for at, _ in pairs[:2])
        origin = start
    else:
        origin = points.mean(axis=0)
        axes = _spanned([], points - origin)
    if axes is None:
        return None
    centred = points - points.mean(axis=0)
    total = float(np.square(centred).sum())
    share = float(np.square(centred @ axes.T).sum()) / total if total > 0.0 else 1.0
    return WeightPlane(key, origin, axes, share, named)


def _near_trails(state: RaceState) -> list[tuple[int, Vectors]]:
    """Return lane index and trail of those that stay near the start, the best first.

    A trail that goes a hundred times as far along a direction without effect, as Powell's method
    may, would reduce all others to a dot.
    """
    found = []
    for at in state.standings:
        trail = state.lanes[at].trail.astype(np.float64)
        trail = trail[np.isfinite(trail).all(axis=1)]
        if len(trail) > 1:
            found.append((at, trail))
    reaches = [float(np.linalg.norm(trail - trail[0], axis=1).max()) for _, trail in found]
    # The two best are always included.
    most = max([_FAR * float(np.median(reaches)), *reaches[:2]]) if reaches else 0.0
    return [pair for pair, reach in zip(found, reaches, strict=True) if 0.0 < reach <= most]


def _spanned(directions: list[Vectors], points: Vectors) -> Vectors | None:
    """Return two orthonormal directions: along ``directions`` first, then the principal ones."""
    # A thin SVD: there are few points in a space of many dimensions.
    _, _, principal = np.linalg.svd(points, full_matrices=False)
    found: list[Vectors] = []
    for direction in (*directions, *principal[:3]):
        rest = direction - sum((direction @ axis) * axis for axis in found)
        length = float(np.linalg.norm(rest))
        if length > _MIN * max(1.0, float(np.linalg.norm(direction))):
            found.append(np.asarray(rest / length))
        if len(found) == 2:
            return np.stack(found)
    return None


def frame_of(state: RaceState, plane: WeightPlane) -> tuple[float, float, float, float]:
    """Return the rectangle of the plane that holds the trails, with a margin: x0, y0, x1, y1.

    Trails that go very far leave it.
    """
    places = np.concatenate([plane.shadow(trail) for _, trail in _near_trails(state)])
    low, high = places.min(axis=0), places.max(axis=0)
    air = np.maximum(_AIR * (high - low), _AIR * float((high - low).max()) or 0.5)
    (x0, y0), (x1, y1) = (low - air).tolist(), (high + air).tolist()
    return x0, y0, x1, y1


def loss_surface(
    recipe: Recipe,
    dataset: Dataset,
    plane: WeightPlane,
    rect: tuple[float, float, float, float],
    cancelled: IsCancelled | None = None,
) -> Iterator[LossSurface]:
    """Yield the loss in ``rect`` of ``plane``, over all samples in float64, at rising resolutions.

    Args:
        recipe: That of a racer (its loss and penalties count).
        dataset: Its samples.
        plane: The plane.
        rect: Its section: x0, y0, x1, y1.
        cancelled: Polled between two points.

    Raises:
        AeguiError: The recipe cannot be trained on the samples.
        Cancelled: ``cancelled`` returned true.
    """
    objective = SliceObjective(recipe, dataset)
    x0, y0, x1, y1 = rect
    for steps in _STEPS:
        values = np.empty((steps, steps))
        for row in range(steps):
            for column in range(steps):
                stop_if(cancelled)
                x = x0 + (column + 0.5) / steps * (x1 - x0)
                y = y0 + (row + 0.5) / steps * (y1 - y0)
                values[row, column] = objective.loss(plane.point(x, y))
        yield LossSurface(plane, rect, values, _lines(values, rect))


class SliceObjective:
    """The loss of a recipe as a function of weights in a timeline's order.

    Raises:
        AeguiError: The recipe cannot be trained on the samples.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset) -> None:
        import torch

        from aegui.core.network.resolve import resolve
        from aegui.core.training.families.exact_objective import ExactObjective
        from aegui.core.training.step.parameters import Parameters
        from aegui.core.training.step.samples import Samples

        training = recipe.training.model_copy(update={"batch_size": None, "device": "cpu"})
        recipe = recipe.model_copy(update={"training": training, "runs": 1})
        resolution = resolve(recipe, dataset)
        resolved = resolution.resolved
        if resolved is None:
            from aegui.core.errors import RecipeError

            raise RecipeError(" ".join(problem.message for problem in resolution.problems))
        device = torch.device("cpu")
        parameters = Parameters(resolved, device)
        noise: CorruptionSpec = resolved.recipe.data.corruption
        self._objective = ExactObjective(resolved, parameters, Samples(resolved, noise, device))
        layout = Layout(resolved.all_layers, 1)
        self._order = np.concatenate(
            [np.arange(block.start, block.start + prod(block.shape)) for block in layout.blocks]
        )

    def loss(self, weights: NDArray[np.floating]) -> float:
        """Return the loss of all samples for ``weights`` ``[P]``."""
        return self._objective.loss(0, np.asarray(weights, np.float64)[self._order])


def _lines(
    values: Vectors, rect: tuple[float, float, float, float]
) -> tuple[tuple[float, Vectors], ...]:
    """Return contour lines at logarithmically spaced levels, hence denser near the minimum."""
    known = values[np.isfinite(values) & (values > 0.0)]
    if not len(known) or float(known.min()) == float(known.max()):
        return ()
    levels = np.geomspace(float(known.min()), float(known.max()), _LEVELS + 2)[1:-1]
    return tuple(
        (float(level), line) for level in levels for line in contours(values, float(level), rect)
    )
