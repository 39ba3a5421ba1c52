"""The whole experiment as one validated, versioned JSON: data, network, training, seed, runs.

The window, the command line and every saved file use exactly this schema. All models are frozen
and compare by value; edit one with ``recipe.model_copy(update=...)`` or the helpers of the
session's document. Unknown keys are refused by name, with the nearest known key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from aegui.core.choices import OneOf
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

FORMAT: Literal["aegui-recipe"] = "aegui-recipe"
VERSION: Literal[2] = 2

ActivationKey = Annotated[str, OneOf(ACTIVATIONS)]
InitializerKey = Literal[
    "torch_default",
    "uniform",
    "normal",
    "xavier_uniform",
    "xavier_normal",
    "he_uniform",
    "he_normal",
    "orthogonal",
]
LossKey = Annotated[str, OneOf(LOSSES)]
OptimizerKey = Annotated[str, OneOf(OPTIMIZERS)]
LatentKey = Literal["plain", "gaussian"]
TopKey = Literal["value", "magnitude"]
FitKey = Literal["fit", "fill", "stretch"]
ScheduleKey = Literal["constant", "exponential", "step", "cosine", "plateau"]
CorruptionKey = Annotated[str, OneOf(CORRUPTIONS)]
DeviceKey = Literal["auto", "cpu", "cuda"]

MAX_UNITS = 262_144
MAX_CHANNELS = 4_096
MAX_KERNEL = 64
MIN_IMAGE, MAX_IMAGE = 8, 256
MAX_LAYERS = 64
MAX_RUNS = 10_000
MAX_EPOCHS = 100_000_000
MAX_NUMBER = 1e30
"""Training computes with 32 bits, which end at 3e38."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=MAX_NUMBER, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, le=MAX_NUMBER, allow_inf_nan=False)]
Line = Annotated[str, Field(max_length=1_000)]
Text = Annotated[str, Field(max_length=100_000)]


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


class _Part(BaseModel):
    """A frozen part of a recipe that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class CorruptionSpec(_Part):
    """How the input is corrupted before the encoder sees it.

    ``level`` is p for salt_pepper, salt, pepper, flip and masking, sigma for gaussian, and for
    block the share of the image that one rectangle of its proportions covers. Each epoch sees
    ``copies`` noisy versions of every sample: drawn anew each epoch when ``fresh``, else drawn
    once before training. The target stays clean; with ``clean_target`` false it is as noisy as the
    input, a mistake that is here to be looked at.
    """

    kind: CorruptionKey = "none"
    level: NonNegative = 0.0
    copies: Annotated[int, Field(ge=1, le=10_000)] = 1
    fresh: bool = True
    clean_target: bool = True

    @model_validator(mode="after")
    def _probability(self) -> CorruptionSpec:
        if self.kind != "none" and CORRUPTIONS[self.kind].is_share and self.level > 1.0:
            raise ValueError(tr("level is a share for this kind of noise: at most 1"))
        return self


class ImageSpec(_Part):
    """How the files of a folder become samples of one size.

    ``fit`` keeps the whole picture and pads with ``background``, ``fill`` covers the frame and cuts
    what sticks out, ``stretch`` ignores the proportions. Transparency is composited on
    ``background`` (``#rrggbb``).
    """

    height: Annotated[int, Field(ge=MIN_IMAGE, le=MAX_IMAGE)] = 64
    width: Annotated[int, Field(ge=MIN_IMAGE, le=MAX_IMAGE)] = 64
    channels: Literal[1, 3] = 3
    fit: FitKey = "fit"
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#ffffff"


class SplitSpec(_Part):
    """The samples that are kept from training: a share, and the seed that draws it, or the last.

    With ``last`` the share does not count: the last so many samples of the set are kept, such as
    those of a test set that was joined to it.
    """

    validation: Annotated[float, Field(ge=0.0, le=0.95)] = 0.0
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    last: Annotated[int, Field(ge=0)] = 0

    @property
    def keeps(self) -> bool:
        """Whether any samples are kept from training."""
        return self.validation > 0.0 or self.last > 0


class AugmentSpec(_Part):
    """What is done at random to each image of a batch, input and target alike."""

    flip: bool = False
    shift: Annotated[int, Field(ge=0, le=16)] = 0

    @property
    def active(self) -> bool:
        """Whether anything is done at all."""
        return self.flip or self.shift > 0


class DataSpec(_Part):
    """Which samples: a built-in name, a file or a folder, and which part of it.

    ``chars`` lists characters; ``labels`` classes or groups and ``names`` single samples by their
    long name, for sets whose labels are words. ``count`` draws so many at random (by the seed of
    the split). ``images`` is the size and colour of the files of a folder, and of emojis; other
    sources ignore it.
    """

    source: Line = "lowercase"
    chars: Text | None = None
    labels: Annotated[tuple[Line, ...], Field(max_length=10_000)] | None = None
    names: Annotated[tuple[Line, ...], Field(max_length=100_000)] | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    images: ImageSpec = ImageSpec()
    split: SplitSpec = SplitSpec()
    augment: AugmentSpec = AugmentSpec()
    corruption: CorruptionSpec = CorruptionSpec()


class _Dense(_Part):
    """``activation(slope * (W x + b))``, then dropout."""

    units: Annotated[int, Field(ge=1, le=MAX_UNITS)]
    activation: ActivationKey = "tanh"
    slope: Positive = 1.0
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class LayerSpec(_Dense):
    """A dense layer: ``activation(slope * (W x + b))``, then dropout; images are flattened."""

    kind: Literal["dense"] = "dense"


class ConvSpec(_Part):
    """A convolution, then the activation; its sizes are one number, or (rows, columns).

    ``padding`` None adds kernel - 1 zeros to each side's length, so that stride 1 keeps the size;
    of an even kernel the odd one lies at the right and the bottom, as in Keras.
    """

    kind: Literal["conv"] = "conv"
    channels: Annotated[int, Field(ge=1, le=MAX_CHANNELS)]
    kernel: Extents = 3
    stride: Extents = 1
    padding: Margins | None = None
    activation: ActivationKey = "relu"


class ConvTransposeSpec(_Part):
    """A transposed convolution, then the activation; its sizes as in ``ConvSpec``.

    The output has ``(n - 1) * stride - 2 * padding + kernel + output_padding`` rows. ``padding``
    None takes kernel - 1 of them away, the odd one at the right and the bottom: it undoes a
    convolution whose padding is None too.
    """

    kind: Literal["conv_transpose"] = "conv_transpose"
    channels: Annotated[int, Field(ge=1, le=MAX_CHANNELS)]
    kernel: Extents = 4
    stride: Extents = 2
    padding: Margins | None = 1
    output_padding: Margins = 0
    activation: ActivationKey = "relu"


class PoolSpec(_Part):
    """The largest or the mean value of each square of ``size`` pixels; they do not overlap."""

    kind: Literal["max_pool", "avg_pool"] = "max_pool"
    size: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = 2


class UpsampleSpec(_Part):
    """Every row and column ``factor`` times, copied or interpolated."""

    kind: Literal["upsample"] = "upsample"
    factor: Annotated[int, Field(ge=2, le=MAX_KERNEL)] = 2
    mode: Literal["nearest", "bilinear"] = "nearest"


class NormSpec(_Part):
    """Batch or layer normalisation with a learnt scale and shift, then the activation."""

    kind: Literal["batch_norm", "layer_norm"] = "batch_norm"
    activation: ActivationKey = "identity"


class DropoutSpec(_Part):
    """Each number is zero with probability ``rate`` while training."""

    kind: Literal["dropout"] = "dropout"
    rate: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2


class FlattenSpec(_Part):
    """An image as one row of numbers."""

    kind: Literal["flatten"] = "flatten"


class ReshapeSpec(_Part):
    """A row of numbers as an image of ``channels`` x ``height`` x ``width``."""

    kind: Literal["reshape"] = "reshape"
    channels: Annotated[int, Field(ge=1, le=MAX_UNITS)]
    height: Annotated[int, Field(ge=1, le=MAX_IMAGE)]
    width: Annotated[int, Field(ge=1, le=MAX_IMAGE)]


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

    kind: LatentKey = "plain"
    units: Annotated[int, Field(ge=1, le=MAX_UNITS)] = 2
    activation: ActivationKey = "identity"
    beta: NonNegative = 1.0
    kl_warmup_epochs: Annotated[int, Field(ge=0)] = 0
    free_bits: NonNegative = 0.0
    top_k: Annotated[int, Field(ge=1)] | None = None
    top_by: TopKey = "value"


class NetworkSpec(_Part):
    """The chain encoder -> code -> decoder -> output.

    The input shape comes from the data, and so does that of the output. ``decoder=None`` mirrors
    the encoder: dense layers as dense layers, convolutions as transposed ones, pooling as
    upsampling. So 35-25-10-2-10-25-35 is ``encoder=[25, 10]``, ``latent=2``. ``output_layer``
    is the convolution that makes the image; None takes the mirrored one, or else a 3 x 3
    convolution after an image of full size and a dense layer after anything else. ``tied`` takes
    the mirrored layers' weights from the encoder, transposed.
    """

    encoder: Layers = (LayerSpec(units=25), LayerSpec(units=10))
    latent: LatentSpec = LatentSpec()
    decoder: Layers | None = None
    output_layer: ConvSpec | ConvTransposeSpec | None = Field(default=None, discriminator="kind")
    output_activation: ActivationKey = "sigmoid"
    output_slope: Positive = 1.0
    tied: bool = False


class InitializerSpec(_Part):
    """How weights begin.

    ``range``, ``std`` and ``gain`` count for the initialisers that use them; biases begin as
    torch's default does for torch_default, else at zero.
    """

    name: InitializerKey = "torch_default"
    range: Positive = 0.5
    std: Positive = 0.1
    gain: Positive = 1.0


class OptimizerSpec(_Part):
    """The optimiser, its learning rate, and the parameters that it uses (torch's meanings)."""

    name: OptimizerKey = "adam"
    learning_rate: Positive = 0.01
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    alpha: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.99
    beta1: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    beta2: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.999
    eps: Positive = 1e-8
    weight_decay: NonNegative = 0.01


class ScheduleSpec(_Part):
    """How the learning rate changes with the epoch; rates are factors of the optimiser's rate.

    ``final_factor`` is the rate at the last epoch (exponential, cosine) or the lowest one
    (plateau), as a factor of the starting rate.
    """

    name: ScheduleKey = "constant"
    factor: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    step_epochs: Annotated[int, Field(ge=1)] = 1000
    warmup_epochs: Annotated[int, Field(ge=0)] = 0
    patience_epochs: Annotated[int, Field(ge=1)] = 200
    final_factor: Annotated[float, Field(ge=0.0, le=1.0)] = 0.01


class GoalsSpec(_Part):
    """When to stop before the last epoch; every given goal counts, None never stops.

    ``max_wrong_pixels``: every character of every run has at most so many wrong pixels.
    ``patience_epochs``: no run's loss has improved for so many epochs. ``seconds``: time is up.
    """

    max_wrong_pixels: Annotated[int, Field(ge=0)] | None = None
    patience_epochs: Annotated[int, Field(ge=1)] | None = None
    seconds: Positive | None = None


class SparsitySpec(_Part):
    """``weight * sum_j KL(rho || mean activation of unit j)`` over the code (Ng 2011)."""

    rho: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.05
    weight: NonNegative = 0.0


class TrainingSpec(_Part):
    """Loss, optimiser, schedule, regularisers and how long.

    ``batch_size=None`` is the full batch. ``l1`` and ``l2`` add ``l1 * sum|W|`` and
    ``l2 / 2 * sum W^2`` over the weights (not the biases) to the loss, ``code_l1`` adds
    ``code_l1 * mean |z|`` summed over the code, ``contractive`` the mean squared Frobenius norm
    of the encoder's Jacobian (Rifai et al. 2011). ``clip_norm`` bounds the gradient norm of each
    run.
    """

    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] = 10_000
    batch_size: Annotated[int, Field(ge=1)] | None = None
    loss: LossKey = "bce"
    huber_delta: Positive = 1.0
    optimizer: OptimizerSpec = OptimizerSpec()
    schedule: ScheduleSpec = ScheduleSpec()
    initializer: InitializerSpec = InitializerSpec()
    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    code_l1: NonNegative = 0.0
    sparsity: SparsitySpec = SparsitySpec()
    contractive: NonNegative = 0.0
    clip_norm: Positive | None = None
    goals: GoalsSpec = GoalsSpec()
    device: DeviceKey = "auto"


class PretrainSpec(_Part):
    """Greedy layer-wise training of the encoder, each layer as an autoencoder of its own input.

    (Vincent et al. 2010.) ``epochs`` counts for each layer; 0 leaves the layers as they begin. The
    rate begins anew for each layer, and falls along a cosine to a tenth.
    """

    epochs: Annotated[int, Field(ge=0, le=MAX_EPOCHS)] = 10
    learning_rate: Positive = 0.001
    loss: LossKey = "mse"
    corruption: CorruptionSpec = CorruptionSpec(kind="masking", level=0.2)


class ClassifierSpec(_Part):
    """A classifier on the code: ``hidden`` layers, then one score for each label of the data.

    ``frozen`` leaves the pre-trained encoder alone and trains only what comes after it.
    """

    hidden: Layers = ()
    pretrain: PretrainSpec = PretrainSpec()
    frozen: bool = False
    label_smoothing: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class GanSpec(_Part):
    """An adversary (Goodfellow et al. 2014); the decoder, from normal codes, is the generator.

    ``discriminator`` None takes the encoder's layers; one number, real or not, follows. ``steps``
    of the discriminator are done for each of the generator. ``label_smoothing`` makes the target
    of real images ``1 - label_smoothing``; ``noise`` is the sigma of what is added to every image
    that the discriminator sees while it learns, and fades as the schedule lowers the rate.
    ``average`` is the share that each step leaves of a running mean of the weights, which is shown
    and kept instead of them (Yazici et al. 2019): 0.999 looks back on about 1,000 steps, 0 on none.
    With a ``class_weight`` the discriminator learns the classes of real images beside (Odena et al.
    2017), and the generator to make images of one class each, of all classes alike (Springenberg
    2016); it weighs both against the contest.
    """

    discriminator: Layers | None = None
    learning_rate: Positive = 0.0002
    beta1: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.5
    steps: Annotated[int, Field(ge=1, le=100)] = 1
    label_smoothing: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    noise: NonNegative = 0.0
    average: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    class_weight: NonNegative = 0.0


class Recipe(_Part):
    """Everything needed to repeat a run; seeds are seed, seed+1, ... seed+runs-1.

    A seed fixes the weights that its run begins with. Noise, order of the batches and dropout are
    drawn for all runs together: with them, a run alone differs from that of its seed among others.
    """

    format: Literal["aegui-recipe"] = FORMAT
    version: Literal[2] = VERSION
    name: Line = ""
    notes: Text = ""
    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()
    classifier: ClassifierSpec | None = None
    gan: GanSpec | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    runs: Annotated[int, Field(ge=1, le=MAX_RUNS)] = 1
