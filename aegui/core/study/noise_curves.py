"""Wrong pixels against the level of a noise: networks, the Bayes limit, and baselines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.data.corruption import corruption_words, noise_of
from aegui.core.data.progress import Progress, part, parts, stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.limits import limit_of
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.evaluation.reconstruction import reconstructed
from aegui.core.evaluation.spread import deviation
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr, trn
from aegui.core.latent.pca import fit_pca
from aegui.core.light_dataclass import dataclass
from aegui.core.study.noise_tests import tested_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.pca import Pca
    from aegui.core.study.noise_matrix import NoiseMatrix

    Answer = Callable[
        [NDArray[np.float32], ReportShare | None, IsCancelled | None], NDArray[np.float32]
    ]

LineKey = Literal["model", "limit", "copy", "pca"]
LEVELS = tuple(round(0.05 * step, 2) for step in range(11))
"""Default levels of curves."""
_CHUNK = 4096
_STEPS = 1000
"""Parts of a level in the progress."""
_PCA_SAMPLES = 10_000
"""Upper bound for the samples that principal components are fitted to."""


@dataclass(frozen=True)
class NoiseCurveSpec:
    """What to evaluate."""

    kind: str
    """Key of the noise."""
    levels: tuple[float, ...] = LEVELS
    """Its levels, ascending."""
    draws: int = 4_000
    """Noisy characters at each level, the same number of each; of a larger set this many samples
    are drawn."""
    seed: int = 0
    """Seed of the noise; at each level all answers are to the same draws."""
    pca: tuple[int, ...] | None = None
    """Numbers of principal components, a line for each; None: as many as the codes of the networks
    have."""
    copy: bool = True
    """Whether to include the line of returning the input unchanged."""


@dataclass(frozen=True)
class ModelUnderTest:
    """Networks that make one line: usually the runs of one recipe."""

    name: str
    codecs: tuple[Codec, ...]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart."""

    key: LineKey
    """The kind of line."""
    name: str
    """Translated name."""
    mean: NDArray[np.float64]
    """Wrong pixels per character at each level, float64 ``[L]``; NaN where unknown."""
    deviation: NDArray[np.float64]
    """Standard deviation over the runs, float64 ``[L]``, NaN for a single one; for the limit its
    standard error."""
    runs: int = 0
    """Number of networks averaged; 0 for lines without networks."""

    @property
    def low(self) -> NDArray[np.float64]:
        """The lower edge of its band."""
        return np.maximum(self.mean - np.nan_to_num(self.deviation), 0.0)

    @property
    def high(self) -> NDArray[np.float64]:
        """The upper edge of its band."""
        return self.mean + np.nan_to_num(self.deviation)


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines over the levels of one noise."""

    kind: str
    """Key of the noise."""
    levels: NDArray[np.float64]
    """float64 ``[L]``, ascending."""
    lines: tuple[Line, ...]
    """Networks first, then the limit, copying, and principal components."""
    note: str = ""
    """Translated note if only a subset of the samples was used; else empty."""


def noise_curves(
    models: Sequence[ModelUnderTest],
    dataset: Dataset,
    spec: NoiseCurveSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Curves:
    """Evaluate networks and baselines at every level of a noise.

    Raises:
        AeguiError: There are no levels, or a network takes images of another size.
        Cancelled: ``cancelled`` returned true.
    """
    _check(models, dataset, spec)
    total = len(dataset)
    fitted_to = tested_of(dataset, _PCA_SAMPLES)
    simple = _simple(fitted_to, spec, _components(models, spec), cancelled)
    dataset = tested_of(dataset, spec.draws)
    answers: list[Answer] = [
        partial(reconstructed, codec) for model in models for codec in model.codecs
    ]
    answers += [answer for _, _, answer in simple]
    wrong = np.zeros((len(spec.levels), len(answers)))
    limits = np.full((len(spec.levels), 2), np.nan)
    progress = Progress(_STEPS * len(spec.levels), _words, report, cancelled)
    for at, level in enumerate(spec.levels):
        wrong[at] = _tried(answers, dataset, spec, at, progress, cancelled)
        best = limit_of(dataset, noise_of(spec.kind, level), cancelled=cancelled)
        if best is not None:
            limits[at] = best.mean, best.error
    progress.reached(_STEPS * len(spec.levels))
    lines, column = [], 0
    for model in models:
        of_model = wrong[:, column : column + len(model.codecs)]
        column += len(model.codecs)
        lines.append(
            Line("model", model.name, of_model.mean(1), deviation(of_model, 1), len(model.codecs))
        )
    if not np.isnan(limits).all():
        lines.append(Line("limit", tr("Bayes limit"), limits[:, 0], limits[:, 1]))
    for at, (key, name, _) in enumerate(simple, column):
        lines.append(Line(key, name, wrong[:, at], np.zeros(len(wrong))))
    note = ""
    if len(dataset) < total:
        note = tr("tested with {n:,} of {whole:,} samples", n=len(dataset), whole=total)
    return Curves(spec.kind, np.array(spec.levels, np.float64), tuple(lines), note)


def matrix_curves(matrix: NoiseMatrix) -> Curves | None:
    """Return the rows of a matrix as lines; None if its columns are not levels of one noise."""
    tests = matrix.spec.tests
    kinds = {test.kind for test in tests if test.kind != "none"}
    if len(kinds) != 1 or len(tests) < 2:
        return None
    (kind,) = kinds
    levels = np.array([0.0 if test.kind == "none" else test.level for test in tests])
    order = np.argsort(levels, kind="stable")
    figure = matrix.figure("wrong")
    lines = [
        Line(
            "model",
            tr("trained at {level:g}", level=spec.level)
            if spec.kind in {kind, "none"}
            else corruption_words(spec),
            figure.mean[row][order],
            figure.deviation[row][order],
            matrix.spec.seeds,
        )
        for row, spec in enumerate(matrix.spec.training)
    ]
    known = [one for one in matrix.limits if one is not None]
    if len(known) == len(tests):
        mean, error = (np.array([getattr(one, key) for one in known]) for key in ("mean", "error"))
        lines.append(Line("limit", tr("Bayes limit"), mean[order], error[order]))
    return Curves(kind, levels[order], tuple(lines), matrix.note)


def _words(done: int, total: int) -> str:
    levels = {"done": done // _STEPS, "total": total // _STEPS}
    return tr("{done:,} of {total:,} levels tested", **levels)


def _check(models: Sequence[ModelUnderTest], dataset: Dataset, spec: NoiseCurveSpec) -> None:
    if not spec.levels or spec.draws < 1:
        raise AeguiError(tr("A curve needs at least one level and one draw."))
    for model in models:
        for codec in model.codecs:
            if not codec.can_encode:
                raise AeguiError(
                    tr(
                        "{name} is a GAN: it has no encoder and cannot denoise. Leave it out.",
                        name=model.name,
                    )
                )
            if codec.can_classify:
                raise AeguiError(
                    tr(
                        "{name} is a classifier: it reconstructs nothing. Leave it out.",
                        name=model.name,
                    )
                )
            if codec.pixels != dataset.pixels:
                raise AeguiError(
                    tr(
                        "{name} cannot be tested with {data}: it takes images of another size.",
                        name=model.name,
                        data=dataset.name,
                    )
                )


def _components(models: Sequence[ModelUnderTest], spec: NoiseCurveSpec) -> Sequence[int]:
    if spec.pca is not None:
        return spec.pca
    return sorted({codec.latent_size for model in models for codec in model.codecs})


def _simple(
    dataset: Dataset,
    spec: NoiseCurveSpec,
    components: Sequence[int],
    cancelled: IsCancelled | None,
) -> list[tuple[LineKey, str, Answer]]:
    """Return the baselines: the identity, and PCA fitted to the clean samples."""
    found: list[tuple[LineKey, str, Answer]] = []
    if spec.copy:
        found.append(("copy", tr("copying the input"), _unchanged))
    for count in components:
        pca = fit_pca(dataset.flat(), count, cancelled)
        name = trn("PCA, {n} number", "PCA, {n} numbers", count)
        found.append(("pca", name, _through(pca)))
    return found


def _unchanged(
    noisy: NDArray[np.float32], _report: ReportShare | None, _cancelled: IsCancelled | None
) -> NDArray[np.float32]:
    return noisy


def _through(pca: Pca) -> Answer:
    return lambda noisy, _report, _cancelled: pca.decode(pca.encode(noisy))


def _tried(
    answers: Sequence[Answer],
    dataset: Dataset,
    spec: NoiseCurveSpec,
    at: int,
    progress: Progress,
    cancelled: IsCancelled | None,
) -> NDArray[np.float64]:
    """Return the mean wrong pixels of each answer at one level."""
    noise = noise_of(spec.kind, spec.levels[at])
    rounds = -(-spec.draws // len(dataset))
    generator = np.random.default_rng([spec.seed, at])
    total = np.zeros(len(answers))

    def reach(levels: float) -> None:
        progress.reached(round(_STEPS * levels))

    for batch in noisy_batches(dataset, noise, rounds, generator, _CHUNK):
        target = batch.clean > THRESHOLD
        low = at + batch.done
        of_batch = part(reach, low, low + len(target) / (rounds * len(dataset)))
        of_answers = parts(of_batch, [1.0] * len(answers))
        for index, (answer, of_answer) in enumerate(zip(answers, of_answers, strict=True)):
            stop_if(cancelled)
            found = answer(batch.noisy, of_answer, cancelled)
            total[index] += np.count_nonzero((found > THRESHOLD) != target)
    return total / (rounds * len(dataset))
