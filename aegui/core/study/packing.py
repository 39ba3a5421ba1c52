"""Packing of runs into units of 20 to 200 for other machines.

Fewer are not worth the transfer, more would be too much to lose. A population of one shape is
split where it has more runs (see ``units_of``); shapes with fewer runs are joined to a unit that
trains one population after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.study.units import FEWEST_RUNS, MAX_RUNS, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONG_SECONDS = 3600.0
"""Runs that take this long are worth sending however few they are."""


def packed_units(units: Sequence[Unit]) -> list[Unit]:
    """Return ``units`` packed for other machines, with the order of their runs kept.

    Each has ``FEWEST_RUNS`` to ``MAX_RUNS`` runs. Only a unit of more than an hour's work, or the
    single unit of a small study, has fewer.
    """
    found: list[Unit] = []
    few: list[Unit] = []
    for unit in units:
        if _is_enough([unit]):
            found.append(unit)
            continue
        few.append(unit)
        if _is_enough(few):
            found.append(_joined(few))
            few = []
    if not few:
        return found
    rest = _joined(few)
    for index in reversed(range(len(found))):
        if len(found[index].recipes) + len(rest.recipes) <= MAX_RUNS:
            found[index] = _joined([found[index], rest])
            return found
    return [*found, rest]


def _is_enough(units: Sequence[Unit]) -> bool:
    runs = sum(len(unit.recipes) for unit in units)
    return runs >= FEWEST_RUNS or sum(unit.work for unit in units) >= _LONG_SECONDS


def _joined(units: Sequence[Unit]) -> Unit:
    recipes = tuple(recipe for unit in units for recipe in unit.recipes)
    return Unit(recipes, sum(unit.work for unit in units), units[0].tried)
