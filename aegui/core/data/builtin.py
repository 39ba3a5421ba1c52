"""The built-in sets: those that ship with the program and those that it can download."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, reduce
from typing import TYPE_CHECKING, Literal

from aegui.core.choices import table
from aegui.core.data.dataset import Dataset, numbered
from aegui.core.data.emoji import EMOJI, EMOJI_KINDS, load_emoji_as
from aegui.core.data.idx import read_idx_images, read_idx_labels
from aegui.core.data.published import is_available, published_folder, read_published
from aegui.core.data.readers.source import open_source
from aegui.core.data.readers.text_art import read_text_art
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import ImageSpec
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.data.progress import IsCancelled, Report

BuiltinKind = Literal["glyphs", "images"]
TEST_PART = "-test"
"""Suffix of the names of test sets."""


@dataclass(frozen=True)
class BuiltinSet:
    """One row of the table of sets."""

    key: str
    """Its name in recipes and on the command line."""
    label: str
    """Name shown to the user (translated where it is shown)."""
    help: str
    """A one-sentence description."""
    kind: BuiltinKind
    """Characters of black and white pixels, or images."""
    count: int
    """Number of samples."""
    shape: tuple[int, int, int]
    """Channels, rows and columns of each."""
    classes: int = 0
    """Number of classes or groups; 0 if every sample is a class of its own."""
    download: bool = False
    """Whether it has to be downloaded once."""
    any_size: bool = False
    """Whether its images come in the size and colours that a recipe asks for."""


BUILTIN_SETS: Mapping[str, BuiltinSet] = table(
    BuiltinSet(
        "symbols",
        mark("Symbols and digits"),
        mark("32 characters of 5x7 pixels: space, punctuation and digits."),
        "glyphs",
        32,
        (1, 7, 5),
    ),
    BuiltinSet(
        "uppercase",
        mark("Upper case"),
        mark("32 characters of 5x7 pixels: @, A to Z and five more."),
        "glyphs",
        32,
        (1, 7, 5),
    ),
    BuiltinSet(
        "lowercase",
        mark("Lower case"),
        mark("32 characters of 5x7 pixels: a to z and six more."),
        "glyphs",
        32,
        (1, 7, 5),
    ),
    BuiltinSet(
        "letters",
        mark("All 96 characters"),
        mark("The three sets of 5x7 characters together."),
        "glyphs",
        96,
        (1, 7, 5),
    ),
    BuiltinSet(
        EMOJI,
        mark("Emojis"),
        mark("1,861 emojis of 64x64 pixels in colour, in nine groups."),
        "images",
        1861,
        (3, 64, 64),
        9,
        any_size=True,
    ),
    BuiltinSet(
        EMOJI_KINDS,
        mark("Emojis by kind"),
        mark("The same emojis in 99 sub-groups: faces, hearts, cats, hands and so on."),
        "images",
        1861,
        (3, 64, 64),
        99,
        any_size=True,
    ),
    BuiltinSet(
        "digits",
        mark("Digits 8x8"),
        mark("1,797 scanned digits of 8x8 grey pixels."),
        "images",
        1797,
        (1, 8, 8),
        10,
    ),
    BuiltinSet(
        "mnist",
        mark("MNIST"),
        mark("60,000 handwritten digits of 28x28 grey pixels, for training."),
        "images",
        60_000,
        (1, 28, 28),
        10,
        download=True,
    ),
    BuiltinSet(
        "mnist-test",
        mark("MNIST, test part"),
        mark("10,000 handwritten digits of other people, for testing."),
        "images",
        10_000,
        (1, 28, 28),
        10,
        download=True,
    ),
    BuiltinSet(
        "fashion",
        mark("Fashion-MNIST"),
        mark("60,000 photographs of clothes of 28x28 grey pixels, for training."),
        "images",
        60_000,
        (1, 28, 28),
        10,
        download=True,
    ),
    BuiltinSet(
        "fashion-test",
        mark("Fashion-MNIST, test part"),
        mark("10,000 more photographs of clothes, for testing."),
        "images",
        10_000,
        (1, 28, 28),
        10,
        download=True,
    ),
)
"""In the order in which they are offered."""

BUILTIN_LABELS: Mapping[str, str] = {key: row.label for key, row in BUILTIN_SETS.items()}
"""Built-in name -> name shown to the user (translated where it is shown)."""

_PARTS: Mapping[str, tuple[str, ...]] = {
    "symbols": ("symbols",),
    "uppercase": ("uppercase",),
    "lowercase": ("lowercase",),
    "letters": ("symbols", "uppercase", "lowercase"),
}


def set_title(name: str) -> str:
    """Return the title of the set ``name``; built-in names, joined by "+", are translated."""
    parts = name.split("+")
    if all(part in BUILTIN_LABELS for part in parts):
        return " + ".join(tr(BUILTIN_LABELS[part]) for part in parts)
    return name


def glyph_set_names() -> tuple[str, ...]:
    """Return the names in ``builtin_names`` that are sets of characters."""
    return tuple(key for key, row in BUILTIN_SETS.items() if row.kind == "glyphs")


def builtin_names() -> tuple[str, ...]:
    """Return the names accepted by ``load_builtin``, in the order in which they are offered."""
    return tuple(BUILTIN_SETS)


def is_builtin(source: str) -> bool:
    """Return whether ``source`` names built-in sets alone: the same everywhere, safe to read."""
    return all(name in builtin_names() for name in source.split("+"))


def download_key(name: str) -> str | None:
    """Return the key to ``download`` before ``load_builtin(name)``; None if nothing is missing."""
    key = name.removesuffix(TEST_PART)
    return key if BUILTIN_SETS[name].download and not is_available(key) else None


def load_builtin(
    name: str,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    images: ImageSpec | None = None,
) -> Dataset:
    """Load the built-in set ``name``.

    Characters are 5x7 glyphs in ASCII order, labelled with themselves; emojis are labelled with
    their group or sub-group, digits and clothes with their class.

    Args:
        name: One of ``builtin_names``.
        report: Called with the progress, in the calling thread.
        cancelled: Polled now and then; loading stops when it returns true.
        images: Size and colours, for sets of any size.

    Raises:
        NotDownloaded: The set has to be downloaded first.
        AeguiError: There is no such set.
        Cancelled: ``cancelled`` returned true.
    """
    if name not in BUILTIN_SETS:
        names = ", ".join(BUILTIN_SETS)
        raise AeguiError(tr("There is no built-in set “{name}”: {names}.", name=name, names=names))
    if name in _PARTS:
        return _glyphs(name)
    if not BUILTIN_SETS[name].download:
        return (
            load_emoji_as(images or ImageSpec(), report, cancelled, kinds=name == EMOJI_KINDS)
            if name in (EMOJI, EMOJI_KINDS)
            else _digits()
        )
    return read_published(name.removesuffix(TEST_PART), name.endswith(TEST_PART), report, cancelled)


def comes_in_any_size(source: str) -> bool:
    """Return whether ``source`` is a built-in set whose images are made in the recipe's size."""
    return source in BUILTIN_SETS and BUILTIN_SETS[source].any_size


def builtin_state(name: str, images: ImageSpec) -> tuple[str, ...]:
    """Return what else, besides its name, determines the content of the built-in set ``name``."""
    if comes_in_any_size(name):
        return (images.model_dump_json(),)
    if BUILTIN_SETS[name].download:
        return (str(published_folder(name.removesuffix(TEST_PART))),)
    return ()


@cache
def _glyphs(name: str) -> Dataset:
    joined = reduce(Dataset.joined, map(_drawn, _PARTS[name]))
    return replace(joined, name=name, source="aegui", licence="MIT")


@cache
def _drawn(name: str) -> Dataset:
    (dataset,), _ = read_text_art(open_source(resources_dir() / "glyphs" / f"{name}.txt"))
    return dataset


@cache
def _digits() -> Dataset:
    folder = resources_dir() / "digits"
    labels = list(map(str, read_idx_labels(folder / "digits-labels-idx1-ubyte.gz").tolist()))
    return Dataset.over(
        "digits",
        read_idx_images(folder / "digits-images-idx3-ubyte.gz"),
        labels,
        numbered(labels),
        source="Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak)",
        licence="CC BY 4.0",
    )
