"""Guided search: Optuna proposes settings from the results of earlier ones.

The search runs in this process and stores nothing: equal seeds and results give equal proposals, so
a search is resumed by replaying it from the recorded runs.
"""

from __future__ import annotations

import math
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.study.plan import GOAL
from aegui.core.study.results import rank
from aegui.core.study.settings import row_at, setting_of

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import StudyAxis, StudyPlan
    from aegui.core.study.results import StudyCell
    from aegui.core.study.settings import StudySetting

TOGETHER = 8
"""Settings that are proposed at once, so that their runs can be trained together."""


def is_search_available() -> bool:
    """Return whether Optuna is installed."""
    return find_spec("optuna") is not None


class Guide:
    """Proposes settings with Optuna's tree-structured Parzen estimator (Bergstra et al. 2011).

    Raises:
        AeguiError: Optuna is not installed.
    """

    def __init__(self, base: Recipe, plan: StudyPlan) -> None:
        try:
            optuna = import_module("optuna")
        except ImportError:
            raise AeguiError(
                tr(
                    "The guided search needs Optuna, which is not installed: install it with "
                    'pip install "aegui[search]", or draw settings at random (in a file '
                    '"mode": "random").'
                )
            ) from None
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._base = base
        self._plan = plan
        self._failed = optuna.trial.TrialState.FAIL
        self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=plan.search_seed))

    def ask(self, count: int) -> list[tuple[Any, StudySetting]]:
        """Ask for ``count`` settings, each with its Optuna trial."""
        trials = [self._study.ask() for _ in range(count)]
        return [(trial, self._setting(trial)) for trial in trials]

    def _setting(self, trial: Any) -> StudySetting:
        choices = {axis.name: self._row(trial, axis) for axis in self._plan.axes}
        return setting_of(self._base, choices)

    def _row(self, trial: Any, axis: StudyAxis) -> Any:
        span = axis.range
        if span is None:
            # By index, since Optuna accepts no lists as choices.
            return axis.choices[trial.suggest_categorical(axis.name, range(len(axis.choices)))]
        low, high = min(span.first, span.last), max(span.first, span.last)
        if span.whole:
            value = trial.suggest_int(axis.name, math.ceil(low), math.floor(high), log=span.log)
        else:
            value = float(f"{trial.suggest_float(axis.name, low, high, log=span.log):.6g}")
        return row_at(axis, value)

    def tell(self, trial: Any, cell: StudyCell) -> None:
        """Report the result of a setting to Optuna."""
        value = score(cell, self._plan)
        if math.isfinite(value):
            self._study.tell(trial, value)
        else:
            self._study.tell(trial, state=self._failed)


def score(cell: StudyCell, plan: StudyPlan) -> float:
    """Return the rank of a setting as one number; the lowest is best.

    Infinity if runs diverged, unless the goal decides first. One more run that reaches the goal
    outweighs all later figures.
    """
    first, *others = rank(cell, plan)
    if plan.order[0] != GOAL:
        return first
    rest = others[0] if others else 0.0
    missed = (1.0 + first) * len(cell.runs)
    return missed + 0.5 * (1.0 + 2.0 / np.pi * math.atan(rest))
