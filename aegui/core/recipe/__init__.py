"""The whole experiment as one validated, versioned JSON: data, network, training, seed, runs.

The window, the command line and every saved file use exactly this schema. All models are frozen
and compare by value; edit one with ``recipe.model_copy(update=...)`` or the helpers of the
session's document. Unknown keys raise an error that names the nearest known key.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from aegui.core.choices import OneOf
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.fields import worded
from aegui.core.i18n import tr
from aegui.core.network.catalog import DEVICES, FITS, INITIALIZERS, SCHEDULES
from aegui.core.recipe.layers import (
    LAYER_KINDS,
    ActivationKey,
    AnyLayer,
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    FlattenSpec,
    LatentKey,
    LatentSpec,
    Layers,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
)
from aegui.core.recipe.parts import (
    MAX_CHANNELS,
    MAX_IMAGE,
    MAX_KERNEL,
    MAX_LAYERS,
    MAX_NUMBER,
    MAX_UNITS,
    MIN_IMAGE,
    MIN_PICTURE,
    NUMBER,
    NonNegative,
    NonNegativeWhole,
    Positive,
    PositiveWhole,
    RecipePart,
    Share,
    Sides,
    no_truth,
    pair,
    square_as_one,
)
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

__all__ = [
    "LAYER_KINDS",
    "MAX_CHANNELS",
    "MAX_IMAGE",
    "MAX_KERNEL",
    "MAX_LAYERS",
    "MAX_NUMBER",
    "MAX_UNITS",
    "MIN_IMAGE",
    "MIN_PICTURE",
    "NUMBER",
    "ActivationKey",
    "AnyLayer",
    "ConvSpec",
    "ConvTransposeSpec",
    "DropoutSpec",
    "FlattenSpec",
    "LatentKey",
    "LatentSpec",
    "LayerSpec",
    "NormSpec",
    "PoolSpec",
    "ReshapeSpec",
    "Sides",
    "UpsampleSpec",
    "pair",
    "square_as_one",
]

FORMAT: Literal["aegui-recipe"] = "aegui-recipe"
VERSION: Literal[2] = 2

InitializerKey = Annotated[str, OneOf(INITIALIZERS)]
LossKey = Annotated[str, OneOf(LOSSES)]
OptimizerKey = Annotated[str, OneOf(OPTIMIZERS)]
FitKey = Annotated[str, OneOf(FITS)]
ScheduleKey = Annotated[str, OneOf(SCHEDULES)]
CorruptionKey = Annotated[str, OneOf(CORRUPTIONS)]
DeviceKey = Annotated[str, OneOf(DEVICES)]

MAX_RUNS = 10_000
MAX_EPOCHS = 100_000_000
Line = Annotated[str, Field(max_length=1_000)]
Text = Annotated[str, Field(max_length=100_000)]


class CorruptionSpec(RecipePart):
    """How the input is corrupted before the encoder sees it.

    ``level`` is p for salt_pepper, salt, pepper, flip and masking, sigma for gaussian, and for
    block the share of the image that one rectangle of its proportions covers. In each epoch there
    are ``copies`` noisy versions of every sample: drawn anew each epoch when ``fresh``, else drawn
    once before training. The target stays clean; with ``clean_target`` false it is as noisy as the
    input, a mistake that is offered for demonstration.
    """

    kind: CorruptionKey = worded(
        "none",
        "Noise on the input",
        "How the input is corrupted while the target stays clean: a denoising autoencoder.",
    )
    level: NonNegative = worded(
        0.0,
        "Level",
        "Probability of each pixel, or sigma of Gaussian noise.",
        editor="level",
        most=1.0,
    )
    copies: Annotated[int, Field(ge=1, le=10_000)] = worded(
        1, "Noisy copies of each sample", "How many noisy versions of every sample one epoch sees."
    )
    fresh: bool = worded(
        True,
        "Fresh noise every epoch",
        "Off: the noisy copies are drawn once, before the training, a mistake to study.",
    )
    clean_target: bool = worded(
        True,
        "Clean target",
        "Off: the target is as noisy as the input, a mistake to study.",
    )

    @property
    def is_noisy(self) -> bool:
        """Whether it corrupts anything: noise of level 0 does not."""
        return self.kind != "none" and self.level > 0.0

    @property
    def effective_copies(self) -> int:
        """Versions of every sample in an epoch: one without noise."""
        return self.copies if self.kind != "none" else 1

    @model_validator(mode="after")
    def _probability(self) -> CorruptionSpec:
        if self.kind != "none" and CORRUPTIONS[self.kind].is_share and self.level > 1.0:
            raise ValueError(tr("level is a share for this kind of noise: at most 1"))
        return self


class ImageSpec(RecipePart):
    """How the files of a folder become samples of one size.

    ``fit`` keeps the whole picture and pads with ``background``, ``fill`` covers the frame and
    crops the rest, ``stretch`` ignores the proportions. Transparency is composited on
    ``background`` (``#rrggbb``).
    """

    height: Annotated[int, Field(ge=MIN_IMAGE, le=MAX_IMAGE)] = worded(
        64, "Height", "Height of every sample.", suffix=" px"
    )
    width: Annotated[int, Field(ge=MIN_IMAGE, le=MAX_IMAGE)] = worded(
        64, "Width", "Width of every sample.", suffix=" px"
    )
    channels: Annotated[Literal[1, 3], BeforeValidator(no_truth)] = worded(
        3, "Grey", "One value per pixel: three times as fast.", editor="grey"
    )
    fit: FitKey = worded("fit", "Fit", "How images of other proportions are fitted.")
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = worded(
        "#ffffff",
        "Background",
        "Colour behind transparent pixels and in the margins of images of other proportions.",
        editor="colour",
    )


class SplitSpec(RecipePart):
    """The held-out samples: a share of the set, drawn by a seed, or the last samples.

    With ``last`` the share is ignored: that many samples at the end of the set are held out, such
    as a test set that was appended to it.
    """

    validation: Annotated[float, Field(ge=0.0, le=0.95)] = worded(
        0.0,
        "Held out for validation",
        "Share of the samples that is excluded from training.",
        editor="percent",
    )
    seed: Annotated[int, Field(ge=0, lt=2**53)] = worded(
        0, "Seed of the draw", "The same seed draws the same samples.", editor="seed"
    )
    last: NonNegativeWhole = 0

    @property
    def keeps(self) -> bool:
        """Whether any samples are held out."""
        return self.validation > 0.0 or self.last > 0


class AugmentSpec(RecipePart):
    """Random augmentation of each image of a batch, input and target alike."""

    flip: bool = worded(
        False, "Mirror left and right", "Half of the samples of every batch are mirrored."
    )
    shift: Annotated[int, Field(ge=0, le=16)] = worded(
        0,
        "Move by up to",
        "Largest random shift of the samples, in pixels, in each direction.",
        suffix=" px",
    )

    @property
    def active(self) -> bool:
        """Whether any augmentation is enabled."""
        return self.flip or self.shift > 0


class DataSpec(RecipePart):
    """Which samples: a built-in name, a file or a folder, and which part of it.

    ``chars`` lists characters; ``labels`` lists classes or groups and ``names`` single samples by
    their long name, for sets whose labels are words. ``count`` draws that many samples at random
    (by the seed of the split), and keeps the last ones that ``split`` holds out. ``images`` is the
    size and colour of the files of a folder, and of emojis; other sources ignore it.
    """

    source: Line = worded(
        "lowercase",
        "Set",
        "The training images: a built-in set, or a file of your own.",
        editor="source",
    )
    chars: Text | None = worded(
        None,
        "Characters",
        "Only these characters of the set, in this order; empty means all of them.",
    )
    labels: Annotated[tuple[Line, ...], Field(max_length=10_000)] | None = None
    names: Annotated[tuple[Line, ...], Field(max_length=100_000)] | None = None
    count: PositiveWhole | None = worded(
        None,
        "Samples at most",
        "Only this many samples, drawn at random, are used.",
        begins=20,
        most=10_000_000,
    )
    images: ImageSpec = ImageSpec()
    split: SplitSpec = SplitSpec()
    augment: AugmentSpec = AugmentSpec()
    corruption: CorruptionSpec = CorruptionSpec()


class NetworkSpec(RecipePart):
    """The chain encoder -> code -> decoder -> output.

    The input shape and the output shape come from the data. ``decoder=None`` mirrors the encoder:
    dense layers as dense layers, convolutions as transposed ones, pooling as upsampling. So
    35-25-10-2-10-25-35 is ``encoder=[25, 10]``, ``latent=2``. ``output_layer`` is the convolution
    that makes the image; None uses the mirrored one, or else a 3 x 3 convolution after an image of
    full size and a dense layer after anything else. ``tied`` takes the mirrored layers' weights
    from the encoder, transposed.
    """

    encoder: Layers = (LayerSpec(units=25), LayerSpec(units=10))
    latent: LatentSpec = LatentSpec()
    decoder: Layers | None = None
    output_layer: ConvSpec | ConvTransposeSpec | None = Field(default=None, discriminator="kind")
    output_activation: ActivationKey = "sigmoid"
    output_slope: Positive = 1.0
    tied: bool = False


class InitializerSpec(RecipePart):
    """How weights are initialised.

    ``range``, ``std`` and ``gain`` apply to the initialisers that use them; biases are initialised
    as by torch for torch_default, else to zero.
    """

    name: InitializerKey = worded(
        "torch_default", "Initial weights", "How the weights are drawn before the first epoch."
    )
    range: Positive = worded(
        0.5, "Range", "Initial weights lie between minus this number and this number."
    )
    std: Positive = worded(0.1, "Standard deviation", "Standard deviation of the initial weights.")
    gain: Positive = worded(1.0, "Gain", "Multiplies the size given by the rule.")


class OptimizerSpec(RecipePart):
    """The optimiser, its learning rate, and its parameters (with torch's meanings)."""

    name: OptimizerKey = worded(
        "adam", "Optimiser", "The rule by which gradients of the loss become steps of the weights."
    )
    learning_rate: Positive = worded(
        0.01,
        "Learning rate",
        "Size of the steps: too small is slow, too large does not converge. Try 0.001 to 0.01.",
        editor="rate",
    )
    momentum: Share = worded(
        0.9, "Momentum", "Share of the previous step that is added to the next one.", step=0.01
    )
    alpha: Share = worded(
        0.99,
        "Smoothing (alpha)",
        "Decay rate of the running average of squared gradients.",
        step=0.01,
    )
    beta1: Share = worded(
        0.9, "Beta 1", "Decay rate of the running average of gradients.", step=0.01
    )
    beta2: Share = worded(
        0.999, "Beta 2", "Decay rate of the running average of squared gradients.", step=0.01
    )
    eps: Positive = worded(
        1e-8, "Epsilon", "A small number that avoids a division by zero.", most=1.0
    )
    weight_decay: NonNegative = worded(
        0.01, "Weight decay", "Shrinks every weight a little in each step."
    )


class ScheduleSpec(RecipePart):
    """How the learning rate changes with the epoch; rates are factors of the optimiser's rate.

    ``final_factor`` is the rate at the last epoch (exponential, cosine) or the lowest one
    (plateau), as a factor of the starting rate.
    """

    name: ScheduleKey = worded(
        "constant",
        "Learning-rate schedule",
        "How the learning rate changes during the training.",
    )
    factor: Annotated[float, Field(gt=0.0, le=1.0)] = worded(
        0.5, "Factor", "The rate is multiplied by this number at each reduction.", step=0.05
    )
    step_epochs: PositiveWhole = worded(
        1000, "Epochs per reduction", "Epochs between two reductions of the rate."
    )
    warmup_epochs: NonNegativeWhole = worded(
        0,
        "Epochs of warm-up",
        "Epochs in which the rate rises from almost nothing to its full size.",
    )
    patience_epochs: PositiveWhole = worded(
        200, "Epochs of patience", "Epochs without a better loss before the rate is reduced."
    )
    final_factor: Annotated[float, Field(ge=0.0, le=1.0)] = worded(
        0.01,
        "Final share of the rate",
        "Final (or lowest) rate as a share of the initial rate.",
        step=0.01,
    )


class GoalsSpec(RecipePart):
    """When to stop before the last epoch: at the first goal that is met; None disables a goal.

    ``max_wrong_pixels``: every character of every run has at most this many wrong pixels.
    ``patience_epochs``: no run's loss has improved for this many epochs. ``seconds``: time limit;
    it begins again when a training that was not stopped is continued.
    """

    max_wrong_pixels: NonNegativeWhole | None = worded(
        None,
        "Stop at wrong pixels",
        "Stop as soon as every character of every run has at most this many wrong pixels; of more "
        "than 512 samples, those that are measured while it trains.",
        begins=0,
    )
    patience_epochs: PositiveWhole | None = worded(
        None,
        "Stop after epochs without progress",
        "Stop when no run's loss has improved for this many epochs.",
        begins=1000,
    )
    seconds: Positive | None = worded(
        None, "Stop after seconds", "Stop when the time is up.", begins=60.0
    )


class SparsitySpec(RecipePart):
    """``weight * sum_j KL(rho || mean activation of unit j)`` over the code (Ng 2011)."""

    rho: Annotated[float, Field(gt=0.0, lt=1.0)] = worded(
        0.05, "Rho", "Share of the samples for which a unit of the code should be on.", step=0.01
    )
    weight: NonNegative = worded(
        0.0, "Sparsity", "Keeps the mean activation of each unit of the code near rho; 0 is off."
    )


class TrainingSpec(RecipePart):
    """Loss, optimiser, schedule, regularisers and length of a training.

    ``batch_size=None`` is the full batch. ``l1`` and ``l2`` add ``l1 * sum|W|`` and
    ``l2 / 2 * sum W^2`` over the weights (not the biases) to the loss, ``code_l1`` adds
    ``code_l1 * mean |z|`` summed over the code, ``contractive`` the mean squared Frobenius norm
    of the encoder's Jacobian (Rifai et al. 2011), ``edges`` the squared error of the differences
    between neighbouring pixels, as a sum or mean like the loss. ``clip_norm`` bounds the gradient
    norm of each run.
    """

    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] = worded(
        10_000, "Epochs", "How many times every sample is seen."
    )
    batch_size: PositiveWhole | None = worded(
        None,
        "Batches of",
        "Samples in each step; unticked: the full batch, which is fastest here.",
        begins=16,
    )
    loss: LossKey = worded(
        "bce", "Loss", "What training minimises: how far the output is from the target."
    )
    huber_delta: Positive = worded(
        1.0, "Delta", "Errors larger than this count by their size, smaller ones by their square."
    )
    optimizer: OptimizerSpec = OptimizerSpec()
    schedule: ScheduleSpec = ScheduleSpec()
    initializer: InitializerSpec = InitializerSpec()
    l1: NonNegative = worded(
        0.0, "L1", "Adds this times the sum of the absolute weights to the loss: many become zero."
    )
    l2: NonNegative = worded(
        0.0, "L2", "Adds half of this times the sum of the squared weights: none grows large."
    )
    code_l1: NonNegative = worded(
        0.0,
        "L1 of the code",
        "Adds this times the sum of the code's absolute values: many become zero.",
    )
    sparsity: SparsitySpec = SparsitySpec()
    contractive: NonNegative = worded(
        0.0,
        "Contraction",
        "Adds this times the squared derivatives of the code with respect to the input; 0 is off.",
    )
    edges: NonNegative = worded(
        0.0,
        "Edges",
        "Adds this times the squared error of the differences between neighbouring pixels: "
        "sharper pictures; 0 is off.",
    )
    clip_norm: Positive | None = worded(
        None,
        "Clip the gradient at",
        "Largest norm of the gradient, which is scaled down to it; helps when the loss explodes.",
        begins=1.0,
    )
    goals: GoalsSpec = GoalsSpec()
    device: DeviceKey = worded(
        "auto",
        "Device",
        "Where the training computes; without a usable graphics card it is the processor.",
    )


class PretrainSpec(RecipePart):
    """Greedy layer-wise training of the encoder, each layer as an autoencoder of its own input.

    (Vincent et al. 2010.) ``epochs`` is the number for each layer; with 0 the layers are not
    pre-trained. The rate restarts for each layer, and falls along a cosine to a tenth.
    """

    epochs: Annotated[int, Field(ge=0, le=MAX_EPOCHS)] = worded(
        10,
        "Epochs of pre-training",
        "For each layer of the encoder, as an autoencoder of its own input; 0: none.",
    )
    learning_rate: Positive = worded(
        0.001,
        "Its learning rate",
        "Size of the steps while the layers are pre-trained.",
        editor="rate",
    )
    loss: LossKey = worded("mse", "Its loss", "How far a layer's reconstruction is from its input.")
    corruption: CorruptionSpec = CorruptionSpec(kind="masking", level=0.2)


class ClassifierSpec(RecipePart):
    """A classifier on the code: ``hidden`` layers, then one score for each label of the data.

    ``frozen`` keeps the pre-trained encoder fixed and trains only the layers after it.
    """

    hidden: Layers = ()
    pretrain: PretrainSpec = PretrainSpec()
    frozen: bool = worded(
        False,
        "Freeze the encoder",
        "On: only the layers of the classifier learn the classes.",
    )
    label_smoothing: Share = worded(
        0.0,
        "Label smoothing",
        "Share of each target that is spread over all classes: less confident predictions.",
        step=0.05,
    )


class GanSpec(RecipePart):
    """An adversary (Goodfellow et al. 2014); the decoder, from normal codes, is the generator.

    ``discriminator`` None uses the encoder's layers; one output, real or not, follows. ``steps``
    of the discriminator are done for each of the generator. ``label_smoothing`` makes the target
    of real images ``1 - label_smoothing``; ``noise`` is the sigma of the noise added to every image
    that the discriminator gets in training, and fades as the schedule lowers the rate.
    ``average`` is the decay of a running mean of the weights, which is displayed and saved instead
    of them (Yazici et al. 2019): 0.999 averages about 1,000 steps, 0 disables it.
    With a ``class_weight`` the discriminator also learns the classes of real images (Odena et al.
    2017), and the generator to make images of one class each, of all classes alike (Springenberg
    2016); it weights both relative to the adversarial loss.
    """

    discriminator: Layers | None = None
    learning_rate: Positive = worded(
        0.0002,
        "Its learning rate",
        "Size of the discriminator's steps; that of the generator is the optimiser's.",
        editor="rate",
    )
    beta1: Share = worded(
        0.5,
        "Its beta 1",
        "Decay rate of the running average of its gradients; 0.5 is usual here.",
        step=0.05,
    )
    steps: Annotated[int, Field(ge=1, le=100)] = worded(
        1, "Steps for each of the generator", "More steps make the discriminator stronger."
    )
    label_smoothing: Share = worded(
        0.1,
        "Label smoothing",
        "The target of real images is 1 minus this: the discriminator is less confident.",
        step=0.05,
    )
    noise: NonNegative = worded(
        0.0,
        "Noise on its images",
        "Sigma of the noise added to all its input images: more stable training.",
        step=0.05,
    )
    average: Share = worded(
        0.0,
        "Moving average of the weights",
        "Shown and kept instead of the weights: 0.999 averages about 1,000 steps.",
        step=0.001,
    )
    class_weight: NonNegative = worded(
        0.0,
        "Weight of the classes",
        "The discriminator learns the classes too, and the generator to make images of one class "
        "each; 0: classes are ignored.",
        step=0.5,
    )


class Recipe(RecipePart):
    """Everything needed to repeat a run; seeds are seed, seed+1, ... seed+runs-1.

    A seed determines the initial weights of its run. Noise, order of the batches and dropout are
    drawn for all runs together: with them, a run alone differs from that of the same seed among
    others.
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
    seed: Annotated[int, Field(ge=0, lt=2**53)] = worded(
        0,
        "Seed",
        "The same seed gives the same run again; 0 to 9,007,199,254,740,991.",
        editor="seed",
    )
    runs: Annotated[int, Field(ge=1, le=MAX_RUNS)] = worded(
        1,
        "Runs",
        "How many networks are trained together, each with the next seed: mean and spread.",
    )

    @property
    def is_autoencoder(self) -> bool:
        """Whether it learns to reconstruct its input: it is no classifier and no GAN."""
        return self.classifier is None and self.gan is None

    @property
    def has_prior(self) -> bool:
        """Whether the decoder learns to decode codes that are drawn from N(0, I)."""
        return self.gan is not None or self.network.latent.kind == "gaussian"
