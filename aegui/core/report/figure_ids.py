"""Ids of figures, which open a figure of a hand-in in the program again.

``aegui-figure:latent@letters-2d~0f3a5b7c9d1e2f40#best,0`` is the kind of figure, the name of the
run, the hash of its recipe, and which weights of which run of its population. The id of a study
has ``study:`` before its name.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

PREFIX = "aegui-figure:"
_STUDY = "study:"
_FORM = re.compile(
    rf"{PREFIX}(?P<kind>[\w-]{{1,120}})@(?P<study>{_STUDY})?(?P<name>[^~#\s@]{{1,600}})"
    r"(?:~(?P<mark>[0-9a-f]{16})#(?P<weights>best|last),(?P<run>\d{1,5}))?"
)


@dataclass(frozen=True)
class FigureId:
    """The id of a figure of a hand-in."""

    kind: str
    """Kind of figure, such as ``latent``."""
    name: str
    """Name of the run, or of the study."""
    mark: str = ""
    """Hash of the recipe of the run; empty for a study."""
    weights: str = "best"
    """``best`` or ``last``."""
    run: int = 0
    """Index of the run in its population."""

    @property
    def is_study(self) -> bool:
        """Whether it is of a study."""
        return not self.mark

    @property
    def text(self) -> str:
        """The text below the figure."""
        name = quote(self.name, safe="").replace("~", "%7E")
        if self.is_study:
            return f"{PREFIX}{self.kind}@{_STUDY}{name}"
        return f"{PREFIX}{self.kind}@{name}~{self.mark}#{self.weights},{self.run}"


def is_figure_id(text: str) -> bool:
    """Return whether ``text`` begins like an id."""
    return _without_ligatures(text).startswith(PREFIX)


def read_figure_id(text: str) -> FigureId:
    """Parse the id ``text``.

    Raises:
        AeguiError: It is not an id.
    """
    found = _FORM.fullmatch(_without_ligatures(text))
    if found is None or bool(found["study"]) == bool(found["mark"]):
        raise AeguiError(
            tr("This is not the id of a figure: copy the whole id below a figure of a hand-in.")
        )
    name = unquote(found["name"])
    if found["study"]:
        return FigureId(found["kind"], name)
    return FigureId(found["kind"], name, found["mark"], found["weights"], int(found["run"]))


def _without_ligatures(text: str) -> str:
    """Return the beginning of ``text`` without ligatures: a PDF gives "fi" as one character."""
    return unicodedata.normalize("NFKC", text[:2_000]).strip()
