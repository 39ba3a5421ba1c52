"""From the few words of a recipe or a command line to a dataset."""

from __future__ import annotations

from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.data.builtin import builtin_names, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.readers import read_glyphs
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Container

    from aegui.core.data.readers import GlyphFile

_STAND_INS = {"␠": " ", "␡": "\x7f"}
"""What can be typed -> the character that cannot be typed, or not be seen."""


def load_dataset(source: str, chars: str | None = None) -> Dataset:
    """The set that ``source`` names, or those characters of it that ``chars`` lists.

    Args:
        source: A built-in name, several joined by ``+``, or a file. Of a file with several sets,
            ``file#name`` or ``file#2`` takes one; without that, all of them are joined.
        chars: The characters to take, in this order; None takes all.

    Raises:
        ReadError: The file cannot be read, or has no such set.
        AeguiError: The name is unknown, the sets differ in size, or a character is missing.
    """
    dataset = _load(source)
    return dataset if chars is None else choose(dataset, chars)


def choose(dataset: Dataset, chars: str) -> Dataset:
    """The samples of ``dataset`` whose labels are in ``chars``, in that order, each once.

    All samples of one label are taken together. Where labels have several characters they may
    follow one another with or without blanks.

    Raises:
        AeguiError: A character has no sample, or ``chars`` is empty.
    """
    places: dict[str, list[int]] = {}
    for index, name in enumerate(dataset.labels):
        places.setdefault(name, []).append(index)
    longest = max(map(len, places))
    chosen: dict[int, None] = {}
    missing: dict[str, None] = {}
    at = 0
    while at < len(chars):
        label = _label_at(chars, at, longest, places)
        if label is not None:
            chosen.update(dict.fromkeys(places[label]))
        elif not (longest > 1 and chars[at] in " ,"):
            missing[chars[at]] = None
        at += len(label) if label else 1
    if missing:
        listed = " ".join(missing)
        raise AeguiError(
            tr("{name} has no such characters: {chars}", name=dataset.name, chars=listed)
        )
    if not chosen:
        raise AeguiError(tr("No characters of {name} are chosen.", name=dataset.name))
    return dataset.subset(chosen)


def _label_at(chars: str, at: int, longest: int, labels: Container[str]) -> str | None:
    """The longest label that ``chars`` has at ``at``."""
    for length in range(longest, 0, -1):
        if chars[at : at + length] in labels:
            return chars[at : at + length]
    stand_in = _STAND_INS.get(chars[at])
    return stand_in if stand_in in labels else None


def joined(file: GlyphFile, which: str | None = None) -> Dataset:
    """One set of ``file``: the one of that name or number (from 1), or all of them joined.

    Raises:
        ReadError: There is no such set, or the sets differ in the size of their images.
    """
    if which is not None:
        return _one_of(file, which)
    if len(file.datasets) == 1:
        return file.datasets[0]
    if len({dataset.image_shape for dataset in file.datasets}) > 1:
        raise ReadError(
            tr(
                "{file} holds sets of different sizes; choose one: {names}",
                file=file.path.name,
                names=_offered(file),
            )
        )
    return reduce(lambda a, b: a.joined(b, name=file.path.stem), file.datasets)


def _one_of(file: GlyphFile, which: str) -> Dataset:
    for number, dataset in enumerate(file.datasets, 1):
        if which in (dataset.name, str(number)):
            return dataset
    raise ReadError(
        tr(
            "{file} has no set “{which}”; it has: {names}",
            file=file.path.name,
            which=which,
            names=_offered(file),
        )
    )


def _offered(file: GlyphFile) -> str:
    return ", ".join(f"{file.path.name}#{dataset.name}" for dataset in file.datasets)


def _load(source: str) -> Dataset:
    names = source.split("+")
    if all(name in builtin_names() for name in names):
        return reduce(Dataset.joined, map(load_builtin, names))
    path = Path(source).expanduser()
    if path.exists():
        return joined(read_glyphs(path))
    before, mark, which = source.rpartition("#")
    if mark and Path(before).expanduser().exists():
        return joined(read_glyphs(Path(before).expanduser()), which)
    raise ReadError(_not_found(source))


def _not_found(source: str) -> str:
    near = get_close_matches(source.lower(), builtin_names(), n=1, cutoff=0.5)
    if near:
        return tr(
            "There is no file or built-in set “{source}”; did you mean “{near}”?",
            source=source,
            near=near[0],
        )
    return tr(
        "There is no file or built-in set “{source}”; the built-in sets are {names}.",
        source=source,
        names=", ".join(builtin_names()),
    )
