"""The figures that lessons name: those of a run, and others of the current state.

Each is one number of a network, its samples and its run, or of what the user has done with them. A
figure that cannot be computed is left out.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.choices import table
from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.errors import AeguiError
from aegui.core.evaluation.codes import code_statistics
from aegui.core.evaluation.judging import nearest_of
from aegui.core.evaluation.limits import limit_of
from aegui.core.evaluation.noise import noisy_score
from aegui.core.evaluation.outliers import outlier_auc
from aegui.core.evaluation.reconstruction import gradient_energy, reconstruction_figures
from aegui.core.evaluation.run_figures import (
    RUN_FIGURES,
    RunFigure,
    figures_of,
    no_figure_words,
    run_figure,
)
from aegui.core.evaluation.samples import sample_images
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import mark, tr
from aegui.core.latent.pca import fit_pca
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.seeds import LESSON_SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import RunResult

LIMIT = "limit"
"""Prefix of the figure of the Bayes limit for a noise, beside those of ``TESTED_FIGURES``."""
_DRAWS = 6_400
_SAMPLES = 512


@dataclass(frozen=True, eq=False)
class LessonSubject:
    """The state that figures are measured on."""

    recipe: Recipe
    """Recipe of the network."""
    dataset: Dataset
    """Its samples."""
    result: RunResult | None = None
    """Figures of the run; None if it has not ended, or if weights other than its best are shown."""
    runs: tuple[RunResult, ...] = ()
    """Figures of all runs that were trained with it."""
    codec: Codec | None = None
    """The network; None if there is none yet."""
    drawing: NDArray[np.float32] | None = None
    """The pixels of the drawing ``[H, W]`` or ``[C, H, W]``."""
    pins: int = 0
    """Number of pins on the map."""
    concepts: int = 0
    """Number of saved directions among the codes."""
    selected: int = 0
    """Number of selected samples."""


@dataclass(frozen=True)
class LessonFigure(RunFigure):
    """A figure that is not one of a run; ``of`` computes it, or returns None if it cannot."""

    of: Callable[[LessonSubject], float | None] = lambda _subject: None


def _with_encoder(subject: LessonSubject) -> Codec | None:
    codec = subject.codec
    if codec is None or codec.image_shape != subject.dataset.image_shape:
        return None
    return codec if codec.can_encode else None


def _measured_by(
    measure: Callable[[Codec, Dataset], object], name: str
) -> Callable[[LessonSubject], float | None]:
    """Return a figure: the attribute ``name`` of what ``measure`` finds for a network."""

    def of(subject: LessonSubject) -> float | None:
        codec = _with_encoder(subject)
        value = None if codec is None else getattr(measure(codec, subject.dataset), name)
        return None if value is None else float(value)

    return of


_statistic = partial(_measured_by, code_statistics)
_reconstruction = partial(_measured_by, reconstruction_figures)


def _parameters(subject: LessonSubject) -> float | None:
    resolved = resolve(subject.recipe, subject.dataset).resolved
    return None if resolved is None else float(resolved.parameters)


def _runs_at_goal(subject: LessonSubject) -> float | None:
    runs = subject.runs
    return sum(run.wrong_max <= 1 for run in runs) / len(runs) if runs else None


def _code_spread(subject: LessonSubject) -> float | None:
    codec = _with_encoder(subject)
    if codec is None:
        return None
    codes = codec.encode(_some(subject.dataset))
    return float(np.sqrt(codes.var(axis=0, dtype=np.float64).mean()))


def _pca_error(subject: LessonSubject) -> float:
    rows = subject.dataset.flat()
    count = min(subject.recipe.network.latent.units, *rows.shape)
    return fit_pca(rows, count).error() / int(rows.shape[1])


def _sample_sharpness(subject: LessonSubject) -> float | None:
    images = _drawn(subject)
    if images is None:
        return None
    real = _some(subject.dataset).reshape(-1, *subject.dataset.image_shape)
    energy = gradient_energy(real) / len(real)
    return gradient_energy(images) / len(images) / energy if energy > 0 else None


def _sample_distance(subject: LessonSubject) -> float | None:
    images = _drawn(subject)
    if images is None:
        return None
    rows = images.reshape(len(images), -1)
    return nearest_of(rows, subject.dataset.flat()) / math.sqrt(rows.shape[1])


def _drawn(subject: LessonSubject) -> NDArray[np.float32] | None:
    codec = subject.codec
    if codec is None or codec.image_shape != subject.dataset.image_shape:
        return None
    return sample_images(codec, _SAMPLES, LESSON_SEED)


def _strangers(subject: LessonSubject) -> float | None:
    codec = _with_encoder(subject)
    return None if codec is None else outlier_auc(codec, subject.dataset)


def _drawing_new(subject: LessonSubject) -> float | None:
    drawing, dataset = subject.drawing, subject.dataset
    if drawing is None or drawing.size != dataset.pixels:
        return None
    rows = dataset.flat()
    same = np.broadcast_to(drawing.reshape(1, -1), rows.shape)
    return float(wrong_pixels(rows, same).min())


def _some(dataset: Dataset) -> NDArray[np.float32]:
    """Return up to about 2,000 evenly spaced samples, as rows."""
    flat = dataset.flat()
    return np.asarray(flat[:: max(1, len(flat) // 2_000)], np.float32)


LESSON_FIGURES: Mapping[str, LessonFigure] = table(
    LessonFigure(
        "parameters",
        RUN_FIGURES["parameters"].label,
        RUN_FIGURES["parameters"].help,
        is_integer=True,
        better="",
        of=_parameters,
    ),
    LessonFigure(
        "runs_at_goal",
        mark("Seeds that reach the goal"),
        mark("Share of the runs in which no sample has more than 1 wrong pixel."),
        is_share=True,
        better="high",
        of=_runs_at_goal,
    ),
    LessonFigure(
        "code_size",
        mark("Numbers of the code"),
        mark("Number of numbers in the code, between encoder and decoder."),
        is_integer=True,
        better="",
        of=lambda subject: float(subject.recipe.network.latent.units),
    ),
    LessonFigure(
        "code_spread",
        mark("Spread of the codes"),
        mark("Standard deviation of the numbers of the codes over the samples."),
        better="",
        of=_code_spread,
    ),
    LessonFigure(
        "share_active",
        mark("Active units of a sample"),
        mark("Share of the code's numbers that are more than a tenth of its largest."),
        is_share=True,
        better="",
        of=_statistic("share_active"),
    ),
    LessonFigure(
        "most_active",
        mark("Largest number of non-zero units"),
        mark("Largest number of numbers of a code that are not exactly zero."),
        is_integer=True,
        better="",
        of=_statistic("most_active"),
    ),
    LessonFigure(
        "used_dimensions",
        mark("Used dimensions"),
        mark("Numbers of the code that vary over the samples."),
        is_integer=True,
        better="",
        of=_statistic("used_dimensions"),
    ),
    LessonFigure(
        "jacobian",
        mark("Sensitivity of the code"),
        mark("Mean squared Frobenius norm of the encoder's Jacobian."),
        of=_statistic("jacobian"),
    ),
    LessonFigure(
        "mse",
        mark("Squared error per pixel"),
        mark("Mean squared difference of answers and samples."),
        of=_reconstruction("mse"),
    ),
    LessonFigure(
        "pca_error",
        mark("Squared error of PCA"),
        mark("Squared error per pixel of PCA with as many components as the code has numbers."),
        of=_pca_error,
    ),
    LessonFigure(
        "kl",
        mark("KL divergence"),
        mark("Nats by which the codes differ from the prior, summed over their numbers."),
        better="",
        of=_reconstruction("kl"),
    ),
    LessonFigure(
        "sharpness",
        mark("Sharpness of the answers"),
        mark(
            "Squared gradient of the reconstructions divided by that of the samples: below 1 "
            "they are blurred."
        ),
        better="high",
        of=_reconstruction("sharpness"),
    ),
    LessonFigure(
        "sample_sharpness",
        mark("Sharpness of new images"),
        mark("Squared gradient of images drawn from the prior divided by that of the samples."),
        better="high",
        of=_sample_sharpness,
    ),
    LessonFigure(
        "sample_distance",
        mark("Distance of new images"),
        mark(
            "How far images drawn from the prior N(0, 1) are from the nearest sample: the root "
            "of the mean squared difference of their pixels."
        ),
        of=_sample_distance,
    ),
    LessonFigure(
        "strangers",
        RUN_FIGURES["strangers"].label,
        RUN_FIGURES["strangers"].help,
        is_share=True,
        better="high",
        of=_strangers,
    ),
    LessonFigure(
        "drawing_new",
        mark("Novelty of the drawing"),
        mark("Pixels in which the drawing differs from the nearest sample."),
        is_integer=True,
        better="high",
        of=_drawing_new,
    ),
    LessonFigure(
        "pins",
        mark("Pins on the map"),
        mark("Places that are pinned."),
        is_integer=True,
        better="",
        of=lambda subject: float(subject.pins),
    ),
    LessonFigure(
        "concepts",
        mark("Kept concepts"),
        mark("Concepts that are kept."),
        is_integer=True,
        better="",
        of=lambda subject: float(subject.concepts),
    ),
    LessonFigure(
        "selected",
        mark("Selected samples"),
        mark("Samples that are selected on the map."),
        is_integer=True,
        better="",
        of=lambda subject: float(subject.selected),
    ),
)
"""Figures beside those of ``RUN_FIGURES``, by key."""
BY_HAND = frozenset({"drawing_new", "pins", "concepts", "selected"})
"""Figures that result from the user's actions rather than from training."""


def check_figure(key: str) -> None:
    """Check that ``key`` names a figure.

    Raises:
        ValueError: ``key`` names no figure.
    """
    if key in RUN_FIGURES or key in LESSON_FIGURES or _noise_of(key) is not None:
        return
    known = (*RUN_FIGURES, *LESSON_FIGURES)
    raise ValueError(no_figure_words(key, known))


def _noise_of(key: str) -> str | None:
    """Return the noise in ``wrong@salt_pepper:0.2`` or ``limit@...``; None for any other key."""
    figure, at, noise = key.partition("@")
    if not at or figure not in ("wrong", "at_most_1", "exact", LIMIT):
        return None
    try:
        parse_corruption(noise)
    except AeguiError:
        return None
    return noise


def figure_of(key: str) -> RunFigure:
    """Return label and format of the figure ``key``."""
    if key in LESSON_FIGURES:
        return LESSON_FIGURES[key]
    noise = _noise_of(key)
    if noise is not None and key.startswith(LIMIT):
        words = corruption_words(parse_corruption(noise))
        return RunFigure(key, tr("Bayes limit, {noise}", noise=words), "")
    return run_figure(key)


def value_words(key: str, value: float | None) -> str:
    """Format a figure; a dash if there is none."""
    return figure_of(key).words(value, digits=3)


def measure(
    subject: LessonSubject, keys: Iterable[str], cancelled: IsCancelled | None = None
) -> dict[str, float]:
    """Measure those of the figures ``keys`` that ``subject`` has.

    Raises:
        Cancelled: ``cancelled`` returned true.
    """
    known = {} if subject.result is None else figures_of(subject.result)
    found: dict[str, float] = {}
    for key in keys:
        value = known.get(key)
        if key in LESSON_FIGURES:
            value = LESSON_FIGURES[key].of(subject)
        elif "@" in key:
            value = _noisy(key, subject, cancelled)
        if value is not None:
            found[key] = value
    return found


def _noisy(key: str, subject: LessonSubject, cancelled: IsCancelled | None) -> float | None:
    noise = _noise_of(key)
    if noise is None:
        return None
    spec, dataset = parse_corruption(noise), subject.dataset
    if key.startswith(LIMIT):
        best = limit_of(dataset, spec, cancelled=cancelled)
        return None if best is None else best.mean
    codec = _with_encoder(subject)
    if codec is None:
        return None
    score = noisy_score(
        codec, dataset, spec, _DRAWS, LESSON_SEED, limited=False, cancelled=cancelled
    )
    figures = {"wrong": score.mean, "at_most_1": score.share_at_most_1, "exact": score.share_exact}
    return figures[key.partition("@")[0]]
