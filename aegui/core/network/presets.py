"""Networks to start from: the topologies of the course, each with its purpose.

A preset changes the network of a recipe, and other settings only if they contradict it. Some keep
the recipe's code size; convolutional ones need images whose sides can be halved as often as they
do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.chain import build_chain
from aegui.core.recipe import (
    MAX_UNITS,
    ConvSpec,
    ConvTransposeSpec,
    LatentSpec,
    LayerSpec,
    NetworkSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import ActivationKey, AnyLayer, LatentKey, Recipe

    _Make = Callable[[Shape, int], NetworkSpec]


@dataclass(frozen=True)
class Preset:
    """One preset."""

    key: str
    """Its name in commands."""
    group: str
    """Heading that it is listed under, marked."""
    label: str
    """Its name, marked."""
    help: str
    """Its purpose, marked."""
    make: _Make
    """Makes the network from the images' shape and the size of the code."""
    multiple: int = 1
    """Rows and columns of the images must be a multiple of this."""
    most_pixels: int = 0
    """Maximum number of values of an image; 0 for no limit."""
    least_pixels: int = 1
    """Minimum number of values of an image."""

    def reason(self, shape: Shape) -> str:
        """Return why it does not fit images of ``shape``, or an empty string."""
        channels, height, width = shape
        numbers = channels * height * width
        if height % self.multiple or width % self.multiple:
            return tr(
                "Needs sides that are multiples of {n}; these images are {width} x {height}.",
                n=self.multiple,
                width=width,
                height=height,
            )
        if numbers < self.least_pixels:
            return tr("The images have only {n:,} numbers.", n=numbers)
        if self.most_pixels and numbers > self.most_pixels:
            return tr("The images have {n:,} numbers: too many.", n=numbers)
        problems = build_chain(self.make(shape, 2), shape).problems
        return problems[0].message if problems else ""


def _dense(*units: int, activation: ActivationKey = "relu") -> tuple[LayerSpec, ...]:
    return tuple(LayerSpec(units=n, activation=activation) for n in units)


def _stack(
    *units: int,
    code: int | None = None,
    activation: ActivationKey = "relu",
    kind: LatentKey = "plain",
    code_activation: ActivationKey = "identity",
) -> _Make:
    """Return a maker of mirrored dense layers; ``code`` None keeps the recipe's code size."""

    def make(_shape: Shape, size: int) -> NetworkSpec:
        latent = LatentSpec(kind=kind, units=code or size, activation=code_activation)
        return NetworkSpec(encoder=_dense(*units, activation=activation), latent=latent)

    return make


def _conv(
    *channels: int,
    dense: tuple[int, ...] = (),
    kind: LatentKey = "plain",
    normalised: bool = False,
) -> _Make:
    """Return a maker of mirrored convolutions of stride 2, then dense layers."""

    def make(_shape: Shape, size: int) -> NetworkSpec:
        layers: list[AnyLayer] = []
        for count in channels:
            activation: ActivationKey = "identity" if normalised else "relu"
            layers.append(ConvSpec(channels=count, stride=2, activation=activation))
            if normalised:
                layers.append(NormSpec(activation="relu"))
        layers.extend(_dense(*dense))
        return NetworkSpec(encoder=tuple(layers), latent=LatentSpec(kind=kind, units=size))

    return make


def _pooled(_shape: Shape, size: int) -> NetworkSpec:
    encoder = (
        ConvSpec(channels=16),
        PoolSpec(),
        ConvSpec(channels=32),
        PoolSpec(),
    )
    return NetworkSpec(encoder=encoder, latent=LatentSpec(units=size))


def _linear(_shape: Shape, _size: int) -> NetworkSpec:
    return NetworkSpec(encoder=(), latent=LatentSpec(units=64), output_activation="identity")


def _deep_linear(_shape: Shape, _size: int) -> NetworkSpec:
    encoder = _dense(512, activation="identity")
    return NetworkSpec(encoder=encoder, latent=LatentSpec(units=2), output_activation="identity")


def _dcgan(shape: Shape, _size: int) -> NetworkSpec:
    """Return a network after Radford et al. 2016, reduced to two halvings."""
    _, height, width = shape
    rows, columns = height // 4, width // 4
    discriminator = (
        ConvSpec(channels=64, kernel=4, stride=2, padding=1, activation="leaky_relu"),
        ConvSpec(channels=128, kernel=4, stride=2, padding=1, activation="leaky_relu"),
    )
    # Of larger images the reshape then says that they do not fit.
    units = min(128 * rows * columns, MAX_UNITS)
    generator = (
        LayerSpec(units=units, activation="relu"),
        ReshapeSpec(channels=128, height=rows, width=columns),
        ConvTransposeSpec(channels=64, activation="identity"),
        NormSpec(activation="relu"),
    )
    return NetworkSpec(
        encoder=discriminator,
        latent=LatentSpec(units=64),
        decoder=generator,
        output_layer=ConvTransposeSpec(channels=1),
    )


def _dense_gan(_shape: Shape, _size: int) -> NetworkSpec:
    return NetworkSpec(
        encoder=_dense(512, 256, activation="leaky_relu"),
        latent=LatentSpec(units=64),
        decoder=_dense(256, 512),
    )


_LETTERS, _DENSE, _CONVOLUTIONAL = (
    mark("Small"),
    mark("Dense"),
    mark("Convolutional"),
)
_VARIATIONAL, _ADVERSARIAL = mark("Variational"), mark("Generators (for GANs)")

_FEW = 1_024

PRESETS: tuple[Preset, ...] = (
    Preset(
        "letters-10",
        _LETTERS,
        "25-10-2",
        mark("The assignment's autoencoder: characters through two numbers."),
        _stack(25, 10, code=2, activation="tanh"),
        most_pixels=_FEW,
    ),
    Preset(
        "letters-17",
        _LETTERS,
        "25-17-2",
        mark("The one on which scipy's optimisers are compared."),
        _stack(25, 17, code=2, activation="tanh"),
        most_pixels=_FEW,
    ),
    Preset(
        "letters-relu",
        _LETTERS,
        mark("25-10-2, ReLU"),
        mark("ReLU layers and a linear code, which may be negative: better than ReLU on the code."),
        _stack(25, 10, code=2),
        most_pixels=_FEW,
    ),
    Preset(
        "letters-relu-code",
        _LETTERS,
        mark("25-10-2, ReLU on the code too"),
        mark("Only a quarter of the plane is left, and units of the code die: for comparison."),
        _stack(25, 10, code=2, code_activation="relu"),
        most_pixels=_FEW,
    ),
    Preset(
        "linear-64",
        _DENSE,
        mark("64, linear"),
        mark("Linear throughout: it finds the plane of the first 64 principal components."),
        _linear,
        least_pixels=64,
    ),
    Preset(
        "linear-2",
        _DENSE,
        mark("512-2, linear"),
        mark("Deep and still linear: the plane of two principal components."),
        _deep_linear,
        least_pixels=64,
    ),
    Preset(
        "hinton-30",
        _DENSE,
        "1000-500-250-30",
        mark("The deep autoencoder of Hinton and Salakhutdinov (2006)."),
        _stack(1000, 500, 250, code=30),
        least_pixels=256,
    ),
    Preset(
        "stacked-1000",
        _DENSE,
        "1000-1000-1000",
        mark("Stacked layers of equal width, for a classifier that is pre-trained."),
        _stack(1000, 1000, code=1000, activation="sigmoid", code_activation="sigmoid"),
        least_pixels=256,
    ),
    Preset(
        "conv",
        _CONVOLUTIONAL,
        mark("2 convolutions"),
        mark("Two halvings, 16 and 32 channels, then the code: the one to start with."),
        _conv(16, 32),
        multiple=4,
    ),
    Preset(
        "conv-pooled",
        _CONVOLUTIONAL,
        mark("Convolutions and pooling"),
        mark("The textbook's form: the largest value of each 2 x 2 square is passed on."),
        _pooled,
        multiple=4,
    ),
    Preset(
        "conv-deep",
        _CONVOLUTIONAL,
        mark("3 convolutions, batch norm"),
        mark("Three halvings with 32, 64 and 128 channels, normalised: colour pictures."),
        _conv(32, 64, 128, dense=(256,), normalised=True),
        multiple=8,
    ),
    Preset(
        "vae-512",
        _VARIATIONAL,
        mark("512-256, Gaussian"),
        mark("The dense variational autoencoder of digits and clothes."),
        _stack(512, 256, kind="gaussian"),
        least_pixels=256,
    ),
    Preset(
        "vae-640",
        _VARIATIONAL,
        mark("640-256-2, Gaussian"),
        mark("For grey pictures of 80 x 80: a map of two numbers."),
        _stack(640, 256, code=2, kind="gaussian"),
        least_pixels=1_024,
    ),
    Preset(
        "vae-256",
        _VARIATIONAL,
        mark("256-128, Gaussian"),
        mark("The dense variational autoencoder of emojis, 64 x 64 in colour."),
        _stack(256, 128, kind="gaussian"),
        least_pixels=256,
    ),
    Preset(
        "conv-vae",
        _VARIATIONAL,
        mark("4 convolutions, Gaussian"),
        mark("Four halvings from 64 x 64 with 32 to 256 channels: sharper pictures, slower."),
        _conv(32, 64, 128, 256, kind="gaussian"),
        multiple=16,
    ),
    Preset(
        "gan-dense",
        _ADVERSARIAL,
        mark("Dense 256-512"),
        mark("A generator and a discriminator of dense layers: quick to try."),
        _dense_gan,
        least_pixels=64,
    ),
    Preset(
        "gan-conv",
        _ADVERSARIAL,
        "DCGAN",
        mark(
            "A generator of transposed convolutions, a discriminator of convolutions (Radford "
            "et al. 2016)."
        ),
        _dcgan,
        multiple=4,
        least_pixels=256,
    ),
)
"""In display order."""


def with_network(recipe: Recipe, network: NetworkSpec) -> Recipe:
    """Return ``recipe`` with ``network``, and with objective terms that are compatible with it.

    Without a sigmoid output the loss is not cross-entropy, a code with a sparsity penalty, which
    needs values between 0 and 1, keeps its sigmoid, and a Gaussian code has no contractive penalty.
    """
    training, latent = recipe.training, network.latent
    if network.output_activation != "sigmoid" and training.loss == "bce":
        # Linear networks are compared with PCA, which minimises squared errors.
        training = training.model_copy(update={"loss": "mse"})
    if latent.kind == "gaussian":
        training = training.model_copy(update={"contractive": 0.0})
    elif training.sparsity.weight:
        latent = latent.model_copy(update={"activation": "sigmoid"})
        network = network.model_copy(update={"latent": latent})
    return recipe.model_copy(update={"network": network, "training": training})
