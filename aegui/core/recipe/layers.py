"""The layers that a recipe can name, and what all parts of a recipe are made of.

What a layer computes is in ``core/network/forward.py``, the shapes that it gives in
``core/network/layers.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from aegui.core.choices import OneOf
from aegui.core.fields import FieldWords, worded
from aegui.core.i18n import mark
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import LATENTS, LAYERS, TOPS, UPSAMPLINGS

ActivationKey = Annotated[
    str,
    OneOf(ACTIVATIONS),
    FieldWords(
        "Activation",
        "The nonlinearity after the weights, without which only linear maps can be learnt.",
        spot="line",
    ),
]
LatentKey = Annotated[str, OneOf(LATENTS)]
TopKey = Annotated[str, OneOf(TOPS)]

MAX_UNITS = 262_144
MAX_CHANNELS = 4_096
MAX_KERNEL = 64
MIN_IMAGE, MAX_IMAGE = 8, 256
MAX_LAYERS = 64
MAX_NUMBER = 1e30
"""Training computes with 32 bits, which end at 3e38."""

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=MAX_NUMBER, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, le=MAX_NUMBER, allow_inf_nan=False)]


def pair(sides: Sides) -> tuple[int, int]:
    """Rows and columns of ``sides``; a single number stands for both."""
    return (sides, sides) if isinstance(sides, int) else sides


def _form_of_sides(value: Any) -> str:
    return PAIR if isinstance(value, list | tuple) else NUMBER


def square_as_one(sides: Sides) -> Sides:
    """One number where rows and columns agree."""
    rows, columns = pair(sides)
    return rows if rows == columns else sides


NUMBER, PAIR = "number", "pair"
"""Forms of ``Sides``, by which validation names its places."""
Sides = int | tuple[int, int]
"""One number for rows and columns alike, or ``(rows, columns)``."""
_Extent = Annotated[int, Field(ge=1, le=MAX_KERNEL)]
_Margin = Annotated[int, Field(ge=0, le=MAX_KERNEL)]
Extents = Annotated[
    Annotated[_Extent, Tag(NUMBER)] | Annotated[tuple[_Extent, _Extent], Tag(PAIR)],
    Discriminator(_form_of_sides),
    AfterValidator(square_as_one),
]
"""A kernel or stride; two equal numbers become one, so that square kernels read as ever."""
Margins = Annotated[
    Annotated[_Margin, Tag(NUMBER)] | Annotated[tuple[_Margin, _Margin], Tag(PAIR)],
    Discriminator(_form_of_sides),
    AfterValidator(square_as_one),
]
"""Rows and columns at the margins of an image."""


class RecipePart(BaseModel):
    """A frozen part of a recipe that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


Channels = Annotated[
    int,
    Field(ge=1, le=MAX_CHANNELS),
    FieldWords(
        "Channels", "How many filters, each of which gives an image of its own", spot="line"
    ),
]
Units = Annotated[
    int,
    Field(ge=1, le=MAX_UNITS),
    FieldWords("Units", "Units of this layer: how many numbers it gives", spot="line"),
]
_POOLINGS = {key: LAYERS[key] for key in ("max_pool", "avg_pool")}


class _Dense(RecipePart):
    """``activation(slope * (W x + b))``, then dropout."""

    units: Units
    activation: ActivationKey = "tanh"
    slope: Positive = worded(
        1.0, "Slope", "How steep the activation is: it is applied to slope times the sum (above 0)"
    )
    dropout: Share = worded(
        0.0,
        "Dropout",
        "Share of the units silenced at random in each training step (0 to below 1)",
        step=0.05,
    )


class LayerSpec(_Dense):
    """A dense layer: ``activation(slope * (W x + b))``, then dropout; images are flattened."""

    kind: Literal["dense"] = "dense"


class ConvSpec(RecipePart):
    """A convolution, then the activation; its sizes are one number, or (rows, columns).

    ``padding`` None adds kernel - 1 zeros to each side's length, so that stride 1 keeps the size;
    of an even kernel the odd one lies at the right and the bottom, as in Keras.
    """

    kind: Literal["conv"] = "conv"
    channels: Channels
    kernel: Extents = worded(
        3, "Kernel", "Size of the filters in pixels: one number, or rows×columns such as 1×2"
    )
    stride: Extents = worded(
        1, "Stride", "Pixels from one place of the filter to the next: 2 halves the image"
    )
    padding: Margins | None = worded(
        None,
        "Padding",
        "Zeros around the image; automatic keeps its size at stride 1, with one more at the "
        "right and the bottom for an even kernel",
        nothing=mark("auto"),
    )
    activation: ActivationKey = "relu"


class ConvTransposeSpec(RecipePart):
    """A transposed convolution, then the activation; its sizes as in ``ConvSpec``.

    The output has ``(n - 1) * stride - 2 * padding + kernel + output_padding`` rows. ``padding``
    None takes kernel - 1 of them away, the odd one at the right and the bottom: it undoes a
    convolution whose padding is None too.
    """

    kind: Literal["conv_transpose"] = "conv_transpose"
    channels: Channels
    kernel: Extents = worded(
        4, "Kernel", "Size of the filters in pixels: one number, or rows×columns such as 1×2"
    )
    stride: Extents = worded(2, "Stride", "How many times larger the image becomes")
    padding: Margins | None = worded(
        1,
        "Padding",
        "Pixels cut off around the image that is drawn; automatic undoes an automatic padding",
        nothing=mark("auto"),
    )
    output_padding: Margins = worded(
        0, "Added", "Rows and columns added at the end, where sizes do not come out even"
    )
    activation: ActivationKey = "relu"


class PoolSpec(RecipePart):
    """The largest or the mean value of each square of ``size`` pixels; they do not overlap."""

    kind: Literal["max_pool", "avg_pool"] = worded(
        "max_pool", "Pooling", "What is kept of each square", spot="line", choices=_POOLINGS
    )
    size: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = worded(
        2, "Size", "Side of the squares: 2 halves the image", spot="labelled"
    )


class UpsampleSpec(RecipePart):
    """Every row and column ``factor`` times, copied or interpolated."""

    kind: Literal["upsample"] = "upsample"
    factor: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = worded(
        2, "Times", "How many times larger the image becomes", spot="labelled"
    )
    mode: Annotated[str, OneOf(UPSAMPLINGS)] = worded(
        "nearest", "Between pixels", "What stands between the pixels that there were", spot="line"
    )


class NormSpec(RecipePart):
    """Batch or layer normalisation with a learnt scale and shift, then the activation."""

    kind: Literal["batch_norm", "layer_norm"] = "batch_norm"
    activation: ActivationKey = "identity"


class DropoutSpec(RecipePart):
    """Each number is zero with probability ``rate`` while training."""

    kind: Literal["dropout"] = "dropout"
    rate: Share = worded(
        0.2,
        "Share silenced",
        "Share of the numbers silenced at random in each training step (0 to below 1)",
        step=0.05,
        spot="labelled",
    )


class FlattenSpec(RecipePart):
    """An image as one row of numbers."""

    kind: Literal["flatten"] = "flatten"


class ReshapeSpec(RecipePart):
    """A row of numbers as an image of ``channels`` x ``height`` x ``width``."""

    kind: Literal["reshape"] = "reshape"
    channels: Annotated[
        int,
        Field(ge=1, le=MAX_UNITS),
        FieldWords(
            "Channels", "Channels: times rows and columns as many numbers as arrive", spot="line"
        ),
    ]
    height: Annotated[
        int,
        Field(ge=1, le=MAX_IMAGE),
        FieldWords("Rows", "Rows of the image", spot="labelled", sign="×"),
    ]
    width: Annotated[
        int,
        Field(ge=1, le=MAX_IMAGE),
        FieldWords("Columns", "Columns of the image", spot="labelled", sign="×"),
    ]


def _layer_kind(value: Any) -> str:
    """The kind of a layer; files from before there were several name none."""
    kind = value.get("kind", "dense") if isinstance(value, dict) else getattr(value, "kind", "")
    return str(kind)


AnyLayer = Annotated[
    Annotated[LayerSpec, Tag("dense")]
    | Annotated[ConvSpec, Tag("conv")]
    | Annotated[ConvTransposeSpec, Tag("conv_transpose")]
    | Annotated[PoolSpec, Tag("max_pool")]
    | Annotated[PoolSpec, Tag("avg_pool")]
    | Annotated[UpsampleSpec, Tag("upsample")]
    | Annotated[NormSpec, Tag("batch_norm")]
    | Annotated[NormSpec, Tag("layer_norm")]
    | Annotated[DropoutSpec, Tag("dropout")]
    | Annotated[FlattenSpec, Tag("flatten")]
    | Annotated[ReshapeSpec, Tag("reshape")],
    Discriminator(_layer_kind),
]
"""A layer of any kind; without ``kind`` it is a dense one."""
LAYER_KINDS: dict[str, type[RecipePart]] = {
    tag.tag: model for model, tag in (get_args(arm) for arm in get_args(get_args(AnyLayer)[0]))
}
"""The part of the schema of each kind of layer."""
Layers = Annotated[tuple[AnyLayer, ...], Field(max_length=MAX_LAYERS)]


class LatentSpec(_Dense):
    """The layer that gives the code.

    ``gaussian`` is that of a variational autoencoder (Kingma and Welling 2013): the encoder gives
    mean and log variance of each of the ``units``, the decoder gets a draw while training and the
    mean in use; ``beta`` weighs the divergence from the prior, rising from 0 over
    ``kl_warmup_epochs``; of each dimension the first ``free_bits`` nats cost nothing. ``top_k``
    keeps the k largest numbers of the code and sets the others to 0, in training and in use
    (Makhzani and Frey 2013, "k-Sparse Autoencoders"); ``top_by`` says whether the largest ones are
    those of the largest value, or of the largest magnitude, so that negative ones count too.
    """

    kind: LatentKey = worded("plain", "Kind", "Gaussian makes a variational autoencoder")
    units: Units = 2
    activation: ActivationKey = "identity"
    beta: NonNegative = worded(
        1.0, "Beta", "Weight of the divergence from the prior: more makes a smoother, blurrier map"
    )
    kl_warmup_epochs: Annotated[int, Field(ge=0)] = worded(
        0, "KL warm-up", "Epochs in which beta rises from 0 to its full size"
    )
    free_bits: NonNegative = worded(
        0.0, "Free bits", "Nats that each dimension may tell without paying for them", step=0.05
    )
    top_k: Annotated[int, Field(ge=1)] | None = worded(
        None,
        "Top k",
        "Only so many numbers of the code are kept, the others become 0: k-sparse",
        nothing=mark("all"),
        most=MAX_UNITS,
    )
    top_by: TopKey = worded(
        "value",
        "Kept by",
        "Whether the largest values of the code are kept, or those farthest from 0",
    )
