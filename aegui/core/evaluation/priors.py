"""Prior probabilities of characters from a file, for Bayes' rule.

Three kinds of file, distinguished by their suffix: a JSON object or a CSV of characters with their
weights, and any other as a text in which characters are counted.
"""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.decimal_commas import with_points
from aegui.core.data.readers.source import open_source
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.library_messages import json_reason
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

UNIFORM = "uniform"
"""The name of the uniform prior."""
_NAMED = 8
"""Most characters named in a message."""
_MAX_WEIGHT = 1e100


@dataclass(frozen=True, eq=False)
class Prior:
    """Weights of characters."""

    name: str
    """Its name for people."""
    weights: Mapping[str, float]
    """Of each label, 0 or more."""
    other: float = 0.0
    """Weight of all other labels."""

    def of(self, dataset: Dataset) -> NDArray[np.float64]:
        """Return the weight of each sample, float64 ``[N]``: samples of one label share its weight.

        Raises:
            AeguiError: None of the set's characters has a weight.
        """
        each = np.array([self.weights.get(label, self.other) for label in dataset.classes])
        indices = dataset.class_indices
        found = each[indices] / np.bincount(indices, minlength=len(each))[indices]
        if not found.sum() > 0.0:
            raise AeguiError(
                tr(
                    "{prior} gives a weight to none of the characters of {data}. Give one to at "
                    "least one of them.",
                    prior=self.name,
                    data=dataset.name,
                )
            )
        return np.asarray(found, np.float64)

    def missing(self, dataset: Dataset) -> tuple[str, ...]:
        """Return the labels of ``dataset`` that are assumed never to occur."""
        return tuple(
            label for label in dataset.classes if not self.weights.get(label, self.other) > 0.0
        )


def read_prior(path: str | Path) -> Prior:
    """Read the weights from a file.

    A ``.json`` is one object such as ``{"a": 8.2, "b": 1.5}``; a ``.csv`` has a character and its
    weight in each line, separated by a comma, a semicolon or a tab, and may have a header; beside
    the latter two the comma is decimal. Characters that such a list does not name never occur. In
    any other file, a text, the characters are counted, each once more than it occurs (Laplace's
    rule), so that none is impossible.

    Raises:
        ReadError: It cannot be read, or does not contain valid weights.
    """
    source = open_source(Path(path))
    if not source.text:
        raise source.refusal(tr("this is not a text."))
    suffix = source.path.suffix.lower()
    if suffix == ".json":
        return Prior(source.path.name, _of_json(source))
    if suffix == ".csv":
        return Prior(source.path.name, _of_csv(source))
    counts = Counter(source.text)
    return Prior(source.path.name, {one: count + 1.0 for one, count in counts.items()}, 1.0)


def prior_words(prior: Prior, dataset: Dataset) -> str:
    """Return a warning about the prior; "" if there is nothing to warn of."""
    missing = prior.missing(dataset)
    if not missing:
        return ""
    return tr(
        "{prior} gives no weight to {characters}: they are assumed never to occur.",
        prior=prior.name,
        characters=_listed(missing),
    )


def _listed(labels: tuple[str, ...]) -> str:
    more = ", …" if len(labels) > _NAMED else ""
    return ", ".join(f"“{label}”" for label in labels[:_NAMED]) + more


def _of_json(source: GlyphSource) -> dict[str, float]:

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        for label, count in Counter(label for label, _ in pairs).items():
            if count > 1:
                raise source.refusal(tr("“{label}” has a weight already.", label=label))
        return dict(pairs)

    try:
        found = from_json(source.text, unique)
    except json.JSONDecodeError as error:
        raise source.refusal(
            tr("this is not valid JSON: {reason}.", reason=json_reason(error)), error.lineno
        ) from error
    except ValueError as error:
        raise source.refusal(tr("this is not valid JSON.")) from error
    if not isinstance(found, dict) or not found:
        raise source.refusal(tr("weights are one object, such as {example}.", example='{"a": 8.2}'))
    return {label: _weight(weight, label, source) for label, weight in found.items()}


def _of_csv(source: GlyphSource) -> dict[str, float]:
    weights: dict[str, float] = {}
    lines = source.text.splitlines()
    # Not by a sniffer: the characters themselves may be delimiters, and commas decimal.
    delimiter = max("\t;,", key=lambda one: _pairs(lines, one))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            row = fields if delimiter == "," else [*fields[:1], *map(with_points, fields[1:])]
            if not any(row) or (reader.line_num == 1 and not weights and _is_heading(row)):
                continue
            if len(row) != 2 or not row[0]:
                raise source.refusal(
                    tr("a line is a character and its weight, such as {example}.", example="a,8.2"),
                    reader.line_num,
                )
            if row[0] in weights:
                raise source.refusal(
                    tr("“{label}” has a weight already.", label=row[0]), reader.line_num
                )
            weights[row[0]] = _weight(row[1], row[0], source, reader.line_num)
    except csv.Error as error:
        raise source.refusal(
            tr("this is not valid CSV; a quotation mark itself is written as four of them."),
            reader.line_num,
        ) from error
    if not weights:
        raise source.refusal(tr("there are no weights in it."))
    return weights


def _pairs(lines: Sequence[str], delimiter: str) -> int:
    """Return how many of ``lines`` have two fields, the first of them not empty."""
    try:
        return sum(len(row) == 2 and row[0] != "" for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0


def _is_heading(row: list[str]) -> bool:
    return len(row) == 2 and len(row[0]) > 1 and _number(row[1]) is None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _weight(value: object, label: str, source: GlyphSource, line: int | None = None) -> float:
    number = _number(value)
    if number is None or not math.isfinite(number) or not 0.0 <= number <= _MAX_WEIGHT:
        raise source.refusal(
            tr("the weight of “{label}” must be a number of 0 or more.", label=label), line
        )
    return number
