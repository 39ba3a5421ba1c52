"""A lesson as one validated, versioned JSON: steps that explain, ask, act, point and check.

Nothing in it is run as code: the actions of a step are names in tables (recipes, fields, docks,
actions), and its checks are figures of the current state, compared with numbers or with those of an
earlier step. Texts are plain; each is one text, or one per language: ``{"en": "...", "es":
"..."}``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.formula_text import check_formula
from aegui.core.i18n import mark, said, tr
from aegui.core.json_form import JsonForm
from aegui.core.lessons.figures import check_figure
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import did_you_mean, quoted, refused
from aegui.core.recipe.file import find_recipe, load_recipe, parse_json, read_text
from aegui.core.study.plan import list_plans
from aegui.core.study.settings import changed
from aegui.core.suffixes import LESSON
from aegui.paths import resources_dir

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from aegui.core.recipe import Recipe
    from aegui.core.window_names import WindowNames

FORMAT: Literal["aegui-lesson"] = "aegui-lesson"
VERSION: Literal[1] = 1
MAX_STEPS = 40

Label = Annotated[str, Field(max_length=1_000)]
Prose = Annotated[str, Field(max_length=8_000)]
Words = Prose | Annotated[dict[Annotated[str, Field(max_length=20)], Prose], Field(max_length=50)]
"""One text, or one for each language."""
Number = Annotated[float, Field(allow_inf_nan=False)]
Key = Annotated[str, Field(min_length=1, max_length=60)]


class _LessonPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class OtherFigure(_LessonPart):
    """A bound that is a figure of another step, multiplied by ``times``, plus ``plus``.

    ``of`` is the key of an earlier step, or empty for this one; an empty ``figure`` stands for
    that of the check.
    """

    of: Label = ""
    figure: Label = ""
    times: Number = 1.0
    plus: Number = 0.0


class Check(_LessonPart):
    """A figure, of this step or of the one that ``of`` names, and its bound."""

    figure: Label
    of: Label = ""
    at_most: Number | OtherFigure | None = None
    at_least: Number | OtherFigure | None = None
    less_than: Number | OtherFigure | None = None
    more_than: Number | OtherFigure | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Check:
        present = [name for name in BOUNDS if getattr(self, name) is not None]
        if len(present) != 1:
            raise ValueError(
                tr("a check has one of {bounds}", bounds=", ".join(map(quoted, BOUNDS)))
            )
        check_figure(self.figure)
        bound = self.bound
        if isinstance(bound, OtherFigure) and bound.figure:
            check_figure(bound.figure)
        if isinstance(bound, OtherFigure) and self.other == (self.of, self.figure):
            raise ValueError(tr("it compares a figure with itself"))
        return self

    @property
    def relation(self) -> str:
        """The key in ``BOUNDS`` of the bound that is set."""
        return next(one for one in BOUNDS if getattr(self, one) is not None)

    @property
    def bound(self) -> float | OtherFigure:
        """The number or figure that the figure is compared with."""
        found: float | OtherFigure = getattr(self, self.relation)
        return found

    @property
    def other(self) -> tuple[str, str] | None:
        """Step and figure of the bound; None if it is a number."""
        bound = self.bound
        return (bound.of, bound.figure or self.figure) if isinstance(bound, OtherFigure) else None


PLACES = frozenset({"map", "time"})
"""What a step can point at beside panels and actions."""
BOUNDS = ("at_most", "at_least", "less_than", "more_than")
"""Kinds of bounds on a figure."""


class Prediction(_LessonPart):
    """A question asked before the action: one of ``choices``, or a number.

    ``right`` is the index of the right choice, from 0. A number is compared with ``figure`` of the
    step once that is known; it is right ``within`` that tolerance. ``why`` is shown in either case.
    """

    ask: Words
    choices: Annotated[tuple[Words, ...], Field(max_length=8)] = ()
    right: Annotated[int, Field(ge=0)] | None = None
    figure: Label = ""
    within: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    why: Words

    @model_validator(mode="after")
    def _one_kind(self) -> Prediction:
        if bool(self.choices) == bool(self.figure):
            raise ValueError(tr('it has either "choices" and "right", or a "figure"'))
        if self.figure:
            check_figure(self.figure)
        elif len(self.choices) < 2 or self.right is None or self.right >= len(self.choices):
            raise ValueError(tr('it needs two choices at least, and "right" counts them from 0'))
        return self


class Doing(_LessonPart):
    """What the button of a step does, in this order; unset fields leave the state unchanged.

    ``recipe`` is that of a shipped one or a file beside the lesson, else it is that of the step
    before; ``set`` changes it at dotted paths, as in a study. ``arrange`` and ``open`` name an
    arrangement and a panel, ``study`` a plan that ships, ``act`` an action of the menus, ``epoch``
    a moment of the training, ``samples`` labels to be selected, ``draw`` the label of a sample to
    be drawn, ``at`` a place on the map.
    """

    recipe: Label = ""
    set: Annotated[dict[str, Any], Field(max_length=100)] = {}
    train: bool = False
    arrange: Label = ""
    open: Label = ""
    study: Label = ""
    act: Label = ""
    epoch: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    samples: Annotated[tuple[Label, ...], Field(max_length=100)] = ()
    draw: Label = ""
    at: Annotated[tuple[Number, ...], Field(max_length=10_000)] = ()

    @property
    def changes_recipe(self) -> bool:
        """Whether the step changes the builder's recipe."""
        return bool(self.recipe or self.set)


class LessonStep(_LessonPart):
    """One step."""

    key: Key
    """Its name in checks of later steps and in stored progress."""
    title: Words
    """A few words."""
    text: Words
    """Explanation and instructions; an empty line begins a paragraph."""
    formula: Label = ""
    """In the subset of TeX that the window typesets; empty for none."""
    prediction: Prediction | None = None
    """The question asked first."""
    do: Doing | None = None
    """The action of the button; None if the user acts."""
    label: Words = ""
    """The button's text; empty: *Do it*."""
    look: Label = ""
    """What is pointed at: ``map``, ``time``, a panel or an action of the toolbar."""
    see: Words = ""
    """What to observe there."""
    check: Annotated[tuple[Check, ...], Field(max_length=20)] = ()
    """Bounds on figures of the current state."""
    figures: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    """Further figures that are shown and remembered."""
    reached: Words = ""
    """Text shown when all checks hold."""
    hint: Words = ""
    """Text shown while they do not."""
    own: bool = False
    """Whether any network is accepted, not only that of ``do``."""

    @model_validator(mode="after")
    def _known(self) -> LessonStep:
        for figure in self.figures:
            check_figure(figure)
        check_formula(self.formula)
        return self

    @property
    def measured(self) -> tuple[str, ...]:
        """Figures that are measured when the step is done, without duplicates."""
        asked = self.prediction.figure if self.prediction is not None else ""
        keys = [check.figure for check in self.check if not check.of]
        others = [check.other for check in self.check]
        keys += [other[1] for other in others if other is not None and not other[0]]
        return tuple(dict.fromkeys([*keys, *self.figures, *([asked] if asked else [])]))


class Lesson(_LessonPart):
    """A lesson; ``minutes`` is its approximate duration."""

    format: Literal["aegui-lesson"] = FORMAT
    version: Literal[1] = VERSION
    title: Words
    about: Words
    minutes: Annotated[int, Field(ge=1, le=1_000)] = 10
    steps: Annotated[tuple[LessonStep, ...], Field(min_length=1, max_length=MAX_STEPS)]

    @model_validator(mode="after")
    def _sound(self) -> Lesson:
        known: dict[str, tuple[str, ...]] = {}
        for step in self.steps:
            if step.key in known:
                raise ValueError(tr("two steps are called {key}", key=quoted(step.key)))
            named = [(one.of, one.figure) for one in step.check]
            named += [one.other for one in step.check if one.other is not None]
            for of, figure in named:
                _check_reference(of, figure, known)
            known[step.key] = step.measured
        return self

    @property
    def words(self) -> Iterator[Words]:
        """All displayed texts."""
        yield from (self.title, self.about)
        for step in self.steps:
            yield from (step.title, step.text, step.label, step.see, step.reached, step.hint)
            if step.prediction is not None:
                yield from (step.prediction.ask, *step.prediction.choices, step.prediction.why)


def _check_reference(of: str, figure: str, known: dict[str, tuple[str, ...]]) -> None:
    """Raise if a comparison refers to a figure that no earlier step measures."""
    if not of:
        return
    if of not in known:
        hint = did_you_mean(of, known)
        raise ValueError(tr("there is no earlier step {key}.{hint}", key=quoted(of), hint=hint))
    if figure not in known[of]:
        raise ValueError(
            tr(
                "the step {key} does not measure {figure}: name it among its figures",
                key=quoted(of),
                figure=quoted(figure),
            )
        )


FORM = JsonForm(
    Lesson,
    FORMAT,
    VERSION,
    mark('not a lesson of this program: it must be an object with "format": "{f}".'),
    mark("it is a lesson of version {theirs}; this program reads version {ours}."),
    {
        "steps": LessonStep,
        "prediction": Prediction,
        "do": Doing,
        "check": Check,
        **dict.fromkeys(BOUNDS, OtherFigure),
    },
    strict=True,
)
"""The file format of a lesson."""


def load_lesson(path: str | os.PathLike[str]) -> Lesson:
    """Load the lesson in a file, and check that its recipes and studies exist.

    Raises:
        ReadError: The file cannot be read.
        RecipeError: The file holds no valid lesson; the message names key, value and reason.
    """
    path = Path(path)
    lesson = FORM.read(parse_json(read_text(path), str(path)), str(path))
    draft: Recipe | None = None
    for number, step in enumerate(lesson.steps):
        location = f"{path}: steps.{number}.do"
        if step.do is not None and step.do.study and step.do.study not in list_plans():
            hint = did_you_mean(step.do.study, list_plans())
            words = tr("there is no study {name}.{hint}", name=quoted(step.do.study), hint=hint)
            raise refused(location, words)
        if step.do is not None:
            draft = step_recipe(step.do, path.parent, draft, location)
    return lesson


def recipe_at(lesson: Lesson, folder: Path, index: int) -> Recipe | None:
    """Return the builder's recipe after the step at ``index``; None if no step has changed it.

    Raises:
        AeguiError: A recipe that the lesson names is missing.
    """
    draft: Recipe | None = None
    for step in lesson.steps[: index + 1]:
        if step.do is not None:
            draft = step_recipe(step.do, folder, draft)
    return draft


def step_recipe(do: Doing, folder: Path, draft: Recipe | None, where: str = "") -> Recipe | None:
    """Return the recipe in the builder after a step, given the current recipe ``draft``.

    Args:
        do: The action of the step.
        folder: The folder of the lesson, where recipes are looked for.
        draft: The recipe of the builder.
        where: The place in the file, for the beginning of an error message.

    Raises:
        ReadError: The recipe cannot be read.
        RecipeError: There is no such recipe, or ``do.set`` does not fit the recipe.
    """
    recipe = draft
    if do.recipe:
        path = folder / do.recipe
        # Only files in the lesson's own folder: it may come from an untrusted source.
        is_beside = Path(do.recipe).name == do.recipe and do.recipe.endswith(".json")
        found = path if is_beside and path.is_file() else find_recipe(do.recipe)
        if found is None:
            words = tr(
                "The recipe is {name}: there is no such file beside the lesson, and no recipe of "
                "that name.",
                name=quoted(do.recipe),
            )
            raise refused(where, words)
        recipe = load_recipe(found)
    if recipe is None or not do.set:
        return recipe
    return changed(recipe, do.set, f"{where}.set" if where else '"set"')


def check_names(lesson: Lesson, names: WindowNames, where: str = "") -> None:
    """Check that the window has everything that the lesson names.

    Raises:
        RecipeError: A step names an unknown panel, action or arrangement.
    """
    places = {*names.docks, *names.actions, *PLACES}
    for number, step in enumerate(lesson.steps):
        do = step.do or Doing()
        for key, value, known in (
            ("look", step.look, places),
            ("do.open", do.open, names.docks),
            ("do.act", do.act, names.actions),
            ("do.arrange", do.arrange, names.arrangements),
        ):
            if value and value not in known:
                hint = did_you_mean(value, known)
                words = tr("the window has no {name}.{hint}", name=quoted(value), hint=hint)
                raise refused(where, f'"steps.{number}.{key}": {words}')


def shipped_lessons() -> tuple[Path, ...]:
    """Return the files of the lessons that ship with the program, in order."""
    return tuple(sorted((resources_dir() / "lessons").glob(f"*{LESSON}")))


@dataclass(frozen=True)
class LessonCard:
    """A lesson's entry in a list."""

    key: str
    """Key of its stored progress."""
    path: Path
    """Its file."""
    title: str
    """In the current language, as the rest."""
    about: str
    """What one will learn."""
    minutes: int
    """Approximate duration."""
    steps: tuple[str, ...]
    """Keys of its steps."""


def lesson_cards() -> tuple[LessonCard, ...]:
    """Return the entries of the shipped lessons, in order."""
    return tuple(card_of(path, _shipped(path)) for path in shipped_lessons())


def card_of(path: Path, lesson: Lesson) -> LessonCard:
    """Return the list entry of the ``lesson`` in the file at ``path``."""
    steps = tuple(step.key for step in lesson.steps)
    title, about = said(lesson.title), said(lesson.about)
    return LessonCard(lesson_key(path), path, title, about, lesson.minutes, steps)


@cache
def _shipped(path: Path) -> Lesson:
    # Cached: they do not change at run time, and the search lists them each time.
    return load_lesson(path)


def lesson_key(path: Path) -> str:
    """Return the key of stored progress: the file name without its number, or the whole path."""
    if path.parent == resources_dir() / "lessons":
        return path.name.removesuffix(LESSON).partition("-")[2]
    return str(path)
