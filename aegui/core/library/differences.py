"""Comparison of two entries of the library: their differences, and whether one is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.builtin import set_title
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import no_figure_words, run_figure
from aegui.core.i18n import tr
from aegui.core.library.entry import spreads_of
from aegui.core.library.query import COLUMNS
from aegui.core.library.words import cell_words
from aegui.core.light_dataclass import dataclass
from aegui.core.network.change_words import change_lines
from aegui.core.recipe.changes import recipe_changes
from aegui.core.verdicts.comparison import SeedFigures, compare
from aegui.core.verdicts.starts import start_of
from aegui.core.verdicts.words import tally_words, verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.library.entry import LibraryEntry
    from aegui.core.library.library import Library
    from aegui.core.recipe import Recipe
    from aegui.core.recipe.changes import Change
    from aegui.core.verdicts.comparison import Comparison


@dataclass(frozen=True, eq=False)
class EntryDifference:
    """The differences of two entries."""

    entries: tuple[LibraryEntry, LibraryEntry]
    """Both entries."""
    names: tuple[str, str]
    """Their names in the comparison, made distinct where both are the same."""
    changes: tuple[Change, ...]
    """Differences of their recipes."""
    lines: tuple[str, ...]
    """These, and another data set, in words; empty if there are none."""
    figure: str
    """Key of the compared figure."""
    comparison: Comparison
    """Result of the test over the seeds."""
    verdict: tuple[str, ...]
    """That result in words."""


def difference(
    library: Library, first: str, second: str, figure: str = "", *, by_time: bool = False
) -> EntryDifference:
    """Return the differences of the entries ``first`` and ``second``.

    Args:
        library: The library.
        first: Id of one.
        second: Id of the other.
        figure: Key of the figure to compare; by default wrong pixels, accuracy, or else the loss.
        by_time: Whether equal names are made distinct by the creation time, else by their ids.

    Raises:
        AeguiError: There is no such entry, it has no recipe, or lacks the requested figure.
    """
    one, other = library.entry(first), library.entry(second)
    recipes = library.recipe(first), library.recipe(second)
    key = figure or _common_figure(one, other)
    row = run_figure(key)
    names = _names_of(one, other, by_time=by_time)
    if figure:
        _check_figure(figure, dict(zip(names, (one, other), strict=True)))
    starts = [
        start_of(recipe, _image_shape(entry), entry.classes)
        for recipe, entry in zip(recipes, (one, other), strict=True)
    ]
    comparison = compare(
        SeedFigures(names[0], one.values(key)),
        SeedFigures(names[1], other.values(key)),
        same_starts=starts[0] == starts[1],
        lower_is_better=row.better != "high",
    )
    verdict = [verdict_words(comparison, row)]
    if row.better and (better := tally_words(comparison)):
        verdict.append(better)
    changes = recipe_changes(*recipes)
    lines = _lines(one, other, recipes, changes)
    return EntryDifference((one, other), names, changes, lines, key, comparison, tuple(verdict))


def _names_of(one: LibraryEntry, other: LibraryEntry, *, by_time: bool) -> tuple[str, str]:
    """Return both names, made distinct if they are the same, such as for two seeds."""
    if one.name and other.name and one.name != other.name:
        return one.name, other.name
    if by_time and one.created and other.created:
        times = cell_words("created", one.created), cell_words("created", other.created)
        if times[0] != times[1]:
            return times
    return one.id, other.id


def _lines(
    one: LibraryEntry,
    other: LibraryEntry,
    recipes: tuple[Recipe, Recipe],
    changes: tuple[Change, ...],
) -> tuple[str, ...]:
    lines = []
    if one.data != other.data:
        label = tr(COLUMNS["data"].label)
        old, new = set_title(one.data), set_title(other.data)
        lines.append(tr("{label}: {old} → {new}", label=label, old=old, new=new))
    return (*lines, *change_lines(*recipes, changes, (_image_shape(one), _image_shape(other))))


def _check_figure(key: str, entries: Mapping[str, LibraryEntry]) -> None:
    """Raise if these entries have no such figure: they would seem to have failed."""
    known = {name: spreads_of(entry) for name, entry in entries.items()}
    for name, figures in known.items():
        # A diverged seed has no figures, and one that missed a goal none of that goal.
        missed = key.startswith("epoch_") and any(key in each for each in known.values())
        if key not in figures and not missed and "loss" in figures:
            raise AeguiError(f"{name}: " + no_figure_words(key, figures))


def _common_figure(one: LibraryEntry, other: LibraryEntry) -> str:
    known = [spreads_of(each) for each in (one, other)]
    for key in ("wrong", "validation_accuracy"):
        if all(key in each for each in known):
            return key
    return "loss"


def _image_shape(entry: LibraryEntry) -> tuple[int, ...]:
    return entry.image_shape or (1, 1, 1)
