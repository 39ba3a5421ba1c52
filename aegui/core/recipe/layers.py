"""The layers of a recipe: settings, shapes, tensors and mirrored counterpart of each kind.

Each kind of layer is a class here, with its rows in ``LAYERS``; its computation is in
``core/network/forward.py``. No torch here: the window shows shapes before torch is loaded.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Discriminator, Field, Tag

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords, worded
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import LATENTS, TOPS, UPSAMPLINGS
from aegui.core.network.shapes import (
    Shape,
    ShapeMismatch,
    TensorSpec,
    is_image,
    shape_text,
    shape_words,
)
from aegui.core.recipe.parts import (
    MAX_CHANNELS,
    MAX_IMAGE,
    MAX_KERNEL,
    MAX_LAYERS,
    MAX_UNITS,
    Extents,
    Margins,
    NonNegative,
    NonNegativeWhole,
    Positive,
    PositiveWhole,
    RecipePart,
    Share,
    pair,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ActivationKey = Annotated[
    str,
    OneOf(ACTIVATIONS),
    FieldWords(
        "Activation",
        "The nonlinear function after the weights, without which only linear maps can be learnt.",
        spot="line",
    ),
]
LatentKey = Annotated[str, OneOf(LATENTS)]
TopKey = Annotated[str, OneOf(TOPS)]
Channels = Annotated[
    int,
    Field(ge=1, le=MAX_CHANNELS),
    FieldWords("Channels", "Number of filters, each of which outputs one channel", spot="line"),
]
Units = Annotated[
    int,
    Field(ge=1, le=MAX_UNITS),
    FieldWords("Units", "Units of this layer: the size of its output", spot="line"),
]

LEARN, RESIZE, STEADY, RESHAPE = (
    mark("Learn"),
    mark("Change the size"),
    mark("Normalise and regularise"),
    mark("Change the shape"),
)


@dataclass(frozen=True)
class LayerKind(Choice):
    """Display texts of a kind of layer; ``group`` is the heading it is listed under."""

    group: str = LEARN


class LayerPart(RecipePart):
    """Base of all layers; by default it keeps the shape and has no parameters."""

    rows: ClassVar[tuple[LayerKind, ...]] = ()
    """Labels of its kinds, whose keys are stored in files."""
    on_rows: ClassVar[bool] = False
    """Whether it works on rows, so that many runs can be one batched product."""
    follows: ClassVar[bool] = False
    """Whether it only works on the output of the layer before it."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape for an input of ``shape``.

        Raises:
            ShapeMismatch: It does not accept that shape.
        """
        return shape

    def weight_shape(self, shape: Shape) -> Shape:
        """Return the shape of the weight of one run; ``(0,)`` for a layer without one.

        Dense layers use ``[inputs, outputs]``, convolutions ``[out, in, rows, columns]`` and
        transposed ones ``[in, out, rows, columns]`` as torch does.
        """
        return (0,)

    def fans(self, weight: Shape) -> tuple[int, int, int]:
        """Return fan-in, fan-out and number of biases for a weight of that shape."""
        return weight[0], weight[1], weight[1]

    def tensors(self, shape: Shape, *, tied: bool = False) -> tuple[TensorSpec, ...]:
        """Return its tensors for an input of ``shape``, without a weight if ``tied``."""
        weight = self.weight_shape(shape)
        if weight == (0,):
            return ()
        fan_in, fan_out, units = self.fans(weight)
        bias = TensorSpec("bias", (units,), "bias", fan_in, fan_out)
        return (bias,) if tied else (TensorSpec("weight", weight, "weight", fan_in, fan_out), bias)

    def cost(self, before: Shape, after: Shape) -> int:
        """Return the multiplications per sample."""
        return prod(self.weight_shape(before))

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return the layer of a mirrored decoder that leads from ``after`` back to ``before``.

        None if there is none.
        """
        return None


def _need_image(shape: Shape) -> None:
    if not is_image(shape):
        raise ShapeMismatch(
            tr(
                "This layer needs an image, but a row of {n:,} numbers arrives: put a Reshape "
                "layer before it.",
                n=shape[0],
            )
        )


class _Dense(LayerPart):
    """``activation(slope * (W x + b))``, then dropout."""

    on_rows: ClassVar[bool] = True

    units: Units
    activation: ActivationKey = "tanh"
    slope: Positive = worded(
        1.0, "Slope", "How steep the activation is: it is applied to slope times the sum (above 0)"
    )
    dropout: Share = worded(
        0.0,
        "Dropout",
        "Share of the units set to 0 at random in each training step (0 to below 1)",
        step=0.05,
    )

    def output_shape(self, shape: Shape) -> Shape:
        """Return a row with one number per unit."""
        return (self.units,)

    def weight_shape(self, shape: Shape) -> Shape:
        """Return ``[inputs, outputs]``."""
        return prod(shape), self.units


class LayerSpec(_Dense):
    """A dense layer: ``activation(slope * (W x + b))``, then dropout; images are flattened."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "dense",
            mark("Dense"),
            mark("Every unit is connected to every input; an image becomes one row."),
        ),
    )

    kind: Literal["dense"] = "dense"


class ConvSpec(LayerPart):
    """A convolution, then the activation; its sizes are one number, or (rows, columns).

    ``padding`` None adds kernel - 1 zeros per axis, so that stride 1 keeps the size; for an even
    kernel the odd one is at the right and the bottom, as in Keras.
    """

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "conv",
            mark("Convolution"),
            mark("Small filters slide over the image: the same pattern is found anywhere."),
        ),
    )

    kind: Literal["conv"] = "conv"
    channels: Channels
    kernel: Extents = worded(
        3, "Kernel", "Size of the filters in pixels: one number, or rows×columns such as 1×2"
    )
    stride: Extents = worded(1, "Stride", "Step of the filter in pixels: 2 halves the image")
    padding: Margins | None = worded(
        None,
        "Padding",
        "Zeros around the image; automatic keeps its size at stride 1, with one more at the "
        "right and the bottom for an even kernel",
        nothing=mark("auto"),
    )
    activation: ActivationKey = "relu"

    def output_shape(self, shape: Shape) -> Shape:
        """Return an image with one channel per filter."""
        _need_image(shape)
        kernel, around = pair(self.kernel), _around(self)
        sides = [n + zeros for n, zeros in zip(shape[1:], around, strict=True)]
        if kernel[0] > sides[0] or kernel[1] > sides[1]:
            raise ShapeMismatch(
                tr(
                    "The kernel of {kernel} is larger than the image of {height}x{width} that "
                    "arrives: use a smaller kernel, or fewer layers that shrink it.",
                    kernel=shape_words(kernel),
                    height=shape[1],
                    width=shape[2],
                )
            )
        rows, columns = (
            (n - side) // step + 1
            for n, side, step in zip(sides, kernel, pair(self.stride), strict=True)
        )
        return self.channels, rows, columns

    def weight_shape(self, shape: Shape) -> Shape:
        """Return ``[out, in, rows, columns]``."""
        return self.channels, shape[0], *pair(self.kernel)

    def fans(self, weight: Shape) -> tuple[int, int, int]:
        """Return fan-in, fan-out and biases, counting all taps of the kernel."""
        area = prod(weight[2:])
        return weight[1] * area, weight[0] * area, weight[0]

    def cost(self, before: Shape, after: Shape) -> int:
        """Return the multiplications: every weight at every position of the kernel."""
        return prod(self.weight_shape(before)) * prod(after[1:])

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return a transposed convolution, which adds the rows and columns lost by strides."""
        size, stride = size_after(self, after[1:]), pair(self.stride)
        missing = before[1] - size[0], before[2] - size[1]
        if not all(0 <= rows < step for rows, step in zip(missing, stride, strict=True)):
            return None
        return ConvTransposeSpec(
            channels=before[0],
            kernel=self.kernel,
            stride=self.stride,
            # Only where it matters, so that existing chains keep their padding.
            padding=None if any(uneven_padding(self)) else conv_padding(self),
            output_padding=missing,
            activation=activation,
        )


class ConvTransposeSpec(LayerPart):
    """A transposed convolution, then the activation; its sizes as in ``ConvSpec``.

    The output has ``(n - 1) * stride - 2 * padding + kernel + output_padding`` rows. ``padding``
    None crops kernel - 1 of them, the odd one at the right and the bottom: it undoes a convolution
    whose padding is None too.
    """

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "conv_transpose",
            mark("Transposed conv"),
            mark(
                "The transpose of a convolution: each input adds a small stamp to a larger image."
            ),
        ),
    )

    kind: Literal["conv_transpose"] = "conv_transpose"
    channels: Channels
    kernel: Extents = worded(
        4, "Kernel", "Size of the filters in pixels: one number, or rows×columns such as 1×2"
    )
    stride: Extents = worded(2, "Stride", "Factor by which the image becomes larger")
    padding: Margins | None = worded(
        1,
        "Padding",
        "Pixels cropped around the output; automatic undoes an automatic padding",
        nothing=mark("auto"),
    )
    output_padding: Margins = worded(
        0, "Added", "Rows and columns added at the end, if sizes do not divide evenly"
    )
    activation: ActivationKey = "relu"

    def output_shape(self, shape: Shape) -> Shape:
        """Return an image enlarged by the strides."""
        _need_image(shape)
        added, stride = pair(self.output_padding), pair(self.stride)
        if added[0] >= stride[0] or added[1] >= stride[1]:
            raise ShapeMismatch(tr("The output padding must be smaller than the stride."))
        size = size_after(self, shape[1:])
        rows, columns = size[0] + added[0], size[1] + added[1]
        if rows < 1 or columns < 1:
            raise ShapeMismatch(tr("Nothing would be left of the image: use less padding here."))
        return self.channels, rows, columns

    def weight_shape(self, shape: Shape) -> Shape:
        """Return ``[in, out, rows, columns]``."""
        return shape[0], self.channels, *pair(self.kernel)

    def fans(self, weight: Shape) -> tuple[int, int, int]:
        """Return fan-in, fan-out and biases; only one tap per stride area reaches a given pixel."""
        area = max(1, prod(weight[2:]) // prod(pair(self.stride)))
        return weight[0] * area, weight[1] * area, weight[1]

    def cost(self, before: Shape, after: Shape) -> int:
        """Return the multiplications: every weight at every input pixel."""
        return prod(self.weight_shape(before)) * prod(before[1:])

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return the convolution that it is the transpose of."""
        return ConvSpec(
            channels=before[0],
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            activation=activation,
        )


class PoolSpec(LayerPart):
    """The largest or the mean value of each square of ``size`` pixels; they do not overlap."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "max_pool",
            mark("Max pooling"),
            mark("The largest value of each square: smaller."),
            group=RESIZE,
        ),
        LayerKind(
            "avg_pool",
            mark("Average pooling"),
            mark("The mean of each square: smaller."),
            group=RESIZE,
        ),
    )

    kind: Literal["max_pool", "avg_pool"] = worded(
        "max_pool", "Pooling", "The value taken from each square", spot="line", choices=table(*rows)
    )
    size: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = worded(
        2, "Size", "Side of the squares: 2 halves the image", spot="labelled"
    )

    def output_shape(self, shape: Shape) -> Shape:
        """Return an image with one pixel for each whole square."""
        _need_image(shape)
        channels, height, width = shape
        if self.size > min(height, width):
            raise ShapeMismatch(
                tr(
                    "Squares of {size}x{size} are larger than the image of {height}x{width} that "
                    "arrives: use a smaller size, or fewer layers that shrink it.",
                    size=self.size,
                    height=height,
                    width=width,
                )
            )
        return channels, height // self.size, width // self.size

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return an upsampling, or None if the squares did not cover the image."""
        if any(n % self.size for n in before[1:]):
            return None
        return UpsampleSpec(factor=self.size)


class UpsampleSpec(LayerPart):
    """Every row and column ``factor`` times, copied or interpolated."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "upsample",
            mark("Upsampling"),
            mark("Repeats each pixel: larger."),
            group=RESIZE,
        ),
    )

    kind: Literal["upsample"] = "upsample"
    factor: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = worded(
        2, "Times", "Factor by which the image becomes larger", spot="labelled"
    )
    mode: Annotated[str, OneOf(UPSAMPLINGS)] = worded(
        "nearest", "Between pixels", "The pixels in between: repeated or interpolated", spot="line"
    )

    def output_shape(self, shape: Shape) -> Shape:
        """Return an image with ``factor`` times the rows and columns."""
        _need_image(shape)
        channels, height, width = shape
        return channels, height * self.factor, width * self.factor

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return an average pooling."""
        return PoolSpec(kind="avg_pool", size=self.factor)


class NormSpec(LayerPart):
    """Batch or layer normalisation with a learnt scale and shift, then the activation."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "batch_norm",
            mark("Batch norm"),
            mark(
                "Each channel with mean 0 and variance 1 over the batch; deep networks train "
                "faster."
            ),
            group=STEADY,
        ),
        LayerKind(
            "layer_norm",
            mark("Layer norm"),
            mark("Each sample with mean 0 and variance 1, whatever the batch."),
            group=STEADY,
        ),
    )
    on_rows: ClassVar[bool] = True
    follows: ClassVar[bool] = True

    kind: Literal["batch_norm", "layer_norm"] = "batch_norm"
    activation: ActivationKey = "identity"

    def tensors(self, shape: Shape, *, tied: bool = False) -> tuple[TensorSpec, ...]:
        """Return scale and shift of each channel, for a batch norm also its running statistics."""
        width = (shape[0],)
        learnt = (
            TensorSpec("scale", width, "bias", start=1.0),
            TensorSpec("bias", width, "bias", start=0.0),
        )
        if self.kind == "layer_norm":
            return learnt
        return (
            *learnt,
            TensorSpec("mean", width, "buffer", start=0.0),
            TensorSpec("variance", width, "buffer", start=1.0),
        )


class DropoutSpec(LayerPart):
    """Sets each number to zero with probability ``rate`` in training."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "dropout",
            mark("Dropout"),
            mark("Sets numbers to 0 at random during training: less overfitting."),
            group=STEADY,
        ),
    )
    on_rows: ClassVar[bool] = True
    follows: ClassVar[bool] = True

    kind: Literal["dropout"] = "dropout"
    rate: Share = worded(
        0.2,
        "Dropout rate",
        "Share of the numbers set to 0 at random in each training step (0 to below 1)",
        step=0.05,
        spot="labelled",
    )


class FlattenSpec(LayerPart):
    """An image as one row of numbers."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind(
            "flatten", mark("Flatten"), mark("An image as one row of numbers."), group=RESHAPE
        ),
    )
    on_rows: ClassVar[bool] = True

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """Return a row of all numbers."""
        return (prod(shape),)

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return a reshape to the image, or a flatten if the input was a row."""
        return _as_before(before)


class ReshapeSpec(LayerPart):
    """A row of numbers as an image of ``channels`` x ``height`` x ``width``."""

    rows: ClassVar[tuple[LayerKind, ...]] = (
        LayerKind("reshape", mark("Reshape"), mark("A row of numbers as an image."), group=RESHAPE),
    )

    kind: Literal["reshape"] = "reshape"
    channels: Annotated[
        int,
        Field(ge=1, le=MAX_UNITS),
        FieldWords(
            "Channels",
            "Channels: channels × rows × columns must be the size of the input",
            spot="line",
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

    def output_shape(self, shape: Shape) -> Shape:
        """Return an image of the same numbers."""
        result = self.channels, self.height, self.width
        if prod(result) != prod(shape):
            raise ShapeMismatch(
                tr(
                    "{have:,} numbers arrive, but {wanted} takes {n:,}: change the reshape, or the "
                    "layer before it.",
                    have=prod(shape),
                    wanted=shape_text(result),
                    n=prod(result),
                )
            )
        return result

    def mirrored_layer(
        self, before: Shape, after: Shape, activation: ActivationKey
    ) -> AnyLayer | None:
        """Return a reshape to the image, or a flatten if the input was a row."""
        return _as_before(before)


def _as_before(shape: Shape) -> FlattenSpec | ReshapeSpec:
    if not is_image(shape):
        return FlattenSpec()
    return ReshapeSpec(channels=shape[0], height=shape[1], width=shape[2])


def conv_padding(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Return the zeros before the first row and column; by default half of kernel - 1."""
    if spec.padding is not None:
        return pair(spec.padding)
    rows, columns = pair(spec.kernel)
    return (rows - 1) // 2, (columns - 1) // 2


def uneven_padding(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Return the extra zeros after the last row and column: 1 for an even kernel.

    For a transposed convolution it is the extra number cropped there.
    """
    rows, columns = pair(spec.kernel)
    return (1 - rows % 2, 1 - columns % 2) if spec.padding is None else (0, 0)


def _around(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Return the total rows and columns of zeros."""
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    return 2 * top + below, 2 * left + right


def size_after(spec: ConvSpec | ConvTransposeSpec, places: Sequence[int]) -> tuple[int, int]:
    """Return the least image size for which a convolution has this many ``places``."""
    rows, columns = (
        (n - 1) * step - around + side
        for n, step, around, side in zip(
            places, pair(spec.stride), _around(spec), pair(spec.kernel), strict=True
        )
    )
    return rows, columns


def _layer_kind(value: Any) -> str:
    """Return the kind of a layer; older files without ``kind`` only have dense layers."""
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
LAYER_KINDS: dict[str, type[LayerPart]] = {
    tag.tag: model for model, tag in (get_args(arm) for arm in get_args(get_args(AnyLayer)[0]))
}
"""The class of each kind of layer."""
LAYERS = table(*(row for key, model in LAYER_KINDS.items() for row in model.rows if row.key == key))
"""The kinds of layers with their display texts."""
LAYER_GROUPS = tuple(
    (group, tuple(key for key, row in LAYERS.items() if row.group == group))
    for group in dict.fromkeys(row.group for row in LAYERS.values())
)
"""The kinds of layers grouped for menus: heading, and keys of ``LAYERS``."""
Layers = Annotated[tuple[AnyLayer, ...], Field(max_length=MAX_LAYERS)]


class LatentSpec(_Dense):
    """The layer that produces the code.

    ``gaussian`` is that of a variational autoencoder (Kingma and Welling 2013): the encoder outputs
    mean and log variance of each of the ``units``, the decoder gets a random draw in training and
    the mean otherwise; ``beta`` weights the divergence from the prior, rising from 0 over
    ``kl_warmup_epochs``; for each dimension the first ``free_bits`` nats cost nothing. ``top_k``
    keeps the k largest numbers of the code and sets the others to 0, in training and afterwards
    (Makhzani and Frey 2013, "k-Sparse Autoencoders"); ``top_by`` selects whether the largest ones
    are those of the largest value or of the largest magnitude, including negative ones.
    """

    kind: LatentKey = worded("plain", "Kind", "Gaussian makes a variational autoencoder")
    units: Units = 2
    activation: ActivationKey = "identity"
    beta: NonNegative = worded(
        1.0, "Beta", "Weight of the divergence from the prior: more makes a smoother, blurrier map"
    )
    kl_warmup_epochs: NonNegativeWhole = worded(
        0, "KL warm-up", "Epochs in which beta rises from 0 to its full value"
    )
    free_bits: NonNegative = worded(
        0.0, "Free bits", "Nats that each dimension may carry without a penalty", step=0.05
    )
    top_k: PositiveWhole | None = worded(
        None,
        "Top k",
        "Only this many numbers of the code are kept, the others are set to 0: k-sparse",
        nothing=mark("all"),
        most=MAX_UNITS,
    )
    top_by: TopKey = worded(
        "value",
        "Kept by",
        "Whether the largest values of the code are kept, or those farthest from 0",
    )

    def weight_shape(self, shape: Shape) -> Shape:
        """Return ``[inputs, outputs]``; a gaussian code has log variances beside its means."""
        return prod(shape), self.units * (2 if self.kind == "gaussian" else 1)
