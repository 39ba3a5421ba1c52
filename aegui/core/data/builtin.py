"""The sets of letters that ship with the program, drawn in ``resources/glyphs``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, reduce
from typing import TYPE_CHECKING

from aegui.core.data.dataset import Dataset
from aegui.core.data.readers.source import open_source
from aegui.core.data.readers.text_art import read_text_art
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS: Mapping[str, tuple[str, ...]] = {
    "symbols": ("symbols",),
    "uppercase": ("uppercase",),
    "lowercase": ("lowercase",),
    "letters": ("symbols", "uppercase", "lowercase"),
}
BUILTIN_LABELS: Mapping[str, str] = {
    "symbols": mark("Symbols and digits"),
    "uppercase": mark("Upper case"),
    "lowercase": mark("Lower case"),
    "letters": mark("All 96 characters"),
}
"""Built-in name -> what a person reads (translated where it is shown)."""


def builtin_names() -> tuple[str, ...]:
    """The names that ``load_builtin`` knows, in the order in which they are offered."""
    return tuple(_PARTS)


@cache
def load_builtin(name: str) -> Dataset:
    """The built-in set ``name``: 5x7 glyphs in ASCII order, labelled with their characters.

    Raises:
        AeguiError: There is no such set.
    """
    if name not in _PARTS:
        names = ", ".join(_PARTS)
        raise AeguiError(tr("There is no built-in set “{name}”: {names}.", name=name, names=names))
    joined = reduce(Dataset.joined, map(_drawn, _PARTS[name]))
    return replace(joined, name=name, source="aegui", licence="MIT")


@cache
def _drawn(name: str) -> Dataset:
    (dataset,), _ = read_text_art(open_source(resources_dir() / "glyphs" / f"{name}.txt"))
    return dataset
