"""Metadata of a run or study: name, note, tags, recipe, figures, environment.

It is saved as JSON beside the run file. The two together are the source of truth; the index is
derived from them.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aegui import __version__
from aegui.core.atomic import write_atomically
from aegui.core.errors import ReadError
from aegui.core.evaluation.run_figures import RUN_FIGURES, figures_of, without_quality
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.library_messages import document_reason
from aegui.core.light_dataclass import dataclass
from aegui.core.machine import processor
from aegui.core.network.resolve import classes_learnt
from aegui.core.system_reason import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aegui.core.run_file.saved import SavedRun

VERSION: Literal[1] = 1
MAX_BYTES = 64 << 20
MAX_TAGS, MAX_TAG = 100, 100
MAX_NAME, MAX_NOTE = 200, 20_000
_ID_BYTES = 5

EntryKind = Literal["run", "study"]


class SeedRow(BaseModel):
    """The figures of one seed, by the keys of ``RUN_FIGURES``.

    Of a diverged one those are missing that say how well it learnt.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    figures: dict[str, float]


class LibraryEntry(BaseModel):
    """Metadata of a run (a recipe with one or several seeds) or of a study.

    ``created`` is in ISO 8601, UTC. ``parent`` is the entry that this one was forked from or
    repeats; ``study`` the one it belongs to, in which ``setting`` is its name. ``trashed`` is when
    it was moved to the trash, ``shed`` when only its file was; empty: it was not. ``has_file`` is
    whether there is a run file: a study may keep only the figures of most of its runs.
    ``image_shape`` and ``classes`` are those of its samples. ``document`` is the plan and result
    of a study.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aegui-kept"] = "aegui-kept"
    version: Literal[1] = VERSION
    id: Annotated[str, Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}$")]
    kind: EntryKind = "run"
    name: Annotated[str, Field(max_length=MAX_NAME)] = ""
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    tags: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_TAG)], ...], Field(max_length=MAX_TAGS)
    ] = ()
    starred: bool = False
    created: str = ""
    parent: str = ""
    study: str = ""
    setting: str = ""
    trashed: str = ""
    shed: str = ""
    has_file: bool = True
    data: str = ""
    samples: int = 0
    image_shape: tuple[int, ...] = ()
    classes: int = 0
    recipe: dict[str, Any] = {}
    environment: dict[str, Any] = {}
    seeds: tuple[SeedRow, ...] = ()
    document: dict[str, Any] | None = None

    def values(self, key: str) -> dict[int, float]:
        """Return the figure ``key`` of every seed; NaN for a seed without it."""
        return {row.seed: row.figures.get(key, math.nan) for row in self.seeds}


@dataclass(frozen=True)
class Spread:
    """A figure over several seeds, in a form that can be merged with others."""

    count: int
    """Number of seeds that have it."""
    mean: float
    """Their mean."""
    squares: float
    """Sum of the squared deviations from the mean."""
    low: float
    """The lowest value."""
    high: float
    """The highest value."""

    @property
    def deviation(self) -> float:
        """Sample standard deviation of the seeds, over n - 1; NaN for a single one."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else math.nan


def joined_spread(parts: Sequence[Sequence[float]]) -> Spread:
    """Merge at least one spread, each ``(count, mean, squares, low, high)``.

    (Chan, Golub and LeVeque 1979.)
    """
    count = sum(int(part[0]) for part in parts)
    # Shifted by one of them: the mean of equal values would differ from them by rounding.
    first = parts[0][1]
    mean = first + math.fsum(part[0] * (part[1] - first) for part in parts) / count
    squares = math.fsum(part[2] + part[0] * (part[1] - mean) ** 2 for part in parts)
    return Spread(
        count, mean, squares, min(part[3] for part in parts), max(part[4] for part in parts)
    )


def spreads_of(entry: LibraryEntry) -> dict[str, Spread]:
    """Return the spread of every figure of an entry over its seeds."""
    columns: dict[str, list[float]] = {}
    for row in entry.seeds:
        for key, value in row.figures.items():
            if math.isfinite(value):
                columns.setdefault(key, []).append(value)
    found = {}
    for key, values in columns.items():
        mean = values[0] + math.fsum(value - values[0] for value in values) / len(values)
        squares = math.fsum((value - mean) ** 2 for value in values)
        found[key] = Spread(len(values), mean, squares, min(values), max(values))
    return found


def new_id() -> str:
    """Return a random unique id of ten letters."""
    return secrets.token_hex(_ID_BYTES)


def now() -> str:
    """Return the current time in the stored form."""
    return _stored(datetime.now(UTC))


def stored_time(text: str) -> str:
    """Return a date or local time that a person typed in the stored form; other text as it is."""
    try:
        return _stored(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        return text


def shown_time(stored: str) -> str:
    """Return a stored time as people read it: local, to the minute; empty if there is none."""
    if not stored:
        return ""
    return datetime.fromisoformat(stored).astimezone().strftime("%Y-%m-%d %H:%M")


def _stored(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def legend_entry_of(run: SavedRun, **known: Any) -> LibraryEntry:
    """Return the entry of a run; ``known`` are further fields, including ``id`` if it has one."""
    seeds = tuple(
        SeedRow(
            seed=result.seed,
            figures={
                key: value for key, value in _figures(run, index).items() if math.isfinite(value)
            },
        )
        for index, result in enumerate(run.results)
    )
    values: dict[str, Any] = {
        "id": new_id(),
        "name": run.recipe.name[:MAX_NAME],
        "created": now(),
        "data": run.dataset.name,
        "samples": len(run.dataset),
        "image_shape": run.dataset.image_shape,
        "classes": classes_learnt(run.recipe, run.dataset),
        "recipe": run.recipe.model_dump(mode="json"),
        "environment": {"engine": run.engine, "device": run.device},
        "seeds": seeds,
    }
    return LibraryEntry(**(values | known))


def _figures(run: SavedRun, index: int) -> dict[str, float]:
    """Return the figures of one seed as they are compared with those of others."""
    result = run.results[index]
    found = _recorded(run, index) | figures_of(result)
    return without_quality(found) if result.diverged else found


def _recorded(run: SavedRun, index: int) -> dict[str, float]:
    """Return figures of the best weights that only the history has, such as those held out."""
    history = run.history
    row = None if history is None else history.row_at(run.results[index].best_epoch)
    if history is None or row is None:
        return {}
    known = (key for key in history.extra if key in RUN_FIGURES)
    return {key: float(history.extra[key][row, index]) for key in known}


def environment(engine: str = "", device: str = "") -> dict[str, Any]:
    """Return the environment of a training: program, libraries, processor, device."""
    torch = sys.modules.get("torch")
    return {
        "aegui": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": np.__version__,
        "torch": None if torch is None else str(torch.__version__),
        "system": sys.platform,
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": None if torch is None else torch.get_num_threads(),
        "engine": engine,
        "device": device,
    }


def entry_bytes(entry: LibraryEntry) -> bytes:
    """Return ``entry`` in its file format."""
    return (json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) + "\n").encode()


def write_entry(path: Path, entry: LibraryEntry) -> None:
    """Write ``entry`` to ``path``, atomically.

    Raises:
        AeguiError: It could not be written.
    """
    write_atomically(path, entry_bytes(entry), is_swept=True)


def read_entry(path: Path) -> LibraryEntry:
    """Read the entry in the file at ``path``.

    Raises:
        ReadError: It cannot be read, is damaged, or was written by a newer version.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        return LibraryEntry.model_validate_json(text)
    except ValidationError as error:
        _refuse_newer(path, text)
        problem = error.errors(include_url=False)[0]
        location = ".".join(map(str, problem["loc"]))
        raise ReadError(
            tr(
                "{file} is damaged: {place}: {reason}.",
                file=path,
                place=location,
                reason=document_reason(problem),
            )
        ) from None


class NewerEntry(ReadError):
    """An entry was written by a newer version of the program: it is left unchanged."""


def _refuse_newer(path: Path, text: bytes) -> None:
    try:
        document = from_json(text)
    except ValueError:
        return
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise NewerEntry(
            tr(
                "{file} was written by a newer version of the program (version {theirs}, this one "
                "reads up to {ours}).",
                file=path.name,
                theirs=version,
                ours=VERSION,
            )
        )


def flattened(recipe: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return the values of a recipe by their dotted paths; lists stay whole."""
    found: dict[str, Any] = {}
    for key, value in recipe.items():
        place = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            found |= flattened(value, place)
        else:
            found[place] = value
    return found
