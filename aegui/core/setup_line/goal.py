"""The goal of a challenge, and whether a training run has reached it.

``goal: 32 of 32 within 1 px with <= 500 weights``: bounds on figures recorded during training. The
figures come from the history: they are measured on the training samples (of a large set on some of
them), without noise, with the weights of that epoch.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from aegui.core.data.split import split_indices
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.setup_line.words import LineError, Token, number_of, number_text, refusal
from aegui.core.training.cost import measured_rows
from aegui.core.training.record.history import epoch_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe, SplitSpec
    from aegui.core.training.record.history import HistoryView

GOAL = "goal"
WITHIN = "within"
_AT_MOST, _AT_LEAST = "<=", ">="
_JOINTS = frozenset({"with", "and", "in"})
_SIGNS = {"<=": _AT_MOST, "≤": _AT_MOST, ">=": _AT_LEAST, "≥": _AT_LEAST}
_WITHIN = re.compile(r"(?:(\d+) of (\d+)|all) within (\d+) px")
_EXAMPLE = "goal: 32 of 32 within 1 px with <= 500 weights"


class GoalFigure(NamedTuple):
    """A figure that a goal can bound."""

    label: str
    """Display name, marked for translation."""
    sign: str = _AT_MOST
    """The comparison of the bound: at most or at least."""
    after: bool = False
    """Whether the word follows the bound: ``<= 500 weights``."""
    is_share: bool = False
    """Whether the figure is a share, written as a percentage."""


FIGURES: dict[str, GoalFigure] = {
    "error": GoalFigure(mark("loss")),
    "wrong": GoalFigure(mark("wrong pixels")),
    "accuracy": GoalFigure(mark("accuracy"), _AT_LEAST, is_share=True),
    "weights": GoalFigure(mark("weights"), after=True),
    "epochs": GoalFigure(mark("epochs"), after=True),
    "code": GoalFigure(mark("numbers of the code")),
}
"""Figures by their word in the line; ``within`` is handled separately."""
_COUNTS = frozenset({"weights", "epochs", "code"})


@dataclass(frozen=True)
class Bound:
    """One condition of a goal."""

    figure: str
    """Key of ``FIGURES``, or ``within``."""
    limit: float
    """Upper or lower bound of the figure; for ``within`` wrong pixels per sample."""
    count: int = 0
    """Required number of samples, for ``within``."""
    of: int = 0
    """Number of samples that ``count`` refers to, for ``within``; 0 requires all samples."""

    @property
    def text(self) -> str:
        """The bound in the notation of a line."""
        if self.figure == WITHIN:
            quantity = f"{self.count} of {self.of}" if self.of else "all"
            return f"{quantity} within {int(self.limit)} px"
        row = FIGURES[self.figure]
        limit = number_text(self.limit, percent=row.is_share)
        return f"{row.sign} {limit} {self.figure}" if row.after else (
            f"{self.figure} {row.sign} {limit}"
        )  # fmt: skip

    def words(self) -> str:
        """Return the bound in words."""
        if self.figure == WITHIN:
            px = trn("{n} pixel", "{n} pixels", int(self.limit))
            if not self.of:
                return tr("all samples within {px}", px=px)
            return tr(
                "{count:,} of {of:,} samples within {px}", count=self.count, of=self.of, px=px
            )
        row = FIGURES[self.figure]
        limit = localized(self.limit, ".1%" if row.is_share else ",.6g")
        if row.sign == _AT_LEAST:
            return tr("{figure} at least {limit}", figure=tr(row.label), limit=limit)
        return tr("{figure} at most {limit}", figure=tr(row.label), limit=limit)


@dataclass(frozen=True)
class GoalReached:
    """When and how a goal was reached."""

    epoch: float
    """Epochs of training until then."""
    seed: int
    """Seed of the run that reached it."""
    runs: int
    """Number of runs in the population."""
    figures: tuple[tuple[str, float], ...]
    """Each bound's figure at that epoch; for ``within`` the number of samples."""
    measured: MeasuredOn
    """The samples that the figures were measured on."""


@dataclass(frozen=True)
class Missing:
    """A bound that is not satisfied, and the current value of its figure."""

    bound: Bound
    """The bound."""
    value: float
    """Current figure: the number of samples for ``within`` 1 pixel, the wrong pixels of the worst
    sample for other ``within`` bounds; NaN if unknown."""
    samples: int
    """Number of training samples."""

    @property
    def short(self) -> str:
        """Short text for a chip: ``28 of 32``, ``loss 0.7 > 0.5``."""
        bound = self.bound
        if bound.figure == WITHIN and bound.limit == 1:
            needed = bound.count if bound.of else self.samples
            return tr("{count:,} of {n:,}", count=round(self.value), n=needed)
        if bound.figure == WITHIN:
            return tr("worst: {px}", px=self._value)
        row = FIGURES[bound.figure]
        if not np.isfinite(self.value):
            return tr(row.label)
        limit = localized(bound.limit, ".1%" if row.is_share else ",.6g")
        sign = "<" if row.sign == _AT_LEAST else ">"
        return f"{tr(row.label)} {self._value} {sign} {limit}"

    def words(self) -> str:
        """Return the bound and the current value in words."""
        goal_words = self.bound.words()
        if not np.isfinite(self.value):
            return goal_words
        if self.bound.figure == WITHIN and self.bound.limit != 1:
            return tr("{goal}, the worst has {px}", goal=goal_words, px=self._value)
        return tr("{goal}, now {value}", goal=goal_words, value=self._value)

    @property
    def _value(self) -> str:
        bound = self.bound
        if bound.figure == WITHIN and bound.limit == 1:
            return localized(round(self.value), ",d")
        if bound.figure == WITHIN:
            return trn("{n} pixel", "{n} pixels", round(self.value))
        row = FIGURES[bound.figure]
        if row.is_share:
            return localized(self.value, ".1%")
        return localized(self.value, ",.0f" if bound.figure in _COUNTS else ".4g")


class MeasuredOn(NamedTuple):
    """The samples that the figures of a goal are measured on while a network trains."""

    samples: int
    """How many are measured."""
    of: int
    """How many are trained on."""

    def words(self) -> str:
        """Return in words that these are not all of them; empty if they are."""
        if self.samples == self.of:
            return ""
        return tr(
            "A goal is judged on the same {n:,} of the {total:,} training samples, without noise; "
            "the figures of all of them may differ.",
            n=self.samples,
            total=self.of,
        )


@lru_cache(maxsize=8)  # asked for with every row of the history
def _measured_on(samples: int, split: SplitSpec) -> MeasuredOn:
    learnt = len(split_indices(samples, split)[0])
    return MeasuredOn(measured_rows(learnt), learnt)


def _learnt(resolved: ResolvedRecipe) -> int:
    return _measured_on(len(resolved.dataset), resolved.recipe.data.split).of


@dataclass(frozen=True)
class LineGoal:
    """A goal: bounds that one run must satisfy together in one epoch."""

    bounds: tuple[Bound, ...]

    @property
    def text(self) -> str:
        """The goal as the segment of a line."""
        first, *others = (bound.text for bound in self.bounds)
        return f"{GOAL}: {first}" + (f" with {' and '.join(others)}" if others else "")

    def words(self) -> str:
        """Return the goal in words."""
        return "; ".join(bound.words() for bound in self.bounds)

    def unfit(self, recipe: Recipe) -> str:
        """Return why training ``recipe`` records no such figures, or an empty string if it does."""
        draws = recipe.is_autoencoder
        for bound in self.bounds:
            if bound.figure == "accuracy" and recipe.classifier is None:
                return tr("only classifiers have an accuracy.")
            if bound.figure in {WITHIN, "wrong"} and not draws:
                return tr("only networks that reconstruct have wrong pixels.")
        return ""

    def problem(self, samples: int, split: SplitSpec) -> str:
        """Return why these samples cannot reach the goal, or an empty string if they can.

        Those that ``split`` holds out do not count: no figure of a goal is measured on them.
        """
        learnt = _measured_on(samples, split).of
        for bound in self.bounds:
            if bound.of > learnt:
                return tr(
                    "The goal is about {of:,} training samples, and there are {n:,}.",
                    of=bound.of,
                    n=learnt,
                )
        return ""

    def measured_on(self, samples: int, split: SplitSpec) -> MeasuredOn | None:
        """Return how many samples the goal is judged on; None if it bounds no measured figure."""
        if all(bound.figure in _COUNTS for bound in self.bounds):
            return None
        return _measured_on(samples, split)

    def reached(
        self, history: HistoryView, resolved: ResolvedRecipe, after: int = 0
    ) -> GoalReached | None:
        """Return the first epoch in which one run satisfies every bound, or None.

        Args:
            history: The recorded rows.
            resolved: The recipe in training.
            after: Number of leading rows to skip, which were checked before.
        """
        recipe = resolved.recipe
        measured = _measured_on(len(resolved.dataset), recipe.data.split)
        if len(history) <= after or self.problem(len(resolved.dataset), recipe.data.split):
            return None
        samples = measured.of
        runs = history.loss.shape[1]
        values = {bound: _values(bound, history, resolved, after) for bound in self.bounds}
        met = np.ones((len(history) - after, runs), bool)
        for bound, value in values.items():
            met &= _keeps(bound, value, samples)
        # The row before the first step shows the untrained network.
        met &= history.epoch[after:, None] > 0
        rows = np.flatnonzero(met.any(axis=1))
        if not len(rows):
            return None
        row = int(rows[0])
        run = int(np.argmax(met[row]))
        figures = tuple((bound.figure, float(value[row, run])) for bound, value in values.items())
        epoch = epoch_number(float(history.epoch[after + row]))
        return GoalReached(epoch, recipe.seed + run, runs, figures, measured)

    def missing(self, history: HistoryView, resolved: ResolvedRecipe) -> tuple[Missing, ...]:
        """Return the unsatisfied bounds at the last row, for the run that satisfies most bounds.

        Of several such runs it is the one that comes nearest to the others. Empty if all are
        satisfied, and before the first step.
        """
        samples, last = _learnt(resolved), len(history) - 1
        if last < 0 or not history.epoch[last] > 0:
            return ()
        values = [_values(bound, history, resolved, last)[0] for bound in self.bounds]
        met = np.array(
            [
                _keeps(bound, value, samples)
                for bound, value in zip(self.bounds, values, strict=True)
            ]
        )
        shortfalls = np.array(
            [
                np.where(kept, 0.0, _shortfall(bound, value, samples))
                for bound, value, kept in zip(self.bounds, values, met, strict=True)
            ]
        )
        run = int(np.lexsort((shortfalls.sum(axis=0), -met.sum(axis=0)))[0])
        found = []
        for bound, value, is_met in zip(self.bounds, values, met[:, run], strict=True):
            if is_met:
                continue
            is_worst = bound.figure == WITHIN and bound.limit != 1
            now = history.wrong_max[last, run] if is_worst else value[run]
            found.append(Missing(bound, float(now), samples))
        return tuple(found)


def _shortfall(bound: Bound, value: NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """Return how far the ``value`` of each run is from the bound, relative to its limit."""
    if bound.figure == WITHIN:
        return 1.0 - value / max(1, samples)
    apart = np.abs(value - bound.limit) / max(abs(bound.limit), 1e-12)
    return np.where(np.isnan(apart), np.inf, apart)


def _values(
    bound: Bound, history: HistoryView, resolved: ResolvedRecipe, after: int
) -> NDArray[np.float64]:
    """Return the figure of a bound, ``[rows, runs]``; for ``within`` a number of samples."""
    shape = history.loss[after:].shape
    if bound.figure == "weights":
        return np.full(shape, float(resolved.parameters))
    if bound.figure == "code":
        return np.full(shape, float(resolved.recipe.network.latent.units))
    if bound.figure == "epochs":
        return np.broadcast_to(history.epoch[after:, None], shape).astype(np.float64)
    if bound.figure == "error":
        return history.loss[after:].astype(np.float64)
    if bound.figure == "wrong":
        return history.wrong_mean[after:].astype(np.float64)
    if bound.figure == "accuracy":
        known = history.extra.get("accuracy")
        return np.full(shape, np.nan) if known is None else known[after:].astype(np.float64)
    samples = _learnt(resolved)
    if bound.limit == 1:
        return np.asarray(np.rint(history.share_at_most_1[after:].astype(np.float64) * samples))
    # For other pixel limits the history only tells whether all samples satisfy them.
    return np.where(history.wrong_max[after:] <= bound.limit, float(samples), 0.0)


def _keeps(bound: Bound, value: NDArray[np.float64], samples: int) -> NDArray[np.bool_]:
    if bound.figure == WITHIN:
        return np.asarray(value >= (bound.count if bound.of else samples))
    # Histories are in single precision: round the limit alike, so that equality holds.
    limit = float(np.float32(bound.limit))
    if FIGURES[bound.figure].sign == _AT_LEAST:
        return np.asarray(value >= limit)
    return np.asarray(value <= limit)


def figure_words(figure: str, value: float, measured: MeasuredOn) -> str:
    """Return a figure of ``GoalReached`` in words."""
    if figure == WITHIN:
        return tr("{count:,} of {n:,} samples", count=round(value), n=measured.of)
    row = FIGURES[figure]
    number = localized(value, ".1%" if row.is_share else ".4g")
    return tr("{figure}: {value}", figure=tr(row.label), value=number)


# ---------------------------------------------------------------------------------- reading


def read_goal(tokens: Sequence[Token]) -> LineGoal:
    """Parse the goal from a segment that begins with the goal's keyword.

    Raises:
        LineError: The segment is no valid goal.
    """
    first = tokens[0]
    rest = list(tokens[1:])
    glued = first.text.removeprefix(GOAL).removeprefix(":")
    if glued:
        rest.insert(0, first.part(len(first.text) - len(glued)))
    clauses: list[list[Token]] = [[]]
    for token in rest:
        if token.text.rstrip(",") in _JOINTS:
            clauses.append([])
            continue
        clauses[-1].append(Token(token.text.rstrip(","), token.start))
        if token.text.endswith(","):
            clauses.append([])
    bounds = tuple(_bound(clause) for clause in clauses if clause)
    if not bounds:
        raise refusal(first, tr("state the goal: {example}.", example=_EXAMPLE))
    return LineGoal(bounds)


def _bound(clause: Sequence[Token]) -> Bound:
    text = " ".join(token.text for token in clause)
    bound_token = Token(text, clause[0].start)
    within = _WITHIN.fullmatch(text)
    if within:
        count, of, px = (0 if part is None else int(part[:9]) for part in within.groups())
        if of and count < of and px != 1:
            raise refusal(
                bound_token,
                tr("how many samples keep it is known for 1 pixel; of others only all do."),
            )
        if count > of:
            raise refusal(bound_token, tr("these are more samples than there are."))
        return Bound(WITHIN, px, count, of)
    words = [token for token in clause if token.text not in {*_SIGNS, "pixels", "px"}]
    figure = next((token for token in words if token.text in FIGURES), None)
    numbers = [token for token in words if token is not figure]
    sign = next((_SIGNS[token.text] for token in clause if token.text in _SIGNS), None)
    if figure is None or len(numbers) != 1:
        raise refusal(
            bound_token,
            tr(
                'this is not a goal. Write "32 of 32 within 1 px", "error <= 0.01", '
                '"wrong <= 0.5", "accuracy >= 95%", "<= 500 weights" or "<= 2000 '
                'epochs".'
            ),
        )
    row = FIGURES[figure.text]
    if sign is not None and sign != row.sign:
        raise refusal(
            bound_token,
            tr('this figure is bounded with "{sign}", its better direction.', sign=row.sign),
        )
    limit = float(number_of(numbers[0]))
    if not np.isfinite(limit) or limit < 0:
        raise refusal(numbers[0], tr("this must be a number that is not negative."))
    return Bound(figure.text, limit)


def goal_of(text: str) -> LineGoal:
    """Parse a goal in the notation of ``LineGoal.text``.

    Raises:
        LineError: The text is no valid goal.
    """
    if not text.startswith(GOAL):
        raise LineError(tr("this is not a goal."), 0, len(text))
    tokens, at = [], 0
    for word in text.split(" "):
        if word:
            tokens.append(Token(word, at))
        at += len(word) + 1
    return read_goal(tokens)
