"""Ids of figures: by them a figure of a hand-in is opened in the program again.

``aegui-figure:latent@letters-2d~0f3a5b7c9d1e2f40#best,0`` is the kind of figure, the name of the
run, what its recipe is known by, and which weights of which run of its population. That of a study
has ``study:`` before its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from aegui.core.errors import AeguiError, ReadError, RecipeError
from aegui.core.i18n import tr
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.core.recipe.file import parse_recipe, recipe_from
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.saved import SUFFIX
from aegui.core.study.settings import key_of
from aegui.paths import library_dir, models_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from aegui.core.recipe import Recipe

PREFIX = "aegui-figure:"
_STUDY = "study:"
_FORM = re.compile(
    rf"\s*{PREFIX}(?P<kind>[\w-]{{1,120}})@(?P<study>{_STUDY})?(?P<name>[^~#\s@]{{1,600}})"
    r"(?:~(?P<mark>[0-9a-f]{16})#(?P<weights>best|last),(?P<run>\d{1,5}))?\s*"
)
_MOST_BYTES = 8 << 20


@dataclass(frozen=True)
class FigureId:
    """What a figure of a hand-in is of.

    Attributes:
        kind: Which figure, such as ``latent``.
        name: Of the run, or of the study.
        mark: What the recipe of the run is known by; empty: it is of a study.
        weights: ``best`` or ``last``.
        run: Number of the run in its population.
    """

    kind: str
    name: str
    mark: str = ""
    weights: str = "best"
    run: int = 0

    @property
    def is_study(self) -> bool:
        """Whether it is of a study."""
        return not self.mark

    @property
    def text(self) -> str:
        """As it stands below the figure."""
        name = quote(self.name, safe="").replace("~", "%7E")
        if self.is_study:
            return f"{PREFIX}{self.kind}@{_STUDY}{name}"
        return f"{PREFIX}{self.kind}@{name}~{self.mark}#{self.weights},{self.run}"


def is_figure_id(text: str) -> bool:
    """Whether ``text`` begins as an id does."""
    return text.lstrip().startswith(PREFIX)


def read_figure_id(text: str) -> FigureId:
    """The id that ``text`` is.

    Raises:
        AeguiError: It is none.
    """
    found = _FORM.fullmatch(text[:2_000])
    if found is None or bool(found["study"]) == bool(found["mark"]):
        raise AeguiError(
            tr("This is no id of a figure: it stands below each figure of a hand-in, whole.")
        )
    name = unquote(found["name"])
    if found["study"]:
        return FigureId(found["kind"], name)
    return FigureId(found["kind"], name, found["mark"], found["weights"], int(found["run"]))


def run_mark(recipe: Recipe) -> str:
    """What the recipe of a run is known by."""
    return key_of(recipe)


def find_run(
    wanted: FigureId, recent: Iterable[Path], cancelled: Callable[[], bool] | None = None
) -> Path | None:
    """The file of the run: a model that ships, one opened lately, or one of the library.

    None: it is not on this computer any more, or has been trained anew with other settings.
    """
    shipped = (path for path in models_dir().glob(f"*{SUFFIX}") if path.stem == wanted.name)
    for path in (*shipped, *recent):
        if path.suffix.lower() == SUFFIX and _mark_of(path) == wanted.mark:
            return path
    if not library_dir().exists():
        return None
    with Library(read_only=True, cancelled=cancelled) as library:
        for row in library.rows(LibraryQuery(kind="run"), ["created"]):
            entry = library.entry(row.id)
            try:
                mark = run_mark(recipe_from(entry.recipe))
            except AeguiError:
                continue
            path = library.path(row.id)
            if mark == wanted.mark and path.is_file():
                return path
    return None


def _mark_of(path: Path) -> str:
    try:
        with Archive(path) as archive:
            text = bytes(archive.read("recipe.json", _MOST_BYTES)).decode("utf-8")
            return run_mark(parse_recipe(text))
    except (ReadError, RecipeError, UnicodeDecodeError):
        return ""
