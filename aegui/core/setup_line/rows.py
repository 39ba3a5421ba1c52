"""What each segment of a line says: its word, and the places of the recipe that it fills.

A setting without a row of its own is written by its path (``training.name=value``), so that nothing
is lost of a recipe that has grown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.recipe import ClassifierSpec, GanSpec, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Path = tuple[str, ...]


@dataclass(frozen=True)
class LineRow:
    """One segment.

    Attributes:
        word: What it begins with; "": with the key of a choice, of which it is known.
        fields: Word in the line -> place in the recipe.
        leads: Those of ``fields`` whose values stand without their word, in this order.
        always: Those that are said even where they are as by default.
        after: Whether the word comes after its value: ``500 epochs``.
        percent: Those of ``fields`` that are shares, written as percents.
        chains: Those that are lists of layers.
        layer: Those that are one layer.
        assumed: What the first lead is if a number stands in its place.
        part: A part of the recipe that is there only if the line says so.
    """

    word: str
    fields: Mapping[str, Path]
    leads: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    after: bool = False
    percent: frozenset[str] = frozenset()
    chains: frozenset[str] = frozenset()
    layer: frozenset[str] = frozenset()
    assumed: str = ""
    part: str = ""


def _under(*path: str, names: tuple[str, ...]) -> dict[str, Path]:
    return {name: (*path, name) for name in names}


def _one(word: str, *path: str, after: bool = False, always: bool = False) -> LineRow:
    """One setting."""
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
"""In the order in which they are written."""

OPTIMIZER, LOSS = (row for row in ROWS if not row.word)
NETWORK_PATHS: frozenset[Path] = frozenset(
    {("data", "source"), ("network", "encoder"), ("network", "latent"), ("network", "decoder")}
)
"""What the first segment says."""
_UNSAID: frozenset[Path] = frozenset({("format",), ("version",)})


@dataclass(frozen=True)
class Defaults:
    """The recipe of which a line tells the differences, as JSON.

    Attributes:
        document: The recipe with nothing set.
        parts: Its optional parts, likewise.
    """

    document: dict[str, Any] = field(
        default_factory=lambda: Recipe().model_dump(mode="json", warnings=False)
    )
    parts: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "classifier": ClassifierSpec().model_dump(mode="json"),
            "gan": GanSpec().model_dump(mode="json"),
        }
    )

    def at(self, path: Path) -> Any:
        """The default at ``path``."""
        found: Any = self.document if path[0] not in self.parts else self.parts
        for step in path:
            found = found[step]
        return found

    def others(self) -> Iterator[Path]:
        """Every setting that no row has."""
        owned = {path for row in ROWS for path in row.fields.values()} | NETWORK_PATHS | _UNSAID
        whole = {**self.document, **self.parts}
        yield from (path for path in _leaves(whole, owned, ()) if path not in owned)


def _leaves(document: dict[str, Any], owned: set[Path], at: Path) -> Iterator[Path]:
    for key, value in document.items():
        path = (*at, key)
        if isinstance(value, dict) and path not in owned:
            yield from _leaves(value, owned, path)
        else:
            yield path
