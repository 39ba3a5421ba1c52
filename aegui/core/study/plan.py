"""A study as one validated, versioned JSON: a recipe, axes, seeds, goal, and search mode.

The resulting settings are made by ``settings.py``; nothing is trained here. Unknown keys are
refused by name, with the nearest known one, as in a recipe.
"""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.atomic import write_atomically
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import ReadError, RecipeError, ended
from aegui.core.evaluation.run_figures import RUN_FIGURES, no_figure_words
from aegui.core.i18n import mark, sentences, tr
from aegui.core.json_form import JsonForm
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import INITIALIZERS, SCHEDULES
from aegui.core.recipe import Line, Text  # noqa: TC001  # pydantic looks at them
from aegui.core.recipe.errors import did_you_mean, file_or_shipped, quoted
from aegui.core.recipe.file import parse_json, read_text
from aegui.core.study.noise_tests import NoiseTests
from aegui.core.suffixes import STUDY
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.paths import resources_dir

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from aegui.core.choices import Choice

FORMAT: Literal["aegui-study"] = "aegui-study"
VERSION: Literal[1] = 1
SUFFIX = STUDY
_PLAN_SUFFIXES = {SUFFIX, ".json"}

MAX_SEEDS = 100_000
MAX_RUNS_OF_A_STUDY = 200_000
MAX_VALUES = 10_000
MAX_AXES = 20

Mode = Literal["grid", "random", "path", "guided"]


class _PlanPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Range(_PlanPart):
    """``steps`` numbers from ``first`` to ``last`` inclusive; integers with ``whole``."""

    first: Annotated[float, Field(allow_inf_nan=False)]
    last: Annotated[float, Field(allow_inf_nan=False)]
    steps: Annotated[int, Field(ge=1, le=MAX_VALUES)]
    whole: bool = False
    log: bool = False

    @model_validator(mode="after")
    def _positive(self) -> Range:
        if self.log and not (self.first > 0 and self.last > 0):
            raise ValueError(tr("both ends of a log range must be greater than 0"))
        return self

    def at(self, share: float) -> float | int:
        """Return the number at ``share`` 0..1 of the way."""
        low, high = self.first, self.last
        if self.log:
            value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        else:
            value = low + share * (high - low)
        # Rounded to six digits, since ``exp`` of a logarithm leaves rounding errors.
        return round(value) if self.whole else float(f"{value:.6g}")

    @property
    def values(self) -> tuple[float | int, ...]:
        """All numbers of the range, without duplicates."""
        last = max(1, self.steps - 1)
        found = [self.at(step / last) for step in range(self.steps)]
        return tuple(dict.fromkeys(found))


class AxisRow(_PlanPart):
    """One choice of an axis that sets several fields at once: path -> value, and its name."""

    label: Line
    set: dict[str, Any]


class StudyAxis(_PlanPart):
    """What is varied: one field of the recipe by its dotted path, or rows of several fields.

    Exactly one of ``values``, ``range`` and ``rows`` is given; ``path`` goes with the first two.
    ``label`` is the displayed name; by default it is the path.
    """

    label: Line = ""
    path: Line = ""
    values: Annotated[tuple[Any, ...], Field(max_length=MAX_VALUES)] | None = None
    range: Range | None = None
    rows: Annotated[tuple[AxisRow, ...], Field(max_length=MAX_VALUES)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> StudyAxis:
        kinds = [one for one in (self.values, self.range, self.rows) if one is not None]
        if len(kinds) != 1:
            raise ValueError(tr('an axis has one of "values", "range" and "rows"'))
        if self.rows is None and not self.path:
            raise ValueError(tr('an axis of values needs the "path" of a field of the recipe'))
        if self.rows is not None and self.path:
            raise ValueError(tr('an axis of rows has no "path": each row says what it sets'))
        if not self.choices:
            raise ValueError(tr("its list is empty: give at least one value"))
        labels = [row.label for row in self.choices]
        if len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            raise ValueError(tr("{value} is listed twice", value=quoted(twice)))
        return self

    @property
    def name(self) -> str:
        """The displayed name, not translated."""
        return self.label or self.path

    @property
    def choices(self) -> tuple[AxisRow, ...]:
        """Every choice with its name."""
        if self.rows is not None:
            return self.rows
        values = self.range.values if self.range is not None else self.values or ()
        return tuple(
            AxisRow(label=_words(value, self.path), set={self.path: value}) for value in values
        )


class Seeds(_PlanPart):
    """The seeds ``first``, ``first`` + 1, ... of each setting."""

    first: Annotated[int, Field(ge=0, lt=2**53)] = 0
    count: Annotated[int, Field(ge=1, le=MAX_SEEDS)] = 5

    @property
    def all(self) -> tuple[int, ...]:
        """All seeds."""
        return tuple(range(self.first, self.first + self.count))


class Goal(_PlanPart):
    """The criterion for a successful run: an upper or a lower bound for ``figure``."""

    figure: Line = "worst"
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Goal:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(tr('a goal has one of "at_most" and "at_least"'))
        return self

    def is_met(self, value: float) -> bool:
        """Return whether a run with this figure reaches the goal; NaN never does."""
        if self.at_most is not None:
            return value <= self.at_most
        return self.at_least is not None and value >= self.at_least


class Published(_PlanPart):
    """A published result for a setting.

    ``where`` identifies it: axis -> choice, for as many axes as necessary; ``text`` is displayed.
    """

    where: dict[str, str] = {}
    text: Line


GOAL = "goal"
"""Key in ``choose`` of the share of the seeds that reach the goal."""


class StudyPlan(_PlanPart):
    """Everything needed to repeat a study.

    ``recipe`` is a whole recipe, or the name of one that ships, or a file beside the plan; ``set``
    changes it for all settings. ``mode``: ``grid`` tries all combinations, ``random`` draws
    ``trials`` of them, ``path`` goes from axis to axis and keeps the best choice of each, and
    ``guided`` lets Optuna ask for ``trials`` of them. ``choose`` defines the best setting: figures
    in order, later ones break ties; ``goal`` among them stands for the share of the seeds that
    reach it. ``minutes`` ends the study early. ``tried`` lists noises that every network is tested
    with, each of which adds figures. ``published_unit`` is the unit of ``published`` if that is no
    figure of the program: the error of a whole character.
    """

    format: Literal["aegui-study"] = FORMAT
    version: Literal[1] = VERSION
    name: Line = ""
    notes: Text = ""
    recipe: Line | dict[str, Any] = "letters-course"
    set: dict[str, Any] = {}
    axes: Annotated[tuple[StudyAxis, ...], Field(max_length=MAX_AXES)] = ()
    seeds: Seeds = Seeds()
    figure: Line = "wrong"
    goal: Goal | None = None
    choose: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    mode: Mode = "grid"
    trials: Annotated[int, Field(ge=1, le=MAX_RUNS_OF_A_STUDY)] = 50
    search_seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    minutes: Annotated[float, Field(gt=0, le=1e6)] | None = None
    tried: NoiseTests | None = None
    published: Annotated[tuple[Published, ...], Field(max_length=MAX_VALUES)] = ()
    published_unit: Line = ""
    conclusion: Text = ""

    @model_validator(mode="after")
    def _sound(self) -> StudyPlan:
        tested_figures = self.tried.figures if self.tried is not None else ()
        goal = (self.goal.figure,) if self.goal is not None else ()
        chosen = (figure for figure in self.choose if figure != GOAL)
        for figure in (self.figure, *chosen, *goal):
            _known_figure(figure, tested_figures)
        if GOAL in self.choose and self.goal is None:
            raise ValueError(tr('"choose" names the goal, and the plan has none: add a "goal"'))
        names = [axis.name for axis in self.axes]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(tr("two axes are called {name}: give them labels", name=quoted(twice)))
        self._check_published(names)
        return self

    def _check_published(self, names: list[str]) -> None:
        for row in self.published:
            for name, label in row.where.items():
                if name not in names:
                    hint = did_you_mean(name, names)
                    raise ValueError(
                        tr("there is no axis {name}.{hint}", name=quoted(name), hint=hint)
                    )
                labels = [choice.label for choice in self.axes[names.index(name)].choices]
                if label not in labels:
                    hint = did_you_mean(label, labels)
                    raise ValueError(
                        tr(
                            "{axis} has no choice {name}.{hint}",
                            axis=quoted(name),
                            name=quoted(label),
                            hint=hint,
                        )
                    )

    @property
    def order(self) -> tuple[str, ...]:
        """The figures that the best setting is found by, the most important first."""
        if self.choose:
            return self.choose
        return (*((GOAL,) if self.goal is not None else ()), self.figure)

    @property
    def combinations(self) -> int:
        """Number of combinations of all axes."""
        return math.prod(len(axis.choices) for axis in self.axes)

    @property
    def most_settings(self) -> int:
        """Upper bound for the number of settings tried."""
        if self.mode == "path":
            return sum(len(axis.choices) for axis in self.axes) or 1
        if self.mode == "grid":
            return self.combinations
        return min(self.trials, self.combinations) if self.mode == "random" else self.trials


def _known_figure(key: str, tested_figures: tuple[str, ...]) -> None:
    """Raise for a figure that no run has; ``tested_figures`` are those of the plan's noises."""
    known = (*RUN_FIGURES, *tested_figures)
    if key in known:
        return
    raise ValueError(no_figure_words(key, known))


_NAMED: dict[str, Mapping[str, Choice]] = {
    "activation": ACTIVATIONS,
    "output_activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer.name": OPTIMIZERS,
    "initializer.name": INITIALIZERS,
    "schedule.name": SCHEDULES,
    "corruption.kind": CORRUPTIONS,
}
"""End of the path of a field -> the table of its values."""


def _words(value: Any, path: str) -> str:
    """Return the untranslated label of a value of the field at ``path``."""
    for end, named in _NAMED.items():
        if f".{path}".endswith(f".{end}") and isinstance(value, str) and value in named:
            return named[value].label
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float | int):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


FORM = JsonForm(
    StudyPlan,
    FORMAT,
    VERSION,
    mark('not a study of this program: it must be an object with "format": "{f}".'),
    mark("it is a study of version {theirs}; this program reads version {ours}."),
    {
        "axes": StudyAxis,
        "rows": AxisRow,
        "range": Range,
        "seeds": Seeds,
        "goal": Goal,
        "published": Published,
        "tried": NoiseTests,
    },
)
"""The file format of a plan."""


def plan_from(document: object, where: str = "") -> StudyPlan:
    """Return the plan in a JSON document.

    Raises:
        RecipeError: The document is no valid plan; the message names key, value and reason.
    """
    return FORM.read(document, where)


def plan_json(plan: StudyPlan) -> str:
    """Return ``plan`` as JSON, without default values."""
    document = plan.model_dump(mode="json", exclude_defaults=True)
    return (
        json.dumps({"format": FORMAT, "version": VERSION, **document}, indent=2, ensure_ascii=False)
        + "\n"
    )


def load_plan(path: str | os.PathLike[str]) -> StudyPlan:
    """Load the plan in a file.

    Raises:
        ReadError: The file cannot be read.
        RecipeError: The file holds no valid plan.
    """
    file = Path(path)
    try:
        document = parse_json(read_text(file), file.name)
    except (ReadError, RecipeError) as error:
        if file.suffix.lower() in _PLAN_SUFFIXES or not file.is_file():
            raise
        # It is likely to be a run or a file of samples.
        hint = tr("The plan of a study is a file of JSON.")
        raise type(error)(sentences(ended(str(error)), hint)) from None
    return plan_from(document, file.name)


@contextlib.contextmanager
def naming_plan(path: Path) -> Iterator[None]:
    """Name the file of a plan at the beginning of the error for what the plan leads to.

    Raises:
        RecipeError: A recipe of the plan is invalid.
    """
    try:
        yield
    except RecipeError as error:
        raise RecipeError(f"{path.name}: " + str(error)) from None


def save_plan(path: str | os.PathLike[str], plan: StudyPlan) -> None:
    """Write ``plan`` to ``path``, atomically.

    Raises:
        AeguiError: The file could not be written.
    """
    write_atomically(path, plan_json(plan).encode())


def list_plans() -> dict[str, Path]:
    """Return the studies that ship with the program: key -> file, sorted by key."""
    return {path.stem: path for path in sorted((resources_dir() / "studies").glob("*.json"))}


def find_plan(name: str) -> Path:
    """Return the file of that name, or the file of the shipped study of that name.

    Raises:
        AeguiError: There is neither such a file nor such a study.
    """
    text = mark("There is no file {file}, and no shipped study of that name.{hint}")
    return file_or_shipped(name, list_plans(), text)
