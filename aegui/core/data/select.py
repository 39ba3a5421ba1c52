"""Selection of samples: by character, by class, by name, or a number drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.emoji_words import finds
from aegui.core.data.split import drawn_from, drawn_indices
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import DataSpec

_STAND_INS = {"␠": " ", "␡": "\x7f"}
"""Symbol that can be typed -> the invisible character that it stands for."""
_MAX_LISTED = 12


def select(dataset: Dataset, spec: DataSpec) -> Dataset:
    """Return the samples that ``spec`` selects by character, then label, then name, then count.

    Raises:
        AeguiError: There is no sample of a character, label or name, none is left, or there are
            fewer than ``spec.count``.
    """
    chosen = _chosen(dataset, spec)
    return dataset if chosen is None else dataset.subset(chosen)


def selected_indices(dataset: Dataset, spec: DataSpec) -> NDArray[np.int64]:
    """Return the indices of the samples that ``select`` takes, in their order, int64 ``[n]``.

    Raises:
        AeguiError: As for ``select``.
    """
    chosen = _chosen(dataset, spec)
    return np.arange(len(dataset)) if chosen is None else np.array(chosen, np.int64)


def choose(dataset: Dataset, chars: str) -> Dataset:
    """Return the samples of ``dataset`` whose labels are in ``chars``, in that order, each once.

    All samples of one label are taken together. Labels of several characters may be written with or
    without blanks between them.

    Raises:
        AeguiError: A character has no sample, or ``chars`` is empty.
    """
    return dataset.subset(_of_chars(dataset, chars))


def search(dataset: Dataset, text: str) -> NDArray[np.int64]:
    """Return the indices of the samples that match all words of ``text``, as in ``finds``."""
    found = [
        index
        for index, both in enumerate(zip(dataset.names, dataset.labels, strict=True))
        if finds(text, *both)
    ]
    return np.array(found, np.int64)


def _chosen(dataset: Dataset, spec: DataSpec) -> Sequence[int] | None:
    """Return the indices of the samples that ``spec`` selects; None for all of them."""
    chosen: list[int] | None = None if spec.chars is None else _of_chars(dataset, spec.chars)
    for selected, titles, refuse in (
        (spec.labels, dataset.labels, _no_label),
        (spec.names, dataset.names, _no_name),
    ):
        if selected is not None:
            places = {title.casefold(): title for title in titles}
            # Upper and lower case differ only where both exist.
            exact = set(titles).intersection(selected)
            keys = {
                _found(dataset, places, title, refuse) for title in selected if title not in exact
            }
            pool = range(len(dataset)) if chosen is None else chosen
            chosen = [
                index
                for index in pool
                if titles[index] in exact or titles[index].casefold() in keys
            ]
    if chosen is not None and not chosen:
        raise AeguiError(tr("No samples of {name} are chosen.", name=dataset.name))
    if spec.count is None:
        return chosen
    total = len(dataset) if chosen is None else len(chosen)
    n = drawn_from(total, spec.split)
    if spec.count > n:
        raise AeguiError(
            tr(
                "{count:,} samples are asked for, but {name} has only {n:,} to choose from.",
                count=spec.count,
                name=dataset.name,
                n=n,
            )
        )
    if spec.count == n:
        return chosen
    drawn: list[int] = drawn_indices(n, spec.count, spec.split.seed).tolist()
    drawn += range(n, total)
    return drawn if chosen is None else [chosen[index] for index in drawn]


def _of_chars(dataset: Dataset, chars: str) -> list[int]:
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
    return list(chosen)


def _label_at(chars: str, at: int, longest: int, labels: Container[str]) -> str | None:
    """Return the longest label that occurs in ``chars`` at ``at``."""
    for length in range(longest, 0, -1):
        if chars[at : at + length] in labels:
            return chars[at : at + length]
    stand_in = _STAND_INS.get(chars[at])
    return stand_in if stand_in in labels else None


def _found(
    dataset: Dataset,
    places: Mapping[str, str],
    title: str,
    refuse: Callable[[Dataset, str, str], AeguiError],
) -> str:
    key = title.casefold()
    if key in places:
        return key
    from difflib import get_close_matches

    near = get_close_matches(key, places, n=1, cutoff=0.5)
    if near:
        offered = tr("did you mean “{near}”?", near=places[near[0]])
    else:
        listed = list(places.values())
        rest = " …" if len(listed) > _MAX_LISTED else ""
        offered = tr("it has: {titles}", titles=", ".join(listed[:_MAX_LISTED]) + rest)
    raise refuse(dataset, title, offered)


def _no_label(dataset: Dataset, title: str, offered: str) -> AeguiError:
    return AeguiError(
        tr(
            "{name} has no class “{title}”; {offered}",
            name=dataset.name,
            title=title,
            offered=offered,
        )
    )


def _no_name(dataset: Dataset, title: str, offered: str) -> AeguiError:
    return AeguiError(
        tr(
            "{name} has no sample named “{title}”; {offered}",
            name=dataset.name,
            title=title,
            offered=offered,
        )
    )
