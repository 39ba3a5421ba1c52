"""The whole experiment as one validated, versioned JSON: data, network, training, seed, runs.

The window, the command line and every saved file use exactly this schema. All models are frozen
and compare by value; edit one with ``recipe.model_copy(update=...)`` or the helpers of the
session's document. Unknown keys are refused by name, with the nearest known key.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.i18n import tr

FORMAT: Literal["aegui-recipe"] = "aegui-recipe"
VERSION: Literal[1] = 1

ActivationKey = Literal[
    "identity",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "softplus",
    "tanh",
    "sigmoid",
    "sine",
    "cosh",
]
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
LossKey = Literal["bce", "mse", "mae", "huber"]
OptimizerKey = Literal["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"]
ScheduleKey = Literal["constant", "exponential", "step", "cosine", "plateau"]
CorruptionKey = Literal["none", "salt_pepper", "flip", "gaussian", "masking"]
DeviceKey = Literal["auto", "cpu", "cuda"]

MAX_UNITS = 65_536
MAX_LAYERS = 64
MAX_RUNS = 10_000
MAX_EPOCHS = 100_000_000

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Line = Annotated[str, Field(max_length=1_000)]
Text = Annotated[str, Field(max_length=100_000)]


class _Part(BaseModel):
    """A frozen part of a recipe that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class CorruptionSpec(_Part):
    """How the input (never the target) is spoilt before the encoder sees it.

    ``level`` is p for salt_pepper, flip and masking, and sigma for gaussian. Each epoch sees
    ``copies`` noisy versions of every sample: drawn anew each epoch when ``fresh``, else drawn
    once before training.
    """

    kind: CorruptionKey = "none"
    level: NonNegative = 0.0
    copies: Annotated[int, Field(ge=1, le=10_000)] = 1
    fresh: bool = True

    @model_validator(mode="after")
    def _probability(self) -> CorruptionSpec:
        if self.kind in {"salt_pepper", "flip", "masking"} and self.level > 1.0:
            raise ValueError(tr("level is a probability for this kind of noise: at most 1"))
        return self


class DataSpec(_Part):
    """Which samples: a built-in name or a file, and which characters of it (None: all)."""

    source: Line = "lowercase"
    chars: Text | None = None
    corruption: CorruptionSpec = CorruptionSpec()


class LayerSpec(_Part):
    """A dense layer: ``activation(slope * (W x + b))``, then dropout."""

    units: Annotated[int, Field(ge=1, le=MAX_UNITS)]
    activation: ActivationKey = "tanh"
    slope: Positive = 1.0
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


class NetworkSpec(_Part):
    """The chain encoder -> code -> decoder -> output.

    The input size comes from the data, and the output has as many units. ``decoder=None`` mirrors
    the encoder's hidden layers. So 35-25-10-2-10-25-35 is ``encoder=[25, 10]``, ``latent=2``.
    """

    encoder: Annotated[tuple[LayerSpec, ...], Field(max_length=MAX_LAYERS)] = (
        LayerSpec(units=25),
        LayerSpec(units=10),
    )
    latent: LayerSpec = LayerSpec(units=2, activation="identity")
    decoder: Annotated[tuple[LayerSpec, ...], Field(max_length=MAX_LAYERS)] | None = None
    output_activation: ActivationKey = "sigmoid"
    output_slope: Positive = 1.0

    def decoder_layers(self) -> tuple[LayerSpec, ...]:
        """The decoder's hidden layers, mirrored from the encoder when none are given."""
        return tuple(reversed(self.encoder)) if self.decoder is None else self.decoder

    def layers(self, pixels: int) -> tuple[LayerSpec, ...]:
        """Every layer with weights from the first hidden one to the output of ``pixels`` units."""
        output = LayerSpec(units=pixels, activation=self.output_activation, slope=self.output_slope)
        return (*self.encoder, self.latent, *self.decoder_layers(), output)

    @property
    def code_index(self) -> int:
        """Index in ``layers()`` of the layer whose output is the code."""
        return len(self.encoder)


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


class TrainingSpec(_Part):
    """Loss, optimiser, schedule, regularisers and how long.

    ``batch_size=None`` is the full batch. ``l1`` and ``l2`` add ``l1 * sum|W|`` and
    ``l2 / 2 * sum W^2`` over the weights (not the biases) to the loss. ``clip_norm`` bounds the
    gradient norm of each run.
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
    clip_norm: Positive | None = None
    goals: GoalsSpec = GoalsSpec()
    device: DeviceKey = "auto"


class Recipe(_Part):
    """Everything needed to repeat a run; seeds are seed, seed+1, ... seed+runs-1.

    A seed fixes the weights that its run begins with. Noise, order of the batches and dropout are
    drawn for all runs together: with them, a run alone differs from that of its seed among others.
    """

    format: Literal["aegui-recipe"] = FORMAT
    version: Literal[1] = VERSION
    name: Line = ""
    notes: Text = ""
    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    runs: Annotated[int, Field(ge=1, le=MAX_RUNS)] = 1
