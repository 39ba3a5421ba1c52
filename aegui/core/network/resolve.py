"""Binding of a draft recipe to its data: a trainable recipe, or the problems that prevent it."""

from __future__ import annotations

from dataclasses import field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.chain import (
    Chain,
    Problem,
    build_chain,
    build_stack,
    without_encoder,
)
from aegui.core.network.checks import problems_of, square_problem
from aegui.core.network.layers import LayerShape
from aegui.core.network.shapes import shape_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import AnyLayer, NetworkSpec, Recipe

__all__ = [
    "LayerShape",
    "Problem",
    "Resolution",
    "ResolvedRecipe",
    "Shapes",
    "layer_shapes",
    "resolve",
]

MAX_PARAMETERS = 200_000_000
"""Maximum parameters of a population (runs times parameters): more may exceed the memory."""


@dataclass(frozen=True)
class Shapes:
    """Every layer of a recipe, as far as they fit together."""

    layers: tuple[LayerShape, ...]
    """The chain; for a GAN only the decoding layers."""
    code_end: int
    """``layers[:code_end]`` encode; 0 if none do."""
    parts: Mapping[str, tuple[LayerShape, ...]] = field(default_factory=dict)
    """Further stacks by name: ``head`` of a classifier, ``discriminator`` of a GAN."""
    problems: tuple[Problem, ...] = ()
    """What does not fit."""

    @property
    def all_layers(self) -> tuple[LayerShape, ...]:
        """The layers of the chain, followed by those of the parts, in the order of snapshots."""
        return (*self.layers, *(layer for part in self.parts.values() for layer in part))


@dataclass(frozen=True)
class ResolvedRecipe:
    """A recipe bound to its data, with every shape known; the input of training.

    ``members`` are the recipes of the runs as if trained alone, if they differ in numbers (see
    ``core/training/step/members.py``); ``recipe`` then has all terms that any of them has.
    """

    recipe: Recipe
    dataset: Dataset
    layers: tuple[LayerShape, ...]
    code_end: int
    parts: Mapping[str, tuple[LayerShape, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    members: tuple[Recipe, ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units from the input to the output, such as (35, 25, 10, 2, 10, 25, 35)."""
        return (self.layers[0].inputs, *(layer.outputs for layer in self.layers))

    @property
    def all_layers(self) -> tuple[LayerShape, ...]:
        """The layers of the chain, followed by those of the parts, in the order of snapshots."""
        return (*self.layers, *(layer for part in self.parts.values() for layer in part))

    @property
    def parameters(self) -> int:
        """Trainable parameters of one run."""
        return sum(layer.parameters for layer in self.all_layers)

    @property
    def signature(self) -> str:
        """All shapes as text: populations with equal signatures can exchange their weights."""
        stacks = [("", self.layers), *((f"{name}:", part) for name, part in self.parts.items())]
        words = [name + "-".join([layer.signature for layer in stack]) for name, stack in stacks]
        return "-".join([shape_words(self.layers[0].input_shape), *words])


@dataclass(frozen=True)
class Resolution:
    """The result for a draft: shapes always, the resolved recipe only without problems.

    ``layers`` and ``parts`` end before the first layer that does not fit. ``dataset`` is the one
    that the draft was resolved against.
    """

    layers: tuple[LayerShape, ...]
    problems: tuple[Problem, ...]
    resolved: ResolvedRecipe | None
    parts: Mapping[str, tuple[LayerShape, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    dataset: Dataset | None = None


def layer_shapes(recipe: Recipe, image_shape: Shape, classes: int = 0) -> Shapes:
    """Return every layer of ``recipe`` for images of ``image_shape`` and ``classes`` classes."""
    hidden = None if recipe.classifier is None else recipe.classifier.hidden
    gan = recipe.gan
    judge = None if gan is None else (gan.discriminator, gan.class_weight > 0)
    return _planned(recipe.network, hidden, judge, image_shape, classes, language())


@lru_cache(maxsize=8)
def _planned(
    network: NetworkSpec,
    hidden: tuple[AnyLayer, ...] | None,
    judge: tuple[tuple[AnyLayer, ...] | None, bool] | None,
    image_shape: Shape,
    classes: int,
    _language: str,
) -> Shapes:
    """Return the shapes; cached by the parts of a recipe that determine them.

    Args:
        network: Encoder, code and decoder.
        hidden: The layers of a classifier.
        judge: The layers of a separate discriminator, and whether it predicts classes.
        image_shape: Shape of the images.
        classes: Number of classes.
        _language: Language of the problems, as part of the cache key.
    """
    chain = build_chain(network, image_shape)
    parts: dict[str, Chain] = {}
    if hidden is not None:
        code = (network.latent.units,)
        parts["head"] = build_stack(hidden, "classifier.hidden", code, max(classes, 1), "head")
    if judge is not None:
        if not chain.problems:
            chain = without_encoder(chain)
        discriminator, tells_classes = judge
        where = "network.encoder" if discriminator is None else "gan.discriminator"
        specs = network.encoder if discriminator is None else discriminator
        scores = 1 + classes if tells_classes else 1
        parts["discriminator"] = build_stack(specs, where, image_shape, scores, "discriminator")
    problems = [*chain.problems, *(problem for part in parts.values() for problem in part.problems)]
    return Shapes(
        chain.layers,
        chain.code_end,
        MappingProxyType({name: part.layers for name, part in parts.items()}),
        tuple(dict.fromkeys(problems)),
    )


def classes_learnt(recipe: Recipe, dataset: Dataset) -> int:
    """Return the number of classes that a network of ``recipe`` predicts; 0 if none."""
    gan = recipe.gan
    if recipe.classifier is None and (gan is None or not gan.class_weight):
        return 0
    return len(set(dataset.labels))


def resolve(recipe: Recipe, dataset: Dataset) -> Resolution:
    """Bind ``recipe`` to ``dataset`` (its own data, loaded and reduced to its selection)."""
    shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    problems = (*shapes.problems, *problems_of(recipe, dataset), *_size_problems(recipe, shapes))
    resolved = None
    if not problems:
        resolved = ResolvedRecipe(recipe, dataset, shapes.layers, shapes.code_end, shapes.parts)
    return Resolution(shapes.layers, problems, resolved, shapes.parts, dataset)


def _size_problems(recipe: Recipe, shapes: Shapes) -> list[Problem]:
    total = recipe.runs * sum([layer.parameters for layer in shapes.all_layers])
    if total <= MAX_PARAMETERS:
        square = square_problem(recipe, total // recipe.runs)
        return [] if square is None else [square]
    largest = max(shapes.all_layers, key=lambda layer: layer.parameters)
    return [
        Problem(
            largest.where,
            tr(
                "{total:,} parameters in all runs together are more than the limit of {limit:,}: "
                "use fewer units here, or fewer runs.",
                total=total,
                limit=MAX_PARAMETERS,
            ),
        )
    ]
