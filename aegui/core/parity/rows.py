"""The rows of the parity page: published figures, and the recipe or study that reproduces each.

The rows are data, in ``resources/parity.json``, whose texts are extracted for translation.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import localized, mark, tr
from aegui.core.json_text import from_json
from aegui.core.recipe import DataSpec
from aegui.core.recipe.file import find_recipe, load_recipe
from aegui.core.setup_line.writing import line_of
from aegui.core.study.plan import list_plans, load_plan
from aegui.core.study.settings import base_recipe, changed, grid
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

Claim = Literal["trained", "at_most", "at_least", "first", "last", "alike"]
ORDERS = frozenset({"first", "last", "alike"})
"""Claims that compare the figures of several cells."""
ALIKE = 1.25
"""Upper bound for the ratio of the largest to the smallest of figures that are alike."""

WORKS = {
    "A": mark("Course work A: 32 characters, then emojis"),
    "B": mark("Course work B: three sets of 32 characters"),
    "C": mark("Course works on digits and clothes"),
    "L": mark("Literature"),
    "D": mark("Lecture"),
}
"""The sources of published figures, by key."""
_DIGIT_MORE_FROM, _INTEGER_FROM = 10, 1_000
LIMITS = {
    "bayes": mark("Bayes limit"),
    "pca": mark("principal components"),
    "floor": mark("perfect answers"),
}
"""Kinds of bounds on a figure that hold for any network."""


class _RowPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhysicalLimit(_RowPart):
    """A bound that no network, or no linear one, can exceed, in the published unit."""

    kind: Literal["bayes", "pca", "floor"]
    value: float


class CellFigure(_RowPart):
    """A figure over ``count`` seeds from ``first`` on, in the unit of the library."""

    mean: float
    std: float = 0.0
    count: Annotated[int, Field(ge=1)]
    first: Annotated[int, Field(ge=0)] = 0


class Expected(_RowPart):
    """The reference measurement: the figure of each cell, and where it was measured.

    ``words`` describe the measurement if no figure of the library does. ``hours`` are those of
    processor or card for everything that the row trains; ``version`` is the commit of the program
    if it was an earlier one.
    """

    cells: tuple[CellFigure | None, ...]
    machine: str
    date: str
    reached: bool
    words: str = ""
    hours: float | None = None
    version: str = ""


class ParityRow(_RowPart):
    """One published figure.

    ``cells`` are settings of the ``study``, axis -> choice, the one that the row is about first;
    without a study it is the ``recipe`` that ships, changed by ``set``. The ``claim`` is about
    ``figure``: the first cell is ``at_most`` or ``at_least`` the ``value``, the ``first`` of them
    (better than all others) or the ``last``, or all are ``alike``, or just ``trained``. ``scale``
    converts the recorded number to the published unit. ``own_data``: the published images are not
    available, so that runs on a folder of the user's own images count too.
    """

    id: str
    work: Literal["A", "B", "C", "L", "D"]
    what: str
    published: str = ""
    study: str = ""
    cells: tuple[dict[str, str], ...] = ()
    recipe: str = ""
    set: dict[str, Any] = {}
    figure: str = "wrong"
    claim: Claim = "trained"
    value: float | None = None
    scale: float = 1.0
    limit: PhysicalLimit | None = None
    note: str = ""
    own_data: bool = False
    ours: Expected | None = None

    @cached_property
    def recipes(self) -> tuple[Recipe, ...]:
        """The recipe of each cell, for a single run.

        Raises:
            AeguiError: A file of the program is missing or damaged.
            LookupError: There is no such shipped recipe or study.
        """
        if not self.study:
            path = find_recipe(self.recipe)
            if path is None:
                raise LookupError(self.recipe)
            return (changed(load_recipe(path), self.set, '"set"'),)
        settings = _settings(self.study)
        return tuple(
            next(
                recipe
                for labels, recipe in settings
                if all(labels[axis] == label for axis, label in cell.items())
            )
            for cell in self.cells
        )

    def recipe_on(self, source: str = "") -> Recipe:
        """Return the recipe of a row without a study, optionally on the images of ``source``."""
        recipe = self.recipes[0].model_copy(update={"notes": ""})
        if not source:
            return recipe
        images = recipe.data.images
        return recipe.model_copy(update={"data": DataSpec(source=source, images=images)})

    def line(self, source: str = "") -> str:
        """Return that recipe as a set-up line."""
        return line_of(self.recipe_on(source))

    def cell_names(self) -> tuple[str, ...]:
        """Return the names of the cells: their choices on the axes in which they differ."""
        names = list(self.cells[0] if self.cells else ())
        telling = [name for name in names if len({cell[name] for cell in self.cells}) > 1]
        return tuple(", ".join(tr(cell[name]) for name in telling) for cell in self.cells)

    def number(self, value: float) -> str:
        """Format a figure of the row in the published unit."""
        return self._words(value * self.scale)

    def limit_number(self) -> str:
        """Format the physical limit; empty if there is none."""
        return "" if self.limit is None else self._words(self.limit.value)

    def _words(self, value: float) -> str:
        if run_figure(self.figure).is_share:
            return localized(value, ".2%")
        if abs(value) >= _INTEGER_FROM:
            return localized(value, ",.0f")
        return localized(value, ".4g" if abs(value) >= _DIGIT_MORE_FROM else ".3g")

    def claim_words(self) -> str:
        """Return the condition for a tick, translated."""
        figure = tr(run_figure(self.figure).label)
        if self.claim == "trained" or (self.value is None and not self.cells):
            return tr("it has been trained here")
        if self.claim in ORDERS:
            first, *others = self.cell_names()
            words = {
                "first": mark("{figure}: {first} better than {others}"),
                "last": mark("{figure}: {first} worse than {others}"),
                "alike": mark("{figure}: {first} and {others} at most a quarter apart"),
            }[self.claim]
            return tr(words, figure=figure, first=first, others="; ".join(others))
        number = self.number(self.value or 0.0)
        if self.claim == "at_least":
            return tr("{figure}: at least {limit}", figure=figure, limit=number)
        return tr("{figure}: at most {limit}", figure=figure, limit=number)


class _Document(_RowPart):
    format: Literal["aegui-parity"]
    version: Literal[1]
    rows: tuple[ParityRow, ...]


@cache
def parity_rows() -> tuple[ParityRow, ...]:
    """Return all rows, in the order of the page."""
    text = (resources_dir() / "parity.json").read_text(encoding="utf-8")
    return TypeAdapter(_Document).validate_python(from_json(text)).rows


@cache
def _settings(study: str) -> tuple[tuple[dict[str, str], Recipe], ...]:
    path = list_plans()[study]
    plan = load_plan(path)
    settings = grid(base_recipe(plan, path.parent), plan.axes)
    return tuple((dict(setting.labels), setting.recipe) for setting in settings)
