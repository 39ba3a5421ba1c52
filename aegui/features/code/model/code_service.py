"""Computes statistics of the code's dimensions, and traversals along one, in worker threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.evaluation.codes import SAMPLES, code_statistics, dimension_figures
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.evaluation.codes import CodeStatistics, DimensionFigures
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

MeasureKey = Literal["kl", "variance", "mean"]

LIVE_MS = 1000
"""Minimum time between two analyses during a training."""
LIVE_WORK, SETTLED_WORK = 600_000_000, 6_000_000_000
"""Multiplications allowed per analysis: about 0.1 s during a training, and 1 s otherwise."""
MAX_NUMBERS = 10_000_000
"""Upper bound of pixel values encoded per analysis, about 40 MB."""
FEWEST = 100
STEPS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
"""Offsets, in standard deviations, at which a dimension is decoded."""


@dataclass(frozen=True)
class Measure:
    """A quantity that is measured for each dimension: its label and explanation."""

    key: MeasureKey
    label: str
    help: str


MEASURES: Mapping[MeasureKey, Measure] = {
    measure.key: measure
    for measure in (
        Measure(
            "kl",
            mark("KL, nats"),
            mark(
                "Information of each dimension about an image: its mean divergence from the prior."
            ),
        ),
        Measure(
            "variance",
            mark("Variance"),
            mark("How much each number of the code varies over the samples."),
        ),
        Measure(
            "mean",
            mark("Mean activation"),
            mark("The mean of each number of the code; a sparse code keeps it near zero."),
        ),
    )
}
"""The measures in menu order."""


@dataclass(frozen=True, eq=False)
class CodeSubject:
    """The network whose code is analysed."""

    codec: Codec
    """Its weights, with an encoder."""
    dataset: Dataset
    """Images that fit its input."""
    recipe: Recipe
    """The recipe it was trained with."""
    is_live: bool
    """Whether the network is being trained."""


@dataclass(frozen=True, eq=False)
class CodeAnalysis:
    """A finished analysis."""

    figures: DimensionFigures
    """Statistics of each dimension."""
    statistics: CodeStatistics
    """Statistics of the code as a whole."""
    total: int
    """Number of samples in the set."""
    epoch: int
    """Epoch of the weights."""
    name: str
    """The recipe's name."""
    rho: float | None
    """The mean activation that a sparsity penalty aims at; None without one."""
    fitting: MeasureKey
    """The most informative measure for a code of this kind."""

    @property
    def measures(self) -> tuple[MeasureKey, ...]:
        """The measures available for each dimension."""
        return tuple(key for key in MEASURES if key != "kl" or self.figures.kl is not None)

    def values(self, measure: MeasureKey) -> NDArray[np.float64]:
        """Return ``measure`` of every dimension, ``[d]``; zeros if it is not available."""
        figures = self.figures
        values = {"kl": figures.kl, "variance": figures.variance, "mean": figures.mean}[measure]
        return np.zeros(figures.size) if values is None else values


@dataclass(frozen=True, eq=False)
class Traversal:
    """Images decoded along one dimension of the code, with all others at their means."""

    dimension: int
    """Its index, from 0."""
    images: NDArray[np.float32]
    """float32 ``[len(STEPS), C, H, W]``."""
    middle: float
    """The mean of the dimension."""
    sigma: float
    """Its standard deviation; that of the prior, 1, for a variational code."""


class CodeService(Service):
    """Analyses the code of the newest weights while a visible view needs it."""

    analysed = Signal(object)
    """Emitted with a ``CodeAnalysis``, in the thread that owns this object."""

    def __init__(self) -> None:
        super().__init__()
        self.reference: CodeAnalysis | None = None
        """An earlier analysis, kept for comparison."""
        self._subject: CodeSubject | None = None
        self._token = object()
        self.latest: CodeAnalysis | None = None
        """The last analysis, as long as it belongs to the current network and data."""
        self.dimension: int | None = None
        """The dimension that is traversed, from 0; None for none."""
        self._analyses = Derived("aegui-code", self, least_pause_ms=LIVE_MS)
        self._analyses.set_active(False)
        self._analyses.answered.connect(self._on_analyses_answered)
        self.strips = Derived("aegui-traversal", self)
        """Answers with a ``Traversal``, in the thread that owns this object."""

    def set_active(self, active: bool) -> None:
        """Set whether a visible view needs the analysis; nothing is analysed while none does."""
        self._analyses.set_active(active)

    def set_subject(self, subject: CodeSubject | None) -> None:
        """Set the network to analyse; None if there is none with an encoder."""
        before, self._subject = self._subject, subject
        if subject is None:
            self._forget()
            return
        if before is None or not _is_alike(before, subject):
            self._forget()
        elif before.codec is subject.codec and before.is_live == subject.is_live:
            return
        elif not subject.is_live:
            # An analysis of the final weights replaces the running one.
            self._analyses.forget()
        self._analyses.derive(
            lambda _report, cancelled: _analyses_of(subject, cancelled),
            self._token,
            gentle=subject.is_live,
        )

    def set_dimension(self, dimension: int | None) -> None:
        """Decode along this dimension from now on; None stops it."""
        self.dimension = dimension
        if dimension is None:
            self.strips.forget()
        else:
            self._traverse()

    def keep(self) -> None:
        """Keep the last analysis for comparison with later ones."""
        self.reference = self.latest

    def _forget(self) -> None:
        """Discard the last results and cancel the running computations."""
        self._token = object()
        self.latest = None
        self.dimension = None
        self._analyses.forget()
        self.strips.forget()

    @Slot(object)
    def _on_analyses_answered(self, analysis: CodeAnalysis) -> None:
        self.latest = analysis
        self.analysed.emit(analysis)
        self._traverse()

    def _traverse(self) -> None:
        subject, analysis, dimension = self._subject, self.latest, self.dimension
        if (
            subject is None
            or analysis is None
            or dimension is None
            or dimension >= analysis.figures.size
        ):
            return
        codec, figures = subject.codec, analysis.figures
        self.strips.ask(
            lambda: _traversed(codec, figures, dimension),
            self._token,
            quick=is_quick(codec, len(STEPS) * codec.cost, QUICK_BATCH),
            gentle=subject.is_live,
        )


def _is_alike(a: CodeSubject, b: CodeSubject) -> bool:
    """Return whether both are the same network with the same data, but for newer weights."""
    return a.dataset is b.dataset and a.recipe.network == b.recipe.network


def _analyses_of(subject: CodeSubject, cancelled: IsCancelled) -> Iterator[CodeAnalysis]:
    codec, dataset, recipe = subject.codec, subject.dataset, subject.recipe
    work = LIVE_WORK if subject.is_live else SETTLED_WORK
    samples = _samples(codec, work // 2)
    figures = dimension_figures(codec, dataset, samples=samples, cancelled=cancelled)
    statistics = code_statistics(
        codec, dataset, samples=samples, work=work // 2, cancelled=cancelled
    )
    sparsity = recipe.training.sparsity
    yield CodeAnalysis(
        figures,
        statistics,
        len(dataset),
        codec.epoch,
        recipe.name,
        sparsity.rho if sparsity.weight > 0.0 else None,
        _fitting(recipe),
    )


def _samples(codec: Codec, work: int) -> int:
    """Return how many samples fit into ``work`` multiplications, not counting the Jacobian."""
    affordable = work // max(1, codec.encode_cost)
    return max(FEWEST, min(SAMPLES, affordable, MAX_NUMBERS // codec.pixels))


def _fitting(recipe: Recipe) -> MeasureKey:
    latent, training = recipe.network.latent, recipe.training
    if latent.kind == "gaussian":
        return "kl"
    is_sparse = training.sparsity.weight > 0.0 or training.code_l1 > 0.0 or latent.top_k is not None
    return "mean" if is_sparse else "variance"


def _traversed(codec: Codec, figures: DimensionFigures, dimension: int) -> Traversal:
    is_variational = figures.kl is not None
    sigma = 1.0 if is_variational else float(np.sqrt(figures.variance[dimension]))
    codes = np.tile(np.nan_to_num(figures.mean), (len(STEPS), 1))
    codes[:, dimension] += np.array(STEPS) * sigma
    images = codec.decode(codes).reshape(len(STEPS), *codec.image_shape)
    return Traversal(dimension, images, float(figures.mean[dimension]), sigma)
