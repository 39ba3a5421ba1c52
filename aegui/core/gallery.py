"""The networks offered in the gallery: levels, groups, descriptions and figures.

Those that ship have a row in ``shelves.SHELVES``; the user's own are recipes in a folder. Imports
no torch.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import BUILTIN_LABELS, BUILTIN_SETS
from aegui.core.data.dataset import Dataset
from aegui.core.data.emoji import EMOJI, EMOJI_KINDS, emoji_counts
from aegui.core.errors import AeguiError
from aegui.core.folding import folded, has_words
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.kinds import KINDS, kind_of
from aegui.core.network.resolve import ResolvedRecipe, classes_learnt, layer_shapes
from aegui.core.recipe.file import list_recipes, user_recipes
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.shelves import GROUPS, LEVELS, SHELVES
from aegui.core.suffixes import RUN
from aegui.core.training.cost import training_cost
from aegui.paths import models_dir

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe
    from aegui.core.setup_line.goal import LineGoal

WAYS = {"dense": mark("Dense"), "conv": mark("Convolutional")}
"""How the layers of a network are connected, by key."""
KIND_LABELS = {key: choice.label for key, choice in KINDS.items()} | WAYS
"""What a gallery can be filtered by: kinds of models, and how their layers are connected."""
OTHER_DATA = "files"
"""Key of data that are no built-in set."""


@dataclass(frozen=True, eq=False)
class Card:
    """A network in the gallery."""

    key: str
    """Its name on the command line: that of its file."""
    recipe: Recipe
    """The recipe."""
    level: str
    """Key of ``LEVELS``; "" for the user's own."""
    group: str
    """Key of ``GROUPS``."""
    sees: str
    """What it shows, translated."""
    path: Path | None = None
    """The file of the user's own; None if it ships."""
    goal: LineGoal | None = None
    """The goal of a challenge."""

    @property
    def name(self) -> str:
        """Its translated name."""
        return tr(self.recipe.name) if self.recipe.name else self.key

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its keys of ``KIND_LABELS``."""
        return kinds_of(self.recipe)

    @property
    def data(self) -> str:
        """The built-in set that it learns, or ``OTHER_DATA``."""
        source = self.recipe.data.source
        return source if source in BUILTIN_SETS else OTHER_DATA

    @property
    def model(self) -> Path | None:
        """The trained model that ships with it, if there is one."""
        path = models_dir() / f"{self.key}{RUN}"
        return path if self.path is None and path.is_file() else None

    @cached_property
    def searched(self) -> str:
        """All texts in which it is searched, folded."""
        words = (
            self.name,
            self.recipe.name,
            self.key,
            self.sees,
            tr(self.recipe.notes) if self.recipe.notes else "",
            kind_words(self.recipe),
            data_words(self.recipe.data.source),
            tr(LEVELS[self.level]) if self.level else "",
            tr(GROUPS[self.group]),
            tr("trained") if self.model else "",
        )
        return folded(" ".join(words))

    def fits(self, query: str = "", *, kind: str = "", data: str = "") -> bool:
        """Return whether it matches every word of ``query``, the kind, and the data."""
        return (
            (not kind or kind in self.kinds)
            and (not data or data == self.data)
            and has_words(self.searched, query)
        )


@dataclass(frozen=True)
class CardFigures:
    """Size of a network and duration of its training."""

    code: int
    """Numbers of its code."""
    parameters: int
    """Trainable parameters of one run."""
    seconds: float
    """Estimated time to the last epoch on this machine."""


def cards() -> tuple[Card, ...]:
    """Return every network: the shipped ones as in ``SHELVES``, the challenges, the user's own."""
    shipped = dict(list_recipes())
    return (
        *(
            Card(key, shipped[key], shelf.level, shelf.group, tr(shelf.sees))
            for key, shelf in SHELVES.items()
        ),
        *(
            Card(
                key,
                one.reading.recipe,
                one.level,
                "challenges",
                tr(one.sees),
                goal=one.reading.goal,
            )
            for key, one in CHALLENGES.items()
        ),
        *(Card(path.stem, recipe, "", "own", "", path) for path, recipe in user_recipes()),
    )


def kinds_of(recipe: Recipe) -> tuple[str, ...]:
    """Return keys of ``KIND_LABELS``: the kind of model, and how its layers are connected."""
    layers = (*recipe.network.encoder, *(recipe.network.decoder or ()))
    has_conv = any(layer.kind.startswith("conv") for layer in layers)
    return kind_of(recipe), "conv" if has_conv else "dense"


def kind_words(recipe: Recipe) -> str:
    """Format ``Variational · convolutional``, translated."""
    kind, learning = kinds_of(recipe)
    return tr("{kind} · {way}", kind=tr(KIND_LABELS[kind]), way=tr(WAYS[learning]).lower())


def data_words(source: str) -> str:
    """Return the translated name of a card's data."""
    label = BUILTIN_LABELS.get(source)
    return tr(label) if label else tr("Files of your own")


def data_choices(found: Iterable[Card]) -> tuple[str, ...]:
    """Return the data of ``found``, without duplicates, in the order of the built-in sets."""
    present = {card.data for card in found}
    return tuple(key for key in (*BUILTIN_SETS, OTHER_DATA) if key in present)


def figures(recipe: Recipe) -> CardFigures | None:
    """Return size and time of a recipe on a built-in set, without reading it; else None."""
    if recipe.data.source not in BUILTIN_SETS:
        return None
    try:
        dataset = _stand_in(recipe)
        shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    except AeguiError:
        return None
    if shapes.problems:
        return None
    resolved = ResolvedRecipe(recipe, dataset, shapes.layers, shapes.code_end, shapes.parts)
    seconds = training_cost(resolved).seconds
    return CardFigures(recipe.network.latent.units, resolved.parameters, seconds)


def _stand_in(recipe: Recipe) -> Dataset:
    """Return a placeholder set of blank images, as many and as large as the recipe's samples."""
    spec = recipe.data
    row = BUILTIN_SETS[spec.source]
    shape: Shape = row.shape
    if row.any_size:
        shape = (spec.images.channels, spec.images.height, spec.images.width)
    count = row.count
    if spec.chars is not None:
        count = len(spec.chars)
    elif spec.names is not None:
        count = len(spec.names)
    elif spec.labels is not None and spec.source in (EMOJI, EMOJI_KINDS):
        count = sum(emoji_counts().get(label, 0) for label in spec.labels)
    elif spec.labels is not None and row.classes:
        count = count * len(spec.labels) // row.classes
    count = max(1, min(count, spec.count or count))
    # A broadcast view takes the memory of a single number.
    images = np.broadcast_to(np.float32(0.0), (count, *shape))
    labels = [str(index % (row.classes or count)) for index in range(count)]
    return Dataset.over(spec.source, images, labels, labels)
