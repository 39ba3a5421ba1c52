"""From a plan to recipes: the base, what each choice of an axis sets in it, and every run."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import itertools
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.load import source_from
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import nearest, quoted
from aegui.core.recipe.file import find_recipe, recipe_from
from aegui.core.study.plan import MAX_RUNS_OF_A_STUDY
from aegui.core.study.words import choice_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import AxisRow, StudyAxis, StudyPlan

_ANY = "*"
"""In a path: every layer of a list."""
_UNIMPORTANT = {"name", "notes", "format", "version"}


@dataclass(frozen=True)
class StudySetting:
    """One choice of each axis, and the recipe that they make.

    Attributes:
        labels: StudyAxis -> choice, in the order of the axes.
        recipe: Of one run; its seed is the first.
        parameters: Learnt numbers; filled in once the samples are known.
    """

    labels: Mapping[str, str]
    recipe: Recipe
    parameters: int = field(default=0, compare=False)

    @cached_property
    def key(self) -> str:
        """What it is found by: the same recipe but for the seed has the same."""
        return key_of(self.recipe.model_copy(update={"seed": 0}))

    @property
    def words(self) -> str:
        """Its choices, a comma between."""
        return ", ".join(self.labels.values())

    @property
    def title(self) -> str:
        """Its choices as a person reads them; of a study of seeds alone there are none."""
        # Not by commas: a verdict lists several settings, and these are between the settings.
        return " · ".join(map(choice_words, self.labels.values())) or tr("as it is")

    def run(self, seed: int) -> Recipe:
        """The recipe of the run of that seed."""
        return self.recipe.model_copy(update={"seed": seed})


def key_of(recipe: Recipe, content: str = "") -> str:
    """What a run is found by: 16 hexadecimal digits of all that decides on what it learns.

    Args:
        recipe: Of the run.
        content: What its samples hold, where the recipe does not settle it, see ``content_of``.
    """
    document = recipe.model_dump(mode="json", exclude=_UNIMPORTANT)
    if content:
        document["content"] = content
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def base_recipe(plan: StudyPlan, folder: Path) -> Recipe:
    """The recipe that all settings of ``plan`` are made from; files are looked for in ``folder``.

    Raises:
        AeguiError: It cannot be read, or is not valid with what the plan sets.
    """
    if isinstance(plan.recipe, dict):
        recipe, home = recipe_from(plan.recipe, tr("the recipe of the study")), folder
    else:
        path = _recipe_path(plan.recipe, folder)
        from aegui.core.course_configs import load_any_recipe

        recipe, home = load_any_recipe(path).recipe, path.parent
    source = source_from(recipe.data.source, home)
    data = recipe.data.model_copy(update={"source": source})
    recipe = recipe.model_copy(update={"data": data, "runs": 1})
    return changed(recipe, plan.set, '"set"')


def _recipe_path(name: str, folder: Path) -> Path:
    shipped = find_recipe(name)
    for path in (folder / name, Path(name)):
        with contextlib.suppress(OSError, ValueError):  # no name that a file could have
            if path.is_file():
                return path
    if shipped is not None:
        return shipped
    raise RecipeError(
        tr(
            "The recipe of the study is {name}: there is no such file, and no shipped recipe of "
            "that name.",
            name=quoted(name),
        )
    )


def changed(recipe: Recipe, values: Mapping[str, Any], where: str) -> Recipe:
    """``recipe`` with other values at dotted paths; ``*`` in a path stands for every layer.

    Args:
        recipe: What is changed.
        values: Path -> value as in JSON.
        where: The part of the plan, named at the start of a refusal.

    Raises:
        RecipeError: A path leads nowhere, or the recipe would not be valid.
    """
    if not values:
        return recipe
    document = recipe.model_dump(mode="json")
    for path, value in values.items():
        # An axis without a name is called by its path: that is said once.
        said = path if where.startswith(f"{path}, ") else f"{where}, {path}"
        _set(document, path.split("."), value, document, said)
    return recipe_from(document, where)


def _set(at: Any, path: Sequence[str], value: Any, whole: Any, where: str) -> None:
    step, *rest = path
    if isinstance(at, list):
        places = range(len(at)) if step == _ANY else [_place(at, step, where)]
        for place in places:
            if rest:
                _set(at[place], rest, value, whole, where)
            else:
                at[place] = copy.deepcopy(value)
        return
    if not isinstance(at, dict) or step not in at:
        raise _no_field(where, whole)
    if rest:
        _set(at[step], rest, value, whole, where)
    else:
        at[step] = copy.deepcopy(value)


def _place(layers: list[Any], step: str, where: str) -> int:
    if step.isdecimal() and int(step) < len(layers):
        return int(step)
    raise RecipeError(
        tr(
            "{where}: there is no layer {step}; the recipe has {n}, counted from 0, "
            "and * stands for all of them.",
            where=where,
            step=quoted(step),
            n=len(layers),
        )
    )


def _no_field(where: str, whole: Any) -> RecipeError:
    path = where.rpartition(", ")[2]
    known = list(paths_of(whole))
    last = path.rpartition(".")[2]
    ends = [one for one in known if one.rpartition(".")[2] == last]
    near = nearest(path, known)
    names = list(dict.fromkeys([*ends[:3], *([near] if near else [])]))
    if names:
        return RecipeError(
            tr(
                "{where}: a recipe has no such field. Did you mean {names}?",
                where=where,
                names=", ".join(names),
            )
        )
    return RecipeError(
        tr(
            "{where}: a recipe has no such field. Fields have paths such as {names}.",
            where=where,
            names="training.optimizer.learning_rate, network.latent.units",
        )
    )


def paths_of(document: Any, before: str = "") -> Iterator[str]:
    """The dotted paths of all fields of a recipe as JSON."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        path = f"{before}.{key}" if before else str(key)
        yield path
        if isinstance(value, dict) or (isinstance(value, list) and value and path != "data.names"):
            yield from paths_of(value, path)


def setting_of(base: Recipe, choices: Mapping[str, AxisRow]) -> StudySetting:
    """The setting with these ``choices``, axis -> choice.

    Raises:
        RecipeError: It is not a valid recipe.
    """
    recipe = base
    for name, row in choices.items():
        recipe = changed(recipe, row.set, f"{name}, {row.label}")
    recipe = recipe.model_copy(update={"name": "", "notes": "", "runs": 1})
    return StudySetting({name: row.label for name, row in choices.items()}, recipe)


def grid(base: Recipe, axes: Sequence[StudyAxis]) -> list[StudySetting]:
    """All combinations, the last axis changing fastest."""
    names = [axis.name for axis in axes]
    return [
        setting_of(base, dict(zip(names, rows, strict=True)))
        for rows in itertools.product(*(axis.choices for axis in axes))
    ]


def drawn(base: Recipe, plan: StudyPlan) -> list[StudySetting]:
    """``plan.trials`` combinations at random, each once.

    Of ranges any number in them is drawn, not only those of their steps.
    """
    generator = np.random.default_rng(plan.search_seed)
    found: dict[str, StudySetting] = {}
    for _ in range(20 * plan.trials):
        setting = setting_of(base, {axis.name: _drawn(axis, generator) for axis in plan.axes})
        found.setdefault(setting.key, setting)
        if len(found) == plan.trials:
            break
    return list(found.values())


def _drawn(axis: StudyAxis, generator: np.random.Generator) -> AxisRow:
    if axis.range is None:
        return axis.choices[int(generator.integers(len(axis.choices)))]
    return row_at(axis, axis.range.at(float(generator.random())))


def row_at(axis: StudyAxis, value: float) -> AxisRow:
    """The choice of an axis of numbers with this one."""
    only = axis.model_copy(update={"values": (value,), "range": None})
    return only.choices[0]


def check_size(plan: StudyPlan) -> None:
    """Refuse a study that nobody would see the end of.

    Raises:
        AeguiError: It has too many runs.
    """
    runs = plan.most_settings * plan.seeds.count
    if runs <= MAX_RUNS_OF_A_STUDY:
        return
    raise AeguiError(
        tr(
            "The study has {settings:,} settings of {seeds:,} seeds: {runs:,} runs, and the limit "
            "is {limit:,}. Shorten the lists, take fewer seeds, or try only some of the settings, "
            'drawn at random (in a file "mode": "random" and "trials").',
            settings=plan.most_settings,
            seeds=plan.seeds.count,
            runs=runs,
            limit=MAX_RUNS_OF_A_STUDY,
        )
    )
