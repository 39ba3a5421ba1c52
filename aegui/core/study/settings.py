"""Conversion of a plan to recipes: the base recipe, its settings and their order, and the runs."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import itertools
import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.load import source_from
from aegui.core.errors import AeguiError, RecipeError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import nearest, quoted
from aegui.core.recipe.file import find_recipe, recipe_from
from aegui.core.study.plan import MAX_RUNS_OF_A_STUDY
from aegui.core.study.words import choice_words, named_choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import AxisRow, StudyAxis, StudyPlan


_ANY = "*"
"""Path component that stands for every layer of a list."""
_UNIMPORTANT = {"name", "notes", "format", "version"}


@dataclass(frozen=True)
class StudySetting:
    """One choice for each axis, and the resulting recipe."""

    labels: Mapping[str, str]
    """Axis -> choice, in the order of the axes."""
    recipe: Recipe
    """The recipe of a single run, with the first seed."""

    @cached_property
    def key(self) -> str:
        """Key of the setting, which does not depend on the seed."""
        return key_of(self.recipe.model_copy(update={"seed": 0}))

    @property
    def words(self) -> str:
        """Its choices as files refer to them, separated by commas."""
        return ", ".join(self.labels.values())

    @property
    def title(self) -> str:
        """Its choices, translated; "as it is" if there are none."""
        # Commas separate whole settings in a verdict, so choices need another separator.
        return " · ".join(map(choice_words, self.labels.values())) or tr("as it is")

    @property
    def name(self) -> str:
        """Its choices, translated, as they are called outside of the study."""
        return " · ".join(named_choice(*choice) for choice in self.labels.items())

    def run(self, seed: int) -> Recipe:
        """Return the recipe of the run with that seed."""
        return self.recipe.model_copy(update={"seed": seed})


def key_of(recipe: Recipe, content: str = "") -> str:
    """Return the key of a run: 16 hexadecimal digits of everything that affects its training.

    Args:
        recipe: The recipe of the run.
        content: Hash of its samples if the recipe does not determine them, see ``content_of``.
    """
    document = recipe.model_dump(mode="json", exclude=_UNIMPORTANT)
    if content:
        document["content"] = content
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def base_recipe(plan: StudyPlan, folder: Path) -> Recipe:
    """Return the recipe that all settings of ``plan`` start from; ``folder`` resolves its files.

    Raises:
        AeguiError: The recipe cannot be read, or is invalid with the plan's ``set``.
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
        with contextlib.suppress(OSError, ValueError):  # Not a valid file name
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
    """Return ``recipe`` with other values at dotted paths; ``*`` in a path stands for every layer.

    Args:
        recipe: The original recipe.
        values: Path -> value as in JSON.
        where: The part of the plan, for the beginning of an error message.

    Raises:
        RecipeError: A path leads nowhere, or the recipe would not be valid.
    """
    if not values:
        return recipe
    document = recipe.model_dump(mode="json")
    for path, value in values.items():
        # An unlabelled axis is named by its path, which is not repeated.
        said = path if where.startswith(f"{path}, ") else f"{where}, {path}"
        _set(document, path.split("."), value, document, said)
    return recipe_from(document, where)


def _set(at: Any, path: Sequence[str], value: Any, document: Any, where: str) -> None:
    step, *rest = path
    if isinstance(at, list):
        places = range(len(at)) if step == _ANY else [_place(at, step, where)]
        for place in places:
            if rest:
                _set(at[place], rest, value, document, where)
            else:
                at[place] = copy.deepcopy(value)
        return
    if not isinstance(at, dict) or step not in at:
        raise _no_field(where, document)
    if rest:
        _set(at[step], rest, value, document, where)
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


def _no_field(where: str, document: Any) -> RecipeError:
    path = where.rpartition(", ")[2]
    known = list(paths_of(document))
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
    """Yield the dotted paths of all fields of a recipe as JSON."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        path = f"{before}.{key}" if before else str(key)
        yield path
        if isinstance(value, dict) or (isinstance(value, list) and value and path != "data.names"):
            yield from paths_of(value, path)


def setting_of(base: Recipe, choices: Mapping[str, AxisRow]) -> StudySetting:
    """Return the setting with these ``choices``, axis -> choice.

    Raises:
        RecipeError: The result is not a valid recipe.
    """
    recipe = base
    for name, row in choices.items():
        recipe = changed(recipe, row.set, f"{name}, {row.label}")
    recipe = recipe.model_copy(update={"name": "", "notes": "", "runs": 1})
    return StudySetting({name: row.label for name, row in choices.items()}, recipe)


def grid(base: Recipe, axes: Sequence[StudyAxis]) -> list[StudySetting]:
    """Return all combinations, with the last axis changing fastest."""
    names = [axis.name for axis in axes]
    return [
        setting_of(base, dict(zip(names, rows, strict=True)))
        for rows in itertools.product(*(axis.choices for axis in axes))
    ]


def drawn(base: Recipe, plan: StudyPlan) -> list[StudySetting]:
    """Draw up to ``plan.trials`` different combinations at random.

    Ranges are sampled continuously, not only at their steps.
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
    """Return the choice of ``value`` on a numeric axis."""
    only = axis.model_copy(update={"values": (value,), "range": None})
    return only.choices[0]


def check_size(plan: StudyPlan) -> None:
    """Refuse a study that is too large to complete.

    Raises:
        AeguiError: The plan has more than ``MAX_RUNS_OF_A_STUDY`` runs.
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


_FEWEST = 64
"""Fewer settings than these are run in plan order, which is faster."""
_COARSE = 4
"""Initial step along a long axis."""


def coarse_to_fine(plan: StudyPlan, settings: Sequence[StudySetting]) -> list[list[StudySetting]]:
    """Split the ``settings`` of a grid into parts, each at half the step of the one before.

    Categorical axes have no intermediate values: all of their choices belong to the first part.
    """
    if plan.mode != "grid" or len(settings) < _FEWEST:
        return [list(settings)]
    indices = {
        axis.name: {row.label: index for index, row in enumerate(axis.choices)}
        for axis in plan.axes
        if is_numbers(axis) and len(axis.choices) > _COARSE
    }
    parts: dict[int, list[StudySetting]] = {}
    for setting in settings:
        steps = [_step(known[setting.labels[name]]) for name, known in indices.items()]
        parts.setdefault(-min(steps, default=_COARSE), []).append(setting)
    return [parts[step] for step in sorted(parts)]


def is_numbers(axis: StudyAxis) -> bool:
    """Return whether the choices of ``axis`` are numbers."""
    if axis.range is not None:
        return True
    values = axis.values or ()
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def _step(index: int) -> int:
    """Return the largest step, ``_COARSE`` halved repeatedly, that divides ``index``."""
    step = _COARSE
    while index % step:
        step //= 2
    return step
