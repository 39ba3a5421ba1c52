"""From a draft recipe and its data to something that can be trained, or to words why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import LayerSpec, Recipe

MAX_PARAMETERS = 200_000_000
"""Per population (runs times parameters): beyond it a desktop's memory is in danger."""


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a draft from being trained.

    Attributes:
        where: Path of the culprit, such as ``network.encoder.1`` or ``training.loss``.
        message: One sentence in the person's language: what is wrong and what to do.
    """

    where: str
    message: str


@dataclass(frozen=True)
class LayerShape:
    """A layer with its place in the chain: inputs, outputs and trainable parameters per run."""

    where: str
    spec: LayerSpec
    inputs: int
    outputs: int

    @property
    def parameters(self) -> int:
        """Weights and biases of the layer."""
        return (self.inputs + 1) * self.outputs


@dataclass(frozen=True)
class ResolvedRecipe:
    """A recipe bound to its data, with every shape known; what training takes."""

    recipe: Recipe
    dataset: Dataset
    layers: tuple[LayerShape, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units from the input to the output, such as (35, 25, 10, 2, 10, 25, 35)."""
        return (self.layers[0].inputs, *(layer.outputs for layer in self.layers))

    @property
    def parameters(self) -> int:
        """Trainable parameters of one run."""
        return sum(layer.parameters for layer in self.layers)


@dataclass(frozen=True)
class Resolution:
    """The answer for a draft: shapes always, the resolved recipe only where nothing is wrong."""

    layers: tuple[LayerShape, ...]
    problems: tuple[Problem, ...]
    resolved: ResolvedRecipe | None


def layer_shapes(recipe: Recipe, pixels: int) -> tuple[LayerShape, ...]:
    """Every layer with weights, from the first hidden one to the output of ``pixels`` units."""
    network = recipe.network
    mirrored = network.decoder is None
    depth = len(network.encoder)
    paths = [f"network.encoder.{i}" for i in range(depth)]
    paths.append("network.latent")
    paths.extend(
        f"network.encoder.{depth - 1 - i}" if mirrored else f"network.decoder.{i}"
        for i in range(len(network.decoder_layers()))
    )
    paths.append("network.output")
    shapes = []
    inputs = pixels
    for path, spec in zip(paths, network.layers(pixels), strict=True):
        shapes.append(LayerShape(path, spec, inputs, spec.units))
        inputs = spec.units
    return tuple(shapes)


def resolve(recipe: Recipe, dataset: Dataset) -> Resolution:
    """Bind ``recipe`` to ``dataset`` (its own data, already read and cut to its characters)."""
    layers = layer_shapes(recipe, dataset.pixels)
    problems = [*_loss_problems(recipe), *_size_problems(recipe, layers)]
    resolved = None if problems else ResolvedRecipe(recipe, dataset, layers)
    return Resolution(layers, tuple(problems), resolved)


def _loss_problems(recipe: Recipe) -> list[Problem]:
    if recipe.training.loss != "bce" or recipe.network.output_activation == "sigmoid":
        return []
    return [
        Problem(
            "network.output",
            tr(
                "Binary cross-entropy needs outputs between 0 and 1: choose Sigmoid for the output "
                "layer, or another loss."
            ),
        )
    ]


def _size_problems(recipe: Recipe, layers: tuple[LayerShape, ...]) -> list[Problem]:
    total = recipe.runs * sum(layer.parameters for layer in layers)
    if total <= MAX_PARAMETERS:
        return []
    largest = max(layers, key=lambda layer: layer.parameters)
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
