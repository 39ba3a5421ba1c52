"""Answers of several networks to one drawing, and the best possible one: pure functions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import read_drawing
from aegui.core.evaluation.likelihoods import is_known, unknown_words
from aegui.core.evaluation.noise_level import estimate_level
from aegui.core.evaluation.priors import prior_words
from aegui.core.evaluation.repairs import repair
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.costs import is_quick
from aegui.session.pixels.answers import Answer, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.bayes import BayesReading
    from aegui.core.evaluation.noise_level import LevelEstimate
    from aegui.core.evaluation.priors import Prior
    from aegui.core.evaluation.repairs import Repairs
    from aegui.core.latent.codec import Codec
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.recipe import CorruptionSpec
    from aegui.session.pixels.answers import Nearest

SHOWN = "shown"
"""Key of the displayed network."""
BEST = "best"
"""Key of the best possible answer."""
MAX_READ = 400_000
"""Maximum number of pixels of a set for which the limit is computed while drawing."""


@dataclass(frozen=True, eq=False)
class AnsweringModel:
    """A network that answers."""

    key: str
    """``SHOWN``, or the key of another network."""
    name: str
    """Display name."""
    codec: Codec
    """The network."""

    @cached_property
    def is_quick(self) -> bool:
        """Whether encoding and decoding take no more than a millisecond or two."""
        return is_quick(self.codec, self.codec.cost + self.codec.encode_cost)


@dataclass(frozen=True, eq=False)
class SheetAnswer:
    """One answer of the sheet."""

    key: str
    """Key of the network, or ``BEST``."""
    name: str
    """Display name."""
    answer: Answer
    """The answer, as from ``answers.answer``."""
    expected: float | None = None
    """Expected count of wrong pixels given characters and noise; None if unknown."""
    repairs: Repairs | None = None
    """The intermediate answers, if the network has denoised its own output."""


@dataclass(frozen=True, eq=False)
class Limit:
    """The best possible answer to the drawing, or why it is unknown."""

    reading: BayesReading | None
    """Posterior over the characters given the drawing; None if unknown."""
    spec: CorruptionSpec
    """The noise assumed for the drawing."""
    estimate: LevelEstimate | None = None
    """How the level was estimated; None if it was given."""
    reason: str = ""
    """Why there is no reading; empty if there is one."""
    note: str = ""
    """Caveat to display with the limit; mostly empty."""


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """Answers to one drawing."""

    dataset: Dataset
    """The set of the nearest samples and of the known characters."""
    answers: tuple[SheetAnswer, ...]
    """Those of the networks in their order, then the best possible one if known."""
    limit: Limit
    """The best possible answer, or why it is unknown."""
    steps: int
    """Number of denoising passes."""

    @property
    def has_network(self) -> bool:
        """Whether a network is among those that answer."""
        return any(each.key != BEST for each in self.answers)


def fits(codec: Codec, state: DrawingState) -> bool:
    """Return whether a network can answer the drawing."""
    return codec.can_encode and codec.image_shape == state.image_shape


def is_quick_sheet(
    models: Sequence[AnsweringModel], nearest: Nearest, steps: int, estimated: bool
) -> bool:
    """Return whether the sheet is computed within a few milliseconds."""
    if steps > 1 or estimated:
        return False
    return nearest.is_quick and all(each.is_quick for each in models)


def answer_sheet(
    models: Sequence[AnsweringModel],
    nearest: Nearest,
    state: DrawingState,
    spec: CorruptionSpec,
    *,
    estimated: bool = False,
    steps: int = 1,
    prior: Prior | None = None,
) -> AnswerSheet:
    """Return the answers to a drawing.

    Args:
        models: Networks that take drawings of this size.
        nearest: Finds the nearest samples of the set.
        state: The drawing.
        spec: The noise assumed for the drawing.
        estimated: Estimate the level from the drawing and ignore that of ``spec``.
        steps: Number of denoising passes.
        prior: Frequencies of the characters; None for equal ones.
    """
    limit = limit_of(state, nearest, spec, estimated=estimated, prior=prior)
    answers = [_answered(model, nearest, state, steps, limit.reading) for model in models]
    best = _best(nearest, state, limit.reading)
    found = tuple(each for each in (*answers, best) if each is not None)
    return AnswerSheet(nearest.dataset, found, limit, steps)


def _answered(
    model: AnsweringModel,
    nearest: Nearest,
    state: DrawingState,
    steps: int,
    reading: BayesReading | None,
) -> SheetAnswer | None:
    repairs, pixels = None, state.pixels
    if steps > 1:
        repairs = repair(model.codec, pixels, steps)
        pixels = repairs.images[-2].reshape(pixels.shape)
    found = answer(model.codec, nearest, pixels, state.target)
    if found is None:
        return None
    expected = None if reading is None else reading.expected_wrong_of(found.output)
    return SheetAnswer(model.key, model.name, found, expected, repairs)


def _best(
    nearest: Nearest, state: DrawingState, reading: BayesReading | None
) -> SheetAnswer | None:
    if reading is None:
        return None
    shape = state.pixels.shape
    binary = reading.image.reshape(shape)
    wrong = None if state.target is None else binary != (state.target > THRESHOLD)
    near = nearest.find(binary)
    found = Answer(
        drawing=state.pixels,
        output=reading.share_on.astype(np.float32).reshape(shape),
        binary=binary,
        wrong=wrong,
        wrong_count=None if wrong is None else int(np.count_nonzero(wrong)),
        code=np.zeros(0, np.float32),
        nearest=nearest.named(near),
        nearest_indices=tuple(index for index, _ in near),
        target=state.target,
    )
    return SheetAnswer(BEST, tr("Best possible"), found, reading.expected_wrong)


def confidence(output: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the confidence of each pixel, 0 (undecided) to 1 (certain); shape of ``output``.

    It is ``|2 p - 1|`` for a pixel that is lit with probability p.
    """
    inside = np.clip(np.nan_to_num(output, nan=THRESHOLD), 0.0, 1.0)
    return np.asarray(np.abs(2.0 * inside - 1.0), np.float32)


# Limit


def limit_of(
    state: DrawingState,
    nearest: Nearest,
    spec: CorruptionSpec,
    *,
    estimated: bool = False,
    prior: Prior | None = None,
) -> Limit:
    """Return the best possible answer to the drawing given the characters and the noise."""
    reason = _why_no_limit(state, nearest)
    if reason:
        return Limit(None, spec, reason=reason)
    try:
        return _limit(state, nearest.dataset, spec, estimated, prior)
    except AeguiError as error:
        return Limit(None, spec, reason=str(error))


def _limit(
    state: DrawingState,
    dataset: Dataset,
    spec: CorruptionSpec,
    estimated: bool,
    prior: Prior | None,
) -> Limit:
    weights = None if prior is None else prior.of(dataset)
    note = "" if prior is None else prior_words(prior, dataset)
    shape, estimate = dataset.image_shape, None
    if not is_known(spec.kind):
        return Limit(None, spec, reason=unknown_words(spec.kind))
    if estimated:
        estimate = estimate_level(state.pixels, dataset.images, spec.kind, weights, shape)
        if estimate is None:
            return Limit(None, spec, reason=_impossible(spec, note))
        spec = estimate.spec
    reading = read_drawing(state.pixels, dataset.images, spec, weights, shape)
    if not reading.is_possible:
        return Limit(None, spec, estimate, _impossible(spec, note))
    return Limit(reading, spec, estimate, note=note)


def _why_no_limit(state: DrawingState, nearest: Nearest) -> str:
    dataset = nearest.dataset
    if not nearest.image_style.glyphs:
        return tr(
            "The best possible answer is known for sets of black and white characters only: for "
            "photographs the set of possible images is unknown."
        )
    if state.image_shape != dataset.image_shape:
        return tr(
            "The drawing has another size than the characters of {name}: it cannot come from any "
            "of them.",
            name=dataset.name,
        )
    if nearest.numbers > MAX_READ:
        return trn(
            "{name} has {n:,} character: too many to compare at every stroke. Choose fewer.",
            "{name} has {n:,} characters: too many to compare at every stroke. Choose fewer.",
            len(dataset),
            name=dataset.name,
        )
    return ""


def _impossible(spec: CorruptionSpec, note: str) -> str:
    text = tr(
        "Noise of the kind “{kind}” at this level cannot have made this drawing from any character "
        "of the set. Choose another noise on the page “Noise”, or draw something else.",
        kind=tr(CORRUPTIONS[spec.kind].label),
    )
    return f"{text} {note}".strip()
