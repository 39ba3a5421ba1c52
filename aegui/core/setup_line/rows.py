"""The segments of a line: the keyword of each and the paths in the recipe that it sets.

A setting without a row is written with its path (``training.name=value``), so that no setting is
lost when the recipe gains fields.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import ClassifierSpec, GanSpec, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Path = tuple[str, ...]


@dataclass(frozen=True)
class LineRow:
    """One kind of segment."""

    word: str
    """Keyword at its beginning; if empty, the key of a choice identifies the segment."""
    fields: Mapping[str, Path]
    """Path in the recipe by the name in the line."""
    leads: tuple[str, ...] = ()
    """Those of ``fields`` whose values are written without their names, in this order."""
    always: tuple[str, ...] = ()
    """Those of ``fields`` that are written even with their default values."""
    after: bool = False
    """Whether the keyword follows its value: ``500 epochs``."""
    percent: frozenset[str] = frozenset()
    """Those of ``fields`` that are shares, written as percentages."""
    chains: frozenset[str] = frozenset()
    """Those of ``fields`` that are lists of layers."""
    layer: frozenset[str] = frozenset()
    """Those of ``fields`` that are a single layer."""
    assumed: str = ""
    """Value of the first lead if a number is written in its place."""
    part: str = ""
    """Optional part of the recipe that exists only if the line has this segment."""


def _under(*path: str, names: tuple[str, ...]) -> dict[str, Path]:
    return {name: (*path, name) for name in names}


def _one(word: str, *path: str, after: bool = False, always: bool = False) -> LineRow:
    """Return the row of a single setting."""
    return LineRow(word, {word: path}, (word,), (word,) if always else (), after)


_NOISE = ("kind", "level", "copies", "fresh", "clean_target")
ROWS: tuple[LineRow, ...] = (
    _one("chars", "data", "chars"),
    _one("labels", "data", "labels"),
    _one("names", "data", "names"),
    _one("samples", "data", "count", after=True),
    LineRow(
        "images",
        _under("data", "images", names=("height", "width", "channels", "fit", "background")),
    ),
    LineRow(
        "validation",
        {
            "share": ("data", "split", "validation"),
            "seed": ("data", "split", "seed"),
            "last": ("data", "split", "last"),
        },
        ("share",),
        percent=frozenset({"share"}),
    ),
    LineRow("augment", _under("data", "augment", names=("flip", "shift"))),
    LineRow(
        "noise",
        _under("data", "corruption", names=_NOISE),
        ("kind", "level"),
        percent=frozenset({"level"}),
        assumed="salt_pepper",
    ),
    LineRow(
        "output",
        {
            "activation": ("network", "output_activation"),
            "slope": ("network", "output_slope"),
            "layer": ("network", "output_layer"),
        },
        ("activation",),
        layer=frozenset({"layer"}),
    ),
    LineRow("weights", {"tied": ("network", "tied")}),
    LineRow(
        "classifier",
        {
            "hidden": ("classifier", "hidden"),
            **_under("classifier", names=("frozen", "label_smoothing")),
            "epochs": ("classifier", "pretrain", "epochs"),
            "rate": ("classifier", "pretrain", "learning_rate"),
            "loss": ("classifier", "pretrain", "loss"),
            **{name: ("classifier", "pretrain", "corruption", name) for name in _NOISE},
        },
        percent=frozenset({"level"}),
        chains=frozenset({"hidden"}),
        part="classifier",
    ),
    LineRow(
        "gan",
        _under("gan", names=tuple(GanSpec.model_fields)),
        chains=frozenset({"discriminator"}),
        part="gan",
    ),
    LineRow(
        "",
        {
            "name": ("training", "optimizer", "name"),
            "rate": ("training", "optimizer", "learning_rate"),
            **_under(
                "training",
                "optimizer",
                names=("momentum", "alpha", "beta1", "beta2", "eps", "weight_decay"),
            ),
        },
        ("name", "rate"),
        always=("name", "rate"),
    ),
    LineRow(
        "",
        {"name": ("training", "loss"), "delta": ("training", "huber_delta")},
        ("name",),
        always=("name",),
    ),
    _one("epochs", "training", "epochs", after=True, always=True),
    _one("batch", "training", "batch_size"),
    LineRow(
        "schedule",
        _under(
            "training",
            "schedule",
            names=(
                *("name", "factor", "step_epochs", "warmup_epochs"),
                *("patience_epochs", "final_factor"),
            ),
        ),
        ("name",),
    ),
    LineRow(
        "start",
        _under("training", "initializer", names=("name", "range", "std", "gain")),
        ("name",),
    ),
    *(_one(word, "training", word) for word in ("l1", "l2", "code_l1", "contractive", "edges")),
    LineRow("sparsity", _under("training", "sparsity", names=("weight", "rho")), ("weight",)),
    _one("clip", "training", "clip_norm"),
    LineRow(
        "stop",
        {
            "within": ("training", "goals", "max_wrong_pixels"),
            "patience": ("training", "goals", "patience_epochs"),
            "seconds": ("training", "goals", "seconds"),
        },
    ),
    _one("device", "training", "device"),
    _one("runs", "runs", after=True),
    _one("seed", "seed", always=True),
    _one("name", "name"),
    _one("notes", "notes"),
)
"""All rows, in the order in which they are written."""

OPTIMIZER, LOSS = (row for row in ROWS if not row.word)
NETWORK_PATHS: frozenset[Path] = frozenset(
    {("data", "source"), ("network", "encoder"), ("network", "latent"), ("network", "decoder")}
)
"""Paths that the first segment sets."""
_UNSAID: frozenset[Path] = frozenset({("format",), ("version",)})


@dataclass(frozen=True)
class Defaults:
    """The default recipe, from which a line states the differences, as JSON."""

    document: dict[str, Any] = field(
        default_factory=lambda: Recipe().model_dump(mode="json", warnings=False)
    )
    """The recipe with all defaults."""
    parts: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "classifier": ClassifierSpec().model_dump(mode="json"),
            "gan": GanSpec().model_dump(mode="json"),
        }
    )
    """Its optional parts with all defaults."""

    def at(self, path: Path) -> Any:
        """Return the default value at ``path``."""
        found: Any = self.document if path[0] not in self.parts else self.parts
        for step in path:
            found = found[step]
        return found

    def others(self) -> Iterator[Path]:
        """Yield the path of every setting that has no row."""
        owned = {path for row in ROWS for path in row.fields.values()} | NETWORK_PATHS | _UNSAID
        document = {**self.document, **self.parts}
        yield from (path for path in _leaves(document, owned, ()) if path not in owned)


def _leaves(document: dict[str, Any], owned: set[Path], at: Path) -> Iterator[Path]:
    for key, value in document.items():
        path = (*at, key)
        if isinstance(value, dict) and path not in owned:
            yield from _leaves(value, owned, path)
        else:
            yield path
