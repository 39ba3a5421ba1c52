"""Evaluation of the checks of a lesson's step: figures against bounds, as data, never as code."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from aegui.core.i18n import mark, tr
from aegui.core.lessons.figures import figure_of, value_words
from aegui.core.lessons.lesson import OtherFigure
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.lessons.lesson import Check, LessonStep

Remembered = dict[str, dict[str, float]]
"""Step -> the figures that were measured when it was done."""

_RELATIONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "at_most": (operator.le, mark("at most {bound}")),
    "at_least": (operator.ge, mark("at least {bound}")),
    "less_than": (operator.lt, mark("less than {bound}")),
    "more_than": (operator.gt, mark("more than {bound}")),
}


@dataclass(frozen=True)
class CheckResult:
    """The result of one check with the current figures."""

    check: Check
    """The check."""
    value: float | None
    """The figure; None if unknown."""
    bound: float | None
    """The bound; None if unknown."""

    @property
    def is_known(self) -> bool:
        """Whether figure and bound are both known."""
        return self.value is not None and self.bound is not None

    @property
    def holds(self) -> bool:
        """Whether the figure satisfies its bound; an unknown or NaN figure never does."""
        if self.value is None or self.bound is None or math.isnan(self.value):
            return False
        return _RELATIONS[self.check.relation][0](self.value, self.bound)

    def words(self, titles: Mapping[str, str]) -> str:
        """Format ``Worst sample: 1 (at most 1)``; ``titles`` are those of the steps by key."""
        name = tr(figure_of(self.check.figure).label)
        if self.check.of:
            name = tr("{figure} at “{step}”", figure=name, step=titles[self.check.of])
        bound = tr(
            _RELATIONS[self.check.relation][1],
            bound=self._bound_words(titles),
        )
        value = value_words(self.check.figure, self.value)
        return tr("{figure}: {value} ({bound})", figure=name, value=value, bound=bound)

    def _bound_words(self, titles: Mapping[str, str]) -> str:
        other = self.check.other
        key = self.check.figure if other is None else other[1]
        number = value_words(key, self.bound)
        if other is None:
            return number
        step, figure = other
        if figure == self.check.figure and step:
            return tr("{number}, from “{step}”", number=number, step=titles[step])
        label = tr(figure_of(figure).label)
        if not step:
            return tr("{number}, from: {figure}", number=number, figure=label)
        return tr(
            "{number}, from: {figure} at “{step}”", number=number, figure=label, step=titles[step]
        )


def checked(step: LessonStep, remembered: Remembered) -> tuple[CheckResult, ...]:
    """Return the results of the checks of ``step`` with the ``remembered`` figures."""
    return tuple(_result(check, step.key, remembered) for check in step.check)


def all_hold(results: tuple[CheckResult, ...]) -> bool:
    """Return whether all checks hold."""
    return all(result.holds for result in results)


def _result(check: Check, step: str, remembered: Remembered) -> CheckResult:
    value = remembered.get(check.of or step, {}).get(check.figure)
    bound = check.bound
    if not isinstance(bound, OtherFigure):
        return CheckResult(check, value, bound)
    figures = remembered.get(bound.of or step, {})
    other = figures.get(bound.figure or check.figure)
    limit = None if other is None else bound.times * other + bound.plus
    return CheckResult(check, value, limit)
